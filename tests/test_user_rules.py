"""A block in a user's file is equal to a shipped one: it folds, its laws hold, its letters and conditions are shown.

Each shipped file is put behind `rules=`, beside the other shipped ones, and every answer stays what it was.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import matcalc
from matcalc import rulecheck
from matcalc.answer import problem as posing
from matcalc.calculus.structure import STRUCTURAL
from matcalc.core.expr import Kind, postorder
from matcalc.derivation import Derivation
from matcalc.rulebook import book as rulebook
from matcalc.rulebook.book import extended, rules_files, rules_folder, standard
from matcalc.rulecheck.specimen import Specimen
from matcalc.rulecheck.statements import declarations
from tests import corpus
from tests.cli.sessions import run

FILES = [Path(file).name for file in rules_files()]
TASKS = ("grad", "jacobian", "hessian")
SAMPLE = 12
GAUSS = """function gauss(x: [n,1]) -> scalar
  is   = folds
  body = exp(-x'*x/2)
"""


def derived(case: dict[str, Any], **how: Any) -> Derivation:
    """The answer, with free entries as everywhere in the tests unless the variable is declared to have a structure."""
    structure = "project" if set(case["vars"].get(case["wrt"], "").split()) & set(STRUCTURAL) else "free"
    if "id" in case and structure == "free" and not how:
        return corpus.answer(case["id"])
    return corpus.derived(case, structure=structure, **how)


def told(d: Derivation) -> dict[str, Any]:
    """What a user sees of an answer, and the program that computes it."""
    return {"formula": d.ascii, "unicode": d.unicode, "latex": d.latex, "typst": d.typst, "mathml": d.mathml,
            "conditions": d.conditions, "notes": d.notes, "steps": d.steps, "code": coded(d)}


def coded(d: Derivation) -> str:
    try:
        return d.code("numpy")
    except matcalc.MatcalcError as error:
        return str(error)


@cache
def users() -> list[tuple[dict[str, Any], set[str]]]:
    """The problems of the corpus with a single variable, and the rule files that the answers use."""
    found = []
    for case in corpus.cases():
        if case["task"] in TASKS:
            d = derived(case)
            calls = {Path(e.data.file).name for e in postorder(d.problem.f, d.expr) if e.kind is Kind.CALL}
            words = set(re.findall(r"\w+", case["expr"])) & standard().names()
            found.append((case, calls | {Path(standard().overloads(w)[0].file).name for w in words}))
    return found


def examples(name: str) -> list[dict[str, Any]]:
    """The examples in a rule file, as problems."""
    found = []
    for function in (f for f in standard().functions() if Path(f.file).name == name):
        kinds = {p.name: declarations(Specimen(function, standard())).get(p.name)
                 for p in function.params}
        for line in function.fields.get("example", "").splitlines():
            source, _, rest = line.partition(" wrt ")
            declared = {n: kind for n, kind in kinds.items() if kind and re.search(rf"\b{n}\b", source)}
            found.append({"expr": source, "wrt": rest.partition("->")[0].strip(), "vars": declared, "task": "grad"})
    return found


@pytest.fixture
def behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Move a shipped file into a user's folder. Its checks, which other tests run, are left out."""
    def moved(name: str) -> Path:
        (tmp_path / "shipped").mkdir()
        for file in map(Path, rules_files()):
            shutil.copy(file, tmp_path if file.name == name else tmp_path / "shipped")
        monkeypatch.setattr(rulebook, "rules_folder", lambda: tmp_path / "shipped")
        monkeypatch.setattr(rulecheck, "checked_rulebook", lambda files: extended(*files))
        monkeypatch.setattr(posing, "standard", lambda: pytest.fail("the shipped rules were asked for"))
        return tmp_path / name
    return moved


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_does_the_same_behind_rules(name: str, behind: Callable[[str], Path]) -> None:
    cases = [case for case, files in users() if name in files]
    asked = [*cases[::max(1, len(cases) // SAMPLE)], *examples(name)]
    wanted = [told(derived(case)) for case in asked]
    assert len(wanted) >= 5
    mine = behind(name)
    for case, want in zip(asked, wanted, strict=True):
        assert told(derived(case, rules=mine)) == want, case["expr"]


def test_a_body_in_a_users_file_folds_back(tmp_path: Path) -> None:
    mine = tmp_path / "mine.rules"
    mine.write_text(GAUSS, encoding="utf-8")
    file = str(mine)
    assert run("simplify", "3*exp(-x'*x/2)", "--rules", file)[:2] == (0, "3*gauss(x)\n")
    assert run("grad", "3*exp(-x'*x/2)", "-w", "x", "--rules", file, "--no-check")[:2] == (0, "-3*gauss(x)*x\n")
    assert run("simplify", "3*exp(-x'*x/2)")[:2] == (0, "3*exp(-x'*x/2)\n")  # and nowhere else
    steps = matcalc.grad("3*exp(-x'*x/2)", "x", rules=mine, check=False).steps
    assert (steps[0].rule, steps[0].because) == ("gauss", "gauss(x) = exp(-x'*x/2)")


@pytest.mark.parametrize(("body", "numpy", "typed", "shown"), [
    ("x'*A*x", "x.T @ A @ x", "y'*B*y + 3", "mine(y, B) + 3"),
    ("exp(-norm2(x)^2) + sum(A*x)", "np.exp(-np.sum(x * x)) + np.sum(A @ x)", "c*(exp(-norm2(y)^2) + sum(B*y))",
     "c*mine(y, B)"),
    ("log(cosh(A*x))'*x", "np.log(np.cosh(A @ x)).T @ x", "c*log(cosh(B*y))'*y", "c*mine(y, B)"),
], ids=["without a function", "with notations", "of two rule files"])
def test_any_body_folds(body: str, numpy: str, typed: str, shown: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.rules"
    mine.write_text(f"function mine(x: [n], A: [n,n]) -> scalar\n  is = folds\n  body = {body}\n  numpy = {numpy}\n"
                    "  ref = me\n", encoding="utf-8")
    code, out, err = run("simplify", typed, "--rules", str(mine), "-v", "c: scalar", "-v", "y: vector(n)",
                         "-v", "B: matrix(n,n)")
    assert (code, out) == (0, f"{shown}\n"), err


@pytest.mark.parametrize(("block", "name"), [
    ("elementwise log(X: [m,n]) -> [m,n]\n  d = X.^-1/log(10)\n  numpy = np.log10(X)", "log"),
    ("elementwise sigmoid(X: [m,n]) -> [m,n]\n  d = 2*X\n  numpy = X * X", "sigmoid"),
    ("function inv(X: [n,n]) -> [n,n]\n  d = dX'\n  numpy = X.T", "inv"),
])
def test_what_other_rules_rely_on_keeps_its_meaning(block: str, name: str, tmp_path: Path) -> None:
    """d(a^b) has a logarithm, and softplus the slope sigmoid: under that name nothing else may stand."""
    mine = tmp_path / "mine.rules"
    mine.write_text(block, encoding="utf-8")
    code, out, err = run("grad", "x^a", "-w", "a", "-v", "x: scalar", "--rules", str(mine), "--no-check")
    assert (code, out) == (2, "")
    assert f"error[M0702]: {mine}, line 1: {name} has another meaning in the shipped rules" in err


def test_a_name_on_which_nothing_relies_may_mean_something_else(tmp_path: Path) -> None:
    mine = tmp_path / "mine.rules"
    mine.write_text("elementwise gelu(X: [m,n]) -> [m,n]\n  is = equivariant\n  d = 2*X\n  numpy = X * X\n  ref = me\n",
                    encoding="utf-8")
    assert run("grad", "sum(gelu(x))", "-w", "x", "-v", "x: vector", "--rules", str(mine))[:2] == (0, "2*x\n")


@pytest.mark.parametrize("copied", [True, False])
def test_a_shipped_file_may_be_given_once_more(copied: bool, tmp_path: Path) -> None:
    """The file itself, and a copy of it, which wins; its checks run, and all names go on to work together."""
    file = Path(rules_folder()) / "softmax.rules"
    mine = Path(shutil.copy(file, tmp_path)) if copied else file
    f = "log(sum(exp(A*x))) + sum(softplus(x))"
    assert matcalc.grad(f, "x", rules=mine).ascii == matcalc.grad(f, "x").ascii == "A'*softmax(A*x) + sigmoid(x)"
