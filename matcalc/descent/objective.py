"""What is minimised: a formula with its derived gradients at data, evaluated together on one shared graph.

Parameters of any shapes are one long vector, as optimisers want them. The Hessian is an operator, V ↦ d(∇f)[V].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from matcalc import derive
from matcalc.calculus.differential import differential, seed
from matcalc.deriving.derivation import Derivation
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.dims import names as dim_names
from matcalc.expr import Expr, postorder
from matcalc.numeric.draws import project
from matcalc.numeric.evaluate import bind, silence, walk
from matcalc.numeric.sizes import shape_of
from matcalc.tracing.operations import used
from matcalc.tracing.values import Array, declarations, missing, unknown

Vector = npt.NDArray[np.float64]
BLOWN, BOTTOMLESS = 1e8, 1e15  # a value so many times the first one, above or below, is a divergence


class DivergedError(Exception):
    """The value is no number, or beyond all bounds."""


@dataclass(slots=True)
class Objective:
    """f with its gradients by `wrt` at data; counts what it computes and remembers the last point."""

    f: Expr
    wrt: list[Expr]
    gradients: list[Derivation]
    data: dict[Expr, Any]
    sizes: dict[str, int]
    evaluations: int = 0
    products: int = 0
    first: float | None = None
    last: tuple[Vector, float, Vector] | None = None
    second: list[Expr] = field(default_factory=list)

    def unpack(self, w: Vector) -> dict[Expr, Any]:
        """The parameters in their shapes, from one long vector."""
        found, at = {}, 0
        for x in self.wrt:
            shape = shape_of(x.shape, self.sizes)
            part = w[at:at + shape[0] * shape[1]].reshape(shape)
            found[x] = np.float64(part[0, 0]) if x.is_scalar else part
            at += part.size
        return found

    def pack(self, values: Sequence[Any]) -> Vector:
        return np.concatenate([np.ravel(v) for v in values]).astype(float)

    def compute(self, roots: Sequence[Expr], leaves: Mapping[Expr, Any]) -> list[Any]:
        """The values of `roots`, common parts once."""
        done = {**self.data, **leaves}
        with silence():
            walk(postorder(*roots), done, self.sizes)
        return [done[root] for root in roots]

    def __call__(self, w: Vector) -> tuple[float, Vector]:
        """The value and the gradient. Raises DivergedError where they are no numbers."""
        if self.last is not None and np.array_equal(self.last[0], w):
            return self.last[1], self.last[2]
        self.evaluations += 1
        value, *parts = self.compute([self.f, *(d.expr for d in self.gradients)], self.unpack(w))
        g = self.pack(parts)
        self.first = float(value) if self.first is None else self.first
        scale = max(1.0, abs(self.first))
        if not np.isfinite([value, *g]).all() or value > BLOWN * scale or value < -BOTTOMLESS * scale:
            raise DivergedError
        self.last = w.copy(), float(value), g
        return float(value), g

    def value(self, w: Vector) -> float:
        self.evaluations += 1
        return float(self.compute([self.f], self.unpack(w))[0])

    def product(self, w: Vector, v: Vector) -> Vector:
        """The Hessian operator: the differential of the gradients in the direction `v`."""
        if not self.second:
            self.second = [differential(d.expr, {x: seed(x) for x in self.wrt}) for d in self.gradients]
        self.products += 1
        moves = {seed(x): part for x, part in self.unpack(v).items()}
        return self.pack(self.compute(self.second, {**self.unpack(w), **moves}))


def objective(expr: str, wrt: Sequence[str], data: Mapping[str, Array], start: Mapping[str, Array], *,
              sizes: Mapping[str, int] | None = None, random: int = 0, **reading: Any) -> tuple[Objective, Vector]:
    """The function to minimise, and where to start: `start`, else zeros for vectors and small random matrices.

    Raises InputError for what cannot be read or is no scalar, and for values that are missing or do not fit.
    """
    reading["variables"] = declarations({**data, **start}, reading.get("variables") or {})
    gradients = [derive.grad(expr, name, **reading) for name in wrt]
    problem = gradients[0].problem
    names = {name: problem.settled(problem.variables[name].expr) for name in used(problem.elaborated)}
    unknown([*data, *start], list(names), expr)
    unknowns = [d.problem.settled(d.problem.wrt[0]) for d in gradients]
    if bent := next((x for x in unknowns if "orthogonal" in x.data.props), None):
        raise _no_line(bent, expr)
    absent = [name for name, x in names.items() if x not in unknowns and name not in data]
    if absent:
        raise missing(absent, expr, "--data")
    known, found = bind({names[name]: value for name, value in {**data, **start}.items()}, sizes)
    open_sizes = sorted({name for x in names.values() for dim in x.shape for name in dim_names(dim)} - set(found))
    if open_sizes:
        raise fail("M1002", f"the size {open_sizes[0]} is not known", expr, fixes=(f"--size {open_sizes[0]}=3",))
    given = {x: value for x, value in known.items() if x in unknowns}
    f = Objective(problem.settled(problem.f), unknowns, gradients, known, found)
    rng = np.random.default_rng(random)
    return f, f.pack([given[x] if x in given else _start(x, shape_of(x.shape, found), rng) for x in unknowns])


def _no_line(x: Expr, expr: str) -> MatcalcError:
    name = x.data.name
    return fail("M0514", f"a straight step leaves {name}'*{name} = I, so {name} cannot be declared orthogonal here; "
                "grad gives the Riemannian gradient for a descent with a retraction", expr, error=NoRuleError)


def _start(x: Expr, shape: tuple[int, int], rng: np.random.Generator) -> Any:
    """A point of the declared structure. Equal columns of a weight matrix would stay equal, so these are random."""
    if {"positive", "nonnegative"} & x.data.props:
        start = np.ones(shape)
    elif {"spd", "invertible"} & x.data.props:
        start = np.eye(*shape)
    elif 1 in shape:
        start = np.zeros(shape)
    else:
        start = rng.standard_normal(shape) / np.sqrt(shape[0])
    return project(start, start, x.data.props)
