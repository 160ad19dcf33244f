"""Which functions a program has: chosen by name, derived where they are missing, f and its gradient in one body."""

from itertools import combinations
from typing import get_args

import numpy as np
import pytest

import matcalc
from matcalc.api import differential, jvp, vjp
from matcalc.options import FunctionName
from tests.targets.test_programs import executed, somewhere

NETWORK = "normF(tanh(X*W_1)*W_2 - Y)^2"
SCALARS = [  # formula, variables, declarations
    (NETWORK, ["W_1", "W_2"], {}),
    ("cross_entropy(sigmoid(X*W_1)*W_2, Y)", ["W_1", "W_2"], {"Y": "onehot"}),
    ("x'*A*x + b'*x", ["x", "A", "b"], {}),
    ("tr(A*S*B*S)", ["S", "A"], {"S": "sym"}),
    ("log(det(S)) + x'*inv(S)*x", ["S", "x"], {"S": "spd"}),
    ("exp(a*b)", ["a", "b"], {"a": "scalar", "b": "scalar"}),
    ("sum_i (y_i - w'x_i)^4", ["w", "y"], {}),
]


@pytest.mark.parametrize(("expr", "wrt", "variables"), SCALARS)
@pytest.mark.parametrize("count", [1, 2])
def test_value_and_gradient_is_both(expr, wrt, variables, count):
    for names in combinations(wrt, count):
        found = matcalc.grad(expr, names if count > 1 else names[0], variables=variables)
        scope, printed = executed(found.code())
        assert "value_and_gradient against f: relative error" in printed
        one = next(iter(found.values())) if count > 1 else found
        values = [*somewhere(one)[0].values()]
        value, slope = scope["value_and_gradient"](*values)
        np.testing.assert_allclose(value, one.value(somewhere(one)[0]), rtol=1e-9)
        slopes = slope if count > 1 else (slope,)
        for d, got in zip(found.values() if count > 1 else [found], slopes, strict=True):
            np.testing.assert_allclose(got, d.evaluate(somewhere(one)[0]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("expr", "wrt", "lines"), [
    ("\\sum_i \\sum_k log(det(A_i + x_k^2 I))", "x_k", 3),
    ("\\sum_i \\sum_k log(det(A_i + x_k^2 I))", ["x_k", "A_i"], 5),
    ("\\sum_i log(det(A_i + X))", ["X", "A_i"], 5), ("cross_entropy(sigma(X*W_1)*W_2, Y)", ["W_1", "W_2"], 5),
])
def test_sums_and_unspecified_functions_have_it_too(expr, wrt, lines):
    assert executed(matcalc.grad(expr, wrt).code())[1].count("relative error") == lines


def test_one_forward_pass_serves_all_weights():
    source = matcalc.grad(NETWORK, ["W_1", "W_2"]).code(functions=["value_and_gradient"])
    body = source[source.index("def value_and_gradient"):source.index("def comparisons")]
    assert body.count("np.tanh") == body.count("X @ W_1") == body.count("- Y") + body.count("-= Y") == 1


@pytest.mark.parametrize("d", [
    matcalc.grad("x'*A*x*exp(b'*x)", "x"), matcalc.hessian("x'*A*x*exp(b'*x)", "x"),
    matcalc.grad("log(det(X))", "X"), matcalc.jacobian("x'*A*x", "x"), jvp("x'*A*x", "x"),
    vjp("sum(sin(x))", "x"), differential("x'*A*x", "x"), matcalc.grad("log(det(S))", "S", variables={"S": "spd"}),
], ids=repr)
def test_each_function_comes_from_any_derivation(d):
    names = [name for name in get_args(FunctionName) if name != "hessian_blocks"]  # which are not block diagonal
    printed = executed(d.code(functions=names))[1]
    assert all(f"{name}: relative error" in printed for name in names if name not in ("f", "value_and_gradient"))
    for name in names:
        alone = d.function(functions=[name])
        assert hasattr(alone, name)
        assert not any(hasattr(alone, other) for other in names if other != name)


def test_order_is_that_of_the_program_and_names_follow_f():
    made = matcalc.grad("x'*A*x", "x").function(functions=["hessian", "gradient", "f"], name="loss")
    assert [name for name in vars(made) if name.startswith("loss")] == ["loss", "loss_gradient", "loss_hessian"]
    assert matcalc.grad("x'*A*x", "x").function_names() == ["f", "gradient", "value_and_gradient"]
    assert matcalc.hessian("x'*A*x", "x").function_names(form="operator")[-1] == "hessian_product"


@pytest.mark.parametrize(("make", "code", "fix"), [
    (lambda: matcalc.jacobian("A*sin(x)", "x").code(functions=["hessian", "f"]), "M0522", "--functions f"),
    (lambda: matcalc.jacobian("A*sin(x)", "x").code(functions=["value_and_gradient"]), "M0522",
     "--functions f,jacobian"),
    (lambda: matcalc.grad("x'*A*x", "x").code(functions=["hesian"]), "M0521", "--functions hessian"),
    (lambda: matcalc.grad("x'*A*y", ["x", "y"]).code(functions=["hessian_product"]), "M0522",
     "--functions f,gradient,value_and_gradient,hessian"),
    (lambda: matcalc.grad("x'*A*y", ["x", "y"]).code(functions=["vjp"]), "M0522", "--wrt x"),
    (lambda: matcalc.jacobian("A*sin(x)", ["x", "A"]).code(), "M0522", "--wrt x"),
    (lambda: matcalc.grad("x'*x", "x").code(name="lambda"), "M0523", "--name loss"),
    (lambda: matcalc.grad("x'*x", "x").code(name="two words"), "M0523", "--name loss"),
    (lambda: matcalc.grad("x'*x", "x").code(dtype="float16"), "M0507", "--dtype float32"),
])
def test_what_there_is_not_is_refused(make, code, fix):
    with pytest.raises(matcalc.MatcalcError) as refused:
        make()
    assert (refused.value.diagnostics[0].code, refused.value.diagnostics[0].fixes[0]) == (code, fix)


def test_arguments_are_taken_as_they_are_where_a_call_says_so():
    rng = np.random.default_rng(0)
    x, A = rng.standard_normal(3), rng.standard_normal((3, 3))
    made = matcalc.grad("x'*A*x", "x").function()
    np.testing.assert_array_equal(made.gradient(x, A, check=False), made.gradient(x, A))
    np.testing.assert_array_equal(made.gradient(x[:, None], A), made.gradient(x, A))
    with pytest.raises(AssertionError, match="A is n×n"):
        made.gradient(x, A[:2])
    assert "check=True" not in matcalc.grad("x'*A*x", "x").code(check=False)
    source = matcalc.grad("x'*A*x", "x").code(check_arguments=False)
    assert "assert" not in source
    assert "check=" not in source
    np.testing.assert_array_equal(executed(source)[0]["gradient"](x, A), made.gradient(x, A))


def test_arguments_become_floats_of_a_kind():
    x, A = np.arange(3), np.eye(3)
    d = matcalc.grad("x'*A*x", "x")
    assert d.function(dtype="float32").gradient(x, A).dtype == np.float32
    assert d.function(dtype="float64").gradient(x.astype(np.float32), A).dtype == np.float64
    assert "relative error" in executed(d.code(dtype="float32"))[1]


def test_a_fault_in_one_part_is_noticed():
    right = matcalc.grad("x'*A*x", "x").code()
    start = right.index("def value_and_gradient")
    value, slope = right[right.index("return ", start):].split("\n")[0].removeprefix("return ").split(", ")
    for wrong in (f"return 2 * {value}, {slope}", f"return {value}, 2 * {slope}"):
        changed = right[:start] + right[start:].replace(f"return {value}, {slope}", wrong, 1)
        assert changed != right
        with pytest.raises(SystemExit, match="value_and_gradient"):
            executed(changed)


def test_directions_have_names_of_their_own():
    d = vjp("X*A", "X", direction="V")
    with pytest.raises(matcalc.MatcalcError, match="both called V"):
        d.code(functions=["jvp", "vjp"])
    assert "relative error" in executed(vjp("X*A", "X").code(functions=["f", "jvp", "vjp"]))[1]
