"""Words: before a bracket, and set upright, a word is a function under one of its names or refused; never letters."""

import random
import string

import pytest

import matcalc
from matcalc.diagnostics import InputError
from matcalc.language import refusals
from tests.language.reading import read, refusal
from tests.samples import some

KNOWN = [  # the word before a bracket, and the plain spelling of what it means
    ("normNuc(X)", "norm_nuc(X)"), ("norm_nuc(X)", "norm_nuc(X)"), ("nuclear_norm(X)", "norm_nuc(X)"),
    ("lambda_min(A)", "-lambda_max(-A)"), ("lambdaMax(A)", "lambda_max(A)"), (r"\lambda_{\min}(A)", "-lambda_max(-A)"),
    ("λ_2(A)", "eigenvalue(A, 2)"),
    (r"\lambda_i(B)", "eigenvalue(B, i)"), ("λ₃(A'A) + λ₁*(a + b)", "eigenvalue(A'*A, 3) + lambda_1*(a + b)"),
    ("sigma_1(A)", "singular_value(A, 1)"), ("σ_r(X Y)", "singular_value(X*Y, r)"),
    ("sigma_max(A)", "norm_op(A)"),
    (r"\sigma_{\max}(A)", "norm_op(A)"), ("frobenius_norm(X)", "normF(X)"),
    ("frobNorm(X)", "normF(X)"), ("norm_1(x)", "norm1(x)"), ("norm_inf(x)", "normInf(x)"),
    ("log_det(A)", "logdet(A)"), ("logDet(A)", "logdet(A)"), ("slogdet(A)", "logdet(A)"), ("log_det A", "logdet(A)"),
    ("Trace(A)", "tr(A)"), ("trace(A)", "tr(A)"), ("Tr(A)", "tr(A)"), ("Det(A)", "det(A)"), ("inverse(A)", "inv(A)"),
    ("matrix_inverse(A)", "inv(A)"), ("trans(A)", "A'"), ("sum_squares(A*x)", "sum((A*x).^2)"),
    ("log_sum_exp(x)", "logsumexp(x)"), ("logSumExp(x)", "logsumexp(x)"), ("logSoftmax(x)", "log_softmax(x)"),
    ("log1p(x)", "log(1 + x)"), ("expm1(x)", "exp(x) - 1"), ("log2(x)", "log(x)/log(2)"), ("log_2 x", "log(x)/log(2)"),
    ("pinv(A)*log10(x)", "pinv(A)*(log(x)/log(10))"), ("x'log1p(y)", "x'log(1 + y)"),
    (r"\operatorname{Id} + X", "I + X"), (r"\mathrm{Id} + X", "I + X"), (r"\operatorname{I} + X", "I + X"),
    (r"\mathrm{Id}_n X", "eye(n)*X"), (r"\text{Det}(X)", "det(X)"), (r"\operatorname{trace} X", "tr(X)"),
    (r"\operatorname{normNuc}(X)", "norm_nuc(X)"), (r"\operatorname{log\_det} X", "logdet(X)"),
    (r"\mbox{Tr}(AX)", "tr(A*X)"), (r"\textrm{Tr}(AX)", "tr(A*X)"), (r"{\rm Tr}(AX)", "tr(A*X)"),
    (r"\operatorname*{tr}(AX)", "tr(A*X)"), (r"\mathop{\rm tr}(AX)", "tr(A*X)"),
    (r"\mathrm{A}\mathrm{X}", "A*X"), (r"x^{\mathrm{T}}A x", "x'*A*x"), (r"x^{\text{T}}A x", "x'*A*x"),
    (r"x_{\text{max}}", "x_max"), (r"A_\mathrm{max} x", "A_max*x"), (r"\mathrm{e}^{a}", "exp(a)"),
    (r"\operatorname{sgn} x", "sign(x)"), (r"\vec(X)", "vec(X)"), (r"\mathrm{pi} a", "pi*a"),
    (r"e^{\operatorname{tr}(A)}", "exp(tr(A))"), (r"\operatorname{leaky\_relu}(x)", "leaky_relu(x)"),
    (r"\|X\|_{\text{nuc}}", "norm_nuc(X)"), (r"\|X\|_\ast", "norm_nuc(X)"), ("𝐭𝐫(𝐀𝐗)", "tr(A*X)"),
    (r"\mathrm{loss} x where loss: scalar", "loss*x where loss: scalar"),
    ("std(x)", "var(x)^(1/2)"), ("quad_form(x, P)", "x'*P*x"), ("l1_loss(x, y)", "mean(abs(x - y))"),
    (r"[\theta]_\times v", "cross(theta, v)"), (r"e^{[\theta]_\times}p", "expm(cross_matrix(theta))*p"),
    ("‖x‖_7", "norm_p(x, 7)"), ("norm(x, p)", "norm_p(x, p)"), (r"\|x\|_A^2", "x'*A*x"), ("norm(x, 3)", "norm_p(x, 3)"),
    (r"\|x\|_{\Sigma^{-1}}^2", "x'*inv(Sigma)*x"), (r"\|X\|_{2,1}", "norm_21(X)"), ("clamp(x, 0, 1)", "clip(x, 0, 1)"),
    ("log_ndtr(x)", "normal_logcdf(x)"), ("where(x > 0, x, a)", "select(x, x, a)"),
    ("sum(X, axis=0)", "X'*ones"), ("max(X, axis=1)", "row_max(X)"),
    ("mean(X, axis=1, keepdims=True)", "X*ones(n)/n where X: matrix(m,n)"),
]
UNKNOWN = [  # the text, and every fix that may be offered
    ("eye_plus_inv(X)", set()), ("l0_loss(X)", set()), ("Std(x)", set()), ("Var(x)", set()),
    ("Cov(X)", set()), ("conv2d(x)", set()), ("trA(X)", set()), ("normN(x)", {"norm1(x)"}),
    ("x_max(a + b)", {"x_max*(a + b)"}), (r"\mathrm{AX}", {r"\mathrm{AX} where AX: scalar"}),
    (r"\operatorname{argsort} x", {r"\operatorname{argsort} x where argsort: scalar"}),
    (r"\operatorname{foo}(x)", set()), (r"{\rm foo}(x)", set()), (r"\text{Var}(x)", set()),
    (r"\operatorname{softmx}(x)", {"softmax(x)"}), ("sofMax(x)", {"softmax(x)"}), ("sigmiod(x)", {"sigmoid(x)"}),
    (r"\mathrm{loss}\,x", {r"\mathrm{loss}\,x where loss: scalar"}),
    (r"\mathbf{foo}(x)", {r"\mathbf{foo}(x) where foo: scalar"}),
]
DECLARED = [  # a name that is declared is no function, and one without a bracket is nobody's product
    ("var'diff", {"var": "vector", "diff": "vector"}, "a'b where a: vector, b: vector"),
    ("flip*roll", {"flip": "scalar", "roll": "matrix"}, "a*X where a: scalar, X: matrix"),
    ("2 mse + std", {"mse": "scalar", "std": "scalar"}, "2*a + b where a: scalar, b: scalar"),
    ("i1*x + i0", {"x": "scalar"}, "i_1*x + i_0 where x: scalar"),
]
PRODUCTS = [("AXB(x-b)", "A*X*B*(x-b)"), ("W1(x+b)", "W_1*(x+b)"), ("W_1(x+b)", "W_1*(x+b)"), ("Ax(c)", "A*x*c"),
            ("beta_1(x+y)", "beta_1*(x+y)"), ("x_ij(A + B)", "x_ij*(A + B)"), (r"\lambda_i(x+y)", "lambda_i*(x+y)")]
BY_NAME = [  # what is refused by its name, with the fixes it may have
    (r"\mathbb{E}[x]", "M0224", set()), ("𝔼[x'x]", "M0224", set()), (r"\mathbb{E}_{x}\left[x\right]", "M0224", set()),
    (r"\lfloor \omega \rfloor", "M0224", set()), (r"\lceil a \rceil", "M0224", set()), ("⌊a⌋", "M0224", set()),
    (r"h \ast x", "M0224", set()), (r"a \ast b", "M0224", {"a * b"}), (r"h \star x", "M0224", set()),
    (r"\overline{AB}", "M0224", set()), (r"\overline{xy}", "M0224", set()),
    (r"\bar (x+y)", "M0224", set()), (r"\hat{(x)}", "M0224", set()),
    (r"\lambda_T(B)", "M0209", {r"\lambda_T*(B)"}),
    ("f_1(x)", "M0209", {"f_1*(x)"}), (r"f^{(2)}(x)", "M0210", {"deriv(f, 2, x)"}), (r"\foo x", "M0103", set()),
]
COMPLEX = [("X^*", {"X'", "X^H", "X^{(*)}"}),
           (r"\mathbf{X}^{*}", {r"\mathbf{X}'", r"\mathbf{X}^H", r"\mathbf{X}^{(*)}"}),
           (r"\bar X", {"X_{bar}", "X"}), (r"\overline{X} a", {"X_{bar} a", "X a"}), ("X̄", {"X_{bar}", "X"}),
           (r"X^\dagger b", {"X' b", "X^H b", "pinv(X) b"}), ("X†", {"X'", "X^H", "pinv(X)"})]


@pytest.mark.parametrize(("text", "plain"), KNOWN + PRODUCTS)
def test_a_word_is_read_as_what_it_means(text: str, plain: str) -> None:
    assert read(text).expr is read(plain).expr


@pytest.mark.parametrize(("text", "declared", "shape"), DECLARED)
def test_a_declared_word_is_a_name(text: str, declared: dict[str, str], shape: str) -> None:
    found = read(text, **declared)
    assert set(declared) <= set(found.variables)
    assert found.expr.kind is read(shape).expr.kind


@pytest.mark.parametrize(("text", "fixes"), UNKNOWN)
def test_an_unknown_word_is_refused_and_never_taken_apart(text: str, fixes: set[str]) -> None:
    (found,) = refusal(text).diagnostics
    assert found.code == ("M0108" if refusals.refusal(text.partition("(")[0]) else "M0102")
    assert set(found.fixes) <= fixes


@pytest.mark.parametrize(("text", "code", "fixes"), BY_NAME)
def test_what_is_not_read_is_refused_by_name(text: str, code: str, fixes: set[str]) -> None:
    (found,) = refusal(text).diagnostics
    assert found.code == code
    assert set(found.fixes) == fixes


@pytest.mark.parametrize(("text", "fixes"), COMPLEX)
def test_signs_of_complex_matrices_name_the_real_case(text: str, fixes: set[str]) -> None:
    (found,) = refusal(text).diagnostics
    assert found.code == "M0214"
    assert set(found.fixes) == fixes
    assert "real" in found.message


def test_the_reading_of_another_name_is_noted() -> None:
    assert read("normNuc(X)").notes == ("normNuc is read as norm_nuc",)
    assert read("Tr(A) + det(A)").notes == ()


def test_a_small_letter_with_a_bar_is_a_name() -> None:
    assert set(read(r"\bar{x} - \hat{y}").variables) == {"x̄", "ŷ"}


def test_a_star_is_a_product_beside_a_number() -> None:
    assert read(r"2 \ast 3").expr is read("6").expr


def made(rng: random.Random) -> str:
    """A word no one can take for a product: small letters, then one of the signs of a word."""
    syllable = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 6)))
    other = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 5)))
    return syllable + rng.choice(["_" + other, other.capitalize(), f"{rng.randint(1, 9)}{other}", f"_{other}_{other}"])


@pytest.mark.parametrize("seed", some(range(9, 13)))
def test_random_words_before_a_bracket_are_never_taken_apart(seed: int) -> None:
    rng = random.Random(seed)
    for word in (made(rng) for _ in range(75)):
        for text in (f"{word}(X)", rf"\operatorname{{{word.replace('_', chr(92) + '_')}}}(X)", rf"\mathrm{{{word}}} X"):
            assert whole(text, word), text


def whole(text: str, word: str) -> bool:
    """Whether `text` is read without letters of `word`, or refused as an unknown word with no fix that splits it."""
    try:
        return set(read(text).variables) <= {"X"}
    except InputError as error:
        (found,) = error.diagnostics
        return found.code == "M0102" and all(word not in fix or "where" in fix for fix in found.fixes)


@pytest.mark.parametrize(("text", "by"), [("log(det(M*M'))", "M"), ("log_std'*log_std*log(c)", "c")])
def test_a_declared_name_that_begins_with_a_function_leaves_the_function(text, by):
    kinds = {"log_std": "vector(k)", "M": "matrix(d,d)", "c": "scalar positive"}
    plain = {name: kind for name, kind in kinds.items() if name != "log_std"} | {"v": "vector(k)"}
    found = matcalc.grad(text, by, variables=kinds)
    assert str(found).replace("log_std", "v") == str(matcalc.grad(text.replace("log_std", "v"), by, variables=plain))
