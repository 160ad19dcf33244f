"""Where an answer holds: what must be invertible, nonzero or positive, and the kinks with the value taken there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import takewhile

from matcalc.algebra import add, inverse, multiply, negate, num, ones, power, transpose
from matcalc.algebra.addition import primitive
from matcalc.algebra.conjugation import adjoint, conjugate, is_real
from matcalc.algebra.demands import Asking, clauses, demands, is_integer
from matcalc.algebra.facts import is_definite, is_nonnegative, is_positive, is_semidefinite, is_stable, root_of_square
from matcalc.algebra.indexed import rename
from matcalc.core.expr import ADD, CALL, MATPOW, NUM, OVER, POW, SYMPOW, VAR, Expr, postorder, variables
from matcalc.core.function import Demand
from matcalc.core.indices import OPEN, Index, Ref
from matcalc.core.ordinals import placed
from matcalc.core.parts import base_and_exponent, exponent, number_and_factors, terms, untransposed
from matcalc.records import NamedTuple
from matcalc.simplification.expand import expanded

_FOLLOWS = {"nonzero": ("positive",), "nonnegative": ("positive",), "of constant rank": ("of full rank",)}
KINK = "kink"
_EXTREMES = ("max", "min")
_SIGNLESS = {"invertible", "nonzero", "!= 0"}
_OF_ANY_SCALE = _SIGNLESS | {"positive", "nonnegative"}
_OF_DERIVATIVE = {"of constant rank"}  # words of a domain that only a derivative needs


class Condition(NamedTuple):
    """`expr` has the property `word`: invertible, positive, nonzero, or a phrase of a rule's domain or kink; a phrase
    may be about `expr` and a `partner`."""

    word: str
    expr: Expr
    remark: str = ""
    partner: Expr | None = None


def conditions(f: Expr, answer: Expr, typed: Iterable[Asking] = (), order: int = 1) -> list[Condition]:
    """The conditions under which `f` and its derivative exist, each once, none that another one implies.

    `typed` are operations as they were typed, of which the normal form `f` may have lost some: they need a value. Where
    pieces meet with one slope, only the second derivative, of that `order`, has a kink.
    """
    present = dict.fromkeys(postorder(f, answer))
    shown = needed(list(dict.fromkeys(condition for e in present for condition in _domain(e))))
    for condition in _lost(present, typed):
        if not _implied(condition, [*shown, condition]):
            shown.append(condition)
    kinks = [kink for e in postorder(f) for kink in _kinks(e, shown)]
    kinks += [kink for e in postorder(answer) for kink in (*_ties(e), *(_jumps(e, kinks) if order > 1 else ()))]
    return [_of_complex(c) for c in shown] + list(dict.fromkeys(kinks))


def _of_complex(c: Condition) -> Condition:
    """Of complex numbers roots and logarithms are taken beside a cut, the negative real axis."""
    is_cut = c.word in ("positive", "nonnegative") and not is_real(c.expr)
    return c._replace(word="off the negative real axis") if is_cut else c


def needed(found: Sequence[Condition]) -> list[Condition]:
    """Those of several conditions that no other of them implies."""
    return [c for c in found if not _implied(c, found)]


def lost(f: Expr, typed: Iterable[Asking]) -> list[Condition]:
    """What `typed` operations demand that do not occur in their normal form `f`."""
    return list(_lost(dict.fromkeys(postorder(f)), typed))


def _lost(present: Container[Expr], typed: Iterable[Asking]) -> Iterator[Condition]:
    return (c for e in typed if isinstance(e, Demand) or e not in present for c in existence(e))


def unmet(f: Expr, typed: Iterable[Asking]) -> list[Asking]:
    """Those of `typed` operations that do not occur in `f`, whatever the letters are for all of which they are said."""
    present = {_unlettered(e) for e in postorder(f)}
    return [e for e in typed if isinstance(e, Demand) or _unlettered(e) not in present]


def _implied(c: Condition, among: Iterable[Condition]) -> bool:
    """What holds of X holds of X' and of −X; x > 0 implies x ≠ 0, full rank a constant one, det X > 0 an inverse."""
    if any(_is_same(c, other) for other in takewhile(lambda other: other is not c, among)):
        return True
    for word in _FOLLOWS.get(c.word, ()):
        signs = (1,) if c.word == "nonnegative" else (1, -1)
        if any(_is_same(Condition(word, multiply(num(s), c.expr)), other) for s in signs for other in among):
            return True
    if c.word == "nonzero" and any(_is_inside(x, other) for x in (c.expr, negate(c.expr)) for other in among):
        return True
    if c.word in ("nonzero", "!= 0") and any(_is_multiple(c, other, among) for other in among if other is not c):
        return True
    return c.word == "invertible" and any(_is_determinant(other, c.expr) for other in among)


def _is_multiple(c: Condition, other: Condition, among: Iterable[Condition]) -> bool:
    """Whether c is what another condition says not to be zero, times what is none either: q + v of 1 + q/v > 0 with
    v ≠ 0; and u of u'u/n > 0."""
    if other.word not in ("positive", "nonzero") or not other.expr.is_scalar:
        return False
    if c.word == "!= 0":
        halves = filter(None, map(root_of_square, number_and_factors(other.expr)[1]))
        return any(c.expr in (m, transpose(m), negate(m), negate(transpose(m))) for m in (multiply(*h) for h in halves))
    below = dict.fromkeys(f for term in terms(other.expr) for f in number_and_factors(term)[1] if exponent(f) < 0)
    known = {e.expr for e in among if e.word == "nonzero" and e is not c}
    bases = [base_and_exponent(f)[0] for f in below]
    if other.expr.kind is not ADD or any(not is_positive(base) and base not in known for base in bases):
        return False
    whole = expanded(multiply(other.expr, *(power(f, num(-1)) for f in below)))
    return primitive(whole)[1] is primitive(expanded(c.expr))[1]


def _is_inside(x: Expr, other: Condition) -> bool:
    """Whether x or 1 − x lies between 0 and 1."""
    one = num(1) if x.is_scalar else ones(*x.shape)
    return other.word == "between 0 and 1" and other.expr in (x, add(one, negate(x)))


def _is_same(c: Condition, other: Condition) -> bool:
    """Whether the two say the same of X and X', of X and conj(X), of X and 2 X, or of X and −X where the sign does not
    matter."""
    if c.word != other.word:
        return False
    here = [part and _unscaled(c.word, _unlettered(part)) for part in (c.expr, c.partner)]
    there = [part and _unscaled(c.word, _unlettered(part)) for part in (other.expr, other.partner)]
    return there in (here, [part and transpose(part) for part in here]) or (any(
        part is not None and part.complex for part in here) and there in (
        [part and conjugate(part) for part in here], [part and adjoint(part) for part in here]))


def _unlettered(e: Expr) -> Expr:
    """`e` with the indices for all of which it is said named in the order in which they occur."""
    if not e.free:
        return e
    found = dict.fromkeys(index for part in postorder(e) if not part.args for index in _nameless(part))
    return rename(e, {index: Ref(index._replace(name=f"{OPEN}{k}")) for k, index in enumerate(found)})


def _nameless(leaf: Expr) -> list[Index]:
    return sorted((index for index in leaf.free if index.is_nameless), key=str)


def _unscaled(word: str, e: Expr) -> Expr:
    """`e` without the number in front of it, as far as the condition does not depend on it."""
    content, rest = primitive(e)
    if word not in _OF_ANY_SCALE:
        return e
    return rest if content > 0 or word in _SIGNLESS else negate(rest)


def _is_determinant(other: Condition, x: Expr) -> bool:
    e = other.expr
    return other.word == "positive" and e.kind is CALL and e.data.has("multiplicative") and e.args[0] is x


def _domain(e: Expr) -> Iterator[Condition]:
    """What an operation needs so that its derivative exists as well."""
    if e.kind is MATPOW and e.data < 0 and not _is_invertible(e.args[0]):
        yield Condition("invertible", e.args[0])
    elif e.kind is POW:
        base, q = base_and_exponent(e)
        if base is not e:
            yield from _of_power(base, q.denominator > 1, q < 0)
        elif is_integer(e.args[1]):
            yield from _of_power(e.args[0], False, not is_nonnegative(e.args[1]))
        else:
            yield from _positive(e.args[0])
    elif e.kind is SYMPOW:
        yield from (Condition(word, exponent) for word, exponent, _ in demands(e))
    elif e.kind is CALL:
        for demand in clauses(e.data, e.args):
            yield from _of_clause(demand)


def _positive(e: Expr) -> Iterator[Condition]:
    """e > 0, said of what is below an odd power or a root, and of M where e is a square."""
    e = _below_odd_powers(e)
    base, _ = base_and_exponent(e)
    if base is not e:  # an even power
        yield from _of_power(base, False, True)
        return
    root = root_of_square(e)
    if root:
        yield from _not_zero(root)
    elif not is_positive(e):
        yield Condition("positive", e)


def _below_odd_powers(e: Expr) -> Expr:
    base, q = base_and_exponent(e)
    return _below_odd_powers(base) if base is not e and q.numerator % 2 else e


def _of_power(base: Expr, root: bool, negative: bool) -> Iterator[Condition]:
    if is_positive(base) or not (root or negative) or (not root and is_positive(negate(base))):
        return
    factors = root_of_square(base)
    if factors:
        if negative:
            yield from _not_zero(factors)
    elif base.kind is CALL and base.data.has("multiplicative") and not root:
        if not _is_invertible(base.args[0]):
            yield Condition("invertible", base.args[0])
    elif root:
        yield from _positive(base)
    elif base.kind is not NUM:
        yield Condition("nonzero", base)


def _not_zero(factors: tuple[Expr, ...]) -> Iterator[Condition]:
    """M ≠ 0 for the product M, or for M', whichever has fewer transposes; an inverse never is zero."""
    m = multiply(*factors)
    if not _is_inverse(m):
        yield Condition("!= 0", min(m, transpose(m), key=lambda e: (e.flips, e.order)))


def _is_inverse(m: Expr) -> bool:
    return untransposed(m).kind is MATPOW


def _is_invertible(x: Expr) -> bool:
    if x.kind is CALL:
        return bool(x.data.has("invertible")) or is_stable(x)
    return (x.kind is VAR and bool(x.data.props & {"invertible", "spd", "orthogonal"})) or is_definite(x)


def _of_clause(demand: Demand) -> Iterator[Condition]:
    """The domain that a rule states about one of its parameters: `X invertible`, `X positive`."""
    word, arg, other = demand
    if word == "positive":
        yield from _positive(arg)
    elif other is not None:
        if word not in _CERTAIN or not _CERTAIN[word](arg, other):
            yield Condition(word, arg, partner=other)
    elif not _holds(arg, word):
        yield Condition(word, arg)


# When what is said of two matrices is certain.
_CERTAIN: dict[str, Callable[[Expr, Expr], bool]] = {
    "without common eigenvalue": lambda a, b: is_stable(a) and is_stable(negate(b)),
    "stabilisable": lambda a, b: b.is_square and _is_invertible(b),
    "detectable": lambda a, c: c.is_square and _is_invertible(c),
}


def existence(e: Asking) -> Iterator[Condition]:
    """What the operation `e` needs to have a value, said of the parts that its normal form consists of."""
    for demand in demands(e):
        x = demand.expr
        if demand.word == "invertible":
            yield from _of_new_parts(inverse(x), x)
        elif demand.word == "nonzero":
            yield from _of_new_parts(power(x, num(-1)), x)
        elif demand.word in ("positive", "nonnegative"):
            yield from _of_root(x, demand.word)
        elif demand.word not in _OF_DERIVATIVE:
            yield from _of_clause(demand)


def _of_new_parts(made: Expr, of: Expr) -> Iterator[Condition]:
    """The conditions of an inverse or a power as it is written: (A B)⁻¹ needs those of A⁻¹ and of B⁻¹."""
    old = set(postorder(of))
    return (condition for part in postorder(made) if part not in old for condition in _domain(part))


def _of_root(x: Expr, word: str) -> Iterator[Condition]:
    """x > 0 or x ≥ 0, factor by factor where a root would leave its factors apart."""
    x = _below_odd_powers(x)
    root = power(x, num(Fraction(1, 2)))
    old = set(postorder(x))
    apart = [p.args[0] for p in postorder(root) if p not in old and exponent(p).denominator > 1]
    for base in apart:
        if word == "positive":
            yield from _positive(_unscaled(word, base))
        elif not is_nonnegative(base):
            yield Condition(word, _unscaled(word, base))


def _kinks(e: Expr, among: Iterable[Condition]) -> Iterator[Condition]:
    """Where a function or its derivative jumps, and what is taken there; what never gets there has no kink."""
    if e.kind is not CALL or "kink" not in e.data.fields or not variables(e):
        return
    if not (e.data.fields["kink"].startswith("at 0 ") and _avoids_zero(e.args[0], among)):
        yield Condition(KINK, e, placed(e.data.fields["kink"], e.data, e.args))


def _ties(e: Expr) -> Iterator[Condition]:
    """What a derivative takes where several members attain an extreme over an index."""
    if e.kind is CALL and "kink" in e.data.fields:
        yield from (Condition(KINK, arg, e.data.fields["kink"]) for arg in e.args
                    if arg.kind is OVER and arg.data[0] in _EXTREMES)


def _jumps(e: Expr, said: Sequence[Condition]) -> Iterator[Condition]:
    """Where a second derivative jumps of which the function itself has no kink."""
    if e.kind is CALL and e.data.form == "constant" and all(e.args[0] is not kink.expr.args[0] for kink in said):
        yield from _kinks(e, ())


def _avoids_zero(x: Expr, among: Iterable[Condition]) -> bool:
    """Whether `x` is certainly, or by one of the other conditions, nowhere 0."""
    return is_positive(x) or is_positive(negate(x)) or _implied(Condition("nonzero", x), among)


def _holds(arg: Expr, word: str) -> bool:
    if word == "invertible":
        return _is_invertible(arg)
    if word == "nonnegative":
        return is_nonnegative(arg)
    if word == "integer":
        return is_integer(arg)
    if word == "without eigenvalue on the negative real axis":
        return is_definite(arg)
    if word == "without eigenvalues whose sum is 0":
        return is_stable(arg) or is_stable(negate(arg))
    if word == "sym":
        return transpose(arg) is arg
    if word in ("spd", "psd"):
        return is_definite(arg) or (word == "psd" and is_semidefinite(arg))
    return arg.kind is VAR and word in arg.data.props
