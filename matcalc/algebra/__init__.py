"""Smart constructors: every expression is built here and leaves in normal form.

Sums are flat with like terms collected, rational coefficients and scalar factors stand in front, matrix factors form
one flat chain behind, transposes sit at the leaves, inverses and identities are cancelled, a 1×1 product and a trace
have one canonical word. Products of sums are not expanded.

From the bottom: leaves, making by kind and substitution, sums, the transpose; facts, demands and rewriting by laws,
which ask for no constructor by name; then the knot of products, chains and powers; blocks and the application of
functions on top.
"""

from matcalc.algebra.addition import add, negate
from matcalc.algebra.application import apply
from matcalc.algebra.blocks import block, slice_
from matcalc.algebra.chain import trace
from matcalc.algebra.conjugation import adjoint, conjugate
from matcalc.algebra.demands import noting
from matcalc.algebra.indexed import iverson, over
from matcalc.algebra.leaves import (
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
from matcalc.algebra.make import rebuild, substitute
from matcalc.algebra.powers import inverse, matrix_power, power, symbolic_power
from matcalc.algebra.products import dimension, divide, hadamard, multiply
from matcalc.algebra.transposition import transpose

__all__ = ["add", "adjoint", "apply", "block", "conjugate", "dimension", "divide", "eye", "hadamard", "inverse",
           "iverson", "matrix_power", "multiply", "negate", "noting", "num", "ones", "over", "pi", "power", "rebuild",
           "size", "slice_", "substitute", "symbolic_power", "tangent", "trace", "transpose", "unit", "variable",
           "zeros"]
