"""Dimensions: integers or polynomials in dimension names (`m`, `m*n`, `n+1`), and their unification.

A dimension is a plain `int` where it is known and a `Poly` where it is not, so equality is `==` and shapes are
ordinary tuples. Names that start with `?` are unknowns, which unification may replace; all others are rigid. In the
place of a name the smaller of two dimensions may stand, `min(m,n)`, which is a `Least`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from weakref import WeakValueDictionary

Monomial = tuple[str, ...]
Coefficient = int | Fraction  # a fraction only where it is not whole: n(n+1)/2 is n²/2 + n/2
Term = tuple[Monomial, Coefficient]


class Poly:
    """A polynomial in dimension names that is a whole number for all whole numbers, immutable and canonical; never a
    constant."""

    __slots__ = ("__weakref__", "name", "names", "terms", "text")

    terms: tuple[Term, ...]
    text: str
    names: frozenset[str]  # all that occur in it
    name: str | None  # that is all of it, as of most

    def __new__(cls, terms: tuple[Term, ...]) -> Poly:
        """The one polynomial with these terms: equal ones are one object, compared and hashed without looking inside,
        for shapes are keys wherever expressions are."""
        found = _POLYS.get(terms)
        if found is None:
            made = super().__new__(cls)
            made.terms = terms
            made.text = format_dim(made)
            made.name = _only_name(terms)
            made.names = frozenset(name for monomial, _ in terms for factor in monomial for name in _names_of(factor))
            found = _POLYS.setdefault(terms, made)
        return found

    def __reduce__(self) -> tuple[type[Poly], tuple[tuple[Term, ...]]]:
        return Poly, (self.terms,)

    def __add__(self, other: Dim) -> Dim:
        return _combine([*_terms(self), *_terms(other)])

    def __mul__(self, other: Dim) -> Dim:
        return _combine([(tuple(sorted(a + b)), c * d) for a, c in _terms(self) for b, d in _terms(other)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


_POLYS: WeakValueDictionary[tuple[Term, ...], Poly] = WeakValueDictionary()
Dim = int | Poly
Shape = tuple[Dim, Dim]


class Least(str):
    """The smaller one of dimensions, in the place of a name; equal ones are spelled alike."""

    __slots__ = ("of",)
    of: tuple[Dim, ...]


def _terms(dim: Dim | Fraction) -> list[Term]:
    return list(dim.terms) if isinstance(dim, Poly) else [((), dim)]


def _combine(terms: list[Term]) -> Dim:
    """The sum of terms. What is a constant in the end is whole, as the polynomials are that it comes from."""
    total: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, 0) + coefficient
    kept = tuple(sorted(((m, _whole(c)) for m, c in total.items() if c), key=lambda t: (-len(t[0]), t[0])))
    if not kept:
        return 0
    return kept[0][1] if kept[0][0] == () else Poly(kept)  # type: ignore[return-value]


def _whole(c: Coefficient) -> Coefficient:
    return c.numerator if isinstance(c, Fraction) and c.denominator == 1 else c


def over(dim: Dim, number: int) -> Dim | None:
    """A dimension by a number, n(n+1) by 2; None where that is no whole number for some sizes."""
    found = _combine([(monomial, Fraction(c) / number) for monomial, c in _terms(dim)])
    return found if is_whole(found) else None


def is_whole(dim: Dim | Fraction) -> bool:
    """Whether a polynomial is whole for all whole numbers: it is one of degree d if it is for d + 1 in a row."""
    if not isinstance(dim, Poly):
        return isinstance(dim, int)
    free = names(dim)
    if all(isinstance(c, int) for _, c in dim.terms) or not free:
        return True
    name = min(free)
    degree = max(sum(name in _names_of(factor) for factor in monomial) for monomial, _ in dim.terms)
    return all(is_whole(substitute(dim, {name: k})) for k in range(1, degree + 2))


def smaller(*dims: Dim) -> Dim:
    """The smallest of dimensions: a number or a name where it is plain which one that is, else min(m,n)."""
    kept: list[Dim] = []
    for dim in (part for given in dims for part in _parts(given)):
        if not any(is_natural(subtract(dim, other)) for other in kept):
            kept = [*(other for other in kept if not is_natural(subtract(other, dim))), dim]
    if len(kept) == 1:
        return kept[0]
    ordered = sorted(kept, key=format_dim)
    found = Least(f"min({','.join(map(format_dim, ordered))})")
    found.of = tuple(ordered)
    return named(found)


def named(name: str) -> Poly:
    """The dimension called `name`."""
    return Poly((((name,), 1),))


def rank(shape: Shape) -> int:
    """How many axes a value of this shape has for whoever uses it: a number none, a vector one."""
    return 0 if shape == (1, 1) else 1 if shape[1] == 1 else 2


def subtract(a: Dim, b: Dim) -> Dim:
    """a − b."""
    return a + b * -1


def split(dim: Dim) -> tuple[Dim, Dim]:
    """n + 1 and m of n + 1 − m: what is added, and what is taken away."""
    return (_combine([(monomial, c) for monomial, c in _terms(dim) if c > 0]),
            _combine([(monomial, -c) for monomial, c in _terms(dim) if c < 0]))


def is_natural(dim: Dim, least: int = 1) -> bool:
    """Whether a dimension is certainly not negative, all names being `least` at least: 1, or 0."""
    constant = sum(c for monomial, c in _terms(dim) if not monomial)
    factors = [c for monomial, c in _terms(dim) if monomial]
    return all(c > 0 for c in factors) and sum(factors) * least + constant >= 0


def _only_name(terms: tuple[Term, ...]) -> str | None:
    (monomial, coefficient), *others = terms
    is_plain = not others and coefficient == 1 and len(monomial) == 1 and not isinstance(monomial[0], Least)
    return monomial[0] if is_plain else None


def names(dim: Dim) -> frozenset[str]:
    """The names that occur in a dimension."""
    return dim.names if isinstance(dim, Poly) else _NONE


_NONE = frozenset[str]()


def _names_of(factor: str) -> frozenset[str]:
    return _NONE.union(*map(names, factor.of)) if isinstance(factor, Least) else frozenset((factor,))


def evaluate(dim: Dim, value: Callable[[str], Dim]) -> Dim:
    """Replace every name by `value(name)`."""
    if isinstance(dim, int):
        return dim
    if dim.name is not None:
        return value(dim.name)
    total: Dim = 0
    for monomial, coefficient in dim.terms:
        product: Dim = coefficient  # type: ignore[assignment]
        for factor in monomial:
            product = product * (smaller(*(evaluate(d, value) for d in factor.of)) if isinstance(factor, Least)
                                 else value(factor))
        total = total + product
    return _whole(total) if isinstance(total, Fraction) else total


def format_dim(dim: Dim, times: str = "*") -> str:
    """`m*n + 1` as typed, n-m where one term is positive; the printers choose the multiplication sign. A fraction is
    one as a whole, n*(n+1)/2."""
    if isinstance(dim, int):
        return str(dim)
    above, below = cleared(dim)
    if below == 1:
        return _sum_text(above, times)
    shared = next((name for name in above.terms[0][0] if all(name in monomial for monomial, _ in above.terms)), "")
    inner = _sum_text(_divided(above, (shared,), 1) or above if shared else above, times)
    inner = f"({inner})" if "+" in inner or "-" in inner else inner
    return f"{shared}{times}{inner}/{below}" if shared else f"{inner}/{below}"


def _parts(dim: Dim) -> tuple[Dim, ...]:
    """m and n of min(m,n)."""
    if isinstance(dim, Poly) and len(dim.terms) == 1 and dim.terms[0][1] == 1 and len(dim.terms[0][0]) == 1:
        (only,) = dim.terms[0][0]
        return only.of if isinstance(only, Least) else (dim,)
    return (dim,)


def cleared(dim: Poly) -> tuple[Poly, int]:
    """n² + n and 2 of n(n+1)/2."""
    below = lcm(*(c.denominator for _, c in dim.terms))
    return (dim, 1) if below == 1 else (Poly(tuple((monomial, _whole(c * below)) for monomial, c in dim.terms)), below)


def _sum_text(dim: Dim, times: str) -> str:
    if isinstance(dim, int):
        return str(dim)
    text = ""
    first = next((term for term in dim.terms if term[0] and term[1] > 0), dim.terms[0])
    for monomial, coefficient in (first, *(term for term in dim.terms if term is not first)):
        factors = [str(abs(coefficient))] if abs(coefficient) != 1 or not monomial else []
        sign = "-" if coefficient < 0 else "+" if text else ""
        text += sign + times.join([*factors, *monomial])
    return text


class Unifier:
    """A growing substitution of unknowns; `unify` makes two dimensions equal or says that it cannot."""

    def __init__(self) -> None:
        self.solved: dict[str, Dim] = {}
        self.count = 0

    def fresh(self) -> Dim:
        """A new unknown."""
        self.count += 1
        return named(f"?{self.count}")

    def resolve(self, dim: Dim) -> Dim:
        """`dim` with what is solved put in."""
        while not isinstance(dim, int) and not self.solved.keys().isdisjoint(dim.names):
            dim = evaluate(dim, lambda name: self.solved.get(name, named(name)))
        return dim

    def unify(self, a: Dim, b: Dim) -> bool:
        """True when `a` and `b` are equal after solving for unknowns; nothing is guessed when several would do."""
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return True
        return self._solve(a, b) or self._solve(b, a) or self._root(a, b) or self._root(b, a)

    def _root(self, a: Dim, b: Dim) -> bool:
        """Solve `a = b` for the only unknown of a power of it, n of n(n+1)/2, where `b` is that of a dimension."""
        free = names(a)
        unknown = next(iter(free), "")
        found = root(a, unknown, b) if len(free) == 1 and unknown.startswith("?") and unknown not in names(b) else None
        if found is not None:
            self.solved[unknown] = found
        return found is not None

    def _solve(self, a: Dim, b: Dim) -> bool:
        """Solve `a = b` for an unknown that stands in one term of `a` and not in `b`, if its factors there are known
        and divide the rest: n in n + 1 and in 2*n + 1, and in m*n where m is known."""
        for monomial, coefficient in _terms(a):
            for unknown in (name for name in monomial if name.startswith("?")):
                term = _combine([(monomial, coefficient)])
                rest = _without(subtract(b, subtract(a, term)), monomial, coefficient, unknown)
                if rest is not None and unknown not in names(rest) and not (isinstance(rest, int) and rest < 1):
                    self.solved[unknown] = rest
                    return True
        return False


def _without(rest: Dim, monomial: Monomial, coefficient: Coefficient, name: str) -> Dim | None:
    """`rest` over the factors that `name` has in a term; None where they do not divide it, or are unknown too."""
    factors = list(monomial)
    factors.remove(name)
    if any(name in _names_of(factor) or any(part.startswith("?") for part in _names_of(factor)) for factor in factors):
        return None
    return _divided(rest, tuple(factors), coefficient)


def _divided(dim: Dim, factors: Monomial, coefficient: Coefficient) -> Dim | None:
    """`dim` over a term; None where the term does not divide it."""
    found: list[Term] = []
    for own, count in _terms(dim):
        left = list(own)
        if any(left.count(factor) < factors.count(factor) for factor in factors):
            return None
        for factor in factors:
            left.remove(factor)
        found.append((tuple(left), Fraction(count) / coefficient))
    total = _combine(found)
    return total if is_whole(total) else None


def root(power: Dim, name: str, dim: Dim) -> Dim | None:
    """The dimension that makes a polynomial in one name `dim`: n + 1 for n(n+1)/2 and (n+1)(n+2)/2. None if there is
    none, or it is not found."""
    if isinstance(dim, int):
        at = next((k for k in range(1, abs(dim) + 1) if _at_least(power, name, k, dim)), None)
        return at if at is not None and substitute(power, {name: at}) == dim else None
    degree = max((monomial.count(name) for monomial, _ in _terms(power)), default=0)
    leading = next((c for monomial, c in _terms(power) if monomial == (name,) * degree), 0)
    if degree < 2 or not leading or not any(len(monomial) == degree for monomial, _ in dim.terms):
        return None
    for first in sorted(names(dim)):
        start = named(first)
        rest = subtract(dim, substitute(power, {name: start}))
        slope = [(monomial, c) for monomial, c in _terms(rest) if monomial == (first,) * (degree - 1)]
        step = Fraction(slope[0][1]) / (degree * leading) if slope else Fraction(0)
        found = _combine([*start.terms, ((), step)])
        if is_whole(found) and substitute(power, {name: found}) == dim:
            return found
    return None


def _at_least(power: Dim, name: str, at: int, dim: int) -> bool:
    value = substitute(power, {name: at})
    return isinstance(value, int) and value >= dim


def substitute(dim: Dim, mapping: Mapping[str, Dim]) -> Dim:
    """Replace names by dimensions, all at once."""
    return evaluate(dim, lambda name: mapping[name] if name in mapping else named(name))


def bind(pattern: Dim, dim: Dim, known: Mapping[str, Dim]) -> Mapping[str, Dim] | None:
    """`known` and what `pattern` needs to mean `dim`, None where it cannot. Plain names are bound, and the one that is
    still free in a sum or a product, n of n + 1, 2*n + 1 and m*n; any other polynomial is taken on trust, until
    somebody asks again."""
    if isinstance(pattern, Poly) and len(pattern.terms) == 1 and pattern.terms[0][1] == 1:
        monomial = pattern.terms[0][0]
        if len(monomial) == 1 and not isinstance(monomial[0], Least):
            if monomial[0] in known:
                return known if known[monomial[0]] == dim else None
            return {**known, monomial[0]: dim}
    free = names(pattern) - known.keys()
    if isinstance(pattern, Poly) and free:
        return _bind_term(pattern, free, dim, known)
    return known if substitute(pattern, known) == dim else None


def _bind_term(pattern: Poly, free: frozenset[str], dim: Dim, known: Mapping[str, Dim]) -> Mapping[str, Dim] | None:
    """The name that is free in one term of `pattern` is bound if the rest can be divided; at least 1 is left for it.
    One in several is bound if they have a root."""
    (name, *others) = free
    terms = [term for term in pattern.terms if name in term[0]]
    if not others and len(terms) > 1:
        at = root(substitute(pattern, known), name, dim)
        return None if at is None else {**known, name: at}
    if others or len(terms) != 1:
        return known
    rest = subtract(dim, substitute(_combine([term for term in pattern.terms if term is not terms[0]]), known))
    factor = substitute(_combine([(tuple(n for n in terms[0][0] if n != name), terms[0][1])]), known)
    if terms[0][0].count(name) != 1 or (isinstance(factor, Poly) and len(factor.terms) != 1):
        return known
    ((monomial, coefficient),) = _terms(factor)
    found = _divided(rest, monomial, coefficient) if coefficient else None  # `factor` may say `name` of another block
    return None if found is None or (isinstance(found, int) and found < 1) else {**known, name: found}
