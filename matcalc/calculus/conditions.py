"""Where an answer holds: what must be invertible, nonzero or positive, and the kinks with the value taken there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from matcalc.algebra import multiply, negate, transpose
from matcalc.algebra.signs import is_definite, is_positive, is_stable, root_of_square
from matcalc.expr import Expr, postorder

_FOLLOWS = {"nonzero": "positive", "of constant rank": "of full rank"}
KINK = "kink"
_SIGNLESS = {"invertible", "nonzero", "!= 0"}
_CLAUSE = re.compile(r"(\w+)(?: and -(\w+))? (.*)")  # what a domain says: X invertible; A and -B without …


@dataclass(frozen=True, slots=True)
class Condition:
    """`expr` has the property `word`: invertible, positive, nonzero, or a phrase of a rule's domain or kink; a phrase
    may be about `expr` and a `partner`."""

    word: str
    expr: Expr
    remark: str = ""
    partner: Expr | None = None


def conditions(f: Expr, answer: Expr) -> list[Condition]:
    """The conditions under which `f` and its derivative exist, each once, none that another one implies."""
    found: dict[Condition, None] = {}
    for e in postorder(f, answer):
        for condition in _domain(e):
            found.setdefault(condition)
    kinks = [kink for e in postorder(f) for kink in _kinks(e)]
    return [c for c in found if not _implied(c, found)] + list(dict.fromkeys(kinks))


def _implied(c: Condition, among: Iterable[Condition]) -> bool:
    """What holds of X holds of X' and of −X; x > 0 implies x ≠ 0, full rank a constant one, det X > 0 an inverse."""
    if any(_is_same(c, other) for other in takewhile(lambda other: other is not c, among)):
        return True
    if c.word in _FOLLOWS:
        return any(Condition(_FOLLOWS[c.word], e) in among for e in (c.expr, negate(c.expr)))
    return c.word == "invertible" and any(_is_determinant(other, c.expr) for other in among)


def _is_same(c: Condition, other: Condition) -> bool:
    """Whether the two say the same of X and X', or of X and −X where the sign does not matter."""
    if c.word != other.word:
        return False
    partner = None if c.partner is None else transpose(c.partner)
    if transpose(c.expr) is other.expr and partner is other.partner:
        return True
    return c.word in _SIGNLESS and negate(c.expr) in (other.expr, transpose(other.expr))


def _is_determinant(other: Condition, x: Expr) -> bool:
    e = other.expr
    return other.word == "positive" and e.op == "call" and e.data.has("multiplicative") and e.args[0] is x


def _domain(e: Expr) -> Iterator[Condition]:
    if e.op == "matpow" and e.data < 0 and not _is_invertible(e.args[0]):
        yield Condition("invertible", e.args[0])
    elif e.op == "pow" and e.args[1].op == "num":
        yield from _of_power(e.args[0], e.args[1].data.denominator > 1, e.args[1].data < 0)
    elif e.op == "pow":
        yield from _positive(e.args[0])
    elif e.op == "call":
        yield from _of_call(e)


def _positive(e: Expr) -> Iterator[Condition]:
    """e > 0, said of what is below an odd power or a root, and of M where e is a square."""
    while e.op == "pow" and e.args[1].op == "num" and e.args[1].data.numerator % 2:
        e = e.args[0]
    root = root_of_square(e)
    if root:
        yield from _not_zero(root)
    elif not is_positive(e):
        yield Condition("positive", e)


def _of_power(base: Expr, root: bool, negative: bool) -> Iterator[Condition]:
    if is_positive(base) or not (root or negative) or (not root and is_positive(negate(base))):
        return
    factors = root_of_square(base)
    if factors:
        if negative:
            yield from _not_zero(factors)
    elif base.op == "call" and base.data.has("multiplicative") and not root:
        if not _is_invertible(base.args[0]):
            yield Condition("invertible", base.args[0])
    elif base.op != "num":
        yield Condition("positive" if root else "nonzero", base)


def _not_zero(factors: tuple[Expr, ...]) -> Iterator[Condition]:
    """M ≠ 0 for the product M, or for M', whichever has fewer transposes; an inverse never is zero."""
    m = multiply(*factors)
    if not _is_inverse(m):
        yield Condition("!= 0", min(m, transpose(m), key=lambda e: (e.flips, e.order)))


def _is_inverse(m: Expr) -> bool:
    return (m.args[0] if m.op == "transpose" else m).op == "matpow"


def _is_invertible(x: Expr) -> bool:
    if x.op == "call":
        return bool(x.data.has("invertible")) or is_stable(x)
    return (x.op == "var" and bool(x.data.props & {"invertible", "spd", "orthogonal"})) or is_definite(x)


def _of_call(e: Expr) -> Iterator[Condition]:
    """The domain that a rule states about one of its parameters: `X invertible`, `X positive`."""
    clause = _CLAUSE.fullmatch(e.data.fields.get("domain", ""))
    args = {param.name: arg for param, arg in zip(e.data.params, e.args, strict=True)}
    if clause is None or clause[1] not in args:
        return
    arg, other, word = args[clause[1]], args.get(clause[2]), clause[3]
    if word == "positive":
        yield from _positive(arg)
    elif other is not None:
        if not (is_stable(arg) and is_stable(other)):
            yield Condition(word, arg, partner=negate(other))
    elif not word.endswith("for the derivative") and not _holds(arg, word):
        yield Condition(word, arg)


def _kinks(e: Expr) -> Iterator[Condition]:
    """Where a rule's derivative jumps, with the value that is taken there."""
    if e.op == "call" and e.data.form != "constant" and "kink" in e.data.fields:
        yield Condition(KINK, e, e.data.fields["kink"])


def _holds(arg: Expr, word: str) -> bool:
    if word == "invertible":
        return _is_invertible(arg)
    if word == "without eigenvalue on the negative real axis":
        return is_definite(arg)
    if word == "sym":
        return transpose(arg) is arg
    return arg.op == "var" and word in arg.data.props
