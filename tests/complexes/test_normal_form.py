"""The normal form of complex expressions keeps values, conjugates are conjugates, and what is called real is real."""

import random
from functools import partial

import numpy as np
import pytest

import matcalc
from matcalc import algebra as al
from matcalc.algebra.conjugation import is_hermitian, is_real
from matcalc.algebra.facts import is_definite, is_nonnegative
from matcalc.algebra.holomorphy import is_analytic, takes_complex
from matcalc.checking.stated import Trials
from matcalc.checking.verification import equal_numerically
from matcalc.core.expr import CALL, VAR, node, postorder, variables
from matcalc.diagnostics import MatcalcError
from matcalc.language import parse
from matcalc.numeric.evaluate import call, evaluate
from matcalc.printers import text as printed
from matcalc.rulebook.book import standard
from matcalc.rulecheck.specimen import Specimen
from tests import random_expressions as rx

KINDS = {"A": "complex", "B": "complex", "C": "complex", "D": "complex", "S": "hermitian", "Q": "unitary", "L": "hpd",
         "x": "complex", "y": "complex", "c": "complex"}


def _adjoint(a):
    return np.conj(a.T)


@pytest.fixture
def complex_leaves(monkeypatch):
    """The leaves of random trees, most of them complex, and their values; flips become conjugate transposes."""
    leaves = {name: (shape, frozenset({KINDS[name]}) if name in KINDS else props)
              for name, (shape, props) in rx.LEAVES.items()}
    monkeypatch.setattr(rx, "LEAVES", leaves)
    monkeypatch.setitem(rx._BUILD, "flip", al.adjoint)
    monkeypatch.setitem(rx._VALUE, "flip", _adjoint)
    monkeypatch.setitem(rx._VALUE, "root", lambda a: np.sqrt(a.astype(complex)))

    def draw(seed):
        rng = np.random.default_rng(seed)
        values = {}
        for name, (shape, props) in leaves.items():
            size = (rx.size(shape[0]), rx.size(shape[1]))
            a = 0.6 * (rng.normal(size=size) + 1j * rng.normal(size=size))
            if "hermitian" in props:
                a = (a + _adjoint(a)) / 2
            elif "unitary" in props:
                a = np.linalg.qr(a)[0]
            elif "hpd" in props:
                a = a @ _adjoint(a) + np.eye(len(a))
            elif not props & {"complex"}:
                a = np.abs(a.real) + 0.5
                a = (a - a.T) / 2 if "skew" in props else a
            values[name] = a
        return values

    return draw


def test_values_and_conjugates_are_kept(complex_leaves):
    tried = 0
    for seed in range(150):
        rng = random.Random(seed)
        tree = rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1), (rx.M, rx.N)]), 4)
        values = complex_leaves(seed % 7)
        want = rx.value(tree, values)
        if not np.all(np.isfinite(want)) or np.abs(want).max() > 1e6:
            continue
        e = rx.build(tree)
        bound = {rx.leaf(name): value for name, value in values.items()}
        near = {"rtol": 1e-7, "atol": 1e-7 * (1 + np.abs(want).max())}
        for made, due in ((e, want), (al.conjugate(e), np.conj(want)), (al.adjoint(e), _adjoint(want))):
            got = np.asarray(evaluate(made, bound, rx.SIZES), dtype=complex).reshape(due.shape)
            assert np.allclose(got, due, **near), (seed, e)
        if is_real(e):
            assert np.allclose(want.imag, 0, **near), (seed, e)
            assert not is_nonnegative(e) or want.real.min() > -near["atol"]
        if is_hermitian(e):
            assert np.allclose(want, _adjoint(want), **near)
            assert not is_definite(e) or np.linalg.eigvalsh(want).min() > -near["atol"]
        assert al.conjugate(al.conjugate(e)) is e
        tried += 1
    assert tried > 100


def _complex(e):
    """The same node for node with complex letters, without a constructor that could apply a law."""
    done = {}
    for part in postorder(e):
        data = part.data._replace(props=part.data.props | {"complex"}) if part.kind is VAR else part.data
        done[part] = node(part.kind, tuple(done[arg] for arg in part.args), data, part.shape)
    return done[e]


def test_laws_that_are_used_for_complex_matrices_hold_for_them():
    wrong, tried = [], 0
    for function in standard().functions():
        for law in function.laws():
            sides = [law.pattern, law.replacement]
            if not is_analytic(law) or not variables(*sides):
                continue
            found = equal_numerically(*map(_complex, sides), Trials(2))
            wrong += [(function.name, law.name, found.reason)] if found.ok is False else []
            tried += found.ok is True
    assert wrong == []
    assert tried > 60


def test_linear_functions_are_linear_over_the_complex_numbers():
    """What is applied to complex arguments for being linear; what is called holomorphic is checked with its rule."""
    wrong = []
    for function in standard().functions():
        if function.form != "linear" or not takes_complex(function) or "core" in function.fields:
            continue
        if function.has("holomorphic") or function.has("branched"):
            continue
        at = next(iter(Specimen(function, standard()).points()))
        given = list(at.values.values())
        turned = [1j * given[0], *given[1:]]
        value, other = (np.asarray(call(function, at.arguments(x))) for x in (given, turned))
        if not np.allclose(other, 1j * value):
            wrong.append(function.name)
    assert wrong == []


REAL = ("x^H A x", "log(det(I + H Q H^H))", "tr(X X^H)", "|z|^2", "abs(tr(X X'))^2", "(x^H A x)/(x^H L x)",
        "norm2(H x - b)^2", "real(a^H x)", "imag(z)", "x^H inv(L) x", "tr(A expm(A))", "logdet(X^H X)")
DECLARED = {"x": "complex vector(n)", "a": "complex vector(n)", "b": "complex vector(m)", "z": "complex scalar",
            "A": "hermitian(n)", "L": "hpd(n)", "Q": "hpd(n)", "H": "complex matrix(m,n)", "X": "complex matrix(m,n)"}


@pytest.mark.parametrize("text", REAL)
def test_real_values_are_known_to_be_real(text):
    names = {name: kind for name, kind in DECLARED.items() if name in text}
    e = parse(text, names, standard()).expr
    assert is_real(e)


def test_laws_of_real_numbers_do_not_touch_complex_ones():
    """x'x is no square of a length, √z² no |z|, and |z|² is not z²."""
    def read(text):
        return parse(text, {"z": "complex scalar", "x": "complex vector(n)"}, standard()).expr

    for a, b in (("x'x", "norm2(x)^2"), ("(z^2)^(1/2)", "abs(z)"), ("abs(z)^2", "z^2"), ("log(z^2)", "2*log(z)"),
                 ("(z^3)^(1/3)", "z"), ("exp(log(z) + log(z))^(1/2)", "z")):
        assert read(a) is not read(b), a
    assert not any(e.kind is CALL for e in postorder(read("norm2(x)*abs(z)")))


def test_signs_of_books_and_dialects():
    """What is read the same, what is asked about, and what ' is in MATLAB."""
    kinds = {"x": "complex vector(n)", "A": "hermitian(n)"}

    def read(text, dialect="", **more):
        return parse(text, {**kinds, **more}, standard(), dialect=dialect)

    due = read("x^H*A*x").expr
    for text in ("xᴴ A x", r"x^{\mathsf{H}} A x", r"x^\dagger A x", "x.mH*A*x", "ctranspose(x)*A*x", "conj(x)'*A*x",
                 r"\bar{x}^\top A x", "x̄ᵀ A x"):
        assert read(text).expr is due, text
    assert read("x'*A*x", "matlab").expr is due
    assert read("x.'*A*x", "matlab").expr is read("x'*A*x").expr is not due
    assert read("np.vdot(x, A @ x)", "numpy").expr is due
    assert any("without conjugates" in note for note in read("x'*A*x").notes)
    for text, code in (("x^* A x", "M0214"), ("<x, A x>", "M1505"), ("x^H A x + i", "M1506"), ("relu(x)", "M1501")):
        with pytest.raises(MatcalcError) as refused:
            read(text)
        assert refused.value.diagnostics[0].code == code, text
    with pytest.raises(MatcalcError) as refused:
        parse("x^H x", {"x": "vector(n)"}, standard())
    assert refused.value.diagnostics[0].code == "M1502"
    implied = parse("x^H A x", {}, standard())
    assert {name: v.props for name, v in implied.variables.items()} == dict.fromkeys("xA", frozenset({"complex"}))


PRINTED = ("x^H A x", "conj(A x - x)", "abs(z)^2 + z^2*conj(z)", "A^H (A x - x)", "inv(A)^H x", "2i*z/3",
           "norm2(A x)*x", "tr(A A') + tr(A A^H)", "abs(x^H A x)^4/abs(z)")


def test_what_is_printed_is_read_back():
    kinds = {"x": "complex vector(n)", "A": "complex matrix(n,n)", "z": "complex scalar"}
    for text in PRINTED:
        e = parse(text, kinds, standard()).expr
        for dialect in ("ascii", "unicode", "latex"):
            shown = printed(e, dialect)
            assert parse(shown, kinds, standard()).expr is e, (dialect, shown)


def test_what_is_not_worked_out_is_refused():
    kinds = {"x": "complex vector(n)", "A": "hermitian(n)"}
    for ask in (partial(matcalc.solve, "tr(X^H A X)", "X", subject_to="tr(X^H X) = 1"),
                partial(matcalc.hessian, "x^H A x", ["x", "A"])):
        with pytest.raises(MatcalcError) as refused:
            ask(variables=kinds)
        assert refused.value.diagnostics[0].code == "M1503"


def test_what_is_paired_with_its_conjugate_is_printed_so():
    kinds = {**dict.fromkeys("uvz", "complex scalar"), "W": "complex matrix(n,k)", "R": "hpd(n)"}
    for text, shown in [("abs(u z - v)^2", "abs(u*z - v)^2"), ("abs(u z - v)^3/abs(z - 1i)^2",
                                                             "abs(u*z - v)^3/abs(z - 1i)^2"),
                        ("tr(W^H R W)", "tr(W^H*R*W)"), ("tr(R W W^H)", "tr(W^H*R*W)")]:
        assert matcalc.simplify(text, variables=kinds).ascii == shown


def test_steps_to_a_square_of_a_complex_matrix_move_both_factors():
    d = matcalc.grad("normF(W)^2 + tr(W^H R W)", "W", variables={"W": "complex matrix(n,k)", "R": "hpd(n)"})
    assert not any("2*tr(W'*dW)" in step.after for step in d.steps)
