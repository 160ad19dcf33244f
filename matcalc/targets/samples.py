"""The lines of a program that draw a random point: as `draws` does it, in the code a person would write."""

from __future__ import annotations

from collections.abc import Sequence

from matcalc.core.expr import VAR, Expr
from matcalc.numeric.sizes import Sizes, shape_of

_MODES = {
    "generic": "rng.standard_normal({shape})",
    "positive": "rng.uniform(0.5, 2.0, {shape})",
    "small": "rng.uniform(-0.25, 0.25, {shape})",
    "identity": "rng.uniform(0.5, 2.0, {shape})",
    "fraction": "rng.uniform(0.1, 0.3, {shape})",
    "large": "rng.uniform(1.5, 3.0, {shape})",
}
_SQUARE = {"identity": "np.eye({n}) + 0.1 * rng.standard_normal({shape})"}
_PROPERTIES = {  # of entries and of columns: drawn in one go
    "positive": "rng.uniform(0.5, 2.0, {shape})",
    "nonnegative": "rng.uniform(0.5, 2.0, {shape})",
    "integer": "rng.integers(1, 4, {shape}).astype(float)",
    "orthogonal": "np.linalg.qr(rng.standard_normal({shape}))[0]",
    "onehot": "np.eye({n})[rng.integers({n}, size={m})]",
}
_STRUCTURES = {  # of square matrices: what is made of any one
    "sym": "({X} + {X}.T) / 2",
    "skew": "({X} - {X}.T) / 2",
    "spd": "{X} @ {X}.T + np.eye({n})",
    "psd": "{X} @ {X}.T + np.eye({n})",
    "lower": "np.tril({X})",
    "upper": "np.triu({X})",
    "diag": "np.diag(np.diag({X}))",
}
_TANGENT = {**_STRUCTURES, "spd": _STRUCTURES["sym"], "psd": _STRUCTURES["sym"],
            "orthogonal": "{V} - {X} @ ({X}.T @ {V} + {V}.T @ {X}) / 2"}


def draw(x: Expr, name: str, sizes: Sizes, mode: str) -> list[str]:
    """The lines that draw a value of `x` with its declared properties."""
    m, n = shape_of(x.shape, sizes)
    props = sorted(x.data.props) if x.kind is VAR else []
    if x.is_scalar:
        return [f"{name} = {_scalar(props, mode)}"]
    table = _MODES | (_SQUARE if m == n else {})
    text = next((_PROPERTIES[word] for word in props if word in _PROPERTIES), table[mode])
    holes = {"X": name, "n": n, "m": m, "shape": str(m) if n == 1 else f"({m}, {n})"}
    if n == 1 and "onehot" in props:
        text = "np.eye({m})[rng.integers({m})]"
    return [f"{name} = {line}" for line in (text.format(**holes), *_made(props, holes))]


def _made(props: Sequence[str], holes: dict[str, object]) -> list[str]:
    return [_STRUCTURES[word].format(**holes) for word in props if word in _STRUCTURES]


def _scalar(props: Sequence[str], mode: str) -> str:
    if "integer" in props:
        return "float(rng.integers(1, 4))"
    text = _PROPERTIES["positive"] if {"positive", "nonnegative"} & set(props) else _MODES[mode]
    return text.format(shape="").replace(", )", ")")


def direction(x: Expr, name: str, v: str, structure: str) -> list[str]:
    """The lines that draw a random direction `v` in which `x` may move."""
    drawn = f"{v} = rng.standard_normal({'' if x.is_scalar else f'{name}.shape'})"
    return [drawn, *within(x, name, v, structure)]


def within(x: Expr, name: str, v: str, structure: str) -> list[str]:
    """The lines that keep the part of `v` along which the declared structure of `x` is kept."""
    if structure == "free" or x.is_scalar:
        return []
    words = [word for word in sorted(x.data.props) if word in _TANGENT]
    return [f"{v} = {_TANGENT[word].format(V=v, X=name if word == 'orthogonal' else v)}" for word in words]
