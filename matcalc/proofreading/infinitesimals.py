"""The signs of the calculus in a formula: dX, d(…), d²f[h, k], ∇f(x), ∂f/∂X, D f(x)[h], and f(x) of a function.

Each of them is put aside and a letter, which stands for nothing else, takes its place; the text keeps its length, so
that every place in it is a place in the document, and what is left is an ordinary formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from matcalc.language.characters import ACCENTS, GREEK_NAMES, pattern
from matcalc.records import NamedTuple

Kind = Literal["tangent", "differential", "derivative", "value"]
_FACES = (r"\\(?:mathbf|boldsymbol|bm|pmb|mathcal|mathsf|mathit|mathrm|mathbb|mathscr|vec|bf"
          rf"|{'|'.join(ACCENTS)})")
_GREEK = rf"\\(?:var)?(?:{'|'.join(sorted(GREEK_NAMES, key=len, reverse=True))}|ell)(?![A-Za-z])"
_LETTER = rf"(?:{_FACES}\s*(?:\{{\s*(?:{_GREEK}|[^{{}}\\])\s*\}}|{_GREEK}|[A-Za-z](?![A-Za-z]))|{_GREEK}|[^\W\d_])"
_LOW = (r"(?:\s*_\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|\w)|[₀-₉ₐ-ₜᵢ-ᵥⱼ]+|\d+(?![.\d])"
        r"|[\u0302\u0304\u0303\u0307])")
_LABEL = r"(?:\s*\^\s*\{?\s*[(\[][^()\[\]{}]*[)\]]\s*\}?)"
NAME = rf"{_LETTER}(?:{_LOW}|{_LABEL})*"
_D = (r"(?:\\(?:mathrm|text|textrm|operatorname|mathsf|mathop)\s*\{\s*d\s*\}|\\mathrm\s+d(?![A-Za-z])"
      r"|\{\s*\\rm\s+d\s*\}|\\rm\s+d(?![A-Za-z])|\\(?:dd|diff|differential|partial)(?![A-Za-z])|∂|ⅆ|d)")
_POWER = r"(?:\s*\^\s*(?:\{\s*(?P<%s>\d)\s*\}|(?P<%s_>\d))|(?P<%s__>[²³]))"
_TURNED = r"(?:\s*\^\s*\{?\s*(?:T|\\top|\\intercal|\\mathsf\s*\{?T\}?|\\prime)\s*\}?|['ᵀ⊤])"
_TWICE = r"(?:\s*\^\s*\{?\s*2\s*\}?|²)"
_BY = rf"\s*{_D}\s*(?P<x>{NAME}){_TURNED}?(?P<xx>{_TWICE})?(?:\s*{_D}\s*(?P<y>{NAME}){_TURNED}?)?\s*"
_SLASH = rf"\s*/\s*(?P<open>[({{])?{_BY}(?(open)[)}}])"
_NABLA = (rf"(?:∇|\\nabla(?![A-Za-z]))(?P<two>{_TWICE})?"
          rf"(?:\s*_\s*(?:\{{\s*(?P<x>{NAME})(?:\s*,?\s*(?P<y>{NAME}))?\s*\}}|(?P<u>{_LETTER}))|(?P<low>[ₐₑₕₖₗₘₙₒₚₛₜₓ]))?(?P<late>{_TWICE})?\s*")
_LOWERED = dict(zip("ₐₑₕₖₗₘₙₒₚₛₜₓ", "aehklmnopstx", strict=True))
_FRACTION = r"\\[dtc]?frac\s*(?=\{)"
_DERIVATION = rf"D{_TWICE}?(?:\s*_\s*(?:\{{\s*(?P<x>{NAME})\s*\}}|(?P<u>\w)))?\s*(?P<of>{NAME})"
_SIZED = re.compile(r"\\(?:left|right|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|biggl|biggr|Biggl|Biggr)\s*")
_BARS = (r"\|", "‖", "||", "|", r"\lVert", r"\rVert", r"\lvert", r"\Vert", r"\vert")
_CLOSING = {r"\lVert": r"\rVert", r"\lvert": r"\rvert"}
_INVERSE = re.compile(
    r"\s*(?:\^\s*\{\s*-[^{}]*\}|\^\s*-\s*(?:1|T)|\^\s*\{?\s*[+†]\s*\}?|⁻¹|⁻ᵀ|\^\s*\{\s*1\s*/\s*2\s*\})")
_RAISED = re.compile(r"(?:\s*_\s*(?:\{[^{}]*\}|\w)|\s*\^\s*(?:\{[^{}]*\}|-?\w|\\[A-Za-z]+)|[²³⁻¹ᵀ₂₁']|_F)+")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\\operatorname\*?\s*\{\s*[A-Za-z]+\s*\}|\\(?:mathrm|text|mathsf)\s*\{\s*[A-Za-z]{2,}\s*\}"
                   r"|\\?[A-Za-z]+")
_NUMBER = re.compile(r"[½¼¾⅓⅔]|\d+(?:\s*/\s*\d+)?"
                     r"|\\[dt]?frac\s*(?:\d\s*\d|\{\s*\d+\s*\}\s*\{\s*\d+\s*\})")
_UNSPECIFIED = ("σ", "\\sigma", "φ", "\\phi", "ψ", "\\psi", "f", "g", "h")  # before a bracket


class Sign(NamedTuple):
    """One sign: `of` is the name or the formula it is about, `by` the variables of a derivative, `along` the directions
    in brackets behind it, `arguments` what stands in the brackets of a function."""

    kind: Kind
    start: int
    end: int
    of: str
    order: int = 1
    by: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    arguments: str = ""
    is_nabla: bool = False


class Words(NamedTuple):
    """What tells names from signs: the functions that the rules know, those defined here, and whether d is a name."""

    is_function: Callable[[str], bool]
    is_defined: Callable[[str], bool]
    d_is_name: bool = False


def signs(text: str, words: Words) -> Iterator[Sign]:
    """The outermost signs of a formula, from left to right."""
    i = 0
    while i < len(text):
        found = _sign(text, i, words)
        if found is not None:
            yield found
            i = found.end
        else:
            i = _after(text, i, words)


def names(text: str, words: Words) -> Iterator[str]:
    """The names in a formula as they were typed, those in labels apart."""
    i = 0
    while i < len(text):
        is_word = _is_plain(text[i]) and not _is_plain(text[i - 1:i]) and _is_word(text, i, words)
        found = None if is_word else pattern(NAME).match(text, i)
        if found is not None:
            yield found[0]
        i = found.end() if found is not None else _after(text, i, words)


def _after(text: str, i: int, words: Words) -> int:
    """Where the next sign may begin."""
    if text[i] == "\\":
        found = _WORD.match(text, i)
        if found is None:
            return i + 2
        is_braced = "{" in found[0] or not re.match(_FACES, found[0])
        return found.end() if is_braced else i + len(found[0])
    if text[i] == "_":
        low = pattern(_LOW).match(text, i)
        return low.end() if low else i + 1
    if _is_plain(text[i]) and not _is_plain(text[i - 1:i]):
        run = re.compile("[A-Za-z]+").match(text, i)
        assert run is not None
        if len(run[0]) > 1 and words.is_function(run[0]):
            return run.end()
    return i + 1


def _sign(text: str, i: int, words: Words) -> Sign | None:
    """The sign that begins at a place."""
    c = text[i]
    if c in "∇\\" and (nabla := pattern(_NABLA).match(text, i)):
        return _nabla(text, nabla, words)
    if c == "\\" and (fraction := pattern(_FRACTION).match(text, i)):
        return _fraction(text, i, fraction.end(), words)
    if c == "D" and not words.is_defined("D") and (d := pattern(_DERIVATION).match(text, i)):
        return _directional(text, i, d)
    is_word = _is_plain(c) and not _is_plain(text[i - 1:i]) and _is_word(text, i, words)
    if not is_word and (c in "d∂ⅆ\\{") and not (c == "d" and (words.d_is_name or text[i - 1:i] == "\\")):
        d = pattern(_D).match(text, i)
        found = _differential(text, i, d.end(), words) if d else None
        if found is not None:
            return found
    return None if is_word else _value(text, i, words)


def _is_plain(c: str) -> bool:
    return c.isascii() and c.isalpha()


def _is_word(text: str, i: int, words: Words) -> bool:
    run = re.compile("[A-Za-z]+").match(text, i)
    return run is not None and len(run[0]) > 1 and words.is_function(run[0])


def _value(text: str, i: int, words: Words) -> Sign | None:
    """f(x) of a function that is defined here."""
    name = pattern(NAME).match(text, i)
    if name is None or not words.is_defined(name[0]):
        return None
    end = group_end(text, name.end())
    if end is None or text[name.end():].lstrip()[:1] not in "(\\":
        return None
    return Sign("value", i, end, name[0], arguments=inside(text, name.end(), end))


def _nabla(text: str, m: re.Match[str], words: Words) -> Sign | None:
    target = _operand(text, m.end(), words)
    if target is None:
        return None
    end, of, arguments = target
    by = tuple(x for x in (m["x"] or m["u"] or _LOWERED.get(m["low"] or "", ""), m["y"]) if x)
    order = 2 if m["two"] or m["late"] or m["y"] else 1
    return Sign("derivative", m.start(), end, of, order, by, _along(text, end)[0], arguments, True)._replace(
        end=_along(text, end)[1])


def _fraction(text: str, start: int, at: int, words: Words) -> Sign | None:
    r"""\frac{∂f}{∂X}, or \frac{∂}{∂X} before what is differentiated."""
    top = group_end(text, at)
    bottom = group_end(text, top) if top is not None else None
    if top is None or bottom is None:
        return None
    above, below = inside(text, at, top), inside(text, top, bottom)
    d = re.match(rf"\s*{_D}{_TWICE}?\s*", above)
    by = pattern(_BY).fullmatch(below)
    if d is None or by is None or (words.d_is_name and above.lstrip()[:1] == "d"):
        return None
    of, arguments, end = above[d.end():].strip(), "", bottom
    order = 2 if re.match(rf"\s*{_D}{_TWICE}", above) or by["y"] or by["xx"] else 1
    if of:
        name = pattern(NAME).match(of)
        if name and name.end() < len(of) and (close := group_end(of, name.end())) == len(of) and close is not None:
            of, arguments = name[0], inside(of, name.end(), close)
    else:
        target = _operand(text, bottom, words)
        if target is None:
            return None
        end, of, arguments = target
    return Sign("derivative", start, end, of, order, _names(by), (), arguments)


def _names(by: re.Match[str]) -> tuple[str, ...]:
    return tuple(x for x in (by["x"], by["y"]) if x)


def _directional(text: str, start: int, m: re.Match[str]) -> Sign | None:
    """D f(x)[h], D²f(x)[h, k]."""
    end, arguments = m.end(), ""
    close = group_end(text, end)
    if close is not None and text[end:].lstrip()[:1] in "(\\":
        end, arguments = close, inside(text, end, close)
    along, stop = _along(text, end)
    if not along:
        return None
    return Sign("differential", start, stop, m["of"], len(along), (), along, arguments)


def _differential(text: str, start: int, at: int, words: Words) -> Sign | None:
    """dX, d(…), d log det X, df/dx, d²f[h, k]."""
    power = re.compile(_POWER.replace("%s", "k")).match(text, at)
    order, at = (int(power["k"] or power["k_"] or "²³".index(power["k__"]) + 2), power.end()) if power else (1, at)
    at = _space(text, at)
    slash = re.compile(_SLASH).match(text, at)
    if slash:
        target = _operand(text, slash.end(), words)
        order = 2 if order == 2 or slash["y"] or slash["xx"] else 1
        return Sign("derivative", start, target[0], target[1], order, _names(slash), (), target[2]) if target else None
    target = _target(text, at, words)
    if target is None or target[1] == "d":
        return None
    end, of, arguments = target
    over = re.compile(_SLASH).match(text, end)
    if over:
        order = 2 if order == 2 or over["y"] or over["xx"] else 1
        return Sign("derivative", start, over.end(), of, order, _names(over), (), arguments)
    name = pattern(NAME).fullmatch(of)
    inverse = _INVERSE.match(text, end)
    if name and inverse:
        return Sign("differential", start, inverse.end(), text[at:inverse.end()], order)
    along, stop = _along(text, end) if name else ((), end)
    if name and order == 1 and not along:
        return Sign("tangent", start, end, of, arguments=arguments)
    return Sign("differential", start, stop, of, order if not along else len(along), (), along, arguments)


def _along(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The directions in square brackets, and where they end."""
    begin = _SIZED.sub("", text[at:at + 8]).lstrip()
    close = group_end(text, at) if begin[:1] == "[" else None
    if close is None:
        return (), at
    said = inside(text, at, close)
    return tuple(part.strip() for part in re.split(r",(?![^(\[{]*[)\]}])", said) if part.strip()), close


def _target(text: str, at: int, words: Words) -> tuple[int, str, str] | None:
    """Where what is differentiated ends, what it is, and the arguments of a function."""
    at = _space(text, at)
    if _is_applied(text, at, words):
        end = _application_end(text, at, words)
        return (end, text[at:end], "") if end is not None else None
    fraction = re.compile(r"\\[dt]?frac\s*").match(text, at)
    if _is_number(text, at):
        end = _term_end(text, at)
        return (end, text[at:end], "") if _is_number(text, at) < end else None
    if fraction:
        top = group_end(text, fraction.end())
        bottom = group_end(text, top) if top is not None else None
        return (bottom, text[at:bottom], "") if bottom is not None else None
    name = pattern(NAME).match(text, at)
    if name:
        end, arguments = name.end(), ""
        close = group_end(text, end)
        if close is not None and words.is_defined(name[0]) and text[end:].lstrip()[:1] in "(\\":
            end, arguments = close, inside(text, end, close)
        elif close is not None and name[0] in _UNSPECIFIED and text[end:].lstrip()[:1] == "(":
            return close, text[at:close], ""
        return end, name[0], arguments
    close = group_end(text, at)
    if close is None:
        return None
    raised = _RAISED.match(text, close)
    is_bar = text[at:].startswith(_BARS) or _SIZED.sub("", text[at:at + 9]).startswith(_BARS)
    if raised and (is_bar or _INVERSE.match(text, close)):
        end = raised.end()
        return end, text[at:end], ""
    return close, text[at:close], ""


def _operand(text: str, at: int, words: Words) -> tuple[int, str, str] | None:
    """What ∇ or ∂/∂X stands before: a function that is defined, else the whole term."""
    target = _target(text, at, words)
    if target is None or words.is_defined(target[1]):
        return target
    end = _term_end(text, at)
    name = pattern(NAME).fullmatch(text[at:end].strip())
    return (target if name or target[0] >= end else (end, text[at:end].strip(), ""))


def _is_number(text: str, at: int) -> int:
    """Where a number or a fraction of numbers ends that stands at a place; 0 where none does."""
    found = _NUMBER.match(text, at)
    return found.end() if found else 0


def _term_end(text: str, at: int) -> int:
    """Where the term ends: before a + or − outside brackets, or a closing bracket."""
    depth = 0
    for k in range(at, len(text)):
        depth += (text[k] in "([{") - (text[k] in ")]}")
        if depth < 0 or (depth == 0 and text[k] in "+-−" and text[at:k].strip()):
            return len(text[:k].rstrip())
    return len(text)


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _is_applied(text: str, at: int, words: Words) -> bool:
    found = _WORD.match(text, at)
    if found is None:
        return False
    word = re.sub(r"[^A-Za-z]", "", re.sub(r"\\(?:operatorname|mathrm|text|mathsf)\*?(?=\s*\{)", "", found[0]))
    return len(word) > 1 and words.is_function(word)


def _application_end(text: str, at: int, words: Words) -> int | None:
    """Where log det X, tr(A X) or sqrt(x) end."""
    while _is_applied(text, at, words):
        found = _WORD.match(text, at)
        assert found is not None
        at = _space(text, found.end())
    close = group_end(text, at)
    if close is None:
        name = pattern(NAME).match(text, at)
        close = name.end() if name else None
    raised = _RAISED.match(text, close) if close is not None else None
    return raised.end() if raised else close


def group_end(text: str, at: int) -> int | None:
    """Where the brackets or bars end that begin at a place."""
    at = _space(text, at)
    sized = _SIZED.match(text, at)
    at = sized.end() if sized else at
    bar = next((b for b in _BARS if text.startswith(b, at)), "")
    if bar:
        found = text.find(_CLOSING.get(bar, bar), at + len(bar))
        return found + len(_CLOSING.get(bar, bar)) if found >= 0 else None
    opening = at + 1 if text.startswith("\\{", at) else at
    if text[opening:opening + 1] not in ("(", "[", "{"):
        return None
    depth = 0
    for k in range(opening, len(text)):
        depth += (text[k] in "([{") - (text[k] in ")]}")
        if depth == 0:
            return k + 1
    return None


def inside(text: str, start: int, end: int) -> str:
    """What stands between the brackets."""
    body = _SIZED.sub("", text[start:end]).strip()
    body = body[2:-1].removesuffix("\\") if body.startswith("\\{") else body[1:-1]
    return body.strip()
