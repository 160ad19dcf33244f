"""The steps of single derivations: their order, their rules, how to ask for them, and that a false one is noticed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

import matcalc
from matcalc import api
from matcalc.algebra import multiply, num
from matcalc.cli.screen.stepwise import said as said_as
from matcalc.cli.screen.stepwise import step_lines, steps_in
from matcalc.cli.screen.terminal import Terminal, cells
from matcalc.explanation import Trace, steps_of, trace_of
from matcalc.explanation.calculus_laws import LAWS
from matcalc.explanation.opening import MOST_MOVES
from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.book import standard
from tests.cli.sessions import run
from tests.cli.test_json import VALID
from tests.explanation.proof import TOLERANCE, proofs

WAYS: list[tuple[str, Any]] = [
    ("sym, projected", lambda: matcalc.grad("x'X y + logdet(X)", "X", variables={"X": "sym(n)"})),
    ("spd, projected", lambda: matcalc.grad("x'inv(S)x + logdet(S)", "S", variables={"S": "spd(n)"})),
    ("orthogonal", lambda: matcalc.grad("tr(A X B)", "X", variables={"X": "orthogonal(n)"})),
    ("orthonormal columns", lambda: matcalc.grad("tr(X'A X)", "X", variables={"X": "orthogonal(n,p)"})),
    ("orthonormal columns, Hessian", lambda: matcalc.hessian("tr(A'X)", "X", variables={"X": "orthogonal(n,p)"})),
    ("diag", lambda: matcalc.grad("x'X y", "X", variables={"X": "diag(n)"})),
    ("numerator", lambda: matcalc.grad("tr(A X B)", "X", layout="numerator")),
    ("denominator", lambda: matcalc.jacobian("A sin(x)", "x", layout="denominator")),
    ("rows", lambda: matcalc.jacobian("A X B", "X", vec="row")),
    ("matrix by matrix", lambda: matcalc.jacobian("A X' B + X'", "X")),
    ("elementwise", lambda: matcalc.jacobian("exp(X B)", "X")),
    ("matrix by scalar", lambda: matcalc.jacobian("inv(A + c I)", "c")),
    ("row by vector", lambda: matcalc.jacobian("x'A", "x")),
    ("sym Jacobian", lambda: matcalc.jacobian("A X B", "X", variables={"X": "sym(n)"})),
    ("Hessian by a matrix", lambda: matcalc.hessian("logdet(X)", "X")),
    ("sym Hessian", lambda: matcalc.hessian("logdet(X)", "X", variables={"X": "spd(n)"})),
    ("mixed", lambda: matcalc.hessian("log(x'A y)", "x", "y")),
    ("blocks", lambda: matcalc.hessian("x'A y + exp(x'b)", ["x", "y"])),
    ("differential", lambda: matcalc.differential("tr(A X B)")),
    ("second differential", lambda: matcalc.differential("x'A x", order=2)),
    ("third differential", lambda: matcalc.differential("exp(x'a)", "x", order=3)),
    ("directional", lambda: matcalc.jvp("inv(X)", "X")),
    ("pulled back", lambda: matcalc.vjp("A X B", "X")),
    ("zero", lambda: matcalc.grad("a'b", "c", variables={"c": "scalar"})),
    ("constant pieces", lambda: matcalc.grad("sum(sign(x)) + a'x", "x")),
    ("blocks in brackets", lambda: matcalc.grad("tr([X, A; B, D]^2)", "X", variables={
        "X": "matrix(3,3)", "A": "matrix(3,2)", "B": "matrix(2,3)", "D": "matrix(2,2)"})),
    ("entries", lambda: matcalc.grad("X[1,2]^2", "X", variables={"X": "matrix(3,3)"})),
    ("powers", lambda: matcalc.grad("s^t", "s", variables={"s": "scalar>0", "t": "scalar"})),
    ("unspecified", lambda: matcalc.grad("sum(σ(A x))", "x")),
    ("expm", lambda: matcalc.grad("tr(B expm(A))", "A")),
    ("Kronecker", lambda: matcalc.grad("tr(C kron(A, X))", "X")),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_every_way_to_an_answer_is_proved(way: tuple[str, Any]) -> None:
    d = way[1]()
    trace = trace_of(d)
    checked = [(move.rule, error) for move, error in proofs(d, trace) if move.relation not in ("along", "defined")]
    assert [found for found in checked if not found[1] < TOLERANCE] == []
    assert steps_of(d)[-1].after == steps_of(d, "full")[-1].after == d.ascii

LATEX = dialect_named("latex").markup


def test_a_false_step_is_noticed() -> None:
    """Twice what it should be, or one sign changed: no step of these derivations survives."""
    for text in ("det(AXB)", "tr(A X'B X C)", "sum(log(sigmoid(X a)))"):
        d = matcalc.grad(text, "X", check=False)
        moves = trace_of(d).moves
        for i, move in enumerate(moves):
            for factor in (2, -1):
                false = replace(move.after, expr=multiply(num(factor), move.after.expr))
                trace = trace_of(d)
                altered = Trace([replace(move, after=false)], trace.opened, trace.along, book=trace.book)
                assert [error > 1e-3 for _, error in proofs(d, altered)] == [True], (text, i)


def test_determinant_reads_as_in_the_book() -> None:
    steps = matcalc.grad("det(AXB)", "X").steps
    assert [step.rule for step in steps] == ["det", "product", "cyclic", "read-off", "transpose"]
    assert [step.after for step in steps] == [
        "det(A*X*B)*tr(inv(A*X*B)*d(A*X*B))", "det(A*X*B)*tr(inv(A*X*B)*A*dX*B)", "det(A*X*B)*tr(B*inv(A*X*B)*A*dX)",
        "(det(A*X*B)*B*inv(A*X*B)*A)'", "det(A*X*B)*A'*inv(A*X*B)'*B'"]
    assert steps[0].because == "d det(X) = det(X)*tr(inv(X)*dX)"
    assert "Magnus & Neudecker (2019) 8.3" in steps[0].title
    assert steps[0].before == "d(det(A*X*B))"


@pytest.mark.parametrize(("text", "wrt", "rules"), [
    ("(x'Ax)(x'Bx)", "x", ["product", "transpose of a scalar", "read-off", "factor"]),
    ("norm2(x)^3", "x", ["power", "product", "read-off"]),
    ("1/2||Ax-b||^2", "x", ["product", "product", "read-off"]),
    ("x'x", "x", ["product", "read-off"]),
    ("a", "a", ["read-off"]),
])
def test_rules_in_their_order(text: str, wrt: str, rules: list[str]) -> None:
    found = [step.rule for step in matcalc.grad(text, wrt).steps]
    assert [rule for i, rule in enumerate(found) if i == 0 or found[i - 1] != rule or rules.count(rule) > 1] == rules


def test_steps_are_made_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("nobody asked for steps")

    monkeypatch.setattr("matcalc.explanation.trace_of", never)
    d = api.grad("det(AXB)", "X")
    assert d.ascii
    assert json.loads(run("grad", "x'Ax", "-w", "x", "--json")[1])["steps"] == []
    with pytest.raises(AssertionError, match="nobody"):
        _ = d.steps


def test_brief_is_short_and_full_says_more() -> None:
    d = matcalc.grad("-tr(Y' log_softmax(tanh(tanh(X W1) W2) W3))", "W1", check=False)
    assert len(steps_of(d)) <= 8 < len(steps_of(d, "full"))
    assert steps_of(d)[0].before == steps_of(d, "full")[0].before


def test_a_long_derivation_has_few_steps() -> None:
    d = matcalc.grad("sum(" + "tanh(A*" * 120 + "x" + ")" * 121, "x", variables={"A": "matrix(n,n)"}, check=False)
    assert len(steps_of(d)) <= 8
    assert len(steps_of(d, "full")) <= 2 * MOST_MOVES + 10


@pytest.mark.parametrize("width", [40, 72, 100, 160])
def test_lines_keep_to_the_width(width: int) -> None:
    for text in ("det(AXB)", "x'X y + 2 a'X a - 3 tr(X B) + tr(X'X)"):
        d = matcalc.grad(text, "X", check=False)
        shown = step_lines(d, "full", Terminal(width=width))
        formulas = max(cells(line) for line in shown)
        longest = max(max(map(len, trace_text(d))) + 16, 44)
        assert formulas <= max(width, longest)


def trace_text(d: Any) -> list[str]:
    trace = trace_of(d)
    return [piece for move in trace.moves for piece in trace.pieces(move.after.expr, "unicode")]


def test_long_parts_have_names() -> None:
    d = matcalc.grad("-tr(Y' log_softmax(tanh(X W1) W2))", "W1", check=False)
    shown = step_lines(d, "brief", Terminal(width=90))
    assert shown[0] == "  with Z₁ = tanh(X W₁)"
    assert any("dZ₁" in line for line in shown)


def test_names_are_those_people_would_give() -> None:
    shown = step_lines(matcalc.jacobian("softmax(W x)", "x", check=False), "brief", Terminal(width=80))
    assert shown[:2] == ["  where p = softmax(W x)", ""]
    assert shown[2].startswith("  1  df = p ∘ d(W x) − (pᵀ d(W x)) p")
    shown = step_lines(matcalc.grad("tr(inv(X'A X) B)", "X", check=False), "brief", Terminal(width=80))
    assert shown[0] == "  where R = (Xᵀ A X)⁻¹"
    assert any("Rᵀ Bᵀ Rᵀ" in line for line in shown)


def test_latex_is_an_align_environment() -> None:
    text = steps_in(LATEX, matcalc.hessian("x'Ax", "x", check=False), "brief", "latex")
    assert text.startswith("\\begin{align*}\n\\mathrm{d} f &= ")
    assert text.endswith("\\end{align*}")
    assert r"\frac{\partial² f}" not in text
    assert r"g = \frac{\partial f}{\partial x} &= A x + A^{\top} x" in text
    assert r"&\qquad \text{\footnotesize $\mathrm{d}f = g^{\top} \mathrm{d}x" in text
    assert text.isascii()
    rows = text.splitlines()[1:-1]
    assert all(line.count("&") == 1 and line.startswith("&\\qquad") != ("&=" in line) for line in rows)


@pytest.mark.parametrize("name", LAWS)
def test_identities_are_latex(name: str) -> None:
    """Balanced, and every word either text or an operator: what is left are letters, differentials and signs."""
    trace = Trace(book=standard())
    said = said_as(trace, LAWS[name].because, "latex")
    assert said.count("{") == said.count("}")
    bare = re.sub(r"\\(?:text|operatorname|mathrm)\{[^{}]*\}|\\[A-Za-z]+", " ", said)
    assert not re.search(r"[a-z]{2}|['<>*](?!\[)|\.\.|\^\(", bare), said


@pytest.mark.parametrize("expected", [
    r"$A, B\text{ constant}: \mathrm{d}(A X B) = A\, \mathrm{d}X\, B$ [product]",
    r"$\mathrm{d} \det(X) = \det(X)\, \operatorname{tr}(X^{-1}\, \mathrm{d}X)$ [det]",
])
def test_latex_steps_say_their_identity(expected: str) -> None:
    assert expected in run("grad", "det(AXB)", "-w", "X", "--steps", "--latex")[1]


def test_constant_factors_are_named_where_few_move() -> None:
    said = [step.because for step in matcalc.grad("tr(A'X) + c sin(x)'b", "X", check=False).steps]
    assert said[0] == "A constant: d(tr(X'*A)) = tr(A'*dX)"
    many = [step.because for step in matcalc.differential("c a'x + b'y + u'z", ["x", "y", "z"], check=False).steps]
    assert many[0].startswith("C, D constant")
    assert "ones" not in matcalc.grad("sum(W tanh(V x))", "V", check=False).steps[0].because


def test_a_scalar_factor_stands_before_the_differential_of_another() -> None:
    shown = step_lines(matcalc.grad("(x'Ax)(x'Bx)", "x", check=False), "brief", Terminal(width=100))
    assert shown[0].startswith("  1  df = (xᵀ A x) d(xᵀ B x) + (xᵀ B x) d(xᵀ A x)")


def test_command_line_shows_steps_in_every_form() -> None:
    assert "[cyclic]" in run("grad", "det(AXB)", "-w", "X", "--steps")[1]
    assert run("grad", "det(AXB)", "-w", "X", "--steps", "--latex")[1].startswith(r"\begin{align*}")
    assert run("grad", "det(AXB)", "-w", "X", "--steps", "--ascii")[1].isascii()
    data = json.loads(run("jacobian", "A sin(x)", "-w", "x", "--steps=full", "--json")[1])
    VALID.validate(data)
    assert [step["rule"] for step in data["steps"]] == ["product", "sin", "linear", "read-off"]
    assert set(data["steps"][0]) == {"n", "rule", "title", "before", "after", "because"}


@pytest.mark.parametrize("name", ["gradient", "jacobian", "hessian"])
def test_every_derivation_has_steps(name: str) -> None:
    function = {"gradient": matcalc.grad, "jacobian": matcalc.jacobian, "hessian": matcalc.hessian}[name]
    assert [step.n for step in function("x'A x", "x").steps][:2] == [1, 2]


@pytest.mark.parametrize(("formula", "wrt", "identity"), [
    ("log(det(X))", "X", "d log(det(X)) = tr(inv(X)*dX)"),
    ("log(det(A*X*B)) + tr(X)", "X", "d log(det(X)) = tr(inv(X)*dX)"),
])
def test_what_would_only_be_cancelled_is_one_step(formula: str, wrt: str, identity: str) -> None:
    steps = matcalc.grad(formula, wrt, check=False).steps
    assert identity in [step.because for step in steps]
    assert not any("/det" in step.after for step in steps)
