"""Arrays as NumPy has them: a shape, and what stands in every entry, as a sum of products of pieces.

Up to two axes the sum is one piece, a formula in matrices. With more, as in X[:, None, :] - Y[None, :, :], it stays a
sum of products until a sum along an axis has contracted it; what needs all entries at once is refused meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from matcalc.source import leaf as pieces
from matcalc.source.extents import Dim, Dims
from matcalc.source.leaf import ONE, Key, Leaf, sized
from matcalc.source.refusal import AXES, SHAPES, UNKNOWN, RefusalError

Term = tuple[Leaf, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """`shape` counts from the first axis; the keys of the pieces count from the last. `guess` names the variable by
    whose letter alone the number of axes is known."""

    shape: tuple[Dim, ...]
    terms: tuple[Term, ...]
    guess: str = ""

    @property
    def rank(self) -> int:
        """How many axes."""
        return len(self.shape)

    @property
    def keys(self) -> frozenset[Key]:
        """The axes along which entries differ."""
        return frozenset(key for term in self.terms for piece in term for key in piece.keys)


@dataclass(frozen=True, slots=True, eq=False)
class Cond:
    """A comparison, entry by entry: left, the sign, right."""

    left: Array
    sign: str
    right: Array


class World:
    """What all arrays of one function share: sizes, and the loops that are running."""

    def __init__(self) -> None:
        self.dims = Dims()
        self.loops: dict[str, Dim] = {}

    # -- making -------------------------------------------------------------------------------------------------

    def of(self, text: str, shape: Sequence[Dim], guess: str = "") -> Array:
        """A variable of this shape; axes of length one are none in the formula."""
        keys = tuple(i - len(shape) for i, dim in enumerate(shape) if self.dims.find(dim) != 1)
        if len(keys) > 2:
            raise RefusalError(AXES, f"{text} has {len(keys)} axes; a formula has numbers, vectors and matrices")
        return Array(tuple(shape), ((Leaf(text, pieces.ATOM, keys),),), guess)

    def size_of(self, shape: Sequence[Dim]) -> Callable[[Key], Dim]:
        """The size of the axis that a key means."""
        return lambda key: self.dims.find(self.loops[key] if isinstance(key, str) else shape[key])

    def single(self, a: Array) -> Leaf:
        """The array as one piece. Raises RefusalError where it has three axes."""
        if len(a.keys) > 2:
            raise RefusalError(AXES, f"an array with {len(a.keys)} axes is read in sums of products only, as in "
                          "((X[:, None, :] - Y[None, :, :])**2).sum(-1)")
        size = self.size_of(a.shape)
        made: Leaf | None = None
        for term in _collected(a.terms) if len(a.terms) > 1 else a.terms:
            count = _factor(term) if len(term) > 1 else None
            is_less = count is not None and count < 0
            if count is not None:
                term = (pieces.number(abs(count)), *term[1:])
            one = reduce(lambda x, y: pieces.multiplied(x, y, size), term, ONE)
            if made is None:
                made = pieces.negated(one) if is_less else one
            else:
                made = (pieces.subtracted if is_less else pieces.added)(made, one, size)
        return made or pieces.number(0)

    def scalar(self, a: Array) -> Leaf:
        """An array with one entry as a number."""
        if a.keys or any(self.dims.find(dim) != 1 for dim in a.shape):
            raise RefusalError(SHAPES, "a number is expected here, and this is an array")
        return self.single(a)

    # -- broadcasting -------------------------------------------------------------------------------------------

    def together(self, *arrays: Array) -> tuple[Dim, ...]:
        """The shape that arrays are broadcast to. Raises RefusalError where they do not fit, or where the number of
        axes of one is known by its letter only and decides."""
        rank = max(a.rank for a in arrays)
        for a in arrays:
            if 0 < a.rank < rank and a.guess:
                raise RefusalError(
                    UNKNOWN,
                    f"the shape of {a.guess} is not stated, and it matters here: it is spread over "
                    f"the rows of another array",
                    (f'-v "{a.guess}: vector(n)"', f'-v "{a.guess}: matrix(n,1)"'),
                )
        found: list[Dim] = []
        for i in range(-rank, 0):
            here = [self.dims.find(a.shape[i]) for a in arrays if a.rank >= -i]
            long = [dim for dim in here if dim != 1]
            for other in long[1:]:
                self.dims.same(long[0], other, "the shapes")
            found.append(self.dims.find(long[0]) if long else 1)
        return tuple(found)

    def _joined(self, join: Callable[[Leaf, Leaf, pieces.Sized], Leaf], a: Array, b: Array) -> Array:
        shape = self.together(a, b)
        made = join(self.single(a), self.single(b), self.size_of(shape))
        return Array(shape, ((made,),), a.guess or b.guess)

    def add(self, a: Array, b: Array) -> Array:
        """a + b."""
        shape = self.together(a, b)
        if len(a.keys | b.keys) <= 2:
            return self._joined(pieces.added, a, b)
        return Array(shape, a.terms + b.terms, a.guess or b.guess)

    def negate(self, a: Array) -> Array:
        """-a."""
        if len(a.keys) <= 2:
            return replace(a, terms=((pieces.negated(self.single(a)),),))
        return replace(a, terms=tuple((pieces.number(-1), *term) for term in a.terms))

    def subtract(self, a: Array, b: Array) -> Array:
        """a - b."""
        if len(a.keys | b.keys) <= 2:
            return self._joined(pieces.subtracted, a, b)
        minus = tuple((pieces.number(-1), *term) for term in b.terms)
        return Array(self.together(a, b), a.terms + minus, a.guess or b.guess)

    def multiply(self, a: Array, b: Array) -> Array:
        """a times b, entry by entry."""
        if len(a.keys | b.keys) <= 2:
            return self._joined(pieces.multiplied, a, b)
        shape = self.together(a, b)
        return Array(shape, _collected([(*s, *t) for s in a.terms for t in b.terms]), a.guess or b.guess)

    def divide(self, a: Array, b: Array) -> Array:
        """a over b, entry by entry."""
        if len(a.keys | b.keys) <= 2:
            return self._joined(pieces.divided, a, b)
        below = Array(b.shape, ((pieces.divided(ONE, self.single(b), self.size_of(b.shape)),),), b.guess)
        return self.multiply(a, below)

    def power(self, a: Array, b: Array) -> Array:
        """a to the b, entry by entry; of three axes by whole numbers."""
        text = self.single(b).text
        if len(a.keys) > 2 and not b.keys and text in ("2", "3"):
            return reduce(self.multiply, [a] * int(text))
        if text == "2" and not a.keys:
            return replace(a, terms=((Leaf(f"{self.single(a).at(pieces.ATOM)}^2", pieces.POWER),),))
        return self._joined(pieces.raised, a, b)

    def apply(self, name: str, arrays: Sequence[Array], more: str = "") -> Array:
        """A function of numbers, entry by entry."""
        shape = self.together(*arrays)
        made = pieces.applied(name, [self.single(a) for a in arrays], self.size_of(shape), more)
        return Array(shape, ((made,),), next((a.guess for a in arrays if a.guess), ""))

    # -- axes ---------------------------------------------------------------------------------------------------

    def renamed(self, a: Array, keys: Mapping[Key, Key], shape: Sequence[Dim]) -> Array:
        """The same entries with other axes."""
        terms = tuple(tuple(piece._replace(keys=tuple(keys.get(key, key) for key in piece.keys)) for piece in term)
                      for term in a.terms)
        return Array(tuple(shape), tuple(map(self._on_the_diagonal, terms)), a.guess)

    def _on_the_diagonal(self, term: Term) -> Term:
        """An axis that occurs twice in one piece is that of the diagonal."""
        return tuple(Leaf(f"diag({piece.text})", pieces.ATOM, piece.keys[:1])
                     if len(piece.keys) == 2 and piece.keys[0] == piece.keys[1] else piece for piece in term)

    def axis(self, a: Array, axis: int) -> int:
        """The key of an axis that is counted from either end."""
        if not -a.rank <= axis < a.rank:
            raise RefusalError(SHAPES, f"there is no axis {axis} in an array of {a.rank}")
        return axis if axis < 0 else axis - a.rank

    def without(self, a: Array, gone: Iterable[int]) -> Array:
        """The array without axes (negative keys) along which it has one entry each."""
        lost = set(gone)
        kept = [i for i in range(-a.rank, 0) if i not in lost]
        keys: dict[Key, Key] = {old: new - len(kept) for new, old in enumerate(kept)}
        return self.renamed(a, keys, [a.shape[i] for i in kept])

    def with_axis(self, a: Array, place: int) -> Array:
        """The array with an axis of length one more, before axis `place` of the result counted from the first."""
        shape = [*a.shape[:place], 1, *a.shape[place:]]
        keys: dict[Key, Key] = {i - a.rank: (i + (i >= place)) - len(shape) for i in range(a.rank)}
        return self.renamed(a, keys, shape)

    def sum(self, a: Array, key: Key) -> Array:
        """The sum along one axis, which is left with length one."""
        size = self.size_of(a.shape)
        shape = a.shape if isinstance(key, str) else tuple(
            1 if i - a.rank == key else dim for i, dim in enumerate(a.shape))
        if len(a.keys) <= 2:
            terms: tuple[Term, ...] = (self._summed((self.single(a),), key, size),)
        else:
            terms = tuple(self._summed(term, key, size) for term in a.terms)
        return Array(shape, terms, a.guess)

    def _summed(self, term: Term, key: Key, size: Callable[[Key], Dim]) -> Term:
        """The sum of a product along one axis."""
        inside = [piece for piece in term if key in piece.keys]
        outside = tuple(piece for piece in term if key not in piece.keys)
        if not inside:
            return (sized(size(key)), *outside) if size(key) != 1 else outside or (ONE,)
        scale = [piece for piece in inside if len(piece.keys) == 1]
        groups: dict[Key, Leaf] = {}
        for piece in (piece for piece in inside if len(piece.keys) == 2):
            other = piece.keys[0] if piece.keys[1] == key else piece.keys[1]
            groups[other] = pieces.multiplied(groups[other], piece, size) if other in groups else piece
        if len(groups) > 2:
            raise RefusalError(AXES, "a product of three arrays along one axis is not read")
        found = list(groups.values())
        if not found and len(scale) > 1:
            rest = reduce(lambda x, y: pieces.multiplied(x, y, size), scale[1:])
            return (pieces.contracted(scale[0], rest, key), *outside)
        if not found:
            whole = reduce(lambda x, y: pieces.multiplied(x, y, size), scale)
            return (pieces.summed(whole, key, size), *outside)
        if scale and len(found) == 1:
            found.append(reduce(lambda x, y: pieces.multiplied(x, y, size), scale))
        elif scale:
            found[0] = reduce(lambda x, y: pieces.multiplied(x, y, size), scale, found[0])
        made = pieces.contracted(found[0], found[1], key) if len(found) == 2 else pieces.summed(found[0], key, size)
        return (made, *outside)

    def matmul(self, a: Array, b: Array) -> Array:
        """a @ b: of vectors the inner product, of matrices the matrix product."""
        if not a.rank or not b.rank:
            raise RefusalError(SHAPES, "@ does not take numbers")
        if a.rank > 2 or b.rank > 2:
            raise RefusalError(AXES, "@ of arrays with three axes is not read")
        return self.einsum([a, b], ["ab"[2 - a.rank:] if a.rank == 2 else "b", "bc"[:b.rank]],
                           "a" * (a.rank == 2) + "c" * (b.rank == 2))

    def einsum(self, arrays: Sequence[Array], inputs: Sequence[str], output: str) -> Array:
        """The sum over all letters that are not in `output`."""
        sizes: dict[str, Dim] = {}
        made: list[Term] = [()]
        for a, letters in zip(arrays, inputs, strict=True):
            if len(letters) != a.rank:
                raise RefusalError(SHAPES, f"{letters} has {len(letters)} letters, the array {a.rank} axes")
            for letter, dim in zip(letters, a.shape, strict=True):
                sizes[letter] = self.dims.same(sizes[letter], dim, f"the axes {letter}") if letter in sizes else dim
            one = self.renamed(a, {i - a.rank: f" {letter}" for i, letter in enumerate(letters)}, ())
            single = ((self.single(one),),) if len(one.keys) <= 2 else one.terms
            made = [(*term, *more) for term in made for more in single]
        inner = dict(self.loops)
        self.loops.update({f" {letter}": dim for letter, dim in sizes.items()})
        try:
            size = self.size_of(())
            for letter in dict.fromkeys(letter for letters in inputs for letter in letters if letter not in output):
                made = [self._summed(term, f" {letter}", size) for term in made]
            found = Array((), tuple(made), next((a.guess for a in arrays if a.guess), ""))
            if len(found.keys) <= 2:
                found = replace(found, terms=((self.single(found),),))
        finally:
            self.loops = inner
        return self.renamed(found, {f" {letter}": i - len(output) for i, letter in enumerate(output)},
                            [sizes[letter] for letter in output])


def _factor(term: Term) -> int | None:
    """The whole number in front of a product, None where there is none."""
    text = term[0].text if term and not term[0].keys else ""
    return int(text) if text.lstrip("-").isdigit() else None


def _collected(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The same sum, its numbers multiplied and equal products counted."""
    counts: dict[Term, int] = {}
    for term in terms:
        count = 1
        rest: list[Leaf] = []
        for piece in term:
            number = _factor((piece,))
            count = count * number if number is not None else count
            rest += [piece] if number is None else []
        key = tuple(sorted(rest, key=lambda piece: (len(piece.keys), piece.text, str(piece.keys))))
        counts[key] = counts.get(key, 0) + count
    return tuple(term if count == 1 else (pieces.number(count), *term) for term, count in counts.items() if count)
