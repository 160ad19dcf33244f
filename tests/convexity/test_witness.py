"""Points against: what they show holds by NumPy alone, and rounding is never taken for a bend."""

import json

import numpy as np
import pytest

import matcalc
from matcalc.convex.convexity import assure, convexity
from matcalc.convex.proved import Statement
from matcalc.convex.strength import Strength
from matcalc.diagnostics import ContradictionError, InputError
from tests.cli.sessions import run

NEITHER = {
    "x*y": (("x", "y"), {"x": "scalar", "y": "scalar"}, lambda x, y: x * y),
    "x^3": (("x",), {"x": "scalar"}, lambda x: x**3),
    "sin(x)": (("x",), {"x": "scalar"}, np.sin),
    "det(X)": (("X",), {"X": "sym"}, np.linalg.det),
    "log(1 + x'x)": (("x",), {"x": "vector(n)"}, lambda x: np.log1p(np.sum(x**2))),
    "x'x - 2*norm2(x)": (("x",), {"x": "vector(n)"}, lambda x: np.sum(x**2) - 2 * np.linalg.norm(x)),
    "lambda_max(X)*lambda_min(X)": (("X",), {"X": "spd"}, lambda x: np.prod(np.linalg.eigvalsh(x)[[0, -1]])),
}


@pytest.mark.parametrize("expr", NEITHER)
def test_the_points_contradict(expr):
    wrt, variables, f = NEITHER[expr]
    found = matcalc.convexity(expr, wrt=list(wrt), variables=variables)
    assert found.verdict == "neither"
    for chord, sign in ((found.witness.against_convex, 1), (found.witness.against_concave, -1)):
        t = chord.weight
        p, q = ([np.asarray(point[name]) for name in wrt] for point in (chord.first, chord.second))
        between = f(*(t * a + (1 - t) * b for a, b in zip(p, q, strict=True)))
        assert sign * (between - (t * f(*p) + (1 - t) * f(*q))) > 0
        assert np.isclose(between, chord.between)


AFFINE = ["x'x - norm2(x - y)^2", "log(exp(c'x))", "norm2(x + y)^2 - norm2(x - y)^2", "tr(x*y') + 1"]


@pytest.mark.parametrize("expr", AFFINE)
def test_rounding_is_no_bend(expr):
    """Affine, whether or not that is seen: large terms cancel."""
    found = matcalc.convexity(expr, wrt="x", variables={"x": "vector(n)", "y": "vector(n)", "c": "vector(n)"})
    assert found.witness is None
    assert found.verdict in ("affine", "not decided")


@pytest.mark.parametrize("seed", range(5))
def test_another_seed_gives_another_witness_of_the_same(seed):
    assert matcalc.convexity("x*y", wrt=["x", "y"], variables={"x": "scalar", "y": "scalar"}, seed=seed).verdict == \
        "neither"


def test_a_false_statement_is_never_shown():
    found = convexity("sin(x)", "x", declared={"x": "scalar"})
    true = convexity("x^2", "x", declared={"x": "scalar"}).main
    found.witness, found.statements = None, (Statement("convex", Strength(""), (), true.proof, found.first.f,
                                                       found.first.unknowns),)
    with pytest.raises(ContradictionError):
        assure(found, found.verify())


def test_a_constant_that_is_too_large_is_never_shown():
    found = convexity("x^2 + exp(x)", "x", declared={"x": "scalar"})
    assert found.verdict == "strongly convex"
    said = found.main
    found.statements = (said._replace(strength=Strength("strongly", (), matcalc.parse("5"))),)
    assert found.verify().ok is False


@pytest.mark.parametrize(("expr", "wrt", "code"), [("A x", "x", "M0310"), ("x'x", "y", "M0502")])
def test_what_cannot_be_asked(expr, wrt, code):
    with pytest.raises(InputError) as refused:
        matcalc.convexity(expr, wrt=wrt)
    assert refused.value.diagnostics[0].code == code


@pytest.mark.parametrize(("args", "code", "said"), [
    (["x'x", "--wrt", "x"], 0, "strongly convex with the constant 2"),
    (["x y", "--wrt", "x", "--wrt", "y", "--var", "x: scalar", "--var", "y: scalar"], 1, "neither convex nor concave"),
    (["-log(x)", "--wrt", "x", "--var", "x: scalar"], 0, "strictly convex"),
])
def test_the_command(args, code, said):
    got, out, _ = run("convexity", *args)
    assert (got, out.strip()) == (code, said)


def test_json_holds_the_points():
    scalars = ["--var", "x: scalar", "--var", "y: scalar"]
    code, out, _ = run("convexity", "x*y", "--wrt", "x", "--wrt", "y", *scalars, "--json")
    assert code == 1
    said = json.loads(out)["convexity"]
    assert said["verdict"] == "neither"
    assert said["witness"]["against_convex"]["value"] > said["witness"]["against_convex"]["chord"]


KNOWN = {
    ("normal_cdf(x)", "x: scalar"): "log-concave",
    ("det(X)", "X: spd"): "log-concave",
    ("exp(-x^2/2)", "x: scalar"): "log-concave",
    ("floor(x)", "x: scalar"): "quasilinear",
    ("-sum(log(x))", "x: vector(n)"): "self-concordant",
    ("-logdet(X)", "X: spd"): "self-concordant",
    ("exp(x)", "x: scalar"): "log-convex",
}


@pytest.mark.parametrize("asked", KNOWN, ids=" where ".join)
def test_what_else_is_known(asked):
    name, _, kind = asked[1].partition(": ")
    assert KNOWN[asked] in matcalc.convexity(asked[0], wrt=name, variables={name: kind}).known


GEODESIC = {"logdet(X)": "affine", "-logdet(X)": "affine", "tr(A X)": "convex", "tr(X)": "convex",
            "tr(A inv(X)) + logdet(X)": "convex", "log(a'inv(X)a) + logdet(X)/3": "convex", "det(X)": "convex",
            "tr(logm(X)*logm(X))": "convex", "lambda_max(X)": "convex", "-tr(X)": "concave", "lambda_min(X)": ""}


@pytest.mark.parametrize("expr", GEODESIC)
def test_along_geodesics(expr):
    found = matcalc.convexity(expr, wrt="X", variables={"X": "spd", "A": "spd"}).known
    said = [word.split()[0] for word in found if "affine-invariant metric" in word]
    assert said == ([GEODESIC[expr]] if GEODESIC[expr] else [])
