"""Which row of a table spells a kernel: the most special of those that fit.

`add:20` adds a number to a matrix, `add:2c` a vector that is repeated as columns; `dot:same` is of one operand twice;
`sum:2/0` sums the first axis of a matrix away; `fill>1` makes a vector; `reshape:n>n1` makes of a vector a matrix with
one column; `slice:or` takes one place along the first axis and a range along the second, `a` stands for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from matcalc.core.dims import Dim
from matcalc.plan.node import Node

_REPEATED = {"column": "c", "row": "r"}


def variants(e: Node, name: str, inner: Sequence[bool] = ()) -> Iterator[str]:
    """The names of rows that fit a kernel called `name`, the most special first; `inner` says of which operands the
    text of the vector is known that they repeat."""
    rank = len(e.shape)
    letters = [_letters(arg, known) for arg, known in zip(e.args, inner or [False] * len(e.args), strict=True)]
    if e.op == "reshape":
        yield f"{name}:{_ones(e.args[0].shape)}>{_ones(e.shape)}"
    if e.op in ("slice", "take"):
        yield f"{name}:{''.join('a' if p is None else 'o' if p[1] is None else 'r' for p in e.data)}"
    if len(e.args) > 1 and len({*e.args}) == 1:
        yield f"{name}:same"
    for chosen in product(*letters) if len(letters) < 4 else ():
        ranks = "".join(chosen)
        if e.op in ("sum", "prod", "max", "min") and len(e.data) < len(e.args[0].shape):
            yield f"{name}:{ranks}/{e.data[0]}"
        yield f"{name}:{ranks}>{rank}"
        yield f"{name}:{ranks}"
    yield f"{name}>{rank}"
    yield name


def _letters(arg: Node, known: bool) -> list[str]:
    return [*([_REPEATED[arg.op]] if known and arg.op in _REPEATED else []), str(len(arg.shape))]


def _ones(shape: Sequence[Dim]) -> str:
    return "".join("1" if d == 1 else "n" for d in shape)
