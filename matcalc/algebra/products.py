"""Products that commute: a rational coefficient and a monomial of scalars, before a matrix or entry by entry.

`multiply` is the general product: scalars may stand anywhere, and one chain of matrices stands behind.
"""

from __future__ import annotations

from bisect import insort
from fractions import Fraction
from operator import attrgetter

from matcalc.algebra import chain, powers
from matcalc.algebra.addition import add, primitive, scaled
from matcalc.algebra.demands import is_noting
from matcalc.algebra.facts import is_diagonal
from matcalc.algebra.laws import law_among
from matcalc.algebra.leaves import ONE, is_zero, num, ones, size, zeros
from matcalc.algebra.make import MAKE
from matcalc.algebra.segments import stay
from matcalc.algebra.transposition import FLIP, flipped, upright
from matcalc.core.dims import Dim, named
from matcalc.core.expr import ADD, CHAIN, DIM, EYE, HAD, MUL, NUM, ONES, POW, ZEROS, Expr, Kind, node
from matcalc.core.parts import ONE as UNIT
from matcalc.core.parts import entry_factors, number_scalars_matrix
from matcalc.limits import spend
from matcalc.session import SESSION

_ORDER = attrgetter("order")
_FEW = 8  # factors of a product that is remembered


class Monomial:
    """A product under construction: a rational coefficient and a power for each base.

    `product` is the operation that joins factors of this kind: MUL for scalars, HAD for entries of matrices.
    """

    def __init__(self, product: Kind) -> None:
        self.product = product
        self.coefficient = UNIT
        self.powers: dict[Expr, tuple[Expr, Expr | None]] = {}
        self.merged = False

    def take(self, *factors: Expr) -> None:
        """Multiply by factors of the product's kind."""
        spend(len(factors))
        for e in factors:
            if e.kind is NUM:
                self._scale(e.data)
            elif e.kind is self.product:
                if e.data is not None:
                    self._scale(e.data)
                spend(len(e.args))
                for f in e.args:  # already in normal form
                    base, exponent = f.args if f.kind is POW else (f, ONE)
                    self._raise(base, exponent, f)
            elif is_zero(e):
                self.coefficient = Fraction(0)
            elif e.kind is POW:
                self._raise(e.args[0], e.args[1], e)
            elif e.kind is not ONES:
                content, base = primitive(e)
                self._scale(content)
                self._raise(base, ONE, base)

    def _scale(self, q: Fraction) -> None:
        if q != 1:
            self.coefficient *= q

    def _raise(self, base: Expr, exponent: Expr, e: Expr) -> None:
        if base not in self.powers:
            self.powers[base] = (exponent, e)
            return
        self.merged = True
        before = self.powers[base][0]
        both = exponent.kind == before.kind == NUM
        self.powers[base] = (num(before.data + exponent.data) if both else add(before, exponent), None)

    def factors(self) -> list[Expr]:
        """The factors in structural order, once merged powers have settled."""
        while self.merged:
            self.merged = False
            open_ones = [base for base, (_, e) in self.powers.items() if e is None]
            self.take(*[powers.power(base, self.powers.pop(base)[0]) for base in open_ones])
        return sorted((e for _, e in self.powers.values() if e is not None), key=_ORDER)


def multiply(*factors: Expr) -> Expr:
    """The matrix product of `factors` from left to right; scalars may stand anywhere."""
    if len(factors) > _FEW or is_noting():  # a product that is only remembered has nothing to note
        return _product(factors)
    known: dict[tuple[Expr, ...], Expr] = SESSION.products
    found = known.get(factors)
    if found is None:
        found = known[factors] = _product(factors)
    return found


def _product(factors: tuple[Expr, ...]) -> Expr:
    if len(factors) == 2 and factors[0].is_scalar and factors[1].is_scalar:
        for many, one in (factors, factors[::-1]):
            if many.kind is MUL and len(many.args) > 8 and _is_new_factor(one, many):
                args = list(many.args)
                insort(args, one, key=_ORDER)
                return node(MUL, tuple(args), many.data, many.shape)
    scalars = Monomial(MUL)
    matrices: list[Expr] = []
    if stay(factors):  # then no number is among them
        matrices += factors
    else:
        for factor in factors:
            _collect(factor, scalars, matrices)
    if len(matrices) > 1:
        product = chain.chain(matrices)
        matrices = []
        _collect(product, scalars, matrices)
    return assemble(scalars, matrices[0] if matrices else None)


def _is_new_factor(one: Expr, product: Expr) -> bool:
    """Whether a long product simply gains the factor `one`: then it is inserted, and nothing is collected anew."""
    if one.kind in (NUM, MUL, ADD, ONES, ZEROS):
        return False
    base = one.args[0] if one.kind is POW else one
    return base not in product.args and base not in [f.args[0] for f in product.args if f.kind is POW]


def _collect(factor: Expr, scalars: Monomial, matrices: list[Expr]) -> None:
    if factor.is_scalar:
        scalars.take(factor)
    elif factor.kind is MUL:
        q, front, matrix = number_scalars_matrix(factor)
        if q != 1:
            scalars.coefficient *= q
        scalars.take(*front)
        matrices.append(matrix)
    else:
        matrices.append(factor)


def assemble(scalars: Monomial, matrix: Expr | None) -> Expr:
    """coefficient · scalars · matrix as one node."""
    factors = scalars.factors()
    merged = law_among(MUL, factors)
    if merged is not None:
        return multiply(num(scalars.coefficient), *merged, *([] if matrix is None else [matrix]))
    q = scalars.coefficient
    if matrix is None:
        if not factors or not q:
            return num(q)
        return scaled(factors[0], q) if len(factors) == 1 else node(MUL, tuple(factors), q, (1, 1))
    if not q or matrix.kind is ZEROS:
        return zeros(*matrix.shape)
    if not factors:
        return scaled(matrix, q)
    content, rest = primitive(matrix)
    if rest.kind is MUL:
        return multiply(num(q * content), *factors, *rest.args)
    return node(MUL, (*factors, rest), q if content == 1 else q * content, matrix.shape)


def divide(p: Expr, s: Expr) -> Expr:
    """p / s for a scalar s."""
    return multiply(p, powers.power(s, num(-1)))


def dimension(dim: Dim) -> Expr:
    """A dimension used as a number, tr(eye(n)) = n: a polynomial of plain names."""
    if isinstance(dim, int):
        return num(dim)
    return add(*(multiply(num(q), *(size(named(name)) for name in names)) for names, q in dim.terms))


def hadamard(*args: Expr) -> Expr:
    """The elementwise product of matrices of one shape (of scalars: their product)."""
    shape = args[0].shape
    if shape == (1, 1):
        return multiply(*args)
    outside: list[Expr] = []
    entries = Monomial(HAD)
    bare = [f for arg in args for f in entry_factors(_bare(arg, outside))]
    for arg in _equal_columns(_on_diagonal(bare)):
        entries.take(_bare(arg, outside))
    while entries.merged:
        entries = _settle(entries, outside)
    factors = entries.factors()
    if not entries.coefficient:
        return zeros(*shape)
    merged = law_among(HAD, factors)
    if merged is not None:
        return multiply(num(entries.coefficient), *outside, hadamard(*merged))
    alone = factors[0] if factors else ones(*shape)
    product = node(HAD, tuple(factors), None, shape) if len(factors) > 1 else alone
    return multiply(num(entries.coefficient), *outside, product)


def _bare(e: Expr, outside: list[Expr]) -> Expr:
    """The matrix of a product, its scalars moved outside."""
    if e.kind is not MUL:
        return e
    q, scalars, matrix = number_scalars_matrix(e)
    outside += [num(q), *scalars]
    return matrix


def _on_diagonal(args: list[Expr]) -> list[Expr]:
    """A' ∘ I = A ∘ I and I ∘ I = I: beside an identity only diagonals count; beside a diagonal matrix no identity."""
    identity = next((arg for arg in args if arg.kind is EYE), None)
    if identity is None:
        return args
    others = [upright(arg)[0] for arg in args if arg.kind is not EYE]
    return others if any(map(is_diagonal, others)) else [identity, *others]


def _equal_columns(args: list[Expr]) -> list[Expr]:
    """(u 1') ∘ (v 1') = (u ∘ v) 1': matrices of equal columns are multiplied as vectors, those of equal rows too."""
    groups: dict[str, list[Expr]] = {"columns": [], "rows": []}
    rest: list[Expr] = []
    for arg in args:
        kind = "columns" if ends_in_ones(arg) else "rows" if starts_with_ones(arg) else ""
        (groups[kind] if kind else rest).append(arg)
    for group, vector in (("columns", _column), ("rows", _row)):
        found = groups[group]
        rest += [vector(found)] if len(found) > 1 else found
    return rest


def ends_in_ones(e: Expr) -> bool:
    """Whether `e` is A 1', of which all columns are equal."""
    return e.kind is CHAIN and e.args[-1].kind is ONES and e.args[-1].shape[0] == 1


def starts_with_ones(e: Expr) -> bool:
    """Whether `e` is 1 A, of which all rows are equal."""
    return e.kind is CHAIN and e.args[0].kind is ONES and e.args[0].shape[1] == 1


def _column(found: list[Expr]) -> Expr:
    return multiply(hadamard(*(multiply(*e.args[:-1]) for e in found)), found[0].args[-1])


def _row(found: list[Expr]) -> Expr:
    return multiply(found[0].args[0], hadamard(*(multiply(*e.args[1:]) for e in found)))


def _settle(entries: Monomial, outside: list[Expr]) -> Monomial:
    """Merged powers may have set scalars free; collect those outside and the rest again."""
    settled = Monomial(HAD)
    settled.coefficient = entries.coefficient
    for base, (exponent, e) in entries.powers.items():
        settled.take(_bare(powers.power(base, exponent) if e is None else e, outside))
    return settled


MAKE.update({
    DIM: lambda dim, _: dimension(dim),
    MUL: lambda q, args: multiply(num(q), *args),
    HAD: lambda _, args: hadamard(*args),
})
FLIP.update({
    MUL: lambda e: scaled(multiply(*map(flipped, e.args)), e.data),
    HAD: lambda e: hadamard(*map(flipped, e.args)),
})
