"""What is lifted is equal to the loop over the members."""

from __future__ import annotations

import random
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.core.expr import INDEX, IVERSON, OVER, VAR, postorder
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from matcalc.simplification.lift import lifted
from tests.simplification.loops import (
    LETTERS,
    PLAIN,
    SIZES,
    STACKS,
    Tree,
    bound,
    build,
    draw,
    index,
    plain,
    scalar,
    value,
    vector,
)


def lift(tree: Tree, output: tuple[str, ...] = ()):
    return lifted(build(tree), standard(), STACKS, tuple(map(index, output)))


def loop(tree: Tree, data, output: tuple[str, ...] = ()):
    """The values for all values of the output's letters."""
    sizes = [SIZES[LETTERS[letter]] for letter in output]
    places = list(product(*map(range, sizes)))
    cells = [value(tree, data, dict(zip(output, place, strict=True))) for place in places]
    return np.array(cells).reshape([*sizes, *np.shape(cells[0])])


def agrees(form, tree: Tree, output: tuple[str, ...] = (), seed: int = 0) -> bool:
    """Whether a matrix form is equal to the loop, and no index is left in it."""
    assert not any(part.kind in (OVER, INDEX, IVERSON) or part.free or (part.kind is VAR and part.data.axes)
                   for part in postorder(form))
    data = draw(seed)
    leaves = {**{STACKS[name]: data[name] for name in STACKS}, **{plain(name): data[name] for name in PLAIN}}
    found = np.asarray(evaluate(form, leaves, SIZES), dtype=float)
    truth = np.asarray(loop(tree, data, output), dtype=float)
    return bool(found.size == truth.size
                and np.allclose(found.reshape(truth.shape), truth, rtol=1e-9, atol=1e-9 * (1 + np.max(abs(truth)))))


def random_tree(seed: int) -> tuple[Tree, tuple[str, ...]]:
    rng = random.Random(seed)
    output = tuple(rng.sample(sorted(LETTERS), rng.choice((0, 0, 0, 1, 2))))
    if len(output) < 2 and rng.random() < 0.2:
        return vector(rng, list(output), rng.choice((1, 2, 3))), output
    return sums(rng, list(output), rng.choice((0, 1, 2, 3)), rng.choice((1, 2, 3, 4))), output


def sums(rng: random.Random, scope: list[str], count: int, depth: int) -> Tree:
    """A random scalar below some sums."""
    return bound(rng, scope, count, lambda rng, scope, k: sums(rng, scope, k - 1, depth)) if count > 0 \
        else scalar(rng, scope, depth)


@settings(max_examples=300)
@given(st.integers(0, 10**9))
def test_random_expressions(seed: int):
    tree, output = random_tree(seed)
    form = lift(tree, output)
    if form is not None:
        assert agrees(form, tree, output, seed % 97), (tree, form)
