"""Laws of rule blocks: a pattern is matched modulo the order of commuting factors and terms, and replaced.

A pattern is an expression in the parameters of a rule. A parameter binds any expression of fitting shape; in a chain
the parameters share out the factors, in a product of a scalar and a matrix the scalar takes all that stands in front.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import permutations

from matcalc.algebra.addition import scaled
from matcalc.algebra.conjugation import conjugate, is_hermitian, is_real
from matcalc.algebra.demands import note_demand, noting
from matcalc.algebra.facts import STRUCTURES
from matcalc.algebra.holomorphy import is_analytic
from matcalc.algebra.leaves import ONE
from matcalc.algebra.make import substitute
from matcalc.algebra.transposition import transpose
from matcalc.core.dims import Dim, bind
from matcalc.core.expr import ADD, CALL, CHAIN, CONJ, DIM, HAD, MUL, NUM, TRANSPOSE, VAR, Expr, Kind, node
from matcalc.core.function import Law
from matcalc.core.parts import number_scalars_matrix, untransposed
from matcalc.limits import spend
from matcalc.records import NamedTuple
from matcalc.session import SESSION

Dims = Mapping[str, Dim]
_COMMUTING = (ADD, HAD, MUL)
MATCHED = frozenset({"lower", "upper", "diag", "sym"})  # what a law may declare of a variable


class Binding(NamedTuple):
    """What the parameters and the dimension names of a pattern stand for: for real expressions, unless the identity
    holds for complex ones as well."""

    exprs: Mapping[Expr, Expr]
    dims: Dims
    complex: bool = False


@contextmanager
def unremembered() -> Iterator[None]:
    """Without a trace of what is built meanwhile: while a law is read, the laws of its function are not in force."""
    with SESSION.unremembered(), noting():
        yield


def laws(call: Expr, candidate: Expr) -> Iterator[Expr]:
    """Rewrites of `candidate` by the laws of the function that `call` calls."""
    for law in call.data.laws(SESSION.met):
        if law.pattern.kind == candidate.kind:
            for binding in matches(law.pattern, candidate, Binding({}, {}, candidate.complex and is_analytic(law))):
                if fits(binding):
                    yield _rewritten(law, binding)


def _rewritten(law: Law, binding: Binding) -> Expr:
    leaves, dims = dict(binding.exprs), dict(binding.dims)
    for demand in law.demands:
        note_demand(demand.about(lambda e: substitute(e, leaves, dims)))
    return substitute(law.replacement, leaves, dims)


def pair_law(a: Expr, b: Expr) -> Expr | None:
    """A law for two neighbours of a chain, one of which is a call: diag(x) y = x ∘ y."""
    for f in (a, b):
        head = untransposed(f)
        if head.kind is CALL and "law" in head.data.fields:
            pair = node(CHAIN, (a, b), None, (a.shape[0], b.shape[1]))
            for rewritten in laws(head, pair):
                return rewritten
    return None


def law_among(product: Kind, factors: Sequence[Expr]) -> list[Expr] | None:
    """Commuting factors after a law for two of them, one of which is a call: relu(x) step(x) = relu(x)."""
    for i, head in enumerate(factors):
        if head.kind is CALL and any(law.pattern.kind is product for law in head.data.laws(SESSION.met)):
            for j, other in enumerate(factors):
                pair = node(product, (head, other), Fraction(1) if product is MUL else None, head.shape)
                for rewritten in laws(head, pair) if i != j else ():
                    return [rewritten, *(f for k, f in enumerate(factors) if k not in (i, j))]
    return None


def matches(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """Every way in which `pattern` can be read as `e`."""
    spend()
    if pattern.kind is VAR:
        yield from _bind(pattern, e, binding)
    elif pattern.kind is DIM and e.kind in (DIM, NUM):
        dims = bind(pattern.data, e.data if e.kind is DIM else int(e.data), binding.dims)
        if dims is not None:
            yield binding._replace(dims=dims)
    elif pattern.kind is MUL and len(pattern.args) == 2 and pattern.args[0].kind is VAR and pattern.data == 1:
        yield from _scalar_in_front(pattern, e, binding)
    elif pattern.kind is CALL and e.kind is TRANSPOSE and e.args[0].data is pattern.data and len(pattern.args) == 1 \
            and pattern.data.has("equivariant"):
        yield from matches(pattern.args[0], transpose(e.args[0].args[0]), binding)  # f(X)' is f(X')
    elif pattern.complex and pattern.kind in (CONJ, TRANSPOSE) and pattern.args[0].kind in (VAR, CONJ):
        yield from matches(pattern.args[0], conjugate(e) if pattern.kind is CONJ else transpose(e), binding)
    elif pattern.kind != e.kind or pattern.data != e.data:
        return
    elif not pattern.args:
        dims = _bind_shape(pattern, e, binding.dims)
        if dims is not None:
            yield binding._replace(dims=dims)
    elif pattern.kind is CHAIN:
        yield from _segments(pattern.args, e.args, binding)
    elif len(pattern.args) == len(e.args):
        orders = permutations(e.args) if pattern.kind in _COMMUTING else (e.args,)
        for args in orders:
            yield from _each(pattern.args, args, binding)


def fits(binding: Binding) -> bool:
    """Whether every parameter is bound to an expression of its shape, now that all dimensions are known."""
    return all(_bind_shape(param, e, binding.dims) is binding.dims for param, e in binding.exprs.items())


def _bind_shape(pattern: Expr, e: Expr, dims: Dims) -> Dims | None:
    rows = bind(pattern.shape[0], e.shape[0], dims)
    return None if rows is None else bind(pattern.shape[1], e.shape[1], rows)


def _bind(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    if pattern in binding.exprs:
        if binding.exprs[pattern] is e:
            yield binding
        return
    fits_kind = binding.complex or is_real(e) or (pattern.complex and (
        "complex" in pattern.data.props or is_hermitian(e)))
    dims = _bind_shape(pattern, e, binding.dims) if fits_kind else None
    if dims is not None and all(STRUCTURES[word].holds(e) for word in pattern.data.props & MATCHED):
        yield Binding({**binding.exprs, pattern: e}, dims, binding.complex)


def _each(patterns: Sequence[Expr], args: Sequence[Expr], binding: Binding) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for first in matches(patterns[0], args[0], binding):
        yield from _each(patterns[1:], args[1:], first)


def _scalar_in_front(pattern: Expr, e: Expr, binding: Binding) -> Iterator[Binding]:
    """c·X against coefficient · scalars · matrix: c takes everything scalar."""
    if e.kind is not MUL or e.is_scalar:
        return
    q, scalars, matrix = number_scalars_matrix(e)
    product = scalars[0] if len(scalars) == 1 else node(MUL, scalars, Fraction(1), (1, 1)) if scalars else ONE
    yield from _each(pattern.args, (scaled(product, q), matrix), binding)


def _segments(patterns: Sequence[Expr], factors: Sequence[Expr], binding: Binding) -> Iterator[Binding]:
    """Share out the factors of a chain among the patterns, at least one for each."""
    if len(patterns) == 1:
        yield from matches(patterns[0], _product(factors), binding)
        return
    longest = len(factors) - len(patterns) + 1 if patterns[0].kind is VAR else 1
    for count in range(1, longest + 1):
        if len(factors) - count < len(patterns) - 1:
            return
        for first in matches(patterns[0], _product(factors[:count]), binding):
            yield from _segments(patterns[1:], factors[count:], first)


def _product(factors: Sequence[Expr]) -> Expr:
    if len(factors) == 1:
        return factors[0]
    return node(CHAIN, tuple(factors), None, (factors[0].shape[0], factors[-1].shape[1]))
