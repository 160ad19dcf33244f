"""python -m tests.mutation: plant every fault in every rule and see that a check turns red. Exit 1 if one survives.

A mutant is rejected when the reader refuses it, equivalent when it has the same value at random points of the domain,
caught when a check of its own block or of a block that uses it fails, and survives otherwise.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any

import numpy as np

from matcalc.core.expr import Expr, Kind, postorder
from matcalc.core.function import Function
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import Rulebook, rules_files, standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import CHECKS, check_block, check_rules
from matcalc.rulecheck.findings import relative
from matcalc.rulecheck.soundness import law_point, variants
from matcalc.rulecheck.specimen import POINTS, Point, Specimen
from matcalc.rulecheck.wellformed import lint
from tests.mutants import Mutant, mutants

CORES = 2
SAME = 1e-9
OUTCOMES = ("caught", "rejected", "equivalent", "survived")
_USEFUL = tuple(check for check in CHECKS if check is not lint)


@dataclass
class Tally:
    """What became of the mutants of one block."""

    rule: str
    counts: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)


def blocks() -> list[tuple[str, int]]:
    """Every block by name and place among its overloads."""
    book = standard()
    return [(name, i) for name in sorted(book.names()) for i, _ in enumerate(book.overloads(name))]


def run(place: tuple[str, int]) -> Tally:
    """All mutants of one block."""
    name, i = place
    original = Specimen(standard().overloads(name)[i], standard())
    tally = Tally(signature(original.function))
    with silence():
        for mutant in mutants(original.function, standard()):
            outcome = judge(original, mutant, i)
            tally.counts[outcome] += 1
            if outcome == "survived":
                tally.survivors.append(f"{mutant.field} {mutant.law}: {mutant.fault}")
    return tally


def judge(original: Specimen, mutant: Mutant, i: int) -> str:
    book = Rulebook(rules_files())
    function = book.overloads(original.function.name)[i]
    dict.__setitem__(function.fields, mutant.field, mutant.text)  # before anything of it is read
    try:
        if same_value(original, Specimen(function, book), mutant):
            return "equivalent"
    except MatcalcError:
        return "rejected"
    except RecursionError:
        return "caught"
    return "caught" if turns_red(function, book) else "survived"


def turns_red(function: Function, book: Rulebook) -> bool:
    """Whether a check of the block fails, or of a block that mentions it."""
    users = [f for f in book.functions() if f is not function and mentions(f, function.name)]
    return any(fails(f, book) for f in [function, *users])


def fails(function: Function, book: Rulebook) -> bool:
    return any(not check_block(function, book, [check]).ok for check in _USEFUL)


def mentions(function: Function, name: str) -> bool:
    return any(re.search(rf"\b{name}\b", text) for text in function.fields.values())


def same_value(original: Specimen, faulty: Specimen, mutant: Mutant) -> bool:
    """Whether the fault changes no value, at points of the domain and where every dimension is 1."""
    if mutant.field == "numpy":
        return all(_close(at.call(), replace(at, block=faulty).call()) for at in original.points())
    if mutant.field == "law":
        return _same_law(original, faulty, mutant.law)
    pair = [block.function.template(mutant.field) for block in (original, faulty)]
    return all(_close(*(at.value(e, _others(at, *pair)) for e in pair)) for at in original.points())


def _same_law(original: Specimen, faulty: Specimen, name: str) -> bool:
    rng = original.rng()
    for (right, block), (wrong, _) in zip(variants(original), variants(faulty), strict=True):
        points = [law_point(block, right, rng, choice) for choice in range(POINTS) if right.name == name]
        if not all(at and _close(at.value(right.replacement), at.value(wrong.replacement)) for at in points):
            return False
    return True


def _close(a: Any, b: Any) -> bool:
    return relative(np.asarray(a), np.asarray(b)) < SAME


def _others(at: Point, *expressions: Expr) -> dict[Expr, Any]:
    """Values for the tangents and for G."""
    leaves = dict.fromkeys(e for e in postorder(*expressions) if e.kind is Kind.TANGENT or e.kind is Kind.VAR)
    return {leaf: draw([leaf], np.random.default_rng(k), at.sizes)[leaf]
            for k, leaf in enumerate(leaves) if leaf not in at.values}


def table(tallies: list[Tally]) -> Iterator[str]:
    width = max(len(t.rule) for t in tallies)
    yield " ".join([f"{'rule':{width}}", *(f"{outcome:>10}" for outcome in OUTCOMES)])
    for t in tallies:
        yield " ".join([f"{t.rule:{width}}", *(f"{t.counts[outcome]:10}" for outcome in OUTCOMES)])
        yield from (f"    survived  {survivor}" for survivor in t.survivors)
    total = sum((t.counts for t in tallies), Counter())
    yield " ".join([f"{'all rules':{width}}", *(f"{total[outcome]:10}" for outcome in OUTCOMES)])
    real = total["caught"] + total["survived"]
    yield f"{total['caught']} of {real} faults that change a value are caught ({total['caught'] / max(real, 1):.1%})"


def tallies(places: list[tuple[str, int]]) -> list[Tally]:
    """Every block in a process of its own, so that its expressions do not pile up."""
    with get_context("fork").Pool(CORES, maxtasksperchild=1) as pool:
        return list(pool.imap(run, places, chunksize=1))


def main(words: list[str]) -> int:
    """Faults are only planted where everything is right before: a check that is red already would catch nothing."""
    wrong = [report.signature for report in check_rules(standard(), checks=_USEFUL) if not report.ok]
    if wrong:
        print("these rules fail their checks without any fault planted: " + ", ".join(wrong))
        return 1
    found = tallies([place for place in blocks() if not words or place[0] in words])
    print("\n".join(table(found)))
    return int(any(t.survivors for t in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
