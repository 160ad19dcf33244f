"""Dimensions as people write them: 3, n, 2n, m*n, n+1, n(n+1)/2, min(m,n)."""

from __future__ import annotations

import re
from collections.abc import Callable

from matcalc.core.dims import Dim, named, over, smaller, subtract

_TOKEN = re.compile(r"\s*(\d+|[^\W\d]\w*|\S)")
_LEAST = "min"


def read_dim(text: str, name: Callable[[str], str] = str, has_signs: bool = False) -> Dim | None:
    """The dimension that `text` spells, `name` telling what a name is called; None where it is no dimension.

    A product needs no sign, 2n and m(n+1), unless it `has_signs`; what is divided has to come out whole for all sizes.
    """
    reader = _Reader(_TOKEN.findall(text), name, has_signs)
    found = reader.total()
    return found if not reader.left else None


class _Reader:
    """What is `left` of the tokens, the next one last."""

    def __init__(self, tokens: list[str], name: Callable[[str], str], has_signs: bool) -> None:
        self.left = tokens[::-1]
        self.name, self.has_signs = name, has_signs

    def _taken(self, *wanted: str) -> str:
        return self.left.pop() if self.left and self.left[-1] in wanted else ""

    def total(self) -> Dim | None:
        """A sum; None where something else stands."""
        found: Dim | None = 0
        sign = self._taken("+", "-") or "+"
        while sign and found is not None:
            term = self._term()
            found = None if term is None else found + term if sign == "+" else subtract(found, term)
            sign = self._taken("+", "-")
        return found

    def _term(self) -> Dim | None:
        found = self._factor()
        while found is not None and self.left and self.left[-1] not in ("+", "-", ")", ","):
            if self._taken("/"):
                below = self._factor()
                found = over(found, below) if isinstance(below, int) and below else None
                continue
            factor = self._factor() if self._taken("*") or not self.has_signs else None
            found = None if factor is None else found * factor
        return found

    def _factor(self) -> Dim | None:
        token = self.left.pop() if self.left else ""
        if token.isdecimal():
            return int(token)
        if token == "(" or (token == _LEAST and self._taken("(")):
            parts = [self.total()]
            while token == _LEAST and self._taken(","):
                parts.append(self.total())
            known = [part for part in parts if part is not None]
            return smaller(*known) if len(known) == len(parts) and self._taken(")") else None
        return named(self.name(token)) if re.fullmatch(r"[^\W\d]\w*", token) else None
