"""A derivation as a program: its functions, and the comparison of each with differences of the one before.

A program is run before it is handed out: the point in it is one at which it passes its own check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from keyword import iskeyword
from typing import TYPE_CHECKING, NamedTuple

from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import NoRuleError, fail
from matcalc.limits import LimitError
from matcalc.numeric.draws import modes
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of, footprint
from matcalc.targets.function import FunctionWriter, Written
from matcalc.targets.identifiers import OURS, Names, name_of_leaf, names_of
from matcalc.targets.language import Language
from matcalc.targets.module import expanded, module
from matcalc.targets.offered import chosen, compared_with, parts
from matcalc.targets.running import not_run, passes
from matcalc.targets.selfcheck import Comparison, Function, Writer

if TYPE_CHECKING:
    from matcalc.answer.related import Related

TRIES = 20
Parts = tuple[list[Function], list[Comparison]]


class Writing(NamedTuple):
    """How a program is written: the functions it has, by default the usual ones; `name`, that of the value and in front
    of the others; whether functions check their arguments, and what kind of float they make of them."""

    functions: Sequence[str] = ()
    name: str = ""
    checks: bool = True
    dtype: str = ""


USUAL = Writing()


def program(asked: Related, target: Language, check: bool = True, how: Writing = USUAL) -> str:
    """The source text; `check` runs it first. Raises NoRuleError where no point is found at which it passes."""
    _refuse_name(how.name, target)
    asked.called = how.name
    names = chosen(asked, how.functions)
    shown, tried = _parts(asked, names, target), _parts(asked, compared_with(names), target)
    for attempt, mode in enumerate(modes(TRIES)):
        draft = _draft(target, shown, how, attempt, mode)
        run = draft if len(tried[1]) == len(shown[1]) else _draft(target, tried, how, attempt, mode)
        if not check or not tried[1] or not_run(target) or passes(run, target):
            return draft
    raise fail("M0901", "the code passes its own check at none of the points tried", asked.problem.source,
               fixes=("--no-check",), error=NoRuleError)


def _refuse_name(name: str, target: Language) -> None:
    if name and (not (name.isascii() and name.isidentifier()) or iskeyword(name)
                 or name in OURS or name in target.reserved):
        raise fail("M0523", f"a function cannot be called “{name}”", fixes=("--name loss",))


def _parts(asked: Related, names: Sequence[str], target: Language) -> Parts:
    functions, comparisons = parts(asked, names)
    _refuse_one_name([x for f in functions for x in (*f.inputs, *f.directions)], asked)
    return [replace(f, roots=tuple(expanded(e, target) for e in f.roots)) for f in functions], comparisons


def _refuse_one_name(leaves: Sequence[Expr], asked: Related) -> None:
    """Raise InputError where the directions of two functions have one name and differ."""
    known: dict[str, Expr] = {}
    for x in leaves:
        name = name_of_leaf(x)
        if known.setdefault(name, x) is not x:
            raise fail("M0512", f"the directions of two functions are both called {name}; choose a --direction",
                       asked.problem.typed_source)


def _draft(target: Language, of: Parts, how: Writing, attempt: int, mode: str) -> str:
    """The program, with a random point in its check."""
    functions, comparisons = of
    roots, inputs = [e for f in functions for e in f.roots], functions[0].inputs
    leaves = list(dict.fromkeys(x for f in functions for x in (*f.inputs, *f.directions)))
    known = names_of(target, roots, inputs, leaves, [f.name for f in functions],
                     "asked" if how.checks else "never")
    writer = FunctionWriter(known)
    written = [_function(f, writer, is_first=f is functions[0]) for f in functions]
    title = _title([f.name for f in functions], target)
    if not comparisons:
        return module(target, written, [], title)
    check = Writer(known, _sizes(roots, leaves, attempt // 2), mode, attempt, converts=how.dtype == "float32")
    compared = _comparing(comparisons, known, leaves, check)
    return module(target, written, [compared, target.say("text", "run")],
                  f"{title} {target.rows.settings.get('check', 'Run this file to check them.')}")


def _title(names: Sequence[str], target: Language) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}, with {target.title}." if others else f"{last}, with {target.title}."


def _function(f: Function, writer: FunctionWriter, is_first: bool) -> Written:
    """The first function documents all arguments, the others what it does not have."""
    documents = None if is_first else f.directions
    return writer.write(f.name, f.roots, f.inputs, f.about, f.directions, documents, f.results, f.valued)


def _sizes(roots: Sequence[Expr], leaves: Sequence[Expr], choice: int) -> Sizes:
    sizes, too_much = affordable_sizes(dims_of(*roots, *leaves), [footprint(e) for e in postorder(*roots)], choice)
    if too_much:
        raise fail("M0107", too_much, error=LimitError)
    return sizes


def _comparing(comparisons: Sequence[Comparison], known: Names, leaves: Sequence[Expr], writer: Writer) -> str:
    used = {key for c in comparisons for f in (c.function, c.derivative) for key in known.functions_in(*f.roots)}
    lines = [*writer.point(leaves, sorted(used)), *(line for c in comparisons for line in writer.compare(c))]
    step = " " * int(known.language.rows.sections["frame"]["indent"])
    return known.language.say("text", "comparisons", lines=f"\n{step}".join(lines))
