"""Products of many factors, two at a time: the order that is cheapest at guessed lengths (the matrix-chain problem,
for products of any shape), where what is computed already costs nothing. An inverse among the factors is a solve; a
factor that is a sum is multiplied out where that is cheaper, as in (A + Aᵀ) x, (D + U Uᵀ) x and S⁻¹ (Z Zᵀ − c S) S⁻¹;
numbers go to the smallest array on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from matcalc.core.dims import Dim
from matcalc.plan.cost import Lengths, unnamed
from matcalc.plan.node import Graph, Letters, Node, extents, is_turned, ordered, paths, rewritten
from matcalc.plan.orders import exact, greedy, in_turn
from matcalc.plan.pairs import Factor, cancelled, components, is_solvable, natural, needed, opened, unavoidable

EXACT = 6  # factors up to which all orders are tried
MOST = 1000  # pairs that are looked at before no more sums are multiplied out
MANY = 16  # factors up to which the cheapest pair comes first
AGAIN = 3  # times at most that all is planned with what the best plan so far computes
SOME = 1000  # pairs that were looked at where equal orders are tried from the right too
FEW = 3  # products that are planned once
DEEP = 2  # sums one inside the other that are multiplied out for a factor that is smaller than they are
TERMS = 5  # of a sum that may be multiplied out
ONE = Fraction(1)


class Contraction:
    """Plans the products of one graph; `used` is what is computed anyway."""

    def __init__(self, graph: Graph, lengths: Lengths, from_left: bool = True) -> None:
        self.graph, self.lengths, self.from_left = graph, lengths, from_left
        self.used: set[Node] = set()
        self.done: dict[Node, Node] = {}
        self.costs: dict[Node, float] = {}
        self.known: dict[tuple[Node, tuple[Node, ...], int, int], Node] = {}
        self.hints: list[Letters] = []  # how matrices beside a product have their axes
        self.pairs = 0  # that were looked at
        self.nested = 0  # sums that are being multiplied out, one inside the other
        self.origins: dict[Node, tuple[Node, int]] = {}  # of what is planned: the product of many factors, and whether
        # its axes are exchanged (-1) or not (1)

    def planned(self, roots: Sequence[Node]) -> list[Node]:
        """The roots, with products of two factors only. What is planned last uses what the first ones need anyway, so
        both ways round are tried, and of equal orders those from the left and from the right; and once more with what
        the best one computes for nothing."""
        ways = [self._one_by_one(roots)]
        if len(roots) > 1:
            ways.append(Contraction(self.graph, self.lengths)._one_by_one(roots[::-1])[::-1])
        if sum(e.op == "einsum" for e in ordered(*roots)) > FEW:
            if self.pairs < SOME:
                ways.append(Contraction(self.graph, self.lengths, from_left=False)._one_by_one(roots))
            ways.append(self._given(unavoidable(roots), roots))
            for _ in range(AGAIN):
                best = min(ways, key=self._whole_price)
                ways.append(self._given(ordered(*best), roots))
                if self._whole_price(ways[-1]) >= self._whole_price(best):
                    break
        return min(ways, key=self._whole_price)

    def _given(self, known: Iterable[Node], roots: Sequence[Node]) -> list[Node]:
        """The roots, planned as if what is `known` cost nothing."""
        other = Contraction(self.graph, self.lengths)
        other.used.update(known)
        return other._one_by_one(roots)

    def _whole_price(self, roots: Sequence[Node]) -> float:
        """What all of a plan costs."""
        return sum(map(self._own, needed(roots)))

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
        return needed([root], self.used)

    def _own(self, e: Node) -> float:
        if e not in self.costs:
            self.costs[e] = unnamed(e, self.lengths)
        return self.costs[e]

    # one product

    def _product(self, e: Node) -> Node:
        e, args = self._upright(e, [self.done[arg] for arg in e.args])
        best = self._cheapest(e, args)
        origin = self.graph.einsum(e.data.number, args, e.data.specs, e.data.out, e.shape)
        origin, sign = (origin.args[0], -1) if is_turned(origin) else (origin, 1)
        self.origins[best] = origin, sign
        if is_turned(best):
            self.origins.setdefault(best.args[0], (origin, -sign))
        return best

    def _upright(self, e: Node, args: Sequence[Node]) -> tuple[Node, list[Node]]:
        """The product with sums that stand in it transposed as they are, so that they can be multiplied out."""
        turned = [is_turned(arg) and arg.args[0].op == "add" for arg in args]
        if not any(turned):
            return e, list(args)
        upright = [arg.args[0] if t else arg for arg, t in zip(args, turned, strict=True)]
        specs = tuple(spec[::-1] if t else spec for spec, t in zip(e.data.specs, turned, strict=True))
        return self.graph.node("einsum", upright, e.data._replace(specs=specs), e.shape), upright

    def _cheapest(self, e: Node, args: Sequence[Node]) -> Node:
        """The product in its best order, or with one of the sums in it multiplied out."""
        key = (e, tuple(args), self.nested, len(self.used))
        if key not in self.known:
            self.known[key] = self._tried(e, args)
        return self.known[key]

    def _tried(self, e: Node, args: Sequence[Node]) -> Node:
        own = {x for spec in e.data.specs for x in spec}
        inner = tuple(x for x in dict.fromkeys(e.data.out) if x in own)
        if inner and inner != e.data.out:
            return self._spread(e, args, inner)
        e, args = self._numbers_apart(e, args)
        scalars = [arg for arg in args if not arg.shape]
        if scalars and len(args) - len(scalars) > 1 and any(arg.op == "add" and arg.shape for arg in args):
            return self._apart(e, args)
        best = self._ordered(e, args)
        is_summed = any({*spec} - {*e.data.out} for spec in e.data.specs)
        if (len(args) - len(scalars) > 1 or is_summed) and self.nested < 2 and self.pairs < MOST:
            for k, arg in enumerate(args):
                if arg.op == "add" and len(arg.args) <= TERMS and args.count(arg) == 1 and arg not in self.used:
                    other = self._distributed(e, args, k)
                    best = min(best, other, key=self.price)
        return best

    def _numbers_apart(self, e: Node, args: Sequence[Node]) -> tuple[Node, Sequence[Node]]:
        """The product with one number for those of its factors that are one by themselves, as xᵀAx is in (xᵀAx) B x."""
        own = [Factor(arg, spec) for arg, spec in zip(args, e.data.specs, strict=True) if arg.shape]
        groups = components(own) if len(own) <= MANY else []
        lone = [g for g in groups if not any(x in e.data.out for f in g for x in f.letters)]
        if not lone or len(groups) < 2:
            return e, args
        pairs = [(arg, spec) for arg, spec in zip(args, e.data.specs, strict=True) if not arg.shape]
        pairs += [(f.node, f.letters) for g in groups if g not in lone for f in g]
        for group in lone:
            number = self.graph.einsum(ONE, [f.node for f in group], [f.letters for f in group], (), ())
            pairs.append((self._cheapest(number, list(number.args)) if number.op == "einsum" else number, ()))
        new = self.graph.einsum(e.data.number, [a for a, _ in pairs], [s for _, s in pairs], e.data.out, e.shape)
        return new, new.args

    def _spread(self, e: Node, args: Sequence[Node], inner: Letters) -> Node:
        """A product that repeats, or stands on a diagonal, is planned before it does."""
        lengths = extents(e)
        core = self.graph.einsum(e.data.number, args, e.data.specs, inner, tuple(lengths[x] for x in inner))
        found = self._cheapest(core, list(core.args)) if core.op == "einsum" else core
        return self.graph.einsum(ONE, [found], [inner], e.data.out, e.shape)

    def _apart(self, e: Node, args: Sequence[Node]) -> Node:
        """Numbers times the product of arrays: in front of a sum that is multiplied out, else where they cost least."""
        pairs = [(arg, spec) for arg, spec in zip(args, e.data.specs, strict=True) if arg.shape]
        inner = self.graph.einsum(ONE, [arg for arg, _ in pairs], [spec for _, spec in pairs], e.data.out, e.shape)
        found = self._cheapest(inner, list(inner.args)) if inner.op == "einsum" else inner
        letters = tuple(range(len(e.shape)))
        numbers = self._numbers([arg for arg in args if not arg.shape])
        if found.op != "add":
            return self._scaled(e, Factor(found, letters), numbers, letters)
        return self.graph.einsum(e.data.number, [found, numbers], [letters, ()], letters, e.shape)

    def _distributed(self, e: Node, args: Sequence[Node], k: int) -> Node:
        """The product with the sum at place `k` multiplied out."""
        terms = []
        for c, planned in zip(args[k].data, args[k].args, strict=True):
            specs = list(e.data.specs)
            others = [*args]
            term, specs[k] = self._origin(planned, specs[k])
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

    def _origin(self, planned: Node, spec: Letters) -> tuple[Node, Letters]:
        """What a planned array was, the product of many factors, and its letters; of a transpose what is turned."""
        sign, base = (-1, planned.args[0]) if is_turned(planned) else (1, planned)
        if planned in self.origins:
            sign, base = 1, planned
        if base not in self.origins:
            return planned, spec
        origin, exchanged = self.origins[base]
        return origin, spec[::sign * exchanged]

    def _built(self, number: Fraction, args: Sequence[Node], specs: Sequence[Letters], e: Node,
               same: Mapping[int, int], done: frozenset[int] = frozenset()) -> Node:
        """A planned product; letters in `same` are replaced, and letters that no factor has any more repeat, but for
        those over which the sum is `done`. A matrix beside its inverse is the identity."""
        specs = [tuple(same.get(x, x) for x in spec) for spec in specs]
        out = tuple(same.get(x, x) for x in e.data.out)
        lengths = extents(e)
        pair = cancelled(args, specs, out, self.graph.is_symmetric)
        if pair is not None and {*pair[2]} & {*lengths}:
            places, summed, ends = pair
            rest = [n for n in range(len(args)) if n not in places]
            i, k = sorted(ends, key=lambda x: x not in lengths)  # a letter of `e` stays
            both = {x: i if same.get(x, x) == k else same.get(x, x) for x in lengths} | {k: i}
            return self._built(number, [args[n] for n in rest], [specs[n] for n in rest], e, both, done | {summed})
        own = {x for spec in specs for x in spec}
        gone = {same.get(x, x) for spec in e.data.specs for x in spec} - own - {*out} - done
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
        factors = self._squared(factors, lengths)
        before, self.hints = self.hints, [*(f.letters for f in factors), out] if len(factors) <= MANY else []
        found = self._contracted(factors, inner, lengths)
        self.hints = before
        return self._scaled(e, found, number, out)

    def _squared(self, factors: list[Factor], lengths: dict[int, Dim]) -> list[Factor]:
        """Two factors that both stand there twice are multiplied first: a² b² = (a b)²."""
        twice = [f for f, count in Counter(factors).items() if count == 2]
        for a, b in combinations(twice, 2):
            if a.letters == b.letters:
                pair = self._pair(a, b, {*a.letters}, lengths)
                rest = [f for f in factors if f not in (a, b)]
                return self._squared([*rest, pair, pair], lengths)
        return factors

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
            deepest = DEEP if 2 * self.lengths.entries(other.node.shape) < self.lengths.entries(f.node.shape) else 1
            if is_sum and self.nested < deepest and other.node is not f.node and other.letters and \
                    node.op == "einsum" and len(node.args) == 2:
                k = node.args.index(f.node)
                self.nested += 1
                split = self._distributed(node, list(node.args), k)
                self.nested -= 1
                known = {*self._missing(other.node)}
                gain = self._beyond(known, node) - self._beyond(known, split)
                if gain > 1e-9:
                    best, node = best - gain, split
        return Factor(node, letters, best)

    def _beyond(self, known: set[Node], e: Node) -> float:
        """What `e` costs where `known` is computed as well."""
        return sum(self._own(part) for part in self._missing(e) if part not in known)

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
            parts.append(component[0] if len(component) == 1 else self._component(component, wanted, lengths))
        parts.sort(key=lambda f: (len(f.letters), f.node.place))
        found = parts[0]
        for k, part in enumerate(parts[1:], 2):
            found = self._pair(found, part, {*out} | {x for f in parts[k:] for x in f.letters}, lengths)
        return found

    def _component(self, factors: Sequence[Factor], out: Letters, lengths: dict[int, Dim]) -> Factor:
        """Factors that hang together as one; of many no sum is multiplied out."""
        def pair(a: Factor, b: Factor, wanted: set[int]) -> Factor:
            return self._pair(a, b, wanted, lengths)

        if len(factors) <= EXACT:
            return exact(factors, out, pair, self.from_left)
        self.nested += 2
        found = greedy(factors, out, pair) if len(factors) <= MANY else in_turn(factors, out, pair)
        self.nested -= 2
        return found

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
        """An array that goes into a product as one factor and is much smaller than it, and is not an inverse; an
        argument is written nowhere else, so that it has to be smaller still."""
        best, least, e = None, self.lengths.entries(root.shape) / 2, root
        todo = [root]
        while todo:
            e = todo.pop()
            if e.op != "einsum" or len(e.args) != 2 or (e in self.used and e is not root):
                continue
            for arg in e.args:
                entries = self.lengths.entries(arg.shape)
                is_less = entries < (least / 1.5 if arg.op == "input" else least)
                if arg.op != "inverse" and arg.shape and is_less and paths(root, arg) == 1:
                    best, least = arg, entries
                todo.append(arg)
        return best
