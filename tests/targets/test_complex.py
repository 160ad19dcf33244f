"""Programs with complex variables in every target that has them: values and gradients against NumPy as a person writes
it and its differences in real and imaginary directions; what is asked of arguments, and what is refused."""

import io
import os
import re
import subprocess
from contextlib import nullcontext, redirect_stdout, suppress
from importlib.util import find_spec

import numpy as np
import pytest
from scipy.linalg import expm

import matcalc
from matcalc.api import differential
from matcalc.numeric.draws import draw, project
from matcalc.numeric.evaluate import silence
from matcalc.numeric.sizes import dims_of, sizes_for
from tests.targets import eigen
from tests.targets.tools import Asked, run_octave

M, V, S, H, P = "complex matrix(m,n)", "complex vector(n)", "complex matrix(n,n)", "hermitian(n)", "hpd(n)"
inv, det, norm, tr, c = np.linalg.inv, np.linalg.det, np.linalg.norm, np.trace, np.conj
FORMULAS = [  # expression, by what, variables, the value
    ("tr(X*X^H)", "X", {"X": M}, lambda X: norm(X)**2),
    ("norm(A*x-b)^2", "x", {"A": M, "x": V, "b": "complex vector(m)"}, lambda A, x, b: norm(A @ x - b)**2),
    ("norm(A*x-b)^2", "x", {"A": "matrix(m,n)", "x": V, "b": "complex vector(m)"},
     lambda A, x, b: norm(A @ x - b)**2),
    ("norm(A*x-b)", "x", {"A": M, "x": V, "b": "complex vector(m)"}, lambda A, x, b: norm(A @ x - b)),
    ("x^H*A*x", "x", {"A": H, "x": V}, lambda A, x: (c(x) @ A @ x).real),
    ("(w^H*A*w)/(w^H*B*w)", "w", {"A": H, "B": P, "w": V},
     lambda A, B, w: (c(w) @ A @ w).real / (c(w) @ B @ w).real),
    ("logdet(eye(m) + G*Q*G^H)", "G", {"G": M, "Q": P},
     lambda G, Q: np.linalg.slogdet(np.eye(len(G)) + G @ Q @ c(G).T)[1]),
    ("logdet(eye(m) + G*Q*G^H)", "Q", {"G": M, "Q": P},
     lambda G, Q: np.linalg.slogdet(np.eye(len(G)) + G @ Q @ c(G).T)[1]),
    ("abs(a^H*x)^2", "x", {"a": V, "x": V}, lambda a, x: abs(c(a) @ x)**2),
    ("norm(abs(A*x).^2 - y)^2", "x", {"A": M, "x": V, "y": "vector(m)"},
     lambda A, x, y: norm(np.abs(A @ x)**2 - y)**2),
    ("imag(tr(A*X))", "X", {"A": "complex matrix(n,m)", "X": M}, lambda A, X: tr(A @ X).imag),
    ("abs(det(X))^2", "X", {"X": S}, lambda X: abs(det(X))**2),
    ("det(X)", "X", {"X": S}, lambda X: det(X)),
    ("tr(X^2)", "X", {"X": S}, lambda X: tr(X @ X)),
    ("tr(B*expm(X))", "X", {"B": S, "X": S}, lambda B, X: tr(B @ expm(X))),
    ("norm(kron(A,X))^2", "X", {"A": M, "X": "complex matrix(p,q)"}, lambda A, X: norm(np.kron(A, X))**2),
    ("1/(a^H*inv(R)*a)", "R", {"a": V, "R": P}, lambda a, R: 1 / (c(a) @ inv(R) @ a).real),
    ("logdet(R) + tr(inv(R)*T)", "R", {"R": P, "T": H},
     lambda R, T: np.linalg.slogdet(R)[1] + tr(inv(R) @ T).real),
    ("sum(log(1 + abs(A*x).^2))", "x", {"A": M, "x": V}, lambda A, x: np.sum(np.log(1 + np.abs(A @ x)**2))),
    ("norm(X*X^H - R)^2", "X", {"X": M, "R": "hermitian(m)"}, lambda X, R: norm(X @ c(X).T - R)**2),
    ("real(tr(A*U))", "U", {"A": S, "U": "unitary(n)"}, lambda A, U: tr(A @ U).real),
    ("exp(-abs(z)^2)", "z", {"z": "complex scalar"}, lambda z: np.exp(-abs(z)**2)),
    ("abs(z)^2*z", "z", {"z": "complex scalar"}, lambda z: abs(z)**2 * z),
    ("x^H*A*x", "x", {"A": S, "x": V}, lambda A, x: c(x) @ A @ x),
    ("real(b.'*inv(X)*a)", "X", {"a": V, "b": V, "X": S}, lambda a, b, X: (b @ inv(X) @ a).real),
    ("real(sum(log(A*x)))", "x", {"A": M, "x": V}, lambda A, x: np.sum(np.log(A @ x)).real),
    ("norm(t*x - y)^2", "t", {"t": "scalar", "x": V, "y": V}, lambda t, x, y: norm(t * x - y)**2),
    ("abs(tr(X*X.'))^2", "X", {"X": M}, lambda X: abs(tr(X @ X.T))**2),
    ("tr(A*inv(X))", "X", {"A": "matrix(n,n)", "X": S}, lambda A, X: tr(A @ inv(X))),
]
OTHERS = [  # functions of other kinds, which check themselves
    (matcalc.jacobian, "A*x", "x"), (matcalc.jacobian, "X^H*a", "X"), (matcalc.jacobian, "x*(x^H*a)", "x"),
    (matcalc.jacobian, "z*x", "z"), (matcalc.jacobian, "R*a", "R"), (matcalc.hessian, "norm(A*x-b)^2", "x"),
    (matcalc.hessian, "abs(tr(X^2))^2", "X"), (differential, "det(X)", "X"), (differential, "tr(inv(R)*B)", "R"),
]
KINDS = {"A": M, "x": V, "b": "complex vector(m)", "X": S, "B": S, "z": "complex scalar", "R": P, "a": V}
PYTHON, MODULES = ("numpy", "jax", "torch"), {"jax": "jax", "torch": "torch", "numpy": "numpy"}
STEP = 1e-5


def answers():
    return [(matcalc.grad(f, x, variables=kinds, check=False), value) for f, x, kinds, value in FORMULAS]


def others():
    return [make(f, x, variables={k: KINDS[k] for k in {*re.findall(r"[A-Za-z]", f)} & {*KINDS}}, check=False)
            for make, f, x in OTHERS]


def somewhere(d):
    """Values for all variables, with positive real parts where that is a matter of branches."""
    leaves = [*d.inputs.values()]
    drawn = draw(leaves, np.random.default_rng(5), sizes_for(dims_of(*leaves)), "positive")
    return {name: x[:, 0] if np.ndim(x) == 2 and x.shape[1] == 1 else x for name, x in zip(
        d.inputs, (drawn[leaf] for leaf in leaves), strict=True)}


def slope(value, values, name, v):
    """The central difference of a value along v."""
    ahead, behind = ({**values, name: values[name] + s * STEP * v} for s in (1, -1))
    return (value(**ahead) - value(**behind)) / (2 * STEP)


def agrees(d, value, values, f, g):
    """Whether what a program gives is the value, and its gradient what differences say in many directions."""
    np.testing.assert_allclose(f, value(**values), rtol=1e-9, err_msg=d.problem.source)
    x, rng = d.problem.wrt[0], np.random.default_rng(6)
    name, at = x.data.name, values[x.data.name]
    for _ in range(3):
        v = rng.standard_normal(np.shape(at))
        if x.complex:
            v = project(v + 1j * rng.standard_normal(np.shape(at)), at, frozenset(x.data.props))
        want = slope(value, values, name, v)
        said = {"brandwood": lambda v=v: 2 * np.vdot(g, v).real, "real-pair": lambda v=v: np.vdot(g, v).real,
                "holomorphic": lambda v=v: np.sum(g * v), "": lambda v=v: np.sum(g * v),
                "both": lambda v=v: np.sum(g[0] * v) + np.sum(g[1] * c(v))}[d.convention]()
        np.testing.assert_allclose(said, want, rtol=2e-6, atol=2e-7, err_msg=d.problem.source)


def loaded(source):
    known = {"__name__": "program"}
    exec(compile(source, "<program>", "exec"), known)
    return known


@pytest.mark.parametrize("target", PYTHON)
def test_values_and_gradients_in_python(target):
    if find_spec(MODULES[target]) is None:
        pytest.skip(f"{target} is not installed")
    for d, value in answers():
        values = somewhere(d)
        known = loaded(d.code(target, check=False))
        given = [*values.values()]
        if target == "jax":
            import jax
            with jax.enable_x64(True):
                f, g = known["f"](*given), known["gradient"](*given)
                np.testing.assert_allclose(jax.jit(known["f"])(*given), f, rtol=1e-12)
        else:
            f, g = known["f"](*given), known["gradient"](*given)
        g = tuple(map(np.asarray, g)) if isinstance(g, tuple) else np.asarray(g)
        assert np.iscomplexobj(np.asarray(f)) == (d.convention in ("holomorphic", "both")), d.problem.source
        agrees(d, value, values, np.asarray(f), g)


@pytest.mark.parametrize("target", PYTHON)
def test_programs_check_themselves_in_python(target):
    if find_spec(MODULES[target]) is None:
        pytest.skip(f"{target} is not installed")
    for d in others():
        with silence(), redirect_stdout(io.StringIO()):
            exec(compile(d.code(target, check=False), "<program>", "exec"), {"__name__": "__main__"})


def test_values_and_gradients_in_octave(tmp_path):
    if matcalc_lacks("octave"):
        pytest.skip(matcalc_lacks("octave"))
    found = [(d, value, somewhere(d)) for d, value in answers() if d.convention != "both"]
    asked = {}
    for k, (d, _, values) in enumerate(found):
        source = d.code("octave", check=False)
        for name in ("f", "gradient"):
            asked[f"{k} {name}"] = Asked(source, f"{name}", [*values.values()])
    for k, d in enumerate(others()):
        asked[f"check {k}"] = Asked(d.code("octave", check=False), "f", [])
    said = run_octave(asked, tmp_path)
    for k, (d, value, values) in enumerate(found):
        f, g = (said[f"{k} {name}"] for name in ("f", "gradient"))
        assert not f.error + g.error, (d.problem.source, f.error, g.error)
        g = g.value.reshape(np.shape(values[d.problem.wrt[0].data.name]))
        agrees(d, value, values, f.value.item(), g)
    for k in range(len(OTHERS)):
        assert "against central differences" in said[f"check {k}"].said, said[f"check {k}"]


def matcalc_lacks(target):
    from matcalc.targets import target_named
    from matcalc.targets.running import missing

    tool = missing(target_named(target))
    return f"{tool} is not installed" if tool else ""


def test_programs_check_themselves_in_eigen(tmp_path):
    """Several formulas in one translation unit, as most of the time goes into reading Eigen."""
    if eigen.LACKING:
        pytest.skip(eigen.LACKING)
    every = [d for d, _ in answers()] + others()
    chosen = every if os.environ.get("MATCALC_ALL_TARGETS") else [every[k] for k in (1, 6, 16, 22, 34)]
    for start in range(0, len(chosen), 8):
        heads, bodies, calls = {}, [], []
        for k, d in enumerate(chosen[start:start + 8]):
            text = d.code("cpp", check=False)
            heads |= dict.fromkeys(re.findall(r"^#include .*$", text, re.MULTILINE))
            text = re.sub(r"^#.*$|^int main.*$", "", text, flags=re.MULTILINE)
            bodies.append(text.replace("matcalc", f"program_{k}"))
            calls.append(f"if (program_{k}::comparisons()) return {k + 1};")
        main = f"int main() {{ {' '.join(calls)} return 0; }}"
        (tmp_path / "all.cpp").write_text("\n".join([*heads, *bodies, main]), "utf-8")
        flags = ["-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror", "-I/usr/include/eigen3"]
        subprocess.run(["g++", *flags, "all.cpp", "-o", "all"], cwd=tmp_path, check=True)
        subprocess.run(["./all"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)


def test_arguments_are_checked():
    known = loaded(matcalc.grad("norm(t*x - y)^2", "t", variables={"t": "scalar", "x": V, "y": V}).code())
    x, y = np.array([1.0, 2.0]), np.array([1j, 1.0])
    assert known["f"](2, x, y) == pytest.approx(norm(2 * x - y)**2)  # real ones are promoted
    with pytest.raises(AssertionError, match="t is real"):
        known["f"](2j, x, y)
    known = loaded(matcalc.grad("x^H*A*x", "x", variables={"A": H, "x": V}).code())
    with pytest.raises(AssertionError, match="A is not Hermitian"):
        known["f"](x, np.array([[1, 1j], [1j, 1]]))
    single = known["gradient"](x.astype(np.complex64), np.eye(2, dtype=np.complex64))
    assert single.dtype == np.complex64
    with pytest.raises(AssertionError, match="A is n"):
        known["f"](np.ones(3), np.eye(2))


def test_targets_without_complex_numbers_are_named():
    d = matcalc.grad("norm(x)^2", "x", variables={"x": V})
    for target in ("r", "julia", "pure", "dask", "array-api"):
        with pytest.raises(matcalc.MatcalcError, match=r"no code for complex numbers.*numpy") as refused:
            d.code(target)
        assert refused.value.diagnostics[0].code == "M1512"


def test_conjugates_are_computed_once():
    text = matcalc.grad("norm(A*x-b)^2", "x", variables=FORMULAS[1][2]).code()
    body = text[text.index("def value_and_gradient"):text.index("def comparisons")]
    assert body.count("A @ x") == 1
    assert "A.conj()" not in body
    text = matcalc.grad("a^H*inv(R)*a", "R", variables={"a": V, "R": P}).code()
    body = text[text.index("def value_and_gradient"):text.index("def comparisons")]
    assert body.count("cho_solve(") == body.count("hpd_factor(") == 1


def test_arguments_are_left_as_they_are():
    """Also where they are real and nobody asks: the conjugate of a real array may be that array."""
    rng = np.random.default_rng(1)
    for f, x, kinds in (("abs(tr(X*X.'))^2", "X", {"X": M}), ("imag(tr(A*X))", "X", {"A": S, "X": S}),
                        ("sum(exp(real(X))) + norm(X)^2", "X", {"X": M}),
                        ("norm(X*X^H - R)^2", "X", {"X": M, "R": "hermitian(m)"})):
        d = matcalc.grad(f, x, variables=kinds)
        for z in (1j, 0.0):
            given = [rng.standard_normal((3, 3)) + (z * rng.standard_normal((3, 3)) if leaf.complex and z else 0)
                     for leaf in d.inputs.values()]
            before = [a.copy() for a in given]
            known = d.function(check=False, check_arguments=False)
            for name in ("f", "gradient", "value_and_gradient"):
                with nullcontext() if z else suppress(TypeError):  # no complex number fits into a real array
                    getattr(known, name)(*given)
            for a, b in zip(given, before, strict=True):
                np.testing.assert_array_equal(a, b, err_msg=f)
