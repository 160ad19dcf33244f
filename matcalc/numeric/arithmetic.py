"""NumPy's functions for exact numbers: on arrays of fractions, and on arrays of numbers with many digits.

The keys are NumPy's functions themselves. What only moves, compares, adds and multiplies is left to NumPy, which does
so with any objects; exp, roots and the like exist for real numbers only, and the rest is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

_LARGEST_EXPONENT = 512  # of a fraction
_MOST = 10**7  # arguments beyond it have no exponential that fits into memory
Function = Callable[..., Any]


class NotExactError(Exception):
    """Something here has no exact form."""


class IrrationalError(NotExactError):
    """Fractions do not suffice; real numbers do."""


class NoValueError(Exception):
    """The expression has no value at this point."""


@dataclass(frozen=True)
class Library:
    """What differs between fractions and reals: making a number, constants, powers, and the functions."""

    convert: Callable[[Any], Any]
    constants: Callable[[str], Any]
    power: Callable[[Any, Any], Any]
    special: dict[Any, Function]
    refusal: Callable[[str], Exception]
    later: Mapping[str, Callable[[], dict[Any, Function]]] = field(default_factory=dict)  # where a module is imported

    def number(self, x: Any) -> Any:
        """A number, or an array of them, cleaned of other types."""
        if isinstance(x, np.ndarray):
            return np.frompyfunc(self.convert, 1, 1)(x) if x.ndim else self.convert(x.item())
        return self.convert(x)

    def constant(self, name: str) -> Any:
        """π or e."""
        return self.constants(name)

    def each(self, f: Function) -> Function:
        """`f` entry by entry."""
        return _each(f)

    def function(self, f: Any) -> Any:
        """The counterpart of NumPy's `f`."""
        if isinstance(f, float):
            return self.constants("pi" if f == np.pi else "e") if f in (np.pi, np.e) else f
        if isinstance(f, Fraction):
            return self.convert(f)
        if not callable(f):
            return f
        if f in (np.eye, np.zeros):
            return lambda *shape: self.number(f(*shape).astype(int))
        for table in (self.special, *(later() for module, later in self.later.items() if module in sys.modules)):
            if f in table:
                return table[f]
        if f in _ANY_OBJECTS:
            return f
        raise self.refusal(getattr(f, "__name__", str(f)))


def _each(f: Function) -> Function:
    lifted = np.frompyfunc(f, 1, 1)
    return lambda x: lifted(x) if isinstance(x, np.ndarray) else f(x)


def _pairs(f: Function) -> Function:
    """`f` of two numbers, entry by entry."""
    lifted = np.frompyfunc(f, 2, 1)
    return lambda x, y: lifted(x, y)


_ANY_OBJECTS = {
    np.sum, np.prod, np.max, np.min, np.abs, np.tril, np.triu, np.kron, np.reshape, np.size, np.argmax, np.argmin,
    np.diagonal, np.diagflat, np.diag, np.block, np.square, np.where, np.trace, np.transpose, np.ravel, np.dot,
    np.matmul, np.cumsum, np.cumprod, np.concatenate, np.multiply, np.add, np.subtract, np.negative, np.roll, np.outer,
}


def _sign(x: Any) -> int:
    return int(x > 0) - int(x < 0)


def _mean(x: Any) -> Any:
    return np.sum(x) / np.size(x)


def inverse(x: Any) -> Any:
    """Gauss and Jordan, with the largest pivots."""
    n = len(x)
    rows = np.concatenate([x, np.eye(n, dtype=int).astype(object)], axis=1)
    for j in range(n):
        _pivot(rows, j)
        rows[j] = rows[j] / rows[j, j]
        for i in range(n):
            if i != j and rows[i, j]:
                rows[i] = rows[i] - rows[j] * rows[i, j]
    return rows[:, n:]


def _pivot(rows: Any, j: int) -> bool:
    """Bring the largest entry of column `j` up; whether that swaps two rows."""
    best = j + max(range(len(rows) - j), key=lambda i: abs(rows[j + i, j]))
    if not rows[best, j]:
        raise NoValueError("a singular matrix")
    if best != j:
        rows[[j, best]] = rows[[best, j]]
    return best != j


def determinant(x: Any) -> Any:
    """Gauss, with the largest pivots."""
    rows, found = np.array(x, dtype=object), 1
    for j in range(len(rows)):
        try:
            found = -found if _pivot(rows, j) else found
        except NoValueError:
            return found * 0
        found = found * rows[j, j]
        for i in range(j + 1, len(rows)):
            rows[i] = rows[i] - rows[j] * (rows[i, j] / rows[j, j])
    return found


def _pseudoinverse(x: Any) -> Any:
    """Of a matrix of full rank, and of zero; other ranks are left to floating point."""
    if not np.any(x):
        return x.T
    m, n = x.shape
    try:
        return inverse(x.T @ x) @ x.T if m >= n else x.T @ inverse(x @ x.T)
    except NoValueError:
        raise NotExactError("a pseudoinverse") from None


_COMMON: dict[Any, Function] = {
    np.sign: _each(_sign), np.heaviside: _pairs(lambda x, y: y if x == 0 else int(x > 0)),
    np.maximum: _pairs(lambda x, y: x if x > y else y), np.minimum: _pairs(lambda x, y: x if x < y else y),
    np.mean: _mean, np.linalg.inv: inverse, np.linalg.det: determinant,
    np.linalg.pinv: _pseudoinverse, np.vdot: lambda x, y: np.sum(x * y),
}


@cache
def fractions() -> Library:
    """Numbers are fractions."""
    return Library(_as_fraction, _no_constant, _rational_power, _COMMON, IrrationalError)


def _as_fraction(x: Any) -> Fraction:
    if isinstance(x, Fraction):
        return x
    if isinstance(x, int | np.integer | np.bool_):
        return Fraction(int(x))
    raise IrrationalError(str(x))


def _no_constant(name: str) -> Any:
    raise IrrationalError(name)


def _rational_power(x: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _LARGEST_EXPONENT:
        raise IrrationalError("a root")
    return Fraction(x ** int(exponent))


@cache
def reals() -> Library:
    """Numbers have the digits of mpmath's present context."""
    from mpmath import mp

    def power(x: Any, exponent: Any) -> Any:
        if abs(exponent) > _MOST:
            raise NoValueError("a huge power")
        whole = int(exponent)
        return x**whole if whole == exponent else _as_real(mp.power(x, _as_real(exponent)))

    later = {"scipy.special": cache(_of_scipy_special), "scipy.linalg": cache(_of_scipy_linalg)}
    return Library(_as_real, lambda name: +getattr(mp, name), power, _COMMON | _of_numpy(), NotExactError, later)


def _as_real(x: Any) -> Any:
    from mpmath import mp

    if isinstance(x, Fraction):
        return mp.mpf(x.numerator) / x.denominator
    found = mp.mpmathify(x if not isinstance(x, np.generic) else x.item())
    if isinstance(found, mp.mpc):
        if abs(found.imag) > abs(found) * mp.mpf(10) ** (-mp.dps // 2):
            raise NoValueError("no real value")
        found = found.real
    if not mp.isfinite(found):
        raise NoValueError("not finite")
    return found


def _analytic(f: Function) -> Function:
    """`f` of mpmath entry by entry, where its argument has a moderate size or `f` grows slower than that."""
    from mpmath import mp

    is_slow = f in (mp.log, mp.log1p, mp.log10, mp.sqrt, mp.cbrt, mp.atan, mp.asinh, mp.acosh)

    def guarded(x: Any) -> Any:
        x = _as_real(x)
        if abs(x) > _MOST and not is_slow:
            raise NoValueError("a huge argument")
        return _as_real(f(x))

    return _each(guarded)


def _both(f: Function, g: Function) -> Function:
    """Two functions at once, as SciPy has Si(x) with Ci(x)."""
    first, second = _analytic(f), _analytic(g)
    return lambda x: (first(x), second(x))


def _of_matrix(f: Function) -> Function:
    """`f` of mpmath for matrices."""
    from mpmath import mp

    def inside(x: Any) -> Any:
        found = f(mp.matrix(np.asarray(x).tolist()))
        return np.array([[_as_real(found[i, j]) for j in range(found.cols)] for i in range(found.rows)], dtype=object)

    return inside


def _eigenvalues(x: Any) -> Any:
    from mpmath import mp

    found = mp.eigsy(mp.matrix(x.tolist()), eigvals_only=True)
    return np.array(sorted(_as_real(v) for v in found), dtype=object)


def _norm(x: Any, order: Any = None) -> Any:
    from mpmath import mp

    if order is None or 1 in x.shape:
        return mp.sqrt(_as_real(np.sum(x * x)))
    return mp.sqrt(abs(_eigenvalues(x.T @ x)[-1]))


def _slogdet(x: Any) -> tuple[int, Any]:
    from mpmath import mp

    found = determinant(x)
    if not found:
        raise NoValueError("a singular matrix")
    return _sign(found), mp.log(abs(_as_real(found)))


def _of_numpy() -> dict[Any, Function]:
    from mpmath import mp

    alike = {
        np.exp: mp.exp, np.log: mp.log, np.sqrt: mp.sqrt, np.sin: mp.sin, np.cos: mp.cos, np.tan: mp.tan,
        np.sinh: mp.sinh, np.cosh: mp.cosh, np.tanh: mp.tanh, np.arcsin: mp.asin, np.arccos: mp.acos,
        np.arctan: mp.atan, np.arcsinh: mp.asinh, np.arccosh: mp.acosh, np.arctanh: mp.atanh, np.expm1: mp.expm1,
        np.log1p: mp.log1p, np.cbrt: lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    }
    return {numpy: _analytic(f) for numpy, f in alike.items()} | {
        np.logaddexp: _pairs(lambda x, y: mp.log(mp.exp(_as_real(x)) + mp.exp(_as_real(y)))),
        np.hypot: _pairs(lambda x, y: mp.hypot(_as_real(x), _as_real(y))),
        np.real: lambda x: x, np.linalg.norm: _norm, np.linalg.eigvalsh: _eigenvalues, np.linalg.slogdet: _slogdet,
    }


def _of_scipy_special() -> dict[Any, Function]:
    from mpmath import mp
    from scipy import special

    alike = {special.erf: mp.erf, special.erfc: mp.erfc, special.gammaln: mp.loggamma, special.gamma: mp.gamma,
             special.digamma: mp.digamma, special.expit: lambda x: 1 / (1 + mp.exp(-x)), special.ndtr: mp.ncdf,
             special.erfinv: mp.erfinv, special.ndtri: lambda x: mp.sqrt(2) * mp.erfinv(2 * x - 1),
             special.log_ndtr: lambda x: mp.log(mp.ncdf(x)), special.erfcx: lambda x: mp.exp(x * x) * mp.erfc(x),
             special.i0: lambda x: mp.besseli(0, x), special.i0e: lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
             special.i1: lambda x: mp.besseli(1, x), special.i1e: lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
             special.erfi: mp.erfi, special.dawsn: lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
             special.exp1: mp.e1, special.expi: mp.ei, special.ellipk: mp.ellipk, special.ellipe: mp.ellipe,
             special.rgamma: mp.rgamma, special.spence: lambda x: mp.polylog(2, 1 - x),
             special.lambertw: mp.lambertw, special.wrightomega: lambda x: mp.lambertw(mp.exp(x))}
    pairs = {special.sici: (mp.si, mp.ci), special.shichi: (mp.shi, mp.chi),
             special.fresnel: (mp.fresnels, mp.fresnelc)}
    return {scipy: _analytic(f) for scipy, f in alike.items()} | {scipy: _both(*fs) for scipy, fs in pairs.items()} | {
        special.polygamma: _pairs(lambda k, x: mp.psi(int(k), _as_real(x)))}


def _of_scipy_linalg() -> dict[Any, Function]:
    from mpmath import mp
    from scipy import linalg

    return {linalg.expm: _of_matrix(mp.expm)}  # mpmath's logm and sqrtm take a second at a point
