"""Arguments: an expression may start with a minus, options stand anywhere, a slip is answered with a fix."""

from __future__ import annotations

import pytest

from matcalc.cli.arguments import command_line, sorted_out
from matcalc.cli.commands import listed
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
def test_options_come_first(given: list[str], expected: list[str]) -> None:
    options, words = sorted_out(given, VALUED)
    assert [*options, *(["--", *words] if words else [])] == expected


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


@pytest.mark.parametrize("given", [("simplify", "A", "--steps"), ("simplify", "A", "-s"), ("equal", "A", "A", "-s"),
                                   ("parse", "A", "-w", "A"), ("verify", "x'x", "--vec", "row"),
                                   ("code", "x'x", "--steps=full"), ("verify", "x'x", "--no-check")], ids=" ".join)
def test_an_option_that_means_nothing_is_refused(given: tuple[str, ...]) -> None:
    code, out, err = run(*given)
    assert (code, out) == (2, "")
    assert "error[M0002]: there is no option -" in err


@pytest.mark.parametrize("wish", ["latex", "typst", "mathml"])
def test_a_graph_is_plain_text(wish: str) -> None:
    code, out, err = run("graph", "x'x", "--format", wish)
    assert (code, out) == (2, "")
    assert "--format unicode" in err


def test_help_of_every_command() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"  {name}" in out and run(name, "--help")[0] == 0 for name in listed())
    assert run()[:2] == (0, out)
    assert run("help", "grad")[1].rstrip() == run("grad", "-h")[1].rstrip()
