"""The command that writes a program: a function that computes the derivative."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from matcalc import derive
from matcalc.cli import machine
from matcalc.cli.command import command, expression
from matcalc.cli.derivations import keywords, refuted
from matcalc.cli.report import Report
from matcalc.cli.settings import Settings
from matcalc.derivation import Derivation

_KINDS = {"gradient": derive.grad, "jacobian": derive.jacobian, "hessian": derive.hessian}


@command("code", expression(), click.option("--to", "language", default="numpy", metavar="LANGUAGE", help="numpy."),
         click.option("--kind", type=click.Choice(list(_KINDS)), default="gradient", help="Which derivative."))
def code(settings: Settings, expr: str, language: str, kind: str) -> Report:
    """A function that computes the derivative of EXPR: matcalc code "log(det(X))" --wrt X --to numpy"""
    d = _KINDS[kind](expr, settings.one_wrt(), **keywords(settings, kind))
    verification = None if settings.no_check else d.verify(seed=settings.seed, sizes=settings.sizes())
    if verification is not None and verification.ok is False:
        raise refuted(d, verification)
    source = d.code(language)
    payload = partial(_as_data, d, source, language, verification)
    return Report("code", lambda _: source.splitlines(), lambda _: source, payload)


def _as_data(d: Derivation, source: str, language: str, verification: Any) -> dict[str, Any]:
    return {**machine.derived(d, verification), "code": {"language": language, "source": source}}
