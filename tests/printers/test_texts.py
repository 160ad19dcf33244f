"""What is printed: a table of texts, and that each of them is read back as the same expression."""

import pytest

from matcalc.algebra import tangent
from matcalc.core.dims import named
from matcalc.language import parse
from matcalc.printers import dim_text, pieces, text
from matcalc.rulebook.book import standard
from tests.printers.cases import CASES, DECLARATIONS

DIALECTS = ("ascii", "unicode", "latex")


def read(source):
    return parse(source, DECLARATIONS, standard()).expr


@pytest.mark.parametrize("texts", CASES, ids=[case[0] for case in CASES])
def test_texts(texts):
    e = read(texts[0])
    assert tuple(text(e, dialect) for dialect in DIALECTS) == texts


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("texts", CASES, ids=[case[0] for case in CASES])
def test_texts_are_read_back(texts, dialect):
    assert read(texts[DIALECTS.index(dialect)]) is read(texts[0])


def test_pieces_are_the_terms():
    assert pieces(read("A*x - b"), "ascii") == ["A*x", "- b"]
    assert pieces(read("-A*x - b"), "unicode") == ["−A x", "− b"]
    assert pieces(read("x'*x"), "ascii") == ["x'*x"]


def test_dimensions():
    m, n = named("m"), named("n")
    assert [dim_text(m * n + 1, d) for d in DIALECTS] == ["m*n+1", "m·n+1", "m n+1"]


@pytest.mark.parametrize(("index", "expected"), [
    (0, ("dX", "dX", r"\mathrm{d}X")), (2, ("dX_2", "dX₂", r"\mathrm{d}X_{2}")),
])
def test_tangents(index, expected):
    dx = tangent("X", (named("n"), named("p")), index)
    assert tuple(text(dx, d) for d in DIALECTS) == expected
