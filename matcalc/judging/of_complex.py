"""A claim about complex matrices against matcalc's own formula: values at random complex points, and usual slips."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.algebra import adjoint, conjugate, multiply, num, transpose
from matcalc.checking.stated import Trials
from matcalc.checking.verdicts import Verification
from matcalc.checking.verification import equal_numerically
from matcalc.core.expr import Expr
from matcalc.judging.evidence import Diagnosis

_TWICE = "twice the derivative by the conjugate, the gradient in real coordinates"
SLIPS: tuple[tuple[str, Callable[[Expr], Expr], str], ...] = (
    ("conjugate", conjugate, "the claim is the conjugate of the derivative"),
    ("twice", lambda e: multiply(num(2), e), f"the claim is {_TWICE}: --convention real-pair"),
    ("half", lambda e: multiply(num(Fraction(1, 2)), e), "the claim is half of the derivative"),
    ("twice the conjugate", lambda e: multiply(num(2), conjugate(e)),
     f"the claim is the conjugate of {_TWICE}: --convention jax"),
    ("transpose", transpose, "the claim is the transpose of the derivative"),
    ("adjoint", adjoint, "the claim is the conjugate transpose of the derivative"),
    ("sign", lambda e: multiply(num(-1), e), "the claim has the opposite sign"),
)


def tested(right: Expr, claim: Expr, how: Trials) -> tuple[Verification, Diagnosis | None]:
    """Whether no point tells the two apart, and which slip makes the claim of what is right."""
    found = equal_numerically(right, claim, how)
    if found.ok is not False:
        return found, None
    for word, made, said in SLIPS:
        other = made(right)
        if other.shape == claim.shape and equal_numerically(other, claim, how._replace(number=2)).ok:
            return found, Diagnosis(word, said)
    return found, None
