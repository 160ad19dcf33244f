"""Parts of complex numbers as they are read: 2 Re(z) for z + z̄, Im(z) for −ⅈ(z − z̄)/2, arg(z) for Im(log(z)), |z|
for √(z z̄), of numbers and of every entry, and ‖u‖² for uᴴu where u is a sum.

The normal form knows a number and its conjugate only. What is made here is for display, as in `as_typed`: each name is
that of a function whose body is what it stands for, so that what is printed means the same when it is read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from matcalc.algebra.addition import coefficient, scaled
from matcalc.algebra.conjugation import conjugate, imaginary
from matcalc.algebra.facts import roots as halves
from matcalc.algebra.leaves import num
from matcalc.algebra.products import multiply
from matcalc.core.expr import ADD, CALL, CHAIN, HAD, MUL, NUM, POW, TRACE, TRANSPOSE, Expr, node, postorder
from matcalc.core.function import Function
from matcalc.core.parts import base_and_exponent
from matcalc.printers.as_typed import Typed
from matcalc.rulebook.book import Rulebook

_LINEAR = frozenset({CHAIN, HAD, TRACE, TRANSPOSE})
_PARTS = ("real", "imag", "angle", "abs", "norm2", "log")


def folded(roots: Sequence[Expr], typed: Typed, book: Rulebook) -> tuple[list[Expr], Typed]:
    """Formulas, and what of them was typed, with real and imaginary parts by their names."""
    parts = _Parts(typed, book)
    terms = (term for order in typed.orders.values() for term in order)
    for e in (*roots, *typed.sums.keys(), *typed.sums.values(), *typed.orders.keys(), *terms):
        parts.whole(e)
    sums = {parts.done[rest]: parts.done[e] for rest, e in typed.sums.items() if parts.done[e].kind is ADD}
    orders = {parts.done[e]: _kept(parts.done[e], [parts.joined.get((e, term), parts.done[term]) for term in terms])
              for e, terms in typed.orders.items() if parts.done[e].kind is ADD}
    return [parts.done[e] for e in roots], typed._replace(sums=sums, orders=orders)


def _kept(e: Expr, terms: Sequence[Expr]) -> tuple[Expr, ...]:
    """The terms of a sum in the order in which they were typed, as far as they are still its terms."""
    order = [term for term in dict.fromkeys(terms) if term in e.args]
    return (*order, *(term for term in e.args if term not in order))


class _Parts:
    """What is shown of each node."""

    def __init__(self, typed: Typed, book: Rulebook) -> None:
        self._typed = frozenset(typed.sums.values())
        self.done: dict[Expr, Expr] = {}
        self.joined: dict[tuple[Expr, Expr], Expr] = {}  # in a sum, the part that a term became one with its conjugate
        self._functions: Mapping[str, Sequence[Function]] = {name: book.overloads(name) for name in _PARTS}

    def whole(self, e: Expr) -> Expr:
        """What is shown of an expression."""
        for part in postorder(e, below=lambda part: [arg for arg in part.args if arg not in self.done]):
            if part not in self.done:
                self.done[part] = self.shown(part) if part.complex else part
        return self.done[e]

    def shown(self, e: Expr) -> Expr:
        """A node whose operands are done."""
        args = tuple(self.done[arg] for arg in e.args)
        if e.kind is ADD:
            return self._sum(e)
        if e.kind is MUL:
            return self._product(e)
        if e.kind is HAD:
            args = self._moduli(e.args)
        if e.kind is POW and args[0].kind is POW and e.args[0].kind in (HAD, MUL) and args[1].kind is NUM:
            return _power(args[0].args[0], args[0].args[1].data * args[1].data)  # √(|z|²)
        if e.kind is HAD and len(args) == 1:
            return args[0]
        if e.is_scalar and e.kind in (CHAIN, TRACE):
            half = next((half for half in halves(e) if any(f.kind is ADD for f in half)), None)
            if half is not None:
                return _power(self._call("norm2", self._unsigned(multiply(*half)), e.kind is TRACE), Fraction(2))
        if e.kind in _LINEAR and any(f.kind is MUL and f not in e.args for f in args):
            return _pulled(e, args)
        return e if args == e.args else node(e.kind, args, e.data, e.shape)

    def _sum(self, e: Expr) -> Expr:
        """Terms and their conjugates together."""
        rest, found = [*e.args], []
        while rest:
            term = rest.pop(0)
            other = conjugate(term) if term.complex else term
            if other is term or other not in rest:
                found.append(self.done[term])
                continue
            rest.remove(other)
            found.append(self._twice_real(min(term, other, key=lambda t: (t.flips, t.order))))
            self.joined |= {(e, term): found[-1], (e, other): found[-1]}
        if len(found) == 1:
            return found[0]
        return e if tuple(found) == e.args else node(ADD, tuple(found), e.data, e.shape)

    def _twice_real(self, term: Expr) -> Expr:
        """2 Re(q s) with the number in front; 2 Re(ⅈ s) as −2 Im(s)."""
        q, rest = coefficient(term)
        if rest.kind is MUL and imaginary in rest.args:
            others = [f for f in rest.args if f is not imaginary]
            return _times(-2 * q, self._imaginary(_of(others, e=rest)))
        return _times(2 * q, self._call("real", rest))

    def _imaginary(self, s: Expr) -> Expr:
        """Im(s), arg(z) where s is log(z)."""
        if s.kind is CALL and s.data is self._functions["log"][0]:
            return self._call("angle", s.args[0])
        return self._call("imag", s)

    def _moduli(self, factors: Sequence[Expr]) -> tuple[Expr, ...]:
        """The factors of a product, z and its conjugate together, before them −1 where they have unlike signs."""
        rest, found = [*factors], []
        while rest:
            factor = rest.pop(0)
            base, k = base_and_exponent(factor)
            other = conjugate(base) if factor.complex else base
            pair = next((f for f in rest if base_and_exponent(f) in ((other, k), (scaled(other, -1), k))
                         and (k.denominator == 1 or base_and_exponent(f)[0] is other)), None)
            if other is base or pair is None:
                found.append(self.done[factor])
                continue
            rest.remove(pair)
            if base_and_exponent(pair)[0] is not other and k % 2:
                found.insert(0, num(-1))
            found.append(_power(self._call("abs", self._unsigned(base, base_and_exponent(pair)[0])), 2 * k))
        return tuple(found)

    def _unsigned(self, *given: Expr) -> Expr:
        """The one of several numbers or vectors, up to the sign, that was typed; else the simplest."""
        signed = [*given, *(scaled(e, -1) for e in given if e.kind is ADD)]
        return min(signed, key=lambda e: (e not in self._typed, given[0].kind is ADD and e not in given, e.flips,
                                          e.order))

    def _call(self, name: str, s: Expr, last: bool = False) -> Expr:
        if s.kind is TRANSPOSE:
            return node(TRANSPOSE, (self._call(name, s.args[0]),), None, s.shape)
        function = self._functions[name][-last]
        return node(CALL, (self.whole(s),), function, (1, 1) if name == "norm2" else s.shape)

    def _product(self, e: Expr) -> Expr:
        """Numbers in front of parts go in front of all; ⅈ times a difference of conjugates is an imaginary part."""
        q, factors = Fraction(e.data), list(e.args)
        scalars = [f for f in factors if f.is_scalar]
        shown = [*self._moduli(scalars), *(self.done[f] for f in factors[len(scalars):])]
        if len(shown) < len(factors):
            return self._flat(q, shown, e)
        place = next((i for i, f in enumerate(factors) if self._difference(f) is not None), None)
        if imaginary in factors and place is not None:
            shown[place] = self._difference(factors[place]) or shown[place]
            del shown[factors.index(imaginary)]
        elif tuple(shown) == e.args:
            return e
        return self._flat(q, shown, e)

    def _flat(self, q: Fraction, factors: Sequence[Expr], e: Expr) -> Expr:
        """A product of factors, their numbers in front."""
        flat: list[Expr] = []
        for f in factors:
            q *= f.data if f.kind in (MUL, NUM) else 1
            flat += f.args if f.kind is MUL else () if f.kind is NUM else (f,)
        return _times(q, _of(flat, e)) if flat else num(q)

    def _difference(self, f: Expr) -> Expr | None:
        """ⅈ times a factor t − conj(t), or with such a factor in it: −2 Im(t)."""
        if f.kind is ADD and len(f.args) == 2 and scaled(conjugate(f.args[0]), -1) is f.args[1]:
            k, rest = coefficient(min(f.args, key=lambda t: (t.flips, t.order)))
            return _times(-2 * k, self._imaginary(rest))
        if f.kind not in _LINEAR:
            return None
        for i, arg in enumerate(f.args):
            if (inner := self._difference(arg)) is not None:
                return _pulled(f, [*(self.done[a] for a in f.args[:i]), inner, *(self.done[a] for a in f.args[i + 1:])])
        return None


def _power(base: Expr, q: Fraction) -> Expr:
    return base if q == 1 else node(POW, (base, num(q)), None, base.shape)


def _of(factors: Sequence[Expr], e: Expr) -> Expr:
    return factors[0] if len(factors) == 1 else node(MUL, tuple(factors), Fraction(1), e.shape)


def _times(q: Fraction, e: Expr) -> Expr:
    if q == 1:
        return e
    if e.kind is NUM:
        return node(NUM, (), q * e.data, e.shape)
    factors, number = (e.args, Fraction(e.data)) if e.kind is MUL else ((e,), Fraction(1))
    return factors[0] if q * number == 1 and len(factors) == 1 else node(MUL, factors, q * number, e.shape)


def _pulled(e: Expr, args: Sequence[Expr]) -> Expr:
    """A product of matrices with the numbers of its factors in front."""
    q, inside = Fraction(1), []
    for f in args:
        is_multiple = f.kind is MUL and len(f.args) == 1
        q *= f.data if is_multiple else 1
        inside.append(f.args[0] if is_multiple else f)
    return _times(q, node(e.kind, tuple(inside), e.data, e.shape))
