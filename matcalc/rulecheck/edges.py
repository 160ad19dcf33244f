"""A law at degenerate points: where the left side has a value, the right one has the same, and where it has none
the right one has none either, or the law says so.

What an inner operation of the left side demands is noted when it is typed, and what the right side demands is seen in
the answer; only the outermost operation disappears without a trace, and what it demands stands behind `if`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from matcalc.algebra.demands import Demand, demands
from matcalc.algebra.laws import Law
from matcalc.core.dims import names
from matcalc.core.expr import DIM, Expr, postorder, variables
from matcalc.numeric.degenerate import degenerate
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import run
from matcalc.numeric.sizes import Sizes, sizes_for
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.measure import compared
from matcalc.rulecheck.report import Check

TOLERANCE = 1e-8
_SINGULAR = 1e8  # a condition number above which there is no inverse
_NONE = 1e-8


def at_the_edges(block: Block, law: Law) -> Check:
    """One statement about all degenerate points of a law; the detail names the first point at which it fails."""
    name = f"law {law.name}: holds at degenerate points"
    for kind, values, sizes in _points(block, law):
        if fault := _fault(law, values, sizes):
            return Check(name, False, f"{kind}: {fault}")
    return Check(name, True)


def _points(block: Block, law: Law) -> Iterator[tuple[str, Mapping[Expr, Any], Sizes]]:
    leaves = variables(law.pattern, law.replacement)
    dims = [*(dim for part in postorder(law.pattern, law.replacement) for dim in part.shape),
            *(part.data for part in postorder(law.pattern, law.replacement) if part.kind is DIM)]
    usual = sizes_for(dims)
    one = dict.fromkeys(sorted({name for dim in dims for name in names(dim)}), 1)
    rng = block.rng()
    for label, sizes in (("", usual), (" of size 1", one)) if one else (("", usual),):
        for kind, values in degenerate(leaves, rng, sizes):
            yield kind + label, values, sizes


def _fault(law: Law, values: Mapping[Expr, Any], sizes: Sizes) -> str:
    """What is wrong at a point, or nothing."""
    said = [*law.demands, *_of(postorder(law.pattern)[:-1]), *_of(postorder(law.replacement))]
    if not all(_holds(demand, values, sizes) for demand in said):
        return ""
    left, right = _value(law.pattern, values, sizes), _value(law.replacement, values, sizes)
    if left is None or not all(_holds(demand, values, sizes) for demand in demands(law.pattern)):
        return "the right side has a value where the left side has none; say behind `if` when the law holds"
    if right is None:
        return "the left side has a value and the right side none; say behind `if` when the law holds"
    found = compared(left, right, ("the left side is", "the right side is"))
    return "" if found.error <= TOLERANCE else found.said


def _of(parts: Iterable[Expr]) -> Iterator[Demand]:
    return (demand for part in parts for demand in demands(part))


def _value(e: Expr, values: Mapping[Expr, Any], sizes: Sizes) -> Array | None:
    """None where there is no value."""
    try:
        found = np.asarray(run(e, values, sizes))
    except (np.linalg.LinAlgError, ValueError):
        return None
    return found if np.all(np.isfinite(found)) else None


def _holds(demand: Demand, values: Mapping[Expr, Any], sizes: Sizes) -> bool:
    x = _value(demand.expr, values, sizes)
    if x is None:
        return False
    if demand.partner is not None:
        y = _value(demand.partner, values, sizes)
        return y is not None and _apart(np.atleast_2d(x), np.atleast_2d(y))
    return HOLDS[demand.word](np.atleast_2d(x)) if demand.word in HOLDS else True


def _apart(a: Array, b: Array) -> bool:
    found = np.abs(np.linalg.eigvals(a)[:, None] - np.linalg.eigvals(b)[None, :])
    return float(np.min(found)) > _NONE


def _off_the_negative_axis(x: Array) -> bool:
    found = np.linalg.eigvals(x)
    return not bool(np.any((np.abs(found.imag) < _NONE) & (found.real < _NONE)))


HOLDS: dict[str, Callable[[Array], bool]] = {
    "positive": lambda x: bool(np.min(x) > 0),
    "nonnegative": lambda x: bool(np.min(x) >= 0),
    "nonzero": lambda x: bool(np.min(np.abs(x)) > 0),
    "between -1 and 1": lambda x: bool(np.max(np.abs(x)) <= 1),
    "integer": lambda x: bool(np.all(x == np.round(x))),
    "sym": lambda x: bool(np.allclose(x, x.T)),
    "spd": lambda x: bool(np.allclose(x, x.T) and np.min(np.linalg.eigvalsh(x)) > 0),
    "orthogonal": lambda x: bool(np.allclose(x.T @ x, np.eye(x.shape[1]))),
    "invertible": lambda x: bool(np.linalg.cond(x) < _SINGULAR),
    "of full rank": lambda x: bool(np.linalg.cond(x) < _SINGULAR),
    "without eigenvalue on the negative real axis": _off_the_negative_axis,
}
