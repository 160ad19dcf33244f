"""Names for the dimensions that are still unknown in the end: n if there is only one, else m, n, p, … as they occur.

A name is of what stands alone. Where every vector that has a length has one more than an unknown, as of samples that
must be one at least, the length is n and the unknown n − 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcalc.core.dims import Dim, Shape, named, names, substitute, subtract
from matcalc.language.inference import Inference
from matcalc.language.syntax import Syntax

POOL = ("m", "n", "p", "q", "k", "r", "s", "t")
_NONE: Mapping[str, int] = {}


def unknowns(dims: Iterable[Dim]) -> list[str]:
    """The unknowns among `dims`, in order."""
    return list(dict.fromkeys(name for dim in dims for name in sorted(names(dim)) if name.startswith("?")))


def surplus(dims: Iterable[Dim]) -> dict[str, int]:
    """By how much at least an unknown is exceeded wherever it occurs, alone and once: x of length ?1 + 1 alone has n
    entries, not n + 1."""
    found: dict[str, int] = {}
    for dim in dims:
        own = unknowns([dim])
        rest = subtract(dim, named(own[0])) if len(own) == 1 else 0
        more = rest if isinstance(rest, int) and rest > 0 else 0
        found |= {name: min(more, found.get(name, more)) for name in own}
    return found


class Namer:
    """Gives every unknown a name, and keeps to it. What names an unknown stands for the unknown with its `surplus`."""

    def __init__(self, taken: set[str], surplus: Mapping[str, int] = _NONE) -> None:
        self.taken = taken
        self.surplus = surplus
        self.mapping: dict[str, Dim] = {}

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
        self.mapping[unknown] = named(name) + -self.surplus.get(unknown, 0)
        self.taken.add(name)

    def dim(self, dim: Dim) -> Dim:
        """`dim` with names for its unknowns; those without a name get one."""
        if isinstance(dim, int):
            return dim
        self.fill([dim])
        return substitute(dim, self.mapping)

    def shape(self, inference: Inference, syntax: Syntax) -> Shape:
        """The shape of a node with names for its unknowns."""
        rows, cols = inference.shape(syntax)
        return self.dim(rows), self.dim(cols)


def namer_for(inference: Inference, order: Iterable[str], letters: Iterable[str] = ()) -> Namer:
    """Names for all dimensions of the variables, which occur in this `order`; none is one of the index `letters`."""
    variables = list(order)
    shapes = [inference.resolved(inference.variables[name]) for name in variables if name in inference.variables]
    rigid = {name for shape in inference.variables.values() for dim in inference.resolved(shape) for name in names(dim)
             if not name.startswith("?")}
    taken = rigid | set(inference.scope.dims) | set(inference.scope.bindings) | set(inference.variables)
    sizes = [inference.unifier.resolve(axis.size) for axes in inference.scope.families.values() for axis in axes]
    lengths = [dim for shape in shapes for dim in shape]
    namer = Namer(taken | set(letters), surplus([*sizes, *lengths]))
    for size in sizes:
        namer.fill([size])
    namer.fill(lengths)
    return namer
