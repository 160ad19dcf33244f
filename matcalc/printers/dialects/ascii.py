"""ASCII: what everybody can type. The tables of the other dialects state only where they differ from this one.

The signs of left sides, ∂f/∂X, and of what is said beside formulas are replaced where a stream lacks them.
"""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.core.dims import format_dim
from matcalc.language.characters import ACCENTS
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Dialect
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import BOLD, ascii_name, parts

FORMS = {
    "constant": form("#a"),
    "d": form("d"),
    "differential": form("d#0"),
    "differential of": form("d(#0)"),
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
    "adjoint": form("#0^H", POWER, ATOM),
    "inverse adjoint": form("inv(#0)^H", POWER),
    "conjugate": form("conj(#0)"),
    "letter conjugate": form("conj(#0)"),
    "modulus": form("abs(#0)"),
    "imaginary unit": form("1i"),
    "inverse": form("inv(#0)"),
    "inverse transpose": form("inv(#0)'", POWER),
    "eye": form("eye(#a)"),
    "identity": form("eye(#a)"),
    "ones": form("ones(#a,#b)"),
    "ones beside": form("ones(#a,#b)"),
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
    "declared function": form("#b(#0)"),
    "declared gradient": form("grad_#b(#0)"),
    "declared Hessian": form("hess_#b(#0)"),
    "declared Jacobian": form("J_#b(#0)"),
    "declared change": form("dJ_#b(#0, #1)"),
    "declared curvature": form("hess_#b(#0, #1)"),
    "dependent": form("#b(#0)"),
    "rate": form("d#b_d#a(#0)"),
    "second rate": form("d2#b_d#a2(#0)"),
    "third rate": form("d3#b_d#a3(#0)"),
    "indicator": form("[#0]"),
    "over": form("#a(#0)", PRODUCT, ANY),
    # left sides
    "slope": form("∂#0/∂#1"),
    "second slope": form("∂²#0/∂#1∂#2"),
    "second slope by one": form("∂²#0/∂#1²"),
    "first differential": form("d#0"),
    "higher differential": form("#0#1"),
    "turned": form("#0ᵀ"),
    "stacked": form("vec(#0)"),
    "paired": form("⟨#0, #1⟩"),
    "along": form("#0[#1]"),
    "curvature along": form("∇²#0[#1]"),
    "equation": form("#0 = #1"),
    "part of": form("  #0 = #1"),  # a line below another one
    "tensor product": form("(#0 ⊗ #1)"),
    "size of a gradient": form("|grad f|"),
}
JOINS = {"plus": " + ", "minus": " - ", "product": "*", "chain": "*", "hadamard": ".*", "call": "*",
         "beside": ", ", "below": "; ", "open": "[", "close": "]", "prime": "′", "listed": ", ",
         "defined": " := ", "then": "; ", "up to": "..", "times": "*",
         "is =": " = ", "is !=": " != ", "is <": " < ", "is <=": " <= ",
         "is >": " > ", "is >=": " >= "}

_SIGNS = str.maketrans({
    "∂": "d", "✓": "ok", "✗": "FAILED", "×": "x", "·": "*", "−": "-", "‖": "||", "ᵀ": "'", "⁻": "^-", "¹": "1",
    "²": "^2", "≠": "!=", "≤": "<=", "≥": ">=", "∘": ".*", "⊘": "./", "⊗": "(x)", "√": "sqrt", "𝟏": "ones",
    "“": '"', "”": '"', "’": "'", "…": "...", "–": "-", "—": "-", "─": "-", "┬": "-", "│": "|", "├": "|", "╰": "`",
    "╭": "|", "∈": "in", "⇒": "=>", "→": "->", "½": "1/2", "�": "?", "⟨": "<", "⟩": ">",
    "∇": "D", "³": "^3", "⁴": "^4", "÷": "/", "←": "<-", "↑": "^", "↓": "v",
})


def signs(text: str) -> str:
    """What is said beside formulas, in ASCII."""
    return text.replace("𝟏𝟏ᵀ", "ones*ones'").translate(_SIGNS)


def _index(name: str, low: str) -> str:
    return f"{name}[{','.join(low)}]"


def _member(name: str, places: Sequence[str]) -> str:
    """x_i, A_ij, x_{i+1}, u_{o,i} where u_o is the name, and x_bold_i where a plain x stands beside the bold one."""
    base, scripts = parts(ascii_name(name))
    if scripts[:1] == [("_", BOLD)]:
        base, scripts = f"{base}_{BOLD}", scripts[1:]
    low = [*(part for sign, part in scripts if sign == "_"), *places]
    return base + lowered(low, len(low) == len(places)) + "".join(f"^{part}" if part.isalnum() else f"^{{{part}}}"
                                         for sign, part in scripts if sign == "^")


def lowered(indices: Sequence[str], is_bare: bool) -> str:
    """One letter or number, or several letters, without braces and commas; not behind the labels of a name."""
    if len(indices) == 1 and indices[0].isalnum():
        return f"_{indices[0]}"
    are_letters = is_bare and all(len(index) == 1 and index.isalpha() for index in indices)
    return "_" + "".join(indices) if are_letters else f"_{{{','.join(indices)}}}"


def _reduction(word: str, below: Below) -> str:
    shown = {"∑": "sum", "∏": "prod"}.get(word, word)
    sign = DIALECT.joins[f"is {below.sign}"] if below.sign else ","
    low = (sign if len(below.sign) == 2 else sign.strip()).join(map(format_dim, below.letters))
    return f"{shown}_{{{low}}}" + (f"^{{{format_dim(below.high)}}}" if below.high is not None else "")


def _traced(text: str) -> str:
    """There are no dots and bars above a letter, so v̄₂ is vbar_2."""
    return text.replace(ACCENTS["dot"], "dot").replace(ACCENTS["bar"], "bar")


DIALECT = Dialect("ascii", FORMS, JOINS, ascii_name, lambda dim: format_dim(dim, "*"),
                  look_in("ascii", plain_call("{}({})")), member_text=_member, reduction_text=_reduction,
                  has_delta=False, index_text=_index, trace_text=_traced, signs=signs)
