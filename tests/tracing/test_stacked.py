"""Traces of formulas that stay sums: values against plain loops, letters, adjoints, data, graphs, and refusals."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.algebra import num
from matcalc.core.expr import OVER, postorder
from matcalc.diagnostics import InputError
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import as_result
from matcalc.printers import unicode_text
from matcalc.tracing import notation
from matcalc.tracing.graph import graph_of, tree
from matcalc.tracing.traced import Trace, traced
from tests.cli.sessions import run

RNG = np.random.default_rng(5)
A = RNG.standard_normal((3, 2, 2)) + 3 * np.eye(2)
X = RNG.standard_normal((2, 2)) + 2 * np.eye(2)
POINTS = RNG.standard_normal((4, 3))
D = RNG.uniform(1, 2, (4, 4))
DETERMINANTS = "sum_i log(det(A_i + X))"
DISTANCES = r"\sum_{i\neq j}(\|x_i-x_j\|-D_{ij})^2"

SUMS = [  # formulas that have no matrix form
    DETERMINANTS, DISTANCES,
    r"\sum_{i\neq j} 1/\|x_i-x_j\|",
    r"\sum_{i<j} \log(1/\|x_i-x_j\|^2)",
    r"\sum_i x_i \log(x_i) + \sum_{i \neq j} x_i x_j/(x_i - x_j)",
    r"\prod_i (a_i^2+1) \log\det(A_i + X)",
    r"\sum_i \prod_{j\neq i} (x_i - x_j)/(y_j)",
    r"\max_i \|A_i x\|",
    r"\sum_i i a_i x^i",
    r"\sum_i \operatorname{tr}(A_i^{-1} X)",
    r"\log \sum_k p_k \exp(-(x-m_k)'S_k^{-1}(x-m_k))",
    r"\sum_i \log(\sum_k \pi_k \exp(-\|x_i-m_k\|^2))",
    r"\sum_{i=1}^{n-1} \log\det(A_{i+1} - A_i)",
    r"\sum_i \log\det(\sum_j D_{ij} A_j)",
    r"\sum_i v_i \log(\det(A_i))",
]


def value(trace: Trace, formula: str) -> Any:
    """The value of the line that computes `formula`, as a user sees it."""
    lines = {unicode_text(trace.tape.formula(line)): line for line in trace.tape.lines}
    return notation.stacked(trace.values[lines[formula].v])


def given(**values: Array) -> dict[str, Array]:
    return values


def test_values_of_lines_are_those_of_a_loop() -> None:
    trace = traced(DETERMINANTS, given(A=A, X=X))
    np.testing.assert_allclose(value(trace, "v_{1,i} + v₂"), [a + X for a in A])
    np.testing.assert_allclose(value(trace, "det(v_{3,i})"), [np.linalg.det(a + X) for a in A])
    np.testing.assert_allclose(value(trace, "Σᵢ v_{5,i}"), sum(np.log(np.linalg.det(a + X)) for a in A))


def test_values_over_two_indices_and_what_a_sum_leaves_out() -> None:
    trace = traced(DISTANCES, given(x=POINTS, D=D))
    n = range(len(POINTS))
    apart = [[np.linalg.norm(POINTS[i] - POINTS[j]) for j in n] for i in n]
    np.testing.assert_allclose(value(trace, "v_{1,i} − v_{1,j}"), [[POINTS[i] - POINTS[j] for j in n] for i in n])
    np.testing.assert_allclose(value(trace, "[i ≠ j] ‖v_{3,i,j}‖"), apart)
    rows = [sum((apart[i][j] - D[i, j]) ** 2 for j in n if j != i) for i in n]
    np.testing.assert_allclose(value(trace, "Σ_{j≠i} v_{6,i,j}"), rows)
    np.testing.assert_allclose(value(trace, "Σᵢ v_{7,i}"), sum(rows))


@pytest.mark.parametrize("source", SUMS)
def test_sweeps_hold_against_differences_and_give_the_gradient(source: str) -> None:
    trace = traced(source, {}, random={}, seed=3)
    assert trace.problem.is_summed
    adjoints, check = trace.reverse()
    assert check.ok is True
    values = {line.expr.data.name: notation.stacked(trace.values[line.v]) for line in trace.tape.inputs}
    for adjoint in (a for a in adjoints if a.line.is_input):
        name = adjoint.line.expr.data.name
        assert trace.forward(name)[1].ok is True
        assert adjoint.value.shape == trace.values[adjoint.line.v].shape
        derived = matcalc.grad(source, name, structure="free", check=False).evaluate(values)
        np.testing.assert_allclose(as_result(adjoint.value, adjoint.line.v.shape), derived, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("source", SUMS)
def test_a_line_is_one_operation_and_all_agree_on_letters(source: str) -> None:
    tape = traced(source, {}, random={}, seed=3).tape
    typed = {letter for letter, _ in tape.typed}
    for line in tape.lines:
        assert sum(e.kind is OVER for e in postorder(line.expr)) <= 1
        assert line.v.data.axes == tuple(index.axis for index in line.letters)
        assert [index.name for index in line.letters] == sorted({index.name for index in line.letters})
        assert line.is_input or line.expr.free <= {*line.letters}
        assert line.is_input or {index.name for index in line.letters} <= typed
        assert not re.search("[#~]", unicode_text(tape.formula(line)))


def test_the_same_at_other_letters_is_one_line() -> None:
    tape = traced(r"\sum_{i,j} \log\det(A_i^{-1} + A_j^{-1})", {}, random={}).tape
    assert [unicode_text(tape.formula(line)) for line in tape.lines][1:3] == ["v_{1,i}⁻¹", "v_{2,i} + v_{2,j}"]


def test_an_output_keeps_its_index() -> None:
    trace = traced("p_i = log(det(A_i + X))", given(A=A, X=X))
    found = [np.log(np.linalg.det(a + X)) for a in A]
    np.testing.assert_allclose(notation.stacked(trace.values[trace.tape.result]), found)
    tangents, check = trace.forward("X")
    assert check.ok is True
    np.testing.assert_allclose(notation.stacked(tangents[-1].value),
                               [np.trace(np.linalg.inv(a + X) @ np.ones((2, 2))) for a in A])
    with pytest.raises(InputError, match="depends on the index i"):
        trace.reverse()


def test_a_lifted_sum_is_traced_in_matrices_and_takes_the_family() -> None:
    values = "x=[[1,2],[3,4],[0,1]],y=[1,2,3],w=[1,1]"
    code, out, _ = run("trace", "sum_i (y_i - w'x_i)^2", "--at", values, "-f", "text")
    assert code == 0
    assert "f = Σᵢ (yᵢ − wᵀ xᵢ)² = ‖y − X w‖²" in out
    assert "v₁ = X             3×2     [1, 2; 3, 4; 0, 1]" in out


def test_reverse_mode_as_text() -> None:
    code, out, _ = run("trace", DETERMINANTS, "--random", "n=3,m=2", "--mode", "reverse", "-f", "text")
    assert code == 0
    for row in ("f = Σᵢ log(det(Aᵢ + X))", "v_{3,i} = v_{1,i} + v₂   3 of 2×2", "v₆ = Σᵢ v_{5,i}", "v̄_{5,i} = v̄₆",
                "v̄₂ = Σᵢ v̄_{3,i}", "✓ checked: 6 adjoints"):
        assert row in out


def test_values_are_stacked_lists_as_data() -> None:
    values = f"A={json.dumps(A.tolist())};X={json.dumps(X.tolist())}"
    code, out, _ = run("trace", DETERMINANTS, "--at", values, "--mode", "reverse", "-f", "json")
    assert code == 0
    found = json.loads(out)["trace"]
    lines = {line["name"]: line for line in found["lines"]}
    assert lines["v_{1,i}"]["shape"] == [3, 2, 2]
    assert lines["v_{1,i}"]["value"] == A.tolist()
    assert lines["v_{3,i}"]["indices"] == ["i"]
    assert lines["v_{3,i}"]["uses"] == ["v_{1,i}", "v_2"]
    assert lines["v_{4,i}"]["shape"] == [3]
    assert "indices" not in lines["v_6"]
    adjoints = {row["of"]: row for row in found["adjoints"]}
    np.testing.assert_allclose(adjoints["v_{4,i}"]["value"], [1 / np.linalg.det(a + X) for a in A])
    assert adjoints["v_2"]["partials"][0]["formula"] == "sum_{i}(vbar_{3,i})"


def test_graphs_name_members() -> None:
    trace = traced(DETERMINANTS, given(A=A, X=X), wrt=("X",))
    graph = graph_of(trace.tape, trace.values, [trace.input("X")], trace.reverse()[0])
    rows = tree(graph)
    assert any(row.endswith("v_{1,i} = Aᵢ   3 of 2×2   norm " + notation.number(float(np.linalg.norm(A))))
               for row in rows)
    assert any("v̄₂ = Σᵢ v̄_{3,i}" in row for row in rows)
    keys = {node.key for node in graph.nodes}
    assert all({edge.source, edge.target} <= keys for edge in graph.edges)
    assert tree(graph_of(traced(DETERMINANTS, {}, random={}).tape))[1].endswith("n")


@pytest.mark.parametrize("wish", ["latex", "typst", "mathml", "markdown", "ascii"])
def test_every_dialect_spells_the_lines(wish: str) -> None:
    code, out, _ = run("trace", DISTANCES, "--random", "any", "--mode", "reverse", "-f", wish)
    assert code == 0
    assert not re.search("[#~]1", out)


def test_operations_are_counted_for_all_members() -> None:
    trace = traced(DETERMINANTS, given(A=A, X=X))
    (_, _, whole), *_ = trace.counts([line.expr for line in trace.tape.inputs])
    assert (whole.additions, whole.functions) == (3 * 4 + 2, 3)


def test_constants_are_no_lines() -> None:
    tape = traced(r"\sum_i \log\det(2 A_i)", {}, random={}).tape
    assert all(line.parents or line.is_input for line in tape.lines)
    assert num(2) not in [line.expr for line in tape.lines]


@pytest.mark.parametrize(("code", "said", "arguments"), [
    ("M1002", "A=[[[1,2],[3,4]],[[5,6],[7,8]]]", ("--at", "X=[[1,0],[0,1]]")),
    ("M1001", "3 axes", ("--at", "X=[[[1,0],[0,1]]],A=[[[1,2],[3,4]]]")),
    ("M1003", "B has a value and is no variable", ("--at", "B=[[[1]]]")),
    ("M1003", "q is no dimension", ("--random", "q=3")),
    ("M0804", "A is", ("--at", "A=[[1,2],[3,4]],X=[[1,0],[0,1]]")),
])
def test_values_that_do_not_fit(code: str, said: str, arguments: tuple[str, ...]) -> None:
    status, _, err = run("trace", DETERMINANTS, *arguments)
    assert status != 0
    assert code in err
    assert said in err
