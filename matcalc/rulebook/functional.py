"""Blocks that take a function of numbers as an argument, `f: function`: one function for each f that is given.

In the fields of such a block f(X) is f entry by entry, deriv(f, X) its derivative, and g(A, f) or g(A, deriv(f))
another block of this kind with the same f. `is = primary` says of one that it is f of a matrix: then the matrix
function that the block of f names as its `whole` stands in its place, expm for exp. f′ of a matrix, where f′ is no
function with a name but a formula, σ(x)(1 − σ(x)), is made of products and inverses of such functions, for f(A) g(A)
is (f g)(A) (Higham 2008, th. 1.15).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Protocol

from matcalc.algebra import add, apply, eye, matrix_power, multiply, num, substitute, variable
from matcalc.algebra.holomorphy import CONJUGATING, SPECTRAL
from matcalc.algebra.make import param_leaf
from matcalc.core.dims import named
from matcalc.core.expr import ADD, CALL, MUL, NUM, POW, VAR, Expr, postorder, variables
from matcalc.core.function import GIVEN, OF_BLOCK, Function, Reader, Statement
from matcalc.diagnostics import NoRuleError, fail
from matcalc.language.characters import GLYPHS
from matcalc.language.inference import Rules
from matcalc.rulebook.block import Block
from matcalc.rulebook.read import function

ENTRYWISE = ("elementwise", "constant", "unspecified", "notation")
_PARAM = re.compile(r", *(\w+) *: *function *$")
_OF_ALL = {"positive": "spd", "nonnegative": "psd"}  # what a symmetric matrix is whose eigenvalues are all so


class NoFormulaError(Exception):
    """f′ of a matrix is no formula of functions that have blocks."""


class Book(Rules, Protocol):
    """What is asked of the rulebook to which the blocks belong: what the language asks, and f put into a block."""

    def given(self, name: str, f: Function, order: int = 0) -> Function: ...


def letter(block: Block) -> str:
    """What a block calls the function that it takes, its last parameter; "" where it takes none."""
    found = _PARAM.search(block.params)
    return found[1] if found else ""


def is_taken(f: Function) -> bool:
    """Whether a block may be given f: a function of one number, entry by entry."""
    return f.form in ENTRYWISE and len(f.params) == 1 and f.params[0].shape == f.result


def instance(block: Block, f: Function, reader: Reader) -> Function:
    """The function that a block is where f is given."""
    is_plain = f.form == "unspecified" and f.name == letter(block) and not f.order
    name = block.name if is_plain else f"{block.name}_{f.name}{f.order or ''}"
    made = function(block._replace(name=name, params=_PARAM.sub("", block.params)), reader)
    fields = {**made.fields, **_looks(block.name, f, [p.name for p in made.params]), OF_BLOCK: block.name,
              GIVEN: letter(block)}
    if "domain" in fields and made.has("primary"):
        fields |= _where(f, made, fields["domain"])
    return Function(name, made.params, made.result, made.form, fields, reader, file=made.file, line=made.line,
                    places=made.places)


def _looks(name: str, f: Function, params: list[str]) -> dict[str, str]:
    """How a call is written in each dialect: with f behind the other arguments."""
    before = ", ".join(f"{{{p}}}" for p in params)
    short = f"deriv({f.name}, {f.order})" if f.order > 1 else f"deriv({f.name})" if f.order else f.name
    spelled = f"\\operatorname{{{f.name}}}" if f.form != "unspecified" else \
        f.name if len(f.name) == 1 else f"\\{f.name}"
    primed = f"{spelled}{chr(39) * f.order}"
    strokes = f"{GLYPHS.get(f.name, f.name)}{'′' * f.order}" if f.order < 4 else short
    return {"ascii": f"{name}({before}, {short})", "unicode": f"{name}({before}, {strokes})",
            "latex": f"\\operatorname{{{name}}}({before}, {primed})"}


def _where(f: Function, made: Function, domain: str) -> dict[str, str]:
    """The domain and the kinks of f as those of f(A): the eigenvalues are where f has a value."""
    matrix, entries = made.params[0], f.params[0]
    n = matrix.shape[0]
    found = [domain]
    for clause in filter(None, f.fields.get("domain", "").split(";")):
        subject, _, word = clause.strip().partition(" ")
        if subject == entries.name and word in _OF_ALL:
            found = [f"{matrix.name} {_OF_ALL[word]}"]
        else:
            rows, cols = entries.shape
            text = re.sub(rf"\b{entries.name}\b", f"eigvalsh({matrix.name})", clause.strip())
            found.append(re.sub(rf"\b{rows},{cols}\b", f"{n},1", text))
    said = {"domain": "; ".join(found)}
    return said | ({"kink": f"for eigenvalues {f.fields['kink']}"} if "kink" in f.fields else {})


class View:
    """The rules as the fields of one such function see them: the letter of the block means the function given."""

    def __init__(self, book: Book, name: str, f: Function) -> None:
        self._book, self._name, self._given = book, name, f
        self.declared = book.declared
        self.names, self.called, self.aliases, self.wholes = book.names, book.called, book.aliases, book.wholes
        self.functionals, self.fallback = book.functionals, book.fallback

    def overloads(self, name: str) -> tuple[Function, ...]:
        """The blocks called so; `g:f` is g with the function given, `g:f:1` with its derivative."""
        called, _, rest = name.partition(":")
        of, _, order = rest.partition(":")
        return (self._book.given(called, self._given, int(order or 0)),) if of == self._name else \
            self._book.overloads(name)

    def unspecified(self, name: str, order: int = 0) -> Function:
        """The function given, or its derivative."""
        if name != self._name:
            return self._book.unspecified(name, order)
        if not order:
            return self._given
        if self._given.form == "unspecified":
            return self._book.unspecified(self._given.name, self._given.order + order)
        f = self._given
        return Function(f"{f.name}_slope{order if order > 1 else ''}", f.params, f.result, "notation", {"means": ""},
                        _Made(lambda _: _slope(f, order)))


class _Made(Reader):
    """Gives the one field of a notation as an expression."""

    def __init__(self, means: Callable[[Function], Expr]) -> None:
        self._means = means

    def expression(self, function: Function, _field: str, _said: Statement, /) -> Expr:
        """What it stands for."""
        return self._means(function)


def unspecified_in(*roots: Expr) -> list[Function]:
    """The functions of which nothing is known that the value of `roots` is made of, and derivatives of them: those that
    are called there, and those that a block was given."""
    found: dict[Function, None] = {}
    seen: set[Function] = set()
    todo = list(roots)
    while todo:
        for f in [e.data for e in postorder(todo.pop()) if e.kind is CALL]:
            if f.form == "unspecified":
                found[f] = None
            elif OF_BLOCK in f.fields and f not in seen:
                seen.add(f)
                todo += [body] if (body := f.template("body")) is not None else []
    return list(found)


def _slope(f: Function, order: int) -> Expr:
    """A derivative of f, or NoRuleError where it is not written out."""
    from matcalc.rulebook.slopes import NotEntrywiseError, slope  # which few questions need

    try:
        return slope(f, order)
    except NotEntrywiseError:
        said = "second" if order == 2 else "first"
        raise fail("M0601", f"the {said} derivative of {f.known_as}, entry by entry, is not written out",
                   error=NoRuleError) from None


def stands_for(made: Function, name: str, means: Callable[[Expr], Expr]) -> Function:
    """A notation with the parameters of the function `made`, in whose first one `means` is said."""
    return Function(name, made.params, made.result, "notation", {"means": "", "is": f"{CONJUGATING} {SPECTRAL}"},
                    _Made(lambda function: means(param_leaf(function, 0))))


class OfMatrix:
    """Functions of numbers as functions of a matrix, by the block `name` for those of one function."""

    def __init__(self, book: Book, name: str) -> None:
        self._book, self._name = book, name

    def derivative(self, f: Function, matrix: Expr) -> Expr:
        """f′ of a matrix. Raises NoFormulaError where that is not made of functions of one number."""
        from matcalc.rulebook.slopes import NotEntrywiseError, slope  # which few questions need

        try:
            return self._formula(slope(f), f, matrix)
        except NotEntrywiseError:
            raise NoFormulaError from None

    def meaning(self, f: Function, matrix: Expr) -> Expr:
        """f of a matrix, where f stands for a formula. Raises NoFormulaError as before."""
        means = f.template("means")
        assert means is not None
        return self._formula(means, f, matrix)

    def has_meaning(self, f: Function) -> bool:
        """Whether `meaning` gives a formula."""
        try:
            self.meaning(f, variable("A", (named("n"), named("n"))))
        except NoFormulaError:
            return False
        return True

    def _formula(self, e: Expr, f: Function, matrix: Expr) -> Expr:
        one = {str(d): 1 for d in f.params[0].shape}
        return self._of(substitute(e, {}, one), substitute(param_leaf(f, 0), {}, one), matrix)

    def _of(self, e: Expr, x: Expr, matrix: Expr) -> Expr:
        """The formula `e` of a number x, of a matrix."""
        if x not in variables(e):
            return multiply(e, eye(matrix.shape[0]))
        inner = [self._of(arg, x, matrix) for arg in e.args if x in variables(arg)]
        if e.kind is VAR:
            return matrix
        if e.kind is ADD:
            return add(*(self._of(arg, x, matrix) for arg in e.args))
        if e.kind is MUL:
            return multiply(num(e.data), *(arg for arg in e.args if x not in variables(arg)), *inner)
        if e.kind is POW and e.args[1].kind is NUM:
            return self._power(inner[0], e.args[1].data)
        if e.kind is CALL and is_taken(e.data):
            return apply(self._book.given(self._name, e.data), inner[0])
        raise NoFormulaError

    def _power(self, matrix: Expr, q: Fraction) -> Expr:
        if q.denominator > 2:
            return apply(self._book.overloads("powm")[0], matrix, num(q))
        root = matrix if q.denominator == 1 else apply(self._book.overloads("sqrtm")[0], matrix)
        return matrix_power(root, q.numerator)


def whole(f: Function, book: Book) -> Callable[[Expr], Expr] | None:
    """The function of a matrix that the block of f names as its own."""
    word = f.fields.get("whole", "")
    found = next((g for g in book.overloads(word) if len(g.params) == 1), None) if word else None
    return None if found is None else lambda matrix: apply(found, matrix)
