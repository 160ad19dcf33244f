"""Calls that the table of the language (language/calls.txt) has, where their formula is taken entry by entry, or is a
sum or a mean of that: the same lines that formulas are read by."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from matcalc.language.peers import Line, Parameter, lines_for

_PROGRAMS = {"numpy": "numpy", "torch": "torch", "jax.nn": "jax", "scipy.special": "scipy", "method": "methods"}
_SAME = {"max": "maximum", "min": "minimum"}


def called(program: str, word: str, args: Sequence[Any],
           given: Mapping[str, Any]) -> tuple[ast.Lambda, list[Any]] | None:
    """The formula of a call as a function, and what it is called with; None where no line fits that is read here."""
    for line in lines_for(_PROGRAMS.get(program, ""), word):
        values = _bound(line, args, given)
        if values is None:
            continue
        body = _entrywise(line.text) if line.place is None else None
        if body is None:
            return None
        used = {n.id for n in ast.walk(body) if isinstance(n, ast.Name)}
        names = [name for name in values if name in used]
        spec = ast.arguments([], [ast.arg(name) for name in names], None, [], [], None, [])
        return ast.Lambda(spec, body), [values[name] for name in names]
    return None


def _bound(line: Line, args: Sequence[Any], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """What every parameter of a line gets, None where the line is for other arguments."""
    found: dict[str, Any] = {}
    waiting, named = list(args), dict(given)
    for p in line.parameters:
        if p.entries or (p.must not in ("", "None", "True", "False") and p.must[:1] != "'"):
            return None
        if waiting and not p.keyword:
            value = waiting.pop(0)
        elif p.name in named:
            value = named.pop(p.name)
        elif p.default is not None:
            value = ast.literal_eval(p.default)
        else:
            return None
        if not _fits(p, value):
            return None
        found[p.name] = value
    return None if waiting or named else found


def _fits(p: Parameter, value: Any) -> bool:
    """Whether a parameter may have a value: words and flags, also as defaults, are meant exactly."""
    meant = p.must or (p.default if p.default is not None and not p.default[:1].isdigit() else "")
    if meant:
        return type(value) is type(ast.literal_eval(meant)) and value == ast.literal_eval(meant)
    return not isinstance(value, str | bool | None)


@cache
def _entrywise(text: str) -> ast.expr | None:
    """A formula as Python writes it, where it says the same of arrays: products of arrays are taken entry by entry."""
    if "'" in text or "[" in text or "axis" in text:
        return None
    rows = re.sub(r"(?<!\.)\*", "@", text).replace(".*", "*").replace("./", "/").replace(".^", "**").replace("^", "**")
    try:
        body = ast.parse(rows, mode="eval").body
    except SyntaxError:
        return None
    for n in ast.walk(body):
        if isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult):
            if not (_is_number(n.left) or _is_number(n.right)):
                return None
            n.op = ast.Mult()
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and len(n.args) == 2:
            n.func.id = _SAME.get(n.func.id, n.func.id)
    return body


def _is_number(e: ast.expr) -> bool:
    """Whether an expression is made of numbers only, 2, log(2), 180/pi."""
    names = {n.id for n in ast.walk(e) if isinstance(n, ast.Name)}
    return names <= {"log", "pi", "exp", "sqrt"}
