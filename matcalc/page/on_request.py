"""What is made of an answer on request: programs in every target, the V-curve and the graph as pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcalc.checking.verdicts import Verification
from matcalc.diagnostics import MatcalcError
from matcalc.targets import TARGETS, target_named

RUN = ("numpy", "pure")  # targets that are run before they are shown: others would load a library or start a compiler
_LATER = "not run here; it checks itself when it is run"


def code(found: Any, targets: Sequence[str]) -> dict[str, dict[str, str]]:
    """The programs by target, each with the reason why it was not run, '' where it was."""
    return {target: _program(found, target) for target in targets if target in TARGETS}


def _program(found: Any, target: str) -> dict[str, str]:
    from matcalc.targets.running import not_run

    is_run = target in RUN and not not_run(target_named(target))
    try:
        return {"source": found.code(target, check=is_run), "note": "" if is_run else _LATER}
    except (MatcalcError, ImportError) as error:
        return {"source": "", "note": _reason(error)}


def _reason(error: MatcalcError | ImportError) -> str:
    if isinstance(error, MatcalcError):
        return error.diagnostics[0].message
    return f"this needs {error.name or error}, which is not here"


def pictures(names: Sequence[str], check: Verification | None, formula: str, wrt: Sequence[str],
             kinds: Mapping[str, str]) -> dict[str, str]:
    """SVG by name; a picture that there is not is left out."""
    drawn: dict[str, Callable[[], str]] = {
        "curve": lambda: "" if check is None else check.plot().svg, "graph": lambda: _graph(formula, wrt, kinds)}
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = drawn[name]() if name in drawn else ""
        except (MatcalcError, ImportError) as error:
            found |= {name: "", f"{name}_note": _reason(error)}
    return found


def _graph(formula: str, wrt: Sequence[str], kinds: Mapping[str, str]) -> str:
    from matcalc.tracing.graph import graph_of
    from matcalc.tracing.pictures import svg
    from matcalc.tracing.traced import taped

    problem, tape = taped(formula, {}, wrt=tuple(wrt), variables=kinds)
    moved = {problem.settled(x) for x in problem.wrt}
    return svg(graph_of(tape, None, [line.v for line in tape.inputs if line.expr in moved], ()), formula)
