"""Derivatives and adjoints of a block against oracles that know no rule: differences and inner products.

A linear operation is compared with step 1, which is exact; its adjoint by ⟨G, L[V]⟩ = ⟨L*[G], V⟩; its matrix on a
basis of vec. Everything else is compared with central differences of the block's numeric template. So is what the
engine makes of a call: its first and second differential, with all dimensions open and where every one is 1, for a
rule must hold for scalars as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from matcalc.algebra import apply
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.make import cotangent
from matcalc.calculus.differential import NoDifferentialError, differential, seed
from matcalc.checking.differences import Curve, central, size
from matcalc.core.expr import TANGENT, Expr, postorder
from matcalc.core.function import Function
from matcalc.numeric.draws import Rng
from matcalc.rulebook.primary import PRIMARY
from matcalc.rulecheck.findings import (
    SMALLEST,
    Check,
    Finding,
    Trial,
    compared,
    differences_agree,
    finite,
    judged,
    pair,
    placed,
)
from matcalc.rulecheck.specimen import Point, Specimen

Claim = Callable[[Point, Any], Any]
_LINEAR = ("f(V) is", "(f(X + V) - f(X - V))/2 is")


def first_differential(block: Specimen) -> Iterator[Check]:
    """The fields d, d.NAME, and linearity, against differences of the template."""
    for leaf, i in block.places.items():
        name = f"differential by {leaf.data.name}"
        claim = stated_claim(block.function, i, leaf)
        if is_linear_in(block.function, i):
            yield judged(name, [_linearity(at, leaf) for at in block.points()])
        elif claim is None:
            yield Check(name, True, "none stated")
        else:
            own = f"d.{leaf.data.name}"
            line = block.function.place(own if own in block.function.fields else "d")
            yield from placed(line, differences_agree(name, block, _along(block, leaf, claim)))
            if "exact" in block.function.fields:
                exact = stated_claim(block.function, i, leaf, "exact")
                assert exact is not None, "what is exact speaks of every change"
                found = differences_agree(f"exact {name}", block, _along(block, leaf, exact))
                yield from placed(block.function.place("exact"), found)


def slope_of_primary(block: Specimen) -> Iterator[Check]:
    """The field primary, F'(A): how F changes along the identity."""
    if PRIMARY not in block.function.fields:
        return

    def trial(rng: Rng, choice: int) -> tuple[Curve, Callable[[], Any]]:
        at = block.point(rng, choice)
        leaf, = block.places
        return at.along({leaf: np.eye(len(np.atleast_2d(at.values[leaf])))}, block.raw), lambda: at.field(PRIMARY)

    yield from placed(block.function.place(PRIMARY), differences_agree("primary along the identity", block, trial))


def values_along(block: Specimen) -> Iterator[Check]:
    """The field along: with these values for its second parameter the function gives back the first."""
    if "along" not in block.function.fields:
        return
    matrix, values = list(block.places)[:2]
    found = [compared(at.call({values: at.field("along")}), at.values[matrix],
                      ("with the values that along states the function gives", "its argument is"))
             for at in block.points()]
    yield from placed(block.function.place("along"), judged("along", found))


def _along(block: Specimen, leaf: Expr, claim: Claim) -> Trial:
    def trial(rng: Rng, choice: int) -> tuple[Curve, Callable[[], Any]]:
        at = block.point(rng, choice)
        v = at.direction(leaf)
        return at.along({leaf: v}, block.raw), lambda: claim(at, v)
    return trial


def stated_claim(function: Function, i: int, leaf: Expr, whole: str = "d") -> Claim | None:
    """What the block says of the change along V in its i-th parameter, in the field `whole` if it has none for this
    parameter; None where it says nothing."""
    own = f"d.{leaf.data.name}"
    if function.form == "constant":
        return lambda at, v: 0 * at.call()
    if function.form == "elementwise":
        field = "d" if i == main_parameter(function) else own
        return (lambda at, v: at.field(field) * v) if field in function.fields else None
    field = own if own in function.fields else whole
    template = function.template(field)
    tangents = [e for e in postorder(template) if e.kind is TANGENT] if template is not None else []
    if seed(leaf) not in tangents:
        return None
    return lambda at, v: at.field(field, at.seeds(tangents, {seed(leaf): v}))


def main_parameter(function: Function) -> int:
    """The parameter whose entries an elementwise function takes one by one."""
    return next((i for i, p in enumerate(function.params) if p.shape != (1, 1)), len(function.params) - 1)


def _linearity(at: Point, leaf: Expr) -> Finding:
    """f(X + V) − f(X − V) = 2 f(V), exactly."""
    v = at.direction(leaf)
    return compared(at.call({leaf: v}), central(at.along({leaf: v}, at.block.raw), 1.0), _LINEAR)


def _linear(block: Specimen, field: str, found: Callable[[Point, Expr, str], Finding]) -> Iterator[Check]:
    """What is found at every point of the field, or field.NAME, for each parameter in which the function is linear."""
    for leaf, i in block.places.items():
        stated = [f for f in (field, f"{field}.{leaf.data.name}") if f in block.function.fields]
        if stated and is_linear_in(block.function, i):
            check = judged(f"{field} by {leaf.data.name}", [found(at, leaf, stated[0]) for at in block.points()])
            yield from placed(block.function.place(stated[0]), check)


def adjoint_identity(block: Specimen) -> Iterator[Check]:
    """⟨G, L[V]⟩ = ⟨L*[G], V⟩ for every parameter in which the function is linear."""
    return _linear(block, "adjoint", _crossing)


def _crossing(at: Point, leaf: Expr, field: str) -> Finding:
    g_leaf = cotangent(at.block.function)
    g, v = at.like(g_leaf), at.direction(leaf)
    image, back = at.call({leaf: v}), at.field(field, {g_leaf: g})
    if np.shape(back) != np.shape(v):
        return compared(back, v, ("the adjoint gives", "and is due as"))
    there, here = float(np.sum(g * image)), float(np.sum(back * v))
    x, y = pair(there, here)
    error = finite(abs(there - here) / max(size(g) * size(image), SMALLEST))
    return Finding(error, f"⟨G, L[V]⟩ is {x}, ⟨L*[G], V⟩ is {y}")


def matrix_form(block: Specimen) -> Iterator[Check]:
    """The field matrix against the operation on each basis matrix, both on column-major vec."""
    return _linear(block, "matrix", _matrix)


def _matrix(at: Point, leaf: Expr, field: str) -> Finding:
    """On every basis matrix, or on the part of it that keeps a declared structure."""
    shape = np.shape(at.values[leaf])
    basis = [at.kept(leaf, column.reshape(shape, order="F")) for column in np.eye(int(np.prod(shape)))]
    images = [np.reshape(at.call({leaf: v}), (-1, 1), order="F") for v in basis]
    stated, due = np.atleast_2d(at.field(field)), np.hstack(images)
    if stated.shape == due.shape:
        stated = stated @ np.hstack([np.reshape(v, (-1, 1), order="F") for v in basis])
    return compared(stated, due, ("the matrix gives", "the operation"))


def engine_differentials(block: Specimen) -> Iterator[Check]:
    """The first and the second differential of a call, as the engine makes them."""
    yield from _differentials(block, "")
    ones = block.scalar()
    if ones is not None:
        yield from _differentials(ones, " at 1×1")


def _differentials(block: Specimen, label: str) -> Iterator[Check]:
    leaves, first = differentiable(block, apply(block.function, *block.arguments), list(block.places), 0)
    if leaves:
        yield differences_agree(f"differential of a call{label}", block, _jointly(block, block.raw, first, leaves, 0))
        yield _second(block, first, leaves, f"second differential{label}")


def _second(block: Specimen, first: Expr, leaves: list[Expr], name: str) -> Check:
    leaves, second = differentiable(block, first, leaves, 1)
    if not leaves:
        return Check(name, True, "none stated")
    return differences_agree(name, block, _jointly(block, first, second, leaves, 1))


def differentiable(block: Specimen, e: Expr, leaves: list[Expr], index: int) -> tuple[list[Expr], Expr]:
    """The leaves for which the rules give `e` a differential, and the differential by all of them together."""
    found = []
    for x in leaves:
        try:
            differential(e, {x: seed(x, index)}, block.book)
        except NoDifferentialError:
            continue
        found.append(x)
    return found, differential(e, {x: seed(x, index) for x in found}, block.book)


def _jointly(block: Specimen, f: Expr, df: Expr, leaves: list[Expr], index: int) -> Trial:
    """f along a random direction in all `leaves` at once, and what df says."""
    def trial(rng: Rng, choice: int) -> tuple[Curve, Callable[[], Any]]:
        at = block.point(rng, choice)
        fixed = {seed(x): at.direction(x) for x in block.places}
        v = {x: at.direction(x) for x in leaves}
        seeds = {seed(x, index): v[x] for x in leaves}
        return at.along(v, f, fixed), lambda: at.value(df, {**fixed, **seeds})
    return trial
