"""A derivation as a program: f, its derivatives, and the comparison of each with differences of the one before.

A program is run before it is handed out: the point in it is one at which it passes its own check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np

from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import NoRuleError, fail
from matcalc.limits import LimitError
from matcalc.numeric.draws import modes
from matcalc.numeric.evaluate import silence
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of
from matcalc.targets.body import Names, expanded, names_of
from matcalc.targets.comparisons import RUN, Writer
from matcalc.targets.functions import Comparison, Function, parts
from matcalc.targets.module import arrays, define, function, module
from matcalc.targets.target import Target

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative

TRIES = 20


def program(d: Derivative, target: Target, kind: str = "", check: bool = True) -> str:
    """The source text; `check` runs it first. Raises NoRuleError where no point is found at which it passes."""
    functions, comparisons = parts(d, kind)
    functions = [replace(f, e=expanded(f.e)) for f in functions]
    for draft in _drafts(target, functions, comparisons):
        if not check or not comparisons or _passes(draft):
            return draft
    raise fail("M0901", "the code passes its own check at none of the points tried", d.problem.source,
               fixes=("--no-check",), error=NoRuleError)


def _drafts(target: Target, functions: Sequence[Function], comparisons: Sequence[Comparison]) -> Iterator[str]:
    """The program, with one random point after the other in its check."""
    roots, inputs = [f.e for f in functions], functions[0].inputs
    leaves = list(dict.fromkeys(x for f in functions for x in (*f.inputs, *f.directions)))
    known = names_of(target, roots, inputs, leaves, [f.name for f in functions])
    first, *others = functions
    texts = [arrays(inputs, known), function(first.name, first.e, inputs, first.about, known),
             *(function(f.name, f.e, inputs, f.about, known, f.directions, f.directions) for f in others)]
    title = f"{', '.join(f.name for f in functions[:-1])} and {functions[-1].name}, with {target.title}."
    for attempt, mode in enumerate(modes(TRIES)):
        sizes = _sizes(roots, leaves, attempt // 2)
        check = [_comparing(comparisons, known, leaves, Writer(known, sizes, mode, attempt)), RUN]
        yield module(target, roots, [*texts, *check], title + " Run this file to check them.") if comparisons else \
            module(target, roots, texts, title)


def _sizes(roots: Sequence[Expr], leaves: Sequence[Expr], choice: int) -> Sizes:
    sizes, too_much = affordable_sizes(dims_of(*roots, *leaves), [e.shape for e in postorder(*roots)], choice)
    if too_much:
        raise fail("M0107", too_much, error=LimitError)
    return sizes


def _comparing(comparisons: Sequence[Comparison], known: Names, leaves: Sequence[Expr], writer: Writer) -> str:
    used = {key for c in comparisons for f in (c.function, c.derivative) for key in known.functions_in(f.e)}
    lines = ['"""At a random point, in a random direction: name, what the function says, and central differences."""',
             *writer.point(leaves, sorted(used)), *(line for c in comparisons for line in writer.compare(c))]
    return define("comparisons", [], lines)


def _passes(source: str) -> bool:
    """Whether the program, run as a file, finds itself right."""
    try:
        with silence(), redirect_stdout(StringIO()):
            exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
    except (SystemExit, ArithmeticError, ValueError, np.linalg.LinAlgError):
        return False
    return True
