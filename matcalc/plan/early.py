"""The order in which arrays are computed where one takes the place of another: what else that one is needed for comes
first. So of Σ exp(Z) − ⟨Y, Z⟩ the product with Y comes before exp(Z), which then needs no array of its own.

Any order in which operands stand first computes the same; only what is small is moved to the front.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from matcalc.plan.names import LEAVES, VIEWS
from matcalc.plan.node import Node


def reductions_first(order: Sequence[Node], roots: Collection[Node],
                     has_place: Callable[[Node], bool]) -> tuple[list[Node], set[Node]]:
    """The order, and what was moved to the front in it; `has_place` tells what can take the place of an operand."""
    return _Order(order, roots, has_place).made()


class _Order:
    def __init__(self, order: Sequence[Node], roots: Collection[Node], has_place: Callable[[Node], bool]) -> None:
        self.order, self.has_place = order, has_place
        self.roots = set(map(_seen, roots))
        self.users: dict[Node, list[Node]] = defaultdict(list)
        for e in order:
            for arg in dict.fromkeys(map(_seen, e.args)):
                self.users[arg] += [] if e.op in VIEWS else [e]
        self.found: dict[Node, None] = {}

    def made(self) -> tuple[list[Node], set[Node]]:
        early: set[Node] = set()
        for e in self.order:
            if e not in self.found and len(e.shape) > 1 and self.has_place(e):
                for arg in e.args:
                    moved = self._moved(e, arg)
                    early.update(moved)
                    for user in moved:
                        self._put(user)
            self._put(e)
        return list(self.found), early

    def _moved(self, e: Node, arg: Node) -> list[Node]:
        """What else the array `arg` is needed for that `e` may take the place of, where all of it can come first."""
        if arg.op in LEAVES or arg.op in VIEWS or arg.shape != e.shape or arg in self.roots:
            return []
        others = [user for user in self.users[arg] if user not in self.found and user is not e]
        return others if all(len(u.shape) < len(arg.shape) and self._is_ready(u) for u in others) else []

    def _is_ready(self, e: Node) -> bool:
        return all(arg in self.found or arg.op in LEAVES or (arg.op in VIEWS and self._is_ready(arg)) for arg in e.args)

    def _put(self, e: Node) -> None:
        for arg in e.args:
            if arg not in self.found:
                self._put(arg)
        self.found[e] = None


def _seen(e: Node) -> Node:
    """What a view shows."""
    while e.op in VIEWS:
        e = e.args[0]
    return e
