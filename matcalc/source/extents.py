"""Sizes of arrays: numbers, names that somebody stated, and sizes that follow from how arrays are used together.

A size that nobody stated is a mark in the text until all equations between sizes are known. Two stated names are two
sizes: nothing here makes them equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from matcalc.source.refusal import SHAPES, RefusalError

Dim = int | str
_MARK = r"⟨\d+⟩"
_LETTERS = ("n", "m", "p", "q", "k", "d", "r", "l", "h", "s", "t", "u")


class Dims:
    """What is known of the sizes in one function."""

    def __init__(self) -> None:
        self._found: dict[str, Dim] = {}
        self._count = 0
        self._preferred: dict[str, str] = {}

    def fresh(self) -> str:
        """A size of which nothing is known."""
        self._count += 1
        return f"⟨{self._count}⟩"

    def find(self, dim: Dim) -> Dim:
        """What `dim` is known to be."""
        while isinstance(dim, str) and dim in self._found:
            dim = self._found[dim]
        if isinstance(dim, str) and not re.fullmatch(_MARK, dim):
            return _collected(re.sub(_MARK, lambda mark: str(self._found.get(mark[0], mark[0])), dim))
        return dim

    def same(self, a: Dim, b: Dim, what: str = "these sizes") -> Dim:
        """Make two sizes one. Raises RefusalError where both are stated and different."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return a
        for one, other in ((a, b), (b, a)):
            if isinstance(one, str) and re.fullmatch(_MARK, one):
                self._found[one] = other
                return other
        for one, other in ((a, b), (b, a)):
            match = re.fullmatch(rf"({_MARK}) ([-+]) (\d+)", str(one))
            if match and match[1] not in str(other):  # ⟨1⟩ - 1 is d: ⟨1⟩ is d + 1
                less = int(match[3]) if match[2] == "-" else -int(match[3])
                self._found[match[1]] = other + less if isinstance(other, int) else _plus(other, less)
                return other
        raise RefusalError(SHAPES, f"{what} do not fit: {self.shown(a)} and {self.shown(b)}")

    def prefer(self, dim: Dim, name: str) -> None:
        """Call a size by the name that the program has for it, if it gets no other."""
        dim = self.find(dim)
        if isinstance(dim, str) and re.fullmatch(_MARK, dim) and name not in self._preferred.values():
            self._preferred.setdefault(dim, name)

    def shown(self, dim: Dim) -> str:
        """A size in a message."""
        dim = str(self.find(dim))
        return "?" if re.fullmatch(_MARK, dim) else dim

    def names(self, texts: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
        """A name for every mark that is left in `texts`."""
        used = set(taken)
        found: dict[str, str] = {}
        wishes = {str(self.find(mark)): name for mark, name in reversed(self._preferred.items())}
        for mark in dict.fromkeys(mark for text in texts for mark in re.findall(_MARK, self.resolved(text))):
            wish = [wishes[mark]] if mark in wishes else []
            pool = (*wish, *_LETTERS, *(f"n_{i}" for i in range(1, 100)))
            found[mark] = next(name for name in pool if name not in used)
            used.add(found[mark])
        return found

    def resolved(self, text: str) -> str:
        """`text` with all sizes that are known."""
        return re.sub(_MARK, lambda mark: str(self.find(mark[0])), text)


def _collected(text: str) -> Dim:
    """d + 1 - 1 is d."""
    match = re.fullmatch(r"(\S+ [-+] \d+) ([-+]) (\d+)", text)
    whole = re.fullmatch(r"(\d+) ([-+]) (\d+)", text)
    if whole:
        return int(whole[1]) + int(whole[2] + whole[3])
    return _plus(match[1], int(match[2] + match[3])) if match else text


def _plus(a: str, k: int) -> Dim:
    """A named size and a number: m - 1 and 1 is m."""
    match = re.fullmatch(r"(\S+) ([-+]) (\d+)", a)
    base, have = (match[1], int(match[2] + match[3])) if match else (a, 0)
    total = have + k
    return f"{base} {'+' if total > 0 else '-'} {abs(total)}" if total else base


def plus(a: Dim, b: Dim) -> Dim:
    """The sum of two sizes."""
    return a + b if isinstance(a, int) and isinstance(b, int) else f"{a} + {b}"


def times(a: Dim, b: Dim) -> Dim:
    """The product of two sizes."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    return b if a == 1 else a if b == 1 else f"{_factor(a)}*{_factor(b)}"


def minus(a: Dim, b: int) -> Dim:
    """A size less a number."""
    return a - b if isinstance(a, int) else a if b == 0 else f"{a} - {b}"


def _factor(a: Dim) -> str:
    return f"({a})" if " " in str(a) else str(a)
