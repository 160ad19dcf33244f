"""Sums that books take to be one: with one-hot labels y the gradient of a cross entropy is p − y, for any y it is
sum(y) p − y. The answer is that of what was typed; a note says what the declaration would make of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import substitute
from matcalc.algebra.leaves import variable
from matcalc.answer.problem import Problem
from matcalc.core.expr import CALL, CHAIN, ONES, VAR, Expr, postorder
from matcalc.simplification.length import cost

_ONEHOT = "onehot"
_LONGEST = 60  # characters of a formula in a note


def about_labels(problem: Problem, answer: Expr) -> Iterator[str]:
    """What the answer is with one-hot labels, where it has sums of them that were not typed, beside probabilities, and
    becomes shorter."""
    from matcalc.printers import ascii_text

    is_said = any(_ONEHOT in note for note in problem.notes)
    if is_said or not any(part.kind is CALL and "log" in part.data.fields for part in postorder(answer)):
        return
    typed = set(_summed(problem.f)) | set(problem.wrt)
    for y in dict.fromkeys(_summed(answer)):
        if y in typed or y.data.props or y.data.axes:
            continue
        one = variable(y.data.name, y.shape, y.data.props | {_ONEHOT})
        short = problem.closed(substitute(answer, {y: one}))
        if cost(short) < cost(answer) and len(text := ascii_text(short)) <= _LONGEST:
            said = f"sum({y.data.name}) = 1" if y.shape[1] == 1 else f"rows of {y.data.name} that sum to 1"
            yield f"with {said}, -v \"{y.data.name}: {_ONEHOT}\", it is {text}"


def _summed(e: Expr) -> Iterator[Expr]:
    """The variables of which the sum, or the sums of the rows, stand in a formula."""
    for part in postorder(e):
        for a, b in zip(part.args, part.args[1:], strict=False) if part.kind is CHAIN else ():
            if a.kind is ONES and b.kind is VAR and b.shape[1] == 1 and a.shape[0] == 1:
                yield b
            elif b.kind is ONES and a.kind is VAR and b.shape[1] == 1 and a.shape[1] != 1:
                yield a
