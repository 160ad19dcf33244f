"""A row of a dialect's table: text with holes, and the precedence that decides where brackets stand.

In a row `#0`, `#1` … are the parts, `#a`, `#b` the literal data (`#i`, `#j` the same counted from 0, `#s` as a
superscript, `#p` as so many primes). A row states the precedence of the whole and the least precedence each part may
have without brackets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

ANY, SUM, LOOSE, PRODUCT, POWER, ATOM = range(6)
_HOLE = re.compile(r"(#[0-9a-z])")


@dataclass(frozen=True, slots=True)
class Form:
    """Text between holes, precedence of the whole, needs of the parts (the last one repeats)."""

    pieces: tuple[str, ...]
    level: int
    needs: tuple[int, ...]

    def need(self, i: int) -> int:
        return self.needs[min(i, len(self.needs) - 1)] if self.needs else ANY


@lru_cache(maxsize=1024)
def form(text: str, level: int = ATOM, *needs: int) -> Form:
    return Form(tuple(piece for piece in _HOLE.split(text) if piece), level, needs)
