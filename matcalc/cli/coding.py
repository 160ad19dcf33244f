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
from matcalc.deriving.derivation import Derivation

_KINDS: dict[str, Any] = {"gradient": derive.grad, "jacobian": derive.jacobian, "hessian": derive.hessian,
                          "operator": derive.hessian, "differential": derive.differential_of, "jvp": derive.jvp,
                          "vjp": derive.vjp}


@command("code", expression(), click.option("--to", "language", default="numpy", metavar="LANGUAGE", help="numpy."),
         click.option("--kind", type=click.Choice(list(_KINDS)), default="gradient",
                      help="Which derivative; operator is V ↦ ∇²f[V]."))
def code(settings: Settings, expr: str, language: str, kind: str) -> Report:
    """A program that computes the derivative of EXPR and, when run, checks itself: matcalc code "log(det(X))" -w X"""
    d = _derivation(settings, expr, kind)
    verification = None if settings.no_check else d.verify(seed=settings.seed, sizes=settings.sizes())
    if verification is not None and verification.ok is False:
        raise refuted(d, verification)
    source = d.code(language, "operator" if kind == "operator" else "", check=not settings.no_check)
    payload = partial(_as_data, d, source, language, verification)
    return Report("code", lambda _: source.splitlines(), lambda _: source, payload)


def _derivation(settings: Settings, expr: str, kind: str) -> Derivation:
    names: list[Any] = [settings.wrt or None] if kind in ("differential", "jvp") else [settings.one_wrt()]
    if kind in ("hessian", "operator"):
        names = list(settings.wrt)
    made: Derivation = _KINDS[kind](expr, *names, **_keywords(settings, kind))
    return made


def _keywords(settings: Settings, kind: str) -> dict[str, Any]:
    if kind in ("gradient", "jacobian", "hessian", "operator"):
        return keywords(settings, kind)
    structure = {} if kind == "differential" else {"structure": settings.structure}
    return {**settings.reading(), **structure, "check": False}


def _as_data(d: Derivation, source: str, language: str, verification: Any) -> dict[str, Any]:
    return {**machine.derived(d, verification), "code": {"language": language, "source": source}}
