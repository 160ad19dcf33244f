"""The names of a program: identifiers of variables, functions, dimensions and intermediate results, each used once, and
how dimensions are read off the shapes of the arguments."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Literal

from matcalc.core.dims import Dim, Least, Poly, cleared, names, substitute, subtract
from matcalc.core.expr import (
    CALL,
    DIM,
    INDEX,
    IVERSON,
    OVER,
    SLICE,
    SYMPOW,
    TANGENT,
    VAR,
    Expr,
    postorder,
)
from matcalc.core.function import Function
from matcalc.core.indices import Ref
from matcalc.plan.members import Key, key_of
from matcalc.printers.symbols import ascii_name
from matcalc.rulebook.functional import unspecified_in
from matcalc.targets.language import Language

OURS = frozenset({"check", "compare", "comparisons", "difference"})  # what every program calls so
LONGEST = 16
Arguments = Mapping[Expr, str]
Checks = Literal["always", "asked", "never"]
Functions = dict[tuple[str, int], str]


class Identifiers:
    """Gives every name an identifier that nothing else has."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = {*taken}
        self.counter = 0

    def inner(self) -> Identifiers:
        """For names inside one function: what is taken outside stays taken, what is new stays inside."""
        return Identifiers(self.taken)

    def new(self, name: str) -> str:
        """`name` if it is free, else with a mark behind it: lambda_, n_2."""
        plain = unicodedata.normalize("NFKD", ascii_name(name))
        base = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "" for c in plain) or "v"
        found, i = base, 1
        while found in self.taken or not found.isidentifier():
            found = f"{base}_" if i == 1 else f"{base}_{i}"
            i += 1
        self.taken.add(found)
        return found

    def temporary(self, wish: str) -> str:
        """`wish` if it is free and short, else t1, t2, …"""
        if wish and len(wish) <= LONGEST and wish.isidentifier() and wish not in self.taken:
            self.taken.add(wish)
            return wish
        while True:
            self.counter += 1
            if f"t{self.counter}" not in self.taken:
                self.taken.add(f"t{self.counter}")
                return f"t{self.counter}"


@dataclass(frozen=True, slots=True)
class Solved:
    """The value of a dimension, the dimensions that have to be known for it, and the array and axis it is read off."""

    value: str
    needs: frozenset[str]
    place: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Identifiers of all dimensions, and how each is found from the shapes of the arguments; `free` ones are not.
    `ranks` are the numbers of axes of the arrays."""

    language: Language
    ranks: Mapping[str, int]
    identifiers: Mapping[str, str]
    solved: Mapping[str, Solved]

    @property
    def free(self) -> list[str]:
        """The dimensions that no shape tells, which are therefore arguments."""
        return [text for name, text in self.identifiers.items() if name not in self.solved]

    def code(self, dim: Dim) -> str:
        """A dimension, in signs that all languages share."""
        if isinstance(dim, int):
            return str(dim)
        above, below = cleared(dim)
        text = " + ".join("*".join([*([str(c)] if c != 1 or not m else []), *map(self._factor, m)])
                          for m, c in above.terms).replace("+ -", "- ")
        return text if below == 1 else self.language.divided(f"({text})", below)

    def _factor(self, name: str) -> str:
        """A name, or the smaller one of two dimensions."""
        return reduce(self.language.smaller, map(self.code, name.of)) if isinstance(name, Least) else \
            self.identifiers[name]

    def lines(self, wanted: Iterable[str]) -> list[str]:
        """Read off the dimensions `wanted`, and those they are computed from."""
        needed = set(wanted)
        for name in reversed(list(self.solved)):
            needed |= self.solved[name].needs if name in needed else set()
        found = [(self.identifiers[name], self.solved[name]) for name in self.solved if name in needed]
        lines: list[str] = []
        while found:
            array, _ = found[0][1].place or ("", 0)
            together = [text for text, _ in found[:self.ranks.get(array, 0)]]
            places = [at.place for _, at in found[:len(together)]]
            every = [(array, i) for i in range(self.ranks.get(array, 0))]
            if len(together) > 1 and self.language.lengths(array) and places == every:
                lines.append(self.language.assign(together, self.language.lengths(array)))
            else:
                together = [found[0][0]]
                lines.append(self.language.assign(together, found[0][1].value, kind="size"))
            found = found[len(together):]
        return lines

    def is_read_off(self, axes: Sequence[Dim], name: str) -> bool:
        """Whether all dimensions of an argument are read off itself, so that there is nothing to assert."""
        dims = [next(iter(names(d)), "") for d in axes]
        return all(d in self.solved and self.solved[d].place == (name, i) for i, d in enumerate(dims))


def solve(language: Language, arguments: Mapping[str, Sequence[Dim]], identifiers: Mapping[str, str]) -> Sizes:
    """Every dimension that the shapes of `arguments` determine, given by their axes."""
    found: dict[str, Solved] = {}
    sizes = Sizes(language, {name: len(axes) for name, axes in arguments.items()}, identifiers, found)
    equations = [(d, name, i) for name, axes in arguments.items() for i, d in enumerate(axes)]
    while new := next((s for d, name, i in equations for s in _solved(d, (name, i), sizes)), None):
        found[new[0]] = new[1]
    return sizes


def _solved(dim: Dim, place: tuple[str, int], known: Sizes) -> Iterator[tuple[str, Solved]]:
    """The one unknown name of `dim`, if it occurs linearly, and its value where `dim` is that axis of that array."""
    unknown = names(dim) - known.solved.keys()
    if len(unknown) != 1 or not isinstance(dim, Poly):
        return
    if any(isinstance(factor, Least) for monomial, _ in dim.terms for factor in monomial):
        return  # min(m,n) and m do not tell n
    (name,), text = unknown, known.language.length(*place, known.ranks[place[0]])
    constant, whole = substitute(dim, {name: 0}), substitute(dim, {name: 1})
    slope = subtract(whole, constant)
    if isinstance(slope, int) and all(m.count(name) <= 1 for m, _ in dim.terms):
        rest = f"({text} - ({known.code(constant)}))" if constant != 0 else text
        plain = rest if slope == 1 else known.language.divided(rest, slope)
        yield name, Solved(plain, frozenset(names(constant)), place if plain == text else None)


@dataclass(frozen=True, slots=True)
class Names:
    """The language of one module and its identifiers: of leaves, of unspecified functions and their derivatives, and of
    dimensions. Its functions read and assert their arguments as `checks` says: where they are "asked", unless a call
    has `check=False`.
    """

    language: Language
    arguments: Mapping[Expr, str]
    functions: Functions
    sizes: Sizes
    identifiers: Identifiers
    checks: Checks = "always"
    counts: frozenset[str] = frozenset()  # the dimensions in exponents, which may be 0 but not negative
    declared: Mapping[tuple[str, int], Function] = field(default_factory=dict)

    def axes(self, x: Expr) -> tuple[Dim, ...]:
        """The axes of an argument: those of a family, then rows and columns unless there is one of them."""
        return (*(axis.size for axis in x.data.axes), *(d for d in x.shape if d != 1))

    def is_family(self, x: Expr) -> bool:
        """Whether its first axes are those of members."""
        return bool(x.data.axes)

    @property
    def inputs(self) -> dict[Key, str]:
        """The identifiers of the inputs of a plan."""
        return {key_of(x): text for x, text in self.arguments.items()}

    def name(self, x: Expr) -> str:
        """Of a leaf, which may have lost or gained properties."""
        return self.arguments[x] if x in self.arguments else next(
            text for leaf, text in self.arguments.items() if name_of_leaf(leaf) == name_of_leaf(x))

    def given(self, inputs: Sequence[Expr]) -> dict[Expr, str]:
        """The leaves `inputs`, each with its identifier."""
        return {x: self.arguments[x] for x in inputs}

    def functions_in(self, *roots: Expr) -> Functions:
        """The identifiers of the unspecified functions in `roots` and of their derivatives, by name and order."""
        needed = _unspecified(*roots)
        return {key: name for key, name in self.functions.items() if key in needed}


def names_of(language: Language, roots: Sequence[Expr], inputs: Sequence[Expr], further: Sequence[Expr] = (),
             taken: Sequence[str] = (), checks: Checks = "always") -> Names:
    """Names for all that functions computing `roots` from `inputs`, and `further` leaves, need, none among `taken`.

    Leaves of one name share one identifier.
    """
    identifiers = Identifiers([*OURS, *language.reserved, *taken])
    by_name = {name: identifiers.new(name) for name in dict.fromkeys(name_of_leaf(x) for x in (*inputs, *further))}
    unspecified = _unspecified(*roots)
    identifiers.taken |= language.called if unspecified else set()
    functions = _function_names(unspecified, identifiers)
    dims = {dim: identifiers.new(dim) for dim in _dimension_names(roots, [*inputs, *further])}
    leaves = [leaf for leaf in postorder(*roots) if leaf.kind in (VAR, TANGENT) and name_of_leaf(leaf) in by_name]
    arguments = {x: by_name[name_of_leaf(x)] for x in [*inputs, *further, *leaves]}
    counts = frozenset(d for e in postorder(*roots) if e.kind is SYMPOW for d in _dimension_names([e.args[1]], ()))
    known = Names(language, arguments, functions, solve(language, {}, dims), identifiers, checks, counts,
                  declared(*roots))
    return replace(known, sizes=solve(language, {arguments[x]: known.axes(x) for x in inputs}, dims))


def _function_names(needed: set[tuple[str, int]], identifiers: Identifiers) -> Functions:
    """sigma for an unspecified function, and sigma_1 for its derivative, where no variable is called so."""
    found: Functions = {}
    for name in sorted({name for name, _ in needed}):
        orders = sorted({k for other, k in needed if other == name})
        base = identifiers.new(name)
        while any(f"{base}_{k}" in identifiers.taken for k in orders):
            base = identifiers.new(name)
        found |= {(name, k): f"{base}_{k}" if k else base for k in sorted({0, *orders})}
    identifiers.taken |= {*found.values()}
    return found


def name_of_leaf(x: Expr) -> str:
    """X, or dX of a tangent."""
    return x.data.name if x.kind is VAR else f"d{x.data[0]}" + (f"_{x.data[1]}" if x.data[1] else "")


def calls_in(*roots: Expr) -> list[Expr]:
    """Every call of a function below `roots` once, arguments before what they stand in."""
    return [part for part in postorder(*roots) if part.kind is CALL]


def _unspecified(*roots: Expr) -> set[tuple[str, int]]:
    """Unspecified functions and their derivatives, by name and order: they are parameters, sigma and sigma_1; so are
    declared ones, each derivative by its own name."""
    found = {(f.name, f.order) for f in unspecified_in(*roots)}
    return found | declared(*roots).keys()


def declared(*roots: Expr) -> dict[tuple[str, int], Function]:
    """The functions of which only shapes are declared, and their derivatives, as they are called."""
    return {declared_key(call.data): call.data for call in calls_in(*roots) if "abstract" in call.data.fields}


def declared_key(function: Function) -> tuple[str, int]:
    """Under which it is known: ∇²f as a matrix and along a direction are two."""
    return (f"{function.name}_along" if [p.name for p in function.params] == ["X", "V"] else function.name), 0


def _dimension_names(roots: Sequence[Expr], inputs: Sequence[Expr]) -> list[str]:
    found: dict[str, None] = {}
    for part in [*inputs, *postorder(*roots)]:
        for dim in (*part.shape, *_inside(part)):
            found |= dict.fromkeys(sorted(names(dim)))
    return list(found)


def _inside(e: Expr) -> tuple[Dim, ...]:
    """Dimensions in the literal part of a node."""
    if e.kind is DIM:
        return (e.data,)
    if e.kind is SLICE:
        return tuple(e.data)
    if e.kind is OVER:
        return e.data[1].size, e.data[1].low
    refs: tuple[Ref, ...] = (e.data,) if e.kind is INDEX else (e.data.left, e.data.right) if e.kind is IVERSON else (
        e.data.refs if e.kind in (VAR, TANGENT) else ())
    axes = e.data.axes if e.kind in (VAR, TANGENT) else ()
    letters = [ref.letter for ref in refs if ref.letter is not None]
    return (*(d for axis in (*axes, *(letter.axis for letter in letters)) for d in axis), *(ref.shift for ref in refs))
