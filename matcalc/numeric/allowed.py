"""What a numeric template may call, with how many arguments, and how large its results may be.

Functions stand by library, each with the number of arguments that it takes by position. The numbers stop before `out`,
`dtype`, `overwrite_a` and `where`, which would write into the user's arrays, make other things than numbers, or leave
entries unset. How large a result is, is said before the call is made, and what is too large is refused. Most functions
give no more entries than they take; those in GROWTH give more: they make arrays of a size that a number says, multiply
the sizes of their arguments, or square one. Templates have no names of their own, so that what only adds sizes stays
small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import inf, prod
from typing import Any

import numpy as np

from matcalc.diagnostics import fail
from matcalc.limits import ENTRIES, PRODUCTS, LimitError, spend, too_large

ANY_NUMBER = 99
_NUMPY = {
    0: "pi e inf nan newaxis euler_gamma",
    1: """abs absolute all any arccos arccosh arcsin arcsinh arctan arctanh array asarray atleast_1d atleast_2d block
    cbrt ceil cos cosh count_nonzero deg2rad diff exp
    exp2 expm1 fliplr flipud float64 floor hstack identity isfinite isnan
    log log10 log1p log2 logical_not matrix_transpose nan_to_num negative ones ones_like positive rad2deg real
    reciprocal rint sign sin sinc sinh sqrt square tan tanh trunc vstack zeros zeros_like""",
    2: """add arange arctan2 argmax argmin argsort broadcast_to concatenate convolve correlate cross cumprod cumsum
    diag diagflat divide dot equal expand_dims flip float_power full full_like greater greater_equal heaviside
    hypot inner kron less less_equal logaddexp logical_and logical_or matmul max maximum mean median min minimum
    mod multiply not_equal outer power prod ravel repeat rot90 round searchsorted size sort squeeze stack std
    subtract sum tile transpose tril tril_indices triu triu_indices true_divide var vander vdot""",
    3: "clip diagonal eye moveaxis reshape roll split swapaxes take trace tri unravel_index where",
    ANY_NUMBER: "einsum",
}
_NUMPY_LINALG = {
    1: """cholesky cond det eig eigh eigvals eigvalsh inv matrix_norm matrix_rank multi_dot qr slogdet svd svdvals
    vector_norm""",
    2: "lstsq matrix_power norm pinv solve",
}
_SCIPY_LINALG = {
    1: """cholesky circulant coshm cosm det eigh eigvals eigvalsh expm inv logm lu null_space orth pinv pinvh polar qr
    schur signm sinhm sinm sqrtm svd svdvals tanhm tanm""",
    2: """expm_frechet fractional_matrix_power hankel solve solve_continuous_lyapunov solve_discrete_lyapunov
    solve_triangular toeplitz""",
    3: "solve_sylvester",
    4: "solve_continuous_are solve_discrete_are",
    ANY_NUMBER: "block_diag",
}
_SCIPY_SPECIAL = {
    1: """airy bei ber cosm1 dawsn digamma ellipe ellipk ellipkm1 entr erf erfc erfcinv erfcx erfi erfinv exp1 exp10
    exp2 expi expit expm1 exprel factorial fresnel gamma gammaln gammasgn i0 i0e i1 i1e j0 j1 k0 k0e k1 k1e lambertw
    log1p log_expit log_ndtr log_softmax loggamma logit logsumexp ndtr ndtri psi rgamma shichi sici sinc softmax
    softplus spence wofz wrightomega y0 y1 zetac""",
    2: """agm beta betaln binom comb gammainc gammaincc hankel1 hankel2 huber hyp0f1 iv ive jv kl_div kv kve owens_t
    poch polygamma pseudo_huber rel_entr struve xlog1py xlogy yv zeta""",
    3: "betainc hyp1f1 hyperu",
    4: "hyp2f1",
}
_METHODS = {
    0: "T shape size ndim real imag eigenvalues eigenvectors sign logabsdet U S Vh Q R copy conj flatten",
    1: """sum prod max min mean std var trace dot cumsum cumprod argmax argmin argsort squeeze round any all astype
    ravel""",
    2: "clip repeat swapaxes",
    3: "diagonal",
    ANY_NUMBER: "reshape transpose item",
}
_KEYWORDS = """axis axis1 axis2 axes keepdims ord order ddof full_matrices compute_uv rcond rtol atol tol hermitian UPLO
mode decimals offset lower upper compute_expm eigvals_only assume_a unit_diagonal side nan posinf neginf initial k"""
LITERAL = 1_000  # entries that a template may ask for without naming a dimension
_LARGEST = 10**12  # of a whole number
_LONGEST_POWER = 64
_SPEC = r"([a-z]+(?:,[a-z]+)*)(?:->([a-z]*))?"
Args = Sequence[Any]


def _by_name(table: dict[int, str]) -> dict[str, int]:
    return {name: count for count, names in table.items() for name in names.split()}


ALLOWED = {"numpy": _by_name(_NUMPY), "numpy.linalg": _by_name(_NUMPY_LINALG), "scipy.linalg": _by_name(_SCIPY_LINALG),
           "scipy.special": _by_name(_SCIPY_SPECIAL)}
CONSTANTS = frozenset(_NUMPY[0].split())
ATTRIBUTES = _by_name(_METHODS)
KEYWORDS = frozenset(_KEYWORDS.split())
WORD = "[A-Za-z]{1,10}"  # F, fro, economic: what a function takes besides numbers
TYPES = frozenset({"float", "int", "bool"})


def _entries(sizes: Any) -> float:
    """The entries of an array of this shape; what is no shape is refused by the function itself."""
    parts = sizes if isinstance(sizes, tuple | list) else [sizes]
    return prod(abs(int(part)) for part in parts if isinstance(part, int | np.integer))


def _square(args: Args) -> float:
    return sum(map(np.size, args)) ** 2


def _product(args: Args) -> float:
    return prod(max(np.size(arg), 1) for arg in args)


def _broadcast(args: Args) -> float:
    if prod(np.size(arg) for arg in args) <= ENTRIES:
        return 0
    return prod(np.broadcast_shapes(*(np.shape(arg) for arg in args)))


def _matmul(args: Args) -> float:
    """Two matrices: rows × columns; PRODUCTS bounds the work."""
    a, b = (np.shape(arg) for arg in args[:2])
    inner = max(a[-1] if a else 1, 1)
    products = float(prod(a) * prod(b)) / inner
    return inf if products > PRODUCTS else products / inner


def _factored(args: Args) -> float:
    """Decompositions and functions of matrices may give square factors, and cost what products of them do."""
    shapes = [np.shape(arg)[-2:] for arg in args if np.ndim(arg) >= 2]
    if too_large([(int(rows), int(columns)) for rows, columns in shapes]):
        return inf
    return max((max(shape) ** 2 for shape in shapes), default=0)


def einsum_spec(text: object) -> re.Match[str] | None:
    """Letters of each operand, and of the result."""
    return re.fullmatch(_SPEC, text.replace(" ", ""), re.IGNORECASE) if isinstance(text, str) else None


def _einsum(args: Args) -> float:
    """The work is the product of all indices' ranges, whatever the result is."""
    spec = einsum_spec(args[0])
    if spec is None:
        return inf
    sides = spec[1].split(",")
    ranges = {letter: k for side, arg in zip(sides, args[1:], strict=False)
              for letter, k in zip(side, np.shape(arg), strict=False)}
    if prod(ranges.values()) > PRODUCTS / 10:
        return inf
    shown = spec[2] if spec[2] is not None else [x for x in ranges if spec[1].count(x) == 1]
    return float(prod(ranges.get(letter, 1) for letter in shown))


def _ranged(args: Args) -> float:
    """arange: the numbers from one to the other."""
    return abs(float(args[-1]) - (float(args[0]) if len(args) > 1 else 0.0))


def _by_number(args: Args) -> float:
    """The size of an array times what a number says."""
    return float(np.size(args[0]) * (np.max(args[1], initial=1) if np.ndim(args[1]) else _entries(args[1])))


SIZED: dict[str, Callable[[Args], float]] = {  # by numbers among the arguments
    **dict.fromkeys(("ones", "zeros", "full"), lambda args: _entries(args[0])),
    **dict.fromkeys(("eye", "tri"), lambda args: _entries([args[0], args[1] if len(args) > 1 else args[0]])),
    **dict.fromkeys(("identity", "tril_indices", "triu_indices"), lambda args: _entries([args[0]]) ** 2),
    "broadcast_to": lambda args: _entries(args[1]), "arange": _ranged, "repeat": _by_number,
    "tile": lambda args: np.size(args[0]) * _entries(list(args[1]) if isinstance(args[1], tuple) else args[1]),
    "vander": lambda args: np.size(args[0]) * (_entries(args[1]) if len(args) > 1 else np.size(args[0])),
}
GROWTH: dict[str, Callable[[Args], float]] = {
    **SIZED, "einsum": _einsum,
    **dict.fromkeys(("kron", "outer", "take", "convolve", "correlate"), lambda args: _product(args[:2])),
    **dict.fromkeys(("matmul", "dot", "inner"), _matmul), "multi_dot": lambda args: _factored(args[0]),
    **dict.fromkeys(("diag", "diagflat"), lambda args: np.size(args[0]) ** 2 if np.ndim(args[0]) < 2 else 0),
    **dict.fromkeys(("circulant", "toeplitz", "hankel", "block_diag"), _square),
}
GROWTH["diagflat"] = lambda args: np.size(args[0]) ** 2
SIZES = {"full": slice(1), "tile": slice(1, None), "repeat": slice(1, None), "broadcast_to": slice(1, None),
         "vander": slice(1, None)}  # which arguments say a size, where not all do
ELSEWHERE: dict[str, Callable[[Args], float]] = {"numpy": _broadcast, "scipy.special": _broadcast,
                                                 "numpy.linalg": _factored, "scipy.linalg": _factored}


def bounded(library: str, name: str, args: Args) -> None:
    """Refuse a call whose result, or work, would be too large. `library` is "" for a method, whose first argument is
    the array."""
    spend()
    if len(args) == 1 and name not in GROWTH and library in ("", "numpy", "scipy.special"):
        return
    try:
        entries = GROWTH.get(name, ELSEWHERE.get(library, lambda _: 0))(args)
    except (TypeError, ValueError, IndexError, OverflowError):
        return  # arguments that do not fit: the function says so itself
    if entries > ENTRIES:
        raise _large(name, entries)


def bounded_pair(operation: str, a: Any, b: Any) -> None:
    """The same for an operator between two values that are not floats."""
    if isinstance(a, int) and isinstance(b, int):
        _whole(operation, a, b)
    elif isinstance(a, str | list | tuple) or isinstance(b, str | list | tuple):
        raise TypeError("a list or a text is no number")
    else:
        entries = _matmul((a, b)) if operation == "MatMult" else _broadcast((a, b))
        if entries > ENTRIES:
            raise _large(operation, entries)


def bounded_index(value: Any, index: Any) -> None:
    """The same for entries that are picked by arrays of places."""
    parts = [part for part in (index if isinstance(index, tuple) else (index,)) if isinstance(part, np.ndarray | list)]
    places = [part for part in parts if np.asarray(part).dtype.kind != "b"]
    entries = np.size(value) * prod(np.size(part) for part in places) if places else 0
    if entries > ENTRIES:
        raise _large("index", entries)


def _whole(operation: str, a: int, b: int) -> None:
    """Whole numbers have as many digits as there is room for, and a power of them takes it."""
    if (operation == "Pow" and abs(b) > _LONGEST_POWER and abs(a) > 1) or max(abs(a), abs(b)) > _LARGEST:
        raise fail("M0107", "a whole number in a numeric template has too many digits", error=LimitError)


def _large(name: str, entries: float) -> Exception:
    size = f"{entries:,.0f} entries, more than {ENTRIES:,}" if entries < inf else "more work than one question may cost"
    return fail("M0107", f"{name} in a numeric template would need {size}", error=LimitError)
