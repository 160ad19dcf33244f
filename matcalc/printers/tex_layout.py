r"""What is decided on the finished text of a formula in LaTeX: brackets as high as what they enclose, gaps beside a
differential, and where a line breaks.

Brackets grow around fractions, large signs and matrices. A differential is apart from the factors beside it, so that
\mathrm{d}X\, W is no differential of a product. A line that is wider than the page breaks before a sign, as far outside
as it can, else before ∘ or ⊗, else between two factors; never within braces or a matrix. Where a fraction or brackets
that have grown leave no place, the numerator stands behind the fraction, and the brackets have one size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from itertools import takewhile

from matcalc.printers.tex_width import width

PAGE = 338.0  # points: a line of the class article, 345, less what the estimate may miss
INDENT = 20.0  # of a continued line: \qquad
_TOKEN = re.compile(r"\\(?:left|right)(?:\\[A-Za-z]+|\\.|.)|\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
_LAST = re.compile(r"(?:\\[A-Za-z]+\*?|\\.|.)\Z", re.DOTALL)
_LONGEST = 30  # characters of a command
_TALL = re.compile(r"\\(?:frac|sum|prod|int|begin|left.*)")
_BINARY = re.compile(r"\\(?:odot|oslash|otimes|oplus|times|cdot|circ|div)")
_RELATION = re.compile(r"[=<>]|\\(?:leq?|geq?|neq?|to|Rightarrow|approx)")
_GAP = re.compile(r"[,;:&|]|\\\\|\\[,:;! ]|\\(?:right.*|end|quad|qquad)")  # beside which nothing is multiplied
_OF_PRODUCT, _OF_FACTOR, _OF_DEPTH = 60.0, 120.0, 150.0  # points of a line that a worse place to break may save


def finished(text: str) -> str:
    """The text of a formula with brackets by height and gaps beside differentials; costs grow with the text."""
    if "(" in text and _TALL.search(text):
        text = _grown(text)
    return _apart(text) if r"\mathrm{d}" in text else text


def _grown(text: str) -> str:
    tokens = _TOKEN.findall(text)
    opened: list[tuple[str, int]] = []  # brackets and braces with their places; ^ is the brace of a script
    tall: set[int] = set()
    before = ""
    for i, token in enumerate(tokens):
        if token in ("(", "{"):
            opened.append(("^" if token == "{" and before in ("^", "_") else token, i))
        elif token in (")", "}") and opened and (opened[-1][0] == "(") == (token == ")"):
            sign, start = opened.pop()
            if sign == "(" and start in tall:
                tokens[start], tokens[i] = r"\left(", r"\right)"
        elif _TALL.fullmatch(token):
            around = takewhile(lambda bracket: bracket[0] != "^", reversed(opened))
            tall |= {start for _, start in around}
        before = before if token.isspace() else token
    return "".join(tokens)


def _apart(text: str) -> str:
    """A gap before and behind each differential that has a factor there."""
    parts, done = [], 0
    for found in re.finditer(r"\\mathrm\{d\}", text):
        if found.start() >= done:
            end = _end_of_atom(text, found.end())
            parts += [text[done:found.start()], text[found.start():end]]
            done = end
    return reduce(_with_gap, [*parts, text[done:]])


def _with_gap(left: str, right: str) -> str:
    """Two factors with a gap between them; as they are where they are no factors."""
    front, back = left.rstrip(), right.lstrip()
    if front + back == left + right or not front or not back:
        return left + right
    last, first = _LAST.search(front[-_LONGEST:]), _TOKEN.match(back)
    is_product = last is not None and first is not None and _ends(last[0]) and _starts(first[0])
    return rf"{front}\, {back}" if is_product else left + right


def _ends(token: str) -> bool:
    """Whether a factor may end with a token."""
    return token not in ("(", "[", "{") and not _parts(token)


def _starts(token: str) -> bool:
    """Whether a factor may start with it."""
    return token not in (")", "]", "}") and not _parts(token)


def _parts(token: str) -> bool:
    """Whether it is a sign, beside which no two factors meet."""
    return token in ("+", "-") or any(sign.fullmatch(token) for sign in (_BINARY, _RELATION, _GAP))


def _end_of_atom(text: str, start: int) -> int:
    """Where the letter, the word or the brackets that start there end, with their scripts."""
    end = _end_of_group(text, start)
    while text[end:end + 1] in ("^", "_") and end < len(text):
        end = _end_of_group(text, end + 1)
    return end


def _end_of_group(text: str, start: int) -> int:
    depth = 0
    for found in _TOKEN.finditer(text, start):
        token = found[0]
        depth += (token[-1] in "({" and token not in (r"\{",)) - (token[-1] in ")}" and token not in (r"\}",))
        if depth == 0 and not token.isspace() and (token in ("}", ")") or text[found.end():found.end() + 1] != "{"):
            return found.end()
    return len(text)


def lines(text: str, first: float, rest: float) -> list[str]:
    """A formula in lines: the first at most `first` points wide, the others `rest`, where places to break allow it."""
    found: list[str] = []
    room = first
    while width(text) > room:
        places = list(_places(text))
        fits = [place for place in places if width(text[:place[0]]) <= room]
        at, worse = min(fits or places[:1], key=lambda place: place[1] - width(text[:place[0]]), default=(0, 0.0))
        is_poor = not fits or (worse >= _OF_PRODUCT and width(text[:at]) < room / 2)
        if is_poor and (text != (loose := _without_brackets(_without_fraction(text)))):
            text = loose
            continue
        if not at:
            break
        found.append(text[:at].rstrip())
        text, room = text[at:].lstrip(), rest
        text = f"{{}} {text}" if text[0] in "+-" or _BINARY.match(text) else text
    return [*found, text]


def _without_fraction(text: str) -> str:
    """A fraction in front, which cannot be broken, as its numerator in brackets, which can."""
    start = re.match(r"(?:\{\} )?(?:\\biggl\()?[-+]? ?\\frac(?=\{)", text)
    if start is None:
        return text
    above = _end_of_group(text, start.end())
    below = _end_of_group(text, above)
    numerator, denominator = text[start.end() + 1:above - 1], text[above:below]
    whole = start[0].replace(r"\frac", rf"\frac{{1}}{denominator} \biggl({numerator}\biggr)")
    return text if width(numerator) < width(denominator) else whole + text[below:]


def _without_brackets(text: str) -> str:
    """The outermost brackets that have grown, in which no line can end, as large ones, in which one can."""
    depth = 0
    tokens = _TOKEN.findall(text)
    for i, token in enumerate(tokens):
        depth += token.startswith(r"\left")
        if depth == 1 and token in (r"\left(", r"\right)"):
            tokens[i] = r"\biggl(" if token == r"\left(" else r"\biggr)"
        depth -= token.startswith(r"\right")
    return "".join(tokens)


def _places(text: str) -> Iterator[tuple[int, float]]:
    """Where a line may end, and how much worse that is than before a sign outside all brackets."""
    closed = depth = 0
    before, start = "", 3 if text.startswith("{} ") else 0
    for found in _TOKEN.finditer(text):
        token, at = found[0], found.start()
        inside = depth * _OF_DEPTH
        if at > start and not closed and before not in ("", "(", "[") and text[at - 1].isspace():
            if token in ("+", "-") or _RELATION.fullmatch(token):
                yield at, inside
            elif _BINARY.fullmatch(token):
                yield at, inside + _OF_PRODUCT
            elif not token.isspace() and _ends(before) and _starts(token):
                yield at, inside + _OF_FACTOR
        closed += (token == "{" or token == r"\begin" or token.startswith(r"\left")) - \
            (token == "}" or token == r"\end" or token.startswith(r"\right"))
        depth += (token in ("(", "[")) - (token in (")", "]"))
        before = before if token.isspace() else token
