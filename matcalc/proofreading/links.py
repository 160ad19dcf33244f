"""One equation between two members of a chain: proved by algebra, compared by values, or refuted.

First the two are compared as they were written, names and tangents as letters; then what only one of them has is put
in, the latest name first, until both speak of the same; what algebra cannot decide is compared at many points with
everything put in. A definition put in proves nothing that is not so: it only says what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matcalc.algebra import add, negate, rebuild, substitute, trace, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.checking.comparing import Difference, compare
from matcalc.core.dims import Shape, named, names
from matcalc.core.expr import ADD, TRACE, Expr, postorder, variables
from matcalc.numeric.sizes import Sizes
from matcalc.proofreading.expanding import World
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded

Found = Literal["proved", "not refuted", "wrong", "undecided", "misshapen"]
_MOST_STEPS = 40
_ENOUGH = 6  # times that algebra is asked on the way


@dataclass(frozen=True)
class Outcome:
    """What was found; `left` is the first member in the names of the second, as far as they go."""

    found: Found
    left: Expr
    right: Expr
    points: int = 0
    difference: Difference | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return self.found in ("proved", "not refuted")


def linked(world: World, left: Expr, right: Expr, seed: int = 0, sizes: Sizes | None = None) -> Outcome:
    """Judge left = right."""
    right = fitted(right, left.shape, world)
    left = fitted(left, right.shape, world)
    if left.shape != right.shape:
        return Outcome("misshapen", met(world, left, right), right)
    a, b = left, right
    asked = 0
    for _ in range(_MOST_STEPS):
        only = _foremost(world, a, b)
        if only is None or asked < _ENOUGH:
            asked += 1
            if is_same(a, b, world):
                return Outcome("proved", a, b)
        if only is None:
            break
        a, b = (world.put_in(e, only.__contains__) for e in (a, b))
    whole = world.expanded(a), world.expanded(b)
    if is_same(*whole, world):
        return Outcome("proved", a, b)
    compared = compare(*whole, seed, sizes, at_kinks=False)
    found: Found = "undecided" if compared.ok is None else "not refuted" if compared.ok else "wrong"
    return Outcome(found, met(world, left, right), right, len(compared.places), compared.difference,
                   compared.reason if compared.ok is None else "")


def is_same(a: Expr, b: Expr, world: World) -> bool:
    """Whether algebra says so."""
    if a is b:
        return True
    apart = add(a, negate(b))
    return is_zero(closed_form(apart, world.lexicon.book)) or is_zero(closed_form(opened(apart), world.lexicon.book))


def opened(e: Expr) -> Expr:
    """All products of sums multiplied out, those inside traces too: tr(M + N) = tr M + tr N."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        new = rebuild(part, [done[arg] for arg in part.args]) if part.args else part
        if new.kind is TRACE and (inner := expanded(new.args[0])).kind is ADD:
            new = add(*map(trace, inner.args))
        done[part] = new
    return expanded(done[e])


def met(world: World, left: Expr, *right: Expr) -> Expr:
    """The left side with what the right one does not have put in, as far as that leads to its names."""
    goal = set(variables(*right))
    for _ in range(_MOST_STEPS):
        others = [x for x in variables(left) if x not in goal and world.stands_for(x) is not None]
        if not others:
            break
        last = max(others, key=world.rank)
        left = world.put_in(left, lambda x, last=last: x is last)  # type: ignore[misc]
    return world.folded(left, goal)


def _foremost(world: World, a: Expr, b: Expr) -> set[Expr] | None:
    """The leaves to be put in next: of those that only one side has the latest; None where there is none."""
    apart = set(variables(a)) ^ set(variables(b))
    open_ = [x for x in apart if world.stands_for(x) is not None]
    if not open_:
        return None
    last = max(map(world.rank, open_))
    return {x for x in open_ if world.rank(x) == last}


def fitted(e: Expr, shape: Shape, world: World) -> Expr:
    """An I or 1 of a size that nothing says, and a plain 0, have the size of the other side."""
    if e.is_scalar and is_zero(e):
        return zeros(*shape)
    taken = world.lexicon.sizes | {n for x in variables(e) for dim in x.shape for n in names(dim)}
    new = {n: wanted for dim, wanted in zip(e.shape, shape, strict=True) for n in names(dim) - taken
           if dim == named(n)}
    sized = substitute(e, {}, new) if new else e
    return sized if sized.shape == shape else e
