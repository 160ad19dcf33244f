"""Gradients of the literature: each answer equals the book's formula and is printed as here.

Sources: the Matrix Cookbook (2012), Magnus & Neudecker (2019), Bishop (2006), Higham (2008); typed in, never derived.
"""

import pytest

import matcalc
from matcalc.answer.proposed import claim_of
from matcalc.checking.verification import equal_numerically

VECTORS = {"x": "vector(n)", "y": "vector(n)", "u": "vector(n)", "w": "vector(n)"}
CASES = [  # kind, expression, variable, declarations, the book's formula, what is printed
    # determinants of updates and of Kronecker products
    ("grad", "det(eye(n) + x*y')", "x", VECTORS, "y", "y"),
    ("grad", "logdet(eye(n) + u*w')", "w", VECTORS, "u/(1 + u'*w)", "u/(u'*w + 1)"),
    ("grad", "det(kron(A, X))", "X", {"A": "matrix(m,m)", "X": "matrix(n,n)"},
     "m*det(A)^n*det(X)^m*inv(X)'", "m*det(A)^n*det(X)^m*inv(X)'"),
    ("grad", "logdet(kron(X, A))", "X", {"A": "matrix(m,m)", "X": "matrix(n,n)"}, "m*inv(X)'", "m*inv(X)'"),
    # functions of matrices along directions that commute
    ("grad", "tr(expm(X))", "X", {}, "expm(X)'", "expm(X)'"),
    ("grad", "tr(expm(c*A))", "c", {"c": "scalar"}, "tr(A*expm(c*A))", "tr(A*expm(c*A))"),
    ("jacobian", "expm(t*A)*x", "t", {"t": "scalar"}, "A*expm(t*A)*x", "A*expm(t*A)*x"),
    ("grad", "tr(logm(X))", "X", {"X": "spd(n)"}, "inv(X)", "inv(X)"),
    ("grad", "tr(X*logm(X))", "X", {"X": "spd(n)"}, "logm(X) + eye(n)", "logm(X) + eye(n)"),
    ("grad", "tr(sqrtm(X))", "X", {"X": "spd(n)"}, "inv(sqrtm(X))/2", "inv(sqrtm(X))/2"),
    # losses whose slopes fold into one function
    ("grad", "sum(log(cosh(A*x - b)))", "x", {}, "A'*tanh(A*x - b)", "A'*tanh(A*x - b)"),
    ("grad", "sum(relu(1 - y.*(X*w)).^2)", "w", {"y": "vector(m)", "w": "vector(n)", "X": "matrix(m,n)"},
     "-2*X'*(y.*relu(1 - y.*(X*w)))", "-2*X'*(y.*relu(1 - y.*(X*w)))"),
    ("hessian", "relu(1 - w'*x)^2", "w", VECTORS, "2*step(1 - w'*x)*x*x'", "2*step(1 - w'*x)*x*x'"),
    ("grad", "log(abs(1 + u'*w))", "w", VECTORS, "u/(1 + u'*w)", "u/(1 + u'*w)"),
    # a function that does not see transposes, and one that is linear, let their terms meet
    ("grad", "normF(diag(x)*A - B)^2", "x", {}, "2*diag((diag(x)*A - B)*A')", "2*diag((diag(x)*A - B)*A')"),
    ("jacobian", "exp(x)/sum(exp(x))", "x", VECTORS, "diag(softmax(x)) - softmax(x)*softmax(x)'",
     "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    # signs stand where a book has them: I - P, 1 - s, A - B C⁻¹ B', -‖x - y‖²
    ("jacobian", "X*inv(X'*X)*X'*y", "X", {"X": "matrix(m,n)"},
     "kron(y'*X*inv(X'*X), eye(m) - X*inv(X'*X)*X') + kron(X*inv(X'*X), y'*(eye(m) - X*inv(X'*X)*X'))",
     "kron(X*inv(X'*X), y'*(eye(m) - X*inv(X'*X)*X')) + kron(y'*X*inv(X'*X), eye(m) - X*inv(X'*X)*X')"),
    ("hessian", "sum(softplus(X*w)) + c/2*norm(w)^2", "w", {"w": "vector(n)", "X": "matrix(m,n)"},
     "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X + c*eye(n)",
     "X'*diag(sigmoid(X*w).*(1 - sigmoid(X*w)))*X + c*eye(n)"),
    ("grad", "logdet(A - B*inv(C)*B')", "A", {"A": "spd(n)", "C": "spd(k)"},
     "inv(A - B*inv(C)*B')", "inv(A - B*inv(C)*B')"),
    ("grad", "exp(-norm(x - y)^2/2)", "x", VECTORS, "exp(-norm(x - y)^2/2)*(y - x)", "-exp(-norm2(x - y)^2/2)*(x - y)"),
    # fractions below a stroke are cleared: Student's t has c + ‖x − u‖² there
    ("grad", "-(c + d)/2*log(1 + norm(x - u)^2/c)", "u", {**VECTORS, "c": "scalar positive", "d": "scalar positive"},
     "(c + d)*(x - u)/(c + norm(x - u)^2)", "(c + d)*(x - u)/(norm2(x - u)^2 + c)"),
    ("grad", "log(1 + exp(x'*y)/c)", "x", {**VECTORS, "c": "scalar positive"}, "exp(x'*y)*y/(exp(x'*y) + c)",
     "exp(x'*y)*y/(exp(x'*y) + c)"),
    ("jacobian", "kron(x', A)", "x", {"x": "vector(n)"}, "kron(eye(n), vec(A))", "kron(eye(n), vec(A))"),
]


@pytest.mark.parametrize(("kind", "expr", "wrt", "declared", "book", "printed"), CASES, ids=[c[1] for c in CASES])
def test_answer_is_the_books(kind, expr, wrt, declared, book, printed):
    d = getattr(matcalc, kind)(expr, wrt, variables=declared)
    reference = claim_of(d.problem, book)
    assert reference is d.expr or equal_numerically(d.expr, reference).ok
    assert printed == d.ascii
