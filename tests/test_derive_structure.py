"""Declared structure of the variable: answers within it, against differences of numbers that stay within it."""

import numpy as np
import pytest

import matcalc
from matcalc.draws import project
from tests.points import point, value, vec

SQUARE = ["sym(n)", "skew(n)", "diag(n)", "lower(n)", "upper(n)", "spd(n)"]
FUNCTIONS = ["tr(A*X*B*X')", "tr(A*X)^2", "sum(exp(X*A))", "normF(X*A - B)^2"]
H = 1e-3


def slope(curve):
    """The derivative at 0, fourth order."""
    return (8 * (curve(H) - curve(-H)) - (curve(2 * H) - curve(-2 * H))) / (12 * H)


def bend(curve):
    """The second derivative at 0, fourth order."""
    h = 10 * H
    return (16 * (curve(h) + curve(-h)) - (curve(2 * h) + curve(-2 * h)) - 30 * curve(0)) / (12 * h * h)


def setting(kind, f, word, **options):
    d = getattr(matcalc, kind)(f, "X", variables={"X": word, "A": "matrix(n,n)", "B": "matrix(n,n)"}, **options)
    at = point(d, 3)
    x = next(v for name, v in d.inputs.items() if name == "X")
    v = project(np.random.default_rng(5).standard_normal(at["X"].shape), at["X"], x.data.props)

    def moved(h):
        return value(d, d.problem.settled(d.problem.f), {**at, "X": at["X"] + h * v})

    return d, at, x, v, moved


@pytest.mark.parametrize("word", SQUARE)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_gradient_is_within_and_right_along(f, word):
    d, at, x, v, moved = setting("grad", f, word)
    g = np.asarray(d.evaluate(at))
    assert np.allclose(project(g, at["X"], x.data.props), g)
    assert np.isclose(np.sum(g * v), slope(moved).item(), rtol=1e-7)


@pytest.mark.parametrize("word", SQUARE)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_hessian_is_within_and_right_along(f, word):
    d, at, x, v, moved = setting("hessian", f, word)
    h = np.asarray(d.evaluate(at))
    assert np.allclose(h, h.T)
    assert np.isclose(vec(v) @ h @ vec(v), bend(moved).item(), rtol=1e-5, atol=1e-6)
    outside = np.random.default_rng(6).standard_normal(v.shape)
    outside -= project(outside, at["X"], x.data.props)
    assert np.allclose(h @ vec(outside), 0, atol=1e-10)
    operated = value(d, d.operator.expr, {**at, d.directions[0].data.name: v})
    assert np.allclose(vec(operated), h @ vec(v))


@pytest.mark.parametrize("word", SQUARE)
@pytest.mark.parametrize("f", ["A*X*B", "X*A*X", "inv(eye(n) + X'*X)"])
@pytest.mark.parametrize("stacking", ["col", "row"])
def test_jacobian_is_within_and_right_along(f, word, stacking):
    d, at, x, v, moved = setting("jacobian", f, word, vec=stacking)
    j = np.asarray(d.evaluate(at))
    order = {"col": "F", "row": "C"}[stacking]
    assert np.allclose(j @ np.ravel(v, order), np.ravel(slope(moved), order), rtol=1e-7, atol=1e-8)
    outside = np.random.default_rng(6).standard_normal(v.shape)
    outside -= project(outside, at["X"], x.data.props)
    assert np.allclose(j @ np.ravel(outside, order), 0, atol=1e-10)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("kind", ["grad", "hessian"])
def test_cookbook_form_is_by_the_entries_on_and_above_the_diagonal(f, kind):
    d, at, _, _, _ = setting(kind, f, "sym(n)", structure="cookbook")
    n = len(at["X"])
    got = np.asarray(d.evaluate(at))

    def moved(i, j, h):
        e = np.zeros((n, n))
        e[i, j] = e[j, i] = h
        return e

    def total(*steps):
        return value(d, d.problem.settled(d.problem.f), {**at, "X": at["X"] + sum(moved(*s) for s in steps)}).item()

    i, j, k, m = 0, 2, 1, 1
    if kind == "grad":
        assert np.isclose(got[i, j], slope(lambda h: total((i, j, h))), rtol=1e-7)
    else:
        mixed = slope(lambda h: slope(lambda s: total((i, j, h), (k, m, s))))
        assert np.isclose(got[i + n * j, k + n * m], mixed, rtol=1e-5, atol=1e-6)


def polar(x):
    u, _, w = np.linalg.svd(x, full_matrices=False)
    return u @ w


@pytest.mark.parametrize("f", ["tr(A*X*B*X')", "tr(A'*X)", "tr(A*X)^2", "sum(exp(X*A))"])
def test_riemannian_gradient_and_hessian(f):
    """Along t ↦ polar(X + tV), a retraction of second order, f bends as the Hessian says."""
    d, at, x, v, _ = setting("hessian", f, "orthogonal(n)")
    g = np.asarray(setting("grad", f, "orthogonal(n)")[0].evaluate(at))
    along = value(d, d.operator.expr, {**at, d.directions[0].data.name: v})

    def curve(t):
        return value(d, d.problem.settled(d.problem.f), {**at, "X": polar(at["X"] + t * v)}).item()

    assert np.allclose(project(g, at["X"], x.data.props), g)
    assert np.isclose(np.sum(g * v), slope(curve), rtol=1e-6, atol=1e-8)
    assert np.allclose(project(along, at["X"], x.data.props), along)
    assert np.isclose(np.sum(v * along), bend(curve), rtol=1e-5, atol=1e-6)
    h = np.asarray(d.evaluate(at))
    assert np.allclose(h @ vec(v), vec(along))
    assert np.allclose(h, h.T)


@pytest.mark.parametrize("structure", ["project", "free", "cookbook"])
@pytest.mark.parametrize("kind", ["grad", "jacobian", "hessian"])
def test_what_is_shown_is_what_is_checked(kind, structure):
    """The settled formula itself, with X' read as X, stands in the last statement."""
    f = "X*A*X" if kind == "jacobian" else "logdet(X)"
    d = getattr(matcalc, kind)(f, "X", variables={"X": "spd(n)", "A": "matrix(n,n)"}, structure=structure, check=False)
    assert d.problem.settled(d.statements[-1].derivative) is d.expr
    assert d.statements[-1].structure == structure
    assert d.verify(trials=2).ok


def test_free_entries_ignore_the_declaration_until_the_end():
    assert matcalc.hessian("tr(X*X')", "X", variables={"X": "sym(n)"}, structure="free").ascii == "2*eye(n*n)"
    assert matcalc.hessian("logdet(X)", "X", variables={"X": "sym(n)"}, structure="free").operator.ascii == \
        "-inv(X)*V'*inv(X)"


def test_notes_state_the_free_gradient_and_the_convention():
    note = matcalc.grad("tr(A'*X)", "X", variables={"X": "sym(n)"}).notes[0]
    assert "with independent entries G = A" in note
    notes = " ".join(matcalc.grad("tr(A'*X)", "X", variables={"X": "orthogonal(n)"}).notes)
    assert "G = A" in notes
    assert "Riemannian" in notes
    assert "Euclidean metric" in notes


@pytest.mark.parametrize("word", [*SQUARE, "orthogonal(n)"])
@pytest.mark.parametrize("stacking", ["col", "row"])
@pytest.mark.parametrize("wrt", [("x", "X"), ("X", "x"), (["x", "X"],)], ids=str)
def test_mixed_second_derivatives_and_blocks(word, stacking, wrt):
    declared = {"X": word, "A": "matrix(n,n)", "x": "vector(n)"}
    d = matcalc.hessian("x'*X*A*X'*x", *wrt, variables=declared, vec=stacking)
    assert d.verify(trials=2).ok
