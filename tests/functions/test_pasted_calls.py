"""Formulas as people type them in eight other programs, in pasted_calls.txt: their values are those that NumPy, SciPy,
JAX or torch compute, their derivatives along a random direction the differences of these values.
"""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.special

import matcalc
from matcalc.diagnostics import MatcalcError

RNG = np.random.default_rng(11)
STRUCTURED = ("spd", "sym", "lower", "upper")


def definite() -> Any:
    root = RNG.standard_normal((4, 4))
    return root @ root.T + np.eye(4)


POINT: dict[str, Any] = {
    **{name: RNG.standard_normal(4) for name in "xyzwa"}, **{name: RNG.standard_normal(3) for name in "bqr"},
    "u": RNG.uniform(0.1, 0.9, 4), "v": RNG.uniform(0.2, 2, 4), "p": RNG.uniform(0.1, 0.4, 4),
    **{name: RNG.standard_normal((4, 4)) for name in "ABCDG"}, **{name: RNG.standard_normal((4, 3)) for name in "XYZ"},
    "W": RNG.standard_normal((3, 4)), "V": RNG.uniform(0.2, 2, (4, 3)), "P": RNG.uniform(0.1, 0.9, (4, 3)),
    "S": definite(), "Q": definite(), "L": np.linalg.cholesky(definite()), "t": np.array(0.7), "c": np.array(1.3),
    "N": RNG.standard_normal((4, 4)) + 5 * np.eye(4), "E": RNG.standard_normal(6), "K": RNG.standard_normal((3, 3)),
    "H": definite() - 3 * np.eye(4), "alpha": np.array(0.6)}
KINDS = {**dict.fromkeys("xyzwa", "vector(n)"), **dict.fromkeys("uvp", "vector(n) positive"),
         **dict.fromkeys("bqr", "vector(m)"), **dict.fromkeys("ABCDGN", "matrix(n,n)"),
         **dict.fromkeys("XYZ", "matrix(n,m)"), **dict.fromkeys("PV", "matrix(n,m) positive"), "W": "matrix(m,n)",
         **dict.fromkeys("SQ", "spd(n)"), "L": "lower(n)", "t": "scalar", "c": "scalar positive", "E": "vector(6)",
         "K": "matrix(3,3)", "H": "sym(n)", "alpha": "scalar positive"}


def rows() -> dict[str, list[list[str]]]:
    """The lines of the table below each dialect."""
    found: dict[str, list[list[str]]] = {}
    dialect = ""
    for row in Path(__file__).with_name("pasted_calls.txt").read_text(encoding="utf-8").splitlines():
        if row.startswith("=="):
            dialect = row.removeprefix("==").strip()
        elif row and not row.startswith("#"):
            found.setdefault(dialect, []).append(row.split(" @@ "))
    return found


def names_in(text: str) -> list[str]:
    return [name for name in KINDS if re.search(rf"(?<![\w.]){name}(?![\w(])", text)] or \
        [name for name in KINDS if re.search(rf"(?<!\w){name}(?!\w)", text)]


def read(text: str, wrt: str, names: list[str], dialect: str) -> Any:
    """With sizes by name, with numbers where the text has some."""
    kinds = {name: KINDS[name] for name in names}
    try:
        return matcalc.jacobian(text, wrt, variables=kinds, dialect=dialect, check=False)
    except MatcalcError:
        sized = {name: re.sub(r"\bn\b", "4", re.sub(r"\bm\b", "3", KINDS[name])) for name in names}
        return matcalc.jacobian(text, wrt, variables=sized, dialect=dialect, check=False)


def program(formula: str) -> str:
    """What a formula is computed with: by its prefixes, and torch by its words for axes."""
    if re.search(r"\btorch\.|\bF\.|\b(?:keep)?dims?=", formula):
        return "torch"
    return "jax" if re.search(r"\b(?:jnp|jax|lax)\.", formula) else "np"


def computed(formula: str, point: dict[str, Any], known: dict[str, Any]) -> Any:
    array = {"torch": "as_tensor", "jax": "asarray", "np": "asarray"}[program(formula)]
    of = known["jnp"] if program(formula) == "jax" else known[program(formula)]
    arrays = {name: getattr(of, array)(x) for name, x in point.items()}
    return np.squeeze(np.asarray(eval(formula, {**known, **arrays}), dtype=float))  # noqa: S307  the table's


def programs() -> dict[str, Any]:
    """What the formulas of the table are computed with, and that is installed."""
    found: dict[str, Any] = {"np": np, "scipy": scipy}
    if find_spec("torch"):
        found |= {"torch": import_module("torch"), "F": import_module("torch.nn.functional")}
    if find_spec("jax"):
        jax: Any = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        found |= {"jax": jax, "jnp": import_module("jax.numpy"), "lax": jax.lax}
        import_module("jax.scipy")
    return found


def differs(text: str, wrt: str, formula: str, dialect: str, known: dict[str, Any]) -> str:
    """How a reading differs from the program's, '' where it does not."""
    names = sorted({*names_in(text), wrt})
    point = {name: POINT[name] for name in names}
    found, due = read(text, wrt, names, dialect), computed(formula, point, known)
    value = np.squeeze(np.asarray(found.value(point), dtype=float))
    if value.shape != due.shape or not np.allclose(value, due, rtol=1e-8, atol=1e-10):
        return f"{text}: {value} is {due}"
    if KINDS[wrt].startswith(STRUCTURED):
        return "" if found.verify(trials=1).ok else f"{text}: not verified"
    step = np.random.default_rng(1).standard_normal(point[wrt].shape)
    wide, narrow = ((computed(formula, {**point, wrt: point[wrt] + h * step}, known)
                     - computed(formula, {**point, wrt: point[wrt] - h * step}, known)) / (2 * h) for h in (2e-3, 1e-3))
    slope = np.asarray(found.evaluate(point), dtype=float)
    rate = (slope @ step.ravel(order="F")).reshape(due.shape, order="F") if slope.shape == (due.size, step.size) else \
        (slope.reshape(due.size, -1) @ step.ravel()).reshape(due.shape)
    return "" if np.allclose(rate, (4 * narrow - wide) / 3, rtol=1e-4, atol=1e-5) else f"{text}: {rate}, due {narrow}"


@pytest.mark.parametrize("dialect", rows())
def test_pasted_formulas(dialect: str) -> None:
    known = programs()
    told = [row for row in rows()[dialect] if program(row[2]) in known]
    assert [wrong for text, wrt, formula in told if (wrong := differs(text, wrt, formula, dialect, known))] == []


UNREAD = ("A[x > 0].sum()", "x[x > 0].var()", "max(x[x > 0] + y)", "(x[x > 0] * y[y > 0]).sum()", "X[..., None]",
          "A.at[1:3].set(x)", "np.mean(A, where=x > 0)", "(A[:, :, None] - B[None, :, :]).sum(1)", "x.at[0].sin()",
          "jax.vmap(jnp.outer)(X, Y)", "jax.vmap(lambda z: z + B)(A)", "jax.vmap(lambda z: z @ A)(x)",
          "np.abs(A[:, None, :] - B[:, :, None]).sum(-1)", "np.logical_and(x, y) * t",
          "(x > 0) & (y > 0) * x", "X.repeat(2, 1)")
UNREAD_ELSEWHERE = {"julia": ("eachcol(X)", "x[x .> 0]", "sum(x[x .> 0] .* y)", "sum(z*A for z in x)",
                              "softmax(x; dims=2)"),
                    "mathematica": ("Map[# . x &, x]", "{A, B}", "Sum[x[[j]], {i, 4}]", "Table[x[[i]]^2, {i, 2, 4}]",
                                    "x[[0]]", "x[[2 ;; -1]]"),
                    "": ("sum(sum(X.^2))/length(X)", "arrayfun(@(z) y*z, x)", "x(x > 0) + y", "sum(A(x > 0))",
                         "DiagonalMatrix(A)", "Sum((A*B)[i, i], (i, 0, 3))", "Sum(A[i], (i, 0, 3))",
                         "Sum(x[3 - i, 0], (i, 0, 3))", "Sum(x[i, 0], (i, 0))")}


def test_what_has_another_meaning_or_a_length_that_is_not_known_is_refused() -> None:
    for text in UNREAD:
        with pytest.raises(MatcalcError):
            read(text, names_in(text)[0], names_in(text), "numpy")
    for dialect, texts in UNREAD_ELSEWHERE.items():
        for text in texts:
            with pytest.raises(MatcalcError):
                read(text, names_in(text)[0], names_in(text), dialect)


CUT = {"": ("sum(arrayfun(@(z) z^2, x))", "A.applyfunc(lambda i: i**2)", "x.applyfunc(Lambda(t, t**3))",
            "sum(x(x > 0))", "2*Sum(A[i, j]*x[j, 0], (j, 0, 3), (i, 0, 3))*x.T*N.I*y"),
       "julia": ("sum(x[i]*y[j] for i in 1:4, j in 1:4)", "sum(filter(z -> z > 0, x)) |> sin", "@tullio s := x[i]*y[i]",
                 "norm.(eachcol(X))", "[z^2 for z in x]", "Flux.Losses.mse(x, y)"),
       "mathematica": ("Sum[x[[i]] y[[i]], {i, 1, 4}]", "Total[If[# > 0, #, 0] & /@ x]", "Map[Function[z, z^3], x]",
                       "ArrayFlatten[{{A, B}, {C, D}}]", "A[[1 ;; 2, All]].x", "Table[x[[i]] y[[j]], {i, 4}, {j, 4}]"),
       "numpy": ("jax.vmap(lambda x, y: x @ y)(X, Y)", "x.at[[0, 2]].set([1.0, 2.0])", "np.pad(X, ((1, 1), (0, 0)))",
                 "(x[x > 0] * 2).sum()")}


def test_texts_that_are_cut_are_read_or_refused() -> None:
    for dialect, texts in CUT.items():
        for text in (whole[:k] for whole in texts for k in range(2, len(whole))):
            with suppress(MatcalcError):
                matcalc.parse(text, variables={name: KINDS[name] for name in names_in(text)}, dialect=dialect)


def test_a_number_before_a_condition_in_brackets_is_a_factor() -> None:
    point = {"t": 0.7, "x": POINT["x"], "y": POINT["y"]}
    found = matcalc.grad("y'*t(x > 0)", "t", variables={"t": "scalar", "x": "vector(n)", "y": "vector(n)"}, check=False)
    assert np.isclose(found.evaluate(point), POINT["y"] @ (POINT["x"] > 0))
