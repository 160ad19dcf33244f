"""Where two values differ, in words: the values of the variables, and both values with as many digits as it takes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from matcalc.checking.comparing import rounded
from matcalc.core.dims import format_dim
from matcalc.printers import text

if TYPE_CHECKING:
    from matcalc.checking.comparing import Comparison, Difference

_MOST_ENTRIES, _MOST_VARIABLES = 12, 6
_DIGITS, _MOST_DIGITS = 6, 30
_LARGEST = 1e300
_LONGEST = 12  # characters of a fraction


def point(d: Difference, dialect: str) -> str:
    """`a = 5.625, x = [1; 2]`; the dimensions that no variable shows are said too."""
    values = list(d.place.values.items())
    said = [f"{text(v, dialect)} = {value(x)}" for v, x in values[:_MOST_VARIABLES]]
    shown = {format_dim(dim) for v, _ in values for dim in v.shape}
    said += [f"{name} = {k}" for name, k in d.place.sizes.items() if name not in shown or not values]
    more = ["…"] if len(values) > _MOST_VARIABLES else []
    return ", ".join([*said, *more])


def value(x: Any) -> str:
    """A number, a matrix as it is typed, or only its size."""
    if np.ndim(x) == 0:
        return _number(x)
    if np.size(x) > _MOST_ENTRIES:
        return "×".join(map(str, np.shape(x)))
    return "[" + "; ".join(", ".join(map(_number, row)) for row in x) + "]"


def _number(x: Any) -> str:
    """A decimal number or a fraction of few digits that is `x`; else as many digits as a float has, and dots."""
    short = f"{float(x):.17g}"
    short = min((f"{float(x):.{k}g}" for k in range(1, 17) if float(f"{float(x):.{k}g}") == float(x)), key=len,
                default=short)
    fraction = Fraction(x)
    if Fraction(short) == fraction:
        return short
    return f"{short}…" if len(str(fraction)) > _LONGEST else str(fraction)


def both(d: Difference) -> tuple[str, str]:
    """The two values, with the digits that tell them apart; where those are too many, one by what it is off."""
    left, right = (f"{rounded(x):.{_DIGITS}g}" for x in (d.left, d.right))
    if left != right and max(abs(rounded(d.left)), abs(rounded(d.right))) < _LARGEST:
        return left, right
    from mpmath import mp

    with mp.workdps(2 * _MOST_DIGITS):
        numbers = [mp.mpf(x.numerator) / x.denominator if hasattr(x, "denominator") else mp.mpf(x)
                   for x in (d.left, d.right, d.left - d.right)]
        for digits in range(_DIGITS, _MOST_DIGITS):
            shown = [mp.nstr(x, digits) for x in numbers[:2]]
            if shown[0] != shown[1]:
                return mp.nstr(numbers[0], digits + 1), mp.nstr(numbers[1], digits + 1)
        off, right = mp.nstr(abs(numbers[2]), 3), mp.nstr(numbers[1], _DIGITS)
    return f"{right} {'+' if numbers[2] > 0 else '-'} {off}", right


def difference(d: Difference, scalar: bool, dialect: str) -> str:
    """`a = 5.625: 0.625 and 0`, of matrices with the entry."""
    left, right = both(d)
    where = point(d, dialect)
    entry = "" if scalar else f"entry ({d.entry[0]},{d.entry[1]}): "
    return (f"at {where}: " if where else "") + f"{entry}{left} and {right}"


def tried(found: Comparison) -> str:
    """`a from -1.2e+06 to 1.1e+06, n from 1 to 4, 12 of the points around breakpoints`."""
    ranges = [f"{name} from {low:.2g} to {high:.2g}" for name, (low, high) in found.ranges().items()]
    sizes = [f"{name} from {low} to {high}" for name, (low, high) in found.sizes().items()]
    around = sum(place.what == "breakpoint" for place in found.places)
    said = [*ranges[:_MOST_VARIABLES], *sizes[:_MOST_VARIABLES]]
    return ", ".join([*said, *([f"{around} of the points around breakpoints"] if around else [])])
