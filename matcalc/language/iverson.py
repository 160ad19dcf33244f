"""[i = j], [y_i = k] and [x_i > c]: relations between places, labels as entries of one-hot matrices, and values, which
make a step.
"""

from __future__ import annotations

import re

from matcalc.diagnostics import Span
from matcalc.language.binders import relation_parts
from matcalc.language.bounds import linear
from matcalc.language.inference import literal
from matcalc.language.letters import Place, pieces, place_of, split_name
from matcalc.language.resolving import Env, Families
from matcalc.language.syntax import Op, Syntax, node
from matcalc.language.vocabulary import name_of
from matcalc.records import NamedTuple

_ORDER = ("<", "≤", ">", "≥")


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


def compares_values(of: Families, text: str, env: Env) -> bool:
    """Whether values are compared by size, x_i > c, and no indices: i < n and i ≤ k + 1 stand between places."""
    left, sign, right = relation_parts(text)
    if sign and sign not in _ORDER:
        return False
    sides = [linear(side) for side in (left, right)]
    names = {name for side in sides for name in side or () if name}
    if None in sides or not names & set(env) or any(name not in env and not _is_size(of, name) for name in names):
        return True
    return any(place_of(side, env) is None for side in (left, right))


def _is_size(of: Families, name: str) -> bool:
    """Whether a name that is no index may be a size: no member, and not declared as anything else."""
    return "_" not in name and name not in of.declared


def read_sides(of: Families, text: str, span: Span) -> tuple[Syntax, Syntax]:
    """The two sides of a relation below a sum, which are sums of names."""
    left, sign, right = relation_parts(text)
    sides = [linear(side) for side in (left, right)]
    if not sign or None in sides:
        raise of.fail("M0231", f"“{text}” is not read as a relation", span)
    one, other = (_total(side, span) for side in sides if side is not None)
    return one, other


def _total(coefficients: dict[str, int], span: Span) -> Syntax:
    terms = [node(Op.PRODUCT, (node(Op.NUMBER, (), span, value), node(Op.NAME, (), span, name_of(name))), span)
             if name else node(Op.NUMBER, (), span, value) for name, value in coefficients.items()]
    return terms[0] if len(terms) == 1 else node(Op.SUM, tuple(terms), span, (1,) * len(terms))


def step_of(text: str, left: Syntax, right: Syntax, span: Span) -> Syntax:
    """[p > q] is step(p - q), which is 0 where they are equal, and [p ≥ q] is 1 - step(q - p)."""
    sign = relation_parts(text)[1]
    while not sign and (outside := re.sub(r"\([^()]*\)", "", text)) != text:
        text = outside
    sign = sign or next(c for c in text if c in _ORDER)
    if sign in ("<", "≥"):
        left, right = right, left
    more = left if literal(right) == 0 else node(Op.SUM, (left, right), span, (1, -1))
    step = node(Op.CALL, (more,), span, "step")
    return step if sign in ("<", ">") else node(Op.SUM, (node(Op.NUMBER, (), span, 1), step), span, (1, -1))


def _equal(of: Families, first: Place | Label, second: Place | Label, span: Span) -> Syntax:
    if isinstance(first, Label) and isinstance(second, Place):
        return hot_entry(of, first, second, span)
    if isinstance(first, Place) and isinstance(second, Label):
        return hot_entry(of, second, first, span)
    assert isinstance(first, Label)
    assert isinstance(second, Label)
    letter = of.bound("c", span, is_typed=False)
    both = tuple(hot_entry(of, side, Place(letter), span) for side in (first, second))
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


def hot_entry(of: Families, label: Label, value: Place, span: Span) -> Syntax:
    """[y_i = k] is the entry Y_ik of a one-hot matrix."""
    base = label.base
    hot = base.upper() if base.upper() != base else f"{base}_hot"
    if label.places:
        more = "" if len(label.places) > 1 or of.is_declared(hot) else \
            f"; where every label is one of those summed over, declare {hot}: onehot matrix"
        of.notes.append(f"[{base} = …] is an entry of the one-hot matrix {hot} of the labels {base}{more}")
    else:
        hot = f"e_{base}"
    of.kinds[hot] = "scalar"
    return of.member(hot, (*label.places, value), span)
