"""Programs run by themselves, find themselves right, equal the derivation, and notice a fault."""

import io
import runpy
import subprocess
import sys
import tracemalloc
from contextlib import redirect_stdout, suppress
from itertools import product

import numpy as np
import pytest

import matcalc
from matcalc.api import differential, jvp, vjp
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import program, silence
from matcalc.numeric.plain_draws import MODES
from matcalc.numeric.sizes import dims_of, sizes_for
from matcalc.targets import target_named
from tests import corpus

SINGULAR = 1e4  # larger entries on the way are an inverse of what has none
STRUCTURED = [  # expression, keywords
    ("tr(A*S*B*S)", {"wrt": "S", "variables": {"S": "sym"}}),
    ("log(det(S))", {"wrt": "S", "variables": {"S": "spd"}}),
    ("log(det(S))", {"wrt": "S", "variables": {"S": "spd"}, "structure": "cookbook"}),
    ("log(det(S))", {"wrt": "S", "variables": {"S": "spd"}, "structure": "free"}),
    ("tr(A*K*A'*K)", {"wrt": "K", "variables": {"K": "skew"}}),
    ("tr(A*D*D)", {"wrt": "D", "variables": {"D": "diag"}}),
    ("tr(A*L*L')", {"wrt": "L", "variables": {"L": "lower"}}),
    ("tr(Q'*A*Q*B)", {"wrt": "Q", "variables": {"Q": "orthogonal"}}),
]
OTHERS = [
    matcalc.grad("cross_entropy(sigma(X*W_1)*W_2, Y)", wrt="W_1", variables={"Y": "onehot"}),
    matcalc.grad("cross_entropy(W*x + b, y)", wrt="W", variables={"y": "vector(n) onehot"}),
    matcalc.hessian("sum(f(g(A*x)))", wrt="x"),
    matcalc.grad("f*g^2", wrt="g", variables={"f": "scalar", "g": "scalar"}),
    matcalc.grad("gradient*arrays^2", wrt="arrays", variables={"gradient": "scalar", "arrays": "scalar"}),
    matcalc.grad("sqrt(1 - x'*x) + sum(arcsin(x))", wrt="x"),
    matcalc.grad("k*x^k", wrt="x", variables={"k": "scalar integer", "x": "scalar>0"}),
    matcalc.grad("tr(A*X)", wrt="X", layout="numerator"),
    matcalc.grad("a'*x", wrt="x", layout="numerator"),
    matcalc.jacobian("A*X*B", wrt="X", vec="row"),
    matcalc.jacobian("t*X", wrt="t", variables={"t": "scalar", "X": "matrix"}, layout="denominator"),
    matcalc.jacobian("A*sin(x)", wrt="x", layout="denominator"),
    matcalc.jacobian("inv(S)", wrt="S", variables={"S": "sym"}),
    matcalc.hessian("x'*A*y", wrt="x", wrt2="y"),
    matcalc.hessian("log(det(X))", wrt="X", vec="row"),
    differential("det(X)", "X", order=2),
    jvp("A*X*B", ["A", "X"]),
    jvp("log(det(S))", "S", variables={"S": "spd"}),
    vjp("S*A*S", "S", variables={"S": "sym"}),
    vjp("x*y'", "x"),
]


def executed(source):
    """The functions of a program, and what it prints when it is run."""
    scope, printed = {"__name__": "__main__"}, io.StringIO()
    with silence(), redirect_stdout(printed):
        exec(compile(source, "<program>", "exec"), scope)
    return scope, printed.getvalue()


def somewhere(d):
    """A well conditioned point, and the value of the derivative there."""
    dims = dims_of(d.problem.f, *d.inputs.values())
    for choice, mode in product(range(4), MODES):
        sizes = sizes_for(dims, choice)
        done = draw(list(d.inputs.values()), np.random.default_rng(0), sizes, mode)
        values = {name: done[x] for name, x in d.inputs.items()}
        with silence(), suppress(np.linalg.LinAlgError):
            if program(d.expr).at(done, sizes).largest < SINGULAR:
                return values, d.evaluate(values)
    raise AssertionError("no point")


@pytest.mark.parametrize("name", [case["id"] for case in corpus.cases()])
def test_every_problem(name):
    d = corpus.answer(name)
    scope, printed = executed(d.code())
    assert f"{d.kind}: relative error" in printed
    values, want = somewhere(d)
    got = scope[d.kind](*(values[name] for name in d.inputs))
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    assert np.shape(got) == np.shape(want)


@pytest.mark.parametrize(("expr", "options"), STRUCTURED)
def test_structured_variables(expr, options):
    assert "gradient: relative error" in executed(matcalc.grad(expr, **options).code())[1]
    d = matcalc.hessian(expr, **options)
    assert "hessian: relative error" in executed(d.code())[1]
    if d.operator:
        assert "hessian_product: relative error" in executed(d.code(form="operator"))[1]


@pytest.mark.parametrize("d", OTHERS, ids=repr)
def test_other_kinds_layouts_and_names(d):
    assert "relative error" in executed(d.code())[1]


def test_a_file_stands_alone_and_notices_a_fault(tmp_path):
    right = matcalc.grad("1/2*norm2(X*w - y)^2", wrt="w").code()
    start = right.index("def gradient")
    wrong = right[:start] + right[start:].replace("return ", "return 2 * ", 1)
    assert wrong != right
    for source, code, says in [(right, 0, "gradient: relative error"), (wrong, 1, "the gradient is wrong")]:
        (tmp_path / "program.py").write_text(source, encoding="utf-8")
        ran = subprocess.run([sys.executable, "-I", tmp_path / "program.py"], capture_output=True, text=True,
                             check=False)
        assert ran.returncode == code
        assert says in ran.stdout + ran.stderr
    assert set(runpy.run_path(str(tmp_path / "program.py"))) >= {"f", "gradient", "value_and_gradient"}


def test_what_is_needed_twice_is_computed_once():
    source = matcalc.grad("det(A*X*B)", wrt="X").code()
    for body in source.split("\ndef ")[1:]:
        if body.startswith(("f(", "gradient(", "value_and_gradient(")):
            assert body.count(" @ ") == (2 if body.startswith("f(") else 4)  # A X B, and its adjugate between A' and B'
            assert body.count("adjugate(") == (not body.startswith("f("))


def test_no_point():
    with pytest.raises(matcalc.MatcalcError, match="passes its own check at none"):
        matcalc.grad("sqrt(sin(x'*x) - 2)", wrt="x", check=False).code()
    assert "def gradient" in matcalc.grad("sqrt(sin(x'*x) - 2)", wrt="x", check=False).code(check=False)


def test_every_kind_of_draw_has_its_line():
    assert {*MODES} <= {*target_named("numpy").rows.sections["draws"]}


@pytest.mark.parametrize("formula", ["sum(b'*X)", "sum(X*a)", "sum(X*diag(a))"])
def test_a_vector_that_is_repeated_is_filled_in_where_nothing_else_has_the_shape(formula):
    d = matcalc.grad(formula, wrt="X", check=False)
    values, want = somewhere(d)
    assert np.shape(d.function(check=False).gradient(*(values[name] for name in d.inputs))) == np.shape(want)


def test_memory_of_what_dies_is_free():
    """Of a network with square layers no more is held than its layers, a product and one more."""
    n, rng = 100, np.random.default_rng(0)
    d = matcalc.grad("normF(tanh(tanh(X*A)*B)*C - Y)^2", "A", variables=dict.fromkeys("XABCY", "matrix(n,n)"),
                     check=False)
    f = d.function(check=False, check_arguments=False).gradient
    arrays = [rng.standard_normal((n, n)) for _ in d.inputs]
    f(*arrays)
    tracemalloc.start()
    f(*arrays)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4.2 * 8 * n**2
    assert "t1 = A.T @ X @ B.T" in matcalc.grad("tr(X'*A*X*B)", "X", check=False).code(
        check=False, functions=["value_and_gradient"])


def test_a_decomposition_whose_parts_are_taken_is_computed_once():
    text = matcalc.grad("norm_nuc(X)", wrt="X").code(functions=["gradient"])
    assert text.count("np.linalg.svd(") == 1
