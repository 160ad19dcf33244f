"""What is said of single lines: the verdict, the term, and what would be right."""

from __future__ import annotations

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

LECTURE = r"""
The class probabilities are $p = \frac{\exp(z)}{\exp(z)^T 1}$ and the loss is $L = -\log p^T 1_y$. Then
\begin{align}
dL &= -\frac{1}{p^T 1_y}\, dp^T 1_y \\
 &= -\frac{1}{p^T 1_y}\frac{1}{\exp(z)^T 1} 1_y^T \operatorname{diag}(\exp(z))\, dz
   + \frac{1}{p^T 1_y} \frac{SECOND \operatorname{diag}(\exp(z))\, dz}{(\exp(z)^T 1)^2}
\end{align}
"""


def verdicts(text: str, **options: object) -> list[str]:
    return [line.verdict for line in matcalc.check(text, **options).lines]  # type: ignore[arg-type]


def test_the_lecture_s_gradient() -> None:
    found = matcalc.check("f(x) = (xᵀAx)(xᵀBx), A = Aᵀ, B = Bᵀ\n∇f(x) = 2((xᵀBx)xᵀA + 2(xᵀAx)xᵀB)")
    wrong = found.first_wrong
    assert wrong is not None
    assert wrong.line == 2
    assert "it should be transposed" in wrong.reason
    assert "the second term has the factor 2 too much" in wrong.reason
    assert wrong.place is not None
    assert found.source[wrong.place.start:wrong.place.end] == "2(xᵀAx)xᵀB"
    assert matcalc.equal(wrong.right, "2(x'B x)A x + 2(x'A x)B x", variables={"A": "sym", "B": "sym"})


def test_the_lecture_s_logistic_loss() -> None:
    found = matcalc.check(LECTURE.replace("SECOND", r"1_y \exp(z) 1_y^T"))
    wrong = found.first_wrong
    assert wrong is not None
    assert (wrong.line, wrong.column) == (5, 5)
    assert wrong.place is not None
    assert found.source[wrong.place.start:wrong.place.end].startswith(r"\frac{1}{p^T 1_y} \frac{1_y \exp(z) 1_y^T")
    assert "the second term should be" in wrong.reason
    assert wrong.reason.endswith("the second 1_y should be transposed, and the third 1_y should be 1")


def test_the_lecture_s_logistic_loss_as_it_should_be() -> None:
    found = matcalc.check(LECTURE.replace("SECOND", r"1_y^T \exp(z) 1^T"))
    assert found.ok is True
    assert found.judged == 2


WRONG = [  # a line that is wrong, behind what it is about, and what is said of it
    ("f(x) = x'A x", "∇f(x) = 2A x", "right only if A is symmetric"),
    ("f(S) = log det S + tr(S^-1 M)", "∇f(S) = S^-1 - S^-1 M S^-1", "right only if S and M are symmetric: otherwise"),
    ("f(S) = x'S^-1 x", "∇f(S) = -S^-1 x x' S^-1", "right only if S is symmetric: otherwise"),
    ("f(x) = x'x", "∇f(x) = x", "1/2 times"),
    ("f(x) = x'x", "∇f(x) = -2x", "-2"[:1]),
    ("f(x) = a'x + x'x", "∇f(x) = a - 2x", "the sign of the second term is wrong"),
    ("f(X) = tr(A X)", "∇f(X) = A", "transpose"),
    ("f(X) = log det X + tr(S X)", "∇f(X) = X^-T + 3 S'", "the second term has the factor 3 too much"),
    ("f(x) = norm2(A x - b)^2", "df = 2 (A x - b)'dx", "cannot"),
    ("f(x) = a'x + b'x", "∇f(x) = a", ""),
    ("f(x) = a'x", "∇f(x) = a + b", "second term is too many"),
]


@pytest.mark.parametrize(("given", "line", "said"), WRONG, ids=[line for _, line, _ in WRONG])
def test_diagnoses(given: str, line: str, said: str) -> None:
    extra = "\nb'x = x'b" if "+ b" in line else ""
    wrong = matcalc.check(f"{given}{extra}\n{line}").first_wrong
    assert wrong is not None
    assert said in wrong.reason
    assert wrong.right


def test_each_member_is_judged_against_the_one_before() -> None:
    assert verdicts("f(x) = x'A x + b'x, A = A'\ndf = x'A dx + b'dx\n   = (A x)'dx + b'dx\n   = (A x + b)'dx") == [
        "given", "given", "does not follow", "follows", "follows"]


def test_what_follows_from_a_wrong_line_follows_from_that() -> None:
    found = matcalc.check("f(x) = x'A x + b'x, A = A'\ndf = x'A dx + b'dx\n∇f(x) = A x + b\n∇²f(x) = A")
    assert [line.verdict for line in found.lines][2:] == ["does not follow", "follows", "follows"]
    assert [line.since for line in found.lines][2:4] == [None, 2]
    assert found.ok is False


def test_a_tangent_of_a_defined_name_may_stay_or_be_put_in() -> None:
    text = "z = X w\nL = sum(exp(z))\ndL = exp(z)'dz"
    assert verdicts(text) == ["given", "given", "follows"]
    assert verdicts(f"{text}\n   = exp(z)'X dw") == ["given", "given", "follows", "follows"]
    assert verdicts(f"{text}\n   = exp(z)'dw")[-1] == "does not follow"


def test_a_name_may_be_defined_behind_its_use() -> None:
    assert verdicts("∇f(x) = 2 A' r\nf(x) = r'r where r = A x - b") == ["follows", "given", "given"]


def test_variables_that_move_together_all_count() -> None:
    both = "f = tr(A B)\ndf = tr(dA B) + tr(A dB)"
    assert verdicts(both) == ["given", "follows"]
    assert verdicts(f"{both}\n   = tr(B dA)")[-1] == "does not follow"
    assert verdicts("f = tr(A B)\ndf = tr(dA B)") == ["given", "follows"]


def test_a_row_is_the_numerator_layout_of_a_derivative_and_no_gradient() -> None:
    line = matcalc.check("f(x) = x'A x, A = A'\n∂f/∂x = 2x'A").lines[-1]
    assert (line.verdict, line.reason) == ("follows", "in the numerator layout")
    assert verdicts("f(x) = x'A x, A = A'\n∇f(x) = 2x'A")[-1] == "does not follow"


def test_conditions_are_given_and_used() -> None:
    assert verdicts("f(x) = x'A x where x'x = 1\nf(x) = x'A x/(x'x)") == ["given", "given", "not refuted"]
    assert verdicts("f(x) = x'A x where x'x = 1\nf(x) = x'A x (x'x + 1)")[-1] == "does not follow"
    assert verdicts("f(x) = x'A x - 2b'x, A = A'\n∇f(x) = 0\n⇒ A x = b\n⇒ x = A^-1 b") == [
        "given", "given", "given", "follows", "follows"]
    assert verdicts("f(x) = x'A x - 2b'x, A = A'\n∇f(x) = 0\n⇒ A x = 2b")[-1] == "does not follow"


def test_a_wrong_shape_is_wrong_under_conditions_too() -> None:
    assert verdicts("z = W x where 1'y = 1\nf = y'z\n∂f/∂W = y'x")[-1] == "does not follow"


def test_a_function_is_defined_anew_where_it_has_other_variables() -> None:
    assert verdicts("f(x) = a'x\n∇f(x) = a\nf(x) = b'x + x'x\n∇f(x) = b + 2x") == [
        "given", "follows", "given", "follows"]
    assert verdicts("f(x) = a'x\nf(x) = 2a'x") == ["given", "does not follow"]


@pytest.mark.parametrize(("line", "said"), [
    ("∇f(x) = 2 C x", "what is C?"), ("f(x) ≈ x'x", "≈ is no equation"), ("∇f(x) = 2 (x", "expected"),
    ("∇f(x) = sofmax(x)", ""),
], ids=str)
def test_what_is_not_read_is_said_with_its_place(line: str, said: str) -> None:
    found = matcalc.check(f"f(x) = x'x\n{line}")
    assert found.lines[-1].verdict == "not read"
    assert said in found.lines[-1].reason
    assert found.ok is None
    assert found.lines[-1].line == 2


def test_nothing_is_judged_where_nothing_is_written() -> None:
    found = matcalc.check("There is nothing here.")
    assert (found.lines, found.ok, found.judged) == ((), None, 0)


def test_declarations_come_from_the_caller_too() -> None:
    text = "f(x) = x'A x\n∇f(x) = 2A x"
    assert matcalc.check(text).ok is False
    assert matcalc.check(text, variables={"A": "sym"}).ok is True
    assert matcalc.check(text, variables={"A": "sym"}).variables["A"] == "matrix(n,n) sym"
    with pytest.raises(MatcalcError):
        matcalc.check(text, variables={"A": "nothing"})


def test_points_are_counted_where_algebra_does_not_decide() -> None:
    line = matcalc.check("(A + u v')^-1 = A^-1 - (A^-1 u v' A^-1)/(1 + v'A^-1 u)").lines[0]
    assert line.verdict == "not refuted"
    assert line.points > 10


def test_chapters_have_names_of_their_own() -> None:
    assert verdicts("# One\nf(x) = a'x\n∇f(x) = a\n# Two\nf(X) = tr(X)\n∇f(X) = I") == [
        "given", "follows", "given", "follows"]


@pytest.mark.parametrize("sign", ["> 0", r"\ge 0", r"\geq 0", "≥ 0"])
def test_a_sign_is_declared(sign: str) -> None:
    found = matcalc.check(rf"Let $\lambda {sign}$. $$f(w) = \|X w - y\|^2 + \lambda \|w\|^2$$ "
                          r"$$\nabla f(w) = 2 X^\top (X w - y) + 2 \lambda w$$")
    assert [line.verdict for line in found.lines] == ["given", "given", "follows"]


def test_a_bound_on_what_is_no_name_is_not_read() -> None:
    assert verdicts("f(x) = x'x\nf(x) ≥ 0")[-1] == "not read"
