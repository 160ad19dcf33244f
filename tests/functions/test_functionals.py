"""funm(A, f), a function of numbers of a symmetric matrix: f named or unknown, where eigenvalues coincide or nearly do,
in every language. mpmath's eigenvectors in 60 digits, SciPy's funm and JAX are the oracles.
"""

import shutil
from pathlib import Path

import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.special

import matcalc
from matcalc.algebra.make import param_leaf
from matcalc.core.expr import CALL, postorder
from matcalc.diagnostics import InputError, NoRuleError
from matcalc.numeric.evaluate import run
from matcalc.rulebook.book import Rulebook, standard
from matcalc.rulebook.functional import is_taken
from matcalc.rulebook.slopes import NotEntrywiseError
from matcalc.rulebook.slopes import slope as slope_of

RNG = np.random.default_rng(13)
N = 4
SYM, SPD = {"A": "matrix(n,n) sym"}, {"A": "matrix(n,n) spd"}
B, E = RNG.standard_normal((2, N, N))
Q = np.linalg.qr(RNG.standard_normal((N, N)))[0]
SPECTRA = {
    "identity": [1.0, 1.0, 1.0, 1.0], "double": [0.5, 0.5, 1.2, 2.0], "zero": [0.0, 0.0, 0.7, 0.7],
    "generic": [0.3, 0.9, 1.7, 2.9], "far apart": [1e-4, 1.0, 30.0, 31.0],
    **{f"gap {gap:g}": [1.0, 1.0 + gap, 2.0, 2.0 - gap] for gap in (1e-2, 1.1e-3, 0.9e-3, 1e-5, 1e-8, 1e-13)},
}
FUNCTIONS = {  # by name: in NumPy, in mpmath
    "sigmoid": (scipy.special.expit, lambda x: 1 / (1 + mpmath.exp(-x))),
    "arctan": (np.arctan, mpmath.atan), "tanh": (np.tanh, mpmath.tanh), "erf": (scipy.special.erf, mpmath.erf),
    "sin": (np.sin, mpmath.sin), "exp": (np.exp, mpmath.exp), "softplus": (lambda x: np.logaddexp(0, x), lambda x:
                                                                         mpmath.log(1 + mpmath.exp(x))),
}


def matrix(where):
    return Q @ np.diag(SPECTRA[where]) @ Q.T


def exactly(f, A):
    """f(A) from eigenvectors in the digits of mpmath."""
    values, vectors = mpmath.eigsy(A)
    return vectors * mpmath.diag([f(x) for x in values]) * vectors.T


def slope(f, A, direction=E):
    """d/dt tr(B f(A + t(E + E')/2)) at 0, differenced in 60 digits."""
    with mpmath.workdps(60):
        b, e = mpmath.matrix(B.tolist()), mpmath.matrix(((direction + direction.T) / 2).tolist())
        a = mpmath.matrix(A.tolist())
        a, h = (a + a.T) / 2, mpmath.mpf(10) ** -18
        change = b * (exactly(f, a + h * e) - exactly(f, a - h * e))
        return float(sum(change[i, i] for i in range(N)) / (2 * h))


@pytest.mark.parametrize("where", SPECTRA)
@pytest.mark.parametrize("name", ["sigmoid", "arctan", "exp"])
def test_gradients_are_right_where_eigenvalues_coincide_or_nearly_do(name, where):
    A = matrix(where)
    if name == "exp" and where == "far apart":
        A = A / 10
    G = matcalc.grad(f"tr(B*funm(A, {name}))", "A", variables=SYM, check=False).evaluate({"A": A, "B": B})
    wanted = slope(FUNCTIONS[name][1], A)
    assert np.sum(G * E) == pytest.approx(wanted, rel=3e-11, abs=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_those_of_scipy(name):
    f, A = FUNCTIONS[name][0], matrix("generic")
    d = matcalc.grad(f"tr(B*funm(A, {name}))", "A", variables=SYM, check=False)
    assert d.value({"A": A, "B": B}) == pytest.approx(np.trace(B @ scipy.linalg.funm(A, lambda x: f(x.real))), rel=1e-9)


TRACES = [
    ("tr(funm(A, sigmoid))", "funm(A, sigmoid) - funm(A, sigmoid)^2"),
    ("tr(funm(A, arctan))", "inv(eye(n) + A^2)"), ("tr(funm(A, tanh))", "eye(n) - funm(A, tanh)^2"),
    ("tr(funm(A, softplus))", "funm(A, sigmoid)"), ("tr(funm(A, relu))", "funm(A, step)"),
    ("tr(funm(A, abs))", "funm(A, sign)"), ("tr(funm(A, erf))", "2/sqrt(pi)*expm(-A^2)"),
    ("tr(funm(A, exp))", "expm(A)"), ("tr(funm(A, square))", "2*A"), ("tr(funm(A, sin))", "cosm(A)"),
    ("tr(funm(A, arcsin))", "inv(sqrtm(eye(n) - A^2))"), ("tr(funm(A, f))", "funm(A, deriv(f))"),
    ("tr(funm(A, deriv(f)))", "funm(A, deriv(f, 2))"), ("tr(A*funm(A, f))", "funm(A, f) + A*funm(A, deriv(f))"),
    ("normF(funm(A, f))^2", "2*funm(A, f)*funm(A, deriv(f))"),
]


@pytest.mark.parametrize(("formula", "answer"), TRACES)
def test_the_trace_of_a_function_has_the_gradient_of_a_textbook(formula, answer):
    """Matrix Cookbook (128) with a symmetric A; Higham (2008) th. 3.11."""
    d = matcalc.grad(formula, "A", variables=SYM)
    assert matcalc.equal(d.ascii, answer, variables=SYM).equal
    assert d.verify().ok
    assert len(d.ascii) <= len(answer)


@pytest.mark.parametrize("kind", ["matrix(n,n) sym", "matrix(n,n)"])
@pytest.mark.parametrize("name", ["sigmoid", "f"])
def test_bilinear_forms_take_the_divided_differences(name, kind):
    d = matcalc.grad(f"u'*funm(A, {name})*v", "A", variables={"A": kind})
    assert d.verify().ok
    assert {e.data.known_as for e in postorder(d.expr) if e.kind is CALL} == {"dfunm"}
    assert ("A sym" in d.conditions) == ("sym" not in kind)


@pytest.mark.parametrize("formula", ["funm(A, sigmoid)", "funm(A, f)*b", "funm(X'*X, tanh)"])
def test_jacobians(formula):
    assert matcalc.jacobian(formula, "X" if "X" in formula else "A",
                            variables={} if "X" in formula else SYM).verify().ok


@pytest.mark.parametrize("formula", ["tr(funm(A, sigmoid))", "tr(funm(A, f))", "u'*funm(A, sigmoid)*v"])
def test_second_derivatives_verify(formula):
    assert matcalc.hessian(formula, "A", variables=SYM).verify().ok


def test_jax_agrees_where_eigenvalues_are_apart():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    u, v = RNG.standard_normal((2, N))

    def loss(A):
        values, vectors = jnp.linalg.eigh((A + A.T) / 2)
        return u @ vectors @ (jnp.tanh(values) * (vectors.T @ v))

    A = matrix("generic")
    with jax.enable_x64(True):
        wanted = np.asarray(jax.grad(loss)(jnp.asarray(A)))
    got = matcalc.grad("u'*funm(A, tanh)*v", "A", variables=SYM, check=False).evaluate({"A": A, "u": u, "v": v})
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)


def test_the_domain_of_f_is_asked_of_the_eigenvalues():
    d = matcalc.grad("tr(funm(A, lgamma))", "A", variables=SYM)
    assert d.conditions == ["A spd"]
    assert matcalc.grad("tr(funm(A, lgamma))", "A", variables=SPD).conditions == []
    d = matcalc.grad("tr(B*funm(A, arcsin))", "A", variables=SYM)
    assert d.conditions == ["eigvalsh(A) between -1 and 1"]
    kinks = matcalc.grad("tr(funm(A, relu))", "A", variables=SYM).conditions
    assert any("for eigenvalues at 0" in said for said in kinks)


def test_code_takes_an_unknown_function_and_its_derivative_as_arguments():
    d = matcalc.grad("u'*funm(A, f)*v", "A", variables=SYM)
    space = {"__name__": "generated"}
    exec(d.code("numpy"), space)
    u, v = RNG.standard_normal((2, N))
    for where in ("double", "gap 1e-08", "generic"):
        A = matrix(where)
        given = {"u": u, "A": A, "v": v}
        G = space["gradient"](**given, f=np.sin, f_1=np.cos)
        named = matcalc.grad("u'*funm(A, sin)*v", "A", variables=SYM, check=False).evaluate(given)
        np.testing.assert_allclose(G, named, rtol=1e-10, atol=1e-12)
    with pytest.raises(InputError, match="f is an unspecified function"):
        d.evaluate({"u": u, "A": A, "v": v})


TOOLS = {"numpy": "", "jax": "jax", "torch": "torch", "array-api": "array_api_strict", "octave": "octave-cli",
         "r": "Rscript", "cpp": "g++"}


@pytest.mark.parametrize("target", TOOLS)
@pytest.mark.parametrize("formula", ["u'*funm(A, softplus)*v", "tr(B*funm(A, f))"])
def test_programs_run_and_find_themselves_right(formula, target):
    """`code` runs the program, which compares its gradient with differences, and refuses what fails."""
    tool = TOOLS[target]
    if tool in ("octave-cli", "Rscript", "g++"):
        if shutil.which(tool) is None or (tool == "g++" and not Path("/usr/include/eigen3").is_dir()):
            pytest.skip(f"{tool} is not installed")
    elif tool:
        pytest.importorskip(tool)
    source = matcalc.grad(formula, "A", variables=SYM).code(target)
    assert "not run" not in source
    assert "eig" in source


def test_plain_python_has_functions_of_symmetric_matrices():
    text = matcalc.grad("u'*funm(A, tanh)*v", "A", variables=SYM).code("pure")  # run, and compared with differences
    assert "symmetric_eigen" in text


SAME = [("funm(A, f′)", "funm(A, deriv(f))"), ("funm(A, f'')", "funm(A, deriv(f, 2))"),
        (r"\operatorname{funm}(A, \sigma')", "funm(A, deriv(sigma))"), ("funm(A, exp)", "expm(A)"),
        (r"\operatorname{funm}(A, \operatorname{sigmoid})", "funm(A, sigmoid)"), ("funm(A, sqrt)", "sqrtm(A)")]


@pytest.mark.parametrize(("text", "means"), SAME)
def test_spellings(text, means):
    assert matcalc.parse(text, variables=SYM) is matcalc.parse(means, variables=SYM)


def test_numpy_spellings():
    for text in ("funm(A, np.tanh)", "scipy.linalg.funm(A, np.tanh)"):
        assert matcalc.parse(text, variables=SYM, dialect="numpy") is matcalc.parse("funm(A, tanh)",
                                                                                        variables=SYM)


REFUSED = {
    "funm(A)": "takes 1 argument and then a function", "funm A": "in parentheses", "funm(A, B)": "by its name",
    "funm(A, 2)": "by its name", "funm(A, f(A))": "expected \\)", "funm(A, f, g)": "expected \\)",
    "funm(A, hypot)": "which hypot is not", "funm(A, det)": "which det is not", "funm(A, softmax)": "softmax is not",
    "funm(A, deriv(f, 0))": "a derivative reads", "funm(A, deriv(f, 1.5))": "a derivative reads",
    "funm(A, deriv(f, 10))": "up to order 9", "dfunm(A, f)": "takes 2 arguments", "funm(f, A)": "by its name",
    "tr(f(A))": "of every entry, or of the matrix as a whole",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_function_of_a_number_is_refused(text):
    with pytest.raises(InputError, match=REFUSED[text]):
        matcalc.parse(text, variables=SYM)


def test_the_question_about_f_of_a_matrix_offers_both():
    with pytest.raises(InputError) as refused:
        matcalc.parse("tr(f(A))", variables=SYM)
    assert refused.value.diagnostics[0].fixes == ("tr(f.(A))", "tr(funm(A, f))")


EVERY = sorted({f.name for f in standard().functions() if f.form == "elementwise" and is_taken(f)
                and f.params[0].shape[0] != 1})


@pytest.mark.parametrize("name", EVERY)
def test_every_function_of_one_number_may_be_given(name):
    for formula in (f"tr(funm(A, {name}))", f"tr(B*funm(A, {name}))"):
        d = matcalc.grad(formula, "A", variables=SYM)
        found = d.verify()
        assert found.ok or (found.ok is None and any("between 0 and 1" in said for said in d.conditions)), formula


@pytest.mark.parametrize("name", ["sign", "relu", "soft_threshold_half"])
def test_steps_and_kinks_between_eigenvalues_are_divided(name, tmp_path):
    """The mean of f′ at two points says nothing where f jumps between two eigenvalues, however near they are."""
    rules = tmp_path / "my.rules"
    rules.write_text("elementwise soft_threshold_half(X: [m,n]) -> [m,n]\n  is = equivariant\n"
                     "  d = 1/2*(sign(X.^2 - 1/4*ones(m,n)) + ones(m,n))\n"
                     "  kink = at 1/2 the derivative is taken as 1/2\n"
                     "  numpy = np.sign(X) * np.maximum(np.abs(X) - 0.5, 0)\n  ref = Boyd & Vandenberghe\n")
    f = {"sign": np.sign, "relu": lambda x: np.maximum(x, 0),
         "soft_threshold_half": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)}[name]
    values = np.array([-3.0, -1e-4, 1e-4, 3.5])
    F = np.subtract.outer(f(values), f(values)) / (np.subtract.outer(values, values) + np.eye(N))
    F += np.diag({"sign": 0 * values, "relu": values > 0}.get(name, abs(values) > 0.5).astype(float))
    A = Q @ np.diag(values) @ Q.T
    G = matcalc.grad(f"tr(B*funm(A, {name}))", "A", variables=SYM, check=False, rules=str(rules)).evaluate(
        {"A": A, "B": B})
    np.testing.assert_allclose(G, Q @ (F * (Q.T @ ((B + B.T) / 2) @ Q)) @ Q.T, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("spectrum", [[1e-5, 3e-5, 1.0, 1.001], [1e-3, 2e-3, 2.001e-3, 5.0]])
def test_functions_that_are_singular_at_zero_stay_right_near_it(spectrum):
    A = Q @ np.diag(spectrum) @ Q.T
    G = matcalc.grad("tr(B*funm(A, lgamma))", "A", variables=SPD, check=False).evaluate({"A": A, "B": B})
    wanted = slope(mpmath.loggamma, A)
    assert np.sum(G * E) == pytest.approx(wanted, rel=1e-9)


BLOCK = """
function twice(A: [n,n], g: function) -> [n,n]
  domain  = A sym
  is      = symmetric
  body    = funm(A, g)*funm(A, g)
  d       = dfunm(A, (dA + dA')/2, g)*funm(A, g) + funm(A, g)*dfunm(A, (dA + dA')/2, g)
  ref     = the square of g(A)
  example tr(twice(A, g)) where A: sym wrt A -> 2*funm(A, g)*funm(A, deriv(g))
"""


def test_a_block_of_a_user_takes_a_function(tmp_path):
    """The extension is of the format and not of these blocks."""
    rules = tmp_path / "my.rules"
    rules.write_text(BLOCK.strip() + "\n", encoding="utf-8")
    d = matcalc.grad("tr(B*twice(A, tanh))", "A", variables=SYM, rules=[str(rules)])
    assert d.verify().ok
    assert isinstance(d.problem.rulebook, Rulebook)


WIDER = {**SPECTRA, "three near": [1.0, 1.0003, 0.9998, 2.0], "gap 0.05": [1.0, 1.05, 0.96, 2.0],
         "tiny": [0.0, 1e-20, 1e-9, 1.0]}


@pytest.mark.parametrize("name", ["arctan", "softplus", "exp"])
def test_second_derivatives_are_right_where_eigenvalues_coincide_or_nearly_do(name):
    u, v = B[0], B[1]
    F = RNG.standard_normal((N, N))
    d = matcalc.hessian(f"u'*funm(A, {name})*v", "A", variables=SYM, check=False)
    f = FUNCTIONS[name][1]
    for where, spectrum in WIDER.items():
        A = Q @ np.diag(spectrum) @ Q.T
        A = (A + A.T) / 2
        H = d.evaluate({"A": A, "u": u, "v": v})
        e, g = (X + X.T for X in (E, F))
        with mpmath.workdps(60):
            a, s, t = (mpmath.matrix(X.tolist()) for X in (A, e, g))
            left, right, h = mpmath.matrix(u.tolist()).T, mpmath.matrix(v.tolist()), mpmath.mpf(10) ** -15

            def value(p, q, a=a, s=s, t=t, left=left, right=right):
                return (left * exactly(f, a + p * s + q * t) * right)[0]

            due = float((value(h, h) - value(h, -h) - value(-h, h) + value(-h, -h)) / (4 * h * h))
        assert e.ravel() @ H @ g.ravel() == pytest.approx(due, abs=1e-9 * np.linalg.norm(H)), where


def test_second_derivatives_of_an_unknown_function_verify_and_third_ones_are_refused():
    assert matcalc.hessian("u'*funm(A, f)*v", "A", variables=SYM).verify().ok
    with pytest.raises(NoRuleError, match="d2funm"):
        matcalc.differential("u'*funm(A, f)*v", "A", order=3, variables=SYM)


def test_second_slopes_of_all_functions_of_one_number_are_differences_of_the_first():
    right, away = 0, {"arccosh": 1.2}
    for f in standard().functions():
        if f.form not in ("elementwise", "constant", "notation") or not is_taken(f) or f.params[0].shape[0] == 1:
            continue
        x, X = param_leaf(f, 0), np.array([[0.3, 0.6, 0.72]]) + away.get(f.name, 0)
        try:
            first, second = slope_of(f, 1), slope_of(f, 2)
        except NotEntrywiseError:
            continue  # which is refused by name
        sizes = dict(zip(map(str, f.params[0].shape), X.shape, strict=True))
        ahead, behind = (np.asarray(run(first, {x: X + h}, sizes)) for h in (1e-5, -1e-5))
        np.testing.assert_allclose(run(second, {x: X}, sizes), (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-7,
                                   err_msg=f.name)
        right += 1
    assert right > 100
