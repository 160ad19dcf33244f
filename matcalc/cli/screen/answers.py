"""A derivative as people read it: the problem, the formulas with their conditions, the check; at most ten lines.

Of several derivatives of one question, one by each variable, the problem stands once, and what they share has one name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from matcalc.cli.screen import heads, wording
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.terminal import INDENT, PAGE, Terminal, beside, cells, noted, shortened, wrapped
from matcalc.core.expr import Expr, postorder
from matcalc.derivation import Derivation
from matcalc.printers import abbreviated, abbreviated_together, ascii_text, in_parts, names_together, pieces
from matcalc.printers.as_typed import Typed, with_names
from matcalc.printers.dialects import dialect_named
from matcalc.printers.textbook import is_said
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

MOST_LINES, MOST_OF_F = 10, 3
_MOST_LENGTHS = 3  # a formula that others say as well is shown up to this many lines
_WHERE = "where "
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉0123456789_"
_LAYOUTS = {
    "numerator": "numerator layout: gradients are transposed",
    "denominator": "denominator layout: Jacobians are transposed",
}


class _InNames(NamedTuple):
    """The terms of a formula in names, what these stand for, and the names that it had to avoid."""

    terms: list[str]
    defined: list[tuple[str, str]]
    taken: set[str]


class Answer(NamedTuple):
    """A derivation, what its check said, and whether its steps are asked for."""

    derivation: Derivation
    verification: Verification | None
    steps: str = ""
    order: int = 1
    in_full: bool = False

    def lines(self, terminal: Terminal) -> list[str]:
        """The problem, the formulas, the steps if they are asked for, the check, and the notes there is room for."""
        rows, left_out = self._rows(terminal)
        top, *middle = beside([self.problem(terminal), *rows], terminal.width)
        steps = ["", *self.step_lines(terminal)] if self.steps else []
        check = INDENT + wording.checked(self.verification, terminal)
        formulas = [terminal.paint(row, "strong") for block in middle for row in block]
        shown = [*top, "", *formulas, *steps, "", check]
        room = max(MOST_LINES - len(shown) + len(steps), _due(left_out, [self], terminal))
        return shown + notes([*left_out, *self.remarks(terminal)], room, terminal)

    def problem(self, terminal: Terminal) -> tuple[list[str], list[str]]:
        """What is differentiated, and its variables."""
        head, said = problem_lines(self.derivation.problem, terminal)
        return shortened(head, MOST_OF_F), said

    def remarks(self, terminal: Terminal) -> list[str]:
        """What is noted below: the layout, how the input was read, kinks; of a second derivative, whose formulas leave
        little room for notes, kinks first."""
        d = self.derivation
        read, kinks = [*self._layout(), *self._in_letters(d.notes, terminal)], self.kinks(terminal)
        told = [*kinks, *read] if d.order > 1 else [*read, *kinks]
        return [*told, *wording.joints(d.joints, terminal.dialect, d.problem.lettered, d.order)]

    def kinks(self, terminal: Terminal) -> list[str]:
        """Where the derivative does not exist."""
        d = self.derivation
        return wording.kinks(d.requirements, terminal.dialect, d.problem.lettered)

    def _in_letters(self, notes: Sequence[str], terminal: Terminal) -> list[str]:
        """Notes with the letters that the formula has for calls that textbooks have no name for."""
        d, said = self.derivation, self._reserved()
        known = dialect_named(terminal.dialect)
        if not any(is_said(part, known) for part in postorder(d.expr)):
            return [*notes]
        e, names, *_ = d.named(d.expr, {*said} - d.problem.taken())
        named = names_together([e], terminal.dialect, terminal.width, {*said}, with_names(d.problem.as_typed, names))
        letters = {ascii_text(part): name for part, name in named.items() if is_said(part, known)}
        for call, letter in letters.items():
            notes = [note.replace(call, letter) for note in notes]
        return [*notes]

    def step_lines(self, terminal: Terminal, shared: Mapping[Expr, str] | None = None) -> list[str]:
        """The derivation in numbered lines, as brief or full as `steps` says; the answer above has its names `shared`
        with others, where it does not stand alone."""
        from matcalc.cli.screen.stepwise import step_lines

        taken = self._taken_before(terminal) if shared is None else ()
        return step_lines(self.derivation, self.steps, terminal, taken=taken, shared=shared)

    def _taken_before(self, terminal: Terminal) -> set[str] | None:
        """The names that are taken when the formula that the steps lead to is shown; None where it is not."""
        said = self._reserved()
        for shown in self.fitting(terminal)[0]:
            if shown.expr is self.derivation.expr:
                return self._in_names(shown, terminal, said).taken
            self._formula(shown, terminal, said)
        return None

    def _reserved(self) -> dict[str, str]:
        """The names that the question has, of which nothing is said below a formula."""
        problem = self.derivation.problem
        return dict.fromkeys((*heads.reserved_name(problem), *problem.taken()), "")

    def fitting(self, terminal: Terminal) -> tuple[list[heads.Shown], list[str]]:
        """Every form of the derivative that fits, and notes on those that do not."""
        dialect = terminal.dialect
        forms = self._forms(dialect)
        fitting = [f for f in forms if self.in_full or f.is_first_choice
                   or f.length(dialect) <= _MOST_LENGTHS * terminal.width]
        return fitting, [f"{f.left} is long, {f.length(dialect)} characters: --no-limit shows it" for f in forms
                         if f not in fitting]

    def _forms(self, dialect: str) -> list[heads.Shown]:
        d = self.derivation
        if d.problem.indexed is None:
            return heads.forms(d, dialect, self.order)
        from matcalc.cli.screen import both_forms

        return both_forms.forms(d, d.problem.indexed, dialect, self.order)

    def _rows(self, terminal: Terminal) -> tuple[list[tuple[list[str], list[str]]], list[str]]:
        """The forms that fit with their remarks; the conditions stand beside the first."""
        fitting, left_out = self.fitting(terminal)
        said = self._reserved()
        blocks = [(self._formula(f, terminal, said), list(f.remarks)) for f in fitting]
        blocks[0][1].extend(wording.conditions(self.derivation.requirements, terminal.dialect,
                                               self.derivation.problem.lettered))
        return blocks, left_out

    def _formula(self, shown: heads.Shown, terminal: Terminal, said: dict[str, str]) -> list[str]:
        """One formula, its repeated parts named below it; `said` are the names that stand above, with what they stand
        for, which is said once."""
        left = f"{shown.left} = "
        if shown.expr is None:
            return wrapped(left, [shown.text], terminal.width)
        found = self._in_names(shown, terminal, said)
        margin = " " * max(cells(left) - len("where "), 0)
        fresh = [(name, text) for name, text in found.defined if not said.get(name)]
        said |= {name: text for name, text in fresh if name not in said}
        defined = side_by_side(fresh, terminal.width - len(INDENT) - cells(margin) - len("where "))
        words = ["where", *["     "] * len(defined)]
        rows = [f"{INDENT}{margin}{word} {text}" for word, text in zip(words, defined, strict=False)]
        whole = [*wrapped(left, found.terms, terminal.width), *_in_other_words(shown, terminal), *rows]
        if self.in_full or len(whole) + sum(map(len, whole)) // terminal.width <= PAGE:
            return whole
        return _by_parts(left, shown.expr, terminal)

    def _in_names(self, shown: heads.Shown, terminal: Terminal, said: Mapping[str, str]) -> _InNames:
        """A formula in names: those that formulas above have for the same, where all of its own fit beside them."""
        problem = self.derivation.problem
        room = terminal.width - cells(f"{shown.left} = ") - len(INDENT)
        assert shown.expr is not None
        for taken in ({name for name, text in said.items() if not text}, set(said)):
            e, names, *_ = self.derivation.named(shown.expr, taken - problem.taken())
            terms, defined = abbreviated(e, terminal.dialect, room, taken, with_names(problem.as_typed, names))
            if all((said.get(name) or text) == text for name, text in defined):
                break
        return _InNames(terms, defined, taken)

    def _layout(self) -> list[str]:
        said = _LAYOUTS.get(self.derivation.layout)
        return [said] if said else []


class Answers(NamedTuple):
    """Answers to one question, in the order asked."""

    each: Sequence[Answer]

    def lines(self, terminal: Terminal) -> list[str]:
        """The problem once, all formulas and the names they share, the steps asked for, one check, and the notes."""
        said, left_out, defined = self._formulas(terminal)
        top, *middle = beside([self.each[0].problem(terminal), *said], terminal.width)
        formulas = [terminal.paint(row, "strong") for row in [*(row for block in middle for row in block), *defined]]
        told = [answer for answer in self.each if answer.steps]
        shared = self._shared(terminal) if told else {}
        steps = [row for answer in told for row in ("", *answer.step_lines(terminal, shared))]
        shown = [*top, "", *formulas, *steps, "", INDENT + self._check(terminal)]
        room = max(MOST_LINES - len(shown) + len(steps), _due(left_out, self.each, terminal))
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
            remarks[0] += wording.conditions(answer.derivation.requirements, terminal.dialect,
                                             answer.derivation.problem.lettered)
            for form, said in zip(forms, remarks, strict=True):
                terms, needed = next(named) if form.expr is not None else ([form.text], [])
                definitions |= needed
                whole = [*wrapped(f"{form.left} = ", terms, terminal.width), *_in_other_words(form, terminal)]
                blocks.append((whole, said))
        rows = side_by_side(list(definitions.items()), terminal.width - len(INDENT) - len(_WHERE))
        words = [_WHERE, *[" " * len(_WHERE)] * len(rows)]
        return blocks, [note for _, left_out in chosen for note in left_out], \
            [f"{INDENT}{word}{row}" for word, row in zip(words, rows, strict=False)]

    def _named(self, shown: Sequence[heads.Shown], terminal: Terminal) -> list[tuple[list[str], list[tuple[str, str]]]]:
        return abbreviated_together(*self._in_names(shown, terminal))

    def _shared(self, terminal: Terminal) -> dict[Expr, str]:
        """The names of parts that the formulas have together."""
        shown = [form for answer in self.each for form in answer.fitting(terminal)[0] if form.expr is not None]
        return names_together(*self._in_names(shown, terminal))

    def _in_names(self, shown: Sequence[heads.Shown],
                  terminal: Terminal) -> tuple[list[Expr], str, int, set[str], Typed]:
        """Formulas in the names of the question and of its field; the dialect, the characters of a line, the names that
        are taken, and how sums and these names are typed."""
        d, taken = self.each[0].derivation, {x for answer in self.each for x in answer.derivation.problem.variables}
        room = terminal.width - max(cells(f"{form.left} = ") for form in shown) - len(INDENT)
        found = [d.named(form.expr, taken) for form in shown if form.expr is not None]
        names = {leaf: value for one in found for leaf, value in one.names.items()}
        return [one.expr for one in found], terminal.dialect, room, taken, with_names(d.problem.as_typed, names)


def _in_other_words(shown: heads.Shown, terminal: Terminal) -> list[str]:
    """Below a formula its other forms, behind signs in one column."""
    margin = " " * cells(shown.left)
    return [row for e in shown.also for row in wrapped(f"{margin} = ", pieces(e, terminal.dialect), terminal.width)]


def _by_parts(left: str, e: Expr, terminal: Terminal) -> list[str]:
    """A formula that is over a page as its parts, one a line; of what is over a page even so, how to get it."""
    *named, last = in_parts(e, terminal.dialect).split("; ")
    rows = [*(f"{INDENT}{part}" for part in named), f"{INDENT}{left}{last}"]
    if len(rows) + sum(map(len, rows)) // terminal.width <= PAGE:
        return rows
    return [f"{INDENT}{left}…, over a page: --no-limit shows it, --json has it"]


def side_by_side(named: Sequence[tuple[str, str]], width: int) -> list[str]:
    """One definition on a line, and those of one iteration, Z₁ = …, Z₂ = …, as many as there is room for."""
    rows: list[str] = []
    letter = ""
    for name, said in named:
        text, before = f"{name} = {said}", letter
        letter = name.rstrip(_SUBSCRIPTS)
        if letter == before and letter != name and cells(rows[-1]) + 2 + cells(text) <= width:
            rows[-1] += f", {text}"
        else:
            rows.append(text)
    return rows


def _due(left_out: Sequence[str], answers: Sequence[Answer], terminal: Terminal) -> int:
    """The lines that notes get in any case: where a second derivative does not exist is said, whatever else is not."""
    kinks = [kink for answer in answers if answer.derivation.order > 1 for kink in answer.kinks(terminal)]
    return sum(len(noted(text, terminal, INDENT)) for text in dict.fromkeys([*left_out, *kinks])) + 1


def notes(texts: Sequence[str], room: int, terminal: Terminal) -> list[str]:
    """As many notes as there is room for, in lines that fit, and a count of the rest."""
    said = [noted(text, terminal, INDENT) for text in dict.fromkeys(texts)]
    kept, room = list(said), max(room, 1)
    while len(kept) > (len(said) == 1) and sum(map(len, kept)) + (len(kept) < len(said)) > room:
        kept.pop()
    left = len(said) - len(kept)
    more = "1 more note: --json shows it" if left == 1 else f"{left} more notes: --json shows them"
    return [row for note in kept for row in note] + (noted(more, terminal, INDENT) if left else [])
