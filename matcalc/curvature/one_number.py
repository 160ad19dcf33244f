"""Functions of one number: convex where the second derivative is nowhere negative.

An expression that is made entry by entry, x∘log(x), is the same function of every entry; of two, as x∘log(x∘y⁻¹), it is
one where x f_x + y f_y = f: a perspective, convex where f(x, 1) is. The sign of the second derivative is read off its
form, that of a rational function exactly.

Source: Boyd & Vandenberghe (2004) 3.1.4, 3.2.6; Basu, Pollack & Roy (2006) 2.2.2 (Sturm).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.algebra import add, apply, multiply, negate, num, power, substitute, variable
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import gradient
from matcalc.core.expr import ADD, CALL, HAD, MUL, ONES, OVER, POW, Expr, postorder
from matcalc.core.parts import base_and_exponent
from matcalc.curvature.domain import STRICT, WEAK, Domain
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof, Prover
from matcalc.curvature.sturm import sign_of_rational
from matcalc.diagnostics import MatcalcError
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded

_MADE = (ADD, MUL, HAD, POW, CALL)
_MOST = 60  # operations; a second derivative of more is not looked for


def of_entries(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """By the second derivative of an expression that is a function of one number, entry by entry."""
    if e.kind not in _MADE or is_operator or e.weight > _MOST:
        return
    made = _Numbers(c)
    g = made.number(e)
    if g is None or not made.atoms:
        return
    t, shown = next(iter(made.atoms.items()))
    if len(made.atoms) == 1:
        if bends(c.book, g, t, sense):
            strict = (shown,) if bends(c.book, g, t, sense, True) else ()
            yield Proof(e, sense, False, "second derivative", _said(sense), (), strict)
    elif len(made.atoms) == 2:
        yield from _perspective(c, e, g, made, sense)


def _said(sense: Sense) -> tuple[str | Expr, ...]:
    sign = "nowhere negative" if sense > 0 else "nowhere positive"
    return (f"its second derivative is {sign}",)


def _perspective(c: Prover, e: Expr, g: Expr, made: _Numbers, sense: Sense) -> Iterator[Proof]:
    """By f(x, 1), where f is homogeneous and y positive."""
    try:
        euler = add(*(multiply(t, gradient(g, t, c.book)) for t in made.atoms), negate(g))
    except MatcalcError:
        return
    if not is_zero(closed_form(expanded(closed_form(euler, c.book)), c.book)):
        return
    for t, shown in made.atoms.items():
        s = next(other for other in made.atoms if other is not t)
        if made.signs.get(t, 0) >= STRICT and bends(c.book, substitute(g, {t: num(1)}), s, sense):
            yield Proof(e, sense, False, "perspective", ("the perspective, with the positive ", shown,
                                                         ", of a function whose second derivative is ",
                                                         "nowhere negative" if sense > 0 else "nowhere positive"))
            return


class _Numbers:
    """An expression made entry by entry as an expression of numbers, its affine parts as variables."""

    def __init__(self, c: Prover) -> None:
        self.c = c
        self.atoms: dict[Expr, Expr] = {}
        self.signs: dict[Expr, int] = {}
        self._made: dict[Expr, Expr] = {}

    def number(self, e: Expr) -> Expr | None:
        """The value of an entry."""
        if e.kind is ONES:
            return num(1)
        if not self.c.varies[e]:
            return e if e.is_scalar and not e.args else self._variable(e)
        if e.kind not in _MADE or (e.kind is CALL and e.data.form != "elementwise"):
            return self._variable(e) if self.c.affine[e] else None
        args = [self.number(arg) for arg in e.args]
        if None in args:
            return None
        return _MAKE[e.kind](e, args) if e.kind in _MAKE else apply(e.data, *args)  # type: ignore[arg-type]

    def _variable(self, e: Expr) -> Expr:
        if e not in self._made:
            sign = self.c.domain.sign(e)
            props = frozenset({"positive"} if sign >= STRICT else {"nonnegative"} if sign >= WEAK else ())
            leaf = variable(f"entry {len(self._made)}", (1, 1), props)
            self._made[e] = leaf
            self.signs[leaf] = sign
            if self.c.varies[e]:
                self.atoms[leaf] = e
        return self._made[e]


_MAKE = {
    ADD: lambda e, args: add(*args),
    MUL: lambda e, args: multiply(num(e.data), *args),
    HAD: lambda e, args: multiply(*args),
    POW: lambda e, args: power(*args),
}


def bends(book: Rulebook, g: Expr, t: Expr, sense: Sense, is_strict: bool = False) -> bool:
    """Whether the second derivative of g by the number t is nowhere negative, or nowhere positive."""
    if not is_smooth(g):
        return False
    try:
        slope = closed_form(gradient(g, t, book), book)
        if any(e.kind is CALL and e.data.form == "constant" for e in postorder(slope)):
            return False  # the slope may jump, and down
        second = closed_form(gradient(slope, t, book), book)
        if not has_slope(g, slope, lambda e: t in postorder(gradient(e, t, book))):
            return False
    except MatcalcError:
        return False
    sign = Domain([g]).sign(second) or sign_of_rational(second, t)
    return sign * sense >= (STRICT if is_strict else WEAK)


def has_slope(f: Expr, slope: Expr, bends_in: Callable[[Expr], bool]) -> bool:
    """Whether a slope exists wherever f does, but for ends of its domain: that of (x²)^(1/3) is infinite at 0. What is
    affine in the unknown vanishes at such an end, what `bends_in` it may do so elsewhere."""
    domain = Domain([f])
    divided = {base for base, q in map(base_and_exponent, postorder(f)) if q < 0}
    return not any(q < 0 and base not in divided and bends_in(base) and domain.sign(base) < STRICT
                   for base, q in map(base_and_exponent, postorder(slope)))


def is_smooth(e: Expr) -> bool:
    """Whether nothing below has a kink, of which the second derivative beside it does not know."""
    return not any(part.kind is CALL and ("kink" in part.data.fields or part.data.form in ("constant", "unspecified"))
                   for part in postorder(e)) and not any(part.kind is OVER and part.data[0] in ("max", "min")
                                                         for part in postorder(e))
