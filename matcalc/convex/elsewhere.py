"""What else is known of a formula as it is declared, and along geodesics, tried there before it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcalc.curvature.beside import beside
from matcalc.curvature.geodesics import Geodesics

if TYPE_CHECKING:
    from matcalc.convex.verdict import Convexity

METRIC = "along geodesics of the affine-invariant metric on positive definite matrices"


def known(found: Convexity) -> tuple[str, ...]:
    """The words: log-concave, quasiconvex, self-concordant, and what holds along geodesics."""
    first = found.first
    if not first.is_on_convex_set:
        return ()
    main = found.main.curvature if found.main is not None and not found.requirements else ""
    said = beside(first.composition, first.f, main in ("convex", "affine"), main in ("concave", "affine"))
    return (*said, *_along_geodesics(found))


def _along_geodesics(found: Convexity) -> tuple[str, ...]:
    first, xs = found.first, found.first.unknowns
    if len(xs) != 1 or xs[0].is_scalar or "spd" not in xs[0].data.props:
        return ()
    along = Geodesics(first.composition, xs[0])
    word = "affine" if along.is_affine(first.f) else "convex" if along.is_convex(first.f) else \
        "concave" if along.is_convex(first.f, -1) else ""
    from matcalc.convex.witness import holds_along_geodesics

    senses = {"affine": (1, -1), "convex": (1,), "concave": (-1,), "": ()}[word]
    if not senses or not holds_along_geodesics(first.f, xs[0], senses):
        return ()
    return (f"{word} {METRIC}",)
