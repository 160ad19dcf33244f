"""The number behind a call: by the numeric template of its rule, by its body, or by a random smooth function.

An unspecified function is Σ aᵢ sin(wᵢ x + pᵢ) with coefficients fixed by its name; its k-th derivative is exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from matcalc.algebra.make import param_leaf
from matcalc.core.dims import names
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.diagnostics import Diagnostic, InputError, NoRuleError
from matcalc.numeric.draws import project
from matcalc.numeric.sizes import Sizes, solve
from matcalc.numeric.templates import Closure, compile_template

Run = Callable[[Expr, Mapping[Expr, Any], Sizes], Any]
_BODIES = ("body", "means", "value")
_NEGLIGIBLE = 1e-9


def call(function: Function, args: Sequence[Any], run: Run) -> Any:
    """The value of function(args); `run` evaluates an expression."""
    if function.form == "unspecified":
        return smooth(function.name, args[0], function.order)
    found = function.reading.numeric
    if found is None:
        found = function.reading.numeric = _prepare(function)
    return found(args, run)


def _prepare(function: Function) -> Callable[[Sequence[Any], Run], Any]:
    text = function.fields.get("numpy")
    if text:
        params = [p.name for p in function.params]
        dims = sorted({name for p in function.params for dim in p.shape for name in names(dim)} - set(params))
        closure = compile_template(text, params, dims, file=function.file, line=function.place("numpy"))
        named = any(re.search(rf"\b{dim}\b", text) for dim in dims)
        return lambda args, run: _by_template(function, closure, arguments(function, args, named))
    for field in _BODIES:
        body = function.template(field)
        if body is not None:
            return lambda args, run, body=body: _by_body(function, body, arguments(function, args), run)  # type: ignore[misc]
    raise NoRuleError(_trouble(function, "M0806", "has no `numpy` template, so that it cannot be evaluated"))


def _by_template(function: Function, closure: Closure, env: Mapping[str, Any]) -> Any:
    try:
        return _real(closure(env))
    except np.linalg.LinAlgError:
        raise
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        if not all(np.all(np.isfinite(value)) for value in env.values()):
            raise np.linalg.LinAlgError("an argument is not finite") from None
        raise InputError(_trouble(function, "M0803", f"has a numeric template that fails: {error}")) from error


def _by_body(function: Function, body: Expr, env: Mapping[str, Any], run: Run) -> Any:
    values = {param_leaf(function, i): env[p.name] for i, p in enumerate(function.params)}
    return run(body, values, {name: value for name, value in env.items() if isinstance(value, int)})


def arguments(function: Function, args: Sequence[Any], dims: bool = True) -> dict[str, Any]:
    """Parameters of the block, 1×1 ones as numbers and all others as 2-D arrays; with `dims` its dimension names.

    Numbers and entries may be of any type, floats or fractions.
    """
    env: dict[str, Any] = {}
    equations = []
    for param, value in zip(function.params, args, strict=True):
        if param.kind != "value":
            env[param.name] = int(value)
        elif param.shape == (1, 1):
            env[param.name] = value
        else:
            array = as_matrix(value)
            env[param.name] = array = project(array, array, param.props) if param.props else array
            if dims:
                equations += list(zip(param.shape, array.shape, strict=True))
    if not dims:
        return env
    known = {name: value for name, value in env.items() if isinstance(value, int)}
    return solve(equations, known)[0] | env


def as_matrix(x: Any) -> Any:
    """A matrix as it is, a number as a 1×1 array of its own type."""
    if isinstance(x, (np.ndarray, np.generic)):
        return x if x.ndim else x.reshape(1, 1)
    found = np.empty((1, 1), dtype=object)
    found[0, 0] = x
    return found


def _real(value: Any) -> Any:
    """A complex result is real up to rounding or is no value at all."""
    if not np.iscomplexobj(value):
        return value
    small = np.max(np.abs(np.imag(value)), initial=0.0) <= _NEGLIGIBLE * max(1.0, np.max(np.abs(value), initial=0.0))
    return np.real(value) if small else np.full(np.shape(value), np.nan)


def _trouble(function: Function, code: str, reason: str) -> Diagnostic:
    return Diagnostic(code, f"{function.name} {reason}", source=function.fields.get("numpy", ""), file=function.file,
                      line=function.place("numpy"))


@lru_cache(maxsize=256)
def smooth_terms(name: str) -> tuple[tuple[float, float, float], ...]:
    """a, w and p of the terms a sin(w x + p) that stand for an unspecified function."""
    rng = np.random.default_rng(crc32(name.encode()))
    return tuple((rng.uniform(0.5, 1.0), rng.uniform(0.4, 1.6), rng.uniform(0.0, 2 * np.pi)) for _ in range(3))


def smooth(name: str, x: Any, order: int = 0) -> Any:
    """The `order`-th derivative at `x` of the smooth function that stands for an unspecified one."""
    return sum(a * w**order * np.sin(w * x + p + order * np.pi / 2) for a, w, p in smooth_terms(name))
