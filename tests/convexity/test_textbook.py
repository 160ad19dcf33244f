"""Verdicts from textbooks, written down before the program could give any, and what a verdict has to be like."""

import tomllib
from pathlib import Path

import pytest

import matcalc

PROBLEMS = tomllib.loads((Path(__file__).parent / "problems.toml").read_text())["problem"]
FURTHER = tomllib.loads((Path(__file__).parent / "further.toml").read_text())["problem"]
STRENGTH = {"": 0, "strictly": 1, "strongly": 2}


def judged(problem):
    return matcalc.convexity(problem["expr"], wrt=problem["wrt"], variables=problem.get("variables"))


def as_text(condition):
    return condition if " is " in condition else condition.replace(" nonnegative", " >= 0").replace(" positive", " > 0")


def same(text):
    """Without spaces and products, which a book and a program set in other ways."""
    return text.replace(" ", "").replace("*", "")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem["expr"])
def test_the_verdicts_of_textbooks(problem):
    found = judged(problem)
    strength, _, curvature = problem["verdict"].rpartition(" ")
    if curvature == "neither":
        assert found.verdict == "neither"
        return
    asked = {same(as_text(c)) for c in problem.get("where", ())}
    fits = [s for s in found.statements if s.curvature == curvature
            and {same(c) for c in found.conditions_of(s.conditions)} == asked]
    assert fits, found
    assert max(STRENGTH[s.strength.word] for s in fits) >= STRENGTH[strength]
    if "constant" in problem:
        assert found.constant is matcalc.parse(problem["constant"], found.problem.declarations())


@pytest.mark.parametrize("problem", FURTHER, ids=lambda problem: problem["expr"])
def test_further_verdicts(problem):
    found = judged(problem)
    strength, _, curvature = problem["verdict"].rpartition(" ")
    got, _, word = found.verdict.rpartition(" ")
    assert (word or found.verdict) == curvature
    assert STRENGTH.get(got, 0) >= STRENGTH[strength]


def test_forty_were_written_down_first():
    assert len(PROBLEMS) >= 40


def test_the_proof_ends_with_the_formula():
    found = matcalc.convexity("norm2(A x - b)^2 + lambda*norm1(x)", wrt="x", variables={"lambda": "scalar positive"})
    assert found.steps[-1].before == found.problem.source.replace("norm1(x)", "sum(abs(x))").replace("A x", "A*x")
    assert [step.n for step in found.steps] == [1, 2, 3, 4, 5]
    assert found.steps[-1].after == "convex"


def test_several_unknowns_are_asked_about_together():
    variables = {"x": "scalar", "y": "scalar"}
    assert matcalc.convexity("x*y", wrt=["x", "y"], variables=variables).verdict == "neither"
    assert matcalc.convexity("x*y", wrt="x", variables=variables).verdict == "affine"


def test_the_constant_of_strong_convexity():
    found = matcalc.convexity("x'P x/2 + c'x", wrt="x", variables={"P": "spd"})
    assert str(found.constant) == "lambda_min(P)"
    assert str(matcalc.convexity("norm2(x)^2 + norm1(x)", wrt="x", variables={"x": "vector(n)"}).constant) == "2"


def test_truth_is_sure_convexity():
    assert matcalc.convexity("x'x", wrt="x")
    assert not matcalc.convexity("-x'x", wrt="x")
    assert not matcalc.convexity("lambda*x'x", wrt="x", variables={"lambda": "scalar"})
