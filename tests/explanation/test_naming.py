"""The names of an answer in its derivation: equal line by line with what they stand for, and the same to the last."""

from __future__ import annotations

import json
import re

import pytest

import matcalc
from matcalc.algebra import substitute
from matcalc.cli.screen.stepwise import steps_in
from matcalc.explanation import Trace, in_names, names_of_answer, trace_of
from matcalc.explanation.moves import Formula, Move
from matcalc.printers.dialects import dialect_named
from tests.cli.sessions import run
from tests.explanation.proof import TOLERANCE, proofs

NAMED = [  # what is asked, by what, what is declared, the kind of derivative, the names
    ("1/2 y'K^-1 y + 1/2 log(det(K))", "K", {"K": "spd(n)"}, "grad", "alpha"),
    ("1/2 log(det(S)) + 1/2 (x-m)'S^-1(x-m)", "S", {"S": "spd(n)"}, "grad", "alpha"),
    ("log(det(L L' + D)) + tr((L L' + D)^-1 S)", "L", {"S": "sym(m)", "D": "diag(m)"}, "grad", "C"),
    ("tr(G' softmax(Q K'/sqrt(d)) V)", "Q", {}, "grad", "P dP dS"),
    ("r := A x - b; r'W r", "x", {}, "grad", "r"),
    ("c := a - x; (c'A c)/(c'c)", "x", {"A": "sym(n)"}, "grad", "c"),
    ("(x'A x)/(x'x)", "x", {"A": "sym(n)"}, "hessian", "rho g"),
    ("(x - mean(x) ones(n))/std(x)", "x", {}, "jacobian", "sigma x\u0302"),
    ("softmax(z)", "z", {}, "jacobian", "p"),
    ("log(sum(exp(A x)))", "x", {"x": "vector(n)"}, "hessian", "p"),
    ("||W2 tanh(W1 x + b) - y||^2", "W1", {}, "grad", "z"),
]


def derived(formula: str, wrt: str, given: dict[str, str], kind: str) -> matcalc.Derivation:
    return getattr(matcalc, kind)(formula, wrt, variables=given, check=False)


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case[0])
def test_lines_in_names_are_equal_to_each_other(case: tuple[str, str, dict[str, str], str, str]) -> None:
    """With what the names stand for in their places every line is proved as those without names are."""
    d = derived(*case[:4])
    found = names_of_answer(d, "unicode", 100)
    shown = in_names(trace_of(d), found)

    def meant(formula: Formula) -> Formula:
        return Formula(substitute(formula.expr, found.values), formula.head)

    moves = [Move(m.rules, meant(m.before), meant(m.after), m.relation) for m in shown.moves]
    opened = {leaf: substitute(u, found.values) for leaf, u in shown.opened.items()}
    seeds = next(iter(shown.along.values()))
    along = {leaf: shown.along.get(leaf, seeds) for leaf in opened}
    spelled = Trace(moves, opened, along, book=shown.book)
    assert [(m.rule, error) for m, error in proofs(d, spelled) if not error < TOLERANCE] == []


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case[0])
def test_the_last_line_is_the_answer_and_its_names_are_used(case: tuple[str, str, dict[str, str], str, str]) -> None:
    formula, wrt, given, kind, names = case
    declared = [word for name, what in given.items() for word in ("-v", f"{name}: {what}")]
    asked = (kind, formula, "-w", wrt, "--steps", "--format", "text", *declared)
    lines = run(*asked, env={"COLUMNS": "400"})[1].splitlines()
    answer = next(line for line in lines if re.match(r"\s*∂", line))
    said = re.split(r"\s{3,}", answer.split(" = ", 1)[1])[0]
    steps = [line for line in lines if re.match(r"\s*\d+  ", line)]
    assert re.split(r"\s{3,}", steps[-1].split(" = ", 1)[1])[0] == said
    for name in names.split():
        spelled = dialect_named("unicode").name_text(name)
        assert any(re.match(rf"\s*(where)? +{spelled} = ", line) for line in lines), name
        assert any(spelled in step for step in steps), name


def test_names_are_the_same_in_every_form() -> None:
    args = ("grad", "1/2 y'K^-1 y + 1/2 log(det(K))", "-w", "K", "-v", "K: spd(n)", "--steps")
    data = json.loads(run(*args, "--json")[1])
    assert [one["name"] for one in data["result"]["where"]] == ["alpha"]
    assert data["steps"][-1]["shown"] == "(inv(K) - alpha*alpha')/2"
    assert data["steps"][-1]["after"] == data["result"]["forms"]["ascii"]
    assert r"\alpha &= K^{-1} y" in run(*args, "--latex")[1]
    assert r"(K^{-1} - \alpha \alpha^{\top})" in run(*args, "--latex")[1]


def test_a_differential_is_not_taken_for_a_name() -> None:
    """dP is the name of what arrives at P; the differential of P is d(P)."""
    d = derived("tr(G' softmax(Q K'/sqrt(d)) V)", "Q", {}, "grad")
    text = steps_in(dialect_named("latex").markup, d, "brief", "latex")
    assert r"\mathrm{dP} &= G V^{\top}" in text
    assert r"\mathrm{d}(P)" in text
    assert r"\mathrm{d}P" not in text


def test_a_sum_keeps_one_orientation() -> None:
    for formula in ("(y - X b)'W^-1(y - X b)", "||y - X b||^2 + k b'b"):
        d = matcalc.grad(formula, "b", variables={"W": "spd(m)", "b": "vector(n)", "k": "scalar"}, check=False)
        found = names_of_answer(d, "unicode", 200)
        trace = in_names(trace_of(d), found)
        text = " ".join(trace.text(move.after.expr, "unicode") for move in trace.moves)
        assert ("y − X b" in text) != ("X b − y" in text)
