"""What is moved to the front is small, nothing stands before its operands, and programs need fewer arrays for it."""

import tracemalloc

import numpy as np
import pytest

import matcalc
from matcalc.plan.early import reductions_first
from matcalc.plan.node import ordered
from tests import corpus
from tests.plan.computing import PASSES, lowered, passed
from tests.samples import shared

NAMES = [case["id"] for case in corpus.cases()]


@pytest.mark.parametrize("name", shared(NAMES, 4))
def test_operands_stand_first_and_only_what_is_small_is_moved(name):
    d = corpus.answer(name)
    graph, roots = lowered([d.problem.f, d.expr], False)
    roots = passed(graph, roots, PASSES["all"])
    order = ordered(*roots)
    found, early = reductions_first(order, roots, lambda e: e.op in ("map", "add"))
    places = {e: k for k, e in enumerate(found)}
    assert {*found} == {*order}
    assert all(places[arg] < places[e] for e in found for arg in e.args)
    assert all(len(e.shape) < max(len(arg.shape) for arg in e.args) for e in early)


def peak(function, *arrays):
    """The most that one call allocates, in arrays like the first one."""
    function(*arrays)
    tracemalloc.start()
    function(*arrays)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / arrays[0].nbytes


def drawn(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in shapes]


PROBLEMS = {  # formula, by what, kinds, which arrays, what function, how many arrays it may need
    "cross entropy": (
        "cross_entropy(X,Y)", "X", {"X": "matrix(m,n)", "Y": "matrix(m,n)"}, "XY", "value_and_gradient", 1.6),
    "multiplied twice in place": (
        "normF(O.*(T-U))^2", "U", {"O": "matrix(m,n)", "T": "matrix(m,n)", "U": "matrix(m,n)"}, "OTU", "gradient", 1.1),
    "a term that only the next line needs": (
        "(x'*A*x)*(x'*B*x)", "x", {"A": "matrix(n,n)", "B": "matrix(n,n)", "x": "vector(n)"}, "AB", "hessian", 2.1),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_programs_need_few_arrays(name):
    text, wrt, kinds, letters, wanted, most = PROBLEMS[name]
    module: dict[str, object] = {}
    exec(matcalc.grad(text, wrt, variables=kinds).code(functions=[wanted], check_arguments=False), module)
    arrays = dict(zip(letters, drawn(*[(300, 300)] * len(letters)), strict=True))
    given = {**arrays, **({"x": drawn(300)[0]} if "x" in kinds else {})}
    names = module[wanted].__code__.co_varnames[:module[wanted].__code__.co_argcount]
    assert peak(lambda *_: module[wanted](*(given[x] for x in names)), arrays[letters[0]]) < most


def test_a_matrix_beside_its_inverse_cancels_where_a_sum_is_multiplied_out():
    kinds = {"S": "spd(n)", "Z": "matrix(n,k)", "c": "scalar"}
    code = matcalc.grad("-c/2*log(det(S)) - tr(Z'*inv(S)*Z)/2", "S", variables=kinds).code(functions=["gradient"])
    assert code.count("cholesky_inverse(") == 2  # its definition and one use
    assert "cholesky_solve(" in code  # S⁻¹ Z, and S⁻¹ Z Zᵀ S⁻¹ − c S⁻¹
