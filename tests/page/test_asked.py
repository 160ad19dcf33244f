"""A question and its answer as data: whatever is typed has an answer that JSON can hold, and fixes that are answered.

None of this needs the extra of the page; the last tests run without NumPy and click, as a browser does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcalc
from matcalc.language.declarations import PROPERTIES, parse_declaration
from matcalc.page import asked as asking
from matcalc.page.asked import asked
from matcalc.page.choices import CHOICES, declaration
from matcalc.targets import TARGETS
from tests.samples import sampled, texts

ANSWERED: list[dict[str, Any]] = [
    {"formula": "det(A X B)"}, {"formula": "x'A x", "wrt": ["x", "A"], "steps": "brief"},
    {"formula": "A x - b", "want": "jacobian"}, {"formula": "A X B", "want": "jacobian", "wrt": ["X"], "steps": "full"},
    {"formula": "log(det(X))", "want": "hessian", "steps": "brief"},
    {"formula": "x'A y", "want": "hessian", "wrt": ["x", "y"]},
    {"formula": "norm2(A x - b)^2", "want": "solve", "steps": "brief", "code": ["numpy"]},
    {"formula": "x'x", "want": "solve", "subject_to": ["A x = b"]},
    {"formula": "norm2(A x - b)^2", "want": "convexity"}, {"formula": "norm2(x)^3 - x'x", "want": "convexity"},
    {"formula": "\\sum_i (y_i - w^\\top x_i)^2", "wrt": ["w"], "steps": "brief"},
    {"formula": "x'A x", "kinds": {"A": "matrix sym", "B": "scalar"}}, {"formula": "∂/∂X tr(A X B)"},
    {"formula": "$$\\frac{1}{2} x^\\top A x$$"},
    {"formula": "tr(X'A X)", "kinds": {"X": "matrix sym"}, "structure": "free"},
    {"formula": ""},
]
REFUSED: list[Any] = [
    {"formula": "x'(A"}, {"formula": "A x - b"}, {"formula": "foo(x)"}, {"formula": "A B + c'"}, {"formula": "sin x y"},
    {"formula": "x'A x", "kinds": {"A": "foo"}}, {"formula": "x'A x", "kinds": {"A": "vector"}},
    {"formula": "x" * 30_000}, {"formula": 3}, {"formula": None}, [], {"want": "?"}, {"formula": "x", "kinds": []},
    {"formula": "x", "wrt": [3]}, {"formula": "rank(A)"}, {"formula": "x'x", "structure": "?"},
    {"formula": "loss.py:f"}, {"formula": "2"},
]


@pytest.mark.parametrize("question", ANSWERED, ids=lambda q: q["formula"])
def test_answers_are_data(question: dict[str, Any]) -> None:
    found = asked(question)
    assert found["ok"], found["diagnostics"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for one in found["answers"]:
        assert one["check"] is None or one["check"]["status"] == "passed"
        assert one["latex"]
        assert one["left"]
        assert bool(one["steps"]) == bool(question.get("steps"))
        assert one["steps_latex"].startswith("\\begin{align*}") == bool(one["steps"])


@pytest.mark.parametrize("question", REFUSED, ids=lambda q: str(q)[:40])
def test_what_is_refused_says_why(question: dict[str, Any]) -> None:
    found = asked(question)
    assert not found["ok"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["diagnostics"]
    assert all(d["message"] and d["code"] and d["code"] != "M9002" for d in found["diagnostics"])


@pytest.mark.parametrize("question", [q for q in REFUSED if q and isinstance(q.get("formula"), str)],
                         ids=lambda q: str(q)[:40])
def test_places_are_in_the_formula_and_fixes_are_read(question: dict[str, Any]) -> None:
    letters = len(question["formula"])
    for d in asked(question)["diagnostics"]:
        spans = [span for span in (d["span"], *(label["span"] for label in d["labels"])) if span]
        assert all(0 <= start <= letters and length > 0 for start, length in spans)
        for fix in d["fixes"]:
            again = asked({**question, **fix["set"]})
            assert again["ok"] or d["message"] not in {other["message"] for other in again["diagnostics"]}


def test_answers_are_those_of_python() -> None:
    found = asked({"formula": "det(A X B)", "wrt": ["X"]})["answers"][0]
    d = matcalc.grad("det(A X B)", "X")
    assert (found["ascii"], found["unicode"], found["latex"]) == (d.ascii, d.unicode, d.latex)
    assert found["conditions"] == ["A X B\\text{ invertible}"]


def test_definitions_have_no_number() -> None:
    found = asked({"formula": "softmax(W x)", "want": "jacobian", "wrt": ["x"], "steps": "brief"})
    steps = found["answers"][0]["steps"]
    assert [row["n"] for row in steps[:3]] == [0, 1, 2]
    assert steps[0]["left"] == "p"


def test_index_notation_is_answered_twice() -> None:
    found = asked({"formula": "\\sum_i (y_i - w^\\top x_i)^2", "wrt": ["w"]})
    assert [v["latex"] for v in found["variables"]] == ["y_{i}", "w", "x_{i}"]
    one = found["answers"][0]
    assert one["ascii"] == "-2*X'*(y - X*w)"
    assert [(form["left"], "sum" in form["latex"]) for form in one["forms"]] == [(one["left"], True)]


def test_the_variable_is_chosen_where_none_is_named() -> None:
    for formula, wrt in [("x'A x", "x"), ("det(A X B)", "X"), ("a + c", "a"), ("tr(P Q)", "P")]:
        assert asked({"formula": formula})["wrt"] == [wrt]
        assert asked({"formula": formula, "wrt": ["gone"]})["wrt"] == [wrt]


def test_a_formula_that_asks_says_what() -> None:
    assert asked({"formula": "∂²/∂x² x'A x"})["want"] == "hessian"
    assert asked({"formula": "∂/∂x A x"})["want"] == "jacobian"
    assert asked({"formula": "∂/∂X tr(A X B)"})["wrt"] == ["X"]


def test_variables_stay_where_there_is_no_answer() -> None:
    found = asked({"formula": "A x - b", "kinds": {"A": "matrix sym"}})
    assert [(v["name"], v["declared"], v["size"]) for v in found["variables"]] == [
        ("A", "matrix sym", "n×n"), ("x", "vector", "n×1"), ("b", "vector", "n×1")]
    assert {"want": "jacobian"} in [fix["set"] for d in found["diagnostics"] for fix in d["fixes"]]


def test_what_the_formula_declares_is_fixed() -> None:
    found = asked({"formula": "x'A x where A: sym"})
    assert {v["name"]: v["is_fixed"] for v in found["variables"]} == {"x": False, "A": True}


def test_choices_cover_every_property() -> None:
    offered = {word for choice in CHOICES for word in choice["declaration"].split()[1:]}
    assert PROPERTIES - offered == {"integer", "const"}  # of exponents, and of what is never differentiated
    for choice in CHOICES:
        found = parse_declaration("A", choice["declaration"])
        kind = choice["declaration"].split()[0]
        assert declaration(kind, found.props - ({"square"} if kind == "matrix" and len(found.props) > 1 else set()))


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice["label"])
def test_a_selector_shows_what_was_chosen(choice: dict[str, str]) -> None:
    formula = {"scalar": "A^2", "vector": "A'A", "matrix": "tr(A)"}[choice["declaration"].split()[0]]
    formula = "real(tr(A))" if "unitary" in choice["declaration"] else formula
    found = asked({"formula": formula, "kinds": {"A": choice["declaration"]}})
    assert found["ok"], found["diagnostics"]
    assert [v["declared"] for v in found["variables"]] == [choice["declaration"]]


def test_programs_in_every_target() -> None:
    found = asked({"formula": "norm2(X w - y)^2", "wrt": ["w"], "code": list(TARGETS)})["code"]
    assert list(found) == list(TARGETS)
    assert all("gradient" in one["source"] for one in found.values())
    assert found["numpy"]["note"] == ""
    assert "not run here" in found["julia"]["note"]
    assert asked({"formula": "x'A x", "code": ["dask"]})["code"]["dask"]["note"].startswith("there are no rows")
    assert asked({"formula": "x'A x", "code": ["cobol"]})["code"] == {}


def test_pictures_are_svg() -> None:
    found = asked({"formula": "x'A x", "pictures": ["curve", "graph", "?"]})["pictures"]
    assert list(found) == ["curve", "graph", "?"]
    assert all(found[name].startswith("<svg") and found[name].endswith("</svg>\n") for name in ("curve", "graph"))


def test_structure_by_a_click() -> None:
    question = {"formula": "tr(X'A X)", "kinds": {"X": "matrix sym"}, "wrt": ["X"]}
    first = asked(question)["answers"][0]
    assert [offer["set"] for offer in first["offers"]] == [{"structure": "free"}]
    assert not any("--" in remark for remark in first["remarks"])
    second = asked({**question, **first["offers"][0]["set"]})["answers"][0]
    assert second["ascii"] != first["ascii"]
    assert [offer["set"] for offer in second["offers"]] == [{"structure": "project"}]


def test_time_is_limited() -> None:
    found = asked({"formula": "log(det(A X B + C X D)) + tr(inv(F'X + G) H)"}, seconds=1e-9)  # which nothing remembers
    assert [d["code"] for d in found["diagnostics"]] == ["M0107"]


def test_a_defect_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("once")

    monkeypatch.setitem(asking._WANTED, "gradient", broken)
    assert [d["code"] for d in asked({"formula": "x'x"})["diagnostics"]] == ["M9002"]


@sampled(60)
@given(texts(24), st.sampled_from(["gradient", "jacobian", "hessian", "solve", "convexity"]))
def test_nothing_raises(formula: str, want: str) -> None:
    found = asked({"formula": formula, "want": want}, seconds=1)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert "M9002" not in [d["code"] for d in found["diagnostics"]]


WITHOUT = """
import sys
for name in ("numpy", "click", "rich", "prompt_toolkit", "scipy", "sympy", "mpmath", "starlette", "uvicorn"):
    sys.modules[name] = None
from matcalc.page.asked import asked
import json
print(json.dumps([asked(question) for question in json.loads(sys.argv[1])]))
"""


def test_without_any_library() -> None:
    questions = [{"formula": "det(A X B)", "steps": "brief", "pictures": ["curve"], "code": ["pure"]},
                 {"formula": "A X B", "want": "jacobian", "wrt": ["X"]}, {"formula": "x'(A"}]
    done = subprocess.run([sys.executable, "-c", WITHOUT, json.dumps(questions)], capture_output=True, text=True,
                          check=True)
    first, second, third = json.loads(done.stdout)
    assert first["answers"][0]["check"]["status"] == "passed"
    assert first["answers"][0]["steps"]
    assert first["pictures"] == {"curve": "", "curve_note": "this needs numpy, which is not here"}
    assert second["answers"][0]["ascii"] == "kron(B', A)"
    assert third["diagnostics"][0]["fixes"] == [{"text": "x'(A)", "set": {"formula": "x'(A)"}}]
