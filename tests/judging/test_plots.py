"""The V-curve: slopes one and two, best steps near √ε and ∛ε, and a picture whose labels keep apart."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import pytest

import matcalc
from matcalc.answer.checked import curve_of
from matcalc.checking.vcurve import legend, svg_plot, terminal_plot

SMOOTH = [("log(det(X))", "X"), ("exp(x'Ax)", "x"), ("sum(log(1+exp(X w)))", "w"), ("tr(inv(X))", "X")]


@pytest.mark.parametrize(("f", "wrt"), SMOOTH)
def test_slopes_and_best_steps(f: str, wrt: str) -> None:
    forward, central = curve_of(matcalc.grad(f, wrt))
    assert forward.slope == pytest.approx(1, abs=0.1)
    assert central.slope == pytest.approx(2, abs=0.1)
    assert 0.02 < forward.best / forward.optimum < 50
    assert 0.02 < central.best / central.optimum < 50
    assert central.least < forward.least / 10


def test_linear_and_quadratic_have_no_truncation() -> None:
    forward, central = curve_of(matcalc.grad("x'Ax", "x"))
    assert forward.slope == pytest.approx(1, abs=0.1)
    assert central.slope is None
    assert "round-off" in legend(central)
    assert [branch.slope for branch in curve_of(matcalc.grad("a'x", "x"))] == [None, None]


def test_a_wrong_formula_stays_flat() -> None:
    own = matcalc.grad("x'Ax", "x")
    curve = curve_of(own, matcalc.verify("x'Ax", "x", claim="2A x").claim)
    assert all("flat" in legend(branch) for branch in curve)


@pytest.mark.parametrize("width", [30, 60, 80, 200])
@pytest.mark.parametrize("unicode", [True, False])
def test_a_terminal_of_any_width(width: int, unicode: bool) -> None:
    rows = terminal_plot(curve_of(matcalc.grad("log(det(X))", "X")), width, unicode)
    assert max(map(len, rows)) <= width
    assert all(row.isascii() for row in rows) is not unicode


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Estimated boxes of the texts that stand upright."""
    found = []
    for e in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        if "transform" in e.attrib:
            continue
        size = float(e.get("font-size", "14"))
        width = 0.6 * size * len("".join(e.itertext()))
        left = float(e.get("x", "0")) - {"middle": width / 2, "end": width}.get(e.get("text-anchor", "start"), 0)
        bottom = float(e.get("y", "0"))
        found.append((left, bottom - 0.8 * size, left + width, bottom))
    return found


def test_svg_is_well_formed_and_nothing_overlaps() -> None:
    svg = svg_plot(curve_of(matcalc.grad("log(det(X))", "X")), "a < b & " + "c" * 200)
    places = boxes(svg)
    assert len(places) > 15
    width, height = (float(re.search(rf'{side}="(\d+)"', svg)[1]) for side in ("width", "height"))
    assert all(0 <= left < right <= width and 0 <= top < bottom <= height for left, top, right, bottom in places)
    assert [(p, q) for p, q in combinations(places, 2) if overlap(p, q)] == []


def overlap(p: tuple[float, ...], q: tuple[float, ...]) -> bool:
    return p[0] < q[2] and q[0] < p[2] and p[1] < q[3] and q[1] < p[3]
