"""Code with declared functions as arguments in other languages than NumPy: concrete functions are put in, as callables
in Python and as SymPy writes them in Octave and R, and the value is that of SymPy's derivative."""

from __future__ import annotations

import inspect
import shutil
from contextlib import nullcontext

import numpy as np
import pytest
import sympy as sp

import matcalc
from tests.abstract.test_derivatives import (
    CASES,
    SYMBOLS,
    N,
    P,
    Q,
    _callables,
    _called,
    _point,
    _sized,
    _substituted,
    _symbols,
    f,
    g,
    h,
    k,
    of_matrix,
    t,
)
from tests.targets.tools import Asked, run_octave, run_r

KINDS = ("gradient", "hessian")
TOOLS = {"octave": ("octave-cli", run_octave), "r": ("Rscript", run_r)}


def _derived(kind, case):
    """The derivative of a case, the values of its variables, and what SymPy says of it there."""
    text, wrt, declared, symbols, formula = case
    said = {name: f"matrix({s.shape[0]},{s.shape[1]})" if s.shape[1] > 1 else f"vector({s.shape[0]})"
            for name, s in symbols.items() if isinstance(s, sp.MatrixBase)}
    variables = said | {name: _sized(text_, {"n": N, "m": P, "k": Q}) for name, text_ in declared.items()}
    verb = matcalc.grad if kind == "gradient" else matcalc.hessian
    d, values = verb(text, wrt, variables=variables, check=False), _point(symbols, len(text))
    x = SYMBOLS[wrt]
    by = x.T.reshape(len(x), 1) if isinstance(x, sp.MatrixBase) else sp.Matrix([t])
    wanted = sp.Matrix([formula()]).jacobian(by) if kind == "gradient" else sp.hessian(formula(), list(by))
    arrays = {name: np.squeeze(v, -1) if np.ndim(v) and v.shape[1] == 1 else v for name, v in values.items()}
    return d, arrays, _substituted(wanted, symbols, values)


def _agrees(found, expected):
    np.testing.assert_allclose(np.reshape(np.asarray(found), expected.shape, order="F"), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["jax", "torch", "array-api"])
def test_python(target, kind, case):
    within = nullcontext()
    if target == "torch":
        torch = pytest.importorskip("torch", reason="torch is not installed")

        def convert(x):
            return torch.as_tensor(np.asarray(x), dtype=torch.float64)
    elif target == "jax":
        jax = pytest.importorskip("jax", reason="jax is not installed")
        within, convert = jax.enable_x64(True), jax.numpy.asarray
    else:
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
        convert = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed").asarray
    d, values, expected = _derived(kind, case)
    with within:
        functions = {name: (lambda *args, made=made: convert(made(*map(np.asarray, args))))
                     for name, made in _callables(case[2]).items()}
        given = {name: convert(value) for name, value in values.items()}
        _agrees(_called(getattr(d.function(target, check=False), kind), given, functions), expected)


def _places(target, u):
    """How the entries of u, and those of a vector v, are called in a language."""
    def one(name, i, j, wide):
        places = f"{i + 1}, {j + 1}" if wide else f"{i + 1}"
        return f"{name}({places})" if target == "octave" else f"{name}[{places}]"

    found = {s: one("v", i, 0, False) for i, s in enumerate(_symbols("v", 3))}
    if not isinstance(u, sp.MatrixBase):
        return found | {u: "u"}
    return found | {u[i, j]: one("u", i, j, u.shape[1] > 1) for i in range(u.shape[0]) for j in range(u.shape[1])}


def _written(target, u, value, further=""):
    """The text of a function of u, and of v where `further` says so."""
    write = sp.octave_code if target == "octave" else sp.rcode
    value = value if isinstance(value, sp.MatrixBase) else sp.Matrix([value])
    places = _places(target, u)
    marks = {s: sp.Symbol(f"q{i}q") for i, s in enumerate(places)}
    entries = [write(sp.sympify(e).xreplace(marks)) for e in value.T]  # column by column
    for s, text in places.items():
        entries = [entry.replace(marks[s].name, text) for entry in entries]
    rows, columns = value.shape
    if target == "octave":
        return f"@(u{further}) reshape([{', '.join(entries)}], {rows}, {columns})"
    flat = f"c({', '.join(entries)})"
    return f"function(u{further}) {flat if 1 in value.shape else f'matrix({flat}, {rows}, {columns})'}"


def _functions(target, declared):
    """Every function of a case and its derivatives, as text."""
    found, u = {}, _symbols("u", N)
    for name, said in declared.items():
        if name == "K":
            found |= {key: _written(target, t, k.diff(t, order) if order else k)
                      for order, key in enumerate(("K", "dK_dtheta", "d2K_dtheta2"))}
        elif "(n,m)" in said:
            U = _symbols("u", N, P)
            value = of_matrix(U)
            second = sp.hessian(value, U.T.reshape(N * P, 1))
            along = _written(target, U, second)
            found |= {"f": _written(target, U, value), "grad_f": _written(target, U, U.applyfunc(value.diff)),
                      "hess_f": along, "hess_f_along": f"@(u, v) reshape(feval({along}, u) * v(:), size(v))"
                      if target == "octave" else f"function(u, v) matrix(({along})(u) %*% c(v), {N}, {P})"}
        elif name == "f":
            found |= {"f": _written(target, u, f(u)), "grad_f": _written(target, u, sp.Matrix([f(u)]).jacobian(u).T),
                      "hess_f": _written(target, u, sp.hessian(f(u), u))}
        else:
            value = {"g": g, "h": h}[name](u)
            weighted = (_symbols("v", len(value)).T * value)[0]
            found |= {name: _written(target, u, value), f"J_{name}": _written(target, u, value.jacobian(u)),
                      f"hess_{name}": _written(target, u, sp.hessian(weighted, u), ", v")}
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", TOOLS)
def test_octave_and_r(target, kind, tmp_path):
    tool, run = TOOLS[target]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    asked, wanted = {}, {}
    for i, case in enumerate(CASES):
        d, values, wanted[f"case{i}"] = _derived(kind, case)
        functions = _functions(target, case[2])
        taken = _parameters(d, kind)
        sizes = {name: size for name, size in {"n": N, "m": P, "k": Q}.items() if name in taken and name not in values}
        given = [{**functions, **values}[name] for name in taken if name not in sizes]
        asked[f"case{i}"] = Asked(d.code(target, check=False), kind, given, sizes, checks=False)
    answered = run(asked, tmp_path)
    assert answered.keys() == wanted.keys()
    for name, found in answered.items():
        assert not found.error, (CASES[int(name[4:])][0], found.error)
        _agrees(found.value, wanted[name])


def _parameters(d, kind):
    """The arguments of the code, which are the same in every language."""
    return [name for name in inspect.signature(getattr(d.function("numpy"), kind)).parameters if name != "check"]
