"""Functions of which only shapes are declared: the rulebook that has them, and what is wrong with their use."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.diagnostics import fail
from matcalc.language import Elaborated
from matcalc.language.signatures import signatures
from matcalc.language.syntax import Op
from matcalc.language.syntax import postorder as nodes
from matcalc.rulebook.abstract import with_declared
from matcalc.rulebook.book import Rulebook


def rules_with(source: str, declarations: Mapping[str, str], book: Rulebook) -> Rulebook:
    """The rules and the functions that are declared in the text or beside it."""
    return with_declared(book, signatures(source, declarations))


def refuse_idle(source: str, read: Elaborated, book: Rulebook) -> None:
    """Raise InputError where a function is declared and nothing that was typed is it, or a derivative of it."""
    typed = [f.fields["of"] for s in nodes(read.syntax) if s.op is Op.CALL for f in book.overloads(s.data)
             if "of" in f.fields]
    for name, said in book.declared.items():
        if name not in typed:
            example = name if said.of else f"{name}({'x' if said.argument[1] == 1 else 'X'})"
            raise fail("M0405", f"{name} is declared as a function and never applied", source, fixes=(example,))
