"""The field axes: `A[i, j] B[k, l] -> [i k, j l]` names parameters and axes that there are, and says the same as the
numeric template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.core.dims import Dim, format_dim, named, names
from matcalc.core.function import SIZE_KINDS, Function
from matcalc.rulecheck.findings import Check, compared, judged, placed
from matcalc.rulecheck.specimen import Specimen

_LETTER = r"[A-Za-z](?::[^\W\d]\w*)?"
_SIDE = rf"(?:{_LETTER}(?: +{_LETTER})*)?"
_AXES = rf"\[ *({_SIDE}) *(?:, *({_SIDE}) *)?\]"
_FIELD = re.compile(rf"((?:\w+{_AXES} *)*)-> *{_AXES}")
_OPERAND = re.compile(rf"(\w+){_AXES}")
Sizes = dict[str, Dim]


def problems(function: Function) -> Iterator[str]:
    """What is wrong before a number is computed: letters, their sizes, and the shapes that follow."""
    text = function.fields.get("axes", "").strip()
    if not text:
        return
    found = _FIELD.fullmatch(text)
    if found is None:
        yield "axes reads NAME[i, j] … -> [i k, j l], letters of rows and of columns, with i:m where i has no size yet"
        return
    values = {p.name: p.shape for p in function.params if p.kind == "value"}
    dims = {name for p in function.params for dim in p.shape for name in names(dim)}
    dims |= {p.name for p in function.params if p.kind in SIZE_KINDS}
    for word in sorted(set(re.findall(r":(\w+)", text)) - dims):
        yield f"{word} is no dimension of the block"
    sizes: Sizes = {}
    for name, *sides in _OPERAND.findall(found[1]):
        if name not in values:
            yield f"{name} is no parameter that has axes"
        if len({":" in word for side in sides for word in side.split()}) > 1:
            yield f"either each letter of {name} has a size or none has"
            return
        for side, due in zip(sides, values.get(name, ()), strict=False):
            yield from _of_operand(name, side.split(), due, sizes)
    for side, due in zip((found[4] or "", found[5] or ""), function.result, strict=True):
        yield from _of_result(side.split(), due, sizes)


def _of_operand(name: str, words: list[str], due: Dim, sizes: Sizes) -> Iterator[str]:
    """One letter for a side as it is, or letters with sizes that it is cut into."""
    is_cut = any(":" in word for word in words)
    if not is_cut and len(words) != (due != 1):
        yield f"a side of {name} is {format_dim(due)}, not {len(words)} letters; what it is cut into has sizes, i:m j:n"
    else:
        yield from _together(words if is_cut else [f"{word}:" for word in words], due, sizes, name)


def _of_result(words: list[str], due: Dim, sizes: Sizes) -> Iterator[str]:
    unknown = [word for word in words if ":" not in word and word not in sizes]
    later = {word.partition(":")[0] for word in words if ":" in word}
    if [word for word in unknown if word not in later]:
        yield f"the letter {unknown[0]} of the result is on no operand: write {unknown[0]}:n, with its size"
    else:
        yield from _together(words, due, sizes, "the result")


def _together(words: list[str], due: Dim, sizes: Sizes, where: str) -> Iterator[str]:
    """The sizes of all letters of a side make up its own, and a letter has one size."""
    total: Dim = 1
    for letter, colon, word in sorted((word.partition(":") for word in words), key=lambda parts: not parts[1]):
        own = named(word) if word else due if colon else sizes[letter]
        if sizes.setdefault(letter, own) != own:
            yield f"the letter {letter} has the size {format_dim(sizes[letter])}, and {format_dim(own)} in {where}"
        total = total * own
    if total != due:
        yield f"a side of {where} has the size {format_dim(due)}, its letters make up {format_dim(total)}"


def axes_value(block: Specimen) -> Iterator[Check]:
    """axes against the numeric template where the block has both."""
    function = block.function
    if {"axes", "numpy"} <= function.fields.keys():
        found = [compared(at.value(block.raw), at.call(), ("axes give", "numpy gives")) for at in block.points()]
        yield from placed(function.place("axes"), judged("axes equal numpy", found))
