"""MathML as a tree: elements with their attributes, texts with their places in what was pasted.

HTML's parser takes what pages have, prefixes of namespaces, named characters and all; nothing is fetched or expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

from matcalc.diagnostics import Span
from matcalc.formats.mapped_pieces import unread

_DEEPEST = 200
_VOID = frozenset(["mspace", "mprescripts", "none", "malignmark", "maligngroup"])


class Element:
    """`tag` is the name without prefix; `parts` are elements; `text` is what stands directly in it, at `place`."""

    def __init__(self, tag: str, attributes: dict[str, str], place: Span) -> None:
        self.tag, self.attributes, self.place = tag, attributes, place
        self.parts: list[Element] = []
        self.text = ""
        self.around: Element | None = None

    def find(self, *tags: str) -> Iterator[Element]:
        """The elements of these names, the outer ones first."""
        for part in self.parts:
            if part.tag in tags:
                yield part
            yield from part.find(*tags)

    @property
    def words(self) -> str:
        """The text without the blanks around it."""
        return self.text.strip(" \t\n\r\u00a0\u2009\u200b")


class _Tree(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = source
        self.starts = [0]
        for i, char in enumerate(source):
            if char == "\n":
                self.starts.append(i + 1)
        self.root = self.at = Element("", {}, Span(0, len(source)))
        self.depth = 0

    def _here(self) -> int:
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, raw = self._here(), self.get_starttag_text() or ""
        made = Element(tag.rpartition(":")[2], {name: value or "" for name, value in attrs},
                       Span(start, start + len(raw)))
        made.around = self.at
        self.at.parts.append(made)
        if made.tag in _VOID or raw.endswith("/>"):
            return
        self.at = made
        self.depth += 1
        if self.depth > _DEEPEST:
            raise unread(f"MathML with more than {_DEEPEST} elements in each other is not read", self.source,
                         made.place)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        start = self._here()
        place = Span(start, self.source.find(">", start) + 1)
        if name in _VOID:
            return
        if self.at.tag != name or self.at.around is None:
            raise unread(f"this MathML is not well formed: </{name}> closes nothing", self.source, place)
        if self.at.parts or not self.at.text.strip():
            self.at.place = Span(self.at.place.start, place.end)
        self.at = self.at.around
        self.depth -= 1

    def _said(self, text: str, raw: str) -> None:
        start = self._here()
        if not self.at.parts and text.strip(" \t\n\r"):
            lead = len(raw) - len(raw.lstrip(" \t\n\r"))
            first = self.at.place.start if self.at.text.strip(" \t\n\r") else start + lead
            self.at.place = Span(first, start + len(raw.rstrip(" \t\n\r")))
        elif text.strip(" \t\n\r") and self.at.tag not in ("", "annotation"):
            raise unread("text between elements of MathML is not read", self.source, Span(start, start + len(raw)))
        self.at.text += text

    def handle_data(self, data: str) -> None:
        self._said(data, data)

    def handle_entityref(self, name: str) -> None:
        raw = f"&{name};"
        found = unescape(raw)
        if found == raw:
            start = self._here()
            raise unread(f"unknown character {raw} of MathML", self.source, Span(start, start + len(raw)))
        self._said(found, raw)

    def handle_charref(self, name: str) -> None:
        self._said(unescape(f"&#{name};"), f"&#{name};")


def tree(source: str) -> Element:
    """All elements of `source`, below one without a name. Raises InputError where tags do not fit each other."""
    parser = _Tree(source)
    parser.feed(source)
    parser.close()
    if parser.at is not parser.root:
        raise unread(f"this MathML is not well formed: <{parser.at.tag}> is not closed", source, parser.at.place)
    return parser.root
