"""Declared structure of the variable: answers within it, against differences of numbers that stay within it."""

from functools import partial

import numpy as np
import pytest

import matcalc
from matcalc.numeric.draws import project
from tests.points import point, value, vec
from tests.samples import some

SQUARE = ["sym(n)", "skew(n)", "diag(n)", "lower(n)", "upper(n)", "spd(n)", "diag(n) spd", "lower(n) upper"]
FUNCTIONS = ["tr(A*X*B*X')", "tr(A*X)^2", "sum(exp(X*A))", "normF(X*A - B)^2"]
H = 1e-3


def slope(curve):
    """The derivative at 0, fourth order."""
    return (8 * (curve(H) - curve(-H)) - (curve(2 * H) - curve(-2 * H))) / (12 * H)


def bend(curve):
    """The second derivative at 0, fourth order."""
    h = 10 * H
    return (16 * (curve(h) + curve(-h)) - (curve(2 * h) + curve(-2 * h)) - 30 * curve(0)) / (12 * h * h)


ALL_SQUARE = {"A": "matrix(n,n)", "B": "matrix(n,n)"}


def setting(kind, f, word, others=ALL_SQUARE, **options):
    d = getattr(matcalc, kind)(f, "X", variables={"X": word, **others}, **options)
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


@pytest.mark.parametrize("word", ["orthogonal(n)", "orthogonal(n,p)", "orthogonal(p+2,p)"])
@pytest.mark.parametrize("f", ["tr(A*X*B*X')", "tr(A'*X)", "tr(A*X)^2", "sum(exp(X*A))", "normF(A - X*X')^2"])
def test_riemannian_gradient_and_hessian(f, word):
    """Along t ↦ polar(X + tV), a retraction of second order, f bends as the Hessian says."""
    d, at, x, v, _ = setting("hessian", f, word, {})
    g = np.asarray(setting("grad", f, word, {})[0].evaluate(at)).reshape(v.shape)
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


@pytest.mark.parametrize("f", ["X'*A*X", "sum(X.^3)", "log(1 + (a'*X)^2)"])
def test_the_sphere(f):
    """Orthonormal columns, one of them: the gradient is (I - xx')G."""
    d, at, _, v, _ = setting("hessian", f, "orthogonal(n,1)", {})
    free = matcalc.grad(f, "X", variables={"X": "vector(n)"})
    g = np.asarray(setting("grad", f, "orthogonal(n,1)", {})[0].evaluate(at))
    assert np.allclose(g, (np.eye(len(v)) - at["X"] @ at["X"].T) @ free.evaluate(at))

    def curve(t):
        moved = at["X"] + t * v
        return value(d, d.problem.settled(d.problem.f), {**at, "X": moved / np.linalg.norm(moved)}).item()

    assert np.isclose(vec(v) @ d.evaluate(at) @ vec(v), bend(curve), rtol=1e-5, atol=1e-6)


def orthogonal_complement(x):
    """Columns that make `x` an orthogonal matrix."""
    return np.linalg.svd(x, full_matrices=True)[0][:, x.shape[1]:]


@pytest.mark.parametrize("f", ["tr(A'*X)", "tr(X'*A*X*B)", "sum(X.^4)", "logdet(X'*A*X)", "norm2(X*y - b)^2"])
def test_gradient_by_orthonormal_columns_along_a_basis_of_the_tangent_space(f):
    """X Ω + X⊥ K with Ω skew spans the tangent space (Edelman, Arias & Smith 1998, 2.2.1)."""
    d = matcalc.grad(f, "X", variables={"X": "orthogonal(n,p)"})
    at = point(d, 7)
    x = at["X"]
    n, p = x.shape
    g, aside = np.asarray(d.evaluate(at)), orthogonal_complement(x)
    basis = [x @ (np.outer(e, u) - np.outer(u, e)) for e in np.eye(p) for u in np.eye(p)]
    basis += [aside @ np.outer(k, e) for k in np.eye(n - p) for e in np.eye(p)]
    signs = np.sign(np.diagonal(np.linalg.qr(x)[1]))

    def along(v, t):
        return value(d, d.problem.settled(d.problem.f), {**at, "X": np.linalg.qr(x + t * v)[0] * signs}).item()

    assert n > p
    assert np.allclose(x.T @ g + g.T @ x, 0)
    for v in basis:
        assert np.isclose(np.sum(g * v), slope(partial(along, v)), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("f", ["A*X", "X*X'", "X'*A*X", "inv(eye(n) + X*X')"])
def test_jacobian_by_orthonormal_columns(f):
    d, at, _, v, moved = setting("jacobian", f, "orthogonal(n,p)", {})
    j = np.asarray(d.evaluate(at))
    assert np.allclose(j @ vec(v), vec(slope(moved)), rtol=1e-7, atol=1e-8)
    normal = at["X"] @ np.cov(at["X"].T)
    assert np.allclose(j @ vec(normal), 0, atol=1e-10)


ANSWERS = [
    ("tr(X'*A*X)", "2*(eye(n) - X*X')*A*X"),
    ("tr(B'*X)", "B - X*(X'*B + B'*X)/2"),
    ("normF(X)^2", "zeros(n,p)"),
    ("logdet(X'*X)", "zeros(n,p)"),
    ("tr(X*X'*A)", "2*(eye(n) - X*X')*A*X"),
]


@pytest.mark.parametrize(("f", "answer"), ANSWERS)
def test_known_answers_by_orthonormal_columns(f, answer):
    """Absil, Mahony & Sepulchre (2008) 4.8: the Rayleigh quotient on the Stiefel manifold; the others by the norm."""
    declared = {"X": "orthogonal(n,p)", "A": "sym(n)", "B": "matrix(n,p)"}
    assert matcalc.verify(f, "X", claim=answer, variables=declared).ok
    assert matcalc.verify(f, "X", claim=matcalc.grad(f, "X", variables=declared).ascii, variables=declared).ok


WITHIN = [
    ("skew(n)", "det(X)", "-det(X)*inv(X)"),
    ("skew(n)", "logdet(X)", "-inv(X)"),
    ("skew(n)", "x'*inv(X)*x", "zeros(n,n)"),
    ("lower(n)", "logdet(X)", "inv(X).*eye(n)"),
    ("lower(n)", "normF(X)^2", "2*X"),
    ("lower(n)", "tr(A*X*X')", "tril((A + A')*X)"),
    ("upper(n)", "sum(X)^2", "2*sum(X)*triu(ones(n,n))"),
    ("diag(n)", "det(X)", "det(X)*inv(X)"),
    ("diag(n)", "tr(A*X)", "A.*eye(n)"),
    ("spd(n)", "logdet(X)", "inv(X)"),
    ("sym(n)", "x'*X*y", "(x*y' + y*x')/2"),
]


@pytest.mark.parametrize(("word", "f", "answer"), WITHIN)
def test_the_structure_shortens_the_answer(word, f, answer):
    declared = {"X": word, "A": "matrix(n,n)", "x": "vector(n)", "y": "vector(n)"}
    declared = {name: kind for name, kind in declared.items() if name in f + answer}
    assert matcalc.grad(f, "X", variables=declared).ascii == answer


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
    assert "canonical metric gives G - X*G'*X" in notes


@pytest.mark.parametrize("word", [*SQUARE, "orthogonal(n)", "orthogonal(n,p)"])
@pytest.mark.parametrize("stacking", ["col", "row"])
@pytest.mark.parametrize("wrt", [("x", "X"), ("X", "x"), (["x", "X"],)], ids=str)
@pytest.mark.parametrize("seed", some(range(2)))
def test_mixed_second_derivatives_and_blocks(word, stacking, wrt, seed):
    declared = {"X": word, "A": "matrix(p,p)" if ",p)" in word else "matrix(n,n)", "x": "vector(n)"}
    d = matcalc.hessian("x'*X*A*X'*x", *wrt, variables=declared, vec=stacking, check=False)
    assert d.verify(trials=1, seed=seed).ok


def test_a_gradient_that_is_symmetric_stays_as_it_is():
    d = matcalc.grad("(x - u)'inv(S)(x - u) - logdet(S)", "S", variables={"S": "spd(n)", "u": "vector(n)"})
    free = d.problem.settled(d.statements[0].derivative)
    assert d.expr is free
