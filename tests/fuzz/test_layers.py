"""One fast target per layer: whatever comes in, an answer or a refusal comes out."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.calculus.adjoint import gradient
from matcalc.core.expr import Expr, variables
from matcalc.diagnostics import InputError, MatcalcError
from matcalc.language import parse
from matcalc.language.parser import read, tokenized
from matcalc.language.vocabulary import Vocabulary
from matcalc.limits import work
from matcalc.printers import ascii_text, text
from matcalc.rulebook.book import standard
from matcalc.simplification import closed_form
from tests.fuzz.asking import asked
from tests.fuzz.inputs import PIECES, corpus, generated, mutated, past
from tests.random_expressions import M, N, build, tree
from tests.samples import texts

KNOWN = frozenset({"loss"}), frozenset(f for f in standard().names() if len(f) > 1)
WORDS, NUMPY = Vocabulary(*KNOWN), Vocabulary(*KNOWN, numpy=True)
TEXTS = st.one_of(texts(40), st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
                  st.integers(0, 10**9).map(lambda seed: mutated(random.Random(seed))))
TREES = st.tuples(st.integers(0, 10**9), st.sampled_from([(1, 1), (M, N), (M, 1)]))
fast = settings(max_examples=60)


def expression(seed: int, shape: tuple[object, object]) -> Expr:
    return build(tree(random.Random(seed), shape, 4))


@fast
@given(TEXTS)
def test_lexer(source: str) -> None:
    with suppress(InputError):
        assert tokenized(source, source, WORDS)[-1].kind == "end"


@fast
@given(TEXTS, st.sampled_from([WORDS, NUMPY]))
def test_parser(source: str, vocabulary: Vocabulary) -> None:
    with suppress(InputError):
        syntax, _ = read(source, vocabulary)
        assert 0 <= syntax.span.start <= syntax.span.end <= len(source)


@fast
@given(TEXTS, st.booleans())
def test_elaboration(source: str, demand_scalar: bool) -> None:
    with suppress(MatcalcError), work():
        found = parse(source, {}, standard(), demand_scalar=demand_scalar)
        assert not demand_scalar or found.expr.is_scalar
        again = {name: info.declaration() for name, info in found.variables.items()}
        assert parse(ascii_text(found.expr), again, standard()).expr is found.expr


@fast
@given(st.integers(0, 10**9))
def test_differentiation(seed: int) -> None:
    f = expression(seed, (1, 1))
    with suppress(MatcalcError):
        for x in variables(f):
            assert gradient(f, x, standard()).shape == x.shape


@fast
@given(TREES)
def test_simplifier(drawn: tuple[int, tuple[object, object]]) -> None:
    e = expression(*drawn)
    closed = closed_form(e, standard())
    assert closed.shape == e.shape
    assert closed_form(closed, standard()).shape == e.shape


@fast
@given(TREES)
def test_printers(drawn: tuple[int, tuple[object, object]]) -> None:
    e = expression(*drawn)
    assert all(text(e, dialect) for dialect in ("ascii", "unicode", "latex"))


@pytest.mark.parametrize("source", past(), ids=ascii)
def test_past_failures(source: str) -> None:
    for seed in range(8):
        outcome = asked(source, random.Random(seed))
        assert outcome.kind != "failed", outcome


def test_inputs_are_the_same_in_every_run() -> None:
    assert generated(7)[0] == generated(7)[0]
    assert len(corpus()) > 500


def test_a_short_run() -> None:
    failed = [(i, outcome) for i in range(150) if (outcome := asked(*generated(i))).kind == "failed"]
    assert failed == []
