"""One question about one text, and what came of it: an answer, a code, or a failure."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import matcalc
from matcalc.diagnostics import MatcalcError
from matcalc.limits import work

SLOW = 5.0
DERIVATIVES = ("grad", "grad", "grad", "jacobian", "hessian", "differential", "parse", "parse")


@dataclass(frozen=True)
class Outcome:
    kind: str  # answered, refused or failed
    detail: str  # the code of a refusal, the exception of a failure
    seconds: float


def asked(text: str, rng: random.Random) -> Outcome:
    """Ask for a derivative of `text` by one of its variables, or only have it read."""
    started = time.process_time()
    try:
        _ask(text, rng)
        kind, detail = "answered", ""
    except MatcalcError as refusal:
        said = refusal.diagnostics[0]
        kind, detail = ("failed", f"{said.code} {said.message[:200]}") if said.code.startswith("M9") else \
            ("refused", said.code)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        kind, detail = "failed", f"{type(error).__name__}: {str(error)[:200]}"
    seconds = time.process_time() - started
    return Outcome(*(("failed", f"slow: {detail}") if seconds > SLOW else (kind, detail)), seconds)


def _ask(text: str, rng: random.Random) -> None:
    name = rng.choice(DERIVATIVES)
    with work():
        dialect = rng.choice(["", "", "", "numpy"])
        if name == "parse":
            repr(matcalc.parse(text, dialect=dialect))
            return
        wrt = rng.choice(["x", "X", "A", None, None, "w", "y"])
        try:
            answer = getattr(matcalc, name)(text, wrt, dialect=dialect, check=rng.random() < 0.2)
        except MatcalcError as refusal:
            fixes = [f.removeprefix("--wrt ") for d in refusal.diagnostics for f in d.fixes if f.startswith("--wrt ")]
            if not fixes:
                raise
            answer = getattr(matcalc, name)(text, fixes[0], dialect=dialect, check=rng.random() < 0.2)
        assert answer.ascii
        assert answer.latex
