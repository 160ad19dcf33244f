"""Functions whose meaning is about axes and shapes: sums along an axis, products, reshaping, norms, solving.

Each is a method that takes its arguments as the program does, and gives an array. Axes may be called axis or dim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from matcalc.source import leaf as pieces
from matcalc.source.broadcast import Array, Cond, World
from matcalc.source.extents import Dim, times
from matcalc.source.leaf import Key, Leaf, sized
from matcalc.source.marks import Labels, Size
from matcalc.source.refusal import BRANCH, CALL, SHAPES, VALUE, RefusalError


class Structural:
    """The functions, on the arrays of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    # -- values -------------------------------------------------------------------------------------------------

    def array(self, value: Any) -> Array:
        """A value as an array: numbers have no axis."""
        if isinstance(value, Array):
            return value
        if isinstance(value, Size):
            return Array((), ((sized(self.world.dims.find(str(value))),),))
        if isinstance(value, bool | int | float):
            if value != value or value in (float("inf"), float("-inf")):
                raise RefusalError(VALUE, f"{value} is no number of a formula")
            return Array((), ((pieces.number(value if isinstance(value, float) else int(value)),),))
        if isinstance(value, Cond):
            return self.indicator(value)
        if isinstance(value, list | tuple):
            return self.stack(value)
        if isinstance(value, Labels):
            raise RefusalError(VALUE, "labels are read as an index, in one_hot and in cross_entropy")
        raise RefusalError(VALUE, f"an array is expected here, and this is {_called(value)}")

    def dim(self, value: Any) -> Dim:
        """A value as the length of an axis."""
        if isinstance(value, Size):
            return self.world.dims.find(str(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise RefusalError(SHAPES, "a size is expected here: a number, X.shape[0], len(X), or a name of one")

    def indicator(self, cond: Cond) -> Array:
        """One where a comparison holds, else zero."""
        if cond.sign in ("==", "!="):
            raise RefusalError(BRANCH, "== between arrays is read in where(x == 0, …) only")
        shape, left, sign, right = self._sides(cond)
        if "," in left.text + right.text:
            return self.where(cond, 1, 0)
        return Array(shape, ((Leaf(f"[{left.text} {sign} {right.text}]", pieces.ATOM, left.keys),),))

    def _sides(self, cond: Cond, *others: Array) -> tuple[tuple[Dim, ...], Leaf, str, Leaf]:
        w = self.world
        shape = w.together(cond.left, cond.right, *others)
        sides = [w.single(a) for a in (cond.left, cond.right, *others)]
        keys, size = pieces.common(sides), w.size_of(shape)
        left, right = (pieces.filled(side, keys, size) for side in sides[:2])
        return shape, left, cond.sign, right

    def where(self, condition: Any, x: Any = None, y: Any = None) -> Array:
        """x where the condition holds, else y."""
        if not isinstance(condition, Cond) or x is None or y is None:
            raise RefusalError(CALL, "where is read with a comparison and two arrays, where(x > 0, x, a*x)")
        a, b = self.array(x), self.array(y)
        if condition.sign in ("==", "!="):  # x = 0 is x ≥ 0 and x ≤ 0
            same, other = (a, b) if condition.sign == "==" else (b, a)
            below = self.where(Cond(condition.left, "<=", condition.right), same, other)
            return self.where(Cond(condition.left, ">=", condition.right), below, other)
        shape, left, sign, right = self._sides(condition, a, b)
        size = self.world.size_of(shape)
        first, second = (pieces.filled(self.world.single(one), left.keys, size).text for one in (a, b))
        return Array(shape, ((Leaf(f"where({left.text} {sign} {right.text}, {first}, {second})", pieces.ATOM,
                                   left.keys),),), a.guess or b.guess)

    # -- along axes ---------------------------------------------------------------------------------------------

    def axes(self, a: Array, axis: Any) -> list[int]:
        """The keys of the axes that are meant: all of them without one."""
        if axis is None:
            return list(range(-a.rank, 0))
        each = axis if isinstance(axis, tuple | list) else (axis,)
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in each):
            raise RefusalError(VALUE, "an axis is a whole number")
        return [self.world.axis(a, one) for one in each]

    def reduced(self, a: Array, axes: Sequence[int], keepdims: Any, one: Callable[[Array, Key], Array]) -> Array:
        """A reduction along some axes, which stay with length one or go."""
        found = a
        for key in axes:
            found = one(found, key)
        return found if keepdims else self.world.without(found, axes)

    def sum(self, a: Any, axis: Any = None, keepdims: Any = False) -> Array:
        """The sum along axes."""
        if axis is None and isinstance(a, list | tuple):
            total = self.array(a[0])
            for more in a[1:]:
                total = self.world.add(total, self.array(more))
            if total.rank:
                raise RefusalError(CALL, "the sum of a list of arrays is read in Python's sum() of numbers only")
            return total
        a = self.array(a)
        is_whole = axis is None and not keepdims and a.rank == len(a.keys) == 2 and len(a.terms) == 1
        if is_whole and all(isinstance(key, int) for key in a.keys):
            return Array((), ((Leaf(f"sum({self.world.single(a).text})"),),), a.guess)
        return self.reduced(a, self.axes(a, axis), keepdims, self.world.sum)

    def count(self, a: Any, axis: Any = None) -> Array:
        """How many entries there are along axes."""
        a = self.array(a)
        total: Dim = 1
        for key in self.axes(a, axis):
            total = times(total, self.world.dims.find(a.shape[key]))
        return Array((), ((sized(total),),))

    def mean(self, a: Any, axis: Any = None, keepdims: Any = False) -> Array:
        """The mean along axes."""
        a = self.array(a)
        return self.world.divide(self.sum(a, axis, keepdims), self.count(a, axis))

    def row(self, name: str, a: Any, axis: Any = None, keepdims: Any = False, by_axis: bool = False) -> Array:
        """A function of the entries along one axis, or of all entries; `by_axis` where the rules name it so of rows."""
        a, w = self.array(a), self.world
        axes = self.axes(a, axis)
        found = w.single(a)
        gone = [key for key in found.keys if key in axes]
        if not gone:
            made = found  # of one entry, or refused by who knows better
            if axes and all(w.dims.find(a.shape[key]) != 1 for key in axes):
                raise RefusalError(CALL, f"{name} of equal entries is not read")
        elif len(gone) == len(found.keys):
            made = Leaf(f"{name}({found.text})" if len(gone) == 1 else f"{name}(vec({found.text}))")
        else:
            matrix = found if found.keys[1] == gone[0] else pieces.transposed(found)
            made = Leaf(f"{name}({matrix.text}{', axis=1' * by_axis})", pieces.ATOM, matrix.keys[:1])
        shape = tuple(1 if i - a.rank in axes else dim for i, dim in enumerate(a.shape))
        whole = Array(shape, ((made,),), a.guess)
        return whole if keepdims else w.without(whole, axes)

    def along(self, name: str, a: Any, axis: Any = None) -> Array:
        """A function of the entries along one axis that gives as many."""
        whole, w = self.array(a), self.world
        if axis is None and whole.rank != 1:
            raise RefusalError(CALL, f"{name} of an array with {whole.rank} axes needs its axis")
        key = w.axis(whole, -1 if axis is None else axis)
        found = w.single(whole)
        if key not in found.keys:
            raise RefusalError(CALL, f"{name} of equal entries is not read")
        if len(found.keys) == 1:
            return replace(whole, terms=((Leaf(f"{name}({found.text})", pieces.ATOM, found.keys),),))
        matrix = found if found.keys[1] == key else pieces.transposed(found)
        return replace(whole, terms=((Leaf(f"{name}({matrix.text})", pieces.ATOM, matrix.keys),),))

    def max(self, a: Any, axis: Any = None, keepdims: Any = False) -> Array:
        """The largest entry along an axis."""
        return self.row("max", a, axis, keepdims, True)

    def min(self, a: Any, axis: Any = None, keepdims: Any = False) -> Array:
        """The smallest entry along an axis."""
        return self.row("min", a, axis, keepdims, True)

    def prod(self, a: Any, axis: Any = None) -> Array:
        """The product of the entries."""
        return self.row("prod", a, axis, False, True)

    def norm(self, x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, p: Any = None) -> Array:
        """A norm of vectors along an axis, or of an array."""
        a, w = self.array(x), self.world
        ord = p if ord is None else ord
        if axis is None and a.rank == 2 and ord not in (None, "fro"):
            raise RefusalError(
                CALL, "of a matrix the Frobenius norm is read; any other is written with what it is made of"
            )
        if ord == 1:
            return self.sum(w.apply("abs", [a]), axis, keepdims)
        if ord not in (None, 2, 2.0, "fro"):
            raise RefusalError(CALL, "the norms with ord 1 and 2 are read, and that of Frobenius")
        found = w.single(a)
        if axis is None and not keepdims and found.keys and all(isinstance(key, int) for key in found.keys):
            text = f"norm2({found.text})" if len(found.keys) == 1 else f"normF({found.text})"
            return Array((), ((Leaf(text),),), a.guess)
        return w.apply("sqrt", [self.sum(w.power(a, self.array(2)), axis, keepdims)])

    # -- products -----------------------------------------------------------------------------------------------

    def matmul(self, a: Any, b: Any) -> Array:
        """a @ b."""
        return self.world.matmul(self.array(a), self.array(b))

    def dot(self, a: Any, b: Any) -> Array:
        """The product of NumPy's dot: of numbers too."""
        a, b = self.array(a), self.array(b)
        return self.world.multiply(a, b) if not a.rank or not b.rank else self.world.matmul(a, b)

    def outer(self, a: Any, b: Any) -> Array:
        """The products of all pairs of entries of two vectors."""
        return self.world.einsum([self.array(a), self.array(b)], ["a", "b"], "ab")

    def inner(self, a: Any, b: Any) -> Array:
        """The inner product of two vectors."""
        a, b = self.array(a), self.array(b)
        if a.rank != 1 or b.rank != 1:
            raise RefusalError(CALL, "inner is read of two vectors; of matrices write A @ B.T")
        return self.vdot(a, b)

    def vdot(self, a: Any, b: Any) -> Array:
        """The sum of the products of entries."""
        a, b = self.array(a), self.array(b)
        if a.rank != b.rank or a.rank > 2:
            raise RefusalError(SHAPES, "both need the same number of axes")
        return self.world.einsum([a, b], ["ab"[:a.rank]] * 2, "")

    def einsum(self, subscripts: Any, *operands: Any) -> Array:
        """Sums over the letters that do not stand behind the arrow."""
        text = str(subscripts).replace(" ", "")
        inputs, arrow, output = text.partition("->")
        if "." in text or not operands:
            raise RefusalError(CALL, "einsum is read with letters, 'ij,jk->ik'")
        letters = inputs.split(",")
        if not arrow:
            output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
        if len(letters) != len(operands) or len(set(output)) < len(output) or not set(output) <= set(inputs):
            raise RefusalError(CALL, f"einsum does not take “{text}” here")
        return self.world.einsum([self.array(a) for a in operands], letters, output)

    def trace(self, a: Any) -> Array:
        """The sum of the diagonal."""
        found, _ = self.square(a)
        return Array((), ((Leaf(f"tr({found.text})"),),))

    def square(self, a: Any) -> tuple[Leaf, Array]:
        """A square matrix as a piece with rows -2 and columns -1."""
        a, w = self.array(a), self.world
        if a.rank != 2:
            raise RefusalError(SHAPES, "a square matrix is expected here")
        w.dims.same(a.shape[0], a.shape[1], "the sides of a square")
        found = w.single(a)
        if any(isinstance(key, str) for key in found.keys) or len(found.keys) == 1:
            raise RefusalError(CALL, "of a matrix for every member of a loop this is not read")
        return pieces.filled(found, (-2, -1), w.size_of(a.shape)), a

    def of_square(self, name: str, a: Any, is_number: bool) -> Array:
        """A function of a square matrix."""
        found, whole = self.square(a)
        if is_number:
            return Array((), ((Leaf(f"{name}({found.text})"),),), whole.guess)
        return Array(whole.shape, ((Leaf(f"{name}({found.text})", pieces.ATOM, (-2, -1)),),), whole.guess)

    def slogdet(self, a: Any) -> tuple[object, Array]:
        """The sign, which is not read, and the logarithm of the absolute determinant."""
        return None, self.of_square("logdet", a, True)

    def solve(self, a: Any, b: Any) -> Array:
        """A⁻¹ b."""
        inverse, b = self.of_square("inv", a, False), self.array(b)
        return self.world.matmul(inverse, b)

    def stack(self, arrays: Sequence[Any]) -> Array:
        """A vector of numbers."""
        each = [self.world.scalar(self.array(a)) for a in arrays]
        if not each:
            raise RefusalError(SHAPES, "an empty array is not read")
        return Array((len(each),), ((Leaf(f"[{'; '.join(one.text for one in each)}]", pieces.ATOM, (-1,)),),))


def _called(value: object) -> str:
    return {"NoneType": "None", "str": "a text", "dict": "a dict"}.get(type(value).__name__, "something else")
