"""Sums that may be read in two ways, by what one differentiates by, and what their fixes mean."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.diagnostics import InputError
from matcalc.printers import ascii_text, latex, unicode_text

TWO = [  # typed, by what, and the two readings, of which the second has one value for every k
    (r"\sum_{i\ne k} (x_i-x_k)^2", "x_k", r"\sum_{i}\sum_{k\neq i} (x_i-x_k)^2", r"\sum_{i=1,i\neq k}^n (x_i-x_k)^2"),
    (r"\sum_{j\ne i} A_{ij} x_i x_j", "x_i", r"\sum_{j}\sum_{i\neq j} A_{ij} x_i x_j",
     r"\sum_{j=1,j\neq i}^n A_{ij} x_i x_j"),
]


@pytest.mark.parametrize(("typed", "by", "both", "one"), TWO)
def test_the_excluded_member_is_asked_about(typed: str, by: str, both: str, one: str) -> None:
    with pytest.raises(InputError) as caught:
        matcalc.grad(typed, by)
    assert caught.value.diagnostics[0].code == "M0230"
    assert caught.value.diagnostics[0].fixes == (both, one)
    assert matcalc.grad(both, by).ascii == matcalc.grad(typed, "x").ascii


@pytest.mark.parametrize("by", ["x_k", "x"])
def test_a_relation_beside_a_limit_binds_nothing(by: str) -> None:
    with pytest.raises(InputError) as caught:
        matcalc.grad(r"\sum_{i=1,i\ne k}^n (x_i-x_k)^2", by)
    assert caught.value.diagnostics[0].code == "M0504"
    assert caught.value.diagnostics[0].fixes == (r"sum_k (\sum_{i=1,i\ne k}^n (x_i-x_k)^2)",)


def test_a_double_sum_by_its_first_letter_is_one() -> None:
    assert matcalc.grad(r"\sum_{i\ne j} x_i x_j", "x_i").ascii == matcalc.grad("sum_i sum_{j!=i} x_i x_j", "x").ascii


@pytest.mark.parametrize(("typed", "read"), [
    (r"\max_i a_i^T x", "max_{i}(a_i'*x)"), (r"\prod_i a_i^T B c", "prod_{i}(a_i'*B*c)"),
    (r"\max_i (\max_j (a_j y_i))", "max_{i,j}(a_j*y_i)"),
])
def test_a_row_is_no_maximum_of_its_own(typed: str, read: str) -> None:
    assert ascii_text(matcalc.parse(typed)) == read


@pytest.mark.parametrize("typed", [
    r"\prod_i (a_i c)", r"\max_i (\max_j (a_j y_i))", r"\prod_i (x_i/c)", r"\min_i (x_i/2)", r"\max_i (x_i' A b)",
    r"\prod_i x_i y_i",
])
def test_what_stands_inside_is_printed_so(typed: str) -> None:
    read = matcalc.parse(typed)
    for text in (ascii_text, unicode_text, latex):
        assert matcalc.parse(text(read)) is read
