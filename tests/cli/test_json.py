"""The JSON object follows the published schema, for answers and for refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import matcalc.cli
from tests.cli.sessions import run

SCHEMA = json.loads((Path(matcalc.cli.__file__).parent / "schema.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft202012Validator(SCHEMA)  # made once: jsonschema.validate would judge the schema each time
COMMANDS = [
    (0, "grad", "det(AXB)", "--wrt", "X"),
    (0, "grad", "x'Ax", "-w", "x", "--no-check"),
    (0, "grad", "x'Ax", "-w", "x", "--var", "A: sym"),
    (0, "grad", "where(t > 0, t^2, 3*t)", "-w", "t"),
    (0, "jacobian", "A sin(x)", "-w", "x"),
    (0, "grad", "norm2(A x - b)^2", "-w", "A", "-w", "x"),
    (0, "jacobian", "A X B", "-w", "X", "-w", "A"),
    (0, "hessian", "x'Ax", "-w", "x"),
    (0, "diff", "x'Ax", "--order", "2"),
    (0, "jacobian", "A X B", "-w", "X", "--vec", "row"),
    (0, "hessian", "log(det(X))", "-w", "X"),
    (0, "hessian", "c x'y", "-w", "x", "-w", "y", "-w", "c"),
    (0, "jvp", "inv(X)", "-w", "X"),
    (0, "vjp", "W x", "-w", "W"),
    (0, "verify", "x'Ax", "-w", "x"),
    (1, "verify", "x'Ax", "-w", "x", "--claim", "A x"),
    (0, "equal", "tr(AB)", "tr(BA)"),
    (1, "equal", "x'Ax", "x'Bx"),
    (0, "simplify", "A + A"),
    (0, "solve", "norm2(A x - b)^2", "-w", "x"),
    (0, "solve", "A X + X B = C", "-w", "X"),
    (3, "solve", "c'x", "-w", "x"),
    (0, "parse", "tr(A ? B)"),
    (0, "code", "log(det(X))", "-w", "X"),
    (0, "rules", "list"),
    (0, "rules", "show", "det"),
    (0, "rules", "check", "det"),
    (0, "explain", "M0301"),
    (0, "examples"),
    (0, "help", "layout"),
    (0, "help", "schema"),
    (0, "completion", "bash"),
    (3, "grad", "norm(kron(kron(kron(X, X), X), kron(X, X)) - C)^2", "-w", "X", "--timeout", "0.01"),
    (2, "simplify", "x +"),
    (2, "parse", "x^2", "-v", "x: vector(n)"),
    (2, "equal", "x'x", "x"),
    (2, "code", "x +"),
    (2, "diff", ")"),
    (2, "verify", "x'x", "-w", "y"),
    (2, "explain"),
    (2, "completion", "tcsh"),
    (2, "grad", "x'A +", "-w", "x"),
    (2, "grad", "x'Ax", "-w", "y"),
    (2, "grad", "tr(A X", "-w", "X"),
    (2, "grad", "x'Ax", "--nope"),
    (2, "grad"),
    (2, "nothing"),
    (2, "rules", "show", "nothing"),
]


@pytest.mark.parametrize("call", COMMANDS, ids=lambda call: " ".join(call[1:]))
def test_schema(call: tuple[Any, ...]) -> None:
    code, *args = call
    found, out, err = run(*args, "--json")
    assert (found, err) == (code, "")
    data = json.loads(out)
    VALID.validate(data)
    assert data["ok"] is (code == 0)
    assert data["command"] == args[0]
    assert bool(data["diagnostics"]) is (code >= 2)


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_content() -> None:
    data = json.loads(run("grad", "x'Ax", "-w", "x", "--json", "--seed", "7")[1])
    assert data["input"] == {"source": "x'Ax", "canonical": "x'*A*x", "wrt": ["x"], "layout": "gradient"}
    assert data["result"]["shape"] == ["n"]
    assert [v["name"] for v in data["variables"]] == ["x", "A"]
    assert data["verification"]["status"] == "passed"
    assert data["verification"]["seed"] == 7


def test_spans_count_characters_of_the_source() -> None:
    (diagnostic,) = json.loads(run("grad", "𝐱ᵀ𝐀𝐱 + £", "--json")[1])["diagnostics"]
    start, end = diagnostic["span"]
    assert diagnostic["source"][start:end] == "£"
