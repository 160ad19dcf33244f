"""Derivatives by complex variables that others have tabulated: the Matrix Cookbook's chapter 4, Hjørungnes and Gesbert
(2007), and what JAX and torch compute."""

import re
from functools import partial

import numpy as np
import pytest

import matcalc

D = {"z": "complex scalar", "x": "complex vector(n)", "y": "complex vector(n)", "a": "complex vector(n)",
     "b": "complex vector(m)", "A": "complex matrix(n,n)", "B": "complex matrix(n,n)", "E": "complex matrix(m,n)",
     "F": "complex matrix(n,m)", "X": "complex matrix(n,n)", "Y": "complex matrix(n,m)", "R": "hermitian(n)",
     "L": "hpd(n)", "Q": "hpd(n)", "U": "unitary(n)", "p": "integer scalar"}


def declared(*texts):
    words = set(re.findall(r"[A-Za-z]+", " ".join(texts)))
    return {name: kind for name, kind in D.items() if name in words}


def derivatives(text, wrt, convention="brandwood"):
    d = matcalc.grad(text, wrt=wrt, variables=declared(text), convention=convention)
    return [d.ascii, *(form.ascii for name, form in d.forms.items() if name == "conjugate")]


def same(a, b):
    return bool(matcalc.equal(a, b, variables=declared(a, b)))


# The Matrix Cookbook (2012), chapter 4: what it calls the complex gradient is 2 ∂f/∂X̄.
COOKBOOK = [
    ("tr(conj(X))", "X", "brandwood", ["0*X", "eye(n)"]),  # (237), (238)
    ("tr(X^H)", "X", "brandwood", ["0*X", "eye(n)"]),
    ("tr(A X^H)", "X", "brandwood", ["0*X", "A"]),  # (239), (240)
    ("tr(A conj(X))", "X", "brandwood", ["0*X", "A'"]),  # (241), (242)
    ("tr(X X^H)", "X", "brandwood", ["X"]),  # (246)
    ("tr(X X^H)", "X", "real-pair", ["2*X"]),  # (247)
    ("tr(X X^H)", "X", "jax", ["2*conj(X)"]),  # twice (245)
    ("det(Y^H A Y)", "Y", "brandwood", ["det(Y^H*A*Y)*(inv(Y^H*A*Y)*Y^H*A)'",  # (248)
                                        "det(Y^H*A*Y)*A*Y*inv(Y^H*A*Y)"]),  # (249)
    ("((E x)^H (E x))/((B x)^H (B x))", "x", "real-pair",  # (250)
     ["2*E^H*E*x/(x^H*B^H*B*x) - 2*(x^H*E^H*E*x)*B^H*B*x/(x^H*B^H*B*x)^2"]),
]
# Of a scalar variable, 4.1: the generalised derivative is that by z, its conjugate that by z̄; Cauchy and Riemann's
# equations say that the one by z̄ is 0. The first two are twice the slopes along the axes, (229) and (230).
SCALARS = [
    ("z^2", ["2*z"]), ("exp(z)*z", ["(z + 1)*exp(z)"]), ("1/z", ["-1/z^2"]), ("log(z)", ["1/z"]), ("sin(1i*z)",
                                                                                                 ["1i*cos(1i*z)"]),
    ("conj(z)", ["0*z", "1 + 0*z"]), ("z*conj(z)", ["z"]), ("real(z)", ["1/2 + 0*z"]), ("imag(z)", ["1i/2 + 0*z"]),
    ("z^2*conj(z)", ["2*z*conj(z)", "z^2"]), ("exp(conj(z))*z", ["exp(conj(z))", "z*exp(conj(z))"]),
    ("abs(z)", ["z/(2*abs(z))"]), ("abs(exp(z))^2", ["exp(z + conj(z))"]),  # the chain rule, (231) to (235)
    ("abs(det(A + z*B))^2", ["det(A + z*B)*conj(det(A + z*B)*tr(inv(A + z*B)*B))"]),
]
# 4.3: the inverse of a complex sum, of real matrices A, B and E = A + tB, F = B − tA.
INVERSES = [
    ("inv(A + 1i*B)", "inv(A + B*inv(A)*B) - 1i*inv(A)*B*inv(A + B*inv(A)*B)"),
    ("inv(A + 1i*B)", "(1 - 1i*t)*inv((A + t*B) + 1i*(B - t*A))"),
    ("(A + t*B) + 1i*(B - t*A)", "(1 - 1i*t)*(A + 1i*B)"),
]
HJORUNGNES = [  # tables II to IV; then those of Hjørungnes (2011), chapters 3 and 4
    ("x^H A conj(x)", "x", ["0*x", "(A + A')*conj(x)"]),
    ("tr(X)", "X", ["eye(n)"]),
    ("tr(conj(X))", "X", ["0*X", "eye(n)"]),
    ("tr(A conj(X))", "X", ["0*X", "A'"]),
    ("tr(X X')", "X", ["2*X"]),
    ("tr(X^p)", "X", ["p*(X^(p-1))'"]),
    ("det(X^p)", "X", ["p*det(X)^p*inv(X')"]),
    ("det(X X)", "X", ["2*det(X)^2*inv(X')"]),
    ("tr(expm(X))", "X", ["expm(X)'"]),
    ("tr(expm(X^H))", "X", ["0*X", "expm(X^H)"]),
    ("log(det(X))", "X", ["inv(X')"]),
    ("conj(det(X))", "X", ["0*X", "conj(det(X))*inv(X^H)"]),
    ("det(Y' A Y)", "Y", ["det(Y'*A*Y)*(A*Y*inv(Y'*A*Y) + A'*Y*inv(Y'*A'*Y))"]),
    ("tr(A X)", "X", ["A'"]),
    ("tr(X A X' B)", "X", ["B'*X*A' + B*X*A"]),
    ("tr(X A X B)", "X", ["A'*X'*B' + B'*X'*A'"]),
    ("tr(X A X^H B)", "X", ["B'*conj(X)*A'", "B*X*A"]),
    ("tr(X A conj(X) B)", "X", ["B'*X^H*A'", "A'*X'*B'"]),
    ("tr(A inv(X))", "X", ["-inv(X')*A'*inv(X')"]),
    ("tr(X^3)", "X", ["3*X'*X'"]),
    ("det(X)", "X", ["det(X)*inv(X')"]),
    ("det(A X B)", "X", ["det(A*X*B)*A'*inv(B'*X'*A')*B'"]),
    ("det(X^2)", "X", ["2*det(X)^2*inv(X')"]),
    ("det(X X')", "X", ["2*det(X*X')*inv(X*X')*X"]),
    ("det(X conj(X))", "X", ["det(X*conj(X))*inv(X^H*X')*X^H", "det(X*conj(X))*X'*inv(X^H*X')"]),
    ("det(X X^H)", "X", ["det(X*X^H)*inv(X*X^H)*X"]),  # real: ∂f/∂X̄ says it all
    ("det(X^3)", "X", ["3*det(X)^3*inv(X')"]),
    ("x^H A x", "x", ["A'*conj(x)", "A*x"]),
    ("x' A x", "x", ["A*x + A'*x"]),
    ("a' x", "x", ["a"]),
    ("a' conj(x)", "x", ["0*x", "a"]),
    ("x^H R x", "x", ["R*x"]),
    ("exp(z)*conj(z)", "z", ["exp(z)*conj(z)", "exp(z)"]),
]
JACOBIANS = [  # table V: by vec(X)' and by vec(conj(X))'
    ("X", "X", ["eye(n*n)"]),
    ("X'", "X", ["commutation(n,n)"]),
    ("conj(X)", "X", ["0*eye(n*n)", "eye(n*n)"]),
    ("X^H", "X", ["0*eye(n*n)", "commutation(n,n)"]),
    ("A X B", "X", ["kron(B', A)"]),
    ("X X'", "X", ["(eye(n*n) + commutation(n,n))*kron(X, eye(n))"]),
    ("X X^H", "X", ["kron(conj(X), eye(n))", "commutation(n,n)*kron(X, eye(n))"]),
    ("inv(X)", "X", ["-kron(inv(X'), inv(X))"]),
    ("X .* conj(X)", "X", ["diag(vec(conj(X)))", "diag(vec(X))"]),
    ("A x", "x", ["A"]),
    ("A conj(x)", "x", ["0*A", "A"]),
    ("exp(z)*a", "z", ["exp(z)*a"]),
    ("a*conj(z)", "z", ["0*a", "a"]),
    ("x x^H", "x", ["kron(conj(x), eye(n))", "kron(eye(n), x)"]),
    ("X' X", "X", ["(eye(n*n) + commutation(n,n))*kron(eye(n), X')"]),
    ("X^H X", "X", ["kron(eye(n), X^H)", "kron(X', eye(n))*commutation(n,n)"]),
    ("X^3", "X", ["kron(eye(n), X*X) + kron(X', X) + kron(X'*X', eye(n))"]),
    ("inv(conj(X))", "X", ["0*eye(n*n)", "-kron(inv(X^H), inv(conj(X)))"]),
    ("X .* X", "X", ["2*diag(vec(X))"]),
    ("conj(X) .* conj(X)", "X", ["0*eye(n*n)", "2*diag(vec(conj(X)))"]),
    ("diag(x)", "x", ["diag_selector(n)"]),
]
# ⊗, exp and powers with a letter have long matrices: their derivatives are compared with differences.
TRIED = ["kron(X, X)", "kron(X, conj(X))", "kron(conj(X), X)", "kron(conj(X), conj(X))", "expm(X)", "expm(conj(X))",
         "expm(X^H)", "X^p", "pinv(X)", "logm(X)"]
REFUSED = [("eigenvalue(X, 1)", "M1513"), ("eigenvector(X, 1)", "M1513"), ("eigenvector(R, 1)", "M1514"),
           ("adj(X)", "M1501")]


@pytest.mark.parametrize(("text", "wrt", "convention", "expected"), COOKBOOK)
def test_the_cookbook(text, wrt, convention, expected):
    found = derivatives(text, wrt, convention)
    if len(found) == 1 and len(expected) == 2:  # one derivative where the other is zero
        expected = [e for e in expected if not e.startswith("0*")]
    assert len(found) == len(expected)
    assert all(map(same, found, expected)), found


def test_generalised_derivatives_by_a_number():
    wrong = []
    for text, expected in SCALARS:
        found = derivatives(text, "z")
        if len(found) != len(expected) or not all(map(same, found, expected)):
            wrong.append((text, found))
    assert wrong == []


def test_the_inverse_of_a_complex_sum():
    kinds = {"A": "matrix(n,n)", "B": "matrix(n,n)", "t": "scalar"}
    for a, b in INVERSES:
        assert matcalc.equal(a, b, variables={name: kinds[name] for name in kinds if name in b}), b
    assert not matcalc.equal(INVERSES[0][0], INVERSES[0][1].replace("- 1i", "+ 1i"), variables={
        name: kinds[name] for name in "AB"})
    said = matcalc.verify("tr(inv(A + 1i*t*B))", wrt="t", variables=kinds,
                          claim="-1i*tr(inv(A + 1i*t*B)*B*inv(A + 1i*t*B))")
    assert said.ok


def test_hjorungnes_and_gesbert():
    wrong = []
    for text, wrt, expected in HJORUNGNES:
        found = derivatives(text, wrt)
        if len(found) != len(expected) or not all(map(same, found, expected)):
            wrong.append((text, found))
    assert wrong == []


def test_jacobians():
    wrong = []
    for text, wrt, expected in JACOBIANS:
        d = matcalc.jacobian(text, wrt=wrt, variables=declared(text))
        found = [d.ascii, *(form.ascii for name, form in d.forms.items() if name == "conjugate")]
        if len(found) != len(expected) or not all(map(same, found, expected)):
            wrong.append((text, found))
    assert wrong == []


def test_other_jacobians_and_what_is_refused():
    refused = dict(REFUSED)
    for text in [*TRIED, *refused]:
        wrt = "R" if "R" in text else "X"
        if text not in refused:
            assert matcalc.jacobian(text, wrt=wrt, variables=declared(text)).verify(trials=1).ok, text
            continue
        with pytest.raises(matcalc.MatcalcError) as said:
            matcalc.jacobian(text, wrt=wrt, variables=declared(text))
        assert said.value.diagnostics[0].code == refused[text], text


# Beamforming, capacity, phase retrieval, fidelity and the like; with NumPy's names for what a library has to compute.
REAL = [
    ("x^H R x", "x", lambda np, v: np.real(np.conj(v["x"]) @ v["R"] @ v["x"])),
    ("(x^H R x)/(x^H L x)", "x", lambda np, v: np.real(np.conj(v["x"]) @ v["R"] @ v["x"]) / np.real(
        np.conj(v["x"]) @ v["L"] @ v["x"])),
    ("log(det(eye(m) + E E^H))", "E", lambda np, v: np.real(np.log(np.linalg.det(
        np.eye(v["E"].shape[0]) + v["E"] @ np.conj(v["E"]).T)))),
    ("log(det(eye(m) + E Q E^H))", "E", lambda np, v: np.real(np.log(np.linalg.det(
        np.eye(v["E"].shape[0]) + v["E"] @ v["Q"] @ np.conj(v["E"]).T)))),
    ("tr(X X^H)", "X", lambda np, v: np.real(np.trace(v["X"] @ np.conj(v["X"]).T))),
    ("abs(tr(X X'))^2", "X", lambda np, v: np.abs(np.trace(v["X"] @ v["X"].T)) ** 2),
    ("norm2(E x - b)^2", "x", lambda np, v: np.sum(np.abs(v["E"] @ v["x"] - v["b"]) ** 2)),
    ("norm2(E x - b)", "x", lambda np, v: np.sqrt(np.sum(np.abs(v["E"] @ v["x"] - v["b"]) ** 2))),
    ("(abs(a^H x)^2 - 2)^2", "x", lambda np, v: (np.abs(np.conj(v["a"]) @ v["x"]) ** 2 - 2) ** 2),
    ("abs(tr(A^H X))^2", "X", lambda np, v: np.abs(np.trace(np.conj(v["A"]).T @ v["X"])) ** 2),
    ("real(a^H x)", "x", lambda np, v: np.real(np.conj(v["a"]) @ v["x"])),
    ("imag(x' A x)", "x", lambda np, v: np.imag(v["x"] @ v["A"] @ v["x"])),
    ("abs(det(X))^2", "X", lambda np, v: np.abs(np.linalg.det(v["X"])) ** 2),
    ("real(tr(A inv(X)))", "X", lambda np, v: np.real(np.trace(v["A"] @ np.linalg.inv(v["X"])))),
    ("sum(abs(x))", "x", lambda np, v: np.sum(np.abs(v["x"]))),
    ("abs(exp(z) + sin(z))^2", "z", lambda np, v: np.abs(np.exp(v["z"]) + np.sin(v["z"])) ** 2),
    ("logdet(X)", "X", lambda np, v: np.log(np.abs(np.linalg.det(v["X"])))),
]


def values(seed=0):
    rng = np.random.default_rng(seed)
    sizes = {"n": 3, "m": 2}
    found = {}
    for name, kind in D.items():
        dims = [sizes[d] for d in kind.partition("(")[2].strip(")").split(",") if d]
        dims = dims * 2 if kind.startswith(("hermitian", "hpd", "unitary")) else dims
        x = rng.normal(size=dims) + 1j * rng.normal(size=dims)
        x = x @ np.conj(x).T + np.eye(len(x)) if kind.startswith("hpd") else x
        found[name] = (x + np.conj(x).T) / 2 if kind.startswith("hermitian") else x
    return found


def _ours(text, wrt, convention):
    d = matcalc.grad(text, wrt=wrt, variables=declared(text), convention=convention)
    given = values()
    return np.asarray(d.evaluate({name: given[name] for name in declared(text)}))


def test_against_jax():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    wrong = []
    for text, wrt, f in REAL:
        given = values()
        theirs = jax.grad(lambda v, f=f, wrt=wrt, given=given: f(jax.numpy, {**given, wrt: v}))(
            jax.numpy.asarray(given[wrt]))
        if not np.allclose(_ours(text, wrt, "jax"), theirs, rtol=1e-8, atol=1e-8):
            wrong.append(text)
    assert wrong == []


def test_against_differences_in_real_and_imaginary_directions():
    wrong = []
    for text, wrt, f in REAL:
        given, h = values(), 1e-5
        ours = np.atleast_1d(_ours(text, wrt, "real-pair"))
        x = np.atleast_1d(np.asarray(given[wrt], dtype=complex))
        theirs = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            for turn in (1, 1j):
                ends = []
                for sign in (1, -1):
                    y = x.copy()
                    y[place] += sign * turn * h
                    ends.append(f(np, {**given, wrt: y if np.ndim(given[wrt]) else y[0]}))
                theirs[place] += turn * (ends[0] - ends[1]) / (2 * h)
        if not np.allclose(ours, theirs, rtol=1e-6, atol=1e-6):
            wrong.append(text)
    assert wrong == []


LIBRARIES = [("|z|^2", lambda np, z: np.real(z * np.conj(z))), ("real(z)", lambda np, z: np.real(z))]


def test_what_libraries_return():
    """torch returns 2 ∂f/∂z̄, JAX its conjugate."""
    torch, z = pytest.importorskip("torch"), 1.5 - 0.7j
    for text, f in LIBRARIES:
        def of(convention, text=text):
            d = matcalc.grad(text, wrt="z", variables={"z": "complex scalar"}, convention=convention)
            return complex(d.evaluate({"z": z}))

        leaf = torch.tensor(z, requires_grad=True)
        (torch.real(leaf * leaf.conj()) if text == "|z|^2" else torch.real(leaf)).backward()
        assert np.isclose(leaf.grad.item(), of("torch"))
        assert np.isclose(of("jax"), np.conj(of("torch")))
        assert np.isclose(of("brandwood"), of("torch") / 2)
        if text == "|z|^2":
            jax = pytest.importorskip("jax")
            jax.config.update("jax_enable_x64", True)
            assert np.isclose(complex(jax.grad(partial(f, jax.numpy))(z)), of("jax"))
    square = torch.tensor(z, requires_grad=True)
    with pytest.raises(RuntimeError):
        (square**2).backward()
    square.grad = None
    (square**2).backward(torch.tensor(1.0 + 0j))
    assert np.isclose(square.grad.item(), np.conj(2 * z))


STRUCTURED = [("log(det(eye(m) + E Q E^H))", "Q", "E^H*inv(eye(m) + E*Q*E^H)*E"), ("log(det(L))", "L", "inv(L)"),
              ("tr(A R A^H)", "R", "A^H*A"), ("tr(inv(L) B B^H)", "L", "-inv(L)*B*B^H*inv(L)"),
              ("real(tr(A^H U))", "U", "A - U*(U^H*A + A^H*U)/2")]


@pytest.mark.parametrize(("text", "wrt", "expected"), STRUCTURED)
def test_hermitian_and_unitary_variables(text, wrt, expected):
    d = matcalc.grad(text, wrt=wrt, variables=declared(text))
    assert d.verify().ok
    assert same(d.ascii, expected), d.ascii


HESSIANS = ["x^H R x", "abs(a^H x)^4", "norm2(E x - b)^2", "log(x^H L x)", "tr(X^H R X)"]


@pytest.mark.parametrize("text", HESSIANS)
def test_hessians_are_differences_of_gradients(text):
    wrt = "X" if "X" in text else "x"
    d = matcalc.hessian(text, wrt=wrt, variables=declared(text))
    assert d.verify().ok
    whole = d.evaluate({name: values()[name] for name in declared(text)})
    assert np.allclose(whole, np.conj(whole).T)


ASKED_BY_CONJUGATES = [
    (r"\frac{\partial}{\partial X^*} \mathrm{tr}(X X^H)", "X"),
    (r"\frac{\partial \mathbf{x}^H \mathbf{R}\mathbf{x}}{\partial \mathbf{x}^*}", "R*x"),
    (r"\frac{\partial}{\partial \bar{z}} |z|^2", "z"),
    (r"\frac{\partial}{\partial \bar{x}} \bar x^T A \bar x", "(A + A')*x̄"),  # a variable that is called so
    (r"\frac{\partial}{\partial x^*} x^H A x", "M1535"),
    (r"\frac{\partial}{\partial z^*} z^2", "M1535"),
    (r"\frac{\partial}{\partial L^*} \log\det(L)", "M1535"),
    (r"\frac{\partial}{\partial W^*} x^H x", "M0502"),
]


def test_what_is_asked_by_a_conjugate():
    """Of a real value that is the gradient; of another one it would be one of two derivatives, and is refused."""
    for text, expected in ASKED_BY_CONJUGATES:
        if expected.startswith("M"):
            with pytest.raises(matcalc.MatcalcError) as refused:
                matcalc.grad(text, variables=declared(text))
            assert refused.value.diagnostics[0].code == expected, text
        else:
            said = {} if "bar x" in text else declared(text)
            assert matcalc.grad(text, variables=said).ascii == expected, text
