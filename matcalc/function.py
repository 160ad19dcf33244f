"""What the engine knows about a function: one block of the rules, read only as far as it is used.

The engine handles every function through this record; nothing else in `matcalc/` knows any of them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matcalc.dims import Shape

if TYPE_CHECKING:
    from matcalc.expr import Expr


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name and its shape in dimension names of the block. `kind` is value, index or dimension."""

    name: str
    shape: Shape
    kind: str = "value"
    props: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True)
class Function:
    """One rule block. `form` says how its differential follows (see FORMS); `fields` is its raw text.

    `elaborate(field)` reads one field as an expression in the parameters; results are kept in `templates`.
    """

    name: str
    params: tuple[Param, ...]
    result: Shape
    form: str
    fields: dict[str, str]
    elaborate: Callable[[Function, str], Any]
    order: int = 0
    file: str = ""
    line: int = 0
    templates: dict[str, Any] = field(default_factory=dict)

    def template(self, name: str) -> Expr | None:
        """The field `name` as an expression in the parameters, or None where the block has no such field."""
        if name not in self.fields:
            return None
        if name not in self.templates:
            self.templates[name] = self.elaborate(self, name)
        found: Expr = self.templates[name]
        return found

    def laws(self) -> list[Any]:
        """The block's rewrites, ready to apply to calls of this function."""
        if "law" not in self.templates:
            self.templates["law"] = self.elaborate(self, "law") if "law" in self.fields else []
        found: list[Any] = self.templates["law"]
        return found

    def has(self, word: str) -> bool:
        """Whether `is = …` declares the property `word` (equivariant, invariant, symmetric, nonnegative …)."""
        return word in self.fields.get("is", "").split()

    def __str__(self) -> str:
        return f"{self.name}{self.order or ''}({', '.join(p.name for p in self.params)}:{self.form})"


FORMS = {
    "function": "its differential is the field d, linear in dX",
    "linear": "linear in each parameter that has an adjoint: f(dX)",
    "elementwise": "dF = f'(X) .* dX with the field d = f'(X)",
    "constant": "piecewise constant: dF = 0 wherever it is differentiable",
    "notation": "stands for another expression and expands at once: the field means",
    "unspecified": "an elementwise function nobody defined: its differential is the next derivative",
}
