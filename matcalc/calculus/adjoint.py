"""Transposition: a linear operation crosses the inner product, ⟨G, L[dX]⟩ = ⟨L*[G], dX⟩ (the "trace tricks").

The differential is a graph of linear operations that ends in dX. Walking it from the result down to dX and adding up
what arrives at each node is reverse mode on symbols: gradient = differential + transposition.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

from matcalc.algebra import (
    add,
    conjugate,
    eye,
    hadamard,
    multiply,
    num,
    slice_,
    tangent,
    trace,
    transpose,
    zeros,
)
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.blocks import embed, offsets
from matcalc.algebra.conjugation import is_mirrored
from matcalc.algebra.indexed import Insight, insight
from matcalc.algebra.make import cotangent, instantiate
from matcalc.calculus.differential import WRITTEN_OUT, NoDifferentialError, differential, local_differential
from matcalc.calculus.gathering import Arrivals, slope
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONJ,
    HAD,
    MUL,
    OVER,
    SLICE,
    TANGENT,
    TRACE,
    TRANSPOSE,
    Direction,
    Expr,
    Kind,
    node,
    whole,
)
from matcalc.core.indices import Index
from matcalc.rulebook.book import Rulebook

Parts = list[tuple[Expr, Expr]]


def pull_back(linear: Expr, g: Expr, target: tuple[Index, ...] = ()) -> dict[Expr, Expr]:
    """L*[G] for each tangent in which the expression L is linear; `g` has the shape of `linear`. The conjugate of a
    tangent is one of its own: the pairing is ⟨G, V⟩ = tr(G'V), without conjugates.

    For the tangent of a family it is the member at the indices `target`.
    Source: Minka (2000), Old and New Matrix Algebra Useful for Statistics; Magnus & Neudecker (2019) 9.3.
    """
    seen = insight(linear, varying=True)
    arriving = Arrivals(seen)
    arriving.put(linear, [g])
    for e in reversed(seen.nodes):
        if e.varies and e in arriving and e.kind not in (TANGENT, CONJ):
            total = arriving.take(e)
            parts = [(seen.inner[e][1], total)] if e.kind is OVER else _pulled(e, total)
            for arg, part in parts:
                arriving.put(arg, [part], e)
    return arriving.gathered([e for e in seen.nodes if e.kind is TANGENT or (e.kind is CONJ and e.varies)], target)


def gradient(f: Expr, x: Expr, book: Rulebook, target: tuple[Index, ...] = ()) -> Expr:
    """The gradient of the scalar `f` in the shape of `x`: from the result down, each node's differential is transposed.
    A complex variable and its conjugate, either of which may be x, do not depend on each other: ∂f/∂X and ∂f/∂X̄.

    Of a family x it is the derivative by the member at the indices `target`, in its shape.
    Only the differential of one operation at a time is formed, in fresh tangents of its operands, so that the cost
    grows with the number of nodes. For the same reason the slopes of a scalar function of a scalar function of … are
    gathered, and multiplied only where the chain ends.
    """
    seen = insight(f)
    if any("gathers" in e.data.fields for e in seen.nodes if e.kind is CALL) and not seen.inner:
        from matcalc.calculus.eigenforms import Gathered

        whole = Gathered(f, book, lambda e, moved: differential(e, moved, book))
        return whole.spread(_gradient(whole.formula, insight(whole.formula), x, book, target))
    return _gradient(f, seen, x, book, target)


def _gradient(f: Expr, seen: Insight, x: Expr, book: Rulebook, target: tuple[Index, ...]) -> Expr:
    arriving = Arrivals(seen)
    arriving.put(f, [num(1)])
    leaves = [e for e in seen.nodes if whole(e) is x]
    depends = set(leaves)
    for e in seen.nodes:
        if e.kind is not CONJ and not depends.isdisjoint(seen.operands(e)):
            depends.add(e)
    for e in reversed(seen.nodes):
        if e in arriving and e.args and e.kind is not CONJ and e in depends:
            for arg, product in _passed_on(e, arriving, depends, book):
                arriving.put(arg, product, e)
    return arriving.gathered(leaves, target).get(x, zeros(*x.shape))


def _passed_on(e: Expr, arriving: Arrivals, depends: Container[Expr],
               book: Rulebook) -> Iterator[tuple[Expr, list[Expr]]]:
    """What the operands of `e` receive of what arrived at it, each as factors of a product."""
    if e.kind is OVER:
        yield arriving.seen.inner[e][1], [arriving.take(e), slope(e, arriving.seen, book)]
        return
    if is_mirrored(e):
        yield from _both_passed_on(e, arriving, depends, book)
        return
    tangents = {arg: tangent("", arg.shape, i) for i, arg in enumerate(e.args) if arg in depends}
    before = arriving.link(e) if e.is_scalar and len(tangents) == 1 and next(iter(tangents)).is_scalar else None
    total = num(1) if before else arriving.take(e)
    if before:
        arriving.drop(e)
    places = [i for i, arg in enumerate(e.args) if arg in tangents]
    if e.kind in _PLAIN and (e.kind is not CHAIN or len(places) <= WRITTEN_OUT):
        direct: dict[Expr, list[Expr]] = {}
        for i in places:
            direct.setdefault(e.args[i], []).append(_ADJOINTS[e.kind](e, i, total))
        yield from ((arg, [*(before or ()), add(*parts)]) for arg, parts in direct.items())
        return
    received = pull_back(local_differential(e, tangents, book), total)
    for arg, leaf in tangents.items():
        if leaf in received:
            yield arg, [*(before or ()), received[leaf]]


def _both_passed_on(e: Expr, arriving: Arrivals, depends: Container[Expr],
                    book: Rulebook) -> Iterator[tuple[Expr, list[Expr]]]:
    """What the operands and their conjugates receive."""
    leaves = {arg: node(TANGENT, (), Direction("", i, complex=arg.complex), arg.shape) for i, arg in enumerate(e.args)}
    tangents = {arg: leaf for arg, leaf in leaves.items() if arg in depends or conjugate(arg) in depends}
    parts = pull_back(local_differential(e, tangents, book), arriving.take(e))
    for arg, leaf in tangents.items():
        for operand, moved in ((arg, leaf), (conjugate(arg), conjugate(leaf))):
            if moved in parts and operand in depends:
                yield operand, [parts.pop(moved)]


def _pulled(e: Expr, g: Expr) -> Parts:
    """What the operands of `e` in which tangents occur receive of `g`."""
    places = [i for i, arg in enumerate(e.args) if arg.varies] if e.kind in (ADD, BLOCK) else [varying(e)]
    return [(e.args[i], _ADJOINTS[e.kind](e, i, g)) for i in places]


def varying(e: Expr) -> int:
    """The one operand through which a product depends on the tangent."""
    places = [i for i, arg in enumerate(e.args) if arg.varies]
    assert len(places) == 1, "a differential is linear in its tangent"
    return places[0]


def _scaled(e: Expr, i: int, g: Expr) -> Expr:
    """⟨G, c s M⟩: the matrix receives c s G, a scalar factor the inner product of G with the rest."""
    rest = multiply(num(e.data), *e.args[:i], *e.args[i + 1:])
    if not e.args[i].is_scalar or e.is_scalar:
        return multiply(rest, g)
    return trace(multiply(transpose(g), rest))


def _chain(e: Expr, i: int, g: Expr) -> Expr:
    """⟨G, A M B⟩ = ⟨A' G B', M⟩."""
    before = [transpose(f) for f in reversed(e.args[:i])]
    after = [transpose(f) for f in reversed(e.args[i + 1:])]
    return multiply(*before, g, *after)


def _call(e: Expr, i: int, g: Expr) -> Expr:
    function = e.data
    if "abstract" in function.fields and not is_linear_in(function, i):
        raise NoDifferentialError(e, f"second derivatives of {function.fields['of']} have a name only where they are "
                                     "summed with weights")
    assert is_linear_in(function, i), function.name
    field = function.field_for("adjoint", i)
    if function.plain:  # its block speaks of tr(GᴴV)
        return conjugate(instantiate(function, field, e.args, {cotangent(function): conjugate(g)}))
    return instantiate(function, field, e.args, {cotangent(function): g})


def _block(e: Expr, i: int, g: Expr) -> Expr:
    top, left = offsets(e)[i]
    return slice_(g, top, e.args[i].shape[0], left, e.args[i].shape[1])


_PLAIN = frozenset({ADD, MUL, CHAIN, HAD, TRACE, TRANSPOSE})  # whose differential needs no writing down

# What operand i of a linear operation receives of the cotangent G.
_ADJOINTS: dict[Kind, Callable[[Expr, int, Expr], Expr]] = {
    ADD: lambda e, i, g: g,
    MUL: _scaled,
    CHAIN: _chain,
    HAD: lambda e, i, g: hadamard(g, *e.args[:i], *e.args[i + 1:]),
    TRACE: lambda e, i, g: multiply(g, eye(e.args[0].shape[0])),  # ⟨g, tr M⟩ = ⟨g I, M⟩
    TRANSPOSE: lambda e, i, g: transpose(g),
    BLOCK: _block,
    SLICE: lambda e, i, g: embed(g, e.data[0], e.data[2], e.args[0].shape),
    CALL: _call,
}
