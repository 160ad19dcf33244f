"""Commands that judge a claim: is this the derivative, are these two equal? The verdict comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from matcalc import api
from matcalc.answer.equal import Equality
from matcalc.answer.problem import kind_asked
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.output import is_drawn
from matcalc.cli.screen import wording
from matcalc.cli.screen.posing import problem_lines, variables
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, paragraph
from matcalc.cli.screen.unshown import refuted
from matcalc.cli.screen.verdict import MARKS, Verdict, difference, tried
from matcalc.cli.settings import READING, Settings, only, without
from matcalc.diagnostics import fail, quoted
from matcalc.extensions import ASCII
from matcalc.numeric.sizes import known_sizes
from matcalc.options import KINDS, Asked
from matcalc.printers import text

if TYPE_CHECKING:
    from matcalc.checking.vcurve import Branch

PLACE = 20
_CODES = {True: 0, False: 1, None: 3}


@command("verify", "Compare an answer, or your claim, with finite differences.", expression(),
         click.option("--claim", metavar="G", multiple=True, help="The formula to judge."),
         click.option("--kind", type=click.Choice(KINDS), help="What the formula is: a gradient, or as asked."),
         click.option("--trials", type=click.IntRange(1, 1000), default=3, help="How many random points."),
         click.option("--run", is_flag=True, help="Run a claim in a file that cannot be read, on random data."),
         click.option("--plot", is_flag=True, help="Draw the V-curve: error over step; -o v.png, .pdf, .svg."),
         options=without("--vec", "--no-check"), saves=True)
def verify(settings: Settings, expr: str, claim: Sequence[str], kind: Asked | None, trials: int, run: bool,
           plot: bool) -> Report:
    """Compare a derivative with finite differences at random points. Exit code 0: it holds, 1: wrong, 3: undecided.

    Both may be functions in a file: matcalc verify loss.py:loss --claim loss.py:dloss --wrt W"""
    if settings.source is not None and settings.source.unread is not None:
        from matcalc.cli.runs import judged_by_running

        return judged_by_running(settings, claim[0], trials, run)
    said = _only(claim)
    kind = kind or kind_asked(expr, settings.wrt, **settings.reading())
    wrt = settings.wrt if kind == "hessian" and len(settings.wrt) == 2 else settings.one_wrt()
    verdict = _judged(settings, expr, wrt, said, kind, trials) if said else _own(settings, expr, wrt, kind, trials)
    verdict = replace(verdict, steps=settings.steps or None)
    drawn = is_drawn(settings.output)
    if plot or drawn:
        verdict = replace(verdict, curve=_curve(verdict, settings))
    return Report("verify", verdict.lines, verdict.form, verdict.payload, _CODES[verdict.found.ok],
                  picture=verdict.picture if drawn else None, answer=lambda: verdict.found)


def _only(claim: Sequence[str]) -> str:
    """The one claim; empty where matcalc's own answer is judged."""
    if len(claim) > 1:
        raise fail("M0003", "one claim is judged at a time", fixes=tuple(f"--claim {quoted(g)}" for g in claim))
    if claim and not claim[0].strip():
        raise fail("M0003", "the claim is empty; without --claim matcalc's own answer is judged", fixes=("--claim G",))
    return claim[0] if claim else ""


def _judged(settings: Settings, expr: str, wrt: str | tuple[str, ...] | None, claim: str, kind: Asked,
            trials: int) -> Verdict:
    found = api.verify(expr, wrt, claim=claim, kind=kind, structure=settings.structure, layout=settings.layout,
                       trials=trials, seed=settings.seed, sizes=settings.sizes(), **settings.reading())
    assert found.problem is not None
    return Verdict(found.problem, found.own, found, kind, claim, found.claim, found.cause, found.unread,
                   sizes={} if found.proved else settings.sizes() or {})


def _own(settings: Settings, expr: str, wrt: str | tuple[str, ...] | None, kind: Asked, trials: int) -> Verdict:
    own = api.derive(kind, expr, wrt, **settings.reading(), structure=settings.structure, layout=settings.layout)
    known_sizes(settings.sizes(), own.problem.f, *own.problem.leaves)
    found = own.verify(trials, settings.seed, settings.sizes())
    if found.ok is False:
        raise refuted(own, found)
    return Verdict(own.problem, own, found, kind, judged=own.expr, sizes=settings.sizes() or {})


def _curve(verdict: Verdict, settings: Settings) -> tuple[Branch, ...]:
    """The V-curve of the formula that was judged; of matcalc's own where the claim has another shape."""
    from matcalc.answer.checked import curve_of

    own, judged = verdict.own, verdict.judged
    if own is None or judged is None or judged.shape != own.expr.shape:
        judged = None
    return curve_of(own, judged, settings.seed, settings.sizes()) if own else ()


@command("equal", "Are two expressions equal? Exit code 0 or 1.", expression("a"), expression("b"),
         options=READING | only("--seed", "--size"), example=("tr(AB)", "tr(BA)"))
def equal(settings: Settings, a: str, b: str) -> Report:
    """Whether A and B are equal: proved, or no difference at many points. Exit code 0: equal, 1: not, 3: undecided."""
    found = api.equal(a, b, **settings.reading(), seed=settings.seed, sizes=settings.sizes())
    payload = partial(_compared, found)
    return Report("equal", partial(_equality, found), lambda _: _said(found), payload, _CODES[found.equal],
                  answer=lambda: found)


def _verdict(found: Equality) -> str:
    """Which of the three it is, or that nothing could be decided."""
    if found.proved:
        return "equal, proved"
    return {True: f"{found.how}, not proved", False: "different", None: "undecided"}[found.equal]


def _reason(found: Equality, dialect: str) -> str:
    """How it was decided: the form, what was tried, or the point that shows the difference."""
    if found.tried is not None and found.equal:
        return ""  # which the verdict says
    if found.comparison is None or found.equal is None:
        return found.how
    if found.comparison.difference is not None:
        return difference(found.comparison.difference, found.left.f.is_scalar, dialect)
    return tried(found.comparison)


def _said(found: Equality) -> str:
    said = f"{_verdict(found)}: {_reason(found, ASCII)}".removesuffix(": ")
    return ", ".join([said, *wording.conditions(found.requirements, ASCII)])


def _equality(found: Equality, terminal: Terminal) -> list[str]:
    mark, style = MARKS[found.equal]
    sides = [problem_lines(side, terminal, name, with_variables=False)[0]
             for name, side in (("a", found.left), ("b", found.right))]
    side = found.left if found.left.indexed is not None else found.right
    said = variables(side, terminal.dialect) if side.indexed is not None else \
        wording.variables(found.readings, terminal.dialect)
    top, below = beside([(sides[0], said), (sides[1], [])], terminal.width)
    head, reason = _verdict(found), _reason(found, terminal.dialect)
    where = wording.conditions(found.requirements, terminal.dialect)
    if found.proved or found.equal is None:
        head, reason = f"{head}: {reason}", ""
    head = ", ".join([head, *where])
    rows = paragraph(reason, terminal.width, INDENT * 2) if reason else []
    return [INDENT + terminal.paint(f"{mark} {head}", style), *rows, "", *top, *below]


def _compared(found: Equality) -> dict[str, object]:
    posed = machine.posed(found.left)
    infos = machine.variables(found.readings)
    ranges = {name: list(limits) for name, limits in found.ranges.items()}
    result = {"shape": machine.dims(found.left.f), "kind": "equality", "equal": found.equal, "proved": found.proved,
              "how": found.how, "points": found.points, "ranges": ranges, "point": found.point,
              "forms": machine.forms(found.left.f), "where": [], "conditions": found.conditions}
    other = {"source": found.right.source, "canonical": text(machine.typed(found.right), ASCII)}
    return {**posed, "input": {**posed["input"], "other": other}, "variables": infos, "result": result,
            "verification": machine.verified(found.verification, "proved")}
