"""Python identifiers for variables, dimensions and intermediate results, each used once."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from matcalc.core.expr import CALL, CHAIN, MATPOW, TRACE, TRANSPOSE, Expr
from matcalc.printers.names import ascii_name

_RESERVED = {"np", "scipy", "arrays", "comparisons", "rng", "difference", *dir(builtins), *keyword.kwlist}
LONGEST = 16


class Identifiers:
    """Gives every name an identifier that nothing else has."""

    def __init__(self, taken: Iterable[str] = _RESERVED) -> None:
        self.taken = set(taken)
        self.counter = 0

    def inner(self) -> Identifiers:
        """For names inside one function: what is taken outside stays taken, what is new stays inside."""
        return Identifiers(self.taken)

    def new(self, name: str) -> str:
        """`name` if it is free, else with a mark behind it: lambda_, n_2."""
        plain = unicodedata.normalize("NFKD", ascii_name(name))
        base = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "" for c in plain) or "v"
        found, i = base, 1
        while found in self.taken or not found.isidentifier():
            found = f"{base}_" if i == 1 else f"{base}_{i}"
            i += 1
        self.taken.add(found)
        return found

    def temporary(self, wish: str) -> str:
        """`wish` if it is free and short, else t1, t2, …"""
        if wish and len(wish) <= LONGEST and wish.isidentifier() and wish not in self.taken:
            self.taken.add(wish)
            return wish
        while True:
            self.counter += 1
            if f"t{self.counter}" not in self.taken:
                self.taken.add(f"t{self.counter}")
                return f"t{self.counter}"


def wish(e: Expr, names: dict[Expr, str]) -> str:
    """A telling identifier for a result: inv_AX for (A X)⁻¹, exp_x for exp(x); '' where none is short."""
    inner = [names.get(arg, "") for arg in e.args]
    if not inner or not all(inner):
        return ""
    if e.kind is CHAIN:
        return "".join(inner) if all(len(name) <= 3 for name in inner) else ""
    if e.kind is TRANSPOSE:
        return f"{inner[0]}t"
    if e.kind is MATPOW:
        return f"inv_{inner[0]}" if e.data == -1 else ""
    if e.kind is CALL:
        return f"{e.data.name}_{inner[0]}"
    return f"tr_{inner[0]}" if e.kind is TRACE else ""
