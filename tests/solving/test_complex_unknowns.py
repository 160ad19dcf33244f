"""Minima of real formulas of complex unknowns, against NumPy, its solvers and the equations of the Lagrangian."""

from functools import partial

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError
from matcalc.solving.closed import solution
from matcalc.solving.trial import tried

D = {"x": "complex vector(n)", "w": "complex vector(n)", "a": "complex vector(n)", "d": "complex vector(n)",
     "p": "complex vector(n)", "b": "complex vector(m)", "g": "complex vector(k)", "z": "complex scalar",
     "u": "complex scalar", "v": "complex scalar", "t": "scalar positive", "A": "complex matrix(m,n)",
     "C": "complex matrix(n,k)", "W": "complex matrix(n,k)", "B": "complex matrix(n,q)", "Y": "complex matrix(m,q)",
     "S": "complex matrix(n,n)", "U": "unitary(n)", "H": "hermitian(n)", "R": "hpd(n)", "Q": "hpd(m)", "K": "hpd(k)"}
SIZES = {"n": 4, "m": 6, "k": 2, "q": 3}


def asked(formula, wrt, *constraints):
    return matcalc.solve(formula, wrt, subject_to=list(constraints), variables=D)


def data(seed=0):
    rng = np.random.default_rng(seed)

    def drawn(rows, columns=1):
        return rng.standard_normal((rows, columns)) + 1j * rng.standard_normal((rows, columns))

    n, m, k, q = (SIZES[name] for name in "nmkq")
    found = {name: drawn(n) for name in "xwadp"}
    found |= {"b": drawn(m), "g": drawn(k), "A": drawn(m, n), "C": drawn(n, k), "Y": drawn(m, q), "S": drawn(n, n)}
    found |= {name: complex(drawn(1)[0, 0]) for name in "zuv"} | {"t": 0.7}
    roots = {"H": drawn(n, n), "R": drawn(n, n), "Q": drawn(m, m), "K": drawn(k, k)}
    half = roots.pop("H")
    found["H"] = half + half.conj().T
    return found | {name: root @ root.conj().T + np.eye(len(root)) for name, root in roots.items()}


def least(A, b):
    return np.linalg.lstsq(A, b, rcond=None)[0]


def mvdr(R, a):
    """The last part of the solution of the equations of the Lagrangian, [R a; aᴴ 0] [w; λ] = [0; 1]."""
    return constrained(R, a, np.ones((1, 1)))


def constrained(R, C, g):
    k = C.shape[1]
    zero, top = np.zeros((k, k)), np.zeros((len(R), g.shape[1]))
    return np.linalg.solve(np.block([[R, C], [C.conj().T, zero]]), np.vstack([top, g]))[:len(R)]


def value(formula, values):
    """A column for a vector."""
    found = formula.evaluate({name: values[name] for name in formula.inputs if name in values} | SIZES)
    return found[:, None] if np.ndim(found) == 1 else found


# The formula, the unknown, its constraints, and what NumPy finds.
SOLVED = [
    ("‖A x − b‖²", "x", (), lambda v: least(v["A"], v["b"])),
    ("‖A x − b‖", "x", (), lambda v: least(v["A"], v["b"])),
    ("log(1 + norm2(A x - b)^2)", "x", (), lambda v: least(v["A"], v["b"])),
    ("‖A x − b‖² + t ‖x‖²", "x", (), lambda v: least(np.vstack([v["A"], np.sqrt(v["t"]) * np.eye(4)]),
                                                   np.vstack([v["b"], np.zeros((4, 1))]))),
    ("(b - A x)^H Q (b - A x)", "x", (), lambda v: least(np.linalg.cholesky(v["Q"]).conj().T @ v["A"],
                                                         np.linalg.cholesky(v["Q"]).conj().T @ v["b"])),
    ("normF(Y - A B)^2", "B", (), lambda v: least(v["A"], v["Y"])),
    ("w^H R w - w^H p - p^H w", "w", (), lambda v: np.linalg.solve(v["R"], v["p"])),
    ("w^H R w - 2 real(p^H w)", "w", (), lambda v: np.linalg.solve(v["R"], v["p"])),
    ("abs(z-u)^2 + abs(z-v)^2", "z", (), lambda v: (v["u"] + v["v"]) / 2),
    ("abs(u z - v)^2 + t abs(z)^2", "z", (), lambda v: np.conj(v["u"]) * v["v"] / (abs(v["u"])**2 + v["t"])),
    ("w^H R w", "w", ("w^H a = 1",), lambda v: mvdr(v["R"], v["a"])),
    ("w^H R w", "w", ("a^H w = 1",), lambda v: mvdr(v["R"], v["a"])),
    ("w^H R w", "w", ("a' w = 1",), lambda v: mvdr(v["R"], v["a"].conj())),
    ("w^H R w", "w", ("real(a^H w) = 1",), lambda v: mvdr(v["R"], v["a"])),
    ("w^H R w", "w", ("C^H w = g",), lambda v: constrained(v["R"], v["C"], v["g"])),
    ("w^H R w", "w", ("w^H C = g^H",), lambda v: constrained(v["R"], v["C"], v["g"])),
    ("w^H R w", "w", ("a^H w = 1", "d^H w = 0"),
     lambda v: constrained(v["R"], np.hstack([v["a"], v["d"]]), np.array([[1.0], [0.0]]))),
    ("tr(W^H R W)", "W", ("C^H W = eye(k)",), lambda v: constrained(v["R"], v["C"], np.eye(2))),
    ("‖x‖²", "x", ("C^H x = g",), lambda v: np.linalg.pinv(v["C"].conj().T) @ v["g"]),
    ("tr(W^H R W) + tr(W K W^H) - 2 real(tr(C^H W))", "W", (), lambda v: np.linalg.solve(
        np.kron(np.eye(2), v["R"]) + np.kron(v["K"].T, np.eye(4)),
        v["C"].reshape(-1, 1, order="F")).reshape(4, 2, order="F")),
]


def test_minima_are_those_of_numpy():
    values = data()
    for formula, wrt, constraints, expected in SOLVED:
        s = asked(formula, wrt, *constraints)
        assert (s.kind, s.verify().ok) == ("minimum", True), (formula, constraints)
        assert np.allclose(value(s, values), expected(values)), (formula, constraints)


def test_multipliers_are_those_of_the_lagrangian():
    values = data(1)
    for constraint in ("C^H w = g", "w^H C = g^H"):
        s = asked("w^H R w", "w", constraint)
        w, lam = value(s, values), value(s.multipliers["lambda"], values)
        assert np.allclose(values["R"] @ w + values["C"] @ lam, 0)
        assert np.allclose(values["C"].conj().T @ w, values["g"])
    assert s.notes == ["λ is complex: the Lagrangian has 2 Re tr(λᴴ c), c being left minus right"]
    real = asked("w^H R w", "w", "real(a^H w) = 1")
    lam = value(real.multipliers["lambda"], values)
    assert np.isrealobj(lam)
    assert np.isclose(lam, -2 / np.linalg.multi_dot(
        [values["a"].conj().T, np.linalg.inv(values["R"]), values["a"]]).real.item())


def test_what_stands_there():
    for formula, wrt, constraints, text, conditions in [
            ("‖A x − b‖²", "x", (), "inv(A^H*A)*A^H*b", ["A has full column rank"]),
            ("w^H R w - w^H p - p^H w", "w", (), "inv(R)*p", []),
            ("w^H R w", "w", ("w^H a = 1",), "inv(R)*a/(a^H*inv(R)*a)", ["a != 0"]),
            ("w^H R w", "w", ("C^H w = g",), "inv(R)*C*inv(C^H*inv(R)*C)*g", ["C has full column rank"]),
            ("exp(-norm2(x - a)^2)", "x", (), "a", []),
            ("x^H H x - x^H p - p^H x", "x", (), "inv(H)*p", ["H invertible"])]:
        s = asked(formula, wrt, *constraints)
        assert (s.ascii, s.conditions) == (text, conditions)
        assert all(step.after for step in s.steps)
        assert r"\mathsf{H}" in asked("‖A x − b‖²", "x").latex
    assert asked("exp(-norm2(x - a)^2)", "x").kind == "maximum"
    depends = asked("x^H H x - x^H p - p^H x", "x")
    assert (depends.kind, depends.curvature is not None) == ("depends", True)
    assert asked("‖x‖² + x^H H x - x^H p - p^H x", "x").conditions == ["H is positive definite"]


def test_real_unknowns_in_complex_data():
    values = data(2)
    s = matcalc.solve("‖A x − b‖²", "x", variables={**D, "x": "vector(n)"})
    both = np.vstack([values["A"].real, values["A"].imag]), np.vstack([values["b"].real, values["b"].imag])
    found = value(s, values)
    assert np.isrealobj(found)
    assert np.allclose(found, least(*both))
    assert s.verify().ok


def test_hermitian_unknowns():
    values = data(5)
    C, S, n = values["C"], values["S"], 4
    S4 = S @ S.conj().T
    for formula, wrt, constraints, text, expected in [
            ("log(det(R)) + tr(inv(R) S S^H)", "R", (), "S*S^H", S4),  # Goodman (1963)
            ("t log(det(R)) + tr(inv(R) S S^H)", "R", (), "S*S^H/t", S4 / values["t"]),
            ("tr(R S S^H) - log(det(R))", "R", (), "inv(S)^H*inv(S)", np.linalg.inv(S4)),
            ("normF(H - S)^2", "H", (), "(S + S^H)/2", (S + S.conj().T) / 2),
            ("normF(H - C C^H)^2", "H", ("tr(H) = 1",), "C*C^H + (1 - tr(C^H*C))*eye(n)/n",
             C @ C.conj().T + (1 - np.linalg.norm(C)**2) * np.eye(n) / n)]:
        s = asked(formula, wrt, *constraints)
        assert (s.ascii, s.kind, s.verify().ok) == (text, "minimum", True)
        assert np.allclose(value(s, values), expected)


def test_equations():
    values = data(3)
    s = matcalc.solve("S x = p", "x", variables=D)
    assert np.allclose(values["S"] @ value(s, values), values["p"])
    s = matcalc.solve("R W + W K = C", "W", variables=D)
    w = value(s, values)
    assert np.allclose(values["R"] @ w + w @ values["K"], values["C"])


# What is least of a form on a quadric, of a quotient, and of a linear formula: by NumPy's eigenvalues.
QUADRICS = [("x^H H x", ["x^H x = 1"], "phase", lambda v: np.linalg.eigvalsh(v["H"])[0]),
            ("x^H H x", ["x^H x = 2"], "phase", lambda v: 2 * np.linalg.eigvalsh(v["H"])[0]),
            ("-x^H H x", ["norm2(x) = 1"], "phase", lambda v: -np.linalg.eigvalsh(v["H"])[-1]),
            ("x^H H x/(x^H x)", [], "scale", lambda v: np.linalg.eigvalsh(v["H"])[0]),
            ("x^H H x/(x^H R x)", [], "scale",
             lambda v: np.linalg.eigvals(np.linalg.solve(v["R"], v["H"])).real.min()),
            ("x^H H x", ["x^H R x = 1"], "phase",
             lambda v: np.linalg.eigvals(np.linalg.solve(v["R"], v["H"])).real.min()),
            ("-|x^H a|^2/(x^H R x)", [], "scale", lambda v: -np.vdot(v["a"], np.linalg.solve(v["R"], v["a"])).real),
            ("real(a^H x)", ["x^H x = 1"], "", lambda v: -np.linalg.norm(v["a"])),
            ("real(a^H x)/norm2(x)", [], "ray", lambda v: -np.linalg.norm(v["a"]))]


def test_rayleigh_quotients_and_spheres():
    values = data(5)
    for formula, constraints, freedom, least_value in QUADRICS:
        s = asked(formula, "x", *constraints)
        assert (s.kind, s.freedom, s.verify().ok) == ("minimum", freedom, True), formula
        x = value(s, values)
        assert np.isclose(_of(formula, {**values, "x": x[:, 0]}), least_value(values)), formula
    assert matcalc.solve("a'x/norm2(x)", "x").freedom == "ray"  # of real numbers too: −x is the maximum


def _of(formula, known):
    """The value of a formula in NumPy's words."""
    x, a = np.ravel(known["x"]), np.ravel(known["a"])
    size = {name: np.vdot(x, m @ x).real for name, m in (("H", known["H"]), ("R", known["R"]), ("I", np.eye(len(x))))}
    top = -abs(np.vdot(x, a)) ** 2 if "|" in formula else np.vdot(a, x).real if "real" in formula else \
        size["H"] * (-1 if formula.startswith("-") else 1)
    below = formula.partition("/")[2]
    return top / (1 if not below else np.sqrt(size["I"]) if "norm2" in below else size["R" if "R" in below else "I"])


def test_the_check_finds_what_is_wrong():
    s = solution("w^H R w", "w", subject_to="a^H w = 1", declared=D)
    said = s.claims.stated
    (w, value), = said.unknowns.items()
    for wrong in (matcalc.algebra.conjugate(value), matcalc.algebra.multiply(matcalc.algebra.num(2), value)):
        assert tried(said._replace(unknowns={w: wrong})).ok is False
    assert tried(said._replace(kind="maximum")).ok is False  # steps along the constraint raise the value


def test_what_is_not_solved_is_refused_by_name():
    for ask, code in [
            (partial(asked, "tr(W^H H W)", "W", "tr(W^H W) = 1"), "M1503"),
            (partial(matcalc.solve, "t^T H t/(t^T t)", "t", variables={"t": "vector(n)", "H": D["H"]}), "M1503"),
            (partial(asked, "x^H x", "x", "x^H x = 1"), "M0603"),  # constant there
            (partial(asked, "x^H S x", "x"), "M1503"),  # not real
            (partial(asked, "w^H R w", "w", "a^H w + conj(d^H w) = 1i"), "M1503"),
            (partial(asked, "real(tr(S U))", "U"), "M1503"),
            (partial(asked, "normF(H - S)^2", "H", "H p = a"), "M1503"),  # complex equations of a Hermitian unknown
            (partial(asked, "-normF(R - H)^2 + tr(R)", "R", "tr(H R) + tr(R) = 0"), "M0901"),
            (partial(matcalc.solve, "‖A x − b‖² + t^2", ["x", "t"], variables={**D, "x": "vector(n)"}), "M1503"),
            (partial(matcalc.solve, "‖A x‖²", "x", subject_to="x'x = 1", variables={**D, "x": "vector(n)"}), "M1503"),
            (partial(asked, "real(x' S x) + ‖x‖²", "x"), "M0603"),
            (partial(asked, "w^H R w", "w", "a^H w = 1", "w^H a = 1"), "M0605"),
            (partial(asked, "real(a^H w)", "w"), "M0604"),
            (partial(matcalc.kkt, "‖x‖²", "x", subject_to="real(x) >= 1", variables=D), "M1503"),
            (partial(matcalc.solve, "S x = p", "x", variables={**D, "x": "vector(n)"}), "M1503"),
            (partial(matcalc.solve, "S x = p", "x", variables=D, general=True), "M1503")]:
        with pytest.raises(MatcalcError) as refused:
            ask()
        assert refused.value.diagnostics[0].code == code, refused.value


def test_the_program():
    values = data(4)
    found = asked("w^H R w", "w", "C^H w = g").function().solution(R=values["R"], C=values["C"], g=values["g"][:, 0])
    assert np.allclose(found, constrained(values["R"], values["C"], values["g"])[:, 0])
    with pytest.raises(MatcalcError, match="no code for complex numbers in Julia"):
        asked("w^H R w", "w", "C^H w = g").code("julia")
    assert "ComplexVector w = solution(a, R);" in asked("w^H R w", "w", "a^H w = 1").code("cpp", check=False)
