"""What a generated function says and checks about its arguments: shapes in words, sizes read off, assertions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matcalc.dims import Dim, Poly, format_dim, names, substitute, subtract
from matcalc.expr import Expr


def described(arguments: Mapping[Expr, str], functions: Mapping[tuple[str, int], str], e: Expr) -> list[str]:
    lines = [f"{name}: {_shape(x)}" for x, name in arguments.items()]
    lines += [f"{text}: {'derivative ' + str(order) + ' of ' if order else ''}the function {name}, entry by entry"
              for (name, order), text in functions.items()]
    return [*lines, f"Returns {_shape(e)}."]


def _shape(x: Expr) -> str:
    rows, columns = (format_dim(d) for d in x.shape)
    if x.is_scalar:
        return "a number"
    return f"an array ({rows},)" if columns == "1" else f"an array ({rows}, {columns})"


def checks(arguments: Mapping[Expr, str], sizes: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Dimensions that no argument determines, and the lines that read and check the arguments."""
    lines = [line for x, name in arguments.items() for line in _read(x, name)]
    bound: set[str] = set()
    equations = [(d, f"{name}.shape[{i}]") for x, name in arguments.items() if not x.is_scalar
                 for i, d in enumerate(x.shape)]
    while found := next(((n, text) for d, text in equations for n, text in _solved(d, text, bound, sizes)), None):
        bound.add(found[0])
        lines.append(f"{sizes[found[0]]} = {found[1]}")
    for x, name in arguments.items():
        if not x.is_scalar:
            shape = f"({dim_code(x.shape[0], sizes)}, {dim_code(x.shape[1], sizes)})"
            what = "×".join(format_dim(d) for d in x.shape)
            lines.append(f'assert {name}.shape == {shape}, f"{name} is {what} = {{{shape}}}, not {{{name}.shape}}"')
    return [sizes[n] for n in sizes if n not in bound], lines


def _read(x: Expr, name: str) -> list[str]:
    if x.is_scalar:
        return [f"{name} = np.asarray({name}, dtype=float).item()"]
    lines = [f"{name} = np.asarray({name}, dtype=float)"]
    if 1 in x.shape:
        shape = "(-1, 1)" if x.shape[1] == 1 else "(1, -1)"
        return [*lines, f"{name} = {name}.reshape({shape}) if {name}.ndim == 1 else {name}"]
    what = "×".join(format_dim(d) for d in x.shape)
    return [*lines, f'assert {name}.ndim == 2, f"{name} is {what}, not {{{name}.shape}}"']


def _solved(dim: Dim, text: str, bound: set[str], sizes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The one unknown name of `dim`, if it occurs linearly, and its value where `dim` has the value `text`."""
    unknown = names(dim) - bound
    if len(unknown) != 1 or not isinstance(dim, Poly):
        return
    name = unknown.pop()
    constant, whole = substitute(dim, {name: 0}), substitute(dim, {name: 1})
    slope = subtract(whole, constant)
    if isinstance(slope, int) and all(m.count(name) <= 1 for m, _ in dim.terms):
        rest = f"({text} - ({dim_code(constant, sizes)}))" if constant != 0 else text
        yield name, rest if slope == 1 else f"{rest} // {slope}"


def dim_code(dim: Dim, sizes: Mapping[str, str]) -> str:
    """A dimension in Python, its names being identifiers."""
    if isinstance(dim, int):
        return str(dim)
    return " + ".join("*".join([*([str(c)] if c != 1 or not m else []), *(sizes[n] for n in m)])
                      for m, c in dim.terms).replace("+ -", "- ")
