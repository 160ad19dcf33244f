"""What an equation defines: F(X, A) = 0 gives X the differential dX with F_X[dX] = −F_A[dA], by a linear solver.

F_X[dX] is read as a sum of products Lₖ dX Rₖ, gathered until no two of them have a factor in common. One product is
solved with inverses. More are handed to a solver: a block of the form linear that itself states an equation, in which
what it is linear in is what is left over. So `sylvester`, by its line A X + X B − C = 0, solves the linearised equation
of any block that has this form, and a user's file may bring another solver.

Source: Magnus & Neudecker (2019) 7.3, the implicit function theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import permutations, product

from matcalc.algebra import add, apply, eye, hadamard, inverse, multiply, negate, num, transpose
from matcalc.algebra.addition import coefficient, primitive
from matcalc.algebra.application import linear_params
from matcalc.algebra.leaves import is_zero
from matcalc.algebra.make import bind_dims, instantiate, param_leaf, unknown_leaf
from matcalc.core.dims import substitute as substitute_dim
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MUL, TANGENT, TRANSPOSE, VAR, Expr
from matcalc.core.function import Function
from matcalc.diagnostics import Diagnostic, NoRuleError
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.length import cost

Differential = Callable[[Expr, Expr], Expr]  # of an equation, as one of its leaves moves


FEWER = "there are not as many equations as unknowns"


class Term(NamedTuple):
    """The product `left` dX `right`."""

    left: Expr
    right: Expr


class UnsolvedError(Exception):
    """Why an equation that is linear in dX is none of those that can be solved."""


def solved(function: Function, moved: Expr, due: Expr, slope: Differential, book: Rulebook) -> Expr:
    """The dX for which `moved`, linear in it, is `due`: the equation of `function` made linear.

    `slope` takes differentials of the equations that solvers state. Raises NoRuleError where nothing solves it.
    """
    try:
        return linear_solution(moved, due, function.has("symmetric"), slope, book)
    except UnsolvedError as trouble:
        message = f"the equation of {function.name}, made linear, is not solved for d{function.unknown}: {trouble}"
        raise NoRuleError(Diagnostic("M0601", message)) from None


def linear_solution(moved: Expr, due: Expr, is_symmetric: bool, slope: Differential, book: Rulebook) -> Expr:
    """The dX, its own transpose where it `is_symmetric`, for which `moved`, linear in it, is `due`.

    Raises UnsolvedError where nothing solves it.
    """
    terms = products(moved, is_symmetric, book)
    if len(terms) != 1:
        return _by_a_solver(terms, due, slope, book)
    if any(not factor.is_square for factor in terms[0]):
        raise UnsolvedError(FEWER)
    return multiply(inverse(terms[0].left), due, inverse(terms[0].right))


def products(moved: Expr, is_symmetric: bool, book: Rulebook) -> list[Term]:
    """The products L dX R of which `moved`, linear in dX, is the sum, no two of them with a common factor."""
    return _gathered(list(_terms(moved, is_symmetric, book)))


def _terms(e: Expr, is_symmetric: bool, book: Rulebook) -> Iterator[Term]:
    """The products of which `e`, linear in dX, is the sum; a symmetric dX is its own transpose."""
    if e.kind is TANGENT:
        yield Term(eye(e.shape[0]), eye(e.shape[1]))
    elif e.kind is ADD:
        for term in e.args:
            yield from _terms(term, is_symmetric, book)
    elif e.kind is TRANSPOSE:
        if not is_symmetric:
            raise UnsolvedError("it has the transpose of the unknown in it; where its value is symmetric, “is = "
                               "symmetric” says so")
        yield from (Term(transpose(right), transpose(left)) for left, right in _terms(e.args[0], is_symmetric, book))
    else:
        before, inside, after = _around(e, book)
        yield from (Term(multiply(before, left), multiply(right, after))
                    for left, right in _terms(inside, is_symmetric, book))


def _around(e: Expr, book: Rulebook) -> tuple[Expr, Expr, Expr]:
    """A, M and B of an operation that is A M B of its part M that varies; more of them are products for columns."""
    varying = [k for k, arg in enumerate(e.args) if arg.varies]
    inside, others = e.args[varying[0]], [arg for k, arg in enumerate(e.args) if k != varying[0]]
    is_column = e.shape[1] == 1 == inside.shape[1]
    if e.kind is CHAIN:
        k = varying[0]
        before, after = multiply(eye(e.shape[0]), *e.args[:k]), multiply(*e.args[k + 1:], eye(e.shape[1]))
        if inside.kind is TRANSPOSE and inside.shape[0] == 1 == e.shape[1]:  # a m'b = a b'm
            return multiply(before, transpose(after)), inside.args[0], num(1)
        return before, inside, after
    if e.kind is MUL and (is_column or not inside.is_scalar):
        return multiply(num(e.data), *others, eye(inside.shape[0])), inside, eye(inside.shape[1])
    if e.kind is HAD and is_column:
        return apply(book.core("diag"), hadamard(*others)), inside, num(1)
    if e.kind is CALL and is_column:
        field = e.data.field_for("matrix", varying[0])
        if field in e.data.fields:
            return instantiate(e.data, field, e.args), inside, num(1)
    raise UnsolvedError("it is no sum of products A dX B")


def _gathered(terms: Sequence[Term]) -> list[Term]:
    """A dX C + B dX C = (A + B) dX C, as long as two terms have a factor in common, be it times a number."""
    found = _merged(_merged(list(terms), 1), 0)
    return found if len(found) == len(terms) else _gathered(found)


def _merged(terms: Sequence[Term], side: int) -> list[Term]:
    """Terms with one factor on a `side`, 0 or 1, become one term."""
    sums: dict[Expr, list[Expr]] = {}
    for term in terms:
        number, same = _signed(term[side])
        sums.setdefault(same, []).append(multiply(num(number), term[1 - side]))
    found = ((add(*others), same) for same, others in sums.items())
    return [Term(other, same) if side else Term(same, other) for other, same in found if not is_zero(other)]


def _signed(e: Expr) -> tuple[Fraction, Expr]:
    """A number and the rest; of a sum the shortest term is positive, as the A in A − B R⁻¹B'X."""
    number, rest = primitive(e)
    if rest.kind is ADD and coefficient(min(rest.args, key=cost))[0] < 0:
        return -number, negate(rest)
    return number, rest


class _Solver(NamedTuple):
    """A block that solves Σ Lₖ X Rₖ + sign C = 0 for X, C being its parameter number `place`."""

    function: Function
    terms: list[Term]
    sign: Fraction
    place: int


def _solvers(slope: Differential, book: Rulebook) -> Iterator[_Solver]:
    """The linear blocks that state an equation, those with the fewest parameters first."""
    blocks = [f for name in book.names_stating("implicit") for f in book.overloads(name)
              if f.form == "linear" and f.unknown and len(linear_params(f)) == 1]
    for f in sorted(blocks, key=lambda f: len(f.params)):
        (place,) = linear_params(f)
        equation = f.template(f"implicit.{f.unknown}")
        assert equation is not None
        sign, rest = primitive(slope(equation, param_leaf(f, place)))
        if rest.kind is TANGENT and abs(sign) == 1:
            with suppress(UnsolvedError):
                moved = slope(equation, unknown_leaf(f))
                yield _Solver(f, _gathered(list(_terms(moved, f.has("symmetric"), book))), sign, place)


def _by_a_solver(terms: list[Term], due: Expr, slope: Differential, book: Rulebook) -> Expr:
    """The call of the first block that solves a sum of such terms."""
    numbers = [c * d for (c, p), (d, q) in (map(primitive, term) for term in terms) if _is_identity(p, q)]
    scales = dict.fromkeys(s * number for number in (Fraction(1), *numbers) for s in (1, -1))
    for solver in _solvers(slope, book):
        ways = product(permutations(terms), scales) if len(solver.terms) == len(terms) else ()
        for order, scale in ways:
            bound = _bound(solver.terms, [Term(multiply(num(1 / scale), left), right) for left, right in order])
            params = [p.name for p in solver.function.params]
            if bound is not None and {*bound, params[solver.place]} == set(params):
                bound[params[solver.place]] = multiply(num(-1 / (scale * solver.sign)), due)
                args = tuple(bound[name] for name in params)
                if _fit(solver.function, args):
                    return apply(solver.function, *args)
    raise UnsolvedError(f"no block of the rules solves the sum of {len(terms)} products A dX B that it is")


def _fit(function: Function, args: tuple[Expr, ...]) -> bool:
    """Whether arguments have the shapes of the parameters: A X B + C X D has square A and C, but A X B + C X' D not."""
    dims = bind_dims(function, args)
    return all(tuple(substitute_dim(dim, dims) for dim in param.shape) == arg.shape
               for param, arg in zip(function.params, args, strict=True) if param.kind == "value")


def _bound(pattern: Sequence[Term], terms: Sequence[Term]) -> dict[str, Expr] | None:
    """The arguments with which the terms of a solver are these terms, or None."""
    bound: dict[str, Expr] = {}
    for own, given in zip(pattern, terms, strict=True):
        for p, value in _pairs(own, given):
            name, value = (p.args[0], transpose(value)) if p.kind is TRANSPOSE else (p, value)
            if name.kind is not VAR:
                if not _is_identity(p, value):
                    return None
            elif bound.setdefault(name.data.name, value) is not value:
                return None
    return bound


def _pairs(own: Term, given: Term) -> Iterator[tuple[Expr, Expr]]:
    """Each factor of a solver's term and what stands there; a number goes to the first one that is a parameter."""
    (a, p), (b, q) = map(primitive, own)
    (c, left), (d, right) = map(_apart, given)
    number = num(c * d / (a * b))
    if _is_identity(p) and not _is_identity(q):
        return iter([(p, left), (q, multiply(number, right))])
    return iter([(p, multiply(number, left)), (q, right)])


def _apart(e: Expr) -> tuple[Fraction, Expr]:
    """The number and the identity where `e` is a number times the identity; 1 and `e` else."""
    number, rest = primitive(e)
    return (number, rest) if _is_identity(rest) else (Fraction(1), e)


def _is_identity(*factors: Expr) -> bool:
    return all(e.kind is EYE or e is num(1) for e in factors)

