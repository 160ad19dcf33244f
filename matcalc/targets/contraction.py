"""Products under sums as contractions over labels: Σᵢ cᵢ xᵢ xᵢ' is one call that sums over what two factors share.

A chain of matrices, a trace, entrywise products and the sums around them are one network of factors, each with a label
for every axis. Two factors that share one label are a matrix product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from string import ascii_lowercase

from matcalc.algebra.guards import guard
from matcalc.core.expr import CHAIN, HAD, MUL, OVER, TRACE, TRANSPOSE, Expr
from matcalc.core.indices import Index
from matcalc.printers.precedence import ATOM, LOOSE, POWER
from matcalc.targets.labelled import COLUMN, ROW, Label, Labelled, Plan, Value, scaled

_LETTERS = "ijklmnopqrstuvwxyz" + ascii_lowercase[:8]
Side = Label | int | None  # of a factor's rows or columns: a label of the result, one that is summed, or no axis


@dataclass(slots=True)
class Network:
    """Factors, each with what its rows and columns are; the number in front; the indices that are summed."""

    factors: list[tuple[Expr, Side, Side]] = field(default_factory=list)
    number: Fraction = Fraction(1)
    summed: tuple[Index, ...] = ()


def is_guarded(e: Expr) -> bool:
    """Whether relations of indices among the factors of a product decide before it multiplies."""
    return guard[e] is not None


def network(e: Expr, uses: Counter[Expr], is_root: bool = False) -> Network:
    """The product `e` with the sums around it, down to factors that are used elsewhere or are no products; a product
    that a relation guards is a factor, but for the root."""
    found, fresh = Network(), count()
    while e.kind is OVER and e.data[0] == "sum":
        found.summed = (*found.summed, e.data[1])
        e = e.args[0]
    todo: list[tuple[Expr, Side, Side]] = [
        (e, ROW if e.shape[0] != 1 else None, COLUMN if e.shape[1] != 1 else None)]
    while todo:
        part, row, column = todo.pop()
        if part is not e and uses[part] > 1 and part.kind is not TRANSPOSE:
            found.factors.append((part, row, column))
        elif part.kind is MUL and not is_guarded(part):
            found.number *= part.data
            todo += [(arg, None, None) if arg.is_scalar else (arg, row, column) for arg in reversed(part.args)]
        elif part.kind is HAD and not is_guarded(part):
            todo += [(arg, row, column) for arg in reversed(part.args)]
        elif part.kind is CHAIN and (not is_guarded(part) or (part is e and is_root)):
            inner: list[Side] = [next(fresh) if f.shape[1] != 1 else None for f in part.args[:-1]]
            todo += reversed(list(zip(part.args, [row, *inner], [*inner, column], strict=True)))
        elif part.kind is TRANSPOSE:
            todo.append((part.args[0], column, row))
        elif part.kind is TRACE:
            around: Side = next(fresh) if part.args[0].shape[0] != 1 else None
            todo.append((part.args[0], around, around))
        else:
            found.factors.append((part, row, column))
    return found


def contracts(found: Network) -> bool:
    """Whether several factors share what is summed, so that one call does both."""
    inner = any(isinstance(side, int) for _, *sides in found.factors for side in sides)
    return len(found.factors) > 1 and (inner or bool(found.summed))


def plan(known: Labelled, found: Network) -> Plan:
    """The network as one contraction."""
    parts = tuple(factor for factor, _, _ in found.factors)

    def make(values: list[Value]) -> Value:
        labelled = [(value, tuple({ROW: row, COLUMN: column}.get(label, label) if isinstance(label, str) else label
                                  for label in value.axes))
                    for value, (_, row, column) in zip(values, found.factors, strict=True)]
        kept = {label for _, labels in labelled for label in labels if not isinstance(label, int)} - {*found.summed}
        out = known.together([label for label in kept if label is not None])
        numbers = [value for value, labels in labelled if not labels]
        arrays = [(value, labels) for value, labels in labelled if labels]
        result = _paired(known, arrays, out) or _einsum(known, arrays, out)
        for value in numbers:
            result = Value(f"{value.at_least(POWER)} * {result.at_least(POWER)}", LOOSE, result.axes)
        return scaled(str(found.number).replace("/", " / "), result)

    return Plan(parts, make)


Arrays = Sequence[tuple[Value, Sequence[Side]]]


def _paired(known: Labelled, arrays: Arrays, out: tuple[Label, ...]) -> Value | None:
    """Two factors that share one label, which is summed, as a matrix product."""
    if len(arrays) != 2:
        return None
    for (a, left), (b, right) in (arrays, arrays[::-1]):
        shared = [label for label in left if label in right]
        apart = [label for label in (*left, *right) if label not in shared]
        if len(shared) == 1 and shared[0] not in out and apart == [*out] and len(left) <= 2 and len(right) <= 2 and (
                len({*left}) == len(left) and len({*right}) == len(right)):
            first = a.at_least(POWER) if left[-1] == shared[0] else known.say.transposed.format(x=a.at_least(ATOM))
            last = b.at_least(POWER) if right[0] == shared[0] else known.say.transposed.format(x=b.at_least(ATOM))
            return Value(known.say.product.format(x=first, y=last), LOOSE, out)
    return None


def _einsum(known: Labelled, arrays: Arrays, out: tuple[Label, ...]) -> Value:
    letters = dict(zip(dict.fromkeys(label for _, labels in arrays for label in labels), _LETTERS, strict=False))
    spec = ",".join("".join(letters[label] for label in labels) for _, labels in arrays)
    text = known.say.contracted if len(arrays) < 3 else known.say.contracted_many
    result = "".join(letters[label] for label in out)
    return Value(text.format(spec=f"{spec}->{result}", factors=", ".join(value.text for value, _ in arrays)), ATOM, out)
