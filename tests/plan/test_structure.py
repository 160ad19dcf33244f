"""What a plan says of its matrices is true of their values."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

import matcalc
from matcalc.core.expr import VAR, postorder
from matcalc.numeric.interpret import Machine
from matcalc.numeric.sizes import Sized
from matcalc.plan.cost import Lengths
from matcalc.plan.members import key_of
from matcalc.plan.node import ordered
from matcalc.plan.planning import Wanted, plan
from matcalc.plan.propagation import Structure, structures
from matcalc.targets import target_named

SIZES = {"m": 5, "n": 4, "k": 2}
DECLARED = {"A": "matrix(m,n)", "B": "matrix(n,n)", "S": "spd(n)", "T": "spd(n)", "P": "psd(n)", "Y": "sym(n)",
            "L": "lower(n) invertible", "M": "lower(n)", "R": "upper(n) invertible", "D": "diag(n)", "U": "matrix(n,k)",
            "Q": "orthogonal(n)", "v": "vector(n)", "c": "scalar positive"}
_X = np.random.default_rng(5).standard_normal((8, 8))
VALUES = {
    "A": _X[:5, :4], "B": _X[1:5, 3:7], "S": _X[:4] @ _X[:4].T, "T": _X[4:] @ _X[4:].T, "P": _X[:4, :2] @ _X[:4, :2].T,
    "Y": _X[:4, :4] + _X[:4, :4].T, "L": np.tril(_X[:4, 2:6]) + 3 * np.eye(4), "M": np.tril(_X[3:7, :4]),
    "R": np.triu(_X[:4, 4:]) + 3 * np.eye(4), "D": np.diag(_X[0, :4]), "U": _X[:4, :2],
    "Q": np.linalg.qr(_X[:4, :4])[0], "v": _X[2, :4], "c": np.float64(1.5)}
CLAIMED = {  # a formula and what is known of it
    "A'*A": "psd", "A'*A + S": "spd", "S + P": "spd", "P + P.*S": "psd", "S.*T": "spd", "A*S*A'": "psd",
    "B'*Y*B": "sym",
    "B + B'": "sym", "S - T": "sym", "-S": "sym", "2*S": "spd", "c*S": "sym", "L*M": "lower", "R*R": "upper",
    "L + D": "lower", "L'": "upper", "inv(S)": "spd", "inv(L)": "lower", "B*inv(S)*B'": "psd", "Q*Q": "orthogonal",
    "v*v'": "psd", "I + U*U'": "identity-plus-low-rank", "D": "diag", "B*S": "", "S*T": "", "S*B": "", "A'*A*S": "",
    "L*R": "", "B*B": "", "(B.*S)": "", "diag(v)*S": "", "A'*A - S": "sym", "D*S": "", "M.*B": "lower", "S + B": "",
    "U*inv(U'*S*U + I)*U'": "psd", "inv(Y)": "sym", "B./S": "", "zeros(n,n)": "zero"}


def _upper(x: np.ndarray) -> bool:
    return np.allclose(x, np.triu(x))


def _symmetric(x: np.ndarray) -> bool:
    return np.allclose(x, x.T)


TRUE: dict[Structure, Callable[[np.ndarray], bool]] = {
    "": lambda x: True, "zero": lambda x: not x.any(), "sym": _symmetric,
    "psd": lambda x: _symmetric(x) and np.linalg.eigvalsh(x)[0] > -1e-9,
    "spd": lambda x: _symmetric(x) and np.linalg.eigvalsh(x)[0] > 0,
    "upper": _upper, "lower": lambda x: _upper(x.T), "diag": lambda x: _upper(x) and _upper(x.T),
    "orthogonal": lambda x: np.allclose(x @ x.T, np.eye(len(x))),
    "identity-plus-low-rank": lambda x: np.linalg.matrix_rank(x - np.eye(len(x))) < len(x)}


def _known(formula: str) -> tuple[dict, list]:
    used = {name: text for name, text in DECLARED.items() if name in formula}
    e = matcalc.parse(formula, used)
    made = plan([Wanted(e)], [], target_named("numpy").rows.abilities, trusts=True)
    declared = {key_of(x): x.data.props for x in postorder(e) if x.kind is VAR}
    return structures(made.roots, declared, Lengths(ordered(*made.roots))), made.roots


@pytest.mark.parametrize("formula", CLAIMED)
def test_what_is_said_is_true_of_every_kernel(formula: str) -> None:
    known, roots = _known(formula)
    done = {e: VALUES[e.data.name] for e in ordered(*roots) if e.op == "input"}
    Machine(lambda *_: None, lambda *_: None).run(ordered(*roots), done, Sized(SIZES))
    assert {e.op: word for e, word in known.items() if word and not TRUE[word](np.asarray(done[e]))} == {}
    assert known.get(roots[0], "") == CLAIMED[formula]


def test_amounts_are_polynomials() -> None:
    from matcalc.core.dims import named
    from matcalc.plan.amount import UNICODE, amount, product

    n, m = named("n"), named("m")
    cube = product((n, n, n)) * Fraction(1, 3)
    assert str(cube + product((m, n)) * 2) == "n^3/3 + 2*m*n"
    assert (cube + product((m, n)) * -2).written(UNICODE) == "n³/3 - 2 m n"
    assert product((n + 1, n)) == product((n, n)) + amount(n)
    assert cube.at(lambda _: 3) == 9
    assert str(amount(0)) == "0"
