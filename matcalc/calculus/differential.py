"""The differential dF = F'(X)[dX]: sums and products by their rules, functions by the differential their block states.

One post-order walk gives every node its tangent; a node that does not depend on the variable has none. The walk is
forward mode on symbols, so its cost grows with the number of distinct nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from matcalc.algebra import (
    add,
    apply,
    block,
    conjugate,
    hadamard,
    matrix_power,
    multiply,
    negate,
    num,
    power,
    size,
    slice_,
    substitute,
    symbolic_power,
    trace,
    transpose,
    zeros,
)
from matcalc.algebra.application import HERMITIAN, is_linear_in
from matcalc.algebra.blocks import block_rows
from matcalc.algebra.conjugation import conjugated, is_mirrored, twice_real
from matcalc.algebra.indexed import Insight, at, fresh, insight, iverson, moved, over, value_of
from matcalc.algebra.leaves import is_zero
from matcalc.algebra.make import instantiate, param_leaf, tangent_leaf, unknown_leaf
from matcalc.algebra.segments import segment
from matcalc.calculus.gathering import slope
from matcalc.calculus.structure import project
from matcalc.core.dims import named, subtract
from matcalc.core.exponents import ends
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONJ,
    HAD,
    MATPOW,
    MUL,
    POW,
    SLICE,
    SYMPOW,
    TANGENT,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    postorder,
)
from matcalc.core.function import Function
from matcalc.core.indices import Index, Ref, range_of
from matcalc.core.parts import is_binary, place
from matcalc.diagnostics import Diagnostic, NoRuleError
from matcalc.rulebook.book import Rulebook

Tangents = dict[Expr, Expr]
HALF = num(Fraction(1, 2))
MAX_POWER = 256
WRITTEN_OUT = 8  # factors that vary


class NoDifferentialError(NoRuleError):
    """No rule covers `expr`; whoever can print expressions completes the message."""

    def __init__(self, expr: Expr, reason: str) -> None:
        super().__init__(Diagnostic("M0601", reason))
        self.expr = expr
        self.reason = reason


def differential(f: Expr, seeds: Mapping[Expr, Expr], book: Rulebook) -> Expr:
    """df, linear in the tangents that `seeds` gives to the variables (dX of the shape of X).

    `book` has the blocks that the calculus writes itself.

    Raises NoDifferentialError where a function states no differential.
    Source: Magnus & Neudecker (2019), Matrix Differential Calculus, ch. 8.
    """
    seen = insight(f)
    if any("gathers" in e.data.fields for e in seen.nodes if e.kind is CALL) and not seen.inner:
        from matcalc.calculus.eigenforms import Gathered

        whole = Gathered(f, book, lambda e, moved: differential(e, moved, book))
        return whole.spread(_differential(whole.formula, insight(whole.formula), seeds, book))
    return _differential(f, seen, seeds, book)


def _differential(f: Expr, seen: Insight, seeds: Mapping[Expr, Expr], book: Rulebook) -> Expr:
    tangents: Tangents = dict(seeds)
    families = {x.data: x for x in seeds if x.kind is VAR and x.data.axes}
    for e in seen.nodes:
        if e.kind is VAR and e.data.refs and e.data.family in families:
            tangents[e] = at(seeds[families[e.data.family]], *e.data.refs)
        elif e not in tangents and any(arg in tangents for arg in seen.operands(e)):
            de = _reduction(e, tangents, seen, book) if e in seen.inner else local_differential(e, tangents, book)
            if not is_zero(de):
                tangents[e] = de
    return tangents.get(f, zeros(*f.shape))


def local_differential(e: Expr, tangents: Tangents, book: Rulebook) -> Expr:
    """The differential of one operation, given the tangents of those operands that vary."""
    return _OF_FUNCTIONS[e.kind](e, tangents, book) if e.kind in _OF_FUNCTIONS else _RULES[e.kind](e, tangents)


def _reduction(e: Expr, tangents: Tangents, seen: Insight, book: Rulebook) -> Expr:
    """d Σᵢ fᵢ = Σᵢ dfᵢ, and dΠᵢ fᵢ = Σᵢ dfᵢ Π_{j≠i} fⱼ."""
    index, body = seen.inner[e]
    return over("sum", index, multiply(slope(e, seen, book), tangents[body]))


def seed(variable: Expr, turn: int = 0) -> Expr:
    """The tangent of a variable: d<name> of its shape; of a family that of the whole family."""
    return moved(variable, turn)


def _sum(e: Expr, tangents: Tangents) -> Expr:
    return add(*(tangents[term] for term in e.args if term in tangents))


def _product(e: Expr, tangents: Tangents, join: Callable[..., Expr]) -> Expr:
    """d(A B C) = dA B C + A dB C + A B dC."""
    parts = [join(*e.args[:i], tangents[f], *e.args[i + 1:]) for i, f in enumerate(e.args) if f in tangents]
    return add(*parts) if parts else zeros(*e.shape)


def _chain(e: Expr, tangents: Tangents) -> Expr:
    """d(A B C); of many factors d(A R) = dA R + A dR, so that the length of the whole does not enter for each."""
    places = [i for i, f in enumerate(e.args) if f in tangents]
    if len(places) <= WRITTEN_OUT:
        return _product(e, tangents, multiply)
    ends = [*places[1:], len(e.args)]
    total: list[Expr] = []
    for i, end in zip(reversed(places), reversed(ends), strict=True):
        behind = [segment(e, i + 1, None)] if i + 1 < len(e.args) else []
        own = multiply(tangents[e.args[i]], *behind)
        total = [add(own, multiply(segment(e, i, end), *total)) if total else own]
    return multiply(*([segment(e, 0, places[0])] if places[0] else []), *total)


def _scaled_product(e: Expr, tangents: Tangents) -> Expr:
    return _product(e, tangents, lambda *args: multiply(num(e.data), *args))


def _power(e: Expr, tangents: Tangents, book: Rulebook) -> Expr:
    """d(x^a) = a x^(a−1) dx + x^a log(x) da, entry by entry."""
    base, exponent = e.args
    parts = []
    if base in tangents:
        slope = _slope_of_power(base, exponent)
        parts.append(hadamard(slope, tangents[base]))
    if exponent in tangents:
        parts.append(multiply(tangents[exponent], hadamard(e, apply(book.core("log"), base))))
    return add(*parts)


def _slope_of_power(base: Expr, exponent: Expr) -> Expr:
    """a x^(a−1); of x^[i = j] it is [i = j], and of x^k with k = 0, 1, … there is none for k = 0, whatever x is."""
    if is_binary(exponent):
        return exponent
    slope, ref = multiply(exponent, power(base, add(exponent, num(-1)))), place(exponent)
    is_first = ref is not None and range_of(ref)[0] == 0
    return multiply(iverson("<=", Ref(None, 1), ref), slope) if ref is not None and is_first else slope


def _matrix_power(e: Expr, tangents: Tangents) -> Expr:
    """d(X^k) = Σ X^i dX X^(k−1−i); a negative power is a power of the inverse, and d(X⁻¹) = −X⁻¹ dX X⁻¹."""
    x, k = e.args[0], e.data
    if x not in tangents:
        return zeros(*e.shape)
    if abs(k) > MAX_POWER:
        raise NoDifferentialError(e, f"the differential of a power beyond {MAX_POWER} is not written out")
    dx, base = tangents[x], x
    if k < 0:
        base = matrix_power(x, -1)
        dx = negate(multiply(base, dx, base))
    n = abs(k)
    return add(*(multiply(matrix_power(base, i), dx, matrix_power(base, n - 1 - i)) for i in range(n)))


def _symbolic_power(e: Expr, tangents: Tangents) -> Expr:
    """d(X^(q − p)) = Σᵤ X^(u − p) dX X^(q − 1 − u) over u = p … q − 1; p and q may be indices of other sums."""
    x, k = e.args
    if x not in tangents:
        return zeros(*e.shape)
    found = ends(k)
    if found is None:
        raise NoDifferentialError(e, "the differential of this power needs an exponent like k, k + 1 or 2k")
    start, end = found.start, found.end
    low, high = range_of(start)[0], range_of(end)[1]
    dx = tangents[x]
    u = fresh(Index("r", subtract(high, low), low), e, dx)
    place, last = Ref(u), Ref(end.letter, subtract(end.shift, 1))
    inside = [iverson("<=", start, place), iverson("<=", place, last)]
    return over("sum", u, multiply(*inside, _between(x, start, place), dx, _between(x, place, last)))


def _between(x: Expr, start: Ref, end: Ref) -> Expr:
    """X^(end − start)."""
    return symbolic_power(x, add(value_of(end), negate(value_of(start))))


def _block(e: Expr, tangents: Tangents) -> Expr:
    return block([[tangents.get(b, zeros(*b.shape)) for b in row] for row in block_rows(e)])


def _call(e: Expr, tangents: Tangents, book: Rulebook) -> Expr:
    function = e.data
    if function.form == "constant":
        return zeros(*e.shape)
    if "d" not in function.fields and function.form != "linear" and _is_derived(function):
        return _stated(e, tangents, derived(function, book), book, whole=True)
    if function.form in ("elementwise", "unspecified"):
        return _elementwise(e, tangents, book)
    if "d" in function.fields:
        field = "exact" if book.is_exact and "exact" in function.fields else "d"
        return _stated(e, tangents, function.template(field), book, whole="along" in function.fields)
    parts = [_partial(e, i, tangents[arg], book) for i, arg in enumerate(e.args) if arg in tangents]
    return add(*parts)


def _elementwise(e: Expr, tangents: Tangents, book: Rulebook) -> Expr:
    """dF = f'(X) ∘ dX; a second parameter, a scalar or another such matrix, needs a derivative of its own."""
    parts = []
    main = next((i for i, p in enumerate(e.data.params) if p.shape != (1, 1)), len(e.args) - 1)
    for i, arg in enumerate(e.args):
        if arg in tangents:
            field = "d" if i == main else f"d.{e.data.params[i].name}"
            if field not in e.data.fields:
                raise _missing(e, i)
            slope = instantiate(e.data, field, e.args)
            dx = _kept(e, i, tangents[arg], book)
            parts.append(hadamard(slope, dx) if dx.shape == e.shape else multiply(dx, slope))
    return add(*parts)


def _is_derived(function: Function) -> bool:
    """Whether a differential follows from an equation or a body."""
    return (bool(function.unknown) or "body" in function.fields) and not function.has("last")


def derived(function: Function, book: Rulebook) -> Expr:
    """Of a function that states no differential, that of the equation for it, or of what it stands for."""
    found = None if book.is_exact else function.reading.differential
    if found is None:
        leaves = [param_leaf(function, i) for i, p in enumerate(function.params) if p.kind == "value"]
        found = _through_equation(function, leaves, book) if function.unknown else _through_body(function, leaves, book)
        if not book.is_exact:
            function.reading.differential = found
    return found


def _through_body(function: Function, leaves: Sequence[Expr], book: Rulebook) -> Expr:
    body = function.template("body")
    assert body is not None
    return differential(body, {x: seed(x) for x in leaves}, book)


def _through_equation(function: Function, leaves: Sequence[Expr], book: Rulebook) -> Expr:
    """dX of F(X, A) = 0, where F_X[dX] = −F_A[dA]."""
    from matcalc.calculus.implicit import solved

    equation, x = function.template(f"implicit.{function.unknown}"), unknown_leaf(function)
    assert equation is not None
    due = negate(differential(equation, {leaf: seed(leaf) for leaf in leaves}, book))

    def slope(e: Expr, leaf: Expr) -> Expr:
        return differential(e, {leaf: seed(leaf)}, book)

    found = solved(function, slope(equation, x), due, slope, book)
    sizes = [size(named(p.name)) if p.kind != "value" else param_leaf(function, i)
             for i, p in enumerate(function.params)]
    return substitute(found, {x: apply(function, *sizes)})


def _stated(e: Expr, tangents: Tangents, template: Expr, book: Rulebook, whole: bool = False) -> Expr:
    """The differential of a block with the tangents of the arguments put in; a constant argument has tangent zero.

    Where the `whole` differential is known, that of a body, what does not occur in it contributes nothing.
    """
    function = e.data
    leaves: Tangents = {}
    stated = {leaf for leaf in postorder(template) if leaf.kind is TANGENT}
    for i, arg in enumerate(e.args):
        if arg in tangents and tangent_leaf(function, i) not in stated and not whole:
            raise _missing(e, i)
        leaves |= _moved(function, i, _kept(e, i, tangents[arg], book) if arg in tangents else zeros(*arg.shape))
    found = instantiate(function, template, _structured(e, book), leaves)
    is_part = function.plain is not None and function.has("real") and is_mirrored(e)
    return multiply(HALF, twice_real(found)) if is_part else found


def _partial(e: Expr, i: int, dx: Expr, book: Rulebook) -> Expr:
    """What the i-th argument contributes: f(…, dX, …) where f is linear in it, else the field d.NAME, or what follows
    from the equation or the body."""
    function, dx = e.data, _kept(e, i, dx, book)
    if is_linear_in(function, i):
        return apply(function, *e.args[:i], dx, *e.args[i + 1:])
    param = function.params[i]
    template = function.template(f"d.{param.name}") or (derived(function, book) if _is_derived(function) else None)
    if template is None:
        raise _missing(e, i)
    leaves = {tangent_leaf(function, j): zeros(*arg.shape) for j, arg in enumerate(e.args)}
    return instantiate(function, template, _structured(e, book), leaves | _moved(function, i, dx))


def _moved(function: Function, i: int, dx: Expr) -> Tangents:
    """What stands for the tangent of the i-th parameter; among Hermitian matrices for its conjugate as well."""
    leaf = tangent_leaf(function, i)
    is_hermitian = function.plain is not None and not HERMITIAN.isdisjoint(function.params[i].props)
    return {leaf: dx, conjugated(leaf): transpose(dx)} if is_hermitian else {leaf: dx}


def _kept(e: Expr, i: int, dx: Expr, book: Rulebook) -> Expr:
    """The part of `dx` that keeps the structure declared of a parameter, of which alone the rule speaks."""
    return project(dx, param_leaf(e.data, i), book) if e.data.is_choosy and e.data.params[i].props else dx


def _structured(e: Expr, book: Rulebook) -> tuple[Expr, ...]:
    """The arguments, of those with a declared structure the part that has it: while entries vary freely, the function
    and its differential depend on that part only."""
    return tuple(_kept(e, i, arg, book) for i, arg in enumerate(e.args))


def _missing(e: Expr, i: int) -> NoDifferentialError:
    function = e.data
    if "abstract" in function.fields:
        return NoDifferentialError(e, f"{function.name} is the last derivative of {function.fields['of']} that has a "
                                      "name")
    if (why := function.fields.get(f"none.{function.params[i].name}")) is not None:
        return NoDifferentialError(e, f"{function.known_as} has no derivative by {function.params[i].name} here: {why}")
    if function.has("last"):
        return NoDifferentialError(e, f"the derivative of {function.known_as} by {function.params[i].name} is not "
                                      "written out")
    return NoDifferentialError(e, f"no rule for the differential of {function.name} in its argument "
                                  f"{function.params[i].name}: add a field d to its block in a .rules file")


_RULES: dict[Kind, Callable[[Expr, Tangents], Expr]] = {
    ADD: _sum,
    MUL: _scaled_product,
    CHAIN: _chain,
    HAD: lambda e, t: _product(e, t, hadamard),
    MATPOW: _matrix_power,
    SYMPOW: _symbolic_power,
    TRANSPOSE: lambda e, t: transpose(t[e.args[0]]),
    CONJ: lambda e, t: conjugate(t[e.args[0]]),
    TRACE: lambda e, t: trace(t[e.args[0]]),
    BLOCK: _block,
    SLICE: lambda e, t: slice_(t[e.args[0]], *e.data),
}
_OF_FUNCTIONS: dict[Kind, Callable[[Expr, Tangents, Rulebook], Expr]] = {POW: _power, CALL: _call}


__all__ = ["NoDifferentialError", "differential", "seed"]
