"""Amounts of work: polynomials in the dimensions with rational coefficients, n³/3 + 2 m n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction

from matcalc.core.dims import Dim, Monomial, Poly, evaluate, named

ASCII = ("*", lambda k: f"^{k}")
UNICODE = (" ", lambda k: "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] for c in str(k)))
Style = tuple[str, Callable[[int], str]]


class Amount:
    """An immutable polynomial; equal ones are `==`."""

    __slots__ = ("terms",)

    def __init__(self, terms: Iterable[tuple[Monomial, Fraction]] = ()) -> None:
        total: dict[Monomial, Fraction] = {}
        for monomial, c in terms:
            total[monomial] = total.get(monomial, Fraction(0)) + c
        self.terms = tuple(sorted(((m, c) for m, c in total.items() if c), key=lambda t: (-len(t[0]), t[0])))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amount) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __add__(self, other: Amount) -> Amount:
        return Amount((*self.terms, *other.terms))

    def __mul__(self, other: Amount | Fraction | int) -> Amount:
        others = other.terms if isinstance(other, Amount) else (((), Fraction(other)),)
        return Amount((tuple(sorted(a + b)), c * d) for a, c in self.terms for b, d in others)

    def __str__(self) -> str:
        return self.written(ASCII)

    def written(self, style: Style = ASCII) -> str:
        """n^3/3 + 2*m*n, the highest powers first."""
        return " + ".join(_term(m, c, style) for m, c in self.terms).replace("+ -", "- ") or "0"

    def at(self, value: Callable[[str], int]) -> int:
        """The amount at these lengths, to the next whole number."""
        found = Fraction(0)
        for monomial, c in self.terms:
            for name in monomial:
                c = c * _number(name, value)
            found += c
        return -(-found.numerator // found.denominator)


def _number(name: str, value: Callable[[str], int]) -> int:
    """The number that a name is, or the smaller one of dimensions."""
    found = evaluate(named(name), value)
    assert isinstance(found, int)
    return found


def amount(dim: Dim) -> Amount:
    """A dimension as an amount."""
    return Amount((m, Fraction(c)) for m, c in dim.terms) if isinstance(dim, Poly) else Amount([((), Fraction(dim))])


def product(dims: Iterable[Dim]) -> Amount:
    """The number of entries of an array with axes of these lengths."""
    found = Amount([((), Fraction(1))])
    for d in dims:
        found = found * amount(d)
    return found


def total(amounts: Iterable[Amount]) -> Amount:
    """All of them together."""
    return Amount(term for a in amounts for term in a.terms)


def _term(monomial: Monomial, c: Fraction, style: Style) -> str:
    times, power = style
    factors = [name if k == 1 else f"{name}{power(k)}" for name, k in Counter(monomial).items()]
    above = [str(c.numerator)] if c.numerator not in (1, -1) or not factors else []
    sign = "-" if c.numerator == -1 and not above else ""
    return sign + times.join([*above, *factors]) + (f"/{c.denominator}" if c.denominator != 1 else "")
