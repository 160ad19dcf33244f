"""A derivation in the names of its answer: α for K⁻¹y from the line on in which it arises, as the answer says it.

One thing has one name. A name is a variable that stands in the place of what it means, without any law: nothing is
computed with these lines, they are only looked at. A sum keeps in all lines the orientation that it has in the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from matcalc.algebra import num, power, substitute, tangent, transpose
from matcalc.algebra.addition import primitive, scaled
from matcalc.answer.named import Named, named
from matcalc.core.expr import ADD, CALL, CHAIN, DIM, HAD, LEAVES, MUL, POW, TRACE, TRANSPOSE, Expr, node, postorder
from matcalc.core.parts import base_and_exponent, chain_factors, number_and_factors
from matcalc.explanation.calculus_laws import NAMES, Identity, law
from matcalc.explanation.handwriting import JOIN, mirrored, multiple
from matcalc.explanation.moves import MOST_COMPARED, Formula, Move, Trace, formulas
from matcalc.extensions import ASCII
from matcalc.printers import textbook
from matcalc.printers.as_typed import Typed, as_typed, sums_by_content, with_names
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import dialect_named
from matcalc.printers.lettering import names_in as names_among
from matcalc.printers.polynomials import turned_product, turned_sum
from matcalc.printers.signs import fewest_signs
from matcalc.printers.where import names_of
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative

_MINUS = Fraction(-1)
_POWERS = (-1, -2)  # of a scalar with a name
_SIDES = 2  # on which a vector stands in v v'
_CLOSING = frozenset(NAMES.get(name, name) for name in ("common factor", "regroup", "multiply out"))


class Names(NamedTuple):
    """An answer in names: the formula, what each variable in it stands for, names of further parts as text, and the
    closed forms of what the variables stand for; what is `said` of letters in it."""

    expr: Expr
    values: Mapping[Expr, Expr]
    parts: Mapping[Expr, str]
    typed: Typed
    closed: Mapping[Expr, Expr]
    said: Sequence[tuple[str, str]] = ()


def names_of_answer(d: Derivative, dialect: str, room: int, taken: Collection[str] = (),
                    shared: Mapping[Expr, str] | None = None) -> Names:
    """The names of the answer to `d`, shown in lines of `room` characters, none of them among `taken`; those of its
    parts are `shared` with other answers that stand beside it, where there are any."""
    found = named(d, d.expr, taken)
    typed = with_names(d.problem.as_typed, found.names)
    known = dialect_named(dialect)
    parts = names_of([found.expr], known, room, {*taken, *d.problem.taken()}, typed) if shared is None else {**shared}
    values: dict[Expr, Expr] = {}
    for leaf, value in found.names.items():
        values[leaf] = substitute(value, values)
    closed = {d.problem.closed(value): leaf for leaf, value in values.items()}
    parts = {**parts, **_as_derived(d, parts)}
    if found.names:
        sums = [part for part in postorder(*_as_shown(found.expr)) if part.kind is ADD]
        typed = typed._replace(sums={**sums_by_content(sums), **typed.sums})
    said = _shown_calls(found.expr, known, {*taken, *d.problem.taken()}, closed)
    closed |= {substitute(value, values): leaf for leaf, value in found.replaced.items() if leaf in values}
    closed |= found.said
    return Names(found.expr, values, _untyped(found, parts, typed), typed, closed, said)


def _as_shown(e: Expr) -> list[Expr]:
    """The products that take a minus in as they are shown then, and all of an answer."""
    whole, = fewest_signs([e])
    products = [part for part in postorder(whole) if part.kind is MUL and part.data < 0]
    return [*(turned for part in products if (turned := turned_product(part, turned_sum)) is not None), whole]


def _as_derived(d: Derivative, parts: Mapping[Expr, str]) -> dict[Expr, str]:
    """The named parts as they are before what is declared of the variables is used: cholesky((A + A')/2)."""
    if not parts:
        return {}
    free = postorder(d.problem.f, *(s.derivative for s in d.statements))
    return {e: parts[whole] for e in free if e.kind not in LEAVES and (whole := d.problem.settled(e)) in parts}


def _shown_calls(e: Expr, dialect: Dialect, taken: set[str], closed: dict[Expr, Expr]) -> list[tuple[str, str]]:
    """U Vᵀ for the polar factor, as people see it in the answer; what is said of these letters."""
    said: list[tuple[str, str]] = []
    for call in postorder(e):
        if call.kind is CALL and "shown" in call.data.fields:
            (whole,), letters = textbook.shown([call], dialect, taken | names_among(e))
            if letters:
                closed[call] = whole
                said += [letter[:2] for letter in letters.values()]
    return said


def _untyped(found: Named, parts: Mapping[Expr, str], typed: Typed) -> dict[Expr, str]:
    """The parts as they are before their sums are shown as typed."""
    known = [e for e in postorder(found.expr, *found.names.values()) if e.kind not in LEAVES] \
        if parts and typed.sums and found.expr.weight <= MOST_COMPARED else []
    before = {as_typed([e], typed)[0]: e for e in known}
    return {before.get(part, part): name for part, name in parts.items()}


def in_names(trace: Trace, names: Names) -> Trace:
    """The derivation in the names of its answer, the last line being the answer as it is shown."""
    shown = _put_in_names(trace, trace.moves, names)
    shown.moves[:] = [move for move in shown.moves if not _is_unseen(shown, move, names)]
    _ending(shown, names)
    return shown


def lines_in_names(trace: Trace, moves: Sequence[Move], names: Names) -> list[str]:
    """What each of some moves leads to, in ASCII and in names, the last one to the answer as it is shown."""
    if not moves or not (names.values or names.parts):
        return [trace.text(move.after.expr, ASCII) for move in moves]
    shown = _put_in_names(trace, moves, names)
    return [shown.text(e, ASCII, names.parts) for e in (*(move.after.expr for move in shown.moves[:-1]), names.expr)]


def _put_in_names(trace: Trace, moves: Sequence[Move], names: Names) -> Trace:
    typed = _oriented(names.typed, [names.expr, *formulas(moves)])
    put = _Putting(names, _turned_placeholders(trace, typed))
    named_moves = [replace(move, before=put.formula(move.before), after=put.formula(move.after),
                           rules=tuple(put.rule(rule, trace.opened) for rule in move.rules)) for move in moves]
    opened = {leaf: put.of(u) for leaf, u in {**trace.opened, **put.turned}.items()}
    return Trace(named_moves, opened, trace.along, book=trace.book, letters=trace.letters, typed=typed)


def _is_unseen(trace: Trace, move: Move, names: Names) -> bool:
    """Whether a move changes nothing but what a name stands for."""
    if move.relation != "equal" or move.before.head != move.after.head or not names.parts \
            or not any(rule.name == "declared" for rule in move.rules):
        return False
    before, after = (trace.text(formula.expr, ASCII, names.parts) for formula in (move.before, move.after))
    return before == after


def _ending(trace: Trace, names: Names) -> None:
    """Go on to the answer in names, not by way of a form that would be opened again."""
    moves = trace.moves
    if not moves or not names.values or moves[-1].after.head[0] not in ("final", "gradient", "hessian", "jacobian"):
        return
    goal = Formula(names.expr, moves[-1].after.head)
    if trace.text(goal.expr, ASCII) == trace.text(moves[-1].after.expr, ASCII):
        moves[-1] = replace(moves[-1], after=goal)
        return
    rules: tuple[Identity, ...] = ()
    while len(moves) > 1 and moves[-1].relation == "equal" and _closes(moves[-1]):
        moves.pop()
        rules = (law("regroup"),)
        if trace.text(goal.expr, ASCII) == trace.text(moves[-1].after.expr, ASCII):
            moves[-1] = replace(moves[-1], after=goal)
            return
    before = moves[-1].after
    if rules and substitute(before.expr, names.values) is substitute(goal.expr, names.values):
        rules = ()
    said = tuple(_said(names, before.expr))
    moves.append(Move((*rules, *said) or (law("names"),), before, goal))


def _closes(move: Move) -> bool:
    return {rule.name for rule in move.rules} <= _CLOSING


def _said(names: Names, before: Expr) -> Iterator[Identity]:
    """The names that come up in the last line only."""
    parts = set(postorder(before))
    for leaf, value in names.typed.names.items():
        if leaf not in parts and leaf in postorder(names.expr):
            yield Identity("names", law("names").title, (leaf, " = ", value))


def _oriented(typed: Typed, lines: Sequence[Expr]) -> Typed:
    """Sums as they stand in the answer, or else in the first line that has them: a minus that went into one there is in
    it in all lines."""
    if not typed.sums:
        return typed
    sums, waiting = dict(typed.sums), dict(typed.sums)
    for line in dict.fromkeys(lines):
        shown = set(postorder(*as_typed([line], typed))) if waiting else set()
        for key, original in [*waiting.items()]:
            written = as_typed([original], typed)[0]
            turned = scaled(node(ADD, written.args, None, written.shape), -1) if written.kind is ADD else written
            if turned in shown or written in shown:
                sums[key] = original if written in shown else turned
                del waiting[key]
    return typed._replace(sums=sums)


def _turned_placeholders(trace: Trace, typed: Typed) -> dict[Expr, tuple[Expr, Expr]]:
    """d(A x − b) as −d(b − A x), where b − A x was typed, d(1 ⊘ (A x − b)) and d(M ∘ (A x − b)) too: for a placeholder
    another one, and what that stands for."""
    found: dict[Expr, tuple[Expr, Expr]] = {}
    for leaf, u in trace.opened.items() if typed.sums else ():
        inner = u.args[0] if u.kind is TRACE else u
        factors = inner.args if inner.kind in (CHAIN, HAD) else (inner,)
        if sum(_is_turned(f, typed) for f in factors) % 2:
            found[leaf] = tangent("", u.shape, len(trace.opened) + 1 + len(found)), scaled(u, -1)
    return found


def _is_turned(f: Expr, typed: Typed) -> bool:
    """Whether a factor is an odd power of a sum whose negative was typed."""
    base, k = base_and_exponent(f)
    if base.kind is not ADD or k.denominator != 1 or not k.numerator % 2:
        return False
    known = ((primitive(e)[0], typed.sums.get(primitive(e)[1])) for e in (base, transpose(base)))
    content, original = next(((q, e) for q, e in known if e is not None), (_MINUS, None))
    return original is not None and content * primitive(original)[0] < 0


class _Putting:
    """Puts variables in the place of what they mean, as it stands."""

    def __init__(self, names: Names, turned: Mapping[Expr, tuple[Expr, Expr]]) -> None:
        self.turned = dict(turned.values())
        self.known = {leaf: multiple(_MINUS, (), other) for leaf, (other, _) in turned.items()}
        self.words: list[tuple[tuple[Expr, ...], Fraction, Expr]] = []
        self.products: list[tuple[Expr, Expr]] = []
        for leaf, value in reversed([*names.values.items()]):
            if value.kind in LEAVES or value.kind is TRANSPOSE:
                continue
            flipped = mirrored(leaf)
            for v, x in ((value, leaf), (transpose(value), flipped)):
                self._know(v, x)
            for k in _POWERS if value.is_scalar and value.kind in (MUL, POW) else ():
                self._know(power(value, num(k)), power(leaf, num(k)))
        for value, leaf in names.closed.items():
            if value.kind not in LEAVES and value.kind is not TRANSPOSE:
                self._know(value, leaf)
                self._know(transpose(value), mirrored(leaf))
        self.done: dict[Expr, Expr] = {}

    def _know(self, v: Expr, x: Expr) -> None:
        self.known.setdefault(v, x)
        self.known.setdefault(scaled(v, -1), multiple(_MINUS, (), x))
        q, parts = number_and_factors(v)
        if parts and parts[-1].kind is CHAIN and len(parts) == 1 and abs(q) == 1:
            self.words.append((parts[-1].args, q, x))
        if v.kind is MUL:
            self.products.append((v, x))

    def rule(self, rule: Identity, opened: Collection[Expr]) -> Identity:
        """An identity in names, where it speaks of a differential in the lines."""
        formulas = [part for part in rule.because if isinstance(part, Expr)]
        if not any(part in opened for part in postorder(*formulas, varying=True)):
            return rule
        put = (part if isinstance(part, str) else self.of(part) for part in rule.because)
        said = [JOIN[part.kind](part, part.args) if isinstance(part, Expr) and part.kind in JOIN else part
                for part in put]
        for i in [i for i, part in enumerate(said) if part == " = " and 0 < i < len(said) - 1]:
            sides = [_without_minus(side) for side in (said[i - 1], said[i + 1]) if isinstance(side, Expr)]
            if len(sides) == _SIDES and None not in sides:  # a minus on both
                said[i - 1], said[i + 1] = (side or num(0) for side in sides)
        return replace(rule, because=tuple(said))

    def formula(self, formula: Formula) -> Formula:
        return Formula(self.of(formula.expr), formula.head)

    def of(self, e: Expr) -> Expr:
        """`e` in names."""
        if not self.known:
            return e
        for part in postorder(e):
            if part not in self.done:
                self.done[part] = self.known.get(part) or self._rebuilt(part)
        return self.done[e]

    def _rebuilt(self, part: Expr) -> Expr:
        if part.kind is CHAIN:
            part = self._with_words(part)
        if part.kind is MUL:
            part = self._with_products(part)
        args = tuple(self.done.get(arg, arg) for arg in part.args)
        if part.kind is CHAIN:
            args = tuple(f for arg in args for f in chain_factors(arg))
        if part.kind is MUL and any(arg.kind is MUL for arg in args):  # −(−du)
            return JOIN[MUL](part, args)
        return part if args == part.args else node(part.kind, args, part.data, part.shape)

    def _with_words(self, e: Expr) -> Expr:
        """Factors next to each other that are a word with a name."""
        factors, sign = e.args, Fraction(1)
        for word, q, x in self.words:
            for i in range(len(factors) - len(word), -1, -1):
                if factors[i:i + len(word)] == word:
                    factors, sign = (*factors[:i], x, *factors[i + len(word):]), sign * q
        return e if factors == e.args else multiple(sign, (), node(CHAIN, factors, None, e.shape))

    def _with_products(self, e: Expr) -> Expr:
        """Factors that are a product with a name, in v v'/s² twice; a number is left over."""
        for value, x in self.products:
            for _ in range(_SIDES):
                e = _with_product(e, value, x) or e
        return e


def _without_minus(e: Expr) -> Expr | None:
    """A product without the minus in front of it, or of one of its factors; None where it has none."""
    q, parts = number_and_factors(e)
    if q < 0:
        return multiple(-q, parts[:-1], parts[-1])
    for i, f in enumerate(e.args if e.kind in (CHAIN, HAD, MUL, TRACE, TRANSPOSE) else ()):
        if (found := _without_minus(f)) is not None:
            return node(e.kind, (*e.args[:i], found, *e.args[i + 1:]), e.data, e.shape)
    return None


def _with_product(e: Expr, value: Expr, x: Expr) -> Expr | None:
    """A product with x in the place of the factors of `value`; None where it does not have them all."""
    number, wanted = number_and_factors(value)
    q, parts = number_and_factors(e)
    flat = [f for part in parts for f in ((part,) if part.kind is not MUL or part.data != 1 else part.args)]
    scalars, body = [f for f in flat if f.is_scalar], [f for f in flat if not f.is_scalar]
    if x.is_scalar:
        left = _taken(scalars, wanted) if len(wanted) > 1 else None
        return None if left is None else multiple(q / number, [*left, x, *body][:-1], [*left, x, *body][-1])
    beside = _beside(body[-1], wanted[-1], x) if body and len(wanted) > 1 else None
    left = _taken(scalars, wanted[:-1]) if beside is not None else None
    return None if left is None or beside is None else multiple(q / number, left, beside)


def _taken(scalars: Sequence[Expr], wanted: Sequence[Expr]) -> list[Expr] | None:
    """What is left of a product without some powers, of which dimensions may be missing: their inverses are left."""
    left: dict[Expr, Fraction] = {}
    for base, k in map(base_and_exponent, scalars):
        left[base] = left.get(base, Fraction()) + k
    for base, k in map(base_and_exponent, wanted):
        has = left.get(base, Fraction())
        if base.kind is not DIM and (has * k <= 0 or abs(has) < abs(k)):
            return None
        left[base] = has - k
    return [power(base, num(k)) for base, k in left.items() if k]


def _beside(e: Expr, v: Expr, x: Expr) -> Expr | None:
    """A product with x for its first factor v, or x' for its last factor v'."""
    factors = chain_factors(e)
    if factors[0] is v:
        factors = (x, *factors[1:])
    elif factors[-1] is transpose(v):
        factors = (*factors[:-1], mirrored(x))
    else:
        return None
    return factors[0] if len(factors) == 1 else node(CHAIN, factors, None, e.shape)
