"""A rule block under test, and random points of its domain: arguments of pairwise different sizes.

DOMAIN is all that the field `domain` may say. A clause says a word of parameters, `X positive`, or of an expression in
them, `det(X) nonzero`; clauses are separated by semicolons. Parameters are drawn as the word demands; of an expression
it is tested, and the draw repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from matcalc.algebra import size, substitute
from matcalc.algebra.make import param_leaf
from matcalc.checking.differences import Curve
from matcalc.core.dims import Dim, Shape, named, names
from matcalc.core.dims import substitute as substitute_dim
from matcalc.core.expr import CALL, NUM, VAR, Expr, Variable, node
from matcalc.core.function import SIZE_KINDS, Function
from matcalc.diagnostics import fail
from matcalc.numeric.batches import fitted
from matcalc.numeric.draws import Array, Rng, draw, project
from matcalc.numeric.evaluate import Values, call, run
from matcalc.numeric.plain_draws import Mode
from matcalc.numeric.sizes import Sizes, dims_of, shape_of, sizes_for, solve
from matcalc.numeric.sizes import size as length
from matcalc.rulebook.book import Rulebook

POINTS = 4
TRIES = 300
_TURNS = 12
Draw = Callable[[Expr, Rng, Sizes], Any]


def declared(*props: str, mode: Mode = "generic") -> Draw:
    """As for a variable that a user declares so."""
    def drawn(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
        marked = node(VAR, (), Variable(leaf.data.name, leaf.data.props | set(props)), leaf.shape)
        return draw([marked], rng, sizes, mode)[marked]
    return drawn


def _uniform(low: float, high: float) -> Draw:
    def drawn(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
        value = generic(leaf, rng, sizes)
        return np.float64(rng.uniform(low, high)) if np.ndim(value) == 0 else rng.uniform(low, high, np.shape(value))
    return drawn


def _away_from_zero(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
    """Of both signs."""
    size = _uniform(0.4, 2.0)(leaf, rng, sizes)
    return size * np.where(rng.uniform(size=np.shape(size)) < 0.5, -1.0, 1.0)


def _near_identity(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
    """All eigenvalues in the right half plane, no symmetry."""
    value = generic(leaf, rng, sizes)
    if np.ndim(value) == 0:
        return 1.5 + 0.4 * value
    return 1.5 * np.eye(len(value)) + 0.4 * value if value.shape[0] == value.shape[1] else value


def _contracting(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
    """All eigenvalues well inside the unit circle."""
    value = generic(leaf, rng, sizes)
    return 0.6 * value / (0.5 + np.linalg.norm(np.atleast_2d(value), 2))


generic = declared()
DOMAIN: dict[str, Draw] = {
    "positive": declared("positive"),
    "nonnegative": declared("nonnegative"),
    "nonzero": _away_from_zero,
    "between -1 and 1": _uniform(-0.9, 0.9),
    "between 0 and 1": _uniform(0.1, 0.9),
    "integer": declared("integer"),
    "sym": declared("sym"),
    "spd": declared("spd"),
    "orthogonal": declared("orthogonal"),
    "invertible": declared("invertible"),
    "invertible for the derivative": declared("invertible"),
    "nonzero for the derivative": _away_from_zero,
    "of full rank": generic,
    "of full rank for the derivative": generic,
    "of full column rank": generic,
    "of constant rank": generic,
    "without eigenvalue on the negative real axis": _near_identity,
    "without common eigenvalue": _near_identity,
    "without eigenvalues whose sum is 0": _near_identity,
    "without eigenvalues whose product is 1": _contracting,
    "stabilisable": generic,
    "detectable": generic,
}
HOLDS: dict[str, Callable[[Array], bool]] = {
    "positive": lambda x: float(np.min(x)) > 0.1,
    "nonzero": lambda x: float(np.min(np.abs(x))) > 0.2,
}


_TALL = ("of full column rank",)  # what only a matrix with as many rows as columns, or more, can be


def _fitting(dims: list[Dim], choice: int, tall: list[Shape]) -> Sizes:
    """Sizes with which the `tall` matrices have no more columns than rows; those of another choice where they have."""
    turns = (sizes_for(dims, choice + turn) for turn in range(_TURNS))
    fit = (sizes for sizes in turns if all(length(m, sizes) >= length(n, sizes) for m, n in tall))
    return next(fit, sizes_for(dims, choice))


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: its subject, and the word that is said of it; "" where DOMAIN has none that fits."""

    subject: str
    word: str

    def names(self) -> list[str]:
        """The parameters of which the word is said, as in `A and -B`; none where it is said of another expression."""
        found = [part.strip(" -") for part in self.subject.split(" and ")]
        return found if all(map(str.isidentifier, found)) else []


def clauses(function: Function) -> list[Clause]:
    """What a block says in its field domain."""
    return [_clause(text.strip()) for text in function.fields.get("domain", "").split(";") if text.strip()]


def _clause(text: str) -> Clause:
    word = max((word for word in DOMAIN if text.endswith(" " + word)), key=len, default="")
    return Clause(text.removesuffix(word).strip(), word)


@dataclass(frozen=True)
class Specimen:
    """A function with the rulebook it lives in. `dims` gives numbers to some of its dimensions."""

    function: Function
    book: Rulebook
    seed: int = 0
    dims: Mapping[str, Dim] = field(default_factory=dict)

    @cached_property
    def arguments(self) -> tuple[Expr, ...]:
        """The parameters as arguments of the function."""
        kinds: dict[str, Callable[[int, str], Expr]] = {
            "value": lambda i, name: substitute(param_leaf(self.function, i), {}, self.dims),
            "index": lambda i, name: size(self.dims.get(name, named(name))),
            **dict.fromkeys(SIZE_KINDS, lambda i, name: size(self.dims.get(name, named(name)))),
        }
        return tuple(kinds[p.kind](i, p.name) for i, p in enumerate(self.function.params))

    @cached_property
    def places(self) -> dict[Expr, int]:
        """The parameters that take a value, each with its place among all."""
        return {arg: i for i, arg in enumerate(self.arguments) if self.function.params[i].kind == "value"}

    @cached_property
    def raw(self) -> Expr:
        """The call of the function on its parameters, untouched by normal form and laws."""
        rows, columns = (substitute_dim(dim, self.dims) for dim in self.function.result)
        return node(CALL, self.arguments, self.function, (rows, columns))

    def scalar(self) -> Specimen | None:
        """The block where every dimension is 1; None where it has none."""
        shapes = [p.shape for p in self.function.params] + [self.function.result]
        every = sorted({name for shape in shapes for dim in shape for name in names(dim)}
                       | {p.name for p in self.function.params if p.within})
        return replace(self, dims=dict.fromkeys(every, 1)) if every else None

    def takes(self, values: Iterable[Any]) -> bool:
        """Whether arrays of these shapes fit the parameters that take a value."""
        equations = [(dim, size) for leaf, value in zip(self.places, values, strict=True)
                     for dim, size in zip(leaf.shape, np.atleast_2d(value).shape, strict=True)]
        return not solve(equations, {})[1]

    def rng(self) -> Rng:
        """The same draws each time."""
        return np.random.default_rng(self.seed)

    def points(self, count: int = POINTS) -> list[Point]:
        """Some points, each of other sizes."""
        rng = self.rng()
        return [self.point(rng, choice) for choice in range(count)]

    def point(self, rng: Rng, choice: int = 0, extra: Iterable[Expr] = (), otherwise: Draw = generic) -> Point:
        """A point of the domain; another `choice` gives other sizes. `extra` are further variables of a law."""
        leaves = [*self.places, *(leaf for leaf in extra if leaf not in self.places)]
        given = [named(p.name) for p in self.function.params if p.kind != "value" and p.name not in self.dims]
        room = dims_of(self.raw) if any(p.within for p in self.function.params) else []
        said = clauses(self.function)
        tall = [leaf.shape for leaf in leaves if any(c.word in _TALL and leaf.data.name in c.names() for c in said)]
        sizes = _fitting([*(dim for leaf in leaves for dim in leaf.shape), *given, *room], choice, tall)
        how = {name: DOMAIN[clause.word] for clause in said if clause.word for name in clause.names()}
        for _ in range(TRIES):
            drawn = {leaf: how.get(leaf.data.name, otherwise)(leaf, rng, sizes) for leaf in leaves}
            values = {leaf: value if leaf not in self.places else _kept(leaf, value, value)
                      for leaf, value in drawn.items()}
            found = Point(self, values, sizes, rng)
            if all(self._holds(clause, found) for clause in said):
                return found
        raise fail("M0704", f"no point of the domain “{self.function.fields['domain']}” was found in {TRIES} draws")

    def _holds(self, clause: Clause, found: Point) -> bool:
        """Whether a condition on an expression holds; parameters were drawn as they should be."""
        if clause.word not in HOLDS or clause.names():
            return True
        leaves = {param_leaf(self.function, i): leaf for leaf, i in self.places.items()}
        subject = self.function.subject(clause.subject)
        return HOLDS[clause.word](np.asarray(found.value(substitute(subject, leaves, self.dims))))


@dataclass(frozen=True, slots=True)
class Point:
    """Values for the parameters of a block, by their leaves, and sizes for its dimension names."""

    block: Specimen
    values: Values
    sizes: Sizes
    rng: Rng

    def value(self, e: Expr, more: Values | None = None) -> Any:
        """The value of an expression here; `more` are those of further leaves, or other ones."""
        return run(e, {**self.values, **(more or {})}, self.sizes)

    def field(self, name: str, more: Values | None = None) -> Any:
        """The value of a field that is an expression in the parameters."""
        template = self.block.function.template(name)
        assert template is not None, (self.block.function.name, name)
        return self.value(template, more)

    def call(self, more: Values | None = None) -> Any:
        """The value of the function itself, by its numeric template."""
        values, raw = {**self.values, **(more or {})}, self.block.raw
        args = self.arguments([values[arg] for arg in self.block.places])
        found = fitted(raw.data, call(raw.data, args), shape_of(raw.shape, self.sizes))
        return np.float64(found.item()) if raw.is_scalar else found

    def arguments(self, values: Iterable[Any]) -> list[Any]:
        """What the function takes where its parameters that take a value have these: sizes and whole numbers too."""
        rest = iter(values)
        return [next(rest) if param.kind == "value" else 1 if arg.kind is NUM else length(arg.data, self.sizes)
                for param, arg in zip(self.block.function.params, self.block.arguments, strict=True)]

    def along(self, directions: Values, f: Expr, more: Values | None = None) -> Curve:
        """h ↦ f(X + h V); `more` stays fixed."""
        fixed = more or {}
        return lambda h: self.value(f, {**fixed, **{x: self.values[x] + h * v for x, v in directions.items()}})

    def seeds(self, tangents: Iterable[Expr], given: Values) -> dict[Expr, Any]:
        """A value for each tangent: the one given, or zero."""
        nothing = {leaf.data.name: 0 * value for leaf, value in self.values.items()}
        return {t: given[t] if t in given else nothing[t.data[0]] for t in tangents}

    def direction(self, leaf: Expr) -> Any:
        """A random direction along which a parameter keeps its declared structure."""
        return self.kept(leaf, self.like(leaf))

    def kept(self, leaf: Expr, direction: Any) -> Any:
        """The part of a direction that keeps the declared structure of a parameter."""
        return _kept(leaf, direction, self.values[leaf])

    def like(self, leaf: Expr) -> Any:
        """A random direction, or cotangent, of the shape of `leaf`."""
        return generic(leaf, self.rng, self.sizes)


def _kept(leaf: Expr, value: Any, at: Any) -> Any:
    return project(value, at, leaf.data.props) if leaf.data.props else value
