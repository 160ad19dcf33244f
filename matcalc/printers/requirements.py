"""A condition in words, with the expression it is about: A X B invertible, entries of x > 0, x ≠ 0; of what stands
inside a sum for all values of its index, xᵢ − μ ≠ 0 for all i."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from matcalc.algebra.addition import scaled
from matcalc.algebra.indexed import iverson, rename
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.regularity import KINK, Condition
from matcalc.core.dims import named as dim_named
from matcalc.core.expr import CALL, IVERSON, MUL, POW, Expr, node
from matcalc.core.indices import Ref
from matcalc.core.parts import number_and_factors
from matcalc.printers import inline
from matcalc.printers.dialect import Dialect
from matcalc.printers.dialects import dialect_named
from matcalc.printers.lettering import lettered
from matcalc.printers.typesetting import relation_text
from matcalc.printers.view import AS_TYPED, IN_ORDER

if TYPE_CHECKING:
    from matcalc.checking.joints import Joint

_RELATIONS = {"positive": "> 0", "nonnegative": ">= 0", "nonzero": "!= 0"}
_SIGNED = {"positive", "nonnegative"}
_OF_MULTIPLES = {"invertible", "of full rank", "of full column rank"}
EVERYWHERE = " for all "
_SIGNS = {"!=": "≠", ">=": "≥", "<=": "≤"}


def condition_text(condition: Condition, dialect: str, lettered: Callable[[Expr], Expr] = lettered) -> str:
    """The condition as one sentence without a verb, in the dialect of its formula; `lettered` gives its indices the
    letters that were typed."""
    known = dialect_named(dialect)
    e, restrictions = _body(condition.expr)
    restrictions = restrictions or _apart(e)
    shown = _unscaled(lettered(e), condition.word)
    if condition.word not in _SIGNED and (turned := lettered(scaled(e, -1))).data in (AS_TYPED, IN_ORDER):
        shown = turned  # b − A x ≠ 0, as it was typed
    everywhere = _quantified(condition.expr, [shown, *map(lettered, restrictions)], known)
    return _about(condition._replace(expr=shown), inline(shown, dialect), known) + everywhere


def _unscaled(e: Expr, word: str) -> Expr:
    """What is asked of a multiple is asked of the thing itself."""
    if e.kind is not MUL or (word not in _RELATIONS and word not in _OF_MULTIPLES) or (e.data < 0 and word in _SIGNED):
        return e
    return e.args[0] if len(e.args) == 1 else node(MUL, e.args, Fraction(1), e.shape)


def _about(condition: Condition, shown: str, known: Dialect) -> str:
    word = condition.word
    if word == KINK:
        verb = "jumps" if condition.expr.kind is CALL and condition.expr.data.form == "constant" else "has a kink"
        return known.sentence("", shown, f" {verb}: {condition.remark}")
    if condition.partner is not None:
        return known.sentence("", shown, " and ", inline(condition.partner, known.name), f" {word}")
    sign, _, right = _RELATIONS.get(word, word).partition(" ")
    if sign[0].isalpha():
        return known.sentence("", shown, f" {word}")
    said = known.sentence("" if condition.expr.is_scalar or word not in _RELATIONS else "entries of ", shown)
    shown_sign = known.marks.symbol(_SIGNS.get(sign, sign)) if known.marks else sign
    return f"{said} {shown_sign} {known.numerals(right)}"


def joint_text(joint: Joint, dialect: str, lettered: Callable[[Expr], Expr] = lettered, order: int = 1) -> str:
    """Whether the pieces of a function meet, and which of them counts where they do not, in a derivative of `order`."""
    known = dialect_named(dialect)
    shown = [joint.call, joint.part, joint.value, joint.taken, joint.below, joint.above]
    call, part, value, taken, *ends = (inline(lettered(e), dialect) for e in shown if e is not None)
    measured = "" if joint.exact else ", say its limits at random points"
    place = ["", call, " is continuous where " if joint.continuous else " jumps where ", part, " is ", value]
    if not joint.continuous:
        said = [", from ", ends[0], " to ", ends[1], "; it is "] if ends else ["; it is "]
        return known.sentence(*place, *said, taken, f" there{measured}")
    if joint.smooth:
        further = ["; the second one is that of ", taken, " there"] if order > 1 else []
        return known.sentence(*place, f", and so is its derivative{measured}" + "".join(further[:1]), *further[1:])
    if joint.smooth is None:
        return known.sentence(*place, f"{measured}; of its derivative that of ", taken, " is taken")
    return known.sentence(*place, f"; its derivative jumps there{measured}: that of ", taken, " is taken")


def _body(e: Expr) -> tuple[Expr, list[Expr]]:
    """What a condition is about, and the relations under which it counts: f^[i != j] is f where i != j."""
    if e.kind is not POW:
        return e, []
    base, exponent = e.args
    relations = [f for f in number_and_factors(exponent)[1] if f.kind is IVERSON]
    return (base, relations) if relations and len(relations) == len(number_and_factors(exponent)[1]) else (e, [])


def _apart(e: Expr) -> list[Expr]:
    """i != k where x_i - x_k is to be anything but 0: what is 0 at i = k is not meant there."""
    indices = sorted(e.free, key=str)
    pairs = [(i, k) for n, k in enumerate(indices) for i in indices[:n] if i.axis == k.axis and i.is_nameless]
    return [iverson("!=", Ref(i), Ref(k)) for i, k in pairs if is_zero(rename(e, {i: Ref(k)}))]


def _quantified(e: Expr, shown: Sequence[Expr], dialect: Dialect) -> str:
    """` for all i`, where the condition is about what stands inside a sum."""
    named = {index.name for index in e.free if not index.is_nameless}
    letters = sorted({index.name for part in shown for index in part.free} - named)
    if not letters:
        return ""
    relations = [relation_text(part.data, dialect) for part in shown[1:]]
    within = {index.name for part in shown[1:] for index in part.free}
    rest = [dialect.dim_text(dim_named(letter)) for letter in letters if letter not in within]
    return dialect.sentence(EVERYWHERE, dialect.joins["listed"].join([*rest, *relations]))
