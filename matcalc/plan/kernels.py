"""Which kernel computes a node: a product of two arrays is a dot product, a matrix product of operands as they are or
transposed, a scaling of rows; a sum is additions and subtractions. Afterwards every node is named by its kernel.

`column` and `row` of a vector repeat it along the other axis of a matrix; they are how entrywise kernels take a vector.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations

from matcalc.core.dims import Dim
from matcalc.plan.minuses import with_signs
from matcalc.plan.names import ENTRYWISE
from matcalc.plan.node import Axes, Einsum, Graph, Letters, Node, extents, ordered, uses

Pair = tuple[Node, Letters]
BY_ENTRIES = frozenset("add subtract negate multiply divide reciprocal where maximum minimum less less_equal greater "
                       "greater_equal equal not_equal and or".split()) | ENTRYWISE | {"sqrt", "power"}
_REPEATED = frozenset({"row", "column", ""})


class Kernels:
    """Names the kernels of a graph whose products have two factors."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.uses: Counter[Node] = Counter()
        self.done: dict[Node, Node] = {}

    def named(self, roots: Sequence[Node]) -> list[Node]:
        """The roots in terms of kernels."""
        order = ordered(*roots)
        self.uses = uses(order, roots)
        for e in order:
            if e in self.done:
                continue
            args = [self.done[arg] for arg in e.args]
            how = _HOW.get(e.op)
            self.done[e] = how(self, e, args) if how else self.graph.node(e.op, map(self._solid, args), e.data, e.shape)
        return with_signs(self.graph, [self._solid(self.done[root]) for root in roots])

    def _solid(self, a: Node) -> Node:
        """An array that does not only repeat where it meets another one."""
        if a.op not in ("row", "column"):
            return a
        return self.make("spread", *a.args, shape=a.shape, data=(0,) if a.op == "row" else (1,))

    def make(self, op: str, *args: Node, shape: Axes, data: object = None) -> Node:
        """A kernel. What is done to vectors that all repeat along one axis is done before they do."""
        views = {a.op for a in args if a.shape}
        if op in BY_ENTRIES and len(views) == 1 and views < _REPEATED:
            inner = self.make(op, *(a.args[0] if a.shape else a for a in args), shape=args[0].args[0].shape if args[
                0].shape else args[-1].args[0].shape, data=data)
            return self.graph.node(views.pop(), [inner], None, shape)
        return self.graph.node(op, args, data, shape)

    # sums

    def _add(self, e: Node, args: Sequence[Node]) -> Node:
        """Σ cₖ aₖ from left to right, what is subtracted last, numbers in front of what is not."""
        triples = list(zip(e.data, e.args, args, strict=True))
        terms = sorted(triples, key=lambda t: (_is_on_diagonal(t[1]), t[0] < 0, t[2].op == "number" and t[0] > 0))
        common = abs(terms[0][0])
        if len(e.shape) and common != 1 and all(abs(c) == common and not _has_number(x) for c, x, _ in terms):
            return self._times(common, self._add(self.graph.node("add", e.args, tuple(
                c / common for c in e.data), e.shape), args))
        found: Node | None = None
        for c, origin, term in terms:
            if len(terms) > 1 and _repeats_number(origin):
                c, origin, term = c * origin.data.number, origin.args[0], self.done[origin.args[0]]
            if found is None:
                found = self._scaled(c, origin, term)
            elif _is_on_diagonal(origin) and len(found.shape) == 2:
                found = self.make("add_diagonal", self._solid(found), self._on_diagonal(c, origin), shape=found.shape)
            else:
                found = self._joined("add" if c > 0 else "subtract", found, self._scaled(abs(c), origin, term))
        assert found is not None
        return found if found.shape == e.shape else self._repeated(found, e.shape)

    def _scaled(self, c: Fraction, origin: Node, term: Node) -> Node:
        """A multiple of a term; where a number stands in front of an array already, of that number."""
        if c not in (1, -1) and self.uses[origin] < 2 and _has_number(origin):
            other = self.graph.node("einsum", origin.args, origin.data._replace(number=origin.data.number * c),
                                    origin.shape)
            return self._einsum(other, [self.done[arg] for arg in origin.args])
        return self._times(c, term)

    def _on_diagonal(self, c: Fraction, origin: Node) -> Node:
        """What is on the diagonal of a diagonal matrix: a number or a vector."""
        if not origin.args:
            return self.graph.number(c * origin.data.number)
        (inner,) = origin.args
        return self._times(c * origin.data.number, self.done[inner])

    def _joined(self, op: str, a: Node, b: Node) -> Node:
        if b.op == "negate":
            op, b = {"add": "subtract", "subtract": "add"}[op], b.args[0]
        if a.op == "number" and b.op == "number":
            return self.graph.number(a.data + b.data if op == "add" else a.data - b.data)
        if a.op == "negate" and op == "add":
            return self.make("subtract", b, a.args[0], shape=max(a.shape, b.shape, key=len))
        return self.make(op, a, b, shape=max(a.shape, b.shape, key=len))

    def _times(self, c: Fraction, a: Node) -> Node:
        """A rational multiple: a minus, a division by a whole number, a factor in front."""
        if a.op == "number":
            return self.graph.number(c * a.data)
        if c == 1:
            return a
        if c == -1 or (c < 0 and c.numerator == -1):
            return self.make("negate", self._times(-c, a), shape=a.shape)
        if c.numerator == 1:
            return self.make("divide", a, self.graph.number(c.denominator), shape=a.shape)
        return self.make("multiply", self.graph.number(c), a, shape=a.shape)

    # products

    def _einsum(self, e: Node, args: Sequence[Node]) -> Node:
        data: Einsum = e.data
        pairs = list(zip(args, data.specs, strict=True))
        if not pairs:
            return self._filled(e)
        if len(pairs) == 1:
            (a, spec), = pairs
            if {*spec} <= {*data.out}:  # a view, or one that fills in: of fewer numbers
                return self._unary((self._times(data.number, a), spec), data.out, e.shape)
            return self._times(data.number, self._unary(pairs[0], data.out, e.shape))
        if len(pairs) == 2 and _has_number(e):
            pairs = [(self._numbered(data.number, a), spec) if not spec else (a, spec) for a, spec in pairs]
            return self._binary(pairs, data.out, e.shape)
        if len(pairs) == 2:
            return self._times(data.number, self._binary(pairs, data.out, e.shape))
        return self._times(data.number, self._within(pairs, data.out, e.shape) or self._folded(
            pairs, data.out, extents(e), e.shape))

    def _numbered(self, c: Fraction, a: Node) -> Node:
        """A multiple of a number in front of an array; 1/x stays what the array is divided by."""
        if a.op == "reciprocal" and c == -1 and self.uses[a] < 2:
            return self.make("reciprocal", self._times(c, a.args[0]), shape=())
        return self._times(c, a)

    def _folded(self, pairs: list[Pair], out: Letters, lengths: dict[int, Dim], shape: Axes) -> Node:
        """Several operands, two at a time: those with the fewest axes together first."""
        def kept(pair: tuple[Pair, Pair]) -> Letters:
            later = {x for p in pairs if p is not pair[0] and p is not pair[1] for x in p[1]} | {*out}
            return tuple(x for x in dict.fromkeys((*pair[0][1], *pair[1][1])) if x in later)

        while len(pairs) > 2:
            both = min(combinations(pairs, 2), key=lambda pair: len(kept(pair)))
            inner = kept(both)
            made = self._renumbered(both, inner, tuple(lengths[x] for x in inner))
            pairs = [*(p for p in pairs if p is not both[0] and p is not both[1]), (made, inner)]
        return self._renumbered(pairs, out, shape)

    def _renumbered(self, pairs: Sequence[Pair], out: Letters, shape: Axes) -> Node:
        """Two operands, their letters counted anew in the order in which they occur."""
        new: dict[int, int] = {}
        for x in (*(x for _, spec in pairs for x in spec), *out):
            new.setdefault(x, len(new))
        return self._binary([(a, tuple(new[x] for x in spec)) for a, spec in pairs], tuple(new[x] for x in out), shape)

    def _filled(self, e: Node) -> Node:
        """A number, everywhere or on the diagonal."""
        number, out = self.graph.number(e.data.number), e.data.out
        if len(out) == 2 and len({*out}) == 1 and number.data:
            return self._times(e.data.number, self.make("eye", shape=e.shape))
        return self._unary((number, ()), out, e.shape)

    def _repeated(self, a: Node, shape: Axes) -> Node:
        """A number as an array."""
        return self.make("fill", a, shape=shape)

    def _unary(self, pair: Pair, out: Letters, shape: Axes) -> Node:
        """One operand: summed, turned, put on a diagonal, repeated."""
        new = {x: k for k, x in enumerate(dict.fromkeys((*pair[1], *out)))}
        a, spec, out = pair[0], tuple(new[x] for x in pair[1]), tuple(new[x] for x in out)
        pair = a, spec
        if spec == out and len({*out}) == len(out):
            return a
        if len({*out}) < len(out):
            return self._embedded(pair, out, shape)
        if not spec:
            return self._repeated(a, shape)
        if spec == (0, 1) and out == (1, 0):
            return self._flipped(a)
        a = self._solid(a)
        if spec == (0, 0):
            inner = self.make("diagonal", a, shape=a.shape[:1]) if 0 in out else self.make("trace", a, shape=())
            return self._unary((inner, (0,) if 0 in out else ()), out, shape)
        if len({*spec}) < len(spec):
            own = tuple(x for x in dict.fromkeys(spec) if x in out)
            lengths = dict(zip(spec, a.shape, strict=True))
            inner = self.make("einsum", a, shape=tuple(lengths[x] for x in own), data=((spec,), own))
            return self._unary((inner, own), out, shape)
        kept = tuple(x for x in spec if x in out)
        if len({*spec}) == len(spec) and kept != spec:
            axes = tuple(k for k, x in enumerate(spec) if x not in out)
            inner = self.make("sum", a, shape=tuple(d for k, d in enumerate(a.shape) if k not in axes), data=axes)
            return self._unary((inner, tuple(kept)), out, shape)
        if spec == (0,) and out in ((0, 1), (1, 0)):
            return self.make("column" if out[0] == 0 else "row", a, shape=shape)
        if sorted(spec) == sorted(out) and len({*out}) == len(out):
            return self.make("turn", a, shape=shape, data=tuple(spec.index(x) for x in out))
        if len({*out}) == len(out) and {*spec} <= {*out}:
            turned = self._unary((a, spec), tuple(x for x in out if x in spec), tuple(
                d for x, d in zip(out, shape, strict=True) if x in spec))
            return self.make("spread", turned, shape=shape, data=tuple(k for k, x in enumerate(out) if x not in spec))
        return self.make("einsum", a, shape=shape, data=((spec,), out))

    def _embedded(self, pair: Pair, out: Letters, shape: Axes) -> Node:
        """Zero but where the axes with one letter agree."""
        own = tuple(dict.fromkeys(out))
        lengths = dict(zip(out, shape, strict=True))
        core = self._solid(self._unary(pair, own, tuple(lengths[x] for x in own)))
        if len(out) == 2 and core.op == "fill":
            eye = self.make("eye", shape=shape)
            return eye if core.args[0].op == "number" and core.args[0].data == 1 else self.make(
                "multiply", core.args[0], eye, shape=shape)
        return self.make("diagonal_matrix", core, shape=shape) if len(out) == 2 else self.make(
            "embed", core, shape=shape, data=((out,), own))

    def _binary(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node:
        """Two operands."""
        found = self._within(pairs, out, shape)
        if found is not None:
            return found
        pairs = [self._alone(pair, {*out, *other}) for pair, (_, other) in zip(pairs, pairs[::-1], strict=True)]
        (a, left), (b, right) = pairs
        summed = {*left, *right} - {*out}
        if not summed and ({*left} >= {*right} or {*right} >= {*left}):
            return self._entrywise(pairs, out, shape)
        pairs = [(self._solid(one), spec) for one, spec in pairs]
        (a, _), (b, _) = pairs
        if len(left) <= 2 and len(right) <= 2 and len(out) <= 2:
            found = self._matrices(pairs, out, shape)
            if found is not None:
                return found
        return self._stacked(pairs, out, shape) or self._tensors(pairs, out, shape) or self.make(
            "einsum", a, b, shape=shape, data=((left, right), out))

    def _within(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node | None:
        """What a product does not give by itself, diagonals and repetitions, is done to it afterwards."""
        own = {x for _, spec in pairs for x in spec}
        if len({*out}) == len(out) and {*out} <= own:
            return None
        inner = tuple(x for x in dict.fromkeys(out) if x in own)
        lengths = dict(zip(out, shape, strict=True))
        due = tuple(lengths[x] for x in inner)
        product = self._binary(pairs, inner, due) if len(pairs) == 2 else self.make(
            "einsum", *(self._solid(a) for a, _ in pairs), shape=due, data=(tuple(spec for _, spec in pairs), inner))
        letters = {x: k for k, x in enumerate(dict.fromkeys((*inner, *out)))}
        return self._unary((product, tuple(letters[x] for x in inner)), tuple(letters[x] for x in out), shape)

    def _alone(self, pair: Pair, others: set[int]) -> Pair:
        """An operand summed over letters that nothing else has, and along its diagonal where a letter stands twice."""
        a, spec = pair
        kept = tuple(x for x in dict.fromkeys(spec) if x in others)
        if kept == spec:
            return pair
        lengths = dict(zip(spec, a.shape, strict=True))
        letters = {x: k for k, x in enumerate(dict.fromkeys(spec))}
        return self._unary((a, tuple(letters[x] for x in spec)), tuple(letters[x] for x in kept),
                           tuple(lengths[x] for x in kept)), kept

    def _tensors(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node | None:
        """A matrix product of all summed axes against all others."""
        (a, left), (b, right) = pairs if pairs[0][1][:1] == out[:1] else pairs[::-1]
        summed = [x for x in left if x in right]
        if not summed or any(x in out for x in summed) or len({*left}) < len(left) or len({*right}) < len(right) or \
                {*left, *right} - {*summed} != {*out}:
            return None
        kept = (*(x for x in left if x not in summed), *(x for x in right if x not in summed))
        lengths = dict(zip((*left, *right), (*a.shape, *b.shape), strict=True))
        places = tuple(left.index(x) for x in summed), tuple(right.index(x) for x in summed)
        made = self.make("tensordot", a, b, shape=tuple(lengths[x] for x in kept), data=places)
        letters = {x: k for k, x in enumerate(kept)}
        return self._unary((made, tuple(letters[x] for x in kept)), tuple(letters[x] for x in out), shape)

    def _entrywise(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node:
        """A product of entries; a factor 1/x divides."""
        pairs = sorted(pairs, key=lambda p: (p[0].op == "reciprocal", len(p[1]) > 0))
        (a, left), (b, right) = pairs
        if b.op == "reciprocal" and self.uses_of(b) < 2:
            return self.make("divide", self._laid(a, left, out, shape), self._laid(b.args[0], right, out, shape),
                             shape=shape)
        return self.make("multiply", self._laid(a, left, out, shape), self._laid(b, right, out, shape), shape=shape)

    def uses_of(self, e: Node) -> int:
        """How often a kernel is an operand, as far as is known."""
        return self.uses[e]

    def _laid(self, a: Node, spec: Letters, out: Letters, shape: Axes) -> Node:
        """An operand so that its axes are those of the result; numbers stay."""
        if not spec or spec == out:
            return a
        letters = {x: k for k, x in enumerate(dict.fromkeys((*spec, *out)))}
        return self._unary((a, tuple(letters[x] for x in spec)), tuple(letters[x] for x in out), shape)

    def _matrices(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node | None:
        """Products of vectors and matrices."""
        if len(pairs[0][1]) < len(pairs[1][1]):
            pairs = pairs[::-1]
        (a, left), (b, right) = pairs
        summed = {*left, *right} - {*out}
        if len({*left}) < len(left) or len({*right}) < len(right):
            return None
        if not out:
            return self._number(pairs)
        if len(left) == len(right) == 1:
            first, last = (a, b) if out == (*left, *right) else (b, a)
            return self.make("outer", first, last, shape=shape)
        if len(right) == 1 and len(summed) == 1 and len(out) == 1:
            return self.make("matvec" if left[1] in summed else "vecmat", a, b, shape=shape)
        if len(left) == len(right) == 2 and len(out) == 1 and {*left} == {*right}:
            other = b if left == right else self._flipped(b)
            return self.make("row_inner" if left[0] == out[0] else "column_inner", a, other, shape=shape)
        if len(left) == len(right) == len(out) == 2 and len(summed) == 1:
            (k,) = summed
            (a, left), (b, right) = (pairs if out[0] in left else pairs[::-1])
            turns = ("t" if left[0] == k else "n") + ("t" if right[1] == k else "n")
            return self.make("matmul" if turns == "nn" else f"matmul_{turns}", a, b, shape=shape)
        return None

    def _number(self, pairs: list[Pair]) -> Node | None:
        (a, left), (b, right) = pairs
        if left == right:
            return self.make("dot" if len(left) == 1 else "inner", a, b, shape=())
        if left == right[::-1]:
            return self.make("inner", a, self._flipped(b), shape=())
        return None

    def _flipped(self, a: Node) -> Node:
        """The transpose, of a repeated vector the vector repeated the other way."""
        other = {"row": "column", "column": "row"}.get(a.op)
        if other is not None:
            return self.make(other, *a.args, shape=a.shape[::-1])
        return a.args[0] if a.op == "transpose" else self.make("transpose", a, shape=a.shape[::-1])

    def _stacked(self, pairs: list[Pair], out: Letters, shape: Axes) -> Node | None:
        """Matrix products of stacks: axes in front that both have, then one that is summed."""
        (a, left), (b, right) = pairs
        batch = tuple(x for x in out if x in left and x in right)
        summed = {*left, *right} - {*out}
        if len(summed) != 1 or len({*left}) < len(left) or len({*right}) < len(right):
            return None
        (k,) = summed
        if k not in left or k not in right:
            return None
        rows = tuple(x for x in out if x in left and x not in batch)
        columns = tuple(x for x in out if x in right and x not in batch)
        if len(rows) > 1 or len(columns) > 1 or out != (*batch, *rows, *columns) or not batch:
            return None
        if not rows and not columns:
            return None
        lengths = dict(zip((*left, *right), (*a.shape, *b.shape), strict=True))
        sides = []
        for node, spec, want in ((a, left, (*batch, *rows, k)), (b, right, (*batch, k, *columns))):
            turned = self._laid(node, spec, want, tuple(lengths[x] for x in want))
            full = (*(lengths[x] for x in batch), *((lengths[x] for x in want[len(batch):]) if len(want) == len(
                batch) + 2 else ((1, lengths[k]) if node is a and spec == left else (lengths[k], 1))))
            sides.append(turned if len(want) == len(batch) + 2 else self.make("reshape", turned, shape=full))
        wide = (*(lengths[x] for x in batch), *((lengths[rows[0]],) if rows else (1,)),
                *((lengths[columns[0]],) if columns else (1,)))
        found = self.make("matmul", *sides, shape=wide)
        return found if wide == shape else self.make("reshape", found, shape=shape)

    def _map(self, e: Node, args: Sequence[Node]) -> Node:
        if e.data == "reciprocal":
            if args[0].op == "number" and args[0].data:
                return self.graph.number(1 / args[0].data)
            made = self.make("reciprocal", args[0], shape=e.shape)
            self.uses[made] = self.uses[e]
            return made
        return self.make(e.data, *args, shape=e.shape)


def _has_number(e: Node) -> bool:
    """Whether a product is a number times an array."""
    return e.op == "einsum" and sorted(map(bool, e.data.specs)) == [False, True]


def _repeats_number(e: Node) -> bool:
    """Whether it is a number in every entry."""
    return e.op == "einsum" and len(e.args) == 1 and e.data.specs == ((),) and len({*e.data.out}) == len(e.data.out) > 0


def _is_on_diagonal(e: Node) -> bool:
    """Whether it is a matrix with a number or a vector on its diagonal."""
    return e.op == "einsum" and len(e.args) < 2 and len(e.data.out) == 2 and len({*e.data.out}) == 1 and (
        not e.args or ({*e.data.specs[0]} <= {*e.data.out} and len(e.args[0].shape) < 2))


_HOW: dict[str, Callable[[Kernels, Node, Sequence[Node]], Node]] = {
    "add": Kernels._add, "einsum": Kernels._einsum, "map": Kernels._map,
    "reduce": lambda known, e, args: known.make(e.data[0], *map(known._solid, args), shape=e.shape, data=e.data[1]),
}
