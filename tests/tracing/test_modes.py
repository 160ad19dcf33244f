"""Traces of vectors and matrices: shapes, adjoints against the derived gradient, kinks, refusals, cost."""

from __future__ import annotations

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import InputError
from matcalc.numeric.evaluate import as_result
from matcalc.printers import ascii_text
from matcalc.tracing.modes import partial_formulas
from matcalc.tracing.traced import traced
from matcalc.tracing.values import read_values
from tests.cli.sessions import run

SCALARS = [  # formula, declarations
    ("1/2 norm2(A x - b)^2 + lambda/2 x'x", {}),
    ("x'A x/x'x", {}),
    ("log(det(X)) + tr(inv(X) A X^2)", {}),
    ("R := A*x - b; R'R", {}),
    ("cross_entropy(tanh(X W1) W2, Y)", {"Y": "onehot"}),
    ("sum(log(exp(-y.*(X*w)) + vector(1)))", {}),
    ("sum(exp(x)/sum(exp(x)) .* x)", {}),
    ("<A, [X, B; C, D]>", {}),
    ("norm(X)^3 + |X[1,2]| + <A, X>", {}),
    ("sum(x.^y) + a^2", {"x": "positive"}),
    ("log(x'x) e^a - (-x)'x", {}),
]


@pytest.mark.parametrize(("source", "variables"), SCALARS, ids=[s for s, _ in SCALARS])
def test_adjoints_are_the_gradient(source: str, variables: dict[str, str]) -> None:
    trace = traced(source, {}, random={}, variables=variables, seed=3)
    adjoints, check = trace.reverse()
    assert check.ok is True
    values = {line.expr.data.name: trace.values[line.v] for line in trace.tape.inputs}
    for adjoint in adjoints:
        if adjoint.line.is_input:
            name = adjoint.line.expr.data.name
            derived = matcalc.grad(source, name, variables=variables, structure="free", check=False).evaluate(values)
            shape = adjoint.line.v.shape
            assert adjoint.value.shape == trace.values[adjoint.line.v].shape
            np.testing.assert_allclose(as_result(adjoint.value, shape), derived, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("source", ["A sin(x) + b", "X^-1 Y", "softmax(A x)", "(x y')(X z)"])
def test_tangents_of_arrays(source: str) -> None:
    trace = traced(source, {}, random={}, seed=1)
    for line in trace.tape.inputs:
        tangents, check = trace.forward(line.expr.data.name)
        assert check.ok is True
        assert all(np.shape(t.value) == np.shape(trace.values[t.line.v]) for t in tangents)


def test_a_repeated_part_is_one_line() -> None:
    trace = traced("sin(x y) + exp(sin(x y))", read_values(["x=1,y=2"]))
    assert [line.sign for line in trace.tape.lines] == ["", "", "·", "sin", "exp", "+"]


def test_the_letter_gives_way() -> None:
    assert traced("v'v", read_values(["v=[1,2]"])).tape.letter == "z"


def test_a_column_given_by_rows_is_a_vector_or_a_matrix() -> None:
    assert traced("x'x", read_values(["x=[[1],[2]]"])).reverse()[1].ok
    assert traced("A B", read_values(["A=[[1,2]];B=[[1],[2]]"])).tape.result.shape != (1, 1)


def test_a_kink_is_named() -> None:
    code, out, _ = run("trace", "relu(x) + x", "--at", "x=0", "--mode", "reverse", "-f", "text")
    assert code == 3
    assert "the slopes to the left and to the right of v₁ differ: a kink" in out


def test_declared_structure_counts_as_free_entries() -> None:
    _, check = traced("x'A x", {}, random={}, variables={"A": "sym"}).reverse()
    assert check.ok is True


def test_adjoints_need_a_scalar() -> None:
    with pytest.raises(InputError, match="adjoints belong to a scalar"):
        traced("A x", {}, random={}).reverse()


@pytest.mark.parametrize("n", [4, 8, 16])
def test_operations_of_a_product(n: int) -> None:
    """n(n−2) multiplications for all partial derivatives one by one, about 3n by reverse mode."""
    trace = traced(" ".join(f"x{i}" for i in range(1, n + 1)), {f"x_{i}": np.array(float(i)) for i in range(1, n + 1)})
    counts = {way: c for way, _, c in trace.counts([line.expr for line in trace.tape.inputs])}
    assert counts["symbolic, each partial"].total == n * (n - 2)
    assert counts["reverse mode"].total == 3 * n - 5
    assert counts["value"].total == n - 1
    assert counts["central differences"].multiplications == 2 * n * (n - 1) + n


def test_a_long_trace() -> None:
    deep = "sin(" * 1500 + "x" + ")" * 1500
    trace = traced(deep, read_values(["x=1"]))
    assert len(trace.tape.lines) == 1501
    assert trace.reverse()[1].ok is True


@pytest.mark.parametrize(("source", "at", "operand", "shown"), [
    ("tanh(x y)", "x=1,y=2", 3, "vbar_4*(1 - v_4^2)"),  # v₄, not tanh(v₃) once more
    ("exp(x)", "x=1", 1, "v_2*vbar_2"),
    ("1/x + x", "x=2", 1, "-vbar_2*v_2^2"),
    ("sqrt(x)", "x=4", 1, "vbar_2/(2*v_2)"),
    ("log(x)", "x=4", 1, "vbar_2/v_1"),
    ("x^3", "x=4", 1, "3*vbar_2*v_1^2"),
])
def test_what_flows_back_uses_the_values_that_were_computed(source: str, at: str, operand: int, shown: str) -> None:
    tape = traced(source, read_values([at])).tape
    v = tape.lines[operand - 1].v
    user = next(line for line in tape.lines if v in line.parents)
    assert ascii_text(tape.lettered(partial_formulas(tape, user)[v])).replace("v̄", "vbar") == shown
