"""The parse tree: what was typed, before anyone knows what a name is or which shape it has.

A `Syntax` node keeps its span in the original text, so that every later complaint can point at it. Sums and products
are n-ary, so a sum of thousands of terms is one flat node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matcalc.diagnostics import Span


@dataclass(frozen=True, slots=True, eq=False)
class Syntax:
    """`op` says which construct, `data` its literal part (see OPS), `args` its operands.

    Compared by identity, so that nodes can be keys of memo tables.
    """

    op: str
    args: tuple[Syntax, ...]
    data: Any
    span: Span


DOT, CROSS = "dot", "cross"  # signs that mean more between vectors than between numbers
OPS = {
    "number": "data Fraction",
    "name": "data canonical name (W_1 for W1, W₁, W_{1}; sigma for σ)",
    "reserved": "data one of I, ones, zeros, pi, e (Euler's number, only as the base of a power)",
    "ones": "the digit one used as a vector: 1'x",
    "sum": "args terms, data their signs (+1 or -1)",
    "negate": "one operand",
    "product": "args factors, by *, @, · or juxtaposition; data (i, DOT or CROSS) for factors i behind such a sign",
    "divide": "p / q",
    "divide-by-run": "p / q r …: args (p, q, r, …) where both (p/q) r … and p/(q r …) can be meant",
    "hadamard": "p .* q", "hadamard-divide": "p ./ q", "hadamard-power": "p .^ q", "kron": "p ⊗ q",
    "power": "p ^ q", "transpose": "p'", "inverse": "p⁻¹", "inverse-transpose": "p⁻ᵀ",
    "call": "data function name as typed (canonical spelling), args its arguments",
    "dotted": "f.(p): a function taken entry by entry, data and args as for a call",
    "apply": "unspecified elementwise function: data (name, order of derivative), one argument",
    "bars": "|p|: absolute value or determinant", "norm": "‖p‖ with data '', '1', '2', 'F', 'inf', '*' or 'op'",
    "inner": "<p, q>",
    "index": "p[i, j]: args (p, …); data for each axis None (all), an int Syntax or a pair of Syntax (range)",
    "block": "[A, B; C, D]: args row by row, data the number of blocks in each row",
    "hole": "?",
}
