"""Every kind of derivative × layout × stacking × shape of the variable and of the result × structure × form: the
program runs, finds itself right, and returns what the derivation evaluates to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.api import differential, jvp, vjp
from matcalc.derivation import Derivation
from matcalc.options import LAYOUTS
from tests.cli.sessions import run
from tests.targets.test_programs import executed, somewhere

DECLARED = {"t": "scalar", "q": "matrix(1,n)", "x": "vector(n)", "X": "matrix(m,n)"}
SCALARS = {  # of each variable: formulas that are scalars
    "t": ["t^2", "exp(t)*a'*a", "t"],
    "q": ["q[2]", "q*A*q'", "sum(exp(q))^2", "(q*b)^2"],
    "x": ["x[2]", "x'*A*x", "sum(exp(x))^2", "x[2]^2*x[1]"],
    "X": ["X[2,1]", "tr(X'*A*X)", "sum(exp(X))", "X[2,1]^2", "(a'*X*b)^2"],
}
OTHERS = {  # rows, columns and matrices
    "t": ["t*b'", "t^2*a", "sin(t)*A", "t^2"],
    "q": ["q*A", "A*q'", "q'*q", "exp(q)", "q[1:2]", "q*b"],
    "x": ["x'*A", "A*x", "x*x'", "exp(x)", "x[1:2]", "x'*b"],
    "X": ["a'*X", "X*a", "B*X", "X[:,1]", "X[1,:]", "exp(X)", "a'*X*b"],
}
STRUCTURED = [  # word, scalars, others
    ("scalar>0", ["log(s)*s"], ["log(s)*A", "s^2*b'"]),
    ("vector(n) > 0", ["sum(log(s))", "s[1]^2"], ["A*log(s)", "log(s)'"]),
    ("matrix(1,n) > 0", ["sum(log(s))", "s[1]^2"], ["log(s)*A"]),
    *((f"{word}(3)", ["tr(A*s*A*s)", "s[2,1]^2", "sum(s)^3"], ["A*s", "s*b", "b'*s"])
      for word in ("sym", "skew", "spd", "psd", "diag", "lower", "upper", "orthogonal")),
]
MIXED = [("q*x*t", "q", "x"), ("q*X'*a", "q", "X"), ("q*X'*a", "a", "q"), ("q[2]*x[1]*t", "t", "q"),
         ("X[1,2]*q[2]", "X", "q"), ("exp(t)*x'*x", "x", "t")]
Case = tuple[str, str, dict[str, Any]]


def plain() -> Iterator[Case]:
    for name, declared in DECLARED.items():
        known = {name: declared, "a": "vector", "b": "vector", "A": "matrix", "B": "matrix"}
        for expr, layout in product(SCALARS[name], LAYOUTS):
            used = {k: v for k, v in known.items() if k in expr.replace("exp", "").replace("sum", "").replace("tr", "")}
            yield "gradient", expr, {"wrt": name, "variables": used, "layout": layout}
            for vec in ("col", "row"):
                yield "hessian", expr, {"wrt": name, "variables": used, "layout": layout, "vec": vec}
        for expr, layout, vec in product([*SCALARS[name][:2], *OTHERS[name]], LAYOUTS, ("col", "row")):
            used = {k: v for k, v in known.items() if k in expr.replace("exp", "").replace("sin", "").replace("tr", "")}
            yield "jacobian", expr, {"wrt": name, "variables": used, "layout": layout, "vec": vec}
        for expr in OTHERS[name]:
            used = {k: v for k, v in known.items() if k in expr.replace("exp", "").replace("sin", "")}
            yield from ((kind, expr, {"wrt": name, "variables": used}) for kind in ("jvp", "vjp", "differential"))


def structured() -> Iterator[Case]:
    for word, scalars, others in STRUCTURED:
        known = {"s": word, "b": "vector", "A": "matrix"}
        structures = ("project", "free") + (("cookbook",) if word[:3] in ("sym", "spd", "psd") else ())
        for structure, layout in product(structures, LAYOUTS):
            options = {"wrt": "s", "structure": structure, "layout": layout}
            for expr in scalars:
                yield "gradient", expr, {**options, "variables": _used(known, expr)}
                yield "hessian", expr, {**options, "variables": _used(known, expr)}
            for expr in others:
                yield "jacobian", expr, {**options, "variables": _used(known, expr)}


def _used(known: dict[str, str], expr: str) -> dict[str, str]:
    return {name: word for name, word in known.items() if name in expr.replace("sum", "").replace("log", "")}


MAKERS: dict[str, Any] = {"gradient": matcalc.grad, "jacobian": matcalc.jacobian, "hessian": matcalc.hessian,
                          "jvp": jvp, "vjp": vjp, "differential": differential}


def agrees(d: Derivation, function: Any) -> None:
    """What the function of the program returns at a point is what the formula evaluates to there."""
    values, want = somewhere(d)
    got = function(*(values[name] for name in d.inputs))
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-10)


def _check(kind: str, expr: str, options: dict[str, Any]) -> None:
    d = MAKERS[kind](expr, **options, check=False)
    scope, printed = executed(d.code())
    assert f"{kind}: relative error" in printed
    if kind in ("gradient", "jacobian", "hessian"):
        agrees(d, scope[kind])
    if kind == "hessian" and d.operator:
        assert "hessian_product: relative error" in executed(d.code(form="operator"))[1]


def _grouped() -> list[tuple[str, str, list[dict[str, Any]]]]:
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for kind, expr, options in (*plain(), *structured()):
        groups.setdefault((kind, expr, options["variables"][options["wrt"]]), []).append(options)
    return [(kind, expr, found) for (kind, expr, _), found in groups.items()]


GROUPS = _grouped()
SHARE = 4


def _taken(turn: int) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Of every formula a share of the ways to ask for its derivative, of the next formula another share."""
    return [(kind, expr, options[(place + turn) % min(SHARE, len(options))::SHARE])
            for place, (kind, expr, options) in enumerate(GROUPS)]


@pytest.mark.parametrize(("kind", "expr", "options"), _taken(0))
def test_every_product(kind: str, expr: str, options: list[dict[str, Any]]) -> None:
    for each in options:
        _check(kind, expr, each)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(1, SHARE))
def test_all_products(turn: int) -> None:
    for kind, expr, options in _taken(turn):
        for each in options:
            _check(kind, expr, each)


def test_a_share_meets_every_combination_of_options_and_every_declaration() -> None:
    def met(groups: Iterable[tuple[str, str, list[dict[str, Any]]]]) -> set[tuple[str, ...]]:
        return {(kind, *map(str, said)) for kind, _, options in groups for each in options
                for said in ((each.get("layout"), each.get("vec")), (each.get("layout"), each.get("structure")),
                             (each["variables"][each["wrt"]],))}

    assert met(_taken(0)) == met(GROUPS)


@pytest.mark.parametrize(("expr", "x", "y"), MIXED)
def test_two_variables(expr: str, x: str, y: str) -> None:
    known = _used({**DECLARED, "a": "vector(m)"}, expr.replace("exp", ""))
    for layout, vec in product(LAYOUTS, ("col", "row")):
        d = matcalc.hessian(expr, x, y, variables=known, layout=layout, vec=vec)
        agrees(d, executed(d.code())[0]["hessian"])
        blocks = matcalc.hessian(expr, [x, y], variables=known, layout=layout, vec=vec)
        agrees(blocks, executed(blocks.code())[0]["hessian"])


def test_the_program_of_the_command() -> None:
    for args in (["a^2", "-w", "a", "--layout", "numerator"], ["q[2]", "-w", "q", "-v", "q: matrix(1,n)"],
                 ["q*A", "-w", "q", "-v", "q: matrix(1,n)", "--kind", "jacobian"],
                 ["q*A*q'", "-w", "q", "-v", "q: matrix(1,n)", "--kind", "hessian"]):
        code, source, _ = run("code", *args)
        assert code == 0
        assert "relative error" in executed(source)[1]
    q = np.array([[3.0, 5.0, 7.0]])
    scope, _ = executed(run("code", "q[2]", "-w", "q", "-v", "q: matrix(1,n)")[1])
    assert scope["f"](q) == 5.0
    np.testing.assert_array_equal(scope["gradient"](q), [[0.0, 1.0, 0.0]])
