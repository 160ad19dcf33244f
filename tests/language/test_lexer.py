"""Tokens: spans lie in the original text, in order, and cover everything that is not blank."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.diagnostics import InputError
from matcalc.language.parser import tokenized
from matcalc.language.vocabulary import Vocabulary
from tests.language.reading import read
from tests.samples import texts

PIECES = ["x", "A", "W1", "W_{12}", "x̂", "σ", "Σ", "ᵀ", "⁻¹", "²", "½", "‖", "|", "'", "′", "+", "-", "−", "*", ".*",
          "∘", "(", ")",
          "{", "}", "[", "]", ",", " ", "\u2009", "𝐱", "𝟏", "sin", "tr", "lambda", r"\sigma", r"\frac", r"\mathbf{x}",
          r"\hat{x}",
          r"\,", "1", "2.5", "1e3", "^", "^T", ".T", "_1", "₂", "ℎ", "\u200b"]
WORDS = Vocabulary(frozenset({"loss"}), frozenset({"sin", "tr", "log", "norm2"}))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_spans_are_ordered_and_inside(text: str) -> None:
    try:
        tokens = tokenized(text, text, WORDS)
    except InputError:
        return
    assert [t.kind for t in tokens].count("end") == 1
    spans = [t.span for t in tokens]
    assert all(0 <= s.start <= s.end <= len(text) for s in spans)
    assert all(a.start <= b.start for a, b in pairwise(spans))


@settings(deadline=None)  # the first text waits for the rules
@given(texts(30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        read(text)


@settings(deadline=None)  # a machine may be busy
@given(st.lists(st.sampled_from([*PIECES, "x'Ax", "exp(", "1/2", "a/2b", "||x||", "<A,X>", "[A;B]", "?", ":=", ";"]),
                max_size=8).map("".join))
def test_plausible_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        read(text)


def test_a_run_of_letters_splits_greedily() -> None:
    def names(text: str) -> list[str]:
        return [t.text for t in tokenized(text, text, WORDS)[:-1]]

    assert names("AXB") == ["A", "X", "B"]
    assert names("trAXB") == ["tr", "A", "X", "B"]
    assert names("2loss") == ["2", "loss"]
    assert names("W1x2") == ["W_1", "x_2"]
    assert names("x^TAx") == ["x", "^", "T", "A", "x"]
    assert names("norm2(x)") == ["norm2", "(", "x", ")"]
