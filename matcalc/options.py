"""The words that the options take: known to a type checker, and looked at once more where they arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, Literal, get_args

from matcalc.diagnostics import fail

Structure = Literal["project", "free", "cookbook"]
Layout = Literal["gradient", "numerator", "denominator"]
Vec = Literal["col", "row"]
Convention = Literal["brandwood", "real-pair", "jax", "torch"]
CONVENTIONS: tuple[Convention, ...] = get_args(Convention)  # what the gradient by a complex variable is
Notation = Literal["mathml", "typst", "asciimath", "unicodemath", "mathematica", "maple", "julia", "r"]
NOTATIONS: tuple[Notation, ...] = get_args(Notation)  # of other programs, in which a formula may be pasted
Dialect = Literal["", "numpy", "matlab", "einstein", Notation]
NUMPY: Dialect = "numpy"
MATLAB: Dialect = "matlab"  # X' is the conjugate transpose, X.' the transpose
EINSTEIN: Dialect = "einstein"  # sums over letters that are repeated in a product
Asked = Literal["gradient", "jacobian", "hessian"]
Program = Literal["gradient", "jacobian", "hessian", "operator", "differential", "jvp", "vjp"]
Language = Literal["numpy", "jax", "torch", "array-api", "dask", "octave", "matlab", "r", "cpp", "julia", "pure"]
Dtype = Literal["float32", "float64"]
FunctionName = Literal["f", "gradient", "value_and_gradient", "jacobian", "hessian", "hessian_blocks",
                       "hessian_product", "differential", "jvp", "vjp"]
Several = list[str] | tuple[str, ...]
Names = str | Sequence[str] | None
Rules = str | PathLike[str] | Sequence[str | PathLike[str]] | None
Variables = Mapping[str, str] | None
Sizes = Mapping[str, int] | None

LAYOUTS: tuple[Layout, ...] = get_args(Layout)
KINDS: tuple[Asked, ...] = get_args(Asked)
_WORDS: dict[str, tuple[str, ...]] = {
    "structure": get_args(Structure), "layout": LAYOUTS, "vec": get_args(Vec),
    "convention": CONVENTIONS,
    "dialect": get_args(Dialect), "kind": KINDS, "program": get_args(Program), "dtype": get_args(Dtype),
}
_CALLED = {"program": "kind"}


def allow(**options: str) -> None:
    """Refuse a word that its option does not take."""
    for option, value in options.items():
        if value not in _WORDS[option]:
            words = tuple(filter(None, _WORDS[option]))
            what = _CALLED.get(option, option)
            raise fail("M0507", f"{what} is one of {', '.join(words)}, not “{value}”",
                       fixes=tuple(f"--{what} {word}" for word in words))


def by(kind: Program, wrt: Names) -> tuple[Any, ...]:
    """The arguments that say by what a kind differentiates: two variables of a Hessian mean the mixed one."""
    names = () if wrt is None else (wrt,) if isinstance(wrt, str) else tuple(wrt)
    is_second = kind in ("hessian", "operator")
    if kind in ("differential", "jvp") or (is_second and len(names) > 2):
        return (names or None,)
    if len(names) > 1 and not is_second:
        raise fail("M0501", f"a {kind} is by one variable at a time, not by {', '.join(names)}",
                   fixes=tuple(f"--wrt {name}" for name in names))
    return names
