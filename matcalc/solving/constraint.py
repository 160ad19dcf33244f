"""Equations as they are typed: what a solution is subject to, and what is solved for itself.

Each is read as left − right with the variables that the formula before has, so that one name means one thing. What is
no equation is refused by name: an inequality has conditions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from matcalc.algebra import add, negate, num, transpose, variable, zeros
from matcalc.algebra.conjugation import is_real
from matcalc.answer.problem import Problem, pose
from matcalc.core.expr import ADD, NUM, VAR, Expr, postorder
from matcalc.core.parts import base_and_exponent, terms
from matcalc.diagnostics import fail
from matcalc.language import Elaborated, name_of
from matcalc.language.framing import framed
from matcalc.records import NamedTuple
from matcalc.solving.complex_unknown import linear_in, pairing

INEQUALITY = re.compile(r"<|>|≤|≥|⩽|⩾|\\(?:leq?|geq?|leqslant|geqslant|preceq|succeq)\b|⪰|⪯")
_SIGN = re.compile(r"(?<![:<>!=])=(?!=)")
_SCALARS, _MATRICES = ("lambda", "mu", "nu"), ("Lambda", "M", "N")


class Constraint(NamedTuple):
    """The equation `h` = 0 that was typed as `source`, and the leaf that is its multiplier."""

    source: str
    h: Expr
    multiplier: Expr
    read: Elaborated

    @property
    def paired(self) -> Expr:
        """⟨Λ, h⟩, its term in the Lagrangian."""
        return pairing(self.multiplier, self.h)


def squared(h: Expr) -> Expr:
    """u − c² for √u − c with a positive number c: ‖x‖ = 1 is x'x = 1."""
    if h.kind is ADD and len(h.args) == 2:
        for root, number in (h.args, h.args[::-1]):
            base, exponent = base_and_exponent(root)
            if exponent == Fraction(1, 2) and number.kind is NUM and number.data < 0:
                return add(base, num(-number.data**2))
    return h


def shown_sides(h: Expr, *xs: Expr) -> tuple[Expr, Expr]:
    """The equation h = 0 as one writes it: what depends on the unknowns on the left, all else on the right."""
    left = [term for term in terms(h) if any(x in postorder(term) for x in xs)]
    right = [negate(term) for term in terms(h) if term not in left]
    return add(*left), add(*right) if right else zeros(*h.shape)


def sides(text: str) -> tuple[str, str] | None:
    """The two sides of an equation, or None where the text has not one equals sign outside brackets."""
    depth, places = 0, []
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and _SIGN.match(text, i):
            places.append(i)
    if len(places) != 1:
        return None
    left, right = text[:places[0]].strip(" &\t\n"), text[places[0] + 1:].strip(" &\t\n")
    return (left, right) if left and right else None


def is_equation(text: str, wrt: str | None) -> bool:
    """Whether a text is an equation to be solved and no formula with a name: A X = B, X^2 = A, x = A x + b."""
    parts = sides(text)
    if parts is None:
        return False
    head = re.split(r"[\^(]", parts[0])[0].strip()
    return any(framed(text).equation) or (head != "" and head == wrt)


def constraints(texts: Sequence[str], problem: Problem, reading: Mapping[str, Any]) -> list[Constraint]:
    """The equations to which the unknown of a problem is subject, with multipliers named as nothing else is.

    Raises InputError for what is no equation, or does not bind the unknown.
    """
    xs = problem.wrt
    found: list[Constraint] = []
    given = reading.get("variables") or {}
    idle, occurring = {name_of(name) for name in given}, _occurring(problem)
    declared = _declared(problem, idle)
    taken = {*problem.taken()}
    for text in texts:
        read = _read(text, xs, {**reading, "variables": _merged(given, declared)})
        if not any(x in postorder(read.f) for x in xs):
            names = " and ".join(x.data.name for x in xs)
            raise fail("M0527", f"{names} does not occur in the constraint {text}", text)
        occurring |= {leaf.data.name for leaf in postorder(read.f) if leaf.kind is VAR}
        declared |= {name: said for name, said in read.declarations().items() if name in occurring or name not in idle}
        taken |= read.taken()
        name = fresh_multiplier(problem, read.f, taken)
        taken.add(name)
        h = linear_in(squared(problem.settled(read.f)), [problem.settled(x) for x in xs], text)
        found.append(Constraint(text, h, variable(name, h.shape, _symmetry(h)), read.elaborated))
    return found


def _symmetry(h: Expr) -> frozenset[str]:
    """The multiplier of what is symmetric, or skew, is so too: X = X' is only half as many equations as it has."""
    if not is_real(h):
        return frozenset({"complex"})
    if h.is_scalar or not h.is_square:
        return frozenset()
    turned = transpose(h)
    return frozenset({"sym"}) if turned is h else frozenset({"skew"}) if turned is negate(h) else frozenset()


def fresh_multiplier(problem: Problem, of: Expr, taken: Collection[str]) -> str:
    """A name for the multiplier of what has the shape of `of`."""
    return problem.fresh(_SCALARS if 1 in of.shape else _MATRICES, taken)  # type: ignore[arg-type]


def declared_with(problem: Problem, reading: Mapping[str, Any]) -> dict[str, Any]:
    """How a constraint is read: with the variables that the formula has."""
    given = reading.get("variables") or {}
    return {**reading, "variables": _merged(given, _declared(problem, {name_of(name) for name in given}))}


def _occurring(problem: Problem) -> set[str]:
    return {leaf.data.name for leaf in (*problem.wrt, *postorder(problem.f)) if leaf.kind is VAR}


def _declared(problem: Problem, idle: Collection[str]) -> dict[str, str]:
    """What is known of the variables of the formula; what was declared and does not occur in it stays open."""
    occurring = _occurring(problem)
    return {name: said for name, said in problem.declarations().items() if name in occurring or name not in idle}


def _read(text: str, xs: Sequence[Expr], reading: Mapping[str, Any]) -> Problem:
    """A constraint, in those of the unknowns that occur in it."""
    names = [x.data.name for x in xs]
    if len(xs) > 1:
        known = difference(text, (), reading).variables
        names = [name for name in names if name in known]
    return difference(text, names, reading)


def _merged(given: Mapping[str, str], declared: Mapping[str, str]) -> dict[str, str]:
    """What the user declares, in whatever spelling of a name, as it was resolved where it was."""
    return {name: said for name, said in given.items() if name_of(name) not in declared} | dict(declared)


def difference(text: str, wrt: str | Sequence[str], reading: Mapping[str, Any]) -> Problem:
    """The problem left − right of an equation. Raises InputError where the text is none."""
    parts = sides(text)
    if INEQUALITY.search(text):
        raise fail("M0527", f"{text} is an inequality; only equations are solved with multipliers, but the conditions "
                   "of Karush, Kuhn and Tucker can be stated", text, fixes=("--kkt",))
    if parts is None:
        raise fail("M0527", f"a constraint is one equation, such as A x = b, not “{text}”", text)
    left, right = parts
    zero = right.strip("{}") == "0"
    return pose(left if zero else f"({left}) - ({right})", wrt, **reading)
