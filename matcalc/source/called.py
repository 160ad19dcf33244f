"""Names in the formula: those of the program where they mean nothing else, and `:=` for what it names on the way."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from matcalc.language.vocabulary import RESERVED, name_of
from matcalc.source import leaf as pieces
from matcalc.source.broadcast import Array, World
from matcalc.source.leaf import Leaf


def plain_name(name: str) -> str:
    """A name of the program as the language spells it: W1 is W_1, fc.weight is fc_weight."""
    return name_of(name.replace(".", "_"))


def safe(name: str, taken: Collection[str], functions: frozenset[str]) -> str:
    """A name for the formula: the same where it means nothing else, else without its underscores, else numbered."""
    def is_free(text: str) -> bool:
        base = re.split(r"[_\d]", text)[0]
        words = {word for word in (base, text) if len(word) > 1}
        return bool(base) and text not in taken and not words & (functions | RESERVED | _OWN)

    plain = name_of(name.strip("_") or "x")
    for text in (plain, plain.replace("_", "")):
        if re.fullmatch(r"[^\W\d_][^\W_]*(?:_[^\W_]+)*", text) and is_free(text):
            return text
    letter = next((c for c in name if c.isalpha()), "x")
    return next(text for i in range(1, 1000) if is_free(text := f"{letter}_{i}"))


_OWN = frozenset({"pi", "ones", "zeros", "eye", "sum", "where", "inf", "max", "min", "tr"})


class Bindings:
    """Names of the program for what it computes on the way, as `:=` in the formula."""

    def __init__(self, world: World, taken: set[str], functions: frozenset[str]) -> None:
        self.world, self.taken, self.functions = world, taken, functions
        self.bound: list[tuple[str, str]] = []

    def named(self, name: str, value: Any) -> Any:
        """The value under a name of the formula, where it is a formula of its own."""
        if not isinstance(value, Array) or len(value.keys) > 2 or any(isinstance(key, str) for key in value.keys):
            return value
        found = self.world.single(value)
        if len(found.text) < 4 or re.fullmatch(r"[\w.⟨⟩]*", found.text):
            return value
        called = safe(name, self.taken, self.functions)
        self.taken.add(called)
        self.bound.append((called, found.text))
        return replace(value, terms=((Leaf(called, pieces.ATOM, found.keys),),))

    def used(self, text: str) -> list[tuple[str, str]]:
        """The names that `text` needs, in order."""
        needed = set(re.findall(r"[^\W\d]\w*", text))
        found: list[tuple[str, str]] = []
        for name, value in reversed(self.bound):
            if name in needed:
                found.append((name, value))
                needed |= set(re.findall(r"[^\W\d]\w*", value))
        return found[::-1]
