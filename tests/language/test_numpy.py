"""The NumPy dialect: * / ** work entry by entry, @ is the product, prefixes are dropped."""

import pytest

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
    ("X.std(axis=0, keepdims=True)", "row_std(X')'"), ("np.max(x, axis=-1)", "row_max(x')"),
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
