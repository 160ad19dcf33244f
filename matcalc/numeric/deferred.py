"""Large products with indices, which are not multiplied before a sum over them says what is wanted.

Σᵢⱼₖ Aᵢⱼ Xⱼₖ Bₖᵢ has n³ products and needs n² numbers at a time: a product keeps its factors, each with a label for
every axis, and the sum contracts them in a good order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from matcalc.algebra.guards import guard
from matcalc.core.expr import CHAIN, MUL, TRANSPOSE, Expr
from matcalc.core.indices import Index
from matcalc.numeric.draws import Array
from matcalc.numeric.sizes import number

LARGE = 2**16  # entries; below that everything is multiplied at once
_MOST_LABELS, _MOST_FACTORS = 50, 25
Label = Index | int
Factor = tuple[Any, tuple[Label, ...]]
_fresh = count()


class Product(NamedTuple):
    """Factors with the labels of their axes; the labels of the rows and columns of the product."""

    scale: float
    factors: tuple[Factor, ...]
    row: int
    column: int

    @property
    def size(self) -> int:
        """How many numbers are held."""
        return sum(int(np.size(array)) for array, _ in self.factors)

    def contracted(self, letters: Sequence[Index]) -> Array:
        """The array with the axes of `letters`, its rows and its columns, summed over all other labels."""
        known = [label for _, labels in self.factors for label in labels]
        kept: list[Label] = [*letters, self.row, self.column]
        numbers = {label: k for k, label in enumerate(dict.fromkeys([*kept, *known]))}
        given: list[Any] = []
        for array, labels in self.factors:
            given += [array, [numbers[label] for label in labels]]
        for side in (self.row, self.column):
            if side not in known:  # a number
                given += [np.ones(1), [numbers[side]]]
        out = [numbers[label] for label in kept]
        return np.asarray(self.scale * np.einsum(*given, out, optimize=True))


def is_deferred(e: Expr, entries: int) -> bool:
    """Whether a product is large enough to wait."""
    return entries > LARGE and e.kind in (MUL, CHAIN, TRANSPOSE) and guard[e] is None


def deferred(e: Expr, values: Sequence[Any],
             letters_of: Callable[[frozenset[Index]], Sequence[Index]]) -> Product | None:
    """The product `e` of these values; None where it has too many axes for one contraction."""
    parts = [value if isinstance(value, Product) else _plain(arg, value, letters_of(arg.free))
             for arg, value in zip(e.args, values, strict=True)]
    scale = number(e.data) if e.kind is MUL else 1.0
    for part in parts:
        scale *= part.scale
    row, column = next(_fresh), next(_fresh)
    sides = _sides(e, row, column)
    factors = tuple(factor for part, arg, side in zip(parts, e.args, sides, strict=True)
                    for factor in _relabelled(part, {part.row: side[0], part.column: side[1]}))
    labels = {label for _, axes in factors for label in axes}
    few = len(labels) < _MOST_LABELS and len(factors) < _MOST_FACTORS
    return Product(scale, factors, row, column) if few else None


def _sides(e: Expr, row: int, column: int) -> list[tuple[int, int]]:
    if e.kind is TRANSPOSE:
        return [(column, row)]
    if e.kind is MUL:
        return [(next(_fresh), next(_fresh)) if arg.is_scalar else (row, column) for arg in e.args]
    inner = [next(_fresh) for _ in e.args[:-1]]
    return list(zip([row, *inner], [*inner, column], strict=True))


def _plain(e: Expr, value: Any, letters: Sequence[Index]) -> Product:
    """An array as a product of one factor; a number has no rows and columns."""
    row, column = next(_fresh), next(_fresh)
    array = np.asarray(value)
    if e.is_scalar:
        return Product(1.0, ((array[..., 0, 0] if letters else array, tuple(letters)),), row, column)
    return Product(1.0, ((array, (*letters, row, column)),), row, column)


def _relabelled(part: Product, new: Mapping[int, int]) -> list[Factor]:
    return [(array, tuple(new.get(label, label) if isinstance(label, int) else label for label in labels))
            for array, labels in part.factors]
