"""Problems with the derivative that a textbook gives, and what people get wrong when they copy it.

The mutations are made on the text of the reference, without the reader that the judge uses; whether one is really
different is decided by the values at random points, without finite differences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import matcalc
from matcalc.answer.problem import pose
from matcalc.answer.proposed import claim_of
from matcalc.core.expr import variables
from matcalc.diagnostics import InputError
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import evaluate
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import dims_of, sizes_for

FILE = Path(__file__).parent.parent / "data" / "claims.jsonl"
PROPS = {"symmetric": "sym", "diagonal": "diag"}
KINDS = {"grad": "gradient", "jacobian": "jacobian", "hessian": "hessian", "mixed": "hessian"}


@dataclass(frozen=True)
class Problem:
    """A line of the file."""

    id: str
    expr: str
    variables: dict[str, str]
    wrt: Any
    kind: str
    reference: str

    def judged(self, claim: str, **options: Any) -> Any:
        return matcalc.verify(self.expr, wrt=self.wrt, claim=claim, kind=self.kind, variables=self.variables,
                              structure="free", **options)


def problems() -> list[Problem]:
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return [Problem(r["id"], r["expr"], {n: _declaration(v) for n, v in r["vars"].items()},
                    [r["wrt"], r["wrt2"]] if r.get("wrt2") and r["task"] == "mixed" else r["wrt"], KINDS[r["task"]],
                    r["reference"]) for r in rows]


def _declaration(v: dict[str, Any]) -> str:
    dims = f"({','.join(map(str, v['shape']))})" if v["shape"] else ""
    return " ".join([v["kind"] + dims, *(PROPS.get(p, p) for p in v.get("props", []))])


def mutations(text: str) -> Iterator[tuple[str, str]]:
    """(what was done, the mutated text)."""
    yield "sign", f"-({text})"
    yield "factor", f"2*({text})"
    yield "factor", f"({text})/2"
    yield "transpose", f"({text})'"
    for m in re.finditer(r" [+-] ", text):
        yield "sign", text[:m.start()] + {" + ": " - ", " - ": " + "}[m[0]] + text[m.end():]
    for m in re.finditer("'", text):
        yield "transpose", text[:m.start()] + text[m.end():]
    for m in re.finditer(r"\b[A-Z]\w*\b(?![('^\w])", text):
        yield "transpose", f"{text[:m.end()]}'{text[m.end():]}"
    for m in re.finditer(r"(?<![\w'.^*/)])([A-Za-z]\w*'?)\*([A-Za-z]\w*'?)(?![\w('^.])", text):
        yield "swap", f"{text[:m.start()]}{m[2]}*{m[1]}{text[m.end():]}"


def differs(problem: Problem, claim: str) -> bool:
    """Whether the claim has another shape than the reference, or other values somewhere."""
    posed = pose(problem.expr, problem.wrt, variables=problem.variables)
    right = claim_of(posed, problem.reference)
    try:
        proposed = claim_of(posed, claim)
    except InputError:
        return True
    if proposed.shape != right.shape:
        return True
    leaves = list(dict.fromkeys(variables(right, proposed)))
    return any(_apart(right, proposed, leaves, trial, mode) for trial, mode in enumerate(modes(6)))


def _apart(right: Any, proposed: Any, leaves: list[Any], trial: int, mode: str) -> bool:
    sizes = sizes_for(dims_of(right, proposed, *leaves), trial, larger=trial % 3)
    values = draw(leaves, np.random.default_rng([99, trial]), sizes, mode)
    try:
        a, b = (np.asarray(evaluate(e, values, sizes)) for e in (right, proposed))
    except matcalc.MatcalcError:
        return False
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return False
    return bool(np.linalg.norm(a - b) > 1e-7 * max(np.linalg.norm(a), np.linalg.norm(b)))
