"""Programs for the array API standard: under array-api-strict, and as they are with NumPy and torch."""

import numpy as np
import pytest

import matcalc
from tests.targets.problems import agrees, some

pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")


@pytest.mark.parametrize("name", some(6))
def test_problems_under_strict(name):
    strict = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
    assert type(agrees(name, "array-api", strict.asarray)).__module__.startswith("array_api_strict")


@pytest.mark.parametrize("name", some(12))
def test_problems_in_numpy(name):
    assert isinstance(agrees(name, "array-api", np.asarray), np.ndarray | np.floating)


@pytest.mark.parametrize("name", some(12))
def test_problems_in_torch(name):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    assert torch.is_tensor(agrees(name, "array-api", torch.as_tensor))


def test_a_file_runs_by_itself(tmp_path):
    import subprocess
    import sys

    (tmp_path / "program.py").write_text(matcalc.grad("log(det(X))", "X").code("array-api"), encoding="utf-8")
    ran = subprocess.run([sys.executable, "-I", tmp_path / "program.py"], capture_output=True, text=True, check=True)
    assert "gradient: relative error" in ran.stdout


def test_what_the_standard_lacks_is_refused_by_name():
    with pytest.raises(matcalc.MatcalcError, match="the array API standard has no kernel “lambertw”"):
        matcalc.grad("lambertw(x)", "x", check=False).code("array-api")


def test_wrong_and_empty_shapes_are_refused():
    found = matcalc.grad("normF(A*X)^2", "X", check=False).function("array-api", check=False)
    with pytest.raises(AssertionError, match=r"X is n×p|A is m×n"):
        found.gradient(np.ones((2, 3)), np.ones((4, 2)))
    with pytest.raises(AssertionError, match="is empty"):
        found.gradient(np.ones((0, 3)), np.ones((3, 2)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_arguments_are_converted_to(dtype):
    strict = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
    d = matcalc.grad("log(det(S)) + x'*S*x + t*norm1(x)", "x", variables={"S": "spd(n)", "t": "scalar"}, check=False)
    given = {"S": [[2.0, 0.3], [0.3, 1.0]], "x": strict.asarray([[1.0], [-2.0]]), "t": 2.0}
    got = d.function("array-api", dtype=dtype).gradient(*(given[name] for name in d.inputs))
    assert got.dtype == getattr(strict, dtype)
    assert got.shape == (2,)
