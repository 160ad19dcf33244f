"""Points outside of where a function is defined prove nothing, even where it is computed there without asking."""

import pytest

import matcalc


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_points_outside_are_passed_over(seed: int) -> None:
    found = matcalc.grad("std_sample(tail_weights(c, n))", "c", variables={"c": "scalar"}, check=False)
    assert found.verify(trials=2, seed=seed).ok


@pytest.mark.parametrize("claim", ["ones(n)*cvar(x, b)", "2*sort_matrix(x)'*tail_weights(b, n)"])
def test_wrong_claims_are_still_refused(claim: str) -> None:
    declared = {"x": "vector(n)", "b": "scalar"}
    assert matcalc.verify("cvar(x, b)", "x", claim=claim, variables=declared).ok is False
