"""What is the matter with a wrong claim, as data: a kind, a sentence, and the formulas that the sentence names."""

from __future__ import annotations

from dataclasses import dataclass

from matcalc.core.expr import Expr


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`text` has a place {} for each of `formulas`. `kind` is one word: transpose, factor, sign, term, shape, …"""

    kind: str
    text: str
    formulas: tuple[Expr, ...] = ()

    def said(self, dialect: str = "ascii") -> str:
        """The sentence, with its formulas in the notation `dialect`."""
        from matcalc.printers import text

        return self.text.format(*(text(e, dialect) for e in self.formulas)) if self.formulas else self.text
