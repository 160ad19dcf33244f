"""What was meant: formulas as typed beside the same formula with everything declared, or the question they raise."""

import pytest

from matcalc.answer.problem import pose
from matcalc.api import equal, grad, hessian, jacobian, parse
from matcalc.descent.objective import objective
from matcalc.diagnostics import InputError, MatcalcError
from matcalc.language.alternatives import by_default
from matcalc.tracing.traced import traced
from tests.language.reading import kinds, read, refusal

SPREAD = [  # a scalar beside a vector, signs between vectors
    ("(x - mean(x))/sqrt(mean((x - mean(x)).^2))", "(x - mean(x)*ones(n))/sqrt(mean((x - mean(x)*ones(n)).^2))"),
    ("x - max(x)", "x - max(x)*ones(n)"),
    ("x - logsumexp(x)", "x - logsumexp(x)*ones(n)"),
    ("x/‖x‖ - 1", "x/norm2(x) - ones(n)"),
    ("x - 1'x/3", "x - sum(x)/3*ones(n)"),
    ("h - log(sum(exp(h)))", "h - log(sum(exp(h)))*ones(n)"),
    ("X - mean(X)", "X - mean(X)*ones(m,n)"),
    ("v·w", "v'*w"),
    ("(A x - b)·(A x - b)", "(A*x - b)'*(A*x - b)"),
    ("A x ⋅ y", "(A*x)'*y"),
    (r"\frac{v\cdot w}{\|v\|\|w\|}", "v'*w/(norm2(v)*norm2(w))"),
    ("2·a·b", "2*a*b"),
    (r"a/(b\cdot c)", "a/(b*c)"),
]
EVIDENCE = [  # (typed, kinds that follow, whether a scalar is asked for)
    (r"a^T(x\otimes c)", {"a": "vector", "x": "vector", "c": "vector"}, True),
    ("‖a‖", {"a": "vector"}, True),
    ("sum(a)", {"a": "vector"}, True),
    ("mean(c)", {"c": "vector"}, True),
    ("prod(d)", {"d": "vector"}, True),
    ("max(b)", {"b": "vector"}, True),
    ("logsumexp(g)", {"g": "vector"}, True),
    ("softmax(a)", {"a": "vector"}, False),
    ("sum(a∘b)", {"a": "vector", "b": "vector"}, True),
    ("⟨c, x⟩", {"c": "vector", "x": "vector"}, True),
    (r"a\cdot x", {"a": "vector", "x": "vector"}, True),
    (r"\frac{a\cdot b}{\|a\|\|b\|}", {"a": "vector", "b": "vector"}, True),
    (r"(Y-X\beta)^T(Y-X\beta)+\lambda\beta^T\beta",
     {"Y": "vector", "X": "matrix", "beta": "vector", "lambda": "scalar"}, True),
    ("‖Y - Xw‖² + λ‖w‖²", {"Y": "vector", "X": "matrix", "w": "vector", "lambda": "scalar"}, True),
]
WHOLE = [  # functions of a square matrix
    ("e^{tA}", "expm(t*A)"), ("A^{1/2}", "sqrtm(A)"), ("A^{-1/2}", "inv(sqrtm(A))"), ("A^{+}", "pinv(A)"),
    (r"(AA^T)^{\frac{1}{2}}", "sqrtm(A*A')"), ("tr(A^(1/2) B)", "tr(sqrtm(A)*B)"),
    ("tr(sin.(X))", "sum(sin(X).*eye(n))"), ("exp.(X)", "exp(X)"), ("σ.(X)", "σ(X)"),
    (r"\sum \exp(XW)", "sum(exp(X*W))"), (r"\exp(x)", "exp(x)"), (r"\det(\mathbf 1-M)", "det(eye(n) - M)"),
    (r"\det(\textbf{1} + A)", "det(eye(n) + A)"), (r"\mathrm{tr}(\mathbb{1} + A)", "tr(eye(n) + A)"),
]
PIECES = [  # a function that compares its argument is one of numbers, taken of every entry
    (r"f(x) := \begin{cases} x & x > 0 \\ \alpha(e^{x/\alpha}-1) & x \le 0 \end{cases}; sum(f(W y))",
     "sum(where(W*y > 0, W*y, α*(exp(W*y/α) - 1)))"),
    (r"f(x) := \begin{cases} \frac12 x^2 & |x| \le 1 \\ |x| - \frac12 & \text{otherwise} \end{cases}; sum(f(A y - b))",
     "sum(where(abs(A*y - b) <= 1, (A*y - b).^2/2, abs(A*y - b) - 1/2))"),
    ("f(x) := x sin(x) if x > 0 else x/(1 + x^2); sum(f(W y))",
     "sum(where(W*y > 0, (W*y).*sin(W*y), (W*y)./(1 + (W*y).^2)))"),
    ("f(x) := x^2 if x > 0 else -x; f(t)^2", "where(t > 0, t^2, -t)^2"),
    ("f(x) := x/‖x‖ if ‖x‖ > 1 else x; b'f(A y)", "b'*where(‖A*y‖ > 1, A*y/‖A*y‖, A*y)"),
]
ASKED = [  # (typed, code, a fix among those offered)
    (r"\exp(t(U+sH))", "M0323", "expm(t(U+sH))"), (r"\exp(t(U+sH))", "M0323", "exp.(t(U+sH))"),
    (r"\sqrt{AA^T}", "M0323", "sqrtm(AA^T)"), ("√X", "M0323", "sqrt.(X)"),
    ("tr(sin(X))", "M0323", "tr(sin.(X))"), ("det(exp(X))", "M0323", "det(expm(X))"),
    ("inv(exp(X))", "M0323", "inv(exp.(X))"), ("log(X)^2", "M0323", "logm(X)^2"),
    ("tr(A log(XA) B)", "M0323", "tr(A logm(XA) B)"), (r"\|\log P P^T\|_F^2", "M0323", r"\|logm(P P^T)\|_F^2"),
    (r"\log(R\exp(m))", "M0323", "logm(R expm(m))"), ("tr(f(A))", "M0323", "tr(f.(A))"),
    ("A x + B", "M0309", "A x + B where x: vector, B: vector"),
    ("‖a × b‖", "M0224", ""), (r"\mathbf{a} \times \mathbf{b}", "M0224", ""),
    ("(AB)-1 (C)", "M0215", "(AB)^-1 (C)"), ("f(w) = (1/2n)‖w‖²", "M0308", "f(w) = (1/(2n))‖w‖²"),
    ("x'Ax + λ(Ax - b)", "M0306", "x'Ax + λ'(Ax - b)"),
]
NAMED = [  # names, definitions
    ("L = ‖Xw‖²", "norm2(X*w)^2"), (r"J(\theta) = \theta^T A \theta", "theta'*A*theta"), ("y = Ax", "A*x"),
    (r"y = f(x_1, x_2) = \ln x_1 + x_1 x_2", "log(x_1) + x_1*x_2"), ("p(y=1|w,x) = 1/(1+e^{-w'x})", "1/(1+exp(-w'*x))"),
    (r"\mathcal{L}(W; X) = \|XW\|^2", "normF(X*W)^2"), ("loss = ‖Xw‖²", "norm2(X*w)^2"), ("f := x'x", "x'*x"),
    (r"\log p(y|X) = -y^TK^{-1}y", "-y'*inv(K)*y"), (r"\hat{y} = A x", "A*x"),
    ("f = 0.5*norm(A*x-b)^2;", "norm2(A*x-b)^2/2"),
    (r"X \mapsto \operatorname{tr}(AX)", "tr(A*X)"), (r"l_{\text{ridge}}(w) = \|w\|^2", "w'*w"),
    (r"\frac12\|w\|^2 - \lambda\log(p) \text{ where } p = \frac{1}{1+e^{-w^Tx}}",
     "w'*w/2 - lambda*log(1/(1 + exp(-w'*x)))"),
    ("r'r where r = A x - b", "(A*x - b)'*(A*x - b)"), ("r's where r = A s, s = B x", "(A*(B*x))'*(B*x)"),
    ("h(x)'h(x) where h(z) = A z - b", "(A*x - b)'*(A*x - b)"), ("R = A x - b; R'R", "(A*x - b)'*(A*x - b)"),
    ("r'r where r = A x - b, x: vector(k)", "(A*x - b)'*(A*x - b)"),
    (r"-\log p^T \mathbf{1}_y", "-log(p'*e_y)"), (r"\mathbf{1}_n^T x", "ones(n)'*x"), ("h^T e_y", "h'*e_y"),
    (r"-z_y + \log(\mathbf{1}^T \exp(z))", "-(z'*e_y) + log(sum(exp(z)))"),
]
EQUATIONS = ["A x = b", "f(A) f(A)^T = A", "x = A x", "P = A P A + Q", "tr(X) = 3", r"\det X = 1",
             "A^T X A + Q = X; tr(X)", "log(x) = y", "X'X = I"]


@pytest.mark.parametrize(("typed", "plain"), [*SPREAD, *WHOLE, *NAMED, *PIECES])
def test_read_as(typed: str, plain: str) -> None:
    try:
        found = read(typed)
    except InputError:
        found = read(typed, demand_scalar=True)
    declared = {name: info.declaration() for name, info in found.variables.items()}
    assert found.expr is read(plain, **declared).expr


@pytest.mark.parametrize(("typed", "expected", "demand"), EVIDENCE)
def test_kinds_follow_from_signs_and_functions(typed: str, expected: dict[str, str], demand: bool) -> None:
    assert kinds(typed, demand) == expected


@pytest.mark.parametrize(("typed", "code", "fix"), ASKED)
def test_asked(typed: str, code: str, fix: str) -> None:
    try:
        (found,) = refusal(typed).diagnostics
    except AssertionError:
        (found,) = refusal(typed, demand_scalar=True).diagnostics
    assert found.code == code
    assert not fix or fix in found.fixes


@pytest.mark.parametrize("typed", EQUATIONS)
def test_an_equation_is_refused_as_one(typed: str) -> None:
    (found,) = refusal(typed).diagnostics
    assert found.code == "M0222"
    assert all(fix.startswith("matcalc equal ") for fix in found.fixes)


@pytest.mark.parametrize(("typed", "notes"), [
    ("exp(X) where X: sym", ["exp works entry by entry; the matrix function is expm"]),
    ("x - mean(x)", ["a scalar beside a vector or matrix is added to every entry"]),
    (r"\det(\mathbf 1-M)", [r"\mathbf 1 is the identity: only a square matrix fits there"]),
    (r"-\log p^T \mathbf{1}_y", [r"\mathbf{1}_y is the unit vector of class y, e_y"]),
    ("exp(X)", []), (r"\exp(x)", []),
])
def test_notes_say_what_was_chosen(typed: str, notes: list[str]) -> None:
    assert list(read(typed).notes) == notes


QUESTIONS = [  # (typed, by, order, the same in plain words)
    ("d/dX tr(AXB)", ["X"], 1, "tr(A*X*B)"), ("∂/∂X tr(AXB)", ["X"], 1, "tr(A*X*B)"),
    (r"\frac{\partial}{\partial X} \log\det X", ["X"], 1, "log(det(X))"),
    (r"\frac{\mathrm{d}}{\mathrm{d}X} \log\det X", ["X"], 1, "log(det(X))"),
    (r"\nabla_x \|Ax-b\|^2", ["x"], 1, "norm2(A*x - b)^2"), ("∇ₓ x'x", ["x"], 1, "x'*x"),
    (r"\nabla_{\mathbf{x}} \mathbf{x}^T A \mathbf{x}", ["x"], 1, "x'*A*x"),
    (r"\frac{\partial \operatorname{tr}(AXB)}{\partial X}", ["X"], 1, "tr(A*X*B)"),
    ("∂ tr(AXB)/∂X", ["X"], 1, "tr(A*X*B)"),
    (r"\frac{\partial^2}{\partial x \partial x^T} x^TAx", ["x"], 2, "x'*A*x"), ("∇²_x x'Ax", ["x"], 2, "x'*A*x"),
    (r"\frac{\partial^2}{\partial x \partial y^T} x^TAy", ["x", "y"], 2, "x'*A*y"),
    ("∂L/∂W where L = ‖W x‖²", [], 1, "norm2(W*x)^2"), ("∂f/∂X where f = tr(AXB)", ["X"], 1, "tr(A*X*B)"),
]


@pytest.mark.parametrize(("typed", "by", "order", "plain"), QUESTIONS)
def test_the_question_itself(typed: str, by: list[str], order: int, plain: str) -> None:
    answer = hessian(typed) if order == 2 else grad(typed)
    assert not by or [x.data.name for x in answer.problem.wrt] == by
    names = [x.data.name for x in answer.problem.wrt]
    same = hessian(plain, *names) if order == 2 else grad(plain, *names)
    assert answer.ascii == same.ascii


@pytest.mark.parametrize(("call", "typed", "wrt", "code"), [
    (grad, "∂/∂X tr(AXB)", "A", "M0513"), (grad, "∇²_x x'Ax", "x", "M0513"), (hessian, "∂/∂x x'Ax", "x", "M0513"),
    (grad, "∂f/∂x = 2Ax", "x", "M0223"), (jacobian, r"A = U\Sigma V^T", "A", "M0222"),
])
def test_a_question_that_does_not_fit(call: object, typed: str, wrt: str, code: str) -> None:
    assert callable(call)
    with pytest.raises(MatcalcError) as refused:
        call(typed, wrt)
    assert refused.value.diagnostics[0].code == code


@pytest.mark.parametrize("asked", ["∂/∂x x'x", "d/dx x'x where x: vector", "∂²/∂x² x'Ax"])
def test_a_question_is_no_formula(asked: str) -> None:
    for call in (parse, lambda text: equal(text, "x'x"), lambda text: equal("x'x", text),
                 lambda text: objective(text, ["x"], {}, {}), lambda text: traced(text, {}, random={"n": 2})):
        with pytest.raises(MatcalcError) as refused:
            call(asked)
        assert refused.value.diagnostics[0].code == "M0517"


@pytest.mark.parametrize(("typed", "code"), [
    ("p'p where p = A x, p = B x", "M0212"), ("p := A x; p'p where p = B x", "M0212"),
    ("f(x)'x where f(z) = A z, f(z) = B z", "M0212"), ("x'x where x: vector(2), x: vector(3)", "M0403"),
])
def test_what_is_said_twice(typed: str, code: str) -> None:
    with pytest.raises(MatcalcError) as refused:
        read(typed)
    assert refused.value.diagnostics[0].code == code


def test_what_the_call_declares_otherwise() -> None:
    with pytest.raises(MatcalcError) as refused:
        grad("x'x where x: vector", "x", variables={"x": "scalar"})
    assert refused.value.diagnostics[0].code == "M0403"


@pytest.mark.parametrize(("call", "typed", "wrt"), [
    (grad, r"\frac{a\cdot b}{\sqrt{a^2\cdot b^2}}", "a"), (jacobian, "a/sqrt(a^2)", "a"),
    (grad, r"\frac{c\cdot d}{|c||d|}", "c"), (jacobian, r"\frac{a - c}{|a - c|}", "a"),
    (jacobian, "(a-b)/sqrt((a-b)^2)", "a"), (jacobian, r"\frac{a}{|a|}", "a"),
])
def test_zero_by_default_is_asked_about(call: object, typed: str, wrt: str) -> None:
    assert callable(call)
    with pytest.raises(InputError) as refused:
        call(typed, wrt)
    (found,) = refused.value.diagnostics
    assert found.code == "M0325"
    assert call(found.fixes[0], wrt).ascii != "0"
    assert call(found.fixes[1], wrt).ascii == "0"


def test_zero_of_declared_numbers_is_zero() -> None:
    assert grad("a*b/sqrt(a^2*b^2)", "a", variables={"a": "scalar", "b": "scalar"}).ascii == "0"
    assert grad("sign(a)", "a").ascii == "0"


@pytest.mark.parametrize(("typed", "open_kinds"), [
    ("sin(x)", {"x": "scalar"}), ("x'Ax", {}), ("log(x'x)", {}), ("a*x'x", {"a": "vector"}),
    ("A exp(x)", {"x": "scalar"}),
])
def test_what_only_a_letter_decides(typed: str, open_kinds: dict[str, str]) -> None:
    assert by_default(pose(typed, ()).elaborated) == open_kinds


@pytest.mark.parametrize(("typed", "code"), [
    ("(a·b)^2", "M0309"), (r"a - 2(a \cdot d) d", "M0309"), ("(a·b) c", "M0309"), ("a × b", "M0224"),
    ("sum(x A x)", "M0301"), ("tr(t A t)", "M0301"),
])
def test_two_letters_and_a_dot_are_a_tie(typed: str, code: str) -> None:
    assert refusal(typed).diagnostics[0].code == code


def test_a_word_declares_as_a_colon_does() -> None:
    said, meant = (grad(f"x^T A x where A {word} symmetric", "x") for word in ("is", ":"))
    assert said.ascii == meant.ascii == "2*A*x"
