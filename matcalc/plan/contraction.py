"""Products of many factors, two at a time: the order that is cheapest at guessed lengths (the matrix-chain problem,
for products of any shape), where what is computed already costs nothing.

An inverse among the factors is a solve; a factor that is a sum is multiplied out where that is cheaper, as in
(A + Aᵀ) x and (D + U Uᵀ) x; numbers go to the smallest array on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import inf, prod

from matcalc.core.dims import Dim
from matcalc.plan.cost import CALL, PRODUCT, SOLVE, STREAM, Lengths
from matcalc.plan.factor import solves
from matcalc.plan.node import Graph, Letters, Node, extents, ordered, paths, rewritten
from matcalc.plan.pairs import Factor, components, is_solvable, natural, opened, unavoidable

EXACT = 6  # factors up to which all orders are tried
MOST = 1500  # pairs that are looked at before no more sums are multiplied out
MANY = 16  # factors up to which the cheapest pair comes first
FEW = 3  # products that are planned once
TERMS = 5  # of a sum that may be multiplied out
ONE = Fraction(1)


class Contraction:
    """Plans the products of one graph; `used` is what is computed anyway."""

    def __init__(self, graph: Graph, lengths: Lengths) -> None:
        self.graph, self.lengths = graph, lengths
        self.used: set[Node] = set()
        self.done: dict[Node, Node] = {}
        self.costs: dict[Node, float] = {}
        self.known: dict[tuple[Node, tuple[Node, ...], int, int], Node] = {}
        self.hints: list[Letters] = []  # how matrices beside a product have their axes
        self.pairs = 0  # that were looked at
        self.nested = 0  # sums that are being multiplied out, one inside the other
        self.origins: dict[Node, Node] = {}  # of what is planned: the product of many factors

    def planned(self, roots: Sequence[Node]) -> list[Node]:
        """The roots, with products of two factors only. What is planned last uses what the first ones need anyway, so
        both ways round are tried, and once more with what the better one computes for nothing."""
        ways = [self._one_by_one(roots)]
        if len(roots) > 1:
            ways.append(Contraction(self.graph, self.lengths)._one_by_one(roots[::-1])[::-1])
        if sum(e.op == "einsum" for e in ordered(*roots)) > FEW:
            ways.append(self._given(unavoidable(roots), roots))
            best = min(ways, key=self._whole_price)
            ways.append(self._given(ordered(*best), roots))
        return min(ways, key=self._whole_price)

    def _given(self, known: Iterable[Node], roots: Sequence[Node]) -> list[Node]:
        """The roots, planned as if what is `known` cost nothing."""
        other = Contraction(self.graph, self.lengths)
        other.used.update(known)
        return other._one_by_one(roots)

    def _whole_price(self, roots: Sequence[Node]) -> float:
        """What all of a plan costs."""
        return sum(map(self._own, _needed(roots, frozenset())))

    def _one_by_one(self, roots: Sequence[Node]) -> list[Node]:
        return [self.keep(self.plan(root)) for root in roots]

    def keep(self, e: Node) -> Node:
        """Marks all that `e` needs as computed."""
        self.used.update(self._missing(e))
        return e

    def plan(self, root: Node) -> Node:
        """One root, operands first."""
        for e in ordered(root):
            if e not in self.done:
                self.done[e] = self._planned(e)
        return self.done[root]

    def _planned(self, e: Node) -> Node:
        if e.op == "einsum":
            return self._product(e)
        args = [self.done[arg] for arg in e.args]
        if e.op == "add":
            return self.graph.add(list(zip(e.data, args, strict=True)))
        for arg in args:
            self.keep(arg)
        return self.graph.node(e.op, args, e.data, e.shape)

    def price(self, e: Node) -> float:
        """What computing `e` costs beyond what is computed already, each node once."""
        return sum(self._own(part) for part in self._missing(e))

    def _missing(self, root: Node) -> list[Node]:
        """What `root` needs and is not computed yet."""
        return _needed([root], self.used)

    def _own(self, e: Node) -> float:
        if e not in self.costs:
            self.costs[e] = self._kernel(e)
        return self.costs[e]

    def _kernel(self, e: Node) -> float:
        """The time of one kernel, without its operands."""
        if e.op in ("input", "number", "size", "constant"):
            return 0.0
        entries = self.lengths.entries(e.shape)
        moved = 8.0 * (entries + sum(self.lengths.entries(arg.shape) for arg in e.args)) * STREAM
        if e.op == "inverse":
            share = 2 / 3 if e.data in ("spd", "sym") else 4 / 3  # beyond the factors
            return CALL + share * self.lengths.of(e.shape[-1]) ** 3 * SOLVE + moved
        if e.op != "einsum":
            return CALL + moved + (0.0 if e.op in ("add", "reshape", "slice") else 5.0 * entries)
        if len(e.args) < 2:
            is_view = len({*e.data.out}) == len(e.data.out) and e.args and e.data.number == 1 and (
                {*e.data.out} >= {*e.data.specs[0]})
            return 0.0 if is_view else CALL + moved
        lengths = {x: self.lengths.of(d) for x, d in extents(e).items()}
        letters = {x for spec in e.data.specs for x in spec}
        inverse = next((arg for arg in e.args if arg.op == "inverse"), None)
        work = prod((lengths[x] for x in letters), start=2.0)
        is_product = len(letters) > max(len(spec) for spec in e.data.specs) and letters - {*e.data.out}
        return CALL + moved + (work * (SOLVE if inverse is not None else PRODUCT) if is_product else work / 4)

    # one product

    def _product(self, e: Node) -> Node:
        args = [self.done[arg] for arg in e.args]
        best = self._cheapest(e, args)
        self.origins[best] = self.graph.einsum(e.data.number, args, e.data.specs, e.data.out, e.shape)
        return best

    def _cheapest(self, e: Node, args: Sequence[Node]) -> Node:
        """The product in its best order, or with one of the sums in it multiplied out."""
        key = (e, tuple(args), self.nested, len(self.used))
        if key not in self.known:
            self.known[key] = self._tried(e, args)
        return self.known[key]

    def _tried(self, e: Node, args: Sequence[Node]) -> Node:
        scalars = [arg for arg in args if not arg.shape]
        if scalars and len(args) - len(scalars) > 1 and any(arg.op == "add" and arg.shape for arg in args):
            return self._apart(e, args)
        best = self._ordered(e, args)
        if len(args) - len(scalars) > 1 and self.nested < 2 and self.pairs < MOST:
            for k, arg in enumerate(args):
                if arg.op == "add" and len(arg.args) <= TERMS and args.count(arg) == 1 and arg not in self.used:
                    other = self._distributed(e, args, k)
                    best = min(best, other, key=self.price)
        return best

    def _apart(self, e: Node, args: Sequence[Node]) -> Node:
        """Numbers times the product of arrays, so that they stand in front of a sum that is multiplied out."""
        pairs = [(arg, spec) for arg, spec in zip(args, e.data.specs, strict=True) if arg.shape]
        inner = self.graph.einsum(ONE, [arg for arg, _ in pairs], [spec for _, spec in pairs], e.data.out, e.shape)
        found = self._cheapest(inner, list(inner.args)) if inner.op == "einsum" else inner
        letters = tuple(range(len(e.shape)))
        numbers = self._numbers([arg for arg in args if not arg.shape])
        return self.graph.einsum(e.data.number, [found, numbers], [letters, ()], letters, e.shape)

    def _distributed(self, e: Node, args: Sequence[Node], k: int) -> Node:
        """The product with the sum at place `k` multiplied out."""
        terms = []
        for c, planned in zip(args[k].data, args[k].args, strict=True):
            term = self.origins.get(planned, planned)
            specs = list(e.data.specs)
            others = [*args]
            if term.op == "einsum" and len(term.shape) == len(specs[k]):
                fresh = 1 + max((x for s in (*specs, e.data.out) for x in s), default=0)
                inner = opened(term, specs[k], fresh)
                new = self._built(e.data.number * term.data.number, [*others[:k], *term.args, *others[k + 1:]],
                                  [*specs[:k], *inner[0], *specs[k + 1:]], e, inner[1])
            else:
                others[k] = term
                specs[k] = specs[k] if term.shape else ()
                new = self._built(e.data.number, others, specs, e, {})
            terms.append((c, new))
        return self.graph.add([(c, node) for c, node in terms])

    def _built(self, number: Fraction, args: Sequence[Node], specs: Sequence[Letters], e: Node,
               same: dict[int, int]) -> Node:
        """A planned product; letters in `same` are replaced, and letters that no factor has any more repeat."""
        specs = [tuple(same.get(x, x) for x in spec) for spec in specs]
        out = tuple(same.get(x, x) for x in e.data.out)
        lengths = extents(e)
        own = {x for spec in specs for x in spec}
        gone = {same.get(x, x) for spec in e.data.specs for x in spec} - own - {*out}
        counted = [self.graph.size(lengths[x]) for x in sorted(gone)]
        made = self.graph.einsum(number, [*args, *counted], [*specs, *[()] * len(counted)], out, e.shape)
        if made.op != "einsum":
            return made
        return self._cheapest(made, list(made.args))

    def _ordered(self, e: Node, args: Sequence[Node]) -> Node:
        """The product of `args`, two at a time."""
        graph, out = self.graph, e.data.out
        lengths = extents(e)
        scalars = [arg for arg in args if not arg.shape]
        factors = [Factor(arg, spec, self.price(arg) if arg.op == "add" else 0.0)
                   for arg, spec in zip(args, e.data.specs, strict=True) if arg.shape]
        if len(factors) + len(scalars) < 2:
            return graph.einsum(e.data.number, args, e.data.specs, out, e.shape)
        number = self._numbers(scalars)
        inner = tuple(dict.fromkeys(x for x in out if any(x in f.letters for f in factors)))
        if not factors:
            return graph.einsum(e.data.number, [number], [()], out, e.shape)
        factors = self._together(factors, inner, lengths)
        counts = Counter(x for f in factors for x in {*f.letters})
        factors = [self._alone(f, inner, counts, lengths, is_only=len(factors) == 1) for f in factors]
        before, self.hints = self.hints, [*(f.letters for f in factors), out] if len(factors) <= MANY else []
        found = self._contracted(factors, inner, lengths)
        self.hints = before
        return self._scaled(e, found, number, out)

    def _numbers(self, scalars: Sequence[Node]) -> Node:
        """Numbers multiplied with each other."""
        found = self.graph.number(1)
        for scalar in scalars:
            found = scalar if found.op == "number" else self.graph.einsum(ONE, [found, scalar], [(), ()], (), ())
        return found

    def _together(self, factors: list[Factor], out: Letters, lengths: dict[int, Dim]) -> list[Factor]:
        """The factors; two whose product is computed anyway are that, before one of them is summed over a letter that
        nothing else has: sum(A x) where there is A x."""
        counts = Counter(x for f in factors for x in {*f.letters})
        lone = {x for x, n in counts.items() if n == 1 and x not in out}
        for a, b in combinations(factors, 2) if lone else ():
            shared = {*a.letters} & {*b.letters}
            kept = [x for x in dict.fromkeys((*a.letters, *b.letters)) if x not in shared or counts[x] > 2 or x in out]
            if shared and lone & {*kept}:
                letters = natural(a, b, tuple(kept))
                node = self.graph.einsum(ONE, [a.node, b.node], [a.letters, b.letters], letters,
                                         tuple(lengths[x] for x in letters))
                if node in self.used:
                    return [*(f for f in factors if f is not a and f is not b), Factor(node, letters)]
        return factors

    def _alone(self, f: Factor, out: Letters, counts: Counter[int], lengths: dict[int, Dim], is_only: bool) -> Factor:
        """A factor summed over letters that nothing else has, and along its diagonal where a letter stands twice."""
        others = {x for x in f.letters if counts[x] > 1 or x in out}
        kept = tuple(dict.fromkeys(x for x in f.letters if x in others))
        if kept == f.letters or (is_only and not kept and not out):
            return f if kept == f.letters else Factor(self.graph.einsum(ONE, [f.node], [f.letters], (), ()), ())
        shape = tuple(lengths[x] for x in kept)
        return Factor(self.graph.einsum(ONE, [f.node], [f.letters], kept, shape), kept)

    def _pair(self, a: Factor, b: Factor, wanted: set[int], lengths: dict[int, Dim]) -> Factor:
        """Two factors as one, with the letters that are wanted."""
        letters = tuple(x for x in dict.fromkeys((*a.letters, *b.letters)) if x in wanted)
        self.pairs += 1
        hint = next((h for h in self.hints if len(h) == 2 and {*h} == {*letters}), None)
        letters = natural(a, b, letters) if hint is None else hint
        node = self.graph.einsum(ONE, [a.node, b.node], [a.letters, b.letters], letters,
                                 tuple(lengths[x] for x in letters), fixed=hint is not None)
        best = self._joint_price(node, a, b, is_solvable(a, b, letters))
        for f, other in ((a, b), (b, a)):
            is_sum = f.node.op == "add" and len(f.node.args) <= TERMS and f.node not in self.used
            if is_sum and self.nested < 1 and other.node is not f.node and other.letters and \
                    node.op == "einsum" and len(node.args) == 2:
                k = node.args.index(f.node)
                self.nested += 1
                split = self._distributed(node, list(node.args), k)
                self.nested -= 1
                known = {*self._missing(other.node)}
                cost = other.cost + sum(self._own(part) for part in self._missing(split) if part not in known)
                if cost < best - 1e-9:
                    best, node = cost, split
        return Factor(node, letters, best)

    def _joint_price(self, node: Node, a: Factor, b: Factor, is_solvable: bool) -> float:
        """What the product of two factors costs with them."""
        product = node.args[0] if node.op == "einsum" and len(node.args) == 1 else node
        own = 0.0 if product in self.used else self._own(product)
        own += sum(self._own(f.node) for f in (a, b)
                   if f.node.op == "inverse" and f.node not in self.used and not is_solvable)
        return (a.cost if a.node is b.node else a.cost + b.cost) + own

    def _contracted(self, factors: list[Factor], out: Letters, lengths: dict[int, Dim]) -> Factor:
        """All factors as one: first those that hang together by letters, then what is left side by side."""
        parts = []
        for component in components(factors):
            others = {x for f in factors if f not in component for x in f.letters}
            wanted = tuple(x for x in dict.fromkeys(x for f in component for x in f.letters) if x in out or x in others)
            how = self._exact if len(component) <= EXACT else self._greedy if len(component) <= MANY else self._in_turn
            parts.append(component[0] if len(component) == 1 else how(component, wanted, lengths))
        parts.sort(key=lambda f: (len(f.letters), f.node.place))
        found = parts[0]
        for k, part in enumerate(parts[1:], 2):
            found = self._pair(found, part, {*out} | {x for f in parts[k:] for x in f.letters}, lengths)
        return found

    def _exact(self, factors: Sequence[Factor], out: Letters, lengths: dict[int, Dim]) -> Factor:
        """All orders, by subsets that hang together."""
        n = len(factors)
        best: dict[int, Factor] = {1 << k: f for k, f in enumerate(factors)}
        for size in range(2, n + 1):
            for chosen in combinations(range(n), size):
                subset = sum(1 << k for k in chosen)
                wanted = {*out} | {x for k, f in enumerate(factors) if not subset >> k & 1 for x in f.letters}
                found: Factor | None = None
                part = (subset - 1) & subset
                while part:
                    rest = subset ^ part
                    if part > rest and part in best and rest in best and {*best[part].letters} & {*best[rest].letters}:
                        pair = self._pair(best[part], best[rest], wanted, lengths)
                        found = pair if found is None or pair.cost < found.cost - 1e-9 else found
                    part = (part - 1) & subset
                if found is not None:
                    best[subset] = found
        return best[(1 << n) - 1]

    def _in_turn(self, factors: Sequence[Factor], out: Letters, lengths: dict[int, Dim]) -> Factor:
        """Very many factors one after the other, each beside what is multiplied already, so that the work grows with
        their number."""
        left = Counter(x for f in factors for x in f.letters)
        waiting: dict[int, list[Factor]] = {}
        for f in factors:
            for x in f.letters:
                waiting.setdefault(x, []).append(f)
        found = next((f for f in factors if any(x in out for x in f.letters)), factors[0])
        left.subtract(found.letters)
        seen, todo = {id(found)}, [f for x in found.letters for f in waiting[x]]
        self.nested += 2  # no sum is multiplied out
        while todo:
            f = todo.pop()
            if id(f) not in seen:
                seen.add(id(f))
                left.subtract(f.letters)
                wanted = {x for x in (*found.letters, *f.letters) if left[x] > 0 or x in out}
                found = self._pair(found, f, wanted, lengths)
                todo += [g for x in f.letters for g in waiting[x]]
        self.nested -= 2
        return found

    def _greedy(self, factors: list[Factor], out: Letters, lengths: dict[int, Dim]) -> Factor:
        """The cheapest pair first, among those that share a letter where there are any."""
        self.nested += 2  # no sum is multiplied out
        while len(factors) > 1:
            best, chosen = inf, (0, 1)
            for i, j in combinations(range(len(factors)), 2):
                wanted = {*out} | {x for k, f in enumerate(factors) if k not in (i, j) for x in f.letters}
                shared = {*factors[i].letters} & {*factors[j].letters}
                pair = self._pair(factors[i], factors[j], wanted, lengths)
                cost = pair.cost - factors[i].cost - factors[j].cost + (0 if shared else 1e9)
                if cost < best:
                    best, chosen = cost, (i, j)
            i, j = chosen
            wanted = {*out} | {x for k, f in enumerate(factors) if k not in chosen for x in f.letters}
            pair = self._pair(factors[i], factors[j], wanted, lengths)
            factors = [f for k, f in enumerate(factors) if k not in chosen] + [pair]
        self.nested -= 2
        return factors[0]

    def _scaled(self, e: Node, found: Factor, number: Node, out: Letters) -> Node:
        """The product with its number, which goes to the smallest array on the way to it."""
        graph, shape = self.graph, e.shape
        has_number = number.op != "number" or e.data.number != 1
        if not has_number:
            return graph.einsum(ONE, [found.node], [found.letters], out, shape)
        smallest = self._smallest(found.node)
        if smallest is not None:
            letters = tuple(range(len(smallest.shape)))
            scaled = graph.einsum(e.data.number, [smallest, number], [letters, ()], letters, smallest.shape)
            (node,) = rewritten(graph, [found.node], lambda part: scaled if part is smallest else None)
            return graph.einsum(ONE, [node], [found.letters], out, shape)
        if number.op == "number":
            return graph.einsum(e.data.number, [found.node], [found.letters], out, shape)
        letters = tuple(range(len(found.node.shape)))
        both = graph.einsum(e.data.number, [found.node, number], [letters, ()], letters, found.node.shape)
        return graph.einsum(ONE, [both], [found.letters], out, shape)

    def _smallest(self, root: Node) -> Node | None:
        """An array that goes into a product as one factor and is much smaller than it, and is not an inverse."""
        best, least, e = None, self.lengths.entries(root.shape) / 2, root
        todo = [root]
        while todo:
            e = todo.pop()
            if e.op != "einsum" or len(e.args) != 2 or (e in self.used and e is not root):
                continue
            for arg in e.args:
                entries = self.lengths.entries(arg.shape)
                if arg.op not in ("inverse", "input") and arg.shape and entries < least and paths(root, arg) == 1:
                    best, least = arg, entries
                todo.append(arg)
        return best


def _needed(roots: Sequence[Node], known: Container[Node]) -> list[Node]:
    """The roots and all that they need beyond what is `known`; of an inverse that only solves, the matrix."""
    found: dict[Node, None] = {}
    todo = [*roots]
    while todo:
        e = todo.pop()
        if e not in known and e not in found:
            found[e] = None
            todo += [arg.args[0] if arg.op == "inverse" and solves(e, arg) else arg for arg in e.args]
    return list(found)
