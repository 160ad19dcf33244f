"""Order statistics, convolutions, structured matrices, kernels of rows and rotations in every language whose tool is
installed: the programs find themselves right, and say what NumPy says. All of them are run where MATCALC_ALL_TARGETS is
set, otherwise a share.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import matcalc
from matcalc.derivation import Derivation
from tests.targets.test_programs import somewhere
from tests.targets.tools import Asked, agrees, run_octave, run_r

FORMULAS = {  # the variable, and declarations
    "y'sort(x)": ("x", {"x": "vector(n)", "y": "vector(n)"}),
    "quantile(x, q)": ("x", {"x": "vector(n)", "q": "scalar"}),
    "cvar(x, b)": ("x", {"x": "vector(n)", "b": "scalar"}),
    "y'cummax(x)": ("x", {"x": "vector(n)", "y": "vector(n)"}),
    "y'logcumsumexp(x)": ("x", {"x": "vector(n)", "y": "vector(n)"}),
    "argmax(x)*sum(x.^2)": ("x", {"x": "vector(n)"}),
    "norm2(conv(x, h))^2": ("h", {"x": "vector(7)", "h": "vector(3)"}),
    "norm2(conv_same(x, h))^2": ("x", {"x": "vector(7)", "h": "vector(3)"}),
    "norm2(max_pool(x, 3))^2": ("x", {"x": "vector(6)"}),
    "tr(A'toeplitz(c))": ("c", {"A": "matrix(4,4)", "c": "vector(4)"}),
    "norm2(circulant(c) z)^2": ("c", {"c": "vector(5)", "z": "vector(5)"}),
    "norm2(vander(x, 4) c - y)^2": ("x", {"x": "vector(n)", "c": "vector(4)", "y": "vector(n)"}),
    "tr(partial_trace(R, 2, 3)^2)": ("R", {"R": "matrix(6,6)"}),
    "tr(partial_transpose(R, 2, 3) A R)": ("R", {"R": "matrix(6,6)", "A": "matrix(6,6)"}),
    "sum(diag(X, -1).^2)": ("X", {"X": "matrix(4,4)"}),
    "a'gaussian_kernel(X, Y, c) b": ("X", {"a": "vector(m)", "b": "vector(n)", "X": "matrix(m,k)", "Y": "matrix(n,k)",
                                           "c": "scalar"}),
    "a'matern32_kernel(X, X, c) a": ("X", {"a": "vector(m)", "X": "matrix(m,k)", "c": "scalar"}),
    "norm2(so3_exp(w) p - q)^2": ("w", {"w": "vector(3)", "p": "vector(3)", "q": "vector(3)"}),
    "w'erfinv(x/9) + w'probit(sigmoid(x))": ("x", {"x": "vector(n)", "w": "vector(n)"}),
}
COMPILED = ["y'sort(x)", "a'gaussian_kernel(X, Y, c) b", "w'erfinv(x/9) + w'probit(sigmoid(x))"]
SHARE = list(FORMULAS)[::1 if os.environ.get("MATCALC_ALL_TARGETS") else 3]


def derived(formula: str) -> Derivation:
    wrt, given = FORMULAS[formula]
    return matcalc.grad(formula, wrt, variables=given, check=False)


@pytest.mark.parametrize(("target", "tool"), [("octave", "octave-cli"), ("r", "Rscript")])
def test_in_octave_and_r(target: str, tool: str, tmp_path: Path) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    asked, wanted = {}, {}
    for number, formula in enumerate(FORMULAS):
        d = derived(formula)
        values, wanted[f"p{number}"] = somewhere(d)
        asked[f"p{number}"] = Asked(d.code(target, check=False), d.kind, [values[name] for name in d.inputs])
    got = (run_octave if target == "octave" else run_r)(asked, tmp_path)
    assert {name: got[name].error for name in wanted if got[name].error} == {}
    assert [name for name, want in wanted.items() if not agrees(got[name].value, want, target == "octave")] == []


@pytest.mark.parametrize("formula", SHARE)
@pytest.mark.parametrize("target", ["numpy", "pure", "julia"])
def test_in_python_and_julia(target: str, formula: str) -> None:
    """Python's programs run; Julia's text is read."""
    assert "gradient" in derived(formula).code(target)


@pytest.mark.parametrize("formula", SHARE)
@pytest.mark.parametrize("library", ["jax", "torch", "array_api_strict"])
def test_in_libraries(library: str, formula: str) -> None:
    pytest.importorskip(library)
    target = "array-api" if library == "array_api_strict" else library
    assert "gradient" in derived(formula).code(target)


@pytest.mark.skipif(shutil.which("g++") is None or not Path("/usr/include/eigen3").is_dir(), reason="no g++ or Eigen")
@pytest.mark.parametrize("formula", COMPILED)
def test_in_eigen(formula: str) -> None:
    """Compiled, and right by its own check."""
    assert "gradient" in derived(formula).code("cpp")


def test_both_ways_of_computing_a_partial_trace_agree() -> None:
    """By axes where a language has arrays with more than two, by the matrix of the operation elsewhere."""
    R = np.arange(36.0).reshape(6, 6)
    d = matcalc.grad("tr(partial_trace(R, 2, 3)*A)", "R", variables={"R": "matrix(6,6)", "A": "matrix(2,2)"})
    at = {"R": R, "A": np.array([[1.0, 2.0], [3.0, 5.0]])}
    assert d.value(at) == pytest.approx(np.trace(np.einsum("ikjk->ij", R.reshape(2, 3, 2, 3)) @ at["A"]))
    assert "kron" in d.code("cpp", check=False)
    assert "kron" not in d.code("numpy", check=False)
