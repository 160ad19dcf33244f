"""Formulas as typed in public places (addresses in the data), against differences of NumPy texts of their meaning.

The NumPy side was written from the page, before matcalc read the formula: it is an oracle of what was meant.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.linalg
import scipy.special

import matcalc
from matcalc.core.dims import names, substitute
from matcalc.language import name_of
from matcalc.language.declarations import parse_declarations
from matcalc.language.inference import Declaration

DATA = Path(__file__).parent / "data"
STEPS = {1: 1e-5, 2: 3e-4}
TOLERANCES = {1: 1e-4, 2: 1e-2}
_KINDS = {"grad": matcalc.grad, "jacobian": matcalc.jacobian, "hessian": matcalc.hessian}


@dataclass(frozen=True)
class Case:
    """One formula: what was typed, by what, what it means, and what matcalc is known to do with it."""

    id: str
    typed: str
    wrt: str
    task: str
    vars: dict[str, str]
    numpy: str
    verdict: str
    plain: str = ""

    @property
    def order(self) -> int:
        return 2 if self.task == "hessian" else 1


def cases() -> list[Case]:
    lines = (DATA / "public.jsonl").read_text(encoding="utf-8").splitlines()
    fields = set(Case.__dataclass_fields__)
    return [Case(**{k: v for k, v in json.loads(line).items() if k in fields}) for line in lines]


def answer(case: Case) -> matcalc.Derivation:
    found: matcalc.Derivation = _KINDS[case.task](case.typed, case.wrt, structure="free")
    return found


def agrees(case: Case, seed: int) -> bool:
    """Whether the answer has the value of differences at a random point."""
    rng = np.random.default_rng(seed)
    declared = parse_declarations({name_of(name): said for name, said in case.vars.items()})
    values, function = _finite(case, declared, rng, seed)
    x = values[name_of(case.plain or case.wrt)]
    moved = function
    for _ in range(case.order):
        moved = _differences(moved, STEPS[case.order])
    truth = np.asarray(moved(x))
    if case.task == "grad":
        truth = truth.reshape(np.shape(x), order="F")
    found = answer(case)
    whole = {n for n, d in declared.items() if "integer" in d.props}  # an exponent of a matrix is no variable
    given = {n: value for n, value in values.items() if n in found.problem.variables or n in whole}
    got = np.squeeze(np.asarray(found.evaluate(given)))
    truth = np.squeeze(truth)
    return got.shape == truth.shape and bool(
        np.linalg.norm(got - truth) <= TOLERANCES[case.order] * max(1.0, np.linalg.norm(truth)))


def _finite(case: Case, declared: dict[str, Declaration], rng: np.random.Generator,
            seed: int) -> tuple[dict[str, Any], Callable[[Any], Any]]:
    """A point at which the meaning has a value."""
    dims = sorted({n for d in declared.values() for x in (d.rows, d.cols) if x is not None for n in names(x)})
    sizes = {n: 2 + (i + seed) % 4 for i, n in enumerate(dims)}
    for _ in range(30):
        values = {name: _drawn(d, sizes, rng) for name, d in declared.items()}
        function = _meaning(case, values, sizes)
        if np.all(np.isfinite(function(values[name_of(case.plain or case.wrt)]))):
            break
    return values | {n: s for n, s in sizes.items() if n not in values}, function


def _meaning(case: Case, values: dict[str, Any], sizes: dict[str, int]) -> Callable[[Any], Any]:
    moved = name_of(case.plain or case.wrt)
    spelled = {name_of(name): name.replace("lambda", "lambda_") for name in case.vars}

    def function(x: Any) -> Any:
        known = {spelled[name]: value for name, value in (values | {moved: x}).items()}
        scope = {"np": np, "scipy": scipy, "linalg": scipy.linalg, "special": scipy.special, **sizes, **known}
        with np.errstate(all="ignore"):
            return eval(case.numpy, scope)  # noqa: S307  the text is part of the tests
    return function


def _drawn(d: Declaration, sizes: dict[str, int], rng: np.random.Generator) -> Any:
    if "integer" in d.props:
        return np.float64(rng.integers(1, 5))
    if d.kind == "scalar":
        return np.float64(rng.uniform(0.6, 1.4))
    rows = substitute(3 if d.rows is None else d.rows, sizes)
    columns = 1 if d.kind == "vector" else substitute(3 if d.cols is None else d.cols, sizes)
    x = rng.uniform(0.3, 1.3, (rows, columns)) if "positive" in d.props else 0.6 * rng.standard_normal((rows, columns))
    made = {"spd": lambda: x @ x.T + np.eye(len(x)), "psd": lambda: x @ x.T + np.eye(len(x)),
            "sym": lambda: (x + x.T) / 2, "skew": lambda: (x - x.T) / 2, "diag": lambda: np.diag(np.diag(x)),
            "lower": lambda: np.tril(x), "orthogonal": lambda: np.linalg.qr(x)[0],
            "onehot": lambda: np.eye(columns)[rng.integers(columns, size=rows)]}
    return next((make() for word, make in made.items() if word in d.props), x)


def _differences(function: Callable[[Any], Any], h: float) -> Callable[[Any], Any]:
    """The Jacobian by fourth-order central differences, columns in the order of vec(x)."""

    def flat(x: Any) -> Any:
        return np.ravel(np.atleast_2d(np.asarray(function(x), float)), order="F")

    def jacobian(x: Any) -> Any:
        x = np.asarray(x, float)
        units = []
        for k in range(x.size):
            unit = np.zeros(x.size)
            unit[k] = h
            units.append(unit.reshape(x.shape, order="F"))
        return np.stack([(8 * (flat(x + u) - flat(x - u)) - (flat(x + 2 * u) - flat(x - 2 * u))) / (12 * h)
                         for u in units], axis=1)
    return jacobian
