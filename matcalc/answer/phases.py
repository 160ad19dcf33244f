"""Eigenvectors and singular vectors of complex matrices have no phase of their own: v and e^{iθ}v are as good.

A formula has a value only where it does not depend on these phases, as |bᴴv|² and v vᴴ do not. That is tried at a
random point, each vector, or column of a matrix of vectors, with a random phase, its conjugate with the conjugate one;
left and right singular vectors of one matrix have one phase together.
"""

from __future__ import annotations

import numpy as np

from matcalc.algebra import apply, conjugate, multiply, rebuild, variable
from matcalc.core.expr import CALL, Expr, postorder, variables
from matcalc.core.function import Function
from matcalc.diagnostics import fail
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import run, silence
from matcalc.numeric.sizes import dims_of, sizes_for

PHASED = "phased"  # the word of a block whose value has no phase of its own
_AGREE = 1e-6


def refuse_phases(f: Expr, diag: Function, source: str) -> None:
    """Raise InputError where the value of `f` depends on the phases of such vectors; `diag` makes matrices of them."""
    found = next((e for e in postorder(f) if _is_phased(e)), None)
    if found is None:
        return
    turned, phases = _turned(f, diag)
    sizes, rng = sizes_for(dims_of(f, *variables(f))), np.random.default_rng(0)
    values = draw(variables(f), rng, sizes)
    for phase, value in zip(phases, draw(phases, rng, sizes).values(), strict=True):
        values[phase] = value / np.abs(value)
    with silence():
        one, two = run(f, values, sizes), run(turned, values, sizes)
    if not np.max(np.abs(one - two)) <= _AGREE * float(np.max(np.abs(one), initial=1.0)):
        raise fail("M1514", f"the value depends on the phase of {found.data.known_as}, which is open for a complex "
                   "matrix: v and e^{i t} v are both unit vectors of one eigenvalue", source)


def _is_phased(e: Expr) -> bool:
    return e.kind is CALL and e.data.plain is not None and e.data.has(PHASED)


def _turned(f: Expr, diag: Function) -> tuple[Expr, list[Expr]]:
    """The formula with a phase at each such vector, and the phases."""
    phases: dict[tuple[Expr, ...], Expr] = {}
    done: dict[Expr, Expr] = {}
    for e in postorder(f):
        new = rebuild(e, [done[arg] for arg in e.args])
        done[e] = multiply(*_with_phase(e, new, phases, diag)) if _is_phased(e) else new
    return done[f], list(phases.values())


def _with_phase(e: Expr, new: Expr, phases: dict[tuple[Expr, ...], Expr], diag: Function) -> list[Expr]:
    mirror = tuple(map(conjugate, e.args))
    shape = (e.shape[1], 1)
    if mirror in phases:
        phase = conjugate(phases[mirror])
    else:
        phase = phases.setdefault(e.args, variable(f"phase {len(phases)}", shape, frozenset({"complex"})))
    if e.shape[1] == 1:
        return [phase, new]
    return [new, apply(diag, phase)]
