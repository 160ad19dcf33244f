"""One lexer for all spellings: text to tokens, with spans in the original text.

One letter in two alphabets, 𝒳 and X, \\mathcal{X} and X, is the letter where it stands alone; both in one text differ
in meaning. A bold letter beside the plain one is a name of its own, `x_bold`; what is bold is a vector or a matrix.
Script, fraktur and double-struck letters beside plain ones are asked about. Sans-serif is not told apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any

from matcalc.diagnostics import MatcalcError, fail
from matcalc.language.bounds import HEADS, SIGNS, Limits, bound_letters, limits_at, plain
from matcalc.language.characters import (
    AST,
    BOLD,
    CASES,
    FRACTION,
    FRACTIONS,
    HERMITIAN,
    NORM_WORDS,
    NOT_READ,
    OTHERWISE,
    OVER,
    PARTS,
    SEPARATOR,
    SUPERSCRIPT_DIGITS,
    SUPERSCRIPT_LETTERS,
    SUPERSCRIPTS,
    UNSPECIFIED,
    WORD,
    pattern,
)
from matcalc.language.constructs import spellings
from matcalc.language.divergences import BARS, with_commas
from matcalc.language.python_indices import ELLIPSIS
from matcalc.language.spelling import Speller
from matcalc.language.suggest import replace
from matcalc.language.syntax import UNIT
from matcalc.language.vocabulary import Token, Vocabulary, bold_name, decoration, is_letter

LARGEST_EXPONENT = 4_000
NUMBER = r"(?:[0-9]+(?:\.[0-9]+|\.(?![*/^'.0-9A-Za-z]))?|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![0-9]|\.[0-9]))?"
SUPERSCRIPT = "([⁻⁺]?)([⁰¹²³⁴⁵⁶⁷⁸⁹]+|[ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]|ᵀ|⊤|ᴴ)|ᵀ|⊤|ᴴ|⁺"
RAISED = "[⁽⁺⁻]*[⁰¹²³⁴⁵⁶⁷⁸⁹]*[ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]+(?:[⁺⁻][⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]+)+⁾?"  # aⁿ⁻¹
BLANK = f"[ {SEPARATOR}]*"
SUBSCRIPT = "_" + BLANK + r"(\{)?" + BLANK + r"(\*|∞|F|fro|infty|inf|op|nuc|[0-9]+)(?(1)" + BLANK + r"\})"
PUNCTUATION = r":=|≔|\\|\.'|\.m?T(?![a-z])|\.I(?![A-Za-z0-9_])|\.m?H(?![a-zA-Z])|\.(?=[a-z]\w*\()" \
    r"|\.(?=(?:real|imag|size)\b(?!\())|\.(?=\()|\.(?=(?:at|shape)\[)" \
    r"|[-+'(){}\[\],;:?<>|=~!%]|[‖⟨⟩√∑∏≤≥≠′″∞⊤†" + FRACTION + OVER + CASES + OTHERWISE + "]"
SPELLINGS = {"≔": ":=", ".'": "'", ".T": "'", ".mT": "'", ".H": HERMITIAN, ".mH": HERMITIAN, "⟨": "<", "⟩": ">",
             "″": "′′"}
_SINGLETONS = {"Half": Fraction(1, 2), "One": Fraction(1), "Zero": Fraction(0)}  # S.Half of SymPy
INVERSE = ".I"  # of SymPy and of NumPy's matrices
SUPERSCRIPT_SIGNS = {"ᵀ": "T", "⊤": "T", "⁺": "+", "ᴴ": "H"}
_APART, _ALONE = "(?<![A-Za-z0-9_])", "(?![A-Za-z0-9_])"  # what a word may stand behind and before
_KEY = r"(?<![A-Za-z0-9_])(?:axis|keepdims?|dim)(?= *=(?!=) *(?:-? *[0-9]|True|False|None))"
_HANDED = r"(?:times|rdivide|power|plus|minus|max|min)(?=\s*,)"  # the functions that bsxfun takes
_STRING = r"(['\"])([A-Za-z]\w*)\1"  # reduction='sum'
_TRUTH = "(?:True|False|None)(?![A-Za-z0-9_])"
_WORDS = ("axis", "keepdim", "dim", "True", "False", "None")
_COMMAND = r"\\math(?:cal|scr|frak|bb)\s*\{?\s*$"
_NAMES = ("SCRIPT", "FRAKTUR", "DOUBLE-STRUCK", "BLACK-LETTER")
_SIGNS_OF_NUMPY = ("T", "mT", "I", "H")
_NEAR = 20  # characters before a letter in which its command stands


@cache
def _operator() -> str:
    """The signs between two operands, the longest first, and all other signs."""
    return "|".join([*map(re.escape, sorted(spellings(), key=len, reverse=True)), PUNCTUATION])


class Lexer(Speller):
    """Dispatches on the next character."""

    __slots__ = ()

    def run(self) -> list[Token]:
        """The tokens of the whole text, the last of kind end."""
        text = self.clean.text
        while self.i < len(text):
            char = text[self.i]
            if char == " ":
                self.space = True
                self.i += 1
            elif char in (SEPARATOR, BOLD):
                self.i += 1
            elif self._behind_head() and (found := limits_at(text, self.i, self.clean.latex, True))[2] > self.i:
                self._limits(*found)
            elif char == "." and (part := self._part()):
                self.emit("part", part, self.i + 1 + len(part))
            else:
                self._token(char)
        self.emit("end", "", len(text))
        if any(token.is_op(BARS, "|") for token in self.tokens):
            return with_commas(self.tokens, self.vocabulary.aliases)
        return self.tokens

    def _token(self, char: str) -> None:
        text, i = self.clean.text, self.i
        if self.vocabulary.abstract and self._derivative_sign():
            return
        if char in NOT_READ:
            self._not_read(char)
        elif char == WORD:
            self.upright()
        elif char in (AST, "⋆"):
            self._star()
        elif choice := self._choice() or self._sign_of_numpy(char):
            self.emit("op", choice, i + len(choice))
        elif found := self._argument_word():
            self.emit(*found)
        elif char == "S" and (match := pattern(r"S\.(Half|One|Zero)(?!\w)").match(text, i)):
            self.emit("number", match[0], match.end(), _SINGLETONS[match[1]])
        elif is_letter(char) or char in PARTS:
            self._word_or_unit(char)
        elif char in ".0123456789" and (match := pattern(NUMBER).match(text, i)):
            self._number(match)
        elif char in FRACTIONS:
            self.emit("number", char, i + 1, FRACTIONS[char])
        elif char in NORM_WORDS:
            self.emit("name", NORM_WORDS[char], i + 1)
        elif char == "𝟏":
            sizes, _, end = decoration(text, i + 1, self.clean.latex, digits=False)
            if not self._relation(i + 1):
                self.emit("reserved", "ones", end, self.size(sizes, "ones", end))
        elif not char.isascii() and (run := pattern(RAISED).match(text, i)):
            self._raised(run[0])
        elif not char.isascii() and (match := pattern(SUPERSCRIPT).match(text, i)):
            self._superscript(match)
        elif char == "∞" and self._behind_norm():
            self.emit("subscript", char, i + 1)
        elif char == "_" or decoration(text, i, self.clean.latex, digits=False)[0]:
            self._subscript()
        elif match := pattern(_operator()).match(text, i):
            self._sign(match)
        else:
            raise self.error("M0101", f"unexpected character {char!r}", i + 1)

    def _sign(self, match: re.Match[str]) -> None:
        if match[0] == INVERSE:
            self.emit("superscript", INVERSE, match.end(), ("-", Fraction(1)))
        else:
            sign = spellings(self.vocabulary.numpy).get(match[0]) or SPELLINGS.get(match[0], match[0])
            self.emit("op", sign, match.end(), match[0])

    def _sign_of_numpy(self, char: str) -> str:
        """The & between masks, or the ... of x[..., 0]; '' where something else stands here."""
        if char == "&":
            return char if self.vocabulary.numpy else ""
        known = char == "." and (self.vocabulary.numpy or self.vocabulary.is_table)
        return ELLIPSIS if known and self.clean.text.startswith(ELLIPSIS, self.i) else ""

    def _word_or_unit(self, char: str) -> None:
        """A word, or the imaginary unit, ⅈ and \\mathrm{i}."""
        upright = ("\\mathrm", "\\mathsf", "\\operatorname", "\\text")
        is_upright = char in "ij" and self.vocabulary.complex and self.clean.source.startswith(
            upright, self.clean.span(self.i, self.i + 1).start)
        if char in "ⅈⅉ" or is_upright:
            self.emit("reserved", UNIT, self.i + 1)
        else:
            self.word(char)

    def _derivative_sign(self) -> bool:
        """Whether a derivative of a declared function stands here: ∇f is a function, ∂K/∂θ one with its argument."""
        from matcalc.language.nablas import sign_at  # which only declared functions need

        found = sign_at(self.clean.text, self.i, self.vocabulary, self.clean.latex)
        if found is None:
            return False
        self.emit("function", found.name, found.end)
        if found.by:
            span = self.tokens[-1].span
            self.tokens += [Token("op", "(", span), Token("name", found.by, span), Token("op", ")", span)]
        return True

    def _part(self) -> str:
        """The word behind the dot of eigh(A).values, '' where what stands here is something else."""
        match = pattern(r"\.([A-Za-z]\w*)(?!\w|\()").match(self.clean.text, self.i)
        word = match[1] if match and self.tokens and self.tokens[-1].is_op(")", "]") else ""
        wholes = self.vocabulary.wholes
        known = any(word in parts for parts in wholes.values()) or any(token.text in wholes for token in self.tokens)
        return word if known and word not in _SIGNS_OF_NUMPY else ""

    def _argument_word(self) -> tuple[str, str, int] | None:
        """A word of a call that is no formula: axis of axis=1, True, and 'sum', where no transpose can stand."""
        text, last = self.clean.text, self.tokens[-1] if self.tokens else None
        opens = last is not None and last.is_op("=", "(", ",", "[")
        if opens and (match := pattern(_STRING).match(text, self.i)):
            return "string", match[2], match.end()
        if last is not None and last.is_op("@") and (match := pattern(_HANDED).match(text, self.i)):
            return "name", match[0], match.end()  # @times
        if not text.startswith(_WORDS, self.i):
            return None
        match = pattern(_TRUTH if last is not None and last.is_op("=") else _KEY).match(text, self.i)
        return ("name", match[0], match.end()) if match else None

    def _choice(self) -> str:
        """The if or else that stands here, of p if x > 0 else q."""
        text = self.clean.text
        if not text.startswith(("if", "else"), self.i):
            return ""
        match = pattern(f"{_APART}(if|else){_ALONE}").match(text, self.i)
        return match[1] if match and pattern(f"{_APART}if{_ALONE}.*{_APART}else{_ALONE}").search(text) else ""

    def _behind_head(self) -> bool:
        """Whether what stands here may be a limit of the sum, product or extremum before it."""
        last = self.tokens[-1] if self.tokens else None
        return last is not None and (last.is_op("∑", "∏") or (last.kind == "function" and last.text in HEADS)) \
            and not self.vocabulary.numpy

    def _limits(self, below: str, above: str, end: int) -> None:
        sign = self.tokens[-1]
        span = self.clean.span(self.i, end)
        self.emit("limits", self.clean.source[span.start:span.end], end,
                  Limits(HEADS[sign.text], below, above, sign.span.to(span)))
        self.vocabulary.found.is_indexed = True
        self.vocabulary.found.letters |= bound_letters(below)

    def _number(self, match: re.Match[str]) -> None:
        if self._in_short_fraction() and match[0][0] != ".":
            self.emit("number", match[0][0], self.i + 1, Fraction(match[0][0]))
            return
        mantissa, _, exponent = match[0].lower().partition("e")
        if len(mantissa) > LARGEST_EXPONENT or len(exponent) > 6 or abs(int(exponent or 0)) > LARGEST_EXPONENT:
            raise self.error("M0104", f"a number with more than {LARGEST_EXPONENT} digits", match.end())
        if match[0] == "1" and self._relation(match.end()):
            return
        unit = pattern("[ij](?![A-Za-z0-9_])").match(self.clean.text, match.end())
        if unit and (self.vocabulary.complex or (match[0] == "1" and not self.vocabulary.is_declared(unit[0]))):
            self._imaginary(match, unit.end())
            return
        size, _, end = decoration(self.clean.text, match.end(), self.clean.latex, digits=False)
        if match[0] in ("0", "1") and size and not size[0].isdigit():
            word = ("zeros", "ones")[int(match[0])]
            self.emit("reserved", word, end, self.size(size, word, end))
        else:
            self.emit("number", match[0], match.end(), Fraction(match[0].rstrip(".")))

    def _imaginary(self, match: re.Match[str], end: int) -> None:
        """1i and 0.5j, in brackets where a number stands in front."""
        value = Fraction(match[0].rstrip("."))
        if value != 1:
            self.emit("op", "(", self.i)
            self.emit("number", match[0], match.end(), value)
        self.emit("reserved", UNIT, end)
        if value != 1:
            self.tokens.append(Token("op", ")", self.tokens[-1].span))

    def _relation(self, i: int) -> bool:
        """Whether the 1 that ends at `i` has a relation below it, 1_{i=j}, which is taken then."""
        below, _, end = limits_at(self.clean.text, i, self.clean.latex, upper_first=False)
        if not below or not pattern(f".*(?:{SIGNS}).*").fullmatch(plain(below)):
            return False
        self.emit("relation", "1", end, plain(below))
        self.vocabulary.found.is_indexed = True
        return True

    def _behind_norm(self) -> bool:
        """Whether a subscript may stand here: ‖x‖∞."""
        return bool(self.tokens) and not self.space and self.tokens[-1].text in ("‖", "|")

    def _in_short_fraction(self) -> bool:
        """Whether the next digit stands alone, as both do in \\frac12."""
        last = [t.text for t in self.tokens[-2:]]
        return last[-1:] == [FRACTION] or (last[:1] == [FRACTION] and self.tokens[-1].kind == "number")

    def _raised(self, run: str) -> None:
        """aⁿ⁻¹ is a^(n-1)."""
        span = self.clean.span(self.i, self.i + len(run))
        plain = "".join(SUPERSCRIPTS[c] for c in run).strip("()")
        parts = re.findall("[0-9]+|[a-z]|[-+]", plain)
        kinds = ["number" if part.isdigit() else "name" if part.isalpha() else "op" for part in parts]
        shown = [("op", "^"), ("op", "("), *zip(kinds, parts, strict=True), ("op", ")")]
        self.tokens += [Token(kind, part, span, False, Fraction(part) if kind == "number" else None)
                        for kind, part in shown]
        self.i += len(run)

    def _superscript(self, match: re.Match[str]) -> None:
        sign, body = match[1] or "", match[2] or match[0]
        data: Any
        if body in SUPERSCRIPT_SIGNS:
            data = SUPERSCRIPT_SIGNS[body]
        elif body in SUPERSCRIPT_LETTERS:
            data = SUPERSCRIPT_LETTERS[body]
        elif len(body) > LARGEST_EXPONENT:
            raise self.error("M0104", f"a number with more than {LARGEST_EXPONENT} digits", match.end(), "²")
        else:
            data = Fraction("".join(SUPERSCRIPT_DIGITS[c] for c in body))
        self.emit("superscript", match[0], match.end(), ("-" if sign == "⁻" else "", data))

    def _subscript(self) -> None:
        """A subscript behind something that is no name: ‖x‖_2, ‖X‖_*, |…|₁."""
        text = self.clean.text
        if match := pattern(SUBSCRIPT).match(text, self.i):
            self.emit("subscript", match[2], match.end())
            return
        subscripts, _, end = decoration(text, self.i, self.clean.latex, digits=False)
        if not subscripts:
            raise self.error("M0101", "a subscript is missing after _", self.i + 1)
        self.emit("subscript", subscripts[0], end)

    def _not_read(self, char: str) -> None:
        """𝔼[…] and ⌊x⌋ are refused by name."""
        if char == "𝔼" and self.vocabulary.is_declared("E"):
            self._name("E", self.i + 1)
        else:
            raise self.error("M0224", f"{NOT_READ[char]} cannot be read", self.i + 1)

    def _star(self) -> None:
        """\\ast and ⋆ between operands: a convolution in most books; a product only where a number stands beside."""
        behind = self.clean.text[self.i + 1:].lstrip(f" {SEPARATOR}")[:1]
        raised = self.vocabulary.complex and self._after_caret()
        if raised or (self.tokens and self.tokens[-1].kind == "number") or behind.isdigit():
            self.emit("op", "*", self.i + 1)
        else:
            raise self.error("M0224", "a star between operands: convolutions are not read; a product is *", self.i + 1,
                             "*")


def told_apart(texts: list[list[Token]], vocabulary: Vocabulary) -> list[list[Token]]:
    """The tokens of several texts; bold names are called so where the plain ones occur too, or if that is declared."""
    plain = {token.text for tokens in texts for token in tokens if token.kind == "name" and not token.bold}
    told = [_told(tokens, plain, vocabulary) for tokens in texts]
    vocabulary.found.notes[:] = dict.fromkeys(vocabulary.found.notes)
    return told


def _told(tokens: list[Token], plain: set[str], vocabulary: Vocabulary) -> list[Token]:
    told = list(tokens)
    for i, token in enumerate(tokens):
        if token.bold and not (token.text in UNSPECIFIED and tokens[i + 1].is_op("(")):
            own = bold_name(token.text)
            if token.text in plain or own in vocabulary.declared:
                told[i] = token._replace(text=own)
                vocabulary.found.notes.append(f"{token.text} plain and {token.text} bold, {own}, are two names")
            vocabulary.found.kinds[told[i].text] = "matrix" if token.text[0].isupper() else "vector"
    return told


def two_alphabets(source: str, tokens: Iterable[Token]) -> MatcalcError | None:
    """The complaint about a name that occurs both plain and in script, fraktur or double-struck."""
    seen: dict[str, bool] = {}
    for token in tokens:
        is_fancy = token.kind == "name" and _fancy(source, token)
        if token.kind == "name" and seen.setdefault(token.text, is_fancy) != is_fancy:
            other = token.text + "_s"
            fixes = (replace(source, token.span, other),) if not is_fancy else ()
            return fail("M0221", f"{token.text} in two alphabets: one variable or two?", source, token.span,
                        fixes=fixes)
    return None


def _fancy(source: str, token: Token) -> bool:
    typed = source[token.span.start:token.span.end]
    name = unicodedata.name(typed[:1] or " ", "")
    before = source[max(0, token.span.start - _NEAR):token.span.start]
    if any(word in name for word in _NAMES):
        return True
    return "\\math" in before + typed and (re.match(r"\\math(?:cal|scr|frak|bb)\b", typed) is not None
                                        or pattern(_COMMAND).search(before) is not None)
