"""What a kernel does: floating-point operations and entries read and written, as polynomials in the dimensions, to
leading order (Golub & Van Loan 2013, chapters 1, 3 and 4). A function of an entry counts as one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.core.dims import Dim
from matcalc.plan.amount import Amount, product
from matcalc.plan.names import LEAVES, VIEWS
from matcalc.plan.node import Axes, Node

NOTHING = Amount()
FREE = VIEWS | LEAVES | frozenset("unit range fill eye take concat vectors embed diagonal_matrix".split())
SPECTRAL = 9  # n³, of the decompositions behind functions of matrices; an order of magnitude


def flops(e: Node) -> Amount:
    """Floating-point operations of a named kernel."""
    if e.op in FREE:
        return NOTHING
    how = _FLOPS.get(e.op)
    return how(e) if how else product(e.shape)


def entries_moved(e: Node) -> Amount:
    """Entries that a kernel reads and writes; a view moves none."""
    if e.op in VIEWS or e.op in LEAVES:
        return NOTHING
    found = _places(e)
    for arg in dict.fromkeys(e.args):
        found = found + _places(arg)
    return found


def _places(e: Node) -> Amount:
    """The entries of an array, a complex one two numbers each."""
    return product(e.shape) * (2 if e.complex else 1)


def is_gram(e: Node) -> bool:
    """XᵀX or X Xᵀ, of which one triangle is computed."""
    return e.op in ("matmul_tn", "matmul_nt") and e.args[0] is e.args[1]


def _power(share: Fraction | int, k: int = 3) -> Callable[[Node], Amount]:
    """A share of nᵏ, n the side of the first operand."""
    return lambda e: product((*e.args[0].shape[:-2], *(e.args[0].shape[-1],) * k)) * share


def _product(e: Node) -> Amount:
    """2 m k n; of a Gram matrix one triangle."""
    inner = e.args[0].shape[-2 if e.op.startswith(("matmul_t", "matmul_h")) else -1]
    return product((*e.shape, inner)) * (1 if is_gram(e) else 2)


def _solve(share: int) -> Callable[[Node], Amount]:
    return lambda e: product((*e.shape, e.args[0].shape[-1])) * share


def _operands(share: int) -> Callable[[Node], Amount]:
    """So many operations for each entry of the larger operand."""
    return lambda e: product(_largest([arg.shape for arg in e.args])) * share


def _largest(shapes: Sequence[Axes]) -> Axes:
    """The one with most axes."""
    return max(shapes, key=len)


def _tensordot(e: Node) -> Amount:
    summed = [e.args[0].shape[k] for k in e.data[0]]
    return product((*e.shape, *summed)) * 2


def _einsum(e: Node) -> Amount:
    specs, out = e.data
    lengths: dict[int, Dim] = {x: d for spec, arg in zip(specs, e.args, strict=True)
                               for x, d in zip(spec, arg.shape, strict=True)}
    times = len(e.args) - 1 + bool(lengths.keys() - {*out})
    return product(lengths.values()) * times


def _call(e: Node) -> Amount:
    """A function that a library computes: of a matrix by way of a decomposition, else of entries."""
    matrices = [arg.shape for arg in e.args if len(arg.shape) >= 2 and arg.shape[-1] == arg.shape[-2]]
    if matrices and e.data.function.form == "function":
        return product((*matrices[0], matrices[0][-1])) * SPECTRAL
    return product(_largest([e.shape, *(arg.shape for arg in e.args)]))


_THIRD = Fraction(1, 3)
_FLOPS: dict[str, Callable[[Node], Amount]] = {
    **dict.fromkeys(("matmul", "matmul_tn", "matmul_nt", "matmul_tt", "matmul_hn", "matmul_nh"), _product),
    **dict.fromkeys(("matvec", "vecmat", "dot", "inner", "row_inner", "column_inner", "adjoint_matvec", "vdot",
                     "square_norm"), _operands(2)),
    **dict.fromkeys(("sum", "prod", "max", "min"), _operands(1)),
    "trace": _power(1, 1), "tensordot": _tensordot, "einsum": _einsum, "call": _call,
    "add_diagonal": _power(1, 1),
    "cholesky": _power(_THIRD), "hpd": _power(_THIRD), "symmetric": _power(_THIRD), "lu": _power(2 * _THIRD),
    **dict.fromkeys(("det", "logabsdet", "signdet"), _power(2 * _THIRD)),
    **dict.fromkeys(("cholesky_solve", "symmetric_solve", "lu_solve", "lu_solve_t", "hpd_solve",
                     "hpd_solve_t"), _solve(2)),
    **dict.fromkeys(("cholesky_refined", "symmetric_refined", "lu_refined", "lu_refined_t"), _solve(6)),
    **dict.fromkeys(("solve_lower", "solve_lower_t", "solve_upper", "solve_upper_t"), _solve(1)),
    **dict.fromkeys(("cholesky_det", "cholesky_logabsdet", "symmetric_det", "symmetric_logabsdet", "lu_det",
                     "lu_logabsdet", "symmetric_signdet", "lu_signdet", "hpd_det", "hpd_logabsdet"), _power(2, 1)),
    "cholesky_inverse": _power(2 * _THIRD), "hpd_inverse": _power(2 * _THIRD),
    "symmetric_inverse": _power(2 * _THIRD), "lu_inverse": _power(4 * _THIRD),
    "cholesky_inverse_trace": _power(_THIRD), "symmetric_inverse_trace": _power(2 * _THIRD),
    "lu_inverse_trace": _power(4 * _THIRD),
    "matrix_power": _power(2), "matrix_powers": lambda e: product((*e.shape, e.shape[-1])) * 2,
    "inverse": _power(2), "svd": _power(SPECTRAL), "eigh": _power(SPECTRAL),
}
