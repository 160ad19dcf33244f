"""Content MathML, which says what is applied to what: translated into the language's plain spelling.

Also SymPy's, where an operation may be an element around its operands, <transpose><ci>A</ci></transpose>, and an
inverse has an extra <cn>-1</cn>.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from os import path

from matcalc.formats.mapped_pieces import Piece, Pieces, filled, text_of, unread
from matcalc.formats.markup import Element


@cache
def elements() -> tuple[dict[str, str], dict[str, dict[int, str]]]:
    """What elements become: the signs between any number of operands, and templates by the number of operands."""
    between: dict[str, str] = {}
    known: dict[str, dict[int, str]] = {}
    with open(path.join(path.dirname(__file__), "content.txt"), encoding="utf-8") as stream:
        for row in stream.read().splitlines():
            names, _, said = row.partition(" = ")
            if names[:1] in ("", "#"):
                continue
            if names.endswith("(*)"):
                between |= dict.fromkeys(names[:-3].split(), said.strip("|"))
            else:
                for name in names[:-3].split():
                    known.setdefault(name, {})[int(names[-2])] = said
    return between, known


def is_content(tag: str) -> bool:
    """Whether an element is one of content MathML."""
    between, known = elements()
    return tag in between or tag in known or tag in _OTHERS


_OTHERS = frozenset(["apply", "ci", "cn", "matrix", "matrixrow", "vector", "infinity", "root", "sum", "product",
                     *("exponentiale", "pi")])
_LEAVES = {"exponentiale": "e", "pi": "pi"}
Around = Callable[[Element], Pieces]


def content(e: Element, source: str, presented: Around) -> Pieces:
    """An element of content MathML; what a <ci> holds may be `presented`."""
    return _Reader(source, presented).element(e)


class _Reader:
    def __init__(self, source: str, presented: Around) -> None:
        self.source, self.presented = source, presented

    def element(self, e: Element) -> Pieces:
        if e.tag in ("ci", "mi", "csymbol"):
            return self._name(e)
        if e.tag == "cn":
            return self._number(e)
        if e.tag in _LEAVES:
            return [Piece(_LEAVES[e.tag], e.place)]
        if e.tag == "apply":
            if not e.parts:
                raise self._unread(e)
            return self._applied(e.parts[0].tag, e, e.parts[1:])
        if e.tag in ("matrix", "vector"):
            return self._matrix(e)
        if is_content(e.tag):
            return self._applied(e.tag, e, e.parts)
        raise self._unread(e)

    def _unread(self, e: Element) -> Exception:
        return unread(f"<{e.tag}> of content MathML is not read here", self.source, e.place)

    def _name(self, e: Element) -> Pieces:
        if e.parts:
            return [piece for part in e.parts for piece in self.presented(part)]
        text = e.words.replace("−", "-")
        bold = e.attributes.get("mathvariant", "") == "bold"
        if text == "T":
            raise unread("a variable T: its name is that of the transpose here; rename it", self.source, e.place)
        if len(text) > 1 and text.isalpha() and text.isascii():
            return [Piece(text, e.place)]
        if not text or not text[0].isalpha():
            raise unread(f"“{text}” is no name here", self.source, e.place)
        return [Piece(rf"\mathbf{{{text}}}" if bold else text, e.place)]

    def _number(self, e: Element) -> Pieces:
        text = e.words.replace("−", "-")
        kind = e.attributes.get("type", "real")
        parts = [part for part in e.parts if part.tag == "sep"]
        if not parts and kind in ("real", "integer", "double") and text.lstrip("-").replace(".", "", 1).isdigit():
            return [Piece(f"({text})" if text.startswith("-") else text, e.place)]
        raise unread(f"the number “{text}” of content MathML is not read", self.source, e.place)

    def _applied(self, name: str, e: Element, parts: list[Element]) -> Pieces:
        if name in ("sum", "product"):
            return self._over(name, e, parts)
        if name == "root":
            return self._root(e, parts)
        if name == "log" and any(part.tag == "logbase" for part in parts):
            raise unread("a logarithm with a base is not read", self.source, e.place)
        args = [self.element(part) for part in parts]
        if name == "inverse" and len(args) == 2 and text_of(args[1]) == "(-1)":
            args.pop()  # SymPy's
        between, known = elements()
        if len(args) in known.get(name, {}):
            return filled(known[name][len(args)], args, e.place)
        if name in between and args:
            return self._joined(between[name], args, e)
        return self._word(name, e, parts, args)

    def _joined(self, sign: str, args: list[Pieces], e: Element) -> Pieces:
        made: Pieces = [Piece("(", e.place)]
        for k, arg in enumerate(args):
            made += [Piece(sign, e.place)] if k else []
            made += arg
        return [*made, Piece(")", e.place)]

    def _word(self, name: str, e: Element, parts: list[Element], args: list[Pieces]) -> Pieces:
        first = e.parts[0] if e.tag == "apply" and e.parts else e
        word = first.words if name in ("ci", "csymbol") else ""
        if not word.isalpha() or len(word) < 2 or not args:
            raise unread(f"<{name}/> of content MathML, here with {len(parts)} operands, is not read", self.source,
                         first.place)
        inner = [piece for k, arg in enumerate(args) for piece in [*([Piece(", ", e.place)] if k else []), *arg]]
        return [Piece(f"{word}(", first.place), *inner, Piece(")", e.place)]

    def _root(self, e: Element, parts: list[Element]) -> Pieces:
        degree = [part for part in parts if part.tag == "degree"]
        args = [self.element(part) for part in parts if part.tag != "degree"]
        if len(args) != 1 or (degree and len(degree[0].parts) != 1):
            raise self._unread(e)
        if degree:
            return filled("(#1)^(1/(#2))", [args[0], self.element(degree[0].parts[0])], e.place)
        return filled(r"\sqrt(#1)", args, e.place)

    def _over(self, name: str, e: Element, parts: list[Element]) -> Pieces:
        found = {part.tag: part for part in parts if part.tag in ("bvar", "lowlimit", "uplimit")}
        bodies = [part for part in parts if part.tag not in found]
        if len(found) != 3 or len(bodies) != 1 or any(len(part.parts) != 1 for part in found.values()):
            raise self._unread(e)
        args = [self.element(found[tag].parts[0]) for tag in ("bvar", "lowlimit", "uplimit")]
        return filled(rf"(\{'sum' if name == 'sum' else 'prod'}_{{#1=#2}}^{{#3}} (#4))",
                      [*args, self.element(bodies[0])], e.place)

    def _matrix(self, e: Element) -> Pieces:
        rows = [row.parts if row.tag == "matrixrow" else [row] for row in e.parts]
        made: Pieces = [Piece("[", e.place)]
        for k, row in enumerate(rows):
            made += [Piece("; ", e.place)] if k else []
            for j, cell in enumerate(row):
                made += [Piece(", ", e.place)] if j else []
                made += self.element(cell)
        return [*made, Piece("]", e.place)]
