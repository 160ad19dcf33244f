"""Names for the dimensions that nobody named: n if there is only one, else m, n, p, … in order of occurrence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from matcalc.core.dims import Dim, Shape, named, names, substitute
from matcalc.language.infer import Inference
from matcalc.language.syntax import Syntax

POOL = ("m", "n", "p", "q", "k", "r", "s", "t")


def unknowns(dims: Iterable[Dim]) -> list[str]:
    """The unknowns among `dims`, in order."""
    return list(dict.fromkeys(name for dim in dims for name in sorted(names(dim)) if name.startswith("?")))


@dataclass(slots=True)
class Namer:
    """Gives every unknown a name, and keeps to it."""

    taken: set[str]
    mapping: dict[str, Dim] = field(default_factory=dict)

    def fill(self, dims: Iterable[Dim]) -> None:
        """Name the unknowns among `dims`; a single one is n."""
        new = [name for name in unknowns(dims) if name not in self.mapping]
        if len(new) == 1 and not self.mapping and "n" not in self.taken:
            self._give(new[0], "n")
        for name in new:
            if name not in self.mapping:
                self._give(name, self._next())

    def _next(self) -> str:
        numbered = (f"d{i}" for i in range(1, len(self.taken) + 2))
        return next(name for name in (*POOL, *numbered) if name not in self.taken)

    def _give(self, unknown: str, name: str) -> None:
        self.mapping[unknown] = named(name)
        self.taken.add(name)

    def dim(self, dim: Dim) -> Dim:
        if isinstance(dim, int):
            return dim
        self.fill([dim])
        return substitute(dim, self.mapping)

    def shape(self, inference: Inference, syntax: Syntax) -> Shape:
        rows, cols = inference.shape(syntax)
        return self.dim(rows), self.dim(cols)


def namer_for(inference: Inference, order: Iterable[str]) -> Namer:
    """Names for all dimensions of the variables, which occur in this `order`."""
    variables = list(order)
    shapes = [inference.resolved(inference.variables[name]) for name in variables if name in inference.variables]
    rigid = {name for shape in inference.variables.values() for dim in inference.resolved(shape) for name in names(dim)
             if not name.startswith("?")}
    taken = rigid | set(inference.scope.dims) | set(inference.scope.bindings) | set(inference.variables)
    namer = Namer(taken)
    namer.fill(dim for shape in shapes for dim in shape)
    return namer
