"""What was typed stays as it was typed: b − A x is not turned into A x − b, 0.3 + x'x not into 10 x'x + 3, and where
decimals were typed, numbers are decimals.

The normal form knows a sum up to a rational factor only. Here the sums of an answer that are multiples of typed ones
become these, and the factors move in front of the products around them. What is made here is for display only: it is no
normal form, and nothing computes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from types import MappingProxyType

from matcalc.algebra.addition import add, coefficient, primitive, scaled
from matcalc.algebra.application import linear_params
from matcalc.algebra.leaves import ONE, num, variable
from matcalc.algebra.transposition import transpose
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    HAD,
    MATPOW,
    MUL,
    NUM,
    OVER,
    POW,
    TRACE,
    TRANSPOSE,
    Expr,
    Memo,
    node,
    postorder,
)
from matcalc.core.function import Function
from matcalc.printers.polynomials import turned_difference, turned_sum
from matcalc.printers.reductions import is_sum
from matcalc.printers.view import AS_TYPED, IN_ORDER
from matcalc.records import NamedTuple
from matcalc.session import SESSION

_LEAST = 2  # terms of a sum that another can be a part of
_MOST_DIGITS = 6  # behind the point
_PRODUCTS = frozenset({MUL, CHAIN, HAD, TRACE, TRANSPOSE})
Multiple = tuple[Fraction, Expr]
_ONE = Fraction(1)
_TENS = tuple(Fraction(10) ** k for k in range(1, _MOST_DIGITS + 1))


class Typed(NamedTuple):
    """The sums of a formula as they were typed, by what all multiples of one have in common; whether one had a decimal
    point in it; and of decimals the `fractions` that were typed beside them, by their denominators. What its `names`,
    variables that nobody declared, stand for. The letters that are `taken` by variables. The `orders` in which terms of
    sums were typed, and the `norms`, u'u where ‖u‖ was typed."""

    sums: Mapping[Expr, Expr]
    decimals: bool = False
    fractions: frozenset[int] = frozenset()
    names: Mapping[Expr, Expr] = MappingProxyType({})
    taken: frozenset[str] = frozenset()
    orders: Mapping[Expr, tuple[Expr, ...]] = MappingProxyType({})
    norms: frozenset[Expr] = frozenset()


NOTHING = Typed({})


def with_names(typed: Typed, names: Mapping[Expr, Expr]) -> Typed:
    """The same with names, the sums among what they stand for being typed so as well."""
    signs = {value: -1 if value.kind is MUL and value.data < 0 else 1 for value in names.values()}
    sums = [scaled(f, sign) for value, sign in signs.items() for f in (value, *value.args) if f.kind is ADD]
    return typed._replace(names=names, sums=sums_by_content([*typed.sums.values(), *sums]))


def sums_by_content(sums: Sequence[Expr]) -> dict[Expr, Expr]:
    """Sums by their primitive part; the first that was typed where several are multiples of each other."""
    found: dict[Expr, Expr] = {}
    for e in sums:
        found.setdefault(primitive(e)[1], e)
    return found


def as_typed(roots: Sequence[Expr], typed: Typed) -> list[Expr]:
    """Formulas with the sums and the numbers that were typed."""
    roots = _relettered(roots, typed.taken) if any(map(_has_letter.__getitem__, roots)) else [*roots]
    if not roots or not (typed.sums or typed.decimals or typed.norms):
        return roots
    writer = _Writer(typed)
    for part in postorder(*sorted(typed.sums.values(), key=lambda e: e.order), *roots):
        writer.write(part)
    return [writer.whole(e) for e in roots]


class _Writer:
    """Each part as a number times what is shown."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self.done: dict[Expr, Multiple] = {}
        self.originals = frozenset(typed.sums.values())

    def whole(self, e: Expr) -> Expr:
        """A part that takes its number in."""
        return self._times(*self.done[e])

    def write(self, e: Expr) -> None:
        """What is shown of `e`, whose operands are done."""
        if e.kind is NUM:
            self.done[e] = (e.data, ONE) if self._is_decimal(e.data) else (_ONE, e)
        elif e.kind is ADD:
            self.done[e] = self._sum(e)
        else:
            self.done[e] = self._other(e)

    def _sum(self, e: Expr) -> Multiple:
        args = tuple(map(self.whole, self.typed.orders.get(e, e.args)))
        if e in self.originals:
            return _ONE, node(ADD, args, IN_ORDER if e in self.typed.orders else AS_TYPED, e.shape)
        for made, is_turned in _SPELLED:
            other = made(e)
            content, rest = primitive(other)
            original = self.typed.sums.get(rest)
            if original is None or original not in self.done:
                continue
            q = content / primitive(original)[0]
            if abs(q) == 1 or self._has_decimals(original):
                shown = self.done[original][1]
                if is_turned and e.flips < shown.flips:
                    continue
                return q, node(TRANSPOSE, (shown,), None, e.shape) if is_turned else shown
        if (partly := self._partly(e)) is not None:
            return _ONE, partly
        if (q := self._tens(e)) > 1:
            return q, node(ADD, tuple(self._times(self.done[arg][0] / q, self.done[arg][1]) for arg in e.args), None,
                           e.shape)
        return _ONE, _same(e, args)

    def _partly(self, e: Expr) -> Expr | None:
        """A sum of which some terms are a multiple of a typed one, (D − W) F + 2 (F − Y) for (D − W) F + 2 F − 2 Y."""
        for rest, original in self.typed.sums.items() if len(e.args) > _LEAST else ():
            for q in dict.fromkeys(coefficient(term)[0] / coefficient(rest.args[0])[0] for term in e.args):
                wanted, times = [scaled(term, q) for term in rest.args], q / primitive(original)[0]
                if len(wanted) >= len(e.args) or not all(term in e.args for term in wanted):
                    continue
                first = min(e.args.index(term) for term in wanted)
                others = [self.whole(term) for term in e.args if term not in wanted]
                shown = self.done[original][1]
                if abs(times) != 1:
                    inner = node(MUL, (shown,), times, e.shape)
                    return node(ADD, (*others[:first], inner, *others[first:]), None, e.shape)
                if times == 1 and original not in self.typed.orders:  # x − mean(x) of a notation, in front
                    return node(ADD, (shown, *others), None, e.shape)
        return None

    def _tens(self, e: Expr) -> Fraction:
        """10 of 10 x'x + n where decimals were typed: x'x + 0.1 n; 1 where numbers stay."""
        numbers = [abs(self.done[term][0] * coefficient(self.done[term][1])[0]) for term in e.args] \
            if self.typed.decimals else []
        q = max(numbers, default=_ONE)
        is_ten = q in _TENS and all(k < q for k in numbers if k != q)
        return q if is_ten else _ONE

    def _other(self, e: Expr) -> Multiple:
        if all(self.done[arg] == (_ONE, arg) for arg in e.args) and e not in self.typed.norms:
            return self._alone(e, e.args)
        outside = [self._lets_out(e, i) for i in range(len(e.args))]
        args = tuple(self.done[arg][1] if k else self._inside(e, i) for i, (arg, k) in enumerate(
            zip(e.args, outside, strict=True)))
        q = prod((self.done[arg][0] ** k for arg, k in zip(e.args, outside, strict=True) if k), start=_ONE)
        if e in self.typed.norms:
            return q, node(e.kind, args, AS_TYPED, e.shape)
        k, shown = self._alone(e, args)
        return q * k, shown

    def _alone(self, e: Expr, args: tuple[Expr, ...]) -> Multiple:
        """What is shown of `e` where no operand lets a number out."""
        if e.kind is MUL:
            return e.data, args[0] if len(args) == 1 else node(MUL, args, _ONE, e.shape)
        return _ONE, _same(e, _both_turned(args) if e.kind is CHAIN else args)

    def _inside(self, e: Expr, i: int) -> Expr:
        """Operand `i` with its number; an exponent stays a fraction."""
        if e.kind is POW and e.args[i].kind is NUM and i:
            return e.args[i]
        return self.whole(e.args[i])

    def _lets_out(self, e: Expr, i: int) -> int:
        """The power of a number in front of operand `i` that goes out in front of `e`; 0 where it stays inside."""
        if e.kind in _PRODUCTS or (e.kind is OVER and is_sum(e)):
            return 1
        if e.kind is CALL:
            return int(i in linear_params(e.data))
        if e.kind is MATPOW:
            return int(e.data)
        is_power = e.kind is POW and i == 0 and e.args[1].kind is NUM  # what (2 s)ᵏ lets out is no number
        return int(e.args[1].data) if is_power and e.args[1].data.denominator == 1 else 0

    def _times(self, q: Fraction, e: Expr) -> Expr:
        if q == 1:
            return e
        if q == -1 and e.kind is ADD:  # b − a for −(a − b), where nothing else stands in front
            return node(ADD, tuple(scaled(arg, -1) for arg in e.args), None, e.shape)
        factors = () if e is ONE else e.args if e.kind is MUL else (e,)
        if self._is_decimal(q):
            q, factors = _ONE if q > 0 else -_ONE, (variable(_decimal(abs(q)), (1, 1)), *factors)
        if not factors:
            return num(q)
        return factors[0] if q == 1 and len(factors) == 1 else node(MUL, factors, q, e.shape)

    def _is_decimal(self, q: Fraction) -> bool:
        """Whether a number is written with a decimal point."""
        if not self.typed.decimals or q.denominator in (1, *self.typed.fractions):
            return False
        return bool(10 ** _MOST_DIGITS % q.denominator == 0)

    def _has_decimals(self, e: Expr) -> bool:
        """Whether a typed sum has a number with a decimal point in it."""
        return any(self._is_decimal(Fraction(part.data)) for part in (*e.args, e) if part.kind in (NUM, MUL))


# A sum in the ways in which it may have been typed, and whether it is transposed.
_SPELLED: tuple[tuple[Callable[[Expr], Expr], bool], ...] = (
    (lambda e: e, False), (lambda e: add(*e.args), False), (transpose, True))


def _both_turned(args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """(I − P) (a − b) for (P − I) (b − a)."""
    if sum(f.kind is ADD for f in args) < 2:
        return args
    turned = {i: turned_sum(f) for i, f in enumerate(args) if f.kind is ADD}
    places = [i for i, f in turned.items() if f is not None][:2]
    if len(places) < 2 or all(turned_difference(args[i]) is None for i in places):
        return args
    return tuple(turned[i] or f if i in places else f for i, f in enumerate(args))


@SESSION.memo
@Memo
def _has_letter(e: Expr) -> bool:
    """Whether a function that is written with a letter is called in `e`."""
    return (e.kind is CALL and "indexed" in e.data.fields) or any(map(_has_letter.__getitem__, e.args))


def _relettered(roots: Sequence[Expr], taken: frozenset[str]) -> list[Expr]:
    """Formulas with K_{mn} under another of its letters where a variable is called K."""
    new: dict[Expr, Expr] = {}
    for e in postorder(*roots) if taken else ():
        args = tuple(new.get(arg, arg) for arg in e.args)
        if e.kind is CALL and (letters := e.data.fields.get("indexed", "").split()) and letters[0] in taken:
            new[e] = node(CALL, args, _under(e.data, next((x for x in letters if x not in taken), "")), e.shape)
        elif args != e.args:
            new[e] = node(e.kind, args, e.data, e.shape)
    return [new.get(e, e) for e in roots]


def _under(function: Function, letter: str) -> Function:
    """The function under one letter, which is shown as a call where there is none."""
    if (function, letter) not in _functions:
        fields = {name: text for name, text in function.fields.items() if letter or name != "indexed"}
        _functions[function, letter] = Function(function.name, function.params, function.result, function.form,
                                                fields | ({"indexed": letter} if letter else {}), function.reader)
    return _functions[function, letter]


_functions: dict[tuple[Function, str], Function] = SESSION.memo({})


def _same(e: Expr, args: tuple[Expr, ...]) -> Expr:
    return e if args == e.args else node(e.kind, args, e.data, e.shape)


def _decimal(q: Fraction) -> str:
    """0.3, 12.25"""
    whole, rest = divmod(q.numerator * 10 ** _MOST_DIGITS // q.denominator, 10 ** _MOST_DIGITS)
    return f"{whole}.{rest:0{_MOST_DIGITS}d}".rstrip("0")
