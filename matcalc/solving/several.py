"""Several unknowns: one equation after the other is solved for one of them, and what is found is put into the others.

The equations are the gradients of the Lagrangian, each belonging to an unknown, and the constraints, each belonging to
its multiplier. By the envelope theorem what is left of a gradient when another unknown has been put in is the gradient
of the formula minimised over that one; so if each is a minimum in turn, all together are.

Source: Boyd & Vandenberghe (2004) 4.1.3, optimising over some variables, and C.4, block elimination.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import product

from matcalc.algebra import negate, substitute, zeros
from matcalc.algebra.facts import is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.differential import seed
from matcalc.calculus.implicit import UnsolvedError
from matcalc.calculus.regularity import KINK, Condition, conditions, needed
from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import NoRuleError, fail
from matcalc.records import NamedTuple
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded
from matcalc.simplification.length import cost
from matcalc.solving.affine import Affine, Isolated, affine, isolated
from matcalc.solving.as_sums import in_sums
from matcalc.solving.complex_unknown import has_conjugate, is_hermitian_unknown, refuse_not_real
from matcalc.solving.curving import of_equation, of_formula
from matcalc.solving.holding import held
from matcalc.solving.nature import Kind, Nature, Stated
from matcalc.solving.posed import Posed
from matcalc.solving.single import how
from matcalc.solving.solution import Claims, Solution, Stage, Told, Value

_MOST = 40  # equations that are read as affine before it is given up


class _Owned(NamedTuple):
    """The equation `e` = 0, and whose it is."""

    owner: Expr
    e: Expr


class _Turn(NamedTuple):
    """An equation solved for `leaf`; `is_own` says that it is the one that belongs to it."""

    leaf: Expr
    equation: Affine
    found: Isolated
    is_own: bool


def of_several(posed: Posed) -> Solution:
    """The stationary point. Raises NoRuleError where there is none, or none in closed form."""
    if posed.lagrangian.complex and any(is_hermitian_unknown(x) or not x.complex for x in posed.xs):
        raise fail("M1503", f"{posed.names} are not solved for together among complex numbers, where one of them is "
                   "real or Hermitian", posed.problem.typed_source, error=NoRuleError)
    for k, gradient in enumerate(posed.whole_gradients):
        if not any(leaf in postorder(gradient) for leaf in (*posed.xs, *(c.multiplier for c in posed.bound))):
            raise posed.unbounded(k)
    if any(x in postorder(part) for parts in posed.parts for part in parts for x in posed.xs):
        raise posed.without_closed_form("a constraint that is not linear is solved for one unknown alone")
    return _Several(posed).solved()


class _Several:
    """A problem posed in several unknowns, and how it is solved in turn."""

    def __init__(self, posed: Posed) -> None:
        self.posed, self.problem, self.book = posed, posed.problem, posed.book
        self.tries = 0
        self.is_contradictory = False

    def solved(self) -> Solution:
        """The stationary point."""
        posed = self.posed
        owned = [_Owned(x, e) for x, e in zip(posed.xs, posed.whole_gradients, strict=True)]
        owned = sorted(owned, key=lambda one: sum(dim != 1 for dim in one.owner.shape))  # numbers first, for short ones
        owned += [_Owned(c.multiplier, c.h) for c in posed.bound]
        turns = self._in_turn(owned, [one.owner for one in owned])
        if turns is None and self.is_contradictory:
            raise fail("M0605", "the equations for the unknowns repeat or contradict each other, so no single point is "
                       "stationary", self.problem.typed_source, error=NoRuleError)
        if turns is None:
            raise posed.without_closed_form("the equations that are left when one of them is put in are not affine")
        return self._said(turns)

    def _in_turn(self, owned: Sequence[_Owned], leaves: Sequence[Expr]) -> list[_Turn] | None:
        """Equations solved one after the other, each for one leaf, the own one of it where that is possible."""
        if not leaves:
            return []
        for one, leaf in _pairs(owned, leaves):
            found = self._solved_for(one, leaf)
            if found is None:
                continue
            others = [leaf_ for leaf_ in leaves if leaf_ is not leaf]
            rest = [_Owned(other.owner, self._inserted(other.e, leaf, found[1].value)) for other in owned
                    if other is not one]
            if any(all(e not in postorder(other.e) for e in others) for other in rest):
                self.is_contradictory = True
                continue
            further = self._in_turn(rest, others)
            if further is not None:
                return [_Turn(leaf, *found, one.owner is leaf), *further]
        return None

    def _solved_for(self, one: _Owned, leaf: Expr, wholly: bool = True) -> tuple[Affine, Isolated] | None:
        """The equation solved for a leaf, `wholly` where no other solution may be lost."""
        self.tries += 1
        if self.tries > _MOST or has_conjugate(one.e, leaf):
            return None
        equation = affine(one.e, leaf, self.book, positive=self.posed.domain.positive)
        if equation is None:
            return None
        try:
            found = isolated(equation, leaf, is_symmetric(leaf), self.book)
        except UnsolvedError:
            return None
        return None if wholly and self._loses(found) else (equation, found)

    def _loses(self, found: Isolated) -> bool:
        """Whether an equation was divided by what depends on an unknown and may be 0: (x + 1) y = 0 has more solutions
        than y = 0. What the formula needs to have a value is not 0 anywhere."""
        posed = self.posed
        leaves = {*posed.xs, *(c.multiplier for c in posed.bound)}
        given = [*conditions(posed.f, posed.f), *(Condition("positive", e) for e in posed.domain.positive)]
        asked = [c for e in found.wholes for c in conditions(e, e)
                 if c.word != KINK and leaves & set(postorder(c.expr))]
        return any(c in needed([*given, c]) and c not in given for c in asked)

    def _inserted(self, e: Expr, leaf: Expr, value: Expr) -> Expr:
        if leaf not in postorder(e):
            return e
        whole = substitute(e, {leaf: value})
        return min((closed_form(form, self.book) for form in (whole, expanded(whole))), key=cost)

    def _said(self, turns: Sequence[_Turn]) -> Solution:
        posed, problem = self.posed, self.problem
        values = self._values(turns)
        refuse_not_real(problem.typed_source, list(values.items()))
        kind, curvature = self._kind(turns)
        where = self._where(turns, values, kind)
        given = dict(kind.assumed)

        def there(e: Expr) -> Expr:
            return substitute(e, given)

        multipliers = {c.multiplier: values[c.multiplier] for c in posed.bound}
        zero = [there(substitute(e, multipliers)) for e in posed.whole_gradients] + [there(c.h) for c in posed.bound]
        stated = Stated({x: there(values[x]) for x in posed.xs}, zero, [c._replace(expr=there(c.expr)) for c in where],
                        kind.kind, there(posed.f), [there(c.h) for c in posed.bound])
        shown = self._shown(turns, values)
        first, *others = [Value(x, values[x], shown[x]) for x in posed.xs]
        told = Told(partial(self._stages, turns, values), partial(problem.closed, curvature))
        return Solution(problem, first.expr, list(problem.notes), kind.kind, Claims(posed.statements(), stated),
                        where=where, told=told, constraints=posed.bound, values=list(multipliers.values()),
                        others=others, shown=first.shown)

    def _values(self, turns: Sequence[_Turn]) -> dict[Expr, Expr]:
        """Each leaf in terms of the data."""
        values: dict[Expr, Expr] = {}
        for turn in reversed(turns):
            value = turn.found.value
            values[turn.leaf] = self.problem.closed(substitute(value, values)) if values else value
        return values

    def _shown(self, turns: Sequence[_Turn], values: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """Each unknown as it is shown: in terms of others where that is shorter, as Σ is with the mean in it."""
        posed = self.posed
        own = {turn.leaf: turn.found.value for turn in turns}
        shown = {x: min((values[x], own[x]), key=cost) if self._is_of_unknowns(own[x]) else values[x] for x in posed.xs}
        known = [x for x in posed.xs if not self._is_of_unknowns(shown[x])]
        for x, gradient in zip(posed.xs, posed.gradients, strict=True):
            if posed.bound or shown[x] is not values[x] or x not in postorder(gradient):
                continue
            found = self._solved_for(_Owned(x, gradient), x, wholly=False)
            if found is not None and self._is_better(found[1].value, shown[x]) and \
                    all(e in known and e is not x for e in posed.xs if e in postorder(found[1].value)):
                shown[x] = found[1].value
                known.remove(x)
        return shown

    def _is_better(self, e: Expr, shown: Expr) -> bool:
        """Whether a form is shorter, or one in the letters that were typed."""
        readable = [in_sums(form, self.problem) is not None for form in (e, shown)]
        return cost(e) < cost(shown) or readable == [True, False]

    def _is_of_unknowns(self, e: Expr) -> bool:
        leaves = (*self.posed.xs, *(c.multiplier for c in self.posed.bound))
        return any(x in postorder(e) for x in leaves) and not any(
            c.multiplier in postorder(e) for c in self.posed.bound)

    def _kind(self, turns: Sequence[_Turn]) -> tuple[Nature, Expr]:
        """By the second differential in all unknowns together, else of one after the other."""
        posed = self.posed
        q, found = of_formula(posed.f, posed.xs, posed.domain, self.book)
        if found.kind == "depends" and not posed.bound and self._is_flat(q):
            return Nature("saddle"), q
        if found.kind != "depends" or posed.bound or not all(turn.is_own for turn in turns):
            return found, q
        kinds = []
        before: dict[Expr, Expr] = {}
        for turn in turns:
            domain = posed.domain.inserted(before).at(turn.leaf, turn.found.value)
            kinds.append(of_equation(turn.equation, turn.leaf, domain, *posed.xs)[1])
            before = {x: substitute(e, {turn.leaf: turn.found.value}) for x, e in before.items()}
            before[turn.leaf] = turn.found.value
        return _joined(kinds), q

    def _is_flat(self, q: Expr) -> bool:
        """Whether the second differential vanishes along one unknown: where it determines the point, it has both
        signs then."""
        ways = [seed(x) for x in self.posed.xs]
        return any(is_zero(self.problem.closed(substitute(q, {other: zeros(*other.shape) for other in ways
                                                              if other is not way}))) for way in ways)

    def _where(self, turns: Sequence[_Turn], values: Mapping[Expr, Expr], kind: Nature) -> list[Condition]:
        posed, source = self.posed, self.problem.typed_source
        found: list[Condition] = []
        positive = [substitute(e, values) for e in posed.domain.positive]
        for turn in turns:
            others = [substitute(e, values) for e in turn.found.wholes]
            asked = [c._replace(expr=substitute(c.expr, values)) for c in turn.found.asked]
            found += held(turn.leaf, values[turn.leaf], others, kind, source, positive, asked)
        found += held(posed.xs[0], values[posed.xs[0]], [posed.f], kind, source)
        closed = [c._replace(expr=self.problem.closed(c.expr)) for c in found
                  if not any(x in postorder(c.expr) for x in posed.xs)]
        return needed(list(dict.fromkeys(closed)))

    def _stages(self, turns: Sequence[_Turn], values: Mapping[Expr, Expr]) -> list[Stage]:
        """The gradients, each set to zero with what is known put in, and solved."""
        closed, stages = self.problem.closed, self.posed.first_stages()
        sources = {c.multiplier: c.source for c in self.posed.bound}
        for k, turn in enumerate(turns):
            equation = turn.equation
            why = f"inserted into {sources[turn.leaf]}" if turn.leaf in sources and turn.is_own else \
                "set to zero" if k == 0 else "set to zero, what is known inserted"
            because = (why,) if equation.times is None else (f"{why}, {equation.move} ", equation.times)
            stages.append(Stage("set-to-zero", "set to zero", closed(equation.left), closed(negate(equation.rest)),
                                because))
            stages.append(Stage("isolate", "solved for an unknown", turn.leaf, turn.found.value, how(turn.found)))
        for turn in turns:
            if values[turn.leaf] is not turn.found.value:
                stages.append(Stage("insert", "the others inserted", turn.leaf, values[turn.leaf],
                                    ("the others inserted",)))
        return stages


def _pairs(owned: Sequence[_Owned], leaves: Sequence[Expr]) -> Iterator[tuple[_Owned, Expr]]:
    """Equations with a leaf that occurs in them: first those that belong together, then those of one shape."""
    pairs = [(one, leaf) for one, leaf in product(owned, leaves) if leaf in postorder(one.e) and not is_zero(one.e)]
    yield from (pair for pair in pairs if pair[0].owner is pair[1])
    yield from (pair for pair in pairs if pair[0].owner is not pair[1] and pair[0].e.shape == pair[1].shape)


def _joined(kinds: Sequence[Nature]) -> Nature:
    """What points in turn are together; a minimum by one unknown and a maximum by another is a saddle."""
    words: set[Kind] = {kind.kind for kind in kinds}
    if "depends" in words:
        return Nature("depends")
    conditions = tuple(c for kind in kinds for c in kind.conditions)
    assumed = {x: e for kind in kinds for x, e in kind.assumed.items()}
    return Nature(words.pop() if len(words) == 1 else "saddle", conditions, assumed)
