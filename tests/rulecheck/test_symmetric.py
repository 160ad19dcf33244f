"""A parameter declared symmetric: its rule speaks of symmetric matrices only, and is used of nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.linalg

import matcalc
from matcalc.diagnostics import InputError
from matcalc.manual import kind
from matcalc.rulebook.read import signature
from tests.cli.sessions import run
from tests.rulecheck.files import CHOLESKY, complaints, used

FILE = str(Path(__file__).parent / "cholesky.rules")
RNG = np.random.default_rng(4)
W = RNG.standard_normal((3, 3))


def spd(n: int = 3) -> np.ndarray:
    x = RNG.standard_normal((n, n))
    return x @ x.T + np.eye(n)


def grad(f: str, x: str, structure: str = "project", **variables: str) -> matcalc.Derivation:
    return matcalc.grad(f, x, variables=variables, rules=FILE, structure=structure)


def slope(f, x, v, h=1e-5):
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


def test_the_file_passes_and_its_signature_is_printed_as_written(tmp_path: Path) -> None:
    assert complaints(tmp_path, CHOLESKY) == []
    (chol,) = used(tmp_path, CHOLESKY).overloads("chol")
    assert signature(chol) == "chol(A: [n,n] spd) -> [n,n]"
    assert kind(chol.params[0]) == "matrix(n,n) spd"
    assert "function chol(A: [n,n] spd) -> [n,n]" in run("rules", "show", "chol", "--rules", FILE)[1]


@pytest.mark.parametrize("word", ["sym", "spd"])
def test_the_gradient_is_the_symmetric_matrix_that_differences_give(word: str) -> None:
    d = grad("tr(W'chol(A))", "A", A=f"{word}(3)", W="matrix(3,3)")
    a = spd()
    g = d.evaluate({"A": a, "W": W})
    assert np.allclose(g, g.T, atol=1e-12)
    for _ in range(3):
        v = RNG.standard_normal((3, 3))
        v += v.T
        expected = slope(lambda x: np.sum(W * scipy.linalg.cholesky(x, lower=True)), a, v)
        assert np.sum(g * v) == pytest.approx(expected, rel=1e-6)


def test_inside_other_expressions() -> None:
    d = grad("tr(W'chol(X'X + eye(3)))", "X", X="matrix(4,3)", W="matrix(3,3)")
    x, v = RNG.standard_normal((2, 4, 3))
    expected = slope(lambda y: np.sum(W * scipy.linalg.cholesky(y.T @ y + np.eye(3), lower=True)), x, v)
    assert np.sum(d.evaluate({"X": x, "W": W}) * v) == pytest.approx(expected, rel=1e-6)


def test_of_entries_that_vary_freely_it_takes_the_symmetric_part() -> None:
    d = grad("tr(W'chol(A))", "A", "free", A="spd(3)", W="matrix(3,3)")
    a, v = spd(), RNG.standard_normal((3, 3))
    expected = slope(lambda x: np.sum(W * scipy.linalg.cholesky((x + x.T) / 2, lower=True)), a, v)
    assert np.sum(d.evaluate({"A": a, "W": W}) * v) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("order", ["jacobian", "hessian"])
def test_matrices_of_derivatives_pass_their_checks(order: str) -> None:
    f = "chol(A)" if order == "jacobian" else "tr(W'chol(A))"
    d = getattr(matcalc, order)(f, "A", variables={"A": "spd"}, rules=FILE)
    assert d.verify().ok


CONDITIONS = [("A", {"A": "spd"}, []), ("A", {"A": "sym"}, ["A spd"]), ("X'X", {}, ["X'*X spd"]),
              ("X'X + eye(n)", {}, []), ("(B + B')/2", {}, ["(B + B')/2 spd"])]


@pytest.mark.parametrize(("argument", "variables", "said"), CONDITIONS)
def test_that_it_is_definite_is_a_condition(argument: str, variables: dict[str, str], said: list[str]) -> None:
    d = matcalc.grad(f"sum(chol({argument}))", argument.strip("(")[0], variables=variables, rules=FILE)
    assert d.conditions == said


@pytest.mark.parametrize(("argument", "variables"), [
    ("B", {}), ("B", {"B": "matrix(n,n)"}), ("A*B", {"A": "sym", "B": "sym"}), ("B'C", {}), ("L", {"L": "lower"}),
    ("B + B", {}), ("S", {"S": "skew"}),
])
def test_what_is_not_seen_to_be_symmetric_is_refused_by_name(argument: str, variables: dict[str, str]) -> None:
    for f in (f"sum(chol({argument}))", f"sum(chol({argument})*chol({argument})')"):
        with pytest.raises(InputError) as refusal:
            matcalc.grad(f, argument[0], variables=variables, rules=FILE)
        (first,) = refusal.value.diagnostics
        assert first.code == "M0331"
        assert first.message == f"“{argument}” is not known to be symmetric, and chol takes nothing else"


def test_a_rule_that_takes_it_of_a_general_matrix_cannot_be_read(tmp_path: Path) -> None:
    text = CHOLESKY + ("\nnotation root_(B: [n,n]) -> [n,n]\n  means = chol(B)\n  numpy = np.linalg.cholesky(B)\n"
                       "  ref = me\n")
    assert any("“B” is not known to be symmetric" in said for said in complaints(tmp_path, text))
    assert complaints(tmp_path, text.replace("root_(B: [n,n])", "root_(B: [n,n] spd)")) == []


TRIANGLES = """
function logvol_(L: [n,n] {word}) -> scalar
  d       = tr(inv(L)*dL)
  domain  = L invertible
  numpy   = np.log(np.abs(np.prod(np.diagonal(L))))
  ref     = me
  example logvol_(L) wrt L -> {answer}
"""
ANSWERS = {"lower": "tril(inv(L)')", "upper": "triu(inv(L)')", "diag": "inv(L)"}


@pytest.mark.parametrize("word", ANSWERS)
def test_triangles_and_diagonals(word: str, tmp_path: Path) -> None:
    """The product of the diagonal is the determinant of these only."""
    right = TRIANGLES.format(word=word, answer=ANSWERS[word])
    assert complaints(tmp_path, right) == []
    assert any("differential by L" in said for said in complaints(tmp_path, right.replace(f" {word})", ")")))


def test_differences_are_taken_along_symmetric_directions_only(tmp_path: Path) -> None:
    """Half of the directions: a formula that is wrong for others passes, one that is wrong for these does not."""
    block = ("function skewness_(A: [n,n]{}) -> scalar\n  d = 2*tr(A*dA)\n  numpy = np.sum(A * A)\n  ref = me\n"
             "  example skewness_(A) wrt A -> 2*A\n")
    assert complaints(tmp_path, block.format(" sym")) == []
    assert any("differential by A: the block says" in said for said in complaints(tmp_path, block.format("")))
    assert any("differential by A" in said for said in complaints(tmp_path, block.format(" skew")))
