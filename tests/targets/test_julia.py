"""Text in Julia, which is never run here: a reader finds it well formed, for every problem, and finds what is not."""

import pytest

import matcalc
from tests import corpus
from tests.targets.julia_reader import complaints

RIGHT = matcalc.grad("logdet(A*X*B)", wrt="X", check=False)


@pytest.mark.parametrize("part", range(4))
def test_every_problem_reads_well(part):
    for case in corpus.cases()[part::4]:
        text = corpus.answer(case["id"]).code("julia")
        assert not complaints(text), (case["id"], complaints(text), text)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("end\n", "", "is not closed"), ("(A * X * B)", "(A * X * B", "is not closed"),
    ("n = size(A)", "n = A.shape", "Python"), ("A * X", "A @ X", "Python"),
    ("X * B", "X * C", "C is not defined"), ("isempty(A)", "len(A)", "Python"),
    ("return ", "return foo + ", "foo is not defined"), ("lu(", "lufact(", "lufact is not defined"),
])
def test_the_reader_notices_a_fault(old, new, says):
    text = RIGHT.code("julia")
    assert old in text
    assert any(says in complaint for complaint in complaints(text.replace(old, new, 1)))


def test_it_says_that_it_was_not_run():
    assert "was not run" in RIGHT.code("julia").split("\n")[0]


def test_vectors_repeat_without_copies():
    text = matcalc.grad("sum(softmax(X*W).*Y)", wrt="W", check=False).code("julia", functions=["gradient"])
    assert "repeat" not in text


@pytest.mark.parametrize("formula", ["tr(B*adj(A))", "sum(B.*qr_q(A)) + sum(B.*qr_r(A))", "pf_eigenvalue(A)",
                                     "tr(B*lu_l(A)) + tr(B*lu_u(A))", "sum(B.*row_sort(A))",
                                     "sum(row_logcumsumexp(A))"])
def test_functions_with_helpers_of_their_own_read_well(formula):
    assert not complaints(matcalc.grad(formula, "A", check=False).code("julia", check=False))
