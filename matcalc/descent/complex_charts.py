"""Complex parameters by free numbers: their real and imaginary parts, of a Hermitian matrix those on and below the
diagonal.

The gradient G with df = Re tr(Gᴴ dX) has the partial derivatives by these parts as its own, so that a step of steepest
descent in them is the one along −∂f/∂X̄ (Brandwood 1983, theorem 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.numeric.draws import Array

_HALF = np.sqrt(0.5)
_HARMLESS = frozenset({"free", "square", "const", "invertible", "complex", "hermitian"})


@dataclass(frozen=True, slots=True)
class ComplexChart:
    """X(θ), linear: the real parts of the entries at `places`, then the imaginary ones of those that have one."""

    shape: tuple[int, int]
    is_hermitian: bool = False
    keeps: str = ""
    open_: bool = False
    gram: bool = False
    is_linear: bool = True

    @property
    def places(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The entries that are free: all, or those on and below the diagonal."""
        rows, columns = np.tril_indices(self.shape[0]) if self.is_hermitian else np.indices(self.shape).reshape(2, -1)
        return rows, columns

    @property
    def not_real(self) -> npt.NDArray[np.bool_]:
        """Which of these have an imaginary part: all, or those below the diagonal."""
        rows, columns = self.places
        return rows != columns if self.is_hermitian else np.ones(len(rows), dtype=bool)

    @property
    def size(self) -> int:
        """How many free numbers there are."""
        return self.shape[0] * self.shape[1] * (1 if self.is_hermitian else 2)

    def value(self, t: Array) -> Any:
        """X(θ)."""
        (rows, columns), off = self.places, self.not_real
        entries = t[:len(rows)].astype(complex)
        entries[off] += 1j * t[len(rows):]
        entries[off] *= _HALF if self.is_hermitian else 1.0
        x = np.zeros(self.shape, dtype=complex)
        x[rows, columns] = entries
        if self.is_hermitian:
            x[columns[off], rows[off]] = np.conj(entries[off])
        return x

    def back(self, x: Any) -> Array:
        """θ with X(θ) = x."""
        return self.pull(np.zeros(0), (x + np.conj(x.T)) / 2 if self.is_hermitian else x)

    def push(self, _: Array, v: Array) -> Any:
        """dX along v."""
        return self.value(v)

    def pull(self, _: Array, g: Any) -> Array:
        """The gradient by θ, where that by X is G, df = Re tr(Gᴴ dX)."""
        (rows, columns), off = self.places, self.not_real
        g = np.asarray(g, dtype=complex)
        entries = g[rows, columns]
        if self.is_hermitian:
            entries[off] = (entries[off] + np.conj(g[columns, rows][off])) * _HALF
        return np.concatenate([entries.real, entries.imag[off]])

    def turn(self, _t: Array, v: Array, _g: Any) -> Array:
        """Nothing: the map does not bend."""
        return np.zeros_like(v)

    def said(self, name: str, _dialect: str, _letter: str) -> str:
        """What the steps are taken in."""
        return f"{name} by its entries on and below the diagonal"


def complex_chart(x: Expr, shape: tuple[int, int], source: str) -> ComplexChart:
    """The chart of a complex parameter. Raises NoRuleError for what is not kept: definite and unitary matrices."""
    if unkept := sorted(x.data.props - _HARMLESS):
        name, words = x.data.name, " and ".join(unkept)
        hint = f"; {name} = L L^H with a complex L is definite" if "hpd" in unkept else ""
        raise fail("M1532", f"descend does not keep {name} {words}, so {name} cannot be declared so here{hint}", source,
                   error=NoRuleError)
    is_hermitian = "hermitian" in x.data.props
    return ComplexChart(shape, is_hermitian, "hermitian" if is_hermitian else "")
