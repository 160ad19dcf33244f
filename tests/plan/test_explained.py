"""The plan that one looks at: why each kernel is there, what all of them cost, and how it is laid out."""

import json
import re

import pytest

import matcalc
from matcalc.plan.explained import Explained
from tests.cli.sessions import on_terminal, run

SPD = {"S": "spd(n)", "y": "vector(n)"}
REASONS = [  # formula, by what, declarations, which function, a reason that is given
    ("y'*inv(S)*y + log(det(S))", "S", SPD, "value_and_gradient",
     "one Cholesky factor serves solve, log det and inverse"),
    ("y'*inv(S)*y", "y", SPD, "gradient", "positive definite"),
    ("y'*inv(S)*y", "y", SPD, "gradient", "the inverse is never formed"),
    ("tr(inv(A))", "A", {"A": "matrix(n,n) invertible"}, "gradient", "from the factor, as it is itself wanted"),
    ("y'*inv(L)*y", "y", {"L": "lower(n) invertible", "y": "vector(n)"}, "f",
     "substitution: the inverse is never formed"),
    ("normF(X*w)^2", "w", {"X": "matrix(m,n)", "w": "vector(n)"}, "gradient",
     "X'*(X*w): 4*m*n instead of 2*m*n^2 + 2*n^2"),
    ("log(det(X'*X + I))", "X", {"X": "matrix(m,n)"}, "f", "symmetric: one triangle"),
    ("tr(B*diag(v)*A)", "B", {"A": "matrix(n,m)"}, "gradient", "no diagonal matrix"),
    ("x'*A*x", "x", {"A": "matrix(n,n)"}, "gradient", "the sum is multiplied out"),
    ("x'*inv(I + U*U')*x", "x", {"U": "matrix(n,k)"}, "gradient",
     "diagonal + columns: a factor of order k, not n"),
]


def plan_of(expr: str, wrt: str, declared: dict[str, str], name: str) -> Explained:
    found, = matcalc.grad(expr, wrt, variables=declared, check=False).plan(functions=[name])
    return found


@pytest.mark.parametrize(("expr", "wrt", "declared", "name", "reason"), REASONS, ids=[row[-1] for row in REASONS])
def test_reasons(expr: str, wrt: str, declared: dict[str, str], name: str, reason: str) -> None:
    said = [kernel.reason for kernel in plan_of(expr, wrt, declared, name).kernels]
    assert any(reason in text for text in said), said


def test_nothing_is_said_where_there_is_nothing_to_choose() -> None:
    assert {k.reason for k in plan_of("normF(X*w - y)^2", "w", {"X": "matrix(m,n)"}, "f").kernels} == {""}


def test_totals_are_those_of_the_kernels() -> None:
    from matcalc.plan.amount import total

    found = plan_of("y'*inv(S)*y + log(det(S))", "S", SPD, "value_and_gradient")
    assert found.after.flops == total(k.flops for k in found.kernels)
    assert found.after.bytes == total(k.bytes for k in found.kernels)
    assert str(found.after.flops) == "n^3 + 8*n^2 + 4*n + 1"
    assert str(found.before.flops) == "14*n^3/3 + 7*n^2 + 2*n + 1"


def test_every_name_is_defined_before_it_is_used() -> None:
    found = plan_of("y'*inv(S)*y + log(det(S))", "S", SPD, "value_and_gradient")
    known: set[str] = set()
    for kernel in found.kernels:
        assert {*re.findall(r"\bt\d+\b", kernel.text)} <= known
        assert kernel.name not in known
        known.add(kernel.name)
    assert {*found.results} <= known


ASKED = ("code", "y'*inv(S)*y + log(det(S))", "-w", "S", "-v", "S: spd(n)", "--explain")


@pytest.mark.parametrize("width", [60, 120])
def test_it_fits_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = on_terminal(monkeypatch, *ASKED, width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "yᵀ t2" in text
    assert "n×n" in text
    assert "n³/3" in text
    rows = [line for line in text.splitlines() if " = " in line]
    assert {line.index("n×n") for line in rows[:5] if "n×n" in line} == {rows[0].index("n×n")}


def test_in_a_pipe_it_is_plain() -> None:
    code, out, _ = run(*ASKED)
    assert code == 0
    assert out.isascii()
    assert "t1 = cholesky(S)" in out
    assert "n^3/3" in out


def test_as_data() -> None:
    code, out, _ = run(*ASKED, "--json", "--functions", "f")
    found = json.loads(out)
    assert code == 0
    assert "code" not in found
    plan, = found["plan"]
    assert plan["function"] == "f"
    assert plan["flops"] == "n^3/3 + 6*n^2 + 4*n + 1"
    assert plan["kernels"][0] == {
        "name": "t1", "kernel": "cholesky", "text": "cholesky(S)", "shape": ["n", "n"], "structure": "lower",
        "flops": "n^3/3", "bytes": "16*n^2", "reason": "one Cholesky factor serves solve and log det"}


def test_a_trace_tells_what_a_program_costs() -> None:
    code, out, _ = run("trace", "log(det(X'*X + I))", "--random", "m=40,n=5", "-w", "X", "--ops", "--json")
    plan = json.loads(out)["trace"]["plan"]
    assert code == 0
    assert plan["after"]["flops"] < plan["before"]["flops"]
    assert plan["after"]["bytes"] <= plan["before"]["bytes"]
