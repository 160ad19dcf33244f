"""What matcalc remembers, and when it forgets: interned expressions, and what is known of them, for a row of questions.

Equal expressions are one object because one table holds them all. That table and every memo belong to the session. A
question leaves some sixty nodes behind that nobody asks for again; so between two questions, when enough new ones have
come together, the session forgets: memos are emptied, and of the nodes those stay that somebody still holds (a
derivation of the user, a rule block, a constant of a module). They are the same objects as before, hence equality by
`is` holds among all expressions alive, whenever they were made.

Nothing that is remembered changes an answer, it only spares work, with two things to mind. A law is read when the
functions it speaks of are `met`: it cannot match before, so reading it later is the same. And while a law is read its
function has no laws; the transposes and products built meanwhile may be other ones, and neighbours stay apart that do
not later, so these go into tables of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, get_ident
from threading import enumerate as threads
from typing import Any, TypeVar
from weakref import ref

MOST_NEW = 5_000  # nodes made since the last time; some megabytes with all that is known of them
T = TypeVar("T")
E = TypeVar("E")  # an expression: the session lies below them, and only keeps them
M = TypeVar("M", bound=dict[Any, Any])


class Session:
    """The tables of a row of questions: `nodes` holds every expression, `met` the names of functions of which there
    are calls (and eye, of which laws speak as well), `transposes`, `conjugates` and `products` those known, `apart`
    the neighbours of which a product makes nothing, and whether one is a power, which may cancel with more than its
    neighbour; `held` is how many nodes were still in use when it last forgot.

    There is one in a process, SESSION: with two tables of nodes, equal expressions could be two objects.
    """

    def __init__(self) -> None:
        self.nodes: dict[Any, Any] = {}
        self.met: set[str] = set()
        self.transposes: dict[Any, Any] = {}
        self.conjugates: dict[Any, Any] = {}
        self.products: dict[Any, Any] = {}
        self.apart: dict[tuple[Any, Any], bool] = {}
        self._memos: list[Callable[[], None]] = []
        self.held = 0
        self._asking: set[int] = set()
        self._gate = Lock()

    def memo(self, table: M) -> M:
        """`table`, which is emptied whenever the session forgets."""
        self._memos.append(table.clear)
        return table

    def cached(self, function: Callable[[E], T]) -> Callable[[E], T]:
        """`function` with a memo."""
        remembering = cache(function)
        self._memos.append(remembering.cache_clear)
        return remembering

    @contextmanager
    def unremembered(self) -> Iterator[None]:
        """Without the transposes, products and neighbours known before; those found meanwhile leave no trace."""
        known = self.transposes, self.conjugates, self.products, self.apart
        self.transposes, self.conjugates, self.products, self.apart = {}, {}, {}, {}
        try:
            yield
        finally:
            self.transposes, self.conjugates, self.products, self.apart = known

    def rest(self) -> None:
        """A moment between two questions: forget, if enough has come together.

        What another thread is in the middle of is not taken away: where others have asked and are alive, the session
        waits until they are gone, or somebody calls `forget` at a quiet moment.
        """
        with self._gate:
            self._asking.add(get_ident())
            if len(self.nodes) - self.held > MOST_NEW:
                self._asking.intersection_update(thread.ident or 0 for thread in threads())
                if len(self._asking) == 1:
                    self.forget()

    def forget(self) -> None:
        """Empty the memos, and let go of every node that nobody else holds."""
        for empty in self._memos:
            empty()
        self.transposes.clear()
        self.conjugates.clear()
        self.products.clear()
        self.apart.clear()
        made = [ref(e) for e in self.nodes.values()]
        self.nodes.clear()
        kept = [e for e in (r() for r in made) if e is not None]
        self.nodes.update(((e.kind, e.args, e.data, e.shape), e) for e in kept)
        self.met.clear()
        kinds = [(e.kind.value, e) for e in kept]
        self.met.update(e.data.name if kind == "call" else kind for kind, e in kinds if kind in ("call", "eye"))
        self.held = len(kept)


SESSION = Session()
