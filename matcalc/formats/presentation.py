"""MathML as pages have it, translated into LaTeX: presentation elements; content elements are for `content`.

Bold letters stay bold, a word of several letters is set upright, and a row is written as it stands. What the
source of the page says in an annotation is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from unicodedata import name as name_of

from matcalc.formats.content import content, is_content
from matcalc.formats.mapped_pieces import Piece, Pieces, filled, text_of, unread
from matcalc.formats.markup import Element, tree

ROWS = frozenset(["math", "mrow", "mstyle", "mpadded", "semantics", "mtd", "", "span", "p", "div", "maction"])
SIGNS = {  # of operators, by their text
    "\u2062": " ", "\u2061": "", "\u2063": ",", "\u2064": "+", "−": "-", "–": "-", "→": r"\rightarrow ",
    "↦": r"\mapsto ", r"\|": r"\|", "‖": r"\|", "∥": r"\|", "||": r"\|",
    "∣": "|", "❘": "|", "[": r"\left[", "]": r"\right]", "{": r"\{", "}": r"\}", "⟨": r"\langle ", "⟩": r"\rangle ",
    "〈": r"\langle ", "〉": r"\rangle ",
    "⋅": r"\cdot ", "·": r"\cdot ", "×": r"\times ", "∗": "*", "⊗": r"\otimes ", "⊙": r"\odot ", "∘": r"\circ ",
    "⊘": r"\oslash ", "∑": r"\sum ", "∏": r"\prod ", "⊤": r"\top ", "⊺": r"\top ", "′": r"\prime ", "∇": r"\nabla ",
    "∂": r"\partial ", "&": "", "%": "", "…": r"\dots ", "⋯": r"\dots ", "≔": ":=", "&InvisibleTimes;": " ",
    "†": r"\dagger ", "∞": r"\infty ", "⊖": "", "√": r"\sqrt ", "∈": r"\in ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ",
    ":=": ":=",
}
PLAIN = frozenset("+-*/=<>()|,;:.!?'^_~")  # which LaTeX writes as they are
ACCENTS = {"^": "hat", "ˆ": "hat", "̂": "hat", "¯": "bar", "‾": "bar", "̄": "bar", "_": "bar", "ˉ": "bar", "~": "tilde",
           "˜": "tilde", "̃": "tilde", "˙": "dot", "̇": "dot", ".": "dot", "→": "vec", "⃗": "vec", "ˇ": "check",
           "˘": "breve"}
WORDS = {"kroneckerproduct": "kron", "trace": "tr", "determinant": "det", "transpose": "transpose"}
BOLD = ("bold", "bold-italic", "bold-sans-serif", "sans-serif-bold-italic")
DROPPED = frozenset(["annotation", "annotation-xml", "mprescripts", "malignmark", "maligngroup"])
REFUSED = {"mmultiscripts": "indices before a letter", "menclose": "a formula that is struck out or boxed",
           "mphantom": "what is invisible", "merror": "an error of the program that wrote this", "ms": "a text",
           "mlongdiv": "long division", "mglyph": "a letter that is a picture", "mstack": "a column of digits"}
E_OF_EULER, D_UPRIGHT = "ⅇ", "ⅆ"


def read(source: str, end: int) -> Pieces:
    """The formula in source[:end]."""
    root = tree(source[:end])
    found = list(root.find("math"))
    if len(found) > 1:
        raise unread("one formula at a time: here are several elements <math>", source, found[1].place)
    return _Reader(source).row(found[0].parts if found else root.parts)


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source

    def row(self, parts: Sequence[Element]) -> Pieces:
        """What stands side by side; a brace before a table without a brace behind it are cases."""
        made: Pieces = []
        k = 0
        shown = [part for part in parts if part.tag not in DROPPED]
        while k < len(shown):
            if self._is_sign(shown[k], "{") and k + 1 < len(shown) and shown[k + 1].tag == "mtable" and not any(
                    self._is_sign(later, "}") for later in shown[k + 2:]):
                made += self.table(shown[k + 1], "cases")
                k += 2
                continue
            made += self.element(shown[k])
            k += 1
        return made

    def element(self, e: Element) -> Pieces:
        """One element and all in it."""
        if e.tag in ROWS:
            return self._upright(e) or self.row(e.parts)
        if is_content(e.tag):
            return content(e, self.source, self.element)
        if e.tag in REFUSED:
            raise unread(f"{REFUSED[e.tag]}, <{e.tag}>, is not read", self.source, e.place)
        made = _ELEMENTS.get(e.tag)
        if made is None:
            raise unread(f"<{e.tag}> of MathML is not read", self.source, e.place)
        return made(self, e)

    def _upright(self, e: Element) -> Pieces:
        """A row of letters that are all set upright: one word."""
        letters = [part.words for part in e.parts]
        is_word = len(letters) > 1 and all(part.tag == "mi" and text.isascii() and text.isalpha() and len(text) == 1 and
                                           self._variant(part) == "normal" for part, text in
                                           zip(e.parts, letters, strict=True))
        return [Piece(rf"\operatorname{{{''.join(letters)}}}",
                      e.parts[0].place.to(e.parts[-1].place))] if is_word else []

    def letter(self, e: Element) -> Pieces:
        """<mi>, <mo>, <mtext>: a letter, a word, a sign."""
        text = WORDS.get(e.words, e.words)
        if not text:
            return [Piece(" ", e.place)] if e.tag == "mtext" else []
        if "\\" in text and text not in SIGNS:
            raise unread(f"{text} is left of LaTeX: the program that wrote this does not know it", self.source, e.place)
        if text == E_OF_EULER:
            return [Piece("e", e.place)]
        if text == D_UPRIGHT:
            return [Piece("d", e.place)]
        if text in SIGNS or all(char in PLAIN for char in text):
            said = SIGNS.get(text, text)
            if not said and text not in ("\u2061",):
                raise unread(f"the sign {text} is not read", self.source, e.place)
            return [Piece(said, e.place)]
        if len(text) == 1 or (len(text) == 2 and not text.isascii() and not text[1].isalpha()):
            return self._one(text, e)
        if text.replace(" ", "").replace("-", "").replace("_", "").isalnum() and text[0].isalpha():
            return self._word(text, e)
        raise unread(f"“{text}” is not read as a sign or a word", self.source, e.place)

    def _one(self, text: str, e: Element) -> Pieces:
        if not text[0].isalpha() and name_of(text[0], "").startswith(("GREEK", "N-ARY", "INTEGRAL")) is False \
                and text not in "⌊⌋⌈⌉∫½⅓¼¾⅔" and not text.isdigit():
            raise unread(f"the sign {text} is not read", self.source, e.place)
        if text == "𝟏" or text == "𝟙" or (text == "1" and self._is_bold(e)):
            return [Piece(r"\mathbf{1}", e.place)]
        if text in ("i", "j") and self._variant(e) == "normal":  # the imaginary unit, as TeX has it
            return [Piece(rf"\mathrm{{{text}}}", e.place)]
        if self._is_bold(e) and ord(text[0]) < 0x1D400:
            return [Piece(rf"\mathbf{{{text}}}" if text.isascii() else rf"\boldsymbol{{{text}}}", e.place)]
        return [Piece(text, e.place)]

    def _word(self, text: str, e: Element) -> Pieces:
        if e.tag != "mtext" and any(not ("a" <= c.lower() <= "z") for c in text.replace(" ", "")) and not any(
                c in "-_ " or c.isdigit() for c in text):
            return [Piece(" ".join(text) + " ", e.place)]  # letters of another alphabet, μν, side by side
        if self._is_bold(e) and e.tag == "mi":
            raise unread(f"{text} in one bold <mi>: one name, or bold letters side by side?", self.source, e.place)
        return [Piece(rf"\operatorname{{{text}}}" if e.tag != "mtext" else rf" \text{{{text}}} ", e.place)]

    def _is_bold(self, e: Element) -> bool:
        """Whether it is set bold, by itself or by what stands around it."""
        return self._variant(e) in BOLD

    @staticmethod
    def _variant(e: Element) -> str:
        at: Element | None = e
        while at is not None:
            if "mathvariant" in at.attributes:
                return at.attributes["mathvariant"]
            at = at.around
        return ""

    def number(self, e: Element) -> Pieces:
        """<mn>, whose comma may be that of thousands or of decimals."""
        text = e.words.replace("−", "-").replace("\u2009", "").replace("\u00a0", "").replace(" ", "")
        if "," in text:
            raise unread("a comma in a number: of thousands or of decimals?", self.source, e.place)
        if text == "1" and self._is_bold(e):
            return [Piece(r"\mathbf{1}", e.place)]
        return self.letter(e) if not text.lstrip("-").replace(".", "", 1).isdigit() or not text.isascii() \
            else [Piece(text, e.place)]

    def _args(self, e: Element, count: int) -> list[Pieces]:
        parts = [part for part in e.parts if part.tag not in DROPPED]
        if len(parts) != count:
            raise unread(f"<{e.tag}> has {count} parts, here are {len(parts)}", self.source, e.place)
        return [self.element(part) for part in parts]

    def _made(self, e: Element, template: str, count: int) -> Pieces:
        return filled(template, self._args(e, count), e.place)

    def fraction(self, e: Element) -> Pieces:
        """<mfrac>; without a line it is a binomial coefficient."""
        if e.attributes.get("linethickness", "1").rstrip("pxtem") in ("0", "0.0"):
            raise unread("a fraction without its line, a binomial coefficient, is not read", self.source, e.place)
        return self._made(e, r"\frac{#1}{#2}", 2)

    def scripts(self, e: Element) -> Pieces:
        """A base with what stands below and above it."""
        below, above = "sub" in e.tag or "under" in e.tag, "sup" in e.tag or "over" in e.tag
        if e.tag in ("mover", "munder") and (accent := self._accent(e)) is not None:
            return filled(rf"\{accent}{{#1}}", [self.element(e.parts[0])], e.place)
        args = self._args(e, 1 + below + above)
        if e.tag in ("mover", "munder", "munderover") and not self._bears_limits(args[0]):
            raise unread(f"what stands {'above' if above else 'below'} here is not read", self.source, e.place)
        base = self._based(args[0])
        if below and above:
            return filled("#1_{#2}^{#3}", [base, *args[1:]], e.place)
        return filled("#1_{#2}" if below else "#1^{#2}", [base, args[1]], e.place)

    def _accent(self, e: Element) -> str | None:
        sign = e.parts[1].words if len(e.parts) == 2 else ""
        return ACCENTS.get(sign) or None if e.tag == "mover" else None

    def _bears_limits(self, base: Pieces) -> bool:
        said = text_of(base).strip()
        return said.startswith((r"\sum", r"\prod", r"\operatorname", r"\int")) or said in ("∫",)

    def _based(self, base: Pieces) -> Pieces:
        """The base, in braces where it is more than a letter or what stands in brackets."""
        base = [piece for k, piece in enumerate(base) if piece.text.strip() or 0 < k < len(base) - 1]
        if not base:
            return []
        said = text_of(base).strip()
        single = len(base) == 1 or (said[:1] in "([|" and said[-1:] in ")]|") or said.startswith((r"\|", r"\langle"))
        words = {*ACCENTS.values(), "mathbf", "operatorname"}
        accented = said.startswith(tuple(rf"\{word}{{" for word in words))
        return base if single or accented else [Piece("{", base[0].place), *base, Piece("}", base[-1].place)]

    def fenced(self, e: Element) -> Pieces:
        """<mfenced>: brackets, and commas between the parts."""
        opening, closing = e.attributes.get("open", "("), e.attributes.get("close", ")")
        separators = e.attributes.get("separators", ",").strip() or ","
        made: Pieces = [Piece(SIGNS.get(opening, opening), e.place)]
        for k, part in enumerate(e.parts):
            made += [Piece(separators[min(k, len(separators)) - 1], e.place)] if k else []
            made += self.element(part)
        return [*made, Piece(SIGNS.get(closing, closing), e.place)]

    def table(self, e: Element, kind: str = "matrix") -> Pieces:
        """<mtable>: a matrix by its rows, or cases."""
        made: Pieces = [Piece(rf"\begin{{{kind}}}", e.place)]
        for k, row in enumerate(e.parts):
            if row.tag != "mtr":
                raise unread(f"<{row.tag}> in a table is not read", self.source, row.place)
            made += [Piece(r" \\ ", e.place)] if k else []
            for j, cell in enumerate(row.parts):
                made += [Piece(" & ", e.place)] if j else []
                made += self.row(cell.parts)
        return [*made, Piece(rf"\end{{{kind}}}", e.place)]

    def root(self, e: Element) -> Pieces:
        """<msqrt>, whose parts are a row, and <mroot>."""
        if e.tag == "mroot":
            return self._made(e, r"\sqrt[#2]{#1}", 2)
        return filled(r"\sqrt{#1}", [self.row(e.parts)], e.place)

    @staticmethod
    def _is_sign(e: Element, sign: str) -> bool:
        return e.tag == "mo" and e.words == sign


def _nothing(_r: _Reader, e: Element) -> Pieces:
    return [Piece(" ", e.place)]


_ELEMENTS: dict[str, Callable[[_Reader, Element], Pieces]] = {
    **dict.fromkeys(["mi", "mo", "mtext"], _Reader.letter), "mn": _Reader.number, "mfrac": _Reader.fraction,
    **dict.fromkeys(["msup", "msub", "msubsup", "mover", "munder", "munderover"], _Reader.scripts),
    **dict.fromkeys(["msqrt", "mroot"], _Reader.root), "mfenced": _Reader.fenced, "mtable": _Reader.table,
    "mspace": _nothing, "none": _nothing,
}


