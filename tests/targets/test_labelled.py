"""Programs with indices against evaluation: each expression as a function of stacked arrays, without a loop."""

import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import matcalc
from matcalc.algebra import add, apply, multiply, num
from matcalc.algebra.indexed import iverson, over
from matcalc.core.dims import subtract
from matcalc.core.expr import givens
from matcalc.core.indices import Index, Ref
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import as_result, evaluate, silence
from matcalc.numeric.sizes import dims_of, sizes_for
from matcalc.plan.planning import Layout
from matcalc.rulebook.book import standard
from matcalc.targets import target_named
from matcalc.targets.definition import FunctionWriter
from matcalc.targets.identifiers import names_of
from matcalc.targets.module import expanded, module
from tests.numeric.test_families import CLOSED, FREE, fits, formulas, i, j, mat, minus, n, t, u, w, x, y

NUMPY = target_named("numpy")


def written(e, order=()):
    inputs = givens(e)
    e = expanded(e, NUMPY)
    function = FunctionWriter(names_of(NUMPY, [e], inputs)).write("value", [e], inputs, "", results=[Layout(order)])
    text = module(NUMPY, [function], [])
    assert "for " not in text.split('"""')[-1]
    return text, inputs


def agrees(e, order=(), seed=0):
    text, inputs = written(e, order)
    sizes = sizes_for(dims_of(e, *inputs), seed % 3)
    values = draw(inputs, np.random.default_rng(seed), sizes, "positive")
    scope = {}
    exec(text, scope)
    function = scope["value"]
    free = {name: sizes[name] for name in inspect.getfullargspec(function).kwonlyargs if name != "check"}
    with silence():
        expected = as_result(evaluate(e, values, sizes, order), e.shape)
        found = function(*(as_result(values[leaf], leaf.shape) for leaf in inputs), **free)
    assert np.shape(found) == np.shape(expected), text
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11, err_msg=text)
    return text


@pytest.mark.parametrize("name", CLOSED)
def test_closed(name):
    agrees(CLOSED[name]())


@pytest.mark.parametrize("name", [name for name in FREE if name not in ("not all", "none")])
def test_free(name):
    make, order = FREE[name]
    agrees(make(), order)


@given(formulas(()), st.integers(0, 5))
@settings(max_examples=100)
def test_random_formulas(e, seed):
    if any(leaf.data.axes for leaf in givens(e)):
        agrees(e, (), seed)


@given(formulas((i, j)), st.integers(0, 5))
@settings(max_examples=100)
def test_random_formulas_with_free_indices(e, seed):
    if any(leaf.data.axes for leaf in givens(e)):
        agrees(e, (j, i), seed)


def body(e, order=()):
    text, _ = written(e, order)
    return text.split("return ")[-1].strip()


def test_the_code_a_person_would_write():
    text, _ = written(CLOSED["squares"]())
    assert text.rstrip().endswith("t1 = u @ w - y\n    return t1 @ t1")
    assert body(CLOSED["vector"]()) == "x @ u"
    assert body(CLOSED["diagonal"]()) == "T.trace()"
    assert body(over("sum", i, multiply(x(i), u(i)))) == "x @ u"
    assert body(multiply(t(i, j), x(i)), (i, j)) == "T * x[:, None]"
    assert body(over("sum", j, multiply(t(i, j), x(j))), (i,)) == "T @ x"


def test_what_lies_outside_is_not_used():
    short = Index("i", subtract(n, 1))
    agrees(over("sum", short, multiply(minus(x(Ref(short, 1)), x(short)), y(short))))
    inside = iverson("<=", Ref(i, 1), Ref(None, n))
    agrees(multiply(inside, minus(x(Ref(i, 1)), x(i))), (i,))
    agrees(multiply(inside, t(Ref(i, 1), Ref(i))), (i,))


def test_functions_of_members():
    for name, e in (("exp", x(i)), ("det", mat(i)), ("logdet", mat(i)), ("expm", mat(i)), ("softmax", u(i)),
                    ("logsumexp", multiply(mat(i), w)), ("norm_op", mat(i)), ("diag", u(i)), ("max", mat(i)),
                    ("tril", mat(i)), ("sigmoid", multiply(u(i), x(j)))):
        f = next(o for o in standard().overloads(name) if len(o.params) == 1 and fits(o, (e,)))
        order = (i, j) if j in e.free else (i,)
        agrees(apply(f, e), order)
        agrees(over("sum", i, apply(f, e)), order[1:])


def test_number_in_front():
    agrees(add(num(2), multiply(num(-1), over("sum", i, multiply(num(3), x(i), y(i))))))


KEPT = {
    "\\sum_i \\log\\det(A_i + X)": ({"A_i": "matrix(p,p) spd", "X": "matrix(p,p) spd"}, "X A"),
    "\\sum_{i<j} w_i w_j \\log\\det(A_i + A_j)": ({"A_i": "matrix(p,p) spd", "w_i": "scalar"}, "A w"),
    "\\prod_i (1 + y_i^2)^{u^T A_i u}": ({"A_i": "matrix(p,p)", "y_i": "scalar", "u": "vector(p)"}, "y u A"),
    "\\sum_i u^T B_i^{-1} u": ({"B_i": "matrix(p,p) spd", "u": "vector(p)"}, "B u"),
}


@pytest.mark.parametrize("text", KEPT)
def test_programs_check_themselves(text):
    """Every kind of derivative of formulas that have no matrix form, by variables and by families."""
    variables, wrt = KEPT[text]
    for name in wrt.split():
        for derive in (matcalc.grad, matcalc.jacobian, matcalc.hessian, matcalc.jvp, matcalc.vjp,
                       matcalc.differential):
            d = derive(text, wrt=name, variables=variables)
            assert d.problem.is_summed
            code = d.code()
            assert "for " not in code.split("def comparisons")[0].split('"""')[-1]
            assert d.verify(1).ok is True


def test_a_program_gives_what_evaluation_gives():
    """A Jacobian of an indexed output, and blocks of a Hessian by members that are matrices."""
    variables = {"A_i": "matrix(p,p)", "u": "vector(p)"}
    rng = np.random.default_rng(0)
    values = {"A": rng.normal(size=(4, 3, 3)), "u": rng.normal(size=3)}
    hessian = matcalc.hessian("\\sum_i (\\log\\det(A_i) + \\exp(u^T A_i u))", wrt="A", variables=variables)
    found = hessian.function(check=False).hessian(*(values[name] for name in hessian.inputs))
    assert found.shape == (4, 3, 3, 4, 3, 3)
    np.testing.assert_allclose(found, hessian.evaluate(values), rtol=1e-9)
    assert hessian.verify().ok is True


def test_what_is_masked_warns_nobody():
    d = matcalc.grad("\\sum_{i \\ne j} 1/\\|x_i - x_j\\|", wrt="x_k", variables={"x_i": "vector(d)"})
    with np.errstate(all="raise"):
        found = d.function(check=False).gradient(np.random.default_rng(0).normal(size=(4, 3)))
    assert np.all(np.isfinite(found))
