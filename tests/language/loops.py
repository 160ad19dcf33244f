"""What an expression with indices is worth, by Python loops over one entry at a time: slow, and independent of the code
that the engine uses."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from matcalc.core.dims import Dim, evaluate
from matcalc.core.expr import Expr, Kind
from matcalc.core.indices import Index, Ref

FUNCTIONS: dict[str, Any] = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "abs": np.abs, "sqrt": np.sqrt,
    "sigmoid": lambda x: 1/(1 + np.exp(-x)), "norm2": np.linalg.norm, "normF": np.linalg.norm,
    "det": np.linalg.det, "logdet": lambda x: np.linalg.slogdet(x)[1], "inv": np.linalg.inv, "sum": np.sum,
    "softplus": lambda x: np.log1p(np.exp(x)), "diag": lambda x: np.diag(x[:, 0]), "relu": lambda x: np.maximum(x, 0),
    "max": np.max, "norm1": lambda x: np.abs(x).sum(),
}


def value(e: Expr, inputs: Mapping[str, Any], dims: Mapping[str, int], at: Mapping[Index, int] | None = None) -> Any:
    """The value of `e`, an array of two axes, where `at` says what its free indices are."""
    return _Loop(inputs, dims).value(e, dict(at or {}))


class _Loop:
    def __init__(self, inputs: Mapping[str, Any], dims: Mapping[str, int]) -> None:
        self.inputs, self.dims = inputs, dims

    def dim(self, d: Dim) -> int:
        found = evaluate(d, lambda name: self.dims[name])
        assert isinstance(found, int)
        return found

    def place(self, ref: Ref, at: dict[Index, int]) -> int:
        return self.dim(ref.shift) + (at[ref.letter] if ref.letter is not None else 0)

    def value(self, e: Expr, at: dict[Index, int]) -> Any:
        k, args = e.kind, e.args
        if k is Kind.OVER:
            word, index = e.data
            low = self.dim(index.low)
            values = [self.value(args[0], {**at, index: i}) for i in range(low, low + self.dim(index.size))]
            return {"sum": sum, "prod": prod, "max": np.max, "min": np.min}[word](values)
        if k is Kind.VAR:
            return self.leaf(e, at)
        if k is Kind.IVERSON:
            left, right = self.place(e.data.left, at), self.place(e.data.right, at)
            return np.full((1, 1), float({"=": left == right, "!=": left != right, "<": left < right,
                                          "<=": left <= right}[e.data.sign]))
        if k is Kind.INDEX:
            return np.full((1, 1), float(self.place(e.data, at)))
        if k is Kind.MUL and any(np.all(self.value(f, at) == 0) for f in args if f.kind is Kind.IVERSON):
            return np.zeros(tuple(map(self.dim, e.shape)))
        return self.operation(e, [self.value(arg, at) for arg in args])

    def leaf(self, e: Expr, at: dict[Index, int]) -> Any:
        x = np.asarray(self.inputs[e.data.name], dtype=float)
        for ref, axis in zip(e.data.refs, e.data.axes, strict=bool(e.data.refs)):
            i = self.place(ref, at) - self.dim(axis.low)
            assert 0 <= i < len(x), (e, i)
            x = x[i]
        return x.reshape(tuple(map(self.dim, e.shape)))

    def operation(self, e: Expr, args: list[Any]) -> Any:
        k, shape = e.kind, tuple(map(self.dim, e.shape))
        if k is Kind.NUM:
            return np.full((1, 1), float(e.data))
        if k is Kind.DIM:
            return np.full((1, 1), float(self.dim(e.data)))
        if k is Kind.EYE:
            return np.eye(shape[0])
        if k is Kind.ONES:
            return np.ones(shape)
        if k is Kind.ZEROS:
            return np.zeros(shape)
        if k is Kind.ADD:
            return sum(args)
        if k is Kind.MUL:
            return float(e.data if e.data is not None else 1) * prod(args)
        if k is Kind.HAD:
            return prod(args)
        if k is Kind.POW:
            return args[0] ** args[1]
        if k is Kind.CHAIN:
            return np.linalg.multi_dot(args) if len(args) > 1 else args[0]
        if k is Kind.TRANSPOSE:
            return args[0].T
        if k is Kind.MATPOW:
            return np.linalg.matrix_power(args[0], e.data)
        if k is Kind.TRACE:
            return np.trace(args[0]).reshape(1, 1)
        if k is Kind.CALL:
            return np.asarray(FUNCTIONS[e.data.name](*args), dtype=float).reshape(shape)
        raise AssertionError(e)
