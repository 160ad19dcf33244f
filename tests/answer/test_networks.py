"""A network of L layers: the gradient costs in proportion to L, and its names are the iterations of the lecture."""

import numpy as np
import pytest

import matcalc
from matcalc.answer.proposed import claim_of
from matcalc.core.expr import postorder
from matcalc.printers import abbreviated
from matcalc.tracing.traced import traced

LAYERS = range(2, 11)


def network(layers):
    inner = "X"
    for i in range(1, layers + 1):
        inner = f"σ({inner} W{i})"
    return f"norm({inner} - Y)^2"


def gradient(layers):
    return matcalc.grad(network(layers), wrt="W1", check=False)


def second_differences(counts):
    return list(np.diff(counts, 2))


def test_nodes_grow_by_the_same_for_every_layer():
    counts = [len(postorder(gradient(layers).expr)) for layers in LAYERS]
    assert set(second_differences(counts)) == {0}


def test_operations_grow_by_the_same_for_every_layer():
    counts = []
    for layers in LAYERS:
        sizes = {f"W{i}": "matrix(3,3)" for i in range(1, layers + 1)} | {"X": "matrix(3,3)", "Y": "matrix(3,3)"}
        trace = traced(network(layers).replace("σ", "tanh"), {}, random={}, variables=sizes)
        found = {way: count.total for way, _, count in trace.counts([trace.input("W_1")])}
        counts.append(found["reverse mode"])
    assert set(second_differences(counts)) == {0}


@pytest.mark.parametrize("layers", [3, 4, 7, 10])
def test_the_names_are_the_iterations(layers):
    terms, named = abbreviated(gradient(layers).expr, "ascii", 76)
    said = dict(named)
    assert terms == ["2*X'*(deriv(sigma, X*W_1).*Delta_1)"]
    assert said["Z_1"] == "sigma(X*W_1)"
    assert said[f"Delta_{layers - 1}"] == f"(deriv(sigma, Z_{layers - 1}*W_{layers}).*(Z_{layers} - Y))*W_{layers}'"
    for i in range(2, layers + 1):
        assert said[f"Z_{i}"] == f"sigma(Z_{i - 1}*W_{i})"
    for i in range(2, layers):
        assert said[f"Delta_{i - 1}"] == f"(deriv(sigma, Z_{i - 1}*W_{i}).*Delta_{i})*W_{i}'"
    assert len(said) == 2 * layers - 1


def test_definitions_are_read_back():
    d = gradient(5)
    terms, named = abbreviated(d.expr, "ascii", 60)
    source = "".join(f"{name} := {text}; " for name, text in named) + " ".join(terms)
    assert claim_of(d.problem, source) is d.expr


@pytest.mark.parametrize("layers", LAYERS)
def test_gradients_are_right(layers):
    assert gradient(layers).verify(trials=1).ok
