"""A solution as a program: a function of the data, which checks itself by the equation that the solution solves.

What is compared are the two sides of the equation with the solution put in; their functions stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.algebra import add, negate, ones
from matcalc.algebra.addition import coefficient, primitive
from matcalc.answer.problem import Problem
from matcalc.calculus.regularity import Condition
from matcalc.core.expr import Expr
from matcalc.core.parts import terms
from matcalc.extensions import UNICODE
from matcalc.printers import unicode_text
from matcalc.printers.requirements import condition_text
from matcalc.records import NamedTuple
from matcalc.simplification.expand import expanded
from matcalc.targets.definition import PLAIN
from matcalc.targets.language import Language, for_numbers
from matcalc.targets.program import Writing, passing, ready_for, refuse_name
from matcalc.targets.selfcheck import Comparison, Function

NAME = "solution"
_LONGEST = 90


class Asked(NamedTuple):
    """What a program computes: the `unknowns` and `multipliers` with their values in the `inputs`, where they are what
    they are `needed` to be; `zero` are the equations that they solve."""

    problem: Problem
    unknowns: Sequence[tuple[Expr, Expr]]
    multipliers: Sequence[tuple[Expr, Expr]]
    zero: Sequence[Expr]
    needed: Sequence[Condition]
    inputs: Sequence[Expr]


def program(asked: Asked, target: Language, check: bool, how: Writing) -> str:
    """The source text of the solution. Raises NoRuleError where no point is found at which it passes its check."""
    refuse_name(how.name, target)
    inputs, zero, xs = asked.inputs, asked.zero, [x for x, _ in asked.unknowns]
    target = for_numbers(target, [*xs, *inputs], asked.problem.typed_source)
    functions = [_values(asked, how.name or NAME, asked.unknowns, asked.needed)]
    if asked.multipliers:
        functions.append(_values(asked, "multipliers", asked.multipliers))
    numbered = [f"_{k}" for k in range(1, len(zero) + 1)] if len(zero) > 1 else [""]
    sides = [_sides(e, number, [*xs, *inputs]) for e, number in zip(zero, numbered, strict=True)]
    ready = ready_for([*functions, *(side for pair in sides for side in pair)], target, asked.problem.rulebook)
    behind = ready[len(functions):]
    compared = [Comparison(left, right, "same", (), said=f"{left.name} against {right.name}")
                for left, right in zip(behind[::2], behind[1::2], strict=True)]
    parts = (ready, compared)
    solved = {x: ready[0].part(k) for k, x in enumerate(xs)}
    return passing(parts, parts, target, check, how, asked.problem.typed_source, solved)


def _values(asked: Asked, name: str, values: Sequence[tuple[Expr, Expr]],
            needed: Sequence[Condition] = ()) -> Function:
    """A function that returns the values of some leaves."""
    said = [f"{unicode_text(x)} = {unicode_text(asked.problem.lettered(e))}" for x, e in values]
    about = "; ".join(text if len(text) <= _LONGEST else text.partition(" = ")[0] for text in said)
    words = dict.fromkeys(condition_text(c, UNICODE) for c in needed)
    about += f".\n\nRequires: {', '.join(words)}" if words else "."
    return Function(name, tuple(e for _, e in values), asked.inputs, about, results=(PLAIN,) * len(values))


def _sides(e: Expr, number: str, inputs: Sequence[Expr]) -> list[Function]:
    """An equation e = 0 as left = right, of which neither side is 0 by itself."""
    summands = [*terms(expanded(primitive(e)[1]))]
    left = [term for term in summands if coefficient(term)[0] > 0]
    right = [negate(term) for term in summands if term not in left]
    if not left or not right:
        left, right = [*summands, ones(*e.shape)], [ones(*e.shape)]
    said = "The {} side of an equation that the solution solves."
    return [Function(f"{side}_side{number}", (root,), inputs, said.format(side))
            for side, root in zip(("left", "right"), (add(*left), add(*right)), strict=True)]
