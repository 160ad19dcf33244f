"""The session of a prompt is a pure function of state and line: what is kept, what is said, and that nothing breaks it.

The oracle for answers is the command line: a line at the prompt says what the same command says in a shell.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc import api
from matcalc.cli.guard import INTERNAL
from matcalc.cli.screen.terminal import Terminal
from matcalc.shell.conversation import answer
from matcalc.shell.directives import DIRECTIVES, Said
from matcalc.shell.lines import is_complete, statements
from matcalc.shell.state import State
from tests.cli.sessions import on_terminal, settled

SCREEN, PIPE = Terminal(tty=True, width=100), Terminal(tty=False, unicode=True)
RULES = "elementwise softsign(X: [m,n]) -> [m,n]\n  d     = (ones(m,n) + abs(X)).^-2\n  numpy = X / (1.0 + np.abs(X))\n"


def talk(*lines: str, terminal: Terminal = PIPE, state: State | None = None) -> tuple[State, list[Said]]:
    """All that is said to lines, one after the other."""
    state, said = state or State(), []
    for line in lines:
        state, one = answer(state, line, terminal)
        said.append(one)
    return state, said


def last(*lines: str, terminal: Terminal = PIPE) -> str:
    said = talk(*lines, terminal=terminal)[1][-1]
    assert not said.errors, said.errors
    return said.text.rstrip("\n")


SAME = [  # a line at the prompt, and the arguments of the command line
    ("grad det(AXB) wrt X", ["grad", "det(AXB)", "--wrt", "X"]),
    ("grad x'A x -w x", ["grad", "x'A x", "--wrt", "x"]),
    ("grad --steps x'A x wrt x", ["grad", "x'A x", "--wrt", "x", "--steps"]),
    ("grad x'A x --wrt x --var A: sym", ["grad", "x'A x", "--wrt", "x", "--var", "A: sym"]),
    ("hessian x'A y wrt x, y", ["hessian", "x'A y", "--wrt", "x,y"]),
    ("jacobian A sin(x) wrt x --format latex", ["jacobian", "A sin(x)", "--wrt", "x", "--format", "latex"]),
    ("∂/∂X tr(A X B)", ["∂/∂X tr(A X B)"]),
    ("x'A x + b'x", ["simplify", "x'A x + b'x"]),
    ("equal tr(A B) == tr(B A)", ["equal", "tr(A B)", "tr(B A)"]),
    ("equal tr(A B) = tr(B A)", ["equal", "tr(A B)", "tr(B A)"]),
    ("verify x'A x wrt x --claim 2A x", ["verify", "x'A x", "--wrt", "x", "--claim", "2A x"]),
    ("solve ‖A x − b‖² wrt x", ["solve", "‖A x − b‖²", "--wrt", "x"]),
    ("parse 1/2 ‖X w - y‖²", ["parse", "1/2 ‖X w - y‖²"]),
    ("rules show det", ["rules", "show", "det"]),
    ("explain M0301", ["explain", "M0301"]),
    ('matcalc grad "det(AXB)" --wrt X', ["grad", "det(AXB)", "--wrt", "X"]),
    ('$ matcalc "∂/∂X tr(AXB)"', ["∂/∂X tr(AXB)"]),
    ("trace ln(x1)+x1*x2-sin(x2) --at x1=2,x2=5 --mode reverse",
     ["trace", "ln(x1)+x1*x2-sin(x2)", "--at", "x1=2,x2=5", "--mode", "reverse"]),
]


@pytest.mark.parametrize(("line", "args"), SAME, ids=[line for line, _ in SAME])
def test_a_line_says_what_the_command_line_says(monkeypatch: pytest.MonkeyPatch, line: str, args: list[str]) -> None:
    assert settled(last(line, terminal=SCREEN)) == settled(on_terminal(monkeypatch, *args).rstrip("\n"))


def test_declarations_stay_and_concern_only_formulas_that_have_the_name() -> None:
    assert last("A: spd(n)", "grad x'A x wrt x") == "2*A*x"
    assert last("x: vector(n)", "a, b: scalar", "grad tr(P X Q)", "grad tr(P) wrt P") == "eye(n)"
    assert "d×1" not in last("x_i: vector(d) over(n)", "grad x'x wrt x", terminal=SCREEN)
    assert "d×1" in last("x_i: vector(d) over(n)", "∑_i x_i'x_i", terminal=SCREEN)
    assert "A " not in last("A: spd(n)", "grad b'x wrt x", terminal=SCREEN)
    assert last("A: sym", "A: skew", "x'A x") == last("x'A x --var A: skew")


def test_what_a_formula_declares_itself_comes_first() -> None:
    assert last("A: spd(n)", "grad x'A x wrt x --var A: matrix") == last("grad x'A x wrt x")
    assert last("A: skew", "grad x'A x where A: sym wrt x") == "2*A*x"


def test_definitions_stay_in_the_order_typed() -> None:
    assert last("r := A x - b", "grad r'r wrt x") == last("grad norm2(A x - b)^2 wrt x")
    assert last("u := 2 x", "v := u + y", "u := 5 x", "v + u") == last("7x + y")
    assert last("f(z) := z'z", "grad f(A x) wrt x") == last("grad (A x)'(A x) wrt x")
    assert last("σ := 3", "sigma x'x") == "3*x'*x"
    assert last("λ, V := eigh(A)", "A: sym", "grad sum(λ) wrt A") == "eye(n)"


def test_a_formula_may_define_for_itself() -> None:
    state, said = talk("r := A x - b", "grad r := x; r'r wrt x")
    assert said[-1].text == "2*x\n"
    assert len(state.definitions) == 1


def test_the_last_answer_is_a_formula_with_the_kinds_it_had() -> None:
    assert last("A: sym", "grad x'A x wrt x", "jacobian _ wrt x") == "2*A"
    assert last("grad x'A x wrt x --var A: sym", "jacobian _ wrt x") == "2*A"
    assert last("x'x", "grad exp(_) wrt x") == last("grad exp(x'x) wrt x")
    assert last("jvp inv(X) wrt X", "_") == "-inv(X)*V*inv(X)"
    assert last("solve norm2(A x - b)^2 wrt x", "_") == "inv(A'*A)*A'*b"
    _, said = talk("diff tr(A X) wrt X", "_")
    assert "no" in said[-1].errors or "none" in said[-1].errors  # d X would be read as a product
    _, said = talk("_")
    assert said[0].code == 2
    assert "last answer" in said[0].errors


def test_a_subscript_is_no_last_answer() -> None:
    assert last("x'x", "∑_i x_i y_i") == last("∑_i x_i y_i")


def test_directives_ask_the_last_question_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["grad", "x'A x", "--wrt", "x"]
    lines = ["grad x'A x wrt x"]
    for directive, args in [(":latex", [*asked, "--format", "latex"]), (":steps", [*asked, "--steps"]),
                            (":steps full", [*asked, "--steps=full"]), (":verify", ["verify", *asked[1:]]),
                            (":verify 2A x", ["verify", *asked[1:], "--claim", "2A x"]),
                            (":code", ["code", *asked[1:]]), (":code pure", ["code", *asked[1:], "--to", "pure"]),
                            (":graph", ["graph", *asked[1:]]), (":typst", [*asked, "--format", "typst"])]:
        assert settled(last(*lines, directive, terminal=SCREEN)) == \
            settled(on_terminal(monkeypatch, *args).rstrip("\n")), directive


def test_a_question_in_the_formula_has_a_graph_and_code() -> None:
    assert last("∂/∂X tr(A X B)", ":graph") == last("graph tr(A X B) wrt X")
    assert "def gradient" in last("∂/∂X tr(A X B)", ":code")
    assert "def jacobian" in last("jacobian A x wrt x", ":code")
    assert "def f(" in last("x'A x", ":code")
    assert "holds" in last("hessian x'A x wrt x", ":verify A + A'")


def test_undo_goes_back_line_by_line() -> None:
    start = State()
    first, _ = talk("A: sym")
    second, _ = talk("r := A x", "grad r'r wrt x", ":latex", state=first)
    assert talk(":undo", ":undo", state=second)[0] == first
    assert talk(":undo", state=first)[0] == start
    _, said = talk(":undo")
    assert said[0].code == 2
    assert talk(":reset", ":undo", state=second)[0] == second


def test_an_error_leaves_the_session_as_it_was() -> None:
    state, _ = talk("A: sym", "x'A x")
    for wrong in ("A: spd(", "grad foo(x) wrt x", "r := log(", ":nothing", ":load nowhere", "grad A x wrt x",
                  "B: nosuch", ":code cobol", "grad x'x wrt", "equal x", "-", "matcalc grad \"x", "grad x'x --file f",
                  ":rules nowhere.rules"):
        after, said = answer(state, wrong, PIPE)
        assert after == state, wrong
        assert said.errors.startswith("error[M"), wrong
        assert said.code in (2, 3), wrong


def test_places_are_those_of_the_line_that_was_typed() -> None:
    _, said = talk("r := A x - b", "grad r'r + foo(x) wrt x")
    rows = said[-1].errors.splitlines()
    assert rows[1] == "  │ r'r + foo(x)"
    assert rows[2] == "  │       ───"


def test_rule_files_stay(tmp_path: Path) -> None:
    file = tmp_path / "my.rules"
    file.write_text(RULES, "utf-8")
    assert last(f":rules {file}", "grad sum(softsign(W x)) wrt W") == "(abs(W*x) + 1).^-2*x'"
    assert "softsign" in talk(f":rules {file}")[1][0].text


def test_a_saved_session_loads_to_the_same_state(tmp_path: Path) -> None:
    file = tmp_path / "session.txt"
    state, _ = talk("A: spd(n)", "r := A x - b", "foo(x)", "grad r'r wrt x", ":latex", f":save {file}")
    assert file.read_text("utf-8").splitlines() == ["A: spd(n)", "r := A x - b", "grad r'r wrt x"]
    again, said = talk(f":load {file}")
    assert again.lines == state.lines
    assert again.declared == state.declared
    assert again.value == state.value
    assert again.before == State()
    assert said[0].text == "2*A*(A*x - b)\n"
    file.write_text(f":load {file}\n", "utf-8")
    assert talk(f":load {file}")[1][0].code == 2


def test_copying_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert talk("x'x", ":copy", terminal=SCREEN)[1][-1].clip == "x'*x"
    assert talk("grad x'A x wrt x", ":latex", ":copy", terminal=SCREEN)[1][-1].clip == r"(A + A^{\top}) x"
    assert talk("grad x'A x wrt x", ":copy latex", terminal=SCREEN)[1][-1].clip == r"(A + A^{\top}) x"
    assert talk("x'x", ":copy")[1][-1].code == 2
    monkeypatch.setenv("TERM", "dumb")
    assert talk("x'x", ":copy", terminal=SCREEN)[1][-1].code == 2


def test_help_names_every_directive_and_unique_beginnings_are_enough() -> None:
    said = last(":help")
    assert [name for name in DIRECTIVES if f":{name}" not in said] == []
    assert last("x'x", ":lat") == last("x'x", ":latex")
    assert talk(":q")[1][0].ends
    assert talk("quit")[1][0].ends
    assert "product" in last(":help input")
    assert "differential" in last(":help det")


def test_help_of_a_command_leaves_the_streams_alone(capfd: pytest.CaptureFixture[str]) -> None:
    said = last("grad --help")
    assert said.startswith("Usage: matcalc grad [OPTIONS] EXPR")
    print("heard")
    assert capfd.readouterr().out == "heard\n"


def test_several_lines_are_several_statements() -> None:
    assert last("A: spd(n)\ngrad x'A x\n  wrt x") == "2*A*x"
    assert statements("x'A x\n+ b'x\n\n# why\ntr(\nA\n)") == ["x'A x + b'x", "# why", "tr( A )"]
    assert [is_complete(text) for text in ("x'x", "tr(A", "x +", "\\begin{pmatrix} a", "[1, 2", ":code (", "x'")] == \
        [True, False, False, False, False, True, True]


def test_json_and_files_are_written_as_on_the_command_line(tmp_path: Path) -> None:
    data = json.loads(last("grad x'x wrt x --json"))
    assert data["result"]["forms"]["ascii"] == "2*x"
    file = tmp_path / "answer.tex"
    talk(f"grad x'x wrt x -o {file}")
    assert file.read_text("utf-8").strip() == "2 x"
    assert talk(f"x'x\n:graph {tmp_path / 'g.svg'}")[1][0].text.endswith("g.svg\n")


def test_the_objects_are_those_of_python() -> None:
    found = talk("grad det(A X B) wrt X")[1][0].answer
    assert found.ascii == api.grad("det(A X B)", "X").ascii
    assert found.verify().ok


PIECES = ["x", "A", "'", " ", "(", ")", "+", ":", ":=", "=", "==", "grad ", "wrt ", "--steps", "--wrt ", "_", "^", "\\",
          "tr", ";", ",", "\n", "#", "equal ", ":latex", ":undo", ":code ", "∂/∂x ", "\"", "1", "sym", "rules ", "\0",
          "é", "-", "--", "hessian ", "where ", "{", "}"]


@settings(max_examples=120)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), max_size=4))
def test_whatever_is_typed_there_is_an_answer(lines: list[str]) -> None:
    state = State()
    for line in lines:
        if any(name in line for name in (":save", ":load", "-o")):
            continue
        state, said = answer(state, line, PIPE)
        assert said.code != INTERNAL, said.errors
        assert "Traceback" not in said.errors
