"""Runs two functions of a user's files on random data, in a process of its own: the value's differences and the claim.

It is started by `executed` with a request on standard input, imports nothing of matcalc, and answers in one line.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys
from collections.abc import Callable, Mapping
from typing import Any

STEP = 1e-6


def limited(seconds: int) -> None:
    """No more processor time than this, and no file of more than a megabyte."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def loaded(path: str, name: str) -> Callable[..., Any]:
    """The function of a file, which is run."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    found: Callable[..., Any] = runpy.run_path(path)[name]
    return found


def converter(program: str) -> Callable[[Any], Any]:
    """Arrays as the program of the file has them, with 64 bits."""
    from importlib import import_module

    import numpy as np

    if program == "torch":
        torch: Any = import_module("torch")
        return lambda x: torch.tensor(x) if isinstance(x, np.ndarray) else torch.tensor(x, dtype=torch.float64)
    if program == "jax":
        jax: Any = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        asarray: Callable[[Any], Any] = import_module("jax.numpy").asarray
        return asarray
    return lambda x: x


def plain(value: Any, part: Any) -> Any:
    """The result, or one of several, as an array of NumPy."""
    import numpy as np

    value = value if part is None else value[part]
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    return np.asarray(value, dtype=float)


def compared(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The worst entry in each trial: its place, what the claim has there, and what differences say."""
    f, g = (loaded(one["file"], one["name"]) for one in (asked["function"], asked["claim"]))
    found = []
    for trial in asked["trials"]:
        one = one_trial(f, g, asked, trial)
        if "shape" in one:
            return one
        found.append(one)
    return {"trials": found}


def drawn(trial: Mapping[str, Any]) -> dict[str, Any]:
    """Random values of the arguments; square matrices are positive definite."""
    import numpy as np

    rng, data = np.random.default_rng(trial["seed"]), {}
    for a in trial["arguments"]:
        shape = tuple(a["shape"])
        value: Any = rng.integers(0, a["labels"], shape) if a["labels"] else rng.uniform(0.2, 0.9, shape)
        if len(shape) == 2 and shape[0] == shape[1]:
            value = value @ value.T + np.eye(shape[0])
        data[a["name"]] = value if shape else float(value)
    return data


def one_trial(f: Callable[..., Any], g: Callable[..., Any], asked: Mapping[str, Any],
              trial: Mapping[str, Any]) -> dict[str, Any]:
    """The worst entry of the claim g at one random point."""
    import numpy as np

    as_array, data, name = converter(asked["program"]), drawn(trial), asked["wrt"]
    x = np.asarray(data[name], float)

    def at(values: Any) -> float:
        given = {**data, name: values if values.ndim else float(values)}
        named = {key: as_array(value) for key, value in given.items() if key in asked["function"]["takes"]}
        return float(np.squeeze(plain(f(**named), asked["function"]["part"])))

    expected = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += STEP
        down[place] -= STEP
        expected[place] = (at(up) - at(down)) / (2 * STEP)
    named = {key: as_array(value) for key, value in data.items() if key in asked["claim"]["takes"]}
    got = plain(g(**named), asked["claim"]["part"])
    if got.shape != x.shape:
        return {"shape": list(got.shape), "expected": list(x.shape)}
    error = np.abs(got - expected) / (1 + np.abs(expected))
    worst = tuple(int(i) for i in np.unravel_index(np.argmax(error), error.shape)) if error.shape else ()
    return {"error": float(error[worst]), "entry": list(worst), "got": float(got[worst]),
            "expected": float(expected[worst])}


if __name__ == "__main__":
    request = json.load(sys.stdin)
    limited(request["seconds"])
    answer = os.dup(1)
    os.dup2(2, 1)  # what the functions print is no answer
    try:
        said = compared(request)
    except BaseException as wrong:  # whatever a user's file raises
        said = {"raised": f"{type(wrong).__name__}: {wrong}"[:400]}
    os.write(answer, (json.dumps(said) + "\n").encode())
