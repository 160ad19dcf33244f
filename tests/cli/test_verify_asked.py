"""What is typed for verify and equal is heard: no claim, declaration, size or question is dropped."""

from __future__ import annotations

import json

import pytest

import matcalc
from tests.cli.sessions import run


@pytest.mark.parametrize(("args", "code"), [
    (("verify", "x'x", "-w", "x", "--claim", "3x", "--claim", "2x"), "M0003"),
    (("verify", "x'x", "-w", "x", "--claim", ""), "M0003"), (("verify", "x'x", "-w", "x", "--claim", "  "), "M0003"),
    (("verify", "x'x", "-w", "x", "-v", "x: scalar", "-v", "x: vector"), "M0403"),
    (("equal", "x'x", "1'x", "-v", "x: vector, x: scalar"), "M0403"),
    (("verify", "x'Ax", "-w", "x", "--claim", "2*A*x", "--size", "q=3"), "M0802"),
    (("verify", "x'Ax", "-w", "x", "--size", "q=3"), "M0802"), (("equal", "x'x", "sum(x)", "--size", "q=3"), "M0802"),
    (("equal", "a", "b", "--strict"), "M0411"), (("equal", "c := a; c", "b", "--strict"), "M0411"),
])
def test_what_cannot_be_heard_is_refused(args: tuple[str, ...], code: str) -> None:
    status, _, err = run(*args)
    assert (status, f"[{code}]" in err) == (2, True)


def test_the_same_declaration_twice_is_one() -> None:
    assert run("verify", "x'x", "-w", "x", "-v", "x: vector", "-v", "x: vector")[0] == 0


def test_equal_says_what_the_letter_decided() -> None:
    found = {v["name"]: v for v in json.loads(run("equal", "a", "b", "--json")[1])["variables"]}
    assert [(v["origin"], v["alternative"]) for v in found.values()] == [("default", "vector")] * 2
    said = run("equal", "a'b", "b'a", "-v", "a: vector(n)", "--json")[1]
    found = {v["name"]: v for v in json.loads(said)["variables"]}
    assert (found["a"]["origin"], found["b"]["origin"]) == ("declared", "inferred")
    assert run("equal", "a'b", "b'a", "--strict")[0] == 0


def test_a_verdict_for_given_sizes_says_so() -> None:
    assert run("verify", "x'Ax", "-w", "x", "--claim", "2*A*x", "--size", "n=1")[1].startswith("holds for n = 1: ")
    assert run("verify", "x'Ax", "-w", "x", "--claim", "(A+A')*x", "--size", "n=1")[1].startswith("holds: ")
    data = json.loads(run("verify", "x'Ax", "-w", "x", "--claim", "2*A*x", "--size", "n=1", "--json")[1])
    assert data["result"]["conditions"] == ["n = 1"]
    assert run("verify", "x'Ax", "-w", "x", "--claim", "2*A*x", "--size", "n=2")[0] == 1


@pytest.mark.parametrize(("expr", "claim"), [
    ("∂/∂x A x", "A"), ("∂²/∂x² x'Ax", "A+A'"), ("∂/∂x x'Ax", "(A+A')x"), ("∇_x x'Ax", "(A+A')x"),
])
def test_the_question_says_what_kind_is_claimed(expr: str, claim: str) -> None:
    assert run("verify", expr, "--claim", claim)[0] == 0
    assert run("verify", expr, "--claim", f"3*({claim})")[0] == 1
    assert run("verify", expr)[0] == 0


@pytest.mark.parametrize(("expr", "wrt", "claim", "ok"), [
    ("f = exp(x'x)", "x", "2*f*x", True), ("f = exp(x'x)", "x", "3*f*x", False),
    ("f(x) = exp(x'x)", "x", "2*f(x)*x", True), ("L(w) = exp(w'w)", "w", "∇L(w) = 2 L(w) w", True),
    ("r := A x; f = exp(r'r)", "x", "2 f A'r", True), ("f = exp(p) where p = x'x", "x", "2*f*x", True),
    ("f = x'Ax", "x", "2*f*x/(x'x)", False), ("exp(x'x)", "x", "2*f*x", None), ("f'x", "x", "f", True),
])
def test_a_claim_may_use_the_name_of_the_formula(expr: str, wrt: str, claim: str, ok: bool | None) -> None:
    assert matcalc.verify(expr, wrt, claim=claim).ok is ok


def test_conditions_that_are_only_enough_are_not_called_needed() -> None:
    assert matcalc.verify("x'a*x'b", "x", claim="2*a*x'b").diagnosis.startswith("right if n = 1")  # type: ignore[attr-defined]
