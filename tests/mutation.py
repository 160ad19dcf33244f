"""python -m tests.mutation [--share K] [--processes P] [NAME …]: plant every fault in every rule and see that a check
turns red.

A mutant is rejected when the reader refuses it, equivalent when it has the same value at random points of the domain,
caught when a check of its own block fails, or one of a block that uses it, and survives otherwise. A line for each
block as it is done; exit 1 if one survives. With --share 8 every eighth fault of each block is planted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import islice
from multiprocessing import get_context
from typing import Any
from zlib import crc32

import numpy as np

from matcalc.core.expr import Expr, Kind, postorder
from matcalc.core.function import Function, Law
from matcalc.diagnostics import MatcalcError
from matcalc.limits import OutOfTimeError, anew, work
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import silence
from matcalc.rulebook.book import Rulebook, standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import CHECKS, Checker, check_block
from matcalc.rulecheck.derivatives import adjoint_identity, first_differential, matrix_form
from matcalc.rulecheck.findings import relative
from matcalc.rulecheck.soundness import law_checks, law_point, stable_checks, variants
from matcalc.rulecheck.specimen import POINTS, Point, Specimen
from matcalc.rulecheck.stated_curvature import stated_logarithm
from matcalc.rulecheck.stated_holomorphy import complex_body
from matcalc.rulecheck.statements import equation_holds, inverse_and_sums, lifted_values, same_value
from matcalc.rulecheck.wellformed import lint, shapes
from tests.mutants import LAWS, Mutant, mutants
from tests.planting import Bed, Place, places, read_all

SAME = 1e-9
SECONDS = 20  # of work for one check; what does not end by then is caught: the checks of no block take that long
SEEDS = (0, 5)  # of the points at which a fault is compared with what is right: those of the checks, and others
_FEW = 20  # blocks for which it is quicker to read no more than they need
OUTCOMES = ("caught", "rejected", "equivalent", "survived")
_USEFUL = tuple(check for check in CHECKS if check is not lint)
# Whom to ask first about a field: most faults are caught there, and the checks that take long are not begun.
_ASKED: dict[str, tuple[Checker, ...]] = {
    "adjoint": (adjoint_identity,), "matrix": (matrix_form,), "implicit": (equation_holds,), "lift": (lifted_values,),
    "inverse": (inverse_and_sums,), "of_sum": (inverse_and_sums,), "log": (stated_logarithm,),
    "complex": (complex_body,),
}
_QUICK = (first_differential, same_value)
Question = tuple[Place, Checker]


@dataclass
class Tally:
    """What became of the mutants of one block."""

    rule: str
    counts: Counter[str] = field(default_factory=Counter)
    survivors: list[str] = field(default_factory=list)
    is_red: bool = False  # without any fault planted, so that nothing can be caught
    seconds: float = 0.0


def run(place: Place, share: int = 1) -> Tally:
    """All mutants of one block, or each `share`-th."""
    started = time.perf_counter()
    name, i = place
    function = standard().overloads(name)[i]
    tally = Tally(signature(function), is_red=any(fails(function, standard(), check) for check in _USEFUL))
    with silence():
        judge = Judge(place)
        planted = () if tally.is_red else mutants(function, standard())
        for mutant in islice(planted, sum(map(ord, name)) % share, None, share):
            try:
                outcome, why = judge.outcome(mutant), ""
            except Exception as error:  # noqa: BLE001 - a rule that somebody writes is refused, whatever stands in it
                outcome, why = "survived", f", and a check breaks: {error!r}"
            tally.counts[outcome] += 1
            if outcome == "survived":
                tally.survivors.append(f"{mutant.field} {mutant.law}: {mutant.fault}{why}")
    tally.seconds = time.perf_counter() - started
    return tally


def fails(function: Function, book: Rulebook, check: Checker) -> bool:
    return not check_block(function, book, [check]).ok


class Judge:
    """Says of the faults of one block what becomes of them. What caught many faults of it is asked first."""

    def __init__(self, place: Place) -> None:
        self.place, self.bed = place, Bed(place)
        function = standard().overloads(place[0])[place[1]]
        self.blocks = [Specimen(function, standard(), seed) for seed in SEEDS]
        self.caught: Counter[Question] = Counter()

    def outcome(self, mutant: Mutant) -> str:
        function, book = self.bed.planted(mutant)
        try:
            with work(SECONDS):
                try:
                    if self.changes_nothing(function, book, mutant):
                        return "equivalent"
                except RecursionError:
                    return "caught"
                except (ValueError, np.linalg.LinAlgError):
                    pass  # it has no value any more, of which the checks will have something to say
                return "caught" if self.turns_red(book, mutant) else "survived"
        except OutOfTimeError:
            return "caught"
        except MatcalcError:
            return "rejected"

    def turns_red(self, book: Rulebook, mutant: Mutant) -> bool:
        """Whether a check of the block fails, or of a block that mentions it; a law answers for itself."""
        asked = self._questions(mutant)
        known = [question for question, _ in self.caught.most_common() if question in asked]
        for place, check in dict.fromkeys((*known, *asked)):
            anew()
            if fails(book.overloads(place[0])[place[1]], book, check):
                self.caught[place, check] += 1
                return True
        return False

    def _questions(self, mutant: Mutant) -> dict[Question, None]:
        if mutant.field in LAWS:
            return {(self.place, law_checks if mutant.field == "law" else stable_checks): None}
        first = (shapes, *_ASKED.get(mutant.field.partition(".")[0], _QUICK), *_USEFUL)
        return dict.fromkeys([*((self.place, check) for check in first),
                              *((user, check) for user in self.bed.users for check in _QUICK),
                              *((user, check) for user in self.bed.users for check in _USEFUL)])

    def changes_nothing(self, function: Function, book: Rulebook, mutant: Mutant) -> bool:
        """Whether the fault changes no value at points of the domain."""
        if mutant.field in LAWS:
            return self._same_law(Specimen(function, book, SEEDS[1]), mutant)
        if mutant.field == "numpy":
            faulty = Specimen(function, book)
            return all(_close(value, replace(at, block=faulty).call())
                       for at, value in zip(self.points, self.calls, strict=True))
        e = function.template(mutant.field)
        rights = self.values(mutant.field)
        wrongs = (np.ravel(at.value(e, _others(at, e))) for at in self.points)
        if mutant.field.startswith("implicit"):  # an equation and a multiple of it are one
            right, wrong = np.concatenate(rights), np.concatenate(list(wrongs))
            factor = (right @ wrong) / (right @ right)
            return bool(factor) and _close(factor * right, wrong)
        return all(_close(*sides) for sides in zip(rights, wrongs, strict=True))

    @cached_property
    def points(self) -> list[Point]:
        return [at for block in self.blocks for at in block.points()]

    @cached_property
    def calls(self) -> list[Any]:
        return [at.call() for at in self.points]

    @cache  # noqa: B019 - a judge lives as long as its process
    def values(self, name: str) -> list[Any]:
        """What a field says without a fault."""
        e = self.blocks[0].function.template(name)
        return [np.ravel(at.value(e, _others(at, e))) for at in self.points]

    def _same_law(self, faulty: Specimen, mutant: Mutant) -> bool:
        rng = self.blocks[1].rng()
        about = [(law, at) for law, at in _laws(self.blocks[1], mutant.field) if law.name == mutant.law]
        for (right, block), (wrong, _) in zip(about, _laws(faulty, mutant.field), strict=True):
            points = [law_point(block, right, rng, choice) for choice in range(POINTS)]
            if not all(at and _close(at.value(right.replacement), at.value(wrong.replacement)) for at in points):
                return False
        return True


def _laws(block: Specimen, field: str) -> Iterator[tuple[Law, Specimen]]:
    """The laws of a field, each with the block it is about."""
    if field == "law":
        yield from variants(block)
    for said in block.function.statements(field) if field != "law" else ():
        yield from zip(block.book.stable_laws(block.function, said), (block, block.scalar() or block), strict=False)


def _close(a: Any, b: Any) -> bool:
    return relative(np.asarray(a), np.asarray(b)) < SAME


def _others(at: Point, e: Expr) -> dict[Expr, Any]:
    """Values for the tangents and for G, the same in every expression."""
    leaves = dict.fromkeys(part for part in postorder(e) if part.kind is Kind.TANGENT or part.kind is Kind.VAR)
    return {leaf: draw([leaf], np.random.default_rng(crc32(repr(leaf).encode())), at.sizes)[leaf]
            for leaf in leaves if leaf not in at.values}


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


def tallies(chosen: Sequence[Place], share: int = 1, processes: int = 2) -> Iterator[Tally]:
    """Every block in a process of its own, so that its expressions do not pile up."""
    if len(chosen) > _FEW:
        read_all()
    with get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(partial(run, share=share), chosen, chunksize=1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--share", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("names", nargs="*")
    wish = parser.parse_args()
    chosen = [place for place in places() if not wish.names or place[0] in wish.names]
    width = max(len(signature(standard().overloads(name)[i])) for name, i in chosen)
    print(f"{'rule':{width}} " + " ".join(f"{outcome:>10}" for outcome in OUTCOMES))
    found = []
    for t in tallies(chosen, wish.share, wish.processes):
        print(line(t, width), flush=True)
        found.append(t)
    print(summary(found))
    return int(any(t.survivors or t.is_red for t in found))


if __name__ == "__main__":
    sys.exit(main())
