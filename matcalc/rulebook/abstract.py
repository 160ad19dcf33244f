"""Functions of which only shapes are declared, as blocks: their derivatives are functions with names of their own.

f: ℝⁿ → ℝ has ∇f and ∇²f, df = ∇f(x)'dx and d∇f = ∇²f(x) dx; of a matrix d∇f = ∇²f(X)[dX], with the matrix ∇²f(X) on
vec.
g: ℝⁿ → ℝᵐ has the Jacobian J_g, dg = J_g(x) dx; its differential has a matrix only in a product with a weight w, where
(dJ_g)'w = ∇²g(x, w) dx with ∇²g(x, w) = Σᵢ wᵢ ∇²gᵢ(x). K, of a number θ, has dK = ∂K/∂θ dθ.
F: ℝᵐˣⁿ → ℝᵖˣq, of a vector too, has its derivative along V, jvp_F(X, V), the adjoint vjp_F(X, G) of it, and the matrix
J_F(X) on vec; further ones have no name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from matcalc.algebra import apply, multiply, tangent, trace, transpose, variable
from matcalc.algebra.make import cotangent, param_leaf
from matcalc.core.dims import Shape
from matcalc.core.expr import CALL, CHAIN, Expr, node
from matcalc.core.function import Function, Law, Param, Reader, Signature, Statement
from matcalc.diagnostics import fail
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook

MARK = "abstract"  # the field that says which part of an abstract function a block is
HIGHEST = 3  # order of a derivative by a number
_STRUCTURES = {"sym": "symmetric", "spd": "symmetric definite", "psd": "symmetric semidefinite", "lower": "lower",
               "upper": "upper", "diag": "symmetric lower upper", "positive": "positive", "nonnegative": "nonnegative"}
_OF_VALUES = frozenset({"definite", "semidefinite", "positive", "nonnegative"})  # which derivatives do not inherit
_CHAIN_RULE = "chain rule; Magnus & Neudecker (2019) 5.15"


class DeclaredRules(Rulebook):
    """A rulebook with abstract functions besides."""

    def __init__(self, book: Rulebook, declared: Mapping[str, Signature]) -> None:
        super().__init__(())
        self._book, self.declared = book, declared
        self._made: dict[str, tuple[Function, ...]] = {}
        for name, said in declared.items():
            for f in _parts(name, said, self):
                self._made[f.name] = (*self._made.get(f.name, ()), f)
        known = book.names()
        for word in self._made:
            if word in known:
                raise fail("M0404", f"{word} is a function already; give the declared one another name", word)

    def names(self) -> set[str]:
        """The functions that have a block, or are declared."""
        return self._book.names() | self._made.keys()

    def aliases(self) -> dict[str, str]:
        """What others call the functions of the rules."""
        return {word: name for word, name in self._book.aliases().items() if word not in self._made}

    def wholes(self) -> dict[str, dict[str, str]]:
        """What has several results, without those that a declared function is called like."""
        return {whole: parts for whole, parts in self._book.wholes().items() if whole not in self._made}

    def functionals(self) -> dict[str, int]:
        """What takes a function of numbers."""
        return self._book.functionals()

    def names_in(self, files: set[str]) -> list[str]:
        """The functions that have a block in one of `files`."""
        return self._book.names_in(files)

    def names_saying(self, word: str) -> list[str]:
        """Functions of the rules with this property."""
        return self._book.names_saying(word)

    def names_stating(self, field: str) -> list[str]:
        """Functions of the rules of which a block has `field`."""
        return self._book.names_stating(field)

    def overloads(self, name: str) -> tuple[Function, ...]:
        """The blocks called `name`."""
        return self._made.get(name) or self._book.overloads(name)

    def functions(self) -> list[Function]:
        """Every block of the rules, read."""
        return self._book.functions()

    def unspecified(self, name: str, order: int = 0) -> Function:
        """An elementwise function of which nothing is known."""
        return self._book.unspecified(name, order)

    def expression(self, function: Function, field: str, said: Statement, /) -> Expr:
        """What a block says, in which a declared name has no meaning of its own."""
        return self._book.expression(function, field, said)

    def law(self, function: Function, said: Statement) -> list[Law]:
        """A rewrite of a block."""
        return self._book.law(function, said)

    def stable_laws(self, function: Function, said: Statement) -> list[Law]:
        """How a block is computed safely."""
        return self._book.stable_laws(function, said)

    def calls_in(self, text: str) -> frozenset[str]:
        """The functions that the text of a block names."""
        return self._book.calls_in(text)

    def fallback(self, name: str) -> Function | None:
        """A function that no block names but SymPy knows."""
        return self._book.fallback(name)


@lru_cache(maxsize=64)
def _declared(book: Rulebook, items: tuple[tuple[str, Signature], ...]) -> DeclaredRules:
    return DeclaredRules(book, dict(items))


def with_declared(book: Rulebook, declared: Mapping[str, Signature]) -> Rulebook:
    """The rulebook with these functions; the same one for the same declarations, so that expressions are equal."""
    return _declared(book, tuple(sorted(declared.items()))) if declared else book


class _Part(NamedTuple):
    """One of the functions that belong to a declared one: how its fields follow from the others."""

    reads: Mapping[str, Callable[[Function], Expr]]
    laws: Callable[[Function], list[Law]] | None = None


class _Derived(Reader):
    """Gives the fields of one part as expressions."""

    def __init__(self, part: _Part) -> None:
        self._part = part

    def expression(self, function: Function, field: str, _said: Statement, /) -> Expr:
        """The field, made and not read."""
        return self._part.reads[field](function)

    def law(self, function: Function, _said: Statement) -> list[Law]:
        """The laws of a part."""
        return self._part.laws(function) if self._part.laws else []

    def needs(self, _function: Function, _law: str) -> frozenset[str]:
        """They can match anything."""
        return frozenset()


def _function(name: str, kind: str, params: tuple[Param, ...], result: Shape, part: _Part, fields: Mapping[str, str],
              form: str = "function", order: int = 0) -> Function:
    texts = dict.fromkeys(part.reads, "") | ({"law": "second-derivative"} if part.laws else {})
    made = Function(name, params, result, form, {MARK: kind, "ref": _CHAIN_RULE, **texts, **fields}, _Derived(part),
                    order=order)
    made.reading.stacks = (2, None)
    return made


def _parts(name: str, said: Signature, book: Rulebook) -> list[Function]:
    if said.of:
        return _of_number(name, said, book)
    if said.result == (1, 1):
        return _of_many(name, said, book)
    return _to_many(name, said, book) if said.result[1] == 1 else _to_matrix(name, said, book)


def _called(book: Rulebook, name: str, *args: Expr) -> Expr:
    """The part of that name with as many arguments."""
    return apply(next(f for f in book.overloads(name) if len(f.params) == len(args)), *args)


def _at(f: Function) -> Expr:
    return param_leaf(f, 0)


def _moved(f: Function, i: int = 0) -> Expr:
    return tangent(f.params[i].name, f.params[i].shape)


def _of_many(name: str, said: Signature, book: Rulebook) -> list[Function]:
    """f with ∇f and ∇²f."""
    n, k = said.argument
    is_vector = k == 1
    x = Param("x" if is_vector else "X", said.argument)
    gradient, hessian = f"grad_{name}", f"hess_{name}"
    own = {"of": name}
    value = _Part({"d": lambda f: trace(multiply(transpose(_called(book, gradient, _at(f))), _moved(f)))})
    slope = _Part({"d": lambda f: multiply(_called(book, hessian, _at(f)), _moved(f)) if is_vector else
                   _called(book, hessian, _at(f), _moved(f))})
    made = [_function(name, "function", (x,), (1, 1), value, own),
            _function(gradient, "gradient", (x,), said.argument, slope, own),
            _function(hessian, "Hessian", (x,), (n * k, n * k), _Part({}), own | {"is": "symmetric"})]
    if not is_vector:
        form = _Part({"adjoint.V": lambda f: _called(book, hessian, _at(f), cotangent(f)),
                      "matrix.V": lambda f: _called(book, hessian, _at(f))})
        made.append(_function(hessian, "curvature", (x, Param("V", said.argument)), said.argument, form, own, "linear"))
    return made


def _to_many(name: str, said: Signature, book: Rulebook) -> list[Function]:
    """g with J_g, the change of J_g along v, and ∇²g(x, w)."""
    (n, _), (m, _) = said.argument, said.result
    x, v, w = Param("x", (n, 1)), Param("v", (n, 1)), Param("w", (m, 1))
    jacobian, along, weighted = f"J_{name}", f"dJ_{name}", f"hess_{name}"
    own = {"of": name}
    return [
        _function(name, "function", (x,), (m, 1), _Part(
            {"d": lambda f: multiply(_called(book, jacobian, _at(f)), _moved(f))}), own),
        _function(jacobian, "Jacobian", (x,), (m, n), _Part(
            {"d": lambda f: _called(book, along, _at(f), _moved(f))}), own),
        _function(along, "change", (x, v), (m, n), _Part({}, lambda f: _weighting(f, book, weighted)), own, "linear"),
        _function(weighted, "curvature", (x, w), (n, n), _Part({}), own | {"is": "symmetric"}, "linear")]


def _to_matrix(name: str, said: Signature, book: Rulebook) -> list[Function]:
    """F with its derivative along V, the adjoint of it, and its matrix on vec."""
    (m, n), (p, q) = said.argument, said.result
    x = Param("x" if n == 1 else "X", said.argument)
    v, g = Param("v" if n == 1 else "V", said.argument), Param("G", said.result)
    pushed, pulled, jacobian = f"jvp_{name}", f"vjp_{name}", f"J_{name}"
    own = {"of": name}
    return [
        _function(name, "function", (x,), said.result, _Part(
            {"d": lambda f: _called(book, pushed, _at(f), _moved(f))}), own),
        _function(pushed, "pushed", (x, v), said.result, _Part(
            {f"adjoint.{v.name}": lambda f: _called(book, pulled, _at(f), cotangent(f)),
             f"matrix.{v.name}": lambda f: _called(book, jacobian, _at(f))}), own, "linear"),
        _function(pulled, "pulled", (x, g), said.argument, _Part(
            {"adjoint.G": lambda f: _called(book, pushed, _at(f), cotangent(f)),
             "matrix.G": lambda f: transpose(_called(book, jacobian, _at(f)))}), own, "linear"),
        _function(jacobian, "Jacobian", (x,), (p * q, m * n), _Part({}), own)]


def _weighting(f: Function, book: Rulebook, weighted: str) -> list[Law]:
    """dJ(x, v)'w = ∇²g(x, w) v, and the same transposed."""
    n, w = f.params[0].shape[0], variable("w", (f.result[0], 1))
    x, v = param_leaf(f, 0), param_leaf(f, 1)
    change = node(CALL, (x, v), f, f.result)
    found = multiply(_called(book, weighted, x, w), v)
    return [Law("weighted-second-derivative", node(CHAIN, (transpose(change), w), None, (n, 1)), found),
            Law("weighted-second-derivative", node(CHAIN, (transpose(w), change), None, (1, n)),
                transpose(found))]


def _of_number(name: str, said: Signature, book: Rulebook) -> list[Function]:
    """K with its derivatives by θ."""
    x = Param(said.of, (1, 1))
    words = " ".join(dict.fromkeys(w for prop in sorted(said.props) for w in _STRUCTURES[prop].split()))
    inherited = " ".join(w for w in words.split() if w not in _OF_VALUES)
    found = []
    for order in range(HIGHEST + 1):
        own = {"of": name, "by": said.of, "is": inherited if order else words}
        found.append(_function(derivative_name(name, said.of, order), "dependent", (x,), said.result,
                               _of_order(order, name, said.of, book), own, order=order))
    return found


def _of_order(order: int, name: str, by: str, book: Rulebook) -> _Part:
    """dK⁽ᵏ⁾ = K⁽ᵏ⁺¹⁾ dθ"""
    if order == HIGHEST:
        return _Part({})
    above = derivative_name(name, by, order + 1)
    return _Part({"d": lambda f: multiply(_moved(f), _called(book, above, _at(f)))})


def derivative_name(name: str, by: str, order: int) -> str:
    """dK_dtheta, d2K_dtheta2"""
    if not order:
        return name
    count = str(order) if order > 1 else ""
    return f"d{count}{name}_d{by}{count}"
