"""Unicode: the notation of a textbook as far as one line of characters goes."""

from __future__ import annotations

import re

from matcalc.core.dims import format_dim
from matcalc.printers.call_forms import look_in, plain_call
from matcalc.printers.dialect import Dialect, Marks
from matcalc.printers.dialects import ascii as plain
from matcalc.printers.precedence import ATOM, LOOSE, POWER, PRODUCT, SUM, form
from matcalc.printers.symbols import HIGH, LOW, unicode_name

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
    "inverse": form("#0⁻¹", POWER, ATOM),
    "inverse transpose": form("#0⁻ᵀ", POWER, ATOM),
    "identity": form("I"),
    "indexed eye": form("I#a"),
    "one": form("𝟏"),
    "derivative": form("#b′(#0)"),
    "second derivative": form("#b″(#0)"),
    "higher derivative": form("#b#p(#0)"),
    "size of a gradient": form("‖∇f‖"),
}
JOINS = plain.JOINS | {"minus": " − ", "product": " ", "chain": " ", "call": " ", "hadamard": " ∘ "}


def _low(dimension: str) -> str:
    if not re.fullmatch(r"[a-z]|[0-9]+", dimension):
        return ""
    return dimension.translate(LOW) if all(ord(c) in LOW for c in dimension) else f"_{dimension}"


def _index(name: str, low: str) -> str:
    return name + low.translate(LOW)


def _raised(base: str, script: str) -> str:
    high = {**HIGH, ord("⊤"): "ᵀ", ord("−"): "⁻", ord("*"): "*"}
    return base + (script.translate(high) if all(ord(c) in high for c in script) else f"^({script})")


DIALECT = Dialect(
    "unicode", FORMS, JOINS, unicode_name, lambda dim: format_dim(dim, "·"), look_in("unicode", plain_call("{}({})")),
    low_text=_low, index_text=_index, flow_text=lambda name, user: f"{name}→{str(user).translate(LOW)}",
    marks=Marks(str, str, str, _raised, "{}_{}".format), instead="ascii")
