"""Pasted calls mean what the program computes that they come from: each line of spellings.txt is run by NumPy, SciPy or
torch at a random point, and its value is the one of the formula as it is read here; the Jacobian is checked as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
import scipy.signal
import scipy.spatial
import scipy.special
import scipy.stats

import matcalc

torch: Any = pytest.importorskip("torch", reason="torch is not installed")
F: Any = torch.nn.functional

CALLS = [row for row in Path(__file__).with_name("spellings.txt").read_text(encoding="utf-8").splitlines()
         if row and row[0] != "#"]
RNG = np.random.default_rng(3)


def definite() -> Any:
    root = RNG.standard_normal((4, 4))
    return root @ root.T + np.eye(4)


POINT: dict[str, Any] = {
    **{name: RNG.standard_normal(4) for name in "xyzw"}, "b": RNG.standard_normal(3), "q": RNG.standard_normal(3),
    "r": RNG.standard_normal(3), "u": RNG.uniform(0.1, 0.9, 4), "v": RNG.uniform(0.2, 2, 4),
    **{name: RNG.standard_normal((4, 4)) for name in "ABC"}, **{name: RNG.standard_normal((4, 3)) for name in "XYZ"},
    "W": RNG.standard_normal((3, 4)), "P": RNG.uniform(0.1, 0.9, (4, 3)), "V": RNG.uniform(0.2, 2, (4, 3)),
    "S": definite(), "Q": definite(), "L": np.linalg.cholesky(definite()), "t": 0.7, "c": 1.3,
    "N": RNG.standard_normal((4, 4)) + 5 * np.eye(4),
}
KINDS = {**dict.fromkeys("xyzw", "vector(n)"), **dict.fromkeys("uv", "vector(n) positive"), "b": "vector(m)",
         **dict.fromkeys("qr", "vector(3)"), **dict.fromkeys("ABCN", "matrix(n,n)"),
         **dict.fromkeys("XYZ", "matrix(n,m)"), **dict.fromkeys("PV", "matrix(n,m) positive"), "W": "matrix(m,n)",
         **dict.fromkeys("SQ", "spd(n)"), "L": "lower(n)", "t": "scalar", "c": "scalar positive"}
PROGRAMS = {"np": np, "numpy": np, "scipy": scipy, "torch": torch, "F": F, "float": float}


def used(text: str) -> list[str]:
    """The variables in a text, the first of which the Jacobian is by."""
    found = [name for name in KINDS if re.search(rf"(?<![\w.]){name}(?![\w(])", text)]
    return sorted(found, key=lambda name: KINDS[name].startswith("scalar"))


def computed(text: str) -> Any:
    """What the program computes; a method is tried with NumPy's arrays first."""
    arrays = {name: POINT[name] for name in used(text)}
    tensors = {name: torch.as_tensor(np.asarray(value)) for name, value in arrays.items()}
    tries = [tensors] if "torch." in text or "F." in text or "dim=" in text else [arrays, tensors]
    for values in tries:
        try:
            return np.asarray(eval(text, {**PROGRAMS, **values}), dtype=float)  # noqa: S307  the texts of the table
        except (AttributeError, TypeError):
            if values is tries[-1]:
                raise
    return None


@pytest.mark.parametrize("text", CALLS)
def test_pasted_call(text: str) -> None:
    due = computed(text)
    names = used(text)
    found = matcalc.jacobian(text, wrt=names[0], variables={name: KINDS[name] for name in names}, dialect="numpy")
    value = np.asarray(found.value({name: POINT[name] for name in names}), dtype=float)
    shape = due.shape if due.ndim == 2 and 1 not in due.shape else (due.size,)
    np.testing.assert_allclose(value.reshape(shape), due.reshape(shape), rtol=1e-6, atol=1e-9)
    assert found.verify(trials=1).ok


def tensor(name: str) -> Any:
    return torch.as_tensor(POINT[name])


ELSEWHERE: list[tuple[str, Callable[[], Any]]] = [
    ("jax.nn.gelu(x)", lambda: F.gelu(tensor("x"), approximate="tanh")),
    ("jax.nn.gelu(x, approximate=False)", lambda: F.gelu(tensor("x"))),
    ("jax.nn.elu(x, alpha=0.5)", lambda: F.elu(tensor("x"), 0.5)),
    ("jax.nn.celu(x)", lambda: F.celu(tensor("x"))),
    ("jax.nn.leaky_relu(x, negative_slope=0.2)", lambda: F.leaky_relu(tensor("x"), 0.2)),
    ("jax.nn.hard_sigmoid(x)", lambda: F.hardsigmoid(tensor("x"))),
    ("jax.nn.softmax(X)", lambda: F.softmax(tensor("X"), 1)),
    ("jax.nn.log_softmax(X, axis=0)", lambda: F.log_softmax(tensor("X"), 0)),
    ("jax.nn.logsumexp(X)", lambda: tensor("X").exp().sum().log()),
    ("jax.nn.standardize(X)", lambda: F.layer_norm(tensor("X"), (3,))),
    ("jax.nn.squareplus(x, b=1)", lambda: (tensor("x") + torch.sqrt(tensor("x")**2 + 1)) / 2),
    ("jax.scipy.linalg.cholesky(S)", lambda: torch.linalg.cholesky(tensor("S"), upper=True)),
    ("jax.scipy.stats.norm.logpdf(x)", lambda: scipy.stats.norm.logpdf(POINT["x"])),
    ("jax.lax.rsqrt(v)", lambda: torch.rsqrt(tensor("v"))),
    ("jnp.max(X, 0)", lambda: tensor("X").amax(0)),
    ("nn.functional.gelu(x)", lambda: F.gelu(tensor("x"))),
    ("torch.nn.functional.mse_loss(x, y, reduction='sum')", lambda: ((tensor("x") - tensor("y"))**2).sum()),
    ("sklearn.metrics.mean_squared_error(x, y)", lambda: F.mse_loss(tensor("x"), tensor("y"))),
    ("softmax(X, dim=0)", lambda: F.softmax(tensor("X"), 0)),
]


@pytest.mark.parametrize(("text", "due"), ELSEWHERE)
def test_call_of_a_program_that_is_not_run(text: str, due: Callable[[], Any]) -> None:
    names = used(text)
    found = matcalc.jacobian(text, wrt=names[0], variables={name: KINDS[name] for name in names}, dialect="numpy")
    value = np.asarray(found.value({name: POINT[name] for name in names}), dtype=float)
    np.testing.assert_allclose(value.ravel(), np.asarray(due()).ravel(), rtol=1e-6, atol=1e-9)


NOT_READ = [
    ("np.linalg.slogdet(A)[0]", "the other result"), ("torch.sort(x)[1]", "the other result"),
    ("X.transpose(0, 1)", "transpose"), ("torch.renorm(V, 2, 0, 1.0)", "renorm"),
    ("F.gelu(x, approximate='erf')", "gelu"),
    ("F.mse_loss(x, y, reduction='batch')", "mse_loss"), ("F.elu(x, beta=2)", "elu"), ("torch.clamp(x)", "clamp"),
    ("np.convolve(x, b, mode='reflect')", "convolve"), ("np.clip(x, 0, 1, out=y)", "clip"),
    ("torch.transpose(X, 0, 2)", "transpose"),
    ("scipy.stats.skewnorm.logpdf(x, 2)", "logpdf of scipy.stats.skewnorm is not read"),
    ("scipy.stats.gumbel_r.pdf(x)", "pdf of scipy.stats.gumbel_r is not read"),
    ("stats.gennorm.pdf(x, 1.5, 2)", "pdf of stats.gennorm is not read"), ("F.layer_norm(X, (4, 3))", "layer_norm"),
    ("torch.max(X, 1)[1]", "the other result"), ("x.pow(2, out=y)", "argument out"), ("X.max(1)[0]", "torch's pair"),
    ("np.clip(x, 'a', 'b')", "clip"),
]


@pytest.mark.parametrize(("text", "said"), NOT_READ)
def test_refused(text: str, said: str) -> None:
    """What no line of the table says is refused by name, not read as something near it."""
    names = used(text)
    with pytest.raises(matcalc.MatcalcError, match=re.escape(said)):
        matcalc.jacobian(text, wrt=names[0], variables={name: KINDS[name] for name in names}, dialect="numpy")
