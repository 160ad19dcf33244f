"""Which parts of a product or a sum can meet when it is multiplied out, and how large it is above its atoms.

Above an atom stand only sums, products and whole powers; what a function is applied to is inside the atom, unless the
function is linear. Multiplying out P (a + b) makes a formula longer, so there must be something that cancels, merges or
is shared afterwards: an atom that two operands have.
"""

from __future__ import annotations

from matcalc.algebra import ones
from matcalc.algebra.application import linear_params
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    EYE,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    POW,
    TRACE,
    TRANSPOSE,
    ZEROS,
    Expr,
    Kind,
    Memo,
)
from matcalc.session import SESSION
from matcalc.simplification.length import cost

MOST, MOST_SYMBOLS = 100, 220  # nodes above the atoms, or symbols in all, of what is multiplied out
SMALL = 16  # up to here nothing is asked before
_WITH_ONES = 24  # up to here sums of rows and columns count, which are in every row of a network
_INNER = frozenset({ADD, MUL, CHAIN, HAD, POW, MATPOW})
_THROUGH: frozenset[Kind] = _INNER | {TRANSPOSE, TRACE}
_SILENT = frozenset({NUM, EYE, ZEROS})  # constants meet everything and cancel nothing


@SESSION.memo
@Memo
def _sizes(e: Expr) -> int:
    return 1 + sum(map(_sizes.__getitem__, e.args)) if e.kind in _INNER else 1


@SESSION.memo
@Memo
def _atoms(e: Expr) -> frozenset[Expr]:
    if e.kind in _SILENT or not _is_within(e):
        return frozenset()
    if e.kind in _THROUGH:
        return frozenset().union(*map(_atoms.__getitem__, e.args))
    if e.kind is CALL:
        return frozenset({e}).union(*(_atoms[e.args[i]] for i in linear_params(e.data)))
    return frozenset({ones(e.shape[1], 1) if e.kind is ONES and e.shape[0] == 1 else e})


def _is_within(e: Expr) -> bool:
    return _sizes[e] <= MOST or cost(e) <= MOST_SYMBOLS


def size(e: Expr) -> int:
    """The nodes above the atoms of `e`, each as often as it is written."""
    return _sizes[e]


def meeting(e: Expr) -> frozenset[Expr] | None:
    """The atoms that two operands of `e` have; None where `e` is so small that nothing need be asked."""
    if _sizes[e] <= SMALL:
        return None
    if not _is_within(e):
        return frozenset()
    seen: set[Expr] = set()
    twice: set[Expr] = set()
    for arg in e.args:
        twice |= seen & _atoms[arg]
        seen |= _atoms[arg]
    return frozenset(twice if _sizes[e] <= _WITH_ONES else (atom for atom in twice if atom.kind is not ONES))


def meets(e: Expr, atoms: frozenset[Expr] | None) -> bool:
    """Whether one of the atoms is in `e`; None stands for all."""
    return atoms is None or not atoms.isdisjoint(_atoms[e])
