"""What the engine knows about a function: one block of the rules, read only as far as it is used.

The engine handles every function through this record; nothing else in `matcalc/` knows any of them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matcalc.core.dims import Shape

if TYPE_CHECKING:
    from matcalc.core.expr import Expr


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name and its shape in dimension names of the block. `kind` is value, index or dimension."""

    name: str
    shape: Shape
    kind: str = "value"
    props: frozenset[str] = frozenset()


@dataclass(eq=False, slots=True, weakref_slot=True)
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

    def subject(self, text: str) -> Expr:
        """An expression in the parameters of which the domain says something: cos(X) nonzero."""
        key = f"domain {text}"
        if key not in self.templates:
            self.templates[key] = self.elaborate(self, key)
        found: Expr = self.templates[key]
        return found

    def laws(self, met: Collection[str] | None = None) -> list[Any]:
        """The block's rewrites: all of them, or those that can match where no functions but those `met` occur.

        A law is read when it can match, so that det alone does not read what its laws say of other functions.
        """
        if "law" not in self.fields:
            return []
        if "law" not in self.templates:
            self.templates |= {"law": [], "waiting": self.elaborate(self, "waiting")}
        ready = {text for text, needs in self.templates["waiting"] if met is None or needs <= met}
        if ready:
            self._read(ready)
        found: list[Any] = self.templates["law"]
        return found

    def _read(self, ready: Collection[str]) -> None:
        """Read laws; meanwhile the function has none, for a pattern must not be rewritten by the law it states."""
        known, waiting = self.templates["law"], self.templates["waiting"]
        self.templates |= {"law": [], "waiting": []}
        try:
            texts = [text for text, _ in waiting if text in ready]
            known = [*known, *(law for text in texts for law in self.elaborate(self, f"law {text}"))]
            waiting = [(text, needs) for text, needs in waiting if text not in ready]
        finally:
            self.templates |= {"law": known, "waiting": waiting}

    def field_for(self, word: str, i: int) -> str:
        """The name of the field that states `word`, adjoint or matrix, for the i-th parameter."""
        return word if word in self.fields else f"{word}.{self.params[i].name}"

    @property
    def is_choosy(self) -> bool:
        """Whether a structure is declared of a parameter, which an argument must have."""
        return any(param.props for param in self.params)

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
