"""The graph: views compose, equal products are one node, a formula and its transpose are one array; and values, whose
axes are named, so that nothing is filled in."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.core.dims import named
from matcalc.language import parse
from matcalc.plan.lower import Lowering
from matcalc.plan.members import Key
from matcalc.plan.node import Graph, ordered
from matcalc.plan.value import Values, is_diagonal
from matcalc.rulebook.book import standard
from tests.plan.computing import computed, lowered

ONE = Fraction(1)
m, n, p = named("m"), named("n"), named("p")
DECLARED = {"A": "matrix(n,n)", "B": "matrix(n,n)", "S": "sym(n)", "P": "spd(n)", "x": "vector(n)", "y": "vector(n)",
            "c": "scalar", "R": "matrix(m,n)"}


def array(graph, name, *shape):
    return graph.node("input", data=Key(name), shape=shape)


def expr(text):
    return parse(text, DECLARED, rulebook=standard()).expr


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_views_compose(first, second):
    """A view of a view is one view, and one that comes back is the array."""
    graph = Graph()
    a = array(graph, "a", m, n, p)
    once = graph.einsum(ONE, [a], [(0, 1, 2)], first, tuple(a.shape[x] for x in first))
    twice = graph.einsum(ONE, [once], [(0, 1, 2)], second, tuple(once.shape[x] for x in second))
    both = tuple(first[x] for x in second)
    assert twice is graph.einsum(ONE, [a], [(0, 1, 2)], both, tuple(a.shape[x] for x in both))
    assert (twice is a) == (both == (0, 1, 2))


def test_diagonals_and_repetitions_are_seen_through():
    graph = Graph()
    x, y = array(graph, "x", n), array(graph, "y", n)
    diagonal = graph.einsum(ONE, [x], [(0,)], (0, 0), (n, n))
    assert graph.einsum(ONE, [diagonal], [(0, 1)], (0,), (n,)) is x
    assert graph.einsum(ONE, [diagonal, y], [(0, 1), (1,)], (0,), (n,)) is graph.einsum(
        ONE, [x, y], [(0,), (0,)], (0,), (n,))
    repeated = graph.einsum(ONE, [x], [(0,)], (0, 1), (n, m))
    counted = graph.einsum(ONE, [repeated], [(0, 1)], (0,), (n,))
    assert counted is graph.einsum(ONE, [x, graph.size(m)], [(0,), ()], (0,), (n,))
    trace_of_identity = graph.einsum(ONE, [graph.einsum(ONE, [], [], (0, 0), (n, n))], [(0, 0)], (), ())
    assert trace_of_identity is graph.size(n)


def test_equal_products_are_one_node():
    graph = Graph()
    a, b = array(graph, "a", m, n), array(graph, "b", n, p)
    one = graph.einsum(ONE, [a, b], [("i", "j"), ("j", "k")], ("i", "k"), (m, p))
    assert one is graph.einsum(ONE, [b, a], [(5, 3), (4, 5)], (4, 3), (m, p))
    assert graph.scaled(Fraction(1, 2), graph.scaled(Fraction(2), one)) is one
    assert graph.add([(ONE, one), (ONE, one)]) is graph.scaled(Fraction(2), one)
    assert graph.add([(ONE, one), (-ONE, one)]) is graph.einsum(Fraction(0), [], [], (0, 1), (m, p))
    assert graph.einsum(Fraction(0), [a, b], [(0, 1), (1, 2)], (), ()) is graph.number(0)


@pytest.mark.parametrize("text", ["A*B", "A*B + B", "exp(A)", "exp(A*B)", "2*A*x*y'", "A - 3*B'", "A.*B'", "inv(A)*B",
                                  "A*S", "diag(x)*A", "sin(A') + A'", "c*A/2 + B*A"])
def test_a_formula_and_its_transpose_are_one_array(text):
    """They differ by one view, which costs nothing."""
    graph, roots = lowered([expr(text), expr(f"({text})'")])
    (first, second) = roots
    assert second is graph.turned(first)
    heavy = [e for e in ordered(first, second) if (e.op != "input" and len(e.args) > 1) or e.op == "map"]
    assert heavy == [e for e in ordered(first) if (e.op != "input" and len(e.args) > 1) or e.op == "map"]


@pytest.mark.parametrize(("text", "is_symmetric"), [
    ("A*A'", True), ("A'*A", True), ("A*B", False), ("A + A'", True), ("S + 2*P", True), ("exp(S)", True),
    ("x*x'", True), ("x*y'", False), ("inv(P)", True), ("inv(A)", False), ("diag(x)", True),
    ("S*P", False)])
def test_what_is_certainly_symmetric_is_known(text, is_symmetric):
    """What is said to be symmetric is; of a sum only what each term is, is asked."""
    graph, (root,) = lowered([expr(text)])
    assert graph.is_symmetric(root) == is_symmetric
    if is_symmetric:
        assert graph.turned(root) is root


def test_what_is_declared_symmetric_has_one_array():
    _, roots = lowered([expr("S*x"), expr("S'*x"), expr("(x'*S)'")])
    assert roots[0] is roots[1] is roots[2]


@pytest.mark.parametrize("text", ["diag(x)", "eye(n)", "A kron B", "x*y'", "ones(n,n)", "vec(A)*c"])
def test_nothing_is_filled_in_as_a_value(text):
    """Every factor is an argument or a number."""
    graph = Graph()
    known = Lowering(graph)
    (value,) = known.value(expr(text.replace("A kron B", "kron(A, B)")))
    assert all(node.op in ("input", "size") for node, _ in value.factors)


def test_sides_of_values():
    values = Values(Graph())
    node = array(values.graph, "a", n)
    side = values.axes(n)
    diagonal = values.of(node, side)._replace(columns=side)
    assert is_diagonal(diagonal)
    assert not is_diagonal(values.spread(diagonal))
    assert values.axes(1, n, 1)[0].size == n
    fresh = values.fresh(diagonal)
    assert fresh.rows == fresh.columns != diagonal.rows
    total = values.product([diagonal], (), ())
    assert values.full(total)[0] is values.graph.einsum(ONE, [node], [(0,)], (), ())
    matrix = values.matrix(al_kron(values))
    assert [x.size for x in matrix.rows] == [n * n]


def al_kron(values):
    """The rows of x ⊗ x are two axes."""
    node = array(values.graph, "a", n)
    a, b = values.of(node, values.axes(n)), values.of(node, values.axes(n))
    return values.product([a, b], (*a.rows, *b.rows), ())


def test_a_vector_has_one_axis_whatever_its_side():
    x = np.arange(3.0)
    graph, roots = lowered([expr("x"), expr("x'"), expr("x*x'"), expr("kron(x, y)"), expr("vec(R)"), expr("c*R")])
    R = np.arange(6.0).reshape(2, 3)
    found = computed(graph, roots, {"x": x, "y": x + 1, "R": R, "c": 2.0}, {"n": 3, "m": 2})
    expected = [x, x[None, :], np.outer(x, x), np.kron(x, x + 1), R.ravel(order="F"), 2 * R]
    for got, due in zip(found, expected, strict=True):
        np.testing.assert_array_equal(got, due)


def test_a_slice_of_one_and_sizes():
    graph, roots = lowered([al.slice_(expr("R"), 1, 1, 0, n), al.multiply(al.dimension(m * n + 1), expr("c"))])
    found = computed(graph, roots, {"R": np.arange(6.0).reshape(2, 3), "c": 2.0}, {"n": 3, "m": 2})
    np.testing.assert_array_equal(found[0].ravel(), [3.0, 4.0, 5.0])
    assert found[1] == 14.0
