"""Lifting: the matrix form of an index expression, the same formula with its indices as rows and columns of matrices.

Bottom up, a node lifts to an array along its free indices and its own rows and columns. A product, with all sums that
stand in it, is a tensor network; a sum of terms repeats what does not depend on an index; an entrywise function is
applied to the whole array, another one by the line `lift` of its block. Where an array would need three axes there is
no matrix form, nor where rounding may carry a difference out of the domain of what is applied to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import count

from matcalc.algebra import (
    add,
    apply,
    conjugate,
    dimension,
    hadamard,
    multiply,
    negate,
    num,
    power,
    rebuild,
    slice_,
    transpose,
)
from matcalc.algebra.demands import is_delicate, is_integer
from matcalc.algebra.facts import is_positive
from matcalc.algebra.leaves import ONE
from matcalc.algebra.make import MEMBERS, bind_dims, instantiate, members_leaf, param_leaf, substitute
from matcalc.core.dims import Dim, subtract
from matcalc.core.expr import ADD, CALL, CHAIN, CONJ, HAD, IVERSON, MUL, OVER, POW, TRACE, TRANSPOSE, VAR, Expr, Kind
from matcalc.core.function import Function, Param
from matcalc.core.indices import Axis, Index, Ref, range_of
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.closed_form import closed_form
from matcalc.simplification.length import cost
from matcalc.simplification.network import Array, Axes, oriented, together, union
from matcalc.simplification.relations import Product, mask, related
from matcalc.simplification.spreading import is_indexed, own_axes

MOST_DEPTH = 50  # functions inside functions, of what depends on an index
_PRODUCTS = (MUL, CHAIN, HAD, TRACE, TRANSPOSE)


def lifted(e: Expr, book: Rulebook, stacks: Mapping[str, Expr], output: Axes = ()) -> Expr | None:
    """The matrix form of `e`, in which no index is left; None where there is none.

    `stacks` are the matrices that hold families, by their names; the indices `output` become rows and columns.
    """
    lifting = _Lifting(book, stacks)
    found = lifting.array(e)
    axes = (*output, *own_axes(e))
    if found is None or len(axes) > 2 or not set(found.axes) <= set(axes) or (output and e.shape[1] != 1):
        return None
    return oriented(found, axes) if output else lifting.shaped(e, found)


class _Lifting:
    """The arrays of nodes, each found once."""

    def __init__(self, book: Rulebook, stacks: Mapping[str, Expr]) -> None:
        self.book = book
        self.stacks = stacks
        self._found: dict[Expr, Array | None] = {}
        self._axes = count(1)
        self._depth = 0

    def array(self, e: Expr) -> Array | None:
        """What `e` is along its free indices, its rows and its columns."""
        if e not in self._found:
            self._depth += 1
            self._found[e] = self._lift(e) if self._depth < MOST_DEPTH else None
            self._depth -= 1
        return self._found[e]

    def _lift(self, e: Expr) -> Array | None:
        if not is_indexed(e):
            return Array(own_axes(e), _upright(e))
        if len(e.free) + len(own_axes(e)) > 2 or any(index.size == 1 for index in e.free):
            return None
        rule = _LIFTS.get(e.kind)
        return (rule(self, e) if rule else None) or (None if e.free else self._closed(e))

    def shaped(self, e: Expr, array: Array) -> Expr:
        """The value of `array` in the shape of `e`, which has no free index."""
        value = oriented(array, own_axes(e))
        return transpose(value) if e.shape[0] == 1 else value

    def _closed(self, e: Expr) -> Array | None:
        """An operation on operands that have no free index: the same on their matrix forms."""
        args: list[Expr] = []
        for arg in e.args:
            array = None if e.kind is OVER else self.array(arg)
            if array is None:
                return None
            args.append(self.shaped(arg, array))
        if not args:
            return None
        found = rebuild(e, args)
        apart = log_of_product(found, self.book) if found.kind is CALL else None
        return Array(own_axes(e), _upright(found if apart is None else min(found, apart, key=cost)))

    def member(self, e: Expr) -> Array | None:
        """A member of a family: the matrix of the family, or the part of it to which the places point."""
        stack, refs, own = self.stacks.get(e.data.name), e.data.refs, own_axes(e)
        if stack is None or len(refs) != len(e.data.axes) or len(refs) + len(own) > 2:
            return None
        spans = [_span(ref, axis) for ref, axis in zip(refs, e.data.axes, strict=True)]
        if None in spans:
            return None
        (row, rows), (column, columns) = [*filter(None, spans), *((0, axis.size) for axis in own), (0, 1)][:2]
        part = slice_(stack, row, rows, column, columns)
        axes = tuple(axis for axis in (*(ref.letter for ref in refs), *own) if axis is not None)
        if len(axes) == 2 and axes[0] == axes[1]:
            return Array(axes[:1], apply(self.book.overloads("diag")[1], part)) if part.is_square else None
        return Array(axes, _upright(part) if len(axes) == 1 else part)

    def conjugated(self, e: Expr) -> Array | None:
        """The conjugate of a member: that of the matrix of its family."""
        array = self.array(e.args[0])
        return array and array._replace(value=conjugate(array.value))

    def terms(self, e: Expr) -> Array | None:
        """A sum term by term."""
        return together([self.array(term) for term in e.args])

    def product(self, e: Expr) -> Array | None:
        """A product, a sum over an index, or a relation."""
        return related(Product.of(e, self._axes), self.array, self.book)

    def powers(self, e: Expr) -> Array | None:
        """A power of every entry; with another exponent for each entry, exp(a log x) of what is positive."""
        base, exponent = e.args
        if exponent.free:
            if is_integer(exponent) and not is_positive(base):  # else the power itself asks for a positive base
                return None
            exp, log = self.book.overloads("exp")[0], self.book.core("log")
            return self.array(apply(exp, multiply(exponent, apply(log, base))))
        array, k = self.array(base), self.array(exponent)
        if array is None or k is None or (array.rough and is_delicate(e)):
            return None
        return Array(array.axes, power(array.value, k.value), array.rough or k.rough)

    def call(self, e: Expr) -> Array | None:
        """A function entry by entry, or of vectors by what its block says of the matrix that has them for rows."""
        apart = log_of_product(e, self.book)
        if apart is None:
            return self._called(e)
        found = [array for array in (self.array(apart), self._called(e)) if array is not None]
        return min(found, key=lambda array: cost(closed_form(array.value, self.book)), default=None)

    def _called(self, e: Expr) -> Array | None:
        arrays = [self.array(arg) for arg in e.args]
        if e.free and (e.data.has("entrywise") or e.data.form == "elementwise") and len(_matrices(e.data)) > 1:
            return self._entrywise(e, arrays)
        if not e.free or arrays[0] is None or any(array is None or array.axes for array in arrays[1:]):
            return None
        first = arrays[0]
        if first.rough and is_delicate(e):
            return None
        rest = [array.value for array in arrays[1:] if array is not None]
        if e.data is self.book.core("shares") and (first_of_all := self._attained(first.value, rest[0])) is not None:
            return first._replace(value=first_of_all)
        if e.data.form in ("elementwise", "unspecified"):
            return Array(first.axes, apply(e.data, first.value, *rest), first.rough)
        return self._by_line(e, first) if "lift" in e.data.fields else None

    def _entrywise(self, e: Expr, arrays: Sequence[Array | None]) -> Array | None:
        """A function of several matrices entry by entry, all of them along the same axes."""
        found = [array for array in arrays if array is not None]
        axes = union(array.axes for array in found)
        numbers = [array for array, p in zip(found, e.data.params, strict=False) if p.shape == (1, 1)]
        if len(found) < len(arrays) or len(axes) > 2 or any(array.axes for array in numbers):
            return None
        if any(array.rough for array in found) and is_delicate(e):
            return None
        args = [array.value if p.shape == (1, 1) else oriented(array, axes)
                for array, p in zip(found, e.data.params, strict=True)]
        return Array(axes, apply(e.data, *args), any(array.rough for array in found))

    def _attained(self, entries: Expr, value: Expr) -> Expr | None:
        """1 at the largest entry, or at the smallest, where that is the `value`: apart from ties, as in the gradient of
        the matrix form."""
        for word, turned in (("max", entries), ("min", negate(entries))):
            if value is apply(self._of_one(word), entries):
                return apply(self.book.core("onehot_max"), turned)
        return None

    def _by_line(self, e: Expr, array: Array) -> Array | None:
        """A function by the line `lift` of its block: entry by entry, or of the rows of a matrix."""
        function, leaf = e.data, members_leaf(e.data, 0)
        if leaf is param_leaf(function, 0):
            return array._replace(value=instantiate(function, "lift", (array.value,)))
        axes = (*e.free, *own_axes(e.args[0]))
        if len(axes) != 2:
            return None
        value = oriented(array, axes)
        dims = {**bind_dims(function, e.args), str(MEMBERS): value.shape[0]}
        template = function.template("lift")
        assert template is not None
        return Array((axes[0], *own_axes(e)), substitute(template, {leaf: value}, dims), array.rough)

    def reduced(self, e: Expr) -> Array | None:
        """A sum; the product, the largest or the smallest of all entries, over one index or several."""
        word = e.data[0]
        if word == "sum":
            return self.product(e)
        body, bound = e, set()
        while body.kind is OVER and body.data[0] == word:
            bound.add(body.data[1])
            body = body.args[0]
        if word == "prod" and body.kind is POW and body.args[1].kind is IVERSON:
            return self._leave_one_out(body, bound)
        apart = self._factors(body, tuple(bound)) if word == "prod" and body.kind is MUL else None
        array = self.array(body)
        if apart is not None or array is None or not body.is_scalar or set(array.axes) != bound:
            return apart
        return Array((), apply(self._of_one(word), array.value), array.rough)

    def _factors(self, body: Expr, axes: Axes) -> Array | None:
        """The product of all entries of a product, where it is none any more for some factors, as of exp(x)."""
        arrays = [array for array in map(self.array, body.args) if array is not None and set(array.axes) <= {*axes}]
        if len(arrays) < len(body.args) or len(axes) > 2:
            return None
        function = self._of_one("prod")
        count = reduce(multiply, (dimension(axis.size) for axis in axes))
        values = [oriented(array, axes) for array in arrays if array.axes]
        products = [apply(function, value) for value in values]
        stay = [value for value, one in zip(values, products, strict=True) if one.data is function]
        if len(stay) == len(arrays):
            return None
        gone = [num(body.data), *(array.value for array in arrays if not array.axes)]
        rest = [apply(function, hadamard(*stay))] if stay else []
        found = multiply(power(multiply(*gone), count), *(one for one in products if one.data is not function), *rest)
        return Array((), found, any(array.rough for array in arrays))

    def _of_one(self, name: str) -> Function:
        return next(f for f in self.book.overloads(name) if len(f.params) == 1)

    def _leave_one_out(self, body: Expr, bound: set[Index]) -> Array | None:
        """The products of all others, for every i that of f_j with j ≠ i."""
        base, relation = body.args[0], body.args[1].data
        letters = {relation.left.letter, relation.right.letter}
        array = self.array(base)
        if array is None or relation.sign != "!=" or len(letters) < 2 or len(bound) != 1 or not bound <= letters:
            return None
        (other,) = letters - bound
        if set(array.axes) != bound or other is None or relation.right.shift != 0 or {other.axis} != {
                index.axis for index in bound}:
            return None
        return Array((other,), apply(self.book.overloads("prod_others")[0], array.value), array.rough)


def log_of_product(e: Expr, book: Rulebook) -> Expr | None:
    """log(exp(a)/b) as a − log(b), where all factors are positive and one logarithm vanishes."""
    log = book.core("log")
    factors = e.args[0].args if e.data is log and e.args[0].kind is MUL else ()
    if not all(map(is_positive, factors)) or not factors or e.args[0].data != 1:
        return None
    powers = list(map(_as_power, factors))
    logs = [apply(log, base) for base, _ in powers]
    vanish = any(one.data is not log for one in logs)
    return add(*(multiply(k, one) for (_, k), one in zip(powers, logs, strict=True))) if vanish else None


def _as_power(e: Expr) -> tuple[Expr, Expr]:
    return (e.args[0], e.args[1]) if e.kind is POW and is_positive(e.args[0]) else (e, ONE)


def _matrices(function: Function) -> list[Param]:
    """The parameters whose entries count one by one."""
    return [p for p in function.params if p.shape != (1, 1)]


def _span(ref: Ref, axis: Axis) -> tuple[Dim, Dim] | None:
    """Where a place points on its axis: the first position, counted from 0, and how many; None if that is outside."""
    first = subtract(range_of(ref)[0], axis.low)
    size = ref.letter.size if ref.letter is not None else 1
    behind = subtract(axis.size, first + size)
    return (first, size) if _is_natural(first) and _is_natural(behind) else None


def _is_natural(dim: Dim) -> bool:
    """Whether a number of members is at least 0, by all that one sees of n − 1: dimensions are large enough."""
    return dim >= 0 if isinstance(dim, int) else all(q > 0 for names, q in dim.terms if names)


def _upright(e: Expr) -> Expr:
    """A row as a column."""
    return transpose(e) if e.shape[0] == 1 else e


_LIFTS: dict[Kind, Callable[[_Lifting, Expr], Array | None]] = {
    VAR: _Lifting.member,
    CONJ: _Lifting.conjugated,
    ADD: _Lifting.terms,
    POW: _Lifting.powers,
    CALL: _Lifting.call,
    OVER: _Lifting.reduced,
    IVERSON: lambda lifting, e: mask(e, lifting.book),
    **dict.fromkeys(_PRODUCTS, _Lifting.product),
}
