"""The problem above an answer: f = … with its variables, in index notation as it was typed and in matrices."""

from __future__ import annotations

from collections.abc import Iterable

from matcalc.answer.problem import Problem
from matcalc.cli.screen import heads, wording
from matcalc.cli.screen.terminal import Terminal, wrapped
from matcalc.derivation import Derivation
from matcalc.language import Elaborated
from matcalc.printers import pieces


def problem_lines(problem: Problem, terminal: Terminal, name: str = "",
                  with_variables: bool = True) -> tuple[list[str], list[str]]:
    """The formula under its own name, or another, and what its variables are."""
    said = variables(problem, terminal.dialect) if with_variables else []
    name, own = name or heads.function_name(problem), not name
    if problem.indexed is None:
        f = problem.settled(problem.f)
        return wrapped(f"{name} = ", pieces(problem.lettered(f), terminal.dialect), terminal.width), said
    from matcalc.cli.screen import both_forms

    rows = both_forms.echo(problem, problem.indexed, name, terminal.dialect, own)
    return [row for left, terms in rows for row in wrapped(f"{left} = ", terms, terminal.width)], said


def variables(problem: Problem, dialect: str, readings: Iterable[Elaborated] = ()) -> list[str]:
    """The variables of a problem with kinds and shapes; of index notation letters and families."""
    if problem.indexed is not None:
        return wording.families(problem.indexed, dialect)
    return wording.variables(list(readings) or [problem.elaborated], dialect, problem.settled(problem.f))


def answer_forms(d: Derivation, dialect: str) -> list[heads.Shown]:
    """The main form of an answer; of index notation the one in letters too."""
    if d.problem.indexed is None:
        return [heads.Shown(heads.head(d, dialect), d.expr, "")]
    from matcalc.cli.screen import both_forms

    return both_forms.forms(d, d.problem.indexed, dialect)
