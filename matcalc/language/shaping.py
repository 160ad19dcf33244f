"""NumPy's calls whose meaning depends on how many axes an array has, or on its size: pad(X, 1), x.shape[0], len(x);
and arrays that are made of numbers at equal steps, arange(4) and linspace(a, b, 5).
"""

from __future__ import annotations

from fractions import Fraction

from matcalc.diagnostics import Span
from matcalc.language.axes import COUNT
from matcalc.language.inference import literal
from matcalc.language.peers import is_torch
from matcalc.language.reader import Parse, Reader, integer, is_list
from matcalc.language.suggest import table
from matcalc.language.syntax import Op, Syntax, node

LONGEST = 100  # entries of an array at equal steps, which are written one by one
_COUNTS = ("len", "numel", "size")


def shaped(p: Reader, call: Syntax) -> Syntax | None:
    """What one of these calls means; None where it is another, or is not read here."""
    if call.data in _COUNTS:
        return _count(call) if not p.keywords else None
    if call.data in ("arange", "linspace"):
        return _steps(p, call)
    if call.data in table("sorted") and not p.keywords:
        return _of_sorted(call)
    return _padded(p, call) if call.data == "pad" else None


def attribute(p: Reader, base: Syntax) -> Parse:
    """x.shape[0] and x.size, at their dot."""
    p.i += 1
    word = p.take()
    if word.text == "size":
        return node(Op.ALONG, (base,), base.span.to(word.span), (COUNT, None, False))
    opening = p.take()
    axis = integer((yield p.expression(p)))
    closing = p.expect("]", opening.span)
    if axis is None:
        raise p.error("M0216", "behind .shape stands the number of an axis", opening.span.to(closing.span), "[0]")
    return node(Op.ALONG, (base,), base.span.to(closing.span), (COUNT, axis, False))


def _count(call: Syntax) -> Syntax | None:
    """len(x), x.numel(), x.size(0)"""
    x, *rest = call.args or (None,)
    axis = integer(rest[0]) if len(rest) == 1 else None
    if x is None or (call.data != "size" and rest) or (rest and axis is None) or (call.data == "size" and not rest):
        return None
    return node(Op.ALONG, (x,), call.span, (COUNT, 0 if call.data == "len" else axis, False))


def _steps(p: Reader, call: Syntax) -> Syntax | None:
    """The entries of arange and linspace, where their number is known."""
    if call.data == "linspace":
        count = integer(call.args[2]) if len(call.args) == 3 and not p.keywords else None
        if count is None or not 2 <= count <= LONGEST:
            return None
        first, last = call.args[:2]
        parts = [_between(first, last, Fraction(k, count - 1), call.span) for k in range(count)]
        return node(Op.BLOCK, tuple(parts), call.span, (1,) * count)
    numbers = [literal(arg) for arg in call.args]
    if not 1 <= len(numbers) <= 3 or p.keywords or any(x is None for x in numbers):
        return None
    start, stop, step = [Fraction(0), numbers[0], Fraction(1)] if len(numbers) == 1 else [*numbers, Fraction(1)][:3]
    if not step or not isinstance(start, Fraction) or not isinstance(stop, Fraction):
        return None
    count = -int((start - stop) // step)
    if not 2 <= count <= LONGEST:
        return None
    parts = [_number(start + k * step, call.span) for k in range(count)]
    return node(Op.BLOCK, tuple(parts), call.span, (1,) * count)


def _of_sorted(call: Syntax) -> Syntax | None:
    """dotsort(x, [-1, 2]): a weight above 0 is one of the largest entries, one below 0 of the smallest, and all other
    entries weigh nothing."""
    if len(call.args) != 2 or not is_list(call.args[1]):
        return None
    given = [literal(arg) for arg in call.args[1].args]
    weights = [w for w in given if w is not None]
    x, function, terms = call.args[0], table("sorted")[str(call.data)], list[Syntax]()
    for of, ones in ((x, [w for w in weights if w > 0]),
                     (node(Op.NEGATE, (x,), x.span), [-w for w in weights if w < 0])):
        steps = zip(sorted(ones), [Fraction(0), *sorted(ones)], strict=False)
        for k, (weight, lower) in enumerate(steps):
            most = node(Op.CALL, (of, _number(Fraction(len(ones) - k), call.span)), call.span, function)
            terms.append(node(Op.PRODUCT, (_number(weight - lower, call.span), most), call.span))
    if len(weights) < len(given) or not terms:
        return None
    return terms[0] if len(terms) == 1 else node(Op.SUM, tuple(terms), call.span, (1,) * len(terms))


def _between(first: Syntax, last: Syntax, share: Fraction, span: Span) -> Syntax:
    if share in (0, 1):
        return last if share else first
    ends = ((first, 1 - share), (last, share))
    return node(Op.SUM, tuple(node(Op.PRODUCT, (_number(k, span), end), span) for end, k in ends), span, (1, 1))


def _number(value: Fraction, span: Span) -> Syntax:
    number = node(Op.NUMBER, (), span, abs(value))
    return node(Op.NEGATE, (number,), span) if value < 0 else number


def _padded(p: Reader, call: Syntax) -> Syntax | None:
    """pad(X, ((1, 0), (0, 2))) of NumPy, and F.pad(X, (1, 0)) of torch, which begins at the last axis."""
    named = dict(p.keywords)
    args = list(call.args)
    mode, value = named.pop("mode", None), named.pop("value", named.pop("constant_values", None))
    widths = args[1] if len(args) > 1 else named.pop("pad", named.pop("pad_width", None))
    if mode is None and len(args) > 2:
        mode = args[2]
    value = args[3] if value is None and len(args) == 4 else value
    word = mode.data.strip("'") if isinstance(mode, Syntax) and isinstance(mode.data, str) else mode
    fits = not named and len(args) in (1, 2, 3, 4) and word in (None, "constant") and isinstance(widths, Syntax)
    value = node(Op.NUMBER, (), call.span, Fraction(0)) if value is None else value
    if not fits or not isinstance(widths, Syntax) or not isinstance(value, Syntax) or is_list(value):
        return None
    sizes = _sizes(widths, is_torch(p.source[:call.span.start]))
    if not sizes:
        return None
    p.keywords.clear()
    return node(Op.PADDED, (args[0], value), call.span, sizes)


def _sizes(widths: Syntax, from_last: bool) -> tuple[tuple[int, int], ...]:
    """How much stands before and behind along each axis, the last one first; one pair alone is of all axes for NumPy,
    which is said by a pair of its own behind it. () where it is not read."""
    if (width := integer(widths)) is not None and not from_last:
        return ((width, width), (-1, -1)) if width >= 0 and not is_list(widths) else ()
    if not is_list(widths):
        return ()
    numbers = [integer(one) if not is_list(one) else None for one in widths.args]
    if all(n is not None and n >= 0 for n in numbers) and len(numbers) in ((2, 4) if from_last else (2,)):
        flat = [n for n in numbers if n is not None]
        pairs = tuple(zip(flat[::2], flat[1::2], strict=True))
        return pairs if from_last else (*pairs, (-1, -1))
    given = [tuple(integer(n) for n in one.args) for one in widths.args if is_list(one) and len(one.args) == 2]
    found = tuple((a, b) for a, b in given if a is not None and b is not None and a >= 0 and b >= 0)
    return found[::-1] if not from_last and len(found) == len(widths.args) in (1, 2) else ()
