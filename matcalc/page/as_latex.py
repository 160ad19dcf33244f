"""Answers as data for a page: formulas in LaTeX, what is said of them, and their steps as rows.

All of it is what a document or the screen says, taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from sys import maxsize
from typing import Any

from matcalc.answer.problem import Problem
from matcalc.calculus.regularity import KINK
from matcalc.checking.verdicts import Verification
from matcalc.cli import machine
from matcalc.cli.screen import heads, solved, stepwise, wording
from matcalc.cli.screen.both_forms import member_text
from matcalc.cli.screen.posing import answer_forms, problem_lines
from matcalc.cli.screen.terminal import Terminal
from matcalc.cli.screen.unshown import refuted, undecided
from matcalc.convex.convexity import Convexity, assure
from matcalc.derivation import Derivation, Formula
from matcalc.extensions import ASCII, LATEX, UNICODE
from matcalc.language import Elaborated
from matcalc.language.declarations import split_declarations
from matcalc.language.framing import framed
from matcalc.page.choices import declaration
from matcalc.page.repairs import offered
from matcalc.printers import inline
from matcalc.printers.dialect import Line, Markup
from matcalc.printers.dialects import dialect_named
from matcalc.printers.requirements import condition_text
from matcalc.solving.solution import Solution
from matcalc.solving.solution import assure as assure_solution

_SCREEN = Terminal(width=100)


class _Document(Terminal):
    """A screen that shows LaTeX in lines of any length."""

    @property
    def dialect(self) -> str:
        return LATEX


_DOCUMENT = _Document(width=maxsize)


def names(problem: Problem) -> list[str]:
    """The variables that can be differentiated by, as they were typed."""
    read = problem.elaborated if problem.indexed is None else problem.indexed.read
    return list(read.variables)


def posed(problem: Problem, more: Iterable[Elaborated] = ()) -> dict[str, Any]:
    """The formula as it was read, and its variables."""
    said = machine.posed(problem)["input"]
    rows, _ = problem_lines(problem, _DOCUMENT, with_variables=False)
    read = [problem.elaborated if problem.indexed is None else problem.indexed.read, *more]
    where = framed(problem.typed_source).declarations.replace("$", " ")
    fixed = {name for name, _ in split_declarations(where)} if where.strip() else set()
    infos = {name: info for one in read for name, info in one.variables.items()}
    letters = read[0].indices.letters if read[0].indices is not None else ()
    variables = [{**one, "latex": member_text(infos[one["name"]], letters, LATEX),
                  "size": wording.shape_text(infos[one["name"]].shape),
                  "declared": declaration(one["kind"], one["props"]), "is_fixed": one["name"] in fixed}
                 for one in machine.variables(read)]
    return {"input": {"source": said["source"], "canonical": said["canonical"],
                      "latex": r" \\ ".join(row.strip() for row in rows)},
            "variables": variables}


def check_of(answer: Any, wanted: bool) -> Verification | None:
    """What random points say of an answer. Raises where they refute it, and where `wanted` and none decides."""
    try:
        found: Verification = answer.verify()
    except ImportError:
        return None
    if found.is_without:
        return None
    if found.ok or (found.ok is None and not wanted):
        return found
    if isinstance(answer, Derivation):
        raise refuted(answer, found) if found.ok is False else undecided(answer, found)
    (assure if isinstance(answer, Convexity) else assure_solution)(answer, found)
    return found


def _checked(check: Verification | None) -> dict[str, Any]:
    if check is None:
        return {"status": "skipped", "text": "not checked here: NumPy is missing"}
    return {"status": check.status, "text": wording.checked(check, _SCREEN).partition(" ")[2]}


def derivation(d: Derivation, check: Verification | None, detail: str, structure: str) -> dict[str, Any]:
    """A derivative with its further forms."""
    (main, said), *others = sorted(zip(_forms(d, LATEX), _forms(d, UNICODE), strict=True),
                                   key=lambda pair: pair[0].expr is not d.expr)
    letters = d.problem.lettered
    notes, offers = offered(d.notes, structure)
    also = [{"left": main.left, "latex": inline(e, LATEX), "remarks": []} for e in main.also]
    remarks = [*said.remarks, *notes, *wording.kinks(d.requirements, UNICODE, letters),
               *wording.joints(d.joints, UNICODE, letters, d.order)]
    return {**_formula(d, main.left), "wrt": [x.data.name for x in d.problem.wrt], "remarks": remarks,
            "offers": offers, "forms": [*also, *(_form(d, *pair) for pair in others)], "check": _checked(check),
            **_steps(lambda markup: stepwise.steps_in(markup, d, detail, LATEX) if detail else "")}


def _forms(d: Derivation, dialect: str) -> list[heads.Shown]:
    return answer_forms(d, dialect) if d.problem.indexed is not None else heads.forms(d, dialect)


def _form(d: Derivation, shown: heads.Shown, said: heads.Shown) -> dict[str, Any]:
    latex = shown.text if shown.expr is None else inline(d.problem.lettered(shown.expr), LATEX)
    return {"left": shown.left, "latex": latex, "remarks": list(said.remarks)}


def _formula(found: Formula, left: str) -> dict[str, Any]:
    letters = found.problem.lettered
    where = [condition_text(c, LATEX, letters) for c in found.requirements if c.word != KINK]
    return {"left": left, "latex": found.document(LATEX), "ascii": found.write(ASCII),
            "unicode": found.write(UNICODE), "shape": machine.dims(found.expr),
            "conditions": list(dict.fromkeys(where))}


def _steps(written: Callable[[Markup], str]) -> dict[str, Any]:
    """A derivation as rows, and as a document has it."""
    rows: list[Line] = []
    markup = dialect_named(LATEX).markup
    assert markup is not None
    known = markup.steps

    def kept(lines: Sequence[Line]) -> str:
        rows.extend(lines)
        return known(lines)

    document = written(markup._replace(steps=kept))
    numbers = count(1)  # of what follows from the line before; a definition has none
    shown = [{"n": next(numbers) if row.rule else 0, "left": row.left, "sign": row.sign, "latex": row.formula,
              "because": row.because, "rule": row.rule} for row in rows]
    return {"steps": shown, "steps_latex": document}


def solution(s: Solution, check: Verification | None, detail: str) -> list[dict[str, Any]]:
    """The unknowns, then the multipliers; what is said of all of them stands with the first."""
    letters = s.problem.lettered
    parts = [*s.unknowns.items(), *s.multipliers.items()]
    leaves = [*(one.x for one in s.solved), *(c.multiplier for c in s.constraints)]
    answers = [{**_formula(part, inline(letters(leaf), LATEX)), "wrt": [name], "remarks": [], "forms": [],
                "offers": [], "check": None, "steps": [], "steps_latex": ""}
               for (name, part), leaf in zip(parts, leaves, strict=True)]
    if not s.others:
        answers[0]["latex"] = s.document(LATEX)
    answers[0].update(remarks=[solved.kind_text(s, UNICODE), *s.notes], check=_checked(check),
                      **_steps(lambda markup: solved.steps_in(markup, s, LATEX) if detail else ""))
    return answers


def verdict(found: Convexity, check: Verification | None) -> dict[str, Any]:
    """A verdict with its proof, or the points against it."""
    from matcalc.cli.screen import curved

    witness = [] if found.witness is None else [
        row.strip() for row in curved.witness_lines(found, found.witness, UNICODE, maxsize)]
    said = {"status": "passed", "text": curved.checked(check, _SCREEN).partition(" ")[2]} if check is not None and \
        check.ok else _checked(check)
    return {"word": found.verdict, "latex": curved.said_in(found, LATEX), "witness": witness, "notes": found.notes,
            "check": said if found.statements else None,
            **_steps(lambda markup: curved.proof_in(markup, found, LATEX) if found.proof else "")}
