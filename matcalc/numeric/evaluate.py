"""Expressions to numbers, by the plan that code is printed from: each array once, each kernel as NumPy's target has it.

A scalar is a NumPy float, everything else a 2-D array (a vector n×1), behind the axes of its indices. At the edge users
pass and get 1-D vectors. Names of dimensions take their sizes from the arrays. The number behind a call of a function
that is no plan of kernels comes from the numeric template of its rule, from its body, or from a random smooth function:
an unspecified one is Σ aᵢ sin(wᵢ x + pᵢ) with coefficients fixed by its name; its k-th derivative is exact.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np

from matcalc.algebra.conjugation import is_real
from matcalc.algebra.make import param_leaf
from matcalc.core.dims import Dim, Shape, names
from matcalc.core.expr import VAR, Expr, givens
from matcalc.core.function import Function
from matcalc.core.indices import Index
from matcalc.diagnostics import Diagnostic, InputError, NoRuleError, fail
from matcalc.limits import LimitError, once
from matcalc.numeric.closures import Closure, compile_template
from matcalc.numeric.draws import Array, project
from matcalc.numeric.interpret import Machine
from matcalc.numeric.programs import Letters, Program, Programs, letters_of
from matcalc.numeric.sizes import Sizes, format_shape, listed, shape_of, size, solve, stacked_shape
from matcalc.session import SESSION

Values = Mapping[Expr, Any]
_CHECKED = "infs or NaNs"  # what NumPy and SciPy say of arrays that they were given by each other
_BODIES = ("body", "means", "value")
_NEGLIGIBLE = 1e-9


def evaluate(e: Expr, values: Values, sizes: Sizes | None = None, order: Sequence[Index] | None = None) -> Any:
    """The value of `e`: a float if it is 1×1, a 2-D array otherwise. `values` maps variables to numbers or arrays.

    A family is given stacked, its axes first. So is the value of what depends on indices: its axes come in the `order`
    given, in that of their names by default.
    """
    arrays, known = bind(values, sizes)
    for leaf in (part for part in givens(e) if part not in arrays):
        raise fail("M0807", f"no value is given for {leaf_name(leaf)}")
    try:
        with silence():
            found = ordered(e, run(e, arrays, known), known, order)
            found = np.real(found) if e.complex and is_real(e) else found
            return found if np.ndim(found) == 0 or found.flags.writeable else found.copy()
    except np.linalg.LinAlgError as error:
        raise fail("M0805", f"the expression has no value at this point: {error}") from None
    except MemoryError as error:
        raise fail("M0107", f"the value needs more memory than there is: {error}", error=LimitError) from None


def ordered(e: Expr, value: Any, sizes: Sizes, order: Sequence[Index] | None) -> Any:
    """The value of `e` with the axes of its indices in this order; along those it does not depend on it repeats."""
    if not e.free and not order:
        return value
    own = letters_of(e.free)
    return _in_order(value, own, own if order is None else tuple(order), sizes)


def _in_order(x: Any, own: Letters, letters: Letters, sizes: Sizes) -> Any:
    """A value with the leading axes `letters`, in this order; along those it does not depend on it repeats."""
    missing = [index for index in own if index not in letters]
    if missing:
        raise fail("M0802", f"the value depends on the index {missing[0].name}, which has no axis")
    x = np.asarray(x)
    x = x if x.ndim >= 2 else x.reshape(1, 1)
    turned = x.transpose(*(own.index(i) for i in letters if i in own), x.ndim - 2, x.ndim - 1)
    lengths = [size(index.size, sizes) for index in letters]
    placed = turned.reshape(*(n if i in own else 1 for i, n in zip(letters, lengths, strict=True)), *x.shape[-2:])
    return np.array(np.broadcast_to(placed, (*lengths, *x.shape[-2:])))


def bind(values: Values, sizes: Sizes | None = None) -> tuple[dict[Expr, Any], dict[str, int]]:
    """Values in internal form, and the sizes of all dimension names that follow from their shapes."""
    raw = {leaf: _stacked(_numbers(value, leaf_name(leaf), leaf.complex), leaf) for leaf, value in values.items()}
    equations = [pair for leaf, array in raw.items() for pair in zip(stacked_shape(leaf), array.shape, strict=True)]
    known = solve(equations, sizes or {})[0]
    return {leaf: as_array(array, leaf.shape, leaf_name(leaf), known, stacked_shape(leaf)[:-2], leaf.complex)
            for leaf, array in raw.items()}, known


def leaf_name(leaf: Expr) -> str:
    """What the user calls a variable or a tangent."""
    return str(leaf.data.name) if leaf.kind is VAR else f"d{leaf.data[0]}"


def _numbers(value: Any, name: str, may_be_complex: bool = False) -> Array:
    try:
        array = np.asarray(value)
        if may_be_complex:
            return array.astype(complex)
        if not np.iscomplexobj(array):
            return array.astype(float)
    except (TypeError, ValueError):
        pass
    raise fail("M0804", f"the value of {name} is not an array of {'' if may_be_complex else 'real '}numbers")


def _stacked(array: Array, leaf: Expr) -> Array:
    """With two axes for a member, behind those of a family."""
    whole = stacked_shape(leaf)
    above, missing = len(whole) - 2, len(whole) - array.ndim
    if missing < 0 or array.ndim < above or (missing == 2 and above and not leaf.is_scalar):
        shown = whole[:-2] if leaf.is_scalar and above else whole if leaf.shape[1] != 1 or not above else whole[:-1]
        raise fail("M0804", f"{leaf_name(leaf)} is {format_shape(shown)}, its value has {array.ndim} axes")
    if not missing:
        return array
    if missing == 2 and above:
        return array.reshape(*array.shape, 1, 1)
    return array.reshape(*array.shape[:above], *((1, -1) if leaf.shape[0] == 1 else (-1, 1)))


def as_array(value: Any, shape: Shape, name: str = "value", sizes: Sizes | None = None,
             axes: Sequence[Dim] = (), may_be_complex: bool = False) -> Any:
    """A user's number or array in internal form: a float for 1×1, a 2-D array otherwise, behind the `axes` of a
    family."""
    array = _numbers(value, name, may_be_complex)
    leading = tuple(size(axis, sizes or {}) for axis in axes)
    wanted = (*leading, *shape_of(shape, sizes or {}))
    if array.shape != wanted and not (array.ndim < 2 and not axes and 1 in wanted
                                      and array.size == wanted[0] * wanted[1]):
        where = listed(sizes or {})
        raise fail("M0804", f"{name} is {format_shape((*axes, *shape))}, its value is "
                   f"{format_shape(array.shape) or 'a number'}" + (f" (with {where})" if where else ""))
    number = np.complex128 if may_be_complex else np.float64
    return number(array.item()) if shape == (1, 1) and not axes else array.reshape(wanted)


def as_result(value: Any, shape: Shape) -> Any:
    """An internal value as users expect it: a float, a 1-D array for a column, a 2-D array otherwise; behind the axes
    of indices a number for 1×1."""
    if np.ndim(value) > 2:
        return value[..., 0, 0] if shape == (1, 1) else value[..., 0] if shape[1] == 1 else value
    if shape == (1, 1):
        return complex(value) if np.iscomplexobj(value) else float(value)
    return value[:, 0] if shape[1] == 1 else value


def program(*roots: Expr) -> Program:
    """The program of expressions that are computed together, one of those of a question."""
    return programs().program(*roots)


def programs() -> Programs:
    """Programs that share what they have in common: those of a question."""
    return once("programs", _new_programs)


def _new_programs() -> Programs:
    return Programs(Machine(call, smooth))


def _alone(e: Expr) -> Program:
    """The program of one expression, whatever else is computed; the session remembers it."""
    if e not in _programs:
        _programs[e] = _new_programs().program(e)
    return _programs[e]


_programs: dict[Expr, Program] = SESSION.memo({})


def run(e: Expr, arrays: Values, sizes: Sizes) -> Any:
    """The value of `e`, all leaves being in internal form."""
    return _alone(e).at(arrays, sizes)[e]


@contextmanager
def silence() -> Iterator[None]:
    """No warnings from NumPy and SciPy: what is not finite or not accurate shows in the numbers."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def call(function: Function, args: Sequence[Any]) -> Any:
    """The value of function(args)."""
    if function.form == "unspecified":
        return smooth(function.name, args[0], function.order)
    found = function.reading.numeric
    if found is None:
        found = function.reading.numeric = _prepare(function)
    return found(args)


def _prepare(function: Function) -> Callable[[Sequence[Any]], Any]:
    text = function.fields.get("numpy")
    if text:
        params = [p.name for p in function.params]
        dims = sorted({name for p in function.params for dim in p.shape for name in names(dim)} - set(params))
        closure = compile_template(text, params, dims, file=function.file, line=function.place("numpy"))
        named = any(re.search(rf"\b{dim}\b", text) for dim in dims)
        return lambda args: _by_template(function, closure, arguments(function, args, named))
    body = body_of(function)
    if body is None:
        raise NoRuleError(_trouble(function, "M0806", "has no `numpy` template, so that it cannot be evaluated"))
    return lambda args: _by_body(function, body, arguments(function, args))


def body_of(function: Function) -> Expr | None:
    """The formula that stands for the function, where its rule states one."""
    return next((found for field in _BODIES if (found := function.template(field)) is not None), None)


def _by_template(function: Function, closure: Closure, env: Mapping[str, Any]) -> Any:
    try:
        value = closure(env)
        return value if any(map(np.iscomplexobj, env.values())) else _real(value)
    except np.linalg.LinAlgError:
        raise
    except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
        if _CHECKED in str(error) or not all(np.all(np.isfinite(value)) for value in env.values()):
            raise np.linalg.LinAlgError("a number is not finite") from None
        raise InputError(_trouble(function, "M0803", f"has a numeric template that fails: {error}")) from error


def _by_body(function: Function, body: Expr, env: Mapping[str, Any]) -> Any:
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
                equations += list(zip(param.shape, array.shape[-2:], strict=True))
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
