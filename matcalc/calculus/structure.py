"""How a declared structure of the variable differentiated enters: project the free gradient, or leave it free.

The free gradient treats the entries as independent. Its projection onto the structure under the Frobenius inner
product is the gradient within the structure: sym ½(G + G'), skew ½(G − G'), the diagonal, a triangle; where X'X = I,
G − X sym(X'G), the projection onto the tangent space of the Stiefel manifold. The same map, put on the tangent dX,
keeps a Jacobian within the structure, and put on both sides a Hessian.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matcalc.algebra import add, adjoint, apply, eye, hadamard, multiply, negate, num, substitute, transpose
from matcalc.algebra.leaves import is_zero
from matcalc.core.expr import VAR, Expr, Memo, node, variables
from matcalc.diagnostics import MatcalcError, fail
from matcalc.rulebook.book import Rulebook
from matcalc.session import SESSION
from matcalc.simplification import closed_form

HALF = num(Fraction(1, 2))
Projection = Callable[[Expr, Expr, Rulebook], Expr]
STRUCTURAL = ("sym", "skew", "psd", "spd", "orthogonal", "diag", "lower", "upper", "hermitian", "hpd", "unitary")


def settled(e: Expr) -> Expr:
    """`e` with every declared property in force, also of variables whose structure was switched off."""
    if not _is_marked[e]:
        return e
    return substitute(e, {x: unmarked(x) for x in variables(e) if "free" in x.data.props})


def unmarked(x: Expr) -> Expr:
    """A variable with its declared structure in force."""
    return node(x.kind, (), x.data._replace(props=x.data.props - {"free"}), x.shape)


@SESSION.memo
@Memo
def _is_marked(e: Expr) -> bool:
    """Whether the structure of a variable in `e` is switched off."""
    return (e.kind is VAR and "free" in e.data.props) or any(map(_is_marked.__getitem__, e.args))


def _triangle(name: str) -> Projection:
    return lambda g, x, book: apply(book.core(name), g)


def _symmetric(g: Expr, _: Expr, book: Rulebook) -> Expr:
    return multiply(HALF, _with_transpose(g, book))


def _with_transpose(g: Expr, book: Rulebook) -> Expr:
    """G + G', which is 2 G where the algebra sees that G is symmetric."""
    flipped = transpose(g)
    return multiply(num(2), g) if is_zero(closed_form(add(g, negate(flipped)), book)) else add(g, flipped)


_PROJECT: dict[str, Projection] = {
    "diag": lambda g, x, book: hadamard(g, eye(g.shape[0])),
    "sym": _symmetric,
    "spd": _symmetric,
    "psd": _symmetric,
    "skew": lambda g, x, book: multiply(HALF, add(g, negate(transpose(g)))),
    "lower": _triangle("tril"),
    "upper": _triangle("triu"),
    "orthogonal": lambda g, x, book: add(g, negate(multiply(x, _symmetric(multiply(transpose(x), g), x, book)))),
}


def _hermitian(g: Expr, _: Expr, book: Rulebook) -> Expr:
    turned = adjoint(g)
    return g if is_zero(closed_form(add(g, negate(turned)), book)) else multiply(HALF, add(g, turned))


_PROJECT |= {
    "hermitian": _hermitian,
    "hpd": _hermitian,
    "unitary": lambda g, x, book: add(g, negate(multiply(x, _hermitian(multiply(adjoint(x), g), x, book)))),
}


def structure_of(x: Expr) -> str | None:
    """The declared structure of a variable, or None."""
    return next((word for word in _PROJECT if word in x.data.props), None)


def project(g: Expr, x: Expr, book: Rulebook) -> Expr:
    """The gradient within the structure of `x`; where X'X = I the Riemannian gradient, Euclidean metric.

    Source: Magnus & Neudecker (2019) 10.3; Edelman, Arias & Smith (1998) 2.2.1 and Absil, Mahony & Sepulchre (2008)
    3.6.1 for orthonormal columns.
    """
    word = structure_of(x)
    return _PROJECT[word](g, x, book) if word else g


def cookbook(g: Expr, x: Expr, book: Rulebook) -> Expr:
    """The form of the Matrix Cookbook (138) for a symmetric variable: G + G' − G∘I."""
    if structure_of(x) not in ("sym", "spd", "psd"):
        raise _no_cookbook(x)
    return add(_with_transpose(g, book), negate(hadamard(g, eye(g.shape[0]))))


def within(x: Expr, structure: str, book: Rulebook) -> Callable[[Expr], Expr]:
    """The map on matrices of the shape of `x` by which its declared structure enters; it is its own adjoint.

    `structure` is "project", "cookbook" or "free", which changes nothing.
    """
    if structure == "free" or structure_of(x) is None:
        return lambda g: g
    return lambda g: project(g, x, book) if structure == "project" else cookbook(g, x, book)


def tangent_word(x: Expr) -> str | None:
    """The structure that admissible directions of `x` have: symmetric ones for a positive definite matrix."""
    word = structure_of(x)
    known = {"orthogonal": None, "unitary": None, "spd": "sym", "psd": "sym", "hpd": "hermitian"}
    return known.get(word, word) if word else None


def _no_cookbook(x: Expr) -> MatcalcError:
    return fail("M0503", f"the cookbook form is for a symmetric variable; {x.data.name} is not declared sym or spd",
                fixes=(f'--var "{x.data.name}: sym"', "--structure project"))
