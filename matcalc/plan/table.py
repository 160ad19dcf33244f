"""Target files: how a language spells each kernel, and what stands around, as text.

A line `NAME  LEVEL  TEXT` of the section [kernels] is one kernel, its operands {0}, {1}; LEVEL says how tightly TEXT
binds. NAME may end with what the operands and the result are, as matcalc/plan/variants.py says. Lines `KEY = VALUE`
stand before the first section and in [frame], [draws], …; a section [helper NAME] is a definition that a program
carries when a kernel uses NAME, a section [text NAME] one of several lines as they stand. Indented lines go on with
the one before. A target with a `base` is that one but for what its own file says; what its section [conjugated]
names, kernels and helpers of the base, are meant with other words, `words = OLD => NEW; …`: ᴴ for each transpose.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import cache
from os.path import dirname, exists, join

from matcalc.records import NamedTuple

FOLDER = join(dirname(dirname(__file__)), "targets")  # pathlib would take a tenth of a start
LEVELS = {word: k for k, word in enumerate("any both compare sum product tight sign power postfix call".split())}
CALL = LEVELS["call"]
_SIGNS = {sign: LEVELS[level] for level, signs in (("any", "? :"), ("compare", "< > <= >= == !="), ("sum", "+ -"), (
    "product", "* / .* ./ @ \\"), ("tight", "%*%"), ("power", "^ .^")) for sign in signs.split()}
_HOLE = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[^\W\d]\w*")


class Row(NamedTuple):
    """The text of a kernel, cut at its holes; how tightly it binds; how tightly each hole must bind."""

    pieces: tuple[str, ...]
    holes: tuple[str, ...]
    level: int
    needs: tuple[int, ...]

    @property
    def text(self) -> str:
        """As it stands in the file."""
        return "".join(p + (f"{{{h}}}" if h else "") for p, h in zip(self.pieces, (*self.holes, ""), strict=True))


class Rows(Mapping[str, Row]):
    """Rows by name, each cut at its holes when it is first looked at."""

    def __init__(self) -> None:
        self.raw: dict[str, tuple[str, str]] = {}
        self._cut: dict[str, Row] = {}

    def __getitem__(self, name: str) -> Row:
        if name not in self._cut:
            self._cut[name] = _row(*self.raw[name])
        return self._cut[name]

    def __contains__(self, name: object) -> bool:
        return name in self.raw

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)


class Abilities(NamedTuple):
    """What a target can do: the names of its kernels, whether arrays have two axes at most, which functions are
    kernels although their templates could be said in others, and whether a compiler fuses what goes entry by entry."""

    names: Container[str] = frozenset()
    flat: bool = False
    native: frozenset[str] = frozenset()
    fuses: bool = False


NONE = Abilities()


class Table(NamedTuple):
    """A target file."""

    name: str
    settings: Mapping[str, str]
    kernels: Mapping[str, Row]
    in_place: Mapping[str, Row]
    sections: Mapping[str, Mapping[str, str]]
    helpers: Mapping[str, str]

    @property
    def abilities(self) -> Abilities:
        """What it can do."""
        flat = self.settings.get("axes") == "2" or "flat" in self.settings
        native = frozenset(self.settings.get("native", "").split())
        return Abilities(self.kernels, flat, native, "fuses" in self.settings)


class TargetFileError(Exception):
    """A target file that cannot be read."""


@cache
def table(name: str) -> Table:
    """The target of this name. Raises KeyError where there is none."""
    path = join(FOLDER, f"{name}.target")
    if not re.fullmatch(r"[a-z_-]+", name) or not exists(path):
        raise KeyError(name)
    with open(path, encoding="utf-8") as file:
        found = read(file.read(), name)
    return _upon(table(found.settings["base"]), found) if "base" in found.settings else found


def _upon(base: Table, own: Table) -> Table:
    """A target that is another one but for what it states."""
    kernels, in_place = Rows(), Rows()
    base = _conjugated(base, own.sections.get("conjugated", {}))
    kernels.raw, in_place.raw = ({**getattr(base, of).raw, **getattr(own, of).raw} for of in ("kernels", "in_place"))
    sections = {key: {**base.sections.get(key, {}), **own.sections.get(key, {})}
                for key in dict.fromkeys((*base.sections, *own.sections))}
    changed = " ".join(text for name, text in own.helpers.items() if name in base.helpers)
    first = {name: text for name, text in own.helpers.items()  # what these call stands before them
             if name not in base.helpers and re.search(rf"\b{name}\b", changed)}
    return Table(own.name, {**base.settings, **own.settings}, kernels, in_place, sections,
                 {**first, **base.helpers, **own.helpers})


def _conjugated(base: Table, said: Mapping[str, str]) -> Table:
    """The base with other words in what is named."""
    if not said:
        return base
    words = [(old.strip(), new.strip()) for old, _, new in (pair.partition("=>") for pair in said["words"].split(";"))]
    names = {*said["names"].split()}

    def changed(text: str) -> str:
        for old, new in words:
            pattern = rf"\b{old}\b" if old.isidentifier() else re.escape(old)
            text = re.sub(pattern, lambda _, new=new: new, text)  # type: ignore[misc]
        return text

    kernels = Rows()
    kernels.raw = {key: (changed(row), level) if re.split(r"[:>]", key)[0] in names else (row, level)
                   for key, (row, level) in _raw(base).items()}
    return base._replace(kernels=kernels, helpers={
        name: changed(text) if name in names else text for name, text in base.helpers.items()})


def _raw(table: Table) -> dict[str, tuple[str, str]]:
    assert isinstance(table.kernels, Rows)
    return table.kernels.raw


def helpers(text: str, name: str) -> dict[str, str]:
    """The definitions of a target that a text calls, and those that these call."""
    known = table(name).helpers
    needed: dict[str, str] = {}
    todo = [text]
    while todo:
        words = {word for word in _WORD.findall(todo.pop()) if word in known and word not in needed}
        needed |= {word: known[word] for word in words}
        todo += [known[word] for word in words]
    return needed


def read(text: str, name: str) -> Table:
    """A target file. Raises TargetFileError, with the line."""
    sections: dict[str, dict[str, str]] = {"": {}}
    kernels, in_place = Rows(), Rows()
    raw: dict[str, dict[str, list[str]]] = {"helper": {}, "text": {}}
    section, key = "", ""
    for number, line in enumerate(text.split("\n"), 1):
        kind, _, word = section.partition(" ")
        if kind in raw and not line.startswith("["):
            raw[kind][word].append(line)
        elif not line.strip() or line.startswith("#"):
            continue
        elif line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
            kind, _, word = section.partition(" ")
            if kind in raw:
                raw[kind][word] = []
            else:
                sections.setdefault(section, {})
        elif line.startswith(" ") and key:
            sections[section][key] += "\n" + line.strip()
        elif section in ("kernels", "in place"):
            word, level, row = (*line.split(None, 2), "", "")[:3]
            if level not in LEVELS:
                raise TargetFileError(f"{name}.target, line {number}: “{level}” is not a level")
            (kernels if section == "kernels" else in_place).raw[word] = row, level
        else:
            key, equals, value = (part.strip() for part in line.partition(" ="))
            if not equals:
                raise TargetFileError(f"{name}.target, line {number}: a line reads KEY = VALUE")
            sections[section][key] = value
    helpers, texts = ({k: "\n".join(v).strip("\n") for k, v in raw[kind].items()} for kind in ("helper", "text"))
    return Table(name, sections[""], kernels, in_place, {**sections, "text": texts}, helpers)


def _side(text: str, at: int) -> int:
    """How tightly the operator at an end of a text binds; a bracket or a comma does not."""
    word = (text.split() or [","])[at]
    sign = word if word in _SIGNS else word[-1:] if at else word[:1]
    return _SIGNS.get(sign, 0 if sign in ("(", ")", ",") else CALL)


def _row(text: str, level: str) -> Row:
    parts = _HOLE.split(text)
    pieces, holes = tuple(parts[::2]), tuple(parts[1::2])
    own = LEVELS[level]
    needs = tuple(_need("x".join(pieces[:k + 1]), pieces[k + 1], own, first=k == 0 and not pieces[0])
                  for k in range(len(holes)))
    return Row(pieces, holes, own, needs)


def _need(before: str, after: str, level: int, first: bool) -> int:
    """How tightly what stands in a hole must bind: in brackets anything does, in front of a dot or a bracket only a
    name or a call, to the left of a sign what binds as tightly as the sign."""
    if before.rstrip()[-1:] in ("(", ",", "[") and after.lstrip()[:1] in ("", ")", ",", "]"):
        return 0
    if before.count("(") > before.count(")") and not (after[:2] in (".T", ".'") or after[:1] in ("[", "(", "^")):
        return max(_side(before.rstrip(), -1) + 1 if before[-1:] == " " else 0, _side(after.lstrip(), 0))
    if after[:1] in (".", "[", "'", "("):
        return CALL if after[:2] not in (".*", "./", ".^") else level
    if level == LEVELS["sign"]:
        return LEVELS["product"] + 1
    if level == LEVELS["power"]:
        return LEVELS["power"] + 1
    return level if first else level + 1
