"""Values that depend on indices: the leading axes of an array are the free indices of a node, by name, and its last two
axes the matrix of one member, which is 1×1 for a number.

So a family costs no loop: operations act on the last two axes and broadcast over the others. A factor [i ≠ j] of a
product decides before it multiplies: where it is 0 the product is 0, whatever the other factors are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from math import prod
from operator import add, and_, eq, le, lt, mul, ne, or_
from typing import Any

import numpy as np

from matcalc.algebra.guards import Guard, guard
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    HAD,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    OVER,
    POW,
    SLICE,
    TANGENT,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    whole,
)
from matcalc.core.function import Function
from matcalc.core.indices import Index, Ref
from matcalc.diagnostics import MatcalcError, fail
from matcalc.limits import ENTRIES, LimitError
from matcalc.numeric.deferred import Product, deferred, is_deferred
from matcalc.numeric.draws import Array, Rng
from matcalc.numeric.sizes import Sizes, number, shape_of, size, sizes_for

Letters = tuple[Index, ...]
Call = Callable[[Function, Sequence[Any]], Any]
Done = Mapping[Expr, Any]
MOST = 4 * ENTRIES  # in one array: users have more members than tests draw
_PROBES = 3
_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {"=": eq, "!=": ne, "<": lt, "<=": le}
_WORDS: dict[str, Callable[..., Any]] = {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min}


@lru_cache(maxsize=4096)
def letters_of(free: frozenset[Index]) -> Letters:
    """Free indices in the order of the leading axes."""
    return tuple(sorted(free, key=lambda index: (index.name, str(index.size), str(index.low))))


def value(e: Expr, done: Done, sizes: Sizes, call: Call) -> Any:
    """The value of a node with free indices, of a member, or of a sum over an index; `call` computes functions."""
    letters = letters_of(e.free)
    entries = prod(size(index.size, sizes) for index in letters) * prod(shape_of(e.shape, sizes))
    if is_deferred(e, entries):
        product = deferred(e, [done[arg] for arg in e.args], letters_of)
        if product is not None:
            return product
    _affordable(letters, entries, sizes)
    if e.kind is OVER:
        found = _over(e, done[e.args[0]], letters, sizes)
    elif e.kind in _LEAVES:
        found = _LEAVES[e.kind](e, letters, done, sizes)
    else:
        args = [aligned(whole_of(arg, done[arg], sizes), letters_of(arg.free), letters) for arg in e.args]
        found = _called(e, args, sizes, call) if e.kind is CALL else _OPERATIONS[e.kind](e, args, sizes)
        found = _guarded(e, found, done) if e.kind in _PRODUCTS else found
    return found[..., 0, 0] if not letters and e.is_scalar and np.ndim(found) else found


def _affordable(letters: Letters, entries: int, sizes: Sizes) -> None:
    if entries > MOST:
        said = "×".join(str(size(index.size, sizes)) for index in letters)
        raise fail("M0107", f"an array for all values of the indices would be too large, {said} members",
                   error=LimitError)


def whole_of(e: Expr, x: Any, sizes: Sizes) -> Any:
    """The value of `e` as an array, also where it is a product that has waited."""
    if not isinstance(x, Product):
        return x
    letters = letters_of(e.free)
    _affordable(letters, prod(size(index.size, sizes) for index in letters) * prod(shape_of(e.shape, sizes)), sizes)
    return x.contracted(letters)


def aligned(x: Any, own: Letters, letters: Letters) -> Any:
    """A value with the axes `own` so that it broadcasts with the axes `letters`, which contain them."""
    if not own or own == letters:
        return x
    lengths = iter(x.shape)
    return x.reshape(*(next(lengths) if index in own else 1 for index in letters), *x.shape[-2:])


def in_order(x: Any, own: Letters, letters: Letters, sizes: Sizes) -> Any:
    """A value with the leading axes `letters`, in this order; along those it does not depend on it repeats."""
    missing = [index for index in own if index not in letters]
    if missing:
        raise fail("M0802", f"the value depends on the index {missing[0].name}, which has no axis")
    x = np.asarray(x)
    x = x if x.ndim >= 2 else x.reshape(1, 1)
    turned = x.transpose(*(own.index(i) for i in letters if i in own), x.ndim - 2, x.ndim - 1)
    lengths = [size(index.size, sizes) for index in letters]
    placed = turned.reshape(*(n if i in own else 1 for i, n in zip(letters, lengths, strict=True)), *x.shape[-2:])
    return np.array(np.broadcast_to(placed, (*lengths, *x.shape[-2:])))


def _over(e: Expr, body: Any, letters: Letters, sizes: Sizes) -> Any:
    word, index = e.data
    inner = letters_of(e.args[0].free)
    if isinstance(body, Product) and word == "sum":
        return body.contracted(letters)
    body = whole_of(e.args[0], body, sizes)
    return _WORDS[word](body, axis=inner.index(index)) if index in inner else body


def _place(ref: Ref, letters: Letters, sizes: Sizes) -> Any:
    """The values of a place along the axis of its index."""
    shift = size(ref.shift, sizes)
    if ref.letter is None:
        return np.asarray(shift).reshape((1,) * len(letters))
    low, count = size(ref.letter.low, sizes), size(ref.letter.size, sizes)
    return np.arange(low + shift, low + shift + count).reshape(
        tuple(count if index == ref.letter else 1 for index in letters))


def _member(e: Expr, letters: Letters, done: Done, sizes: Sizes) -> Any:
    """The members at their places. What lies outside is any member: there a factor of the product is 0."""
    family = whole(e)
    if family is e or family not in done:
        raise KeyError(e)
    x, places = done[family], []
    for ref, axis, count in zip(e.data.refs, e.data.axes, np.shape(x), strict=False):
        places.append(np.clip(_place(ref, letters, sizes) - size(axis.low, sizes), 0, count - 1))
    return x[tuple(places)]


def _number(e: Expr, letters: Letters, _: Done, sizes: Sizes) -> Any:
    return _place(e.data, letters, sizes).astype(float)[..., None, None]


def _relation(e: Expr, letters: Letters, _: Done, sizes: Sizes) -> Any:
    sides = (_place(ref, letters, sizes) for ref in (e.data.left, e.data.right))
    return _RELATIONS[e.data.sign](*sides).astype(float)[..., None, None]


_LEAVES: dict[Kind, Callable[[Expr, Letters, Done, Sizes], Any]] = {
    VAR: _member, TANGENT: _member, INDEX: _number, IVERSON: _relation,
}


def _guarded(e: Expr, found: Any, done: Done) -> Any:
    """A product where the relations among its factors hold; 0 where they do not."""
    held = guard[e]
    return found if held is None else np.where(_holds(held, letters_of(e.free), done), found, 0.0)


def _holds(held: Guard, letters: Letters, done: Done) -> Any:
    """Whether a condition holds, for all values of the indices."""
    if held.relation is not None:
        return aligned(done[held.relation], letters_of(held.relation.free), letters) != 0
    return reduce(and_ if held.kind == "all" else or_, (_holds(part, letters, done) for part in held.parts))


def product(factors: Sequence[Any]) -> Any:
    """The matrix product of the members, from its thin end."""
    if factors[-1].shape[-1] < factors[0].shape[-2]:
        return reduce(lambda right, left: left @ right, reversed(factors))
    return reduce(np.matmul, factors)


def _block(e: Expr, args: list[Any], _: Sizes) -> Any:
    arrays = [np.atleast_2d(x) for x in args]
    batch = np.broadcast_shapes(*(x.shape[:-2] for x in arrays))
    rest = iter(np.broadcast_to(x, (*batch, *x.shape[-2:])) for x in arrays)
    rows = [np.concatenate([next(rest) for _ in range(count)], axis=-1) for count in e.data]
    return np.concatenate(rows, axis=-2)


def _slice(e: Expr, args: list[Any], sizes: Sizes) -> Any:
    row, rows, column, columns = (size(d, sizes) for d in e.data)
    if row + rows > args[0].shape[-2] or column + columns > args[0].shape[-1]:
        raise fail("M0804", f"rows {row + 1} to {row + rows}, columns {column + 1} to {column + columns} do not exist")
    return args[0][..., row:row + rows, column:column + columns]


def _matrix_power(e: Expr, args: list[Any], _: Sizes) -> Any:
    def each(x: Any) -> Any:
        return np.linalg.matrix_power(x, e.data)

    try:
        return each(args[0])
    except np.linalg.LinAlgError:
        return _one_by_one(each, args, args[0].shape[:-2], args[0].shape[-2:])


_PRODUCTS = frozenset({MUL, HAD, CHAIN})
_OPERATIONS: dict[Kind, Callable[[Expr, list[Any], Sizes], Any]] = {
    ADD: lambda e, args, sizes: reduce(add, args),
    MUL: lambda e, args, sizes: reduce(mul, args, number(e.data)),
    POW: lambda e, args, sizes: args[0] ** args[1],
    HAD: lambda e, args, sizes: reduce(mul, args),
    CHAIN: lambda e, args, sizes: product(args),
    TRANSPOSE: lambda e, args, sizes: np.swapaxes(args[0], -1, -2),
    MATPOW: _matrix_power,
    TRACE: lambda e, args, sizes: np.trace(args[0], axis1=-2, axis2=-1)[..., None, None],
    BLOCK: _block,
    SLICE: _slice,
}


def _called(e: Expr, args: list[Any], sizes: Sizes, call: Call) -> Any:
    """A function of every member: at once where its template does so, else one member after the other."""
    function = e.data
    if function.form in ("elementwise", "unspecified"):
        found = np.asarray(call(function, args), dtype=float)
        return found if found.ndim >= 2 else found.reshape(1, 1)
    batch = np.broadcast_shapes(*(np.shape(x)[:-2] for x in args))
    wanted = shape_of(e.shape, sizes)
    if stacks(function, call)[1] is not None:
        members = [_each_member(x, batch) if p.kind == "value" else x
                   for p, x in zip(function.params, args, strict=True)]
        try:
            return np.reshape(np.asarray(call(function, members), dtype=float), (*batch, *wanted))
        except np.linalg.LinAlgError:  # some member has no value, which may not matter
            pass
    return _one_by_one(lambda *given: np.reshape(call(function, given), wanted), args, batch, wanted)


def _each_member(x: Any, batch: tuple[int, ...]) -> Array:
    """One stack of all the members, also where they are all the same."""
    array = np.atleast_2d(x)
    return np.broadcast_to(array, (*batch, *array.shape[-2:])).reshape(-1, *array.shape[-2:])


def _one_by_one(each: Callable[..., Any], args: Sequence[Any], batch: tuple[int, ...], wanted: tuple[int, ...]) -> Any:
    """The members in turn; one that has no value is no number."""
    found = np.empty((*batch, *wanted))
    arrays = [np.asarray(x) for x in args]
    spread = [np.broadcast_to(x, (*batch, *x.shape[-2:])) if x.ndim else x for x in arrays]
    for at in np.ndindex(*batch):
        given = [x[at] if x.ndim else x[()] for x in spread]
        try:
            found[at] = each(*(np.float64(x[0, 0]) if np.shape(x) == (1, 1) else x for x in given))
        except np.linalg.LinAlgError:
            found[at] = np.nan
    return found


def stacks(function: Function, call: Call) -> tuple[int, int | None]:
    """How many axes the numeric template of a function gives to the value of one member, and to each value of a stack
    of them, None where it takes no stacks: found out once, by random members."""
    if function.reading.stacks is None:
        try:
            function.reading.stacks = _tried(function, call)
        except (MatcalcError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            function.reading.stacks = (2, None)
    return function.reading.stacks


def _tried(function: Function, call: Call) -> tuple[int, int | None]:
    sizes = sizes_for([dim for p in function.params for dim in p.shape])
    rng = np.random.default_rng(0)
    drawn = [_probe(shape_of(p.shape, sizes), rng) if p.kind == "value" else sizes.get(p.name, 1)
             for p in function.params]
    single = [call(function, [_single(x, k) for x in drawn]) for k in range(_PROBES)]
    try:
        found = np.asarray(call(function, drawn), dtype=float)
    except (MatcalcError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return np.ndim(single[0]), None
    expected = [np.reshape(x, shape_of(function.result, sizes)) for x in single]
    is_like = found.size == np.size(expected) and np.allclose(found.reshape(np.shape(expected)), expected, rtol=1e-9)
    return np.ndim(single[0]), found.ndim - 1 if is_like and np.all(np.isfinite(expected)) else None


def _single(x: Any, k: int) -> Any:
    if not np.ndim(x):
        return x
    return np.float64(x[k, 0, 0]) if x[k].shape == (1, 1) else x[k]


def _probe(shape: tuple[int, int], rng: Rng) -> Array:
    """Members that differ, positive, and well conditioned where they are square."""
    found = rng.uniform(0.1, 0.9, (_PROBES, *shape))
    return found + 2.0 * np.eye(shape[0]) if shape[0] == shape[1] else found
