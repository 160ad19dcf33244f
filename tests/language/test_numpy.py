"""The NumPy dialect: * / ** work entry by entry, @ is the product, prefixes are dropped."""

import numpy as np
import pytest

import matcalc
from tests.language.reading import read, refusal

SAME = [
    ("x.T @ A @ x", "x'Ax"), ("x @ A @ x", "x'Ax"), ("np.sum(x*y)", "sum(x.*y)"), ("x.sum()", "sum(x)"),
    ("np.linalg.norm(X @ w - y)**2", "norm2(Xw-y)^2"), ("np.linalg.slogdet(X)[1]", "logdet(X)"),
    ("np.trace(A @ B)", "tr(AB)"), ("jnp.exp(x)/jnp.sum(jnp.exp(x))", "exp(x)/sum(exp(x))"), ("np.multiply(x, y)",
    "x.*y"),
    ("x**2", "x.^2"), ("np.linalg.inv(A) @ b", "inv(A)*b"), ("A.T", "A'"), ("torch.sigmoid(x)", "sigmoid(x)"),
    ("np.eye(3) @ A", "eye(3)*A"), ("-x", "-x"), ("2*x", "2x"), ("W1 @ x + b1", "W1*x + b1"), ("np.linalg.det(X)",
    "det(X)"),
    ("np.log(1 + np.exp(-y*(X @ w))).sum()", "sum(log(1 + exp(-y.*(X*w))))"), ("A/B", "A./B"), ("X + 1", "X + 𝟏𝟏ᵀ"),
    ("np.dot(x, y)", "x'y"), ("x @ y", "x'y"), ("np.linalg.norm(X, 'fro')", "normF(X)"), ("x - x.mean()",
    "x - mean(x)*ones"),
]
AXES = [  # 𝟏 of the right size is what is summed with
    ("X.sum(axis=0)", "X'*ones"), ("np.sum(X, axis=1)", "X*ones"), ("X.sum(1)", "X*ones"), ("x.sum(axis=0)", "sum(x)"),
    ("X.mean(axis=0)", "X'*ones(m)/m where X: matrix(m,n)"), ("torch.logsumexp(X, dim=1)", "log(exp(X)*ones)"),
    ("np.linalg.norm(X, axis=1)", "((X.^2)*ones).^(1/2)"), ("np.sum(X, axis=0, keepdims=True)", "ones'*X"),
    ("X - X.mean(axis=1, keepdims=True)", "X - X*ones(n)*ones(n)'/n where X: matrix(m,n)"),
    ("X - X.mean(axis=0)", "X - ones(m)*ones(m)'*X/m where X: matrix(m,n)"),
    ("X / X.sum(axis=1, keepdims=True)", "X ./ (X*ones(n)*ones(n)') where X: matrix(m,n)"),
    ("softmax(X, axis=1)", "exp(X) ./ (exp(X)*ones(n)*ones(n)') where X: matrix(m,n)"),
    ("x[:, None] - x[None, :]", "x*ones(n)' - ones(n)*x' where x: vector(n)"),
    ("x[:, np.newaxis] * y", "(x*ones(n)') .* (ones(m)*y') where x: vector(m), y: vector(n)"),
    ("X @ W + b", "X*W + ones(m)*b' where X: matrix(m,n), W: matrix(n,p), b: vector(p)"),
    ("((X[:, None, :] - X[None, :, :])**2).sum(-1)",
     "(X.^2)*ones(n)*ones(m)' + ones(m)*ones(n)'*(X.^2)' - 2*X*X' where X: matrix(m,n)"),
    ("np.einsum('ij,j->i', A, x)", 'einsum("ij,j->i", A, x)'),
    ("np.max(X, axis=1)", "row_max(X)"), ("X.min(axis=0)", "-row_max(-X')"), ("X.prod(axis=-1)", "row_prod(X)"),
    ("X.std(axis=0, keepdims=True)", "row_std(X')'"), ("np.max(x, axis=-1)", "max(x)"),
    ("np.cumsum(X, axis=0)", "row_cumsum(X')'"), ("np.linalg.norm(X, 1)", "column_sum_norm(X)"),
    ("np.where(X > 0, X, 1)", "select(X, X, ones(m,n)) where X: matrix(m,n)"),
]


@pytest.mark.parametrize(("text", "plain"), AXES)
def test_axes(text: str, plain: str) -> None:
    assert read(text, dialect="numpy").expr is read(plain).expr


@pytest.mark.parametrize("text", ["np.abs(X, axis=1)", "X[:, None, :] + 1", "np.sum(X, axis=2)", "np.sum(X, axis=k)"])
def test_other_axes_are_refused(text: str) -> None:
    assert refusal(text, dialect="numpy").diagnostics[0].code in ("M0216", "M0318")


@pytest.mark.parametrize(("text", "plain"), SAME)
def test_numpy_spelling(text: str, plain: str) -> None:
    assert read(text, dialect="numpy").expr is read(plain).expr


def test_identifiers_are_whole_words() -> None:
    assert set(read("weights @ x + bias", dialect="numpy").variables) == {"weights", "x", "bias"}


INDICES = [  # read as Python does: from 0, from the end, without the last
    "x[0]**2 + x[-1]", "np.sum(x[1:3]**2)", "X[0, 1]*X[2, 0]", "X[:, 0] @ y", "X[0, :] @ w", "X[0] @ w", "X[-1].sum()",
    "X[1:3].sum()", "np.sum(X[1:3] @ w)", "np.sum(x[1:]*x[:-1])", "x[:-2].sum()", "np.sum(X[1:3, -1])", "x[-0]",
    "np.sum(X[-2:, :2])", "x[n - 1]", "np.sum(x[1:n])", "np.sum(x[n - 2:])", "np.sum(x[:n - 1])", "x[-2]*x[-3:].sum()",
    "np.sum(X[0] * w)", "np.sum(x[:, None] @ x[None, :])",
]


@pytest.mark.parametrize("text", INDICES)
def test_indices_are_those_of_numpy(text: str) -> None:
    rng = np.random.default_rng(3)
    values = {"x": rng.standard_normal(5), "y": rng.standard_normal(4), "w": rng.standard_normal(3),
              "X": rng.standard_normal((4, 3))}
    declared = {"x": "vector(n)", "y": "vector(p)", "w": "vector(q)", "X": "matrix(p,q)"}
    used = {name: value for name, value in values.items() if name in text.replace("np.", "")}
    d = matcalc.grad(text, "x" if "x" in text else "X", variables={name: declared[name] for name in used},
                     dialect="numpy")
    assert d.value(used) == pytest.approx(eval(text, {"np": np, "n": 5, **values}), rel=1e-14)  # noqa: S307 - the texts of the list above
    assert d.verify().ok


@pytest.mark.parametrize("text", ["x[3]", "x[-4]", "x[2:2]", "x[1:9].sum()"])
def test_what_no_array_of_that_size_has_is_refused(text: str) -> None:
    first = refusal(text, dialect="numpy", x="vector(3)").diagnostics[0]
    assert (first.code, first.message) == ("M0318", "the index is outside 0 … 2")
