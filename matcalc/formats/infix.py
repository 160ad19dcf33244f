"""R, Julia, Mathematica and Maple, translated into the plain spelling with what each means by its operators.

The text is read by bindings (Pratt 1973); an operand is translated as soon as it is read. A letter that an operation
shows to be a vector is one everywhere, so the text is read again with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.diagnostics import MatcalcError, Span
from matcalc.formats import braces, by_kind, entries_taken, julia, mapped, over_index, pure
from matcalc.formats.function_tables import Meaning, functions
from matcalc.formats.grammars import GRAMMARS, MAPPED
from matcalc.formats.mapped_pieces import Piece, Pieces, unread
from matcalc.formats.marked import Word, words
from matcalc.formats.meanings import Meanings, text
from matcalc.formats.valued import (
    COLUMN,
    CONDITION,
    LETTER,
    MATRIX,
    NUMBERS,
    ROW,
    SCALAR,
    VECTOR,
    Value,
    kind_of_name,
    put,
)
from matcalc.language.characters import GREEK, GREEK_NAMES, pattern
from matcalc.language.suggest import with_declarations

_HEAD = r"\s*([^\W\d]\w*(?:\[[\w_, ]*\]|\([\w, ]*\))?)\s*(<-|:=|=)(?![=])"
_MODULES = ("LinearAlgebra", "Statistics", "BLAS", "SpecialFunctions", "Base", "Flux", "NNlib", "Losses", "Zygote",
            "LogExpFunctions", "StatsFuns")
_ANONYMOUS = r"\s*(?:\(?[^\W\d]\w*(?:\s*,\s*\w+)*\)?\s*->|@(?:tullio|einsum|tensor|ein)\s+\w+\s*:?=)\s*"  # x -> …
_SHORT = r"[^\W\d_][\u0300-\u036f]*\d*(?:_\w+)?"
_DEEPEST = 60
_NCALGEBRA = r"\*\*|(?<![\w.])(?:inv|tp|aj|rt)\["  # in which 1 beside a matrix is the identity
_WORDS = ("Infinity", "Inf", "infinity", "Frobenius", "abs2")  # that stand alone as arguments
_GATHERING = ("sum", "mean", "prod", "max", "min", "norm", "‖", "diag", "vec", "kron")


def read(name: str, source: str, start: int, end: int, declared: Mapping[str, str]) -> Pieces:
    """The formula in source[start:end], without the name that it is given."""
    while end > start and source[end - 1] in "; \t\n":
        end -= 1
    head = re.compile(_HEAD).match(source, start, end) or (
        re.compile(_ANONYMOUS).match(source, start, end) if name == "julia" else None)
    begin = head.end() if head else start
    summed = over_index.repeated(source, begin, end) if head and head[0].lstrip()[:1] == "@" else ()
    known = dict(declared)
    for _ in range(9):
        program = _Program(name, source, words(name, GRAMMARS[name], source, begin, end), known)
        program.letters = dict(zip(summed, summed, strict=True))
        value = over_index.over_all(program, summed)
        if program.at.kind != "end":
            raise program.unread(f"{program.at.text} is not expected here in {program.grammar.title}", program.at.place)
        more = program.meanings.vectors - known.keys()
        if not more:
            found = sorted(known.keys() - declared.keys())
            where = f" where {', '.join(found)}: vector" if found else ""
            return [*value.pieces, *([Piece(where, value.place)] if where else [])]
        known |= dict.fromkeys(more, VECTOR)
    raise unread("which of these are vectors?", source, Span(start, end))


class _Program:
    def __init__(self, name: str, source: str, given: list[Word], declared: Mapping[str, str]) -> None:
        self.name, self.source, self.words, self.i = name, source, given, 0
        self.declared = declared
        self.grammar = GRAMMARS[name]
        self.meanings = Meanings(self.grammar.title, source)
        self.meanings.units = name == "mathematica" and pattern(_NCALGEBRA).search(source) is not None
        self.known, self.refused = functions(name)
        self.depth = 0
        self.fused = False  # below @. and in functions of entries
        self.bound: dict[str, Value] = {}  # what the parameters of these functions stand for
        self.letters: dict[str, str] = {}  # the indices of the sums around
        self.has_pure = name == "mathematica" and any(word.text == pure.SIGN for word in given)

    @property
    def at(self) -> Word:
        return self.words[self.i]

    def unread(self, what: str, span: Span, *fixes: str) -> MatcalcError:
        return unread(what, self.source, span, *fixes)

    def expression(self, binding: int) -> Value:
        """What stands here up to an operator that binds less than `binding`."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.unread(f"more than {_DEEPEST} brackets in each other are not read", self.at.place)
        left = (pure.applied(self) if self.has_pure and binding == 0 else None) or self.prefixed(binding)
        while True:
            at = self.at
            if at.text in self.grammar.infix:
                power, from_right, meaning = self.grammar.infix[at.text]
                if power < binding:
                    break
                self.i += 1
                right = self.expression(power if from_right else power + 1)
                left = self._operated(self._meant(meaning, at), left, right, at.place)
            elif self._is_beside() and self.grammar.beside >= binding:
                right = self.expression(self.grammar.beside + 1)
                by_entries = self.name == "mathematica" or self.fused
                left = self.meanings.of("entries" if by_entries else "product", left, right,
                                        Span(at.place.start, at.place.start + 1))
            elif at.text == over_index.PIPE and binding == 0:
                left = self._piped(left)
            else:
                break
        self.depth -= 1
        return left

    def _piped(self, value: Value) -> Value:
        """Julia's x |> sum."""
        at = self.words[self.i + 1]
        self.i += 2
        found = by_kind.special(self, at, [value], at.place)
        meaning = self.known.get(at.text, {}).get(1)
        if found is None and meaning is not None and at.text not in self.refused:
            found = self.applied(at, meaning, [value], False, at.place)
        if found is None:
            raise self.unread(f"{at.text} is no function that is read behind |>", at.place)
        return found

    def _operated(self, meaning: str, left: Value, right: Value, place: Span) -> Value:
        """An operation by its meaning, or by the function of the table that it is."""
        if meaning == MAPPED:
            raise self.unread(f"{MAPPED} stands behind the name of a function", place)
        function = self.known.get(meaning, {}).get(2)
        if function is None:
            return self.meanings.of(meaning, left, right, place)
        return self.applied(Word("name", meaning, place, False), function, [left, right], self.fused, place)

    def _meant(self, meaning: str, at: Word) -> str:
        """What an operator means, entry by entry where that is said before the expression."""
        if not self.fused or meaning in mapped.FUSED.values():
            return meaning
        if meaning not in mapped.FUSED:
            raise self.unread(f"{at.text} is not read entry by entry", at.place)
        return mapped.FUSED[meaning]

    def _is_beside(self) -> bool:
        """Whether an operand follows without a sign: 2x, a b, x'y."""
        at, last = self.at, self.words[self.i - 1]
        if not self.grammar.beside or not (at.kind in ("name", "number") or at.text == "("):
            return False
        return self.name == "mathematica" or (not at.spaced and (
            (last.kind == "number" and at.kind != "number") or last.text in ("'", "ᵀ")))

    def prefixed(self, binding: int) -> Value:
        """An operand, or one with a sign before it, which takes no more than what stands before the sign does."""
        at = self.at
        if at.kind == "sign" and at.text in ("-", "+"):
            self.i += 1
            value = self.expression(max(self.grammar.minus, binding))
            return value if at.text == "+" else self.meanings.negated(value, at.place)
        return self.postfixed(self.operand())

    def postfixed(self, value: Value) -> Value:
        """With what follows it closely: a transpose, an index."""
        while True:
            at = self.at
            meaning = self.grammar.postfix.get(at.text) if at.kind == "sign" else None
            if meaning and not (at.text in ("^+", "^*") and self._starts_operand(self.words[self.i + 1])):
                self.i += 1
                value = self.meanings.transposed(value, at.place)
            elif at.text == "[[" or (at.text == "[" and self.grammar.opening != "["):
                value = entries_taken.entry(self, value, at)
            else:
                return value

    @staticmethod
    def _starts_operand(word: Word) -> bool:
        return word.kind in ("name", "number") or word.text == "("

    def operand(self) -> Value:
        """A number, a name, a call, or what is in brackets."""
        at = self.at
        self.i += 1
        if at.kind == "number":
            return Value([Piece(at.text, at.place)], SCALAR)
        if at.kind == "name":
            return self.named(at)
        if at.text == "[" and self.name == "julia":
            return julia.block(self, at)
        if at.text == "{" and self.name == "mathematica":
            return braces.array(self, at)
        if at.text == mapped.MACRO:
            return mapped.fused(self)
        if at.text == "(":
            inner = self.expression(0)
            self.expect(")", at)
            if inner.binding >= 100:
                return inner
            place = Span(at.place.start, self.words[self.i - 1].place.end)
            return Value([Piece("(", Span(place.start, place.start + 1)), *inner.pieces,
                          Piece(")", Span(place.end - 1, place.end))], inner.kind, 100, "", inner.letters)
        what = f"{at.text} stands" if at.text else "the text ends"
        raise self.unread(f"{what} where {self.grammar.title} has an operand", at.place)

    def expect(self, closing: str, opening: Word) -> None:
        """Take the closing bracket."""
        if self.at.text != closing:
            raise self.unread(f"{opening.text} is not closed", opening.place)
        self.i += 1

    def named(self, at: Word) -> Value:
        """A variable, a constant, or a function that is called."""
        while at.text in _MODULES and at.text not in self.declared and self.at.text in (":-", ".", ":"):
            self.i += 1 + (self.at.text == ":" and self.words[self.i + 1].text == "-")
            at = self.at
            self.i += at.kind != "end"
        if at.text in julia.VIEWS and self.name == "julia" and self.at.text == "(":
            return entries_taken.viewed(self, at)
        if self.at.text == MAPPED and self.name == "mathematica":
            return pure.mapped_name(self, at)
        if at.text in self.letters:
            return Value([Piece(at.text, at.place)], SCALAR)
        dotted = self._dotted() or self.fused
        if (self.at.text == self.grammar.opening and not (self.name != "mathematica" and self.at.spaced)) or (
                at.text == "√"):
            return self.called(at, dotted)
        if at.text in self.grammar.values and at.text not in self.declared:
            kind = MATRIX if at.text == "I" else SCALAR
            return Value([Piece(self.grammar.values[at.text], at.place)], kind)
        if at.text in self.bound:
            return self.bound[at.text]
        found = self.variable(at)
        if self.bound and found.kind != SCALAR:
            raise self.unread("beside the argument of a function of entries only numbers are read", at.place)
        return found

    def _dotted(self) -> bool:
        """Whether a function is taken entry by entry, f.(x) or exp~(X)."""
        at = self.at
        mark = {"julia": ".", "maple": "~"}.get(self.name)
        following = self.words[min(self.i + 1, len(self.words) - 1)]
        if mark and at.text == mark and not at.spaced and following.text == "(":
            self.i += 1
            return True
        return False

    def variable(self, at: Word) -> Value:
        """A variable by its name, which is one letter with decoration, a Greek letter or declared."""
        name = re.sub(r"^\\\[(Capital)?(\w+)\]$", lambda m: m[2] if m[1] else m[2].lower(), at.text)
        if name in self.grammar.imaginary and name not in self.declared:
            raise self.unread(f"{name} has a value of its own in {self.grammar.title}; a variable has another name",
                              at.place)
        base = name.partition("_")[0].rstrip("0123456789")
        if name not in self.declared and base not in GREEK_NAMES and not re.fullmatch(_SHORT, name):
            raise self.unread(f"{at.text} is one name in {self.grammar.title}: say what it is", at.place,
                              *(with_declarations(self.source, f"{name}: {kind}") for kind in ("vector", "matrix"))
                              if name.isidentifier() else ())
        if len(base) == 1 and name != base and "_" in name and not name.partition("_")[2].isalnum():
            raise self.unread(f"{at.text} is not read as a name", at.place)
        kind = kind_of_name(GREEK.get(name, name), self.declared)
        letters = frozenset([name]) if kind == LETTER else frozenset()
        return Value([Piece(name, at.place)], kind, 100, name, letters)

    def called(self, at: Word, dotted: bool) -> Value:
        """A function with its arguments."""
        if at.text == "√" and self.at.text != "(":
            args: mapped.Arguments = [self.expression(self.grammar.minus + 1)]
        else:
            self.i += 1
            if self.name == "mathematica" and at.text in (*over_index.SIGNS, over_index.TABLE) and \
                    at.text not in self.declared:
                return over_index.iterated(self, at)
            args = self.arguments(at)
        place = Span(at.place.start, self.words[self.i - 1].place.end)
        if self.name == "julia":
            at = julia.called(self, at)
            gathered = mapped.gathered(self, at, args, place, dotted)
            if isinstance(gathered, Value):
                return gathered
            at, args = gathered
            if at.text in over_index.SIGNS and len(args) == 1 and isinstance(args[0], Value) and args[0].kind == SCALAR:
                return args[0]
        if not (dotted and at.text == "muladd") and (found := by_kind.special(self, at, args, place)) is not None:
            return found
        words = [arg for arg in args if isinstance(arg, str)]
        meaning = self.known.get(at.text, {}).get(julia.signature(args) if words else len(args))
        if meaning is None and words and words[-1].startswith("("):  # reshape(X, (2, 6))
            sizes = [Value([Piece(size, place)], SCALAR) for size in words[-1].strip("()").split(",")]
            args = [*(arg for arg in args if isinstance(arg, Value)), *sizes]
            meaning = self.known.get(at.text, {}).get(len(args))
        if meaning is not None and words:
            args = [arg for arg in args if isinstance(arg, Value)]
        if at.text in self.refused or meaning is None:
            why = self.refused.get(at.text, f"with {len(args)} arguments it is not known here")
            raise self.unread(f"{at.text} of {self.grammar.title} is refused: {why}", at.place)
        values = [arg for arg in args if isinstance(arg, Value)]
        if len(values) < len(args):
            raise self.unread(f"a word among the arguments of {at.text} is not read", place)
        return self.applied(at, meaning, values, dotted, place)

    def _is_word(self) -> bool:
        """Whether a name stands here that is no expression: Infinity, or Mathematica's Times."""
        following = self.words[min(self.i + 1, len(self.words) - 1)]
        is_word = self.at.text in _WORDS and following.text in (",", self.grammar.closing)
        return is_word or (self.name == "mathematica" and by_kind.is_function(self, self.at, following))

    def arguments(self, opening: Word) -> mapped.Arguments:
        """Expressions, words in quotes, or functions of Julia."""
        found: mapped.Arguments = []
        while self.at.text != self.grammar.closing:
            word, end = julia.word_at(self.words, self.i, self.known) if self.name == "julia" else ("", 0)
            function = mapped.function_at(self.words, self.i) if self.name == "julia" else \
                pure.function_at(self.words, self.i) if self.name == "mathematica" else None
            if function is not None:
                found.append(function)
                self.i = function.after
            elif self.name == "julia" and (there := over_index.generator(self)):
                found.append(over_index.generated(self, opening, there, opening.place))
            elif word and word not in self.declared:
                found.append(word)
                self.i = end
                if word.endswith("=>"):
                    continue
            elif self.at.kind == "string":
                found.append(self.at.text.strip("\"'"))
                self.i += 1
            elif self._is_word():
                found.append(self.at.text)
                self.i += 1
            else:
                found.append(self.expression(0))
            if self.at.text == "," or (self.at.text == ";" and self.name == "julia"):
                self.i += 1
            elif self.at.text != self.grammar.closing:
                raise self.unread(f"{self.at.text or 'the end'} stands among the arguments of {opening.text}",
                                  self.at.place)
        self.i += 1
        return found

    def applied(self, at: Word, meaning: Meaning, args: list[Value], dotted: bool, place: Span) -> Value:
        """A function of the table."""
        first, kind = args[0], meaning.kind
        if kind != "each" and any(arg.kind == CONDITION for arg in args):
            raise self.unread("a condition stands in a choice only, ifelse.(x .> 0, a, b)", place)
        if kind == "transpose":
            return self.meanings.transposed(first, place)
        if kind == "entries" or (dotted and kind in ("number", "whole")):
            word = at.text if kind == "whole" else meaning.text
            call = f"{word}(#1)" if first.kind in NUMBERS else f"{word}.(#1)"
            return Value(put(call, args, place), first.kind, 100, "", first.letters)
        if kind == "each" and (dotted or all(arg.kind in (*NUMBERS, CONDITION) for arg in args)):
            shaped = sorted((arg.kind for arg in args if arg.kind != CONDITION), key=lambda one: one in NUMBERS)
            return Value(put(meaning.text, args, place), shaped[0])
        if dotted or kind == "each":
            raise self.unread(f"{at.text} is {'not ' * dotted}read entry by entry", place)
        if kind in ("number", "whole"):
            return self._of_number(at, meaning, first, place)
        if meaning.text.startswith(_GATHERING) or kind == "inner":
            args = [self.meanings.long(arg) for arg in args]
            first = args[0]
        if kind.startswith("vector-") and first.kind != VECTOR:
            raise self.unread(f"{at.text} of a matrix works along its columns; of all entries it takes them as one "
                              "list, Flatten[X] or vec(X)", place)
        if kind in ("columnwise", "rowwise"):
            return by_kind.of_lines(self, meaning, first, place)
        kinds = {"same": first.kind, "second": args[-1].kind, "inner": SCALAR,
                 "vector-scalar": SCALAR, "vector-vector": VECTOR,
                 "crossed": self._crossed(args)}
        binding = 100 if re.fullmatch(r"\w+\(.*\)|‖#1‖|I|#1", meaning.text) and ")*" not in meaning.text else 60
        made = kinds.get(kind, kind)
        if meaning.text == "(#1)'*(#1)" and first.kind in (VECTOR, COLUMN):
            made = SCALAR
        if kind == "inner" and first.kind == MATRIX:
            return self.meanings.inner(first, args[1], place)
        if meaning.text == "I" and text(first).isdigit():
            return Value([Piece(f"eye({text(first)})", place)], MATRIX)
        letters = first.letters if kind == "same" else frozenset()
        return Value(put(meaning.text, args, place), made, first.binding if kind == "same" else binding, "", letters)

    @staticmethod
    def _crossed(args: list[Value]) -> str:
        """The kind of X'y."""
        kinds = args[0].kind, args[-1].kind
        if kinds[0] in (VECTOR, COLUMN):
            return SCALAR if kinds[1] in (VECTOR, COLUMN) else ROW
        return COLUMN if kinds[1] in (VECTOR, COLUMN) else MATRIX

    def _of_number(self, at: Word, meaning: Meaning, value: Value, place: Span) -> Value:
        """A function of numbers; of a square matrix as a whole where the program has that."""
        if value.kind in NUMBERS:
            word = "sqrt" if at.text == "√" else at.text if meaning.kind == "whole" else meaning.text
            return Value(put(f"{word}(#1)", [value], place), value.kind, 100, "", value.letters)
        if meaning.kind == "whole" and value.kind == MATRIX:
            return Value(put(f"{meaning.text}(#1)", [value], place), MATRIX)
        mark = {"julia": ".", "maple": "~"}[self.name]
        fixed = f"{self.source[:at.place.end]}{mark}{self.source[at.place.end:]}"
        raise self.unread(f"{at.text} of {self.grammar.title} is one of numbers; of every entry it is {at.text}{mark}",
                          place, *([fixed] if at.text != "√" else []))
