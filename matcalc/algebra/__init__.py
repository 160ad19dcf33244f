"""Smart constructors: every expression is built here and leaves in normal form.

Sums are flat with like terms collected, rational coefficients and scalar factors stand in front, matrix factors form
one flat chain behind, transposes sit at the leaves, inverses and identities are cancelled, a 1×1 product and a trace
have one canonical word. Products of sums are not expanded.
"""

from matcalc.algebra.atoms import (
    eye,
    num,
    ones,
    pi,
    size,
    tangent,
    unit,
    variable,
    zeros,
)
from matcalc.algebra.blocks import block, slice_
from matcalc.algebra.calls import apply
from matcalc.algebra.demands import noting
from matcalc.algebra.elementwise import hadamard
from matcalc.algebra.flip import transpose
from matcalc.algebra.matpow import inverse, matrix_power
from matcalc.algebra.powers import power
from matcalc.algebra.products import dimension, divide, multiply, negate
from matcalc.algebra.substitution import rebuild, substitute
from matcalc.algebra.sums import add
from matcalc.algebra.traces import trace

__all__ = ["add", "apply", "block", "dimension", "divide", "eye", "hadamard", "inverse", "matrix_power", "multiply",
           "negate", "noting", "num", "ones", "pi", "power", "rebuild", "size", "slice_", "substitute", "tangent",
           "trace", "transpose", "unit", "variable", "zeros"]
