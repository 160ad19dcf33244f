"""Unicode: the notation of a textbook as far as one line of characters goes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.core.dims import Dim, format_dim
from matcalc.language.characters import GLYPHS
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Dialect, Marks
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ATOM, LOOSE, POWER, PRODUCT, SUM, form
from matcalc.printers.reductions import Below
from matcalc.printers.symbols import BOLD, HIGH, LOW, LOWERED, ascii_name, greek, parts, unicode_name

FORMS = plain.FORMS | {
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
    "adjoint": form("#0ᴴ", POWER, ATOM),
    "inverse adjoint": form("#0⁻ᴴ", POWER, ATOM),
    "letter conjugate": form("#0\u0304"),
    "modulus": form("|#0|"),
    "imaginary unit": form("ⅈ"),
    "inverse": form("#0⁻¹", POWER, ATOM),
    "inverse transpose": form("#0⁻ᵀ", POWER, ATOM),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "one": form("𝟏"),
    "ones beside": form("𝟏 𝟏ᵀ", PRODUCT),
    "derivative": form("#b′(#0)"),
    "second derivative": form("#b″(#0)"),
    "higher derivative": form("#b#p(#0)"),
    "declared gradient": form("∇#b(#0)"),
    "declared Hessian": form("∇²#b(#0)"),
    "declared curvature": form("∇²#b(#0, #1)"),
    "dependent": form("#b"),
    "rate": form("∂#b/∂#a", LOOSE),
    "second rate": form("∂²#b/∂#a²", LOOSE),
    "third rate": form("∂³#b/∂#a³", LOOSE),
    "over": form("#a #0", PRODUCT, PRODUCT),
    "size of a gradient": form("‖∇f‖"),
}
JOINS = plain.JOINS | {"minus": " − ", "product": " ", "chain": " ", "call": " ", "hadamard": " ∘ ",
                       "times": "·", "up to": "…", "is !=": " ≠ ", "is <=": " ≤ ", "is >=": " ≥ "}
_SIGNS = {"sum": "Σ", "prod": "Π"}


def _dim(dim: Dim) -> str:
    return greek(format_dim(dim, "·"), GLYPHS.__getitem__)


def _low(dimension: str) -> str:
    if not re.fullmatch(LOWERED, dimension):
        return ""
    index = dimension.replace("*", "")
    return index.translate(LOW) if all(ord(c) in LOW for c in index) else f"_{index}" if len(index) == 1 \
        else f"_{{{index}}}"


def _index(name: str, low: str) -> str:
    return name + low.translate(LOW)


def _member(name: str, places: Sequence[str]) -> str:
    """xᵢ, Aᵢⱼ, xᵢ₊₁; what has no glyphs in braces."""
    base, scripts = parts(ascii_name(name))
    places = [greek(place, GLYPHS.__getitem__) for place in places]
    labels = [part for sign, part in scripts if sign == "_" and part != BOLD]
    bare = base + (f"_{BOLD}" if len(labels) < sum(sign == "_" for sign, _ in scripts) else "")
    raised = "".join(unicode_name(f"x^{{{part}}}")[1:] for sign, part in scripts if sign == "^")
    return unicode_name(bare) + _lowered([*labels, *places], not labels) + raised


def _lowered(indices: Sequence[str], is_bare: bool) -> str:
    together = "".join(indices)
    is_plain = len(indices) == 1 or (is_bare and all(len(index) == 1 and index.isalpha() for index in indices))
    if is_plain and all(ord(c) in LOW for c in together):
        return together.translate(LOW)
    return plain.lowered(indices, is_bare).replace("-", "−")


def _reduction(word: str, below: Below) -> str:
    """Σᵢ, Σᵢ₌₁ⁿ⁻¹, Σ_{i<j}."""
    shown, low = _SIGNS.get(word, word), list(map(_dim, below.letters))
    if not below.sign:
        return " ".join(shown + _under(index, word.isascii() and word not in _SIGNS) for index in low)
    sign = DIALECT.joins[f"is {below.sign}"].strip()
    if below.high is None:
        return f"{shown}_{{{sign.join(low)}}}"
    together, high = "".join(low), _dim(below.high)
    if all(ord(c) in LOW for c in together) and all(ord(c) in HIGH for c in high):
        return f"{shown}{low[0].translate(LOW)}₌{low[1].translate(LOW)}{high.translate(HIGH)}"
    return f"{shown}_{{{'='.join(low)}}}^{{{high}}}".replace("-", "−")


def _under(index: str, is_word: bool) -> str:
    """One letter below a sign; below a word as it is typed, max_i."""
    if not is_word and all(ord(c) in LOW for c in index):
        return index.translate(LOW)
    return f"_{index}" if len(index) == 1 else f"_{{{index}}}"


def _raised(base: str, script: str) -> str:
    high = {**HIGH, ord("⊤"): "ᵀ", ord("H"): "ᴴ", ord("−"): "⁻", ord("*"): "*"}
    return base + (script.translate(high) if all(ord(c) in high for c in script) else f"^({script})")


DIALECT = Dialect(
    "unicode", FORMS, JOINS, unicode_name, _dim, look_in("unicode", plain_call("{}({})")),
    low_text=_low, member_text=_member, reduction_text=_reduction, index_text=_index,
    flow_text=lambda name, user: f"{name}→{str(user).translate(LOW)}",
    marks=Marks(str, str, str, _raised, "{}_{}".format), instead="ascii")
