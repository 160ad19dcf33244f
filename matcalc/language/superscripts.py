"""Superscripts that may be labels or powers: which it is, is decided when the shapes are known.

A power that a vector cannot have is a label, W^l x^{l-1}, and so is every other that shares a letter with it; where
labels and powers both fit, and where only a matrix bears one, the text is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from matcalc.diagnostics import InputError, Span, UnlikelyError, fail
from matcalc.language.elaborate import Elaborated
from matcalc.language.kinds import default_kind
from matcalc.language.suggest import replace as replaced
from matcalc.language.vocabulary import Found, Open, letters

Reading = Callable[[Found], Elaborated]
TURNED = "t"  # what some write for a transpose
LABEL, POWER, ENTRIES, SURE = "^{{({})}}", "^({})", ".^({})", "^{{[{}]}}"


def decided(source: str, asked: frozenset[str], reading: Reading) -> Elaborated:
    """The reading with powers, or with labels where those do not fit; refused where both do."""
    found = Found(labelled=asked)
    try:
        powers = reading(found)
    except InputError as error:
        labels = _labels(found)
        other = _other(labels, found, reading) if labels and _may_help(error) else None
        if other is not None and isinstance(error, UnlikelyError):
            raise _question(source, [found.open[name] for name in labels], power=ENTRIES) from None
        if other is not None:
            return other
        raise _told(source, error, found) from None
    in_use = [o for name, o in found.bracketed.items() if _in_use(name, o, powers)]
    if in_use:
        raise _question(source, in_use, SURE)
    doubtful = [name for name, o in found.open.items() if _doubtful(o, powers, found)]
    labels = frozenset(found.open) if doubtful else frozenset()
    if doubtful and (_shares(found.open[doubtful[0]], found) or _other(labels, found, reading) is not None):
        raise _question(source, [found.open[name] for name in doubtful])
    return powers


def _in_use(name: str, o: Open, read: Elaborated) -> bool:
    """Whether the label of a scalar names a variable as well: a^{(b)} + b."""
    info = read.variables.get(name)
    return info is not None and info.kind == "scalar" and bool(letters(o.label) & set(read.variables))


def _may_help(error: InputError) -> bool:
    return error.diagnostics[0].code.startswith("M03") or error.diagnostics[0].code == "M0215"


def _labels(found: Found) -> frozenset[str]:
    """The open superscripts that are labels if any is: on vectors, and those that share a letter with them."""
    sure = {x for label in found.closed for x in letters(label)}
    vectors = {name: o for name, o in found.open.items() if _is_vector(o, found) and o.label != TURNED}
    sure |= {x for o in vectors.values() for x in letters(o.label)}
    return frozenset(vectors) | {name for name, o in found.open.items() if letters(o.label) & sure}


def _is_vector(o: Open, found: Found) -> bool:
    return found.kinds.get(o.base, default_kind(o.base)) == "vector"


def _shares(o: Open, found: Found) -> bool:
    return bool(letters(o.label) & {x for label in found.closed for x in letters(label)})


def _doubtful(o: Open, powers: Elaborated, found: Found) -> bool:
    """Whether a superscript that fits as a power may be a label: of a letter that stands for a vector elsewhere."""
    info = powers.variables.get(o.base)
    if info is None or info.origin == "declared" or o.form == "paren":
        return False
    return _shares(o, found) or (o.label != TURNED and _is_vector(o, found) and info.kind == "scalar")


def _other(labels: frozenset[str], found: Found, reading: Reading) -> Elaborated | None:
    """The reading with these labels, if there is one; what was a vector without its label is one with it."""
    vectors = {name: "vector" for name in labels if _is_vector(found.open[name], found)}
    again = Found(labelled=found.labelled | labels, kinds=vectors)
    try:
        other = reading(again)
    except InputError:
        return None
    if any(_shares(o, found) for o in again.open.values() if o.base in other.variables):
        return None
    notes = tuple(f"{name} is one name, its superscript a label" for name in sorted(labels))
    return replace(other, notes=other.notes + notes)


def _rewritten(source: str, opened: Iterable[Open], form: str) -> str:
    """The superscripts as ^{(k)}, which is always a label, or as ^(k), a power where one fits."""
    places = [(place, o.label.strip("()")) for o in opened for place in o.places]
    for (start, end), label in sorted(places, reverse=True):
        source = replaced(source, Span(start, end), form.format(label))
    return source


def _question(source: str, opened: list[Open], label: str = LABEL, power: str = POWER) -> InputError:
    fixes = tuple(_rewritten(source, opened, form) for form in (label, power))
    message = f"{opened[0].label} above {opened[0].base}: a label or a power?"
    error = fail("M0215", message, source, Span(*opened[0].places[0]), fixes=fixes)
    assert isinstance(error, InputError)
    return error


def _told(source: str, error: InputError, found: Found) -> InputError:
    """The complaint about a power, with the label among its fixes."""
    first, *rest = error.diagnostics
    if first.code not in ("M0304", "M0314", "M0303", "M0215") or first.source != source or first.span is None:
        return error
    span = first.span
    near = [o for o in found.open.values() if any(span.start <= i and j <= span.end for i, j in o.places)]
    if not near:
        return error
    alike = [o for o in found.open.values() if letters(o.label) & letters(near[0].label)]
    fix = _rewritten(source, alike or near[:1], LABEL)
    if first.code == "M0314" and near[0].label != TURNED:
        message = f"{near[0].label} above {near[0].base}: a label, or a power? A power of a matrix is a number"
        return InputError(replace(first, code="M0215", fixes=(fix,), message=message), *rest)
    return InputError(replace(first, fixes=(*first.fixes[:2], fix)), *rest)
