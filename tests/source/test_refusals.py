"""What is not understood is refused, with its number and its place, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

import matcalc

HEAD = "import numpy as np\nimport torch\nimport jax\n\n"
SHAPES = '    """X: (n, d), w: (d,), y: (n,), W: (d, k), Y: (n, k), A: (n, n)"""\n'
CASES = [  # code, arguments, body
    ("M1102", "w", "    s = 0.0\n    while s < 1:\n        s += w @ w\n    return s"),
    ("M1102", "w", "    w[0] = 1.0\n    return w @ w"),
    ("M1102", "w", "    w *= 2\n    return w @ w"),
    ("M1102", "w", "    v = w\n    v += 1\n    return v @ w"),
    ("M1102", "w", "    v = w[:]\n    v -= 1\n    return v @ w"),
    ("M1102", "w", "    v = 2 * w\n    u = [v]\n    v -= 1\n    return u[0] @ w"),
    ("M1102", "w", "    print(w)\n    return w @ w"),
    ("M1102", "w", "    with torch.no_grad():\n        return w @ w"),
    ("M1102", "w", "    try:\n        return w @ w\n    except ValueError:\n        return 0"),
    ("M1102", "w, X", "    v = w\n    for i in range(X.shape[0]):\n        g = X[i] @ v\n        v = v - g * X[i]\n"
     "    return v @ w"),
    ("M1107", "w", "    if w @ w > 1:\n        return w @ w\n    return 1.0"),
    ("M1107", "w", "    return w @ w if w.sum() > 0 else 0.0"),
    ("M1107", "w, y", "    return np.mean((w @ w == y) * y)"),
    ("M1108", "w", "    e = np.random.randn(3)\n    return w @ w + e.sum()"),
    ("M1103", "w", "    return np.fft.fft(w).sum()"),
    ("M1103", "w", "    return w.detach() @ w"),
    ("M1103", "w", "    return jax.lax.stop_gradient(w) @ w"),
    ("M1103", "w", "    return w.astype(int) @ w"),
    ("M1103", "X", "    return np.linalg.norm(X, 2)"),
    ("M1103", "W, X", "    return np.inner(X, X).sum()"),
    ("M1103", "w", "    return np.sum(w, where=w > 0)"),
    ("M1103", "X", "    return torch.nn.functional.softmax(X).sum()"),
    ("M1104", "w, y", "    return np.sum(w + y)"),
    ("M1104", "X, w", "    return np.sum(X.T @ w)"),
    ("M1104", "X, y", "    return np.sum(X - y)"),
    ("M1104", "X", "    return np.sum(X.reshape(3, -1))"),
    ("M1106", "X", "    return np.sum(np.exp(X[:, None, :] - X[None, :, :]))"),
    ("M1109", "w", "    return w @ w + unknown"),
    ("M1109", "w", "    return w @ w, w"),
    ("M1109", "w", "    pass"),
]


@pytest.mark.parametrize(("code", "arguments", "body"), CASES, ids=lambda x: str(x)[-40:])
def test_what_is_not_read_is_refused_where_it_stands(code: str, arguments: str, body: str,
                                                     tmp_path: Path) -> None:
    file = tmp_path / "case.py"
    file.write_text(f"{HEAD}def f({arguments}):\n{SHAPES}{body}\n", encoding="utf-8")
    with pytest.raises(matcalc.MatcalcError) as caught:
        matcalc.read(f"{file}:f").grad(arguments.split(",")[0])
    found = caught.value.diagnostics[0]
    assert found.code == code, found
    assert found.file == str(file)
    assert found.line <= len(HEAD.splitlines()) + 2 + body.count("\n") + 1
    assert found.span is not None
    assert found.span.end <= len(found.source)


@pytest.mark.parametrize(("body", "arguments"), [
    ("    return np.sum((X @ W + b) ** 2)", "W, X, b"),
    ("    return np.mean((pred - target) ** 2)", "pred, target"),
    ("    return np.sum((X @ W - y) ** 2)", "W, X, y"),
])
def test_a_shape_that_matters_is_asked_for(body: str, arguments: str, tmp_path: Path) -> None:
    file = tmp_path / "case.py"
    file.write_text(f"{HEAD}def f({arguments}):\n{body}\n", encoding="utf-8")
    with pytest.raises(matcalc.MatcalcError) as caught:
        matcalc.read(f"{file}:f")
    assert caught.value.diagnostics[0].code == "M1105"
    assert all(fix.startswith("-v ") for fix in caught.value.diagnostics[0].fixes)


def test_a_file_a_function_and_syntax(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f(x:\n", encoding="utf-8")
    good = tmp_path / "good.py"
    good.write_text("def f(x):\n    return x @ x\n", encoding="utf-8")
    for text, code in ((f"{tmp_path}/none.py:f", "M1101"), (f"{bad}:f", "M1110"), (f"{good}:g", "M1101"),
                       (f"{tmp_path}:f", "M1101")):
        with pytest.raises(matcalc.MatcalcError) as caught:
            matcalc.read(text)
        assert caught.value.diagnostics[0].code == code


def test_columns_and_vectors_are_two_things(tmp_path: Path) -> None:
    file = tmp_path / "case.py"
    file.write_text("def f(w, X, y):\n    return ((X @ w - y) ** 2).sum()\n", encoding="utf-8")
    right = matcalc.read(f"{file}:f", variables={"w": "matrix(d,1)", "X": "matrix(n,d)", "y": "matrix(n,1)"})
    assert right.grad("w").ascii == "2*X'*(X*w - y)"
    spread = matcalc.read(f"{file}:f", variables={"w": "matrix(d,1)", "X": "matrix(n,d)", "y": "vector(m)"})
    data = {"w": [1.0, 2.0], "X": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], "y": [1.0, 5.0]}
    import numpy as np

    X, w, y = (np.array(data[name]) for name in ("X", "w", "y"))
    pairs = 2 * X.T @ ((X @ w)[:, None] - y[None, :]).sum(1)
    assert np.allclose(spread.grad("w").evaluate(data), pairs)
