"""The command that asks whether a formula is convex."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from matcalc import questions
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen.curved import Curved, proof_in, said_in
from matcalc.cli.settings import Settings, without
from matcalc.convex.convexity import Convexity, assure, word_of
from matcalc.extensions import ASCII, READ
from matcalc.printers.dialects import dialect_named

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification
    from matcalc.convex.proved import Statement
    from matcalc.convex.witness import Chord

PLACE = 16
_REFUTED, _OPEN = 1, 3


@command("convexity", "Convex, concave, affine or neither: with a proof, or with points against it.", expression(),
         options=without("--layout", "--vec", "--structure", "--form"), example=("‖Ax − b‖² + λ‖x‖₁", "--wrt", "x"))
def convexity(settings: Settings, expr: str) -> Report:
    """Whether a scalar EXPR is convex, strictly or strongly so, concave, affine or neither in the variables --wrt
    together, where that holds, and why: matcalc convexity "log(det(X))" --wrt X --var "X: spd". Exit code 0: said and
    proved; 1: points against it; 3: not decided."""
    found = questions.convexity(expr, settings.wrt or None, **settings.reading(), check=False, seed=settings.seed,
                          sizes=settings.sizes())
    verification = None if settings.no_check else found.verify(3, settings.seed, settings.sizes())
    if verification is not None:
        assure(found, verification)
    shown = Curved(found, verification, settings.steps != "brief")
    code = 0 if found.main is not None else _REFUTED if found.witness is not None else _OPEN
    return Report("convexity", shown.lines, partial(_form, found, bool(settings.steps)),
                  partial(_payload, found, verification), code, answer=lambda: found)


def _form(found: Convexity, has_steps: bool, dialect: str) -> str:
    """The verdict in words; in the dialect of a document its proof where it is asked for."""
    known = dialect_named(dialect)
    return proof_in(known.markup, found, dialect) if has_steps and known.markup is not None else said_in(found, dialect)


def _payload(found: Convexity, verification: Verification | None) -> Mapping[str, Any]:
    result = {"shape": [], "kind": "convexity", "where": [], "conditions": found.conditions,
              "forms": {dialect: said_in(found, dialect) for dialect in READ}}
    w = found.witness
    witness = None if w is None else {
        "against_convex": _chord(w.against_convex), "against_concave": _chord(w.against_concave),
        "data": {name: _plain(value) for name, value in w.data.items()}, "sizes": dict(w.sizes)}
    curved = {"verdict": found.verdict, "constant": None if found.constant is None else
              machine.forms(found.problem.lettered(found.constant)),
              "statements": [_statement(found, said) for said in found.statements], "witness": witness,
              "known": list(found.known)}
    return {**machine.posed(found.problem), "result": result, "convexity": curved,
            "steps": [machine.as_data(step) for step in found.steps], "verification": machine.verified(verification),
            "notes": list(found.notes)}


def _statement(found: Convexity, said: Statement) -> dict[str, Any]:
    constant = said.strength.constant
    lines = [{"expr": machine.forms(found.problem.lettered(line.expr))[ASCII], "is": word_of(line), "rule": line.rule}
             for line in said.proof.lines()]
    return {"curvature": said.words, "conditions": found.conditions_of(said.where), "proof": lines,
            "constant": None if constant is None else machine.forms(found.problem.lettered(constant))}


def _chord(chord: Chord | None) -> dict[str, Any] | None:
    """Two points, the weight of the first, and the value between them above, or below, the chord."""
    if chord is None:
        return None
    return {"first": {name: _plain(value) for name, value in chord.first.items()},
            "second": {name: _plain(value) for name, value in chord.second.items()},
            "weight": chord.weight, "value": chord.between, "chord": chord.chord}


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else float(value)
