"""The second differential at a stationary point, and what it says: of the equation that one unknown solves, read as
affine, or of a formula of several unknowns together.

Source: Boyd & Vandenberghe (2004) 3.1.3 and 3.2.5, minimising over some variables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from matcalc.algebra import adjoint, multiply, negate, substitute, trace, variable
from matcalc.algebra.facts import is_positive, is_symmetric
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.regularity import Condition, conditions
from matcalc.core.expr import VAR, Expr, postorder, variables
from matcalc.core.parts import base_and_exponent, entry_factors
from matcalc.rulebook.book import Rulebook
from matcalc.solving.affine import Affine
from matcalc.solving.complex_unknown import is_hermitian_unknown, second
from matcalc.solving.holding import unsure_part
from matcalc.solving.images import MEANS, Image, rising
from matcalc.solving.nature import Nature, nature, with_property

Along = Callable[[Callable[[Image, Expr], Expr]], Expr]  # the second differential, by how an image moves


class Domain:
    """Where a formula of the unknowns `xs` is defined: what has to be `positive`, and of which factors, `doubtful`, it
    is not certain."""

    def __init__(self, f: Expr, xs: Collection[Expr]) -> None:
        self.positive = [unsure_part(c.expr) for c in conditions(f, f)
                         if c.word == "positive" and any(x in postorder(c.expr) for x in xs)]
        bases = (base_and_exponent(factor)[0] for e in self.positive for factor in entry_factors(e))
        self.doubtful = [leaf for leaf in bases if leaf.kind is VAR and leaf not in xs and not is_positive(leaf)]

    def inserted(self, values: Mapping[Expr, Expr]) -> Domain:
        """The same with values of unknowns put in."""
        return self._with([unsure_part(substitute(e, values)) for e in self.positive])

    def at(self, x: Expr, value: Expr) -> Domain:
        """The same where the value of an unknown is positive, if that has to be so."""
        is_asked = x in self.positive or is_positive(x)
        return self._with([*self.positive, unsure_part(value)]) if is_asked and not is_positive(value) else self

    def _with(self, positive: Sequence[Expr]) -> Domain:
        other = Domain.__new__(Domain)
        other.positive, other.doubtful = list(positive), self.doubtful
        return other


def direction_of(x: Expr, k: int = 0) -> Expr:
    """A variable in which a second differential is quadratic, as symmetric as the unknown is; nobody can type it."""
    if x.complex:
        return variable(f"direction {k}", x.shape, frozenset({"hermitian" if is_hermitian_unknown(x) else "complex"}))
    props = frozenset({"sym"}) if is_symmetric(x) and not x.is_scalar else frozenset()
    return variable(f"direction {k}", x.shape, props)


def of_equation(equation: Affine, x: Expr, domain: Domain, *constant: Expr) -> tuple[Expr, Nature]:
    """The second differential ⟨dX, outer(L[dX])⟩ in dX, and what it says of the point."""
    direction = direction_of(x)

    def along(image: Callable[[Image, Expr], Expr]) -> Expr:
        return trace(multiply(adjoint(direction), equation.outer(equation.moved(direction, image))))

    found = _judged(along, domain, [direction, x, *constant])
    return second(substitute(along(Image.moved), {direction: seed(x)}), x), found


def of_formula(f: Expr, xs: Sequence[Expr], domain: Domain, book: Rulebook) -> tuple[Expr, Nature]:
    """d²f in the differentials of all unknowns, and what it says."""
    seeds = {x: seed(x, 1) for x in xs}
    q = differential(differential(f, seeds, book), seeds, book)
    named = {seeds[x]: direction_of(x, k) for k, x in enumerate(xs)}
    found = _judged(lambda _: substitute(q, named), domain, [*named.values(), *xs])
    return substitute(q, {seeds[x]: seed(x) for x in xs}), found


def _judged(along: Along, domain: Domain, constant: Sequence[Expr]) -> Nature:
    """What the second differential says where the formula is defined; of factors that have to be positive together
    all but the unknown are taken as positive where nothing else helps."""
    found = _nature(along, domain, {}, constant)
    if found.kind == "depends" and domain.doubtful:
        sure = {e: with_property(e, "positive") for e in domain.doubtful}
        other = _nature(along, domain, sure, constant)
        if other.kind != "depends":
            said = (*other.conditions, *(Condition("positive", e) for e in sure))
            return other._replace(conditions=said, assumed={**other.assumed, **sure})
    return found


def _nature(along: Along, domain: Domain, sure: Mapping[Expr, Expr], constant: Sequence[Expr]) -> Nature:
    positive = [unsure_part(substitute(e, sure)) for e in domain.positive]
    above_0 = {e: variable(f"positive_{k}", e.shape, frozenset({"positive"})) for k, e in enumerate(positive)}
    below_0 = {negate(e): negate(leaf) for e, leaf in above_0.items()}

    def moved(image: Image, change: Expr) -> Expr:
        known = image if image.slope is None else image._replace(slope=substitute(image.slope, sure))
        return image.moved_to(change, rising(known, positive))

    q = along(moved)
    means = [leaf for leaf in variables(q) if leaf.data.name in MEANS]  # of which nothing else is assumed
    return nature(substitute(substitute(q, sure), below_0 | above_0), *constant, *means)
