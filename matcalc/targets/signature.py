"""What generated code knows of its arguments: sizes read off their shapes, shapes asserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from matcalc.core.dims import Dim, Poly, Shape, format_dim, names, substitute, subtract
from matcalc.core.expr import Expr

Arguments = Mapping[Expr, str]


def described(x: Expr) -> str:
    """The kind of value that the caller gives or gets."""
    rows, columns = (format_dim(d) for d in x.shape)
    if x.is_scalar:
        return "a number"
    return f"an array ({rows},)" if columns == "1" else f"an array ({rows}, {columns})"


def documented(arguments: Arguments, functions: Mapping[tuple[str, int], str]) -> list[str]:
    """One line for each parameter."""
    return [*(f"{name}: {described(x)}" for x, name in arguments.items()),
            *(f"{text}: {'derivative ' + str(order) + ' of ' if order else ''}the function {name}, entry by entry"
              for (name, order), text in functions.items())]


@dataclass(frozen=True, slots=True)
class Solved:
    """The value of a dimension, the dimensions that have to be known for it, and the array and axis it is read off."""

    value: str
    needs: frozenset[str]
    place: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Identifiers of all dimensions, and how each is found from the shapes of the arguments; `free` ones are not."""

    identifiers: Mapping[str, str]
    solved: Mapping[str, Solved]

    @property
    def free(self) -> list[str]:
        return [text for name, text in self.identifiers.items() if name not in self.solved]

    def code(self, dim: Dim) -> str:
        """A dimension in Python."""
        if isinstance(dim, int):
            return str(dim)
        return " + ".join("*".join([*([str(c)] if c != 1 or not m else []), *(self.identifiers[n] for n in m)])
                          for m, c in dim.terms).replace("+ -", "- ")

    def pair(self, shape: Shape) -> str:
        return f"({self.code(shape[0])}, {self.code(shape[1])})"

    def lines(self, wanted: Iterable[str]) -> list[str]:
        """Read off the dimensions `wanted`, and those they are computed from."""
        needed = set(wanted)
        for name in reversed(list(self.solved)):
            needed |= self.solved[name].needs if name in needed else set()
        found = [(self.identifiers[name], self.solved[name]) for name in self.solved if name in needed]
        lines: list[str] = []
        while found:
            (first, at), *rest = found
            if rest and at.place and at.place[1] == 0 and rest[0][1].place == (at.place[0], 1):
                lines.append(f"{first}, {rest[0][0]} = {at.place[0]}.shape")
                rest = rest[1:]
            else:
                lines.append(f"{first} = {at.value}")
            found = rest
        return lines

    def is_read_off(self, x: Expr, name: str) -> bool:
        """Whether both dimensions of `x` are read off itself, so that there is nothing to assert."""
        dims = [next(iter(names(d)), "") for d in x.shape]
        return all(d in self.solved and self.solved[d].place == (name, i) for i, d in enumerate(dims))


def solve(arguments: Arguments, identifiers: Mapping[str, str]) -> Sizes:
    """Every dimension that the shapes of `arguments` determine."""
    found: dict[str, Solved] = {}
    sizes = Sizes(identifiers, found)
    equations = [(d, name, i) for x, name in arguments.items() if not x.is_scalar for i, d in enumerate(x.shape)]
    while new := next((s for d, name, i in equations for s in _solved(d, (name, i), found, sizes.code)), None):
        found[new[0]] = new[1]
    return sizes


def _solved(dim: Dim, place: tuple[str, int], known: Mapping[str, Solved],
            code: Callable[[Dim], str]) -> Iterator[tuple[str, Solved]]:
    """The one unknown name of `dim`, if it occurs linearly, and its value where `dim` is that axis of that array."""
    unknown = names(dim) - known.keys()
    if len(unknown) != 1 or not isinstance(dim, Poly):
        return
    name, text = unknown.pop(), f"{place[0]}.shape[{place[1]}]"
    constant, whole = substitute(dim, {name: 0}), substitute(dim, {name: 1})
    slope = subtract(whole, constant)
    if isinstance(slope, int) and all(m.count(name) <= 1 for m, _ in dim.terms):
        rest = f"({text} - ({code(constant)}))" if constant != 0 else text
        plain = rest if slope == 1 else f"{rest} // {slope}"
        yield name, Solved(plain, frozenset(names(constant)), place if plain == text else None)


def asserted(arguments: Arguments, sizes: Sizes, used: Iterable[str] = ()) -> list[str]:
    """Assert the shapes that do not hold by the way the sizes are read, after reading these sizes and those `used`."""
    checked = {x: name for x, name in arguments.items() if not x.is_scalar and not sizes.is_read_off(x, name)}
    lines = sizes.lines({*used, *(n for x in checked for d in x.shape for n in names(d))})
    for x, name in checked.items():
        what, shape = "×".join(format_dim(d) for d in x.shape), sizes.pair(x.shape)
        lines.append(f'assert {name}.shape == {shape}, f"{name} is {what} = {{{shape}}}, not {{{name}.shape}}"')
    return lines
