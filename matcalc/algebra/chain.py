"""What does not commute: chains of matrix factors, the words among them that are 1×1, and traces.

A chain is flat, its neighbours are merged (X X⁻¹ = I, X² X = X³), scalar words taken out. Where an inner dimension is
one the chain falls apart: x y' z = (y' z) x. A piece that is 1×1 is a scalar word; of a word and its transpose one is
canonical (x'A'y = y'Ax), and u'(v∘w) = sum(u∘v∘w). A trace is linear, blind to transposes, cyclic: of all rotations of
a word and of its transpose one is canonical.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matcalc.algebra import powers, products
from matcalc.algebra.addition import add, primitive, scaled
from matcalc.algebra.commuting import change_places
from matcalc.algebra.conjugation import adjoint
from matcalc.algebra.facts import is_orthogonal
from matcalc.algebra.laws import laws, pair_law
from matcalc.algebra.leaves import ONE, ZERO, eye, num, ones, zeros
from matcalc.algebra.make import MAKE
from matcalc.algebra.segments import FAR, follows, is_power, stay
from matcalc.algebra.transposition import FLIP, all_flipped, reading_order, transpose
from matcalc.core.exponents import ends, is_never_negative
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    EYE,
    HAD,
    MATPOW,
    MUL,
    ONES,
    POW,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    node,
)
from matcalc.core.parts import base_and_exponent, number_scalars_matrix, untransposed
from matcalc.limits import spend
from matcalc.session import SESSION


def chain(factors: Sequence[Expr]) -> Expr:
    """The product of two or more matrices, none of them 1×1."""
    rows, columns = factors[0].shape[0], factors[-1].shape[1]
    scalars, stack = ([], list(factors)) if stay(factors) else _reduce(factors)
    if any(f.kind is ZEROS for f in stack):
        return zeros(rows, columns)
    pieces = _split(stack)
    matrices = [f for piece in pieces if not _is_word(piece) for f in piece]
    scalars += [_word(piece) for piece in pieces if _is_word(piece)]
    if not matrices:
        return products.multiply(*scalars) if (rows, columns) == (1, 1) else products.multiply(*scalars, eye(rows))
    return products.multiply(*scalars, _join(matrices))


def _is_word(piece: list[Expr]) -> bool:
    return piece[0].shape[0] == 1 and piece[-1].shape[1] == 1


def _join(matrices: list[Expr]) -> Expr:
    if len(matrices) == 1:
        return matrices[0]
    for i, f in enumerate(matrices[:-2]) if matrices[-1].shape[1] == 1 else ():
        is_applied = f.kind is CALL or _is_declared(f)
        together = pair_law(f, _join(matrices[i + 1:])) if is_applied else None
        if together is not None:  # diag(x) A y = x ∘ (A y)
            return products.multiply(*matrices[:i], together)
    shape = (matrices[0].shape[0], matrices[-1].shape[1])
    if len(matrices) == 2 and all(f.kind is ONES for f in matrices):
        return ones(*shape)
    return node(CHAIN, tuple(matrices), None, shape)


def _is_declared(f: Expr) -> bool:
    """Whether it is the transpose of a part of a function of which only shapes are declared."""
    return f.kind is TRANSPOSE and f.args[0].kind is CALL and "abstract" in f.args[0].data.fields


def _split(factors: list[Expr]) -> list[list[Expr]]:
    """Cut a chain wherever an inner dimension is one."""
    pieces: list[list[Expr]] = []
    for f in factors:
        if not pieces or f.shape[0] == 1:
            pieces.append([])
        pieces[-1].append(f)
    return pieces


def _reduce(factors: Sequence[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Flatten and cancel neighbours; returns the scalars that came out and the factors that stay."""
    scalars: list[Expr] = []
    stack: list[Expr] = []
    todo = list(reversed(factors))
    while todo:
        spend()
        f = todo.pop()
        if f.kind is CHAIN and not f.is_scalar:
            if follows(stack, f):
                stack.extend(f.args)
            else:
                todo.extend(reversed(f.args))
        elif f.is_scalar:
            scalars.append(f)
        elif f.kind is MUL:
            q, front, matrix = number_scalars_matrix(f)
            scalars += [num(q), *front]
            todo.append(matrix)
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
    if (last, f) in SESSION.apart:
        return _long_inverse(stack, f)
    together = _constants(last, f)
    if together is None:
        together = pair_law(last, f)
    if together is None and last.shape[0] == f.shape[1]:
        together = _powers(last, f)
    if together is not None:
        stack.pop()
        return [together]
    if change_places(last, f):
        return [f, stack.pop()]
    SESSION.apart[last, f] = is_power(last) or is_power(f)
    return _long_inverse(stack, f)


def _powers(a: Expr, b: Expr) -> Expr | None:
    (base, i), (other, j) = _base_and_power(a), _base_and_power(b)
    if base is other:
        return powers.matrix_power(base, i + j)
    (base, p, p_inverse), (other, q, q_inverse) = _base_and_exponent(a), _base_and_exponent(b)
    if base is other:
        found = _added_exponents(p, q, p_inverse, q_inverse)
        if found is not None and p_inverse and q_inverse:
            return powers.symbolic_power(powers.inverse(base), scaled(found, -1))
        if found is not None:
            return powers.symbolic_power(base, found)
    if (is_orthogonal(b) and adjoint(b) is a) or (is_orthogonal(a) and a.is_square and adjoint(a) is b):
        return eye(a.shape[0])
    return None


def _base_and_power(f: Expr) -> tuple[Expr, int]:
    """f = base^k, also through a transpose: (X⁻¹)' has base X' and exponent −1."""
    if f.kind is MATPOW:
        return f.args[0], f.data
    if f.kind is TRANSPOSE and f.args[0].kind is MATPOW:
        return transpose(f.args[0].args[0]), f.args[0].data
    return f, 1


def _base_and_exponent(f: Expr) -> tuple[Expr, Expr, bool]:
    """The same where the exponent is no number, and whether it is the power of an inverse: (X⁻¹)^k has base X and
    exponent −k."""
    e = untransposed(f)
    if e.kind is not SYMPOW:
        base, k = _base_and_power(f)
        return base, num(k), k < 0
    base, k = _base_and_power(e.args[0]) if e.args[0].kind is MATPOW else (e.args[0], 1)
    return transpose(base) if e is not f else base, products.multiply(num(k), e.args[1]), k < 0


def _added_exponents(p: Expr, q: Expr, p_inverse: bool, q_inverse: bool) -> Expr | None:
    """p + q, where X^p X^q is X^(p + q): of two powers of X, or of its inverse, always; of one of each where the sign
    of the sum is known. None where they stay apart."""
    total = add(p, q)
    known = p_inverse == q_inverse or any(is_never_negative(e) for e in (total, scaled(total, -1)))
    return total if known and ends(total) is not None else None


def _long_inverse(stack: list[Expr], f: Expr) -> list[Expr] | None:
    """(X Y)⁻¹ X Y = I and X Y (X Y)⁻¹ = I, where the inverse of the product could not be split."""
    base = _inverted_chain(f)
    if base is not None and tuple(stack[-len(base.args):]) == base.args:
        del stack[-len(base.args):]
        return [powers.matrix_power(base, _base_and_power(f)[1] + 1)]
    for i in range(len(stack) - 1, max(-1, len(stack) - FAR), -1):
        power = stack[i]
        if power.kind is TRANSPOSE:
            power = power.args[0]
        if power.kind is not MATPOW:
            continue
        base = _inverted_chain(stack[i])
        if base is not None and base.args == (*stack[i + 1:], f):
            k = _base_and_power(stack[i])[1]
            del stack[i:]
            return [powers.matrix_power(base, k + 1)]
    return None


def _inverted_chain(f: Expr) -> Expr | None:
    """The product of which `f` is a negative power, also through a transpose."""
    power = untransposed(f)
    if power.kind is not MATPOW or power.data > 0 or power.args[0].kind is not CHAIN:
        return None
    base = _base_and_power(f)[0]
    return base if base.kind is CHAIN else None


def _constants(a: Expr, b: Expr) -> Expr | None:
    """Products of basis vectors and vectors of ones; rows of a one-hot matrix sum to one."""
    if a.shape[0] == 1 and b.shape[1] == 1:
        left = transpose(a)
        if {left.kind, b.kind} == {UNIT}:
            return num(left.data == b.data)
        if {left.kind, b.kind} == {UNIT, ONES}:
            return ONE
        if {left.kind, b.kind} == {ONES}:
            return products.dimension(b.shape[0])
    if _sums_to_one(a) and b.kind is ONES:
        return ones(a.shape[0], b.shape[1])
    if a.kind is ONES and _sums_to_one(transpose(b)):
        return ones(a.shape[0], b.shape[1])
    return None


def _sums_to_one(e: Expr) -> bool:
    """A one-hot matrix has rows that sum to one, a one-hot vector entries that do."""
    if e.kind is TRANSPOSE and e.shape[0] == 1:
        e = e.args[0]
        return e.kind is VAR and bool(e.data.known("onehot"))
    return e.kind is VAR and e.shape[1] != 1 and bool(e.data.known("onehot"))


def _word(factors: Sequence[Expr]) -> Expr:
    """The canonical form of a product whose value is 1×1."""
    first, last = factors[0], factors[-1]
    if len(factors) == 1:
        return first
    if len(factors) == 2 and first.kind is ONES and last.kind is ADD:
        return add(*(products.multiply(first, term) for term in last.args))
    if len(factors) == 2 and last.kind is ONES:
        return products.multiply(transpose(last), transpose(first))
    if first.kind is HAD and last.kind is not HAD:
        return _word([transpose(f) for f in reversed(factors)])
    if last.kind is HAD or len(factors) == 2:
        return _inner(transpose(products.multiply(*factors[:-1])), last)
    if len(factors) == 3 and first.kind == last.kind == ONES and factors[1].kind in (HAD, POW):
        return _total(factors)
    return _least_word(factors)


def _total(factors: Sequence[Expr]) -> Expr:
    """The sum of all entries of an elementwise product: of two factors it is a trace, 1'(A∘B)1 = tr(A'B)."""
    pair = _two_entries(factors[1])
    return _least_word(factors) if pair is None else trace(products.multiply(transpose(pair[0]), pair[1]))


def _two_entries(product: Expr) -> tuple[Expr, Expr] | None:
    """A and B of A ∘ B, A twice of A ∘ A; None where there are more."""
    if product.kind is HAD and len(product.args) == 2:
        return product.args[0], product.args[1]
    base, q = base_and_exponent(product)
    return (base, base) if q == 2 else None


def _inner(u: Expr, v: Expr) -> Expr:
    """u'v through the elementwise product: two factors stay an inner product, three or more become a sum."""
    product = products.hadamard(u, v)
    if product.kind is MUL:
        q, scalars, matrix = number_scalars_matrix(product)
        return products.multiply(num(q), *scalars, _inner(ones(*u.shape), matrix))
    pair = _two_entries(product)
    if pair is not None:
        return _plain_inner(*pair)
    if product.kind in (ONES, ZEROS):
        return products.multiply(ones(1, u.shape[0]), product)
    return _least_word([ones(1, u.shape[0]), product])


def _plain_inner(u: Expr, v: Expr) -> Expr:
    """u'v with both sides spread out into one chain of factors."""
    scalars, factors = _reduce([transpose(u), v])
    return products.multiply(*scalars, *([_least_word(factors)] if factors else []))


def _least_word(factors: Sequence[Expr]) -> Expr:
    """The smaller of a word and its transpose; a word that is minus its own transpose is zero (skew matrices)."""
    content, flipped = _reversed(factors)
    if content < 0 and tuple(flipped) == tuple(factors):
        return ZERO
    if reading_order(flipped) < reading_order(factors):
        return products.multiply(num(content), node(CHAIN, tuple(flipped), None, (1, 1)))
    return node(CHAIN, tuple(factors), None, (1, 1))


def _reversed(factors: Sequence[Expr]) -> tuple[Fraction, list[Expr]]:
    """The factors of the transposed product, and the sign and content that skew factors and sums set free."""
    content, flipped = Fraction(1), []
    for f in reversed(factors):
        part, g = primitive(transpose(f))
        content *= part
        flipped.append(g)
    return content, flipped


def trace(x: Expr) -> Expr:
    """tr X for a square X (a scalar is its own trace)."""
    if x.is_scalar:
        return x
    if x.kind is ADD:
        return add(*(trace(term) for term in x.args))
    if x.kind is MUL:
        q, scalars, matrix = number_scalars_matrix(x)
        return products.multiply(num(q), *scalars, trace(matrix))
    if x.kind is EYE:
        return products.dimension(x.shape[0])
    if x.kind in (ZEROS, ONES):
        return ZERO if x.kind is ZEROS else products.dimension(x.shape[0])
    if x.kind is CHAIN:
        return _trace_of_chain(list(x.args))
    if x.kind is TRANSPOSE:
        return trace(x.args[0])
    if x.kind is CALL:
        for rewritten in laws(x, node(TRACE, (x,), None, (1, 1))):
            return rewritten
    return _least_trace([x])


def _trace_of_chain(factors: list[Expr]) -> Expr:
    """Rotate: cut at an inner dimension one, or cancel across the ends, before a canonical rotation is chosen."""
    for i, f in enumerate(factors):
        if f.shape[0] == 1:
            return products.multiply(*factors[i:], *factors[:i])
    rotated = products.multiply(factors[-1], *factors[:-1])
    if not (rotated.kind is CHAIN and len(rotated.args) == len(factors)):
        return trace(rotated)
    if len(factors) == 2 and any(f.kind in (HAD, POW) for f in factors):
        return _inner_trace(transpose(factors[0]), factors[1])
    return _least_trace(factors)


def _inner_trace(u: Expr, v: Expr) -> Expr:
    """tr(U'V) through the elementwise product, as for vectors: tr(U'(V∘W)) = sum(U∘V∘W)."""
    product = products.hadamard(u, v)
    pair = _two_entries(product)
    if pair is not None:
        return _least_trace([transpose(pair[0]), pair[1]])
    return products.multiply(ones(1, u.shape[0]), product, ones(u.shape[1], 1))


def _least_trace(factors: Sequence[Expr]) -> Expr:
    content, flipped = _reversed(factors)
    here, there = _least_rotation(factors), _least_rotation(flipped)
    if content < 0 and here == there:
        return ZERO
    if reading_order(there) < reading_order(here):
        return products.multiply(num(content), _trace_node(there))
    return _trace_node(here)


def _trace_node(factors: list[Expr]) -> Expr:
    shape = (factors[0].shape[0], factors[-1].shape[1])
    inside = factors[0] if len(factors) == 1 else node(CHAIN, tuple(factors), None, shape)
    return node(TRACE, (inside,), None, (1, 1))


def _least_rotation(factors: Sequence[Expr]) -> list[Expr]:
    """The rotation that is smallest factor by factor."""
    least = min(f.order for f in factors)
    starts = [i for i, f in enumerate(factors) if f.order == least]
    rotations = [[*factors[i:], *factors[:i]] for i in starts[:32]]
    return min(rotations, key=lambda r: [f.order for f in r])


MAKE.update({
    CHAIN: lambda _, factors: products.multiply(*factors),
    TRACE: lambda _, args: trace(args[0]),
})
FLIP[CHAIN] = lambda e: products.multiply(*all_flipped(reversed(e.args)))
