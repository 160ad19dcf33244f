"""Candidates for one answer: compared first, then timed in turn, so that a drifting machine slows all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Candidate = Callable[[], Any]
TOLERANCE = 1e-6


def difference(found: Any, wanted: Any) -> float:
    """The relative error over all entries; infinite where shapes differ, for pairs the greater of two."""
    if isinstance(wanted, tuple):
        return max(difference(one, other) for one, other in zip(found, wanted, strict=True))
    a, b = (np.atleast_1d(np.squeeze(np.asarray(x, dtype=float))) for x in (found, wanted))
    if a.shape != b.shape or not np.isfinite(a).all():
        return float("inf")
    return float(np.linalg.norm(a - b) / max(float(np.linalg.norm(b)), 1e-8))


def compared(candidates: Mapping[str, Candidate], reference: Candidate) -> tuple[dict[str, Candidate], dict[str, str]]:
    """Those that agree with the reference, and what is wrong with the others."""
    wanted = reference()
    right: dict[str, Candidate] = {}
    wrong: dict[str, str] = {}
    for name, candidate in candidates.items():
        try:
            error = difference(candidate(), wanted)
        except Exception as problem:  # noqa: BLE001 - whatever a candidate raises is its result
            wrong[name] = f"{type(problem).__name__}: {problem}"[:120]
            continue
        if error <= TOLERANCE:
            right[name] = candidate
        else:
            wrong[name] = f"relative error {error:.0e}"
    return right, wrong


def medians(candidates: Mapping[str, Candidate], rounds: int = 8, budget: float = 0.004) -> dict[str, float]:
    """Median seconds of CPU time of each, over rounds in which each has its turn; slow ones have four turns.

    Every other round goes backwards, and before its turn each runs once unmeasured: who comes second finds the arrays
    of the first in the cache."""
    repeats = {name: max(1, min(2000, int(budget / max(_seconds(candidate, 1), 1e-7))))
               for name, candidate in candidates.items()}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(rounds):
        for name, candidate in list(candidates.items())[::-1 if turn % 2 else 1]:
            if turn < 4 or times[name][0] * repeats[name] < 0.3:
                candidate()
                times[name].append(_seconds(candidate, repeats[name]))
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def _seconds(candidate: Candidate, repeats: int) -> float:
    start = time.process_time()
    for _ in range(repeats):
        candidate()
    return (time.process_time() - start) / repeats
