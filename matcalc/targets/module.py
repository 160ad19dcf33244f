"""A file of generated code: its docstring, what it imports, the helpers that its kernels use, its functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zlib import crc32

from matcalc.algebra.make import instantiate, rebuild
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.plan.functions import is_said
from matcalc.plan.variants import name_of
from matcalc.targets.definition import FunctionWriter, Written
from matcalc.targets.identifiers import names_of
from matcalc.targets.language import Language, for_numbers

_BODIES = ("body", "means")


def source(e: Expr, inputs: Sequence[Expr], name: str, target: Language) -> str:
    """The text of a file with one function."""
    target = for_numbers(target, inputs, "")
    e = expanded(e, target)
    known = names_of(target, [e], inputs)
    written = FunctionWriter(known).write(name, [e], inputs, f"The {name}, with {target.title}.")
    return module(target, [written], [], names=[name])


def module(target: Language, functions: Sequence[Written], parts: Sequence[str], title: str = "",
           names: Sequence[str] = ()) -> str:
    """The functions, of these `names`, and further parts, behind what they need."""
    texts = [*(f.text for f in functions), *parts]
    has_checks = target.has("text", "checks")  # what only these need stands there
    own = "\n".join([f.text for f in functions] if has_checks else texts)
    helpers = _helpers(own, target)
    imports = _imports("\n".join([own, *helpers]), target)
    between = "\n" * (1 + int(target.rows.settings.get("between", 2)))
    written = between.join([*helpers, *(f.text for f in functions)])
    checks = _checks(parts, helpers, imports, between, target) if has_checks and parts else ""
    offered = ", ".join(target.say("statements", "offered", name=name) for name in names) if target.has(
        "statements", "offered") else ""
    text = target.say("text", "module", title=title, imports="\n".join(imports), offered=offered,
                      parts=between.join([written, *parts]), functions=written, checks=checks,
                      mark=f"{crc32(written.encode()):08X}", floats=target.rows.sections["text"].get(
                          f"floats {target.dtype}".strip(), ""))
    if not title:
        text = text.split("\n", 1)[1].lstrip("\n")
    return re.sub(r"\n +(?=\n)", "", text).rstrip("\n") + "\n"


def _checks(parts: Sequence[str], have: Sequence[str], known: Sequence[str], between: str, target: Language) -> str:
    """The parts with the helpers and imports that are not there yet."""
    helpers = [helper for helper in _helpers("\n".join(parts), target) if helper not in have]
    imports = [line for line in _imports("\n".join([*parts, *helpers]), target) if line not in known]
    written = between.join(part for part in [*helpers, *parts] if part)
    return target.say("text", "checks", imports="\n".join(imports), parts=written)


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
    found = [line for names, line in rows.items() if names != "scipy" and any(
        re.search(rf"\b{re.escape(name)}\b", text) for name in names.split())]
    if "scipy" in rows:
        used = {*re.findall(r"\bscipy\.(?:special|linalg|integrate)\b", text)}
        found += [f"import {name}" for name in sorted(used)]
    return found


def expanded(e: Expr, target: Language) -> Expr:
    """Calls of functions that have no numeric template are replaced by their bodies; where no side of a matrix is cut
    into axes, so are those that say how it is cut."""
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
    if e.kind is not CALL or e.data.form == "unspecified":
        return ""
    if "axes" in e.data.fields and not (target.rows.abilities.flat and "body" in e.data.fields):
        return ""
    if any(name_of(row) == e.data.name for row in target.rows.kernels):
        return ""
    if e.data.fields.get("numpy") and (target.rows.settings.get("templates") == "numpy" or is_said(e.data)):
        return ""
    return next((field for field in _BODIES if field in e.data.fields), "")
