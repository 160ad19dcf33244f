"""How large the result of a call in a template is, said before the call is made: what is too large is refused.

Most functions give no more entries than they take. Those below give more: they make arrays of a size that a number
says, multiply the sizes of their arguments, or square one. Templates have no names of their own, so that what only adds
sizes stays small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import inf, prod
from typing import Any

import numpy as np

from matcalc.diagnostics import fail
from matcalc.limits import ENTRIES, PRODUCTS, LimitError, spend, too_large

LITERAL = 1_000  # entries that a template may ask for without naming a dimension
_LARGEST = 10**12  # of a whole number
_LONGEST_POWER = 64
_SPEC = re.compile(r"([a-z]+(?:,[a-z]+)*)(?:->([a-z]*))?", re.IGNORECASE)
Args = Sequence[Any]


def _entries(sizes: Any) -> float:
    """The entries of an array of this shape; what is no shape is refused by the function itself."""
    parts = sizes if isinstance(sizes, tuple | list) else [sizes]
    return prod(abs(int(part)) for part in parts if isinstance(part, int | np.integer))


def _square(args: Args) -> float:
    return sum(map(np.size, args)) ** 2


def _product(args: Args) -> float:
    return prod(max(np.size(arg), 1) for arg in args)


def _broadcast(args: Args) -> float:
    if prod(np.size(arg) for arg in args) <= ENTRIES:
        return 0
    return prod(np.broadcast_shapes(*(np.shape(arg) for arg in args)))


def _matmul(args: Args) -> float:
    """Two matrices: rows × columns; PRODUCTS bounds the work."""
    a, b = (np.shape(arg) for arg in args[:2])
    inner = max(a[-1] if a else 1, 1)
    products = float(prod(a) * prod(b)) / inner
    return inf if products > PRODUCTS else products / inner


def _factored(args: Args) -> float:
    """Decompositions and functions of matrices may give square factors, and cost what products of them do."""
    shapes = [np.shape(arg)[-2:] for arg in args if np.ndim(arg) >= 2]
    if too_large([(int(rows), int(columns)) for rows, columns in shapes]):
        return inf
    return max((max(shape) ** 2 for shape in shapes), default=0)


def einsum_spec(text: object) -> re.Match[str] | None:
    """Letters of each operand, and of the result."""
    return _SPEC.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None


def _einsum(args: Args) -> float:
    """The work is the product of all indices' ranges, whatever the result is."""
    spec = einsum_spec(args[0])
    if spec is None:
        return inf
    sides = spec[1].split(",")
    ranges = {letter: k for side, arg in zip(sides, args[1:], strict=False)
              for letter, k in zip(side, np.shape(arg), strict=False)}
    if prod(ranges.values()) > PRODUCTS / 10:
        return inf
    shown = spec[2] if spec[2] is not None else [x for x in ranges if spec[1].count(x) == 1]
    return float(prod(ranges.get(letter, 1) for letter in shown))


def _counted(args: Args) -> float:
    """arange: the numbers from one to the other."""
    return abs(float(args[-1]) - (float(args[0]) if len(args) > 1 else 0.0))


def _by_number(args: Args) -> float:
    """The size of an array times what a number says."""
    return float(np.size(args[0]) * (np.max(args[1], initial=1) if np.ndim(args[1]) else _entries(args[1])))


SIZED: dict[str, Callable[[Args], float]] = {  # by numbers among the arguments
    **dict.fromkeys(("ones", "zeros", "full"), lambda args: _entries(args[0])),
    **dict.fromkeys(("eye", "tri"), lambda args: _entries([args[0], args[1] if len(args) > 1 else args[0]])),
    **dict.fromkeys(("identity", "tril_indices", "triu_indices"), lambda args: _entries([args[0]]) ** 2),
    "broadcast_to": lambda args: _entries(args[1]), "arange": _counted, "repeat": _by_number,
    "tile": lambda args: np.size(args[0]) * _entries(list(args[1]) if isinstance(args[1], tuple) else args[1]),
    "vander": lambda args: np.size(args[0]) * (_entries(args[1]) if len(args) > 1 else np.size(args[0])),
}
GROWTH: dict[str, Callable[[Args], float]] = {
    **SIZED, **dict.fromkeys(("kron", "outer", "take"), lambda args: _product(args[:2])), "einsum": _einsum,
    **dict.fromkeys(("matmul", "dot", "inner"), _matmul), "multi_dot": lambda args: _factored(args[0]),
    **dict.fromkeys(("diag", "diagflat"), lambda args: np.size(args[0]) ** 2 if np.ndim(args[0]) < 2 else 0),
    **dict.fromkeys(("circulant", "toeplitz", "hankel", "block_diag"), _square),
}
GROWTH["diagflat"] = lambda args: np.size(args[0]) ** 2
SIZES = {"full": slice(1), "tile": slice(1, None), "repeat": slice(1, None), "broadcast_to": slice(1, None),
         "vander": slice(1, None)}  # which arguments say a size, where not all do
ELSEWHERE: dict[str, Callable[[Args], float]] = {"numpy": _broadcast, "scipy.special": _broadcast,
                                                 "numpy.linalg": _factored, "scipy.linalg": _factored}


def bounded(library: str, name: str, args: Args) -> None:
    """Refuse a call whose result, or work, would be too large. `library` is "" for a method, whose first argument is
    the array."""
    spend()
    if len(args) == 1 and name not in GROWTH and library in ("", "numpy", "scipy.special"):
        return
    try:
        entries = GROWTH.get(name, ELSEWHERE.get(library, lambda _: 0))(args)
    except (TypeError, ValueError, IndexError, OverflowError):
        return  # arguments that do not fit: the function says so itself
    if entries > ENTRIES:
        raise _large(name, entries)


def bounded_pair(operation: str, a: Any, b: Any) -> None:
    """The same for an operator between two values that are not floats."""
    if isinstance(a, int) and isinstance(b, int):
        _whole(operation, a, b)
    elif isinstance(a, str | list | tuple) or isinstance(b, str | list | tuple):
        raise TypeError("a list or a text is no number")
    else:
        entries = _matmul((a, b)) if operation == "MatMult" else _broadcast((a, b))
        if entries > ENTRIES:
            raise _large(operation, entries)


def bounded_index(value: Any, index: Any) -> None:
    """The same for entries that are picked by arrays of places."""
    parts = [part for part in (index if isinstance(index, tuple) else (index,)) if isinstance(part, np.ndarray | list)]
    places = [part for part in parts if np.asarray(part).dtype.kind != "b"]
    entries = np.size(value) * prod(np.size(part) for part in places) if places else 0
    if entries > ENTRIES:
        raise _large("index", entries)


def _whole(operation: str, a: int, b: int) -> None:
    """Whole numbers have as many digits as there is room for, and a power of them takes it."""
    if (operation == "Pow" and abs(b) > _LONGEST_POWER and abs(a) > 1) or max(abs(a), abs(b)) > _LARGEST:
        raise fail("M0107", "a whole number in a numeric template has too many digits", error=LimitError)


def _large(name: str, entries: float) -> Exception:
    size = f"{entries:,.0f} entries, more than {ENTRIES:,}" if entries < inf else "more work than one question may cost"
    return fail("M0107", f"{name} in a numeric template would need {size}", error=LimitError)
