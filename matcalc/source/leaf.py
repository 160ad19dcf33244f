"""Pieces of a formula: text of a number, a vector or a matrix in plain notation, whose axes are known by keys.

The axes of an array are counted from the right, -1 the last, as NumPy aligns them; a loop adds an axis with the letter
of its index. A piece with the keys (-2, -1) is a matrix with rows -2 and columns -1; turned round it is transposed when
it is written, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matcalc.records import NamedTuple
from matcalc.source.extents import Dim

Key = int | str
Sized = Callable[[Key], Dim]
SUM, HADAMARD, PRODUCT, POWER, ATOM = range(5)


class Leaf(NamedTuple):
    """Text, how tightly its outermost operator binds, and the keys of its axes: rows, then columns."""

    text: str
    level: int = ATOM
    keys: tuple[Key, ...] = ()

    def at(self, level: int) -> str:
        """The text where an operator of this level stands around it."""
        return self.text if self.level >= level else f"({self.text})"


def number(value: float) -> Leaf:
    """A number as a piece."""
    text = repr(int(value)) if isinstance(value, int) or (value == int(value) and abs(value) < 1e15) else repr(value)
    return Leaf(text, SUM if value < 0 else ATOM)


def sized(dim: Dim) -> Leaf:
    """A size as a number."""
    text = str(dim)
    return Leaf(text, SUM if " " in text else PRODUCT if "*" in text else ATOM)


ONE = number(1)


def in_order(keys: Sequence[Key]) -> tuple[Key, ...]:
    """Keys as rows and columns: loops before axes, the first axis before the last."""
    return tuple(sorted(set(keys), key=lambda key: (isinstance(key, int), str(key) if isinstance(key, str) else key)))


def transposed(leaf: Leaf) -> Leaf:
    """The same matrix written the other way round."""
    return Leaf(f"{leaf.at(ATOM)}'", POWER, leaf.keys[::-1])


def ones(keys: Sequence[Key], size: Sized) -> str:
    """A vector or a matrix of ones."""
    return f"ones({', '.join(str(size(key)) for key in keys)})"


def filled(leaf: Leaf, keys: tuple[Key, ...], size: Sized) -> Leaf:
    """The piece spread along the axes that it lacks, all in the order of `keys`."""
    if leaf.keys == keys:
        return leaf
    if leaf.keys == keys[::-1]:
        return transposed(leaf)
    if not leaf.keys:
        return Leaf(ones(keys, size), ATOM, keys) if leaf.text == "1" else \
            Leaf(f"{leaf.at(PRODUCT)}*{ones(keys, size)}", PRODUCT, keys)
    if leaf.keys == keys[:1]:
        return Leaf(f"{leaf.at(PRODUCT)}*{ones(keys[1:], size)}'", PRODUCT, keys)
    return Leaf(f"{ones(keys[:1], size)}*{leaf.at(ATOM)}'", PRODUCT, keys)


def common(leaves: Sequence[Leaf]) -> tuple[Key, ...]:
    """The axes of all, in the order of the first matrix that has them."""
    keys = in_order([key for leaf in leaves for key in leaf.keys])
    return next((leaf.keys for leaf in leaves if len(leaf.keys) == 2 and set(leaf.keys) == set(keys)), keys)


def added(a: Leaf, b: Leaf, size: Sized) -> Leaf:
    """a + b, each spread to the axes of both."""
    if a.text == "0" or b.text == "0":
        zero, other = (a, b) if a.text == "0" else (b, a)
        if set(zero.keys) <= set(other.keys):
            return other
    keys = common((a, b))
    a, b = filled(a, keys, size), filled(b, keys, size)
    return Leaf(f"{a.text} + {b.text if not b.text.startswith('-') else f'({b.text})'}", SUM, keys)


def subtracted(a: Leaf, b: Leaf, size: Sized) -> Leaf:
    """a - b, each spread to the axes of both."""
    if a.text == "0" and set(a.keys) <= set(b.keys):
        return negated(b)
    keys = common((a, b))
    return Leaf(f"{filled(a, keys, size).text} - {filled(b, keys, size).at(HADAMARD)}", SUM, keys)


def negated(a: Leaf) -> Leaf:
    """-a."""
    return Leaf(f"-{a.at(HADAMARD)}", SUM, a.keys)


def multiplied(a: Leaf, b: Leaf, size: Sized) -> Leaf:
    """a times b, entry by entry, where the keys of both are two at most."""
    if a.text == "1" and not a.keys:
        return b
    if b.text == "1" and not b.keys:
        return a
    if not a.keys or not b.keys:
        return Leaf(f"{a.at(PRODUCT)}*{b.at(PRODUCT)}", PRODUCT, a.keys or b.keys)
    if len(a.keys) == len(b.keys) == 1 and a.keys != b.keys:
        first, second = (a, b) if in_order(a.keys + b.keys)[0] == a.keys[0] else (b, a)
        return Leaf(f"{first.at(PRODUCT)}*{second.at(ATOM)}'", PRODUCT, first.keys + second.keys)
    if len(a.keys) != len(b.keys):
        vector, matrix = (a, b) if len(a.keys) == 1 else (b, a)
        scale = f"diag({vector.text})"
        return Leaf(f"{scale}*{matrix.at(PRODUCT)}" if vector.keys == matrix.keys[:1] else
                    f"{matrix.at(PRODUCT)}*{scale}", PRODUCT, matrix.keys)
    return Leaf(f"{a.at(POWER)}.*{filled(b, a.keys, size).at(POWER)}", HADAMARD, a.keys)


def divided(a: Leaf, b: Leaf, size: Sized) -> Leaf:
    """a over b, entry by entry."""
    if not b.keys:
        return Leaf(f"{a.at(PRODUCT)}/{b.at(POWER)}", HADAMARD, a.keys)
    keys = common((a, b))
    if a.keys:
        a = filled(a, keys, size)
    return Leaf(f"{a.at(POWER)}./{filled(b, keys, size).at(POWER)}", HADAMARD, keys)


def raised(a: Leaf, b: Leaf, size: Sized) -> Leaf:
    """a to the b, entry by entry."""
    keys = common((a, b))
    if not keys:
        return Leaf(f"{a.at(ATOM)}^{b.at(ATOM)}", POWER)
    base = a if not a.keys else filled(a, keys, size)
    exponent = b if not b.keys else filled(b, keys, size)
    return Leaf(f"{base.at(ATOM)}.^{exponent.at(ATOM)}", POWER, keys)


def applied(name: str, leaves: Sequence[Leaf], size: Sized, more: str = "") -> Leaf:
    """A function of numbers, taken of every entry; of several arguments each is spread to the axes of all."""
    keys = common(leaves)
    texts = [filled(leaf, keys, size).text for leaf in leaves]
    dot = "." if len(keys) == 2 and len(leaves) == 1 else ""
    return Leaf(f"{name}{dot}({', '.join(texts)}{more})", ATOM, keys)


def summed(a: Leaf, key: Key, size: Sized) -> Leaf:
    """The sum along one of the axes that the piece has."""
    if len(a.keys) == 1:
        return Leaf(f"sum({a.text})")
    matrix = a if a.keys[1] == key else transposed(a)
    return Leaf(f"{matrix.at(PRODUCT)}*{ones((key,), size)}", PRODUCT, matrix.keys[:1])


def contracted(a: Leaf, b: Leaf, key: Key) -> Leaf:
    """The sum over the axis that both have, of a product of vectors or matrices: a'b, A x, A B."""
    if len(a.keys) == len(b.keys) == 1:
        return Leaf(f"{a.at(ATOM)}'*{b.at(PRODUCT)}", PRODUCT)
    if len(a.keys) == 1:
        a, b = b, a
    left = a if a.keys[-1] == key else transposed(a)
    right = b if b.keys[0] == key else transposed(b)
    return Leaf(f"{left.at(PRODUCT)}*{right.at(PRODUCT)}", PRODUCT, left.keys[:-1] + right.keys[1:])
