"""Claims with other names for sizes: one that nobody typed has no name, and ones(m,1) may be meant for any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, permutations

from matcalc.algebra import substitute
from matcalc.answer.problem import Problem
from matcalc.core.dims import named, names
from matcalc.core.dims import substitute as put
from matcalc.core.expr import Expr
from matcalc.core.expr import variables as variables_of
from matcalc.diagnostics import MatcalcError
from matcalc.language import parse
from matcalc.options import Dialect

_SIZED = r"\b(?:ones|zeros|eye)\s*\(([^()]*)\)"
_MOST = 24  # ways to name them


def in_other_sizes(problem: Problem, claim: str, dialect: Dialect) -> Iterator[Expr]:
    """The claim in the matrices of the problem, for each way in which its sizes can be those that nobody typed."""
    said = dict.fromkeys(name for inside in re.findall(_SIZED, claim) for name in re.findall(r"[^\W\d]\w*", inside))
    shapes = [info.shape for info in problem.variables.values()]
    sizes = dict.fromkeys(name for shape in shapes for dim in shape for name in sorted(names(dim)))
    free = [name for name in sizes if not re.search(rf"(?<![^\W_]){name}(?![^\W_])", _text(problem))]
    meant = [name for name in said if name not in problem.variables and (name in free or name not in sizes)]
    if not meant or len(meant) > len(free):
        return
    for chosen in islice(permutations(free, len(meant)), _MOST):
        renamed = {name: f"size_{k}" for k, name in enumerate(free)} | dict(zip(chosen, meant, strict=True))
        e = _read(problem, claim, renamed, dialect)
        if e is not None and any(v.data.name not in problem.variables for v in variables_of(e)):
            return  # something else is unknown
        if e is not None:
            yield e


def _text(problem: Problem) -> str:
    """All that was typed: the formula, and the sizes of what was declared."""
    asked = problem.indexed
    read = asked.read.variables if asked is not None else problem.variables
    said = [info.declaration().partition(" over(")[0] for info in read.values() if info.origin == "declared"]
    return " ".join([problem.typed_source, *said])


def _read(problem: Problem, claim: str, renamed: Mapping[str, str], dialect: Dialect) -> Expr | None:
    new = {old: named(name) for old, name in renamed.items()}
    declared = {name: info._replace(shape=(put(info.shape[0], new), put(info.shape[1], new))).declaration()
                for name, info in problem.variables.items()}
    try:
        read = parse(claim, declared, problem.rulebook, dialect=dialect, proposed=True)
    except MatcalcError:
        return None
    if read.indices is not None:
        return None
    return substitute(read.expr, {}, {name: named(old) for old, name in renamed.items()})
