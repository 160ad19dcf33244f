"""Sums that may be read in two ways, by what one differentiates by, and what their fixes mean."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.diagnostics import InputError

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
