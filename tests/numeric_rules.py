"""A few functions as records, so that the numeric tests stand on their own, without the rule files."""

from __future__ import annotations

from matcalc.algebra import apply, multiply, num, power
from matcalc.algebra.make import param_leaf
from matcalc.core.dims import Shape, named
from matcalc.core.expr import Expr
from matcalc.core.function import Function, Param, Reader, Statement

m, n, p = map(named, "mnp")
SQUARE, FULL, SCALAR = (n, n), (m, n), (1, 1)


def function(name: str, numpy: str = "", shape: Shape = FULL, result: Shape = FULL, form: str = "function") -> Function:
    fields = {"numpy": numpy} if numpy else {}
    return Function(name, (Param("X", shape),), result, form, fields, file="t.rules", line=7)


def elementwise(name: str, numpy: str) -> Function:
    return function(name, numpy, form="elementwise")


class HalfSquare(Reader):
    """Reads one body, X.^2/2."""

    def expression(self, function: Function, _field: str, _said: Statement, /) -> Expr:
        return multiply(power(num(2), num(-1)), power(param_leaf(function, 0), num(2)))


DET = function("det", "np.linalg.det(X)", SQUARE, SCALAR)
LOG = elementwise("log", "np.log(X)")
EXP = elementwise("exp", "np.exp")
RELU, STEP = elementwise("relu", "np.maximum(X, 0.0)"), elementwise("step", "np.heaviside(X, 0.0)")
ARCSIN = elementwise("arcsin", "np.arcsin(X)")
EXPM = function("expm", "scipy.linalg.expm(X)", SQUARE, SQUARE)
HALF_SQUARE = Function("half_square", (Param("X", FULL),), FULL, "function", {"body": "X.^2/2"}, HalfSquare())


def det(x: Expr) -> Expr:
    return apply(DET, x)


def log(x: Expr) -> Expr:
    return apply(LOG, x)
