"""How each dialect spells each construct: one table per dialect, one row per view.

The tables of Unicode and LaTeX state only where they differ from ASCII.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from matcalc.dims import Dim
from matcalc.printers import calls, names
from matcalc.printers.dotted import is_dotted
from matcalc.printers.forms import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form
from matcalc.printers.view import View

Axis = tuple[Dim, Dim, Dim]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A table of forms, the signs between operands, and how the leaves look: names, dimensions, ranges, calls."""

    name: str
    forms: Mapping[str, Form]
    joins: Mapping[str, str]
    name_text: Callable[[str], str]
    dim_text: Callable[[Dim], str]
    axis_text: Callable[[Axis], str]
    call_form: Callable[[View], Form]


_ASCII = {
    "constant": form("#a"),
    "d": form("d"),
    "negate": form("-#0", SUM, LOOSE),
    "fraction": form("#0/#1", LOOSE, LOOSE, POWER),
    "scaled fraction": form("#0*#2/#1", LOOSE, PRODUCT, POWER, PRODUCT),
    "coefficient": form("#0/#1*#2", LOOSE, PRODUCT, POWER, PRODUCT),
    "ratio": form("#a/#b", LOOSE),
    "fraction in front": form("#0/#1", LOOSE, LOOSE, POWER),
    "hadamard quotient": form("#0./#1", LOOSE, LOOSE, POWER),
    "power": form("#0^#1", POWER, ATOM, ATOM),
    "integer power": form("#0^#a", POWER, ATOM),
    "elementwise power": form("#0.^#1", POWER, ATOM, ATOM),
    "elementwise integer power": form("#0.^#a", POWER, ATOM),
    "matrix power": form("#0^#a", POWER, ATOM),
    "root": form("sqrt(#0)"),
    "simple root": form("sqrt(#0)"),
    "elementwise root": form("sqrt(#0)"),
    "roots of entries": form("sqrt(#0)"),  # of a square matrix, whose √ is another function in a book
    "norm2": form("norm2(#0)"),
    "normF": form("normF(#0)"),
    "trace": form("tr(#0)"),
    "total": form("sum(#0)"),
    "transpose": form("#0'", POWER, ATOM),
    "inverse": form("inv(#0)"),
    "inverse transpose": form("inv(#0)'", POWER),
    "eye": form("eye(#a)"),
    "identity": form("eye(#a)"),
    "ones": form("ones(#a,#b)"),
    "ones vector": form("ones(#a)"),
    "one": form("ones(#a)"),
    "zeros": form("zeros(#a,#b)"),
    "zeros vector": form("zeros(#a)"),
    "unit": form("unit(#a,#b)"),
    "entry": form("#0[#a,#b]", ATOM, ATOM),
    "vector entry": form("#0[#a]", ATOM, ATOM),
    "row entry": form("#0[#a]", ATOM, ATOM),
    "row": form("#0[#a,:]", ATOM, ATOM),
    "column": form("#0[:,#a]", ATOM, ATOM),
    "slice": form("#0[#a,#b]", ATOM, ATOM),
    "vector slice": form("#0[#a]", ATOM, ATOM),
    "derivative": form("deriv(#b, #0)"),
    "second derivative": form("deriv(#b, #a, #0)"),
    "higher derivative": form("deriv(#b, #a, #0)"),
    "unspecified": form("#b(#0)"),
    "unspecified entries": form("#b.(#0)"),
}

_UNICODE = _ASCII | {
    "negate": form("−#0", SUM, LOOSE),
    "scaled fraction": form("#0 #2/#1", LOOSE, PRODUCT, POWER, PRODUCT),
    "coefficient": form("#0/#1 #2", LOOSE, PRODUCT, POWER, PRODUCT),
    "hadamard quotient": form("#0 ⊘ #1", LOOSE, LOOSE, POWER),
    "integer power": form("#0#s", POWER, ATOM),
    "elementwise power": form("#0^(∘#1)", POWER, ATOM, LOOSE),
    "elementwise integer power": form("#0∘#s", POWER, ATOM),
    "matrix power": form("#0#s", POWER, ATOM),
    "root": form("√(#0)"),
    "simple root": form("√#0", POWER, ATOM),
    "elementwise root": form("√(#0)"),
    "roots of entries": form("#0^(∘1/2)", POWER, ATOM),
    "norm2": form("‖#0‖"),
    "normF": form("‖#0‖_F"),
    "transpose": form("#0ᵀ", POWER, ATOM),
    "inverse": form("#0⁻¹", POWER, ATOM),
    "inverse transpose": form("#0⁻ᵀ", POWER, ATOM),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "one": form("𝟏"),
    "derivative": form("#b′(#0)"),
    "second derivative": form("#b″(#0)"),
    "higher derivative": form("#b#p(#0)"),
}

_LATEX = _ASCII | {
    "d": form(r"\mathrm{d}"),
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
    "inverse": form("#0^{-1}", POWER, ATOM),
    "inverse transpose": form(r"#0^{-\top}", POWER, ATOM),
    "eye": form(r"\operatorname{eye}(#a)"),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "ones": form(r"\operatorname{ones}(#a, #b)"),
    "ones vector": form(r"\operatorname{ones}(#a)"),
    "one": form(r"\mathbf{1}"),
    "zeros": form(r"\operatorname{zeros}(#a, #b)"),
    "zeros vector": form(r"\operatorname{zeros}(#a)"),
    "unit": form(r"\operatorname{unit}(#a, #b)"),
    "derivative": form("#b^{#p}(#0)"),
    "second derivative": form("#b^{#p}(#0)"),
    "higher derivative": form("#b^{#p}(#0)"),
}

_ASCII_JOINS = {"plus": " + ", "minus": " - ", "product": "*", "chain": "*", "hadamard": ".*", "call": "*",
                "beside": ", ", "below": "; ", "open": "[", "close": "]", "prime": "′"}
_JOINS = {
    "ascii": _ASCII_JOINS,
    "unicode": _ASCII_JOINS | {"minus": " − ", "product": " ", "chain": " ", "call": " ", "hadamard": " ∘ "},
    "latex": _ASCII_JOINS | {"product": " ", "chain": " ", "call": r"\, ", "hadamard": r" \odot ", "beside": " & ",
                             "below": r" \\ ", "prime": r"\prime",
                             "open": r"\begin{bmatrix} ", "close": r" \end{bmatrix}"},
}


def _dialect(name: str, forms: Mapping[str, Form]) -> Dialect:
    return Dialect(name, forms, _JOINS[name], names.NAMES[name], lambda dim: names.dimension(dim, name), names.interval,
                   lambda seen: calls.text_form(seen.data[0], name, is_dotted(seen, name)))


DIALECTS = {name: _dialect(name, forms) for name, forms in
            (("ascii", _ASCII), ("unicode", _UNICODE), ("latex", _LATEX))}
