"""A solution as people read it: the problem, its constraints, the unknown, the multipliers, the kind of the point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from matcalc.algebra import negate
from matcalc.answer.problem import Problem
from matcalc.cli.screen import heads, wording
from matcalc.cli.screen.answers import notes
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.stepwise import Row, laid_out
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, flowing, wrapped
from matcalc.core.expr import Expr, variables
from matcalc.diagnostics import listed
from matcalc.language import Elaborated
from matcalc.printers import abbreviated_together, inline, pieces
from matcalc.printers.dialect import Line, Markup
from matcalc.printers.dialects import dialect_named
from matcalc.printers.translation import prose
from matcalc.records import NamedTuple
from matcalc.solving.as_sums import in_sums
from matcalc.solving.constraint import shown_sides
from matcalc.solving.solution import Solution, Stage

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

_SUBJECT, _WHERE = "subject to ", "where "
_SURE = {"minimum": "the only minimum", "maximum": "the only maximum", "solution": "the only solution",
         "saddle": "a saddle, the only stationary point"}


class Solved(NamedTuple):
    """A solution, what its check said, and whether its steps are asked for."""

    solution: Solution
    verification: Verification | None
    has_steps: bool = False

    def lines(self, terminal: Terminal) -> list[str]:
        """The problem, the unknown, the multipliers, the kind, the steps if they are asked for, the check, notes."""
        blocks, named = self._formulas(terminal)
        top, *middle = beside([self._problem(terminal), *blocks], terminal.width)
        formulas = [terminal.paint(row, "strong") for row in [*(row for block in middle for row in block), *named]]
        steps = ["", *step_lines(self.solution, terminal)] if self.has_steps else []
        check = INDENT + wording.checked(self.verification, terminal)
        shown = [*top, "", *formulas, *kind_lines(self.solution, terminal), *steps, "", check]
        return shown + notes(self.solution.notes, 2, terminal)

    def _problem(self, terminal: Terminal) -> tuple[list[str], list[str]]:
        s, dialect = self.solution, terminal.dialect
        readings = readings_of(s.problem, [c.read for c in s.constraints])
        if s.kind == "solution":
            return [_equation(s, s.problem.settled(s.problem.f), terminal, "")], wording.variables(readings, dialect)
        head, said = problem_lines(s.problem, terminal)
        if s.constraints and s.problem.indexed is None:
            said = wording.variables(readings, dialect, s.problem.settled(s.problem.f))
        return [*head, *(_equation(s, c.h, terminal, _SUBJECT) for c in s.constraints)], said

    def _formulas(self, terminal: Terminal) -> tuple[list[tuple[list[str], list[str]]], list[str]]:
        """The unknown and the multipliers, each with what is said of it, and the names that they share."""
        s, dialect = self.solution, terminal.dialect
        lettered = s.problem.lettered
        leaves = [*(one.x for one in s.solved), *(c.multiplier for c in s.constraints)]
        lefts = [f"{inline(x, dialect)} = " for x in leaves]
        said = [wording.conditions(s.requirements, dialect, lettered), *([] for _ in s.others)]
        said += [[f"the multiplier of {_sides(s, c.h, dialect)}"] for c in s.constraints]
        taken = {*s.problem.taken(), *s.multipliers, *(name for c in s.constraints for name in c.read.variables)}
        room = terminal.width - max(map(cells, lefts)) - len(INDENT)
        formulas = [lettered(in_sums(e, s.problem) or e) for e in (*(one.shown for one in s.solved), *s.values)]
        shared = abbreviated_together(formulas, dialect, room, taken)
        blocks = [(wrapped(left, terms, terminal.width), remarks)
                  for left, (terms, _), remarks in zip(lefts, shared, said, strict=True)]
        named = dict(pair for _, pairs in shared for pair in pairs)
        words = [_WHERE, *[" " * len(_WHERE)] * len(named)]
        return blocks, [f"{INDENT}{word}{name} = {text}"
                        for word, (name, text) in zip(words, named.items(), strict=False)]


def readings_of(problem: Problem, others: Sequence[Elaborated]) -> list[Elaborated]:
    """What was read of the formula and of constraints; what does not occur in the formula is as a constraint has it."""
    occurring = {x.data.name for x in (*problem.wrt, *variables(problem.f))}
    elsewhere = {name for read in others for name in read.variables} - occurring
    kept = {name: info for name, info in problem.elaborated.variables.items() if name not in elsewhere}
    return [problem.elaborated._replace(variables=kept), *others]


def _equation(s: Solution, h: Expr, terminal: Terminal, front: str) -> str:
    return INDENT + front + _sides(s, h, terminal.dialect)


def _sides(s: Solution, h: Expr, dialect: str) -> str:
    """The equation h = 0 as one writes it."""
    left, right = (inline(s.problem.lettered(side), dialect) for side in shown_sides(h, *(one.x for one in s.solved)))
    return heads.filled("equation", dialect, left, right)


def kind_lines(s: Solution, terminal: Terminal) -> list[str]:
    """What the point is, in a sentence."""
    return flowing(INDENT, kind_text(s, terminal.dialect).split(" "), terminal.width)


def kind_text(s: Solution, dialect: str) -> str:
    """“the only minimum”; where data decide, what they decide it by."""
    if s.freedom:
        x = inline(s.unknown, dialect)
        others = {"sign": inline(negate(s.unknown), dialect), "phase": f"{x} times any number of modulus 1",
                  "ray": f"every positive multiple of {x}", "scale": f"every multiple of {x} other than 0",
                  "turn": f"{x} times any orthogonal matrix"}
        return f"{x} is a {s.kind}, and so is {others[s.freedom]}"
    if s.free:
        sort = "matrix" if 1 not in s.free[0].shape else "vector"
        size = wording.shape_text(s.free[0].shape, dialect) if sort == "matrix" else ""
        return f"these are all solutions, {inline(s.free[0], dialect)} being any {size} {sort}".replace("  ", " ")
    if s.kind != "depends" or s.curvature is None:
        names = [inline(one.x, dialect) for one in s.solved]
        return f"{names[0]} is {_SURE[s.kind]}" if len(names) == 1 else f"{listed(names)} are {_SURE[s.kind]}"
    second = heads.differential_of(heads.function_text(s.problem, dialect), 2, dialect)
    said = heads.filled("equation", dialect, second, inline(s.problem.lettered(s.curvature), dialect))
    within = " that the constraints allow" if s.constraints else ""
    moved = listed([heads.filled("first differential", dialect, inline(one.x, dialect)) for one in s.solved])
    return (f"a minimum if {said} is positive for every {moved} other than 0{within}, a maximum if it is negative, "
            "else a saddle")


def step_lines(s: Solution, terminal: Terminal) -> list[str]:
    """The way in numbered lines."""
    return laid_out([_row(s, n, stage, terminal.dialect) for n, stage in enumerate(s.stages, 1)], terminal)


def steps_in(markup: Markup, s: Solution, dialect: str) -> str:
    """The way for a document."""
    rows = [_row(s, n, stage, dialect) for n, stage in enumerate(s.stages, 1)]
    return markup.steps([Line(left, " ".join(shown), because, rule) for _, left, shown, because, rule in rows])


def _row(s: Solution, n: int, stage: Stage, dialect: str) -> Row:
    known = dialect_named(dialect)
    left = _LABELS[stage.left](s, stage.by or s.unknown, dialect) if isinstance(stage.left, str) else \
        inline(s.problem.lettered(stage.left), dialect)
    gap = known.marks.gap if known.marks else ""
    because = gap.join(prose(part, known) if isinstance(part, str) else inline(s.problem.lettered(part), dialect)
                       for part in stage.because)
    return str(n), left, pieces(s.problem.lettered(stage.right), dialect), because, stage.rule


def _lagrangian(s: Solution, dialect: str) -> str:
    """A letter for it that nothing else has."""
    return dialect_named(dialect).name_text(s.problem.fresh("LKJ", s.multipliers))


def _slope(of: str, by: Expr, dialect: str) -> str:
    return heads.filled("slope", dialect, of, inline(by, dialect))


_LABELS: dict[str, Callable[[Solution, Expr, str], str]] = {
    "gradient": lambda s, by, dialect: _slope(heads.function_text(s.problem, dialect), by, dialect),
    "lagrangian": lambda s, by, dialect: _lagrangian(s, dialect),
    "of lagrangian": lambda s, by, dialect: _slope(_lagrangian(s, dialect), by, dialect),
}
