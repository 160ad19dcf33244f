"""Commands that differentiate: each names the function of the Python face that does it.

A formula may itself be the question: matcalc "∂/∂X tr(AXB)" needs no command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from matcalc import api
from matcalc.answer.problem import kind_asked
from matcalc.cli.command import Report, command, expression
from matcalc.cli.commands import listed
from matcalc.cli.screen.terminal import PAGE
from matcalc.cli.settings import Settings
from matcalc.derivation import Derivation
from matcalc.language.framing import framed
from matcalc.printers import in_parts
from matcalc.printers.dialects import dialect_named

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification
    from matcalc.cli.screen.terminal import Terminal

PLACE = 10
WIDTH = 100  # characters of a line, where nobody says otherwise


def answered(name: str, d: Derivation, settings: Settings, order: int = 1) -> Report:
    """Check a derivation and report it; one that is refuted, or that no point can check, is not shown.

    What lays it out is imported where a person or a program asks for it: a pipe takes the formula alone.
    """
    verification = _checked(d, settings)

    def lines(terminal: Terminal) -> list[str]:
        from matcalc.cli.screen.answers import Answer

        return Answer(d, verification, settings.steps, order, settings.no_limit).lines(terminal)

    def payload() -> dict[str, Any]:
        from matcalc.cli.machine import derived

        return derived(d, verification, settings.steps)

    return Report(name, lines, partial(_form, d, settings), payload, answer=lambda: d)


def all_answered(name: str, found: Mapping[str, Derivation], settings: Settings) -> Report:
    """The same for one answer by each of several variables."""
    checked = [(d, _checked(d, settings)) for d in found.values()]

    def lines(terminal: Terminal) -> list[str]:
        from matcalc.cli.screen.answers import Answer, Answers

        each = (Answer(d, verification, settings.steps, in_full=settings.no_limit) for d, verification in checked)
        return Answers(tuple(each)).lines(terminal)

    def payload() -> dict[str, Any]:
        from matcalc.cli.machine import all_derived

        return all_derived(checked, settings.steps)

    return Report(name, lines, lambda dialect: "\n".join(_form(d, settings, dialect) for d, _ in checked), payload,
                  answer=lambda: found)


def _checked(d: Derivation, settings: Settings) -> Verification | None:
    """What finite differences say, where they are asked and agree."""
    verification = None if settings.no_check else d.verify(seed=settings.seed, sizes=settings.sizes())
    if verification is not None and not verification.ok:
        from matcalc.cli.screen.unshown import refuted, undecided

        raise refuted(d, verification) if verification.ok is False else undecided(d, verification)
    return verification


def _form(d: Derivation, settings: Settings, dialect: str) -> str:
    """The formula alone, by a complex variable that by its conjugate below; in the dialect of a document its derivation
    where that is asked for."""
    known = dialect_named(dialect)
    if not settings.steps or known.markup is None:
        form = d.in_form(settings.form)
        whole = d.document(dialect) if form is d and known.markup is not None else form.write(dialect)
        if form is d and "conjugate" in d.forms:
            whole += "\n" + d.forms["conjugate"].write(dialect)
        is_short = settings.no_limit or len(whole) <= PAGE * WIDTH * known.scale
        return whole if is_short else in_parts(d.expr, dialect)
    from matcalc.cli.screen.stepwise import steps_in

    return steps_in(known.markup, d, settings.steps, dialect)


def keywords(settings: Settings, kind: str = "gradient") -> dict[str, Any]:
    """What a derivation of this kind takes from the options; only matrices on vec depend on how they are stacked."""
    stacking = {"convention": settings.convention} if kind == "gradient" else {"vec": settings.vec}
    common = {"structure": settings.structure, "layout": settings.layout, "check": False}
    return {**settings.reading(), **common, **stacking}


def _directional(settings: Settings, direction: Sequence[str]) -> dict[str, Any]:
    named = list(direction) or None
    return {**settings.reading(), "structure": settings.structure, "check": False, "direction": named}


@command("grad", "The gradient of a scalar, in the shape of X.", expression(),
         click.option("--patch", is_flag=True, help="Of FILE.py:NAME: the gradient as a diff for the file."))
def grad(settings: Settings, expr: str, patch: bool) -> Report:
    """The gradient of a scalar EXPR, in the shape of X, one for each --wrt: matcalc grad "det(AXB)" --wrt X

    EXPR may be a function in a file, which is read and not run: matcalc grad loss.py:loss --wrt W"""
    if patch:
        from matcalc.cli.patches import patched

        return patched(settings, expr)
    if len(settings.wrt) > 1:
        return all_answered("grad", api.grad(expr, settings.wrt, **keywords(settings)), settings)
    return answered("grad", api.grad(expr, settings.one_wrt(), **keywords(settings)), settings)


@command("jacobian", "The Jacobian: one row for each output, one column for each input.", expression())
def jacobian(settings: Settings, expr: str) -> Report:
    """The Jacobian of EXPR, outputs × inputs, matrices stacked by column: matcalc jacobian "A sin(x)" -w x"""
    given = keywords(settings, "jacobian")
    if len(settings.wrt) > 1:
        return all_answered("jacobian", api.jacobian(expr, settings.wrt, **given), settings)
    return answered("jacobian", api.jacobian(expr, settings.one_wrt(), **given), settings)


@command("hessian", "The second derivative of a scalar.", expression())
def hessian(settings: Settings, expr: str) -> Report:
    """The second derivative of a scalar EXPR; with two variables the mixed one, with more all blocks:
    matcalc hessian "x'Ay" -w x -w y"""
    names = (settings.wrt,) if len(settings.wrt) > 2 else settings.wrt
    return answered("hessian", api.hessian(expr, *names, **keywords(settings, "hessian")), settings)


@command("diff", "The total differential df = ... dX ...", expression(),
         click.option("--order", type=click.IntRange(1, 8), default=1, help="Differentiate again."))
def diff(settings: Settings, expr: str, order: int) -> Report:
    """The total differential of EXPR, linear in dX, of all variables or those named: matcalc diff "x'Ax" -w x."""
    d = api.differential(expr, settings.wrt or None, order=order, **settings.reading(), check=False)
    return answered("diff", d, settings, order)


_DIRECTION = click.option("--direction", multiple=True, metavar="V", help="A name for it; one for each variable.")


@command("jvp", "The derivative along a direction, dF[V].", expression(), _DIRECTION)
def jvp(settings: Settings, expr: str, direction: tuple[str, ...]) -> Report:
    """The derivative of EXPR along a direction V of the variable: matcalc jvp "inv(X)" -w X"""
    d = api.jvp(expr, settings.wrt or None, **_directional(settings, direction))
    return answered("jvp", d, settings)


@command("vjp", "What is pulled back, the gradient of <G, F>.", expression(),
         click.option("--direction", metavar="G", default="", help="A name for what is pulled back."))
def vjp(settings: Settings, expr: str, direction: str) -> Report:
    """What EXPR pulls back, the gradient of its inner product with G: matcalc vjp "W x" -w W"""
    given = {**_directional(settings, ()), "direction": direction or None}
    return answered("vjp", api.vjp(expr, settings.one_wrt(), **given), settings)


@command("question", "", expression())
def question(settings: Settings, expr: str) -> Report:
    """The derivative that EXPR asks for: a gradient of a scalar, a Jacobian of anything else, or a Hessian."""
    order = framed(expr).order
    if not order:
        from matcalc.cli.usage import unknown_command

        raise unknown_command(expr, listed(), [expr])
    if order == 2:
        return answered("hessian", api.hessian(expr, *settings.wrt, **keywords(settings, "hessian")), settings)
    wrt = settings.one_wrt()
    if kind_asked(expr, wrt, **settings.reading()) == "jacobian":
        return answered("jacobian", api.jacobian(expr, wrt, **keywords(settings, "jacobian")), settings)
    return answered("grad", api.grad(expr, wrt, **keywords(settings)), settings)
