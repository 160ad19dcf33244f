"""Kernels of a target as functions of Python: operands are a0, a1, …, the lengths that the text mentions n0, n1, …

The text of a kernel is compiled once in a process, for operands and lengths of any value: `a0 @ a1`, `np.eye(n0)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from matcalc.core.dims import Dim
from matcalc.plan.node import Node
from matcalc.plan.table import helpers, table
from matcalc.plan.text import Speller, Text
from matcalc.records import NamedTuple

MOST_KERNELS = 4096  # that are remembered
Spelled = Callable[[Speller, Node, Sequence[Text]], Text]


class Step(NamedTuple):
    """How a kernel is computed: a function of its operands and of some lengths."""

    compute: Callable[..., Any]
    dims: tuple[Dim, ...] = ()


class Compiler:
    """The kernels of one target as it has `spelled` them; what their texts name is in `library`, to which the helpers
    of the target are added when they are needed."""

    def __init__(self, target: str, library: dict[str, Any], spelled: Spelled) -> None:
        self.target, self.library, self.spelled = target, library, spelled
        self.steps: dict[Any, Step] = {}
        self.compiled = lru_cache(maxsize=MOST_KERNELS)(self._compiled)

    def step(self, e: Node) -> Step:
        """A kernel by its row, which depends on what the operands are and not on how they come about."""
        key = e.op, e.data, e.shape, tuple([arg.shape for arg in e.args]), tuple(map(e.args.index, e.args))
        if key not in self.steps:
            if len(self.steps) > MOST_KERNELS:
                self.steps.clear()
            self.steps[key] = self._by_row(e)
        return self.steps[key]

    def _by_row(self, e: Node) -> Step:
        dims: list[Dim] = []

        def named(dim: Dim) -> str:
            if isinstance(dim, int):
                return str(dim) if dim >= 0 else f"({dim})"
            if dim not in dims:
                dims.append(dim)
            return f"n{dims.index(dim)}"

        operands = [Text(f"a{k}") for k in range(len(e.args))]
        text = self.spelled(Speller(table(self.target), named), e, operands).text
        return Step(self.compiled(text, len(e.args), len(dims)), tuple(dims))

    def _compiled(self, text: str, operands: int, dims: int) -> Callable[..., Any]:
        names = ", ".join([*(f"a{k}" for k in range(operands)), *(f"n{k}" for k in range(dims))])
        for name, helper in helpers(text, self.target).items():
            if name not in self.library:
                exec(compile(helper, "<helper>", "exec"), self.library)
        found: Callable[..., Any] = eval(compile(f"lambda {names}: {text}", "<kernel>", "eval"), self.library)  # noqa: S307
        return found
