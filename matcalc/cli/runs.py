"""--run: a claim in a file that cannot be read is run with the function, on random data; only where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matcalc.answer.problem import pose
from matcalc.cli import machine
from matcalc.cli.command import Report
from matcalc.cli.screen.terminal import INDENT, Terminal
from matcalc.cli.screen.verdict import MARKS
from matcalc.cli.settings import Settings
from matcalc.diagnostics import InputError
from matcalc.source.executed import TOLERANCE, Run, executed
from matcalc.source.opened import place_of


def judged_by_running(settings: Settings, claim: str, trials: int, run: bool) -> Report:
    """The report of verify --run. Raises InputError, why the claim is not read, without the flag."""
    assert settings.source is not None
    formula, unread = settings.source.formula, settings.source.unread
    place = place_of(claim)
    assert formula is not None
    assert unread is not None
    assert place is not None
    why = unread.diagnostics[0]
    if not run:
        raise InputError(why._replace(fixes=(*why.fixes[:2], "--run")))
    posed = pose(formula.text, settings.one_wrt(), **settings.reading(), demand_scalar=True)
    found = executed(formula, place, posed.wrt[0].data.name, trials, settings.seed)
    said = f"{place.name} was run, not read: {why.message} ({place.file}, line {why.line})"
    rows = _said(found)

    def lines(terminal: Terminal) -> list[str]:
        mark, style = MARKS[found.ok]
        head = f"{mark} the claim {'holds at all points tried' if found.ok else 'is wrong'}"
        return [INDENT + terminal.paint(head, style), *(INDENT * 2 + row for row in [*rows, said])]

    def payload() -> Mapping[str, Any]:
        result = {"shape": [], "kind": "gradient", "forms": {}, "where": [], "conditions": []}
        base = machine.posed(posed)
        entry = {"entry": [i + 1 for i in found.entry], "got": machine.finite(found.got),
                 "expected": machine.finite(found.expected)} if found.shape is None else None
        verified = {"status": "passed" if found.ok else "failed", "method": "run", "trials": found.trials,
                    "seed": settings.seed, "max_rel_error": machine.finite(found.error), "tolerance": TOLERANCE,
                    "reason": said, "worst": entry}
        return {**base, "input": {**base["input"], "claim": claim}, "result": result, "verification": verified}

    word = "holds at all points tried" if found.ok else "wrong"
    return Report("verify", lines, lambda _: f"{word}: {'; '.join([*rows, said])}", payload, 0 if found.ok else 1)


def _said(found: Run) -> list[str]:
    """The numbers."""
    if found.shape is not None:
        return [f"it gives an array of shape {found.shape}, another than that of the variable"]
    entry = ",".join(str(i + 1) for i in found.entry)
    worst = f"worst entry{f' ({entry})' if entry else ''}: got {found.got:.6g}, expected {found.expected:.6g}"
    return ([] if found.ok else [worst]) + [
        f"{found.trials} random draw{'s' * (found.trials > 1)}, largest relative error {found.error:.1e}, "
        f"threshold {TOLERANCE:g}"]
