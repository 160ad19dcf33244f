"""A wrong claim that has the right numbers in another form: scaled, transposed, stacked, projected, or in part.

Every test compares numbers at random points, so the spelling of the claim does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import islice, permutations
from math import isfinite

import numpy as np

from matcalc.algebra import dimension, num, power, transpose
from matcalc.algebra.indexed import rename
from matcalc.checking.claims import vec
from matcalc.checking.comparing import rounded
from matcalc.core.dims import named
from matcalc.core.expr import CONST, NUM, ZEROS, Expr, postorder
from matcalc.core.indices import Ref
from matcalc.judging.evidence import Diagnosis, Evidence, Pair, close, constant, ratios
from matcalc.numeric.draws import Array, project, turned
from matcalc.numeric.sizes import dims_of, shape_of, size

_DENOMINATOR = 1000
_ZERO = 1e-8  # a multiple of the gradient that is smaller is round-off
_EXPONENTS = [num(Fraction(p)) for p in ("1", "-1", "2", "-2", "1/2", "-1/2")]
_MOST_SCALARS = 60
_MOST_LETTERS = 4
_LEAST = 1e-300
_LAYOUTS = {"gradient": "it is in the numerator layout", "jacobian": "it is in the denominator layout",
            "hessian": "its rows belong to the other variable"}


def number(c: float) -> str:
    """A number as people write it: 2, 1/3, -0.5772."""
    if abs(c) < _ZERO or not isfinite(c):
        return "0" if abs(c) < _ZERO else str(c)
    q = Fraction(c).limit_denominator(_DENOMINATOR)
    return str(q) if abs(float(q) - c) <= _ZERO * abs(c) else f"{c:.10g}"


def nothing(evidence: Evidence) -> Diagnosis | None:
    """One side is zero."""
    kind, own = evidence.case.kind, evidence.case.own
    if all(not np.any(claimed) for _, claimed in evidence.pairs):
        return Diagnosis("zero", f"the claim is zero, the {kind} is not")
    if all(not np.any(right) for right, _ in evidence.pairs):
        is_constant = own is not None and own.kind in (ZEROS, NUM)
        why = ": the expression does not depend on the variable" if is_constant else " at moderate values"
        return Diagnosis("zero", f"the {kind} is zero{why}")
    return None


def elsewhere(evidence: Evidence) -> Diagnosis | None:
    """Nothing is wrong at the points at hand: the claim is wrong only far from them, or by very little."""
    if not all(close(right, claimed, evidence.tolerance) for right, claimed in evidence.pairs):
        return None
    apart = evidence.apart
    if apart is not None and apart.everywhere:
        distance = rounded(abs(apart.left - apart.right))
        if apart.relative < _LEAST:
            return Diagnosis("term", f"right up to a very small difference, less than {_LEAST:.0e} of the whole")
        if apart.relative < evidence.tolerance:
            return Diagnosis("term", f"right up to a small difference, {apart.relative:.0e} of the whole")
        if distance < evidence.tolerance:
            return Diagnosis("term", f"right up to a small difference, {distance:.0e}")
    return Diagnosis("region", "right at moderate values of the variables, wrong at others, where the formula is "
                     "another one")


def only_of_size_one(evidence: Evidence) -> Diagnosis | None:
    """The claim is right where a dimension is 1, as a formula for scalars is."""
    case, claim = evidence.case, evidence.claim
    if claim is None or case.own is None or not evidence.samples:
        return None
    for name in _shrinking(evidence):
        if case.same(case.own, claim, {**(case.sizes or {}), name: 1}):
            return Diagnosis("size", f"right if {name} = 1")
    return None


def _shrinking(evidence: Evidence) -> list[str]:
    """The dimensions that may be 1: x_2 has a value only where there are two members."""
    dims = dims_of(*(e for e in (evidence.case.own, evidence.claim) if e is not None))
    found = evidence.samples[0].sizes
    return [name for name in found if all(size(dim, {**found, name: 1}) > 0 for dim in dims)]


def factor(evidence: Evidence) -> Diagnosis | None:
    """The claim is a multiple of the right answer, by a number or by a scalar that occurs."""
    found = _multiple(evidence, evidence.pairs)
    if found is None:
        return None
    said, formulas = found
    if said == "-1":
        return Diagnosis("sign", f"the sign is wrong: the claim is -1 times the {evidence.case.kind}")
    constantly = "constant " if not formulas else ""
    return Diagnosis("factor", f"a {constantly}factor: the claim is {said} times the {evidence.case.kind}", formulas)


def transposed(evidence: Evidence) -> Diagnosis | None:
    """The claim is the transpose, perhaps with a factor."""
    found = _multiple(evidence, _turned(evidence))
    if found is None:
        return None
    said, formulas = found
    layout = _LAYOUTS[evidence.case.kind]
    if said == "1":
        return Diagnosis("transpose", f"the claim is the transpose of the {evidence.case.kind}: {layout}")
    return Diagnosis("transpose", f"the claim is {said} times the transpose of the {evidence.case.kind}: {layout}, "
                     "and has a wrong factor", formulas)


def _turned(evidence: Evidence) -> list[Pair]:
    """The right formula beside the transposed claim; of a family every member is transposed."""
    if not evidence.case.letters or evidence.claim is None:
        return [(right, claimed.T) for right, claimed in evidence.pairs]
    claim = transpose(evidence.claim)
    return [(right, s.array(claim)) for s, (right, _) in zip(evidence.samples, evidence.pairs, strict=True)]


def exchanged(evidence: Evidence) -> Diagnosis | None:
    """The claim is right with its indices in another order, or with a bound one for another."""
    letters, claim = evidence.case.letters, evidence.claim
    if claim is None or not 1 < len(letters) <= _MOST_LETTERS:
        return None
    for order in islice(permutations(letters), 1, None):
        moved = {old: Ref(new) for old, new in zip(letters, order, strict=True) if old != new}
        if all(old.axis == new.letter.axis for old, new in moved.items() if new.letter) and evidence.fits(
                rename(claim, moved)):
            said = " and ".join(index.name for index in moved)
            return Diagnosis("index", f"the indices {said} are exchanged")
    return None


def _multiple(evidence: Evidence, pairs: list[Pair]) -> tuple[str, tuple[Expr, ...]] | None:
    """What the claim is divided by the truth, in words with places for formulas."""
    found = ratios(pairs, evidence.tolerance)
    if found is None or not all(found):
        return None
    c = constant(found, evidence.tolerance)
    if c is not None:
        return number(c), ()
    for scalar, values in _scalars(evidence):
        for exponent in _EXPONENTS:
            rest = [a / b ** float(exponent.data) if b else float("nan") for a, b in zip(found, values, strict=True)]
            c = constant(rest, evidence.tolerance) if all(map(isfinite, rest)) else None
            if c is not None and abs(c) > evidence.tolerance:
                head = "" if number(c) == "1" else f"{number(c)} "
                return head + "{}", (power(scalar, exponent),)
    return None


def _scalars(evidence: Evidence) -> Iterator[tuple[Expr, list[float]]]:
    """Scalars that occur in the problem, smallest first, and its dimensions, with their values at the points."""
    case = evidence.case
    roots = [e for e in (case.own, evidence.claim) if e is not None]
    inside = [e for e in postorder(*roots) if e.is_scalar and not e.free and e.kind not in (NUM, CONST)]
    names = [dimension(named(name)) for name in evidence.samples[0].sizes]
    for e in sorted(dict.fromkeys([*names, *inside]), key=lambda e: e.weight)[:_MOST_SCALARS]:
        values = [float(s.array(e)[0, 0]) for s in evidence.samples]
        if all(isfinite(v) and v >= 0 for v in values) or all(v < 0 for v in values):
            yield e, [abs(v) for v in values]


def shape(evidence: Evidence) -> Diagnosis | None:
    """The right numbers in another shape: transposed, stacked, or the diagonal for the whole."""
    found = transposed(evidence) if evidence.claim and evidence.claim.shape == evidence.case.shape[::-1] else None
    if found:
        return found
    for kind, is_so, said in _SHAPES:
        if evidence.pairs and all(is_so(right, claimed, evidence.tolerance) for right, claimed in evidence.pairs):
            return Diagnosis(kind, said.format(kind=evidence.case.kind))
    return None


_SHAPES: list[tuple[str, Callable[[Array, Array, float], bool], str]] = [
    ("diagonal", lambda t, c, tol: close(np.diag(np.ravel(c)), t, tol), "the {kind} is the diagonal matrix of it"),
    ("vec", lambda t, c, tol: 1 not in t.shape and 1 in c.shape and close(vec(t), vec(c), tol),
     "it is vec of the {kind}"),
    ("vec", lambda t, c, tol: 1 not in c.shape and 1 in t.shape and close(vec(t), vec(c), tol),
     "vec of it is the {kind}"),
    ("vec", lambda t, c, tol: (1 in c.shape) != (1 in t.shape) and close(np.ravel(t), np.ravel(c), tol),
     "it has the entries of the {kind}, stacked by rows"),
    ("transpose", lambda t, c, tol: close(t, turned(c), tol), "it is the transpose of the {kind}"),
]


def by_rows(evidence: Evidence) -> Diagnosis | None:
    """A Jacobian of a matrix by a matrix, or the Hessian by matrices, stacked by rows."""
    case = evidence.case
    if case.kind == "gradient" or case.letters:
        return None
    outer = case.f if case.kind == "jacobian" else case.x[0]
    for sample, (right, claimed) in zip(evidence.samples, evidence.pairs, strict=True):
        (m, n), (p, q) = (shape_of(e.shape, sample.sizes) for e in (outer, case.x[-1]))
        if right.ndim > 2:  # by members: there each has its own rows
            return None
        stacked = right.reshape(n, m, q, p).transpose(1, 0, 3, 2).reshape(right.shape)
        if not close(stacked, claimed, evidence.tolerance):
            return None
    return Diagnosis("vec", "the claim stacks matrices by rows; here they are stacked by columns: vec(A X B) is "
                     "kron(B', A) vec(X)")


def projected(evidence: Evidence) -> Diagnosis | None:
    """The claim is a form of the gradient for a structured variable, or the free form where the structure counts."""
    case = evidence.case
    if case.kind != "gradient" or case.free is None or case.letters:
        return None
    x = evidence.settled(case.x[0])
    points = [(s.array(case.free), s.array(x)) for s in evidence.samples]
    if any(g.shape != at.shape for g, at in points):
        return None
    for kind, form, said in [*_FORMS, *(_SQUARE_FORMS if x.is_square else [])]:
        shown = [form(g, at) for g, at in points]
        if all(close(a, claimed, evidence.tolerance) for a, (_, claimed) in zip(shown, evidence.pairs, strict=True)):
            return Diagnosis(kind, said, (x,))
    return None


Form = Callable[[Array, Array], Array]


def _onto(word: str) -> Form:
    """The projection of the gradient by a variable that is declared so."""
    return partial(project, props=frozenset({word}))


_FORMS: list[tuple[str, Form, str]] = [
    ("free", lambda g, x: g, "the claim is the gradient G with independent entries, not the form for the structure "
     "that is declared of {}"),
    ("projection", _onto("orthogonal"), "the claim is the Riemannian gradient "
     "G - {0}*sym({0}'*G) of the Euclidean metric: right if {0} is declared orthogonal"),
    ("metric", lambda g, x: g - x @ turned(g) @ x, "the claim is the gradient G - {0}*G'*{0} of the canonical metric "
     "(Edelman, Arias & Smith 1998); in the Euclidean metric it is G - {0}*sym({0}'*G)"),
    ("projection", lambda g, x: g - x @ turned(x) @ g, "the claim is G - {0}*{0}'*G, which lacks the part of G along "
     "rotations of the columns of {0}: right for a function of the subspace only"),
]
_SQUARE_FORMS: list[tuple[str, Form, str]] = [
    ("projection", _onto("sym"), "the claim is the symmetric projection 1/2 (G + G') of the gradient G: "
     "right if {} is declared symmetric (sym)"),
    ("cookbook", lambda g, x: g + turned(g) - g * np.eye(g.shape[-1]), "the claim is the cookbook form G + G' - G.*I "
     "of the gradient G for a symmetric {}, which counts each entry off the diagonal twice"),
    ("projection", lambda g, x: g + turned(g), "the claim is G + G', twice the symmetric projection of the gradient "
     "G by {}"),
    ("projection", _onto("skew"), "the claim is the skew projection 1/2 (G - G') of the gradient G: right "
     "if {} is declared skew"),
    ("projection", _onto("lower"), "the claim is the lower triangle of the gradient: right if {} is "
     "declared lower"),
    ("projection", _onto("upper"), "the claim is the upper triangle of the gradient: right if {} is "
     "declared upper"),
]


def diagonal(evidence: Evidence) -> Diagnosis | None:
    """The diagonal is all that is there, or all that is missing."""
    if not _are_square(evidence):
        return None
    if _agree(evidence, off) and all(not np.any(np.diagonal(claimed)) for _, claimed in evidence.pairs):
        return Diagnosis("diagonal", "the diagonal is missing: the claim is right off the diagonal")
    if _agree(evidence, on) and all(not np.any(off(claimed)) for _, claimed in evidence.pairs):
        return Diagnosis("diagonal", f"the claim is only the diagonal of the {evidence.case.kind}")
    return None


def in_part(evidence: Evidence) -> Diagnosis | None:
    """Right on the diagonal, or off it."""
    if _are_square(evidence) and _agree(evidence, off):
        return Diagnosis("diagonal", "the claim is right off the diagonal and wrong on it")
    if _are_square(evidence) and _agree(evidence, on):
        return Diagnosis("diagonal", "the claim is right on the diagonal and wrong off it")
    return None


def _are_square(evidence: Evidence) -> bool:
    return bool(evidence.pairs) and all(t.shape == c.shape == (len(t), len(t)) != (1, 1) for t, c in evidence.pairs)


def _agree(evidence: Evidence, part: Callable[[Array], Array]) -> bool:
    return all(close(part(right), part(claimed), evidence.tolerance) for right, claimed in evidence.pairs)


def on(a: Array) -> Array:
    """The matrix with its diagonal only."""
    return np.asarray(np.diag(np.diagonal(a)))


def off(a: Array) -> Array:
    """The matrix without its diagonal."""
    return a - on(a)
