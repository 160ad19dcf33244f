"""The stable form: what a formula is computed from, so that its value is right wherever it has one.

A printed formula is the book's; log(1 + exp(x)) overflows at 1000 and is 0 at −50. The blocks of the rules say how such
things are computed (the field `stable`), and which functions a body is one of (`folds`). Here they are used wherever
they apply, in what a derivative has become as well: on whole nodes, some terms of a sum, some factors of a product.
Nothing of it is shown, and no condition follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.algebra import apply, hadamard, multiply, num, ones, rebuild, transpose
from matcalc.algebra.addition import coefficient
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MUL, VAR, Expr, Table, node, postorder
from matcalc.core.function import Function, Law, Statement
from matcalc.rulebook.book import Rulebook
from matcalc.session import SESSION
from matcalc.simplification.closed_form import called
from matcalc.simplification.fold import Folding
from matcalc.stability.bernstein import in_bernstein_form
from matcalc.stability.matching import takes_rest
from matcalc.stability.rewriting import in_chain, in_product, in_sum, in_words, whole

_MOST_REWRITINGS = 100  # one after the other; laws of a user might never end
Rewriting = Callable[[Law, Expr], Iterator[Expr]]


def stable(e: Expr, book: Rulebook) -> Expr:
    """What `e` is computed from, by the stable laws of `book`."""
    if book not in _forms:
        _forms[book] = _Stable(book)
    return _forms[book][e]


class _Stable(Table[Expr]):
    """The stable form of each node."""

    def __init__(self, book: Rulebook) -> None:
        self._folding = Folding(book)
        self._laws = Laws(book, "stable")
        self._open: set[Expr] = set()

    def value(self, e: Expr) -> Expr:
        """A law is tried before operands are replaced, which it may speak of; one that takes what it finds, after."""
        if e in self._open or not e.args or len(self._open) > _MOST_REWRITINGS:
            return e
        self._open.add(e)
        try:
            return next((self[found] for found in self._rewritten(e) if found is not e), e)
        finally:
            self._open.discard(e)

    def _rewritten(self, e: Expr) -> Iterator[Expr]:
        present = called(e)
        laws = self._laws.at(e, present)
        for law, way in laws:
            if not takes_rest(law.pattern):
                yield from way(law, e)
        yield self._folding.folded(e, present)
        yield from self._of_inner_product(e)
        yield from _masked(e)
        if e.kind is ADD and present:
            yield from in_bernstein_form(e)
        if e.shape[0] == 1 != e.shape[1]:
            yield from self._of_row(e)
        yield rebuild(e, [self[arg] for arg in e.args])
        for law, way in laws:
            if takes_rest(law.pattern):
                yield from way(law, e)

    def _of_row(self, e: Expr) -> Iterator[Expr]:
        """What is said of columns is said of rows."""
        if e.kind is ADD:
            yield transpose(self[transpose(e)])
        elif e.kind is CALL and e.data.has("equivariant") and len(e.args) == 1:
            column = node(CALL, (transpose(e.args[0]),), e.data, e.shape[::-1])
            for law, way in self._laws.at(column, called(column)):
                yield from map(transpose, way(law, column))
            if (found := self._folding.folded(column, called(column))) is not column:
                yield transpose(found)

    def _of_inner_product(self, e: Expr) -> Iterator[Expr]:
        """u'v is the sum of u∘v, whose factors may belong together."""
        if e.kind is not CHAIN or not e.is_scalar or len(e.args) != 2:
            return
        entries = hadamard(transpose(e.args[0]), e.args[1])
        if entries.kind is HAD:
            for law, way in self._laws.at(entries, called(entries)):
                for found in way(law, entries):
                    yield multiply(ones(1, found.shape[0]), found)


def _masked(e: Expr) -> Iterator[Expr]:
    """f(C, X)∘Y is f(C, X∘Y) where f only leaves entries out: those without a value in Y, 1/x or log x, may be among
    them."""
    if e.kind is not HAD and not (e.kind is MUL and e.is_scalar and len(e.args) > 1):
        return
    for i, f in enumerate(e.args):
        if f.kind is CALL and f.data.has("masks"):
            join = hadamard if e.kind is HAD else multiply
            inside = join(f.args[-1], *e.args[:i], *e.args[i + 1:])
            found = apply(f.data, *f.args[:-1], inside)
            yield multiply(num(e.data), found) if e.kind is MUL else found


class Laws:
    """The laws of a rulebook in one field, each read when a formula has the functions that it speaks of."""

    def __init__(self, book: Rulebook, field: str) -> None:
        self._book = book
        self._said = [(f, said, book.calls_in(said.text.partition(":")[2].partition("=>")[0]))
                      for name in book.names_stating(field) for f in book.overloads(name)
                      for said in f.statements(field)]
        self.names = frozenset(name for _, _, needs in self._said for name in needs)
        self._read: dict[tuple[Function, Statement], list[Law]] = {}
        self._ready: dict[frozenset[str], dict[object, list[tuple[Law, Rewriting]]]] = {}

    def at(self, e: Expr, present: frozenset[str]) -> list[tuple[Law, Rewriting]]:
        """The laws that can match `e`, below which these functions are called."""
        if present not in self._ready:
            table: dict[object, list[tuple[Law, Rewriting]]] = {}
            for f, said, needs in self._said:
                for law in self._of(f, said) if needs <= present else ():
                    for key, way in _ways(law):
                        table.setdefault(key, []).append((law, way))
            self._ready[present] = table
        return self._ready[present].get(_key(e), [])

    def _of(self, f: Function, said: Statement) -> list[Law]:
        if (f, said) not in self._read:
            self._read[f, said] = [_plain(law) for law in self._book.stable_laws(f, said)]
        return self._read[f, said]


def _plain(law: Law) -> Law:
    """The law without a number in front of its left side."""
    q, left = coefficient(law.pattern)
    return law._replace(pattern=left, replacement=multiply(num(1 / q), law.replacement))


def _key(e: Expr) -> object:
    return e.data if e.kind is CALL else e.kind


def _ways(law: Law) -> Iterator[tuple[object, Rewriting]]:
    """Where a law is looked for, and how."""
    p = law.pattern
    if p.kind is ADD:
        yield ADD, in_sum
    elif p.kind is HAD or (p.kind is MUL and p.is_scalar):
        yield p.kind, whole if _takes_all(p) else in_product
    elif p.kind is MUL:
        yield MUL, in_words
    elif p.kind is CHAIN:
        yield CHAIN, in_chain
    else:
        yield _key(p), whole


def _takes_all(product: Expr) -> bool:
    """Whether one factor of a pattern is whatever the others leave, whatever its powers are: the X of step(C)∘X."""
    return any(f.kind is VAR and all(g is f or f not in postorder(g) for g in product.args) for f in product.args)


_forms: dict[Rulebook, _Stable] = SESSION.memo({})
