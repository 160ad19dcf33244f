"""Random points have the declared properties, are well conditioned, and repeat with the seed."""

import numpy as np
import pytest

import matcalc
from matcalc.algebra import variable
from matcalc.core.dims import named
from matcalc.core.expr import variables
from matcalc.numeric.draws import draw, project, retract
from matcalc.numeric.plain_draws import MODES
from matcalc.numeric.sizes import dims_of, shape_of, sizes_for

n = named("n")


def sample(words, shape=(n, n), mode="generic", seed=0, size=4):
    v = variable("X", shape, frozenset(words.split()))
    return draw([v], np.random.default_rng(seed), {"n": size, "m": 3}, mode)[v]


def eigenvalues(x):
    return np.linalg.eigvalsh(x)


PROPERTIES = {
    "sym": lambda x: np.array_equal(x, x.T),
    "skew": lambda x: np.array_equal(x, -x.T),
    "spd": lambda x: np.array_equal(x, x.T) and eigenvalues(x).min() > 0.45 and eigenvalues(x).max() < 2.6,
    "psd": lambda x: np.array_equal(x, x.T) and eigenvalues(x).min() >= 0,
    "orthogonal": lambda x: np.allclose(x.T @ x, np.eye(4)),
    "diag": lambda x: np.array_equal(x, np.diag(np.diag(x))),
    "lower": lambda x: np.array_equal(x, np.tril(x)),
    "upper": lambda x: np.array_equal(x, np.triu(x)),
    "invertible": lambda x: np.linalg.cond(x) < 100,
    "sym invertible": lambda x: np.array_equal(x, x.T) and np.linalg.cond(x) < 100,
    "lower invertible": lambda x: np.array_equal(x, np.tril(x)) and np.linalg.cond(x) < 100,
    "skew invertible": lambda x: np.array_equal(x, -x.T) and np.linalg.cond(x) < 100,
    "positive": lambda x: (x >= 0.5).all() and (x <= 2).all(),
    "diag positive": lambda x: (np.diag(x) >= 0.5).all() and np.count_nonzero(x) == 4,
    "integer": lambda x: np.array_equal(x, np.round(x)) and (x != 0).all() and np.abs(x).max() <= 3,
    "positive integer": lambda x: np.array_equal(x, np.round(x)) and (x > 0).all(),
    "nonnegative": lambda x: (x >= 0).all(),
    "binary": lambda x: set(np.unique(x)) <= {0.0, 1.0},
    "stochastic": lambda x: np.allclose(x.sum(axis=1), 1),
    "onehot": lambda x: np.array_equal(x.sum(axis=1), np.ones(4)) and np.count_nonzero(x) == 4,
    "const": lambda x: np.abs(x).max() < 5,
}


@pytest.mark.parametrize("mode", sorted(set(MODES)))
@pytest.mark.parametrize("words", PROPERTIES)
def test_property(words, mode):
    for seed in range(20):
        assert PROPERTIES[words](sample(words, mode=mode, seed=seed))


def test_integers_have_both_signs():
    drawn = np.concatenate([sample("integer", mode="generic", seed=seed) for seed in range(5)])
    assert (drawn < 0).any()
    assert (drawn > 0).any()


@pytest.mark.parametrize("shape", [(n, named("m")), (n, 1), (1, 1)])
def test_orthonormal_columns(shape):
    x = np.atleast_2d(sample("orthogonal", shape))
    v = project(np.random.default_rng(1).normal(size=x.shape), x, frozenset({"orthogonal"}))
    assert np.allclose(x.T @ x, np.eye(x.shape[1]))
    assert np.allclose(x.T @ v + v.T @ x, 0)
    near = retract(x + 1e-4 * v, frozenset({"orthogonal"}))
    assert np.allclose(near.T @ near, np.eye(x.shape[1]))
    assert np.allclose(near, x + 1e-4 * v, atol=1e-7)


@pytest.mark.parametrize("choice", range(6))
@pytest.mark.parametrize("text", ["tr(A'*X)", "tr(X'*A*X*B)", "tr(Y'*X*A*Z')"])
def test_sizes_leave_room_for_orthonormal_columns(text, choice):
    tall = {"X": "orthogonal(n,p)", "Y": "orthogonal(n,q)", "Z": "orthogonal(q,r)"}
    e = matcalc.parse(text, variables={name: word for name, word in tall.items() if name in text})
    for v in variables(e):
        if "orthogonal" in v.data.props:
            rows, columns = shape_of(v.shape, sizes_for(dims_of(e), choice))
            assert rows > columns


def test_scalars_vectors_and_seeds():
    assert isinstance(sample("", (1, 1)), float)
    assert sample("positive integer", (1, 1)) in (1.0, 2.0, 3.0)
    assert sample("", (n, 1)).shape == (4, 1)
    assert np.array_equal(sample("onehot", (n, 1)).sum(), 1.0)
    assert np.array_equal(sample("", seed=3), sample("", seed=3))
    assert not np.array_equal(sample("", seed=3), sample("", seed=4))


@pytest.mark.parametrize("word", ["sym", "skew", "diag", "lower", "upper", "orthogonal", "spd"])
def test_directions_stay_in_the_structure(word):
    x = sample(word)
    props = frozenset({word})
    v = project(np.random.default_rng(1).normal(size=(4, 4)), x, props)
    assert np.allclose(project(v, x, props), v)
    if word == "orthogonal":
        assert np.allclose(x.T @ v + v.T @ x, 0)
    elif word != "spd":
        assert PROPERTIES[word](np.round(v, 12))
