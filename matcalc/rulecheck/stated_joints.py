"""Where the numeric template of a function chooses between formulas, both give the same at the joint.

A series near a point and the closed form elsewhere: random points seldom meet the series, and a slip in a late term of
it is small. At the joint itself the two formulas stand side by side, to rounding. A function that states a kink may
jump.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

import numpy as np

from matcalc.core.function import Function
from matcalc.rulecheck.derivatives import main_parameter
from matcalc.rulecheck.findings import Check, Finding, compared, judged, placed
from matcalc.rulecheck.specimen import Specimen

TOLERANCE = 1e-9
_GRID = np.linspace(-4.0, 4.0, 161) + 1e-3  # joints are at simple numbers, which are not met then
_HALVINGS = 50
_SIDES = ("on one side of a joint of its formulas it is", "on the other")
Curve = Callable[[float], float]


def joints_agree(block: Specimen) -> Iterator[Check]:
    """A function of one number, along its argument, on both sides of every change of a condition in `where`."""
    function, one = block.function, block.scalar()
    if function.form != "elementwise" or "kink" in function.fields or one is None:
        return
    tests = _tests(function.fields.get("numpy", ""))
    at = one.point(one.rng()) if tests else None
    if at is None:
        return
    leaf = next(leaf for leaf, i in one.places.items() if i == main_parameter(function))

    def curve(f: Function) -> Curve:
        same = Specimen(f, one.book, one.seed, one.dims)
        moved = list(same.places)
        others = {new: at.values[old] for new, old in zip(moved, one.places, strict=True)}
        here = type(at)(same, others, at.sizes, at.rng)
        return lambda t: float(here.call({moved[list(one.places).index(leaf)]: np.float64(t)}))

    value = curve(function)
    found = [side for test in tests for side in _joints(curve(_telling(function, test)), value)]
    if found:
        yield from placed(function.place("numpy"), judged("formulas agree at their joints", found, TOLERANCE))


def _tests(template: str) -> list[str]:
    """The conditions of a template, as text."""
    calls = [n for n in ast.walk(ast.parse(template, mode="eval")) if isinstance(n, ast.Call)] if template else []
    return list(dict.fromkeys(ast.unparse(n.args[0]) for n in calls if ast.unparse(n.func) == "np.where"))


def _telling(function: Function, test: str) -> Function:
    """1 where the condition holds, 0 elsewhere."""
    fields = {"numpy": f"np.where({test}, 1.0, 0.0)"}
    return Function(function.name, function.params, function.result, function.form, fields, function.reader,
                    file=function.file, line=function.line)


def _joints(told: Curve, value: Curve) -> Iterator[Finding]:
    """Both sides of each change of the condition on the grid, where there are values."""
    holds = [told(t) for t in _GRID]
    for k in range(len(_GRID) - 1):
        if holds[k] == holds[k + 1] or not np.all(np.isfinite([value(t) for t in _GRID[k:k + 2]])):
            continue
        low, high = _GRID[k:k + 2]
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if told(middle) == holds[k] else (low, middle)
        yield compared(value(low), value(high), _SIDES)
