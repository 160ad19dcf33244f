"""Dimensions: integers or polynomials in dimension names (`m`, `m*n`, `n+1`), and their unification.

A dimension is a plain `int` where it is known and a `Poly` where it is not, so equality is `==` and shapes are
ordinary tuples. Names that start with `?` are unknowns, which unification may replace; all others are rigid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from weakref import WeakValueDictionary

Monomial = tuple[str, ...]


class Poly:
    """A polynomial with integer coefficients in dimension names, immutable and canonical; never a constant."""

    __slots__ = ("__weakref__", "terms", "text")

    terms: tuple[tuple[Monomial, int], ...]
    text: str

    def __new__(cls, terms: tuple[tuple[Monomial, int], ...]) -> Poly:
        """The one polynomial with these terms: equal ones are one object, compared and hashed without looking inside,
        for shapes are keys wherever expressions are."""
        found = _POLYS.get(terms)
        if found is None:
            made = super().__new__(cls)
            made.terms = terms
            made.text = format_dim(made)
            found = _POLYS.setdefault(terms, made)
        return found

    def __reduce__(self) -> tuple[type[Poly], tuple[tuple[tuple[Monomial, int], ...]]]:
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


_POLYS: WeakValueDictionary[tuple[tuple[Monomial, int], ...], Poly] = WeakValueDictionary()
Dim = int | Poly
Shape = tuple[Dim, Dim]


def _terms(dim: Dim) -> list[tuple[Monomial, int]]:
    return list(dim.terms) if isinstance(dim, Poly) else [((), dim)]


def _combine(terms: list[tuple[Monomial, int]]) -> Dim:
    total: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        total[monomial] = total.get(monomial, 0) + coefficient
    kept = tuple(sorted(((m, c) for m, c in total.items() if c), key=lambda t: (-len(t[0]), t[0])))
    if not kept:
        return 0
    return kept[0][1] if kept[0][0] == () else Poly(kept)


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


def names(dim: Dim) -> set[str]:
    """The names that occur in a dimension."""
    return {name for monomial, _ in _terms(dim) for name in monomial}


def evaluate(dim: Dim, value: Callable[[str], Dim]) -> Dim:
    """Replace every name by `value(name)`."""
    if isinstance(dim, int):
        return dim
    total: Dim = 0
    for monomial, coefficient in dim.terms:
        product: Dim = coefficient
        for name in monomial:
            product = product * value(name)
        total = total + product
    return total


def format_dim(dim: Dim, times: str = "*") -> str:
    """`m*n + 1` as typed, n-m where one term is positive; the printers choose the multiplication sign."""
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
        while not isinstance(dim, int) and any(name in self.solved for name in names(dim)):
            dim = evaluate(dim, lambda name: self.solved.get(name, named(name)))
        return dim

    def unify(self, a: Dim, b: Dim) -> bool:
        """True when `a` and `b` are equal after solving for unknowns; nothing is guessed when several would do."""
        a, b = self.resolve(a), self.resolve(b)
        if a == b:
            return True
        return self._solve(a, b) or self._solve(b, a)

    def _solve(self, a: Dim, b: Dim) -> bool:
        """Solve `a = b` for an unknown that stands in one term of `a` and not in `b`, if its factors there are known
        and divide the rest: n in n + 1 and in 2*n + 1, and in m*n where m is known."""
        for monomial, coefficient in _terms(a):
            for unknown in (name for name in monomial if name.startswith("?")):
                term = _combine([(monomial, coefficient)])
                rest = _divided(subtract(b, subtract(a, term)), monomial, coefficient, unknown)
                if rest is not None and unknown not in names(rest) and not (isinstance(rest, int) and rest < 1):
                    self.solved[unknown] = rest
                    return True
        return False


def _divided(rest: Dim, monomial: Monomial, coefficient: int, name: str) -> Dim | None:
    """`rest` over the factors that `name` has in a term; None where they do not divide it, or are unknown too."""
    factors = list(monomial)
    factors.remove(name)
    if any(factor.startswith("?") or factor == name for factor in factors):
        return None
    found = []
    for own, count in _terms(rest):
        left = list(own)
        if count % coefficient or any(left.count(factor) < factors.count(factor) for factor in factors):
            return None
        for factor in factors:
            left.remove(factor)
        found.append((tuple(left), count // coefficient))
    return _combine(found)


def substitute(dim: Dim, mapping: Mapping[str, Dim]) -> Dim:
    """Replace names by dimensions, all at once."""
    return evaluate(dim, lambda name: mapping.get(name, named(name)))


def bind(pattern: Dim, dim: Dim, known: Mapping[str, Dim]) -> Mapping[str, Dim] | None:
    """`known` and what `pattern` needs to mean `dim`, None where it cannot. Plain names are bound, and the one that is
    still free in a sum or a product, n of n + 1, 2*n + 1 and m*n; any other polynomial is taken on trust, until
    somebody asks again."""
    if isinstance(pattern, Poly) and len(pattern.terms) == 1 and pattern.terms[0][1] == 1:
        monomial = pattern.terms[0][0]
        if len(monomial) == 1:
            if monomial[0] in known:
                return known if known[monomial[0]] == dim else None
            return {**known, monomial[0]: dim}
    free = names(pattern) - known.keys()
    if isinstance(pattern, Poly) and free:
        return _bind_term(pattern, free, dim, known)
    return known if substitute(pattern, known) == dim else None


def _bind_term(pattern: Poly, free: set[str], dim: Dim, known: Mapping[str, Dim]) -> Mapping[str, Dim] | None:
    """The name that is free in one term of `pattern` is bound if the rest can be divided; at least 1 is left for it."""
    (name, *others) = free
    terms = [term for term in pattern.terms if name in term[0]]
    if others or len(terms) != 1:
        return known
    rest = subtract(dim, substitute(_combine([term for term in pattern.terms if term is not terms[0]]), known))
    factor = substitute(_combine([(tuple(n for n in terms[0][0] if n != name), terms[0][1])]), known)
    if terms[0][0].count(name) != 1 or (isinstance(factor, Poly) and len(factor.terms) != 1):
        return known
    ((monomial, coefficient),) = _terms(factor)
    found = _divided(rest, (*monomial, name), coefficient, name) if coefficient else None
    return None if found is None or (isinstance(found, int) and found < 1) else {**known, name: found}
