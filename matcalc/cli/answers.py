"""Several derivatives of one question, one for each variable: the problem once, what they share under one name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcalc.cli import heads, wording
from matcalc.cli.answer import MOST_LINES, Answer, notes, side_by_side
from matcalc.cli.layout import INDENT, beside, wrapped
from matcalc.cli.terminal import Terminal, cells
from matcalc.printers import abbreviated_together

_WHERE = "where "


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to one question, in the order asked."""

    each: Sequence[Answer]

    def lines(self, terminal: Terminal) -> list[str]:
        said, left_out, defined = self._formulas(terminal)
        top, *middle = beside([self.each[0].problem(terminal), *said], terminal.width)
        formulas = [terminal.paint(row, "strong") for row in [*(row for block in middle for row in block), *defined]]
        steps = [row for answer in self.each if answer.steps for row in ("", *answer.step_lines(terminal))]
        shown = [*top, "", *formulas, *steps, "", INDENT + self._check(terminal)]
        room = max(MOST_LINES - len(shown) + len(steps), len(left_out) + 1)
        return shown + notes([*left_out, *self._notes(terminal)], room, terminal)

    def _check(self, terminal: Terminal) -> str:
        """The least sure of all."""
        checks = [answer.verification for answer in self.each if answer.verification is not None]
        return wording.checked(max(checks, key=lambda v: v.max_rel_error, default=None), terminal)

    def _notes(self, terminal: Terminal) -> Iterator[str]:
        for answer in self.each:
            yield from answer.remarks(terminal)

    def _formulas(self, terminal: Terminal) -> tuple[list[tuple[list[str], list[str]]], list[str], list[str]]:
        """The formulas with their remarks, notes on those left out, and the definitions of all names."""
        chosen = [answer.fitting(terminal) for answer in self.each]
        shown = [form for forms, _ in chosen for form in forms]
        named = iter(self._named([form for form in shown if form.expr is not None], terminal))
        blocks, definitions = [], dict[str, str]()
        for answer, (forms, _) in zip(self.each, chosen, strict=True):
            remarks = [list(form.remarks) for form in forms]
            remarks[0] += wording.conditions(answer.derivation.requirements, terminal.dialect)
            for form, said in zip(forms, remarks, strict=True):
                terms, needed = next(named) if form.expr is not None else ([form.text], [])
                definitions |= needed
                blocks.append((wrapped(f"{form.left} = ", terms, terminal.width), said))
        rows = side_by_side(list(definitions.items()), terminal.width - len(INDENT) - len(_WHERE))
        words = [_WHERE, *[" " * len(_WHERE)] * len(rows)]
        return blocks, [note for _, left_out in chosen for note in left_out], \
            [f"{INDENT}{word}{row}" for word, row in zip(words, rows, strict=False)]

    def _named(self, shown: Sequence[heads.Shown], terminal: Terminal) -> list[tuple[list[str], list[tuple[str, str]]]]:
        taken = {name for answer in self.each for name in answer.derivation.problem.variables}
        room = terminal.width - max(cells(f"{form.left} = ") for form in shown) - len(INDENT)
        roots = [form.expr for form in shown if form.expr is not None]
        return abbreviated_together(roots, terminal.dialect, room, taken)
