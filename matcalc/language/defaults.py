"""What was decided by default: kinds that follow from a letter alone, where another kind would fit as well."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.language.bindings import postorder
from matcalc.language.elaborate import Elaborated
from matcalc.language.infer import IDLE, Inference, ShapeError, infer

_OTHER = {"scalar": "vector", "vector": "scalar", "matrix": "vector"}


def by_default(found: Elaborated) -> dict[str, str]:
    """Variables whose kind their letter decided, each with a kind that fits too."""
    if found.reading is None:
        return {}
    others = {name: _OTHER[info.kind] for name, info in found.variables.items() if info.origin == "default"}
    return {name: kind for name, kind in others.items() if fits(found, {name: kind})}


def fits(found: Elaborated, kinds: Mapping[str, str]) -> bool:
    """Whether the text can be read with these kinds, and no function idle that is not."""
    read = _read(found, kinds)
    return not isinstance(read, ShapeError) and _idle(read) <= _idle(_present(found))


def misfit(found: Elaborated, kinds: Mapping[str, str]) -> ShapeError | None:
    """What is wrong with these kinds; None where they fit."""
    read = _read(found, kinds)
    return read if isinstance(read, ShapeError) else None


def _read(found: Elaborated, kinds: Mapping[str, str]) -> Inference | ShapeError:
    present = _present(found)
    try:
        return infer(postorder(found.syntax), present.scope, {**present.kinds, **kinds}, present.columns)
    except ShapeError as mismatch:
        return mismatch


def _present(found: Elaborated) -> Inference:
    assert found.reading is not None
    return found.reading.inference


def _idle(inference: Inference) -> int:
    return sum(cost for _, cost in inference.doubts if cost >= IDLE)
