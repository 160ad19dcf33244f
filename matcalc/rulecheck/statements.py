"""What a block says twice must agree: body and means with the template, declared words with the values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from matcalc.numeric.evaluate import call
from matcalc.rulecheck.block import Block, Point
from matcalc.rulecheck.measure import Finding, Words, compared, holds, judged
from matcalc.rulecheck.report import Check

Property = Callable[[Point, Any], Finding]
ILL_CONDITIONED = 1e8


def same_value(block: Block) -> Iterator[Check]:
    """body, or means, against the numeric template where the block has both."""
    for field in ("body", "means"):
        if {field, "numpy"} <= block.function.fields.keys():
            words = (f"{field} gives", "numpy gives")
            found = [compared(at.field(field), at.call(), words) for at in block.points()]
            yield judged(f"{field} equals numpy", found)


def declared_words(block: Block) -> Iterator[Check]:
    """Every word of the field `is`, at random points."""
    for word in block.function.fields.get("is", "").split():
        if word not in PROPERTIES:
            yield Check(f"is {word}", False, f"unknown; the words are {', '.join(PROPERTIES)}")
        else:
            yield judged(f"is {word}", [PROPERTIES[word](at, at.call()) for at in block.points()])


def _again(at: Point, values: Sequence[Any]) -> Any:
    """The function at other values, of other shapes perhaps."""
    return np.asarray(call(at.block.function, values))


def _multiplicative(at: Point, value: Any) -> Finding:
    """f(X Y) = f(X) f(Y) and f(I) = 1."""
    (leaf,) = at.block.places
    x = at.values[leaf]
    y = x + 0.3 * at.like(leaf)
    found = (compared(_again(at, [x @ y]), value * _again(at, [y]), ("f(X Y) is", "f(X) f(Y) is")),
             compared(_again(at, [np.eye(len(x))]), 1.0, ("f(I) is", "and must be")))
    return max(found, key=lambda finding: finding.error)


def _bounds(ok: Callable[[Any], Any], must: str) -> Property:
    """A statement about every entry; what is said is the first entry that breaks it."""
    def judge(_: Point, value: Any) -> Finding:
        wrong = [x for x in np.ravel(value) if not ok(x)]
        return holds(not wrong, f"a value is {wrong[0]:.6g}, and must be {must}" if wrong else "")
    return judge


def _invertible(_: Point, value: Any) -> Finding:
    condition = np.linalg.cond(value)
    return holds(condition < ILL_CONDITIONED, f"the condition number of a value is {condition:.1e}")


def _stable(_: Point, value: Any) -> Finding:
    least = float(np.min(np.linalg.eigvals(value).real))
    return holds(least > 0, f"an eigenvalue of a value has the real part {least:.6g}, and it must be positive")


def _of_square(judge: Property) -> Property:
    """A property that only a square matrix, or a number, can have."""
    def judged_so(at: Point, value: Any) -> Finding:
        x = np.atleast_2d(value)
        if x.ndim == 2 and x.shape[0] == x.shape[1]:
            return judge(at, x)
        return holds(False, f"a value is {'×'.join(map(str, x.shape))}, which is not square")
    return judged_so


def _of_transposed(change: Callable[[Any], Any], words: Words) -> Property:
    """f(X') against what becomes of f(X), where f takes X' at all."""
    def judge(at: Point, value: Any) -> Finding:
        values = [np.transpose(at.values[leaf]) for leaf in at.block.places]
        if not at.block.takes(values):
            return holds(False, "the transpose of an argument does not fit its parameter")
        due, found = np.asarray(change(value)), _again(at, values)
        return compared(found.reshape(due.shape) if found.size == due.size == 1 else found, due, words)
    return judge


PROPERTIES: dict[str, Property] = {
    "equivariant": _of_transposed(np.transpose, ("f(X') is", "f(X)' is")),
    "invariant": _of_transposed(np.asarray, ("f(X') is", "f(X) is")),
    "symmetric": _of_square(lambda at, value: compared(value, value.T, ("a value has", "and its transpose has"))),
    "lower": lambda at, value: compared(np.tril(np.atleast_2d(value)), np.atleast_2d(value),
                                        ("a lower matrix has", "a value has")),
    "upper": lambda at, value: compared(np.triu(np.atleast_2d(value)), np.atleast_2d(value),
                                        ("an upper matrix has", "a value has")),
    "nonnegative": _bounds(lambda x: x >= 0, "at least 0"),
    "positive": _bounds(lambda x: x > 0, "greater than 0"),
    "bounded": _bounds(lambda x: abs(x) <= 1, "between -1 and 1"),  # < 1, but for rounding
    "multiplicative": _multiplicative,
    "invertible": _of_square(_invertible),
    "stable": _of_square(_stable),
    "folds": lambda at, value: compared(at.field("body"), value, ("body gives", "the function gives")),
}
