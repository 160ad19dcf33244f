"""What is wrong, with its place in the formula, and what a click on a fix changes of the question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from matcalc.diagnostics import Diagnostic, Span
from matcalc.language.declarations import split_declarations

_NEEDS_SCALAR = "M0310"
_STRUCTURE = re.compile(r"; (?:more: )?--structure.*$")
FREE, WITHIN = "Independent entries", "Within the structure"
_OPTION = re.compile(r"(?:-[a-z]\b|--[a-z][a-z-]*|matcalc\s)")
_WRT = re.compile(r"--wrt\s+\"?([^\"]*)\"?$")
_VAR = re.compile(r"--var\s+\"([^\"]*)\"$")


def as_data(d: Diagnostic, formula: str, kinds: Mapping[str, str], want: str = "") -> dict[str, Any]:
    """A diagnostic for the page; places that are not in the formula are left out."""
    start = formula.find(d.source) if d.source else -1
    labels = [{"span": _place(label.span, start), "text": label.text} for label in d.labels] if start >= 0 else []
    fixes = [fix for text in d.fixes if (fix := _fix(text, d, kinds)) is not None]
    if d.code == _NEEDS_SCALAR and want == "gradient":
        fixes.append({"text": "The Jacobian", "set": {"want": "jacobian"}})
    if kinds and d.source in kinds.values():
        names = [name for name, kind in kinds.items() if kind == d.source]
        left = {name: kind for name, kind in kinds.items() if name not in names}
        fixes.append({"text": f"{names[0]} as matcalc reads it", "set": {"kinds": left}})
    elif kinds and d.code.startswith("M03"):
        fixes.append({"text": "All kinds as matcalc reads them", "set": {"kinds": {}}})
    return {"code": d.code, "severity": d.severity, "message": d.message, "source": d.source,
            "span": _place(d.span, start) if d.span is not None and start >= 0 else None, "labels": labels,
            "fixes": fixes}


def _place(span: Span, start: int) -> list[int]:
    """Offset and length, at least one character."""
    return [start + span.start, max(span.end - span.start, 1)]


def _fix(text: str, d: Diagnostic, kinds: Mapping[str, str]) -> dict[str, Any] | None:
    """What a fix for the shell means on the page; None where it means nothing there."""
    if (wrt := _WRT.match(text)) is not None:
        return {"text": f"by {wrt[1]}", "set": {"wrt": [wrt[1]]}}
    if (said := _VAR.match(text)) is not None:
        return {"text": said[1], "set": {"kinds": {**kinds, **dict(split_declarations(said[1]))}}}
    if _OPTION.match(text):
        return None
    if d.source in kinds.values():
        changed = {name: text if kind == d.source else kind for name, kind in kinds.items()}
        return {"text": text, "set": {"kinds": changed}}
    return {"text": text, "set": {"formula": text}}


def offered(notes: Sequence[str], structure: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Notes without the options of the shell that they name, and what a click does instead."""
    said = [_STRUCTURE.sub("", note) for note in notes]
    if structure == "free":
        return said, [{"text": WITHIN, "set": {"structure": "project"}}]
    return said, [{"text": FREE, "set": {"structure": "free"}}] if said != list(notes) else []
