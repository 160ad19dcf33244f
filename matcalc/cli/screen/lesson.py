"""One rule as a lesson: what it says, how it is derived or who proves it, an example worked out, and its own check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from matcalc import api
from matcalc.answer.problem import rulebook_for
from matcalc.cli import machine
from matcalc.cli.command import Report
from matcalc.cli.screen.ruletext import as_data, functions_called, signature
from matcalc.cli.screen.stepwise import move_lines, said, step_lines
from matcalc.cli.screen.terminal import INDENT, Terminal, paragraph, table
from matcalc.core.function import Function
from matcalc.derivation import Derivation
from matcalc.explanation import Identity, Trace, body_trace, calculus_laws, rule_identity
from matcalc.printers import text
from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.book import Rulebook

_TOLD = ("differential by", "second differential", "adjoint", "matrix", "body equals", "means equals", "printed code",
         "example ")


def lesson(topic: str) -> Report:
    """The page on a function of the rules, or on a law that derivations name."""
    book = rulebook_for(())
    laws = calculus_laws(topic)
    found = list(book.overloads(topic)) if topic in book.names() or not laws else []
    if not found and not laws:
        functions_called(book, topic)
    lines = partial(_lines, found, laws, book)
    return Report("explain", lines, partial(_plain, lines), partial(_payload, found, book))


def _plain(lines: Callable[[Terminal], list[str]], dialect: str) -> str:
    known = dialect_named(dialect)
    terminal = Terminal(unicode=bool(known.markup or known.instead))
    return "\n".join(line.strip() for line in lines(terminal))


def _lines(found: list[Function], laws: list[Identity], book: Rulebook, terminal: Terminal) -> list[str]:
    pages = [*(_page(function, book, terminal) for function in found), *(_law(law, book, terminal) for law in laws)]
    return [line for page in pages for line in ["", *page]][1:]


def _law(identity: Identity, book: Rulebook, terminal: Terminal) -> list[str]:
    rows = [("says", said(Trace(book=book), identity.because, terminal.dialect)), ("source", identity.ref)]
    title = INDENT + terminal.paint(f"[{identity.name}] {identity.title}", "strong")
    return [title, *table([row for row in rows if row[1]])]


def _page(function: Function, book: Rulebook, terminal: Terminal) -> list[str]:
    title = f"{signature(function)}" + (f"   {function.fields['title']}" if "title" in function.fields else "")
    rows = [(key, value) for key, value in _statements(function, book, terminal.dialect) if value]
    shown = [INDENT + terminal.paint(title, "strong"), *table(rows)]
    for heading, lines in (("derived from its body", _derived(function, book, terminal)),
                           ("example", _worked(function, book, terminal))):
        shown += ["", INDENT + heading, *lines] if lines else []
    return [*shown, "", *paragraph(_checked(function, book, terminal), terminal.width)]


def _statements(function: Function, book: Rulebook, dialect: str) -> Iterator[tuple[str, str]]:
    """What the block says, formula by formula."""
    identity = rule_identity(function, book)
    yield "differential", said(Trace(book=book), identity.because, dialect) if identity else ""
    for key in ("means", "body"):
        yield key, function.fields.get(key, "")
    if function.unknown:
        equation = function.template(f"implicit.{function.unknown}")
        yield f"equation for {function.unknown}", f"{text(equation, dialect)} = 0" if equation is not None else ""
    for key in (key for key in function.fields if key.partition(".")[0] in ("adjoint", "matrix")):
        template = function.template(key)
        yield key, text(template, dialect) if template is not None else ""
    for key in ("inverse", "of_sum", "domain", "kink", "is"):
        yield key, function.fields.get(key, "")
    for key in (key for key in function.fields if key.partition(".")[0] in ("curvature", "monotone", "known")):
        yield key, function.fields[key]
    yield "note", function.fields.get("note", "")
    for line in function.fields.get("law", "").splitlines():
        yield "law", line
    yield "source", function.fields.get("ref", "")


def _derived(function: Function, book: Rulebook, terminal: Terminal) -> list[str]:
    """The differential, worked out from the body by the rules of its parts."""
    trace = body_trace(function, book)
    return move_lines(trace, trace.moves, lambda key: f"d {function.name}", terminal) if trace else []


def _example(function: Function, book: Rulebook) -> Derivation | None:
    """The first example of the block as a derivation."""
    line = next(iter(function.fields.get("example", "").splitlines()), "")
    source, by, rest = line.partition(" wrt ")
    if not by:
        return None
    from matcalc.rulecheck.specimen import Specimen
    from matcalc.rulecheck.statements import declarations

    known = declarations(Specimen(function, book))
    given = {name: kind for name, kind in known.items()
             if re.search(rf"\b{name}\b", source) and not re.search(rf"\b{name}:", source)}
    return api.grad(source.strip(), rest.partition("->")[0].strip(), variables=given, structure="free", check=False)


def _worked(function: Function, book: Rulebook, terminal: Terminal) -> list[str]:
    d = _example(function, book)
    if d is None:
        return []
    f = f"{INDENT}f = {text(d.problem.f, terminal.dialect)}"
    return [f, *step_lines(d, "brief", terminal)]


def _checked(function: Function, book: Rulebook, terminal: Terminal) -> str:
    from matcalc.rulecheck import check_block

    report = check_block(function, book)
    wrong = [check.name for check in report.checks if not check.ok]
    if wrong:
        return f"{terminal.paint('✗', 'error')} wrong: {', '.join(wrong)}"
    told = [check.name for check in report.checks if check.name.startswith(_TOLD)]
    return f"{terminal.paint('✓', 'good')} {len(report.checks)} checks passed: {', '.join(dict.fromkeys(told))}"


def _payload(found: list[Function], book: Rulebook) -> dict[str, Any]:
    worked = [d for f in found if (d := _example(f, book)) is not None]
    return {"rules": list(map(as_data, found)), "steps": machine.steps(worked[0], "brief") if worked else []}
