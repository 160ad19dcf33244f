"""Headers for Eigen: the values of all problems, their own check, shapes, precision, and what is refused."""

import os
import re

import numpy as np
import pytest

import matcalc
from matcalc.targets import target_named
from matcalc.targets.definition import Written
from matcalc.targets.module import module
from tests import corpus
from tests.targets import eigen
from tests.targets.kernels import LackingError, entries, spelled
from tests.targets.test_programs import OTHERS, STRUCTURED, somewhere

needs_tools = pytest.mark.skipif(bool(eigen.LACKING), reason=eigen.LACKING or "there")
NAMES = [case["id"] for case in corpus.cases()]
ALL, TOGETHER, EVERY = bool(os.environ.get("MATCALC_ALL_TARGETS")), 20, 23
BATCHES = [NAMES[k:k + TOGETHER] for k in range(0, len(NAMES), TOGETHER)] if ALL else [NAMES[::EVERY]]


def called(d, values, **how):
    sizes = {}
    for name, x in d.inputs.items():
        for dim, length in zip((d for d in x.shape), np.shape(values[name]), strict=False):
            sizes[str(dim)] = length
    return eigen.Called(d.code("cpp", check=False, functions=[d.kind], **how), d.kind,
                        [values[name] for name in d.inputs], sizes)


@needs_tools
@pytest.mark.parametrize("names", BATCHES, ids=lambda names: f"{names[0]}…{names[-1]}")
def test_values_of_problems(names, tmp_path):
    answers = [corpus.answer(name) for name in names]
    points = [somewhere(d) for d in answers]
    found = eigen.values_of([called(d, values) for d, (values, _) in zip(answers, points, strict=True)], tmp_path)
    for name, got, (_, want) in zip(names, found, points, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11, err_msg=name)
        assert got.shape == np.shape(want), name


def kernel(name, entry, text):
    """A function of the operands of an entry that gives its text; what is true or false is handed over as 1 or 0."""
    parameters, lines = [], []
    for letter, x in zip("abdg", entry.operands, strict=False):
        truth, rank = np.asarray(x).dtype == bool, np.ndim(x)
        kind = ("Scalar", "const Eigen::Ref<const Vector>&", "const Eigen::Ref<const Matrix>&")[rank]
        parameters.append(f"{kind} {letter}{'_' * truth}")
        if truth:
            lines.append(f"const auto {letter} = {letter}_{'.array()' * (rank > 0)} != 0;")
    rank = np.ndim(entry.want)
    if np.asarray(entry.want).dtype == bool:
        text = f"Scalar({text})" if not rank else f"({text}).cast<Scalar>().matrix()"
    lines.append(f"return {text};")
    inner = "\n    ".join(lines)
    kind = ("Scalar", "Vector", "Matrix")[rank]
    return Written(f"inline {kind} {name}({', '.join(parameters)}) {{\n    {inner}\n}}", [])


@needs_tools
def test_kernels(tmp_path):
    """Each row of the table against NumPy, for operands of every kind that it may get."""
    language, written, chosen = target_named("cpp"), [], []
    for entry in [*entries()][::1 if ALL else 7]:
        try:
            text = spelled(entry, language.rows)
        except LackingError:
            assert max(np.ndim(x) for x in (*entry.operands, entry.want)) > 2
            continue
        if max(np.ndim(x) for x in (*entry.operands, entry.want)) < 3:
            written.append(kernel(f"k{len(written)}", entry, text))
            chosen.append(entry)
    header = module(language, written, [], "Kernels.", ["k0"])
    calls = [eigen.Called(header, f"k{k}", entry.operands, {}) for k, entry in enumerate(chosen)]
    got = eigen.values_of(calls, tmp_path)
    for entry, function, found in zip(chosen, written, got, strict=True):
        np.testing.assert_allclose(found, np.asarray(entry.want, float), rtol=1e-10, atol=1e-12, err_msg=function.text)
        assert np.shape(found) == np.shape(entry.want), function.text


@needs_tools
def test_a_header_checks_itself_and_notices_a_fault(tmp_path):
    right = matcalc.grad("1/2*norm2(X*w - y)^2", wrt="w").code("cpp", check=False, functions=["gradient"])
    wrong = right.replace("return X.transpose() * ", "return 2 * X.transpose() * ")
    assert wrong != right
    assert "int main" not in right  # nothing to compare a gradient alone with
    both = matcalc.grad("1/2*norm2(X*w - y)^2", wrt="w").code("cpp", check=False)
    ran = eigen.checked(both, tmp_path)
    assert ran.returncode == 0
    assert re.search(r"^gradient: relative error \de-\d+ against central differences$", ran.stdout, re.M)
    ran = eigen.checked(both.replace("return X.transpose() * ", "return 2 * X.transpose() * "), tmp_path)
    assert ran.returncode == 1


@needs_tools
@pytest.mark.parametrize("part", range(4) if ALL else [0])
def test_other_kinds_layouts_and_structures(part, tmp_path):
    answers = [*OTHERS, *(matcalc.grad(f, check=False, **options) for f, options in STRUCTURED)]
    chosen = [d for d in (answers[part::4] if ALL else answers[1::9])
              if "arcsin" not in d.problem.source]  # the first kind of draw is outside of its domain
    ran = eigen.checks_of([d.code("cpp", check=False) for d in chosen], tmp_path)
    assert ran.returncode == 0, ran.stdout


@needs_tools
def test_entrywise_functions_of_one_number(tmp_path):
    """A formula whose stable form takes the absolute value of a number, not of entries."""
    values = {"u": np.array([0.3, -0.8]), "v": np.array([1.5, 0.2])}
    d = matcalc.grad("log(1 + exp(-u'*v)) + abs(u'*u - 1)", wrt="u", check=False)
    got, = eigen.values_of([called(d, values)], tmp_path)
    np.testing.assert_allclose(got, d.evaluate(values), rtol=1e-12)


@needs_tools
def test_single_precision_and_vectors_of_length_one(tmp_path):
    values = {"A": np.ones((1, 1)), "x": np.array([0.5])}
    d = matcalc.grad("logsumexp(A*x) + norm2(x)^3/3", wrt="x", variables={"A": "matrix(m,n)"}, check=False)
    wide, narrow = eigen.values_of([called(d, values), called(d, values, dtype="float32")], tmp_path)
    np.testing.assert_allclose(wide, d.evaluate(values), rtol=1e-12)
    np.testing.assert_allclose(narrow, wide, rtol=1e-6)
    assert wide.shape == narrow.shape == (1,)


def test_shapes_are_said_and_the_text_is_deterministic():
    d = matcalc.grad("a'*X*b", wrt="X", check=False)
    text = d.code("cpp", check=False)
    assert text == d.code("cpp", check=False)
    assert 'require_shape("X is m×n", X, m, n);' in text
    assert 'require_nonempty("a", a);' in text
    assert "auto " not in text.split("namespace matcalc")[1]
    assert "require" not in d.code("cpp", check=False, check_arguments=False)


def test_what_is_symmetric_is_made_so_and_what_is_not_read_is_marked():
    text = matcalc.grad("x'*S*x", wrt="x", variables={"S": "sym"}, check=False).code("cpp", check=False)
    assert "Matrix S)" in text
    assert "S = ((S + S.transpose()) / 2).eval();" in text
    text = matcalc.grad("c*a", wrt="a", variables={"a": "scalar", "c": "scalar"}, check=False).code("cpp", check=False)
    assert "[[maybe_unused]] Scalar a" in text


def test_stacks_are_refused_by_name():
    with pytest.raises(matcalc.MatcalcError, match="more than two axes"):
        matcalc.grad("sum_{i=1}^n x'*A_i*x", wrt="x", check=False).code("cpp", check=False)


SHAPES = """
#include <iostream>

template <typename Call>
void said(const Call& call) {
    try { std::cout << call() << "\\n"; }
    catch (const std::invalid_argument& error) { std::cout << error.what() << "\\n"; }
}

int main() {
    using namespace matcalc;
    const Matrix A = Matrix::Ones(2, 3), column = Matrix::Ones(3, 1);
    said([&] { return gradient(A, Vector::Ones(2)).sum(); });
    said([&] { return gradient(Matrix(0, 3), Vector::Ones(3)).sum(); });
    said([&] { return gradient(A, column).sum(); });
    said([&] { return gradient(A.transpose().transpose(), column).sum(); });
}
"""


@needs_tools
def test_shapes_are_checked(tmp_path):
    header = matcalc.grad("norm2(A*x)^2", wrt="x", variables={"A": "matrix(m,n)"}, check=False).code(
        "cpp", check=False, functions=["gradient"])
    ran = eigen.ran(header + SHAPES, tmp_path)
    assert ran.stdout.splitlines() == ["x is n = 3×1, not 2×1", "A is empty", "36", "36"]
