"""Several results of one function: by their names, by names on the left, and refused where there is no such result."""

import pytest

from matcalc.diagnostics import InputError
from matcalc.rulebook.book import standard
from matcalc.rulecheck import checked_rulebook
from tests.language.reading import read, refusal

SAME = [
    ("sum(eigh(A).values)", "sum(eigvalsh(A))"), ("eigh(A).vectors*x", "eigenvectors(A)*x"),
    ("eigh(A).eigenvectors.T*x", "eigenvectors(A)'*x"), ("eigh(A + B).values[1]", "eigvalsh(A + B)[1]"),
    ("eigh(A).vectors[:,1]", "eigenvectors(A)[:,1]"),
    ("λ, V := eigh(A); V*diag(λ)*x", "eigenvectors(A)*diag(eigvalsh(A))*x"),
    ("λ, V = eigh(A); V*λ", "eigenvectors(A)*eigvalsh(A)"),
    ("B := A'*A; λ, V := eigh(B); V*λ", "eigenvectors(A'*A)*eigvalsh(A'*A)"),
    ("λ, V := eigh(A); μ, W := eigh(B); V*λ + W*μ", "eigenvectors(A)*eigvalsh(A) + eigenvectors(B)*eigvalsh(B)"),
    ("svd(A).U*diag(svd(A).S)", "left_singular_vectors(A)*diag(svdvals(A))"),
    ("svd(A + B).V", "right_singular_vectors(A + B)"),
    ("qr(A).Q*qr(A).R", "qr_q(A)*qr_r(A)"),
    ("V*λ where λ, V = eigh(A)", "eigenvectors(A)*eigvalsh(A)"),
    ("V*λ where λ, V = eigh(A), A: sym", "eigenvectors(A)*eigvalsh(A) where A: sym"),
]
NUMPY = [
    ("np.linalg.eigh(A)[0]", "eigvalsh(A)"), ("np.linalg.eigh(A)[1] @ x", "eigenvectors(A)*x"),
    ("torch.linalg.eigh(A).eigenvalues", "eigvalsh(A)"),
    ("w, V = np.linalg.eigh(A); V @ w", "eigenvectors(A)*eigvalsh(A)"),
]


@pytest.mark.parametrize(("text", "plain"), SAME)
def test_a_result_is_a_function(text, plain):
    assert read(text).expr is read(plain).expr


@pytest.mark.parametrize(("text", "plain"), NUMPY)
def test_in_numpys_notation(text, plain):
    assert read(text, dialect="numpy").expr is read(plain).expr


@pytest.mark.parametrize(("text", "said"), [
    ("tr(eigh(A))", "eigh has several results: values, eigenvalues, vectors"),
    ("eigh(A).foo", "“.foo” is not expected here; it has values"),
    ("(A + eigh(A).vectors).values", "not expected here"),
    ("a, b, c := eigh(A); a", "3 names are bound, and eigh has 2 results"),
    ("a, b := A; a*b", "2 names are bound, and one formula is one result"),
    ("U, S := svd(A); U", "2 names are bound, and svd has 3 results"),
    ("Q, R := qr(A); Q", "the results of qr are taken by their names"),
    ("V*λ where λ, V = eigh(A), V = B", "V is defined twice"),
])
def test_what_is_no_result_is_refused(text, said):
    assert said in refusal(text).diagnostics[0].message


def test_what_numpy_has_otherwise_is_not_read_there():
    """Its svd gives Vᵀ, and square U and V of a matrix that is not."""
    for text in ("np.linalg.svd(A)[0]", "torch.linalg.svd(A).U", "U, s, V = np.linalg.svd(A); U"):
        assert refusal(text, dialect="numpy").diagnostics[0].code in ("M0319", "M0212")


PART = """function {name}(A: [n,n]) -> [n]
  part  = {part}
  d     = diag(dA)
  numpy = np.diagonal(A).reshape(-1, 1)
  ref   = nobody
  example a'*{name}(A) wrt A -> diag(a)
"""


@pytest.mark.parametrize(("part", "said"), [
    ("eigh", "a result reads WHOLE PLACE NAME"), ("eigh first it", "a result reads WHOLE PLACE NAME"),
    ("det 1 it", "det is a function of its own"), ("eigh 2 it", "eigenvectors is eigh(…).2 as well"),
    ("eigh 0 values", "eigvalsh is eigh(…).values as well"),
])
def test_a_part_is_checked(part, said, tmp_path):
    (tmp_path / "mine.rules").write_text(PART.format(name="mine", part=part), encoding="utf-8")
    with pytest.raises(InputError, match="fails the check") as refused:
        checked_rulebook((tmp_path / "mine.rules",))
    assert said in str(refused.value)


def test_a_users_function_has_several_results(tmp_path):
    (tmp_path / "mine.rules").write_text(PART.format(name="first", part="both 1 one") +
                                         PART.format(name="second", part="both 2 two"), encoding="utf-8")
    book = checked_rulebook((tmp_path / "mine.rules",))
    assert book.wholes()["both"] == {"1": "first", "one": "first", "2": "second", "two": "second"}


def test_all_results_take_the_same():
    wholes = standard().wholes()
    assert "eigh" in wholes
    for parts in wholes.values():
        taken = [[[(p.kind, p.shape) for p in f.params] for f in standard().overloads(name)] for name in parts.values()]
        assert all(one == taken[0] for one in taken)
