"""What a block states of curvature, monotonicity, logarithm, root and pieces, at random points of its domain.

A claim is tried on pairs of points at which its conditions hold: on the chord between them, or one above the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import scipy.linalg

from matcalc.core.expr import Expr
from matcalc.curvature.fields import LARGEST, Claim, claims
from matcalc.diagnostics import MatcalcError
from matcalc.numeric.draws import Array
from matcalc.records import NamedTuple
from matcalc.rulecheck.findings import Check, Finding, judged, placed, relative
from matcalc.rulecheck.specimen import DOMAIN, Draw, Point, Specimen, clauses, declared, generic

_PAIRS, _TRIES = 12, 40
_ROUNDING, _CLEAR = 1e-8, 1e-10
_CLOSE, _FAR = 1e-2, 8.0
_SCALES = (1.0, 0.1, 5.0)
_BOUNDED = ("between -1 and 1", "between 0 and 1")
Values = Mapping[Expr, Any]


class _Pair(NamedTuple):
    """A point, another one with other values of the parameters of which the claim speaks, and those parameters."""

    at: Point
    other: Values
    moved: list[Expr]

    def value(self, t: float) -> Any:
        """The value of the function at a fraction t of the way from the other point."""
        here = {x: t * self.at.values[x] + (1 - t) * self.other[x] for x in self.moved}
        return self.at.call(here)


def stated_curvature(block: Specimen) -> Iterator[Check]:
    """Every claim of the fields curvature, monotone and known."""
    function = block.function
    for field, judge in _JUDGES.items():
        for claim in claims(function, field):
            found = [judge(pair, claim) for pair in _pairs(block, claim)]
            check = judged(f"{claim.name} = {claim}", found, _ROUNDING) if found else \
                Check(f"{claim.name} = {claim}", False, "no points were found at which its conditions hold")
            yield from placed(function.place(claim.name), check)


def stated_logarithm(block: Specimen) -> Iterator[Check]:
    """log, the logarithm of the value where that is positive, and root, whose power of the value is concave."""
    function = block.function
    if "log" in function.fields:
        found = []
        for at in _inside(block):
            value, log = at.call(), at.field("log")
            if np.all(np.isfinite(log)) and np.min(value) > 0:
                error = relative(np.exp(log), value)
                found.append(Finding(error, "the value is not what its logarithm says"))
        check = judged("log", found, 1e-9) if found else Check("log", False, "it has no value where that is positive")
        yield from placed(function.place("log"), check)
    if "root" in function.fields:
        found = [_concave_root(at) for at in _inside(block)]
        yield from placed(function.place("root"), judged("root", found, _ROUNDING))


def stated_pieces(block: Specimen) -> Iterator[Check]:
    """largest: the value is the largest of the pieces, entry by entry."""
    function = block.function
    if LARGEST in function.fields:
        pieces = [function.subject(text.strip()) for text in function.fields[LARGEST].split(";")]
        found = [Finding(relative(np.max([at.value(piece) for piece in pieces], axis=0), at.call()),
                         "the value is not the largest of the pieces") for at in block.points()]
        yield from placed(function.place(LARGEST), judged(LARGEST, found, 1e-9))


def _inside(block: Specimen) -> Iterator[Point]:
    """Points with positive entries, and positive definite matrices."""
    rng = block.rng()
    for choice in range(_PAIRS):
        yield block.point(rng, choice, otherwise=_structured("spd"))


def _concave_root(at: Point) -> Finding:
    """value^(1/root) at a point and at another one, between, above, and at twice the point."""
    block, root = at.block, float(at.field("root"))
    x = next(iter(block.places))
    word = "spd" if x.is_square and not x.is_scalar and block.function.has("multiplicative") else "positive"
    here, other = (declared(word)(x, at.rng, at.sizes) for _ in range(2))
    places = (here, other, (here + other) / 2, here + other, 2 * here)
    a, b, middle, above, twice = (float(at.call({x: v})) for v in places)
    if min(a, b, middle, above) <= 0 or root <= 0:
        return Finding(float("inf"), "the value, or the root, is not positive")
    a, b, middle, above, twice = (v ** (1 / root) for v in (a, b, middle, above, twice))
    lack = max(0.0, (a + b) / 2 - middle, a - above, abs(twice - 2 * a))
    return Finding(lack / max(a, b, middle), "the power of the value is not concave, increasing and homogeneous")


def _pairs(block: Specimen, claim: Claim) -> Iterator[_Pair]:
    """Pairs at which the conditions of a claim hold."""
    rng, made = block.rng(), 0
    moved = [leaf for leaf, i in block.places.items() if claim.covers(block.function.params[i])]
    for k in range(_PAIRS * _TRIES):
        scale = _SCALES[k % len(_SCALES)]
        at = _shaped(block.point(rng, k, otherwise=_otherwise(claim)), claim, scale, moved)
        again = _shaped(at, claim, _SCALES[int(rng.integers(len(_SCALES)))], moved, True)
        other = again.values if not claim.is_strict or k % 3 == 0 else _along(at, moved, k)
        if claim.field == "monotone":
            other = {x: at.values[x] + _above(at, x, claim) for x in moved}
        pair = _Pair(at, other, moved)
        if _holds(at, claim, {}) and _holds(at, claim, {x: other[x] for x in moved}):
            made += 1
            yield pair
        if made == _PAIRS:
            return


def _along(at: Point, moved: list[Expr], k: int) -> Values:
    """A point on the ray from 0, or shifted by the same in all entries: where what only seems strict is not."""
    if k % 3 == 1:
        return {x: 0.5 * at.values[x] for x in moved}
    return {x: at.values[x] + 0.3 * (np.eye(len(at.values[x])) if x.is_square and not x.is_scalar else 1.0)
            for x in moved}


def _otherwise(claim: Claim) -> Draw:
    return _structured(claim.on) if claim.on else generic


def _structured(word: str) -> Draw:
    """Square matrices with this structure, other arrays with positive entries."""
    return lambda leaf, rng, sizes: declared(word if leaf.is_square else "positive")(leaf, rng, sizes)


def _shaped(at: Point, claim: Claim, scale: float, moved: list[Expr], is_new: bool = False) -> Point:
    """The point, or a new one, with the structure and the signs that a claim asks for."""
    how = {name: clause.word for clause in clauses(at.block.function) for name in clause.names()}
    signs = {c.subject.strip(): c.word for c in claim.conditions}
    values = dict(at.values)
    for x in at.block.places:
        name = x.data.name
        if is_new and x in moved:
            drawer = declared(claim.on) if claim.on and x.is_square else DOMAIN.get(how.get(name, ""), generic)
            values[x] = drawer(x, at.rng, at.sizes)
        elif not is_new and claim.on and x in moved and x.is_square:
            values[x] = declared(claim.on)(x, at.rng, at.sizes)
        if x.is_scalar and not is_new and how.get(name, "positive") == "positive" and x not in moved:
            values[x] = np.float64(at.rng.uniform(0.1 if name in how else -3, 3))
        if how.get(name, "").startswith("nonzero"):
            values[x] = values[x] * at.rng.choice((-1.0, 1.0), np.shape(values[x]))
        if x not in moved and name not in how and not x.is_scalar:
            values[x] = at.rng.choice((0.25, 1.0, 4.0)) * values[x]
        if name in signs or f"-{name}" in signs:
            values[x] = np.abs(values[x]) * (1 if name in signs else -1)
        if x in moved and how.get(name) not in _BOUNDED and "integer" not in x.data.props:
            values[x] = values[x] * scale
    return Point(at.block, values, at.sizes, at.rng)


def _above(at: Point, x: Expr, claim: Claim) -> Any:
    """A step upwards in the order of the claim, small where the domain is an interval."""
    value = at.values[x]
    if claim.is_operator and np.ndim(value):
        step = at.rng.standard_normal((len(value), 1 if claim.is_strict else len(value)))
        return step @ step.T
    some = np.ones(np.shape(value))
    if claim.is_strict and np.size(value) > 1:  # one entry alone
        some = np.zeros(np.shape(value))
        some.flat[int(at.rng.integers(some.size))] = 1.0
    room = (1 - np.max(value)) / 2 if _is_bounded(at, x) else 1.0
    return some * room * at.rng.uniform(0.1, 1.0, np.shape(value)) * 10.0 ** at.rng.uniform(-2, 0)


def _is_bounded(at: Point, x: Expr) -> bool:
    return any(clause.word in _BOUNDED and x.data.name in clause.names() for clause in clauses(at.block.function))


def _holds(at: Point, claim: Claim, more: Values) -> bool:
    """Whether the conditions hold, and there is a value."""
    for c in claim.conditions:
        least = float(np.min(at.value(at.block.function.subject(c.subject), more)))
        if least < 0 or (c.word == "positive" and least == 0):
            return False
    try:
        return bool(np.all(np.isfinite(at.call(more))))
    except (MatcalcError, np.linalg.LinAlgError):
        return False


def _least(difference: Any, claim: Claim) -> float:
    """The least entry, or the least eigenvalue."""
    array = np.atleast_2d(difference)
    is_form = claim.is_operator and array.shape[0] == array.shape[1] > 1
    return float(np.linalg.eigvalsh((array + array.T) / 2).min()) if is_form else float(np.min(array))


def _size(*values: Any) -> float:
    return max(float(np.max(np.abs(v))) for v in values) + 1e-300


def _is_clear(gap: Any, a: Any, b: Any, middle: Any, pair: _Pair) -> bool:
    """Whether the chord lies above for certain: somewhere; of a function of entries at each one whose two points are
    neither so close nor so far out, softplus(30), that a straight line is all that the digits show."""
    if pair.at.block.function.form == "elementwise":
        ends = [(np.asarray(pair.at.values[x]), np.asarray(pair.other[x])) for x in pair.moved]
        flat = np.any([(np.abs(p - q) < _CLOSE) | (np.abs(p) > _FAR) | (np.abs(q) > _FAR) for p, q in ends], axis=0)
        return bool(np.all(flat | (gap >= _CLEAR * np.max(np.abs([a, b, middle]), axis=0))))
    return bool(np.max(gap) >= _CLEAR * _size(a, b, middle))


def _of_chord(pair: _Pair, claim: Claim) -> Finding:
    """The value between, and the chord."""
    t = float(pair.at.rng.choice((0.5, 0.25)))
    a, b, middle = pair.value(1.0), pair.value(0.0), pair.value(t)
    above = t * a + (1 - t) * b - middle
    size = _size(a, b, middle)
    if claim.word == "affine":
        return Finding(float(np.max(np.abs(above))) / size, "it is not on the chord")
    lack = -_least(claim.sense * above, claim) / size
    if claim.is_strict and not _is_clear(claim.sense * np.asarray(above), a, b, middle, pair):
        return Finding(float("inf"), f"between two points it is not strictly {claim.word}")
    return Finding(max(lack, 0.0), f"between two points it is not {claim.word}")


def _of_order(pair: _Pair, claim: Claim) -> Finding:
    """The value above, and that below."""
    below, above = pair.value(1.0), pair.value(0.0)
    rise: Array = claim.sense * (np.asarray(above) - np.asarray(below))
    size = _size(above, below)
    if claim.is_strict and float(np.max(rise)) <= 0:
        return Finding(float("inf"), f"it is not strictly {claim.word}")
    return Finding(max(-_least(rise, claim) / size, 0.0), f"it is not {claim.word}")


def _of_known(pair: _Pair, claim: Claim) -> Finding:
    """Below the larger of two values, above the smaller one; the third derivative against the second one."""
    if claim.word in _ALONG:
        return _ALONG[claim.word](pair)
    a, b, middle = (float(pair.value(t)) for t in (1.0, 0.0, 0.5))
    over, under = middle - max(a, b), min(a, b) - middle
    lack = {"quasiconvex": over, "quasiconcave": under, "quasilinear": max(over, under)}[claim.word]
    return Finding(max(lack, 0.0) / _size(a, b), f"between two points it is not {claim.word}")


def _self_concordant(pair: _Pair) -> Finding:
    """|g'''| ≤ 2 |g''|^(3/2) along the line from one point to the other."""
    h = 0.05
    g = np.array([np.ravel(pair.value(0.5 + k * h))[0] for k in range(-3, 4)])
    second = float(np.dot((2, -27, 270, -490, 270, -27, 2), g)) / (180 * h**2)
    third = float(np.dot((1, -8, 13, 0, -13, 8, -1), g)) / (8 * h**3)
    return Finding(max(0.0, abs(third) - 2.02 * abs(second)**1.5 - 1e-6) / (1 + abs(third)),
                   "its third derivative is too large for the second one")


def _curve(pair: _Pair) -> Callable[[float], Array]:
    """The geodesic X^½ (X^-½ Y X^-½)^t X^½ from one positive definite matrix to another."""
    x, y = (np.atleast_2d(v) for v in (pair.at.values[pair.moved[0]], pair.other[pair.moved[0]]))
    half = scipy.linalg.sqrtm(x).real
    inner = np.linalg.solve(half, np.linalg.solve(half, y).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    return lambda t: half @ (vectors * values**t) @ vectors.T @ half


def _geodesically_affine(pair: _Pair) -> Finding:
    """The value in the middle of a geodesic is the mean of those at its ends."""
    at = _curve(pair)
    a, b, middle = (float(pair.at.call({pair.moved[0]: at(t)})) for t in (0.0, 1.0, 0.5))
    return Finding(abs(middle - (a + b) / 2) / _size(a, b), "it is not affine along a geodesic")


def _geodesic_distance(pair: _Pair) -> Finding:
    """The norm of the value is the length of the geodesic from the identity."""
    x = pair.at.values[pair.moved[0]]
    length = np.sqrt(np.sum(np.log(np.linalg.eigvalsh(np.atleast_2d(x)))**2))
    return Finding(abs(float(np.linalg.norm(pair.value(1.0))) - length) / (1 + length),
                   "its norm is not the distance from the identity")


def _definite(pair: _Pair) -> Finding:
    """The eigenvalues of the value are positive."""
    value = pair.value(1.0)
    least = float(np.linalg.eigvalsh((value + value.T) / 2).min())
    return Finding(max(0.0, -least) / _size(value), "it is not positive definite")


_ALONG: dict[str, Callable[[_Pair], Finding]] = {
    "self-concordant": _self_concordant, "geodesically-affine": _geodesically_affine,
    "geodesic-distance": _geodesic_distance, "definite": _definite,
}
_JUDGES: dict[str, Callable[[_Pair, Claim], Finding]] = {"curvature": _of_chord, "monotone": _of_order,
                                                         "known": _of_known}
