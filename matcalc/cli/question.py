"""A formula that is itself the question: matcalc "∂/∂X tr(AXB)" needs no command."""

from __future__ import annotations

from matcalc import api
from matcalc.cli.command import command, expression
from matcalc.cli.derivations import answered, keywords
from matcalc.cli.report import Report
from matcalc.cli.settings import Settings
from matcalc.cli.usage import unknown_command
from matcalc.diagnostics import InputError
from matcalc.language.framing import framed


@command("question", expression())
def question(settings: Settings, expr: str) -> Report:
    """The derivative that EXPR asks for: a gradient of a scalar, a Jacobian of anything else, or a Hessian."""
    order = framed(expr).order
    if not order:
        from matcalc.cli.app import COMMANDS

        raise unknown_command(expr, COMMANDS, [expr])
    if order == 2:
        return answered("hessian", api.hessian(expr, *settings.wrt, **keywords(settings, "hessian")), settings)
    try:
        return answered("grad", api.grad(expr, settings.one_wrt(), **keywords(settings)), settings)
    except InputError as error:
        if error.diagnostics[0].code not in _NO_SCALAR:
            raise
    return answered("jacobian", api.jacobian(expr, settings.one_wrt(), **keywords(settings, "jacobian")), settings)


_NO_SCALAR = ("M0310", "M0504", "M0306")
