"""Calls of functions from the rules: declared structure is used here (linear, equivariant, invariant), laws applied."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra.addition import add, primitive
from matcalc.algebra.chain import trace
from matcalc.algebra.conjugation import adjoint, conjugate, is_hermitian, is_real
from matcalc.algebra.demands import as_declared, note
from matcalc.algebra.holomorphy import BODY, CONJUGATING, ComplexError, lifted, reason, takes_complex
from matcalc.algebra.laws import laws
from matcalc.algebra.leaves import is_zero, num, zeros
from matcalc.algebra.make import MAKE, bind_dims, complex_leaf, instantiate, substitute
from matcalc.algebra.powers import inverse, power
from matcalc.algebra.products import multiply
from matcalc.algebra.transposition import FLIP, least, marked, reading_order, transpose
from matcalc.core.dims import Shape
from matcalc.core.dims import substitute as substitute_dim
from matcalc.core.expr import ADD, CALL, COMPLEX, EYE, MATPOW, MUL, SYMPOW, Expr, node
from matcalc.core.function import Function
from matcalc.core.parts import number_scalars_matrix
from matcalc.session import SESSION

HERMITIAN = frozenset({"hermitian", "hpd"})


def apply(function: Function, *args: Expr) -> Expr:
    """function(args) in normal form; a notation is replaced by what it stands for."""
    dims = bind_dims(function, args)
    shape = (substitute_dim(function.result[0], dims), substitute_dim(function.result[1], dims))
    has_complex = any(arg.complex for arg in args) and not all(map(is_real, args))
    if has_complex and (function.plain or function.has(CONJUGATING)):
        function, args = _of_adjoints(function, args)
    elif function.plain:
        return apply(function.plain, *args)
    if function.is_choosy:  # before a law forgets what the parameters ask for
        note(CALL, args, function, shape)
    if "core" in function.fields:
        return CORE[function.fields["core"]](*args)
    if has_complex and not function.plain and (found := _of_complex(function, args)) is not None:
        return found
    if function.form == "notation":
        return instantiate(function, "means", args)
    if function.form == "linear":
        args = tuple(map(_least_terms, args)) if function.has("invariant") else args
        outside, args = _pull_scalars(function, args)
        if any(is_zero(arg) and is_linear_in(function, i) for i, arg in enumerate(args)):
            _note(function, args, shape)
            return zeros(*shape)
        if outside:
            return multiply(*outside, apply(function, *args))
    if function.has("invariant") and function.form != "linear":
        args = tuple(map(least, args))
    elif function.has("equivariant") and _gains(args):
        return transpose(apply(function, *map(transpose, args)))
    SESSION.met.add(function.name)
    call = node(CALL, args, function, shape)
    for rewritten in laws(call, call):
        return rewritten
    _note(function, args, shape)
    if function.has("multiplicative"):
        return _homomorphism(function, call)
    return call


def _of_complex(function: Function, args: tuple[Expr, ...]) -> Expr | None:
    """The body that a rule states for complex arguments; None where the function takes them as it stands."""
    if function.has("hermitian") and all(map(is_hermitian, args)):
        return None
    if BODY in function.fields:
        template = function.template(BODY)
        assert template is not None
        leaves = {complex_leaf(function, i): arg for i, arg in enumerate(args)}
        return substitute(template, leaves, bind_dims(function, args))
    if not takes_complex(function):
        raise ComplexError("M1501", reason(function))
    return None


def _of_adjoints(function: Function, args: tuple[Expr, ...]) -> tuple[Function, tuple[Expr, ...]]:
    """The function as one of complex operands. Real values are the same for A and its conjugate."""
    function = function if function.plain else lifted(function)
    for param, arg in zip(function.params, args, strict=True):
        if not param.props & COMPLEX and not is_real(arg):
            raise ComplexError("M1501", reason(function))
        if param.props & HERMITIAN and not is_hermitian(arg) and not is_hermitian(as_declared(arg)):
            part = f"{function.known_as}(({{0}} + {{0}}^H)/2)"
            raise ComplexError("M1513", f"{function.known_as} is a function of Hermitian matrices, and its argument is "
                               "not certainly one", (part,) if len(args) == 1 else ())
    if function.has("real") and not function.has("invariant"):
        args = min(args, tuple(map(conjugate, args)), key=reading_order)
    elif function.has("real"):
        args = min((tuple(map(least, these)) for these in (args, tuple(map(conjugate, args)))), key=reading_order)
    return function, args


def _note(function: Function, args: tuple[Expr, ...], shape: Shape) -> None:
    """A call with a domain that no law replaces; a law keeps the domain, or says what it leaves out."""
    if "domain" in function.fields:
        note(CALL, args, function, shape)


CORE: dict[str, Callable[[Expr], Expr]] = {"trace": trace, "transpose": transpose, "inverse": inverse,
                                           "conjugate": conjugate, "adjoint": adjoint}


def linear_params(function: Function) -> list[int]:
    """Positions of the parameters in which the function is linear: those with an adjoint."""
    values = [i for i, p in enumerate(function.params) if p.kind == "value"]
    if "adjoint" in function.fields:
        return values[:1]
    return [i for i in values if f"adjoint.{function.params[i].name}" in function.fields]


def is_linear_in(function: Function, i: int) -> bool:
    """Whether the function is linear in its i-th parameter."""
    return function.form == "linear" and i in linear_params(function)


def _least_terms(arg: Expr) -> Expr:
    """Term by term what a linear function does not tell from its transpose: diag(A + A') = diag(2 A)."""
    return add(*map(least, arg.args)) if arg.kind is ADD else least(arg)


def _pull_scalars(function: Function, args: tuple[Expr, ...]) -> tuple[list[Expr], tuple[Expr, ...]]:
    outside: list[Expr] = []
    kept = list(args)
    for i in linear_params(function):
        content, rest = primitive(kept[i])
        if content != 1:
            outside.append(num(content))
        scalars, kept[i] = ((), rest) if rest.is_scalar else number_scalars_matrix(rest)[1:]
        outside += scalars
    return outside, tuple(kept)


def _gains(args: tuple[Expr, ...]) -> bool:
    """Whether f(X')' is to be written instead of f(X), as for any atom; the transpose of A ⊗ B is always inside."""
    if len(args) > 1:
        return False
    flipped = [transpose(arg) for arg in args]
    if any(f.kind is MUL and f.data < 0 for f in flipped):  # skew matrices would take turns
        return False
    others = [primitive(f)[1] for f in flipped]
    here = [primitive(a)[1] for a in args]
    return reading_order(others) < reading_order(here)


def _homomorphism(function: Function, call: Expr) -> Expr:
    """f(I) = 1 and f(X^k) = f(X)^k. A product stays whole, as in det(A X B) X⁻ᵀ."""
    x = call.args[0]
    if x.kind is EYE:
        return num(1)
    if x.kind is SYMPOW:
        return power(apply(function, x.args[0]), x.args[1])
    return power(apply(function, x.args[0]), num(x.data)) if x.kind is MATPOW else call


def _flip(e: Expr) -> Expr:
    """f(X)' is f(X) itself where f(X') = f(X)' and X is symmetric, or where f only makes symmetric matrices."""
    equivariant = e.data.has("equivariant") and all(transpose(arg) is arg for arg in e.args)
    if equivariant or e.data.has("symmetric"):
        return e
    if len(e.args) > 1 and e.data.has("equivariant"):  # (A ⊗ B)' = A' ⊗ B'
        return apply(e.data, *(transpose(arg) for arg in e.args))
    if e.data.has("selfadjoint"):  # f(A)' is conj(f(A)), which is f(conj(A))
        return apply(e.data, *map(conjugate, e.args))
    if e.data.has("transposing"):  # of the solution for Q the one for Q'
        return apply(e.data, *(transpose(arg) if is_linear_in(e.data, i) else arg for i, arg in enumerate(e.args)))
    for rewritten in laws(e, marked(e)):
        return rewritten
    return marked(e)


MAKE[CALL] = lambda function, args: apply(function, *args)
FLIP[CALL] = _flip
