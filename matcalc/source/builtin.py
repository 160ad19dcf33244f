"""Python's own functions: range, len, sum, zip and their kin, as far as they compute with what is read."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from matcalc.source.broadcast import Array
from matcalc.source.loops import Pairs
from matcalc.source.marks import Range, Size
from matcalc.source.refusal import BRANCH, CALL, STATEMENT, VALUE, RefusalError
from matcalc.source.scalars import calculated

if TYPE_CHECKING:
    from matcalc.source.calling import Library


def _range(library: Library, *limits: Any) -> Any:
    if all(isinstance(one, int) for one in limits):
        return range(*limits)
    limits = limits[1:] if len(limits) == 2 and limits[0] == 0 else limits
    if len(limits) == 1 and isinstance(limits[0], Size):
        return Range(library.axes.dim(limits[0]))
    raise RefusalError(STATEMENT, "a loop is read over range(n), all rows from the first to the last")


def _sum(library: Library, a: Any, start: Any = 0) -> Any:
    if isinstance(a, list | tuple):
        total = start
        for one in a:
            total = calculated(library, ast.Add(), total, one)
        return total
    found = library.array(a)
    if not found.rank:
        raise RefusalError(CALL, "sum adds the entries of a list or an array")
    return calculated(library, ast.Add(), start, library.axes.sum(found, 0))


def _abs(library: Library, a: Any) -> Any:
    return abs(a) if isinstance(a, int | float) else library.word("numpy", "abs", [a], {}, "abs")


def _float(library: Library, a: Any) -> Any:
    if isinstance(a, int | float | str):
        try:
            return float(a) if not isinstance(a, Size) else a
        except ValueError:
            raise RefusalError(VALUE, "this is no number") from None
    found = library.array(a)
    return Array((), ((library.world.scalar(found),),), found.guess)


def _int(_library: Library, a: Any) -> Any:
    if isinstance(a, Size):
        return a
    if isinstance(a, int | float):
        return int(a)
    raise RefusalError(VALUE, "int of an array depends on values")


def _extreme(word: str, own: Callable[..., Any]) -> Callable[..., Any]:
    def function(library: Library, *each: Any) -> Any:
        if all(isinstance(one, int | float) for one in each):
            return own(each)
        if len(each) != 2 or any(library.array(one).rank for one in each):
            raise RefusalError(BRANCH, f"this is read of two numbers; of entries use {word}")
        return library.word("numpy", word, list(each), {}, word)

    return function


def _zip(_library: Library, *each: Any) -> Any:
    return list(zip(*each, strict=False)) if all(isinstance(one, list | tuple) for one in each) else \
        Pairs(tuple(each), False)


def _enumerate(_library: Library, a: Any) -> Any:
    return list(enumerate(a)) if isinstance(a, list | tuple) else Pairs((a,), True)


def _list(_library: Library, a: Any) -> Any:
    return list(a) if isinstance(a, list | tuple | range) else a


def _reversed(library: Library, a: Any) -> Any:
    found = _list(library, a)
    if not isinstance(found, list):
        raise RefusalError(STATEMENT, "reversed is read of lists")
    return found[::-1]


def _writes(_library: Library, *_: Any) -> Any:
    raise RefusalError(STATEMENT, "print writes, which is not read")


def _asks(_library: Library, *_: Any) -> Any:
    raise RefusalError(BRANCH, "isinstance asks for the kind of a value, which is not known")


BUILT_IN: dict[str, Callable[..., Any]] = {
    "range": _range, "len": lambda library, a: library.length(a), "sum": _sum, "abs": _abs, "float": _float,
    "int": _int, "pow": lambda library, a, b: calculated(library, ast.Pow(), a, b), "zip": _zip,
    "max": _extreme("maximum", max), "min": _extreme("minimum", min), "enumerate": _enumerate, "list": _list,
    "tuple": lambda library, a: tuple(_list(library, a)), "reversed": _reversed, "print": _writes, "isinstance": _asks}
