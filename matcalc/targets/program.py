"""A derivation as a program: its functions, and the comparison of each with differences of the one before.

A program is run before it is handed out: the point in it is one at which it passes its own check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from keyword import iskeyword
from typing import TYPE_CHECKING

from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import NoRuleError, fail, listed
from matcalc.limits import LimitError
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of, footprint
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.stability.stable import stable
from matcalc.targets.definition import FunctionWriter, Written
from matcalc.targets.identifiers import OURS, Checks, Names, calls_in, name_of_leaf, names_of
from matcalc.targets.language import Language, for_numbers
from matcalc.targets.module import expanded, module
from matcalc.targets.offered import chosen, compared_with, parts
from matcalc.targets.registered import Registered
from matcalc.targets.running import not_run, passes
from matcalc.targets.selfcheck import Comparison, Function, Writer

if TYPE_CHECKING:
    from matcalc.answer.related import Related

TRIES = 20
RUN = "Run this file to check them."
Parts = tuple[list[Function], list[Comparison]]
Solved = Mapping[Expr, Function]  # arguments that have the value of a function in the self-check
NOTHING_SOLVED: Solved = {}


class Writing(NamedTuple):
    """How a program is written: the functions it has, by default the usual ones; `name`, that of the value and in front
    of the others; whether functions check their arguments, and what kind of float they make of them; which size or
    index is that of the rows, in a target that goes over these."""

    functions: Sequence[str] = ()
    name: str = ""
    checks: bool = True
    dtype: str = ""
    rows: str = ""


USUAL = Writing()


def program(asked: Related, target: Language, check: bool = True, how: Writing = USUAL) -> str:
    """The source text; `check` runs it first. Raises NoRuleError where no point is found at which it passes."""
    target = for_numbers(target, asked.problem.inputs.values(), asked.problem.source)
    refuse_name(how.name, target)
    asked.called = how.name
    names = chosen(asked, how.functions)
    shown = tried = parts_for(asked, names, target)
    if check and (whole := compared_with(names)) != names:
        tried = parts_for(asked, whole, target)
    return passing(shown, tried, target, check, how, asked.problem.source)


def passing(shown: Parts, tried: Parts, target: Language, check: bool, how: Writing, source: str,
            solved: Solved = NOTHING_SOLVED) -> str:
    """The text of the functions `shown`, with a point at which those `tried` pass their check, where that is asked;
    there an argument that is `solved` for has the value of a function."""
    is_run = check and not not_run(target)
    checks = _checks(is_run, how, target)
    draft = Draft(target, shown, how, checks, solved)
    run = draft if tried is shown else Draft(target, tried, how, checks, solved)
    is_tried = is_run and bool(tried[1])
    for attempt, mode in enumerate(modes(TRIES)):
        if not is_tried or passes(run.at(attempt, mode), target):
            return draft.at(attempt, mode)
    raise fail("M0901", "the code passes its own check at none of the points tried", source,
               error=NoRuleError)


def refuse_name(name: str, target: Language) -> None:
    """Raise InputError where no function of a language can be called so."""
    if name and (not (name.isascii() and name.isidentifier()) or iskeyword(name)
                 or name in OURS or name in target.reserved | target.called):
        raise fail("M0523", f"a function cannot be called “{name}”", fixes=("--name loss",))


def parts_for(asked: Related, names: Sequence[str], target: Language) -> Parts:
    """The functions of these names and their comparisons, in what the target has kernels for."""
    functions, comparisons = parts(asked, names)
    _refuse_one_name([x for f in functions for x in (*f.inputs, *f.directions)], asked)
    return ready_for(functions, target, asked.problem.rulebook), comparisons


def ready_for(functions: Sequence[Function], target: Language, book: Rulebook) -> list[Function]:
    """The functions in their stable form, in what the target has kernels for."""
    def ready(roots: Sequence[Expr]) -> tuple[Expr, ...]:
        return tuple(expanded(stable(e, book), target) for e in roots)

    made = [replace(f, roots=ready(f.roots), others=tuple(map(ready, f.others))) for f in functions]
    return [replace(f, others=tuple(way for way in f.others if _stabilised(f.roots) <= _stabilised(way)))
            for f in made]


def _stabilised(roots: Sequence[Expr]) -> Counter[str]:
    """How often functions stand there because they are computed safely."""
    return Counter(call.data.name for call in calls_in(*roots) if "stable" in call.data.fields)


def _refuse_one_name(leaves: Sequence[Expr], asked: Related) -> None:
    """Raise InputError where the directions of two functions have one name and differ."""
    known: dict[str, Expr] = {}
    for x in leaves:
        name = name_of_leaf(x)
        if known.setdefault(name, x) is not x:
            raise fail("M0512", f"the directions of two functions are both called {name}; choose a --direction",
                       asked.problem.typed_source)


def _checks(is_run: bool, how: Writing, target: Language) -> Checks:
    """A program that nobody has run always asserts what it is given, unless its own check has to go around that."""
    if not how.checks or target.rows.settings.get("by") == "rows":
        return "never"
    return "asked" if is_run or _is_rounded(how) else "always"


def _is_rounded(how: Writing) -> bool:
    return how.dtype == "float32"  # in which differences decide nothing


def writer_for(known: Names, functions: Sequence[Function], rows: str = "") -> FunctionWriter:
    """What writes the functions of a program: by blocks of rows in a target that goes over these."""
    if known.language.rows.settings.get("by") != "rows":
        return FunctionWriter(known)
    from matcalc.targets.by_rows import RowsWriter

    return RowsWriter(known, functions, rows)


class Draft:
    """A program whose functions are written, and which is then completed by a random point in its check."""

    def __init__(self, target: Language, of: Parts, how: Writing, checks: Checks,
                 solved: Solved = NOTHING_SOLVED) -> None:
        functions, self.comparisons = of
        self.solved = solved
        self.target, self.how = target, how
        self.roots, inputs = [e for f in functions for e in f.roots], functions[0].inputs
        self.leaves = list(dict.fromkeys(x for f in functions for x in (*f.inputs, *f.directions)))
        self.known = names_of(target, self.roots, inputs, self.leaves, [f.name for f in functions], checks)
        self.writer = writer = writer_for(self.known, functions, how.rows)
        self.registered = Registered(functions, self.comparisons, self.known)
        self.written = [_function(self.registered.documented(f), writer, is_first=f is functions[0])
                        for f in functions]
        self.names = [f.name for f in functions]
        self.title = _title(self.names, target)

    def at(self, attempt: int, mode: str) -> str:
        """The text, with the point that this attempt draws."""
        if not self.comparisons:
            return module(self.target, self.written, self.registered.parts(), self.title, self.names)
        sizes = self.writer.sizes_of_check(_sizes(self.roots, self.leaves, attempt // 2))
        writer = Writer(self.known, sizes, mode, attempt, converts=_is_rounded(self.how))
        compared = _comparing(self.comparisons, self.known, self.leaves, writer, self.registered.checks(), self.solved)
        return module(self.target, self.written, [*self.registered.parts(), compared, self.target.say("text", "run")],
                      f"{self.title} {self.target.rows.settings.get('check', RUN)}", self.names)


def _title(names: Sequence[str], target: Language) -> str:
    return f"{listed(names)}, with {target.title}."


def _function(f: Function, writer: FunctionWriter, is_first: bool) -> Written:
    """The first function documents all arguments, the others what it does not have."""
    documents = None if is_first else f.directions
    return writer.write(f.name, f.roots, f.inputs, f.about, f.directions, documents, f.results, f.valued,
                        f.others)


def _sizes(roots: Sequence[Expr], leaves: Sequence[Expr], choice: int) -> Sizes:
    sizes, too_much = affordable_sizes(dims_of(*roots, *leaves), [footprint(e) for e in postorder(*roots)], choice)
    if too_much:
        raise fail("M0107", too_much, error=LimitError)
    return sizes


def _comparing(comparisons: Sequence[Comparison], known: Names, leaves: Sequence[Expr], writer: Writer,
               further: Sequence[str], solved: Solved) -> str:
    used = {key for c in comparisons for f in (c.function, c.derivative) for key in known.functions_in(*f.roots)}
    measures = any(c.kind != "same" for c in comparisons)
    drawn = [x for x in leaves if x not in solved]
    lines = [*writer.point(drawn, sorted(used), measures), *(writer.solved(x, f) for x, f in solved.items())]
    lines += [*(line for c in comparisons for line in writer.compare(c)), *further]
    step = " " * int(known.language.rows.sections["frame"]["indent"])
    return known.language.say("text", "comparisons", lines=f"\n{step}".join(lines))
