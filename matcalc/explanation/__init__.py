"""The steps of a derivation: the engine's own trace, line by line, each with its rule and the identity behind it.

First the differential from the outside in, then the trace tricks, the read-off, and the laws that lead to the answer.
Nothing here differentiates: the rules, adjoints and closed forms are the ones the answer was made with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from matcalc.explanation.calculus_laws import Because, Identity, calculus_laws
from matcalc.explanation.identification import body_trace, trace_of
from matcalc.explanation.moves import Head, Move, Trace, brief, names
from matcalc.explanation.naming import Names, in_names, lines_in_names, names_of_answer
from matcalc.explanation.reasons import rule_identity
from matcalc.extensions import ASCII

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative


ROOM = 100  # characters of a line that is no terminal's


@dataclass(frozen=True, slots=True)
class Step:
    """`before` and `after` are ASCII formulas of equal value; `rule` names the rule, `because` states its identity.

    d(u) is the differential of u that is still to be worked out. A read-off goes from df to the derivative. `shown` is
    `after` in the names of the answer, '' where it has none of them.
    """

    n: int
    rule: str
    title: str
    before: str
    after: str
    because: str
    shown: str = ""


def steps_of(derivation: Derivative, detail: str = "brief") -> list[Step]:
    """The way from the input to the formula, in about eight steps, or with detail="full" in all of them."""
    trace = trace_of(derivation)
    steps = steps_along(trace, detail)
    said = lines_in_names(trace, moves_of(trace, detail), names_of_answer(derivation, ASCII, ROOM))
    return [replace(step, shown=text if text != step.after else "") for step, text in zip(steps, said, strict=True)]


def steps_along(trace: Trace, detail: str = "brief") -> list[Step]:
    """The moves of a trace as plain text."""
    return [_step(trace, n, move) for n, move in enumerate(moves_of(trace, detail), 1)]


def moves_of(trace: Trace, detail: str = "brief") -> list[Move]:
    """The moves that are shown: about eight, or with detail="full" all of them."""
    return trace.moves if detail == "full" else brief(trace.moves)


def _step(trace: Trace, n: int, move: Move) -> Step:
    said = "".join(part if isinstance(part, str) else trace.text(part, ASCII) for part in move.because)
    before, after = (trace.text(formula.expr, ASCII) for formula in (move.before, move.after))
    return Step(n, move.rule, move.title, before, after, said)


__all__ = ["Because", "Head", "Identity", "Move", "Names", "Step", "Trace", "body_trace", "calculus_laws", "in_names",
           "moves_of", "names", "names_of_answer", "rule_identity", "steps_along", "steps_of", "trace_of"]
