"""Depth and length are ordinary: nothing recurses, and cost grows about linearly."""

import time

import pytest

from matcalc.language.vocabulary import Token
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


@pytest.mark.parametrize("shape", ["sin(? )", "(? +1)", "(a*? )", "|1+? |", "-? ", r"\frac{1}{? }"])
def test_looks_at_tokens_grow_linearly(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    is_op = Token.is_op

    def counted(self: Token, *texts: str) -> bool:
        nonlocal looks
        looks += 1
        return is_op(self, *texts)

    def cost(depth: int) -> int:
        nonlocal looks
        looks = 0
        before, after = shape.split("? ")
        read(before * depth + "c" + after * depth)
        return looks

    monkeypatch.setattr(Token, "is_op", counted)
    assert cost(200) <= 2.2 * cost(100)
