"""What is shown with the sums, decimals and signs that were typed has the value of what was derived."""

import pytest

from tests.fuzz.typed import CLOSE, complaint, difference

SEEDS = 12


@pytest.mark.parametrize("text", [  # a number under a power with a letter does not go out in front of it
    "(2 pi)^(-n/2) det(S)^(-1/2) exp(-1/2 (x - u)'inv(S) (x - u))", "(2 s)^k (x - u)'Q (x - u)/2", "(0.3)^k (5 - a'x)",
])
def test_typed(text):
    assert difference(text, "grad") < CLOSE


def test_random():
    assert not [said for seed in range(SEEDS) if (said := complaint(seed))]
