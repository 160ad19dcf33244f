"""What stands below and above a sum sign, as text: i=1 and n, i<j, (i,j)∈Ω, 1≤i<j≤n, j in R_i.

Nothing is decided here about which of the letters the sum binds: that depends on the sums around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from matcalc.core.dims import Dim, named
from matcalc.diagnostics import Span
from matcalc.language.characters import (
    BOLD,
    FRACTION,
    GREEK,
    GREEK_NAMES,
    SEPARATOR,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    WORD,
    pattern,
)
from matcalc.records import NamedTuple

HEADS = {"∑": "sum", "∏": "prod", "sum": "sum", "prod": "prod", "max": "max", "min": "min"}
SIGNS = "≤|≥|≠|=|<|>"
_SPELLED = (("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("≔", "="), ("⩽", "≤"), ("⩾", "≥"))
_BLANK = f" {SEPARATOR}{BOLD}{WORD}"
LOW = SUBSCRIPTS | {"₌": "="}
HIGH = SUPERSCRIPTS | dict(zip("ᴮᴰᴶᴷᴸᴹᴺᴾᴿᵀ", "BDJKLMNPRT", strict=True))
_IN = r"∈|(?<![A-Za-z])in(?![A-Za-z])"
BIG = {"Σ": "∑", "Π": "∏"}
_LIMITS = rf"_(?:{SEPARATOR}*\{{|[A-Za-z]{{1,3}}(?![A-Za-z]))|[ᵢⱼₖₗₘₙₚₛₜᵣᵤᵥₓₐₑₕₒ]"
_HEAD = rf"(?<![A-Za-z])(?:sum|prod|max|min)(?={SEPARATOR}*(?:{_LIMITS}))"
_EINSUM = r"""einsum\s*\(\s*(["'“”])([^"'“”]*)["'“”]\s*,"""
_OPERAND = rf"[ {SEPARATOR}]*[\w(\[{{|‖√∑Σ⟨<∏∇∂{FRACTION}]"
_TERM = r"([+-]?)([0-9]*)\*?([^\W\d_]+['′]*(?:_\w+)?)?"


class Limits(NamedTuple):
    """The word of a reduction and what stands below and above its sign."""

    word: str
    below: str
    above: str
    sign: Span  # with its limits


class Chain(NamedTuple):
    """p ≤ q < r: the operands and the signs between them."""

    operands: tuple[str, ...]
    signs: tuple[str, ...]


class Below(NamedTuple):
    """The parts of what stands below a sign: letters alone, chains of relations, and (letters, set)."""

    alone: tuple[str, ...]
    chains: tuple[Chain, ...]
    sets: tuple[tuple[tuple[str, ...], str], ...]


def closing(text: str, i: int) -> int:
    """Where the brace that opens at `i` is closed, -1 where it is not."""
    depth = 0
    for j in range(i, len(text)):
        depth += (text[j] == "{") - (text[j] == "}")
        if depth == 0:
            return j
    return -1


def head_at(text: str, i: int) -> str:
    """The word sum, prod, max or min with something below it that starts at `i`."""
    match = pattern(_HEAD).match(text, i) if text.startswith(("sum", "prod", "max", "min"), i) else None
    return match[0] if match else ""


def einsum_at(text: str, i: int) -> re.Match[str] | None:
    """einsum( with its string of subscripts, which is group 2."""
    return pattern(_EINSUM).match(text, i) if text.startswith("einsum", i) else None


def is_sum_sign(text: str, i: int, latex: bool) -> bool:
    """Whether Σ with something below it is the sum sign, and no matrix: no other sign is used for sums, and it bears no
    power."""
    if BIG[text[i]] in text:
        return False
    below_, above, end = limits_at(text, i + 1, latex, False)
    sure = pattern("[=<>≤≥≠∈,]").search(below_) is not None
    return bool(below_) and (sure or (not above and split_letters(plain(below_)) != ()
                                      and pattern(_OPERAND).match(text, end) is not None))


def limits_at(text: str, i: int, latex: bool, upper_first: bool) -> tuple[str, str, int]:
    """What stands below and above the sign that ends at `i` of a cleaned text, and where that ends."""
    below = above = ""
    while True:
        j = i
        while j < len(text) and text[j] in _BLANK:
            j += 1
        sign = text[j:j + 1]
        if not below and sign == "_":
            below, i = _script(text, j + 1, latex)
        elif not below and sign in LOW and j == i:
            below, i = _run(text, j, LOW)
        elif not above and sign == "^" and (below or upper_first):
            above, i = _script(text, j + 1, latex)
        elif not above and sign in HIGH and j == i and (below or upper_first):
            above, i = _run(text, j, HIGH)
        else:
            return below, above, i


def _run(text: str, i: int, letters: dict[str, str]) -> tuple[str, int]:
    end = i
    while end < len(text) and text[end] in letters:
        end += 1
    return "".join(letters[c] for c in text[i:end]), end


def _script(text: str, i: int, latex: bool) -> tuple[str, int]:
    """A sub- or superscript: in braces, one character, or a word without LaTeX."""
    while i < len(text) and text[i] in _BLANK:
        i += 1
    if text[i:i + 1] == "{":
        end = closing(text, i)
        return (text[i + 1:end], end + 1) if end > 0 else ("", i)
    match = pattern("[A-Za-z0-9]" if latex else "[A-Za-z0-9]+").match(text, i) or pattern(r"\w|∞").match(text, i)
    return (match[0], match.end()) if match else ("", i)


def plain(text: str) -> str:
    """`text` in ASCII letters without blanks; ∈, ≤ and the like stay signs."""
    for spelled, sign in _SPELLED:
        text = text.replace(spelled, sign)
    text = re.sub(_IN, "∈", text)
    while text.startswith("{") and closing(text, 0) == len(text) - 1:
        text = text[1:-1]
    text = "".join(SUBSCRIPTS.get(c, c) for c in text if c not in _BLANK)
    return re.sub(r"([0-9])\.\.+([0-9A-Za-z])", r"\1…\2", text).replace("{", "(").replace("}", ")")


def is_letter(text: str) -> bool:
    """Whether `text` may be an index: one letter, primed or not."""
    bare = text.rstrip("'′")
    return (len(bare) == 1 and bare.isalpha()) or bare in GREEK_NAMES


def split_letters(text: str) -> tuple[str, ...]:
    """ijk as i, j, k; () where it is no row of letters."""
    if is_letter(text):
        return (GREEK.get(text, text),)
    found = re.findall(r"[^\W\d_]['′]*", text)
    return tuple(GREEK.get(c, c) for c in found) if "".join(found) == text else ()


def below(text: str) -> Below | None:
    """The parts of what stands below a sign; None where it is nothing that is read."""
    alone: list[str] = []
    chains: list[Chain] = []
    sets: list[tuple[tuple[str, ...], str]] = []
    waiting: list[str] = []
    for part in _parts(plain(text)):
        if "∈" in part:
            left, _, right = part.partition("∈")
            letters = tuple(p for piece in _parts(left.strip("()")) for p in split_letters(piece))
            if not letters or not right:
                return None
            sets.append(((*waiting, *letters) if "(" not in left else letters, right))
            alone += waiting if "(" in left else []
            waiting = []
        elif signs := re.findall(SIGNS, part):
            operands = tuple(re.split(SIGNS, part))
            if not all(operands):
                return None
            if set(signs) <= {">", "≥"}:  # j > i as i < j
                operands, signs = operands[::-1], [{">": "<", "≥": "≤"}[sign] for sign in reversed(signs)]
            chains += [Chain((letter, *operands[1:]), tuple(signs)) for letter in waiting
                       if signs[0] == "=" and is_letter(operands[0])]
            alone += waiting if not (signs[0] == "=" and is_letter(operands[0])) else []
            waiting = []
            chains.append(Chain(operands, tuple(signs)))
        elif letters := split_letters(part):
            waiting += letters
        else:
            return None
    return Below((*alone, *waiting), tuple(chains), tuple(sets))


def bound_letters(text: str, known: Collection[str] = ()) -> frozenset[str]:
    """All letters that a sum with `text` below it can bind; a relation i≠k binds none that is `known` already."""
    parts = below(text)
    if parts is None:
        return frozenset()
    said = explicit(parts)
    chained = (letter for chain in parts.chains for operand in chain.operands for letter in split_letters(operand)
               if chain.signs[0] == "=" or (letter not in known and not (said and set(chain.signs) == {"≠"})))
    return frozenset({*said, *chained})


def explicit(parts: Below) -> frozenset[str]:
    """The letters that a sum binds by name: i, i=1, i ∈ S. Beside them i≠k excludes a value and binds nothing."""
    starting = (chain.operands[0] for chain in parts.chains if chain.signs == ("=",) and is_letter(chain.operands[0]))
    return frozenset({*parts.alone, *(letter for text in starting for letter in split_letters(text)),
                      *(letter for letters, _ in parts.sets for letter in letters)})


def excluded(parts: Below) -> frozenset[str]:
    """The k of i=1, i≠k, which the sum does not bind."""
    said = explicit(parts)
    chains = (chain.operands for chain in parts.chains if said and set(chain.signs) == {"≠"})
    return frozenset(letter for operands in chains for operand in operands for letter in split_letters(operand)) - said


def _parts(text: str) -> list[str]:
    """Split at commas, colons and semicolons outside brackets."""
    found, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "([") - (char in ")]")
        if depth == 0 and char in ",;:|":
            found.append(text[start:i])
            start = i + 1
    return [part for part in [*found, text[start:]] if part]


def linear(text: str) -> dict[str, int] | None:
    """The coefficients of n−1, i+1 or 2n by name, '' for the constant; None where it is no such sum."""
    text = plain(text).replace("−", "-").strip("()")
    total: dict[str, int] = {}
    at = 0
    while at < len(text):
        match = pattern(_TERM).match(text, at)
        if match is None or match.end() == at or not (match[2] or match[3]) or (at and not match[1]):
            return None
        value = int(match[2] or 1) * (-1 if match[1] == "-" else 1)
        total[match[3] or ""] = total.get(match[3] or "", 0) + value
        at = match.end()
    return total or None


def dim_of(coefficients: dict[str, int]) -> Dim:
    """The dimension with these coefficients."""
    total: Dim = 0
    for name, value in coefficients.items():
        total = total + (named(name) * value if name else value)
    return total
