"""Methods, layers and parts of arguments: read as they compute, or refused by name; arrays with two names stay one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcalc

ALIASES = [
    "    a = 2 * w\n    b = a\n    b += 1\n    b += w\n    return a @ w",
    "    a = 2 * w\n    b = a\n    b[b < 1] = 0\n    a *= 3\n    return a @ b",
    "    a = np.exp(w)\n    b = a\n    c = b\n    a -= w\n    c *= 2\n    return a @ b + c.sum()",
    "    a = 2 * w\n    b = a.copy()\n    b += 1\n    return a @ b",
]


@pytest.mark.parametrize("body", ALIASES)
def test_an_array_with_two_names_is_one(body: str, tmp_path: Path) -> None:
    text = f"import numpy as np\n\n\ndef f(w):\n{body}\n"
    (tmp_path / "f.py").write_text(text, encoding="utf-8")
    d = matcalc.read(f"{tmp_path}/f.py:f", variables={"w": "vector(n)"}).grad("w", check=False)
    scope: dict[str, Any] = {}
    exec(text, scope)
    w = np.array([0.3, 0.7, 1.1])
    steps = np.eye(3) * 1e-6
    expected = [(scope["f"](w + step) - scope["f"](w - step)) / 2e-6 for step in steps]
    assert np.allclose(np.squeeze(d.evaluate({"w": w})), expected, rtol=1e-5)


def test_an_array_of_before_is_not_changed_in_a_loop(tmp_path: Path) -> None:
    (tmp_path / "f.py").write_text("def f(w, X):\n    a = 2 * w\n    s = 0\n    for x in X:\n"
                                   "        b = a\n        b += x\n        s += b @ x\n    return s + a @ a\n",
                                   encoding="utf-8")
    with pytest.raises(matcalc.MatcalcError) as caught:
        matcalc.read(f"{tmp_path}/f.py:f", variables={"w": "vector(d)", "X": "matrix(n,d)"})
    assert caught.value.diagnostics[0].code == "M1102"


REFUSED = [  # a statement of the constructor, one of the method, the reason
    ("self.conv = nn.Conv2d(3, 4, 5)", "return self.conv(x).sum()", "torch.nn.Conv2d is not read"),
    ("self.drop = nn.Dropout(0.5)", "return self.drop(x).sum()", "torch.nn.Dropout is not read"),
    ("self.items = nn.ModuleList([nn.Linear(d, d) for _ in range(d)])", "return self.items[0](x).sum()", ""),
    ("self.lin = nn.Linear(d, 2)", "return jax.grad(self.lin)(x).sum()", "jax.grad takes a derivative itself"),
    ("self.lin = nn.Linear(d, 2)", "self.lin.weight += 1\n        return self.lin(x).sum()", "in place"),
]


@pytest.mark.parametrize(("made", "body", "said"), REFUSED, ids=[body for _, body, _ in REFUSED])
def test_what_is_not_read_of_an_object_is_refused(made: str, body: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("import jax\nimport torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
                    f"    def __init__(self, d):\n        super().__init__()\n        {made}\n\n"
                    f"    def f(self, x):\n        {body}\n", encoding="utf-8")
    with pytest.raises(matcalc.MatcalcError) as caught:
        matcalc.read(f"{file}:Net.f", variables={"x": "matrix(n,k)"})
    found = caught.value.diagnostics[0]
    assert said in found.message
    assert found.file == str(file)
    assert found.line


def test_parts_of_arguments_keep_their_places(tmp_path: Path) -> None:
    file = tmp_path / "f.py"
    file.write_text("def inner(p, x):\n    M, c = p\n    return x @ M + c\n\n\n"
                    "def f(params, x):\n    W, b = params\n"
                    "    return ((inner(params, x) - params[1]) ** 2).sum() + (W * W).sum() + b @ b\n",
                    encoding="utf-8")
    f = matcalc.read(f"{file}:f", variables={"x": "matrix(n,d)", "W": "matrix(d,k)", "b": "vector(k)"})
    assert set(f.variables) == {"x", "W", "b"}
    assert f.grad("W").ascii == "2*(x'*x + eye(d))*W"
