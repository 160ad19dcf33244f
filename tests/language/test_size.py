"""Depth and length are ordinary: nothing recurses, and cost grows about linearly."""

import time

import pytest

from tests.language.reading import read

DEEP = {
    "brackets": "(" * 5000 + "x" + ")" * 5000,
    "nested sums": "(" * 2000 + "x" + "+1)" * 2000,
    "nested products": "(" * 2000 + "a" + "*b)" * 2000,
    "nested matrix products": "(" * 2000 + "x'A" + "*B)" * 2000,
    "terms": "+".join(f"x'A{i % 7}x" for i in range(5000)),
    "names": "+".join(f"x{i}" for i in range(1000)),
    "factors": "*".join(["A"] * 3000),
    "calls": "sin(" * 1000 + "x" + ")" * 1000,
    "signs": "-" * 5001 + "x",
    "transposes": "x" + "'" * 3001,
    "powers": "a^" * 1000 + "2",
    "fractions": r"\frac{1}{" * 500 + "a" + "}" * 500,
    "doublings": "f(x) := x + x; " + "f(" * 40 + "y" + ")" * 40,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_deep_and_long_input(text: str) -> None:
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 10
