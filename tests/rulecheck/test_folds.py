"""`is = folds`: what a block says in its body is written by the function's name again, wherever it comes up."""

from __future__ import annotations

from pathlib import Path

import pytest

import matcalc
from matcalc.core.function import Function, Param
from matcalc.manual import kind
from matcalc.rulebook.book import standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck import check_block
from matcalc.rulecheck.statements import declared_words

FOLDING = [f for f in standard().functions() if f.has("folds")]
GAUSS = """
function gauss_(x: [n]) -> scalar
  is      = folds positive
  body    = exp(-x'*x/2)
  numpy   = np.exp(-np.sum(x * x) / 2)
  ref     = me
  example gauss_(x) wrt x -> -gauss_(x)*x
"""


def test_the_word_is_used_and_checked() -> None:
    assert len(FOLDING) >= 4
    reports = [check_block(f, standard(), [declared_words]) for f in FOLDING]
    assert [[c.name for c in r.checks if c.name == "is folds"] for r in reports] == [["is folds"]] * len(FOLDING)
    assert all(r.ok for r in reports)


@pytest.mark.parametrize("function", FOLDING, ids=signature)
def test_a_shipped_body_is_written_by_its_name(function: Function) -> None:
    """The gradient of tr(C' body) by C is the body, in the shape of the block."""
    weight = Param("C", function.result)
    variables = {p.name: kind(p) for p in (*function.params, weight)}
    product = "C*({})" if function.result == (1, 1) else "tr(C'*({}))"
    d = matcalc.grad(product.format(function.fields["body"]), "C", variables=variables)
    assert d.ascii == f"{function.name}({', '.join(p.name for p in function.params)})"


def test_a_block_that_does_not_fold_is_not_written_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.rules"
    file.write_text(GAUSS.replace("folds ", ""), encoding="utf-8")
    d = matcalc.grad("c*exp(-x'x/2)", "c", variables={"x": "vector"}, rules=str(file))
    assert d.ascii == "exp(-x'*x/2)"
