"""Where a formula in Typst breaks: an equation of its own is as wide as it is written, so each line must fit the page.

Typst sets New Computer Modern, whose widths are TeX's: a formula is as wide as the same one in LaTeX (`tex_width`). A
line that is too wide breaks before a sign, as far outside as it can, never in the argument of a fraction or of a root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.printers.tex_layout import PAGE
from matcalc.printers.tex_width import width as tex_width

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z][A-Za-z.]+|\\.|\s+|.', re.DOTALL)
_CALLS = {"frac": r"\frac", "sqrt": r"\sqrt", "bold": r"\mathbf", "upright": r"\mathrm", "op": r"\operatorname",
          "hat": r"\hat", "macron": r"\bar", "tilde": r"\tilde", "dot": r"\dot", "bb": r"\mathbb"}
_SIGNS = {"times.o": r"\otimes", "dot.o": r"\odot", "slash.o": r"\oslash", "compose": r"\circ", "top": r"\top",
          "thin": r"\,", "quad": r"\quad", "dot": r"\cdot", "dots.h": r"\ldots", "product": r"\prod", "eq": "="}
_CLOSED = frozenset({"frac", "sqrt", "norm", "mat", "op", "bold", "upright", "_", "^"})  # in which no line ends
_BREAKS = frozenset({"+", "-", "times.o", "dot.o"})
_OF_DEPTH, _OF_PRODUCT, _OF_FACTOR = 150.0, 60.0, 120.0  # points of a line that a worse place to break may save


def width(text: str) -> float:
    """How wide a formula is on a line of its own, in points."""
    return tex_width(_as_tex(_TOKEN.findall(text)))


def lines(text: str, first: float = PAGE, rest: float = PAGE) -> list[str]:
    """A formula in lines: the first at most `first` points wide, the others `rest`, where places to break allow it."""
    found: list[str] = []
    room = first
    while width(text) > room:
        places = list(_places(text))
        fits = [place for place in places if width(text[:place[0]]) <= room] or places[:1]
        at, _ = min(fits, key=lambda place: place[1] - width(text[:place[0]]), default=(0, 0.0))
        if not at:
            break
        head, tail = _escaped(text, at)
        found.append(head.rstrip())
        text, room = tail, rest
    return [*found, text]


def _escaped(text: str, at: int) -> tuple[str, str]:
    """What stands before and behind a place, the brackets around it being signs that enclose nothing there."""
    opened: list[int] = []
    marked: set[int] = set()
    for found in _TOKEN.finditer(text):
        if found.start() <= at and found[0] == "(":
            opened.append(found.start())
        elif found[0] == ")" and opened:
            start = opened.pop()
            marked |= {start, found.start()} if start < at <= found.start() else set()
        elif found[0] == "(":
            opened.append(found.start())
    parts = ["\\" * (i in marked) + c for i, c in enumerate(text)]
    return "".join(parts[:at]), "".join(parts[at:])


def _as_tex(tokens: list[str]) -> str:
    """The same formula in LaTeX, as far as its width goes."""
    parts: list[str] = []
    closing: list[str] = []
    before = ""
    for i, token in enumerate(tokens):
        called = i + 1 < len(tokens) and tokens[i + 1] == "("
        if token == "(":
            known = _CALLS.get(before)
            is_norm = before == "norm"
            opened, closes = ("{", "}") if known or before in ("^", "_") else (r"\|", r"\|") if is_norm else ("(", ")")
            parts.append(opened)
            closing.append(closes)
        elif token == ")":
            parts.append(closing.pop() if closing else ")")
        elif token == "," and closing and closing[-1] == "}" and before != "\\":
            parts.append("}{")
        elif token.startswith('"'):
            parts.append(token[1:-1] if closing and closing[-1] == "}" else rf"\text{{{token[1:-1]}}}")
        elif called and token in _CALLS:
            parts.append(_CALLS[token])
        elif token == "norm" and called:
            pass
        elif len(token) > 1 and token[0].isalpha():
            parts.append(_SIGNS.get(token, "\\" + token.partition(".")[0]) + " ")
        else:
            parts.append(token)
        before = token if not token.isspace() else before
    return "".join(parts)


def _places(text: str) -> Iterator[tuple[int, float]]:
    """Where a line may end, and how much worse that is than before a sign outside all brackets."""
    opened: list[bool] = []
    before = ""
    for found in _TOKEN.finditer(text):
        token, at = found[0], found.start()
        is_factor = at > 0 and text[at - 1].isspace() and token not in (*_BREAKS, ")", ",", "thin") and \
            not token.isspace() and (token != "(" or not before[-1:].isalpha() or len(before) == 1) and before != "thin"
        if token in _BREAKS and before not in ("", "(") and not any(opened) and text[at - 1].isspace():
            yield at, len(opened) * _OF_DEPTH + (_OF_PRODUCT if len(token) > 1 else 0.0)
        elif is_factor and before not in ("", "(") and before not in _BREAKS and not any(opened):
            yield at, len(opened) * _OF_DEPTH + _OF_FACTOR
        if token == "(":
            opened.append(before in _CLOSED)
        elif token == ")" and opened:
            opened.pop()
        before = before if token.isspace() else token
