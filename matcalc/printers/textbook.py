"""What a textbook shows of functions that have no name there: v and “unit eigenvector of A for …”, U Vᵀ and “X = …”.

A block states what is `shown` for its value, in letters of its own, and what is `said` of these letters below the
formula. Where it only says something, the value itself has a letter. The text that is read back is never this one: it
stands on a terminal and in documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from matcalc.algebra.leaves import variable
from matcalc.algebra.make import instantiate, substitute
from matcalc.core.expr import CALL, Expr, functions, postorder, variables
from matcalc.core.ordinals import placed
from matcalc.extensions import UNICODE
from matcalc.printers.dialect import Dialect
from matcalc.printers.precedence import joined
from matcalc.printers.typesetting import lay_out
from matcalc.records import NamedTuple


class Letter(NamedTuple):
    """What is said of a letter, left = right in some dialect, for which call `name` stands, in plain text."""

    left: str
    right: str
    call: Expr
    name: str


Spoken = list[tuple[str, Expr | None]]  # words, and formulas between them


def is_for_people(dialect: Dialect) -> bool:
    """Whether formulas in the dialect are only looked at: on a terminal, or in a document."""
    return dialect.name == UNICODE or dialect.markup is not None


def is_said(e: Expr, dialect: Dialect) -> bool:
    """Whether the value of a call has a letter and something to be said about it, where people read it."""
    return e.kind is CALL and is_for_people(dialect) and "said" in e.data.fields and "shown" not in e.data.fields


def remark(e: Expr, dialect: Dialect, named: Mapping[Expr, str], taken: set[str]) -> str:
    """What stands behind such a letter, instead of the call; letters of its own are none of those `taken`."""
    return _written(_spoken(e, taken, {}), dialect, {part: name for part, name in named.items() if part is not e})


def shown(roots: Sequence[Expr], dialect: Dialect, taken: set[str]) -> tuple[list[Expr], dict[str, Letter]]:
    """The formulas in the letters of what is shown, and what is said of these, by one of the letters."""
    if not is_for_people(dialect) or not any("shown" in f.fields for e in roots for f in functions(e)):
        return list(roots), {}
    calls = [e for e in postorder(*roots) if e.kind is CALL and "shown" in e.data.fields]
    new: dict[Expr, Expr] = {}
    said: dict[str, Letter] = {}
    for e in calls:
        own: dict[Expr, Expr] = {}
        spoken = _spoken(e, taken, own)
        template = e.data.template("shown")
        new[e] = instantiate(e.data, substitute(template, own), e.args)
        i = next(i for i, (text, formula) in enumerate(spoken) if formula is None and text.startswith(_EQUAL))
        right: Spoken = [(spoken[i][0].removeprefix(_EQUAL), None), *spoken[i + 1:]]
        letter = next(own[x].data.name for x in variables(template) if x in own)
        said[letter] = Letter(_written(spoken[:i], dialect, {}), _written(right, dialect, {}), e, repr(new[e]))
    return [substitute(e, new) for e in roots], said


_EQUAL = " = "


def letters(e: Expr) -> set[str]:
    """The names of the variables of a formula."""
    return {x.data.name for x in variables(e)}


def _spoken(e: Expr, taken: set[str], own: dict[Expr, Expr]) -> Spoken:
    """What the block says, of the arguments of a call; `own` takes the variables for the letters of the block."""
    pieces = e.data.spoken()
    parameters = {param.name for param in e.data.params}
    formulas = [formula for _, formula in pieces if formula is not None]
    template = e.data.template("shown")
    for x in variables(*formulas, *([] if template is None else [template])):
        if x.data.name not in parameters and x not in own:
            own[x] = variable(_fresh(x.data.name, taken), x.shape, x.data.props)
    return [(text if formula is not None else placed(text, e.data, e.args),
             None if formula is None else instantiate(e.data, substitute(formula, own), e.args))
            for text, formula in pieces]


def _written(spoken: Spoken, dialect: Dialect, named: Mapping[Expr, str]) -> str:
    """Words and formulas in turn."""
    parts: list[str] = []
    for is_formula, group in groupby(spoken, lambda piece: piece[1] is not None):
        if len(parts) % 2 != is_formula:
            parts.append("")
        texts = (joined(lay_out(e, dialect, named)) if e is not None else text for text, e in group)
        parts.append("".join(texts))
    return dialect.sentence(*parts)


def _fresh(name: str, taken: set[str]) -> str:
    found = next(x for x in (name, *(f"{name}_{k}" for k in range(1, 100))) if x not in taken)
    taken.add(found)
    return found
