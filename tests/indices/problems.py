"""Problems in index notation with numeric truth: public ones, and their neighbours that this project wrote.

`data/index.jsonl` are formulas as typed in public places (addresses in `source`), `data/index_more.jsonl` problems of
the same kinds (there `jax` is the formula as a loop, places from 0); beside each stands `…_truth.jsonl`: two draws a
problem with all sizes different, and the derivative by automatic differentiation, confirmed by differences of the
formula as typed. A family x_i of vectors is an array (n, d).
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import matcalc

DATA = Path(__file__).parent.parent / "data"
FILES = ("index", "index_more")
KINDS = ("scalar", "vector", "matrix")
PROPS = {"symmetric": "sym", "positive": "positive", "spd": "spd", "onehot": "onehot"}
SUM = re.compile(r"\b(sum|prod|max|min)_|Σ|∑")
CALLED_SIGMA = re.compile(r"(\\sigma|σ|\bsigma)\s*(\\left|\\[bB]igg?l?)?\s*\(")
SYMBOL = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*|\.[*/^]|[-+*/^']")
TOLERANCE = 1e-7
Case = dict[str, Any]


def _lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def cases(name: str) -> list[Case]:
    return _lines(name)


@cache
def truths(name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for draw in _lines(f"{name}_truth"):
        found.setdefault(draw["id"], []).append(draw)
    return found


def declarations(case: Case) -> dict[str, str]:
    """x_i: vector(d), y_i: scalar, A_ij: scalar, w: vector(d), S: matrix(d,d) spd."""
    found = {}
    for name, family in case["families"].items():
        shape, letters = family["member_shape"], "".join(family["indices"])
        fits = {"onehot": not letters, "spd": len(shape) == 2}
        props = [PROPS[prop] for prop in family["props"] if prop in PROPS and fits.get(prop, True)]
        kind = KINDS[len(shape)] + (f"({','.join(shape)})" if shape else "")
        found[f"{name}_{letters}" if letters else name] = " ".join([kind, *props])
    return found


def typed(case: Case) -> str:
    """A problem as typed; σ is the logistic function where the truth says so."""
    text: str = case["typed"]
    return "σ(z) := sigmoid(z); " + text if "sigmoid" in case["jax"] and CALLED_SIGMA.search(text) else text


def derived(case: Case) -> matcalc.Derivation:
    """The answer to a problem as typed."""
    derive: Any = {"grad": matcalc.grad, "jacobian": matcalc.jacobian, "hessian": matcalc.hessian}[case["task"]]
    more = {"dialect": "einstein"} if case.get("einstein") else {}
    d: matcalc.Derivation = derive(typed(case), case["wrt"], variables=declarations(case), structure="free", **more)
    return d


def agrees(d: matcalc.Derivation, draw: dict[str, Any]) -> bool:
    """Whether the answer has the true value, entry by entry in the order of the truth."""
    values = {name: np.array(v, float) if isinstance(v, list) else float(v) for name, v in draw["inputs"].items()}
    found, truth = np.asarray(d.evaluate(values), float), np.asarray(draw["truth"], float)
    if found.size != truth.size:
        return False
    error = np.max(np.abs(found.reshape(truth.shape) - truth), initial=0)
    return bool(np.isfinite(error) and error <= TOLERANCE * (1 + np.max(np.abs(truth), initial=0)))


def size(text: str) -> int:
    """How many symbols a formula has."""
    return len(SYMBOL.findall(text))
