"""Functions of the rules as plans: by the template that says how they are computed, by the axes that a rule says it
puts together, or as a kernel of their own."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache

from matcalc.algebra.conjugation import is_hermitian, is_real
from matcalc.algebra.facts import is_definite, is_lower, is_orthogonal, is_symmetric, is_upper
from matcalc.core.dims import Dim, named, names
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.plan.node import Graph, Node
from matcalc.plan.templates import Reader, UnsaidError
from matcalc.plan.value import Label, Labels, Value, Values
from matcalc.records import NamedTuple


class Call(NamedTuple):
    """A function that is a kernel: of matrices with two axes each and of numbers, behind the axes of `batch` indices.

    `given` are the whole numbers and dimensions that the template takes, by name; `stacked` says for each operand
    whether it depends on the indices. `shape` is that of one result.
    """

    function: Function
    given: tuple[tuple[str, Dim], ...]
    stacked: tuple[bool, ...]
    batch: int
    shape: tuple[Dim, Dim]


def called(values: Values, e: Expr, operands: Sequence[Value], dims: Mapping[str, Dim], flat: bool = False,
           native: Container[str] = ()) -> Value:
    """The value of function(operands); where all is `flat`, no side of a matrix is cut into several axes. Functions
    that are `native` are kernels, whatever their templates say."""
    function: Function = e.data
    if function.form == "unspecified":
        data = (function.name, function.order)
        return values.mapped(operands, lambda nodes: values.graph.node("unspecified", nodes, data, nodes[0].shape))
    if "abstract" in function.fields:
        return _kernel(values, e, operands, dims, native=True)
    if function.name in native and not any(v.indices for v in operands):
        return _kernel(values, e, operands, dims, native=True)
    if "axes" in function.fields:
        found = _by_axes(values, function.fields["axes"], function, operands, dims)
        if not flat or (len(found.rows) < 2 and len(found.columns) < 2 and all(
                len(v.rows) < 2 and len(v.columns) < 2 for v in operands)):
            return found
        return _kernel(values, e, operands, dims)
    text = function.fields.get("numpy", "")
    if text:
        given = {p.name: v for p, v in zip(function.params, operands, strict=True) if p.kind == "value"}
        try:
            structures = {p.name: structure_of(arg) for p, arg in zip(function.params, e.args, strict=True)
                          if values.declared and arg.is_square and not arg.is_scalar}
            found = Reader(values, given, dims, structures).read(text, [p.name for p in function.params])
            return _shaped(values, found, e.shape)
        except UnsaidError:
            return _kernel(values, e, operands, dims)
    return _kernel(values, e, operands, dims)


def structure_of(e: Expr) -> str:
    """What is known of a square matrix that is factored; x'Ax > 0 alone does not make it symmetric. Of a complex one
    neither its transpose nor that it is symmetric helps."""
    if not is_real(e):
        return "hpd" if is_definite(e) and is_hermitian(e) else "lower" if is_lower(e) else "upper" if is_upper(e) \
            else ""
    return "spd" if is_definite(e) and is_symmetric(e) else "lower" if is_lower(e) else "upper" if is_upper(e) else \
        "orthogonal" if is_orthogonal(e) else "sym" if is_symmetric(e) else ""


@cache
def is_said(function: Function) -> bool:
    """Whether the template of a function is a plan of kernels."""
    values, given = Values(Graph()), {}
    for p in function.params:
        if p.kind == "value":
            rows, columns = (values.axes(d) for d in p.shape)
            node = values.graph.node("input", data=p.name, shape=tuple(x.size for x in (*rows, *columns)))
            given[p.name] = values.of(node, rows, columns)
    dims: dict[str, Dim] = {n: named(n) for p in function.params for d in p.shape for n in names(d)}
    dims |= {p.name: named(p.name) for p in function.params if p.kind != "value"}
    try:
        Reader(values, given, dims, {}).read(function.fields.get("numpy", ""), [p.name for p in function.params])
    except UnsaidError:
        return False
    return True


def _shaped(values: Values, found: Value, shape: tuple[Dim, Dim]) -> Value:
    """The value of a template, if it has the shape that is due; a number where a matrix is due has not."""
    if any(values.merged(side) != (() if d == 1 else (d,)) for side, d in zip(
            (found.rows, found.columns), shape, strict=True)):
        raise UnsaidError("another shape")
    return found


def _kernel(values: Values, e: Expr, operands: Sequence[Value], dims: Mapping[str, Dim],
            native: bool = False) -> Value:
    """The function as a kernel: of matrices with two axes, behind those of indices."""
    function = e.data
    matrices = [v if v.sides == () else values.matrix(v) for v in operands]
    indices = tuple(dict.fromkeys(i for v in matrices for i in v.indices))
    nodes, stacked = [], []
    for param, v, arg in zip(function.params, matrices, e.args, strict=True):
        if param.kind != "value":
            continue
        own = indices if v.indices else ()
        node, _ = values.full(v, own)
        nodes.append(_two_axes(values, node, own, arg.shape if param.shape != (1, 1) and not native else None))
        stacked.append(bool(own))
    given = tuple(dims.items())
    front = tuple(i.size for i in indices)
    made = values.graph.node("call", nodes, Call(function, given, tuple(stacked), len(indices), e.shape),
                            (*front, *(d for d in e.shape if d != 1)))
    return values.of(made, values.axes(e.shape[0]), values.axes(e.shape[1]), indices)


def _two_axes(values: Values, node: Node, front: Labels, shape: tuple[Dim, Dim] | None) -> Node:
    if shape is None or 1 not in shape:
        return node
    return values.graph.node("reshape", [node], None, (*(x.size for x in front), *shape))


Side = Sequence[tuple[str, ...]]  # letters, with the name of their length where a side is cut


def _by_axes(values: Values, text: str, function: Function, operands: Sequence[Value],
             dims: Mapping[str, Dim]) -> Value:
    """`A[i, j] B[k, l] -> [i k, j l]`: the product of the operands, whose rows and columns are axes with these letters,
    put together to rows and columns. A letter of the result alone repeats, one twice in it is a diagonal; `x[j:n i:m]`
    cuts an axis into two, and a letter that is a whole side stands for all axes that this side has."""
    before, _, after = text.partition("->")
    given = {p.name: v for p, v in zip(function.params, operands, strict=True)}
    letters: dict[str, Labels] = {}
    pairs: list[tuple[Label, Label]] = []
    factors = []
    for name, inner in sorted(_OPERAND.findall(before), key=lambda operand: ":" in operand[1]):
        sides = [[tuple(word.split(":")) for word in side.split()] for side in (*inner.split(","), "")[:2]]
        value = _as_cut(values, values.fresh(given[name]), sides, letters, dims)
        if len({letter for side in sides for letter, *_ in side}) < 2 and value.columns and sides[1]:
            value = value if values.alike(value.rows, value.columns) else values.matrix(value)  # X[i, i]
        for own, side in zip((value.rows, value.columns), sides, strict=True):
            for letter, labels in _labelled(own, side, letters, dims):
                pairs += zip(letters.setdefault(letter, labels), labels, strict=True)
        factors.append(value)
    results: list[Labels] = []
    for words in (text.split() for text in (*after.strip().strip("[]").split(","), "")[:2]):
        for letter, *size in (word.split(":") for word in words):
            letters.setdefault(letter, values.axes(*(dims[s] for s in size)))
        results.append(tuple(x for word in words for x in letters[word.split(":")[0]]))
    whole = Value((), results[0], results[1])
    *factors, whole = values.equated([*factors, whole], pairs)
    return values.product(factors, whole.rows, whole.columns)


def _as_cut(values: Values, value: Value, sides: Sequence[Side], letters: Mapping[str, Labels],
            dims: Mapping[str, Dim]) -> Value:
    """An operand with its sides cut as its letters say; a side with several letters and one axis is one array."""
    if any(len(word) > 1 for side in sides for word in side):
        return values.along(value, *([d for word in side for d in _lengths(word, letters, dims)] for side in sides))
    return value


def _labelled(own: Labels, side: Side, letters: Mapping[str, Labels],
              dims: Mapping[str, Dim]) -> Iterator[tuple[str, Labels]]:
    """Which axes of a side each of its letters stands for: one letter for all of them, or as many as it has lengths."""
    if len(side) == 1 and len(side[0]) == 1:
        yield side[0][0], own
        return
    start = 0
    for word in side:
        stop = start + len(_lengths(word, letters, dims))
        if stop > start:
            yield word[0], own[start:stop]
        start = stop


def _lengths(word: tuple[str, ...], letters: Mapping[str, Labels], dims: Mapping[str, Dim]) -> list[Dim]:
    """Of the axes that a letter stands for: those of another operand's side, else the one named; none where it is 1."""
    if word[0] in letters:
        return [label.size for label in letters[word[0]]]
    return [dims[word[1]]] if len(word) > 1 and dims[word[1]] != 1 else []


_OPERAND = re.compile(r"(\w+)\[([^\]]*)\]")
