"""Moduli of complex numbers: |u|^p of an affine u, of every entry, is convex for p ≥ 1.

A modulus is the product of a number and its conjugate, which are not real themselves.

Source: Boyd & Vandenberghe (2004) 3.1.5 and 3.2.2, in the real and imaginary parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from matcalc.algebra.addition import scaled
from matcalc.algebra.conjugation import conjugate
from matcalc.core.expr import HAD, MUL, NUM, POW, Expr
from matcalc.core.parts import base_and_exponent
from matcalc.curvature.domain import STRICT
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof, Prover


def of_modulus(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """A multiple of |u|^p, and (z − z̄)², which is −|z − z̄|²."""
    base, q = (e.args[0], e.args[1].data) if e.kind is POW and e.args[1].kind is NUM else (e, Fraction(1))
    if is_operator:
        return
    if q == 2 and sense < 0 and c.affine[base] and conjugate(base) is scaled(base, -1):
        yield Proof(e, sense, False, "modulus", ("minus the squared modulus of the affine ", base), ())
    moved = [f for f in base.args if c.varies[f]] if base.kind in (MUL, HAD) else []
    found = _pair(moved)
    if found is None or not c.affine[found[0]]:
        return
    u, k, turned = found
    others, number = [f for f in base.args if f not in moved], (base.data if base.kind is MUL else 1) * turned
    if q != 1 and (others or number != 1):
        return
    signs = [c.domain.sign(f) for f in others]
    side = (1 if number > 0 else -1) * (-1 if sum(s < 0 for s in signs) % 2 else 1)
    p = 2 * k * q
    if 0 not in signs and p >= 1 and side * sense > 0:
        is_strict = p > 1 and all(abs(s) == STRICT for s in signs)
        yield Proof(e, sense, False, "modulus", ("a power of the modulus of the affine ", u), (),
                    (u,) if is_strict else ())


def _pair(moved: Sequence[Expr]) -> tuple[Expr, Fraction, int] | None:
    """u, k and 1, where two factors are u^k and conj(u)^k; u, 1 and −1, where they are u and −conj(u)."""
    if len(moved) != 2:
        return None
    (u, k), (v, other) = map(base_and_exponent, moved)
    turned = -1 if k == 1 and conjugate(u) is scaled(v, -1) else 1 if conjugate(u) is v else 0
    return (min(u, v, key=lambda f: (f.flips, f.order)), k, turned) if k == other and turned else None
