"""Pages on rules: every function of the rules and every law of a derivation can be explained, with its derivation."""

from __future__ import annotations

import json

import numpy as np
import pytest

import matcalc
from matcalc.cli.screen.lesson import lesson
from matcalc.cli.screen.terminal import Terminal
from matcalc.core.expr import Kind, postorder
from matcalc.explanation import body_trace
from matcalc.explanation.calculus_laws import LAWS, NAMES
from matcalc.numeric.evaluate import run as evaluated
from matcalc.numeric.sizes import dims_of, size, sizes_for
from matcalc.rulebook.book import standard
from matcalc.rulecheck.specimen import Specimen
from tests.cli.sessions import run
from tests.cli.test_json import VALID

SHOWN = sorted({NAMES.get(name, name) for name in LAWS})


@pytest.mark.parametrize("name", ["det", "softmax", "diag", "tanh", "norm2", "kron", "relu", "expm", "commutation"])
def test_a_page_on_a_function(name: str) -> None:
    lines = lesson(name).lines(Terminal(width=100))
    assert any("source" in line for line in lines)
    assert any("✓" in line for line in lines)
    assert not any("✗" in line for line in lines)


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_on_a_law(name: str) -> None:
    lines = lesson(name).lines(Terminal(width=100))
    assert any(f"[{name}]" in line or f"{name}(" in line for line in lines)


def test_what_derivations_name_can_be_explained() -> None:
    found = (matcalc.grad("cross_entropy(W tanh(V x), y)", "V"), matcalc.hessian("logdet(X'X)", "X"))
    for d in found:
        for rule in {rule for step in d.steps for rule in step.rule.split(", ")}:
            assert lesson(rule).lines(Terminal(width=100))


@pytest.mark.parametrize("function", [f for f in standard().functions() if {"body", "d"} <= set(f.fields)], ids=str)
def test_bodies_lead_to_their_differentials(function: object) -> None:
    """The derivation of a differential from the body is a chain of equal values, placeholders being differentials."""
    trace = body_trace(function, standard())
    assert trace is not None
    point = Specimen(function, standard()).points()[0]  # of sizes at which the function is defined
    for move in trace.moves:
        if not any(leaf in trace.opened for side in (move.before, move.after) for leaf in postorder(side.expr)):
            sizes = {**sizes_for(dims_of(move.before.expr, move.after.expr)), **point.sizes}
            leaves = [e for e in postorder(move.before.expr, move.after.expr) if e.kind in (Kind.VAR, Kind.TANGENT)]
            rng = np.random.default_rng(0)
            shape = {e: tuple(size(d, sizes) for d in e.shape) for e in leaves}
            values = {e: np.eye(shape[e][0]) + 0.1 * rng.normal(size=shape[e]) if shape[e][0] == shape[e][1]
                      else rng.normal(size=shape[e]) for e in leaves}
            if "positive" in function.fields.get("domain", ""):
                values = {e: abs(v) for e, v in values.items()}
            values = {e: np.float64(v.item()) if v.size == 1 else v for e, v in values.items()}
            before, after = (evaluated(side.expr, values, sizes) for side in (move.before, move.after))
            assert np.allclose(before, after)


def test_pages_are_data_as_well() -> None:
    code, out, err = run("explain", "det", "--json")
    assert (code, err) == (0, "")
    data = json.loads(out)
    VALID.validate(data)
    assert data["rules"][0]["name"] == "det"
    assert [step["rule"] for step in data["steps"]][:2] == ["det", "product"]
    assert run("explain", "nonsense")[0] == 2
