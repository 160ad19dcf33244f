"""What the field `domain` of a rule may say, and how an argument is drawn from it: DOMAIN is the whole list.

A clause says a word of parameters, `X positive`, or of an expression in them, `det(X) nonzero`; clauses are separated
by semicolons. Parameters are drawn as the word demands; of an expression it is tested, and the draw repeated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcalc.core.expr import VAR, Expr, Variable, node
from matcalc.core.function import Function
from matcalc.numeric.draws import Array, Mode, Rng, draw
from matcalc.numeric.sizes import Sizes

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


def _near_identity(leaf: Expr, rng: Rng, sizes: Sizes) -> Any:
    """All eigenvalues in the right half plane, no symmetry."""
    value = generic(leaf, rng, sizes)
    if np.ndim(value) == 0:
        return 1.5 + 0.4 * value
    return 1.5 * np.eye(len(value)) + 0.4 * value if value.shape[0] == value.shape[1] else value


generic = declared()
DOMAIN: dict[str, Draw] = {
    "positive": declared("positive"),
    "nonzero": _uniform(0.4, 2.0),
    "between -1 and 1": _uniform(-0.9, 0.9),
    "integer": declared("integer"),
    "sym": declared("sym"),
    "spd": declared("spd"),
    "orthogonal": declared("orthogonal"),
    "invertible": declared("invertible"),
    "invertible for the derivative": declared("invertible"),
    "nonzero for the derivative": _uniform(0.4, 2.0),
    "of full rank": generic,
    "of full rank for the derivative": generic,
    "of constant rank": generic,
    "without eigenvalue on the negative real axis": _near_identity,
    "without common eigenvalue": _near_identity,
}
HOLDS: dict[str, Callable[[Array], bool]] = {
    "positive": lambda x: float(np.min(x)) > 0.1,
    "nonzero": lambda x: float(np.min(np.abs(x))) > 0.2,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition: its subject, and the word that is said of it; "" where DOMAIN has none that fits."""

    subject: str
    word: str

    def names(self) -> list[str]:
        return [name for name in re.findall(r"[^\W\d]\w*", self.subject) if name != "and"]

    def concerns_only(self, known: set[str]) -> bool:
        return set(self.names()) <= known


def clauses(function: Function) -> list[Clause]:
    return [_clause(text.strip()) for text in function.fields.get("domain", "").split(";") if text.strip()]


def _clause(text: str) -> Clause:
    word = max((word for word in DOMAIN if text.endswith(" " + word)), key=len, default="")
    return Clause(text.removesuffix(word).strip(), word)
