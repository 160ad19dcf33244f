"""Which row of a table spells a kernel: the most special of those that fit.

NAME alone fits always. Behind a colon stands what the operands are, one letter for each: the number of its axes, or `c`
or `r` for a vector that is repeated as columns or as rows and whose text is known. `/` and the axes behind it are those
that the result has not, `>` and a number the axes that it has: `add:2c`, `sum:2/0`, `fill>1`, `reshape:1>2`. Or a word:

    complex of complex numbers                       half    of these and of real ones
    number  no argument determines the operands       mixed   no argument determines one of them
    same    all operands are one array                whole   a repeated vector that is taken as an array
    alone   a repeated vector, where no other operand of an entrywise kernel has the shape of the result

Instead of their number the axes may be given one by one: lengths of a `reshape`, `n` any and `o` one (`reshape:n>no`
makes a column), places of a `slice` or `take`, `o` one, `r` a range and `a` all. A constant goes by its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from matcalc.core.dims import Dim
from matcalc.plan.names import ENTRYWISE
from matcalc.plan.node import Node

REPEATED = frozenset({"column", "row", "spread"})
BROADCAST = frozenset("""add subtract multiply divide power maximum minimum hypot arctan2 less less_equal greater
    greater_equal equal not_equal and or where""".split())
_REDUCED = frozenset({"sum", "prod", "max", "min"})
_LETTERS = {"column": "c", "row": "r"}
_MANY = 4  # operands that are listed by the numbers of their axes


def variants(e: Node, name: str, inner: Sequence[bool] = (), repeated: str = "") -> Iterator[str]:
    """The names of rows that fit a kernel called `name`, the most special first; `inner` says of which operands the
    text of the vector is known that they repeat, `repeated` how a vector is."""
    rank = len(e.shape) - (e.data.batch if e.op == "call" else 0)
    for word in _words(e, repeated):
        yield f"{name}:{word}"
    if e.complex:
        yield f"{name}:complex>{rank}"
    if len(e.args) < _MANY:
        gone = _gone(e)
        for letters in product(*map(_letters, e.args, inner or [False] * len(e.args))):
            ranks = "".join(letters)
            yield from ([f"{name}:{ranks}/{gone}"] if gone else [])
            yield f"{name}:{ranks}>{rank}"
            yield f"{name}:{ranks}"
    yield f"{name}>{rank}"
    yield name


def names_of(e: Node) -> list[str]:
    """What rows of a kernel may be called: a vector that fills a matrix is one of `column` or `row` too."""
    if e.op == "spread" and len(e.shape) == 2 and len(e.args[0].shape) == 1:
        return ["column" if e.data == (1,) else "row", "spread"]
    return [e.op, *(["entrywise"] if e.op in ENTRYWISE else [])]


def name_of(row: str) -> str:
    """The kernel that a row is of."""
    return row.partition(":")[0].partition(">")[0]


def _words(e: Node, repeated: str) -> Iterator[str]:
    if e.op == "constant":
        yield e.data
    kinds = {arg.complex for arg in e.args if arg.op != "number"} | {e.complex}
    if True in kinds:
        if False in {arg.complex for arg in e.args if arg.shape}:
            yield "half"
        yield "complex"
    plain = [is_number(arg) for arg in e.args]
    if any(plain):
        yield "number" if all(plain) else "mixed"
    if repeated:
        yield repeated
    if e.op == "reshape":
        for before in _lengths(e.args[0].shape):
            for after in _lengths(e.shape):
                yield f"{before}>{after}"
    if e.op in ("slice", "take"):
        yield "".join("a" if place is None else "o" if place[1] is None else "r" for place in e.data)
    if len(e.args) > 1 and len({*e.args}) == 1:
        yield "same"


def _lengths(shape: Sequence[Dim]) -> list[str]:
    """no, nn of a matrix that certainly has one column."""
    return ["".join(word) for word in product(*(["o", "n"] if d == 1 else ["n"] for d in shape))]


def _letters(arg: Node, known: bool) -> list[str]:
    return [*([_LETTERS[arg.op]] if known and arg.op in _LETTERS else []), str(len(arg.shape))]


def _gone(e: Node) -> str:
    """The axes of the operand that the result does not have."""
    if e.op in _REDUCED:
        return "".join(map(str, e.data)) if e.shape else ""
    return "".join(str(k) for k, place in enumerate(e.data) if place is not None and place[1] is None) if e.op in (
        "slice", "take") else ""


def is_number(e: Node, depth: int = 8) -> bool:
    """Whether it is a number that no argument determines, but at most their sizes; very deep ones are not looked into.
    """
    return e.op in ("number", "size", "constant") or (
        depth > 0 and bool(e.args) and not e.shape and all(is_number(arg, depth - 1) for arg in e.args))


def repetitions(order: Sequence[Node], roots: Sequence[Node]) -> Mapping[Node, str]:
    """How vectors are repeated: `whole` where anything but an entrywise kernel takes them, `alone` where no other
    operand of such a kernel has the shape of the result."""
    found: dict[Node, str] = {}
    for e in order:
        if e.op not in BROADCAST | ENTRYWISE:
            found |= {arg: "whole" for arg in e.args if arg.op in REPEATED}
        elif not any(arg.shape == e.shape and not _is_thin(arg) for arg in (e.args[:1] if e.op == "where" else e.args)):
            first = next((arg for arg in e.args if arg.op in REPEATED), None)
            if first is not None:
                found.setdefault(first, "alone")
    return found | {root: "whole" for root in roots if root.op in REPEATED}


def _is_thin(e: Node) -> bool:
    """Whether an array is a repetition, or diagonal: some languages keep such ones apart and do not repeat others
    along them."""
    return e.op in REPEATED or e.op in ("eye", "diagonal_matrix") or (
        e.op in ("multiply", "divide", "negate", "transpose", "matmul") and all(
            _is_thin(arg) for arg in e.args if arg.shape))
