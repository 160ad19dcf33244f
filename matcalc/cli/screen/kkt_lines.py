"""The conditions of Karush, Kuhn and Tucker as people read them: the problem, the Lagrangian, then each by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcalc.cli.screen import wording
from matcalc.cli.screen.answers import notes
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.solved import readings_of
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, flowing, wrapped
from matcalc.printers import pieces
from matcalc.printers.dialects import dialect_named
from matcalc.records import NamedTuple
from matcalc.solving.kkt import Kkt

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

_ENOUGH = "a point that satisfies them with some multipliers is a minimum: the problem is convex"
_NEEDED = "a minimum satisfies them where the constraints are regular; a point that does need not be one"


class Conditions(NamedTuple):
    """The conditions, and what the check of the gradient said."""

    found: Kkt
    verification: Verification | None

    def lines(self, terminal: Terminal) -> list[str]:
        """The problem, the Lagrangian, the conditions in groups, what they are worth, the check, notes."""
        k, dialect = self.found, terminal.dialect
        readings = readings_of(k.problem, k.readings)
        head, said = problem_lines(k.problem, terminal)
        if k.problem.indexed is None:
            said = wording.variables(readings, dialect, k.problem.settled(k.problem.f))
        primal = [k.text(line, dialect) for line in k.lines if line.group == "primal feasibility"]
        top, = beside([([*head, *(f"{INDENT}subject to {text}" for text in primal)], said)], terminal.width)
        letter = dialect_named(dialect).name_text(k.problem.fresh("LKJ", k.multipliers))
        lagrangian = wrapped(f"{letter} = ", pieces(k.problem.lettered(k.lagrangian), dialect), terminal.width)
        worth = flowing(INDENT, (_ENOUGH if k.is_enough else _NEEDED).split(" "), terminal.width)
        return [*top, "", *lagrangian, "", *self._groups(terminal), "", *worth, "",
                INDENT + wording.checked(self.verification, terminal), *notes(k.notes, 2, terminal)]

    def _groups(self, terminal: Terminal) -> list[str]:
        rows, last = [], ""
        width = max(cells(line.group) for line in self.found.lines) + 3
        for line in self.found.lines:
            name = "" if line.group == last else line.group
            rows.append(f"{INDENT}{name}{' ' * (width - cells(name))}{self.found.text(line, terminal.dialect)}")
            last = line.group
        return rows
