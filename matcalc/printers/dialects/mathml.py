"""MathML, as browsers show it: presentation markup with one shape for one meaning, a well-formed element throughout.

Every text that the layout puts together is one element, so that it can be the base of an exponent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from matcalc.core.dims import Dim, format_dim
from matcalc.language.characters import ACCENTS, GLYPHS
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Axis, Cell, Dialect, Line, Marks, Markup
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import BOLD, ascii_name, bold, decomposed, interval, parts
from matcalc.printers.translation import translated

_TIMES = "<mo>\u2062</mo>"  # invisible


def _op(sign: str) -> str:
    return f"<mo>{escape(sign)}</mo>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _called(name: str, *arguments: str) -> str:
    return _row(name, _op("("), _op(",").join(arguments), _op(")"))


def _indexed(base: str, *indices: str) -> str:
    return _row(base, _op("["), _op(",").join(indices), _op("]"))


def _fraction(above: str, below: str) -> str:
    return f"<mfrac>{above}{below}</mfrac>"


def _raised(base: str, script: str) -> str:
    return f"<msup>{base}{script}</msup>"


def _lowered(base: str, script: str) -> str:
    return f"<msub>{base}{script}</msub>"


def _norm(kind: str) -> Form:
    return form(_lowered(_row(_op("‖"), "#0", _op("‖")), kind))


_D = "<mi mathvariant=\"normal\">d</mi>"
_PARTIAL, _TOP, _ALL = "<mi>∂</mi>", _op("⊤"), _op(":")
_MINUS_ONE = _row(_op("−"), "<mn>1</mn>")
_ONES = "<mn mathvariant=\"bold\">1</mn>"
_TWO = "<mn>2</mn>"
_HERMITIAN = "<mi mathvariant=\"sans-serif\">H</mi>"
_ROOT = form("<msqrt>#0</msqrt>")
_PRIMED = form(_called(_raised("#b", _row("#p")), "#0"))

_NABLA = "<mi>∇</mi>"
_NABLA_TWO = _raised(_NABLA, _TWO)


def _rate(order: str) -> Form:
    """∂ᵏK/∂θᵏ"""
    above, below = (_raised(x, f"<mn>{order}</mn>") if order else x for x in (_PARTIAL, "#a"))
    return form(_fraction(_row(above, "#b"), _row(_PARTIAL, below)), POWER)


FORMS = {
    "constant": form("#a"),
    "d": form(_D),
    "differential": form(_row(_D, "#0")),
    "differential of": form(_called(_D, "#0")),
    "negate": form(_row(_op("−"), "#0"), SUM, LOOSE),
    "fraction": form(_fraction("#0", "#1"), POWER, ANY),
    "scaled fraction": form(_row(_fraction("#0", "#1"), _TIMES, "#2"), PRODUCT, ANY, ANY, PRODUCT),
    "coefficient": form(_row(_fraction("#0", "#1"), _TIMES, "#2"), PRODUCT, ANY, ANY, PRODUCT),
    "ratio": form(_row("#a", _op("/"), "#b"), LOOSE),
    "fraction in front": form(_row(_fraction("<mn>1</mn>", "#1"), _TIMES, "#0"), PRODUCT, PRODUCT, ANY),
    "hadamard quotient": form(_row("#0", _op("⊘"), "#1"), LOOSE, LOOSE, POWER),
    "power": form(_raised("#0", "#1"), POWER, ATOM, ANY),
    "integer power": form(_raised("#0", "#a"), POWER, ATOM),
    "elementwise power": form(_raised("#0", _row(_op("∘"), "#1")), POWER, ATOM, LOOSE),
    "elementwise integer power": form(_raised("#0", _row(_op("∘"), "#a")), POWER, ATOM),
    "matrix power": form(_raised("#0", "#a"), POWER, ATOM),
    "root": _ROOT, "simple root": _ROOT, "elementwise root": _ROOT,
    "roots of entries": form(_raised("#0", _row(_op("∘"), "<mn>1</mn>", _op("/"), _TWO)), POWER, ATOM),
    "norm2": _norm(_TWO),
    "normF": _norm("<mi>F</mi>"),
    "trace": form(_called("<mi>tr</mi>", "#0")),
    "total": form(_called("<mi>sum</mi>", "#0")),
    "transpose": form(_raised("#0", _TOP), POWER, ATOM),
    "adjoint": form(_raised("#0", _HERMITIAN), POWER, ATOM),
    "inverse adjoint": form(_raised("#0", _row(_op("−"), _HERMITIAN)), POWER, ATOM),
    "conjugate": form("<mover accent=\"true\">#0<mo>¯</mo></mover>"),
    "letter conjugate": form("<mover accent=\"true\">#0<mo>¯</mo></mover>"),
    "modulus": form(_row(_op("|"), "#0", _op("|"))),
    "imaginary unit": form("<mi mathvariant=\"normal\">i</mi>"),
    "inverse": form(_raised("#0", _MINUS_ONE), POWER, ATOM),
    "inverse transpose": form(_raised("#0", _row(_op("−"), _TOP)), POWER, ATOM),
    "eye": form(_called("<mi>eye</mi>", "#a")),
    "identity": form("<mi>I</mi>"),
    "indexed eye": form(_lowered("<mi>I</mi>", "#a")),
    "ones": form(_called("<mi>ones</mi>", "#a", "#b")),
    "ones vector": form(_called("<mi>ones</mi>", "#a")),
    "one": form(_ONES),
    "ones beside": form(f"<mrow>{_ONES}{_raised(_ONES, _TOP)}</mrow>", PRODUCT),
    "zeros": form(_called("<mi>zeros</mi>", "#a", "#b")),
    "zeros vector": form(_called("<mi>zeros</mi>", "#a")),
    "unit": form(_called("<mi>unit</mi>", "#a", "#b")),
    "entry": form(_indexed("#0", "#a", "#b"), ATOM, ATOM),
    "vector entry": form(_indexed("#0", "#a"), ATOM, ATOM),
    "row entry": form(_indexed("#0", "#a"), ATOM, ATOM),
    "row": form(_indexed("#0", "#a", _ALL), ATOM, ATOM),
    "column": form(_indexed("#0", _ALL, "#a"), ATOM, ATOM),
    "slice": form(_indexed("#0", "#a", "#b"), ATOM, ATOM),
    "vector slice": form(_indexed("#0", "#a"), ATOM, ATOM),
    "derivative": _PRIMED, "second derivative": _PRIMED, "higher derivative": _PRIMED,
    "unspecified": form(_called("#b", "#0")),
    "unspecified entries": form(_called(_row("#b", _op(".")), "#0")),
    "declared function": form(_called("#b", "#0")),
    "declared gradient": form(_called(_row(_NABLA, "#b"), "#0")),
    "declared Hessian": form(_called(_row(_NABLA_TWO, "#b"), "#0")),
    "declared Jacobian": form(_called(_lowered("<mi>J</mi>", "#b"), "#0")),
    "declared change": form(_called(_row(_D, _lowered("<mi>J</mi>", "#b")), "#0", "#1")),
    "declared curvature": form(_called(_row(_NABLA_TWO, "#b"), "#0", "#1")),
    "dependent": form("#b"),
    "rate": _rate(""), "second rate": _rate("2"), "third rate": _rate("3"),
    "indicator": form(_row("<mn mathvariant=\"double-struck\">1</mn>", _op("["), "#0", _op("]"))),
    "over": form(_row("#a", "#0"), PRODUCT, PRODUCT),
    # left sides
    "slope": form(_fraction(_row(_PARTIAL, "#0"), _row(_PARTIAL, "#1"))),
    "second slope": form(_fraction(_row(_raised(_PARTIAL, _TWO), "#0"), _row(_PARTIAL, "#1", _PARTIAL, "#2"))),
    "second slope by one": form(_fraction(_row(_raised(_PARTIAL, _TWO), "#0"), _row(_PARTIAL, _raised("#1", _TWO)))),
    "first differential": form(_row(_D, "#0")),
    "higher differential": form(_row("#0", "#1")),
    "turned": form(_raised("#0", _TOP)),
    "stacked": form(_called("<mi>vec</mi>", "#0")),
    "paired": form(_row(_op("⟨"), "#0", _op(","), "#1", _op("⟩"))),
    "along": form(_indexed("#0", "#1")),
    "curvature along": form(_row(_raised("<mi>∇</mi>", _TWO), _indexed("#0", "#1"))),
    "equation": form(_row("#0", _op("="), "#1")),
    "part of": form(_row("<mspace width=\"1em\"/>", "#0", _op("="), "#1")),
    "tensor product": form(_row(_op("("), "#0", _op("⊗"), "#1", _op(")"))),
    # updates of a descent
    "update": form(_row("#0", _op("←"), "#0", _op("−"), "#1", _TIMES, _op("("), "#2", _op(")"))),
    "gradient by": form(_row(_lowered("<mi>∇</mi>", "#0"), "<mi>f</mi>", _op("="), "#1")),
    "size of a gradient": form(_row(_op("‖"), "<mi>∇</mi>", "<mi>f</mi>", _op("‖"))),
}
JOINS = plain.JOINS | {
    "plus": _op("+"), "minus": _op("−"), "product": _TIMES, "chain": _TIMES, "call": _TIMES, "hadamard": _op("⊙"),
    "prime": _op("′"), "listed": _op(","), "defined": _op(":="), "then": _op(";"),
    "times": _op("·"),
    "is =": _op("="), "is !=": _op("≠"), "is <": _op("<"), "is <=": _op("≤"), "is >": _op(">"), "is >=": _op("≥"),
    "open": "<mrow><mo>[</mo><mtable><mtr><mtd>", "beside": "</mtd><mtd>", "below": "</mtd></mtr><mtr><mtd>",
    "close": "</mtd></mtr></mtable><mo>]</mo></mrow>",
}
_ABOVE = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "ddot": "¨", "check": "ˇ", "breve": "˘"}
_ACCENTS = {mark: _ABOVE[command] for command, mark in ACCENTS.items() if command in _ABOVE}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)|([^\W\d_]+)|(\S)")
_ELEMENTS = frozenset(["mi", "mn", "mo", "mrow", "msup", "msub", "msubsup", "mfrac", "msqrt", "mtext", "mspace",
                       "mover", "munder", "mtable", "mtr", "mtd"])


def _symbol(sign: str) -> str:
    """A number, a letter, or an operator; a space shows nothing."""
    if sign[0].isdigit():
        return f"<mn>{sign}</mn>"
    if sign.isspace():
        return ""
    return f"<mi>{sign}</mi>" if sign.isalpha() else _op("−" if sign == "-" else sign)


def _spelled(text: str) -> str:
    """Numbers, words and signs, in one element."""
    pieces = [_symbol(number or sign) if number or sign else f"<mi>{GLYPHS.get(word, word)}</mi>"
              for number, word, sign in _PIECE.findall(text)]
    return pieces[0] if len(pieces) == 1 else _row(*pieces)


def mathml_name(name: str) -> str:
    """A letter with its accents, a word upright; labels and digits below and above."""
    base, scripts = parts(ascii_name(name))
    shown = _base(base)
    if scripts[:1] == [("_", BOLD)]:
        glyph = bold(GLYPHS.get(base, base))
        shown = f"<mi>{glyph}</mi>" if glyph else shown.replace("<mi>", "<mi mathvariant=\"bold\">")
        scripts = scripts[1:]
    for sign, label in scripts:
        shown = (_lowered if sign == "_" else _raised)(shown, _op("⋆") if label == "star" else _spelled(label))
    return shown


def _member(name: str, places: Sequence[str]) -> str:
    """The places stand behind the labels of the name, in one element below it."""
    base, scripts = parts(ascii_name(name))
    labels = [part for sign, part in scripts if sign == "_"]
    bare = mathml_name(f"{base}_{BOLD}" if labels[:1] == [BOLD] else base)
    low = [*(label for label in labels if label != BOLD), *places]
    comma = "" if all(len(index) == 1 for index in low) and len(low) == len(places) else _op(",")
    shown = _lowered(bare, _row(comma.join(map(_spelled, low))))
    for label in (part for sign, part in scripts if sign == "^"):
        shown = _raised(shown, _op("⋆") if label == "star" else _spelled(label))
    return shown


def _reduction(word: str, below: Below) -> str:
    sign = DIALECT.joins[f"is {below.sign}"] if below.sign else _op(",")
    low = _row(sign.join(map(_dimension, below.letters)))
    shown = _op({"sum": "∑", "prod": "∏"}.get(word, word))
    if below.high is None:
        return f"<munder>{shown}{low}</munder>"
    return f"<munderover>{shown}{low}{_dimension(below.high)}</munderover>"


def _base(base: str) -> str:
    letter, marks = decomposed(GLYPHS.get(base, base))
    if not all(mark in _ACCENTS for mark in marks):
        return f"<mi>{escape(base)}</mi>"
    shown = f"<mi>{letter}</mi>"
    for mark in marks:
        shown = f"<mover accent=\"true\">{shown}<mo>{_ACCENTS[mark]}</mo></mover>"
    return shown


def _dimension(dim: Dim) -> str:
    return _spelled(format_dim(dim, " "))


def _axis(axis: Axis) -> str:
    return _spelled(interval(axis))


def _low(dimension: str) -> str:
    return _spelled(dimension) if re.fullmatch(r"[a-z]|[0-9]+", dimension) else ""


def _operator(name: str) -> str:
    return f"<mi>{escape(name)}</mi>"


def _words(text: str) -> str:
    """Prose; spaces at its ends are seen."""
    shown = re.sub(r"^ | $", "&#xA0;", escape(text))
    return f"<mtext>{shown}</mtext>"


def _whole(inside: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{inside}</math>'


def _phrase(cells: Sequence[Cell]) -> str:
    return "".join(text if is_formula else _words(text) for is_formula, text in cells)


def _steps(lines: Sequence[Line]) -> str:
    """A table: left side and sign, formula, reason, rule."""
    rows = [[_row(line.left, _op("=")) if line.sign else line.left, line.formula, line.because,
             _words(f"[{line.rule}]") if line.rule else ""] for line in lines]
    return _tabled(rows, "right left left left")


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    return _tabled([heads, *([text for _, text in row] for row in rows)], "left")


def _tabled(rows: Sequence[Sequence[str]], columns: str) -> str:
    lines = ["<mtr>" + "".join(f"<mtd><mrow>{cell}</mrow></mtd>" for cell in row) + "</mtr>" for row in rows]
    return _whole("\n".join([f"<mtable columnalign=\"{columns}\">", *lines, "</mtable>"]))


def _flow(name: str, user: int) -> str:
    """v̄₂→₅: the user stands beside the number of the line."""
    base, _, index = name.removesuffix("</msub>").rpartition("<mn>")
    flow = _row(f"<mn>{index}", _op("→"), _symbol(str(user)))
    return f"{base}{flow}</msub>" if base else _row(name, _op("→"), _symbol(str(user)))


def _translated(look: str) -> str:
    found = translated(look, MARKS)
    return _row(found) if found else ""


def _unsafe(look: str) -> Iterator[str]:
    for tag in dict.fromkeys(re.findall(r"<\s*/?\s*([^\s/>]*)", look)):
        if tag not in _ELEMENTS:
            yield f"<{tag}> is not among the elements of mathematics that a rule may use"
    if re.search(r"<[^>]*=", look):
        yield "an element of a look has no attributes"
    opened, closed = re.findall(r"<(\w+)>", look), re.findall(r"</(\w+)>", look)
    if sorted(opened) != sorted(closed) or "&" in look:
        yield "its elements are not balanced"


MARKS = Marks(_symbol, _operator, _words, lambda base, script: _raised(base, _row(script)),
              lambda base, script: _lowered(base, _row(script)))
DIALECT = Dialect(
    "mathml", FORMS, JOINS, mathml_name, _dimension,
    look_in("mathml", plain_call(_called("{}", "{}"), _operator, _op(",")), _called(_row("{}", _op(".")), "#0"), True,
            _translated),
    axis_text=_axis, low_text=_low, member_text=_member, reduction_text=_reduction,
    index_text=lambda name, low: _lowered(name, _row(*map(_symbol, low))),
    flow_text=_flow, whole=_whole, row=("<mrow>", "</mrow>"), brackets=("<mrow><mo>(</mo>", "<mo>)</mo></mrow>"),
    is_read=False, marks=MARKS, markup=Markup(_phrase, _steps, _table), scale=10, unsafe=_unsafe,
    ending=".mml")
