"""Names for what an answer repeats."""

import pytest

from matcalc.language import parse
from matcalc.printers import abbreviated
from matcalc.rulebook import standard
from tests.printers.cases import DECLARATIONS


@pytest.mark.parametrize(("source", "width", "terms", "definitions"), [
    ("x + y", 60, ["x", "+ y"], []),
    ("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", 60, ["y ∘ p", "− (yᵀ p) p"], [("p", "softmax(Q x)")]),
    ("A'*b + inv(Q'*Q + c*eye(n))*x*tr(inv(Q'*Q + c*eye(n)))", 90, ["tr(S) S x", "+ Aᵀ b"], [("S", "(Qᵀ Q + c I)⁻¹")]),
    ("tanh(Q*exp(R*sin(Q*cos(R*x))))", 20, ["tanh(Q u)"], [("r", "Q cos(R x)"), ("u", "exp(R sin(r))")]),
    ("tanh(Q*tanh(R*tanh(Q*tanh(R*x))))", 20, ["tanh(Q z₃)"],
     [("z₁", "tanh(R x)"), ("z₂", "tanh(Q z₁)"), ("z₃", "tanh(R z₂)")]),
    ("tanh(Q*tanh(R*tanh(Q*tanh(R*x))))", 60, ["tanh(Q tanh(R tanh(Q tanh(R x))))"], []),
])
def test_names(source, width, terms, definitions):
    e = parse(source, DECLARATIONS, standard()).expr
    shown, defined = abbreviated(e, "unicode", width, taken={"R"})
    assert defined == definitions
    assert shown == terms


def test_ascii_definitions_are_input():
    book = standard()
    e = parse("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", DECLARATIONS, book).expr
    shown, defined = abbreviated(e, "ascii")
    source = "".join(f"{name} := {text}; " for name, text in defined) + " ".join(shown)
    assert parse(source, DECLARATIONS, book).expr is e


def test_a_rule_chooses_the_letter_of_its_value_where_that_is_free():
    e = parse("softmax(Q*x).*y - softmax(Q*x)*(softmax(Q*x)'*y)", DECLARATIONS, standard()).expr
    assert abbreviated(e, "unicode")[1] == [("p", "softmax(Q x)")]
    assert abbreviated(e, "unicode", taken={"p"})[1] == [("r", "softmax(Q x)")]
