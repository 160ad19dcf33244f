"""Functions of which only shapes are declared: the rulebook that has them, and what is wrong with their use."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.core.expr import CALL, postorder
from matcalc.core.function import Signature
from matcalc.diagnostics import fail
from matcalc.language import Elaborated
from matcalc.language.signatures import signatures
from matcalc.rulebook.abstract import with_declared
from matcalc.rulebook.book import Rulebook


def rules_with(source: str, declarations: Mapping[str, str], book: Rulebook) -> Rulebook:
    """The rules and the functions that are declared in the text or beside it."""
    return with_declared(book, signatures(source, declarations))


def refuse_idle(source: str, read: Elaborated, book: Rulebook) -> None:
    """Raise InputError where a function is declared and never applied."""
    applied = {call.data.fields.get("of") for call in postorder(read.expr) if call.kind is CALL}
    typed = {s.data for s in _nodes(read) if isinstance(s.data, str)}
    for name, said in book.declared.items():
        if name not in applied and not any(f"{name}" in word.split("_") or word == name for word in typed):
            raise fail("M0405", f"{name} is declared as a function and never applied", source,
                       fixes=(_example(name, said),))


def _nodes(read: Elaborated) -> list:  # type: ignore[type-arg]
    from matcalc.language.syntax import postorder as nodes

    return nodes(read.syntax)


def _example(name: str, said: Signature) -> str:
    return name if said.of else f"{name}({'x' if said.argument[1] == 1 else 'X'})"
