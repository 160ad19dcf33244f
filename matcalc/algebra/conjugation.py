"""The conjugate, moved to the leaves: conj(A B) = conj(A) conj(B), conj(f(Z)) = f(conj(Z)), A Hermitian: conj(A) = A'.

Functions have real coefficients: what takes complex operands at all is holomorphic with f(conj(z)) = conj(f(z)), and
what takes only real ones has real values. So a conjugate stands at a complex variable or its tangent and nowhere else,
and an expression is real for certain where its conjugate is the same node.
"""

from __future__ import annotations

from matcalc.algebra.addition import add, negate
from matcalc.algebra.make import MAKE, rebuild
from matcalc.algebra.transposition import FLIP, marked, transpose
from matcalc.core.expr import CALL, CONJ, CONST, MUL, TANGENT, VAR, Expr, node, postorder
from matcalc.session import SESSION

imaginary = node(CONST, (), "i", (1, 1))


def conjugate(e: Expr) -> Expr:
    """conj(X) in normal form."""
    known: dict[Expr, Expr] = SESSION.conjugates
    if not e.complex or e in known:
        return known.get(e, e)
    for part in postorder(e, below=_below):
        if part not in known and part.complex:
            leaf = part.kind is CONJ or not part.args
            known[part] = _of_leaf(part) if leaf else rebuild(part, [known.get(arg, arg) for arg in part.args])
    return known[e]


def _below(e: Expr) -> list[Expr]:
    known = SESSION.conjugates
    return [] if e.kind is CONJ else [arg for arg in e.args if arg.complex and arg not in known]


def _of_leaf(e: Expr) -> Expr:
    if e.kind is CONJ:
        return e.args[0]
    if e is imaginary:
        return negate(e)
    if e.kind is VAR and e.data.known("hermitian", "hpd"):
        return _mirrored(e) if len(e.data.refs) == 2 and e.is_scalar else transpose(e)
    return node(CONJ, (e,), None, e.shape)


def _mirrored(entry: Expr) -> Expr:
    """A_ji, which is the conjugate of the entry A_ij of a Hermitian matrix."""
    return node(entry.kind, (), entry.data._replace(refs=entry.data.refs[::-1]), entry.shape)


def adjoint(e: Expr) -> Expr:
    """The conjugate transpose Xᴴ; X' of what is real."""
    return transpose(conjugate(e))


def is_real(e: Expr) -> bool:
    """Whether all entries of `e` are certainly real."""
    return not e.complex or conjugate(e) is e


def twice_real(e: Expr) -> Expr:
    """2 Re(X), entry by entry, as X + conj(X)."""
    return add(e, conjugate(e))


def is_hermitian(e: Expr) -> bool:
    """Whether Xᴴ is X."""
    return adjoint(e) is e


def is_mirrored(e: Expr) -> bool:
    """Whether the differential of an operation has the conjugates of those of its operands: a call that is read with
    ᴴ, of what is neither real nor Hermitian, of which dX̄ would be dX'."""
    return e.kind is CALL and e.data.plain is not None and e.data.form == "function" and any(
        "complex" in param.props and not is_real(arg) for param, arg in zip(e.data.params, e.args, strict=True))


def barred(e: Expr) -> Expr | None:
    """Of a call that is read with ᴴ the conjugate, conj(f(Z)) = f(conj(Z)), where that has fewer signs."""
    if e.kind is not CALL or e.data.plain is None or not e.complex:
        return None
    other = conjugate(e)
    return other if (other.flips, other.order) < (e.flips, e.order) else None


def base_of(e: Expr) -> Expr:
    """The variable of which `e` is the conjugate; `e` itself where it is none."""
    return e.args[0] if e.kind is CONJ else e


def conjugated(leaf: Expr) -> Expr:
    """conj(X) of a variable or a tangent as a leaf, whatever structure is declared of it."""
    assert leaf.kind in (VAR, TANGENT), leaf
    return node(CONJ, (leaf,), None, leaf.shape)


def _flip(e: Expr) -> Expr:
    """conj(X)' is conj(X'): conj(X) itself where X is symmetric, −conj(X) where it is skew."""
    turned = transpose(e.args[0])
    return marked(e) if turned.args == (e.args[0],) and turned.kind is not MUL else conjugate(turned)


MAKE[CONJ] = lambda _, args: conjugate(args[0])
FLIP[CONJ] = _flip
