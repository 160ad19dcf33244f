"""A file of generated code: its docstring, what it imports, the helpers that its kernels use, its functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.algebra.make import instantiate, rebuild
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.plan.functions import is_said
from matcalc.targets.function import FunctionWriter, Written
from matcalc.targets.identifiers import names_of
from matcalc.targets.language import Language

_BODIES = ("body", "means")


def source(e: Expr, inputs: Sequence[Expr], name: str, target: Language) -> str:
    """The text of a file with one function."""
    e = expanded(e, target)
    known = names_of(target, [e], inputs)
    written = FunctionWriter(known).write(name, [e], inputs, f"The {name}, with {target.title}.")
    return module(target, [written], [])


def module(target: Language, functions: Sequence[Written], parts: Sequence[str], title: str = "") -> str:
    """The functions and further parts, behind what they need."""
    texts = [*(f.text for f in functions), *parts]
    helpers = _helpers("\n".join(texts), target)
    imports = _imports("\n".join([*texts, *helpers]), target)
    text = target.say("text", "module", title=title, imports="\n".join(imports),
                      parts="\n\n\n".join([*helpers, *texts]))
    if not title:
        text = text.split("\n", 1)[1].lstrip("\n")
    return text.rstrip("\n") + "\n"


def _helpers(text: str, target: Language) -> list[str]:
    """The definitions that a text calls, and those that these call, in the order of the target's file."""
    needed: set[str] = set()
    todo = [text]
    while todo:
        found = {name for name in target.rows.helpers if re.search(rf"\b{re.escape(name)}\b", todo[-1])} - needed
        todo.pop()
        needed |= found
        todo += [target.rows.helpers[name] for name in found]
    return [body for name, body in target.rows.helpers.items() if name in needed]


def _imports(text: str, target: Language) -> list[str]:
    """The lines that make known what a text names."""
    rows = target.rows.sections.get("imports", {})
    found = [line for name, line in rows.items() if name != "scipy" and re.search(rf"\b{re.escape(name)}\b", text)]
    if "scipy" in rows:
        used = {*re.findall(r"\bscipy\.(?:special|linalg|integrate)\b", text)}
        found += [f"import {name}" for name in sorted(used)]
    return found


def expanded(e: Expr, target: Language) -> Expr:
    """Calls of functions that have no numeric template are replaced by their bodies."""
    while True:
        done: dict[Expr, Expr] = {}
        for part in postorder(e):
            args = [done[arg] for arg in part.args]
            field = _body(part, target)
            done[part] = instantiate(part.data, field, tuple(args)) if field else rebuild(part, args)
        if done[e] is e:
            return e
        e = done[e]


def _body(e: Expr, target: Language) -> str:
    if e.kind is not CALL or e.data.form == "unspecified" or "axes" in e.data.fields:
        return ""
    if e.data.name in target.rows.kernels or (e.data.fields.get("numpy") and (
            target.rows.settings.get("templates") == "numpy" or is_said(e.data))):
        return ""
    return next((field for field in _BODIES if field in e.data.fields), "")
