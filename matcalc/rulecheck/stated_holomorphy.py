"""The words holomorphic, branched and hermitian of the field `is`, at complex points near those of the domain.

The differential of a holomorphic function is linear over the complex numbers, F'(Z)[iV] = i F'(Z)[V] (Cauchy and
Riemann), and its coefficients are real where f(conj(Z)) = conj(f(Z)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matcalc.algebra.holomorphy import BODY
from matcalc.algebra.make import complex_leaf
from matcalc.numeric.evaluate import call, run
from matcalc.rulecheck.findings import Check, Finding, compared, judged, placed
from matcalc.rulecheck.specimen import Point, Specimen

_STEP, _IMAGINARY = 1e-4, 0.2
Function = Callable[[Sequence[Any]], Any]


def is_holomorphic(at: Point, _: Any) -> Finding:
    """The worse of the two statements."""
    def f(values: Sequence[Any]) -> Any:
        return np.asarray(call(at.block.function, at.arguments(values)))

    z, v = _complex_point(at), [at.like(leaf) for leaf in at.block.places]
    one, two = (_slope(f, z, [turn * x for x in v]) for turn in (1.0, 1j))
    turned = compared(two, 1j * one, ("F'(Z)[iV] is", "i F'(Z)[V] is"))
    bar = compared(f([np.conj(x) for x in z]), np.conj(f(z)), ("f(conj(Z)) is", "conj(f(Z)) is"))
    loosened = replace(turned, error=turned.error * 1e-4)  # a difference, not an identity
    return max((loosened, bar), key=lambda finding: finding.error)


def is_real_at_hermitian(at: Point, _: Any) -> Finding:
    """At a Hermitian matrix the function is what its body for complex arguments says."""
    (z,) = _complex_point(at)
    h = z @ np.conj(z.T) + np.eye(len(z))
    function = at.block.function
    body = function.template(BODY)
    assert body is not None, "a function of Hermitian matrices states a body for all others"
    return compared(call(function, at.arguments([h])), run(body, {complex_leaf(function, 0): h}, at.sizes),
                    ("at a Hermitian matrix the function gives", "its body for complex arguments gives"))


def complex_body(block: Specimen) -> Iterator[Check]:
    """The body for complex arguments, at real ones, against the function."""
    function = block.function
    if BODY not in function.fields:
        return
    body, found = function.template(BODY), []
    assert body is not None
    for at in block.points():
        values = {complex_leaf(function, i): at.values[leaf] + 0j for leaf, i in block.places.items()}
        value = np.asarray(run(body, values, at.sizes)).reshape(np.shape(at.call()))
        found.append(compared(np.real(value), at.call(), ("complex gives", "the function gives")))
        found.append(compared(np.imag(value), 0 * np.real(value), ("complex has the imaginary part", "and is due")))
    yield from placed(function.place(BODY), judged(BODY, found))


def _complex_point(at: Point) -> list[Any]:
    return [at.values[leaf] + _IMAGINARY * 1j * at.like(leaf) for leaf in at.block.places]


def _slope(f: Function, z: Sequence[Any], v: Sequence[Any]) -> Any:
    """A central difference combined with one of half the step."""
    def difference(h: float) -> Any:
        ahead, behind = (f([x + sign * h * d for x, d in zip(z, v, strict=True)]) for sign in (1, -1))
        return (ahead - behind) / (2 * h)

    return (4 * difference(_STEP / 2) - difference(_STEP)) / 3
