"""Second derivatives: one bilinear map written as a matrix, as an operator, as a form and in blocks."""

import json
from pathlib import Path

import numpy as np
import pytest

import matcalc
from matcalc.algebra import transpose
from matcalc.checking.verification import equal_numerically
from tests.points import point, value, vec

SCALARS = [  # functions of X, symmetric second derivatives
    "tr(X'*A*X*B)", "log(det(X))", "tr(inv(X)*A)", "(u'*X*v)*(w'*X*y)",
    "normF(X)", "det(X)", "tr(X^3)", "sum(exp(A*X))", "normF(T - A*X*B)^2", "sum(tanh(X*u))", "tr(expm(X)*A)",
    "logsumexp(X*u)", "tr(X*A*X'*B*X*C)", "u'*inv(X'*X)*u", "sum(X.^3)", "prod(X*u)",
]


@pytest.mark.parametrize("f", SCALARS)
def test_hessians_are_symmetric(f):
    d = matcalc.hessian(f, "X")
    turned = transpose(d.expr)
    assert turned is d.expr or equal_numerically(turned, d.expr).ok


@pytest.mark.parametrize("f", SCALARS)
def test_every_form_is_the_same_map(f):
    """vec(∇²f[V]) = H vec(V), and d²f[dX₁, dX₂] = ⟨dX₁, ∇²f[dX₂]⟩, at random numbers."""
    d = matcalc.hessian(f, "X")
    at = point(d)
    v = at[d.directions[0].data.name]
    along, h = value(d, d.operator.expr, at), value(d, d.expr, at)
    assert np.allclose(h @ vec(v), vec(along), rtol=1e-8, atol=1e-8)
    first, second = d.tangents
    w = np.random.default_rng(1).uniform(-1, 1, v.shape)
    assert np.allclose(value(d, d.bilinear.expr, at, {first: w, second: v}), np.sum(w * along), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("f", SCALARS)
def test_verified_three_ways(f):
    """Differences of the gradient for matrix and operator, and second differences of f."""
    d = matcalc.hessian(f, "X", check=False)
    assert [s.kind for s in d.statements] == ["gradient", "hessian", "differential", "jacobian"]
    assert d.verify(trials=2).ok


@pytest.mark.parametrize(("factor", "kind"), [(2, "hessian"), (2, "jacobian"), (-1, "hessian"), (-1, "jacobian")])
def test_a_wrong_hessian_fails_each_check(factor, kind):
    from matcalc.algebra import multiply, num
    from matcalc.checking.verification import check

    d = matcalc.hessian("log(det(X))", "X")
    s = next(s for s in d.statements if s.kind == kind)
    assert check(s._replace(structure="free")).ok
    assert check(s._replace(derivative=multiply(num(factor), s.derivative), structure="free")).ok is False


def test_second_differences_are_not_fooled_by_a_near_singularity():
    """1/(x'Ax) bends more than the inner step resolves: another point is drawn, the right claim is not refuted."""
    for seed in range(8):
        assert matcalc.hessian("log(x'Ax)", "x", check=False).verify(trials=2, seed=seed).ok


def test_mixed_has_rows_by_the_first():
    d = matcalc.hessian("x'*A*y", "x", "y")
    assert (d.ascii, d.shape) == ("A", ("m", "n"))
    assert matcalc.hessian("x'*A*y", "y", "x").ascii == "A'"
    assert matcalc.hessian("x'*A*y", "x", "y", layout="denominator").ascii == "A'"


def test_scalar_by_scalar():
    d = matcalc.hessian("t^3*s", "t", variables={"t": "scalar", "s": "scalar"})
    assert (d.ascii, d.shape) == ("6*s*t", ())
    assert matcalc.hessian("t^3*s", "t", "s", variables={"t": "scalar", "s": "scalar"}).ascii == "3*t^2"


def test_blocks():
    d = matcalc.hessian("norm2(y - X*b)^2", ["b", "X"])
    assert list(d.forms) == ["b,b", "b,X", "X,X"]
    assert d.forms["b,b"].ascii == "2*X'*X"
    assert transpose(d.expr) is d.expr or equal_numerically(transpose(d.expr), d.expr).ok
    assert d.verify().ok
    at = point(d)
    whole = d.evaluate(at)
    rows = matcalc.hessian("norm2(y - X*b)^2", "b", "X").evaluate(at)
    assert np.allclose(whole[:len(rows), len(rows):], rows)


def test_rows_instead_of_columns():
    f = "tr(X'*A*X*B)"
    at = point(matcalc.hessian(f, "X"))
    columns, rows = (matcalc.hessian(f, "X", vec=stacking).evaluate(at) for stacking in ("col", "row"))
    m, n = at["X"].shape
    k = np.eye(m * n).reshape(m, n, m * n, order="F").transpose(1, 0, 2).reshape(m * n, m * n, order="F")
    assert np.allclose(k @ columns @ k.T, rows)


def network(layers):
    e = "x"
    for i in range(1, layers + 1):
        e = f"tanh(W{i}*{e})"
    sizes = {f"W{i}": f"matrix(n{i},n{i - 1})" for i in range(1, layers + 1)}
    return f"norm2({e} - y)^2", sizes | {"x": "vector(n0)", "y": f"vector(n{layers})"}


def test_operator_of_a_deep_network_stays_small():
    from matcalc.core.expr import postorder

    sizes = []
    for layers in (2, 4, 6):
        f, declared = network(layers)
        d = matcalc.hessian(f, "W1", variables=declared, check=False)
        assert "kron" not in d.operator.ascii
        sizes.append(len(postorder(d.operator.expr)))
    assert sizes[2] - sizes[1] < 1.6 * (sizes[1] - sizes[0])  # linear in the number of layers


def test_schema_allows_every_form():
    schema = json.loads((Path(matcalc.__file__).parent / "cli" / "schema.json").read_text("utf-8"))
    assert set(schema["properties"]["result"]["properties"]) >= {"also", "vec"}
