"""Runs two functions of a user's files on random data, in a process of its own: the value's differences and the claim.

It is started by `executed` with a request on standard input, imports nothing of matcalc, and answers in one line.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys

STEP = 1e-6


def limited(seconds):
    """No more processor time than this, and no file of more than a megabyte."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def loaded(path, name):
    """The function of a file, which is run."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location("matcalc_claim_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def converter(program):
    """Arrays as the program of the file has them, with 64 bits."""
    import numpy as np

    if program == "torch":
        import torch

        return lambda x: torch.tensor(x) if isinstance(x, np.ndarray) else torch.tensor(x, dtype=torch.float64)
    if program == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        return jax.numpy.asarray
    return lambda x: x


def plain(value, part):
    """The result, or one of several, as an array of NumPy."""
    import numpy as np

    value = value if part is None else value[part]
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    return np.asarray(value, dtype=float)


def compared(asked):
    """The worst entry in each trial: its place, what the claim has there, and what differences say."""
    import numpy as np

    f, g = (loaded(one["file"], one["name"]) for one in (asked["function"], asked["claim"]))
    as_array = converter(asked["program"])
    found = []
    for trial in asked["trials"]:
        rng = np.random.default_rng(trial["seed"])
        data = {}
        for a in trial["arguments"]:
            shape = tuple(a["shape"])
            value = rng.integers(0, a["labels"], shape) if a["labels"] else rng.uniform(0.2, 0.9, shape)
            if len(shape) == 2 and shape[0] == shape[1]:
                value = value @ value.T + np.eye(shape[0])
            data[a["name"]] = value if shape else float(value)
        x, name = np.asarray(data[asked["wrt"]], float), asked["wrt"]

        def at(values, data=data, name=name):
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
        place = tuple(int(i) for i in np.unravel_index(np.argmax(error), error.shape)) if error.shape else ()
        found.append({"error": float(error[place]), "entry": list(place), "got": float(got[place]),
                      "expected": float(expected[place])})
    return {"trials": found}


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
