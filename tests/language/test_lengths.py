"""Lengths that no declaration names: what an unknown exceeds everywhere is part of the name."""

import pytest

from matcalc import grad
from matcalc.cli.machine import derived


@pytest.mark.parametrize(("source", "x", "lengths"), [
    ("corr(x, y)", "x", {"x": ["n", "1"], "y": ["n", "1"]}),
    ("norm2(diff(x))^2", "x", {"x": ["n", "1"]}),
    ("norm2(diff(x) - y)^2", "x", {"x": ["n+1", "1"], "y": ["n", "1"]}),
    ("total_variation(X)", "X", {"X": ["m", "n"]}),
    ("corr(X*w, y)", "w", {"X": ["m", "n"], "w": ["n", "1"], "y": ["m", "1"]}),
])
def test_alone_a_length_is_a_name(source: str, x: str, lengths: dict[str, list[str]]) -> None:
    found = {v["name"]: v["shape"] for v in derived(grad(source, x), None)["variables"]}
    assert found == lengths


@pytest.mark.parametrize("source", ["corr(x, y)", "cov(x, y)", "y'*standardize(x)"])
def test_a_declared_length_gives_the_same(source: str) -> None:
    declared = grad(source, "x", variables={"x": "vector(n)", "y": "vector(n)"})
    assert grad(source, "x").ascii == declared.ascii
