"""Arguments of a declared structure: what a parameter that is declared symmetric or triangular asks of an argument.

A rule may state formulas that hold for symmetric matrices only. It is used where the structure can be seen from the
argument; what is positive definite besides stands beside the answer, as a domain does. For entries that vary freely
the function is that of the symmetric part, of the triangle, of the diagonal: so its derivatives and numbers take it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.algebra import flip
from matcalc.algebra.atoms import variable
from matcalc.algebra.substitution import substitute
from matcalc.algebra.sums import scaled
from matcalc.algebra.support import is_diagonal, is_lower, is_upper
from matcalc.core.expr import Expr, variables
from matcalc.core.function import Function, Param


def is_symmetric(e: Expr) -> bool:
    return flip.transpose(e) is e


STRUCTURES: dict[str, tuple[str, Callable[[Expr], bool]]] = {
    "sym": ("symmetric", is_symmetric),
    "spd": ("symmetric", is_symmetric),
    "psd": ("symmetric", is_symmetric),
    "skew": ("skew-symmetric", lambda e: flip.transpose(e) is scaled(e, -1)),
    "diag": ("diagonal", is_diagonal),
    "lower": ("lower triangular", is_lower),
    "upper": ("upper triangular", is_upper),
}


def unfit(function: Function, args: tuple[Expr, ...]) -> Iterator[tuple[Param, Expr, str]]:
    """The parameters whose structure cannot be seen from their arguments, with the word for it."""
    for param, arg in zip(function.params, args, strict=True):
        for word in sorted(param.props & STRUCTURES.keys()):
            said, holds = STRUCTURES[word]
            if not (arg.is_scalar and word != "skew") and not holds(_as_declared(arg)):
                yield param, arg, said


def _as_declared(e: Expr) -> Expr:
    """With the declared properties of the variables in force by which one differentiates."""
    free = {x: variable(x.data.name, x.shape, x.data.props - {"free"}) for x in variables(e) if "free" in x.data.props}
    return substitute(e, free) if free else e
