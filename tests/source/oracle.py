"""What a function of a file is worth at random data: run it, and compare with the formula that was read of it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import matcalc
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from matcalc.source.formula import Formula, read

HERE = Path(__file__).parent
SIZES = (4, 3, 5, 2, 6, 7)


def formula_of(file: str, name: str, declared: Mapping[str, str] | None = None, free: tuple[str, ...] = ()) -> Formula:
    return read(f"{HERE / file}:{name}", declared, functions=standard().called(), demand_scalar=True, free=free)


def data_for(f: Formula, known: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Values for all arguments of the file, of sizes that differ; positive where the names of the corpus mean it."""
    rng = np.random.default_rng(zlib.crc32(f.place.name.encode()))
    sizes: dict[str, int] = dict(known or {})

    def size(dim: int | str) -> int:
        if isinstance(dim, str) and not dim.isidentifier():
            return int(eval(re.sub(r"[A-Za-z]\w*", lambda name: str(size(name[0])), dim)))  # d + 1
        return dim if isinstance(dim, int) else sizes.setdefault(dim, SIZES[len(sizes) % len(SIZES)])

    found = {}
    for a in f.arguments:
        if a.is_labels:
            rows, columns = (part.strip() for part in a.declaration.partition("(")[2].partition(")")[0].split(","))
            columns = size(int(columns) if columns.isdigit() else columns)
            found[a.name] = rng.integers(0, columns, size(int(rows) if rows.isdigit() else rows))
            continue
        value = rng.uniform(0.2, 0.9, tuple(map(size, a.shape)))
        if len(a.shape) == 2 and a.shape[0] == a.shape[1]:
            value = value @ value.T + np.eye(len(value))
        found[a.name] = value if a.shape else float(value)
    return found


def in_formula(f: Formula, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same values under the names and in the shapes of the formula."""
    found = {}
    for a in f.arguments:
        value = data[a.name]
        if a.is_labels:
            columns = a.declaration.partition(",")[2].partition(")")[0]
            known = {str(dim): n for b in f.arguments if not b.is_labels
                     for dim, n in zip(b.shape, np.shape(data[b.name]), strict=True)}
            found[a.called] = np.eye(known.get(columns) or int(columns))[value]
        else:
            found[a.called] = np.squeeze(value) if 1 in a.shape else value
    return {name: value for name, value in found.items() if name in f.variables}


def differences(function: Callable[..., Any], data: Mapping[str, Any], name: str) -> np.ndarray:
    """Central differences, entry by entry, of the function as it runs."""
    x = np.asarray(data[name], float)
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        h = 1e-6
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        above, below = (float(np.squeeze(function(**{**data, name: v if v.ndim else float(v)}))) for v in (up, down))
        found[place] = (above - below) / (2 * h)
    return found


def judged(file: str, function: Callable[..., Any], gradient: Callable[[Mapping[str, Any], str], np.ndarray],
           declared: Mapping[str, str] | None = None) -> str:
    """"right", or what is wrong, or "refused: …"."""
    name = function.__name__
    try:
        f = formula_of(file, name, declared)
        wrt = f.arguments[0]
        d = matcalc.grad(f.text, wrt.called, variables=f.variables, check=False)
    except matcalc.MatcalcError as error:
        return f"refused: {error.diagnostics[0].code} {error.diagnostics[0].message}"
    data = data_for(f)
    mine = in_formula(f, data)
    value = float(np.squeeze(function(**data)))
    leaves = d.problem.variables
    read_value = evaluate(d.problem.f, {leaves[n].expr: v if np.ndim(v) != 1 else v[:, None] for n, v in mine.items()})
    if not np.isclose(float(np.squeeze(read_value)), value, rtol=1e-8, atol=1e-10):
        return f"wrong value: {f.text}"
    expected = gradient(data, wrt.name)
    found = np.reshape(d.evaluate(mine), np.shape(expected))
    return "right" if np.allclose(found, expected, rtol=1e-5, atol=1e-6) else f"wrong gradient: {d.ascii}"
