"""Chains of matrix factors: flat, neighbours merged (X X⁻¹ = I, X² X = X³), scalar words taken out.

Where an inner dimension is one the chain falls apart: x y' z = (y' z) x. A piece that is 1×1 is a scalar word, and of
a word and its transpose one is canonical (x'A'y = y'Ax).
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import calls, flip, matpow, products, words
from matcalc.algebra.atoms import ONE, eye, num, ones, zeros
from matcalc.algebra.sums import primitive
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, MATPOW, MUL, ONES, TRANSPOSE, UNIT, VAR, ZEROS, Expr, node
from matcalc.limits import spend


def chain(factors: Sequence[Expr]) -> Expr:
    """The product of two or more matrices, none of them 1×1."""
    rows, columns = factors[0].shape[0], factors[-1].shape[1]
    scalars, stack = reduce(factors)
    if any(f.kind is ZEROS for f in stack):
        return zeros(rows, columns)
    pieces = split(stack)
    matrices = [f for piece in pieces if not _is_word(piece) for f in piece]
    scalars += [words.word(piece) for piece in pieces if _is_word(piece)]
    if not matrices:
        return products.multiply(*scalars) if (rows, columns) == (1, 1) else products.multiply(*scalars, eye(rows))
    return products.multiply(*scalars, _join(matrices))


def _is_word(piece: list[Expr]) -> bool:
    return piece[0].shape[0] == 1 and piece[-1].shape[1] == 1


def _join(matrices: list[Expr]) -> Expr:
    if len(matrices) == 1:
        return matrices[0]
    for i, f in enumerate(matrices[:-2]):
        is_applied = f.kind is CALL and matrices[-1].shape[1] == 1
        together = calls.pair_law(f, _join(matrices[i + 1:])) if is_applied else None
        if together is not None:  # diag(x) A y = x ∘ (A y)
            return products.multiply(*matrices[:i], together)
    shape = (matrices[0].shape[0], matrices[-1].shape[1])
    if len(matrices) == 2 and all(f.kind is ONES for f in matrices):
        return ones(*shape)
    return node(CHAIN, tuple(matrices), None, shape)


def split(factors: list[Expr]) -> list[list[Expr]]:
    """Cut a chain wherever an inner dimension is one."""
    pieces: list[list[Expr]] = []
    for f in factors:
        if not pieces or f.shape[0] == 1:
            pieces.append([])
        pieces[-1].append(f)
    return pieces


def reduce(factors: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Flatten and cancel neighbours; returns the scalars that came out and the factors that stay."""
    scalars: list[Expr] = []
    stack: list[Expr] = []
    todo = list(reversed(factors))
    while todo:
        spend()
        f = todo.pop()
        if f.kind is CHAIN and not f.is_scalar:
            todo.extend(reversed(f.args))
        elif f.is_scalar:
            scalars.append(f)
        elif f.kind is MUL:
            scalars += [num(f.data), *f.args[:-1]]
            todo.append(f.args[-1])
        elif f.kind is ONES and 1 not in f.shape:
            todo += [ones(1, f.shape[1]), ones(f.shape[0], 1)]
        elif f.kind is not EYE:
            _push(f, stack, todo, scalars)
    return scalars, stack


def _push(f: Expr, stack: list[Expr], todo: list[Expr], scalars: list[Expr]) -> None:
    if f.kind is ADD:
        content, f = primitive(f)
        if content != 1:
            scalars.append(num(content))
    if f.kind not in (ADD, ZEROS) or stack:
        merged = _merge(stack, f)
        if merged is not None:
            todo.extend(reversed(merged))
            return
    stack.append(f)


def _merge(stack: list[Expr], f: Expr) -> list[Expr] | None:
    """What the end of the stack and `f` make together, with that end removed; None where they stay apart."""
    if not stack:
        return None
    last = stack[-1]
    together = _constants(last, f)
    if together is None:
        together = calls.pair_law(last, f)
    if together is None and last.shape[0] == f.shape[1]:
        together = _powers(last, f)
    if together is not None:
        stack.pop()
        return [together]
    return _long_inverse(stack, f)


def _powers(a: Expr, b: Expr) -> Expr | None:
    (base, i), (other, j) = base_and_exponent(a), base_and_exponent(b)
    if base is other:
        return matpow.matrix_power(base, i + j)
    if (is_orthogonal(b) and flip.transpose(b) is a) or (is_orthogonal(a) and a.is_square and flip.transpose(a) is b):
        return eye(a.shape[0])
    return None


def is_orthogonal(e: Expr) -> bool:
    return e.kind is VAR and bool(e.data.known("orthogonal"))


def base_and_exponent(f: Expr) -> tuple[Expr, int]:
    """f = base^k, also through a transpose: (X⁻¹)' has base X' and exponent −1."""
    if f.kind is MATPOW:
        return f.args[0], f.data
    if f.kind is TRANSPOSE and f.args[0].kind is MATPOW:
        return flip.transpose(f.args[0].args[0]), f.args[0].data
    return f, 1


def _long_inverse(stack: list[Expr], f: Expr) -> list[Expr] | None:
    """(X Y)⁻¹ X Y = I and X Y (X Y)⁻¹ = I, where the inverse of the product could not be split."""
    base = _inverted_chain(f)
    if base is not None and tuple(stack[-len(base.args):]) == base.args:
        del stack[-len(base.args):]
        return [matpow.matrix_power(base, base_and_exponent(f)[1] + 1)]
    for i in range(len(stack) - 1, max(-1, len(stack) - 16), -1):
        base = _inverted_chain(stack[i])
        if base is not None and base.args == (*stack[i + 1:], f):
            k = base_and_exponent(stack[i])[1]
            del stack[i:]
            return [matpow.matrix_power(base, k + 1)]
    return None


def _inverted_chain(f: Expr) -> Expr | None:
    """The product of which `f` is a negative power, also through a transpose."""
    power = f.args[0] if f.kind is TRANSPOSE else f
    if power.kind is not MATPOW or power.data > 0 or power.args[0].kind is not CHAIN:
        return None
    base = base_and_exponent(f)[0]
    return base if base.kind is CHAIN else None


def _constants(a: Expr, b: Expr) -> Expr | None:
    """Products of basis vectors and vectors of ones; rows of a one-hot matrix sum to one."""
    if a.shape[0] == 1 and b.shape[1] == 1:
        left = flip.transpose(a)
        if {left.kind, b.kind} == {UNIT}:
            return num(left.data == b.data)
        if {left.kind, b.kind} == {UNIT, ONES}:
            return ONE
        if {left.kind, b.kind} == {ONES}:
            return products.dimension(b.shape[0])
    if _sums_to_one(a) and b.kind is ONES:
        return ones(a.shape[0], b.shape[1])
    if a.kind is ONES and _sums_to_one(flip.transpose(b)):
        return ones(a.shape[0], b.shape[1])
    return None


def _sums_to_one(e: Expr) -> bool:
    """A one-hot matrix has rows that sum to one, a one-hot vector entries that do."""
    if e.kind is TRANSPOSE and e.shape[0] == 1:
        e = e.args[0]
        return e.kind is VAR and bool(e.data.known("onehot"))
    return e.kind is VAR and e.shape[1] != 1 and bool(e.data.known("onehot"))
