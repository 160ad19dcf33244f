"""A proof that an expression is convex or concave: the rule, what it is used on, and the proofs of that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from matcalc.core.expr import Expr, Memo
from matcalc.curvature.domain import Domain
from matcalc.curvature.fields import Sense
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook


class Modulus(NamedTuple):
    """That f − c u'S u is still convex, where u is affine in the unknown; S is the identity where it is None."""

    number: Expr
    middle: Expr | None
    of: Expr


class Proof(NamedTuple):
    """That `expr` is convex (sense 1) or concave (−1) by entries, or in the order of Loewner where it `is_operator`.

    Along every direction that moves one of the affine `strict`, some entry is strictly so. `because` says why in words
    and formulas.
    """

    expr: Expr
    sense: Sense
    is_operator: bool
    rule: str
    because: tuple[str | Expr, ...]
    premises: tuple[Proof, ...] = ()
    strict: tuple[Expr, ...] = ()
    moduli: tuple[Modulus, ...] = ()

    @property
    def is_affine(self) -> bool:
        """Whether nothing has to be proved of it."""
        return self.rule in ("affine", "constant")

    def lines(self) -> list[Proof]:
        """What is proved, each once, premises first; what is affine needs no line."""
        found: dict[tuple[Expr, int, bool], Proof] = {}
        for proof in self._walked():
            found.setdefault((proof.expr, proof.sense, proof.is_operator), proof)
        kept = [proof for proof in found.values() if not proof.is_affine]
        return kept or [self]

    def _walked(self) -> Iterator[Proof]:
        for premise in self.premises:
            yield from premise._walked()
        yield self


class Prover(Protocol):
    """What proves things about expressions in the unknowns on a domain."""

    unknowns: frozenset[Expr]
    domain: Domain
    book: Rulebook
    varies: Memo[bool]
    affine: Memo[bool]

    def prove(self, e: Expr, sense: Sense, is_operator: bool = False) -> Proof | None:
        """A proof, or None where none is found."""

    def all(self, parts: Sequence[Expr], sense: Sense, is_operator: bool = False) -> tuple[Proof, ...] | None:
        """Proofs of the same of several expressions."""

    def has_curved_size(self, u: Expr) -> tuple[Proof, ...] | None:
        """Why |u| is convex; None where nobody knows."""
