"""How the lexer splits a run of letters: declared name > function > Greek > single letters, unknown words refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from matcalc.diagnostics import MatcalcError, fail
from matcalc.language.characters import FRACTION, FUNCTION_LETTERS, GREEK, SEPARATOR, UNSPECIFIED
from matcalc.language.clean import Clean
from matcalc.language.names import BEFORE_BRACKET, RESERVED, Vocabulary, canonical, decoration, is_lower
from matcalc.language.numpy_names import names
from matcalc.language.suggest import closest, replace, with_declarations
from matcalc.language.tokens import Token

CAPITALISED = f"[A-Z][A-Za-z0-9_]{{0,20}}(?=[ {SEPARATOR}]*[(\\[{{])|[A-Z][a-z]+(?= +[A-Z])"


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@dataclass(slots=True)
class Speller:
    """Cleaned text, a position in it, and the tokens found so far."""

    clean: Clean
    vocabulary: Vocabulary
    i: int = 0
    space: bool = False
    tokens: list[Token] = field(default_factory=list)

    def emit(self, kind: str, text: str, end: int, data: Any = None) -> None:
        """Append the token that reaches up to `end` of the cleaned text."""
        span = self.clean.span(self.i, end)
        self.tokens.append(Token(kind, text, span, self.space, data))
        self.i, self.space = end, False

    def error(self, code: str, message: str, end: int, *fixes: str) -> MatcalcError:
        """A complaint about the characters up to `end`; each fix replaces them."""
        span = self.clean.span(self.i, end)
        source = self.clean.source
        return fail(code, message, source, span, fixes=tuple(replace(source, span, fix) for fix in fixes))

    def word(self, char: str) -> None:
        text, i, known = self.clean.text, self.i, self.vocabulary
        if self._after_caret() and char == "T" and "T" not in known.declared:
            self.emit("name", "T", i + 1)
        elif not char.isascii():
            self._name(char, i + 1)
        elif known.whole_words:
            self._identifier()
        elif qualified := pattern(r"sympy\.([A-Za-z]\w*)(?=\()").match(text, i):
            self.emit("function", qualified[1], qualified.end())
        elif special := pattern(r"(vector|matrix|deriv)(?=\s*\()").match(text, i):
            self._special(special)
        elif word := known.longest(text, i):
            self._known(word)
        else:
            self._letter(char)

    def _special(self, match: re.Match[str]) -> None:
        if self.vocabulary.is_declared(match[1]):
            self._name(match[1], match.end())
        else:
            self.emit("reserved", match[1], match.end())

    def _after_caret(self) -> bool:
        """Whether the last tokens are ^ or ^- or ^{ or ^{-."""
        last = "".join(t.text if t.kind == "op" else " " for t in self.tokens[-3:])
        return last.endswith(("^", "^-", "^{", "^(", "^{-", "^(-"))

    def _identifier(self) -> None:
        """NumPy: a whole identifier is a function or a name."""
        match = pattern(r"[A-Za-z]\w*").match(self.clean.text, self.i)
        assert match is not None
        known = self.vocabulary
        called = self.clean.text[match.end():match.end() + 1] == "("
        if called and match[0] not in known.declared and (
                match[0] in known.functions or known.fallback(match[0])):
            self.emit("function", match[0], match.end())
        elif match[0] in RESERVED and match[0] not in known.declared:
            self.emit("reserved", match[0], match.end())
        elif called and match[0] not in {*UNSPECIFIED, *known.declared, *BEFORE_BRACKET}:
            self._unknown()
        else:
            word = re.fullmatch(r"([A-Za-z]+?)_?([0-9]*)", match[0])
            self.emit("name", "_".join(filter(None, word.groups())) if word else match[0], match.end(), True)

    def _known(self, word: str) -> None:
        text, end = self.clean.text, self.i + len(word)
        after = text[end:end + 1]
        if is_lower(after) and is_lower(word[-1]) and not self.vocabulary.splits_into_declared(self._lower_run()):
            self._unknown()
        elif self.vocabulary.is_declared(word):
            self._name(word, end)
        elif word in self.vocabulary.functions:
            if after.isdigit():
                self._unknown()
            else:
                self.emit("function", word, end)
        elif word in RESERVED:
            self._reserved(word, end)
        else:
            self._greek(word, end)

    def _reserved(self, word: str, end: int) -> None:
        subscripts, _, stop = decoration(self.clean.text, end, self.clean.latex, digits=False)
        if word == "pi" and subscripts:
            self._name(word, end)
        else:
            self.emit("reserved", word, stop, subscripts[0] if subscripts else None)

    def _greek(self, word: str, end: int) -> None:
        if self.clean.text[end:end + 1] == "(" and word in FUNCTION_LETTERS and \
                self.clean.text[self.i - 1:self.i] != SEPARATOR:
            raise self.error("M0209", f"{word}( is the letter {word} times a bracket, or the function?", end,
                             f"{word}*", f"sympy.{word}")
        self._name(word, end)

    def _lower_run(self) -> str:
        match = pattern(r"[a-z]*").match(self.clean.text, self.i)
        return match[0] if match else ""

    def _letter(self, char: str) -> None:
        run = self._lower_run()
        inside = self.i > 0 and is_lower(char) and is_lower(self.clean.text[self.i - 1])
        capitalised = bool(pattern(r"[A-Z][a-z]{3,}").match(self.clean.text, self.i))
        capitalised = capitalised and not self.vocabulary.longest(self.clean.text, self.i + 1)
        unknown = (len(run) >= 3 and not inside) or capitalised
        if word := self._capitalised_function():
            self.emit("function", word, self.i + len(word))
        elif char == "I" and not capitalised and not self.vocabulary.is_declared("I"):
            self._reserved("I", self.i + 1)
        elif unknown and not (run and self.vocabulary.splits_into_declared(run)):
            self._unknown()
        else:
            self._name(char, self.i + 1)

    def _capitalised_function(self) -> str:
        """Tr, Det, EXP before a bracket, and Tr before another word, are functions; '' where none stands here."""
        match = pattern(CAPITALISED).match(self.clean.text, self.i)
        if match is None or (match[0].isupper() and len(match[0]) < 3) or self.vocabulary.is_declared(match[0]):
            return ""
        found = [f for f in self.vocabulary.functions if f.lower() == match[0].lower()]
        return found[0] if len(found) == 1 else ""

    def _unknown(self) -> None:
        """An unknown word: SymPy may know it as a function, a different case may be known; otherwise refuse."""
        match = pattern(r"[A-Za-z][A-Za-z0-9_]*").match(self.clean.text, self.i)
        assert match is not None
        word, end = match[0], match.end()
        called = self.clean.text[end:end + 1] == "("
        folded = [f for f in self.vocabulary.functions if f.lower() == word.lower()]
        if called and len(folded) == 1:
            self.emit("function", folded[0], end)
        elif called and self.vocabulary.fallback(word):
            self.emit("function", word, end)
        else:
            letters = pattern(r"[A-Za-z]+").match(self.clean.text, self.i)
            stop = end if closest(word, self.vocabulary.words()) or letters is None else letters.end()
            word = self.clean.text[self.i:stop]
            raise self._refused(word, stop, called)

    def _refused(self, word: str, stop: int, called: bool) -> MatcalcError:
        """Fixes: the known words nearest, the letters one by one, or a declaration of the word."""
        elsewhere = names().get(word.lower(), "")
        near = [elsewhere] if elsewhere else closest(word, self.vocabulary.words())
        span = self.clean.span(self.i, stop)
        texts = [*near, *([f"{word}*"] if self.vocabulary.whole_words else [" ".join(self._pieces(word))])]
        fixes = [replace(self.clean.source, span, text) for text in texts]
        if not near and not called:
            fixes.append(with_declarations(self.clean.source, f"{word}: scalar"))
        return fail("M0102", f"unknown name “{word}”", self.clean.source, span, fixes=tuple(fixes))

    def _pieces(self, word: str) -> list[str]:
        """The known words and single letters that `word` consists of."""
        pieces, i = [], 0
        while i < len(word):
            piece = self.vocabulary.longest(word, i) or word[i]
            pieces.append(piece)
            i += len(piece)
        return pieces

    def _name(self, base: str, end: int) -> None:
        """A letter or a known word with its decoration; a decorated word may be a function: lambda_max."""
        digits = not (self.tokens and self.tokens[-1].text == FRACTION)  # \\frac N2 is N/2
        subscripts, marks, stop = decoration(self.clean.text, end, self.clean.latex, digits)
        self._refuse_short_label(end, stop)
        name = canonical(base, subscripts, marks)
        if base in GREEK and not marks and name == "pi" and "pi" not in self.vocabulary.declared:
            self.emit("reserved", "pi", stop)
        elif name in self.vocabulary.functions and not self.vocabulary.is_declared(name) and len(name) > 1:
            self.emit("function", name, stop)
        else:
            self.emit("name", name, stop, base.isascii() and len(base) > 1)

    def _refuse_short_label(self, end: int, stop: int) -> None:
        """A_max in LaTeX is A_m a x to TeX, and a name to everyone else."""
        run = pattern(r"[a-z]{2,}").match(self.clean.text, stop)
        if run is None or not self.clean.latex or not pattern(r"_[a-z]").fullmatch(self.clean.text, end, stop):
            return
        if not self.vocabulary.longest(self.clean.text, stop):
            head, label = self.clean.text[self.i:end], self.clean.text[end + 1:stop]
            raise self.error("M0215", f"the label {label + run[0]}, or the label {label} and factors?", run.end(),
                             f"{head}_{{{label}{run[0]}}}", f"{head}_{label} {' '.join(run[0])}")
