"""Every word of the tables means what its own program computes."""

from __future__ import annotations

import importlib.util
import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matcalc
from matcalc.language import peers
from matcalc.language.peers import Line
from matcalc.numeric.evaluate import evaluate
from matcalc.rulebook.book import standard
from matcalc.source import libraries
from matcalc.source.formula import read

CALLS = {"numpy": "import numpy", "torch": "import torch", "jax.nn": "import jax.nn",
         "scipy.special": "import scipy.special"}


def homes(program: str, word: str) -> list[str]:
    """The modules in which a word of a program is found."""
    import importlib

    places = {"torch": ["torch", "torch.nn.functional", "torch.special"]}.get(program, [program])
    return [place for place in places if hasattr(importlib.import_module(place), word)]


def value_of(file: Path, text: str, data: dict[str, Any], declared: dict[str, str]) -> Any:
    file.write_text(text, encoding="utf-8")
    f = read(f"{file}:f", declared, functions=standard().called())
    d = matcalc.jacobian(f.text, next(iter(f.variables)), variables=f.variables, check=False)
    leaves = d.problem.variables
    return np.squeeze(evaluate(d.problem.f, {leaves[name].expr: np.reshape(data[name], (-1, 1)) for name in leaves}))


def words() -> list[tuple[str, str, int]]:
    found = [(program, word, 2 if kind == "pair" else 1) for (program, word), (kind, _) in libraries.words().items()
             if kind in ("each", "pair") and program in CALLS]
    group = {"numpy": "numpy", "torch": "torch", "jax": "jax.nn", "scipy": "scipy.special"}
    found += [(group[name], word, 1) for (name, word), f in libraries.composed().items()
              if name in group and len(f.args.args) - len(f.args.defaults) == 1 and f.args.args[0].arg in ("x", "input")
              and "axis" not in {a.arg for a in f.args.args} and word not in ("clamp", "clip")]
    common = ("log1p", "expm1", "log2", "log10", "arcsinh", "arccosh", "arctanh")
    return found + [("numpy", word, 1) for word in common]


@pytest.mark.parametrize(("program", "word", "count"), words(), ids=lambda x: str(x))
def test_a_word_means_what_its_program_computes(program: str, word: str, count: int, tmp_path: Path) -> None:
    pytest.importorskip(program.partition(".")[0])
    places = homes(program, word)
    if not places:
        pytest.skip(f"{program} here has no {word}")
    rng = np.random.default_rng(1)
    high = word in ("arccosh", "acosh")
    data = {name: rng.uniform(1.2, 1.9, 4) if high else rng.uniform(0.1, 0.9, 4) for name in ("x", "y")[:count]}
    for place in places:
        text = f"import {place}\n\ndef f({', '.join(data)}):\n    return {place}.{word}({', '.join(data)})\n"
        scope: dict[str, Any] = {}
        exec(text, scope)
        given = list(data.values())
        if place.startswith("torch"):
            import torch

            given = [torch.tensor(x) for x in given]
        elif place.startswith("jax"):
            import jax

            jax.config.update("jax_enable_x64", True)
        try:
            expected = np.asarray(scope["f"](*given))
        except TypeError:
            pytest.skip(f"{place}.{word} takes other arguments")
        found = value_of(tmp_path / "one.py", text, data, dict.fromkeys(data, "vector(n)"))
        assert np.allclose(found, expected, rtol=1e-8), place


def of_the_table() -> list[tuple[str, str, Line]]:
    """Module, word and line of the table of the language for calls of arrays alone."""
    homes_ = {"torch": ["torch", "torch.nn.functional", "torch.special"], "numpy": ["numpy"], "jax": ["jax.nn"],
              "scipy": ["scipy.special"]}
    found = []
    for program, modules in homes_.items():
        for word in sorted({word.removeprefix("special.") for one, word in peers._lines() if one == program}):
            found += [(module, word, line) for line in peers.lines_for(program, word) for module in modules
                      if line.parameters and all(not p.must and not p.entries for p in line.parameters)]
    return found


def test_lines_of_the_table_mean_what_their_programs_compute(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    read_ = 0
    for module, word, line in of_the_table():
        if importlib.util.find_spec(module.partition(".")[0]) is None:
            continue
        function = getattr(importlib.import_module(module), word, None)
        if function is None or (module == "torch" and hasattr(importlib.import_module("torch.nn.functional"), word)):
            continue  # the losses in torch itself are not documented, and have no mean by default
        given = [p.name for p in line.parameters if p.default is None]
        data = {name: rng.uniform(*ends, 4) for name, ends in
                zip("xyzw"[:len(given)], [(0.5, 0.9), (0.1, 0.45), (0.1, 0.9), (0.1, 0.9)], strict=False)}
        if "embedding" in word:
            data["y"] = np.array([1.0, -1.0, -1.0, 1.0])  # this loss takes signs
        handed = [f"{p.name}={name}" if p.keyword else name for p, name in
                  zip([p for p in line.parameters if p.default is None], data, strict=True)]
        text = f"import {module}\n\ndef f({', '.join(data)}):\n    return {module}.{word}({', '.join(handed)})\n"
        try:
            found = value_of(tmp_path / "one.py", text, data, dict.fromkeys(data, "vector(n)"))
        except (matcalc.MatcalcError, StopIteration):  # StopIteration: no variable is left, as in zeros_like(x)
            continue
        arrays = [torch_of(x) if module.startswith("torch") else x for x in data.values()]
        try:
            names = [None if not p.keyword else p.name for p in line.parameters if p.default is None]
            expected = function(*(a for a, n in zip(arrays, names, strict=True) if n is None),
                                **{n: a for a, n in zip(arrays, names, strict=True) if n is not None})
        except (TypeError, ValueError, RuntimeError, IndexError):
            continue
        assert np.allclose(found, np.asarray(expected), rtol=1e-6, equal_nan=True), (module, word, line.signature)
        read_ += 1
    assert read_ > 20


def torch_of(x: np.ndarray) -> Any:
    import torch

    return torch.tensor(x)


def test_composed_functions_take_the_arguments_of_their_programs() -> None:
    torch = pytest.importorskip("torch")
    for (group, word), f in libraries.composed().items():
        if group == "torch" and hasattr(torch.nn.functional, word) and word not in ("gelu", "logsigmoid"):
            try:
                known = [*inspect.signature(getattr(torch.nn.functional, word)).parameters]
            except ValueError:
                continue
            own = [a.arg for a in f.args.args]
            same = {"axis": "dim", "keepdims": "keepdim"}
            assert {same.get(a, a) for a in own} <= {*known, "dim"}, word
