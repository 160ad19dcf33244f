"""Do the pieces of a function meet? Of p where c > 0 and q elsewhere, what happens on c = 0, the joint.

It is continuous there if p = q on the joint, and then has a derivative if d(p − q) = 0 there. The joint is solved for a
variable or for another part u of c, whose value is put in place of u. Where p and q are made of operations that are
continuous and have values on the joint, this decides exactly: p − q is zero whatever the other variables are, or it is
not at some place. Both sides are besides followed by numbers to the joint; where that is the only evidence, the answer
says so, and where it contradicts or does not settle, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from matcalc.algebra import add, multiply, negate, num, substitute, trace, transpose
from matcalc.algebra.addition import primitive
from matcalc.algebra.leaves import is_zero, ones, variable
from matcalc.calculus.adjoint import gradient
from matcalc.checking.breakpoints import Search
from matcalc.checking.comparing import compare
from matcalc.checking.exact_places import Place, each
from matcalc.core.expr import ADD, CALL, HAD, MUL, NUM, POW, VAR, Expr, postorder, variables
from matcalc.core.parts import terms
from matcalc.diagnostics import MatcalcError
from matcalc.limits import LimitError
from matcalc.numeric.arithmetic import IrrationalError, NotExactError, NoValueError
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import Values, run, silence
from matcalc.numeric.exact import Numbers
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.closed_form import closed_form

CHOOSES = "chooses"  # the property of a function of (c, p, q) that is p where c > 0, q elsewhere
_PLACES, _TRIES = 3, 12
_STEPS = tuple(2.0**-k for k in (10, 20, 30, 40))  # how far from the joint, where a variable is moved
_SOLVED_STEPS = tuple(2.0**-k for k in (6, 12, 18))  # where places are searched
_FALLS, _SMALL, _NOTHING, _STEADY = 1 / 4, 1e-3, 1e-14, 1e-3
_EFFORT = 3000
_DIGITS = 400
_ENTRYWISE = frozenset({ADD, MUL, HAD, POW, NUM})  # entry by entry, as elementwise functions are


@dataclass(frozen=True, slots=True)
class Joint:
    """What is known of `call` where `part` is `value`: whether it is continuous there, and whether it then has a
    derivative by `wrt`. `above` and `below` are the two pieces at the joint, where they were found in closed form;
    `exact` is what was not only found by following numbers."""

    call: Expr
    part: Expr
    value: Expr
    wrt: tuple[Expr, ...]
    continuous: bool
    smooth: bool | None
    exact: bool
    above: Expr | None = None
    below: Expr | None = None

    @property
    def taken(self) -> Expr:
        """The piece that counts on the joint."""
        return self.call.args[2]


def joints(f: Expr, wrt: Sequence[Expr], book: Rulebook) -> Iterator[Joint]:
    """The joints of all calls in `f` that choose between pieces by a condition that depends on `wrt`, as far as
    anything is known of them."""
    for call in postorder(f):
        if call.kind is CALL and call.data.has(CHOOSES) and not call.free:
            moved = tuple(x for x in wrt if x in set(postorder(call.args[0])))
            solved = _solved(call.args[0], moved)
            if moved and solved is not None and not any(x.data.axes for x in variables(call)):
                with silence():
                    found = _Pieces(call, *solved, moved, book).joint()
                if found is not None:
                    yield found


def _solved(c: Expr, moved: Sequence[Expr]) -> tuple[Expr, Expr] | None:
    """A part u of c and the value it has where c = 0: x and y of x − y, norm(x) and 1 of norm(x) − 1."""
    for term in sorted(terms(c), key=lambda t: primitive(t)[1] not in moved):
        scale, part = primitive(term)
        others = [t for t in terms(c) if t is not term]
        is_variable = part.kind is VAR and not any(part in set(postorder(t)) for t in others)
        if part.kind is NUM or not scale or not (is_variable or (c.is_scalar and all(t.kind is NUM for t in others))):
            continue
        value = multiply(num(-1 / scale), add(*others)) if others else multiply(num(0), part)
        return part, value
    return None


@dataclass(slots=True)
class _Pieces:
    """One call with its joint solved."""

    call: Expr
    part: Expr
    value: Expr
    moved: tuple[Expr, ...]
    book: Rulebook

    def joint(self) -> Joint | None:
        """What is known; None where that is nothing."""
        if self.part.kind is VAR and self.part.data.props - {"free"}:
            return None  # which may never get to the joint
        if not self.call.is_scalar and self.part.kind is not VAR:
            return None
        above, below = (self._chosen(p) for p in self.call.args[1:])
        if not (self._is_entrywise(above) and self._is_entrywise(below)):
            return None
        meets, exact, ends = self._meet(above, below)
        if meets is None:
            return None
        known = ends if exact else (None, None)
        if not meets:
            return Joint(self.call, self.part, self.value, self.moved, False, None, exact, *known)
        smooth, sure = self._have_one_slope(above, below)
        return Joint(self.call, self.part, self.value, self.moved, True, smooth, exact and (sure or smooth is None),
                     *known)

    def _at_joint(self, e: Expr) -> Expr:
        return closed_form(substitute(e, {self.part: self.value}), self.book)

    def _chosen(self, e: Expr) -> Expr:
        """`e` with the pieces inside that hold on the joint and around it."""
        found: dict[Expr, Expr] = {}
        for inner in postorder(e):
            if inner.kind is CALL and inner.data.has(CHOOSES):
                c = self._at_joint(inner.args[0])
                if c.kind is NUM and c.data:
                    found[inner] = inner.args[1 if c.data > 0 else 2]
        for inner, piece in reversed(found.items()):
            e = substitute(e, {inner: piece})
        return e

    def _is_entrywise(self, e: Expr) -> bool:
        """Whether each entry depends on that entry of the part alone; a number is one entry."""
        if self.call.is_scalar:
            return True
        depends = {self.part}
        for node in postorder(e):
            if not depends.isdisjoint(node.args):
                if node.kind not in _ENTRYWISE and not (node.kind is CALL and node.data.form == "elementwise"):
                    return False
                depends.add(node)
        return True

    def _meet(self, p: Expr, q: Expr) -> tuple[bool | None, bool, tuple[Expr, Expr]]:
        """Whether p = q on the joint, whether that is exact, and both there."""
        ends = self._at_joint(p), self._at_joint(q)
        gap, measured = self._at_joint(add(p, negate(q))), self._measured(p, q)
        if not self._is_smooth(p, q):
            return measured, False, ends
        if is_zero(gap):
            return measured or None, True, ends
        if self.part.kind is not VAR and not set(variables(gap)).isdisjoint(variables(self.part)):
            return measured, False, ends  # which are not free on the joint
        differs = compare(gap, multiply(num(0), gap)).ok is False
        return (False, True, ends) if differs else (measured, False, ends)

    def _have_one_slope(self, p: Expr, q: Expr) -> tuple[bool | None, bool]:
        """Whether p − q has a derivative by all that moves that is zero on the joint, and whether that is exact."""
        found: list[tuple[bool | None, bool]] = []
        try:
            for x in self.moved:
                slopes = [gradient(self._weighed(piece), x, self.book) for piece in (p, q)]
                found.append(self._meet(*slopes)[:2])
        except LimitError:
            raise
        except MatcalcError:
            return None, False
        if any(meets is None for meets, _ in found):
            return None, False
        smooth = all(meets for meets, _ in found)
        return smooth, all(exact for _, exact in found) if smooth else any(exact for meets, exact in found if not meets)

    def _weighed(self, piece: Expr) -> Expr:
        """A number whose derivatives are all those of the piece: ⟨W, p⟩."""
        if self.call.is_scalar:
            return piece
        taken = {x.data.name for x in variables(self.call)}
        name = next(f"W{k}" for k in range(len(taken) + 1) if f"W{k}" not in taken)
        return trace(multiply(transpose(variable(name, self.call.shape)), add(piece, self._nothing())))

    def _nothing(self) -> Expr:
        """Zeros of the shape of the call, so that a piece that is a number has its shape."""
        return multiply(num(0), ones(*self.call.shape))

    def _is_smooth(self, *pieces: Expr) -> bool:
        """Whether they are made of operations that are continuous wherever they have values, and have values here."""
        nodes = [e for e in postorder(*pieces) if self.part in set(postorder(e))]
        if any(not _is_continuous(e) for e in nodes):
            return False
        good = 0
        for values, sizes in self._places():
            good += all(np.all(np.isfinite(run(e, values, sizes))) for e in nodes)
        return good >= _PLACES

    def _measured(self, p: Expr, q: Expr) -> bool | None:
        """Whether p from above and q from below come together; None where the numbers do not settle."""
        found: list[bool] = []
        for values, sizes in self._places():
            try:
                said = _settles(list(self._gaps(p, q, values, sizes)))
            except LimitError:
                raise
            except (MatcalcError, NoValueError, NotExactError, IrrationalError):
                continue
            found += [] if said is None else [said]
            if len(found) == _PLACES:
                return all(found)
        return None

    def _gaps(self, p: Expr, q: Expr, values: Values, sizes: Sizes) -> Iterator[tuple[float, float, float]]:
        """How large p − q is ever closer to the joint, how large p and q are, and how much the difference changed.

        With many digits, for a quotient such as (1 − cos x)/x² has none left in floating point."""
        before = None
        for h in _STEPS if self.part.kind is VAR else _SOLVED_STEPS:
            above, below = (self._beside(values, sizes, side * h) for side in (1, -1))
            if above is None or below is None:
                return
            numbers = Numbers(_DIGITS)
            (high,), (low,) = (numbers.values([e], place, sizes) for e, place in ((p, above), (q, below)))
            with numbers.context():
                gap = high - low
                change = gap if before is None else gap - before
                yield _largest(gap), max(1.0, _largest(high), _largest(low)), _largest(change)
            before = gap

    def _beside(self, values: Values, sizes: Sizes, h: float) -> Values | None:
        """A place, in fractions, at which the condition has the sign of h, near the joint."""
        if self.part.kind is VAR:
            c = self.call.args[0]
            rises = run(c, {**values, self.part: values[self.part] + abs(h)}, sizes)
            sign = np.sign(np.ravel(rises)[0])  # the condition grows or falls with the variable, by the same everywhere
            exact = {v: each(x, Fraction) for v, x in values.items()}
            return {**exact, self.part: exact[self.part] + Fraction(float(sign) * h)}
        place = Search(_EFFORT).zero([self.call.args[0]], Place(sizes, dict(values), "near"), [h])
        return None if place is None else {v: each(x, Fraction) for v, x in place.values.items()}

    def _places(self) -> Iterator[tuple[Values, Sizes]]:
        """Random places on the joint."""
        pieces = (self.call, *self.moved)
        sizes = sizes_for(dims_of(*pieces))
        leaves = [*variables(self.call), *variables(self._weighed(self.call))]
        for k, mode in enumerate(modes(_TRIES)):
            values = draw(list(dict.fromkeys(leaves)), np.random.default_rng(k), sizes, mode)
            if self.part.kind is VAR:
                yield {**values, self.part: run(self.value, values, sizes)}, sizes
            elif (place := Search(_EFFORT).zero([self.call.args[0]], Place(sizes, dict(values), "near"))) is not None:
                yield place.floats(), sizes


def _is_continuous(e: Expr) -> bool:
    """Whether an operation is smooth wherever it has a value, as far as its kind or its block tells."""
    if e.kind is not CALL:
        return not e.free
    return e.data.form in ("elementwise", "function", "linear") and "kink" not in e.data.fields and (
        e.data.form == "elementwise" or "domain" not in e.data.fields)


def _settles(gaps: list[tuple[float, float, float]]) -> bool | None:
    """Whether gaps go to zero, or settle elsewhere."""
    if len(gaps) < len(_SOLVED_STEPS) or not np.all(np.isfinite(gaps)):
        return None
    sizes = [gap / scale for gap, scale, _ in gaps]
    falls = all(b <= _FALLS * a or b <= _NOTHING for a, b in pairwise(sizes))
    if falls and sizes[-1] <= _SMALL:
        return True
    last, _, change = gaps[-1]
    return False if change <= _STEADY * last and sizes[-1] >= _SMALL else None


def _largest(x: Any) -> float:
    return max((abs(float(y)) for y in np.ravel(x)), default=0.0)
