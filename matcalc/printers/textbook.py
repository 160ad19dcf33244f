"""What a textbook shows of functions that have no name there: v and “unit eigenvector of A for …”, U Vᵀ and “X = …”.

A block states what is `shown` for its value, in letters of its own, and what is `said` of these letters below the
formula. Where it only says something, the value itself has a letter. The text that is read back is never this one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.algebra.leaves import variable
from matcalc.algebra.make import instantiate, substitute
from matcalc.core.expr import CALL, Expr, postorder, variables
from matcalc.core.ordinals import placed
from matcalc.extensions import UNICODE
from matcalc.printers.dialect import Dialect
from matcalc.printers.precedence import joined
from matcalc.printers.typesetting import lay_out

Definitions = list[tuple[str, str]]


def is_said(e: Expr, dialect: Dialect) -> bool:
    """Whether the value of a call has a letter and something to be said about it, where people read it."""
    return e.kind is CALL and dialect.name == UNICODE and "said" in e.data.fields and "shown" not in e.data.fields


def remark(e: Expr, dialect: Dialect) -> str:
    """What stands behind such a letter, instead of the call."""
    return _filled(e, dialect, {})


def shown(roots: Sequence[Expr], dialect: Dialect, taken: set[str]) -> tuple[list[Expr], dict[str, Definitions]]:
    """The formulas in the letters of what is shown, and what is said of these, by one of the letters."""
    calls = [e for e in postorder(*roots) if e.kind is CALL and "shown" in e.data.fields and dialect.name == UNICODE]
    new: dict[Expr, Expr] = {}
    said: dict[str, Definitions] = {}
    for e in calls:
        template = e.data.template("shown")
        own = {x: _fresh(x.data.name, taken) for x in variables(template) if x.data.name not in _parameters(e)}
        leaves: dict[Expr, Expr] = {x: variable(name, x.shape) for x, name in own.items()}
        whole = instantiate(e.data, substitute(template, leaves), e.args)
        new[e] = whole
        left, _, right = _filled(e, dialect, {x.data.name: name for x, name in own.items()}).partition(" = ")
        said[next(iter(own.values()))] = [(left, right)]
    return [substitute(e, new) for e in roots] if new else list(roots), said


def letters(e: Expr) -> set[str]:
    """The names of the variables of a formula."""
    return {x.data.name for x in variables(e)}


def _parameters(e: Expr) -> set[str]:
    return {param.name for param in e.data.params}


def _fresh(name: str, taken: set[str]) -> str:
    found = next(x for x in (name, *(f"{name}_{k}" for k in range(1, 100))) if x not in taken)
    taken.add(found)
    return found


def _filled(e: Expr, dialect: Dialect, own: dict[str, str]) -> str:
    """What is said, with the arguments and the letters in their places."""
    spelled: dict[str, str] = {x: dialect.name_text(name) for x, name in own.items()}
    spelled |= {p.name: joined(lay_out(arg, dialect)) for p, arg in zip(e.data.params, e.args, strict=True)}

    def put(found: re.Match[str]) -> str:
        return spelled.get(found[1], found[0])

    text = re.sub(r"\{(\w+)\}", put, placed(e.data.fields["said"], e.data, e.args))
    return text.replace("'", "ᵀ")
