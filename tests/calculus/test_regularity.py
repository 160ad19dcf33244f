"""Where an answer holds: said in terms of the input, nothing twice, nothing that is always true."""

import pytest

import matcalc

CASES = [  # expression, by, conditions
    ("x'A x", "x", []),
    ("norm2(x)^2", "x", []),
    ("norm2(x)", "x", ["x != 0"]),
    ("log(x'x)", "x", ["x != 0"]),
    ("normF(A*X)", "X", ["A*X != 0"]),
    ("tr(inv(X))", "X", ["X invertible"]),
    ("det(A*X*B)", "X", ["A*X*B invertible"]),
    ("logdet(X)", "X", ["X invertible"]),
    ("log(det(X))", "X", ["det(X) > 0"]),
    ("a'inv(S) a where S: spd(n)", "S", []),
    ("logdet(S) where S: spd(n)", "S", []),
    ("logdet(X'X + S) where S: spd(n)", "X", []),
    ("sum(log(x))", "x", ["entries of x > 0"]),
    ("sum(sqrt(x))", "x", ["entries of x > 0"]),
    ("sum(log(x)) where x: vector(n) positive", "x", []),
    ("sum(log(1 + exp(x)))", "x", []),
    ("log(x'x)", "x", ["x != 0"]),
    ("sqrt(x'S x) where S: spd(n)", "x", ["x != 0"]),
    ("sqrt(x'A x)", "x", ["x'*A*x > 0"]),
    ("logdet(eye(n) + X'X)", "X", []),
    ("tr(inv(X'X + c*I)) where c: scalar>0", "X", []),
    ("log(sum(exp(x)))", "x", []),
    ("1/(1 + x'A'A x)", "x", []),
    ("sqrt(tr(S X)) where S: spd(n), X: spd(n)", "X", ["tr(S*X) > 0"]),
    ("normF(inv(X))", "X", ["X invertible"]),
    ("log(norm(X))", "X", ["X != 0"]),
    ("sum(log(1 - sigmoid(x)))", "x", []),
    ("log(1 - tanh(w'x)^2)", "w", []),
    ("log(2 - tanh(c) - erf(c))", "c", []),
    ("log(1 + 2*tanh(c))", "c", ["1 + 2*tanh(c) > 0"]),
    ("logdet(A - B*inv(D)*B') where D: sym", "D", ["D invertible", "A - B*inv(D)*B' invertible"]),
    ("1/c where c: scalar", "c", ["c != 0"]),
    ("log(c) + 1/c where c: scalar", "c", ["c > 0"]),
    ("lambda_max(A)", "A", ["A sym", "lambda_max(A) has a kink: where the largest eigenvalue is not simple"]),
    ("tr(A*sqrtm(X))", "X", ["X without eigenvalue on the negative real axis"]),
    ("tr(sylvester(A, B, C))", "C", ["A and -B without common eigenvalue"]),
    ("log(det(expm(X)))", "X", []),
    ("tr(A'*polar(X)) where X: matrix(n,n)", "X", ["X of full rank"]),
    ("lambda_max(A'A)", "A", ["lambda_max(A'*A) has a kink: where the largest eigenvalue is not simple"]),
    ("lambda_max(A) where A: sym", "A", ["lambda_max(A) has a kink: where the largest eigenvalue is not simple"]),
]


@pytest.mark.parametrize(("expr", "by", "expected"), CASES, ids=[case[0] for case in CASES])
def test_conditions_are_minimal(expr, by, expected):
    assert matcalc.grad(expr, by).conditions == expected


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "abs"])
def test_a_kink_is_named_with_the_value_taken_there(name):
    said = matcalc.grad(f"sum({name}(x))", "x").conditions
    assert said
    assert all("kink" in text and "0" in text for text in said)
