"""Functions of matrices in the languages that have none of them: exponentials, logarithms, roots and their derivatives,
factors with their pivots, spectra in plain Python, all against SciPy; and no number where there is no real value."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg as sla

import matcalc
from tests.targets.tools import Asked, run_octave, run_r

RNG = np.random.default_rng(1)
A = 2 * np.eye(4) + 0.7 * RNG.standard_normal((4, 4))  # eigenvalues to the right of 0
B, ANY = RNG.standard_normal((2, 4, 4))
JORDAN = np.array([[0.8, 1, 0, 0], [0, 0.8, 1, 0], [0, 0, 0.8, 0], [0, 0, 0, 0.8]])
OUTSIDE = np.diag([-1.0, 2, 3, 4]) + np.triu(B, 1)
P, L, U = sla.lu(ANY)
WIDE = RNG.standard_normal((3, 5))
S = ANY + ANY.T
SQUARE = {"A": "matrix(n,n)", "B": "matrix(n,n)"}
VALUES = [  # formula, its value at A
    ("tr(B*expm(A))", A, np.trace(B @ sla.expm(A))), ("tr(B*logm(A))", A, np.trace(B @ sla.logm(A))),
    ("tr(B*sqrtm(A))", A, np.trace(B @ sla.sqrtm(A))), ("tr(B*logm(A))", JORDAN, np.trace(B @ sla.logm(JORDAN))),
    ("tr(B*sqrtm(A))", A @ A.T, np.trace(B @ sla.sqrtm(A @ A.T))), ("tr(B*lu_p(A))", ANY, np.trace(B @ P)),
    ("tr(B*lu_l(A))", ANY, np.trace(B @ L)), ("tr(B*lu_u(A))", ANY, np.trace(B @ U)),
]
SLOPES = [  # formula, its derivative at A along E
    ("tr(B*expm(A))", lambda E: np.trace(B @ sla.expm_frechet(A, E, compute_expm=False))),
    ("tr(B*logm(A))", lambda E: np.trace(B @ sla.logm(np.block([[A, E], [0 * A, A]]))[:4, 4:])),
    ("tr(B*sqrtm(A))", lambda E: np.trace(B @ sla.solve_sylvester(sla.sqrtm(A), sla.sqrtm(A), E))),
]
PYTHON = ["torch", "jax", "array-api", "pure"]


def _called(target: str, formula: str, function: str, *given: np.ndarray) -> np.ndarray:
    if target in ("torch", "jax"):
        pytest.importorskip(target, reason=f"{target} is not installed")
    wrap = np.asarray
    if target == "torch":
        wrap = __import__("torch").as_tensor
    elif target == "pure":
        wrap = lambda x: x.tolist()  # noqa: E731
    elif target == "array-api":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    d = matcalc.grad(formula, wrt="A", variables=SQUARE if "B" in formula else None, check=False)
    program = d.function(target, check=False, functions=[function])
    values = dict(zip(("B", "A"), given, strict=True)) if "B" in formula else {"A": given[-1]}
    return np.asarray(getattr(program, function)(*(wrap(values[name]) for name in d.inputs)), float)


@pytest.mark.parametrize("target", PYTHON)
def test_values_and_derivatives_are_those_of_scipy(target: str) -> None:
    exact = 2e-4 if target == "jax" else 1e-11  # JAX counts in single precision here
    for formula, at, due in VALUES:
        assert _called(target, formula, "f", B, at) == pytest.approx(due, rel=exact, abs=exact), formula
    for formula, due in SLOPES:
        found = np.sum(_called(target, formula, "gradient", B, A) * ANY)
        assert found == pytest.approx(due(ANY), rel=exact, abs=exact), formula


@pytest.mark.parametrize("target", PYTHON)
def test_what_is_not_real_is_no_number(target: str) -> None:
    for formula in ("tr(B*logm(A))", "tr(B*sqrtm(A))"):
        assert np.isnan(_called(target, formula, "f", B, OUTSIDE))
        assert np.isnan(_called(target, formula, "f", B, S))  # symmetric, with negative eigenvalues


def test_plain_python_has_spectra() -> None:
    values = np.linalg.eigvalsh(S)
    s = np.linalg.svd(WIDE)[1]
    due = {"lambda_max(A)": values[-1], "eigenvalue(A, 2)": values[-2], "sum(eigvalsh(A).^3)": np.sum(values**3),
           "lambda_sum_largest(A, 2)": values[-1] + values[-2]}
    for formula, value in due.items():
        d = matcalc.grad(formula, wrt="A", variables={"A": "matrix(n,n) sym"}, check=False)
        program = d.function("pure", check=False)
        assert program.f(S.tolist()) == pytest.approx(value, rel=1e-13)
        np.testing.assert_allclose(program.gradient(S.tolist()), d.evaluate({"A": S}), atol=1e-10)
    wide = {"norm_op(A)": s[0], "norm_nuc(A)": np.sum(s), "singular_value(A, 2)": s[1],
            "norm_schatten(A, 3)": np.sum(s**3) ** (1 / 3)}
    for formula, value in wide.items():
        d = matcalc.grad(formula, wrt="A", variables={"A": "matrix(m,n)"}, check=False)
        program = d.function("pure", check=False)
        assert program.f(WIDE.tolist()) == pytest.approx(value, rel=1e-13)
        np.testing.assert_allclose(program.gradient(WIDE.tolist()), d.evaluate({"A": WIDE}), atol=1e-10)


@pytest.mark.parametrize("target", ["numpy", *PYTHON])
def test_perron_values_are_those_of_matrices_without_negative_entries(target: str) -> None:
    assert matcalc.grad("pf_eigenvalue(A)", wrt="A").ascii  # which is checked at positive matrices
    due = max(abs(np.linalg.eigvals(abs(ANY))))
    assert _called(target, "pf_eigenvalue(A)", "f", abs(ANY)) == pytest.approx(due, rel=1e-5)
    assert np.isnan(_called(target, "pf_eigenvalue(A)", "f", ANY))


def test_plain_python_takes_singular_vectors_of_singular_matrices() -> None:
    low = WIDE[:, :3] @ np.diag([1.0, 0, 1])
    for X in (low, low.T, np.zeros((3, 3)), np.diag([1e-200, 1, 2])):
        program = matcalc.grad("sum(svdvals(A).*svdvals(A))", wrt="A", check=False).function("pure", check=False)
        assert program.f(X.tolist()) == pytest.approx(np.sum(X * X), abs=1e-13)
        left = matcalc.grad("sum((left_singular_vectors(A)*diag(svdvals(A))*right_singular_vectors(A)' - A).^2)",
                            wrt="A", check=False).function("pure", check=False, functions=["f"])
        assert left.f(X.tolist()) == pytest.approx(0, abs=1e-26)


@pytest.mark.parametrize("target", ["r", "octave"])
def test_r_and_octave(target: str, tmp_path: Path) -> None:
    tool, run = {"r": ("Rscript", run_r), "octave": ("octave-cli", run_octave)}[target]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    asked, dues = {}, {}
    for k, (formula, at, due) in enumerate(VALUES):
        d = matcalc.grad(formula, wrt="A", variables=SQUARE, check=False)
        values = {"A": at, "B": B}
        asked[f"value {k}"] = Asked(d.code(target, check=False), "f", [values[n] for n in d.inputs], checks=False)
        dues[f"value {k}"] = due
    for formula, slope in SLOPES:
        d = matcalc.grad(formula, wrt="A", variables=SQUARE, check=False)
        values = {"A": A, "B": B}
        asked[formula] = Asked(d.code(target, check=False), "gradient", [values[n] for n in d.inputs], checks=False)
        dues[formula] = slope(ANY)
    for name, answer in run(asked, tmp_path).items():
        assert answer.value is not None, (name, answer.error)
        found = np.sum(answer.value * (ANY if name in {f for f, _ in SLOPES} else 1))
        assert found == pytest.approx(dues[name], rel=1e-10, abs=1e-10), name


@pytest.mark.parametrize("target", ["numpy", "array-api", "torch", "pure"])
def test_cumulative_logarithms_of_sums_do_not_underflow(target: str) -> None:
    X = np.array([[-1000.0, 0, 1], [3, -800, -900]])
    program = matcalc.grad("sum(row_logcumsumexp(A))", wrt="A", check=False)
    if target == "torch":
        pytest.importorskip("torch", reason="torch is not installed")
    if target == "array-api":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    found = program.function(target, check=False, functions=["f"]).f(
        X.tolist() if target == "pure" else __import__("torch").as_tensor(X) if target == "torch" else X)
    assert float(found) == pytest.approx(np.sum(np.logaddexp.accumulate(X, axis=1)), rel=1e-14)
