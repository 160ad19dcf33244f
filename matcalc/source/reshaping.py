"""Functions that change the shape of arrays or make arrays of one: transposes, reshapes, broadcasts, running sums.

Each takes its arguments as the program does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from matcalc.source import leaf as pieces
from matcalc.source.broadcast import Array, Cond
from matcalc.source.extents import Dim, plus, times
from matcalc.source.leaf import Key, Leaf
from matcalc.source.marks import Labels, Range, Size
from matcalc.source.refusal import CALL, SHAPES, RefusalError
from matcalc.source.structural import Structural


class Reshaping(Structural):
    """The functions, on the arrays of one world."""

    def cholesky(self, a: Any, upper: Any = False) -> Array:
        """The lower factor."""
        found = self.of_square("cholesky", a, False)
        return self.transpose(found) if upper else found

    def triangular(self, a: Any, b: Any, lower: Any = False) -> Array:
        """The solution of a triangular system."""
        name = "tril" if lower else "triu"
        return self.solve(self.of_square(name, a, False), b)

    # -- shapes -------------------------------------------------------------------------------------------------

    def transpose(self, a: Any, *axes: Any) -> Array:
        """Axes in another order; without one, turned round."""
        a = self.array(a)
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes
        places = [self.world.axis(a, i) for i in order] if order and order[0] is not None else \
            list(range(-1, -a.rank - 1, -1))
        if sorted(places) != list(range(-a.rank, 0)):
            raise RefusalError(SHAPES, "the axes are named once each")
        keys: dict[Key, Key] = {old: i - a.rank for i, old in enumerate(places)}
        return self.world.renamed(a, keys, [a.shape[old] for old in places])

    def swapaxes(self, a: Any, axis0: Any, axis1: Any) -> Array:
        """Two axes exchanged."""
        a = self.array(a)
        order = list(range(-a.rank, 0))
        i, j = self.world.axis(a, axis0), self.world.axis(a, axis1)
        order[i], order[j] = order[j], order[i]
        return self.transpose(a, tuple(order))

    def squeeze(self, a: Any, axis: Any = None) -> Array:
        """Without axes of length one."""
        a = self.array(a)
        known = [self.world.dims.find(dim) for dim in a.shape]
        axes = self.axes(a, axis) if axis is not None else [i - a.rank for i, dim in enumerate(known) if dim == 1]
        if any(known[key] != 1 for key in axes):
            raise RefusalError(SHAPES, "an axis that is left out has length one")
        return self.world.without(a, axes)

    def expand_dims(self, a: Any, axis: Any) -> Array:
        """One more axis of length one."""
        a = self.array(a)
        return self.world.with_axis(a, axis if axis >= 0 else a.rank + 1 + axis)

    def reshape(self, a: Any, *shape: Any) -> Array:
        """The same entries row by row in another shape, where that adds or drops axes of length one, or makes one axis
        of all."""
        a, w = self.array(a), self.world
        wanted = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple | list) else list(shape)
        dims: list[Dim | None] = [None if one == -1 else self.dim(one) for one in wanted]
        known = [w.dims.find(dim) for dim in a.shape]
        long = [dim for dim in known if dim != 1]
        kept = [dim for dim in dims if dim != 1]
        if len(kept) == len(long):
            for one, other in zip(kept, long, strict=True):
                if one is not None:
                    w.dims.same(one, other, "the shapes")
            flat = self.squeeze(a)
            for i, dim in enumerate(dims):
                flat = w.with_axis(flat, i) if dim == 1 else flat
            return flat
        if kept == [None] and len(long) == 2 and not any(isinstance(key, str) for key in a.keys):
            matrix = pieces.filled(w.single(self.squeeze(a)), (-2, -1), w.size_of(self.squeeze(a).shape))
            text = matrix.text[:-1] if matrix.text.endswith("'") and matrix.level == pieces.POWER else \
                f"{matrix.at(pieces.ATOM)}'"
            flat = Array((times(*long),), ((Leaf(f"vec({text})", pieces.ATOM, (-1,)),),), a.guess)
            for i, dim in enumerate(dims):
                flat = w.with_axis(flat, i) if dim == 1 else flat
            return flat
        raise RefusalError(
            SHAPES, "this reshape is not read: one may add axes of length one, drop them, or make one of all"
        )

    def ravel(self, a: Any) -> Array:
        """All entries row by row."""
        a = self.array(a)
        return self.reshape(a, -1) if a.rank else self.world.with_axis(a, 0)

    def diag(self, a: Any) -> Array:
        """The diagonal of a matrix, or the matrix with a diagonal."""
        a = self.array(a)
        if a.rank == 1:
            found = self.world.single(a)
            vector = pieces.filled(found, (-1,), self.world.size_of(a.shape))
            return Array(a.shape * 2, ((Leaf(f"diag({vector.text})", pieces.ATOM, (-2, -1)),),), a.guess)
        found, whole = self.square(a)
        return Array(whole.shape[:1], ((Leaf(f"diag({found.text})", pieces.ATOM, (-1,)),),), whole.guess)

    def eye(self, n: Any, m: Any = None) -> Array:
        """The identity."""
        dim = self.dim(n)
        if m is not None:
            self.world.dims.same(dim, self.dim(m), "the sides of an identity")
        return Array((dim, dim), ((Leaf(f"eye({dim})", pieces.ATOM, (-2, -1)),),))

    def full(self, shape: Any, value: Any) -> Array:
        """An array with one value everywhere."""
        each = shape if isinstance(shape, tuple | list) else (shape,)
        return replace(self.array(value), shape=tuple(self.dim(one) for one in each))

    def full_like(self, a: Any, value: Any) -> Array:
        """The same of the shape of another."""
        return replace(self.array(value), shape=self.array(a).shape)

    def concatenate(self, arrays: Any, axis: Any = 0) -> Array:
        """Arrays one after the other."""
        each, w = [self.array(a) for a in arrays], self.world
        if len({a.rank for a in each}) != 1 or not each[0].rank:
            raise RefusalError(SHAPES, "arrays with as many axes each are put together")
        key, rank = w.axis(each[0], axis), each[0].rank
        total: Dim = w.dims.find(each[0].shape[key])
        for a in each[1:]:
            total = plus(total, w.dims.find(a.shape[key]))
            for other in range(-rank, 0):
                if other != key:
                    w.dims.same(each[0].shape[other], a.shape[other], "the shapes")
        keys: tuple[Key, ...] = tuple(range(-rank, 0))
        texts = [pieces.filled(w.single(a), keys, w.size_of(a.shape)).text for a in each]
        text = f"[{('; ' if key == -rank else ', ').join(texts)}]"
        shape = tuple(total if i - rank == key else dim for i, dim in enumerate(each[0].shape))
        return Array(shape, ((Leaf(text, pieces.ATOM, keys),),))

    # -- broadcasting and running sums --------------------------------------------------------------------------

    def expand(self, a: Any, *sizes: Any) -> Array:
        """The array spread to a shape; -1 keeps the size of an axis."""
        a = self.array(a)
        each = list(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], tuple | list) else list(sizes)
        if len(each) < a.rank:
            raise RefusalError(SHAPES, "an array is spread to as many axes as it has, or more")
        have = [1] * (len(each) - a.rank) + list(a.shape)
        shape = tuple(self.world.dims.find(old) if isinstance(one, int) and one == -1 else self.dim(one)
                      for one, old in zip(each, have, strict=True))
        self.world.together(replace(a, guess=""), Array(shape, a.terms[:0]))
        for old, new in zip(have, shape, strict=True):
            if self.world.dims.find(old) != 1:
                self.world.dims.same(old, new, "the shapes")
        return Array(shape, a.terms, a.guess)

    def expand_as(self, a: Any, b: Any) -> Array:
        """The array spread to the shape of another."""
        shape = self.array(b).shape
        return self.expand(a, tuple(one if isinstance(one, int) else Size(one) for one in shape))

    def cumsum(self, a: Any, axis: Any = None) -> Array:
        """Running sums along an axis."""
        a, w = self.array(a), self.world
        if axis is None and a.rank != 1:
            raise RefusalError(CALL, f"cumsum of an array with {a.rank} axes needs its axis")
        key = w.axis(a, 0 if axis is None else axis)
        found = w.single(a)
        if key not in found.keys:
            raise RefusalError(CALL, "cumsum of equal entries is not read")
        if len(found.keys) == 1:
            return Array(a.shape, ((Leaf(f"cumsum({found.text})", pieces.ATOM, found.keys),),), a.guess)
        matrix = found if found.keys[1] == key else pieces.transposed(found)
        return Array(a.shape, ((Leaf(f"cumsum({matrix.text}, axis=1)", pieces.ATOM, matrix.keys),),), a.guess)

    def tensordot(self, a: Any, b: Any, axes: Any = 2) -> Array:
        """The sum over the last axes of one and the first of the other."""
        a, b = self.array(a), self.array(b)
        if not isinstance(axes, int) or not 0 <= axes <= min(a.rank, b.rank):
            raise RefusalError(CALL, "tensordot is read with the number of axes that are summed over")
        names = "abcdefgh"
        left, right = names[:a.rank], names[a.rank - axes:a.rank - axes + b.rank]
        return self.world.einsum([a, b], [left, right], left[:a.rank - axes] + right[axes:])

    def cho_factor(self, a: Any, lower: Any = False) -> tuple[Array, bool]:
        """The factor of Cholesky, and whether it is the lower one."""
        return self.cholesky(a, not lower), bool(lower)

    def cho_solve(self, factor: Any, b: Any) -> Array:
        """A⁻¹ b from the factor of A."""
        if not isinstance(factor, tuple | list) or len(factor) != 2 or not isinstance(factor[1], bool):
            raise RefusalError(CALL, "cho_solve takes (factor, lower)")
        root = self.array(factor[0])
        other = self.transpose(root)
        whole = self.matmul(root, other) if factor[1] else self.matmul(other, root)
        return self.solve(whole, b)

    # -- entries that are set -----------------------------------------------------------------------------------

    def replaced(self, a: Any, index: Any, value: Any) -> Array | None:
        """The array after a[index] = value, for its diagonal, the entries of labels, all entries, or those where a
        comparison holds; None of other indices."""
        a, w = self.array(a), self.world
        one = self.array(value)
        if index == slice(None) or index is Ellipsis:
            return self.expand(one, tuple(dim if isinstance(dim, int) else Size(dim) for dim in a.shape))
        if isinstance(index, Cond):
            return self.where(index, value, a) if not one.rank else None
        if not isinstance(index, tuple) or len(index) != 2 or not isinstance(index[0], Range) or a.rank != 2:
            return None
        w.dims.same(index[0].size, a.shape[0], "the rows")
        if isinstance(index[1], Labels):
            mask = index[1].matrix
            for dim, other in zip(mask.shape, a.shape, strict=True):
                w.dims.same(dim, other, "labels and scores")
        elif isinstance(index[1], Range):
            w.dims.same(index[1].size, a.shape[1], "the columns")
            mask = self.eye(Size(w.dims.same(a.shape[0], a.shape[1], "the sides of a square")))
        else:
            return None
        rest = w.subtract(a, w.multiply(mask, a))
        return rest if not one.rank and w.single(one).text in ("0", "0.0") else \
            w.add(rest, w.multiply(mask, w.with_axis(one, 1) if one.rank else one))
