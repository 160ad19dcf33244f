"""Hand-written gradients in files: judged, pointed at, run only where asked; and the answer as a patch."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.cli.sessions import run

FILE = '''import numpy as np


def loss(w, X, y, lam=0.1):
    """w: (d,), X: (n, d), y: (n,)"""
    r = X @ w - y
    return 0.5 * np.mean(r**2) + lam * w @ w


def right(w, X, y, lam=0.1):
    r = X @ w - y
    return X.T @ r / len(y) + 2 * lam * w


def no_mean(w, X, y, lam=0.1):
    r = X @ w - y
    return X.T @ r + 2 * lam * w


def half(w, X, y, lam=0.1):
    g = X.T @ (X @ w - y) / len(y) + lam * w
    return g


def column(w, X, y, lam=0.1):
    return (X.T @ (X @ w - y) / len(y) + 2 * lam * w)[:, None]


def both(w, X, y, lam=0.1):
    r = X @ w - y
    return {"w": X.T @ r / len(y) + 2 * lam * w, "y": -r / len(y)}


def turning(w, X, y, lam=0.1):
    print("a claim that writes")
    g, i = 2 * lam * w, 0
    while i < len(y):
        g = g + X[i] * (X[i] @ w - y[i]) / len(y)
        i += 1
    return g


def turning_wrong(w, X, y, lam=0.1):
    g, i = lam * w, 0
    while i < len(y):
        g = g + X[i] * (X[i] @ w - y[i]) / len(y)
        i += 1
    return g


def failing(w, X, y, lam=0.1):
    while True:
        raise RuntimeError("no")
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "loss.py"
    found.write_text(FILE, encoding="utf-8")
    return found


@pytest.mark.parametrize(("claim", "code"), [("right", 0), ("both[w]", 0), ("no_mean", 1), ("half", 1)])
def test_a_claim_is_read_and_judged(file: Path, claim: str, code: int) -> None:
    assert run("verify", f"{file}:loss", "--claim", f"{file}:{claim}", "--wrt", "w")[0] == code


def test_a_wrong_claim_is_pointed_at(file: Path) -> None:
    _, out, _ = run("verify", f"{file}:loss", "--claim", f"{file}:half", "--wrt", "w")
    assert f"{file}:21: g = X.T @ (X @ w - y) / len(y) + lam * w" in out


def test_a_claim_of_another_shape_is_no_gradient(file: Path) -> None:
    code, _, err = run("verify", f"{file}:loss", "--claim", f"{file}:column", "--wrt", "w")
    assert code == 2
    assert "M1112" in err


def test_nothing_is_run_without_the_flag(file: Path) -> None:
    code, _, err = run("verify", f"{file}:loss", "--claim", f"{file}:turning", "--wrt", "w")
    assert code == 2
    assert "--run" in err


@pytest.mark.parametrize(("claim", "code"), [("turning", 0), ("turning_wrong", 1), ("failing", 3)])
def test_a_claim_that_is_not_read_is_run_where_asked(file: Path, claim: str, code: int) -> None:
    found, out, _ = run("verify", f"{file}:loss", "--claim", f"{file}:{claim}", "--wrt", "w", "--run", "--json")
    said = json.loads(out)
    assert found == code
    if code < 3:
        assert said["verification"]["method"] == "run"
        assert "was run, not read" in said["verification"]["reason"]


def test_several_results_are_asked_about(file: Path) -> None:
    code, _, err = run("verify", f"{file}:loss", "--claim", f"{file}:both", "--wrt", "w")
    assert code == 2
    assert f"{file}:both[w]" in err


def test_json_says_what_was_read(file: Path) -> None:
    code, out, _ = run("grad", f"{file}:loss", "--wrt", "w", "--json")
    said = json.loads(out)
    assert code == 0
    assert said["files"][0]["function"] == "loss"
    assert [a["name"] for a in said["files"][0]["arguments"]] == ["w", "X", "y", "lam"]


@pytest.mark.parametrize("command", ["jacobian", "hessian", "diff", "parse", "simplify", "code"])
def test_commands_that_take_a_formula_take_a_function(file: Path, command: str) -> None:
    wrt = () if command in ("parse", "simplify") else ("--wrt", "w")
    assert run(command, f"{file}:loss", *wrt)[0] == 0


def test_a_formula_with_a_colon_is_a_formula() -> None:
    assert run("parse", "X[1:2,:]")[0] == 0
    assert "M1101" not in run("parse", "A * b.py:n")[2]


@pytest.mark.parametrize(
    ("head", "module", "name"),
    [
        ("import numpy as np", "numpy", "np"),
        ("import jax.numpy as jnp", "jax", "jnp"),
        ("import torch", "torch", "torch"),
    ],
)
def test_a_patch_applies_and_computes_the_gradient(head: str, module: str, name: str, tmp_path: Path) -> None:
    found_module = pytest.importorskip(module)
    if module == "jax":
        found_module.config.update("jax_enable_x64", True)
    file = tmp_path / "net.py"
    body = f'''{head}


def loss(W1, w2, X, y):
    """W1: (d, h), w2: (h, 1), X: (n, d), y: (n, 1)"""
    e = {name}.tanh(X @ W1) @ w2 - y
    return (e * e).sum() / X.shape[0]
'''
    file.write_text(body, encoding="utf-8")
    rng = np.random.default_rng(0)
    data = {"W1": rng.normal(size=(3, 4)), "w2": rng.normal(size=(4, 1)), "X": rng.normal(size=(5, 3)),
            "y": rng.normal(size=(5, 1))}
    if module == "torch":
        import torch

        data = {key: torch.tensor(x) for key, x in data.items()}
    for wrt in ("W1", "w2"):
        code, diff, err = run("grad", f"{file}:loss", "--wrt", wrt, "--patch")
        assert code == 0, err
        (tmp_path / "p.diff").write_text(diff, encoding="utf-8")
        target = tmp_path / f"patched_{wrt}.py"
        target.write_text(body, encoding="utf-8")
        done = subprocess.run(["patch", str(target), str(tmp_path / "p.diff")], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        scope: dict = {}
        exec(target.read_text(encoding="utf-8"), scope)
        found = np.asarray(scope[f"loss_grad_{wrt}"](**data))

        def value(x: np.ndarray, wrt: str = wrt, scope: dict = scope) -> float:
            return float(scope["loss"](**{**data, wrt: torch.tensor(x) if module == "torch" else x}))

        x = np.asarray(data[wrt]).astype(float)
        expected = np.zeros(x.shape)
        for place in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[place] = 1e-4
            expected[place] = (value(x + step) - value(x - step)) / 2e-4
        assert found.shape == expected.shape
        assert np.allclose(found, expected, rtol=1e-5, atol=1e-6)
