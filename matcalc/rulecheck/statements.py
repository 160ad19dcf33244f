"""What a block says twice must agree: body and means with the template, declared words with the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from matcalc.numeric.calls import call
from matcalc.numeric.evaluate import run
from matcalc.rulecheck.block import Block, Point
from matcalc.rulecheck.measure import judged, relative
from matcalc.rulecheck.report import Check

Property = Callable[[Point, Any], float]
ILL_CONDITIONED = 1e8


def same_value(block: Block) -> Iterator[Check]:
    """body, or means, against the numeric template where the block has both."""
    for field in ("body", "means"):
        if {field, "numpy"} <= block.function.fields.keys():
            errors = [relative(np.asarray(at.field(field)), np.asarray(at.call())) for at in block.points()]
            yield judged(f"{field} equals numpy", errors)


def declared_words(block: Block) -> Iterator[Check]:
    """Every word of the field `is`, at random points."""
    for word in block.function.fields.get("is", "").split():
        if word not in PROPERTIES:
            yield Check(f"is {word}", False, f"unknown; the words are {', '.join(PROPERTIES)}")
        else:
            yield judged(f"is {word}", [PROPERTIES[word](at, at.call()) for at in block.points()])


def _again(at: Point, values: Sequence[Any]) -> Any:
    """The function at other values, of other shapes perhaps."""
    return np.asarray(call(at.block.function, values, run))


def _transposed(at: Point) -> list[Any]:
    return [np.transpose(at.values[leaf]) for leaf in at.block.places]


def _multiplicative(at: Point, value: Any) -> float:
    """f(X Y) = f(X) f(Y) and f(I) = 1."""
    (leaf,) = at.block.places
    x = at.values[leaf]
    y = x + 0.3 * at.like(leaf)
    return max(relative(_again(at, [x @ y]), np.asarray(value * _again(at, [y]))),
               relative(_again(at, [np.eye(len(x))]), np.asarray(1.0)))


PROPERTIES: dict[str, Property] = {
    "equivariant": lambda at, value: relative(_again(at, _transposed(at)), np.transpose(value)),
    "invariant": lambda at, value: relative(_again(at, _transposed(at)).reshape(np.shape(value)), np.asarray(value)),
    "symmetric": lambda at, value: relative(np.transpose(value), np.asarray(value)),
    "lower": lambda at, value: relative(np.tril(value), np.asarray(value)),
    "upper": lambda at, value: relative(np.triu(value), np.asarray(value)),
    "nonnegative": lambda at, value: 0.0 if np.min(value) >= 0 else float("inf"),
    "positive": lambda at, value: 0.0 if np.min(value) > 0 else float("inf"),
    "bounded": lambda at, value: 0.0 if np.max(np.abs(value)) <= 1 else float("inf"),  # < 1, but for rounding
    "multiplicative": _multiplicative,
    "invertible": lambda at, value: 0.0 if np.linalg.cond(value) < ILL_CONDITIONED else float("inf"),
    "stable": lambda at, value: 0.0 if np.min(np.linalg.eigvals(value).real) > 0 else float("inf"),
    "folds": lambda at, value: relative(np.asarray(at.field("body")), np.asarray(value)),
}
