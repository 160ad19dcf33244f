"""The application problems of Barthels, Psarras & Bientinesi, Linnea (ACM TOMS 2021, appendix), typed as formulas.

`linnea.jsonl` has a line for each: its sizes there, declarations, names that are computed first, and results; formulas
with the NumPy text of the same value. Where the paper's sizes differ only by a mistake (problem 7), one is taken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path

import matcalc
from matcalc.core.dims import substitute
from matcalc.core.expr import ADD, CHAIN, MATPOW, MUL, Expr

DATA = Path(__file__).parent / "data" / "linnea.jsonl"


@dataclass(frozen=True)
class Case:
    """One problem. `where` has (name, formula, NumPy text), `results` (formula, NumPy text)."""

    id: str
    title: str
    sizes: dict[str, int]
    declared: dict[str, str]
    where: list[tuple[str, str, str]]
    results: list[tuple[str, str]]

    def texts(self) -> list[str]:
        """Each result as one formula, what is computed first bound by name."""
        bound = "".join(f"{name} := {formula}; " for name, formula, _ in self.where)
        return [bound + formula for formula, _ in self.results]

    def steps(self) -> list[Expr]:
        """What is computed in turn, earlier names as variables of later formulas."""
        declared = dict(self.declared)
        found = []
        for name, formula, _ in self.where:
            e = matcalc.parse(formula, declared)
            declared[name] = f"matrix({e.shape[0]},{e.shape[1]})"
            found.append(e)
        return found + [matcalc.parse(formula, declared) for formula, _ in self.results]


def cases() -> list[Case]:
    return [Case(**json.loads(line)) for line in DATA.read_text(encoding="utf-8").splitlines()]


def textbook_flops(case: Case) -> int:
    """Operations of the formulas as they stand: products from the left, inverses formed, all matrices full.

    Equal sub-expressions of one formula are counted once, which is more than many a system does.
    """
    return sum(_flops(e, case.sizes, set()) for e in case.steps())


def _flops(e: Expr, sizes: dict[str, int], seen: set[Expr]) -> int:
    if e in seen:
        return 0
    seen.add(e)
    below = sum(_flops(part, sizes, seen) for part in e.args)
    entries = prod(_shape(e, sizes))
    if e.kind is CHAIN:
        rows = _shape(e, sizes)[0]
        return below + sum(2 * rows * prod(_shape(factor, sizes)) for factor in e.args[1:])
    if e.kind is MATPOW:  # of these problems, inverses
        return below + 2 * _shape(e, sizes)[0] ** 3
    if e.kind is ADD:
        return below + (len(e.args) - 1) * entries
    return below + (entries if e.kind is MUL and len(e.args) > 1 else 0)


def _shape(e: Expr, sizes: dict[str, int]) -> tuple[int, int]:
    rows, columns = (int(substitute(dim, sizes)) for dim in e.shape)
    return rows, columns
