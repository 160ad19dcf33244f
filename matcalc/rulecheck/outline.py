"""What a block must be before anything of it is computed: parameters with names of their own, shapes that its words
can be said of, and the fields that its form and its words stand on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.algebra.application import CORE
from matcalc.algebra.facts import STRUCTURES
from matcalc.core.dims import names
from matcalc.core.function import Function
from matcalc.rulebook.book import EXPRESSIONS
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.domain import clauses
from matcalc.rulecheck.report import Check, shape_text

_OF_SQUARE = {"sym", "spd", "orthogonal", "invertible", "invertible for the derivative",
              "without eigenvalue on the negative real axis", "without common eigenvalue"}


def outline(block: Block) -> Iterator[Check]:
    """What is right is not counted as a check of its own."""
    for name, problems in _PROBLEMS.items():
        for problem in problems(block.function):
            yield Check(name, False, problem)


def _parameters(function: Function) -> Iterator[str]:
    said = [p.name for p in function.params]
    for name in dict.fromkeys(name for name in said if said.count(name) > 1):
        yield f"{name} is the name of two parameters"
    taken = {f"d{name}": f"the differential of {name}" for name in said} | {"G": "what an adjoint is given"}
    for name in said:
        if name in taken:
            yield f"no parameter is called {name}, which is {taken[name]}"
    if not said:
        yield "there is no parameter: write X: [m,n], x: [n] or c: scalar"


def _structures(function: Function) -> Iterator[str]:
    for p in function.params:
        for word in sorted(p.props - STRUCTURES.keys()):
            yield (f"“{word}” cannot be declared of {p.name}; a parameter is one of {', '.join(STRUCTURES)}, and what "
                   "else must hold is said in the field domain")
        if p.props and (p.kind != "value" or p.shape[0] != p.shape[1] or p.shape == (1, 1)):
            yield f"{p.name} is {shape_text(p.shape)}, and only a square matrix is {' or '.join(sorted(p.props))}"
        if len(p.props) > 1:
            yield f"{p.name} is declared {' and '.join(sorted(p.props))}; say one word"


def _result(function: Function) -> Iterator[str]:
    known = {name for p in function.params for dim in p.shape for name in names(dim)}
    known |= {p.name for p in function.params if p.kind == "dimension"}
    for name in sorted({name for dim in function.result for name in names(dim)} - known):
        yield f"no parameter has the size {name} of the result"


def _fields(function: Function) -> Iterator[str]:
    fields = function.fields
    for field in fields:
        kind, dot, name = field.partition(".")
        if dot and kind not in EXPRESSIONS:
            yield f"{kind} is said of the whole block, not of {name or 'a parameter'}"
    for field, text in fields.items():
        if not text.strip():
            yield f"the field {field} says nothing"
    if function.form == "notation" and "means" not in fields:
        yield "a notation says what it means: the field means is missing"
    if function.has("folds") and "body" not in fields:
        yield "what folds says which expression is folded: the field body is missing"
    if "core" in fields and fields["core"] not in CORE:
        yield f"“{fields['core']}” is no operation of the expressions"
    elif "core" in fields and [p.kind for p in function.params] != ["value"]:
        yield "an operation of the expressions takes one parameter"


def _words(function: Function) -> Iterator[str]:
    values = [p for p in function.params if p.kind == "value"]
    if function.has("multiplicative"):
        is_square = len(values) == len(function.params) == 1 and values[0].shape[0] == values[0].shape[1]
        if not is_square or function.result != (1, 1):
            yield "multiplicative is a number that belongs to one square matrix, as det does"


def _domain(function: Function) -> Iterator[str]:
    given = {p.name: p for p in function.params}
    for clause in clauses(function):
        about = [part.strip(" -") for part in clause.subject.split(" and ")]
        for p in (given[name] for name in about if clause.word in _OF_SQUARE and name in given):
            if p.shape[0] != p.shape[1]:
                yield f"{p.name} is {shape_text(p.shape)}, and only a square matrix is {clause.word}"


_PROBLEMS: dict[str, Callable[[Function], Iterator[str]]] = {
    "parameters": _parameters, "structure": _structures, "result": _result, "fields": _fields, "is": _words,
    "domain": _domain,
}
