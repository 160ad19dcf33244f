"""The command that sets a gradient to zero and solves, alone or subject to equations."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from os.path import splitext
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
from matcalc.solving.as_sums import in_sums
from matcalc.solving.solution import Solution, Value, assure
from matcalc.targets import ENDINGS, TARGETS

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification
    from matcalc.solving.kkt import Kkt

PLACE = 15
_PROGRAMS = {ending.lower(): target for target in reversed(ENDINGS) for ending in ENDINGS[target]}  # numpy for .py


@command("solve", "Set the gradient to zero and solve: the stationary point.", expression(),
         click.option("--subject-to", multiple=True, metavar="EQUATION", help="An equation that X has to satisfy."),
         click.option("--kkt", is_flag=True, help="State the conditions of Karush, Kuhn and Tucker; solve nothing."),
         click.option("--to", "target", type=click.Choice(TARGETS), help="A program that computes the solution."),
         click.option("--general", is_flag=True, help="All solutions of an equation A X B = C, by pseudo-inverses."),
         options=without("--layout", "--vec", "--structure", "--form"), example=("‖Ax − b‖²", "--wrt", "x"),
         writes=[".txt", ".tex", ".json", *sorted({ending.lower() for row in ENDINGS.values() for ending in row})])
def solve(settings: Settings, expr: str, subject_to: tuple[str, ...], kkt: bool, target: str | None,
          general: bool) -> Report:
    """The stationary point of a scalar EXPR in closed form, what kind of point it is, and where that holds; under
    --subject-to with multipliers: matcalc solve "x'x" --wrt x --subject-to "A x = b"."""
    if kkt:
        return _conditions(settings, expr, subject_to)
    found = api.solve(expr, settings.wrt or None, subject_to=subject_to, **settings.reading(), general=general,
                      check=False)
    verification = None if settings.no_check else found.verify(3, settings.seed, settings.sizes())
    if verification is not None:
        assure(found, verification)
    if target is not None or _ending(settings.output) in _PROGRAMS:
        return _program(found, verification, target or _PROGRAMS[_ending(settings.output)], settings)
    shown = Solved(found, verification, bool(settings.steps))
    aside = kind_text(found, ASCII) if found.kind in ("maximum", "depends") else ""
    return Report("solve", shown.lines, partial(_form, found, bool(settings.steps)),
                  partial(_payload, found, verification, bool(settings.steps)), aside=aside, answer=lambda: found)


def _ending(file: str) -> str:
    return splitext(file)[1].lower()


def _program(found: Solution, verification: Verification | None, target: Any, settings: Settings) -> Report:
    """The solution as a program, which has been run where that is possible."""
    source = found.code(target, check=not settings.no_check)
    code = {"language": target, "source": source, "targets": [target], "functions": ["solution"],
            "sources": {target: source}}
    return Report("solve", lambda _: source.splitlines(), lambda _: source,
                  lambda: {**_payload(found, verification, False), "code": code})


def _conditions(settings: Settings, expr: str, subject_to: tuple[str, ...]) -> Report:
    """What a minimum under inequalities satisfies."""
    from matcalc.cli.screen.kkt_lines import Conditions
    from matcalc.solving.kkt import kkt

    found = kkt(expr, settings.wrt or None, subject_to=subject_to, **settings.reading())
    verification = None if settings.no_check else found.verify(3, settings.seed, settings.sizes())
    return Report("solve", Conditions(found, verification).lines, lambda dialect: "\n".join(
        map(dialect_named(dialect).whole, found.write(dialect))), partial(_payload_of_conditions, found, verification),
        answer=lambda: found)


def _payload_of_conditions(found: Kkt, verification: Verification | None) -> Mapping[str, Any]:
    problem = found.problem
    read = problem.elaborated if problem.indexed is None else problem.indexed.read
    said = [{"group": line.group, "sign": line.sign, "left": machine.forms(problem.lettered(line.left)),
             "right": machine.forms(problem.lettered(line.right))} for line in found.lines]
    result = {"shape": machine.dims(found.lagrangian), "kind": "lagrangian", "where": [], "conditions": [],
              "forms": machine.forms(problem.lettered(found.lagrangian))}
    return {**machine.posed(problem), "variables": machine.variables([read, *found.readings]),
            "result": result, "kkt": {"conditions": said, "multipliers": dict(found.multipliers),
                                      "is_enough": found.is_enough},
            "steps": [], "verification": machine.verified(verification), "notes": list(found.notes)}


def _form(found: Solution, has_steps: bool, dialect: str) -> str:
    """The formula alone; in the dialect of a document its steps where they are asked for."""
    known = dialect_named(dialect)
    if has_steps and known.markup is not None:
        return steps_in(known.markup, found, dialect)
    summed = in_sums(found.expr, found.problem) if known.markup is not None else None
    if found.others:
        return "\n".join(_equation(found, one, dialect) for one in found.solved)
    if summed is not None:
        return known.whole(inline(found.problem.lettered(summed), dialect))
    return found.document(dialect) if known.markup is not None else found.write(dialect)


def _equation(found: Solution, one: Value, dialect: str) -> str:
    """A line of several: x = …"""
    is_document = dialect_named(dialect).markup is not None
    shown = (in_sums(one.shown, found.problem) if is_document else None) or one.shown
    sides = (inline(found.problem.lettered(e), dialect) for e in (one.x, shown))
    return heads.filled("equation", dialect, *sides)


def _payload(found: Solution, verification: Verification | None, has_steps: bool) -> Mapping[str, Any]:
    problem = found.problem
    posed = machine.posed(problem)
    read = problem.elaborated if problem.indexed is None else problem.indexed.read
    result = {"shape": machine.dims(found.expr), "kind": "solution", "where": [], "conditions": found.conditions,
              "forms": machine.forms(problem.lettered(found.expr))}
    unknowns = [{"name": one.x.data.name, "shape": machine.dims(one.expr),
                 **{key: machine.forms(problem.lettered(e)) for key, e in (("forms", one.expr), ("shown", one.shown))}}
                for one in found.solved]
    multipliers = [{"name": name, "of": c.source, "forms": machine.forms(problem.lettered(value.expr))}
                   for c, (name, value) in zip(found.constraints, found.multipliers.items(), strict=True)]
    curvature = None if found.curvature is None else machine.forms(problem.lettered(found.curvature))
    return {**posed, "variables": machine.variables([read, *(c.read for c in found.constraints)]), "result": result,
            "solution": {"kind": found.kind, "subject_to": [c.source for c in found.constraints],
                         "multipliers": multipliers, "curvature": curvature, "unknowns": unknowns},
            "steps": [machine.as_data(step) for step in found.steps] if has_steps else [],
            "verification": machine.verified(verification), "notes": list(found.notes)}
