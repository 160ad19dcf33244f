"""Second derivatives and Jacobians that textbooks state: each answer equals the book's formula, and reads like it.

References: Magnus & Neudecker (2019) ch. 9 and 10, the Matrix Cookbook, lecture notes; typed in, never derived here.
"""

import pytest

import matcalc
from matcalc.answer.proposed import claim_of
from matcalc.checking.verification import equal_numerically

X_BY_W = {"X": "matrix(m,n)", "y": "vector(m)", "w": "vector(n)"}
CASES = [  # kind, expression, variable, declarations, the book's formula, what is printed
    ("hessian", "x'Ax", "x", {}, "A + A'", "A + Aᵀ"),
    ("hessian", "x'Ax", "x", {"A": "sym"}, "2A", "2 A"),
    ("hessian", "norm(x)^3", "x", {}, "3*x*x'/norm(x) + 3*norm(x)*eye(n)", "3 (x xᵀ/‖x‖ + ‖x‖ I)"),
    ("hessian", "norm(x)", "x", {}, "eye(n)/norm(x) - x*x'/norm(x)^3", "(I − x xᵀ/‖x‖²)/‖x‖"),
    ("hessian", "sum(softplus(X*w)) - y'*X*w", "w", X_BY_W, "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X", None),
    ("hessian", "sum(log(exp(-y.*(X*w)) + vector(1)))", "w", X_BY_W,
     "X'*diag(y.^2.*sigmoid(y.*(X*w)).*(1 - sigmoid(y.*(X*w))))*X", None),
    ("hessian", "logsumexp(x)", "x", {"x": "vector(n)"}, "diag(softmax(x)) - softmax(x)*softmax(x)'",
     "diag(softmax(x)) − softmax(x) softmax(x)ᵀ"),
    ("hessian", "logsumexp(A*x)", "x", {}, "A'*(diag(softmax(A*x)) - softmax(A*x)*softmax(A*x)')*A",
     "Aᵀ (diag(softmax(A x)) − softmax(A x) softmax(A x)ᵀ) A"),
    ("hessian", "log(det(X))", "X", {}, "-K(n,n)*kron(inv(X)', inv(X))", "−(X⁻¹ ⊗ X⁻ᵀ) Kₙₙ"),
    ("hessian", "tr(X'*A*X*B)", "X", {}, "kron(B', A) + kron(B, A')", "B ⊗ Aᵀ + Bᵀ ⊗ A"),
    ("hessian", "normF(T - U*V')^2", "U", {"T": "matrix(m,n)", "U": "matrix(m,p)"}, "2*kron(V'*V, eye(m))",
     "2 (Vᵀ V ⊗ Iₘ)"),
    ("hessian", "a'*inv(X)*b", "X", {},
     "K(n,n)*(kron(inv(X)'*a*b'*inv(X)', inv(X)) + kron(inv(X)', inv(X)*b*a'*inv(X)))", None),
    ("hessian", "tr(X'*X)", "X", {"X": "matrix(m,n)"}, "2*eye(m*n)", "2 Iₘₙ"),
    ("hessian", "tr(X^2)", "X", {}, "2*K(n,n)", "2 Kₙₙ"),
    ("hessian", "det(X)", "X", {},
     "det(X)*(vec(inv(X)')*vec(inv(X)')' - K(n,n)*kron(inv(X)', inv(X)))", None),
    ("hessian", "exp(-s^2/2)", "s", {"s": "scalar"}, "(s^2 - 1)*exp(-s^2/2)", None),
    ("hessian", "lambda_max(X)", "X", {"X": "sym(n)"},
     "(eye(n*n) + K(n,n))*kron(eigenprojection_max(X), reduced_resolvent_max(X))*(eye(n*n) + K(n,n))/2", None),
    ("jacobian", "A*X*B", "X", {}, "kron(B', A)", "Bᵀ ⊗ A"),
    ("jacobian", "inv(X)", "X", {}, "-kron(inv(X)', inv(X))", "−X⁻ᵀ ⊗ X⁻¹"),
    ("jacobian", "X'*X", "X", {"X": "matrix(m,n)"}, "(eye(n*n) + K(n,n))*kron(eye(n), X')",
     "(Kₙₙ + I) (Iₙ ⊗ Xᵀ)"),
    ("jacobian", "X'", "X", {"X": "matrix(m,n)"}, "K(m,n)", "Kₘₙ"),
    ("jacobian", "X*a", "X", {"X": "matrix(m,n)"}, "kron(a', eye(m))", "aᵀ ⊗ Iₘ"),
    ("jacobian", "X'*a", "X", {"X": "matrix(m,n)"}, "kron(eye(n), a')", "Iₙ ⊗ aᵀ"),
    ("jacobian", "X.*A", "X", {}, "diag(vec(A))", "diag(vec(A))"),
    ("jacobian", "X^2", "X", {}, "kron(X', eye(n)) + kron(eye(n), X)", "Iₙ ⊗ X + Xᵀ ⊗ Iₙ"),
    ("jacobian", "diag(x)*A*x", "x", {}, "diag(A*x) + diag(x)*A", "diag(A x) + diag(x) A"),
    ("jacobian", "x/norm(x)", "x", {}, "eye(n)/norm(x) - x*x'/norm(x)^3", "(I − x xᵀ/‖x‖²)/‖x‖"),
    ("jacobian", "softmax(W*x)", "x", {}, "(diag(softmax(W*x)) - softmax(W*x)*softmax(W*x)')*W",
     "(diag(softmax(W x)) − softmax(W x) softmax(W x)ᵀ) W"),
    ("jacobian", "A*exp(x)", "x", {}, "A*diag(exp(x))", "A diag(exp(x))"),
    ("jacobian", "x*x'", "x", {}, "kron(x, eye(n)) + kron(eye(n), x)", "x ⊗ Iₙ + Iₙ ⊗ x"),
    ("jacobian", "det(X)", "X", {}, "det(X)*vec(inv(X)')'", "det(X) vec(X⁻ᵀ)ᵀ"),
    ("jacobian", "normF(X)", "X", {}, "vec(X)'/normF(X)", "vec(X)ᵀ/‖X‖_F"),
    ("jacobian", "t*A", "t", {"t": "scalar"}, "vec(A)", "vec(A)"),
    # the chain rule, J of H∘G = (J of H) (J of G), with unspecified functions
    ("jacobian", "σ(W*x + b)", "x", {}, "diag(σ′(W*x + b))*W", "diag(σ′(W x + b)) W"),
    ("jacobian", "W2*σ(W1*x + b)", "x", {}, "W2*diag(σ′(W1*x + b))*W1", "W₂ diag(σ′(W₁ x + b)) W₁"),
    ("jacobian", "f(A*g(x))", "x", {}, "diag(f′(A*g(x)))*A*diag(g′(x))", "diag(f′(A g(x))) A diag(g′(x))"),
]


@pytest.mark.parametrize(("kind", "expr", "wrt", "declared", "book", "printed"), CASES, ids=[c[1] for c in CASES])
def test_answer_is_the_books(kind, expr, wrt, declared, book, printed):
    d = getattr(matcalc, kind)(expr, wrt, variables=declared)
    reference = claim_of(d.problem, book)
    assert reference is d.expr or equal_numerically(d.expr, reference).ok
    assert printed in (None, d.unicode)


@pytest.mark.parametrize(("kind", "expr", "wrt", "declared"), [case[:4] for case in CASES], ids=[c[1] for c in CASES])
def test_answer_is_read_back(kind, expr, wrt, declared):
    d = getattr(matcalc, kind)(expr, wrt, variables=declared)
    for text in (d.ascii, d.unicode, d.latex):
        assert d.problem.settled(claim_of(d.problem, text)) is d.expr


def test_logistic_loss_has_no_dense_square():
    """X' diag(…) X: the weights stay a vector."""
    shown = matcalc.hessian("sum(softplus(X*w)) - y'*X*w", "w", variables=X_BY_W).unicode
    assert shown.removeprefix("−").startswith("Xᵀ diag(sigmoid(X w) ∘ (")
    assert shown.endswith("X")


def test_operator_of_log_det():
    d = matcalc.hessian("log(det(X))", "X")
    assert d.operator.unicode == "−X⁻ᵀ Vᵀ X⁻ᵀ"
    assert d.bilinear.unicode == "−tr(dX₂ X⁻¹ dX₁ X⁻¹)"


def test_forms_of_a_product():
    d = matcalc.jacobian("A*X*B", "X")
    assert (d.differential.unicode, d.differential.latex) == ("A dX B", r"A\, \mathrm{d}X\, B")
    assert (d.index_form.unicode, d.index_form.ascii, d.index_form.latex) == \
        ("Aᵢₖ Bₗⱼ", "A[i,k]*B[l,j]", "A_{ik} B_{lj}")
