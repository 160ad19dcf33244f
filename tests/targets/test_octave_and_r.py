"""Programs in Octave and R, run by their own tools: they find themselves right, give what NumPy gives, and refuse what
does not fit. All problems are run where MATCALC_ALL_TARGETS is set, otherwise a share."""

import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import matcalc
from matcalc.api import jvp, vjp
from matcalc.diagnostics import MatcalcError
from matcalc.targets import running, target_named
from matcalc.targets.definition import Written
from matcalc.targets.module import module
from tests import corpus
from tests.targets.kernels import LackingError, entries, spelled
from tests.targets.test_programs import STRUCTURED, somewhere
from tests.targets.tools import Asked, agrees, run_octave, run_r

TOOLS = {"octave": "octave-cli", "r": "Rscript"}
RUN = {"octave": run_octave, "r": run_r}
SHARE = 1 if os.environ.get("MATCALC_ALL_TARGETS") else 10
STACKS = {
    "\\sum_i \\log\\det(A_i + X)": ({"A_i": "matrix(p,p) spd", "X": "matrix(p,p) spd"}, "X A"),
    "\\sum_{i<j} w_i w_j \\log\\det(A_i + A_j)": ({"A_i": "matrix(p,p) spd", "w_i": "scalar"}, "A w"),
    "\\prod_i (1 + y_i^2)^{u^T A_i u}": ({"A_i": "matrix(p,p)", "y_i": "scalar", "u": "vector(p)"}, "y u A"),
    "\\sum_i u^T B_i^{-1} u": ({"B_i": "matrix(p,p) spd", "u": "vector(p)"}, "B u"),
}
BOTH = pytest.mark.parametrize("target", [pytest.param(name, marks=pytest.mark.skipif(
    shutil.which(tool) is None, reason=f"{tool} is not installed")) for name, tool in TOOLS.items()])
LASSO = matcalc.grad("1/2*norm2(X*w - y)^2 + c*w'*w", wrt="w", check=False)


def told(target, folder, **asked):
    """What programs answered."""
    return RUN[target](asked, folder)



def octave(script, source, folder):
    """A script beside a program."""
    (folder / "derivatives.m").write_text(source, "utf-8")
    return subprocess.run(["octave-cli", "--norc", "--eval", script], cwd=folder, capture_output=True, text=True,
                          check=False)


@BOTH
def test_problems(target, tmp_path):
    """The value at a point is that of the formula; the file checks itself, at another point if there is none here."""
    asked, wanted, refused = {}, {}, set()
    for case in corpus.cases()[::SHARE]:
        d = corpus.answer(case["id"])
        try:
            source = d.code(target, check=False)
        except MatcalcError:
            refused.add(case["id"])
            continue
        values, wanted[case["id"]] = somewhere(d)
        given = [values[name] for name in d.inputs]
        asked[case["id"]] = Asked(source, d.kind, given, checks=True)
        asked[f"{case['id']} alone"] = Asked(source, d.kind, given, checks=False)
    assert not refused
    got = RUN[target](asked, tmp_path)
    unlucky = []
    for name, want in wanted.items():
        alone, checked = got[f"{name} alone"], got[name]
        assert agrees(alone.value, want, target == "octave"), (name, alone, want)
        if checked.error:
            unlucky.append(name)
        else:
            assert f"{corpus.answer(name).kind}: relative error" in checked.said
    assert len(unlucky) <= 3 + len(wanted) // 8
    for name in unlucky:
        corpus.answer(name).code(target)


@BOTH
def test_kernels(target, tmp_path):
    """Each row of the table against NumPy, for operands of every kind that it may get."""
    language, asked, wanted = target_named(target), {}, {}
    for k, entry in enumerate(entries()):
        try:
            text = spelled(entry, language.rows)
        except LackingError:
            assert target == "r"
            assert max(np.ndim(x) for x in (*entry.operands, entry.want)) > 2
            continue
        parameters = ", ".join("abdg"[:len(entry.operands)])
        head = {"octave": "function result = g({})\n  result = {};\nend", "r": "g <- function({}) {{\n  {}\n}}"}[target]
        written = Written(head.format(parameters, text), [])
        asked[f"{k} {entry.op}"] = Asked(module(language, [written], [], "A kernel.", ["g"]), "g", entry.operands,
                                         checks=False)
        wanted[f"{k} {entry.op}"] = entry.want, text
    got = RUN[target](asked, tmp_path)
    wrong = [(name, text, got[name], want) for name, (want, text) in wanted.items()
             if not agrees(got[name].value, want, target == "octave", 1e-10)]
    assert not wrong


@BOTH
def test_other_kinds(target):
    """Programs of every kind are run before they are handed out."""
    expr, options = STRUCTURED[1]
    for d in (matcalc.hessian(expr, **options), jvp("A*X*B", ["A", "X"]), vjp("x*y'", "x"),
              matcalc.jacobian("A*X*B", wrt="X", vec="row"), matcalc.grad("tr(A*X*B)", ["A", "X"])):
        assert "relative error" in d.code(target)
    d = matcalc.hessian("tr(A*K*A'*K)", wrt="K", variables={"K": "skew"})
    assert "hessian_product" in d.code(target, "operator")
    assert "relative error" in matcalc.hessian("sum(f(g(A*x)))", wrt="x").code(target)


def test_r_has_no_stacks_and_lacks_some_functions():
    variables = {"A_i": "matrix(p,p) spd", "X": "matrix(p,p) spd"}
    with pytest.raises(MatcalcError, match="A is an array with more than two axes"):
        matcalc.grad(r"\sum_i \log\det(A_i + X)", wrt="X", variables=variables).code("r", check=False)
    with pytest.raises(MatcalcError, match="R has no kernel “lambertw”"):
        matcalc.grad("lambertw(x)", wrt="x").code("r", check=False)
    with pytest.raises(MatcalcError, match="R has no float32"):
        LASSO.code("r", dtype="float32")
    assert LASSO.code("r", dtype="float64", check=False)


@pytest.mark.skipif(shutil.which("octave-cli") is None, reason="octave-cli is not installed")
@pytest.mark.parametrize("text", STACKS)
def test_stacks_in_octave(text):
    variables, wrt = STACKS[text]
    for name in wrt.split():
        assert matcalc.grad(text, wrt=name, variables=variables).code("octave")


@BOTH
def test_what_fits_and_what_does_not(target, tmp_path):
    """Vectors may come as columns or rows; anything else is refused with both shapes."""
    source = LASSO.code(target, check=False)
    trace = matcalc.grad("tr(A*X)", wrt="X", check=False, variables={"A": "matrix(n,n)", "X": "matrix(n,n)"})
    rng = np.random.default_rng(0)
    X, w, y = rng.standard_normal((4, 3)), rng.standard_normal(3), rng.standard_normal(4)
    want = X.T @ (X @ w - y) + 2 * 0.5 * w
    tiny = np.array([[2.0]]), np.array([3.0]), np.array([1.0])
    got = told(
        target, tmp_path,
        vectors=Asked(source, "gradient", [X, w, y, 0.5]), column=Asked(source, "gradient", [X, w[:, None], y, 0.5]),
        row=Asked(source, "gradient", [X, w[None], y[None], 0.5]), one=Asked(source, "gradient", [*tiny, 0.5]),
        single_row=Asked(source, "gradient", [X[:1], w, y[:1], 0.5]), long=Asked(source, "gradient", [X, y, y, 0.5]),
        short=Asked(source, "gradient", [X, w[:1], y, 0.5]), matrix=Asked(source, "gradient", [X, X, y, 0.5]),
        numbers=Asked(source, "gradient", [X, w, y, w]), empty=Asked(source, "gradient", [X[:, :0], w[:0], y, 0.5]),
        rectangular=Asked(trace.code(target, check=False), "f", [X, X]))
    for name in ("vectors", "column", "row"):
        assert agrees(got[name].value, want, target == "octave"), got[name]
    assert agrees(got["one"].value, [2 * (2 * 3 - 1.0) + 3.0], target == "octave")
    assert agrees(got["single_row"].value, X[0] * (X[0] @ w - y[0]) + w, target == "octave")
    says = {"long": "w is n = .*3.*, not .*4", "short": "w is n = .*3.*, not .*1",
            "matrix": "w is a vector, not .*4.*3", "numbers": "c is a number, not .*3", "empty": "X is empty",
            "rectangular": "A is n x n = .*4.*4.*, not .*4.*3"}
    for name, pattern in says.items():
        assert got[name].value is None
        assert re.search(pattern, got[name].error), got[name]


@BOTH
def test_sums_over_nothing(target, tmp_path):
    """Ranges with no places, where a language may count backwards."""
    d = matcalc.grad("\\sum_{i=2}^n (x_i - c x_{i-1})^2", wrt="x", variables={"x_i": "scalar", "c": "scalar"},
                     check=False)
    source, function = d.code(target, check=False), d.function(check=False)
    given = {f"{name}{n}": (n, name) for n in (1, 2, 3) for name in ("f", "gradient")}
    values = {n: [0.5, np.arange(1.0, n + 1)] for n in (1, 2, 3)}
    got = told(target, tmp_path, **{key: Asked(source, name, values[n]) for key, (n, name) in given.items()})
    for key, (n, name) in given.items():
        assert agrees(got[key].value, getattr(function, name)(*values[n]), target == "octave"), got[key]


@BOTH
def test_what_is_not_quite_symmetric_and_what_is_not_asked_to_be_checked(target, tmp_path):
    d = matcalc.grad("log(det(S))", wrt="S", variables={"S": "spd"}, check=False)
    S = np.array([[3.0, 1.0 + 1e-9], [1.0, 2.0]])
    got = told(target, tmp_path, symmetric=Asked(d.code(target, check=False), "gradient", [S]),
               never=Asked(d.code(target, check=False, check_arguments=False), "gradient", [S]))
    inverse = np.linalg.inv((S + S.T) / 2)
    assert agrees(got["symmetric"].value, inverse, target == "octave", 1e-12)
    assert agrees(got["never"].value, inverse, target == "octave", 1e-6)


@pytest.mark.skipif(shutil.which("octave-cli") is None, reason="octave-cli is not installed")
def test_single_precision_and_whole_numbers_in_octave(tmp_path):
    source = LASSO.code("octave", dtype="float32")
    script = """d = derivatives(); X = [1 2; 3 4; 5 7]; w = [1 2]; y = [1 2 3];
[value, g] = d.value_and_gradient(X, w, y, 0.5); h = d.gradient(int32(X), w, y, 0.5);
printf('%s %s %s %.7g %d %d\\n', class(value), class(g), class(h), value, size(g))"""
    assert octave(script, source, tmp_path).stdout.split() == ["single", "single", "single", "179", "2", "1"]
    plain = LASSO.code("octave", check=False)
    assert "X has 2 axes, not int32 of size [3 2]" in octave(script, plain, tmp_path).stderr


@pytest.mark.skipif(shutil.which("octave-cli") is None, reason="octave-cli is not installed")
def test_transposes_do_not_conjugate(tmp_path):
    """So a complex step gives the derivative to the last digit."""
    script = """d = derivatives(); X = [1 2; 3 4; 5 7]; w = [1; 2]; y = [1; 2; 3]; h = 1e-20;
g = d.gradient(X, w, y, 0.5); step = imag(d.f(X, w + 1i * h * [1; 3], y, 0.5)) / h;
printf('%d', abs(step - g.' * [1; 3]) <= 1e-13 * abs(step))"""
    assert octave(script, LASSO.code("octave", check=False), tmp_path).stdout == "1"


@BOTH
def test_a_file_stands_alone_and_notices_a_fault(target, tmp_path):
    right = LASSO.code(target)
    end = {"octave": ";", "r": "\n"}[target]
    wrong = right.replace(f"+ 2 * c * w{end}", end)
    assert wrong != right
    file, command = {"octave": ("derivatives.m", ["octave-cli", "--norc", "--eval", "derivatives"]),
                     "r": ("lasso.R", ["Rscript", "--vanilla", "lasso.R"])}[target]
    for source, says in ((right, "gradient: relative error"), (wrong, "the gradient is wrong")):
        (tmp_path / file).write_text(source, "utf-8")
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == (source == wrong)
        assert says in done.stdout + done.stderr
        assert "warning" not in done.stderr.lower()


@BOTH
@pytest.mark.parametrize("name", ["value", "gradient", "result", "t", "c", "size", "nargin", "T", "next", "h", "list"])
def test_names_that_the_language_has_a_meaning_for(target, name):
    source = matcalc.grad(f"{name}'*A*{name}*b", wrt=name, check=False, variables={
        name: "vector(n)", "A": "matrix(n,n)", "b": "scalar"}).code(target)
    assert "relative error" in source
    if target == "r":
        with pytest.raises(MatcalcError, match="a function cannot be called “sum”"):
            LASSO.code(target, check=False, name="sum")


def test_without_the_tool_a_program_is_not_run(monkeypatch):
    monkeypatch.setattr(running, "which", lambda tool: None)
    for target, tool in TOOLS.items():
        assert running.not_run(target_named(target)) == f"not run here: {tool} is not installed"
        assert LASSO.code(target) == LASSO.code(target, check=False)


def test_the_text():
    """One text for one question, in the words of the language."""
    octave, r = LASSO.code("octave", check=False), LASSO.code("r", check=False)
    assert LASSO.code("matlab", check=False) == octave
    assert "result = X.' * (X * w - y) + 2 * c * w;" in octave
    assert "function [value, gradient] = value_and_gradient(X, w, y, c)" in octave
    assert "c(crossprod(X, c(X %*% w) - y)) + 2 * c * w" in r
    assert re.search(r"list\(value = \w+, gradient = \w+\)", r)
    for text in (octave, r):
        assert all(len(line) < 120 and line == line.rstrip() for line in text.splitlines())
