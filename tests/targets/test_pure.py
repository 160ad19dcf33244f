"""The target `pure`: every kernel against NumPy on random arrays, programs in plain Python, what is refused."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import matcalc
from matcalc.diagnostics import NoRuleError
from matcalc.plan.table import helpers, table
from tests import corpus

RNG = np.random.default_rng(0)
OPERANDS: dict[str, Any] = {
    "number": 0.6, "vector": RNG.uniform(-0.9, 0.9, 3), "matrix": RNG.uniform(-0.9, 0.9, (3, 4)),
    "square": RNG.uniform(-0.9, 0.9, (3, 3)) + 2 * np.eye(3),
    "stack": RNG.uniform(-0.9, 0.9, (2, 3, 3)) + 2 * np.eye(3),
}
S = OPERANDS["square"] @ OPERANDS["square"].T
ENTRYWISE = """abs arccos arcsin arcsinh arctan arctanh cbrt cos cosh exp expm1 log1p sign sin sinh tan tanh floor ceil
    erf erfc erfcx expit log_ndtr ndtr i0 i1 i0e i1e""".split()
POSITIVE = "log log10 log2 sqrt arccosh gammaln gamma psi digamma".split()
PAIRS = """add subtract multiply divide maximum minimum hypot arctan2 less less_equal greater
    greater_equal equal not_equal"""
OF_SQUARE = {"inverse": np.linalg.inv, "det": np.linalg.det, "logabsdet": lambda x: np.linalg.slogdet(x)[1],
             "signdet": lambda x: np.linalg.slogdet(x)[0]}
PRODUCTS = {
    "dot": ("vector", "vector", lambda x, y: x @ y), "inner": ("matrix", "matrix", np.vdot),
    "outer": ("vector", "vector", np.outer), "matvec": ("square", "vector", lambda a, x: a @ x),
    "vecmat": ("matrix", "vector", lambda a, x: x @ a), "matmul": ("square", "matrix", lambda a, b: a @ b),
    "matmul_tn": ("square", "matrix", lambda a, b: a.T @ b), "matmul_nt": ("matrix", "matrix", lambda a, b: a @ b.T),
    "matmul_tt": ("matrix", "square", lambda a, b: a.T @ b.T),
    "row_inner": ("matrix", "matrix", lambda a, b: (a * b).sum(1)),
    "column_inner": ("matrix", "matrix", lambda a, b: (a * b).sum(0)),
    "sylvester": ("square", "square", lambda a, b: scipy.linalg.solve_sylvester(a, b, b)),
    "dexpm": ("square", "square", lambda a, e: scipy.linalg.expm_frechet(a, e, compute_expm=False)),
}
FACTORS = {"lu": OPERANDS["square"], "cholesky": S, "symmetric": S}


def computed(text: str, *operands: Any) -> Any:
    """What a text of the target gives for a0, a1, …, as an array."""
    names: dict[str, Any] = {"math": __import__("math")}
    exec("\n\n".join(helpers(text, "pure").values()), names)
    given = [x.tolist() if isinstance(x, np.ndarray) else x for x in operands]
    return eval(text, names | {f"a{k}": x for k, x in enumerate(given)})  # noqa: S307


def row(name: str, *ranks: int, **holes: str) -> str:
    """The row for operands with so many axes."""
    rows = table("pure").kernels
    found = rows.get(f"{name}({','.join(map(str, ranks))})") or rows[name]
    text = found.text
    for hole, value in {**{str(k): f"a{k}" for k in range(len(ranks))}, "axis": "", **holes}.items():
        text = text.replace(f"{{{hole}}}", value)
    return text


def numpy_of(name: str) -> Any:
    return getattr(np, name, None) or getattr(scipy.special, name)


@pytest.mark.parametrize("name", [*ENTRYWISE, *POSITIVE])
def test_functions_of_entries(name: str):
    for kind in ("number", "vector", "matrix", "stack"):
        x = np.abs(OPERANDS[kind]) + 1.1 if name in POSITIVE else OPERANDS[kind] * 0.3 if name.startswith("arc") else \
            OPERANDS[kind]
        assert np.allclose(computed(row(name, np.ndim(x)), x), numpy_of(name)(x), rtol=1e-12, atol=1e-15), kind


@pytest.mark.parametrize("name", PAIRS.split())
def test_functions_of_two(name: str):
    for a, b in (("number", "number"), ("number", "matrix"), ("matrix", "number"), ("vector", "vector")):
        x, y = OPERANDS[a], OPERANDS[b]
        assert np.allclose(computed(row(name, np.ndim(x), np.ndim(y)), x, y), numpy_of(name)(x, y))


@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name: str):
    left, right, expected = PRODUCTS[name]
    a, b = OPERANDS[left], OPERANDS[right]
    text = row(name, np.ndim(a), np.ndim(b)).replace("{2}", "a1")
    assert np.allclose(computed(text, a, b), expected(a, b))


@pytest.mark.parametrize("name", OF_SQUARE)
def test_of_square_matrices_and_of_stacks(name: str):
    for kind in ("square", "stack"):
        assert np.allclose(computed(row(name, 2), OPERANDS[kind]), OF_SQUARE[name](OPERANDS[kind]))


@pytest.mark.parametrize("word", FACTORS)
def test_factors(word: str):
    a = FACTORS[word]
    f = row(word, 2)
    for kind in ("vector", "matrix"):
        b = OPERANDS[kind]
        solve = row(f"{word}_solve", 2, b.ndim).replace("a0", f)
        assert np.allclose(computed(solve, a, b), np.linalg.solve(a, b))
    det, trace = np.linalg.det(a), np.trace(np.linalg.inv(a))
    for name, expected in (("det", det), ("logabsdet", np.log(abs(det))), ("inverse", np.linalg.inv(a)), (
            "inverse_trace", trace)):
        assert np.allclose(computed(row(f"{word}_{name}", 2).replace("a0", f), a), expected), name
    if word == "lu":
        b = OPERANDS["matrix"]
        assert np.allclose(computed(row("lu_solve_t", 2, 2).replace("a0", f), a, b), np.linalg.solve(a.T, b))


@pytest.mark.parametrize("name", ["solve_lower", "solve_upper"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", ["vector", "matrix"])
def test_triangles(name: str, turned: bool, kind: str):
    t = np.tril(OPERANDS["square"]) if name == "solve_lower" else np.triu(OPERANDS["square"])
    found = computed(row(name + "_t" * turned, 2, 2), t, OPERANDS[kind])
    assert np.allclose(found, np.linalg.solve(t.T if turned else t, OPERANDS[kind]))


def test_reductions():
    for name in ("sum", "prod", "max", "min"):
        for kind in ("vector", "matrix", "stack"):
            x = OPERANDS[kind]
            assert np.allclose(computed(row(name, x.ndim), x), getattr(np, name)(x))
        for axis in (0, 1, (0, 2)):
            x = OPERANDS["stack"]
            text = row(name, 3, axis=f", axis={axis}")
            assert np.allclose(computed(text, x), getattr(np, name)(x, axis=axis))


def test_shapes():
    a, x, stack = OPERANDS["matrix"], OPERANDS["vector"], OPERANDS["stack"]
    expected = {
        row("transpose", 2): (a, a.T), row("diagonal", 2): (OPERANDS["square"], np.diag(OPERANDS["square"])),
        row("reshape", 2, shape="(2, 6)"): (a, a.reshape(2, 6)), row("turn", 3, axes="(1, 2, 0)"): (
            stack, stack.transpose(1, 2, 0)),
        row("column", 1, n="2"): (x, np.tile(x[:, None], (1, 2))), row("row", 1, m="2"): (x, np.tile(x, (2, 1))),
        row("spread", 1, axes="(0,)", shape="(2, 3)"): (x, np.tile(x, (2, 1))),
        row("diagonal_matrix", 1): (x, np.diag(x)), row("trace", 2): (OPERANDS["square"], np.trace(OPERANDS["square"])),
        row("slice", 2, cuts="[(1, 3), 2]"): (a, a[1:3, 2]),
        row("take", 2, cuts="[(1, 5), None]"): (a, a[[1, 2, 2, 2]]),
        row("embed", 1, shape="(3, 3)", spec="ii->i"): (x, np.diag(x)), row("expm", 2): (S, scipy.linalg.expm(S)),
        row("einsum", 3, spec="kij->ik", operands="a0"): (stack, np.einsum("kij->ik", stack)),
        row("fill", 0, shape="(2, 3)"): (0.5, np.full((2, 3), 0.5)), row("eye", n="3"): (0.0, np.eye(3)),
        row("unit", shape="(3,)", k="1"): (0.0, np.eye(3)[1]), row("range", start="2", end="5"): (0.0, np.arange(2, 5)),
        row("add_diagonal", 2, 1).replace("a1", "[1.0, 2.0, 3.0]"): (S, S + np.diag([1, 2, 3])),
        row("concat", 2, blocks="[a0, a0], [a0, a0]"): (a, np.block([[a, a], [a, a]])),
    }
    for text, (given, wanted) in expected.items():
        assert np.allclose(computed(text, given), wanted), text


def test_far_out_values_are_those_of_numpy():
    with np.errstate(all="ignore"):
        for name in ("exp", "expm1", "log", "log1p", "sqrt", "sinh", "cosh", "arcsin", "arctanh", "erfcx", "log_ndtr"):
            for x in (-1e3, -1.0, 0.0, 1.0, 1e3, np.inf):
                found = computed(row(name, 1), np.array([x]))[0]
                assert np.allclose(found, numpy_of(name)(x), rtol=1e-12, equal_nan=True), (name, x)
        for a, b in ((1.0, 0.0), (-1.0, 0.0), (0.0, 0.0)):
            assert np.allclose(computed("divide(a0, a1)", a, b), np.float64(a) / b, equal_nan=True)


SOME = [case for case in corpus.cases() if case["task"] == "grad"][::12]


@pytest.mark.parametrize("case", SOME, ids=lambda case: case["id"])
def test_programs_say_the_same_as_numpys(case: dict[str, Any]):
    d = corpus.answer(case["id"])
    source = d.code("pure")
    assert source == d.code("pure")
    assert "numpy" not in source
    assert "scipy" not in source
    names: dict[str, Any] = {"__name__": "program"}
    exec(compile(source, "<pure>", "exec"), names)
    assert callable(names["gradient"])


def test_a_file_runs_in_a_python_without_packages(tmp_path: Any):
    file = tmp_path / "program.py"
    file.write_text(matcalc.grad("log(det(A'*X*A)) + sum(exp(X*b))", "X").code("pure"))
    done = subprocess.run([sys.executable, "-I", "-S", str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("gradient: relative error ")
    assert not done.stderr


def test_functions_take_lists_and_refuse_wrong_shapes():
    f = matcalc.grad("x'*A*x", "x").function("pure")
    assert np.allclose(f.gradient(A=[[1, 2], [3, 4]], x=[1, 1]), [7, 13])
    assert np.allclose(f.gradient(A=[[1, 2], [3, 4]], x=[[1], [1]]), [7, 13])
    assert f.gradient(A=[[2]], x=[3]) == [12.0]
    with pytest.raises(AssertionError, match=r"A is n×n = \(2, 2\), not \(1, 2\)"):
        f.gradient(A=[[1, 2]], x=[1, 1])
    with pytest.raises(AssertionError, match="x is empty"):
        matcalc.grad("x'*x", "x").function("pure").gradient(x=[])


def test_what_has_no_kernel_is_refused_by_name():
    with pytest.raises(NoRuleError, match="plain Python has no kernel “lambertw”"):
        matcalc.grad("lambertw(x)", "x", check=False).code("pure")
