"""Answers as data: the keys of the JSON object, which schema.json describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from matcalc.answer.problem import Problem
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis
from matcalc.derivation import Derivation, WrittenForm
from matcalc.extensions import ASCII, LATEX, READ, UNICODE
from matcalc.language.alternatives import merged
from matcalc.printers import abbreviated, abbreviated_together, ascii_text, text
from matcalc.printers.as_typed import with_names

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification
    from matcalc.explanation import Step
    from matcalc.language import Elaborated


def forms(e: Expr) -> dict[str, str]:
    """`e` as text in the dialects that are input; others are printed where they are asked for."""
    return {dialect: text(e, dialect) for dialect in READ}


def dims(e: Expr) -> list[str]:
    """[] for a scalar, [n] for a vector, [m, n] for a matrix."""
    rows, columns = map(format_dim, e.shape)
    return [] if e.is_scalar else [rows] if columns == "1" else [rows, columns]


def variables(readings: Iterable[Elaborated]) -> list[dict[str, Any]]:
    """Every variable once; `alternative` is a kind that fits as well where its letter alone decided."""
    infos, others = merged(readings)
    return [{"name": v.name, "kind": v.kind, "shape": list(map(format_dim, v.shape)), "props": sorted(v.props),
             "origin": v.origin, "reason": v.reason, **({"alternative": others[v.name]} if v.name in others else {}),
             **({"axes": list(map(_axis, v.axes))} if v.axes else {})} for v in infos]


def _axis(axis: Axis) -> dict[str, str]:
    """How many values an index of a family takes, and from where on."""
    return {"low": format_dim(axis.low), "size": format_dim(axis.size)}


def typed(problem: Problem) -> Expr:
    """The formula of a problem with the letters that were typed."""
    return problem.lettered(problem.settled(problem.f) if problem.indexed is None else problem.indexed.f)


def posed(problem: Problem, layout: str = "gradient") -> dict[str, Any]:
    """The keys input and variables."""
    wrt = [x.data.name for x in problem.wrt]
    asked = problem.indexed
    if asked is not None:
        wrt = [target.whole.data.name for target in asked.targets]
    return {"input": {"source": problem.typed_source, "canonical": ascii_text(typed(problem)),
                      "wrt": wrt, "layout": layout},
            "variables": variables([problem.elaborated if asked is None else asked.read])}


def derived(d: Derivation, verification: Verification | None, detail: str = "") -> dict[str, Any]:
    """All keys of a derivation; its steps in the `detail` asked for."""
    result = {"shape": dims(d.expr), "kind": d.kind, "forms": forms(d.problem.lettered(d.expr)), **_in_letters(d),
              "conditions": d.conditions, **_joints(d), **also(d)}
    return {**posed(d.problem, d.layout), "result": result, "steps": steps(d, detail) if detail else [],
            "verification": verified(verification), "notes": list(d.notes)}


def _joints(d: Derivation) -> dict[str, Any]:
    """Where pieces meet: at which value of what, whether they are continuous there, and have a derivative (null where
    nothing is known), the piece that is taken, and whether all this was decided exactly or by numbers."""
    found = [{"of": ascii_text(j.call), "part": ascii_text(j.part), "value": ascii_text(j.value),
              "continuous": j.continuous, "differentiable": j.smooth if j.continuous else False,
              "taken": ascii_text(j.taken), "decided": "exactly" if j.exact else "by numbers"} for j in d.joints]
    return {"joints": found} if found else {}


def all_derived(found: Sequence[tuple[Derivation, Verification | None]], detail: str = "") -> dict[str, Any]:
    """The keys of several answers: `results` in the order asked; what they share has one name in all of them."""
    first = found[0][0]
    head = posed(first.problem, first.layout)
    head["input"] = {**head["input"], "wrt": [x.data.name for d, _ in found for x in d.problem.wrt]}
    taken = {name for d, _ in found for name in d.problem.variables}
    in_names = [d.named(d.expr, taken) for d, _ in found]
    names = {leaf: value for one in in_names for leaf, value in one.names.items()}
    shared_names = abbreviated_together([one.expr for one in in_names], ASCII, taken=taken,
                                        typed=with_names(first.problem.as_typed, names))
    results = []
    for (d, verification), (_, shared) in zip(found, shared_names, strict=True):
        whole = derived(d, verification, detail)
        if "textbook" not in whole["result"]:
            whole["result"] = {**whole["result"], "where": [{"name": name, "ascii": said} for name, said in shared]}
        results.append({"wrt": whole["input"]["wrt"], **{key: whole[key] for key in _OF_ONE}})
    return {**head, "results": results}


_OF_ONE = ("result", "steps", "verification", "notes")


def steps(d: Derivation, detail: str) -> list[dict[str, Any]]:
    """The way to a formula, step by step."""
    from matcalc.explanation import steps_of

    return [as_data(step) for step in steps_of(d, detail)]


def as_data(step: Step) -> dict[str, Any]:
    """A step, and how it is shown if that is another formula."""
    return {key: value for key, value in asdict(step).items() if key != "shown" or value}


def also(d: Derivation) -> dict[str, Any]:
    """The same derivative written in other ways, by name: differential, index, operator, bilinear, blocks."""
    stacked = {"vec": d.vec} if d.kind in ("jacobian", "hessian") else {}
    return stacked | others(d.forms)


def others(found: Mapping[str, WrittenForm]) -> dict[str, Any]:
    """Further forms by name."""
    written = {name: {dialect: form.write(dialect) for dialect in READ} for name, form in found.items()}
    return {"also": written} if written else {}


def _in_letters(d: Derivation) -> dict[str, Any]:
    """Names for parts, and the formula in the letters of which a textbook says something; no name means two things."""
    shown, letters = d.in_letters(UNICODE)
    if not letters:
        return {"where": where(d)}
    in_latex, others = d.in_letters(LATEX)
    said = [{"name": one.name, "ascii": ascii_text(one.call),
             "said": {UNICODE: f"{one.left} = {one.right}", LATEX: f"{other.left} = {other.right}"}}
            for one, other in zip(letters, others, strict=True)]
    return {"where": said, "textbook": {UNICODE: shown, LATEX: in_latex}}


def where(d: Derivation) -> list[dict[str, str]]:
    """Parts of a long formula that deserve a name, in ASCII; the forms spell everything out."""
    found = d.named(d.expr)
    typed = with_names(d.problem.as_typed, found.names)
    defined = abbreviated(found.expr, ASCII, taken=d.problem.taken(), typed=typed)[1]
    return [{"name": name, "ascii": said} for name, said in defined]


def verified(v: Verification | None, reason: str = "--no-check") -> dict[str, Any]:
    """`reason`: why there is none."""
    if v is None:
        return {"status": "skipped", "method": "", "trials": 0, "seed": 0, "max_rel_error": None, "tolerance": 0.0,
                "reason": reason, "worst": None}
    worst = None if v.worst is None else {"entry": list(v.worst.index), "got": finite(v.worst.got),
                                          "expected": finite(v.worst.expected)}
    return {"status": v.status, "method": v.method, "trials": len(v.checks), "seed": v.seed,
            "max_rel_error": finite(v.max_rel_error), "tolerance": v.tolerance, "reason": v.reason, "worst": worst}


def finite(value: float) -> float | None:
    """JSON has no infinity."""
    return float(value) if isfinite(value) else None
