"""Chains of matrices, read aloud: entries X[1,2], sums over entries, squared norms, transposed sums as (A x - b)'."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import hadamard, num, power, transpose
from matcalc.algebra.conjugation import adjoint, barred, conjugate
from matcalc.algebra.facts import grams, roots
from matcalc.algebra.transposition import upright
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CHAIN,
    EYE,
    HAD,
    MATPOW,
    ONES,
    POW,
    SLICE,
    TRACE,
    TRANSPOSE,
    UNIT,
    Expr,
    node,
    postorder,
)
from matcalc.core.parts import base_and_exponent, entry_factors
from matcalc.limits import spend
from matcalc.printers.view import AS_TYPED, Part, View, chain

ANCHORED = "anchored"  # the literal part of a vector of ones whose size stands beside it
_TURNED = (ADD, HAD, POW, BLOCK, SLICE)


def sizeless(roots: Sequence[Expr]) -> list[Expr]:
    """Formulas in which no vector of ones says its size, for lines of a text that has said it."""
    new: dict[Expr, Expr] = {}
    for e in postorder(*roots):
        args = tuple(new.get(arg, arg) for arg in e.args)
        if e.kind is ONES and 1 in e.shape:
            new[e] = node(ONES, (), ANCHORED, e.shape)
        elif args != e.args:
            new[e] = node(e.kind, args, e.data, e.shape)
    return [new.get(e, e) for e in roots]


def view_chain(e: Expr) -> View:
    """A product of matrices; one that is 1×1 may be read as a norm, a sum of entries or a word x'Ax."""
    shown = _shown(e)
    assert isinstance(shown, View)
    return shown


def view_trace(e: Expr) -> View:
    """A trace, or ‖U‖² for tr(U'U), or tr(UᴴU), where U contains a sum."""
    if is_norm_squared(e):
        norm = view_norm(e)
        assert norm is not None
        return View("integer power", (norm,), (2,))
    inside = e.args[0]
    if inside.kind is CHAIN and [f.kind is TRANSPOSE for f in inside.args] == [False, True]:
        return View("trace", (_product(inside.args[::-1]),))  # tr(X'X), as everybody writes it
    if inside.kind is CHAIN and not e.varies and (form := _quadratic(e)) is not None:
        return View("trace", (_product(form),))
    return View("trace", (inside,))


def _quadratic(e: Expr) -> tuple[Expr, ...] | None:
    """Wᴴ, S, W of a trace tr(S W Wᴴ), of real matrices W' S W."""
    found = [gram for gram in grams(e) if gram.middle is not None]
    words = [(*map(adjoint, reversed(gram.half)), gram.middle, *gram.half) for gram in found if gram.middle]
    return None if not words or e.args[0].args in words else min(words, key=lambda word: word[-1].flips)


def view_matrix_power(e: Expr) -> View:
    """A⁻¹, or another whole power of a square matrix."""
    return View("inverse", e.args) if e.data == -1 else View("matrix power", e.args, (e.data,))


def view_transpose(e: Expr) -> View:
    """X', or A⁻ᵀ where X is A⁻¹."""
    inner = e.args[0]
    bare = barred(inner)
    other = conjugate(inner) if bare is None else bare
    sign, shown = ("adjoint", other) if bare is not None or other.flips < inner.flips else ("transpose", inner)
    if shown.kind is MATPOW and shown.data == -1:
        return View(f"inverse {sign}", shown.args)
    return View(sign, (shown,))


def view_conjugate(e: Expr) -> View:
    """A letter with a bar."""
    return View("conjugate", e.args)


def view_factor(e: Expr) -> Part:
    """A matrix behind scalars."""
    return e if e.kind in (CHAIN, EYE, ONES) else view_upright(e)


def view_upright(e: Expr) -> Part:
    """A factor that is a sum or an elementwise product: transposed as a whole where that saves transposes."""
    if e.kind in _TURNED and not e.is_scalar:
        if e.complex and (shown := _with_sign(e)) is not None:
            return shown
        turned = transpose(e)
        if turned.flips < e.flips and upright(e)[1]:
            return View("transpose", (turned,))
    return e


def _with_sign(e: Expr) -> View | None:
    """(A x − b)ᴴ, where that saves most signs."""
    found = min((("", e), ("transpose", transpose(e)), ("adjoint", adjoint(e)), ("conjugate", conjugate(e))),
                key=lambda pair: (pair[1].flips, bool(pair[0])))
    return View(found[0], (found[1],)) if found[0] not in ("", "transpose") else None


def is_word(e: Expr) -> bool:
    """Whether `e` is shown as a product that is 1×1, x'Ax."""
    shown = _shown(e) if e.kind is CHAIN and e.is_scalar else e
    return isinstance(shown, View) and shown.op == "word"


def root_of_squares(e: Expr) -> Expr | None:
    """A ∘ B of the scalar Σ (A ∘ B)², which is read as tr(A^∘2 (B^∘2)') or as a product of vectors."""
    word = e.args[0] if e.kind is TRACE else e
    if not e.is_scalar or word.kind is not CHAIN or len(word.args) != 2:
        return None
    first, second = (transpose(word.args[0]), word.args[1]) if e is word else (word.args[0], transpose(word.args[1]))
    powers = [base_and_exponent(f) for f in (*entry_factors(first), *entry_factors(second))]
    if any(k.denominator != 1 or k % 2 or k <= 0 for _, k in powers):
        return None
    return hadamard(*(power(base, num(k / 2)) for base, k in powers))


def view_norm(e: Expr) -> View | None:
    """‖u‖ where `e` is u'u or tr(U'U)."""
    if e.data is AS_TYPED and e.kind is TRACE and e.args[0].kind is MATPOW and e.args[0].data == 2:
        return View("normF", (e.args[0].args[0],))  # of a symmetric matrix
    if (root := root_of_squares(e)) is not None:
        return View("norm2" if e.kind is CHAIN else "normF", (root,))
    halves = roots(e)
    return View("norm2" if e.kind is CHAIN else "normF", (_product(min(halves, key=_flips)),)) if halves else None


def is_norm_squared(e: Expr) -> bool:
    """Whether u'u is better read as ‖u‖²: when it was typed so, u contains a sum, or is a product entry by entry."""
    if e.data is AS_TYPED:
        return view_norm(e) is not None
    inner = e.args[0] if e.kind is TRACE else e
    if inner.kind is not CHAIN:
        return False
    return root_of_squares(e) is not None or (any(f.kind is ADD for f in inner.args) and view_norm(e) is not None)


def _flips(factors: Sequence[Expr]) -> int:
    return sum(f.flips for f in factors)


def _shown(e: Expr) -> Part:
    if not e.is_scalar:
        return _product(e.args)
    first, last = e.args[0], e.args[-1]
    if first.kind is ONES:
        inside = e.args[1:-1] if last.kind is ONES else e.args[1:]
        return View("total", (_product(inside),))
    if is_norm_squared(e):
        return View("integer power", (view_norm(e) or e,), (2,))
    shown = _product(e.args)
    return View("word", shown.parts) if isinstance(shown, View) and shown.op == "chain" else shown


def _product(factors: Sequence[Expr]) -> Part:
    """The factors side by side; basis vectors at the ends of others become indices."""
    if len(factors) == 1:
        return view_upright(factors[0])
    spend(len(factors))
    parts: list[Part] = []
    i = 0
    while i < len(factors):
        left = _index(factors[i], True) if i + 1 < len(factors) else 0
        i += bool(left)
        right = _index(factors[i + 1], False) if i + 1 < len(factors) else 0
        parts.append(_indexed(factors[i], left, right) if left or right else _plain(factors, i))
        i += 1 + bool(right)
    return chain(parts, factors[-1].shape[1] == 1 != factors[0].shape[0])


def _index(f: Expr, row: bool) -> int:
    """The index i where `f` is a basis vector, as a row e_i' or as a column e_i; else 0."""
    e = f.args[0] if row and f.kind is TRANSPOSE else f
    return int(e.data) if e.kind is UNIT and (e is not f) == row else 0


def _indexed(f: Expr, left: int, right: int) -> View:
    """e_i' F e_j, e_i' F or F e_j as X[i,j], X[i,:] or X[:,j], without a transpose inside the brackets."""
    e, turned = (f.args[0], True) if f.kind is TRANSPOSE else upright(f)
    row, column = (right, left) if turned else (left, right)
    if row and column:
        return View("entry", (e,), (row, column))
    if e.shape[1] == 1:
        return View("vector entry", (e,), (row,))
    if e.shape[0] == 1:
        return View("row entry", (e,), (column,))
    cut = View("row", (e,), (row,)) if row else View("column", (e,), (column,))
    return View("transpose", (cut,)) if turned else cut


def _plain(factors: Sequence[Expr], i: int) -> Part:
    """A factor as it is; a vector of ones needs no size where its neighbour has it."""
    f = factors[i]
    if f.kind is not ONES:
        return view_upright(f)
    if f.shape[1] == 1:
        return View("one" if i or f.data == ANCHORED else "ones vector", (), (f.shape[0],))
    is_seen = i + 1 < len(factors) or f.data == ANCHORED
    return View("transpose", (View("one" if is_seen else "ones vector", (), (f.shape[1],)),))
