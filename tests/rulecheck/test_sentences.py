"""What is wrong in a rule file is said to its author in a sentence, with both numbers, and never as a defect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.sessions import run
from tests.rulecheck.files import complaints, written

CUBE = """
elementwise cube_(X: [m,n]) -> [m,n]
  d       = {d}
  numpy   = {numpy}
  ref     = me
  {more}
"""
RIGHT = {"d": "3*X.^2", "numpy": "X**3", "more": "example sum(cube_(X)) wrt X -> 3*X.^2"}
WRONG = [  # the fields that are changed, and what is said
    ({"d": "2.9*X.^2"}, "differential by X: the block says {a}, the differences of its values say {b} in entry"),
    ({"more": "example sum(cube_(X)) wrt X -> 2*X.^2"},
     "example sum(cube_(X)) wrt X: the example says 2*X.^2, the gradient is 3*X.^2; at a random point the example says "
     "{a}, the gradient is {b} in entry"),
    ({"more": "example = sum(cube_(X)) wrt X -> 2*X.^2"}, "the example says 2*X.^2, the gradient is 3*X.^2"),
    ({"more": "example cube_(3) + cube_(c) wrt c -> 2*c.^2"},
     "at a random point the example says {a}, the gradient is {b}"),
    ({"more": "example sum(cube_(X)) wrt X -> (1 + 1 + 1)*X.*X/1 + 0*X.^3/7 + X - X"}, ""),
    ({"more": "example sum(cube_(X)) wrt Y -> 3*X.^2"}, "Y is no variable of the example"),
    ({"more": "example sum(cube_(X)) wrt -> 3*X.^2"}, "an example reads EXPR wrt X -> ANSWER"),
    ({"more": "example sum(cube_(X) wrt X -> 3*X.^2"}, "example sum(cube_(X) wrt X: "),
    ({"more": "example cube_(X) wrt X -> 3*X.^2"}, "a scalar is needed here"),
    ({"more": "example sum(cube_(X)) wrt X -> 3*Q"}, "Q is no variable of the example"),
    ({"more": "domain = X - X positive"}, "no point of the domain “X - X positive” was found in 300 draws"),
    ({"more": "lift = 2*cube_(X)"}, "lift: lift gives {a}, one by one it is {b}"),
    ({"more": "lift = sum(cube_(X))"}, "lift has its shape: it is scalar and must be [m,n]"),
    ({"more": "is = bounded"}, "is bounded: a value is {a}, and must be between -1 and 1"),
    ({"more": "is = positive"}, "is positive: a value is {a}, and must be greater than 0"),
    ({"more": "is = symmetric"}, "is symmetric: a value is 3×4, which is not square"),
    ({"more": "is = invertible"}, "is invertible: a value is 3×4, which is not square"),
    ({"more": "is = stable"}, "is stable: a value is 3×4, which is not square"),
    ({"more": "is = lower"}, "is lower: a lower matrix has 0, a value has {b} in entry (1,"),
    ({"more": "is = multiplicative"}, "is: multiplicative is a number that belongs to one square matrix"),
    ({"more": "is = folds"}, "the field body is missing"),
    ({"more": "is = folds\n  body = X.^2"}, "is folds: body gives {a}, the function gives {b} in entry"),
    ({"more": "body = X.^2"}, "body equals numpy: body gives {a}, numpy gives {b} in entry"),
    ({"more": "domain = X sym"}, "domain: X is [m,n], and only a square matrix is sym"),
    ({"more": "domain = X orthogonal"}, "domain: X is [m,n], and only a square matrix is orthogonal"),
    ({"more": "law odd: cube_(-X) => cube_(X)"},
     "both sides equal: the left side is {a}, the right side is {b} in entry"),
    ({"more": "law odd: cube_(-X) => -cube_(X) where Y: [m,n] if Y positive"}, "Y does not occur on the left side"),
    ({"more": "law one: cube_(P)*cube_(P)' => cube_(P)^2 where P: [m,m] spd"}, "P is declared spd, which is not asked"),
    ({"more": "law line: cube_(X) = X"}, "a law reads NAME: LEFT => RIGHT"),
    ({"more": "d = X"}, "M0702 {file}, line 6: the field d is stated twice"),
    ({"more": "adjoint ="}, "fields: the field adjoint says nothing"),
    ({"more": "numpy.X = X"}, "fields: numpy is said of the whole block, not of X"),
    ({"more": "core = determinant"}, "fields: “determinant” is no operation of the expressions"),
    ({"d": "3*X.^2.*dX"}, "dX is a change of X, of which the field d of the form elementwise does not speak"),
    ({"more": "body = X.^3 + dX"}, "dX is a change of X, of which the field body does not speak"),
    ({"more": "law gone: cube_(X) => X.*log(-X.*X)"},
     "law gone: both sides equal: at a random point the left side has a value and the right side none"),
    ({"more": "law gone: cube_(log(-X.*X)) => X"}, "no point was found at which the left side has a value"),
    ({"numpy": "np.log(-X * X)"}, "at a random point of the domain it has no value: it is not finite; the field"),
    ({"more": "law two: cube_(X) => dX"}, "dX is a change of X, of which the field law does not speak"),
    ({"numpy": "X"}, "differential by X: the block says {a}, the differences of its values say {b} in entry"),
    ({"numpy": "np.linalg.inv(X @ X.T)"}, "the numeric template of cube_ gives 3×3 where 3×4 is due"),
    ({"numpy": "X @ X"}, "cube_ has a numeric template that fails: matmul"),
    ({"numpy": "np.linalg.inv(X.T @ X) @ X.T"}, "the numeric template of cube_ gives 4×3 where 3×4 is due"),
    ({"numpy": "X[7]"}, "cube_ has a numeric template that fails: index 7 is out of bounds"),
    ({"numpy": "X / 0"}, "differential by X: at a random point of the domain it has no value: it is not finite"),
    ({"numpy": "np.sin(1e7 * X)"}, "differential by X: the differences do not settle"),
    ({"numpy": "np.sum(X)"}, "the numeric template of cube_ gives a number where 3×4 is due"),
    ({"numpy": "np.linalg.cholesky(X)"}, "at a random point of the domain it has no value: last 2 dimensions"),
    ({"numpy": "X + 0 * np.linalg.inv(X @ X.T - X @ X.T)[0, 0]"},
     "at a random point of the domain it has no value: singular matrix; the field domain says where a block has one"),
]
BLOCKS = [  # a whole block, and what is said
    ("function total_(np: [n]) -> scalar\n  d = 2*np'*dnp\n  numpy = np.sum(np*np)",
     "parameters: no parameter is called np, which is a library in the field numpy"),
    ("function total_(2: [n]) -> scalar\n  numpy = 1.0", "M0702 {file}, line 1: “2: [n]” is not a parameter"),
    ("function g(x: [n]) -> scalar\n  d = 2*x'*dx\n  numpy = np.sum(x*x)", "name: g is one letter, with which"),
    ("constant one_(x: [n]) -> scalar\n  numpy = 1.0\n\nconstant one_(y: [n]) -> scalar\n  numpy = 2.0",
     "name: the block on line 1 is called one_ as well and has the same parameters"),
    ("function total_(x: [n]) -> scalar\n  body = total_(x)", "it leads back to itself and does not end"),
    ("notation total_(x: [n]) -> scalar\n  means = total_(x)", "shapes: it leads back to itself and does not end"),
    ("function total_(x: [n]) -> scalar\n  d = 2*x'*dx + y'*dx\n  numpy = np.sum(x*x)",
     "d is read: y is neither a parameter nor a dimension of this rule in “2*x'*dx + y'*dx” ({file}, line 2)"),
    ("function total_(x: [n]) -> scalar\n  d = 2*x'*dx\n  numpy = np.sum(x*y)", "({file}, line 3)"),
    ("function room_(x: [n]) -> scalar\n  d = -2*x'*dx/(1 - x'*x)\n  domain = 1 - x'*x positive\n"
     "  numpy = np.log(1 - np.sum(x * x))\n  ref = me\n  example room_(x) wrt x -> -2/(1 - x'*x)*x", ""),
]
NUMBER = r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?"


def pattern(said: str) -> str:
    text = re.escape(said)
    for name in ("a", "b"):
        text = text.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{NUMBER})", 1)
    return text.replace(re.escape("{file}"), r"\S*")


@pytest.mark.parametrize(("changed", "said"), WRONG, ids=lambda row: str(row)[:60])
def test_what_is_wrong_is_said(changed: dict[str, str], said: str, tmp_path: Path) -> None:
    told(complaints(tmp_path, CUBE.format(**RIGHT | changed)), said)


@pytest.mark.parametrize(("block", "said"), BLOCKS, ids=lambda row: str(row)[:60])
def test_what_is_wrong_with_a_whole_block(block: str, said: str, tmp_path: Path) -> None:
    told(complaints(tmp_path, f"{block}\n"), said)


def told(found: list[str], said: str) -> None:
    """One complaint says this, with two numbers that differ; or there is none."""
    if not said:
        assert found == []
        return
    match = next((m for text in found if (m := re.search(pattern(said), text))), None)
    assert match, found
    numbers = match.groupdict()
    if {"a", "b"} <= numbers.keys():
        assert float(numbers["a"]) != float(numbers["b"])


@pytest.mark.parametrize(("changed", "line"), [
    ({"d": "2.9*X.^2"}, 3), ({"d": "3*Y.^2"}, 3), ({"numpy": "X[7]"}, 4), ({"more": "is = bounded"}, 6),
    ({"more": "body = X.^2"}, 6), ({"more": "law odd: cube_(-X) => cube_(X)"}, 6),
    ({"more": "law odd: cube_(-X) => Y"}, 6),
    ({"more": "note = none\n  example sum(cube_(X)) wrt X -> 3*X.^2\n  example sum(cube_(X)) wrt X -> 2*X.^2"}, 8),
], ids=str)
def test_the_line_is_named_on_which_it_is_wrong(changed: dict[str, str], line: int, tmp_path: Path) -> None:
    file = written(tmp_path, CUBE.format(**RIGHT | changed))
    code, out, err = run("rules", "check", str(file))
    assert code in (1, 2)
    assert f"{file}, line {line}" in out + err


def test_the_right_file_is_right(tmp_path: Path) -> None:
    assert complaints(tmp_path, CUBE.format(**RIGHT)) == []


SIGNATURES = [  # the line at the margin, and what is said
    ("function f_(A: [n,n], A: [n,n]) -> scalar", "A is the name of two parameters"),
    ("linear f_(G: [n,n]) -> scalar", "no parameter is called G, which is what an adjoint is given"),
    ("function f_(A: [n,n], dA: [n,n]) -> scalar", "no parameter is called dA, which is the differential of A"),
    ("function f_() -> scalar", "there is no parameter"),
    ("function f_(A: [n,n]) -> [k,n]", "no parameter has the size k of the result"),
    ("function f_(A: [m,n] sym) -> scalar", "A is [m,n], and only a square matrix is sym"),
    ("function f_(A: [n,n] pretty) -> scalar", "“pretty” cannot be declared of A; a parameter is one of sym, spd, psd"),
    ("function f_(A: [n,n] orthogonal) -> scalar", "“orthogonal” cannot be declared of A"),
    ("function f_(A: [n,n] sym lower) -> scalar", "A is declared lower and sym; say one word"),
    ("notation f_(A: [n,n]) -> scalar", "a notation says what it means: the field means is missing"),
    ("function f_(A: [n n]) -> scalar", "“n n” is not a dimension"),
    ("function f_(A) -> scalar", "“A” is not a parameter"),
    ("matrix f_(A: [n,n]) -> scalar", "a block starts with one of"),
]


@pytest.mark.parametrize(("line", "said"), SIGNATURES)
def test_a_signature_that_cannot_be(line: str, said: str, tmp_path: Path) -> None:
    found = complaints(tmp_path, f"{line}\n  numpy = np.trace(A)\n  ref = me\n")
    assert any(said in text for text in found), found


def test_one_number_of_a_linear_function_and_of_its_adjoint(tmp_path: Path) -> None:
    block = ("linear half_(X: [n,n]) -> [n,n]\n  adjoint = {}\n  matrix = {}\n  numpy = X / 2\n  ref = me\n"
             "  example {}\n")
    example = "tr(B'*half_(X)) wrt X -> half_(B)"
    assert complaints(tmp_path, block.format("half_(G)", "eye(n*n)/2", example)) == []
    (adjoint, *_) = complaints(tmp_path, block.format("G/3", "eye(n*n)/2", example))
    assert "⟨G, L[V]⟩ is" in adjoint
    assert "⟨L*[G], V⟩ is" in adjoint
    (matrix,) = complaints(tmp_path, block.format("half_(G)", "eye(n*n)/3", example))
    assert matrix.startswith("matrix by X: the matrix gives 0.333333, the operation 0.5 in entry (1, 1)")
