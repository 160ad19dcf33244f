"""The numeric template of a rule as a plan: `np.exp(x - np.max(x)) / np.sum(np.exp(x - np.max(x)))` becomes the kernels
it is made of, each once, which every target can spell and which other functions share.

A parameter is a matrix, a vector n×1. What cannot be said in kernels is left to the target: the function is then a
kernel of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from matcalc.core.dims import Dim
from matcalc.plan.entries import multiplied, power, quotient, reduced, total
from matcalc.plan.value import Value, Values, is_diagonal

_ENTRYWISE = frozenset("""abs arccos arccosh arcsin arcsinh arctan arctanh cbrt cos cosh exp expm1 log log10 log1p log2
    sign sin sinh sqrt tan tanh floor ceil""".split())
_SPECIAL = frozenset("erf erfc erfcx expit log_ndtr ndtr ndtri erfinv psi digamma gammaln gamma i0 i1 i0e i1e".split())
_PAIRS = frozenset("maximum minimum hypot arctan2".split())
_COMPARED = {ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal", ast.Eq: "equal",
             ast.NotEq: "not_equal"}
_NAMED = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}


class UnsaidError(Exception):
    """The template says something that no kernel does."""


@lru_cache(maxsize=512)
def tree_of(text: str) -> ast.expr:
    """The template, parsed once."""
    return ast.parse(text.strip(), mode="eval").body


class Reader:
    """Reads a template with values for its parameters, the lengths of its dimensions, and what is known of matrices."""

    def __init__(self, values: Values, given: Mapping[str, Value], dims: Mapping[str, Dim],
                 structures: Mapping[str, str]) -> None:
        self.values, self.graph, self.given, self.dims = values, values.graph, given, dims
        self.structures = structures

    def read(self, text: str, names: Sequence[str]) -> Value:
        """The value of the whole. Raises UnsaidError where it is no plan of kernels."""
        try:
            tree = tree_of(text)
            if _dotted(tree) is not None:
                tree = ast.Call(tree, [ast.Name(name) for name in names], [])
            found = self.value(tree)
        except (SyntaxError, ZeroDivisionError):  # of numbers that the template itself says
            raise UnsaidError(text) from None
        return self._where([found, self.values.number(1), self.values.number(0)]) if _is_relation(found) else found

    def value(self, n: ast.expr) -> Value:
        """The value of a part."""
        how = _READ.get(type(n))
        if how is None:
            raise UnsaidError(ast.unparse(n))
        return how(self, n)

    def map(self, name: str, *args: Value) -> Value:
        """A function of entries."""
        return self.values.mapped(args, lambda nodes: self.graph.map(name, *nodes))

    def _name(self, n: ast.Name) -> Value:
        if n.id in self.given:
            return self.given[n.id]
        if n.id in self.dims:
            return self.values.of(self.graph.size(self.dims[n.id]))
        raise UnsaidError(n.id)

    def _constant(self, n: ast.Constant) -> Value:
        if isinstance(n.value, bool) or not isinstance(n.value, int | float):
            raise UnsaidError(repr(n.value))
        return self.values.number(Fraction(str(n.value)))

    def _attribute(self, n: ast.Attribute) -> Value:
        if _dotted(n) == ("np", "pi"):
            return self.values.of(self.graph.node("constant", data="pi"))
        if n.attr != "T":
            raise UnsaidError(ast.unparse(n))
        found = self.value(n.value)
        return found._replace(rows=found.columns, columns=found.rows)

    def _binary(self, n: ast.BinOp) -> Value:
        if isinstance(n.op, ast.Pow):
            return power(self.values, self.value(n.left), self.value(n.right))
        left, right = self.value(n.left), self.value(n.right)
        if isinstance(n.op, ast.Mult | ast.Div):  # in the order of the author, who knows what overflows
            left, right = grouped(self.values, left), grouped(self.values, right)
        if isinstance(n.op, ast.MatMult):
            return _chained(self.values, left, right)
        if isinstance(n.op, ast.Mult):
            return multiplied(self.values, [left, right])
        if isinstance(n.op, ast.Div):
            return self._scaled(left, right) if _is_choice(right) else quotient(self.values, left, right)
        if isinstance(n.op, ast.Add | ast.Sub):
            sign = Fraction(1 if isinstance(n.op, ast.Add) else -1)
            return self.values.mapped([left, right], lambda nodes: self.graph.add([(Fraction(1), nodes[0]),
                                                                                   (sign, nodes[1])]))
        raise UnsaidError(ast.unparse(n))

    def _scaled(self, left: Value, right: Value) -> Value:
        """A division that stays where it is: it keeps squares within reach of numbers, and would do so in no other
        place of a product."""
        return self.values.mapped([left, right], lambda nodes: self.graph.map("divide", *nodes))

    def _unary(self, n: ast.UnaryOp) -> Value:
        if not isinstance(n.op, ast.USub | ast.UAdd):
            raise UnsaidError(ast.unparse(n))
        found = self.value(n.operand)
        return found._replace(number=-found.number) if isinstance(n.op, ast.USub) else found

    def _compare(self, n: ast.Compare) -> Value:
        if len(n.ops) != 1 or type(n.ops[0]) not in _COMPARED:
            raise UnsaidError(ast.unparse(n))
        return self.map(_COMPARED[type(n.ops[0])], self.value(n.left), self.value(n.comparators[0]))

    def _subscript(self, n: ast.Subscript) -> Value:
        part = _PARTS.get(ast.unparse(n)[-3:])
        if part and isinstance(n.value, ast.Call) and _called(n.value) == "slogdet":
            return self._of_matrix(part, n.value)
        if isinstance(n.value, ast.Call) and _called(n.value) == "arange" and ast.unparse(n.slice) in _AXES:
            return self._places(n.value.args, _AXES[ast.unparse(n.slice)])
        raise UnsaidError(ast.unparse(n))

    def _places(self, args: Sequence[ast.expr], side: str) -> Value:
        """The numbers 0 … n − 1 along one axis: np.arange(n)[:, None]."""
        if len(args) != 1 or not isinstance(args[0], ast.Name) or args[0].id not in self.dims:
            raise UnsaidError("arange")
        size = self.dims[args[0].id]
        axes = self.values.axes(size)
        if not axes:
            return self.values.number(0)
        node = self.graph.node("range", data=0, shape=(size,))
        return self.values.of(node, axes if side == "rows" else (), axes if side == "columns" else ())

    def _of_matrix(self, name: str, n: ast.Call) -> Value:
        """A number or a matrix of the one matrix that is the operand."""
        if len(n.args) != 1 or n.keywords:
            raise UnsaidError(ast.unparse(n))
        structure = self.structures.get(n.args[0].id, "") if isinstance(n.args[0], ast.Name) else ""
        return of_matrix(self.values, name, self.value(n.args[0]), structure)

    def _call(self, n: ast.Call) -> Value:
        name = _called(n)
        keywords = {k.arg: ast.unparse(k.value) for k in n.keywords}
        if name in _REDUCED and set(keywords) <= {"axis", "keepdims"} and len(n.args) == 1:
            return self._reduced(name, self.value(n.args[0]), keywords)
        if keywords:
            raise UnsaidError(ast.unparse(n))
        if name in _MATRIX:
            return self._of_matrix(_MATRIX[name], n)
        if name == "eye" and len(n.args) == 1 and isinstance(n.args[0], ast.Name) and n.args[0].id in self.dims:
            side = self.values.axes(self.dims[n.args[0].id])
            return Value((), side, side)
        args = [self.value(arg) for arg in n.args]
        if name in _ENTRYWISE or name in _SPECIAL or name in _PAIRS or name in _NAMED:
            return power(self.values, args[0], self.values.number(Fraction(1, 2))) if name == "sqrt" else \
                self.map(name, *args)
        if name not in _CALLS:
            raise UnsaidError(ast.unparse(n))
        return _CALLS[name](self, args)

    def _reduced(self, name: str, value: Value, keywords: Mapping[str | None, str]) -> Value:
        axis, keeps = keywords.get("axis"), keywords.get("keepdims") == "True"
        if axis is None and not keeps:
            side: tuple[str, ...] = ("rows", "columns")
        elif axis in ("0", "1") and keeps:
            side = ("rows",) if axis == "0" else ("columns",)
        else:
            raise UnsaidError(f"axis={axis}")
        if name == "mean":
            labels = [x for s in side for x in getattr(value, s)]
            found = total(self.values, value, side)
            for label in labels:
                found = quotient(self.values, found, self.values.of(self.graph.size(label.size)))
            return found
        return total(self.values, value, side) if name == "sum" else reduced(self.values, name, value, side)

    def _where(self, args: Sequence[Value]) -> Value:
        return self.values.mapped(args, lambda nodes: self.graph.map("where", *nodes))

    def _step(self, args: Sequence[Value]) -> Value:
        zero, one = self.values.number(0), self.values.number(1)
        if args[1] != zero:
            raise UnsaidError("heaviside")
        return self._where([self.map("less", zero, args[0]), one, zero])


def grouped(values: Values, value: Value) -> Value:
    """A product as one array, of which no factor is multiplied with anything else before."""
    return values.core(value) if len(value.factors) > 1 and not is_diagonal(value) else value


def of_matrix(values: Values, name: str, value: Value, structure: str) -> Value:
    """A kernel of one square matrix, for each member: its inverse, or a number."""
    matrix = values.matrix(value)
    node = matrix.factors[0][0] if matrix.factors else values.full(matrix)[0]
    if not matrix.rows:  # a 1×1 matrix
        raise UnsaidError(name)
    front = node.shape[:-2]
    found = values.graph.node(name, [node], structure, node.shape if name == "inverse" else front)
    return values.of(found, *((matrix.rows, matrix.columns) if name == "inverse" else ((), ())), matrix.indices)


def _chained(values: Values, left: Value, right: Value) -> Value:
    """The product of two matrices."""
    a, b = values.fresh(left), values.fresh(right)
    if not values.alike(a.columns, b.rows):
        a, b = values.matrix(a), values.matrix(b)
        if not values.alike(a.columns, b.rows):
            raise UnsaidError("a product of matrices that do not fit")
    a, b = values.equated([a, b], zip(a.columns, b.rows, strict=True))
    return values.product([a, b], a.rows, b.columns)


def _is_choice(value: Value) -> bool:
    """Whether it is one number or another."""
    return not value.sides and _is_map(value, {"where"})


def _is_relation(value: Value) -> bool:
    """Whether its entries are true or false, which are no numbers in all languages."""
    return _is_map(value, _NAMED)


def _is_map(value: Value, names: Container[str]) -> bool:
    return len(value.factors) == 1 and value.factors[0][0].op == "map" and value.factors[0][0].data in names


def _dotted(n: ast.expr) -> tuple[str, str] | None:
    if isinstance(n, ast.Attribute):
        owner = _owner(n.value)
        if owner in ("np", "np.linalg", "scipy.special", "scipy.linalg"):
            return owner, n.attr
    return None


def _owner(n: ast.expr) -> str:
    """The dotted name that stands before a dot, '' for anything else."""
    if isinstance(n, ast.Name):
        return n.id
    return f"{_owner(n.value)}.{n.attr}" if isinstance(n, ast.Attribute) else ""


def _called(n: ast.Call) -> str:
    """The bare name of a library's function, '' for a method."""
    dotted = _dotted(n.func)
    return dotted[1] if dotted is not None else ""


def _vdot(reader: Reader, args: Sequence[Value]) -> Value:
    factors = [grouped(reader.values, arg) for arg in args]
    return total(reader.values, multiplied(reader.values, factors), ("rows", "columns"))


def _trace(reader: Reader, args: Sequence[Value]) -> Value:
    return _vdot(reader, [args[0], reader.values.number(1)]) if not args[0].rows else reader.values.product(
        [diagonal(reader.values, args[0])], (), ())


def diagonal(values: Values, value: Value) -> Value:
    """The diagonal of a matrix as a vector."""
    fresh = values.fresh(value)
    if not values.alike(fresh.rows, fresh.columns):
        fresh = values.matrix(fresh)
    (found,) = values.equated([fresh], zip(fresh.rows, fresh.columns, strict=True))
    return found._replace(columns=())


_AXES = {"(:, None)": "rows", ":, None": "rows", "(None, :)": "columns", "None, :": "columns"}
_REDUCED = ("sum", "max", "min", "prod", "mean")
_MATRIX = {"inv": "inverse", "det": "det"}
_PARTS = {"[0]": "signdet", "[1]": "logabsdet"}  # of slogdet
_CALLS: dict[str, Callable[[Reader, Sequence[Value]], Value]] = {
    "vdot": _vdot,
    "trace": _trace,
    "where": Reader._where,
    "heaviside": Reader._step,
    "square": lambda reader, args: power(reader.values, args[0], reader.values.number(2)),
    "reciprocal": lambda reader, args: quotient(reader.values, reader.values.number(1), args[0]),
}


_READ: dict[type[ast.expr], Callable[[Reader, Any], Value]] = {
    ast.Name: Reader._name, ast.Constant: Reader._constant, ast.Attribute: Reader._attribute,
    ast.BinOp: Reader._binary, ast.UnaryOp: Reader._unary, ast.Compare: Reader._compare,
    ast.Subscript: Reader._subscript, ast.Call: Reader._call,
}
