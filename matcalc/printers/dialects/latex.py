"""LaTeX with the packages of the AMS. A derivation is an environment of aligned lines, a table an array."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from matcalc.core.dims import Dim, format_dim
from matcalc.language.characters import ACCENTS, GLYPHS
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Cell, Dialect, Line, Marks, Markup
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import BOLD, LOWERED, ascii_name, decomposed, greek, parts
from matcalc.printers.tex_layout import INDENT, PAGE, finished
from matcalc.printers.tex_layout import lines as laid_out
from matcalc.printers.tex_width import width

FORMS = plain.FORMS | {
    "d": form(r"\mathrm{d}"),
    "differential": form(r"\mathrm{d}#0"),
    "differential of": form(r"\mathrm{d}(#0)"),
    "fraction": form(r"\frac{#0}{#1}", POWER, ANY),
    "scaled fraction": form(r"\frac{#0}{#1} #2", PRODUCT, ANY, ANY, PRODUCT),
    "coefficient": form(r"\frac{#0}{#1} #2", PRODUCT, ANY, ANY, PRODUCT),
    "fraction in front": form(r"\frac{1}{#1} #0", PRODUCT, PRODUCT, ANY),
    "hadamard quotient": form(r"#0 \oslash #1", LOOSE, LOOSE, POWER),
    "power": form("#0^{#1}", POWER, ATOM, ANY),
    "integer power": form("#0^{#a}", POWER, ATOM),
    "elementwise power": form(r"#0^{\circ #1}", POWER, ATOM, LOOSE),
    "elementwise integer power": form(r"#0^{\circ #a}", POWER, ATOM),
    "matrix power": form("#0^{#a}", POWER, ATOM),
    "root": form(r"\sqrt{#0}"),
    "simple root": form(r"\sqrt{#0}"),
    "elementwise root": form(r"\sqrt{#0}"),
    "roots of entries": form(r"#0^{\circ 1/2}", POWER, ATOM),
    "norm2": form(r"\left\lVert #0 \right\rVert_2"),
    "normF": form(r"\left\lVert #0 \right\rVert_F"),
    "trace": form(r"\operatorname{tr}(#0)"),
    "total": form(r"\operatorname{sum}(#0)"),
    "transpose": form(r"#0^{\top}", POWER, ATOM),
    "adjoint": form(r"#0^{\mathsf{H}}", POWER, ATOM),
    "inverse adjoint": form(r"#0^{-\mathsf{H}}", POWER, ATOM),
    "conjugate": form(r"\operatorname{conj}(#0)"),
    "letter conjugate": form(r"\bar{#0}"),
    "name conjugate": form(r"\overline{#0}"),
    "modulus": form(r"\lvert #0\rvert"),
    "imaginary unit": form(r"\mathrm{i}"),
    "inverse": form("#0^{-1}", POWER, ATOM),
    "inverse transpose": form(r"#0^{-\top}", POWER, ATOM),
    "eye": form(r"\operatorname{eye}(#a)"),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "ones": form(r"\operatorname{ones}(#a, #b)"),
    "ones vector": form(r"\operatorname{ones}(#a)"),
    "one": form(r"\mathbf{1}"),
    "ones beside": form(r"\mathbf{1} \mathbf{1}^{\top}", PRODUCT),
    "zeros": form(r"\operatorname{zeros}(#a, #b)"),
    "zeros vector": form(r"\operatorname{zeros}(#a)"),
    "unit": form(r"\operatorname{unit}(#a, #b)"),
    "derivative": form("#b^{#p}(#0)"),
    "second derivative": form("#b^{#p}(#0)"),
    "higher derivative": form("#b^{#p}(#0)"),
    "indicator": form(r"\mathbb{1}[#0]"),
    "over": form("#a #0", PRODUCT, PRODUCT),
    # left sides
    "slope": form(r"\frac{\partial #0}{\partial #1}"),
    "declared gradient": form(r"\nabla{#b}(#0)"),
    "declared Hessian": form(r"\nabla^{2}{#b}(#0)"),
    "declared Jacobian": form(r"J_{#b}(#0)"),
    "declared change": form(r"\operatorname{dJ\_#b}(#0, #1)"),
    "declared curvature": form(r"\nabla^{2}{#b}(#0, #1)"),
    "dependent": form("#b"),
    "rate": form(r"\frac{\partial #b}{\partial #a}", POWER),
    "second rate": form(r"\frac{\partial^2 #b}{\partial #a^2}", POWER),
    "third rate": form(r"\frac{\partial^3 #b}{\partial #a^3}", POWER),
    "second slope": form(r"\frac{\partial^2 #0}{\partial #1\partial #2}"),
    "second slope by one": form(r"\frac{\partial^2 #0}{\partial #1^2}"),
    "first differential": form(r"\mathrm{d} #0"),
    "higher differential": form("#0 #1"),
    "turned": form(r"#0^{\top}"),
    "stacked": form(r"\operatorname{vec}(#0)"),
    "paired": form(r"\langle #0, #1\rangle "),
    "curvature along": form(r"\nabla^2 #0[#1]"),
    "part of": form(r"\quad #0 = #1"),
    "tensor product": form(r"(#0 \otimes #1)"),
    # updates of a descent
    "update": form(r"#0 \leftarrow #0 - #1 \left( #2 \right)"),
    "gradient by": form(r"\nabla_{#0} f = #1"),
    "size of a gradient": form(r"\left\lVert \nabla f \right\rVert"),
}
JOINS = plain.JOINS | {"product": " ", "chain": " ", "call": r"\, ", "hadamard": r" \odot ", "beside": " & ",
                       "below": r" \\ ", "prime": r"\prime",
                       "times": r" \cdot ", "up to": r" \dots ",
                       "is !=": r" \neq ", "is <=": r" \leq ", "is >=": r" \geq ",
                       "open": r"\begin{bmatrix} ", "close": r" \end{bmatrix}"}
_COMMANDS = {mark: command for command, mark in reversed(ACCENTS.items())}
_SIGNS = {"⊗": r"\otimes", "⟨": r"\langle ", "⟩": r"\rangle", "⇒": r"\Rightarrow", "…": r"\cdots", "⊤": r"\top",
          "⊙": r"\odot", "≠": r"\ne", "≥": r"\ge", "≤": r"\le", "⪰": r"\succeq",
          "⪯": r"\preceq", "−": "-"}
_COMMAND = r"\\([A-Za-z]+\*?|(?s:.)|$)"
_ESCAPED = frozenset("{}|,;:! _")
_EQUALS, _BESIDE = 14.0, 20.0  # points: the sign between two sides, and the least gap before a remark
_LINE = 170  # characters of a line of 345 pt, in the mean
_SMALL = 0.87  # \footnotesize: 8 pt, cut wider
_IN_TEXT = (("×", r"\times "), ("·", r"\cdot"), ("÷", r"\div"), ("−", "-"))


def latex_name(name: str) -> str:
    """A name in LaTeX: Greek letters as commands, accents above, bold type, all indices in braces."""
    base, indices = parts(ascii_name(name))
    shown = _latex_base(base)
    if indices[:1] == [("_", BOLD)]:
        shown, indices = f"\\boldsymbol{{{shown}}}" if base in GLYPHS else f"\\mathbf{{{shown}}}", indices[1:]
    low = "{}".join(f"_{{{part}}}" for sign, part in indices if sign == "_")
    return shown + low + "".join(f"^{{{_latex_label(part)}}}" for sign, part in indices if sign == "^")


def _dim(dim: Dim) -> str:
    return _greek(format_dim(dim, " "))


def _greek(text: str) -> str:
    return re.sub(r"(\\[a-z]+) (?![a-zA-Z])", r"\1", greek(text, "\\{} ".format))


def _member(name: str, places: Sequence[str]) -> str:
    """The places stand behind the labels of the name: x_{i}, A_{ij}, x_{i+1}, u_{o,i}."""
    base, scripts = parts(ascii_name(name))
    labels = [part for sign, part in scripts if sign == "_"]
    bare = latex_name(f"{base}_{BOLD}" if labels[:1] == [BOLD] else base)
    low = [*(label for label in labels if label != BOLD), *map(_greek, places)]
    comma = "" if all(len(index) == 1 and index.isalpha() for index in low) and len(low) == len(places) else ","
    return f"{bare}_{{{comma.join(low)}}}" + "".join(f"^{{{_latex_label(part)}}}" for sign, part in scripts
                                                     if sign == "^")


def _reduction(word: str, below: Below) -> str:
    sign = DIALECT.joins[f"is {below.sign}"] if below.sign else ","
    low = (sign if "\\" in sign else sign.strip()).join(map(_dim, below.letters))
    shown = {"∏": "prod", "∑": "sum"}.get(word, word)
    return f"\\{shown}_{{{low}}}" + (f"^{{{_dim(below.high)}}}" if below.high is not None else "")


def _latex_label(label: str) -> str:
    """A label of one word is set upright, so that it is no product."""
    if label == "star":
        return r"\star"
    return f"\\text{{{label}}}" if label.isalpha() and len(label) > 1 else label


def _latex_base(base: str) -> str:
    if base in GLYPHS:
        return "\\" + base
    letter, marks = decomposed(base)
    if not marks:
        return base
    if all(mark in _COMMANDS for mark in marks):
        for mark in marks:
            letter = f"\\{_COMMANDS[mark]}{{{letter}}}"
        return letter
    return f"\\mathrm{{{base}}}"


def _low(dimension: str) -> str:
    return f"_{{{dimension.replace('*', '')}}}" if re.fullmatch(LOWERED, dimension) else ""


def _raised(base: str, script: str) -> str:
    return f"{base}^{script}" if len(script) == 1 else f"{base}^{{{script}}}"


def _operator(name: str) -> str:
    escaped = name.replace("_", "\\_")
    return f"\\operatorname{{{escaped}}}"


def _phrase(cells: Sequence[Cell]) -> str:
    r"""To stand in \text: signs in it are mathematics."""
    shown = ""
    for is_formula, text in cells:
        for sign, command in () if is_formula else _IN_TEXT:
            text = text.replace(sign, f"${command}$")
        shown += f"${text}$" if is_formula else text
    return shown


def _where(terms: Sequence[str], defined: Sequence[tuple[str, str]]) -> str:
    """A formula and what is said of its names; lines of their own where they do not fit the page together."""
    said = [f"{name} = {text}" for name, text in defined]
    shown = " ".join(terms)
    together = r",\quad ".join(said)
    whole = rf"{shown} \text{{ where }} {together}" if said else shown
    if width(whole) <= PAGE:
        return whole
    rows = laid_out(shown, PAGE, PAGE - INDENT)
    listed = [*(f"{one}," for one in said[:-1]), *said[-1:]]
    below = [row for i, one in enumerate(listed)
             for row in laid_out(one if i else rf"\text{{where }} {one}", PAGE - INDENT, PAGE - 2 * INDENT)]
    set_in = [f"& {rows[0]}", *(rf"&\qquad {row}" for row in [*rows[1:], *below])]
    return "\\begin{aligned}\n" + " \\\\\n".join(set_in) + "\n\\end{aligned}"


def _steps(lines: Sequence[Line]) -> str:
    """An align* environment to be pasted."""
    left = max((width(line.left) for line in lines), default=0.0) + _EQUALS
    parted = [laid_out(line.formula, PAGE - left, PAGE - left - INDENT) for line in lines]
    remarks = [_remark(line) for line in lines]
    widest = max((width(text) for row in parted for text in row), default=0.0)
    beside = left + widest + _BESIDE + _SMALL * max(map(width, remarks), default=0.0) <= PAGE
    rows: list[str] = []
    for line, (first, *rest), remark in zip(lines, parted, remarks, strict=True):
        rows.append(f"{line.left} &{line.sign} {first}".strip() + (f" && {remark}" if beside and remark else ""))
        rows += [rf"&\qquad {text}" for text in rest]
        rows += [] if beside else [rf"&\qquad {text}" for text in _below(line, PAGE - left - INDENT)]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _remark(line: Line) -> str:
    """The identities of a line and its rule, side by side."""
    return _small([*line.because.split("; "), _rule(line)]) if line.rule else ""


def _rule(line: Line) -> str:
    rule = line.rule.replace("_", r"\_").replace("…", r"\dots")
    return f"[{rule}]"


def _small(parts: Sequence[str]) -> str:
    """Identities in small print, and the name of the rule that ends them."""
    shown = "; ".join(part if part.startswith("[") else f"${part}$" for part in parts)
    return rf"\text{{\footnotesize {shown.replace('; [', ' [')}}}"


def _below(line: Line, room: float) -> list[str]:
    """The same in lines of their own, an identity after the other while they fit."""
    rows: list[list[str]] = []
    for part in (*line.because.split("; "), _rule(line)) if line.rule else ():
        if rows and _SMALL * width(_small([*rows[-1], part])) <= room:
            rows[-1].append(part)
        else:
            rows += [[piece] for piece in laid_out(part, room / _SMALL, room / _SMALL)]
    return [_small(row) for row in rows]


def _table(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """An array: formulas in mathematics, words upright."""
    lines = [" & ".join(text if is_formula else _upright(text) for is_formula, text in row) + r" \\" for row in rows]
    top = " & ".join(map(_upright, heads)) + r" \\ \hline"
    return "\n".join([r"\[", rf"\begin{{array}}{{{'l' * len(heads)}}}", top, *lines, r"\end{array}", r"\]"])


def _upright(text: str) -> str:
    return rf"\text{{{text}}}" if any(c.isalpha() for c in text) else text.replace("$", "")


def _unsafe(look: str) -> Iterator[str]:
    """A command outside the list could read files, write them, or change what later commands mean."""
    for command in dict.fromkeys(re.findall(_COMMAND, look)):
        if command not in _allowed() and command not in _ESCAPED:
            yield f"\\{command} is not among the commands of mathematics that a rule may use"
    bare = re.sub(_COMMAND, " ", look)
    for sign in dict.fromkeys(re.findall(r"\^\^|[$%#&~`\"]", bare)):
        yield f"{sign} means something else than itself in LaTeX"
    if not _is_balanced(bare):
        yield "its braces are not balanced"
    if len(re.findall(r"\\left(?![A-Za-z])", look)) != len(re.findall(r"\\right(?![A-Za-z])", look)):
        yield "\\left and \\right are not balanced"


@cache
def _allowed() -> frozenset[str]:
    """The commands of mathematics, letters and operators."""
    return frozenset((Path(__file__).parent / "latex.txt").read_text(encoding="utf-8").split())


def _is_balanced(bare: str) -> bool:
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _flow(name: str, user: int) -> str:
    return name.removesuffix("}") + f" \\to {user}}}"


DIALECT = Dialect(
    "latex", FORMS, JOINS, latex_name, _dim,
    look_in("latex", plain_call("{}({})", _operator), of_books=True), low_text=_low, member_text=_member,
    reduction_text=_reduction, index_text="{}_{{{}}}".format,
    flow_text=_flow, finish=finished,
    marks=Marks(lambda sign: _SIGNS.get(sign, sign), _operator, r"\text{{{}}}".format, _raised, "{}_{{{}}}".format),
    markup=Markup(_phrase, _steps, _table, _where, _LINE), unsafe=_unsafe, ending=".tex")
