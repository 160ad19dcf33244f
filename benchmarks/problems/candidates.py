"""For a problem and data, the ways to its derivatives: emitted by matcalc, written by hand, by JAX, by torch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import matcalc
from problems.libraries import of_jax, of_torch
from problems.measuring import Candidate
from problems.problem import Data, Problem

KINDS = ("value_and_gradient", "gradient", "hessian", "hessian_product")

_FUNCTIONS = {  # what is taken of the program that answers each question
    "gradient": ("f", "value_and_gradient", "gradient"),
    "hessian": ("hessian",),
    "hessian_blocks": ("hessian_blocks",),
    "hessian_product": ("hessian_product",),
}


class Program:
    """The emitted programs of a problem, executed: functions by name. What matcalc refuses is raised when asked for."""

    def __init__(self, problem: Problem, kinds: tuple[str, ...], keep: Path | None = None) -> None:
        self.functions: dict[str, Callable[..., Any]] = {}
        self.refused: dict[str, matcalc.MatcalcError] = {}
        for kind in ("gradient", *(kind for kind in kinds if kind.startswith("hessian"))):
            try:
                source = emitted(problem, kind)
            except matcalc.MatcalcError as refusal:
                self.refused[kind] = refusal
                continue
            space: dict[str, Any] = {"__name__": "emitted"}
            exec(compile(source, "emitted", "exec"), space)
            self.functions |= {name: space[name] for name in _FUNCTIONS[kind] if name in space}
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{problem.name}_{kind}.py").write_text(source, encoding="utf-8")

    def candidate(self, kind: str, problem: Problem, data: Data) -> Candidate:
        """An emitted module without `value_and_gradient` has its value and its gradient computed in turn."""
        if refusal := self.refused.get("gradient" if kind == "value_and_gradient" else kind):
            return partial(_raise, refusal)
        if kind == "value_and_gradient" and kind not in self.functions:
            f, gradient = (bound(self.functions[name], data) for name in ("f", "gradient"))
            return lambda: (f(), gradient())
        direction = data["d" + problem.variable] if kind == "hessian_product" else None
        return bound(self.functions[kind], data, direction)


def emitted(problem: Problem, kind: str) -> str:
    """The source text that matcalc gives for the derivative."""
    derive = matcalc.grad if kind == "gradient" else matcalc.hessian
    answer = derive(problem.text, wrt=problem.wrt, variables=problem.declared, check=False)
    if kind == "hessian_blocks":
        return answer.code(functions=[kind])
    return answer.code(form="operator") if kind == "hessian_product" else answer.code()


def _raise(refusal: Exception) -> None:
    raise refusal


def bound(function: Callable[..., Any], data: Data, direction: Any = None) -> Candidate:
    """The function of the data that it names, its last argument the direction where there is one; without checks."""
    names = [name for name in inspect.signature(function).parameters if name != "check"]
    unchecked = {"check": False} if "check" in inspect.signature(function).parameters else {}
    values = [data[name] for name in (names if direction is None else names[:-1])]
    values += [] if direction is None else [direction]
    return lambda: function(*values, **unchecked)


def by_hand(problem: Problem, kind: str, data: Data) -> Candidate | None:
    function = problem.by_hand("product" if kind == "hessian_product" else kind)
    return bound(function, data) if function else None


def _plain(problem: Problem, library: Any) -> Callable[..., Any]:
    names = list(inspect.signature(problem.written.plain).parameters)[1:]

    def f(x: Any, others: Data) -> Any:
        return problem.written.plain(library, *(x if name == problem.variable else others[name] for name in names))

    return f


def by_jax(problem: Problem, kind: str, data: Data) -> Candidate:
    """Compiled; all arrays are arguments, so that nothing is folded into the program as a constant."""
    import jax
    import jax.numpy as jnp

    f = _plain(problem, of_jax())
    arrays = {name: jnp.asarray(value) for name, value in data.items()}
    x, dx = arrays[problem.variable], arrays["d" + problem.variable]

    def product(x: Any, others: Data, dx: Any) -> Any:
        return jax.jvp(lambda z: jax.grad(f)(z, others), (x,), (dx,))[1]

    if kind == "hessian_product":
        compiled = jax.jit(product)
        return lambda: jax.block_until_ready(compiled(x, arrays, dx))
    derivative = {"value_and_gradient": jax.value_and_grad, "gradient": jax.grad, "hessian": jax.hessian}[kind]
    program = jax.jit(derivative(f))
    return lambda: jax.block_until_ready(program(x, arrays))


def by_torch(problem: Problem, kind: str, data: Data) -> Candidate:
    import torch

    plain = _plain(problem, of_torch())
    arrays = {name: torch.as_tensor(np.asarray(value)) for name, value in data.items()}
    x, dx = arrays[problem.variable], arrays["d" + problem.variable]

    def f(x: Any) -> Any:
        return plain(x, arrays)

    if kind == "value_and_gradient":
        return lambda: torch.func.grad_and_value(f)(x)[::-1]
    if kind == "hessian_product":
        return lambda: torch.func.jvp(torch.func.grad(f), (x,), (dx,))[1]
    return lambda: (torch.func.grad if kind == "gradient" else torch.func.hessian)(f)(x)
