"""A target as a language of programs: the rows of its table, with their holes filled."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from os import listdir
from os.path import exists, join

from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail, listed
from matcalc.plan.table import FOLDER, Table, table

COMPLEX = "-complex"  # how the table of a target for complex numbers is called
_HOLE = re.compile(r"\{(\w+)\}")


class Language:
    """The rows of a target's table. `dtype` is what functions convert their arguments to, '' where floats stay."""

    def __init__(self, rows: Table, dtype: str = "") -> None:
        self.rows, self.dtype = rows, dtype
        self.name, self.title = rows.settings["name"], rows.settings["title"]
        words = rows.sections["frame"].get("reserved", "").split()
        self.called = frozenset(rows.sections["frame"].get("called", "").split())  # no names for functions
        self.reserved = frozenset([*words, *(_python() if "PYTHON" in words else ())])

    def has(self, section: str, key: str) -> bool:
        """Whether there is such a row."""
        return key in self.rows.sections.get(section, {})

    def say(self, section: str, key: str, **holes: object) -> str:
        """A row with its holes filled; braces that are no hole stay."""
        return _HOLE.sub(lambda found: str(holes.get(found[1], found[0])), self.rows.sections[section][key])

    def ranked(self, section: str, key: str, rank: int, **holes: object) -> str:
        """The row for values with so many axes, where there is one of its own."""
        own = f"{key} {rank}"
        return self.say(section, own if self.has(section, own) else key, **holes)

    def assign(self, names: Sequence[str], value: str, rank: int = 0, kind: str = "") -> str:
        """One value or several; there are rows of their own for a `kind` of value that is no array of numbers."""
        for key in (f"assign {kind} {rank}", f"assign {kind}") if kind else ():
            if self.has("statements", key):
                return self.say("statements", key, name=names[0], value=value)
        if len(names) > 1 and self.has("statements", "assign several"):
            return self.say("statements", "assign several", names=", ".join(names), value=value)
        return self.ranked("statements", "assign", rank, name=", ".join(names), value=value)

    def call(self, name: str, given: Sequence[str], named: Sequence[str] = (), last: Sequence[str] = ()) -> str:
        """The sizes that no argument determines go by name."""
        return f"{name}({', '.join([*given, *(self.say('statements', 'named', name=n) for n in named), *last])})"

    def length(self, array: str, axis: int, rank: int = 0) -> str:
        """The size of an array along an axis."""
        if rank == 1 and self.has("statements", "length vector"):
            return self.say("statements", "length vector", array=array)
        return self.ranked("statements", "length", axis, array=array, axis=axis, axis1=axis + 1)

    def lengths(self, array: str) -> str:
        """All sizes of an array, '' where there is no word for it."""
        return self.say("statements", "lengths", array=array) if self.has("statements", "lengths") else ""

    def divided(self, size: str, by: object) -> str:
        """A whole division."""
        return self.say("statements", "divided", size=size, by=by)

    def smaller(self, a: str, b: str) -> str:
        """The smaller one of two sizes."""
        return self.say("statements", "smaller", a=a, b=b)

    def names_results(self, count: int) -> bool:
        """Whether a function with so many results gives each a name before it returns."""
        word = self.rows.sections["frame"].get("named results", "")
        return bool(word) and (word != "several" or count > 1)

    def described(self, axes: Sequence[Dim], is_complex: bool = False) -> str:
        """The kind of value that the caller gives or gets."""
        if is_complex:
            return f"a complex {self.described(axes).split(maxsplit=1)[1]}"
        if not axes:
            return "a number"
        if self.has("described", str(min(len(axes), 3))):
            return self.say("described", str(min(len(axes), 3)), sizes=self.product(axes))
        sizes = ", ".join(map(format_dim, axes))
        return f"an array ({sizes}{',' if len(axes) == 1 else ''})"

    def product(self, axes: Sequence[Dim]) -> str:
        """m×n, with the sign that the language can print."""
        return self.rows.settings.get("times", "×").replace("_", " ").join(map(format_dim, axes))

    def converts(self) -> bool:
        """Whether arguments can be made floats of the kind that is wanted."""
        ways = [f"to {self.dtype}", "begin to", "alone to"]
        return not self.dtype or self.has("text", f"floats {self.dtype}") or any(
            self.has("arguments", way) for way in ways)

    def indented(self, text: str) -> str:
        """One step to the right; empty lines stay empty."""
        step = " " * int(self.rows.sections["frame"]["indent"])
        return "\n".join(step + line if line else "" for line in text.split("\n"))


def for_numbers(target: Language, leaves: Iterable[Expr], source: str) -> Language:
    """The target, for complex arguments as its own table of these has it. Raises NoRuleError where it has none."""
    x = next((x for x in leaves if x.complex), None)
    if x is None or target.name.endswith(COMPLEX):
        return target
    if not exists(join(FOLDER, f"{target.name}{COMPLEX}.target")):
        others = [name.removesuffix(f"{COMPLEX}.target") for name in sorted(listdir(FOLDER)) if COMPLEX in name]
        raise fail("M1512", f"{x.data.name} is complex, and there is no code for complex numbers in {target.title}; "
                   f"there is for {listed(others)}", source, fixes=tuple(f"--to {name}" for name in others),
                   error=NoRuleError)
    return language(f"{target.name}{COMPLEX}", target.dtype)


def _python() -> list[str]:
    """What Python has a meaning for already."""
    return [*dir(builtins), *keyword.kwlist]


def language(name: str, dtype: str = "") -> Language:
    """The target of this name. Raises KeyError where there is none."""
    return Language(table(name), dtype)
