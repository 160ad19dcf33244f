"""The rules: an index of blocks over the files in rules/, each block read only when somebody asks for it.

Expressions in fields are read by the parser that reads the user's input, with the parameters, their tangents dX and G
bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cache, cached_property
from os import listdir, path
from os.path import abspath
from weakref import WeakValueDictionary

from matcalc.algebra import apply, noting, substitute, variable
from matcalc.algebra.demands import said as conditions
from matcalc.algebra.holomorphy import BODY
from matcalc.algebra.laws import unremembered
from matcalc.algebra.make import complex_leaf, cotangent, members_leaf, param_leaf, tangent_leaf, unknown_leaf
from matcalc.core.dims import named, names
from matcalc.core.expr import EYE, TANGENT, Expr, postorder
from matcalc.core.function import Demand, Function, Law, Param, Reader, Signature, Statement
from matcalc.rulebook import functional
from matcalc.rulebook.block import Block
from matcalc.rulebook.read import EXPRESSIONS, bad, blocks, function, parameters

# What the calculus itself writes.
CORE = ("attains", "commutation", "diag", "inv", "kron", "log", "onehot_max", "shares", "tril", "triu", "vec")
_READ = EXPRESSIONS | {"law", "stable", "short", "holds", "domain"}


def rules_folder() -> str:
    """Where the rules lie: inside the installed package, or beside it in a checkout."""
    package = path.dirname(path.dirname(__file__))
    inside = path.join(package, "rules")
    return inside if path.isdir(inside) else path.join(path.dirname(package), "rules")


class Rulebook(Reader):
    """All blocks of some rule files, by function name.

    Where a differential that is shown needs more than the function has, det(X) tr(X⁻¹ dX) an invertible X, a block may
    state in the field `exact` one that needs no more. `exactly` gives the same book with these in force.
    """

    is_exact = False

    def __init__(self, files: Iterable[str]) -> None:
        self._blocks: dict[str, list[Block]] = {}
        self._functions: dict[str, tuple[Function, ...]] = {}
        self._unspecified: WeakValueDictionary[tuple[str, int], Function] = WeakValueDictionary()
        self._fallbacks: dict[str, Function | None] = {}
        self.declared: Mapping[str, Signature] = {}  # abstract functions
        self._called: frozenset[str] | None = None
        self._aliases: dict[str, str] | None = None
        self._wholes: dict[str, dict[str, str]] | None = None
        self._functionals: dict[str, int] | None = None
        self._given: dict[tuple[str, Function, int], Function] = {}
        self._views: dict[Function, functional.View] = {}
        self._stable: dict[tuple[Function, Statement], list[Law]] = {}
        for block in (block for file in files for block in blocks(str(file))):
            self._blocks.setdefault(block.name, []).append(block)

    @cached_property
    def exactly(self) -> Rulebook:
        """The same blocks, whose differentials hold wherever the function has one."""
        found = copy(self)
        found.is_exact = True
        return found

    def names(self) -> set[str]:
        """The functions that have a block."""
        return set(self._blocks)

    def called(self) -> frozenset[str]:
        """What is called as a function in a text: of one letter are variables, but for the declared functions."""
        if self._called is None:
            self._called = frozenset(name for name in {*self.names(), *self.wholes(), "commutation"}
                                     if len(name) > 1 or name in self.declared)
        return self._called

    def aliases(self) -> dict[str, str]:
        """What others call the functions, and how these are called here; no alias hides a function."""
        if self._aliases is None:
            self._aliases = {word: name for name, found in self._blocks.items() for block in found
                             for word in block.also() if word not in self._blocks}
        return self._aliases

    def wholes(self) -> dict[str, dict[str, str]]:
        """What has several results, eigh(A).values and eigh(A).vectors: the function that each of them is, by its place
        and by its names; by 0 and these, where NumPy's notation has it not."""
        if self._wholes is None:
            self._wholes = {}
            for name, found in self._blocks.items():
                for whole, place, *words in (part for block in found for part in block.parts()):
                    if whole not in self._blocks:
                        known = [place.removeprefix("-"), *words]
                        elsewhere = [f"0{word}" for word in known if place[0] in "-0" and word != "0"]
                        self._wholes.setdefault(whole, {}).update(dict.fromkeys([*known, *elsewhere], name))
        return self._wholes

    def names_in(self, files: set[str]) -> list[str]:
        """The functions that have a block in one of `files`."""
        return [name for name, found in self._blocks.items() if any(block.file in files for block in found)]

    def names_saying(self, word: str) -> list[str]:
        """Functions of which a block has `word` among its properties, found without reading the blocks."""
        return [name for name, found in self._blocks.items() if any(block.says(word) for block in found)]

    def names_stating(self, field: str) -> list[str]:
        """Functions of which a block has `field`, found without reading the blocks."""
        return [name for name, found in self._blocks.items() if any(block.states(field) for block in found)]

    def overloads(self, name: str) -> tuple[Function, ...]:
        """The blocks called `name`, in the order of the file."""
        if ":" in name:
            return self._with_function(name)
        if name not in self._functions:
            self._functions[name] = tuple(
                self.given(name, self.unspecified(letter)) if (letter := functional.letter(block)) else
                function(block, self) for block in self._blocks.get(name, ()))
        return self._functions[name]

    def functionals(self) -> dict[str, int]:
        """The functions that take a function of numbers, and how many arguments stand before it."""
        if self._functionals is None:
            self._functionals = {name: block.params.count(":") - 1 for name, found in self._blocks.items()
                                 for block in found if functional.letter(block)}
        return self._functionals

    def _with_function(self, name: str) -> tuple[Function, ...]:
        """`funm:exp`, and `funm:f:1` with the first derivative of a function of which nothing is known; none where
        what is given is no function of one number."""
        called, of, order = (*name.split(":"), "0")[:3]
        found = [f for f in self.overloads(of) if functional.is_taken(f)] or (
            [] if self.overloads(of) else [self.unspecified(of, int(order))])
        return (self.given(called, found[0]),) if found else ()

    def given(self, name: str, f: Function, order: int = 0) -> Function:
        """The block `name` with the function f, or its derivative, for the one that it takes."""
        if f.form == "unspecified" and order:
            f, order = self.unspecified(f.name, f.order + order), 0
        key = name, f, order
        if key not in self._given:
            made = functional.instance(self._blocks[name][0], f, self)
            self._views[made] = functional.View(self, functional.letter(self._blocks[name][0]), f)
            means = self._means(name, f, order) if order or made.has("primary") else None
            if means is not None:
                made = functional.stands_for(made, f"{made.name}_slope" if order else made.name, means)
            self._given[key] = made
        return self._given[key]

    def _means(self, name: str, f: Function, order: int) -> Callable[[Expr], Expr] | None:
        """What stands for f of a matrix, or for f′ of it; None where it is a function of its own."""
        of = functional.OfMatrix(self, name)
        if order:
            return lambda A: of.derivative(f, A)
        whole = functional.whole(f, self)
        return whole if whole is not None or f.form != "notation" or not of.has_meaning(f) else \
            lambda A: of.meaning(f, A)

    def core(self, name: str) -> Function:
        """The block of an operation that the calculus itself writes, one of CORE."""
        return self.overloads(name)[0]

    def answer(self, question: str, /, **given: Expr) -> Expr:
        """What a block `answers` to a question of solving, in terms of what is given: the pseudo-inverse of A."""
        from matcalc.language import parse_template

        said = (line.text.partition(":") for name in self.names_stating("answers") for f in self.overloads(name)
                for line in f.statements("answers"))
        text = next(text for known, _, text in said if known.strip() == question)
        return parse_template(text, self, bindings=given)

    def functions(self) -> list[Function]:
        """Every block, read."""
        return [f for name in self._blocks for f in self.overloads(name)]

    def unspecified(self, name: str, order: int = 0) -> Function:
        """An elementwise function of which nothing is known but its name; its differential is the next derivative."""
        found = self._unspecified.get((name, order))
        if found is None:
            shape = (named("m"), named("n"))
            found = Function(name, (Param("X", shape),), shape, "unspecified", {"d": "", "is": "equivariant"},
                             _NextDerivative(self), order=order)
        return self._unspecified.setdefault((name, order), found)

    def fallback(self, name: str) -> Function | None:
        """A function that no block names but SymPy knows, as an elementwise function; None where it does not."""
        from matcalc.rulebook.sympy import lookup

        if name not in self._fallbacks:
            self._fallbacks[name] = lookup(name, self._known)
        return self._fallbacks[name]

    def _known(self, name: str) -> Function | None:
        return next(iter(self.overloads(name)), None) or self.fallback(name)

    def expression(self, function: Function, field: str, said: Statement, /) -> Expr:
        """`said` in the parameters; in a differential their tangents are known too, in an adjoint G. What is lifted
        speaks of matrices that have many arguments as rows; what is shown or said, or is of a sum, has own letters."""
        has_letters = field in ("shown", "said", "of_sum")
        text, _, letters = said.text.partition(" where ") if has_letters else (said.text, "", "")
        own = {p.name: variable(p.name, p.shape, frozenset({"complex"} if function.plain and 1 not in p.shape else ()))
               for p in parameters(letters, function.file, said.line)}
        return self._expression(function, field, Statement(text, said.line), own)

    def _expression(self, function: Function, field: str, said: Statement, extra: dict[str, Expr]) -> Expr:
        from matcalc.language import parse_template

        bindings: dict[str, Expr] = {}
        dims: set[str] = set()
        for i, param in enumerate(function.params):
            if param.kind != "value":
                dims.add(param.name)
            elif field == BODY:
                bindings[param.name] = complex_leaf(function, i)
            elif field == "lift":
                bindings[members_leaf(function, i).data.name] = members_leaf(function, i)
            else:
                bindings[param.name] = param_leaf(function, i)
                bindings[f"d{param.name}"] = tangent_leaf(function, i)
        if field.startswith("adjoint"):
            bindings["G"] = cotangent(function)
        if field.startswith("implicit"):
            bindings[function.unknown] = unknown_leaf(function)
        known = {**bindings, **extra}
        shapes = [function.result, *(p.shape for p in function.params), *(e.shape for e in known.values())]
        dims |= {name for shape in shapes for dim in shape for name in names(dim)}
        found = parse_template(said.text, self._views.get(function.plain or function, self), bindings=known, dims=dims,
                               file=function.file, line=said.line)
        _refuse_changes(found, function, field, said.line)
        return found

    def needs(self, function: Function, law: str) -> frozenset[str]:
        """The functions that occur in whatever the law matches, its own apart, and the identity if it does."""
        left = law.partition(":")[2].partition("=>")[0]
        met = self.calls_in(left) | ({EYE.value} if f"{EYE.value}(" in left else set())
        return met - {function.name} - self.functionals().keys()

    def calls_in(self, text: str) -> frozenset[str]:
        """The functions that `text` names, without those that are gone when it has been read: a notation expands, if
        one takes as many arguments."""
        words = {(word.group(), _passed(text, word.end())) for word in re.finditer(r"\w+", text)
                 if word.group() in self._blocks}
        return frozenset(word for word, n in words
                         if all(f.form != "notation" and "core" not in f.fields
                                for f in self.overloads(word) if len(f.params) == n))

    def law(self, function: Function, said: Statement) -> list[Law]:
        """A rewrite; entry by entry it holds for matrices and, with other product signs, for scalars."""
        with unremembered():
            try:
                law = self._law(function, said)
            except functional.NoFormulaError:
                return []
            if function.form not in ("elementwise", "constant") or function.params[0].shape != function.result:
                return [law]
            return [law, _of_scalars(law)]

    def stable_laws(self, function: Function, said: Statement) -> list[Law]:
        """How what the left side says is computed safely, or said in short: a law that is used in code and values only,
        or in what is shown."""
        if (function, said) not in self._stable:
            with noting():
                law = self._law(function, said)
                is_one = function.form != "elementwise" or function.params[0].shape != function.result
                self._stable[function, said] = [law] if is_one else [law, _of_scalars(law)]
        return self._stable[function, said]

    def _law(self, function: Function, said: Statement) -> Law:
        """`NAME: LEFT => RIGHT where c: scalar, B: [n,n] if det(B) positive`."""
        name, _, rule = said.text.partition(":")
        rule, _, condition = rule.partition(" if ")
        rule, _, where = rule.partition(" where ")
        left, arrow, right = rule.partition("=>")
        if not arrow:
            raise bad(f"a law reads NAME: LEFT => RIGHT, not “{said.text}”", function.file, said.line)
        more = {"complex"} if function.plain else ()
        extra = {p.name: variable(p.name, p.shape, p.props.union(more if p.shape != (1, 1) else ()))
                 for p in parameters(where, function.file, said.line)}
        pattern, replacement = (self._expression(function, "law", Statement(side.strip(), said.line), extra)
                                for side in (left, right))
        return Law(name.strip(), pattern, replacement,
                   self._demands(function, Statement(condition.strip(), said.line), extra))

    def _demands(self, function: Function, said: Statement, extra: dict[str, Expr]) -> tuple[Demand, ...]:
        """What stands behind `if`: prod(X) positive; P and -P without common eigenvalue."""
        def read(text: str) -> Expr:
            return self._expression(function, "law", Statement(text, said.line), extra)

        clauses = conditions(said.text) if said.text else []
        if said.text and len(clauses) < len(said.text.split(";")):
            raise bad(f"a condition reads EXPRESSION WORD, not “{said.text}”", function.file, said.line)
        return tuple(Demand(word, read(subject), read(partner) if partner else None)
                     for subject, partner, word in clauses)


def _passed(text: str, start: int) -> int:
    """How many arguments stand in the brackets that open at `start`."""
    depth, found = 0, 1
    for c in text[start:]:
        depth += (c in "([") - (c in ")]")
        if depth == 0:
            break
        found += c == "," and depth == 1
    return found


def _of_scalars(law: Law) -> Law:
    """What a law entry by entry says of numbers."""
    def one(e: Expr) -> Expr:
        return substitute(e, {}, {"m": 1, "n": 1})

    return Law(law.name, one(law.pattern), one(law.replacement), tuple(demand.about(one) for demand in law.demands))


class _NextDerivative(Reader):
    """Reads what an unspecified function has for a derivative: another one."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book

    def expression(self, function: Function, _field: str, _said: Statement, /) -> Expr:
        """The field d, which is the only one."""
        return apply(self._book.unspecified(function.name, function.order + 1), param_leaf(function, 0))


def _refuse_changes(e: Expr, function: Function, field: str, line: int) -> None:
    """Raise MatcalcError where dX stands in what is no differential."""
    if field.partition(".")[0] not in ("d", "exact") or function.form == "elementwise":
        for change in (part for part in postorder(e) if part.kind is TANGENT):
            what = f"of the form {function.form} " if field.partition(".")[0] == "d" else ""
            raise bad(f"d{change.data[0]} is a change of {change.data[0]}, of which the field {field} {what}does not "
                      "speak", function.file, line)


def rules_files() -> list[str]:
    """The files of the shipped rules."""
    folder = rules_folder()
    return [path.join(folder, name) for name in sorted(listdir(folder)) if name.endswith(".rules")]


@cache
def standard() -> Rulebook:
    """The rules that matcalc ships."""
    return Rulebook(rules_files())


@cache
def extended(*files: str) -> Rulebook:
    """The shipped rules and those of `files`, which win where they name the same function."""
    given = set(map(abspath, files))  # which asks no system: a name that no file can have is refused when it is read
    book = Rulebook([*files, *(f for f in rules_files() if abspath(f) not in given)])
    mine = set(map(str, files))
    for name in book.names_in(mine):
        _keep_meaning(book, book.overloads(name), mine)
    return book


def _keep_meaning(book: Rulebook, overloads: tuple[Function, ...], mine: set[str]) -> None:
    """A name that the calculus writes, or another rule, goes on to mean what it means in the shipped rules."""
    for f in (f for f in overloads if f.file in mine):
        rivals = [g for g in overloads if g.file not in mine and len(g.params) == len(f.params)]
        if rivals and all(_meaning(f) != _meaning(g) for g in rivals) and _is_relied_on(book, f.name, mine):
            raise bad(f"{f.name} has another meaning in the shipped rules, and the calculus or another rule relies "
                      "on it; give this function a name of its own", f.file, f.line)


def _meaning(f: Function) -> tuple[object, ...]:
    """What a block is a function of, and how its value is computed."""
    said = [f.fields.get(key, "").split() for key in ("numpy", "means", "core")]
    return f.form, [(p.shape, p.kind) for p in f.params], f.result, said


def _is_relied_on(book: Rulebook, name: str, mine: set[str]) -> bool:
    word = re.compile(rf"\b{re.escape(name)}\b")
    texts = (text for f in book.functions() if f.file not in mine and f.name != name
             for key, text in f.fields.items() if key.partition(".")[0] in _READ)
    return name in CORE or any(map(word.search, texts))
