"""Random formulas with indices against loops: what they are, their derivatives, their matrix forms, their letters."""

from __future__ import annotations

import itertools
import re
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError
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
    read = [matcalc.parse(spell(tree, notation, bounded=True), declared) for notation in SPELLINGS]
    assert len(set(map(id, read))) == 1, read


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_bound_letters_are_only_letters(seed: int) -> None:
    tree = formula(seed)
    declared, x = declarations(tree), by(tree, seed)
    forms = []
    for written in (tree, renamed(tree, TURNED)):
        d = matcalc.grad(spell(written, "plain", bounded=True), x, variables=declared, structure="free", check=False)
        forms.append([lettered(form.ascii, names(tree)) for form in (d, *d.forms.values())])
    # z_i*z_k is written in the order of the letters, so that only what is written is compared, not where
    assert [sorted(re.findall(r"\w+_#\d+|\w+|\S", form)) for form in forms[0]] == \
        [sorted(re.findall(r"\w+_#\d+|\w+|\S", form)) for form in forms[1]]


def lettered(written: str, known: set[str]) -> str:
    """The text with its letters of indices and sizes numbered by their first places."""
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        word = match[0]
        if word.lower() in {name.lower() for name in known} or len(word) > 2 or word.isdecimal():
            return word
        return "".join(numbers.setdefault(letter, f"#{len(numbers)}") for letter in word)
    return re.sub(r"[A-Za-z0-9]+", numbered, written)


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_what_is_printed_is_read_back(seed: int) -> None:
    tree = formula(seed)
    values = arrays(draw(tree, seed))
    f = matcalc.simplify(text(tree, seed), variables=declarations(tree))
    stacked = {name.upper() if given.ndim == 2 else name: given for name, given in values.items()}
    again = matcalc.simplify(f.ascii, variables=declarations(tree) if families(f) else shapes(f))
    assert near(again.evaluate(stacked | values), np.real(value_of(tree, values))), f.ascii


def families(f: matcalc.Formula) -> bool:
    """Whether members occur in what is printed."""
    return any(info.axes for info in f.problem.variables.values())


def shapes(f: matcalc.Formula) -> dict[str, str]:
    """The declarations of a formula in matrix form: X: matrix(n,d)."""
    sizes = {"scalar": "", "vector": "({0})", "matrix": "({0},{1})"}
    return {name: info.kind + sizes[info.kind].format(*info.shape) for name, info in f.problem.variables.items()}


def value_of(tree: Tree, values: dict[str, Any]) -> Any:
    return value(tree, {name: given.tolist() for name, given in values.items()}, {})


@pytest.mark.parametrize("seed", range(200))
def test_the_loops_agree_with_themselves(seed: int) -> None:
    """A bound letter may be renamed in the loops too, and what they print has balanced brackets."""
    tree = formula(seed)
    values = draw(tree, seed)
    assert near(np.real(value(renamed(tree, TURNED), values, {})), np.real(value(tree, values, {})))
    written = text(tree, seed)
    assert written.count("(") == written.count(")")
    assert set(names(tree)) == set(values)


LIMITS = (("0", "i"), ("1", "i"), ("i", "4"), ("i+1", "4"), ("0", "i-1"), ("i-1", "4"), ("1", "i+1"), ("0", "i+1"))


def test_a_limit_that_is_an_index_counts_from_where_that_index_begins() -> None:
    x = np.random.default_rng(0).standard_normal(9)
    read = 0
    for (low, high), shift, first in itertools.product(LIMITS, (-1, 0, 1, 2), (0, 1, 2)):
        pairs = [(i, j) for i in range(first, 5) for j in range(*_limits(low, high, i))]
        size = max(j + shift for _, j in pairs)
        if min(j + shift for _, j in pairs) < 1:
            continue
        place = f"j{shift:+d}" if shift else "j"
        formula = rf"\sum_{{i={first}}}^{{4}}\sum_{{j={low}}}^{{{high}}} i x_{{{place}}}^2"
        with suppress(MatcalcError):
            d = matcalc.grad(formula, "x", variables={"x": f"vector({size})"}, check=False)
            slope = np.zeros(size)
            for i, j in pairs:
                slope[j + shift - 1] += 2 * i * x[j + shift - 1]
            assert near(d.value({"x": x[:size]}), sum(i * x[j + shift - 1]**2 for i, j in pairs)), formula
            assert near(d.evaluate({"x": x[:size]}), slope), formula
            read += 1
    assert read > 50


def _limits(low: str, high: str, i: int) -> tuple[int, int]:
    """The limits of the inner sum, the second one excluded."""
    first, last = (i + int(text[1:] or 0) if text[0] == "i" else int(text) for text in (low, high))
    return first, last + 1
