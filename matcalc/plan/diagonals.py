"""Arrays that are zero wherever two of their axes are at different places, and what they are where these agree.

    H[i, a, j, b] = δ_ij B[i, a, b]

A product is zero where a factor is; a sum where all terms are; a value under a condition where the condition fails.
So blocks on a diagonal are found, and then computed, without the array in which they stand. What agrees is written as
a pattern: one number for each axis, the same number for axes that go together, counted as they occur.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial

from matcalc.plan.node import Axes, Graph, Letters, Node, last, ordered

Pattern = Letters


def zeros(root: Node) -> dict[Node, Pattern]:
    """For each array the axes off whose common diagonals it is certainly zero."""
    found: dict[Node, Pattern] = {}
    for e in ordered(root):
        found[e] = _OFF.get(e.op, _nowhere)(e, [found[arg] for arg in e.args])
    return found


def counted(labels: Iterable[object]) -> Pattern:
    """Labels as a pattern."""
    numbers: dict[object, int] = {}
    return tuple([numbers.setdefault(x, len(numbers)) for x in labels])


def is_whole(pattern: Pattern) -> bool:
    """Whether no two axes go together."""
    return len({*pattern}) == len(pattern)


def _nowhere(e: Node, _: Sequence[Pattern] = ()) -> Pattern:
    """Nothing is known."""
    return tuple(range(len(e.shape)))


def _everywhere(shape: Axes) -> Pattern:
    """Of what is zero."""
    return counted(shape)


def _product(e: Node, inner: Sequence[Pattern]) -> Pattern:
    if not e.data.number:
        return _everywhere(e.shape)
    same = joined((spec, pattern) for spec, pattern in zip(e.data.specs, inner, strict=True))
    return counted(same(x) for x in e.data.out)


def _sum(e: Node, inner: Sequence[Pattern]) -> Pattern:
    """A number is added to every entry."""
    return _nowhere(e) if not all(arg.shape for arg in e.args) else counted(zip(*inner, strict=True))


def _map(e: Node, inner: Sequence[Pattern]) -> Pattern:
    """Of functions of entries those that choose, and what they choose by."""
    own = [pattern if arg.shape else _everywhere(e.shape) if _is_zero(arg) else _nowhere(e)
           for arg, pattern in zip(e.args, inner, strict=True)]
    if e.data == "where":
        return counted(zip(_both(own[:2]), own[2], strict=True))
    if e.data == "and":
        return _both(own)
    if e.data == "or":
        return counted(zip(*own, strict=True))
    return _both([_nowhere(e), _agreeing(e)]) if e.data == "equal" else _nowhere(e)


def _both(patterns: Sequence[Pattern]) -> Pattern:
    """Zero off the one diagonal and off the other."""
    axes = range(len(patterns[0]))
    same = joined((axes, pattern) for pattern in patterns)
    return counted(same(k) for k in axes)


def _agreeing(e: Node) -> Pattern:
    """Axes along which the places that are compared count alike."""
    (a, first), (b, second) = map(_counted_along, e.args)
    return _nowhere(e) if a is None or a is not b else tuple(
        min(first, second) if k in (first, second) else k for k in range(len(e.shape)))


def _counted_along(e: Node) -> tuple[Node | None, int]:
    """The places along an axis that an array repeats along all others, and that axis."""
    if e.op == "range":
        return e, 0
    is_view = e.op == "einsum" and e.data.number == 1 and len(e.args) == 1 and e.args[0].op == "range"
    return (e.args[0], e.data.out.index(e.data.specs[0][0])) if is_view and len({*e.data.out}) == len(
        e.data.out) else (None, 0)


def _is_zero(e: Node) -> bool:
    return e.op == "number" and not e.data


def joined(equal: Iterable[tuple[Sequence[int], Sequence[int]]]) -> Callable[[int], int]:
    """For each label the one that stands for all that are equal: those for which a pattern has one number."""
    new: dict[int, int] = {}
    for labels, pattern in equal:
        firsts: dict[int, int] = {}
        for label, number in zip(labels, pattern, strict=True):
            a, b = last(new, firsts.setdefault(number, label)), last(new, label)
            if a != b:
                new[max(a, b)] = min(a, b)
    return partial(last, new)


_OFF: dict[str, Callable[[Node, Sequence[Pattern]], Pattern]] = {"einsum": _product, "add": _sum, "map": _map}


class Diagonals:
    """Takes diagonals of the arrays of one graph, before these are computed."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.done: dict[tuple[Node, Pattern], Node] = {}

    def taken(self, root: Node, pattern: Pattern) -> Node:
        """The array where axes with the same number in the pattern are at the same place, with one axis for each
        number."""
        order, zero = ordered(root), zeros(root)
        wanted: dict[Node, dict[Pattern, None]] = {root: {pattern: None}}
        for e in reversed(order):
            for own in wanted.get(e, ()):
                for arg, inner in self._needed(e, own, zero):
                    wanted.setdefault(arg, {})[inner] = None
        for e in order:
            for own in wanted.get(e, ()):
                self.done[e, own] = self._made(e, own, zero)
        return self.done[root, pattern]

    def _needed(self, e: Node, pattern: Pattern, zero: dict[Node, Pattern]) -> Iterator[tuple[Node, Pattern]]:
        """The operands of which diagonals are needed, and which."""
        if is_whole(pattern):
            return
        if e.op == "einsum":
            same = self._letters(e, pattern, zero)
            yield from ((arg, counted(map(same, spec))) for arg, spec in zip(e.args, e.data.specs, strict=True))
        elif e.op in ("add", "map"):
            yield from ((arg, pattern) for arg in e.args if arg.shape)

    def _letters(self, e: Node, pattern: Pattern, zero: dict[Node, Pattern]) -> Callable[[int], int]:
        """The letters of a product that are one: in the result, and because a factor is zero elsewhere."""
        factors = zip(e.data.specs, [zero[arg] for arg in e.args], strict=True)
        return joined([(e.data.out, pattern), *factors])

    def _made(self, e: Node, pattern: Pattern, zero: dict[Node, Pattern]) -> Node:
        if is_whole(pattern):
            return e
        shape = tuple(dict(zip(reversed(pattern), reversed(e.shape), strict=True))[k] for k in range(
            len({*pattern})))
        if e.op == "einsum":
            same = self._letters(e, pattern, zero)
            specs = [[*map(same, spec)] for spec in e.data.specs]
            args = [self.done[arg, counted(spec)] for arg, spec in zip(e.args, specs, strict=True)]
            out = dict.fromkeys((k, same(x)) for k, x in zip(pattern, e.data.out, strict=True))
            return self.graph.einsum(e.data.number, args, [[*dict.fromkeys(spec)] for spec in specs],
                                     [x for _, x in out], shape)
        if e.op in ("add", "map"):
            args = [self.done[arg, pattern] if arg.shape else arg for arg in e.args]
            if e.op == "add":
                return self.graph.add(list(zip(e.data, args, strict=True)))
            return self._mapped(e, args, shape)
        return self.graph.einsum(Fraction(1), [e], [pattern], [*dict.fromkeys(pattern)], shape)

    def _mapped(self, e: Node, args: Sequence[Node], shape: Axes) -> Node:
        """A condition that holds everywhere is none."""
        if e.data != "where" or not _always(args[0]):
            return self.graph.map(e.data, *args)
        letters = range(len(shape)) if args[1].shape else ()
        return self.graph.einsum(Fraction(1), [args[1]], [letters], range(len(shape)), shape)


def _always(e: Node) -> bool:
    """Whether a condition certainly holds."""
    if (e.op == "map" and e.data == "and") or (e.op == "einsum" and e.data.number == 1 and len(e.args) == 1):
        return all(map(_always, e.args))
    return e.op == "map" and e.data == "equal" and e.args[0] is e.args[1] and _counted_along(e.args[0])[0] is not None
