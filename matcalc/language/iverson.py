"""[i = j] and [y_i = k]: relations between places, and labels as entries of one-hot matrices."""

from __future__ import annotations

import re
from typing import NamedTuple

from matcalc.diagnostics import Span
from matcalc.language.binders import relation_parts
from matcalc.language.bounds import linear
from matcalc.language.letters import Place, pieces, place_of, split_name
from matcalc.language.resolving import Env, Families
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import name_of


class Label(NamedTuple):
    """A label y_i, by the name of its family and its places."""

    base: str
    places: tuple[Place, ...]


def compared(of: Families, text: str, span: Span, env: Env) -> Syntax:
    """The node for the relation that `text` spells."""
    left, sign, right = relation_parts(text)
    first, second = (_side(of, side, env, sign not in ("=", "≠")) for side in (left, right))
    if isinstance(first, Place) and isinstance(second, Place):
        return of.relation(sign, first, second, span)
    if sign not in ("=", "≠") or first is None or second is None:
        raise of.fail("M0231", f"[{text}] compares no indices", span)
    hot = _equal(of, first, second, span)
    if sign == "=":
        return hot
    return node(Op.SUM, (node(Op.NUMBER, (), span, 1), hot), span, (1, -1))


def _equal(of: Families, first: Place | Label, second: Place | Label, span: Span) -> Syntax:
    if isinstance(first, Label) and isinstance(second, Place):
        return _hot(of, first, second, span)
    if isinstance(first, Place) and isinstance(second, Label):
        return _hot(of, second, first, span)
    assert isinstance(first, Label)
    assert isinstance(second, Label)
    letter = of.bound("c", span, is_typed=False)
    both = tuple(_hot(of, side, Place(letter), span) for side in (first, second))
    return node(Op.OVER, (node(Op.PRODUCT, both, span),), span, ("sum", letter))


def _side(of: Families, text: str, env: Env, is_place: bool) -> Place | Label | None:
    """A place, or a label; n - 1 is no label, and labels are in no order."""
    coefficients = linear(text)
    if coefficients is not None and (is_place or len(coefficients) > 1 or
                                     all(not name or name in env for name in coefficients)):
        return place_of(text, env)
    base, labels = split_name(name_of(_braced(text)))
    places = tuple(place_of(piece, env) for label in labels for piece in pieces(label, env))
    good = tuple(place for place in places if place is not None)
    return Label(of.family(base), good) if len(good) == len(places) else None


def _braced(text: str) -> str:
    """y^(i) and y_(i,j) with braces, which were made parentheses: a label above stands in parentheses in them."""
    text = re.sub(r"\^\(*([^()]*)\)*", r"^{(\1)}", text)
    return re.sub(r"_\(([^()]*)\)", r"_{\1}", text)


def _hot(of: Families, label: Label, value: Place, span: Span) -> Syntax:
    """[y_i = k] is the entry Y_ik of a one-hot matrix."""
    base = label.base
    hot = base.upper() if base.upper() != base else f"{base}_hot"
    if label.places:
        of.notes.append(f"[{base} = …] is an entry of the one-hot matrix {hot} of the labels {base}")
    else:
        hot = f"e_{base}"
    of.kinds[hot] = "scalar"
    return of.member(hot, (*label.places, value), span)
