"""The command that sets a gradient to zero and solves, alone or subject to equations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen.solved import Solved, kind_text, steps_in
from matcalc.cli.settings import Settings, without
from matcalc.diagnostics import fail
from matcalc.extensions import ASCII
from matcalc.printers.dialects import dialect_named
from matcalc.solving.solution import Solution, assure

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

PLACE = 15


@command("solve", "Set the gradient to zero and solve: the stationary point.", expression(),
         click.option("--subject-to", multiple=True, metavar="EQUATION", help="An equation that X has to satisfy."),
         options=without("--layout", "--vec", "--structure", "--form"), example=("‖Ax − b‖²", "--wrt", "x"))
def solve(settings: Settings, expr: str, subject_to: tuple[str, ...]) -> Report:
    """The stationary point of a scalar EXPR in closed form, what kind of point it is, and where that holds; under
    --subject-to with multipliers: matcalc solve "x'x" --wrt x --subject-to "A x = b"."""
    if len(settings.wrt) > 1:
        raise fail("M0003", "one unknown is solved for at a time", fixes=tuple(f"--wrt {x}" for x in settings.wrt))
    found = api.solve(expr, settings.one_wrt(), subject_to=subject_to, **settings.reading(), check=False)
    verification = None if settings.no_check else found.verify(3, settings.seed, settings.sizes())
    if verification is not None:
        assure(found, verification)
    shown = Solved(found, verification, bool(settings.steps))
    aside = kind_text(found, ASCII) if found.kind in ("maximum", "depends") else ""
    return Report("solve", shown.lines, partial(_form, found, bool(settings.steps)),
                  partial(_payload, found, verification, bool(settings.steps)), aside=aside, answer=lambda: found)


def _form(found: Solution, has_steps: bool, dialect: str) -> str:
    """The formula alone; in the dialect of a document its steps where they are asked for."""
    known = dialect_named(dialect)
    if has_steps and known.markup is not None:
        return steps_in(known.markup, found, dialect)
    return found.document(dialect) if known.markup is not None else found.write(dialect)


def _payload(found: Solution, verification: Verification | None, has_steps: bool) -> Mapping[str, Any]:
    problem = found.problem
    posed = machine.posed(problem)
    read = problem.elaborated if problem.indexed is None else problem.indexed.read
    result = {"shape": machine.dims(found.expr), "kind": "solution", "where": [], "conditions": found.conditions,
              "forms": machine.forms(problem.lettered(found.expr))}
    multipliers = [{"name": name, "of": c.source, "forms": machine.forms(problem.lettered(value.expr))}
                   for c, (name, value) in zip(found.constraints, found.multipliers.items(), strict=True)]
    curvature = None if found.curvature is None else machine.forms(problem.lettered(found.curvature))
    return {**posed, "variables": machine.variables([read, *(c.read for c in found.constraints)]), "result": result,
            "solution": {"kind": found.kind, "subject_to": [c.source for c in found.constraints],
                         "multipliers": multipliers, "curvature": curvature},
            "steps": [machine.as_data(step) for step in found.steps] if has_steps else [],
            "verification": machine.verified(verification), "notes": list(found.notes)}
