"""Letters for nameless indices: an expression as it is shown, in which every sum has the letter that was typed.

A letter is taken again where two sums stand side by side, never inside a sum that has it. What is made here is for
display only: it is no normal form, and nothing computes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from itertools import chain, count
from operator import attrgetter
from typing import Any

from matcalc.algebra.addition import add
from matcalc.core.dims import Dim, Poly
from matcalc.core.dims import names as dim_names
from matcalc.core.expr import ADD, INDEX, IVERSON, MUL, OVER, VAR, Expr, Memo, node, postorder
from matcalc.core.indices import Axis, Index, Ref
from matcalc.printers.reductions import APART, PLAIN_EQUALITY
from matcalc.printers.symbols import parts
from matcalc.session import SESSION

Letters = Sequence[tuple[str, Axis]]
Places = dict[Index, Index]

_USUAL = "ijklmpqrstuvabcdefghwxyznoIJKLMPQRST"
_SIGNS = {"Sigma": "sum", "Pi": "prod"}  # letters that are the sign of a reduction as well


@SESSION.memo
@Memo
def lacks_letters(e: Expr) -> bool:
    """Whether a nameless index occurs below a node."""
    if e.kind is OVER and e.data[1].is_nameless:
        return True
    return any(index.is_nameless for index in e.free) or any(lacks_letters[arg] for arg in e.args)


def lettered(e: Expr, letters: Letters = (), taken: Collection[str] = (), leaves: Container[Expr] = ()) -> Expr:
    """`e` for display: each of its sums with the first of the typed `letters` that has its range and nothing around it
    has, else with the next usual one that is no name in `e` nor among `taken`. What is among `leaves` stays."""
    return e if not lacks_letters[e] else _Lettering(e, letters, taken, leaves).shown()


def letters_for(indices: Iterable[Index], among: Expr, letters: Letters = (), taken: Collection[str] = ()) -> Places:
    """A letter for each of several indices of the parts of `among` that has none, by the same rule and none twice."""
    rule, found = _Lettering(among, letters, taken, ()), dict[Index, Index]()
    around = frozenset(index.name for index in among.free if not index.is_nameless)
    for index in sorted((index for index in indices if index.is_nameless), key=attrgetter("rank")):
        found[index] = rule.letter(index, around)
        around |= {found[index].name}
    return found


class _Lettering:
    """The letters of one expression."""

    def __init__(self, root: Expr, letters: Letters, taken: Collection[str], leaves: Container[Expr]) -> None:
        self.root, self.letters, self.leaves = root, letters, leaves
        names = {e.data.name for e in postorder(root) if e.kind is VAR}
        self.apart = {parts(name)[0] for name in (*names, *taken)}
        self.taken = {*taken, *names, *names_in(root), *(letter for letter, _ in letters)}
        self.forbidden = {*taken} - {letter for letter, _ in letters if letter not in names}
        self.done: dict[tuple[Expr, frozenset[tuple[Index, Index]], frozenset[str]], Expr] = {}

    def shown(self) -> Expr:
        """The root; an index that is free and nameless is as if a sum around it had it."""
        around = frozenset(index.name for index in self.root.free if not index.is_nameless)
        places: Places = {}
        for index in sorted((index for index in self.root.free if index.is_nameless), key=lambda index: index.rank):
            places[index] = self.letter(index, around)
            around |= {places[index].name}
        return self._written(self.root, places, around)

    def letter(self, index: Index, around: frozenset[str]) -> Index:
        """The letter of an index below sums that have the letters `around`."""
        known = [(letter, axis) for letter, axis in self.letters if letter not in self.forbidden]
        typed = (letter for letter, axis in known if axis == index.axis)
        shorter = (letter for letter, axis in known if Index("", *axis).high == index.high)  # k = 1 … m after k = 0 … m
        usual = (letter for letter in chain(_USUAL, (f"i{k}" for k in count(1))) if letter not in self.taken)
        return index._replace(name=next(letter for letter in chain(typed, shorter, usual) if letter not in around))

    def _written(self, root: Expr, places: Places, around: frozenset[str]) -> Expr:
        """One level of sums: what stands inside is written by itself."""
        done: dict[Expr, Expr] = {}
        for e in self._level(root):
            args = tuple(done.get(arg, arg) for arg in e.args)
            if e.kind is OVER:
                done[e] = self._sum(e, places, around)
            elif e.args:
                done[e] = e if args == e.args else _in_order(e, args)
            else:
                done[e] = self._leaf(e, places)
        return done.get(root, root)

    def _level(self, root: Expr) -> Iterator[Expr]:
        """What is to be written, operands first, without what stands below sums."""
        seen: set[Expr] = set()
        stack = [(root, False)]
        while stack:
            e, expanded = stack.pop()
            if expanded:
                yield e
            elif e not in seen and (e is root or e not in self.leaves) and self._is_open(e):
                seen.add(e)
                stack.append((e, True))
                stack.extend((arg, False) for arg in reversed(e.args) if e.kind is not OVER)

    def _is_open(self, e: Expr) -> bool:
        return lacks_letters[e] or ("delta" in self.apart and e.kind is IVERSON)

    def _sum(self, e: Expr, places: Places, around: frozenset[str]) -> Expr:
        word, index = e.data
        key = e, frozenset((i, places[i]) for i in e.free if i in places), around
        if key not in self.done:
            letter = self.letter(index, around) if index.is_nameless else index
            body = self._written(e.args[0], {**places, index: letter}, around | {letter.name})
            self.done[key] = node(OVER, (body,), (self._word(word), letter), e.shape)
        return self.done[key]

    def _word(self, word: str) -> str:
        """The sign of a reduction, another one where a variable has its letter."""
        return APART[word] if any(_SIGNS.get(name) == word for name in self.apart) else word

    def _leaf(self, e: Expr, places: Places) -> Expr:
        def put(index: Index) -> Ref | None:
            return Ref(places[index]) if index in places else None

        if e.kind is INDEX:
            return node(INDEX, (), e.data.put(put), e.shape)
        if e.kind is IVERSON:
            relation = e.data.put(put)
            if relation.sign == "=" and "delta" in self.apart:
                relation = relation._replace(sign=PLAIN_EQUALITY)
            return node(IVERSON, (), relation, e.shape)
        return node(e.kind, (), e.data._replace(refs=tuple(ref.put(put) for ref in e.data.refs)), e.shape)


def _in_order(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """The operation of `e` on parts that have letters, in the order that letters have."""
    if e.kind is ADD:
        return add(*args)
    if e.kind is MUL and e.is_scalar:
        args = tuple(sorted(args, key=attrgetter("order")))
    return node(e.kind, args, e.data, e.shape)


def names_in(*roots: Expr) -> set[str]:
    """The names of variables, of indices, and of dimensions, also of those that only ones(n), eye(n), K(m,n), a slice
    or the values of an index have."""
    return set().union(*map(_names, roots))


@SESSION.cached
def _names(root: Expr) -> set[str]:
    found = set[str]()
    for part in postorder(root):
        if part.kind is VAR:
            found.add(part.data.name)
        found.update(index.name for index in part.free)
        found.update(name for dim in _dims(part.shape, part.data) for name in dim_names(dim))
    return found


def _dims(*data: Any) -> Iterator[Dim]:
    """The dimensions in the literal parts of a node."""
    for part in data:
        if isinstance(part, int | Poly):
            yield part
        elif isinstance(part, tuple):
            yield from _dims(*part)
