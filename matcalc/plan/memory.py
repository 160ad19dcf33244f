"""The most memory that computed arrays take at one time, where each is given up after its last use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from matcalc.core.expr import Expr, postorder
from matcalc.plan.kernels import BY_ENTRIES
from matcalc.plan.names import LEAVES, VIEWS
from matcalc.plan.node import Node, ordered
from matcalc.plan.written import VIEWS as TURNED
from matcalc.plan.written import steps

T = TypeVar("T", bound=Hashable)


def of_plan(roots: Sequence[Node], entries: Callable[[Node], int]) -> int:
    """Entries that a plan needs besides its inputs; what is done entry by entry is done in the place of an operand
    that dies."""
    def made(e: Node) -> list[int]:
        return [0 if e.op in LEAVES | VIEWS else entries(e)]

    return _peak(ordered(*roots), lambda e: e.args, made, lambda e: e.op in VIEWS, lambda e: e.op in BY_ENTRIES, roots)


def as_written(roots: Sequence[Expr], length: Callable[[str], int]) -> int:
    """Entries that the formulas need as they stand."""
    found = {e: [step.entries.at(length) for step in made] for e, made in steps(roots).items()}
    return _peak(postorder(*roots), lambda e: e.args, lambda e: found.get(e) or [0], lambda e: e.kind in TURNED,
                 lambda _: False, roots)


def _peak(order: Iterable[T], operands: Callable[[T], Sequence[T]], made: Callable[[T], Sequence[int]],
          is_view: Callable[[T], bool], overwrites: Callable[[T], bool], roots: Sequence[T]) -> int:
    order = list(order)
    base: dict[T, T] = {}
    for e in order:
        base[e] = base[operands(e)[0]] if is_view(e) and operands(e) else e
    uses = Counter(base[arg] for e in order if not is_view(e) for arg in dict.fromkeys(operands(e)))
    uses.update(base[root] for root in roots)
    live = most = 0
    held: dict[T, int] = {}
    for e in order:
        if is_view(e):
            continue
        parts, own = made(e), [base[arg] for arg in dict.fromkeys(operands(e))]
        dying = [held[arg] for arg in own if uses[arg] == 1 and held.get(arg) == parts[-1]]
        before = 0
        for k, part in enumerate(parts):
            reused = parts[-1] if k == len(parts) - 1 and overwrites(e) and dying else 0
            most = max(most, live + before + part - reused)
            before = part
        held[e] = parts[-1]
        live += parts[-1]
        for arg in own:
            uses[arg] -= 1
            live -= held.get(arg, 0) if uses[arg] == 0 else 0
    return most


__all__ = ["as_written", "of_plan"]
