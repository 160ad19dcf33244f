"""Degenerate points keep what is declared, and meet what a random draw misses."""

import numpy as np
import pytest

from matcalc.algebra import variable
from matcalc.core.dims import named
from matcalc.numeric.degenerate import KINDS, degenerate
from tests.numeric.test_draws import eigenvalues

N = named("n")
KEPT = {
    "sym": lambda x: np.array_equal(x, x.T),
    "skew": lambda x: np.array_equal(x, -x.T),
    "psd": lambda x: np.allclose(x, x.T) and eigenvalues((x + x.T) / 2).min() > -1e-9,
    "spd": lambda x: eigenvalues(x).min() > 0.1,
    "orthogonal": lambda x: np.allclose(x.T @ x, np.eye(len(x))),
    "lower": lambda x: np.array_equal(x, np.tril(x)),
    "diag": lambda x: np.count_nonzero(x - np.diag(np.diag(x))) == 0,
    "positive": lambda x: (x > 0).all(),
    "nonnegative": lambda x: (x >= 0).all(),
    "integer": lambda x: (x == np.round(x)).all(),
    "invertible": lambda x: np.linalg.matrix_rank(x) == len(x),
}


def drawn(props, size):
    x = variable("X", (N, N), frozenset(props.split()))
    return [(kind, at[x]) for kind, at in degenerate([x], np.random.default_rng(0), {"n": size})]


@pytest.mark.parametrize("word", KEPT)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_is_declared_is_kept(word, size):
    assert all(KEPT[word](np.atleast_2d(x)) for _, x in drawn(word, size))


def test_the_points_are_what_they_are_called():
    at = dict(drawn("", 3))
    assert set(at) == set(KINDS)
    assert not at["zero"].any()
    assert np.linalg.matrix_rank(at["singular"]) == 1
    assert eigenvalues(at["semidefinite"]).min() == 0
    assert np.linalg.det(at["reflection"]) == -1
    assert at["negative"].max() < 0
    assert min(x.min() for _, x in drawn("nonnegative", 3)) == 0
    assert {round(float(np.linalg.det(x))) for _, x in drawn("orthogonal", 3)} == {-1, 1}
