"""What can be proved of a formula: as it is declared, else under the fewest conditions that make a proof.

A proof that fails has asked for signs and definiteness that nobody knows. These are what one may suppose: λ ≥ 0 of data,
and of the unknown where its domain is no convex set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from matcalc.algebra import negate, substitute
from matcalc.algebra.facts import is_positive, is_symmetric
from matcalc.calculus.regularity import Condition
from matcalc.convex.domains import is_convex_set
from matcalc.convex.strength import Strength, strengths
from matcalc.core.expr import MUL, VAR, Expr, node, variables
from matcalc.core.function import Demand
from matcalc.curvature.composition import Composition
from matcalc.curvature.domain import Domain
from matcalc.curvature.proof import Proof
from matcalc.curvature.stated import Sense
from matcalc.rulebook.book import Rulebook

Curvature = Literal["convex", "concave", "affine"]
POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE = "is positive definite", "is positive semidefinite"
_SAID = {"spd": POSITIVE_DEFINITE, "psd": POSITIVE_SEMIDEFINITE, "sym": "is symmetric"}
_STRONGER = {"nonnegative": "positive", "psd": "spd"}
_DEPTH, _TRIED, _WIDTH = 3, 60, 12
Given = tuple[Demand, ...]


class Statement(NamedTuple):
    """That the formula is convex, concave or affine, how strictly, and where; `f` is it with what is supposed of
    variables declared of them, `unknowns` likewise."""

    curvature: Curvature
    strength: Strength
    conditions: tuple[Condition, ...]
    proof: Proof
    f: Expr
    unknowns: tuple[Expr, ...]
    supposed: Given = ()

    def about(self, e: Expr) -> Expr:
        """`e` in the variables of `f`, of which things are supposed."""
        known = {x.data.name: x for x in variables(self.f)}
        return substitute(e, {x: known[x.data.name] for x in variables(e) if x.data.name in known and not x.data.refs})

    @property
    def words(self) -> str:
        """“strongly convex”."""
        return f"{self.strength.word} {self.curvature}".strip()


class Attempt:
    """The formula on the part of its domain where some demands hold."""

    def __init__(self, f: Expr, unknowns: Sequence[Expr], book: Rulebook, given: Given = ()) -> None:
        leaves = {d.expr: _declared(d) for d in given if d.expr.kind is VAR and not d.expr.data.refs}
        self.given, self.f = given, substitute(f, leaves)
        self.unknowns = tuple(leaves.get(x, x) for x in unknowns)
        others = [d.about(lambda e: substitute(e, leaves)) for d in given]
        self.domain = Domain([self.f], others)
        self.composition = Composition(self.unknowns, self.domain, book)
        self.is_on_convex_set = is_convex_set(self.composition, self.f, Domain((), others))

    def statements(self, sense: Sense) -> Iterator[Statement]:
        """The statement, with what more holds under conditions of rank; nothing where no proof is found."""
        proof = self.composition.prove(self.f, sense) if self.is_on_convex_set else None
        if proof is None:
            return
        said = tuple(Condition(_SAID.get(d.word, d.word), d.expr) for d in self.given)
        if self.composition.affine[self.f]:
            yield Statement("affine", Strength(""), said, proof, self.f, self.unknowns, self.given)
            return
        word: Curvature = "convex" if sense > 0 else "concave"
        for strength in strengths(self.composition, proof, self.unknowns):
            yield Statement(word, strength, (*said, *strength.conditions), proof, self.f, self.unknowns, self.given)

    def asked(self, fits: Callable[[Expr], bool]) -> list[Demand]:
        """What might be supposed besides, of expressions that `fits` allows."""
        found = []
        for demand in self.domain.asked:
            for d in (demand, demand.about(negate)) if demand.word in ("nonnegative", "psd") else (demand,):
                if fits(d.expr) and variables(d.expr) and not self._is_idle(d):
                    found.append(d)
        return found

    def _is_idle(self, d: Demand) -> bool:
        """Whether it contradicts what is known, or speaks of what cannot be so."""
        opposite = negate(d.expr)
        known = [x for x in self.given if x.expr in (d.expr, opposite)]
        matrix = d.word in ("sym", "psd", "spd")
        unfit = matrix and not d.expr.is_scalar and not is_symmetric(d.expr) and d.expr.kind is not VAR
        unlikely = d.word in _STRONGER and not d.expr.is_scalar and not matrix and d.expr.kind is MUL and d.expr.data < 0
        return bool(known) or unfit or unlikely or is_positive(opposite) or (d.word in ("sym", "psd", "spd") and not d.expr.is_square)


def _declared(d: Demand) -> Expr:
    """The variable with what is supposed of it declared."""
    x, word = d.expr, d.word
    if x.is_scalar:
        word = {"spd": "positive", "psd": "nonnegative"}.get(word, word)
    return node(VAR, (), x.data._replace(props=x.data.props | {word}), x.shape)


def proved(f: Expr, unknowns: Sequence[Expr], book: Rulebook, sense: Sense) -> list[Statement]:
    """What holds as it is declared."""
    return list(Attempt(f, unknowns, book).statements(sense))


def supposed(f: Expr, unknowns: Sequence[Expr], book: Rulebook, sense: Sense,
             of_unknown: bool = False) -> list[Statement]:
    """What holds under the fewest conditions: on data, or `of_unknown` also on what is affine in it."""
    first = Attempt(f, unknowns, book)
    waiting: list[Given] = [()]
    seen: set[frozenset[Demand]] = {frozenset()}
    for _ in range(_TRIED):
        if not waiting:
            break
        given = waiting.pop(0)
        attempt = Attempt(f, unknowns, book, given) if given else first
        found = list(attempt.statements(sense))
        if found:
            found = _with_fewer(f, unknowns, book, sense, found)
            return [*found, *_strengthened(f, unknowns, book, sense, found[0])]
        if len(given) < _DEPTH:
            c = first.composition
            for d in attempt.asked(lambda e: of_unknown or not attempt.composition.varies[e])[:_WIDTH]:
                d = d.about(lambda e: _plain(e, first))
                if not c.affine[d.expr]:
                    continue
                key = frozenset((*given, d))
                if key not in seen:
                    seen.add(key)
                    waiting.append((*given, d))
    return []


def _with_fewer(f: Expr, unknowns: Sequence[Expr], book: Rulebook, sense: Sense,
                found: list[Statement]) -> list[Statement]:
    """The same without conditions that the others imply."""
    for d in found[0].supposed if len(found[0].supposed) > 1 else ():
        given = tuple(other for other in found[0].supposed if other is not d)
        fewer = list(Attempt(f, unknowns, book, given).statements(sense))
        found = fewer or found
    return found


def _plain(e: Expr, first: Attempt) -> Expr:
    """An expression in the variables as they were before anything was supposed of them."""
    known = {x.data.name: x for x in variables(first.f)}
    return substitute(e, {x: known[x.data.name] for x in variables(e) if x.data.name in known and not x.data.refs})


def _strengthened(f: Expr, unknowns: Sequence[Expr], book: Rulebook, sense: Sense,
                  found: Statement) -> list[Statement]:
    """What more holds where ≥ 0 is > 0."""
    given = tuple(d._replace(word=_STRONGER.get(d.word, d.word)) for d in found.supposed)
    if given == found.supposed:
        return []
    more = list(Attempt(f, unknowns, book, given).statements(sense))
    return [s for s in more if s.strength.word and s.strength.word != found.strength.word and not s.strength.conditions]
