"""Calls of functions from the rules: declared structure is used here (linear, equivariant, invariant), laws applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from matcalc.algebra import flip, matpow, powers, products, substitution, traces
from matcalc.algebra.atoms import is_zero, num, variable, zeros
from matcalc.algebra.demands import note, note_demand
from matcalc.algebra.match import Binding, fits, matches, unify
from matcalc.algebra.sums import add, primitive
from matcalc.core.dims import Dim, Shape, substitute
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, MATPOW, MUL, NUM, TRANSPOSE, Expr, Kind, node
from matcalc.core.function import Function, Law
from matcalc.session import SESSION


def apply(function: Function, *args: Expr) -> Expr:
    """function(args) in normal form; a notation is replaced by what it stands for."""
    dims = bind_dims(function, args)
    shape = (substitute(function.result[0], dims), substitute(function.result[1], dims))
    if function.is_choosy:  # before a law forgets what the parameters ask for
        note(CALL, args, function, shape)
    if "core" in function.fields:
        return CORE[function.fields["core"]](*args)
    if function.form == "notation":
        return instantiate(function, "means", args)
    if function.form == "linear":
        args = tuple(map(_least_terms, args)) if function.has("invariant") else args
        outside, args = _pull_scalars(function, args)
        if any(is_zero(arg) and is_linear_in(function, i) for i, arg in enumerate(args)):
            _note(function, args, shape)
            return zeros(*shape)
        if outside:
            return products.multiply(*outside, apply(function, *args))
    if function.has("invariant") and function.form != "linear":
        args = tuple(map(flip.least, args))
    elif function.has("equivariant") and _gains(args):
        return flip.transpose(apply(function, *map(flip.transpose, args)))
    SESSION.met.add(function.name)
    call = node(CALL, args, function, shape)
    for rewritten in laws(call, call):
        return rewritten
    _note(function, args, shape)
    if function.has("multiplicative"):
        return _homomorphism(function, call)
    return call


def _note(function: Function, args: tuple[Expr, ...], shape: Shape) -> None:
    """A call with a domain that no law replaces; a law keeps the domain, or says what it leaves out."""
    if "domain" in function.fields:
        note(CALL, args, function, shape)


CORE: dict[str, Callable[[Expr], Expr]] = {
    "trace": lambda x: traces.trace(x),
    "transpose": lambda x: flip.transpose(x),
    "inverse": lambda x: matpow.inverse(x),
}


def linear_params(function: Function) -> list[int]:
    """Positions of the parameters in which the function is linear: those with an adjoint."""
    values = [i for i, p in enumerate(function.params) if p.kind == "value"]
    if "adjoint" in function.fields:
        return values[:1]
    return [i for i in values if f"adjoint.{function.params[i].name}" in function.fields]


def is_linear_in(function: Function, i: int) -> bool:
    return function.form == "linear" and i in linear_params(function)


def bind_dims(function: Function, args: tuple[Expr, ...]) -> dict[str, Dim]:
    """The dimensions that the names of the block stand for, given its arguments."""
    dims: dict[str, Dim] = {}
    for param, arg in zip(function.params, args, strict=True):
        if param.kind == "dimension":
            dims[param.name] = int(arg.data) if arg.kind is NUM else arg.data
        for pattern, dim in zip(param.shape, arg.shape, strict=True):
            bound = unify(pattern, dim, dims)
            dims = dict(bound) if bound is not None else dims
    return dims


def instantiate(function: Function, field: str | Expr, args: tuple[Expr, ...],
                more: dict[Expr, Expr] | None = None) -> Expr:
    """The expression of a field (or one in the parameters) with `args` put in; `more` replaces further leaves."""
    template = function.template(field) if isinstance(field, str) else field
    assert template is not None, (function.name, field)
    leaves = dict(more or {})
    leaves |= {param_leaf(function, i): arg for i, arg in enumerate(args)}
    return substitution.substitute(template, leaves, bind_dims(function, args))


def param_leaf(function: Function, i: int) -> Expr:
    """The variable that stands for the i-th parameter in the block's expressions."""
    param = function.params[i]
    return variable(param.name, param.shape, param.props)


def cotangent(function: Function) -> Expr:
    """G, the name under which an adjoint speaks of what arrives: it has the shape of the result."""
    return variable("G", function.result)


def _least_terms(arg: Expr) -> Expr:
    """Term by term what a linear function does not tell from its transpose: diag(A + A') = diag(2 A)."""
    return add(*map(flip.least, arg.args)) if arg.kind is ADD else flip.least(arg)


def _pull_scalars(function: Function, args: tuple[Expr, ...]) -> tuple[list[Expr], tuple[Expr, ...]]:
    outside: list[Expr] = []
    kept = list(args)
    for i in linear_params(function):
        content, rest = primitive(kept[i])
        if content != 1:
            outside.append(num(content))
        if rest.kind is MUL and not rest.is_scalar:
            outside += rest.args[:-1]
            rest = rest.args[-1]
        kept[i] = rest
    return outside, tuple(kept)


def _gains(args: tuple[Expr, ...]) -> bool:
    """Whether f(X')' is to be written instead of f(X), as for any atom; the transpose of A ⊗ B is always inside."""
    if len(args) > 1:
        return False
    flipped = [flip.transpose(arg) for arg in args]
    if any(f.kind is MUL and f.data < 0 for f in flipped):  # skew matrices would take turns
        return False
    others = [primitive(f)[1] for f in flipped]
    here = [primitive(a)[1] for a in args]
    return _standing(others) < _standing(here)


def _standing(args: list[Expr]) -> tuple[int, list[tuple[int, str, int, int]]]:
    return sum(a.flips for a in args), [a.order for a in args]


def _homomorphism(function: Function, call: Expr) -> Expr:
    """f(I) = 1 and f(X^k) = f(X)^k. A product stays whole, as in det(A X B) X⁻ᵀ."""
    x = call.args[0]
    if x.kind is EYE:
        return num(1)
    return powers.power(apply(function, x.args[0]), num(x.data)) if x.kind is MATPOW else call


def laws(call: Expr, candidate: Expr) -> Iterator[Expr]:
    """Rewrites of `candidate` by the laws of the function that `call` calls."""
    for law in call.data.laws(SESSION.met):
        if law.pattern.kind == candidate.kind:
            for binding in matches(law.pattern, candidate, Binding({}, {})):
                if fits(binding):
                    yield _rewritten(law, binding)


def _rewritten(law: Law, binding: Binding) -> Expr:
    leaves, dims = dict(binding.exprs), dict(binding.dims)
    for demand in law.demands:
        note_demand(demand.about(lambda e: substitution.substitute(e, leaves, dims)))
    return substitution.substitute(law.replacement, leaves, dims)


def pair_law(a: Expr, b: Expr) -> Expr | None:
    """A law for two neighbours of a chain, one of which is a call: diag(x) y = x ∘ y."""
    for f in (a, b):
        head = f.args[0] if f.kind is TRANSPOSE else f
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
