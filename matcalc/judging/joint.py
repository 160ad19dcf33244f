"""The shapes that a claim demands of variables which nobody declared: det(A X B) inv(X)' is meant for a square X.

The expression and the claim are read as one text, so that every name means the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from matcalc.answer.problem import Problem, pose
from matcalc.core.dims import names
from matcalc.diagnostics import InputError
from matcalc.language.framing import bindings, formula, framed


def joint_readings(problem: Problem, claim: str, question: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The variables of both together, where they keep their kinds; then with one size for all that nobody declared."""
    before, behind = bindings(problem.source)
    where = ", ".join(filter(None, (behind, framed(problem.source).declarations.strip())))
    f, said, x = formula(problem.source), formula(claim), problem.wrt[0].data.name
    alike = [f"sum({f}) * sum({x} - ({said}))"] if question["kind"] == "gradient" else []
    for together in (*alike, f"sum({f}) * sum({said})"):
        whole = f"{before}{together}" + (f" where {where}" if where else "")
        try:
            read = pose(whole, (), variables=question["variables"], dialect=question["dialect"],
                        rules=question["rules"])
        except InputError:
            continue
        if all(name in read.variables and read.variables[name].kind == info.kind
               for name, info in problem.variables.items()):
            declared = {name: said for name, said in read.declarations().items() if name in problem.variables}
            yield declared
            yield _of_one_size(declared, read)


def _of_one_size(declared: dict[str, str], read: Problem) -> dict[str, str]:
    """All dimensions that nobody declared become one."""
    infos = read.variables.values()
    fixed = {name for v in infos if v.origin == "declared" for dim in v.shape for name in names(dim)}
    free = [name for v in infos for dim in v.shape for name in sorted(names(dim)) if name not in fixed]
    kinds = {name: said.partition(")") for name, said in declared.items()}
    for old in free:
        kinds = {name: (re.sub(rf"\b{old}\b", free[0], parts[0]), *parts[1:]) for name, parts in kinds.items()}
    return {name: "".join(parts) for name, parts in kinds.items()}


def new_squares(before: Problem, after: Problem) -> Iterator[str]:
    """`X square` for each matrix that is square only in the second reading."""
    for name, info in after.variables.items():
        rows, columns = before.variables[name].shape
        if info.shape[0] == info.shape[1] and rows != columns:
            yield f"{name} square"
