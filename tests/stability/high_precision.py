"""A formula evaluated with mpmath, with so many digits that nothing cancels and nothing overflows: the oracle of
extreme values. It shares no code with the evaluator: what each function is stands here as mathematics."""

from functools import reduce
from itertools import combinations

import mpmath
import numpy as np
from mpmath import mp

from matcalc.algebra.make import instantiate
from matcalc.core.expr import Kind, postorder
from matcalc.numeric.sizes import shape_of, size

DIGITS = 1500  # exp(-1000) squared has 868 zeros behind the point, x'x of 1e-200 has 400


def value(e, leaves, sizes):
    """`e` as an object array of mpf; `leaves` maps variables to arrays with two axes."""
    with mp.workdps(DIGITS):
        done = {leaf: array(x) for leaf, x in leaves.items()}
        for part in postorder(e):
            if part not in done:
                args = [done[arg] for arg in part.args]
                found = call(part, args, sizes) if part.kind is Kind.CALL else OPERATIONS[part.kind](part, args, sizes)
                done[part] = found.reshape(shape_of(part.shape, sizes))
        return done[e]


def array(x):
    return np.vectorize(lambda v: mp.mpf(float(v)) if not isinstance(v, mpmath.mpf) else v, otypes=[object])(
        np.atleast_2d(np.asarray(x)))


def filled(part, x, sizes):
    return np.full(shape_of(part.shape, sizes), x, dtype=object)


def number(q):
    return mp.mpf(q.numerator) / q.denominator if hasattr(q, "numerator") else mp.mpf(q)


def identity(part, sizes):
    return array(np.eye(shape_of(part.shape, sizes)[0]))


def power(base, exponent):
    q = exponent.item()
    return np.vectorize(lambda x: x ** int(q) if q == int(q) else x ** q, otypes=[object])(base)


def inverse(x):
    return np.array((mpmath.matrix(x.tolist()) ** -1).tolist(), dtype=object).reshape(x.shape)


def determinant(x):
    return mpmath.det(mpmath.matrix(x.tolist()))


def matrix_power(x, k):
    base = inverse(x) if k < 0 else x
    return reduce(np.matmul, [base] * abs(k))


def one(x):
    return np.array([[x]], dtype=object)


OPERATIONS = {
    Kind.NUM: lambda e, args, sizes: one(number(e.data)),
    Kind.DIM: lambda e, args, sizes: one(mp.mpf(size(e.data, sizes))),
    Kind.CONST: lambda e, args, sizes: one(mp.pi if e.data == "pi" else mp.e),
    Kind.EYE: lambda e, args, sizes: identity(e, sizes),
    Kind.ONES: lambda e, args, sizes: filled(e, mp.mpf(1), sizes),
    Kind.ZEROS: lambda e, args, sizes: filled(e, mp.mpf(0), sizes),
    Kind.ADD: lambda e, args, sizes: reduce(lambda a, b: a + b, args),
    Kind.MUL: lambda e, args, sizes: reduce(lambda a, b: a * b, args, number(e.data)),
    Kind.HAD: lambda e, args, sizes: reduce(lambda a, b: a * b, args),
    Kind.POW: lambda e, args, sizes: power(*args),
    Kind.CHAIN: lambda e, args, sizes: reduce(np.matmul, args),
    Kind.TRANSPOSE: lambda e, args, sizes: args[0].T,
    Kind.TRACE: lambda e, args, sizes: one(np.trace(args[0])),
    Kind.MATPOW: lambda e, args, sizes: matrix_power(args[0], e.data),
}


def each(f):
    return lambda x: np.vectorize(lambda v: mp.mpf(f(v)), otypes=[object])(x)




def logsumexp(x):
    e = each(mp.exp)(x)
    return each(mp.log)(np.sum(e, axis=1, keepdims=True) if x.shape[1] > 1 else one(np.sum(e)))


def share(x):
    e = each(mp.exp)(x)
    return e / (np.sum(e, axis=1, keepdims=True) if x.shape[1] > 1 else np.sum(e))


def prod_others(x):
    flat = list(x.flat)
    return np.array([reduce(lambda a, b: a * b, flat[:i] + flat[i + 1:], mp.mpf(1)) for i in range(len(flat))],
                    dtype=object).reshape(x.shape)


def prod_pairs(x):
    n = x.size
    found = np.full((n, n), mp.mpf(0), dtype=object)
    for i, j in combinations(range(n), 2):
        found[i, j] = found[j, i] = reduce(lambda a, b: a * b, [v for k, v in enumerate(x.flat) if k not in (i, j)],
                                           mp.mpf(1))
    return found


def diag(x):
    if x.shape[1] > 1:
        return np.diagonal(x).reshape(-1, 1)
    found = np.full((x.size, x.size), mp.mpf(0), dtype=object)
    for i, v in enumerate(x.flat):
        found[i, i] = v
    return found


def commutation(m, n):
    m, n = int(m.item()), int(n.item())
    found = np.full((m * n, m * n), mp.mpf(0), dtype=object)
    for i in range(m):
        for j in range(n):
            found[i * n + j, j * m + i] = mp.mpf(1)
    return found


FUNCTIONS = {
    "commutation": commutation,
    **{name: each(getattr(mp, name)) for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf",
                                                  "erfc")},
    "sinc": each(lambda v: mp.sin(v) / v if v else mp.mpf(1)),
    "arctan": each(mp.atan), "abs": each(abs), "sign": each(mp.sign), "step": each(lambda v: int(v > 0)),
    "keep_where": np.vectorize(lambda c, v: v if c > 0 else mp.mpf(0), otypes=[object]),
    "drop_where": np.vectorize(lambda c, v: mp.mpf(0) if c > 0 else v, otypes=[object]),
    "relu": each(lambda v: max(v, mp.mpf(0))), "sigmoid": each(lambda v: 1 / (1 + mp.exp(-v))),
    "softplus": each(lambda v: mp.log(1 + mp.exp(v))), "swish": each(lambda v: v / (1 + mp.exp(-v))),
    "gelu": each(lambda v: v * (1 + mp.erf(v / mp.sqrt(2))) / 2), "elu": each(lambda v: v if v > 0 else mp.exp(v) - 1),
    "softmax": share, "logsumexp": logsumexp, "log_softmax": lambda x: each(mp.log)(share(x)),
    "det": lambda x: one(determinant(x)), "logdet": lambda x: one(mp.log(abs(determinant(x)))),
    "prod": lambda x: one(reduce(lambda a, b: a * b, x.flat)), "prod_others": prod_others, "prod_pairs": prod_pairs,
    "diag": diag, "vec": lambda x: x.reshape(-1, 1, order="F"),
    "exp_minus_one": each(lambda v: mp.exp(v) - 1), "det_sign": lambda x: one(mp.sign(determinant(x))),
    "sine_of_slope": lambda x, c: x / each(mp.sqrt)(x * x + c * c),
    "hypotenuse": lambda x, c: each(mp.sqrt)(x * x + c * c), "size_of": lambda x: one(mp.sqrt(np.sum(x * x))),
    "bessel_i0": each(lambda v: mp.besseli(0, v)), "bessel_i1": each(lambda v: mp.besseli(1, v)),
    "bessel_i0e": each(lambda v: mp.exp(-abs(v)) * mp.besseli(0, v)), "normal_cdf": each(mp.ncdf),
    "max": lambda x: one(max(x.flat)), "kron": lambda a, b: np.kron(a, b), "cumsum": lambda x: np.cumsum(x, axis=0),
}


def call(part, args, sizes):
    if part.data.name in FUNCTIONS:
        return FUNCTIONS[part.data.name](*args)
    assert "body" in part.data.fields, part.data.name
    return value(instantiate(part.data, "body", part.args), dict(zip(part.args, args, strict=True)), sizes)
