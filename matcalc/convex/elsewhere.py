"""What else is known of a formula as it is declared, and along geodesics, tried there before it is said."""

from __future__ import annotations

from matcalc.convex.proved import Attempt, Curvature
from matcalc.curvature.beside import beside
from matcalc.curvature.fields import Sense
from matcalc.curvature.geodesics import Geodesics

_SENSES: dict[str, tuple[Sense, ...]] = {"affine": (1, -1), "convex": (1,), "concave": (-1,), "": ()}
METRIC = "along geodesics of the affine-invariant metric on positive definite matrices"


def known(first: Attempt, verdict: Curvature | None) -> tuple[str, ...]:
    """The words: log-concave, quasiconvex, self-concordant, and what holds along geodesics; those are left out that
    the verdict, if it needs no conditions, implies."""
    if not first.is_on_convex_set:
        return ()
    said = beside(first.composition, first.f, verdict in ("convex", "affine"), verdict in ("concave", "affine"))
    return (*said, *_along_geodesics(first))


def _along_geodesics(first: Attempt) -> tuple[str, ...]:
    xs = first.unknowns
    if len(xs) != 1 or xs[0].is_scalar or "spd" not in xs[0].data.props:
        return ()
    along = Geodesics(first.composition, xs[0])
    word = "affine" if along.is_affine(first.f) else "convex" if along.is_convex(first.f) else \
        "concave" if along.is_convex(first.f, -1) else ""
    from matcalc.convex.witness import holds_along_geodesics

    senses: tuple[Sense, ...] = _SENSES[word]
    if not senses or not holds_along_geodesics(first.f, xs[0], senses):
        return ()
    return (f"{word} {METRIC}",)
