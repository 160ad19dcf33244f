"""Typst from 0.14 on, in mathematics, without the signs $ around it. A space stands between any two things, so that
nothing is drawn into an index or taken for the argument of a function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from matcalc.core.dims import Dim, format_dim
from matcalc.language.characters import ACCENTS, GLYPHS
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Axis, Cell, Dialect, Line, Marks, Markup
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import BOLD, LOWERED, ascii_name, decomposed, interval, parts
from matcalc.printers.tex_layout import INDENT, PAGE
from matcalc.printers.translation import translated
from matcalc.printers.typst_layout import lines as laid_out
from matcalc.printers.typst_layout import width

FORMS = plain.FORMS | {
    "d": form("upright(d)"),
    "differential": form("upright(d) #0"),
    "differential of": form("upright(d) (#0)"),
    "fraction": form("frac(#0, #1)", POWER, ANY),
    "scaled fraction": form("frac(#0, #1) #2", PRODUCT, ANY, ANY, PRODUCT),
    "coefficient": form("frac(#0, #1) #2", PRODUCT, ANY, ANY, PRODUCT),
    "ratio": form(r"#a\/#b", LOOSE),
    "fraction in front": form("frac(1, #1) #0", PRODUCT, PRODUCT, ANY),
    "hadamard quotient": form("#0 slash.o #1", LOOSE, LOOSE, POWER),
    "power": form("#0^(#1)", POWER, ATOM, ANY),
    "integer power": form("#0^(#a)", POWER, ATOM),
    "elementwise power": form("#0^(compose #1)", POWER, ATOM, LOOSE),
    "elementwise integer power": form("#0^(compose #a)", POWER, ATOM),
    "matrix power": form("#0^(#a)", POWER, ATOM),
    "roots of entries": form(r"#0^(compose 1\/2)", POWER, ATOM),
    "norm2": form("norm(#0)_2"),
    "normF": form("norm(#0)_F"),
    "trace": form("tr (#0)"),
    "total": form('op("sum") (#0)'),
    "transpose": form("#0^top", POWER, ATOM),
    "adjoint": form("#0^upright(H)", POWER, ATOM),
    "inverse adjoint": form("#0^(-upright(H))", POWER, ATOM),
    "conjugate": form("overline(#0)"),
    "letter conjugate": form("macron(#0)"),
    "modulus": form("abs(#0)"),
    "imaginary unit": form("upright(i)"),
    "inverse": form("#0^(-1)", POWER, ATOM),
    "inverse transpose": form("#0^(-top)", POWER, ATOM),
    "eye": form('op("eye") (#a)'),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "ones": form('op("ones") (#a, #b)'),
    "ones vector": form('op("ones") (#a)'),
    "one": form("bold(1)"),
    "ones beside": form("bold(1) bold(1)^top", PRODUCT),
    "zeros": form('op("zeros") (#a, #b)'),
    "zeros vector": form('op("zeros") (#a)'),
    "unit": form('op("unit") (#a, #b)'),
    "entry": form("#0 [#a, #b]", ATOM, ATOM),
    "vector entry": form("#0 [#a]", ATOM, ATOM),
    "row entry": form("#0 [#a]", ATOM, ATOM),
    "row": form("#0 [#a, :]", ATOM, ATOM),
    "column": form("#0 [:, #a]", ATOM, ATOM),
    "slice": form("#0 [#a, #b]", ATOM, ATOM),
    "vector slice": form("#0 [#a]", ATOM, ATOM),
    "derivative": form("#b^(#p) (#0)"),
    "second derivative": form("#b^(#p) (#0)"),
    "higher derivative": form("#b^(#p) (#0)"),
    "unspecified": form("#b (#0)"),
    "unspecified entries": form("#b .(#0)"),
    "declared function": form("#b (#0)"),
    "declared gradient": form("nabla #b (#0)"),
    "declared Hessian": form("nabla^2 #b (#0)"),
    "declared Jacobian": form("J_(#b) (#0)"),
    "declared change": form("d J_(#b) (#0, #1)"),
    "declared curvature": form("nabla^2 #b (#0, #1)"),
    "dependent": form("#b"),
    "rate": form("frac(partial #b, partial #a)", POWER),
    "second rate": form("frac(partial^2 #b, partial #a^2)", POWER),
    "third rate": form("frac(partial^3 #b, partial #a^3)", POWER),
    "indicator": form("bb(1) [#0]"),
    "over": form("#a #0", PRODUCT, PRODUCT),
    # left sides
    "slope": form("frac(partial #0, partial #1)"),
    "second slope": form("frac(partial^2 #0, partial #1 partial #2)"),
    "second slope by one": form("frac(partial^2 #0, partial #1^2)"),
    "first differential": form("upright(d) #0"),
    "higher differential": form("#0 #1"),
    "turned": form("#0^top"),
    "stacked": form('op("vec") (#0)'),
    "paired": form("⟨ #0, #1 ⟩"),
    "along": form("#0 [#1]"),
    "curvature along": form("nabla^2 #0 [#1]"),
    "tensor product": form("(#0 times.o #1)"),
    "part of": form("quad #0 = #1"),
    # updates of a descent
    "update": form("#0 arrow.l #0 - #1 (#2)"),
    "gradient by": form("nabla_(#0) f = #1"),
    "size of a gradient": form("norm(nabla f)"),
}
JOINS = plain.JOINS | {"product": " ", "chain": " ", "call": " thin ", "hadamard": " dot.o ", "prime": "prime ",
                       "times": " dot ", "is !=": " != ", "is <=": " <= ", "is >=": " >= ",
                       "open": 'mat(delim: "[", ', "close": ")"}
_KNOWN = frozenset([  # other operators have to be told
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim", "exp", "gcd", "inf",
    "ker", "lg", "ln", "log", "max", "min", "sec", "sin", "sinh", "sup", "tan", "tanh", "tr"])
_ACCENTS = {"bar": "macron", "ddot": "dot.double", "check": "caron"}
_COMMANDS = {mark: _ACCENTS.get(command, command) for command, mark in reversed(ACCENTS.items())
             if not command.startswith(("wide", "over"))}
_NAMES = {glyph: name for name, glyph in GLYPHS.items()}
_SIGNS = {"⊗": "times.o", "⊙": "dot.o", "⊤": "top", "∘": "compose", "⇒": "arrow.r.double", "…": "dots.h",
          ",": "comma", ";": "semi", ":": "colon", "−": "-", "∇": "nabla", "∂": "partial", "/": r"\/", " ": "",
          "*": "*", "ℓ": "ell"}
_EQUALS, _SMALL = 16.0, 0.8  # points of a sign between two sides; the size of small print
_UNSAFE = re.compile(r"[#$\\`@]|//|/\*|\beval\b|\bread\b|\binclude\b|\bimport\b")


def typst_name(name: str) -> str:
    """Letters as they are, words in quotation marks, labels and digits below and above."""
    base, scripts = parts(ascii_name(name))
    shown = _base(base)
    if scripts[:1] == [("_", BOLD)]:
        shown, scripts = f"bold({shown})", scripts[1:]
    low = [_label(part) for sign, part in scripts if sign == "_"]
    high = [_label(part) for sign, part in scripts if sign == "^"]
    return _scripted(shown, low, high)


def _scripted(base: str, low: Sequence[str], high: Sequence[str]) -> str:
    """Several indices stand one behind the other."""
    first, *rest = low or [""]
    shown = base + (f"_{first}" if first else "") + "".join(f' ""_{index}' for index in rest)
    return shown + "".join(f"^{label}" for label in high)


def _member(name: str, places: Sequence[str]) -> str:
    """The places stand behind the labels of the name."""
    base, scripts = parts(ascii_name(name))
    labels = [part for sign, part in scripts if sign == "_"]
    shown = f"bold({_base(base)})" if labels[:1] == [BOLD] else _base(base)
    low = [*(_spaced(label) for label in labels if label != BOLD), *map(_words_quoted, places)]
    inside = (" " if all(len(index) == 1 for index in low) and len(low) == len(places) else " comma ").join(low)
    index = inside if len(inside) == 1 else f"({inside})"
    return _scripted(shown, [index], [_label(part) for sign, part in scripts if sign == "^"])


def _reduction(word: str, below: Below) -> str:
    sign = DIALECT.joins[f"is {below.sign}"] if below.sign else " comma "
    low = sign.join(map(_dimension, below.letters))
    shown = {"∏": "product", "prod": "product", "∑": "sum"}.get(word, word)
    high = f"^({_dimension(below.high)})" if below.high is not None else ""
    return f"{shown}_{low}{high}" if len(low) == 1 else f"{shown}_({low}){high}"


def _base(base: str) -> str:
    if base in GLYPHS or len(base) == 1:
        return base
    letter, marks = decomposed(base)
    if not marks or any(mark not in _COMMANDS for mark in marks):
        return _quoted(base)
    shown = _base(letter)
    for mark in marks:
        shown = f"{_COMMANDS[mark]}({shown})"
    return shown


def _label(label: str) -> str:
    """A digit, a letter or a word; what is more is set in brackets that are not seen."""
    if label == "star":
        return "star.op"
    if label.isdigit() or (label.isalpha() and len(label) == 1):
        return label
    if label.isalnum():
        return _quoted(label) if label.isalpha() else f"({_spaced(label)})"
    return f"({_spaced(label)})" if re.fullmatch(r"[\w()+\-,]+", label) else _quoted(label)


def _spaced(text: str) -> str:
    """Every letter by itself; a comma does not part arguments."""
    return _tidy(" ".join(_SIGNS.get(piece, piece) for piece in re.findall(r"\d+|\S", text)))


def _tidy(text: str) -> str:
    return text.replace("( ", "(").replace(" )", ")")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _dimension(dim: Dim) -> str:
    return _words_quoted(format_dim(dim, " "))


def _words_quoted(text: str) -> str:
    return re.sub(r"[^\W\d]\w+", lambda found: typst_name(found[0]), text)


def _axis(axis: Axis) -> str:
    return _words_quoted(interval(axis))


def _low(dimension: str) -> str:
    if not re.fullmatch(LOWERED, dimension):
        return ""
    return f"_({dimension.replace('*', ' ')})" if "*" in dimension else f"_{dimension}"


def _operator(name: str) -> str:
    return name if name in _KNOWN else f'op({_quoted(name)})'


def _symbol(sign: str) -> str:
    return _SIGNS.get(sign, _NAMES.get(sign, sign))


def _phrase(cells: Sequence[Cell]) -> str:
    return "[" + "".join(f"${text}$" if is_formula else f"#{_quoted(text)}" for is_formula, text in cells) + "]"


def _where(terms: Sequence[str], defined: Sequence[tuple[str, str]]) -> str:
    """A formula and what is said of its names; in lines that fit the page where they do not together."""
    shown = " ".join(terms)
    whole = DIALECT.remarked(shown, defined) if defined else shown
    if width(whole) <= PAGE:
        return whole
    said = [f"{name} = {text}" + ("," if i < len(defined) - 1 else "") for i, (name, text) in enumerate(defined)]
    below = [row for i, one in enumerate(said)
             for row in laid_out(one if i else f"{_quoted('where ')} {one}", PAGE - INDENT, PAGE - 2 * INDENT)]
    first, *rest = laid_out(shown, PAGE, PAGE - INDENT)
    return " \\\n".join([f"& {first}", *(f"& quad {row}" for row in [*rest, *below])]) if rest or below else first


def _steps(lines: Sequence[Line]) -> str:
    """Aligned lines in a formula of its own, which fit the page; the reason of each beside it or below."""
    left = max((width(line.left) for line in lines), default=0.0) + _EQUALS
    parted = [laid_out(line.formula, PAGE - left, PAGE - left - INDENT) for line in lines]
    widest = max((width(text) for row in parted for text in row), default=0.0)
    reasons = max((width(_remark(line)) for line in lines if line.rule), default=0.0)
    is_beside = left + widest + reasons <= PAGE
    rows: list[str] = []
    for line, (first, *rest) in zip(lines, parted, strict=True):
        rows.append(f"  {line.left} &{line.sign} {first}" + (f" &&{_remark(line)}" if is_beside and line.rule else ""))
        rows += [f"  &quad {text}" for text in rest]
        rows += [] if is_beside else [f"  &quad {text}" for text in _below(line, PAGE - left - INDENT)]
    return "$\n" + " \\\n".join(rows) + "\n$"


def _remark(line: Line) -> str:
    return f" quad {line.because} quad {_rule(line)}"


def _rule(line: Line) -> str:
    return _quoted(f"[{line.rule}]")


def _below(line: Line, room: float) -> list[str]:
    """The identities of a line and its rule in small print, in lines of their own."""
    rows: list[str] = []
    for part in (*line.because.split(" semi "), _rule(line)) if line.rule else ():
        joined = f"{rows[-1]} quad {part}" if rows else part
        if rows and _SMALL * width(joined) <= room:
            rows[-1] = joined
        else:
            rows += laid_out(part, room / _SMALL, room / _SMALL)
    return [f"#text({_SMALL}em)[${row.strip()}$]" for row in rows]


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    lines = ["  " + ", ".join(f"[${text}$]" if is_formula else text for is_formula, text in row) + "," for row in rows]
    top = f"  table.header({', '.join(heads)}),"
    return "\n".join([f"#table(columns: {len(heads)},", top, *lines, ")"])


def _flow(name: str, user: int) -> str:
    return re.sub(r"_\(?([^()_]*)\)?$", rf"_(\1 arrow.r {user})", name)


def _unsafe(look: str) -> Iterator[str]:
    for found in dict.fromkeys(_UNSAFE.findall(look)):
        yield f"{found} means something else than itself in Typst"
    if look.count('"') % 2 or look.count("(") != look.count(")"):
        yield "its brackets or quotation marks are not balanced"


def _translated(look: str) -> str:
    return _tidy(translated(look, MARKS)).replace(" comma ", ", ")


MARKS = Marks(_symbol, _operator, _quoted, "{}^({})".format, "{}_({})".format, " ")
DIALECT = Dialect(
    "typst", FORMS, JOINS, typst_name, _dimension,
    look_in("typst", plain_call("{} ({})", _operator), "{} .(#0)", True, _translated),
    axis_text=_axis, low_text=_low, member_text=_member, reduction_text=_reduction,
    index_text=lambda name, low: f"{name}_({' '.join(low)})", flow_text=_flow,
    is_read=False, marks=MARKS, markup=Markup(_phrase, _steps, _table, _where), unsafe=_unsafe,
    ending=".typ")
