"""What is thrown at the program: corpus formulas with slips of the keyboard, soups of tokens, and hostile shapes.

Input number i is the same in every run.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent.parent
PIECES = [
    "x", "y", "A", "B", "X", "W1", "W_{12}", "x̂", "σ", "Σ", "λ", "a", "b", "n", "ᵀ", "⊤", "⁻¹", "²", "½", "‖",
    "||", "|", "'", "′", "+", "-", "−", "*", "/", "./", ".*", ".^", "∘", "⊗", "(", ")", "{", "}", "[", "]", "<",
    ">", ",", ";", ":", ":=", "=", " ", '\u2009', "𝐱", "𝟏", "1", "2", "0", "3.5", "1e3", "^", "^T", "^{-1}", ".T",
    "_1", "₂", "_F", "_{ij}", "sin", "exp(", "log ", "det", "tr(", "inv(", "sum(", "norm(", "kron(", "diag(",
    "vec(", "softmax(", "relu(", "max(", "f(", "σ(", "deriv(f,", "lambda", "gamma", "theta", "eye(", "ones(", "I",
    "e^", "pi", "\\frac", "\\mathbf{x}", "\\|", "\\left(", "\\right)", "\\top", "\\sum", "\\sqrt{",
    "\\begin{bmatrix}", "\\\\", "&", " where ", "A: sym", "x: vector(n)", "∈ ℝⁿ", "?", "@", "np.", '\u200b',
    '\u202e', '\x00', "é", "日", "🙂", '\ue000', "ﬁ", "$", "#", '"', '\n',
]
GROWING = [
    "(", "|", "‖", "-", "sin(", "kron(X,", "x^", "inv(", "[", "{", "\\frac{", "a/", "x'", "A*", "f(", "√", "<x,",
    "2^",
]
CLOSING = {"(": ")", "|": "|", "‖": "‖", "sin(": ")", "kron(X,": ")", "inv(": ")", "[": "]", "{": "}", "f(": ")",
           r"\frac{": "}{2}", "<x,": ">"}


@cache
def corpus() -> list[str]:
    """Formulas that are read: the groups of spellings, and what was once read wrongly."""
    lines = (TESTS / "language" / "groups.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "=="))] + past()


def past() -> list[str]:
    """Inputs that once crashed, hung or were read wrongly; escapes as in Python strings."""
    lines = (Path(__file__).parent / "past_failures.txt").read_text(encoding="utf-8").splitlines()
    return [line.encode("latin-1", "backslashreplace").decode("unicode_escape") for line in lines
            if line and not line.startswith("#")]


def mutated(rng: random.Random) -> str:
    """A formula with up to four slips."""
    text = rng.choice(corpus())
    for _ in range(rng.choice([0, 1, 1, 1, 2, 4])):
        i, j = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        slip = rng.choice(["insert", "delete", "double", "move", "splice", "swap"])
        text = {
            "insert": text[:i] + rng.choice(PIECES) + text[i:],
            "delete": text[:i] + text[i + rng.randrange(1, 4):],
            "double": text[:j] + text[i:j] + text[j:],
            "move": text[:i] + text[j:] + text[i:j],
            "splice": text[:i] + rng.choice(corpus())[j:],
            "swap": text[:i] + text[i + 1:i + 2] + text[i:i + 1] + text[i + 2:],
        }[slip][:2_000]
    return text


def soup(rng: random.Random) -> str:
    return "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 25)))


def characters(rng: random.Random) -> str:
    """Any characters, most of them from the blocks with mathematics."""
    blocks = [(32, 127), (32, 127), (0x370, 0x3FF), (0x2070, 0x209C), (0x2190, 0x22FF), (0x1D400, 0x1D7FF), (0, 0xFFFF)]
    return "".join(chr(rng.randrange(*rng.choice(blocks))) for _ in range(rng.randrange(1, 40)))


def hostile(rng: random.Random) -> str:
    """Something that grows: deep, long, or with large numbers."""
    piece = rng.choice(GROWING)
    count = rng.choice([3, 10, 30, 100, 1_000, 10_000 // len(piece)])
    core = rng.choice(["x", "A", "x'Ax", "X", "1", ""])
    text = piece * count + core + CLOSING.get(piece, "") * count
    number = rng.choice(["9" * 300, "1e4000", "1000000", "-1", "0", "1e-300", "99999999999"])
    return rng.choice([text, f"tr({text})", f"sum({text})", f"X^{number}", f"x'x^{number}", f"{number}x'x",
                       f"tr(eye({number})X)", f"X[{number},1]", f"x'x where x: vector({number})", text + piece * count,
                       "+".join([core or "a"] * count), "*".join(["A", "X"] * (count // 10 + 1)),
                       f"f(x) := x.*x; {'f(' * min(count, 60)}y{')' * min(count, 60)}"])


KINDS: list[tuple[int, Callable[[random.Random], str]]] = [(60, mutated), (20, soup), (10, characters), (10, hostile)]


def generated(i: int) -> tuple[str, random.Random]:
    """Input number i, and a generator of random numbers for what is done with it."""
    rng = random.Random(i)
    weights, makers = zip(*KINDS, strict=True)
    return rng.choices(makers, weights)[0](rng), rng
