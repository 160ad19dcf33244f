"""The numbers a diagnosis is made from: the right derivative and the claim, side by side at a few random points.

The right derivative is matcalc's own formula, or finite differences where no rule covers the expression. A diagnosis is
a kind, a sentence, and the formulas that the sentence names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Any

import numpy as np

from matcalc.algebra import substitute
from matcalc.answer.claim_letters import Wanted
from matcalc.checking.claims import Claim, Point, vec
from matcalc.checking.comparing import Difference, compare
from matcalc.checking.differences import richardson
from matcalc.checking.stated import Trials
from matcalc.checking.verification import TRIES, equal_numerically
from matcalc.core.dims import Shape
from matcalc.core.expr import VAR, Expr, givens
from matcalc.core.indices import Index
from matcalc.diagnostics import MatcalcError
from matcalc.extensions import ASCII
from matcalc.numeric.draws import Array, draw, table
from matcalc.numeric.evaluate import ordered, programs, silence
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.programs import Programs, Run, is_family
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for
from matcalc.options import Asked
from matcalc.plan.node import Node
from matcalc.rulebook.book import Rulebook

EXACT, MEASURED = 1e-8, 1e-5  # how closely numbers agree where the right derivative is a formula, or a difference
_POINTS = 3
_MODERATE, _LARGEST = 1e4, 1e10
_NO_VALUE = np.full((1, 1), np.nan)
Pair = tuple[Array, Array]


@dataclass(frozen=True)
class Case:
    """What was asked: the derivative of `f` by `x`, and the right formula `own`, None where no rule covers it."""

    f: Expr
    x: tuple[Expr, ...]
    kind: Asked
    own: Expr | None
    book: Rulebook
    free: Expr | None = None
    seed: int = 0
    sizes: Mapping[str, int] | None = None
    wanted: Wanted | None = None  # the indices that a claim may depend on

    @property
    def letters(self) -> tuple[Index, ...]:
        """The indices that stand before the rows and columns of the derivative: those of a formula in sums."""
        is_summed = bool(self.f.free) or any(x.data.axes for x in self.x)
        return self.wanted.axes if self.wanted is not None and is_summed else ()

    @property
    def shape(self) -> Shape:
        """The shape that the claim should have."""
        if self.own is not None:
            return self.own.shape
        first, last = self.x[0], self.x[-1]
        if self.kind == "gradient":
            return first.shape
        return (mul(*(self.f if self.kind == "jacobian" else first).shape), mul(*last.shape))

    @property
    def tolerance(self) -> float:
        """How closely numbers have to agree, relative to the larger."""
        return MEASURED if self.own is None else EXACT

    def agree(self, claim: Expr, leaves: Mapping[Expr, Expr]) -> bool:
        """Whether the claim is right where `leaves`, which have more properties, stand for variables."""
        if self.own is None:
            return False
        at_edges = any("nonnegative" in v.data.props for v in leaves.values())  # 0 is among the values then
        return self.same(substitute(self.own, leaves), substitute(claim, leaves), self.sizes, at_edges)

    def same(self, right: Expr, proposed: Expr, sizes: Mapping[str, int] | None, at_edges: bool = False) -> bool:
        """Whether no value tells the two apart: a few usual points first, then many."""
        if equal_numerically(right, proposed, Trials(2, self.seed, sizes)).ok is not True:
            return False
        return right is proposed or compare(right, proposed, self.seed, sizes, at_kinks=at_edges).ok is True


@dataclass(frozen=True, slots=True)
class Sample:
    """One random point: sizes, values of the leaves, programs, and the arrays of them that were computed so far."""

    sizes: Sizes
    values: Mapping[Expr, Any]
    letters: tuple[Index, ...]
    programs: Programs
    done: dict[Node, Any] = field(default_factory=dict)

    def array(self, e: Expr) -> Array:
        """The value of `e` as a matrix, a family member by member; not a number where it has none."""
        if not e.free.issubset(self.letters):
            return _NO_VALUE
        try:
            if any(leaf not in self.values for leaf in self.programs.program(e).inputs):
                return _NO_VALUE
            with silence():
                value = self.run(e)[e]
        except (np.linalg.LinAlgError, MatcalcError):
            return _NO_VALUE
        return table(np.asarray(value if is_family(e) else ordered(e, value, self.sizes, self.letters), dtype=float))

    def run(self, *roots: Expr) -> Run:
        """Expressions computed at this point."""
        return self.programs.program(*roots).at(self.values, self.sizes, self.done)


@dataclass(frozen=True)
class Evidence:
    """Random points, and (right, claimed) at each of them; no pairs where the claim cannot be read."""

    case: Case
    claim: Expr | None
    samples: Sequence[Sample]
    truths: Sequence[Array]
    pairs: list[Pair] = field(default_factory=list)
    apart: Difference | None = None  # found elsewhere, or with more digits

    @property
    def tolerance(self) -> float:
        """How closely numbers have to agree, relative to the larger."""
        return self.case.tolerance

    def settled(self, x: Expr) -> Expr:
        """The variable of the formulas that has the name of `x`."""
        leaves = self.samples[0].values
        return next((e for e in leaves if e.kind is VAR and e.data.name == x.data.name), x)

    def fits(self, e: Expr) -> bool:
        """Whether `e` is right at every point."""
        return bool(self.samples) and all(close(t, s.array(e), self.tolerance)
                                          for s, t in zip(self.samples, self.truths, strict=True))


def gather(case: Case, claim: Expr | None, known: Iterable[Expr]) -> Evidence:
    """Points at which the right derivative and the claim have moderate values; `known` are all variables."""
    roots = [e for e in (case.own or case.f, claim) if e is not None]
    leaves = list(dict.fromkeys([*(leaf for leaf in givens(*roots) if leaf.kind is VAR), *known]))
    can_measure = case.own is not None or not (case.f.free or any(x.data.axes for x in case.x))
    samples = list(_samples(case, roots, leaves, programs())) if can_measure else []
    truths = [s.array(case.own) if case.own is not None else _measured(case, s) for s in samples]
    pairs = [] if claim is None else [(t, s.array(claim)) for s, t in zip(samples, truths, strict=True)]
    return Evidence(case, claim, samples, truths, pairs)


def _samples(case: Case, roots: list[Expr], leaves: list[Expr], shared: Programs) -> Iterator[Sample]:
    dims = dims_of(*roots, *leaves)
    for trial in range(_POINTS):
        for attempt, mode in enumerate(modes(TRIES)):
            sizes = sizes_for(dims, trial + attempt // 2, case.sizes, larger=trial % 3)
            rng = np.random.default_rng((case.seed % (1 << 63), 7, trial, attempt))
            values = draw(leaves, rng, sizes, mode, None if attempt else trial)
            sample = Sample(sizes, values, case.letters, shared)
            if _is_usable(sample, roots, _MODERATE if attempt < TRIES // 2 else _LARGEST):
                yield sample
                break


def _is_usable(sample: Sample, roots: list[Expr], limit: float) -> bool:
    found = [sample.array(root) for root in roots]
    return all(np.all(np.abs(value) < limit) for value in found) and sample.run(*roots).largest < limit


def _measured(case: Case, sample: Sample) -> Array:
    """The derivative by finite differences, entry by entry."""
    x = case.x[0]
    claim = Claim(case.f, case.f, (x,), "jacobian")
    point = Point(sample.sizes, sample.values, claim.program.at(sample.values, sample.sizes), {})
    shape = np.shape(np.atleast_2d(sample.values[x]))
    columns = [vec(richardson(claim.curve(point, {x: unit}))) for unit in _units(shape, x.is_scalar)]
    whole = np.stack(columns, axis=1)
    return whole.reshape(shape, order="F") if case.kind == "gradient" else whole


def _units(shape: tuple[int, ...], is_scalar: bool) -> Iterator[Any]:
    for k in range(shape[0] * shape[1]):
        unit = np.zeros(shape[0] * shape[1])
        unit[k] = 1.0
        yield np.float64(1.0) if is_scalar else unit.reshape(shape, order="F")


def close(a: Array, b: Array, tolerance: float) -> bool:
    """Whether two matrices have one shape and the same entries."""
    return a.shape == b.shape and bool(np.linalg.norm(a - b) <= tolerance * max(np.linalg.norm(a), np.linalg.norm(b)))


def ratios(pairs: Iterable[Pair], tolerance: float) -> list[float] | None:
    """The numbers c with b = c a, one for each pair (a, b); None where some b is no multiple of its a."""
    found = []
    for a, b in pairs:
        square = float(np.sum(a * a))
        if a.shape != b.shape or not square or not np.all(np.isfinite(b)):
            return None
        c = float(np.sum(a * b)) / square
        if not np.linalg.norm(b - c * a) <= tolerance * np.linalg.norm(b):
            return None
        found.append(c)
    return found or None


def constant(numbers: Sequence[float] | None, tolerance: float) -> float | None:
    """The number that all of `numbers` are."""
    if not numbers or max(numbers) - min(numbers) > 10 * tolerance * max(map(abs, numbers)):
        return None
    return numbers[0]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`text` has a place {} for each of `formulas`. `kind` is one word: transpose, factor, sign, term, shape, …"""

    kind: str
    text: str
    formulas: tuple[Expr, ...] = ()

    def said(self, dialect: str = ASCII) -> str:
        """The sentence, with its formulas in the notation `dialect`."""
        from matcalc.printers import text

        return self.text.format(*(text(e, dialect) for e in self.formulas)) if self.formulas else self.text
