"""Random expressions, every task, layout and stacking, against differences that NumPy takes without matcalc."""

import random

import numpy as np
import pytest

import matcalc
from matcalc.core.expr import variables
from matcalc.diagnostics import InputError
from matcalc.numeric.evaluate import evaluate
from matcalc.options import LAYOUTS
from matcalc.printers import ascii_text
from tests import random_expressions as rx
from tests.fuzz.gradients import declared

SHAPES = [(1, 1), (rx.M, 1), (rx.M, rx.N)]
ORDERS = {"col": "F", "row": "C"}


def difference(tree, values, moves, h=4e-3):
    """The derivative along each move (name, direction) in turn, by nested fourth-order central differences."""
    if not moves:
        return rx.value(tree, values)
    (name, direction), *rest = moves

    def at(step):
        return difference(tree, {**values, name: values[name] + step * direction}, rest, h)

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def posed(seed, shape):
    """A tree, its text and declarations, and two of its variables without a property; None where there is none."""
    rng = random.Random(seed)
    tree = rx.tree(rng, shape, rng.randint(1, 3))
    f = rx.build(tree)
    found = [v for v in variables(f) if not v.data.props]
    if not found:
        return None
    known = {v.data.name: declared(v) for v in variables(f)}
    return tree, ascii_text(f), known, rng.choice(found).data.name, rng.choice(found).data.name, rng


def answered(task, text, **keywords):
    """None where the text of an expression cannot be read alone: a dimension as a number looks like a variable."""
    try:
        d = task(text, **keywords, check=False)
    except InputError:
        return None
    return d if d.inputs.keys() <= rx.LEAVES.keys() else None


def value_of(d, values):
    leaves = {leaf: values[name] for name, leaf in d.inputs.items()}
    return np.atleast_2d(np.asarray(evaluate(d.expr, leaves, rx.SIZES), dtype=float))


def agree(got, want):
    if np.abs(want).max() < 1e4:
        assert np.allclose(got, want, rtol=1e-5, atol=1e-5 * (1 + np.abs(want).max()))


@pytest.mark.parametrize("seed", range(60))
def test_jacobian(seed):
    problem = posed(seed, SHAPES[seed % 3])
    if problem is None:
        return
    tree, text, known, x, _, rng = problem
    vec, layout = rng.choice(list(ORDERS)), rng.choice(LAYOUTS)
    d = answered(matcalc.jacobian, text, wrt=x, variables=known, vec=vec, layout=layout)
    if d is not None:
        values = rx.draw_values(seed % 5)
        v = np.random.default_rng(seed).normal(size=values[x].shape)
        j = value_of(d, values)
        along = (j.T if layout == "denominator" else j) @ v.reshape(-1, order=ORDERS[vec])
        agree(along, difference(tree, values, [(x, v)]).reshape(-1, order=ORDERS[vec]))


@pytest.mark.parametrize("seed", range(60))
def test_hessian(seed):
    problem = posed(seed, (1, 1))
    if problem is None:
        return
    tree, text, known, x, y, rng = problem
    vec, layout = rng.choice(list(ORDERS)), rng.choice(LAYOUTS)
    d = answered(matcalc.hessian, text, wrt=x, wrt2=y, variables=known, vec=vec, layout=layout)
    if d is not None:
        values, numbers = rx.draw_values(seed % 5), np.random.default_rng(seed)
        v, w = numbers.normal(size=values[x].shape), numbers.normal(size=values[y].shape)
        h = value_of(d, values)
        along = (h.T if layout == "denominator" else h) @ w.reshape(-1, order=ORDERS[vec])
        agree(v.reshape(-1, order=ORDERS[vec]) @ along, difference(tree, values, [(x, v), (y, w)]).item())
