"""The records of the operators: each has one, a text makes each, and a record is all that an operator needs."""

from collections.abc import Iterator

import pytest

from matcalc.language import constructs, lexer
from matcalc.language.construct import PRODUCTS, Construct, Infix
from matcalc.language.elaborate import outline
from matcalc.language.overloads import build_chosen, named
from matcalc.language.syntax import Op, postorder
from matcalc.printers import ascii_text
from matcalc.rulebook.book import standard
from matcalc.tracing.tape import tape_of
from tests.language.reading import read

TEXTS = {
    Op.NUMBER: "2", Op.NAME: "x", Op.RESERVED: "pi", Op.HOLE: "?", Op.SUM: "x + y", Op.NEGATE: "-x", Op.PRODUCT: "A x",
    Op.DIVIDE: "x/2", Op.DIVIDE_BY_RUN: "x/2a", Op.HADAMARD: "x.*y", Op.HADAMARD_DIVIDE: "x./y",
    Op.HADAMARD_POWER: "x.^2", Op.KRON: "A ⊗ B", Op.POWER: "A^2", Op.TRANSPOSE: "x'", Op.INVERSE_TRANSPOSE: "A^-T",
    Op.CALL: "sin(x)", Op.DOTTED: "exp.(X)", Op.APPLY: "f(x)", Op.BARS: "|a|", Op.NORM: "‖x‖", Op.INNER: "<x, y>",
    Op.INDEX: "x[1]", Op.AT: "exp(x)(2)", Op.BLOCK: "[A, B]", Op.OVER: "sum_i x_i", Op.RELATION: "[i = j]",
    Op.EINSUM: 'einsum("ij,j->i", A, x)',
}


def test_every_operator_has_a_record():
    assert set(constructs.CONSTRUCTS) == set(Op)


def test_a_sign_means_one_operator():
    for numpy in (False, True):
        signs = [sign for _, infix in constructs._infixes() for sign in infix.signs]
        assert len(signs) == len(set(signs))
        assert set(constructs.spellings(numpy).values()) == set(signs)


@pytest.mark.parametrize("op", Op)
def test_a_text_makes_it(op: Op):
    texts = {Op.LETTER: ("sum_k k*x_k", ""), Op.ALONG: ("sum(X, axis=1)", "numpy"), Op.STEPPED: ("x[0:4:2]", "numpy"),
             Op.REPLACED: ("x.at[0].set(1)", "numpy"), Op.PADDED: ("np.pad(x, 1)", "numpy")}
    made = read(texts[op][0], dialect=texts[op][1]).syntax if op in texts else outline(TEXTS[op], {}, standard())
    assert op in {s.op for s in postorder(made)}


@pytest.fixture
def dotted_ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """⊛ for the inner product of two vectors, in the place of ⊗: nothing but a record."""
    tables = (constructs.spellings, constructs.operators, constructs.commands, lexer._operator)
    for table in tables:
        table.cache_clear()
    record = Construct(named("dot"), build_chosen, "⊛", PRODUCTS, Infix(("⊛",), ("⍟",), {"circledast": "⊛"}))
    monkeypatch.setitem(constructs.CONSTRUCTS, Op.KRON, record)
    yield
    for table in tables:
        table.cache_clear()


@pytest.mark.usefixtures("dotted_ring")
@pytest.mark.parametrize("text", ["x ⊛ y", "x⍟y", r"x \circledast y", r"\mathbf{x}\circledast\mathbf{y}"])
def test_a_record_is_all_that_an_operator_needs(text: str):
    found = read(text)
    assert ascii_text(found.expr) == ascii_text(read("dot(x, y)").expr)
    assert [line.sign for line in tape_of(found, standard()).lines] == ["", "", "⊛"]
