"""What was decided by default: kinds that follow from a letter alone, where another kind would fit as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from matcalc.language.constructs import infer
from matcalc.language.elaborate import Elaborated, VariableInfo
from matcalc.language.inference import Inference, ShapeError
from matcalc.language.kinds import names_below
from matcalc.language.syntax import postorder

_OTHER = {"scalar": "vector", "vector": "scalar"}  # a capital is a matrix in every book


def by_default(found: Elaborated) -> dict[str, str]:
    """Variables whose kind their letter decided, each with a kind that fits too."""
    if found.reading is None:
        return {}
    others = {name: _OTHER[info.kind] for name, info in found.variables.items()
              if info.origin == "default" and info.kind in _OTHER}
    alone = {name: kind for name, kind in others.items() if fits(found, {name: kind})}
    for syntax, _ in _present(found).doubts:  # a·b: both may be vectors, and neither alone
        together = {name: others[name] for name in names_below(syntax, set(others))}
        if len(together) > 1 and fits(found, together):
            alone |= together
    return alone


def merged(readings: Iterable[Elaborated]) -> tuple[list[VariableInfo], dict[str, str]]:
    """The variables of several texts read together, and what was decided by default."""
    infos: dict[str, VariableInfo] = {}
    others: dict[str, str] = {}
    for found in readings:
        infos |= found.variables
        others |= by_default(found)
    return list(infos.values()), others


def fits(found: Elaborated, kinds: Mapping[str, str]) -> bool:
    """Whether the text can be read with these kinds, and no function idle that is not."""
    read = _read(found, kinds)
    return read is not None and _idle(read) <= _idle(_present(found))


def _read(found: Elaborated, kinds: Mapping[str, str]) -> Inference | None:
    present = _present(found)
    try:
        return infer(postorder(found.syntax), present.scope, {**present.kinds, **kinds}, present.columns)
    except ShapeError:
        return None


def _present(found: Elaborated) -> Inference:
    assert found.reading is not None
    return found.reading.inference


def _idle(inference: Inference) -> int:
    return len(inference.idle)
