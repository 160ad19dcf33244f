"""Depth and length are ordinary: nothing recurses, and cost grows about linearly."""

import sys

import pytest

from matcalc.language.vocabulary import Token
from tests.language.reading import read
from tests.samples import some

DEEP = {  # of a number of levels, or what the limits on input leave of them
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "nested sums": lambda n: "(" * min(n, 2000) + "x" + "+1)" * min(n, 2000),
    "nested products": lambda n: "(" * min(n, 2000) + "a" + "*b)" * min(n, 2000),
    "nested matrix products": lambda n: "(" * min(n, 2000) + "x'A" + "*B)" * min(n, 2000),
    "terms": lambda n: "+".join(f"x'A{i % 7}x" for i in range(n)),
    "names": lambda n: "+".join(f"x{i}" for i in range(min(n, 1000))),
    "factors": lambda n: "*".join(["A"] * min(n, 3000)),
    "calls": lambda n: "sin(" * min(n, 1000) + "x" + ")" * min(n, 1000),
    "signs": lambda n: "-" * (n + 1) + "x",
    "transposes": lambda n: "x" + "'" * (min(n, 3000) + 1),
    "powers": lambda n: "a^" * min(n, 1000) + "2",
    "fractions": lambda n: r"\frac{1}{" * min(n, 500) + "a" + "}" * min(n, 500),
    "doublings": lambda n: "f(x) := x + x; " + "f(" * min(n, 40) + "y" + ")" * min(n, 40),
}


@pytest.mark.parametrize("levels", some([1_200, 5_000]))
@pytest.mark.parametrize("kind", DEEP)
def test_deep_and_long_input(kind: str, levels: int) -> None:
    read(DEEP[kind](levels))


def calls(text: str) -> int:
    """How many functions are called to read it, a measure of work that no other program on the machine changes."""
    found = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        read(text)
    finally:
        sys.setprofile(None)
    return found


@pytest.mark.parametrize("kind", [kind for kind in DEEP if kind != "doublings"])
def test_work_grows_linearly(kind: str) -> None:
    write = DEEP[kind]
    read(write(100))  # the rules are read, tables are filled
    assert calls(write(100)) < 3 * calls(write(50))  # 4 where it is the square


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
