"""The command that writes a program: a function that computes the derivative."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import click

from matcalc import api
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.commands.deriving import refuted
from matcalc.cli.settings import Settings, without
from matcalc.derivation import Derivation
from matcalc.options import Language, Program
from matcalc.targets import target_named
from matcalc.targets.running import not_run

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

PLACE = 70
_BY_SEVERAL = ("hessian", "operator", "differential", "jvp")


@command("code", "A function that computes the derivative.", expression(),
         click.option("--to", "language", default="numpy", metavar="LANGUAGE", help="numpy, cpp, julia."),
         click.option("--kind", type=click.Choice(get_args(Program)), default="gradient",
                      help="Which derivative; operator is V ↦ ∇²f[V]."),
         options=without("-s/--steps"), writes=(".py", ".hpp", ".jl"))
def code(settings: Settings, expr: str, language: Language, kind: Program) -> Report:
    """A program that computes the derivative of EXPR and, when run, checks itself: matcalc code "log(det(X))" -w X"""
    wrt = settings.wrt if kind in _BY_SEVERAL else settings.one_wrt()
    d = api.derive(kind, expr, wrt, **settings.reading(), structure=settings.structure, layout=settings.layout,
                   vec=settings.vec)
    verification = None if settings.no_check else d.verify(seed=settings.seed, sizes=settings.sizes())
    if verification is not None and verification.ok is False:
        raise refuted(d, verification)
    source = d.code(language, "operator" if kind == "operator" else "", check=not settings.no_check)
    why = "" if settings.no_check else not_run(target_named(language))
    if why:
        click.echo(why, err=True)
    payload = partial(_as_data, d, source, language, verification)
    return Report("code", lambda _: source.splitlines(), lambda _: source, payload)


def _as_data(d: Derivation, source: str, language: str, verification: Verification | None) -> dict[str, Any]:
    return {**machine.derived(d, verification), "code": {"language": language, "source": source}}
