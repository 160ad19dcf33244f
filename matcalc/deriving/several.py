"""One answer for each of several variables: `wrt=["A", "x"]` gives a dict of derivatives, in the order asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast, overload

from matcalc.deriving.derivation import Derivation
from matcalc.diagnostics import fail


class ByOneOrEach(Protocol):
    """A derivation by one variable gives one derivative, by a list of names a dict."""

    @overload
    def __call__(self, expr: str, wrt: str | None = None, **keywords: Any) -> Derivation: ...

    @overload
    def __call__(self, expr: str, wrt: list[str] | tuple[str, ...], **keywords: Any) -> dict[str, Derivation]: ...


def by_each(one: Callable[..., Derivation]) -> ByOneOrEach:
    """`one`, which derives by a variable, also for several."""

    @wraps(one)
    def answers(expr: str, wrt: str | list[str] | tuple[str, ...] | None = None, **keywords: Any) -> Any:
        if wrt is None or isinstance(wrt, str):
            return one(expr, wrt, **keywords)
        if not wrt:
            raise fail("M0501", "name the variables to differentiate by", expr)
        return {name: one(expr, name, **keywords) for name in wrt}

    return cast(ByOneOrEach, answers)
