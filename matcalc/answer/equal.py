"""Is it the same? Two expressions are read with the same variables and compared by form, then by value.

Where both texts can be read as one difference, (A) − (B), every name means the same in both; texts that bind names
with := are read one after the other, the second with the variables of the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matcalc.algebra import add, negate
from matcalc.algebra.leaves import is_zero
from matcalc.answer.paired import paired
from matcalc.answer.problem import Problem, pose
from matcalc.answer.proposed import claim_declarations
from matcalc.calculus.regularity import KINK, Condition, conditions, needed
from matcalc.core.expr import Expr
from matcalc.core.parts import chain_factors, number_and_factors, untransposed
from matcalc.diagnostics import InputError, fail
from matcalc.extensions import ASCII
from matcalc.language import Elaborated
from matcalc.mime import Shown
from matcalc.numeric.sizes import format_shape, known_sizes
from matcalc.options import Dialect, Rules, Variables

if TYPE_CHECKING:
    from matcalc.checking.comparing import Comparison
    from matcalc.checking.verdicts import Verification

_COMPLEX_POINTS = 6


_SUBSCRIPT = re.compile(r"[_ᵢⱼₖₗₘₙₚᵣₛₜ]|einsum|\^\{?\(")  # without these no index occurs


@dataclass(frozen=True, slots=True)
class Equality(Shown):
    """`equal` is None where nothing could be decided, and `proved` says that algebra decided it, not values.

    `how` names the form or the values; `ranges` holds what was tried of each variable and dimension, `points` how many
    points, `point` the one at which the values differ, with the entry and both values.
    """

    equal: bool | None
    how: str
    left: Problem
    right: Problem
    comparison: Comparison | None = None
    joint: Problem | None = None
    tried: Verification | None = None  # values at complex points

    @property
    def readings(self) -> list[Elaborated]:
        """Where the variables come from: both texts as one, or the second read with the variables of the first."""
        if self.joint is not None:
            return [self.joint.elaborated]
        left, right = (side.elaborated if side.indexed is None else side.indexed.read
                       for side in (self.left, self.right))
        return [left, right, left]

    def __repr__(self) -> str:
        verdict = {True: "equal", False: "different", None: "undecided"}[self.equal]
        return f"<{verdict}{', proved' if self.proved else ''}: {self.how}>"

    def __bool__(self) -> bool:
        """Whether the two are equal as far as anybody knows: False also where nothing could be decided."""
        return self.equal is True

    @property
    def proved(self) -> bool:
        """Whether algebra decided that they are equal."""
        return self.equal is True and self.comparison is None and self.tried is None

    @property
    def requirements(self) -> list[Condition]:
        """What only one of the two asks for, to have a value: x/x is 1 where x ≠ 0."""
        if self.equal is not True:
            return []
        left, right = ([c for c in conditions(p.f, p.f, p.typed) if c.word != KINK] for p in (self.left, self.right))
        return needed([*_only_in(left, right), *_only_in(right, left)])

    @property
    def conditions(self) -> list[str]:
        """The same in words: ["a != 0"]."""
        from matcalc.printers.requirements import condition_text

        return [condition_text(condition, ASCII) for condition in self.requirements]

    @property
    def verification(self) -> Verification | None:
        """The comparison of values as a numeric check; None where none was needed."""
        return self.comparison.verification() if self.comparison else self.tried

    @property
    def points(self) -> int:
        """At how many points the values were compared."""
        if self.tried is not None:
            return self.tried.trials
        return len(self.comparison.places) if self.comparison else 0

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The least and the largest value tried of each variable and dimension."""
        return self.comparison.ranges() | self.comparison.sizes() if self.comparison else {}

    @property
    def point(self) -> dict[str, Any] | None:
        """The point at which the values differ, as plain data."""
        return self.comparison.difference.point() if self.comparison and self.comparison.difference else None


def equal(a: str, b: str, *, variables: Variables = None, dialect: Dialect = "", rules: Rules = None, seed: int = 0,
          sizes: Mapping[str, int] | None = None) -> Equality:
    """Whether `a` and `b` are equal wherever both exist: proved by algebra, or compared at many points."""
    left, right, sides, held, joint = _posed(a, b, variables, dialect, rules)
    known_sizes(sizes, left.f, right.f, *left.leaves, *right.leaves)
    if sides[0] is sides[1]:
        return Equality(True, "the same normal form", left, right, joint=joint)
    if sides[0].shape != sides[1].shape:
        shapes = " and ".join(map(_shape, sides))
        raise fail("M0509", f"two expressions of different shape, {shapes}, cannot be compared", b)
    if is_zero(left.closed(add(sides[0], negate(sides[1])))):
        return Equality(True, "the same closed form", left, right, joint=joint)
    if any(side.complex for side in sides):
        return _at_complex_points(left, right, sides, seed, sizes)
    from matcalc.checking.comparing import compare

    found = compare(*sides, seed, sizes, held=held)
    how = {True: f"no difference found at {len(found.places)} points", False: "different values",
           None: found.reason}[found.ok]
    return Equality(found.ok, how, left, right, found, joint)


def _at_complex_points(left: Problem, right: Problem, sides: tuple[Expr, Expr], seed: int,
                       sizes: Mapping[str, int] | None) -> Equality:
    """The values at a few random points, whose coordinates are complex where that is declared."""
    from matcalc.checking.stated import Trials
    from matcalc.checking.verification import equal_numerically

    found = equal_numerically(*sides, Trials(_COMPLEX_POINTS, seed, dict(sizes) if sizes else None))
    said = {True: f"no difference found at {_COMPLEX_POINTS} points", False: "different values", None: found.reason}
    return Equality(found.ok, said[found.ok], left, right, tried=found)


def _posed(a: str, b: str, variables: Variables, dialect: Dialect,
           rules: Rules) -> tuple[Problem, Problem, tuple[Expr, Expr], Mapping[Expr, Expr], Problem | None]:
    """Both sides as problems, what is compared of them with the families that matrices hold, and both as one."""
    def read(text: str, declared: Variables) -> Problem:
        return pose(text, (), variables=declared, dialect=dialect, rules=rules)

    joint = _joint(a, b, variables, dialect, rules)
    if joint is None or joint.indexed is not None or any(map(_SUBSCRIPT.search, (a, b))):
        pair = paired(a, b, read, variables)
        if pair is not None:
            left, right = pair.left, pair.right
            shapes = [side.shape for side in pair.sides]
            sides = left.fitted(pair.sides[0], shapes[1]), right.fitted(pair.sides[1], shapes[0])
            return left, right, sides, pair.held, None
    left, right = _of_one_size(*_both(a, b, joint, variables, dialect, rules))
    return left, right, (left.f, right.f), {}, joint


def _only_in(own: list[Condition], other: list[Condition]) -> list[Condition]:
    """What one side asks for and the other does not, not even of the factors of a product."""
    asked = [(c, _factors(c.expr)) for c in own if c not in other]
    return [c for c, factors in asked if not factors or any(Condition(c.word, f) not in other for f in factors)]


def _factors(e: Expr) -> list[Expr]:
    """The factors of a product of numbers, or those of a product of matrices, without transposes."""
    return list(number_and_factors(e)[1]) if e.is_scalar else [untransposed(f) for f in chain_factors(e)]


def _of_one_size(left: Problem, right: Problem) -> tuple[Problem, Problem]:
    """Beside Q'Q the identity I has the size of Q'Q."""
    right = right._replace(f=right.fitted(right.f, left.f.shape))
    return left._replace(f=left.fitted(left.f, right.f.shape)), right


def _shape(e: Expr) -> str:
    return "a scalar" if e.is_scalar else format_shape(e.shape)


def _both(a: str, b: str, joint: Problem | None, variables: Variables, dialect: Dialect,
          rules: Rules) -> tuple[Problem, Problem]:
    if joint is None:
        left = pose(a, (), variables=variables, dialect=dialect, rules=rules)
        declared = {**(variables or {}), **left.declarations()}
        return left, pose(b, (), variables=declared, dialect=dialect, rules=rules)
    declared = claim_declarations(joint)
    return (pose(a, (), variables=declared, dialect=dialect, rules=rules),
            pose(b, (), variables=declared, dialect=dialect, rules=rules))


def _joint(a: str, b: str, variables: Variables, dialect: Dialect, rules: Rules) -> Problem | None:
    """The difference of both texts; None where the texts cannot be joined."""
    from matcalc.language.parser import bound_names, split_where

    (left, where), (right, where2) = split_where(a), split_where(b)
    if bound_names(a) or bound_names(b):
        return None
    said = "; ".join(part.strip().rstrip(";,") for part in (where, where2) if part.strip())
    difference = f"({left.strip()}) - ({right.strip()})" + (f" where {said}" if said else "")
    try:
        return pose(difference, (), variables=variables, dialect=dialect, rules=rules)
    except InputError:
        return None
