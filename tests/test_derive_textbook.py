"""Gradients of the literature: each answer equals the book's formula and is printed as here.

Sources: the Matrix Cookbook (2012), Magnus & Neudecker (2019), Bishop (2006), Higham (2008); typed in, never derived.
"""

import pytest

import matcalc
from matcalc.derive import claim_of
from matcalc.verification import equal_numerically

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
    ("grad", "log(abs(1 + u'*w))", "w", VECTORS, "u/(1 + u'*w)", "u/(u'*w + 1)"),
    ("jacobian", "kron(x', A)", "x", {"x": "vector(n)"}, "kron(eye(n), vec(A))", "kron(eye(n), vec(A))"),
]


@pytest.mark.parametrize(("kind", "expr", "wrt", "declared", "book", "printed"), CASES, ids=[c[1] for c in CASES])
def test_answer_is_the_books(kind, expr, wrt, declared, book, printed):
    d = getattr(matcalc, kind)(expr, wrt, variables=declared)
    reference = claim_of(d.problem, book)
    assert reference is d.expr or equal_numerically(d.expr, reference).ok
    assert printed == d.ascii
