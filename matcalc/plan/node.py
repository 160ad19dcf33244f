"""The graph of a program: nodes are arrays, equal nodes are one object, and operands stand before what uses them.

An array has an axis for every index and for rows and columns, unless there is one row or one column: a number has no
axis, a vector one. The products, sums, transposes, diagonals and repetitions of arrays are one operation, `einsum`:
    out[i, j] = number · Σₖ a[i, k] b[k, j]
where a letter of `out` that no operand has repeats, and one that stands twice in `out` makes a diagonal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from matcalc.core.dims import Dim
from matcalc.limits import spend
from matcalc.plan.names import REAL_VALUED
from matcalc.records import NamedTuple

Axes = tuple[Dim, ...]
Letters = tuple[int, ...]


class Einsum(NamedTuple):
    """What an `einsum` node is besides its operands: the number in front, the letters of each operand, of the result.

    Letters are counted in the order in which they occur."""

    number: Fraction
    specs: tuple[Letters, ...]
    out: Letters


TURNED = Einsum(Fraction(1), ((0, 1),), (1, 0))


class Node:
    """One array: the operation, its operands, its literal part, the lengths of its axes, its place in the graph, and
    whether its entries are complex numbers."""

    __slots__ = ("args", "complex", "data", "op", "place", "shape")

    def __init__(self, op: str, args: tuple[Node, ...], data: Any, shape: Axes, place: int) -> None:
        self.op, self.args, self.data, self.shape, self.place = op, args, data, shape, place
        self.complex = _gives_complex(op, args, data)

    def __repr__(self) -> str:
        inner = ", ".join(repr(arg) for arg in self.args)
        return f"{self.op}[{self.data}]({inner})" if self.data is not None else f"{self.op}({inner})"


class Graph:
    """The nodes of one program, each once.

    `numbers` are rational: rounding is the last thing that happens to them.
    """

    def __init__(self) -> None:
        self._table: dict[tuple[str, tuple[Node, ...], Any, Axes], Node] = {}
        self._orientations: dict[Any, Letters] = {}
        self.symmetric: dict[Node, bool] = {}
        self.nonnegative: set[Node] = set()  # arguments of which it is declared
        self.hermitian: set[Node] = set()  # likewise

    def node(self, op: str, args: Iterable[Node] = (), data: Any = None, shape: Axes = ()) -> Node:
        """The one node with these parts."""
        key = (op, tuple(args), data, shape)
        found = self._table.get(key)
        if found is None:
            spend(1 + len(key[1]))
            found = self._table[key] = Node(op, key[1], data, shape, len(self._table))
        return found

    def number(self, value: Fraction | int) -> Node:
        """A rational number."""
        return self.node("number", data=Fraction(value))

    def size(self, dim: Dim) -> Node:
        """A dimension as a number."""
        return self.number(dim) if isinstance(dim, int) else self.node("size", data=dim)

    def map(self, name: str, *args: Node) -> Node:
        """A function of entries; operands have one shape, or are numbers."""
        shape = max((arg.shape for arg in args), key=len)
        return self._upright(args, shape, lambda given, shape: self.node("map", given, name, shape))

    def turned(self, a: Node) -> Node:
        """The transpose of a matrix."""
        return self.einsum(Fraction(1), [a], [(0, 1)], (1, 0), a.shape[::-1])

    def _upright(self, args: Sequence[Node], shape: Axes, make: Callable[[Sequence[Node], Axes], Node]) -> Node:
        """What is done entry by entry, to operands as they are or to their transposes: the way in which fewer of them
        have to be turned, so that a formula and its transpose are one array."""
        matrices = [a for a in args if len(a.shape) == 2]
        if not matrices or not any(map(is_turned, matrices)):
            return make(args, shape)
        flipped = [self.turned(a) if len(a.shape) == 2 else a for a in args]
        other = [a for a in flipped if len(a.shape) == 2]
        if [sum(map(is_turned, other)), is_turned(min(other, key=_origin))] < [
                sum(map(is_turned, matrices)), is_turned(min(matrices, key=_origin))]:
            return self.turned(make(flipped, shape[::-1]))
        return make(args, shape)

    def add(self, terms: Sequence[tuple[Fraction, Node]]) -> Node:
        """Σ cₖ aₖ; numbers are added to each entry."""
        collected: dict[Node, Fraction] = {}
        for c, term in terms:
            collected[term] = collected.get(term, Fraction(0)) + c
        kept = [(term, c) for term, c in collected.items() if c]
        shape = max((term.shape for _, term in terms), key=len)
        if len(kept) == 1 and kept[0][0].shape == shape:
            return self.scaled(kept[0][1], kept[0][0])
        if not kept:
            return self.einsum(Fraction(0), [], [], list(range(len(shape))), shape)
        numbers = tuple(c for _, c in kept)
        return self._upright([term for term, _ in kept], shape,
                             lambda given, shape: self.node("add", given, numbers, shape))

    def _orientation(self, number: Fraction, pairs: Sequence[tuple[Node, Letters]], out: tuple[Any, ...],
                     fixed: bool) -> tuple[Any, ...]:
        """The order in which the axes of a product are computed."""
        natural = _natural(pairs, out)
        if len(out) != 2 or len({*out}) < 2:
            return natural
        letters: dict[Any, int] = {}
        for label in (label for _, spec in pairs for label in spec):
            letters.setdefault(label, len(letters))
        if any(x not in letters for x in out):
            return natural
        key = (number, tuple((node, tuple(letters[x] for x in spec)) for node, spec in pairs),
               frozenset(letters[x] for x in out))
        chosen = self._orientations.setdefault(key, tuple(letters[x] for x in (out if fixed else natural)))
        return tuple(sorted(out, key=lambda x: chosen.index(letters[x])))

    def _closed(self, pairs: list[tuple[Node, Letters]], out: tuple[Any, ...], same: dict[Any, Any],
                gone: dict[Any, Dim]) -> tuple[list[tuple[Node, Letters]], tuple[Any, ...], Fraction]:
        """Labels that a diagonal makes the same are one; one that only repetitions had and that is summed counts how
        often they repeat."""
        pairs = [(node, tuple(last(same, x) for x in spec)) for node, spec in pairs]
        out = tuple(last(same, x) for x in out)
        has = {*out, *(x for _, spec in pairs for x in spec)}
        missing = {y: size for x, size in gone.items() for y in [last(same, x)] if y not in has}
        number = Fraction(1)
        for size in missing.values():
            if isinstance(size, int):
                number *= size
            else:
                pairs.append((self.size(size), ()))
        return pairs, out, number

    def is_symmetric(self, e: Node) -> bool:
        """Whether it is certainly its own transpose."""
        if len(e.shape) != 2 or e.shape[0] != e.shape[1]:
            return False
        if e not in self.symmetric:
            self.symmetric[e] = False
            self.symmetric[e] = self._is_symmetric(e)
        return self.symmetric[e]

    def _is_symmetric(self, e: Node) -> bool:
        if e.op == "inverse":
            return e.data in ("spd", "sym") or self.is_symmetric(e.args[0])
        if e.op == "matrix_power":
            return self.is_symmetric(e.args[0])
        if e.op == "add":
            terms = list(zip(e.data, e.args, strict=True))
            return all(not a.shape or self.is_symmetric(a) or (c, self._turned_of(a)) in terms for c, a in terms)
        if e.op == "map":
            return all(not arg.shape or self.is_symmetric(arg) for arg in e.args)
        if e.op != "einsum":
            return e.op in ("cholesky_inverse", "symmetric_inverse")
        i, j = e.data.out
        swap = {i: j, j: i}
        pairs = list(zip(e.args, e.data.specs, strict=True))
        turned = [(a, tuple(swap.get(x, x) for x in spec)) for a, spec in pairs]
        return i == j or sorted(map(self._signed, pairs)) == sorted(map(self._signed, turned))

    def _turned_of(self, a: Node) -> Node:
        """The transpose of a matrix, whether anybody needs it or not."""
        return a.args[0] if is_turned(a) else self.turned(a)

    def _signed(self, pair: tuple[Node, Letters]) -> tuple[int, Letters]:
        node, spec = pair
        return node.place, tuple(sorted(spec)) if self.is_symmetric(node) else spec

    def scaled(self, number: Fraction, a: Node) -> Node:
        """A rational multiple."""
        letters = list(range(len(a.shape)))
        return self.einsum(number, [a], [letters], letters, a.shape)

    def einsum(self, number: Fraction, args: Sequence[Node], specs: Sequence[Sequence[Any]], out: Sequence[Any],
               shape: Axes, fixed: bool = False) -> Node:
        """The product of `args`, whose axes have the labels `specs`, summed over those that are not in `out`.

        Numbers among the operands are multiplied into `number`, and operands are put in their order. A matrix is
        computed in one orientation: in its natural one, or as it is asked for first where that is `fixed`."""
        out = tuple(out)
        number, pairs, same, gone = _through(number, args, specs)
        if gone:
            pairs, out, repeats = self._closed(pairs, out, same, gone)
            number *= repeats
        if not number:
            pairs = []
        if not pairs and not out:
            return self.number(number)
        kept = {*out}  # of a symmetric matrix the axis that is summed stands last: S A and Sᵀ A are one array
        pairs = [(node, tuple(sorted(spec, key=lambda x: (x not in kept, str(x)))) if len(spec) == 2 and
                  self.is_symmetric(node) else spec) for node, spec in pairs]
        if len(pairs) == 1 and len(out) == 2 and self.is_symmetric(pairs[0][0]) and {*out} == {*pairs[0][1]}:
            out = pairs[0][1]
        if len(pairs) == 1 and number == 1 and pairs[0][1] == tuple(out) and len({*out}) == len(out):
            return pairs[0][0]
        pairs = _in_order(pairs, out)
        natural = self._orientation(number, pairs, out, fixed) if len(pairs) > 1 else out
        if natural != out:  # one array, and views of it
            lengths = dict(zip(out, shape, strict=True))
            product = self.einsum(number, [arg for arg, _ in pairs], [spec for _, spec in pairs], natural,
                                  tuple(lengths[x] for x in natural), fixed=True)
            return self.einsum(Fraction(1), [product], [natural], out, shape)
        letters: dict[Any, int] = {}
        for label in (*(label for _, spec in pairs for label in spec), *out):
            letters.setdefault(label, len(letters))
        data = Einsum(number, tuple(tuple(letters[x] for x in spec) for _, spec in pairs),
                      tuple(letters[x] for x in out))
        return self.node("einsum", [arg for arg, _ in pairs], data, shape)


def _through(number: Fraction, args: Sequence[Node], specs: Sequence[Sequence[Any]]) -> tuple[
        Fraction, list[tuple[Node, Letters]], dict[Any, Any], dict[Any, Dim]]:
    """The operands, seen through views: the number in front, what is multiplied, which labels a diagonal makes the
    same, and the lengths of those that a view had."""
    pairs: list[tuple[Node, Letters]] = []
    same: dict[Any, Any] = {}
    gone: dict[Any, Dim] = {}
    for arg, spec in zip(args, specs, strict=True):
        if arg.op == "number":
            number *= arg.data
        elif arg.op == "einsum" and len(arg.args) < 2 and {x for s in arg.data.specs for x in s} <= {*arg.data.out}:
            number *= arg.data.number
            places: dict[int, Any] = {}
            for x, label, size in zip(arg.data.out, spec, arg.shape, strict=True):
                first = last(same, places.setdefault(x, label))
                if last(same, label) != first:
                    same[last(same, label)] = first
                gone[label] = size
            pairs += [(inner, tuple(places[x] for x in own))
                      for inner, own in zip(arg.args, arg.data.specs, strict=True)]
        else:
            pairs.append((arg, tuple(spec)))
    return number, pairs, same, gone


def _in_order(pairs: Sequence[tuple[Node, Letters]], out: Sequence[Any]) -> list[tuple[Node, Letters]]:
    """Operands in the order of the graph; one that stands there twice by what its axes have in common with others."""
    if len({node for node, _ in pairs}) == len(pairs):
        return sorted(pairs, key=lambda pair: pair[0].place)
    meets: dict[Any, list[tuple[int, int]]] = {}
    for node, spec in pairs:
        for k, x in enumerate(spec):
            meets.setdefault(x, []).append((node.place, k))
    signs = {x: (x not in out, sorted(found)) for x, found in meets.items()}
    return sorted(pairs, key=lambda pair: (pair[0].place, [signs[x] for x in pair[1]]))


def last(same: dict[Any, Any], label: Any) -> Any:
    """What a label has become."""
    while label in same:
        label = same[label]
    return label


def _natural(pairs: Sequence[tuple[Node, Sequence[Any]]], out: Sequence[Any]) -> tuple[Any, ...]:
    """The axes of a product in the order that its kernel gives them: those in front of their operands first. Of A Bᵀ
    the axis of what was computed comes before that of an argument, of Aᵀ B that of the argument."""
    found: dict[Any, tuple[int, int, int]] = {}
    for node, spec in pairs:
        is_input = node.op == "input"
        for k, x in enumerate(spec):
            place = k - len(spec)
            key = (place, is_input if place < -1 else not is_input, len(found))
            found[x] = min(key, found.get(x, key))
    if len({*out}) < len(out) or any(x not in found for x in out) or len(out) != 2:
        return tuple(out)
    return tuple(sorted(out, key=found.__getitem__))


def _gives_complex(op: str, args: Sequence[Node], data: Any) -> bool:
    """Whether an operation has complex values; which arguments are complex, whoever makes them says."""
    if not args:
        return op == "constant" and data == "i"
    function = getattr(data, "function", None)
    if function is not None and function.plain is not None and function.has("real"):
        return False
    return (data if op == "map" else op) not in REAL_VALUED and any(arg.complex for arg in args)


def paths(root: Node, below: Node) -> int:
    """In how many places `below` stands in `root`."""
    counts: dict[Node, int] = {}
    for e in ordered(root):
        counts[e] = 1 if e is below else sum(counts[arg] for arg in e.args)
    return counts[root]


def is_turned(e: Node) -> bool:
    """Whether it is the transpose of a matrix that is computed as such."""
    return e.op == "einsum" and len(e.args) == 1 and e.data == TURNED


def upright(e: Node) -> Node:
    """What is computed as such, of a transpose what is turned."""
    return e.args[0] if is_turned(e) else e


def _origin(e: Node) -> int:
    return upright(e).place


def extents(e: Node) -> dict[int, Dim]:
    """The lengths of the letters of an einsum."""
    found = {x: d for arg, spec in zip(e.args, e.data.specs, strict=True) for x, d in zip(spec, arg.shape, strict=True)}
    return found | dict(zip(e.data.out, e.shape, strict=True))


def ordered(*roots: Node) -> list[Node]:
    """Every node below `roots` once, operands first."""
    seen: set[Node] = set()
    done: list[Node] = []
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        e, expanded = stack.pop()
        if expanded:
            done.append(e)
        elif e not in seen:
            seen.add(e)
            stack.append((e, True))
            stack.extend((arg, False) for arg in reversed(e.args) if arg not in seen)
    spend(len(done))
    return done


def uses(order: Iterable[Node], roots: Iterable[Node]) -> Counter[Node]:
    """How often each node is needed, by others and as a root."""
    found = Counter(arg for e in order for arg in e.args)
    found.update(roots)
    return found


def uses_upright(order: Iterable[Node], roots: Iterable[Node]) -> Counter[Node]:
    """The same where what uses a transpose uses what is turned."""
    order = list(order)
    found = uses((e for e in order if not is_turned(e)), roots)
    for e in order:
        if is_turned(e):
            found[e.args[0]] += found[e]
    return found


def rewritten(graph: Graph, roots: Sequence[Node], change: Callable[[Node], Node | None]) -> list[Node]:
    """The roots with nodes changed, operands first; `change` sees a node whose operands are changed already, and
    says None where it stays."""
    done: dict[Node, Node] = {}
    for e in ordered(*roots):
        args = tuple(done[arg] for arg in e.args)
        new = e if args == e.args else remade(graph, e, args)
        done[e] = change(new) or new
    return [done[root] for root in roots]


def remade(graph: Graph, e: Node, args: Sequence[Node]) -> Node:
    """The same operation of other operands."""
    if e.op == "einsum":
        return graph.einsum(e.data.number, args, e.data.specs, e.data.out, e.shape)
    if e.op == "add":
        return graph.add(list(zip(e.data, args, strict=True)))
    return graph.node(e.op, args, e.data, e.shape)
