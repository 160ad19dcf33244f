"""Arguments: an expression may start with a minus, options stand anywhere, a slip is answered with a fix."""

from __future__ import annotations

import pytest

from matcalc.cli.app import COMMANDS
from matcalc.cli.arguments import arranged, command_line
from matcalc.cli.settings import VALUED
from matcalc.diagnostics import quoted
from tests.cli.sessions import run

CASES = [
    (["x'x"], ["--", "x'x"]),
    (["-log(det(X))", "-w", "X"], ["-w", "X", "--", "-log(det(X))"]),
    (["-w", "X", "-log(det(X))"], ["-w", "X", "--", "-log(det(X))"]),
    (["-x'x", "--wrt=x"], ["--wrt", "x", "--", "-x'x"]),
    (["-w=x", "-s", "x'x"], ["-w", "x", "--steps=brief", "--", "x'x"]),
    (["--steps=full", "-sin(x)"], ["--steps=full", "--", "-sin(x)"]),
    (["--", "-w"], ["--", "-w"]),
    (["-"], ["--", "-"]),
    (["--x"], ["--x"]),
    (["--x'x"], ["--", "--x'x"]),
    (["-1"], ["--", "-1"]),
    (["-v", "A: sym", "--json", "-A"], ["-v", "A: sym", "--json", "--", "-A"]),
]


@pytest.mark.parametrize(("given", "expected"), CASES, ids=lambda value: " ".join(value))
def test_arranged(given: list[str], expected: list[str]) -> None:
    assert arranged(given, VALUED) == expected


@pytest.mark.parametrize(("arg", "shown"), [("x", "x"), ("x'x", '"x\'x"'), ("a b", '"a b"'),
                                            ("\\x", "'\\x'"), ("", '""')])
def test_quoted(arg: str, shown: str) -> None:
    assert quoted(arg) == shown


@pytest.mark.parametrize("order", [
    ["grad", "-tr(A X)", "--wrt", "X"], ["grad", "--wrt", "X", "-tr(A X)"], ["--wrt", "X", "grad", "-tr(A X)"],
    ["grad", "-w=X", "--", "-tr(A X)"],
])
def test_a_leading_minus(order: list[str]) -> None:
    assert run(*order) == (0, "-A'\n", "")


@pytest.mark.parametrize(("given", "fix"), [
    (["graad", "x'x"], ["grad", "x'x"]),
    (["x'x", "-w", "x"], ["grad", "x'x", "-w", "x"]),
    (["grad", "x'x", "--wtr", "x"], ["grad", "x'x", "--wrt", "x"]),
    (["grad", "x'x", "-wx"], ["grad", "x'x", "-w", "x"]),
    (["grad", "x'x", "--format", "jsn"], ["grad", "x'x", "--format", "json"]),
    (["grad", "x'x", "--format=jsn"], ["grad", "x'x", "--format=json"]),
    (["grad", "x'x", "--layuot=numerator"], ["grad", "x'x", "--layout=numerator"]),
])
def test_slips_are_answered_with_a_command_that_works(given: list[str], fix: list[str]) -> None:
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert command_line(fix).replace('-w"', "-w") in err
    assert run(*fix)[0] == 0


def test_help_of_every_command() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"  {name}" in out and run(name, "--help")[0] == 0 for name in COMMANDS)
    assert run()[:2] == (0, out)
    assert run("help", "grad")[1].rstrip() == run("grad", "-h")[1].rstrip()
