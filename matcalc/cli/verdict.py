"""How a judged formula is shown: the verdict, the evidence, the diagnosis, then the formulas, and the V-curve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from matcalc.answer.problem import Problem
from matcalc.cli import machine, wording
from matcalc.cli.diagnose import excerpt
from matcalc.cli.heads import function, head
from matcalc.cli.layout import INDENT, beside, paragraph, shortened, wrapped
from matcalc.cli.terminal import Terminal, harmless
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation
from matcalc.printers import pieces

if TYPE_CHECKING:
    from matcalc.checking.comparing import Difference
    from matcalc.checking.vcurve import Branch
    from matcalc.checking.verdicts import Verification
    from matcalc.diagnostics import InputError
    from matcalc.explanation import Step
    from matcalc.judging import Diagnosis

MARKS = {True: ("✓", "good"), False: ("✗", "error"), None: ("?", "warning")}
_MOST_ROWS = 3
_PLAIN = Terminal(unicode=False)


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

    def lines(self, terminal: Terminal) -> list[str]:
        """For a person."""
        top, *rest = beside(self._formulas(terminal), terminal.width)
        plot = ["", *self._plot(terminal)] if self.curve is not None and terminal.tty else []
        below = [row for block in rest for row in block]
        return [INDENT + self._first(terminal), *self._said(terminal), "", *top, *below, *plot]

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
        from matcalc.cli import points

        left, right = points.both(self.difference)
        i, j = self.difference.entry
        entry = "" if self.judged.is_scalar else f" in entry ({i},{j})"
        where = points.point(self.difference, dialect)
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
        f = self.problem.settled(self.problem.f)
        said = wording.variables([self.problem.elaborated], dialect, f)
        blocks = [(wrapped(f"{function(self.problem)} = ", pieces(f, dialect), width), said)]
        conditions = wording.conditions(own.requirements, dialect) if own else []
        name = head(own, dialect) if own else self.kind
        if self.claim:
            is_wrong = self.found.ok is False and own is not None
            blocks.append((self._claimed(terminal), [] if is_wrong else conditions))
        if own and (self.found.ok is False or not self.claim):
            right = shortened(wrapped(f"{name} = ", pieces(own.expr, dialect), width), _MOST_ROWS)
            blocks.append((right, conditions))
        return blocks

    def _claimed(self, terminal: Terminal) -> list[str]:
        if self.unread is not None:
            rows = excerpt(self.unread.diagnostics[0], terminal.width - 10)
            return [f"{INDENT}{'claim = ' if i == 0 else '        '}{row}" for i, row in enumerate(rows)]
        if self.judged is None:
            return [f"{INDENT}claim = {harmless(self.claim)}"]
        return wrapped("claim = ", pieces(self.judged, terminal.dialect), terminal.width)

    def _plot(self, terminal: Terminal) -> list[str]:
        from matcalc.checking.plots import terminal_plot

        if not self.curve:
            return [INDENT + "no V-curve: no random point at which everything is finite"]
        return terminal_plot(self.curve, terminal.width, terminal.unicode)

    def picture(self) -> str:
        """The V-curve as SVG."""
        from matcalc.checking.plots import svg_plot

        what = f"claim {self.claim} for the {self.kind}" if self.claim else self.kind
        return svg_plot(self.curve or (), f"{what} of {self.problem.source}")

    def form(self, _: str) -> str:
        """One line for a pipe, in ASCII."""
        found = self.found
        word = {True: "holds", False: "wrong", None: "undecided"}[found.ok]
        word += self._restricted()
        parts = [row.strip() for row in self._evidence("ascii")] if found.ok is not None else [found.reason]
        if self.cause:
            parts.append(self.cause.said("ascii"))
        if self.parting:
            parts.append(f"they part at step {self.parting.n}, {self.parting.rule}")
        if self.own and found.ok is False:
            parts.append(f"right: {self.own.ascii}")
        return _PLAIN.plain(f"{word}: {'; '.join(parts)}")

    def payload(self) -> Mapping[str, Any]:
        """The keys of the JSON object: the result is the formula that was judged."""
        conditions = [*self.assumed, *self._fixed(), *(self.own.conditions if self.own else [])]
        forms = machine.forms(self.judged) if self.judged else dict.fromkeys(machine.DIALECTS, self.claim)
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
        return {**posed, "input": {**posed["input"], "claim": self.claim or None}, "result": result,
                "verification": verified}


    def _diagnosis(self) -> dict[str, Any] | None:
        if self.cause is None:
            return None
        step = {"n": self.parting.n, "rule": self.parting.rule} if self.parting else None
        return {"kind": self.cause.kind, "text": self.cause.said(), "step": step}


def _listed(assumed: tuple[str, ...]) -> str:
    """`X is square`, `A, X and B are square`."""
    names = [said.removesuffix(" square") for said in assumed]
    return f"{names[0]} is square" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are square"


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
