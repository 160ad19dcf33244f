"""A kernel as one reads it: X' X, L^-1 B, sum(t1). The same table form as the targets have, in plain signs; `readable`
writes the signs of a book for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.core.dims import format_dim
from matcalc.plan.node import Node
from matcalc.plan.table import read
from matcalc.plan.text import LackingError, Speller, Text

_ROWS = """[kernels]
number call {value}
ratio product {above}/{below}
size call {dim}
constant call {value}
add sum {0} + {1}
subtract sum {0} - {1}
negate sign -{0}
multiply product {0} .* {1}
divide product {0} ./ {1}
multiply_number product {0}*{1}
divide_number product {0}/{1}
reciprocal product 1 ./ {0}
power power {0}.^{1}
less compare {0} < {1}
less_equal compare {0} <= {1}
greater compare {0} > {1}
greater_equal compare {0} >= {1}
equal compare {0} == {1}
not_equal compare {0} != {1}
entrywise call {kernel}({0})
fill call fill({0})
column call {0}*1'
row call 1*{0}'
transpose postfix {0}'
outer product {0}*{1}'
dot product {0}'*{1}
matvec product {0}*{1}
vecmat product {0}'*{1}
matmul product {0}*{1}
matmul_tn product {0}'*{1}
matmul_nt product {0}*{1}'
matmul_tt product {0}'*{1}'
add_diagonal sum {0} + diag({1})
diagonal_matrix call diag({0})
einsum call einsum("{spec}", {operands})
"""
_TABLE = read(_ROWS, "notation")
_BY_NUMBERS = ("multiply", "divide")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {".*": "∘", "./": "⊘", "*": " ", "'": "ᵀ", "-": "−", "<=": "≤", ">=": "≥", "!=": "≠"}


class Notation:
    """Spells kernels with names for their operands."""

    def __init__(self) -> None:
        self.speller = Speller(_TABLE, format_dim)

    def text(self, e: Node, operands: Sequence[Text]) -> Text:
        """The kernel, by its name where it has no sign."""
        if e.op in ("unspecified", "call"):
            name = e.data[0] if e.op == "unspecified" else e.data.function.name
            return Text(f"{name}({', '.join(x.text for x in operands)})")
        if e.op in _BY_NUMBERS and not all(arg.shape for arg in e.args):
            return self.speller.filled(_TABLE.kernels[f"{e.op}_number"], e, operands)
        try:
            return self.speller.spell(e, operands)
        except LackingError:
            return Text(f"{e.op}({', '.join(x.text for x in operands)})")


def readable(text: str) -> str:
    """In the signs of a book."""
    text = re.sub(r"\^(-?\d+)", lambda found: found[1].translate(_RAISED), text)
    return re.sub(r"\.\*|\./|<=|>=|!=|[*'-]", lambda found: _SIGNS[found[0]], text)
