"""A function and a claim run on random data, where somebody asks for it: in another process, with limits of time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from os import path
from typing import Any

from matcalc.diagnostics import NoRuleError, fail
from matcalc.records import NamedTuple
from matcalc.source.formula import Argument, Formula
from matcalc.source.opened import Opened, Place

SECONDS = 60
TOLERANCE = 1e-5
_SIZES = (4, 3, 5, 2, 6, 7)


class Run(NamedTuple):
    """What running found: the worst entry of all trials, or a shape that is another than that of the variable."""

    ok: bool
    error: float
    entry: tuple[int, ...]
    got: float
    expected: float
    trials: int
    shape: tuple[int, ...] | None = None


def executed(formula: Formula, claim: Place, wrt: str, trials: int, seed: int) -> Run:
    """Run FILE.py:NAME and a claim, and compare the claim with differences. Raises NoRuleError where they fail."""
    target = next((a for a in formula.arguments if wrt in (a.name, a.called)), None)
    if target is None or target.is_labels:
        raise fail("M0502", f"{wrt} is no argument of {formula.place.name}")
    if "." in claim.name + formula.place.name:
        raise fail("M1111", "methods are not run: of what their object is made is not known", error=NoRuleError)
    file = Opened(claim.file)
    spec = file.function(claim.name).args
    names = [a.arg for a in [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]]
    known = {a.name for a in formula.arguments} | {*formula.constants}
    needed = len(names) - len(spec.defaults) - sum(d is not None for d in spec.kw_defaults)
    if missing := [name for name in names[:max(needed, 0)] if name not in known]:
        raise fail("M1111", f"{claim.name} takes {missing[0]}, which {formula.place.name} does not have; "
                   "its arguments need the same names to be run", error=NoRuleError)
    request = {"function": _asked(formula.place, [a.name for a in formula.arguments]), "claim": _asked(claim, names),
               "wrt": target.name, "program": formula.dialect, "seconds": SECONDS,
               "trials": [_trial(formula.arguments, seed + k, k) for k in range(trials)]}
    answer = _answer(request)
    if "raised" in answer:
        raise fail("M1111", f"running them failed: {answer['raised']}", error=NoRuleError)
    if "shape" in answer:
        return Run(False, 0.0, (), 0.0, 0.0, 1, tuple(answer["shape"]))
    worst = max(answer["trials"], key=lambda one: one["error"] if one["error"] == one["error"] else float("inf"))
    ok = bool(worst["error"] < TOLERANCE)
    return Run(ok, worst["error"], tuple(worst["entry"]), worst["got"], worst["expected"], len(answer["trials"]))


def _asked(place: Place, takes: Sequence[str]) -> dict[str, Any]:
    return {"file": path.abspath(place.file), "name": place.name, "part": place.part, "takes": list(takes)}


def _trial(arguments: Sequence[Argument], seed: int, turn: int) -> dict[str, Any]:
    """The shapes of one trial; every named size is a number of its own, and another one in the next trial."""
    sizes: dict[str, int] = {}

    def size(dim: Any) -> int:
        if isinstance(dim, int):
            return dim
        if dim.isdigit():
            return int(dim)
        return sizes.setdefault(dim, _SIZES[(len(sizes) + turn) % len(_SIZES)])

    made = []
    for a in arguments:
        classes = size(a.declaration.partition(",")[2].partition(")")[0].strip()) if a.is_labels else 0
        made.append({"name": a.name, "shape": [size(dim) for dim in a.shape], "labels": classes})
    return {"seed": seed, "arguments": made}


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    harness = path.join(path.dirname(__file__), "harness.py")
    try:
        done = subprocess.run([sys.executable, harness], input=json.dumps(request), capture_output=True, text=True,
                              timeout=2 * SECONDS, check=False)
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise fail("M1111", f"running them took more than {2 * SECONDS} s", error=NoRuleError) from None
    except (ValueError, IndexError):
        raise fail("M1111", "running them ended without an answer", error=NoRuleError) from None
    return found
