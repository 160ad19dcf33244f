"""The NumPy dialect: * / ** work entry by entry, @ is the product, prefixes are dropped."""

import pytest

from tests.language.reading import read

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


@pytest.mark.parametrize(("text", "plain"), SAME)
def test_numpy_spelling(text: str, plain: str) -> None:
    assert read(text, dialect="numpy").expr is read(plain).expr


def test_identifiers_are_whole_words() -> None:
    assert set(read("weights @ x + bias", dialect="numpy").variables) == {"weights", "x", "bias"}
