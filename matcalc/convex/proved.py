"""What can be proved of a formula: as it is declared, else under the fewest conditions that make a proof.

A proof that fails has asked for signs and definiteness that nobody knows. These are what one may suppose: λ ≥ 0 of
data, and of the unknown where its domain is no convex set.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from matcalc.algebra import add, multiply, negate, num, substitute
from matcalc.algebra.addition import primitive
from matcalc.algebra.conjugation import is_hermitian
from matcalc.algebra.facts import is_positive
from matcalc.calculus.regularity import Condition
from matcalc.convex.domains import is_convex_set
from matcalc.convex.strength import Strength, strengths
from matcalc.core.expr import MUL, NUM, VAR, Expr, node, variables
from matcalc.core.function import Demand
from matcalc.core.parts import terms
from matcalc.curvature.composition import Composition
from matcalc.curvature.domain import Domain
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook

Curvature = Literal["convex", "concave", "affine"]
POSITIVE_DEFINITE, POSITIVE_SEMIDEFINITE = "is positive definite", "is positive semidefinite"
_SAID = {"spd": POSITIVE_DEFINITE, "psd": POSITIVE_SEMIDEFINITE, "sym": "is symmetric"}
_TWO_SIDED = ("nonnegative", "positive", "psd")  # where the opposite may be supposed as well
_STRONGER = {"nonnegative": "positive", "psd": "spd"}
_DEPTH, _TRIED, _WIDTH, _MOST = 3, 60, 12, 3
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
    def where(self) -> tuple[Condition, ...]:
        """The conditions as one says them: p ≥ 1 for p − 1 ≥ 0."""
        return tuple(map(_plainly, self.conditions))

    @property
    def words(self) -> str:
        """“strongly convex”."""
        return f"{self.strength.word} {self.curvature}".strip()


def _plainly(c: Condition) -> Condition:
    """Of a number p that is ≥ 0 less 1, or negated."""
    sign = {"nonnegative": ">=", "positive": ">"}.get(c.word)
    parts = terms(c.expr)
    numbers = [e for e in parts if e.kind is NUM]
    if sign is None or not c.expr.is_scalar or len(parts) - len(numbers) != 1:
        return c
    bound = negate(add(*numbers)) if numbers else num(0)
    number, rest = primitive(next(e for e in parts if e.kind is not NUM))
    bound = multiply(num(1 / number), bound)
    sign = sign if number > 0 else sign.replace(">", "<")
    return c._replace(word=f"{sign} {bound.data}", expr=rest)


class Attempt:
    """The formula on the part of its domain where some demands hold."""

    def __init__(self, f: Expr, unknowns: Sequence[Expr], book: Rulebook, given: Given = ()) -> None:
        leaves = {d.expr: _declared(d) for d in given if d.expr.kind is VAR and not d.expr.data.refs
                  and not d.expr.complex}
        self.given, self.f = given, substitute(f, leaves)
        self.unknowns = tuple(leaves.get(x, x) for x in unknowns)
        others = [d.about(lambda e: substitute(e, leaves)) for d in given]
        self.domain = Domain([self.f], others)
        self.composition = Composition(self.unknowns, self.domain, book)
        self.is_on_convex_set = is_convex_set(self.composition, self.f, Domain((), others))

    def statements(self, sense: Sense) -> Iterator[Statement]:
        """The statement, with what more holds under conditions of rank; nothing where no proof is found."""
        proof = self.composition.prove(self.f, sense)  # which notes what it lacks, in any case
        if proof is None or not self.is_on_convex_set:
            return
        said = tuple(Condition(_SAID.get(d.word, d.word), d.expr) for d in self.given)
        if self.composition.affine[self.f]:
            yield Statement("affine", Strength(""), said, proof, self.f, self.unknowns, self.given)
            return
        word: Curvature = "convex" if sense > 0 else "concave"
        for strength in strengths(self.composition, proof, self.unknowns):
            yield Statement(word, strength, (*said, *strength.conditions), proof, self.f, self.unknowns, self.given)

    def asked(self, of_unknown: bool) -> list[Demand]:
        """What might be supposed besides, of data, or `of_unknown` too."""
        found = []
        for demand in self.domain.asked:
            for d in (demand, demand.about(negate)) if demand.word in _TWO_SIDED else (demand,):
                if (of_unknown or not self.composition.varies[d.expr]) and variables(d.expr) and not self._is_idle(d):
                    found.append(d)
        return found

    def _is_idle(self, d: Demand) -> bool:
        """Whether it contradicts what is known, or speaks of what cannot be so."""
        opposite = negate(d.expr)
        known = [x for x in self.given if x.expr in (d.expr, opposite)
                 or (x.expr.shape == d.expr.shape and _is_negative(add(x.expr, d.expr)))]
        matrix = d.word in ("sym", "psd", "spd")
        unfit = matrix and not d.expr.is_scalar and not is_hermitian(d.expr) and d.expr.kind is not VAR
        unfit |= d.expr.complex and (d.word == "sym" or not is_hermitian(d.expr))
        is_negated = d.expr.kind is MUL and d.expr.data < 0
        unlikely = is_negated and not matrix and not d.expr.is_scalar  # that all entries of data are negative
        return bool(known) or unfit or unlikely or is_positive(opposite) or (matrix and not d.expr.is_square)


def _is_negative(e: Expr) -> bool:
    """Whether it is a negative number, as (p − 1) + (−p) is, which cannot both be ≥ 0."""
    return e.kind is NUM and bool(e.data < 0)


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
    """What holds under the fewest conditions: on data, or `of_unknown` also on what is affine in it. Where several sets
    of conditions are as few, those come first that speak of nothing negated: p ≥ 1 before −p ≥ 0."""
    search = _Search(f, unknowns, book, sense, of_unknown)
    found = sorted(search.found(), key=lambda statements: is_negated(statements[0]))
    return [s for statements in found for s in statements]


def is_negated(said: Statement) -> bool:
    """Whether a condition is said of what is negated, as −λ ≥ 0."""
    return any(c.expr.kind is MUL and c.expr.data < 0 for c in said.conditions)


class _Search:
    """The sets of conditions, the smaller ones first, under which there is a proof."""

    def __init__(self, f: Expr, unknowns: Sequence[Expr], book: Rulebook, sense: Sense, of_unknown: bool) -> None:
        self.posed = f, unknowns, book
        self.sense, self.of_unknown = sense, of_unknown
        self.first = Attempt(*self.posed)

    def found(self) -> list[list[Statement]]:
        """The statements for each of the smallest sets."""
        waiting: list[Given] = [()]
        seen: set[frozenset[Demand]] = {frozenset()}
        done: list[list[Statement]] = []
        for _ in range(_TRIED):
            if not waiting or (done and len(waiting[0]) > len(done[0][0].supposed)) or len(done) == _MOST:
                break
            given = waiting.pop(0)
            attempt = Attempt(*self.posed, given) if given else self.first
            statements = list(attempt.statements(self.sense))
            if statements and not any(_is_weaker(other[0].supposed, given) for other in done):
                done.append(self._with_all(statements))
            elif not statements and len(given) < _DEPTH:
                for more in self._more(attempt, given):
                    if frozenset(more) not in seen:
                        seen.add(frozenset(more))
                        waiting.append(more)
        return done

    def _more(self, attempt: Attempt, given: Given) -> Iterator[Given]:
        """One condition more: of what is affine in the unknown, or concave, so that the points where it holds are a
        convex set."""
        for asked in attempt.asked(self.of_unknown)[:_WIDTH]:
            d = asked.about(lambda e: _plain(e, self.first))
            if self.first.composition.affine[d.expr] or attempt.composition.prove(d.expr, -1, True) is not None:
                yield (*given, d)

    def _with_all(self, statements: list[Statement]) -> list[Statement]:
        """The same without conditions that the others imply, and what more holds where ≥ 0 is > 0."""
        given = statements[0].supposed
        for d in given if len(given) > 1 else ():
            fewer = tuple(other for other in given if other is not d)
            statements = list(Attempt(*self.posed, fewer).statements(self.sense)) or statements
        first = statements[0]
        stronger = tuple(d._replace(word=_STRONGER.get(d.word, d.word)) for d in first.supposed)
        if stronger == first.supposed:
            return statements
        more = [s for s in Attempt(*self.posed, stronger).statements(self.sense) if s.strength.word
                and s.strength.word != first.strength.word and not s.strength.conditions]
        return [*statements, *more]


def _is_weaker(some: Given, others: Given) -> bool:
    """Whether some conditions follow from others: λ ≥ 0 from λ > 0."""
    return all(any(d.expr is other.expr and other.word in (d.word, _STRONGER.get(d.word)) for other in others)
               for d in some)


def _plain(e: Expr, first: Attempt) -> Expr:
    """An expression in the variables as they were before anything was supposed of them."""
    known = {x.data.name: x for x in variables(first.f)}
    return substitute(e, {x: known[x.data.name] for x in variables(e) if x.data.name in known and not x.data.refs})
