"""What was typed keeps its conditions where the normal form forgets them; what has no value anywhere is refused."""

import pytest

import matcalc
from matcalc.diagnostics import InputError, NoRuleError
from tests.cli.sessions import run

STATED = [  # expression, by, declarations, answer, conditions
    ("exp(log(a))*b", "a", {}, "b", ["a > 0"]),
    ("sqrt(a)^2", "a", {}, "1", ["a >= 0"]),
    ("sqrt(2*a)^2", "a", {}, "2", ["a >= 0"]),
    ("a^(1/2)*a^(1/2)", "a", {}, "1", ["a >= 0"]),
    ("(a^3)^(1/3)", "a", {}, "1", ["a >= 0"]),
    ("sqrt(c)^2", "c", {"c": "nonnegative"}, "1", []),
    ("c*b/c", "b", {}, "1", ["c != 0"]),
    ("b/(2*c)*c", "b", {}, "1/2", ["c != 0"]),
    ("a^-1*a + b", "b", {}, "1", ["a != 0"]),
    ("0*log(a) + b", "b", {}, "1", ["a > 0"]),
    ("log(a) - log(a) + b", "b", {}, "1", ["a > 0"]),
    ("1/c", "c", {"c": "scalar>=0"}, "-1/c^2", ["c != 0"]),
    ("log(c)", "c", {"c": "scalar ≥ 0"}, "1/c", ["c > 0"]),
    ("1/c", "c", {"c": "scalar>0"}, "-1/c^2", []),
    ("a^k", "a", {"k": "integer"}, "k*a^(k - 1)", ["a != 0"]),
    ("tan(a)", "a", {}, "tan(a)^2 + 1", ["cos(a) != 0"]),
    ("log(a^2)", "a", {}, "2/a", ["a != 0"]),
    ("log(prod(x))", "x", {}, "1./x", ["entries of abs(x) > 0", "entries of x != 0", "prod(x) > 0"]),
    ("sum(x./x) + b", "b", {"x": "vector"}, "1", ["entries of x != 0"]),
    ("tr(A*inv(A)) + b", "b", {}, "1", ["A invertible"]),
    ("tr(inv(inv(A)*B))", "B", {}, "-inv(B)'*A'*inv(B)'", ["B invertible", "A invertible"]),
    ("det(A)/det(A) + b", "b", {}, "1", ["A invertible"]),
    ("logdet(A*B)", "A", {"A": "square", "B": "square"}, "inv(A)'", ["A invertible", "B invertible"]),
    ("tr(sqrtm(A)^2)", "A", {}, "eye(n)", ["A without eigenvalue on the negative real axis"]),
    ("tr(B*sylvester(A, A, A))", "B", {"A": "matrix(n,n)", "B": "matrix(n,n)"}, "eye(n)/2",
     ["A and -A without common eigenvalue"]),
    ("log(exp(a))", "a", {}, "1", []),
    ("exp(log(exp(a)))", "a", {}, "exp(a)", []),
    ("tr(S*inv(S)) + b where S: spd(n)", "b", {}, "1", []),
    ("norm(x)^2/norm(x)^2 + b", "b", {}, "1", ["x != 0"]),
    ("sum(min(z, z))", "z", {"z": "vector"}, "ones(n)", []),
    ("max(a, a)", "a", {}, "1", []),
    ("relu(c)*b", "b", {"c": "scalar>0"}, "relu(c)", []),
    ("c*b*det(Q)", "b", {"Q": "orthogonal"}, "c*det(Q)", []),
    ("sign(c)*b", "b", {"c": "nonnegative"}, "sign(c)", []),
    ("tr(B*pinv(M)*M)", "B", {"M": "psd(n)", "B": "matrix(n,n)"}, "M*pinv(M)", ["M of constant rank"]),
]


@pytest.mark.parametrize(("expr", "by", "variables", "answer", "said"), STATED, ids=[case[0] for case in STATED])
def test_what_was_typed_is_stated(expr, by, variables, answer, said):
    found = matcalc.grad(expr, by, variables=variables)
    assert found.conditions == said
    assert found.ascii == answer


NOWHERE = [  # expression, the part that has no value
    ("0/(x - x) + a", "0/(x - x)"), ("0/0 + a", "0/0"), ("(a - a)/(b - b) + a", "(a - a)/(b - b)"),
    ("a + log(-1)", "log(-1)"), ("a*log(0)", "log(0)"), ("a + sqrt(-2)", "sqrt(-2)"),
    ("0*(b - b)^-1 + a", "(b - b)^-1"),
    ("a*exp(log(-exp(b)))", "log(-exp(b))"), ("a + tr(inv(zeros(n,n)))", "inv(zeros(n,n))"),
    ("sum((x - x).^-1) + a", "(x - x).^-1"), ("a + 0^b", "0^b"), ("a*(-1)^(1/2)", "(-1)^(1/2)"),
]


@pytest.mark.parametrize(("expr", "part"), NOWHERE, ids=[case[0] for case in NOWHERE])
def test_what_has_no_value_anywhere_is_refused_where_it_stands(expr, part):
    with pytest.raises(InputError, match="has no value") as refusal:
        matcalc.grad(expr, "a", variables={"x": "vector"} if "sum" in expr else {"x": "scalar"} if "x" in expr else {})
    (found,) = refusal.value.diagnostics
    assert found.code == "M0330"
    assert f"“{part}”" in found.message


NOTHING = "a*(sin(b)^2 + cos(b)^2 - 1)/(sin(b)^2 + cos(b)^2 - 1)"


def test_a_condition_that_holds_at_no_point_is_refused():
    with pytest.raises(NoRuleError, match=r"no point was found where cos\(b\)\^2 \+ sin\(b\)\^2 - 1 != 0"):
        matcalc.grad(NOTHING, "a")
    assert matcalc.verify(NOTHING, "a").ok is None
    code, _, said = run("grad", NOTHING, "--wrt", "a")
    assert (code, "no point was found" in said) == (3, True)


@pytest.mark.parametrize(("said", "props"), [("nonnegative", {"nonnegative"}), (">=0", {"nonnegative"}),
                                             ("vector(n) ≥ 0", {"nonnegative"}), ("scalar > 0", {"positive"})])
def test_nonnegative_is_a_property_of_its_own(said, props):
    assert matcalc.grad("sum(c)", "c", variables={"c": said}).problem.variables["c"].props == props


def test_a_claim_that_lost_a_division_by_zero_is_refused_and_one_without_values_is_wrong():
    with pytest.raises(InputError, match="“0/\\(x - x\\)” has no value"):
        matcalc.verify("x^2", "x", claim="2*x + 0/(x - x)", variables={"x": "scalar"})
    assert matcalc.verify("x^2", "x", claim="log(-exp(x))", variables={"x": "scalar"}).ok is False
