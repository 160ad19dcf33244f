"""python -m tests.mutation [--share K] [NAME …]: plant every fault in every rule and see that a check turns red.

A mutant is rejected when the reader refuses it, equivalent when it has the same value at random points of the domain,
caught when a check of its own block fails, or one of a block that uses it, and survives otherwise. A line for each
block as it is done; exit 1 if one survives. With --share 8 every eighth fault of each block is planted.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Any

import numpy as np

from matcalc.core.expr import Expr, Kind, postorder
from matcalc.core.function import Function
from matcalc.diagnostics import MatcalcError
from matcalc.limits import OutOfTimeError, work
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import Rulebook, rules_files, standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import CHECKS, Checker, check_block
from matcalc.rulecheck.derivatives import adjoint_identity, first_differential, matrix_form
from matcalc.rulecheck.findings import relative
from matcalc.rulecheck.soundness import law_checks, law_point, variants
from matcalc.rulecheck.specimen import POINTS, Point, Specimen
from matcalc.rulecheck.stated_curvature import stated_logarithm
from matcalc.rulecheck.stated_holomorphy import complex_body
from matcalc.rulecheck.statements import equation_holds, inverse_and_sums, lifted_values, same_value
from matcalc.rulecheck.wellformed import lint, shapes
from tests.mutants import Mutant, mutants

CORES = 2
SAME = 1e-9
SECONDS = 60  # of work for one mutant; what does not end by then is caught: the checks of no block take that long
OUTCOMES = ("caught", "rejected", "equivalent", "survived")
_USEFUL = tuple(check for check in CHECKS if check is not lint)
# Whom to ask first about a field: most faults are caught there, and the checks that take long are not begun.
_ASKED: dict[str, tuple[Checker, ...]] = {
    "adjoint": (adjoint_identity,), "matrix": (matrix_form,), "implicit": (equation_holds,), "lift": (lifted_values,),
    "inverse": (inverse_and_sums,), "of_sum": (inverse_and_sums,), "log": (stated_logarithm,),
    "complex": (complex_body,),
}


@dataclass
class Tally:
    """What became of the mutants of one block."""

    rule: str
    counts: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    is_red: bool = False  # without any fault planted, so that nothing can be caught
    seconds: float = 0.0


def blocks() -> list[tuple[str, int]]:
    """Every block by name and place among its overloads."""
    book = standard()
    return [(name, i) for name in sorted(book.names()) for i, _ in enumerate(book.overloads(name))]


def run(place: tuple[str, int], share: int = 1) -> Tally:
    """All mutants of one block, or each `share`-th."""
    started = time.perf_counter()
    name, i = place
    original = Specimen(standard().overloads(name)[i], standard())
    tally = Tally(signature(original.function), is_red=fails(original.function, standard()))
    with silence():
        planted = () if tally.is_red else mutants(original.function, standard())
        for mutant in islice(planted, sum(map(ord, name)) % share, None, share):
            try:
                outcome, why = judge(original, mutant, i), ""
            except Exception as error:  # noqa: BLE001 - a rule that somebody writes is refused, whatever stands in it
                outcome, why = "survived", f", and a check breaks: {error!r}"
            tally.counts[outcome] += 1
            if outcome == "survived":
                tally.survivors.append(f"{mutant.field} {mutant.law}: {mutant.fault}{why}")
    tally.seconds = time.perf_counter() - started
    return tally


def judge(original: Specimen, mutant: Mutant, i: int) -> str:
    book = Rulebook(rules_files())
    function = book.overloads(original.function.name)[i]
    dict.__setitem__(function.fields, mutant.field, mutant.text)  # before anything of it is read
    try:
        with work(SECONDS):
            try:
                if changes_nothing(original, Specimen(function, book), mutant):
                    return "equivalent"
            except RecursionError:
                return "caught"
            except (ValueError, np.linalg.LinAlgError):
                pass  # it has no value any more, of which the checks will have something to say
            return "caught" if turns_red(function, book, mutant) else "survived"
    except OutOfTimeError:
        return "caught"
    except MatcalcError:
        return "rejected"


def turns_red(function: Function, book: Rulebook, mutant: Mutant) -> bool:
    """Whether a check of the block fails, or of a block that mentions it; a law answers for itself."""
    if mutant.field == "law":
        return fails(function, book, (law_checks,))
    concerned = _ASKED.get(mutant.field.partition(".")[0], (first_differential, same_value))
    if fails(function, book, dict.fromkeys((shapes, *concerned, *_USEFUL))):
        return True
    return any(fails(f, book) for f in users(function, book))


def users(function: Function, book: Rulebook) -> Iterator[Function]:
    """The blocks that mention it, and those that mention these, the nearest first."""
    known, names = {function}, [function.name]
    for name in names:
        for f in book.functions():
            if f not in known and mentions(f, name):
                known.add(f)
                names.append(f.name)
                yield f


def fails(function: Function, book: Rulebook, checks: Iterable[Checker] = _USEFUL) -> bool:
    return any(not check_block(function, book, [check]).ok for check in checks)


def mentions(function: Function, name: str) -> bool:
    return any(re.search(rf"\b{name}\b", text) for text in function.fields.values())


def changes_nothing(original: Specimen, faulty: Specimen, mutant: Mutant) -> bool:
    """Whether the fault changes no value, at points of the domain and where every dimension is 1."""
    if mutant.field == "numpy":
        return all(_close(at.call(), replace(at, block=faulty).call()) for at in original.points())
    if mutant.field == "law":
        return _same_law(original, faulty, mutant.law)
    pair = [block.function.template(mutant.field) for block in (original, faulty)]
    values = [[np.ravel(at.value(e, _others(at, *pair))) for e in pair] for at in original.points()]
    if mutant.field.startswith("implicit"):  # an equation and a multiple of it are one
        right, wrong = (np.concatenate(side) for side in zip(*values, strict=True))
        factor = (right @ wrong) / (right @ right)
        return bool(factor) and _close(factor * right, wrong)
    return all(_close(*sides) for sides in values)


def _same_law(original: Specimen, faulty: Specimen, name: str) -> bool:
    rng = original.rng()
    about = [(law, block) for law, block in variants(original) if law.name == name]
    for (right, block), (wrong, _) in zip(about, variants(faulty), strict=True):
        points = [law_point(block, right, rng, choice) for choice in range(POINTS)]
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


def line(t: Tally, width: int) -> str:
    """What became of one block, and every survivor below it."""
    numbers = " ".join(f"{t.counts[outcome]:10}" for outcome in OUTCOMES)
    red = ["    its own checks fail without any fault planted"] if t.is_red else []
    return "\n".join([f"{t.rule:{width}} {numbers} {t.seconds:8.1f} s", *red,
                      *(f"    survived  {survivor}" for survivor in t.survivors)])


def summary(found: list[Tally]) -> str:
    total = sum((t.counts for t in found), Counter())
    real = total["caught"] + total["survived"]
    return (f"{sum(total.values())} faults in {len(found)} rules: {total['rejected']} rejected, {total['equivalent']} "
            f"equivalent; {total['caught']} of {real} that change a value are caught "
            f"({total['caught'] / max(real, 1):.2%})")


def tallies(places: list[tuple[str, int]], share: int = 1) -> Iterator[Tally]:
    """Every block in a process of its own, so that its expressions do not pile up."""
    with get_context("fork").Pool(CORES, maxtasksperchild=1) as pool:
        yield from pool.imap(partial(run, share=share), places, chunksize=1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("names", nargs="*")
    wish = parser.parse_args()
    places = [place for place in blocks() if not wish.names or place[0] in wish.names]
    width = max(len(signature(standard().overloads(name)[i])) for name, i in places)
    print(f"{'rule':{width}} " + " ".join(f"{outcome:>10}" for outcome in OUTCOMES))
    found = []
    for t in tallies(places, wish.share):
        print(line(t, width), flush=True)
        found.append(t)
    print(summary(found))
    return int(any(t.survivors or t.is_red for t in found))


if __name__ == "__main__":
    sys.exit(main())
