"""The command that sets a gradient to zero and solves, alone or subject to equations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen import heads
from matcalc.cli.screen.solved import Solved, kind_text, steps_in
from matcalc.cli.settings import Settings, without
from matcalc.extensions import ASCII
from matcalc.printers import inline
from matcalc.printers.dialects import dialect_named
from matcalc.solving.solution import Solution, Value, assure

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

PLACE = 15


@command("solve", "Set the gradient to zero and solve: the stationary point.", expression(),
         click.option("--subject-to", multiple=True, metavar="EQUATION", help="An equation that X has to satisfy."),
         click.option("--general", is_flag=True, help="All solutions of an equation A X B = C, by pseudo-inverses."),
         options=without("--layout", "--vec", "--structure", "--form"), example=("‖Ax − b‖²", "--wrt", "x"))
def solve(settings: Settings, expr: str, subject_to: tuple[str, ...], general: bool) -> Report:
    """The stationary point of a scalar EXPR in closed form, what kind of point it is, and where that holds; under
    --subject-to with multipliers: matcalc solve "x'x" --wrt x --subject-to "A x = b"."""
    found = api.solve(expr, settings.wrt or None, subject_to=subject_to, **settings.reading(), general=general,
                      check=False)
    verification = None if settings.no_check else found.verify(3, settings.seed, settings.sizes())
    if verification is not None:
        assure(found, verification)
    shown = Solved(found, verification, bool(settings.steps))
    aside = kind_text(found, ASCII) if found.kind in ("maximum", "depends") else ""
    return Report("solve", shown.lines, partial(_form, found, bool(settings.steps)),
                  partial(_payload, found, verification, bool(settings.steps)), aside=aside)


def _form(found: Solution, has_steps: bool, dialect: str) -> str:
    """The formula alone; in the dialect of a document its steps where they are asked for."""
    known = dialect_named(dialect)
    if has_steps and known.markup is not None:
        return steps_in(known.markup, found, dialect)
    if found.others:
        return "\n".join(_equation(found, one, dialect) for one in found.solved)
    return found.document(dialect) if known.markup is not None else found.write(dialect)


def _equation(found: Solution, one: Value, dialect: str) -> str:
    """A line of several: x = …"""
    sides = (inline(found.problem.lettered(e), dialect) for e in (one.x, one.shown))
    return heads.filled("equation", dialect, *sides)


def _payload(found: Solution, verification: Verification | None, has_steps: bool) -> Mapping[str, Any]:
    problem = found.problem
    posed = machine.posed(problem)
    read = problem.elaborated if problem.indexed is None else problem.indexed.read
    result = {"shape": machine.dims(found.expr), "kind": "solution", "where": [], "conditions": found.conditions,
              "forms": machine.forms(problem.lettered(found.expr))}
    unknowns = [{"name": one.x.data.name, "shape": machine.dims(one.expr),
                 "forms": machine.forms(problem.lettered(one.expr)), "shown": machine.forms(problem.lettered(one.shown))}
                for one in found.solved]
    multipliers = [{"name": name, "of": c.source, "forms": machine.forms(problem.lettered(value.expr))}
                   for c, (name, value) in zip(found.constraints, found.multipliers.items(), strict=True)]
    curvature = None if found.curvature is None else machine.forms(problem.lettered(found.curvature))
    return {**posed, "variables": machine.variables([read, *(c.read for c in found.constraints)]), "result": result,
            "solution": {"kind": found.kind, "subject_to": [c.source for c in found.constraints],
                         "multipliers": multipliers, "curvature": curvature, "unknowns": unknowns},
            "steps": [machine.as_data(step) for step in found.steps] if has_steps else [],
            "verification": machine.verified(verification), "notes": list(found.notes)}
