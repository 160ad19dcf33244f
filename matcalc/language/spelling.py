"""How the lexer splits a run of letters: declared name > function > Greek > single letters, unknown words refused."""

from __future__ import annotations

import re
import unicodedata
from types import ModuleType
from typing import Any

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.bounds import BIG, einsum_at, head_at, is_sum_sign
from matcalc.language.characters import (
    BOLD,
    FRACTION,
    FUNCTION_LETTERS,
    GREEK,
    GREEK_NAMES,
    PARTS,
    SEPARATOR,
    UNSPECIFIED,
    barred,
    pattern,
)
from matcalc.language.clean import BEFORE_BRACKET, Clean
from matcalc.language.divergences import has_list
from matcalc.language.peers import in_matlab
from matcalc.language.python_indices import END, is_end
from matcalc.language.subscripts import placed_function
from matcalc.language.suggest import closest, qualified, replace, table
from matcalc.language.superscripts import Superscript, derivative_or_label, superscript
from matcalc.language.syntax import CONJUGATE
from matcalc.language.vocabulary import (
    RESERVED,
    RUN,
    SIZES,
    Open,
    Token,
    Vocabulary,
    bold_name,
    canonical,
    decoration,
    is_lower,
    is_word,
    labelled,
)

CAPITALISED = f"[A-Z][A-Za-z0-9_]{{0,20}}(?=[ {SEPARATOR}]*[(\\[{{])|[A-Z][a-z]+(?= +[A-Z])"


class Speller:
    """Cleaned text, a position in it, and the tokens found so far."""

    def __init__(self, clean: Clean, vocabulary: Vocabulary) -> None:
        self.clean = clean
        self.vocabulary = vocabulary
        self.i = 0
        self.space = False
        self.tokens: list[Token] = []

    def emit(self, kind: str, text: str, end: int, data: Any = None, bold: bool = False) -> None:
        """Append the token that reaches up to `end` of the cleaned text."""
        span = self.clean.span(self.i, end)
        self.tokens.append(Token(kind, text, span, self.space, data, bold))
        self.i, self.space = end, False

    def error(self, code: str, message: str, end: int, *fixes: str) -> MatcalcError:
        """A complaint about the characters up to `end`; each fix replaces them."""
        span = self.clean.span(self.i, end)
        source = self.clean.source
        return fail(code, message, source, span, fixes=tuple(replace(source, span, fix) for fix in fixes))

    def word(self, char: str) -> None:
        """Emit the token that begins with the letter `char`. Raises InputError at an unknown word."""
        text, i, known = self.clean.text, self.i, self.vocabulary
        if self._after_caret() and char == "T" and known.turns:
            self.emit("name", "T", i + 1)
        elif char in BIG and not known.is_declared(GREEK[char]) and is_sum_sign(text, i, self.clean.latex):
            self.emit("op", BIG[char], i + 1)
        elif char in PARTS and not known.is_declared(char):
            self.emit("function", PARTS[char], i + 1)
        elif not char.isascii():
            self._name(char, i + 1)
        elif char in "RI" and text[i + 1:i + 2] in ("e", "m") and (
                part := self._signs().real_part(self.clean, i, known)):
            self.emit("function", part, i + 2)
        elif char == "e" and (einsum := einsum_at(text, i)) is not None:
            self.emit("einsum", "einsum", einsum.end(), einsum[2])
        elif known.numpy:
            self._identifier()
        elif char == "e" and is_end(text, i) and not known.is_declared(END) and any(
                token.is_op("(", "[") for token in self.tokens):
            self.emit("reserved", END, i + len(END))
        elif head := head_at(text, i):
            self.emit("function", head, i + len(head))
        elif qualified := pattern(r"sympy\.([A-Za-z]\w*)(?=\()").match(text, i):
            self.emit("function", qualified[1], qualified.end())
        elif (special := pattern(r"(vector|matrix|deriv)(?=\s*\()").match(text, i)) \
                and not known.is_declared(special[1]):
            self.emit("reserved", special[1], special.end())
        elif called := self._called():
            self._whole(called)
        elif word := known.longest(text, i):
            self._known(word)
        else:
            self._letter(char)

    def _signs(self) -> ModuleType:
        from matcalc.language import complex_signs  # which few texts need

        return complex_signs

    def _called(self) -> str:
        """The word that starts here and stands directly before a bracket, if it is no name, function or product."""
        text, i = self.clean.text, self.i
        match = pattern(RUN + f"(?={SEPARATOR}*\\(|\\.\\()").match(text, i)
        if match is None or (i and (text[i - 1] == "_" or (text[i - 1].isascii() and text[i - 1].isalpha()))):
            return ""
        known, word, end = self.vocabulary, match[0], match.end()
        return word if is_word(word, known) or has_list(known, word, text, end) else ""

    def _whole(self, word: str) -> None:
        """A word under another spelling, or one that is refused."""
        end, known = self.i + len(word), self.vocabulary
        function = known.function(word)
        if function and function != word and not (function.lower() == word.lower() and pattern("[A-Z]?[a-z]*|[A-Z]*")
                                                  .fullmatch(word)):
            known.found.notes.append(f"{word} is read as {function}")
        if function or known.fallback(word):
            self.emit("function", function or word, end)
        elif in_matlab(word):
            self.emit("function", word, end)
        else:
            raise self._refused(word, end, True)

    def upright(self) -> None:
        """A word set upright is one word: a name, a function, or refused."""
        match = pattern("[A-Za-z][A-Za-z0-9_]*").match(self.clean.text, self.i + 1)
        assert match is not None
        self.i += 1
        word, end, known = match[0], match.end(), self.vocabulary
        called = pattern(f"{SEPARATOR}*\\(").match(self.clean.text, end) is not None
        if not known.is_declared(word) and (word in RESERVED or word in table("reserved")):
            self._reserved(table("reserved").get(word, word), end)
        elif known.is_declared(word) or word in GREEK_NAMES:
            self._name(word, end)
        elif known.function(word) or (called and known.fallback(word)):
            self._whole(word)
        else:
            raise self._refused(word, end, called, upright=True)

    def _after_caret(self) -> bool:
        """Whether the last tokens are ^ or ^- or ^{ or ^{-."""
        last = "".join(t.text if t.kind == "op" else " " for t in self.tokens[-3:])
        return last.endswith(("^", "^-", "^{", "^(", "^{-", "^(-"))

    def _identifier(self) -> None:
        """NumPy: a whole identifier is a function or a name."""
        from matcalc.language.peers import is_listed, is_stray, is_wholly_listed  # which other texts do not need

        match, known = pattern(r"[A-Za-z]\w*").match(self.clean.text, self.i), self.vocabulary
        assert match is not None
        opens = self.clean.text[match.end():match.end() + 1]
        called = opens == ("[" if match[0] in ("r_", "c_") else "(") or known.is_given(match[0], self.tokens)
        before = self.clean.source[:self.clean.starts[self.i]]
        if called and (is_listed(before, match[0]) or is_wholly_listed(before)):
            self.emit("function", match[0], match.end())
        elif called and (told := qualified(before, match[0])):
            self.emit("function", told, match.end())
        elif called and match[0] not in known.declared and (match[0] in known.functions or known.fallback(match[0])):
            self.emit("function", match[0], match.end())
        elif called and len(match[0]) > 1 and match[0] not in known.declared and known.function(match[0]):
            self._whole(match[0])
        elif match[0] in RESERVED and match[0] not in known.declared:
            self.emit("reserved", match[0], match.end())
        elif is_stray(before, match[0]) or called > (match[0] in {*UNSPECIFIED, *known.declared, *BEFORE_BRACKET}):
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
            if word == CONJUGATE and self.clean.latex:
                self._signs().refuse_mean(self.clean, self.i, self.vocabulary)
            run = pattern(RUN).match(text, self.i)
            if after == "_" and run is not None and self.vocabulary.function(run[0]):
                self._whole(run[0])
            elif after.isdigit():
                self._unknown()
            else:
                is_julia = text[end:end + 2] == ".("
                self.emit("function", table("differs").get(f"julia.{word}", word) if is_julia else word, end)
        elif word in RESERVED:
            self._reserved(word, end)
        else:
            self._greek(word, end)

    def _reserved(self, word: str, end: int) -> None:
        subscripts, _, stop = decoration(self.clean.text, end, self.clean.latex, digits=False)
        if word == "pi" and subscripts:
            self._name(word, end)
        else:
            self.emit("reserved", word, stop, self.size(subscripts, word, stop))

    def size(self, subscripts: list[str], word: str, stop: int) -> str | None:
        """The n of I_n, the m*n of 0_{m\\times n}, None where there is none."""
        first = subscripts[0] if subscripts else None
        if first is None or first.isalnum() or pattern(SIZES).fullmatch(first):
            return first.strip("{}") if first else None
        raise self.error("M0213", f"{first.strip('{}')} is no size", stop, f"{word}({first.strip('{}')})")

    def _greek(self, word: str, end: int) -> None:
        if self.clean.text[end:end + 1] == "(" and word in FUNCTION_LETTERS and \
                self.clean.text[self.i - 1:self.i] != SEPARATOR:
            raise self.error("M0209", f"{word}( is the letter {word} times a bracket, or the function?", end,
                             f"{word}*", f"sympy.{word}")
        self._name(word, end)

    def _lower_run(self) -> str:
        return match[0] if (match := pattern(r"[a-z]*").match(self.clean.text, self.i)) else ""

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
        found = self.vocabulary.cased(match[0])
        return found[0] if len(found) == 1 else ""

    def _unknown(self) -> None:
        """An unknown word: SymPy may know it as a function, a different case may be known; otherwise refuse."""
        match = pattern(r"[A-Za-z][A-Za-z0-9_]*").match(self.clean.text, self.i)
        assert match is not None
        word, end = match[0], match.end()
        called = pattern(r"\.?\(").match(self.clean.text, end) is not None
        folded = self.vocabulary.cased(word)
        if called and len(folded) != 1 and self.vocabulary.function(word):
            self._whole(word)
        elif called and len(folded) == 1:
            self.emit("function", folded[0], end)
        elif called and (self.vocabulary.fallback(word) or in_matlab(word)):
            self.emit("function", word, end)
        else:
            letters = pattern(r"[A-Za-z]+").match(self.clean.text, self.i)
            whole = called or letters is None or closest(word, self.vocabulary.words())
            stop = letters.end() if letters is not None and not whole else end
            word = self.clean.text[self.i:stop]
            raise self._refused(word, stop, called)

    def _refused(self, word: str, stop: int, called: bool, upright: bool = False) -> MatcalcError:
        from matcalc.language.refusals import unknown  # which texts that are read do not need

        return unknown(self.clean, self.vocabulary, word, Span(self.i, stop), called=called, upright=upright)

    def _name(self, base: str, end: int) -> None:
        """A letter or a known word with its decoration; a decorated word may be a function: lambda_max."""
        digits = not (self.tokens and self.tokens[-1].text == FRACTION)  # \\frac N2 is N/2
        subscripts, marks, stop = decoration(self.clean.text, end, self.clean.latex, digits)
        self._refuse_short_label(end, stop)
        sizes = [size for part in subscripts if (size := pattern(SIZES).fullmatch(part))]
        subscripts = [part for part in subscripts if not pattern(SIZES).fullmatch(part)]
        label = superscript(self.clean.text, stop) if not self.vocabulary.numpy else None
        if label is not None:
            more, further, after = decoration(self.clean.text, label.end, self.clean.latex, digits=False)
            whole = canonical(base, subscripts + more, marks + further)
            if self._is_label(base, whole, BOLD in marks, label, stop):
                self._named(base, labelled(whole, label.label), after, BOLD in marks + further)
                if label.transposed:
                    self.tokens.append(Token("superscript", "ᵀ", self.tokens[-1].span, False, ("", "T")))
                return
        name = canonical(base, subscripts, marks)
        for size in sizes:
            self._sized(name, size.groups(), stop)
        self._named(base, name, stop, BOLD in marks)

    def _named(self, base: str, name: str, stop: int, bold: bool) -> None:
        """Emit what `name` is: pi, a function, or a name."""
        known = self.vocabulary
        if known.complex and not known.is_declared(name) and (plain := barred(name, known.complex)):
            self.emit("function", CONJUGATE, stop)  # conj(x) for x̄
            self.tokens += self._signs().bracketed(plain, self.tokens[-1].span)
        elif "\u0304" in unicodedata.normalize("NFD", name) and base.isupper() and not known.is_declared(name):
            raise self.error("M0214", self._signs().barred_real(base), stop, f"{base}_{{bar}}", base)
        elif base in GREEK and name == "pi" and "pi" not in known.declared:
            self.emit("reserved", "pi", stop)
        elif name in known.functions and not known.is_declared(name) and (len(name) > 1 or name in known.abstract):
            self.emit("function", name, stop)
        elif self._called_name(name, stop):
            self._whole_name(name, stop)
        else:
            self.emit("name", name, stop, base.isascii() and len(base) > 1, bold)

    def _is_label(self, base: str, whole: str, bold: bool, label: Superscript, stop: int) -> bool:
        """Whether a superscript is certainly part of the name; one that may be a power as well is noted down."""
        known, found, name = self.vocabulary, self.vocabulary.found, labelled(whole, label.label)
        if label.form == "starred" and base in known.complex:
            return False  # x^* of something complex is a conjugate, or asked about
        if {name, bold_name(name) if bold else name} & (known.declared | found.labelled):
            found.closed |= {label.label} if label.form == "bare" else set()
            return True
        if (base == "e" and not bold and label.form != "starred") or whole in {*known.functions, *RESERVED}:
            return False
        if GREEK.get(base, base) in UNSPECIFIED and self._opens(label.end) and not known.is_declared(whole):
            raise derivative_or_label(self.clean, self.i, base, label)
        if self._certain(base, bold, label):
            if label.form == "bare":
                found.closed.add(label.label)
            elif label.form == "bracketed" and label.label[0] == "(":
                self._note(found.bracketed, name, whole, label, stop)
            return True
        if label.form != "starred":
            self._note(found.open, name, whole, label, stop)
        return False

    def _note(self, where: dict[str, Open], name: str, whole: str, label: Superscript, stop: int) -> None:
        """Note down where a superscript stands."""
        while self.clean.text[stop] in (SEPARATOR, BOLD):
            stop += 1
        span = self.clean.span(stop, label.end)
        where.setdefault(name, Open(whole, label.label, label.form, [])).places.append((span.start, span.end))

    def _certain(self, base: str, bold: bool, label: Superscript) -> bool:
        if label.form == "starred":
            return not base[0].isupper() or label.label == "star"
        if label.form == "number":
            return bold or pattern(r"\^\{\([01]\)").search(self.clean.text.replace(SEPARATOR, "")) is not None
        if label.form == "bare":
            word = pattern("[a-z]{3,}").fullmatch(label.label) is not None and label.label not in GREEK_NAMES
            word = word and not self.vocabulary.splits_into_declared(label.label)
            return word or (bold and not base[0].isupper() and label.label != "t")
        return label.form in ("bracketed", "word")

    def _opens(self, i: int) -> bool:
        return pattern(f"{SEPARATOR}*\\(").match(self.clean.text, i) is not None

    def _sized(self, name: str, size: tuple[str, ...], stop: int) -> None:
        """X_{p\\times n} declares the size of X."""
        sizes, (rows, cols) = self.vocabulary.found.sizes, size
        if sizes.setdefault(name, (rows, cols)) != (rows, cols):
            before = "×".join(sizes[name])
            raise self.error("M0403", f"{name} is {before} elsewhere in the text", stop)

    def _called_name(self, name: str, stop: int) -> bool:
        """Whether an indexed name stands directly before a bracket like a function: λ_min(A), λ_i(A)."""
        known = self.vocabulary
        called = "_" in name and self._opens(stop) and name not in known.declared and not known.numpy
        return called and (bool(known.function(name)) or name.partition("_")[0] in ("lambda", "sigma")
                           or name.partition("_")[0] in UNSPECIFIED - known.declared
                           or pattern("[A-Za-z]{3,}").fullmatch(name.partition("_")[2]) is not None)

    def _whole_name(self, name: str, stop: int) -> None:
        """An indexed name before a bracket: a function, a factor of it where that is plain, or asked about."""
        function, span = self.vocabulary.function(name), self.clean.span(self.i, stop)
        shown = self.clean.source[span.start:span.end]
        if function:
            self.vocabulary.found.notes.append(f"{shown} is read as {function}")
            self.emit("function", function, stop)
        elif name.partition("_")[0] in UNSPECIFIED - {"sigma"}:
            raise self.error("M0209", f"{shown}(…) is {shown} times the bracket, or a function?", stop, f"{shown}*")
        elif name.partition("_")[0] not in ("lambda", "sigma"):
            raise self.error("M0102", f"unknown name “{name}”", stop, f"{shown}*")
        elif placed := placed_function(self.vocabulary, name, self.clean.text, stop):
            self.vocabulary.found.notes.append(f"{shown}(…) is read as {placed}, a factor is {shown}*(…)")
            self.emit("function", placed, stop, name.partition("_")[2])
        elif pattern(f"{SEPARATOR}*\\(\\s*[A-Z]\\w*[^\\w()]*\\)").match(self.clean.text, stop):
            raise self.error("M0209", f"{shown}(…): an eigenvalue or singular value, or a factor?", stop, f"{shown}*")
        else:
            self.emit("name", name, stop)

    def _refuse_short_label(self, end: int, stop: int) -> None:
        """A_max in LaTeX is A_m a x to TeX, and a name to everyone else."""
        run = pattern("[a-z]{2,}|[a-z](?![a-z_^₀-₉ₐ-ₜᵢ-ᵥⱼ])").match(self.clean.text, stop) if self.clean.latex else None
        if run is None or (len(run[0]) == 1 and run[0] not in self.vocabulary.found.letters) or \
                not pattern(r"_[a-z]").fullmatch(self.clean.text, end, stop):
            return
        if not self.vocabulary.longest(self.clean.text, stop):
            head, label = self.clean.text[self.i:end], self.clean.text[end + 1:stop]
            raise self.error("M0215", f"the label {label + run[0]}, or the label {label} and factors?", run.end(),
                             f"{head}_{{{label}{run[0]}}}", f"{head}_{label} {' '.join(run[0])}")
