"""Which axis of the data is their rows, and the part of a formula because of which there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import Expr, postorder
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.numeric.programs import letters_of
from matcalc.plan.node import ordered
from matcalc.plan.partition import MixedError, partition
from matcalc.plan.planning import Layout, Wanted, lowered
from matcalc.printers import unicode_text
from matcalc.targets import target_named
from matcalc.targets.staged import Asked, abilities, candidates, cut

if TYPE_CHECKING:
    from matcalc.answer.problem import Problem


def rows_of(asked: Asked, problem: Problem, name: str = "", prefer: Sequence[Expr] = (),
            option: str = "--rows") -> Dim:
    """The length of the rows: the one called `name`, or over which an index of this name runs, else the one along which
    there are fewest passes; the first axis of data that somebody would `prefer` to stay where they are comes first.
    Raises NoRuleError where there is none; `option` is where another name can be said."""
    language = target_named("numpy")
    runs = [axis.size for letter, axis in problem.indexed.letters if letter == name] if problem.indexed else []
    found = [d for d in candidates(asked) if not name or format_dim(d) == name or d in runs]
    if not found:
        raise _no_rows(asked, problem, name, option)
    firsts = [x.data.axes[0].size if x.data.axes else x.shape[0] for x in prefer]
    found.sort(key=lambda d: -firsts.count(d))
    ways: list[tuple[int, int, Dim]] = []
    trouble: list[tuple[MixedError, Dim]] = []
    for k, rows in enumerate(found):
        try:
            passes = len(cut(asked, rows, language).stages)
            ways += [(-firsts.count(rows), passes * len(found) + k, rows)] if passes else []
        except MixedError as mixed:
            trouble.append((mixed, rows))
    kept = [way for way in ways if way[0] or not any(firsts)]
    if not kept:
        raise refused(asked, *trouble[0], problem) if trouble else _no_rows(asked, problem, name, option)
    return min(kept, key=lambda way: way[:2])[2]


def _no_rows(asked: Asked, problem: Problem, name: str, option: str) -> MatcalcError:
    every = [format_dim(d) for d in candidates(asked)]
    if name:
        known = f"; there are {', '.join(every)}" if every else ""
        return fail("M1301", f"no data have an axis of length {name} that no parameter has{known}",
                    problem.typed_source, fixes=tuple(f"{option} {d}" for d in every), error=NoRuleError)
    moved = ", ".join(unicode_text(x) for x in asked.moved)
    return fail("M1301", f"there are no rows: every axis of the data is one of {moved} as well", problem.typed_source,
                error=NoRuleError)


def refused(asked: Asked, mixed: MixedError, rows: Dim, problem: Problem) -> MatcalcError:
    """What is said of a formula that has no totals of blocks: the smallest part that puts rows together."""
    part = blamed(asked, rows)
    what = f"“{unicode_text(problem.lettered(part))}”" if part is not None else "the derivative"
    return fail("M1301", f"{what} is no sum over rows: {mixed.why}", problem.typed_source, error=NoRuleError)


def blamed(asked: Asked, rows: Dim) -> Expr | None:
    """The smallest part in whose plan the array occurs that puts rows together."""
    parts = postorder(*asked.roots)
    wanted = [*asked.wanted, *(Wanted(e, Layout(letters_of(e.free))) for e in parts)]
    graph, roots = lowered(wanted, asked.inputs, abilities(target_named("numpy")), trusts=True)
    try:
        partition(graph, roots[:len(asked.roots)], rows)
    except MixedError as mixed:
        pairs = zip(parts, roots[len(asked.roots):], strict=True)
        return next((e for e, root in pairs if mixed.node in ordered(root)), None)
    return None
