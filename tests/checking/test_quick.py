"""The quick check in plain Python: it agrees with the thorough one, passes nothing wrong, and loads no NumPy."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest

import matcalc
from matcalc.algebra import add, multiply, num
from matcalc.algebra.leaves import is_zero
from matcalc.checking import verification
from matcalc.checking.quick import passed
from matcalc.checking.stated import Statement, Trials
from matcalc.core.expr import ADD, Expr
from tests import corpus

CASES = [case for case in corpus.cases() if case["task"] in ("grad", "jacobian")]
LEFT = {  # what only the thorough check decides, and why
    "cb39y": "a Jacobian of a Kronecker product, too large for plain Python",
    "mn-kAX": "the same",
    "ml-krF": "fixed sizes, too large for plain Python",
    "mn-XtXi": "X'X is singular at every size that is tried, m > n",
    "ad-sim": "f does not depend on X but for rounding",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_it_passes_what_holds(case: dict[str, Any]):
    for s in corpus.answer(case["id"]).statements:
        found = passed(s, Trials())
        if case["id"] not in LEFT:
            assert found is not None
            assert found.ok is True
            assert found.max_rel_error <= 1e-8
            assert len(found.checks) == 3
            assert found.tolerance == verification.TOLERANCE


FORMS = [(case["id"], s) for case in corpus.cases() if case["task"] in ("hessian", "mixed")
         for s in corpus.answer(case["id"]).statements if s.kind == "differential"]
FORMS += [(f, s) for f, order, declared in (
    ("A*X*B", 1, {}), ("inv(X)*A*Y", 2, {}), ("det(X)", 3, {}), ("kron(X, Y)", 1, {}),
    ("X'*X", 2, {"X": "matrix(m,n)"}), ("sum(exp(X*y))", 2, {}),
    ("tr(A*X)", 2, {"A": "matrix(n,m)", "X": "matrix(m,n)"}), ("norm2(x)*y", 1, {}))
    for s in matcalc.differential(f, order=order, variables=declared).statements]


@pytest.mark.parametrize(("said", "s"), FORMS, ids=lambda part: part if isinstance(part, str) else "")
def test_differentials_pass_where_they_hold_and_only_there(said: str, s: Statement):
    found = passed(s, Trials())
    assert found is not None, said
    assert found.ok is True
    assert found.max_rel_error <= 1e-8
    assert verification.check(s).ok is True
    if not is_zero(s.derivative):
        assert all(passed(s._replace(derivative=other), Trials()) is None for other in wrong(s.derivative))


def test_a_differential_in_a_tangent_of_something_else_is_left_to_the_thorough_check():
    (s,) = matcalc.differential("A*X*B", wrt="X").statements
    other, = matcalc.differential("A*X*B", wrt="A").statements
    assert passed(s._replace(x=other.x), Trials()) is None
    assert passed(s._replace(f=other.derivative), Trials()) is None


@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case["id"])
def test_the_thorough_check_agrees(case: dict[str, Any]):
    for s in corpus.answer(case["id"]).statements:
        thorough, quick = verification.check(s), passed(s, Trials())
        assert thorough.ok is True
        assert (quick is None or quick.method == thorough.method)


def wrong(e: Expr) -> list[Expr]:
    """Derivatives that are wrong: of another sign, of another size, with a part left out."""
    found = [multiply(num(k), e) for k in (-1, 2, Fraction(100001, 100000))]
    if e.kind is ADD:
        found.append(add(*e.args[1:]))
    return [other for other in found if other is not e]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_it_never_passes_what_is_wrong(case: dict[str, Any]):
    for s in corpus.answer(case["id"]).statements:
        assert all(passed(s._replace(derivative=other), Trials()) is None for other in wrong(s.derivative))


@pytest.mark.parametrize(("f", "other"), [
    ("tr(X*X)", "tr(X'*X)"), ("det(X)", "det(X) + tr(X)/10^4"), ("tr(A*X)", "tr(A'*X)"), ("logdet(X)", "tr(inv(X))"),
    ("sum(abs(x))", "sum(x)"), ("norm2(x)", "x'*x/2"), ("sum(relu(x))", "sum(abs(x))/2"), ("x'*A*x", "x'*A'*A*x"),
])
def test_the_derivative_of_another_function_is_left_to_the_thorough_check(f: str, other: str):
    declared = {"X": "matrix(n,n)", "A": "matrix(n,n)", "x": "vector(n)"}
    asked, instead = (matcalc.grad(g, "X" if "X" in f else "x", variables={k: v for k, v in declared.items() if k in g},
                                   check=False).statements[-1] for g in (f, other))
    assert passed(asked, Trials()) is not None
    assert passed(asked._replace(derivative=instead.derivative), Trials()) is None


@pytest.mark.parametrize(("f", "wrt", "declared"), [
    ("logdet(S)", "S", {"S": "spd(n)"}), ("tr(A*S)", "S", {"S": "matrix(n,n) sym"}),
    ("x'*K*y", "K", {"K": "matrix(n,n) skew"}),
    ("x'*L*y", "L", {"L": "matrix(n,n) lower"}), ("tr(A*D)", "D", {"D": "matrix(n,n) diag"}), ("sum(log(x))", "x", {}),
    ("sum(f(A*x))", "x", {}), ("-y'*log(softmax(W*x))", "W", {"y": "vector(n) onehot"}),
])
def test_declared_properties(f: str, wrt: str, declared: dict[str, str]):
    found = passed(matcalc.grad(f, wrt, variables=declared, check=False).statements[-1], Trials())
    assert found is not None
    assert found.ok is True


def test_seed_and_sizes_are_those_asked_for():
    s = matcalc.grad("tr(A*X)", "X").statements[-1]
    found = passed(s, Trials(2, 7, {"n": 3, "p": 2} if "p" in str(s.x.shape) else {"n": 3}))
    assert found is None or ([c.seed for c in found.checks] == [7, 8] and all(c.sizes["n"] == 3 for c in found.checks))
    assert passed(s, Trials(sizes=dict.fromkeys(("m", "n"), 90))) is None


LOADED = """
import sys
import matcalc
d = matcalc.grad({f!r}, {wrt!r})
assert d.verify().ok and d.ascii and d.conditions is not None
print("numpy" in sys.modules)
"""


@pytest.mark.parametrize(("f", "wrt"), [("det(A*X*B)", "X"), ("norm2(A*x - b)^2", "x"), ("logsumexp(A*x)", "x"), (
    "logdet(X'*X + c*eye(n))", "X"), ("sum(softplus(A*x))", "x")])
def test_a_checked_gradient_loads_no_numpy(f: str, wrt: str):
    text = LOADED.format(f=f, wrt=wrt)
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"


def test_nor_does_the_command():
    text = """
import sys
from matcalc.__main__ import main
sys.argv = ["matcalc", "grad", "det(AXB)", "--wrt", "X", "--format", "text"]
try:
    main()
except SystemExit as end:
    print(end.code, "numpy" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert "✓ checked: 3 random draws" in said
    assert said.endswith("0 False\n")
