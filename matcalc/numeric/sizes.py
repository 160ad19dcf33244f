"""Dimension names and whole numbers: names solved from the shapes of arrays, and small sizes chosen for tests.

A chosen assignment gives every name its own size, so that a formula with a transposed factor cannot fit by accident.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count, islice, permutations, product
from math import inf, isqrt

from matcalc.algebra.make import places_within
from matcalc.core.dims import Dim, Poly, Shape, cleared, evaluate, format_dim, named, names, substitute, subtract
from matcalc.core.exponents import ends
from matcalc.core.expr import CALL, DIM, INDEX, IVERSON, OVER, SLICE, SYMPOW, TANGENT, UNIT, VAR, Expr, Kind, postorder
from matcalc.core.function import Param
from matcalc.core.indices import used
from matcalc.diagnostics import fail
from matcalc.limits import too_large

Sizes = Mapping[str, int]
_PREFERRED = (3, 4, 2, 5)
_FEW = ((2, 3, 4), (2, 3), (2, 2, 2, 3), (2,))  # from these where pairwise different sizes are too much
_MOST = 100
_ORDERS = 120


def size(dim: Dim, sizes: Sizes) -> int:
    """The whole number that `dim` is."""
    if isinstance(dim, int):
        return dim
    if not dim.names <= sizes.keys():
        raise fail("M0802", f"the size of dimension {min(dim.names - sizes.keys())} is not known")
    found = evaluate(dim, sizes.__getitem__)
    assert isinstance(found, int)
    return found


class Sized(dict[Dim, int]):
    """The lengths of axes at given sizes, each found once."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes

    def __missing__(self, dim: Dim) -> int:
        found = self[dim] = size(dim, self.sizes)
        return found

    def shape(self, axes: Sequence[Dim]) -> tuple[int, ...]:
        """The lengths of several axes."""
        return tuple([self[d] for d in axes])


def number(q: Fraction) -> float:
    """As a float, infinite where it is too large for one."""
    try:
        return float(q)
    except OverflowError:
        return inf if q > 0 else -inf


def stacked_shape(leaf: Expr) -> tuple[Dim, ...]:
    """The shape of the value of a leaf: the axes of a family, and rows and columns."""
    axes = leaf.data.axes if leaf.kind in (VAR, TANGENT) else ()
    return (*(axis.size for axis in axes), *leaf.shape)


def footprint(e: Expr) -> Shape:
    """A shape with as many entries as the value of a node has, for all its indices together."""
    rows, columns = e.shape
    axes = e.data.axes if e.kind in (VAR, TANGENT) and not e.data.refs else ()
    for part in (*axes, *e.free):
        rows = rows * part.size
    return rows, columns


def format_shape(shape: Iterable[Dim]) -> str:
    """m×n."""
    return "×".join(format_dim(d) for d in shape)


def solve(equations: Iterable[tuple[Dim, int]], known: Sizes) -> tuple[dict[str, int], list[tuple[Dim, int]]]:
    """Solve `dim = number` for names, one unknown at a time; returns the sizes and the equations that do not hold."""
    sizes = dict(known)
    pending, wrong = list(equations), []
    progress = True
    while pending and progress:
        progress, rest = False, []
        for dim, number in pending:
            left = substitute(dim, sizes)
            if isinstance(left, int):
                wrong += [(dim, number)] if left != number else []
            elif len(names(left)) > 1:
                rest.append((dim, number))
                continue
            elif (root := _root(left, number)) is not None:
                sizes[next(iter(names(left)))] = root
            else:
                wrong.append((dim, number))
            progress = True
        pending = rest
    return sizes, wrong


def _root(poly: Poly, number: int) -> int | None:
    """The positive whole number at which a polynomial in one name takes the value `number`."""
    name = next(iter(poly.names))
    constant = size(poly, {name: 0})
    if all(len(monomial) <= 1 for monomial, _ in poly.terms):
        candidates: Iterable[int] = [(number - constant) // (size(poly, {name: 1}) - constant)]
    else:
        candidates = range(1, isqrt(abs(number - constant) * cleared(poly)[1]) + 2)
    return next((n for n in candidates if n > 0 and size(poly, {name: n}) == number), None)


def dims_of(*roots: Expr) -> list[Dim]:
    """The numbers below `roots` that have to be positive, those of variables first: dimensions, room for an index,
    for orthonormal columns."""
    nodes = sorted(postorder(*roots), key=lambda e: e.kind is not VAR)
    found: dict[Dim, None] = {}
    for e in nodes:
        found |= dict.fromkeys(e.shape)
        found |= dict.fromkeys(_ROOM[e.kind](e) if e.kind in _ROOM else ())
    return list(found)


def _indexed(e: Expr) -> tuple[Dim, ...]:
    """The lengths of the axes of a family, the numbers of values of the indices at a member, and room for the places
    that no index moves."""
    axes, refs = e.data.axes, e.data.refs
    room = [(axis.low + axis.size, ref.shift, axis.low) for axis, ref in zip(axes, refs, strict=False)
            if ref.letter is None]
    return (*(axis.size for axis in axes), *(letter.size for letter in used(*refs)),
            *(subtract(end, shift) for end, shift, _ in room), *(subtract(shift + 1, low) for _, shift, low in room))


def _of_variable(e: Expr) -> tuple[Dim, ...]:
    turned = (subtract(e.shape[0] + 1, e.shape[1]),) if "orthogonal" in e.data.props else ()
    return (*turned, *_indexed(e)) if e.data.axes else turned


def _exponent(e: Expr) -> tuple[Dim, ...]:
    """An exponent without indices is not negative."""
    found = None if e.free else ends(e.args[1])
    return () if found is None else (found.lowest + 1,)


def _places(e: Expr) -> Iterator[Dim]:
    """Room for the k-th of n: from the front, or, where k is negative, from the end."""
    for _, place, bound in places_within(e.data, e.args):
        yield subtract(bound + 1, abs(place) if isinstance(place, int) else place)


_ROOM: dict[Kind, Callable[[Expr], tuple[Dim, ...]]] = {
    VAR: _of_variable,
    TANGENT: _indexed,
    INDEX: lambda e: tuple(letter.size for letter in used(e.data)),
    IVERSON: lambda e: (*(letter.size for letter in used(e.data.left, e.data.right)),
                        *(named(name) for side in (e.data.left, e.data.right) for name in names(side.shift))),
    OVER: lambda e: (e.data[1].size,),
    DIM: lambda e: (e.data,),
    CALL: lambda e: (*_places(e),),
    SYMPOW: _exponent,
    UNIT: lambda e: (subtract(e.shape[0], e.data - 1),),
    SLICE: lambda e: (e.data[0] + 1, subtract(e.args[0].shape[0] + 1, e.data[0] + e.data[1]),
                        e.data[2] + 1, subtract(e.args[0].shape[1] + 1, e.data[2] + e.data[3])),
}


def known_sizes(fixed: Sizes | None, *roots: Expr) -> None:
    """Raise InputError where a size is given for a dimension that nothing has."""
    found = {name for e in postorder(*roots) for dim in (*e.shape, *dims_of(e)) for name in names(dim)}
    for name in fixed or {}:
        if name not in found:
            said = f"the dimensions are {', '.join(sorted(found))}" if found else "there is no dimension"
            raise fail("M0802", f"no dimension is called {name}; {said}")


def sizes_for(dims: Iterable[Dim], choice: int = 0, fixed: Sizes | None = None, larger: int = 0) -> dict[str, int]:
    """Small, pairwise different sizes for all names; another `choice` gives another order, `larger` adds to all."""
    dims = list(dims)
    fixed = fixed or {}
    free = list(dict.fromkeys(name for dim in dims for name in _ordered(dim) if name not in fixed))
    taken = {dim for dim in dims if isinstance(dim, int)} | set(fixed.values())
    for extra in range(larger, _MOST if free else larger + 1):
        pool = (n + extra for n in chain(_PREFERRED, count(6)) if n + extra not in taken)
        for chosen in _orders(list(islice(pool, max(len(free), 3))), choice, len(free)):
            sizes = dict(zip(free, chosen, strict=True)) | dict(fixed)
            if all(size(dim, sizes) > 0 for dim in dims) and all(k > 0 for k in sizes.values()):
                return sizes
    for chosen in islice(product(range(1, _PREFERRED[-1]), repeat=len(free)), _ORDERS):  # where sizes have to repeat
        sizes = dict(zip(free, chosen, strict=True)) | dict(fixed)
        if all(size(dim, sizes) > 0 for dim in dims):
            return sizes
    raise fail("M0802", f"with {listed(fixed)} some matrix or entry does not exist; give other sizes" if fixed else
               "no small sizes make every dimension positive; give them")


def affordable_sizes(dims: Iterable[Dim], shapes: Iterable[Shape], choice: int = 0, fixed: Sizes | None = None,
                     larger: int = 0) -> tuple[dict[str, int], str]:
    """The sizes of `sizes_for`, and why arrays of `shapes` cannot be computed with, or ''.

    Where they grow too large, A ⊗ B ⊗ C in six different sizes, the smallest are tried, and then sizes that repeat.
    """
    dims, shapes, fixed = list(dims), list(shapes), fixed or {}
    sizes = sizes_for(dims, choice, fixed, larger)
    if not (trouble := _unaffordable(shapes, sizes)):
        return sizes, ""
    free = [name for name in sizes if name not in fixed]
    repeated = (dict(fixed) | {name: pool[(i + choice) % len(pool)] for i, name in enumerate(free)} for pool in _FEW)
    for smaller in chain([sizes_for(dims, choice, fixed)] if larger else [], repeated):
        if all(size(dim, smaller) > 0 for dim in dims) and not _unaffordable(shapes, smaller):
            return smaller, ""
    return sizes, trouble


def _unaffordable(shapes: Iterable[Shape], sizes: Sizes) -> str:
    return too_large([shape_of(shape, sizes) for shape in shapes])


def _orders(pool: list[int], choice: int, count: int) -> Iterator[tuple[int, ...]]:
    """`count` numbers of `pool`, from number `choice` on; then in other orders, the first to change soonest."""
    turn = choice % len(pool)
    turned = [*pool[turn:], *pool[:turn]]
    first = turned[:count][::-1] + turned[count:]
    return (order[::-1] for order in islice(permutations(first, count), _ORDERS))


def listed(sizes: Sizes) -> str:
    """n = 4, m = 3."""
    return ", ".join(f"{name} = {k}" for name, k in sizes.items())


def _ordered(dim: Dim) -> list[str]:
    return [] if isinstance(dim, int) else [name for monomial, _ in dim.terms for factor in monomial
                                                 for name in sorted(names(named(factor)))]


def shape_of(shape: Shape, sizes: Sizes) -> tuple[int, int]:
    """Rows and columns as whole numbers."""
    return size(shape[0], sizes), size(shape[1], sizes)


def whole(value: object) -> int | None:
    """The whole number that is given for a name, None for anything else."""
    try:
        found = float("nan") if isinstance(value, str) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return int(found) if found.is_integer() else None


def named_places(*roots: Expr) -> set[str]:
    """Names that are places among so many and no sizes, the k of λ_k(A): they may count from the end."""
    found = {name for param, place, _ in _within(*roots) if param.kind == "index" for name in names(place)}
    others = (dim for e in postorder(*roots) if e.kind not in (CALL, DIM)
              for dim in (*e.shape, *(_ROOM[e.kind](e) if e.kind in _ROOM else ())))
    return found - {name for dim in others for name in names(dim)}


def refuse_places(sizes: Sizes, given: Collection[str], source: str, *roots: Expr) -> None:
    """Raise InputError where a place that was `given` is none among so many: λ_9 of a matrix with 4 rows."""
    for param, place, bound in _within(*roots):
        if not names(place) & set(given) or not names(place) | names(bound) <= sizes.keys():
            continue
        k, n = size(place, sizes), size(bound, sizes)
        if not (1 <= k <= n or (param.kind == "index" and -n <= k <= -1)):
            ends = f"1 … {n}" + (f" or -{n} … -1" if param.kind == "index" else "")
            raise fail("M0802", f"{format_dim(place)} = {k} is no place among {n}: {ends}", source)


def _within(*roots: Expr) -> Iterator[tuple[Param, Dim, Dim]]:
    """The places in calls, and among how many they are."""
    for e in postorder(*roots):
        if e.kind is CALL and any(param.within for param in e.data.params):
            yield from places_within(e.data, e.args)
