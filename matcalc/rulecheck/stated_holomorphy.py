"""The words holomorphic, branched, hermitian and conjugating of the field `is`, at complex points near those of the
domain.

The differential of a holomorphic function is linear over the complex numbers, F'(Z)[iV] = i F'(Z)[V] (Cauchy and
Riemann), and its coefficients are real where f(conj(Z)) = conj(f(Z)). What a conjugating block says with ᴴ for each
transpose holds along complex directions, Hermitian ones where it speaks of symmetric matrices; of vectors without a
phase of their own it is tried on f fᴴ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matcalc.algebra.application import linear_params
from matcalc.algebra.holomorphy import BODY, lifted
from matcalc.algebra.make import complex_leaf, cotangent, param_leaf, tangent_leaf
from matcalc.core.expr import COMPLEX, Expr
from matcalc.core.function import Function as Function_
from matcalc.numeric.evaluate import call, run
from matcalc.rulecheck.findings import Check, Finding, compared, holds, judged, placed
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


def is_conjugating(at: Point, _: Any) -> Finding:
    """The worst of what a block says when it is read for complex operands."""
    twin = lifted(at.block.function)
    z = {i: _of_kind(twin, i, at.values[leaf], at.like(leaf)) for leaf, i in at.block.places.items()}
    found = list(_of_lifted(at, twin, z))
    return max(found, key=lambda finding: finding.error, default=holds(True, ""))


def _of_kind(twin: Function_, i: int, x: Any, y: Any) -> Any:
    """A complex point, or direction, of the kind of a parameter: real, complex, or Hermitian."""
    props = twin.params[i].props
    if not props & COMPLEX:
        return x
    if "complex" in props:
        return x + _IMAGINARY * 1j * y
    x = (x + x.T) / 2
    return x + _IMAGINARY / 4 * 1j * (y - y.T)


def _of_lifted(at: Point, twin: Function_, z: Mapping[int, Any]) -> Iterator[Finding]:
    def f(values: Mapping[int, Any]) -> Any:
        return np.asarray(call(twin, at.arguments([values[i] for i in at.block.places.values()])))

    value, is_phased = f(z), twin.has("phased")
    if not is_phased:
        yield compared(f({i: np.conj(x) for i, x in z.items()}), np.conj(value), ("f(conj(Z)) is", "conj(f(Z)) is"))
    if twin.has("selfadjoint"):
        yield compared(np.conj(value.T), value, ("the conjugate transpose of a value is", "a value is"))
    if twin.has("real"):
        yield compared(np.real(value), value, ("the real part of a value is", "a value is"))
    leaves = {param_leaf(twin, i): x for i, x in z.items()}
    if twin.form == "notation":
        means = twin.template("means")
        assert means is not None
        yield compared(np.reshape(run(means, leaves, at.sizes), np.shape(value)), value, ("means gives", "numpy gives"))
    if twin.form == "linear":
        yield from _adjoints(at, twin, z, leaves)
    template = twin.template("d") if "d" in twin.fields else None
    if template is None:
        return
    v = {i: _of_kind(twin, i, at.like(leaf), at.like(leaf)) for leaf, i in at.block.places.items()}
    tangents = {tangent_leaf(twin, i): x for i, x in v.items()}
    said = np.reshape(run(template, {**leaves, **tangents}, at.sizes), np.shape(value))
    said = np.real(said) if twin.has("real") else said

    def measured(values: Mapping[int, Any]) -> Any:
        found = f(values)
        return found @ np.diag(1.0 + np.arange(found.shape[1])) @ np.conj(found.T) if is_phased else found

    if is_phased:
        said = said @ np.diag(1.0 + np.arange(value.shape[1])) @ np.conj(value.T)
        said = said + np.conj(said.T)
    order = list(z)
    slope = _slope(lambda values: measured(dict(zip(order, values, strict=True))), list(z.values()), list(v.values()))
    found = compared(said, slope, ("the block says", "the differences of its values say"))
    yield replace(found, error=found.error * 1e-4)


def _adjoints(at: Point, twin: Function_, z: Mapping[int, Any], leaves: Mapping[Expr, Any]) -> Iterator[Finding]:
    """⟨G, L[E]⟩ = ⟨L*[G], E⟩ with ⟨A, B⟩ = tr(AᴴB)."""
    for i in linear_params(twin):
        e, value = z[i], np.asarray(call(twin, at.arguments([z[j] for j in at.block.places.values()])))
        g = value + 1j * np.cos(np.arange(value.size)).reshape(value.shape)
        pulled = twin.template(twin.field_for("adjoint", i))
        assert pulled is not None
        found = run(pulled, {**leaves, cotangent(twin): g}, at.sizes)
        yield compared(np.vdot(found, e), np.vdot(g, value), ("the adjoint gives", "the function gives"))


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
