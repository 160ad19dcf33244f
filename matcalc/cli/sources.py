"""FILE.py:NAME where a command takes a formula: the function is read, its arguments declared, its names kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcalc.answer.problem import rulebook_for
from matcalc.cli.screen.diagnose import excerpt
from matcalc.cli.screen.terminal import INDENT, Terminal, noted
from matcalc.cli.settings import Settings
from matcalc.diagnostics import Diagnostic, InputError, Span, fail
from matcalc.source.formula import Formula, read
from matcalc.source.opened import place_of

_OF_A_NUMBER = ("grad", "hessian", "solve", "descend")
_RATHER = ("code", "verify")  # of a number, where that is what the function gives
_TEXTS = ("expr", "a", "b")


@dataclass(frozen=True, slots=True)
class Sources:
    """What of one call stands in files: the function, and the claim where it is one, or why it is not read."""

    formula: Formula | None = None
    claim: Formula | None = None
    unread: InputError | None = None

    @property
    def every(self) -> list[Formula]:
        """The functions that were read."""
        return [one for one in (self.formula, self.claim) if one is not None]

    def shown(self, report: Any) -> Any:
        """The report with what was chosen while reading and, of a wrong claim, the line at which it stands."""
        notes = list(dict.fromkeys(note for one in self.every for note in one.notes))
        place = self._place() if report.code == 1 and self.claim is not None else None

        def lines(terminal: Terminal) -> list[str]:
            rows = [] if place is None else ["", f"{INDENT}{place.file}, line {place.line}",
                                             *(f"{INDENT * 2}{row}" for row in excerpt(place, terminal.width - 8))]
            return [*report.lines(terminal), *rows, *(INDENT + row for note in notes for row in noted(note, terminal))]

        def form(dialect: str) -> str:
            said = report.form(dialect)
            return said if place is None else f"{said}; at {place.file}:{place.line}: {place.source}"

        def payload() -> Mapping[str, Any]:
            found = dict(report.payload())
            return {**found, "files": [_data(one) for one in self.every],
                    "notes": [*found.get("notes", []), *notes]}

        guessed = any(a.origin == "letter" for one in self.every for a in one.arguments)
        aside = "; ".join(filter(None, [report.aside, *(note for note in notes if guessed)]))
        return report._replace(lines=lines, form=form, payload=payload, aside=aside)

    def _place(self) -> Diagnostic | None:
        assert self.claim is not None
        line = self.claim.line
        source = self.claim.file.lines[line - 1].strip()
        return Diagnostic("M1112", "", source, Span(0, len(source)), file=self.claim.place.file, line=line)


def _data(one: Formula) -> dict[str, Any]:
    """A function that was read, as JSON has it."""
    arguments = [{"name": a.name, "called": a.called, "shape": list(map(str, a.shape)), "origin": a.origin,
                  "labels": a.is_labels} for a in one.arguments]
    return {"file": one.place.file, "function": one.place.name, "line": one.function.lineno, "program": one.program,
            "arguments": arguments, "defaults": {name: repr(value) for name, value in one.constants.items()}}


def opened(settings: Settings, own: Mapping[str, Any], command: str) -> tuple[Settings, dict[str, Any]]:
    """The settings and arguments of a call whose formula may be a function of a file; settings.source holds it."""
    given = dict(own)
    names = [key for key in _TEXTS if key in given and place_of(given[key])]
    claims = given.get("claim", ())
    is_claimed = isinstance(claims, tuple) and len(claims) == 1 and place_of(claims[0]) is not None
    if not names:
        if is_claimed:
            raise fail("M1111", "a claim in a file is judged against a function of a file", claims[0])
        return settings, given
    formula: Formula | None = None
    declared = settings.variables()
    found: dict[str, str] = {}
    for key in names:
        formula = _read(given[key], settings, declared, command, formula)
        given[key] = formula.text
        found |= formula.variables
    assert formula is not None
    sources = Sources(formula)
    if is_claimed:
        sources = _claimed(claims[0], settings, formula)
        given["claim"] = (sources.claim.text if sources.claim else claims[0],)
        found |= sources.claim.variables if sources.claim else {}
    wrt = tuple(map(formula.called, settings.wrt))
    _refuse_idle(formula, declared)
    changed = Settings(**{**settings.__dict__, "wrt": wrt, "dialect": "", "source": sources,
                          "var": tuple(f"{name}: {kind}" for name, kind in found.items())})
    if settings.strict:
        _refuse_guesses(formula)
    return changed, given


def _read(text: str, settings: Settings, declared: Mapping[str, str], command: str, like: Formula | None) -> Formula:
    words = rulebook_for(settings.rules or None).called()
    if command in _RATHER:
        try:
            return read(text, declared, functions=words, demand_scalar=True, free=settings.wrt, like=like)
        except InputError as error:
            if error.diagnostics[0].code != "M1109":
                raise
    return read(text, declared, functions=words, demand_scalar=command in _OF_A_NUMBER, free=settings.wrt, like=like)


def _claimed(text: str, settings: Settings, formula: Formula) -> Sources:
    """The claim, or why it is not read. Raises InputError where its shape is another than that of the variable."""
    words = rulebook_for(settings.rules or None).called()
    try:
        claim = read(text, settings.variables(), functions=words, free=settings.wrt, like=formula, binds=False)
    except InputError as error:
        if error.diagnostics[0].code == "M1101":
            raise
        return Sources(formula, None, error)
    _refuse_other_axes(claim, formula, settings)
    return Sources(formula, claim)


def _refuse_other_axes(claim: Formula, formula: Formula, settings: Settings) -> None:
    """Raise InputError where a claim for w, (d,), is a column (d, 1): in a step w - g all pairs would be formed."""
    target = next((a for a in formula.arguments if settings.wrt and a.called == formula.called(settings.wrt[0])), None)
    if target is None or len(settings.wrt) > 1 or len(target.shape) == len(claim.shape):
        return
    if len([dim for dim in target.shape if dim != 1]) == len([dim for dim in claim.shape if dim != 1]):
        shapes = [f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})" for shape in (claim.shape, target.shape)]
        source = claim.file.lines[claim.line - 1].strip()
        message = f"{claim.place.name} gives an array {shapes[0]}, and {target.name} is {shapes[1]}"
        raise InputError(Diagnostic("M1112", message, source, Span(0, len(source)), file=claim.place.file,
                                    line=claim.line, column=1))


def _refuse_idle(formula: Formula, declared: Mapping[str, str]) -> None:
    known = {name for a in formula.arguments for name in (a.name, a.name.replace(".", "_"), a.called)}
    known |= {*formula.constants}
    for name in declared:
        if name not in known:
            raise fail("M0403", f"{name} is no argument of {formula.place.name}; these are "
                       f"{', '.join(a.name for a in formula.arguments)}")


def _refuse_guesses(formula: Formula) -> None:
    for a in formula.arguments:
        if a.origin == "letter":
            kind = ("scalar", "vector", "matrix")[len(a.shape)]
            raise fail(
                "M0411", f"{a.name} is a {kind} by its letter only", a.name, fixes=(f'--var "{a.name}: {kind}"',)
            )
