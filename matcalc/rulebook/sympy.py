"""Elementwise functions that no rule names but SymPy knows: erfc, loggamma, besselj(0, x), …

Value and derivative come from SymPy: the derivative by its `fdiff`, the numbers by SciPy through SymPy's own printer.
Nothing the user typed is evaluated; only a name is looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce
from pathlib import Path
from typing import Any

from matcalc.algebra import add, apply, hadamard, multiply, num, ones, pi, power
from matcalc.algebra.make import param_leaf
from matcalc.core.dims import named
from matcalc.core.expr import Expr
from matcalc.core.function import Function, Param, Reader, Statement
from matcalc.diagnostics import NoRuleError, fail

Known = Callable[[str], Function | None]  # a function by its name, where the rules or SymPy have one
_OTHERWISE = ("Function", "Piecewise", "factorial",  # no functions of real numbers
              "floor", "ceiling", "frac")  # their derivatives are no functions
_TABLE = Path(__file__).with_name("sympy_names.txt")


def lookup(name: str, known: Known) -> Function | None:
    """The SymPy function `name` as an elementwise function of its last argument, or None."""
    return _make(name, known) if name in names() else None


@cache
def names() -> frozenset[str]:
    """What `_make` makes: to refuse any other name, SymPy need not be imported."""
    return frozenset(_TABLE.read_text(encoding="utf-8").split())


def _make(name: str, known: Known) -> Function | None:
    import sympy
    from sympy.core.function import FunctionClass

    made = getattr(sympy, name, None)
    if not isinstance(made, FunctionClass) or not issubclass(made, sympy.Function) or name in _OTHERWISE:
        return None
    count = next((k for k in (1, 2) if k in made.nargs), None)
    if count is None:
        return None
    symbols = [sympy.Symbol("a", real=True), sympy.Symbol("X", real=True)][-count:]
    try:
        value = made(*symbols)
    except (TypeError, ValueError, AttributeError):  # other arguments are due: integers, conditions, tuples
        return None
    numeric = _numeric(value) if value.args == tuple(symbols) else None
    if numeric is None:
        return None
    m, n = named("m"), named("n")
    params = (Param("a", (1, 1)), Param("X", (m, n)))[-count:]
    fields = {"d": "", "numpy": numeric, "is": "equivariant", "ref": "SymPy"}
    return Function(name, params, (m, n), "elementwise", fields, _Derivative(value, symbols, known))


class _Derivative(Reader):
    """Reads the field d of such a function: the derivative that SymPy knows."""

    def __init__(self, value: Any, symbols: list[Any], known: Known) -> None:
        self._value, self._symbols, self._known = value, symbols, known

    def expression(self, function: Function, _field: str, _said: Statement, /) -> Expr:
        """By the last argument."""
        leaves = {s: param_leaf(function, i) for i, s in enumerate(self._symbols)}
        return _matrix(_convert(self._value.diff(self._symbols[-1]), leaves, self._known))


def _numeric(expression: Any) -> str | None:
    """SciPy code for the value, or None where SymPy's printer has none."""
    from sympy.printing.numpy import SciPyPrinter

    printer = SciPyPrinter({"fully_qualified_modules": True})
    try:
        code = printer.doprint(expression)
    except NotImplementedError:
        return None
    if "Not supported" in code or printer._not_supported:
        return None
    return str(code).replace("numpy.", "np.").replace("scipy.constants.pi", "np.pi")


def _matrix(e: Expr) -> Expr:
    return multiply(e, ones(named("m"), named("n"))) if e.is_scalar else e


def _convert(expression: Any, leaves: dict[Any, Expr], known: Known) -> Expr:
    """A SymPy expression as an elementwise expression; derivatives are small, so plain recursion serves."""
    import sympy

    if expression in leaves:
        return leaves[expression]
    if expression.is_Rational:
        return num(Fraction(int(expression.p), int(expression.q)))
    if expression is sympy.pi:
        return pi
    args = [_convert(arg, leaves, known) for arg in expression.args]
    if expression.is_Add:
        some_matrix = any(not arg.is_scalar for arg in args)
        return add(*map(_matrix, args)) if some_matrix else add(*args)
    if expression.is_Mul:
        return reduce(lambda a, b: multiply(a, b) if a.is_scalar or b.is_scalar else hadamard(a, b), args)
    if expression.is_Pow:
        return power(*args)
    name = type(expression).__name__
    function = known(name)
    if function is None:
        raise fail("M0602", f"its derivative needs {name}, for which there is no rule", error=NoRuleError)
    return apply(function, *args)
