"""Functions of public repositories and tutorials, a file of public/ each: what its header says of it, its value and
gradient as it runs, and what was read of it.

A header names the address, and in lines of its own
  read   the function that is read, or a method, Net.forward
  by     the variable of the gradient
  given  what a user declares with -v
  sizes  sizes of the arrays, where an object is made for them
  call   how the file is run on arrays of these names, where that is not the function on its arguments
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import matcalc
from matcalc.infile import InFile
from matcalc.numeric.evaluate import evaluate
from matcalc.records import NamedTuple
from tests.source import oracle

FOLDER = Path(__file__).parent / "public"


class Case(NamedTuple):
    """One file."""

    path: Path
    read: str
    by: str
    given: dict[str, str]
    sizes: dict[str, int]
    call: str
    program: str


@cache
def cases() -> dict[str, Case]:
    """All files by name."""
    return {path.stem: _case(path) for path in sorted(FOLDER.glob("*.py"))}


def _case(path: Path) -> Case:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said: dict[str, str] = {}
    for key, value in re.findall(r"(?m)^(read|by|given|sizes|call) +(.*)$", ast.get_docstring(tree) or ""):
        said[key] = f"{said[key]}; {value}" if key in said else value
    given = dict(re.split(r":\s*", one, maxsplit=1) for one in said.get("given", "").split("; ") if one)
    sizes = {name: int(n) for name, n in re.findall(r"(\w+)=(\d+)", said.get("sizes", ""))}
    roots = {name.partition(".")[0] for s in ast.walk(tree) if isinstance(s, ast.Import | ast.ImportFrom)
             for name in ([s.module or ""] if isinstance(s, ast.ImportFrom) else [a.name for a in s.names])}
    program = next(name for name in ("torch", "jax", "numpy") if name in roots)
    name = said["read"].partition("[")[0]
    return Case(path, said["read"], said["by"], given, sizes, said.get("call", name), program)


def opened(case: Case) -> InFile:
    """What matcalc reads of it."""
    return matcalc.read(f"{case.path}:{case.read}", variables=case.given)


def loaded(case: Case) -> ModuleType:
    """The file as a module, which runs it."""
    name = f"public_{case.path.stem}"
    spec = importlib.util.spec_from_file_location(name, case.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def value_as_run(case: Case, module: ModuleType, data: Mapping[str, Any]) -> Any:
    """What the file computes of data in the arrays of its program: the call of its header, parameters of a torch module
    replaced by the data of their names; of several results the one that is read."""
    if re.fullmatch(r"\w+", case.call):
        names = [a.arg for a in next(f for f in ast.parse(case.path.read_text()).body if isinstance(f, ast.FunctionDef)
                                     and f.name == case.call).args.args]
        found = getattr(module, case.call)(**{name: data[name] for name in names if name in data})
    else:
        made, dot, method = re.match(r"(.*?\))?(\.?)(.*)", case.call).groups()  # type: ignore[union-attr]
        scope = {**vars(module), **data}
        if made and dot:
            scope["made"] = eval(made, scope)
            _filled(scope["made"], data)
            found = eval(f"made.{method}", scope)
        else:
            found = eval(case.call, scope)
    part = re.search(r"\[(\d+)\]", case.read)
    return found[int(part[1])] if part else found


def _filled(made: Any, data: Mapping[str, Any]) -> None:
    """Put data in the place of the parameters of a torch module."""
    if not hasattr(made, "named_parameters"):
        return
    for name, _ in list(made.named_parameters()):
        place, _, last = name.rpartition(".")
        owner = made.get_submodule(place)
        del owner._parameters[last]
        setattr(owner, last, data[name])


def data_for(case: Case, f: InFile) -> dict[str, Any]:
    """Random values of the arguments that were read, in shapes of their own."""
    return oracle.data_for(f.formula, case.sizes)


def truth(case: Case, data: Mapping[str, Any]) -> tuple[float, np.ndarray]:
    """The value, and the gradient by differences or by automatic differentiation."""
    module = loaded(case)
    if case.program == "numpy":
        return float(np.squeeze(value_as_run(case, module, data))), oracle.differences(
            lambda **given: value_as_run(case, module, given), data, case.by)
    if case.program == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
        arrays = {name: jax.numpy.asarray(x) for name, x in data.items()}

        def value(x: Any) -> Any:
            return jax.numpy.squeeze(value_as_run(case, module, {**arrays, case.by: x}))

        return float(value(arrays[case.by])), np.asarray(jax.grad(value)(arrays[case.by]))
    import torch

    tensors = {name: torch.tensor(x) if isinstance(x, np.ndarray) else torch.tensor(x, dtype=torch.float64)
               for name, x in data.items()}
    tensors[case.by].requires_grad_(True)
    found = value_as_run(case, module, tensors).squeeze()
    found.backward()
    return float(found.detach()), np.asarray(tensors[case.by].grad)


def verdict(case: Case) -> str:
    """right, or refused or wrong with the reason."""
    try:
        f = opened(case)
        d = f.grad(case.by, check=False)
    except matcalc.MatcalcError as error:
        found = error.diagnostics[0]
        return f"refused: {found.code} line {found.line}: {found.message}"
    data = data_for(case, f)
    mine = oracle.in_formula(f.formula, data)
    value, expected = truth(case, data)
    leaves = d.problem.variables
    read = evaluate(d.problem.f, {leaves[n].expr: v if np.ndim(v) != 1 else v[:, None] for n, v in mine.items()})
    if not np.isclose(float(np.squeeze(read)), value, rtol=1e-7, atol=1e-9):
        return f"wrong value: {f.text}"
    found = np.reshape(d.evaluate(mine), np.shape(expected))
    return "right" if np.allclose(found, expected, rtol=1e-5, atol=1e-6) else f"wrong gradient: {d.ascii}"
