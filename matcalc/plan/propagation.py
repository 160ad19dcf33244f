"""What is known of the matrices of a plan, by propagation from the declared ones: sym, spd, psd, lower, upper, diag,
orthogonal, identity-plus-low-rank, zero; "" where nothing is.

    Xᵀ X is psd,  Xᵀ S X is as S,  psd + spd is spd,  lower · lower is lower,  lower + diag is lower, …
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from matcalc.plan.cost import Lengths
from matcalc.plan.flops import is_gram
from matcalc.plan.members import Key
from matcalc.plan.node import Node, ordered

Structure = Literal["", "sym", "spd", "psd", "lower", "upper", "diag", "orthogonal", "identity-plus-low-rank", "zero"]
Factors = list[tuple[Node, str]]  # arrays as they are "", turned "t", or inverted "i"
SYMMETRIC = frozenset({"sym", "spd", "psd", "diag", "identity-plus-low-rank"})
POSITIVE = frozenset({"spd", "psd"})
TURNED = {"lower": "upper", "upper": "lower"}
DECLARED: tuple[Structure, ...] = ("diag", "spd", "psd", "sym", "lower", "upper", "orthogonal")
_CLOSED = ("zero", "diag", "lower", "upper", "orthogonal")  # under products
_SOLVERS = ("cholesky_solve", "symmetric_solve", "lu_solve", "cholesky_refined", "symmetric_refined", "lu_refined")
SOLVED = (*_SOLVERS, "lu_solve_t", "lu_refined_t")


def structures(roots: Sequence[Node], declared: Mapping[Key, frozenset[str]],
               lengths: Lengths) -> dict[Node, Structure]:
    """The structure of every matrix below `roots`; what is factored by Cholesky is positive definite."""
    order = ordered(*roots)
    found: dict[Node, Structure] = {}
    definite = {e.args[0] for e in order if e.op == "cholesky"}
    for e in order:
        if len(e.shape) < 2:
            continue
        own = _of(e, found, declared, lengths)
        if e.complex and own in ("sym", "spd", "psd", "orthogonal"):  # what products of real matrices are
            own = ""
        found[e] = "spd" if e in definite and own not in ("diag", "identity-plus-low-rank") else own
    return found


def factors(e: Node) -> Factors:
    """The arrays of a product of matrices from the left to the right: those of its factors in their places."""
    if e.op in ("matmul", "matmul_tn", "matmul_nt", "matmul_tt") and len(e.shape) == 2:
        left, right = (factors(arg) for arg in e.args)
        turns = e.op[7:] or "nn"
        return (_turned(left) if turns[0] == "t" else left) + (_turned(right) if turns[1] == "t" else right)
    if e.op == "matvec":
        return factors(e.args[0]) + factors(e.args[1])
    if e.op == "vecmat":
        return _turned(factors(e.args[0])) + factors(e.args[1])
    if e.op == "transpose":
        return _turned(factors(e.args[0]))
    if e.op in _SOLVERS and len(e.args[0].shape) == 2:
        return [(e.args[0], "i"), *factors(e.args[-1])]
    return [(e, "")]


def _turned(parts: Factors) -> Factors:
    return [(e, how if how == "i" else "" if how == "t" else "t") for e, how in reversed(parts)]


def _of(e: Node, found: Mapping[Node, Structure], declared: Mapping[Key, frozenset[str]],
        lengths: Lengths) -> Structure:
    operands: list[Structure] = [found.get(arg, "") for arg in e.args]
    if e.op == "input":
        return next((word for word in DECLARED if word in declared.get(e.data, ())), "")
    if e.op in ("eye", "diagonal_matrix"):
        return "diag"
    if e.op == "fill":
        return "zero" if e.args[0].op == "number" and not e.args[0].data else ""
    if e.op == "transpose":
        return TURNED.get(operands[0], operands[0])  # type: ignore[return-value]
    if e.op in ("cholesky", "inverse"):
        return "lower" if e.op == "cholesky" else operands[0]
    if e.op in ("cholesky_inverse", "symmetric_inverse"):
        return "spd" if e.op == "cholesky_inverse" else "sym"
    if e.op == "outer":
        return "psd" if e.args[0] is e.args[1] else ""
    if e.op == "add_diagonal":
        return _on_diagonal(e, operands[0], lengths)
    if e.op in ("add", "subtract"):
        return _sum(e, operands)
    if e.op in ("multiply", "divide", "negate"):
        return _multiple(e, operands)
    return _product(e, operands, found) if e.op.startswith("matmul") else ""


def _on_diagonal(e: Node, own: Structure, lengths: Lengths) -> Structure:
    """I + U Uᵀ of few columns; otherwise a diagonal keeps what is known, but not the sign."""
    base = e.args[0]
    if base.op == "outer" or (is_gram(base) and lengths.of(factors(base)[0][0].shape[
            0 if base.op == "matmul_tn" else 1]) < lengths.of(base.shape[0])):
        return "identity-plus-low-rank" if e.args[1].op == "number" and e.args[1].data == 1 else _plus(own, e.args[1])
    return _plus(own, e.args[1])


def _plus(own: Structure, diagonal: Node) -> Structure:
    if own in POSITIVE:
        return "spd" if diagonal.op == "number" and diagonal.data > 0 else "sym"
    return own if own in (*SYMMETRIC, "lower", "upper") else ""


def _sum(e: Node, operands: Sequence[Structure]) -> Structure:
    a, b = operands
    if "zero" in operands:
        return b if a == "zero" and e.op == "add" else a if b == "zero" else ""
    if e.op == "add" and {a, b} <= POSITIVE:
        return "spd" if "spd" in (a, b) else "psd"
    if e.args[1].op == "transpose" and e.args[1].args[0] is e.args[0] and e.op == "add":
        return "sym"
    if {a, b} <= SYMMETRIC and a and b:
        return "diag" if a == b == "diag" else "sym"
    for word in ("lower", "upper"):
        if {a, b} <= {word, "diag"}:
            return word
    return ""


def _multiple(e: Node, operands: Sequence[Structure]) -> Structure:
    """Entry by entry: by a number, by rows and columns, by a matrix."""
    matrices = [(word, arg) for word, arg in zip(operands, e.args, strict=True) if len(arg.shape) == 2]
    words = {word for word, arg in matrices if arg.op not in ("column", "row")}
    if e.op == "divide" and len(e.args[1].shape) == 2 and e.args[1].op not in ("column", "row"):
        return ""  # by zeros
    for word in ("zero", "diag", "lower", "upper"):
        if word in words:
            return word
    if len(matrices) == 1:
        number = next((arg for arg in e.args if not arg.shape), None)
        own = matrices[0][0]
        is_positive = e.op != "negate" and number is not None and number.op == "number" and number.data > 0
        return own if own in POSITIVE and is_positive else "sym" if own in SYMMETRIC else ""
    is_scaled = any(arg.op in ("column", "row") for _, arg in matrices)
    if is_scaled or not words <= SYMMETRIC or "" in words:
        return ""
    return "spd" if words == {"spd"} else "psd" if words <= POSITIVE else "sym"  # Schur's theorem


def _product(e: Node, operands: Sequence[Structure], found: Mapping[Node, Structure]) -> Structure:
    parts = factors(e)
    if len(e.shape) == 2 and _mirrored(parts, found):
        middle = parts[len(parts) // 2][0]
        own = "psd" if len(parts) % 2 == 0 else _of_factor(middle, found)
        return "psd" if own in POSITIVE else "sym"
    a, b = (TURNED.get(word, word) if turn == "t" else word
            for word, turn in zip(operands, e.op[7:] or "nn", strict=True))
    for word in _CLOSED:
        if "zero" in (a, b) or (a == b == word) or (word in ("lower", "upper") and {a, b} <= {word, "diag"}):
            return "zero" if "zero" in (a, b) else word  # type: ignore[return-value]
    return ""


def _of_factor(e: Node, found: Mapping[Node, Structure]) -> str:
    """What is known of a factor, of a factorised matrix that is inverted: what is known of the matrix."""
    return found.get(e.args[0], "") if e.op in ("cholesky", "symmetric", "lu") else found.get(e, "")


def _mirrored(parts: Factors, found: Mapping[Node, Structure]) -> bool:
    """Whether a product is its own transpose, factor by factor."""
    def plain(part: tuple[Node, str]) -> tuple[Node, str]:
        is_same = part[1] == "t" and _of_factor(part[0], found) in SYMMETRIC
        return (part[0], "") if is_same else part

    own = [plain(part) for part in parts]
    inverses = all(e.op in ("cholesky", "symmetric") for e, how in parts if how == "i")
    middle = own[len(own) // 2]
    is_even = len(own) % 2 == 0
    centred = is_even or middle[1] == "i" or _of_factor(middle[0], found) in SYMMETRIC
    return inverses and centred and own == [plain(part) for part in _turned(parts)]
