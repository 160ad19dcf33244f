"""A function whose last argument may stand below its name: λ_2(A) is the 2nd largest eigenvalue, σ_k(X) a singular one.

The block of the function says so, `also = lambda_{k}`. With anything but a product of matrices in the bracket the name
is a factor, as in λ_1(x'x + c).

Sizes stand below K_{mn}, the commutation matrix, and I_{mn} with m·n rows, where m and n are dimensions.
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.language.characters import SEPARATOR, pattern
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import Token, Vocabulary

_OF_MATRIX = f"{SEPARATOR}*\\(" + r"\s*[A-Z][A-Z0-9_'′ᵀ* ]*\)"


def placed_function(known: Vocabulary, name: str, text: str, stop: int) -> str:
    """The function that `name`, which ends at `stop` of the text, is with a place below it; '' where it is none."""
    base, _, label = name.partition("_")
    word = pattern(base + r"_\{\w+\}")
    found = next((function for alias, function in known.aliases.items() if word.fullmatch(alias)), "")
    is_place = pattern("[1-9][0-9]*|[a-z]").fullmatch(label) and pattern(_OF_MATRIX).match(text, stop)
    return found if is_place else ""


def with_place(call: Syntax, token: Token) -> Syntax:
    """The call with what stands below its name as the last argument."""
    op, value = (Op.NUMBER, Fraction(token.data)) if token.data.isdigit() else (Op.NAME, token.data)
    return node(Op.CALL, (*call.args, node(op, (), token.span, value)), call.span, call.data)


_COMMUTATION = ("K", "T")  # the second where a variable is called like the first


def commutation(known: Vocabulary, token: Token) -> Syntax | None:
    """K(m,n) for K_{mn}; None where that is the name of a variable."""
    base, _, low = token.text.partition("_")
    letter = next((letter for letter in _COMMUTATION if not known.is_declared(letter)), "")
    sides = low.strip("{}").replace(",", "")
    if base != letter or len(sides) != 2 or not known.sizes.issuperset(sides):
        return None
    return node(Op.CALL, tuple(node(Op.NAME, (), token.span, side) for side in sides), token.span, "commutation")


def product_of_sizes(known: Vocabulary, low: str) -> list[str]:
    """m and n for the mn of I_{mn}, which has m·n rows; [] for any other size."""
    is_product = low.isalpha() and 1 < len(low) == len(set(low)) and low not in known.sizes
    return list(low) if is_product and known.sizes.issuperset(low) else []
