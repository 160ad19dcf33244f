"""Working out d f from the outside in: every line opens one kind of operation by the rule that the engine applies.

The engine's `local_differential` is asked for one operation at a time, with placeholders for the differentials of its
operands. Where a placeholder lies buried under linear operations they are moved to the other side first, as the
engine's reverse sweep does, so that lines stay short: df = tr(G' dZ), then dZ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from matcalc.algebra import (
    conjugate,
    matrix_power,
    multiply,
    num,
    power,
    substitute,
    tangent,
    transpose,
    variable,
)
from matcalc.algebra.addition import primitive
from matcalc.algebra.conjugation import conjugated, is_mirrored, is_real
from matcalc.algebra.facts import Gram, grams, is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import differential, local_differential
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    HAD,
    MATPOW,
    MUL,
    ONES,
    OVER,
    TANGENT,
    TRACE,
    TRANSPOSE,
    VAR,
    Direction,
    Expr,
    node,
    postorder,
    variables,
)
from matcalc.core.parts import (
    base_and_exponent,
    chain_factors,
    exponent,
    number_and_factors,
    number_scalars_matrix,
    terms,
)
from matcalc.explanation.calculus_laws import Because, Identity, law
from matcalc.explanation.closing import closing_rules
from matcalc.explanation.handwriting import applied, flipped, multiple, paired, put, total, traced
from matcalc.explanation.moves import Formula, Head, Seeds, Trace
from matcalc.explanation.pairing import buried, gathered, turn
from matcalc.explanation.reasons import composed, differential_rule, tricks
from matcalc.explanation.turning import each_term, faced, unturned, upright
from matcalc.printers.matrix_products import is_norm_squared, root_of_squares
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form

MOST_MOVES, MOST_SYMBOLS, MOST_SPECIFIC = 40, 4000, 2
_MOST_AT_ONCE = 2  # functions inside another that are differentiated in one step with it
_LIGHT = 4  # nodes of a constant that is named, and a third of those of a product that is shown
_NONE: Mapping[Expr, Expr] = MappingProxyType({})


def open_differential(trace: Trace, f: Expr, seeds: Seeds, head: Head, transposing: bool,
                      known: Mapping[Expr, Expr] = _NONE) -> Formula:
    """Append the moves from d(f) to an expression in the tangents `seeds`; `transposing` allows the reverse sweep. Of
    some parts the differential is `known`."""
    trace.begin(seeds)
    now = Formula(trace.placeholder(f), head)
    seeds = {**seeds, **{conjugated(x): conjugate(dx) for x, dx in seeds.items() if x.complex and x.kind is VAR}}
    if f in seeds:
        return Formula(seeds[f], head)
    state = _Opening(trace, f, seeds, known)
    if f not in state.level:
        after = Formula(differential(f, seeds, trace.book), head)
        trace.add([law("constant")], now, after)
        return after
    for _ in range(MOST_MOVES):
        if transposing and buried(now.expr, state.pending(now.expr)):
            now = turn(trace, now)
            now = gathered(trace, now, state.pending(now.expr))
            if not buried(now.expr, state.pending(now.expr)):
                continue
            now = _changed_sides(trace, now)
        waiting = state.pending(now.expr)
        if not waiting or now.expr.weight > MOST_SYMBOLS:
            break
        now = state.wave(now, waiting)
    if state.pending(now.expr):
        rest = {leaf: differential(trace.opened[leaf], seeds, trace.book) for leaf in state.pending(now.expr)}
        now = _moved(trace, now, put(now.expr, rest), [law("differential")])
    return now


def _moved(trace: Trace, before: Formula, expr: Expr, rules: Sequence[Identity]) -> Formula:
    after = Formula(expr, before.head)
    trace.add(rules, before, after)
    return after


class _Opening:
    """What is known while d f is worked out: which nodes depend on the variables, and how far from the top they are."""

    def __init__(self, trace: Trace, f: Expr, seeds: Seeds, known: Mapping[Expr, Expr]) -> None:
        self.trace, self.seeds, self.known = trace, seeds, known
        self.level: dict[Expr, int] = {}
        self.enter(f, 0)

    def enter(self, f: Expr, level: int) -> None:
        """Take in `f` and what it is made of, as far as that depends on the variables."""
        if f in self.level:
            return
        nodes, known = postorder(f), self.level
        depends = set(self.seeds)
        for e in nodes:
            if e in known or not depends.isdisjoint(e.args):
                depends.add(e)
        fresh = {f: level} if f in depends else {}
        for e in reversed(nodes):
            for arg in e.args if e in fresh and e not in self.seeds else ():
                if arg in depends and arg not in known:
                    fresh[arg] = max(fresh.get(arg, 0), fresh[e] + 1)
        known |= fresh

    def pending(self, e: Expr) -> list[Expr]:
        """The placeholders in `e`, left to right."""
        return [leaf for leaf in postorder(e, varying=True) if leaf in self.trace.opened]

    def moving(self, e: Expr) -> bool:
        return e in self.level

    def wave(self, now: Formula, waiting: Sequence[Expr]) -> Formula:
        """Open those placeholders that are nearest to the top, one rule after the other."""
        top = min(self.level[self.trace.opened[leaf]] for leaf in waiting)
        groups: dict[Identity, dict[Expr, Expr]] = {}
        for leaf in waiting:
            u = self.trace.opened[leaf]
            if self.level[u] == top:
                rule, local = self._at_once(u) or self._opened(u)
                groups.setdefault(rule, {})[leaf] = local
        for rule, leaves in groups.items():
            said = self._specific(rule, leaves) if rule == law("factor") and len(leaves) <= MOST_SPECIFIC else rule
            now = _moved(self.trace, now, put(now.expr, leaves), [said])
        return now

    def _specific(self, rule: Identity, leaves: Mapping[Expr, Expr]) -> Identity:
        """Of products with constant factors the step says which they are."""
        parts = [self._constants(leaf, local) for leaf, local in leaves.items()]
        if not all(parts):
            return rule
        said = [word for part in parts for word in ("; ", *part)][1:]
        return Identity(rule.name, rule.title, tuple(said), rule.ref)

    def _constants(self, leaf: Expr, local: Expr) -> Because:
        """A, B constant: d(A X B) = A dX B; of long factors the variables in them."""
        u = _inside(self.trace.opened[leaf])
        still = [_bare(arg) for arg in u.args if arg not in self.level]
        constant = list(dict.fromkeys(arg for arg in still if arg.kind is not ONES)) or list(dict.fromkeys(still))
        if any(arg.weight > _LIGHT for arg in constant):
            constant = list(variables(*constant))
        listed: list[str | Expr] = [part for arg in constant for part in (", ", self._as_typed(arg))][1:]
        return (*listed, " constant", *((": ", leaf, " = ", local) if u.weight <= 3 * _LIGHT else ()))

    def _as_typed(self, e: Expr) -> Expr:
        """A sum as it was typed, if a multiple of it was."""
        return self.trace.typed.sums.get(primitive(e)[1], e) if e.kind is ADD else e

    def _opened(self, u: Expr) -> tuple[Identity, Expr]:
        """The rule for d(u) and what it gives, in placeholders of the operands."""
        book = self.trace.book
        if u in self.known:
            return law("known gradient"), self.known[u]
        root = self._form(u.args[0]) if base_and_exponent(u)[1] == Fraction(1, 2) else None
        if root is not None and root[0] == law("square"):
            return law("norm"), multiple(Fraction(1), (power(u, num(-1)),), root[1])
        if u.kind is OVER and u.data[1].is_nameless:  # as far as the variables, for what is inside has a bound index
            return law("sum over an index"), differential(u, self.seeds, book)
        if u.kind is OVER:
            return law("sum over an index"), node(OVER, (self.leaf(u.args[0]),), u.data, u.shape)
        if (form := self._form(u)) is not None:
            return form[0], multiple(Fraction(2), (), form[1])
        if u.kind is TRACE and u.args[0].kind is MATPOW and u.args[0].data > 1:
            base, k = u.args[0].args[0], u.args[0].data
            word = node(CHAIN, (*chain_factors(matrix_power(base, k - 1)), self.leaf(base)), None, base.shape)
            return law("trace of a power"), multiple(Fraction(k), (), traced(word))
        if (product := self._scaled(u)) is not None:
            return law("product"), product
        if (ratio := self._quotient(u)) is not None:
            return law("quotient"), ratio
        if u in self.trace.typed.orders:
            return law("sum"), total([self.leaf(arg) for arg in self.trace.typed.orders[u] if arg in self.level])
        inside = _inside(u)
        moving = [arg for arg in dict.fromkeys(inside.args) if arg in self.level]
        fresh = _fresh(inside, moving)
        local = unturned(local_differential(inside, dict(fresh), book), set(fresh.values()))
        rule = differential_rule(inside, self.moving, book)
        if is_zero(local):
            return rule, local_differential(u, {inside: local}, book) if inside is not u else local
        local = put(local, self._leaves(fresh))
        local = traced(local) if inside is not u else local
        faces = u.kind is CALL or (len(moving) == 1 and (u.kind is not TRACE or upright(local) is not local))
        return rule, faced(local) if faces else local

    def _form(self, u: Expr) -> tuple[Identity, Expr] | None:
        """u'S du for a quadratic form u'S u of a constant symmetric S, or for a square; its law."""
        gram = _half(u)
        if gram is None or gram.middle in self.level or not any(f in self.level or self._mixes(f) for f in gram.half):
            return None
        half, is_word, middle = gram.half, u.kind is CHAIN, (gram.middle,) if gram.middle else ()
        if not is_word and len(half) == 1 and transpose(half[0]).flips < half[0].flips:  # tr(M S M') is tr(S M'M)
            v, front = transpose(half[0]), (*middle, half[0])
        else:
            v = half[0] if len(half) == 1 else node(CHAIN, half, None, (half[0].shape[0], half[-1].shape[1]))
            front = (*(transpose(f) for f in reversed(half)), *middle)
        self.enter(v, self.level[u] + 1)
        word = node(CHAIN, (*front, self.leaf(v)), None, (front[0].shape[0], v.shape[1]))
        name = "quadratic form" if gram.middle else "square"
        return law(name if is_word else f"{name} of a matrix"), word if is_word else traced(word)

    def _mixes(self, f: Expr) -> bool:
        """Whether an elementwise product that stands nowhere has a factor that moves."""
        return f.kind is HAD and any(arg in self.level or transpose(arg) in self.level for arg in f.args)

    def _quotient(self, u: Expr) -> Expr | None:
        """(ds − (s/t) dt)/t where `u` is s/t, of which both parts depend on the variables, up to a constant."""
        q, parts = number_and_factors(u)
        below = [f for f in (parts if u.is_scalar else parts[:-1]) if f in self.level and exponent(f) < 0]
        above = [f for f in parts if f in self.level and f not in below]
        if u.kind is not MUL or not below or not above:
            return None
        still = [f for f in parts if f not in self.level]
        if still and not u.is_scalar and above[-1] is not parts[-1]:  # a constant matrix behind a number that varies
            return None
        constant = [f for f in still if f.is_scalar and not u.is_scalar and exponent(f) < 0]
        over = multiply(*below, *constant)
        still = [f for f in still if f not in constant]
        s, t = multiply(*above), power(over, num(-1))
        for part in (s, t):
            self.enter(part, self.level[u] + 1)
        ratio = multiple(Fraction(1), (over, *number_and_factors(s)[1][:-1]), number_and_factors(s)[1][-1])
        ds, dt = self.leaf(s), self.leaf(t)
        second = multiple(Fraction(-1), (ratio,), dt) if u.is_scalar else multiple(Fraction(-1), (), applied(ratio, dt))
        return multiple(q, (*still, over), total([ds, second]))

    def _scaled(self, u: Expr) -> Expr | None:
        """d(s/t) x + (s/t) dx of a vector or matrix x behind a quotient that depends on the variables as it does."""
        q, scalars, x = number_scalars_matrix(u)
        if u.is_scalar or x not in self.level or not any(f in self.level and exponent(f) < 0 for f in scalars):
            return None
        ratio = multiply(*scalars)
        if not any(f in self.level and exponent(f) > 0 for f in scalars):
            return None
        self.enter(ratio, self.level[u] + 1)
        return total([multiple(q, (self.leaf(ratio),), x), multiple(q, scalars, self.leaf(x))])

    def _at_once(self, u: Expr) -> tuple[Identity, Expr] | None:
        """d log det X = tr(X⁻¹ dX): of functions of each other in one step where the value of an inner one, det X,
        would only stand in what the step leaves to be cancelled."""
        inside = [u]
        while len(inside) <= _MOST_AT_ONCE and len(inside[-1].args) == 1 and inside[-1].kind is CALL \
                and (v := inside[-1].args[0]).kind is CALL and v in self.level and v not in self.seeds:
            inside.append(v)
        return next((found for k in range(len(inside), 1, -1) if (found := self._together(inside[:k]))), None)

    def _together(self, calls: Sequence[Expr]) -> tuple[Identity, Expr] | None:
        """The differential of the first of some calls, each an argument of the one before, without their values, or
        without those that they are divided by: d log σ(x) = (1 − σ(x)) dx."""
        book = self.trace.book
        moving = [arg for arg in dict.fromkeys(calls[-1].args) if arg in self.level]
        fresh = _fresh(calls[-1], moving)
        local = local_differential(calls[-1], dict(fresh), book)
        cancelled = set[Expr]()
        for u, v in pairwise(calls[::-1]):
            outside = set(postorder(local_differential(v, {u: tangent("", u.shape)}, book)))
            if u not in outside:
                return None
            local = local_differential(v, {u: local}, book)
            cancelled |= {u} if (below := power(u, num(-1))) in outside and below not in postorder(local) else set()
        if is_zero(local) or not set(calls[1:]) - cancelled <= {*calls} - {*postorder(local)}:
            return None
        local = put(unturned(local, set(fresh.values())), self._leaves(fresh))
        return composed([call.data for call in calls], book, calls[-1].is_scalar), faced(local)

    def _leaves(self, fresh: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """What stands for the differentials of operands, and for their conjugates."""
        found = {leaf: self.leaf(arg) for arg, leaf in fresh.items()}
        return found | {conjugate(leaf): conjugate(found[leaf]) for leaf in found if leaf.complex}

    def leaf(self, u: Expr) -> Expr:
        """d(u): dX for the variable itself, (d(v))' where u is the transpose of v."""
        if u in self.seeds:
            return self.seeds[u]
        if u.kind is MUL and len(u.args) == 1:
            return multiple(u.data, (), self.leaf(u.args[0]))
        other = u.args[0] if u.kind is TRANSPOSE else transpose(u)
        is_simpler = u.kind is TRANSPOSE or other.flips < u.flips
        if other in self.level and not u.is_scalar and other is not u and is_simpler:
            return flipped(self.leaf(other))
        return self.trace.placeholder(u)


def _inside(u: Expr) -> Expr:
    """The product in tr(A X B), whose rule is that of the product."""
    return u.args[0] if u.kind is TRACE and u.args[0].kind is CHAIN else u


def _bare(e: Expr) -> Expr:
    """Of a matrix and its transpose the one with fewer signs."""
    return min((e, transpose(e)), key=lambda f: f.flips)


def _half(e: Expr) -> Gram | None:
    """u, or u and S, where `e` is u'u or u'S u of a symmetric S, or the trace of such; the shortest of several."""
    if not e.is_scalar:
        return None
    if e.kind is TRACE and e.args[0].kind is MATPOW and e.args[0].data == 2 and is_symmetric(e.args[0].args[0]):
        return Gram((e.args[0].args[0],), None)
    if (root := root_of_squares(e)) is not None:
        return Gram((root,), None)
    found = [gram for gram in grams(e) if all(map(is_real, gram.half))  # of complex ones the two terms are conjugates
             and (gram.middle is None or is_symmetric(gram.middle))]
    return min(found, key=lambda gram: (len(gram.half), sum(f.flips for f in gram.half)), default=None)


def _changed_sides(trace: Trace, now: Formula) -> Formula:
    """Every term by itself as ⟨G, dM⟩; then the terms in one differential together, in their shortest form."""
    each = each_term(now.expr, _crossed)
    if each is not now.expr and now.expr.weight <= MOST_SYMBOLS:
        now = _moved(trace, now, each, tricks(now.expr) or [law("collect")])
    together = _regrouped(now.expr, trace.book)
    rules = [law("collect")] if _moving(each) > _moving(together) else closing_rules(each, together, trace.book)
    return _moved(trace, now, together, rules)


def _moving(e: Expr) -> int:
    """How many differentials stand in a formula."""
    uses: Counter[Expr] = Counter({e: 1})
    for part in reversed(postorder(e, varying=True)):
        for arg in part.args:
            uses[arg] += uses[part]
    return sum(n for part, n in uses.items() if part.kind is TANGENT)


def _crossed(term: Expr) -> Expr:
    """A term as ⟨G, dM⟩."""
    parts = [_beside(g, leaf) for leaf, g in pull_back(term, num(1)).items() if not is_zero(g)]
    return total(parts) if len(parts) == 1 else term


def _beside(g: Expr, leaf: Expr) -> Expr:
    """⟨G, dM⟩ with the number that all terms of G share in front."""
    shares = {abs(number_and_factors(term)[0]) for term in terms(g)}
    if g.kind is not ADD or len(shares) > 1 or leaf.is_scalar:
        return paired(g, leaf)
    share = shares.pop()
    return multiple(share, (), paired(total([multiple(1 / share, (), term) for term in g.args]), leaf))


def closed_beside_norms(g: Expr, book: Rulebook) -> Expr:
    """The closed form of `g`, in which the squares ‖x − y‖² stay as they are."""
    norms = [part for part in postorder(g) if part.is_scalar and part.args and is_norm_squared(part)]
    kept = {part: variable(f"norm_{i}", (1, 1)) for i, part in enumerate(norms)}
    short = closed_form(substitute(g, kept), book)
    return substitute(short, {leaf: part for part, leaf in kept.items()})


def _regrouped(e: Expr, book: Rulebook) -> Expr:
    """The scalar `e` as a sum of ⟨G, dM⟩, one for each tangent in it."""
    parts = [_beside(closed_beside_norms(g, book), leaf) for leaf, g in pull_back(e, num(1)).items() if not is_zero(g)]
    return total(parts) if parts else num(0)


def _fresh(u: Expr, moving: Sequence[Expr]) -> dict[Expr, Expr]:
    """Tangents that stand for the differentials of operands; of a call whose differential has their conjugates, complex
    ones."""
    has_conjugates = is_mirrored(u)
    return {arg: node(TANGENT, (), Direction("", -1 - i, complex=has_conjugates and arg.complex), arg.shape)
            for i, arg in enumerate(moving)}
