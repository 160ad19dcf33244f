"""Random formulas with indices against loops: what they are, their derivatives, their matrix forms, their letters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matcalc
from tests.indices.loops import SPELLINGS, Tree, Writer, declarations, draw, gradient, names, renamed, spell, value

SEEDS = range(60)
TURNED = {"i": "j", "j": "p", "p": "i", "k": "l", "l": "r", "r": "k"}


def formula(seed: int) -> Tree:
    return Writer(seed).formula()


def text(tree: Tree, seed: int) -> str:
    return spell(tree, sorted(SPELLINGS)[seed % 3], bounded=seed % 2 == 0)


def by(tree: Tree, seed: int) -> str:
    found = sorted(names(tree))
    return found[seed % len(found)]


def arrays(values: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(given) for name, given in values.items()}


def near(found: Any, truth: Any) -> bool:
    truth = np.asarray(truth, float)
    error = np.max(np.abs(np.asarray(found, float).reshape(truth.shape) - truth), initial=0)
    return bool(error <= 1e-9 * (1 + np.max(np.abs(truth), initial=0)))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_read_and_its_gradient(seed: int) -> None:
    tree = formula(seed)
    values, x = draw(tree, seed), by(tree, seed)
    d = matcalc.grad(text(tree, seed), wrt=x, variables=declarations(tree), structure="free")
    assert near(d.value(arrays(values)), np.real(value(tree, values, {})))
    assert near(d.evaluate(arrays(values)), gradient(tree, values, x)), d.ascii


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_each_spelling_is_one_formula(seed: int) -> None:
    tree = formula(seed)
    declared = declarations(tree)
    read = [matcalc.parse(spell(tree, notation, bounded=True), variables=declared) for notation in SPELLINGS]
    assert len({id(f.expr) for f in read}) == 1, [f.ascii for f in read]


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_bound_letters_are_only_letters(seed: int) -> None:
    tree = formula(seed)
    other = renamed(tree, TURNED)
    declared, x = declarations(tree), by(tree, seed)
    d = matcalc.grad(spell(tree, "plain", bounded=True), wrt=x, variables=declared, structure="free", check=False)
    e = matcalc.grad(spell(other, "plain", bounded=True), wrt=x, variables=declared, structure="free", check=False)
    assert d.expr is e.expr, (d.ascii, e.ascii)


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_what_is_printed_is_read_back(seed: int) -> None:
    tree = formula(seed)
    values, x = draw(tree, seed), by(tree, seed)
    f = matcalc.parse(text(tree, seed), variables=declarations(tree))
    again = matcalc.parse(f.ascii, variables=declarations(tree))
    assert near(again.value(arrays(values)), np.real(value(tree, values, {}))), f.ascii
    assert x in f.ascii


@pytest.mark.parametrize("seed", range(200))
def test_the_loops_agree_with_themselves(seed: int) -> None:
    """A bound letter may be renamed in the loops too, and what they print has balanced brackets."""
    tree = formula(seed)
    values = draw(tree, seed)
    assert near(np.real(value(renamed(tree, TURNED), values, {})), np.real(value(tree, values, {})))
    written = text(tree, seed)
    assert written.count("(") == written.count(")")
    assert set(names(tree)) == set(values)
