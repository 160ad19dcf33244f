"""How R, Julia, Mathematica and Maple write expressions: their operators, from their manuals. Data only.

A sign has a binding, the higher the tighter, `>` behind it where it groups from the right, and a meaning, which
`meanings` translates. The functions stand in text files, NAME(COUNT) = what it is in the language.
"""

from __future__ import annotations

from matcalc.records import NamedTuple


class Grammar(NamedTuple):
    """`infix`: binding, whether it groups from the right, meaning. `postfix`: what follows an operand, to its meaning.

    `minus` is the binding of a sign before an operand, `beside` that of operands without a sign between them, 0 where
    there must be one. `opening`, `closing`: the brackets of a call. `entrywise`: functions work entry by entry.
    """

    title: str
    infix: dict[str, tuple[int, bool, str]]
    postfix: dict[str, str]
    minus: int
    beside: int
    opening: str
    closing: str
    entrywise: bool
    imaginary: frozenset[str]  # names with a value of their own that no variable here has
    values: dict[str, str]


MAPPED = "/@"  # Mathematica's sign between a function and what it is applied to, entry by entry


def _left(rows: dict[int, dict[str, str]], right: dict[str, str]) -> dict[str, tuple[int, bool, str]]:
    found = {sign: (k, False, meaning) for k, signs in rows.items() for sign, meaning in signs.items()}
    return found | {sign: (90, True, meaning) for sign, meaning in right.items()}


GRAMMARS = {
    "r": Grammar(
        "R", _left({70: {"%*%": "matmul", "%o%": "outer", "%x%": "kron"}, 60: {"*": "entries", "/": "over"},
                    50: {"+": "add", "-": "subtract"}}, {"^": "raised", "**": "raised"}),
        {}, 80, 0, "(", ")", True, frozenset({"T", "F", "TRUE", "FALSE", "NULL", "NA", "I", "Inf"}), {"pi": "pi"}),
    "julia": Grammar(
        "Julia", _left({60: {"*": "product", "/": "divided", "\\": "solved", ".*": "entries", "./": "over",
                             "⋅": "inner", "·": "inner", "⊙": "entries", "⊗": "kron", "×": "cross", "%": "rem"},
                        50: {"+": "add", "-": "subtract", ".+": "spread", ".-": "spread-"},
                        40: dict.fromkeys((">", "<", ">=", "<=", ".>", ".<", ".>=", ".<="), "compared")},
                       {"^": "power", ".^": "raised"}),
        {"'": "transpose", "ᵀ": "transpose"}, 80, 75, "(", ")", False,
        frozenset({"im", "Inf", "NaN", "true", "false", "nothing"}), {"pi": "pi", "π": "pi", "I": "I", "ℯ": "e"}),
    "mathematica": Grammar(
        "Mathematica", _left({80: {".": "dot"}, 70: {"**": "product"}, 65: {"/": "over"},
                              60: {"*": "entries", "×": "entries"},
                              50: {"+": "add", "-": "subtract"},
                              40: dict.fromkeys((">", "<", ">=", "<="), "compared")}, {"^": "raised", "/@": MAPPED}),
        {"\\[Transpose]": "transpose", "^\\[Transpose]": "transpose", "\uf3c7": "transpose", "^\uf3c7": "transpose",
         "\\[ConjugateTranspose]": "transpose", "\uf3c9": "transpose"}, 70, 60, "[", "]", True,
        frozenset({"I", "Infinity", "True", "False"}), {"Pi": "pi", "E": "e", "π": "pi"}),
    "maple": Grammar(
        "Maple", _left({60: {"*": "numbers", "/": "divided", ".": "maple-dot", "*~": "entries", "/~": "over"},
                        50: {"+": "plain-add", "-": "plain-subtract"}}, {"^": "power", "^~": "raised"}),
        {"^%T": "transpose", "^%H": "transpose", "^+": "transpose", "^*": "transpose"}, 55, 0, "(", ")", False,
        frozenset({"I", "D", "infinity", "true", "false"}), {"Pi": "pi"}),
}
