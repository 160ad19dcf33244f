"""Traces of sums: an operation inside a sum is done for all values of its index at once."""

import numpy as np
import pytest

from matcalc.printers import unicode_text
from matcalc.tracing.graph import graph_of
from matcalc.tracing.notation import said
from matcalc.tracing.traced import taped, traced

STAYS = r"\sum_i \log\det(A_i + X)"
SUMS = [STAYS, r"\sum_i \log\det(A_i + c_i X)", r"\sum_{i \neq j} \det(A_i + A_j X)", r"\prod_i \det(A_i + X)",
        r"\sum_i \det(A_i + \sum_j A_j X)", r"\max_i \det(A_i + X)"]


def test_lines_are_families():
    tape = taped(STAYS, {})[1]
    assert [(said(line.v, "unicode"), unicode_text(line.expr)) for line in tape.lines[2:]] == [
        ("v_{3,i}", "v_{1,i} + v₂"), ("v_{4,i}", "det(v_{3,i})"), ("v_{5,i}", "log(v_{4,i})"), ("v₆", "Σᵢ v_{5,i}")]
    graph = graph_of(tape, dialect="ascii")
    assert [(n.name, n.shape) for n in graph.nodes][-2:] == [("v_{5,i}", "n×1"), ("v_6", "")]


@pytest.mark.parametrize("source", SUMS)
def test_sweeps_agree_with_differences(source):
    found = traced(source, {}, random={"n": 3, "m": 2}, wrt=("X",))
    adjoints, check = found.reverse()
    assert check.ok
    assert adjoints[0].value == 1
    tangents, held = found.forward("X")
    assert held.ok
    slope = next(a.value for a in adjoints if a.line.v is found.input("X"))
    assert tangents[-1].value == pytest.approx(np.sum(slope))
