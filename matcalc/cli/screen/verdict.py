"""How a judged formula is shown: the verdict, the evidence, the diagnosis, then the formulas, and the V-curve.

Where two values differ, it is said in words: the values of the variables, and both with as many digits as it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from matcalc.answer.problem import Problem
from matcalc.checking.comparing import rounded
from matcalc.cli import machine
from matcalc.cli.screen import wording
from matcalc.cli.screen.diagnose import excerpt
from matcalc.cli.screen.posing import answer_forms, problem_lines
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, harmless, paragraph, shortened, wrapped
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation
from matcalc.diagnostics import listed
from matcalc.extensions import ASCII, READ
from matcalc.numeric.draws import table
from matcalc.printers import pieces, text

if TYPE_CHECKING:
    from matcalc.checking.comparing import Comparison, Difference
    from matcalc.checking.vcurve import Branch
    from matcalc.checking.verdicts import Verification
    from matcalc.diagnostics import InputError
    from matcalc.explanation import Step
    from matcalc.judging import Diagnosis

MARKS = {True: ("✓", "good"), False: ("✗", "error"), None: ("?", "warning")}
_MOST_ROWS = 3
_PLAIN = Terminal(unicode=False)
_MOST_ENTRIES, _MOST_VARIABLES = 12, 6
_DIGITS, _MOST_DIGITS = 6, 30
_LARGEST = 1e300
_LONGEST = 12  # characters of a fraction


@dataclass(frozen=True)
class Verdict:
    """What was judged and what was found. `claim` is the text of a claim, empty where matcalc's own formula is meant;
    `judged` is None where its shapes do not fit."""

    problem: Problem
    own: Derivation | None
    found: Verification
    kind: str
    claim: str = ""
    judged: Expr | None = None
    cause: Diagnosis | None = None
    unread: InputError | None = None
    curve: tuple[Branch, ...] | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    steps: str | None = None  # how much of the way to the right formula is shown

    def lines(self, terminal: Terminal) -> list[str]:
        """For a person."""
        top, *rest = beside(self._formulas(terminal), terminal.width)
        plot = ["", *self._plot(terminal)] if self.curve is not None and terminal.tty else []
        below = [row for block in rest for row in block]
        return [INDENT + self._first(terminal), *self._said(terminal), "", *top, *below, *self._way(terminal), *plot]

    def _way(self, terminal: Terminal) -> list[str]:
        """The derivation of the right formula, with a mark at the step at which a wrong claim parts from it."""
        if not self.steps or self.own is None:
            return []
        from matcalc.cli.screen.stepwise import step_lines
        from matcalc.explanation import steps_of

        here = self.parting.after if self.parting else None
        wrong = next((step.n for step in steps_of(self.own, self.steps) if step.after == here), 0) if here else 0
        return ["", *step_lines(self.own, self.steps, terminal, wrong)]

    def _first(self, terminal: Terminal) -> str:
        found, what = self.found, "the claim" if self.claim else self.kind
        mark, style = MARKS[found.ok]
        said = f"undecided: {found.reason}" if found.ok is None else f"{what} {'holds' if found.ok else 'is wrong'}"
        return terminal.paint(f"{mark} {said}{self._restricted()}", style)

    def _restricted(self) -> str:
        """What the verdict is restricted to: shapes that a claim demands, sizes that were asked for."""
        said = f" if {_listed(self.assumed)}" if self.assumed else ""
        said = " at all points tried, not proved" * self._is_open() + said
        return said + (f" for {', '.join(self._fixed())}" if self._fixed() else "")

    def _is_open(self) -> bool:
        """Whether kinks or sizes of the claim's own may hide a difference that was not found."""
        from matcalc.judging import Judgement

        return isinstance(self.found, Judgement) and self.found.unproved

    def _fixed(self) -> list[str]:
        return [f"{name} = {k}" for name, k in self.sizes.items()] if self.found.ok else []

    def _said(self, terminal: Terminal) -> list[str]:
        """The evidence and, filled into lines, the diagnosis."""
        if self.cause is None:
            return self._evidence(terminal.dialect)
        rows = paragraph(f"diagnosis: {self.cause.said(terminal.dialect)}", terminal.width, INDENT * 2)
        step = self.parting
        apart = [f"{INDENT * 2}they part at step {step.n}, {step.rule}: {step.because}"] if step else []
        return [*self._evidence(terminal.dialect), *(terminal.paint(row, "strong") for row in rows), *apart]

    def _evidence(self, dialect: str) -> list[str]:
        """The numbers, or the place at which the claim has another value than the right formula."""
        if self.difference is None or self.judged is None:
            return evidence(self.found)
        left, right = both(self.difference)
        i, j = self.difference.entry
        entry = "" if self.judged.is_scalar else f" in entry ({i},{j})"
        where = point(self.difference, dialect)
        return [f"{INDENT * 2}at {where}{entry}: got {left}, expected {right}"]

    @property
    def assumed(self) -> tuple[str, ...]:
        """What a claim demands of shapes that nobody declared."""
        from matcalc.judging import Judgement

        return self.found.assumed if isinstance(self.found, Judgement) else ()

    @property
    def difference(self) -> Difference | None:
        """Where the claim has other values than the right formula."""
        from matcalc.judging import Judgement

        return self.found.difference if isinstance(self.found, Judgement) else None

    @cached_property
    def parting(self) -> Step | None:
        """The first step of the derivation that the claim does not share."""
        from matcalc.judging import Judgement, parting

        return parting(self.found) if isinstance(self.found, Judgement) and self.found.ok is False else None

    def _formulas(self, terminal: Terminal) -> list[tuple[list[str], list[str]]]:
        """f with its variables, the claim, and what would be right."""
        dialect, width, own = terminal.dialect, terminal.width, self.own
        blocks = [problem_lines(self.problem, terminal)]
        letters = self.problem.lettered
        conditions = wording.conditions(own.requirements, dialect, letters) if own else []
        if self.claim:
            is_wrong = self.found.ok is False and own is not None
            blocks.append((self._claimed(terminal), [] if is_wrong else conditions))
        if own and (self.found.ok is False or not self.claim):
            forms = answer_forms(own, dialect)
            for form in forms:
                rows = [row for left, e in ((form.left, form.expr), *((" " * cells(form.left), e) for e in form.also))
                        if e is not None for row in wrapped(f"{left} = ", pieces(e, dialect), width)]
                blocks.append((shortened(rows, _MOST_ROWS), conditions if form is forms[0] else []))
        return blocks

    def _claimed(self, terminal: Terminal) -> list[str]:
        if self.unread is not None:
            rows = excerpt(self.unread.diagnostics[0], terminal.width - 10)
            return [f"{INDENT}{'claim = ' if i == 0 else '        '}{row}" for i, row in enumerate(rows)]
        if self.judged is None:
            return [f"{INDENT}claim = {harmless(self.claim)}"]
        return wrapped("claim = ", pieces(self.problem.lettered(self.judged), terminal.dialect), terminal.width)

    def _plot(self, terminal: Terminal) -> list[str]:
        from matcalc.checking.vcurve import terminal_plot

        if not self.curve:
            return [INDENT + "no V-curve: no random point at which everything is finite"]
        return terminal_plot(self.curve, terminal.width, terminal.unicode)

    def picture(self) -> str:
        """The V-curve as SVG."""
        from matcalc.checking.vcurve import svg_plot

        what = f"claim {self.claim} for the {self.kind}" if self.claim else self.kind
        return svg_plot(self.curve or (), f"{what} of {self.problem.typed_source}")

    def form(self, _: str) -> str:
        """One line for a pipe, in ASCII."""
        found = self.found
        word = {True: "holds", False: "wrong", None: "undecided"}[found.ok]
        word += self._restricted()
        parts = [row.strip() for row in self._evidence(ASCII)] if found.ok is not None else [found.reason]
        if self.cause:
            parts.append(self.cause.said(ASCII))
        if self.parting:
            parts.append(f"they part at step {self.parting.n}, {self.parting.rule}")
        if self.own and found.ok is False:
            parts.append(f"right: {self.own.ascii}")
        return _PLAIN.plain(f"{word}: {'; '.join(parts)}")

    def payload(self) -> Mapping[str, Any]:
        """The keys of the JSON object: the result is the formula that was judged."""
        conditions = [*self.assumed, *self._fixed(), *(self.own.conditions if self.own else [])]
        forms = machine.forms(self.problem.lettered(self.judged)) if self.judged else dict.fromkeys(READ, self.claim)
        result: dict[str, Any] = {"shape": machine.dims(self.judged) if self.judged else [], "kind": self.kind,
                                  "forms": forms, "where": [], "conditions": conditions}
        if self.found.ok is False:
            result |= {"diagnosis": self._diagnosis(), "point": self.difference.point() if self.difference else None}
        posed = machine.posed(self.problem)
        verified = machine.verified(self.found)
        if self.found.ok is False:
            verified |= {"diagnosis": self.cause.said() if self.cause else "",
                         "cause": self.cause.kind if self.cause else "", "right": self.own.ascii if self.own else "",
                         "parting": asdict(self.parting) if self.parting else None}
        if self.curve is not None:
            verified |= {"curve": [_branch(branch) for branch in self.curve]}
        way = {"steps": machine.steps(self.own, self.steps)} if self.steps and self.own else {}
        return {**posed, "input": {**posed["input"], "claim": self.claim or None}, "result": result, **way,
                "verification": verified}

    def _diagnosis(self) -> dict[str, Any] | None:
        if self.cause is None:
            return None
        step = {"n": self.parting.n, "rule": self.parting.rule} if self.parting else None
        return {"kind": self.cause.kind, "text": self.cause.said(), "step": step}


def _listed(assumed: tuple[str, ...]) -> str:
    """`X is square`, `A, X and B are square`."""
    names = [said.removesuffix(" square") for said in assumed]
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} square"


def _branch(branch: Branch) -> dict[str, Any]:
    from matcalc.checking.vcurve import STEPS

    points = [[h, machine.finite(e)] for h, e in zip(STEPS, branch.errors, strict=True)]
    return {**asdict(branch), "errors": points}


def evidence(found: Verification) -> list[str]:
    """The numbers: the worst entry, the largest error, the threshold, and the draw that shows it."""
    if not found.checks:
        return []
    rows = []
    if found.worst is not None:
        i, j = found.worst.index
        rows.append(f"worst entry ({i},{j}): got {found.worst.got:.6g}, expected {found.worst.expected:.6g}")
    rows.append(f"{wording.measured(found)}, threshold {wording.number(found.tolerance)}")
    if not found.ok:
        last = found.checks[-1]
        rows.append(", ".join([f"seed {last.seed}", *(f"{name} = {size}" for name, size in last.sizes.items())]))
    return [INDENT * 2 + row for row in rows]


def point(d: Difference, dialect: str) -> str:
    """`a = 5.625, x = [1; 2]`; the dimensions that no variable shows are said too."""
    values = list(d.place.values.items())
    said = [f"{text(v, dialect)} = {value(table(x) if v.data.axes else x)}" for v, x in values[:_MOST_VARIABLES]]
    shown = {format_dim(dim) for v, _ in values for dim in v.shape}
    said += [f"{name} = {k}" for name, k in d.place.sizes.items() if name not in shown or not values]
    more = ["…"] if len(values) > _MOST_VARIABLES else []
    return ", ".join([*said, *more])


def value(x: Any) -> str:
    """A number, a matrix as it is typed, or only its size."""
    if np.ndim(x) == 0:
        return _number(x)
    if np.size(x) > _MOST_ENTRIES:
        return "×".join(map(str, np.shape(x)))
    return "[" + "; ".join(", ".join(map(_number, row)) for row in x) + "]"


def _number(x: Any) -> str:
    """A decimal number or a fraction of few digits that is `x`; else as many digits as a float has, and dots."""
    short = f"{float(x):.17g}"
    short = min((f"{float(x):.{k}g}" for k in range(1, 17) if float(f"{float(x):.{k}g}") == float(x)), key=len,
                default=short)
    fraction = Fraction(x)
    if Fraction(short) == fraction:
        return short
    return f"{short}…" if len(str(fraction)) > _LONGEST else str(fraction)


def both(d: Difference) -> tuple[str, str]:
    """The two values, with the digits that tell them apart; where those are too many, one by what it is off."""
    left, right = (f"{rounded(x):.{_DIGITS}g}" for x in (d.left, d.right))
    if left != right and max(abs(rounded(d.left)), abs(rounded(d.right))) < _LARGEST:
        return left, right
    from mpmath import mp

    with mp.workdps(2 * _MOST_DIGITS):
        numbers = [mp.mpf(x.numerator) / x.denominator if hasattr(x, "denominator") else mp.mpf(x)
                   for x in (d.left, d.right, d.left - d.right)]
        for digits in range(_DIGITS, _MOST_DIGITS):
            shown = [mp.nstr(x, digits) for x in numbers[:2]]
            if shown[0] != shown[1]:
                return mp.nstr(numbers[0], digits + 1), mp.nstr(numbers[1], digits + 1)
        off, right = mp.nstr(abs(numbers[2]), 3), mp.nstr(numbers[1], _DIGITS)
    return f"{right} {'+' if numbers[2] > 0 else '-'} {off}", right


def difference(d: Difference, scalar: bool, dialect: str) -> str:
    """`a = 5.625: 0.625 and 0`, of matrices with the entry."""
    left, right = both(d)
    where = point(d, dialect)
    entry = "" if scalar else f"entry ({d.entry[0]},{d.entry[1]}): "
    return (f"at {where}: " if where else "") + f"{entry}{left} and {right}"


def tried(found: Comparison) -> str:
    """`a from -1.2e+06 to 1.1e+06, n from 1 to 4, 12 of the points around breakpoints`."""
    ranges = [f"{name} from {low:.2g} to {high:.2g}" for name, (low, high) in found.ranges().items()]
    sizes = [f"{name} from {low} to {high}" for name, (low, high) in found.sizes().items()]
    around = sum(place.what == "breakpoint" for place in found.places)
    said = [*ranges[:_MOST_VARIABLES], *sizes[:_MOST_VARIABLES]]
    return ", ".join([*said, *([f"{around} of the points around breakpoints"] if around else [])])
