"""What a numeric template may call: functions by library, each with the number of arguments that it takes by position.

The numbers stop before `out`, `dtype`, `overwrite_a` and `where`, which would write into the user's arrays, make other
things than numbers, or leave entries unset. What loops or allocates by the size of a number alone is not on the lists,
or is on that of `growth`.
"""

from __future__ import annotations

ANY_NUMBER = 99
_NUMPY = {
    0: "pi e inf nan newaxis euler_gamma",
    1: """abs absolute all any arccos arccosh arcsin arcsinh arctan arctanh array asarray atleast_1d atleast_2d block
    cbrt ceil cos cosh count_nonzero deg2rad diff exp
    exp2 expm1 fliplr flipud float64 floor hstack identity isfinite isnan
    log log10 log1p log2 logical_not matrix_transpose nan_to_num negative ones ones_like positive rad2deg real
    reciprocal rint sign sin sinc sinh sqrt square tan tanh trunc vstack zeros zeros_like""",
    2: """add arange arctan2 argmax argmin argsort broadcast_to concatenate cross cumprod cumsum diag diagflat
    divide dot equal expand_dims flip float_power full full_like greater greater_equal heaviside hypot inner kron less
    less_equal logaddexp logical_and logical_or matmul max maximum mean median min minimum mod multiply not_equal outer
    power prod ravel repeat rot90 round searchsorted size sort squeeze stack std subtract sum tile transpose tril
    tril_indices triu triu_indices true_divide var vander vdot""",
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


def _counted(table: dict[int, str]) -> dict[str, int]:
    return {name: count for count, names in table.items() for name in names.split()}


ALLOWED = {"numpy": _counted(_NUMPY), "numpy.linalg": _counted(_NUMPY_LINALG), "scipy.linalg": _counted(_SCIPY_LINALG),
           "scipy.special": _counted(_SCIPY_SPECIAL)}
CONSTANTS = frozenset(_NUMPY[0].split())
ATTRIBUTES = _counted(_METHODS)
KEYWORDS = frozenset(_KEYWORDS.split())
WORD = "[A-Za-z]{1,10}"  # F, fro, economic: what a function takes besides numbers
TYPES = frozenset({"float", "int", "bool"})
