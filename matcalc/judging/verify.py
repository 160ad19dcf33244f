"""The Python face of checking: matcalc's own answer, or a claim, against finite differences of the input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matcalc.checking.verdicts import Verification
from matcalc.derive import KINDS, Rules, Variables, derived
from matcalc.deriving.engine import one_of
from matcalc.judging.judge import judge


def verify(expr: str, wrt: str | Sequence[str] | None = None, *, claim: str | None = None, kind: str = "gradient",
           variables: Variables = None, structure: str = "project", layout: str = "gradient", dialect: str = "",
           rules: Rules = None, trials: int = 3, seed: int = 0, sizes: Mapping[str, int] | None = None) -> Verification:
    """Check `claim`, or matcalc's own answer where there is none, against finite differences of the input.

    A Hessian may be `wrt` a pair: the mixed one. A structured variable moves as `structure` says. What is said of a
    claim is a `Judgement`: a wrong one has a `diagnosis`, and `right` is the formula that would be right. Raises
    InputError for what cannot be read.
    """
    one_of(kind, KINDS, "kind")
    reading: dict[str, Any] = {"variables": variables, "structure": structure, "dialect": dialect, "rules": rules}
    if claim is None:
        return derived(kind, expr, wrt, **reading).verify(trials, seed, sizes)
    return judge(expr, wrt, claim=claim, kind=kind, layout=layout, trials=trials, seed=seed, sizes=sizes, **reading)
