"""Numeric templates of the rules: one line of NumPy, read as data, allowed name by name, and interpreted.

A rule file comes from a user, so its `numpy = …` text is never handed to Python: it is parsed, every name in it must
be in the lists below, and the tree is turned into closures. `np.linalg.inv` alone means: applied to the parameters.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import Any

from matcalc.diagnostics import Diagnostic, InputError

Env = Mapping[str, Any]
Closure = Callable[[Env], Any]
LONGEST = 300

_NUMPY = """abs absolute add all allclose any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin
argsort array asarray atleast_1d atleast_2d broadcast_to cbrt ceil clip concatenate cos cosh count_nonzero cross cumprod
cumsum deg2rad diag diagflat diagonal diff divide dot einsum equal exp exp2 expand_dims expm1 eye flip fliplr flipud
float64 float_power floor full full_like greater greater_equal heaviside hstack hypot identity inner isfinite isnan kron
less less_equal log log10 log1p log2 logaddexp logical_and logical_not logical_or matmul max maximum mean median min
minimum mod moveaxis multiply nan_to_num negative not_equal ones ones_like outer positive power prod rad2deg ravel real
reciprocal repeat reshape rint roll rot90 round searchsorted sign sin sinc sinh size sort split sqrt square squeeze
stack std subtract sum swapaxes take take_along_axis tan tanh tensordot tile trace transpose tri tril tril_indices triu
triu_indices true_divide trunc unravel_index vander var vdot vstack where zeros zeros_like block matrix_transpose
pi e inf nan newaxis euler_gamma"""
_NUMPY_LINALG = """cholesky cond det eig eigh eigvals eigvalsh inv lstsq matrix_norm matrix_power matrix_rank multi_dot
norm pinv qr slogdet solve svd svdvals vector_norm"""
_SCIPY_LINALG = """block_diag cholesky circulant coshm cosm det eigh eigvals eigvalsh expm expm_frechet
fractional_matrix_power hankel inv logm lu null_space orth pinv pinvh polar qr schur signm sinhm sinm solve
solve_continuous_lyapunov solve_discrete_lyapunov solve_sylvester solve_triangular sqrtm svd svdvals tanhm tanm
toeplitz"""
_SCIPY_SPECIAL = """agm airy bei ber bernoulli beta betainc betaln binom comb cosm1 dawsn digamma ellipe ellipk ellipkm1
entr erf erfc erfcinv erfcx erfi erfinv exp1 exp10 exp2 expi expit expm1 exprel factorial gamma gammainc gammaincc
gammaln gammasgn hankel1 hankel2 hyp0f1 hyp1f1 hyp2f1 huber hyperu i0 i0e i1 i1e iv ive j0 j1 jv jvp k0 k0e k1 k1e
kl_div kn kv kve ivp kvp lambertw log1p log_expit log_ndtr log_softmax loggamma logit logsumexp lpmv modstruve
multigammaln ndtr ndtri owens_t poch polygamma pseudo_huber psi rel_entr rgamma shichi sici sinc softmax softplus
spence spherical_in spherical_jn spherical_kn spherical_yn struve wofz wright_bessel wrightomega xlog1py xlogy y0 y1
yn yv yvp zeta zetac fresnel eval_legendre eval_chebyt eval_chebyu eval_hermite eval_laguerre"""
ALLOWED: dict[str, frozenset[str]] = {
    "numpy": frozenset(_NUMPY.split()), "numpy.linalg": frozenset(_NUMPY_LINALG.split()),
    "scipy.linalg": frozenset(_SCIPY_LINALG.split()), "scipy.special": frozenset(_SCIPY_SPECIAL.split()),
}
_ATTRIBUTES = """T shape size ndim real imag ravel reshape flatten sum prod max min mean std var diagonal trace
dot transpose conj cumsum cumprod argmax argmin argsort squeeze swapaxes repeat clip round any all astype copy item
eigenvalues eigenvectors sign logabsdet U S Vh Q R"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
_FORBIDDEN_KEYWORDS = {"out", "overwrite_a", "overwrite_b", "overwrite_x"}  # would write into the user's arrays

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow, ast.MatMult: operator.matmul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert, ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class _RefusedError(Exception):
    """What of a template is not allowed."""


def compile_template(text: str, parameters: Sequence[str], dims: Sequence[str] = (), *, file: str = "",
                     line: int = 0) -> Closure:
    """The function of a mapping from names to arrays that `text` stands for."""
    try:
        tree = check_tree(text, {*parameters, *dims})
        closure = _closure(tree)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refusal(f"cannot be read: {getattr(error, 'msg', error)}", text, file, line) from None
    except _RefusedError as error:
        raise _refusal(str(error), text, file, line) from None
    if _dotted(tree) is not None:
        return lambda env: closure(env)(*(env[name] for name in parameters))
    return closure


def _refusal(reason: str, text: str, file: str, line: int) -> InputError:
    message = f"the numeric template `{text.strip()[:80]}` {reason}"
    return InputError(Diagnostic("M0801", message, source=text, file=file, line=line))


def check_tree(text: str, names: set[str]) -> ast.expr:
    """Parse a template and refuse everything that is not on the lists."""
    tree = ast.parse(text.strip(), mode="eval").body
    nodes = list(ast.walk(tree))
    if len(nodes) > LONGEST:
        raise _RefusedError("is too long")
    inside = {id(n.value) for n in nodes if isinstance(n, ast.Attribute) and _dotted(n)}
    for n in nodes:
        if id(n) not in inside:
            _check_node(n, names)
    return tree


def _check_node(n: ast.AST, names: set[str]) -> None:
    if isinstance(n, ast.Name) and n.id not in names:
        raise _RefusedError(f"names `{n.id}`, which is neither a parameter nor a dimension of the block")
    if isinstance(n, ast.Attribute):
        _check_attribute(n)
    elif isinstance(n, ast.keyword) and (n.arg is None or n.arg in _FORBIDDEN_KEYWORDS):
        raise _RefusedError(f"uses the keyword `{n.arg or '**'}`, which is not allowed")
    elif isinstance(n, ast.Constant) and not isinstance(n.value, int | float | str | None):
        raise _RefusedError(f"contains {n.value!r}, which is not allowed")
    elif isinstance(n, ast.expr) and type(n) not in _BUILD:
        raise _RefusedError(f"uses {type(n).__name__}, which is not allowed")
    elif isinstance(n, ast.operator | ast.cmpop) and type(n) not in {*_BINARY, *_COMPARE}:
        raise _RefusedError(f"uses the operator {type(n).__name__}, which is not allowed")


def _check_attribute(n: ast.Attribute) -> None:
    dotted = _dotted(n)
    if dotted is None:
        if n.attr not in ATTRIBUTES:
            raise _RefusedError(f"uses the attribute `{n.attr}`, which is not allowed")
    elif dotted[1] not in ALLOWED.get(dotted[0], ()):
        raise _RefusedError(f"uses `{'.'.join(dotted)}`, which is not allowed")


def _dotted(n: ast.AST) -> tuple[str, str] | None:
    """`np.linalg.inv` as module and name; None where the attribute is not one of a library."""
    parts: list[str] = []
    while isinstance(n, ast.Attribute):
        parts.append(n.attr)
        n = n.value
    if not parts or not isinstance(n, ast.Name) or n.id not in ("np", "numpy", "scipy"):
        return None
    root = "scipy" if n.id == "scipy" else "numpy"
    return ".".join([root, *reversed(parts[1:])]), parts[0]


def _closure(n: ast.expr) -> Closure:
    """The tree as nested closures; its depth is bounded by LONGEST."""
    return _BUILD[type(n)](n)


def _name(n: ast.Name) -> Closure:
    return lambda env: env[n.id]


def _constant(n: ast.Constant) -> Closure:
    return lambda env: n.value


def _attribute(n: ast.Attribute) -> Closure:
    dotted = _dotted(n)
    if dotted is None:
        inner = _closure(n.value)
        return lambda env: getattr(inner(env), n.attr)
    found = getattr(import_module(dotted[0]), dotted[1], None)
    if found is None:
        raise _RefusedError(f"uses `{'.'.join(dotted)}`, which the installed version does not have")
    return lambda env: found


def _call(n: ast.Call) -> Closure:
    function, args = _closure(n.func), [_closure(arg) for arg in n.args]
    if len(args) == 1 and not n.keywords:  # most of them, and thousands in a deep expression
        only, = args
        return lambda env: function(env)(only(env))
    keywords = {k.arg: _closure(k.value) for k in n.keywords if k.arg}
    return lambda env: function(env)(*(arg(env) for arg in args), **{k: v(env) for k, v in keywords.items()})


def _binary(n: ast.BinOp) -> Closure:
    operation, left, right = _BINARY[type(n.op)], _closure(n.left), _closure(n.right)
    return lambda env: operation(left(env), right(env))


def _unary(n: ast.UnaryOp) -> Closure:
    operation, operand = _UNARY[type(n.op)], _closure(n.operand)
    return lambda env: operation(operand(env))


def _compare(n: ast.Compare) -> Closure:
    if len(n.ops) != 1:
        raise _RefusedError("chains comparisons, which arrays do not allow")
    operation, left, right = _COMPARE[type(n.ops[0])], _closure(n.left), _closure(n.comparators[0])
    return lambda env: operation(left(env), right(env))


def _conditional(n: ast.IfExp) -> Closure:
    test, then, otherwise = _closure(n.test), _closure(n.body), _closure(n.orelse)
    return lambda env: then(env) if test(env) else otherwise(env)


def _subscript(n: ast.Subscript) -> Closure:
    value, index = _closure(n.value), _closure(n.slice)
    return lambda env: value(env)[index(env)]


def _slice(n: ast.Slice) -> Closure:
    parts = [_closure(part) if part else None for part in (n.lower, n.upper, n.step)]
    return lambda env: slice(*(part(env) if part else None for part in parts))


def _sequence(n: ast.Tuple | ast.List) -> Closure:
    items, make = [_closure(item) for item in n.elts], tuple if isinstance(n, ast.Tuple) else list
    return lambda env: make(item(env) for item in items)


_BUILD: dict[type[ast.expr], Callable[[Any], Closure]] = {
    ast.Name: _name, ast.Constant: _constant, ast.Attribute: _attribute, ast.Call: _call, ast.BinOp: _binary,
    ast.UnaryOp: _unary, ast.Compare: _compare, ast.IfExp: _conditional, ast.Subscript: _subscript, ast.Slice: _slice,
    ast.Tuple: _sequence, ast.List: _sequence,
}


def portable(text: str, names: set[str]) -> tuple[Closure, dict[str, Any], bool]:
    """A template for other numbers than floats: its library functions are looked up in the environment, as
    `numpy.exp`, and so are its floats. With it what it looks up, and whether the template only names a function."""
    tree = check_tree(text, names)
    found: dict[str, Any] = {}

    class Renamed(ast.NodeTransformer):
        def visit_Attribute(self, n: ast.Attribute) -> ast.AST:
            dotted = _dotted(n)
            if dotted is None:
                return self.generic_visit(n)
            name = ".".join(dotted)
            found[name] = getattr(import_module(dotted[0]), dotted[1], None)
            return ast.Name(name, ast.Load())

        def visit_Constant(self, n: ast.Constant) -> ast.AST:
            if not isinstance(n.value, float):
                return n
            found[str(n.value)] = Fraction(str(n.value))
            return ast.Name(str(n.value), ast.Load())

    return _closure(Renamed().visit(tree)), found, _dotted(tree) is not None
