"""Plans in plain Python: the kernels of the target `pure`, on numbers and lists, without NumPy and without a file.

All lines of a plan are one function of its arguments and of the lengths of their axes, so that it is compiled once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from matcalc.core.dims import Dim
from matcalc.numeric.sizes import Sizes, size
from matcalc.plan.members import Key
from matcalc.plan.node import Axes, Node, ordered
from matcalc.plan.table import table
from matcalc.plan.text import Speller, Text

Program = Callable[..., list[Any]]
_WORD = re.compile(r"[^\W\d]\w*")
_CONSTANTS = {"pi": math.pi, "e": math.e}


class Plain:
    """A plan that is compiled: the values of its nodes at arguments, the last one being its result."""

    def __init__(self, root: Node, smooth: Callable[[str, int], Callable[[Any], Any]]) -> None:
        """`smooth` gives what stands for an unspecified function, by its name and the order of the derivative."""
        self.nodes = ordered(root)
        self.inputs: list[Key] = [e.data for e in self.nodes if e.op == "input"]
        self.dims: dict[str, str] = {}
        self._smooth, self._given = smooth, dict[str, Any]()
        self._speller = Speller(table("pure"), self._dim)
        self.source = self._written(root)

    def _dim(self, dim: Dim) -> str:
        if isinstance(dim, int):
            return str(dim)
        return " + ".join("*".join([str(c), *(self.dims.setdefault(name, f"n{len(self.dims)}") for name in m)])
                          for m, c in dim.terms)

    def _written(self, root: Node) -> str:
        texts: dict[Node, Text] = {}
        lines = []
        for k, e in enumerate(self.nodes):
            if e.op in ("number", "size", "constant"):
                texts[e] = self._speller.spell(e, [])
                continue
            texts[e] = Text(f"t{k}")
            if e.op != "input":
                lines.append(f"    t{k} = {self._spelled(e, [texts[arg] for arg in e.args])}")
        kept = [texts[e].text for e in self.nodes if e.op not in ("number", "size", "constant")]
        given = [texts[e].text for e in self.nodes if e.op == "input"]
        head = f"def plan({', '.join([*given, *self.dims.values()])}):"
        return "\n".join([head, *lines, f"    return [{', '.join([*kept, texts[root].text])}]"])

    def _spelled(self, e: Node, operands: Sequence[Text]) -> str:
        if e.op != "unspecified":
            return self._speller.spell(e, operands).text
        name = f"f{len(self._given)}"
        self._given[name] = self._smooth(*e.data)
        return f"mapped({name}, {operands[0].text})"

    def compiled(self) -> Program:
        """The function of the arguments in the order of `inputs` and of the lengths in the order of `dims`."""
        names: dict[str, Any] = {"math": math, **self._given}
        exec(compile("\n\n".join([*helpers(self.source), self.source]), "<plan>", "exec"), names)
        found: Program = names["plan"]
        return found


def helpers(text: str) -> list[str]:
    """The definitions of the target that a text calls, and those that these call."""
    known = table("pure").helpers
    needed: dict[str, str] = {}
    todo = [text]
    while todo:
        words = {word for word in _WORD.findall(todo.pop()) if word in known and word not in needed}
        needed |= {word: known[word] for word in words}
        todo += [known[word] for word in words]
    return list(needed.values())


def entries(x: Any) -> Iterable[float]:
    """All numbers in a value, in their order."""
    if isinstance(x, list | tuple):
        for part in x:
            yield from entries(part)
    else:
        yield x


def count(shape: Axes, sizes: Sizes) -> int:
    """How many entries an array has."""
    return math.prod(size(d, sizes) for d in shape)


def smooth(terms: Callable[[str], Sequence[tuple[float, float, float]]], name: str, order: int) -> Callable[[float], float]:
    """The derivative of Σ a sin(w x + p) with the terms that stand for an unspecified function."""
    known = terms(name)
    return lambda x: sum(a * w**order * math.sin(w * x + p + order * math.pi / 2) for a, w, p in known)


__all__ = ["Mapping", "Plain", "Program", "count", "entries", "helpers", "smooth"]
