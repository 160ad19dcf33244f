"""Derivatives of formulas with declared functions: concrete functions are put in for them, in the NumPy code as
callables and in SymPy as formulas, which SymPy differentiates entry by entry."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import sympy as sp

import matcalc

F = {"f": "function(n) -> scalar"}
G = {"g": "function(n) -> vector(m)"}
H = {"h": "function(n) -> vector(n)"}
K = {"K": "matrix(n,n) sym of theta"}
D = {"K": "matrix(n,n) spd of theta"}
M = {"f": "function(n,m) -> scalar"}
N, P, Q = 2, 3, 4  # the sizes of n, m and k


def _symbols(name, rows, columns=1):
    return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"{name}{i}{j}", real=True))


X, Z, A, C = _symbols("x", N), _symbols("z", P), _symbols("A", N, P), _symbols("C", N, P)
B, a, y, b = _symbols("B", N, Q), _symbols("a", P), _symbols("y", N), _symbols("b", N)
w = _symbols("w", Q)
t = sp.Symbol("t", real=True)


def f(u):
    return sp.exp(u[0] * u[1] / 3) + sp.sin(u[1]) + u[0] ** 3


def g(u):
    return sp.Matrix([u[0] * u[1] ** 2, sp.sin(u[0] - u[1]), sp.exp(u[0] / 2) + u[1]])


def h(u):
    return sp.Matrix([u[0] ** 2 * u[1], sp.cos(u[0] + 2 * u[1])])


def of_matrix(U):
    return sp.sin(U[0, 0] * U[1, 2]) + U[0, 1] ** 2 * U[1, 0] + sp.exp(U[1, 1] * U[0, 2] / 4)


k = sp.Matrix([[3 + t ** 2, sp.sin(t)], [sp.sin(t), 2 + sp.cos(t)]])


CASES = [
    ("f(A z + b)", "z", F, {"A": A, "z": Z, "b": b}, lambda: f(A * Z + b)),
    ("exp(f(x))", "x", F, {"x": X}, lambda: sp.exp(f(X))),
    ("f(x)^2 + x'x*f(x)", "x", F, {"x": X}, lambda: f(X) ** 2 + (X.T * X)[0] * f(X)),
    ("f(tanh(A z))", "z", F, {"A": A, "z": Z}, lambda: f((A * Z).applyfunc(sp.tanh))),
    ("f(x .* y - b)", "x", F, {"x": X, "y": y, "b": b}, lambda: f(X.multiply_elementwise(y) - b)),
    ("a'g(B w)", "w", G, {"a": a, "B": B, "w": w}, lambda: (a.T * g(B * w))[0]),
    ("norm2(g(x) - a)^2", "x", G, {"x": X, "a": a}, lambda: (g(X) - a).dot(g(X) - a)),
    ("sum(exp(g(x)/9))", "x", G, {"x": X}, lambda: sum(g(X).applyfunc(lambda e: sp.exp(e / 9)))),
    ("y'h(h(x))", "x", H, {"x": X, "y": y}, lambda: (y.T * h(h(X)))[0]),
    ("x'h(x)", "x", H, {"x": X}, lambda: (X.T * h(X))[0]),
    ("f(h(x))", "x", F | H, {"x": X}, lambda: f(h(X))),
    ("log(det(K))", "theta", D, {"theta": t}, lambda: sp.log(k.det())),
    ("1/2*y'inv(K)*y", "theta", K, {"theta": t, "y": y}, lambda: (y.T * k.inv() * y)[0] / 2),
    ("exp(theta)*tr(K K)", "theta", K, {"theta": t}, lambda: sp.exp(t) * (k * k).trace()),
    ("f(K y)", "theta", F | K, {"theta": t, "y": y}, lambda: f(k * y)),
    ("f(A .* C)", "A", M, {"A": A, "C": C}, lambda: of_matrix(A.multiply_elementwise(C))),
    ("f(x z')", "x", M, {"x": X, "z": Z}, lambda: of_matrix(X * Z.T)),
]
SYMBOLS = {"x": X, "z": Z, "A": A, "theta": t, "w": w}


def _lambdified(inputs, e):
    """A function of one array, whose value has the axes that are longer than one."""
    flat = list(inputs) if isinstance(inputs, sp.MatrixBase) else [inputs]
    made = sp.lambdify(flat, e, "numpy")

    def call(value):
        found = np.array(made(*np.ravel(value)), dtype=float)
        return found.reshape([d for d in found.shape if d != 1])

    return call


def _of_vector(name, formula, u):
    value = formula(u)
    if not isinstance(value, sp.MatrixBase):
        return {name: _lambdified(u, value), f"grad_{name}": _lambdified(u, sp.Matrix([value]).jacobian(u)),
                f"hess_{name}": _lambdified(u, sp.hessian(value, u))}
    weights = _symbols("v", len(value))
    curvature = sp.lambdify([*u, *weights], sp.hessian((weights.T * value)[0], u), "numpy")
    return {name: _lambdified(u, value), f"J_{name}": _lambdified(u, value.jacobian(u)),
            f"hess_{name}": lambda x, v: np.array(curvature(*x, *v), dtype=float)}


def _of_matrix(U):
    value, columns = of_matrix(U), U.T.reshape(N * P, 1)
    slope, hessian = U.applyfunc(lambda e: sp.diff(value, e)), _lambdified(U, sp.hessian(value, columns))
    return {"f": _lambdified(U, value), "grad_f": _lambdified(U, slope), "hess_f": hessian,
            "hess_f_along": lambda x, v: (hessian(x) @ v.reshape(-1, order="F")).reshape(v.shape, order="F")}


def _callables(declared):
    found = {}
    for name, said in declared.items():
        if name == "K":
            rates = [_lambdified(t, k.diff(t, order) if order else k) for order in range(3)]
            found |= dict(zip(("K", "dK_dtheta", "d2K_dtheta2"), rates, strict=True))
        else:
            found |= _of_matrix(_symbols("U", N, P)) if "(n,m)" in said else _of_vector(
                name, {"f": f, "g": g, "h": h}[name], _symbols("u", N))
    return found


def _called(function, values, callables):
    parameters = [p for p in inspect.signature(function).parameters if p != "check"]
    sizes = {"n": N, "m": P, "k": Q}
    named = {name: sizes[name] for name in parameters if name in sizes and name not in values}
    return function(*[{**callables, **values}[name] for name in parameters if name not in named], **named)


def _point(symbols, seed):
    rng = np.random.default_rng(seed)
    return {name: rng.uniform(0.2, 1.2, s.shape) if isinstance(s, sp.MatrixBase) else rng.uniform(0.2, 1.2)
            for name, s in symbols.items()}


def _substituted(e, symbols, values):
    pairs = {}
    for name, s in symbols.items():
        pairs |= dict(zip(list(s), np.ravel(values[name]), strict=True)) if isinstance(s, sp.MatrixBase) else {
            s: values[name]}
    return np.array(sp.Matrix([e] if not isinstance(e, sp.MatrixBase) else e).subs(pairs).evalf(), dtype=float)


@pytest.mark.parametrize(("text", "wrt", "declared", "symbols", "formula"), CASES, ids=lambda x: x if isinstance(
    x, str) else "")
@pytest.mark.parametrize("kind", ["gradient", "hessian"])
def test_concrete_functions(kind, text, wrt, declared, symbols, formula):
    said = {name: f"matrix({s.shape[0]},{s.shape[1]})" if s.shape[1] > 1 else f"vector({s.shape[0]})"
            for name, s in symbols.items() if isinstance(s, sp.MatrixBase)}
    sizes = {"n": N, "m": P, "k": Q}
    variables = said | {name: _sized(text_, sizes) for name, text_ in declared.items()}
    d = matcalc.grad(text, wrt, variables=variables) if kind == "gradient" else matcalc.hessian(
        text, wrt, variables=variables)
    assert d.verify().ok
    values = _point(symbols, len(text))
    by = SYMBOLS[wrt].T.reshape(len(SYMBOLS[wrt]), 1) if isinstance(SYMBOLS[wrt], sp.MatrixBase) else sp.Matrix([t])
    value = formula()
    wanted = sp.Matrix([value]).jacobian(by) if kind == "gradient" else sp.hessian(value, list(by))
    arrays = {name: np.squeeze(v, -1) if np.ndim(v) and v.shape[1] == 1 else v for name, v in values.items()}
    found = _called(getattr(d.function("numpy"), kind), arrays, _callables(declared))
    expected = _substituted(wanted, symbols, values)
    np.testing.assert_allclose(np.reshape(found, expected.shape, order="F"), expected, rtol=1e-9, atol=1e-9)


def _sized(text, sizes):
    for name, size in sizes.items():
        for before in "(,":
            for after in "),":
                text = text.replace(f"{before}{name}{after}", f"{before}{size}{after}")
    return text


REFUSED = [
    ("diff", "f(x)", {"order": 3}, F),
    ("grad", "x'hess_f(x)*x", {}, F),
    ("grad", "a'J_g(x)*b", {}, G),
    ("grad", "tr(J_g(x)'*J_g(x))", {}, G),
    ("jacobian", "J_g(x)", {}, G),
]


@pytest.mark.parametrize(("kind", "text", "options", "declared"), REFUSED)
def test_what_has_no_name_is_refused(kind, text, options, declared):
    verb = {"diff": matcalc.differential}.get(kind) or getattr(matcalc, kind)
    with pytest.raises(matcalc.MatcalcError) as error:
        verb(text, "x", variables=declared, **options)
    assert error.value.diagnostics[0].code == "M0601"


def test_definite_matrices_need_no_condition():
    assert matcalc.grad("log(det(K))", "theta", variables=D).conditions == []
    assert matcalc.grad("log(det(K))", "theta", variables=K).conditions != []


@pytest.mark.parametrize("structure", ["sym", "spd", "psd", "diag", "lower", "upper", "positive", "nonnegative", ""])
def test_structures(structure):
    variables = {"K": f"matrix(n,n) {structure} of theta"}
    d = matcalc.hessian("tr(A*K*B*K')", "theta", variables=variables)
    assert d.verify().ok
    assert matcalc.equal("K'", "K", variables=variables).equal is (structure in ("sym", "spd", "psd", "diag"))


def test_steps_name_the_chain_rule():
    assert "chain rule" in {step.rule for step in matcalc.grad("f(A*x + b)", "x", variables=F).steps}


def test_a_wrong_claim_is_seen():
    assert matcalc.verify("f(A*x)", "x", claim="A'*grad_f(A*x)", variables=F).ok
    assert matcalc.verify("f(A*x)", "x", claim="A'*grad_f(x)", variables=F | {"A": "matrix(n,n)"}).ok is False
    assert matcalc.verify("log(det(K))", "theta", claim="tr(inv(K)*∂K/∂θ)", variables=D).ok
    assert matcalc.verify("log(det(K))", "theta", claim="tr(K*∂K/∂θ)", variables=D).ok is False
