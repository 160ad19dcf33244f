"""Sums, products and extrema over an index, members of families, and relations between indices.

`over` is the constructor of all reductions. What does not depend on the index leaves a sum; a factor [i = k] contracts
it: the index becomes k, where k is a value of it. A bound index is named by the height of its sum (Axelsson &
Claessen 2013, Using circular programs for higher-order syntax), which no name inside can be; to look into a sum,
`inside` gives its index a free name, and `over` binds it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matcalc.algebra.addition import add, scaled
from matcalc.algebra.conjugation import conjugate, is_mirrored
from matcalc.algebra.leaves import ONE, ZERO, is_zero, num
from matcalc.algebra.make import MAKE, substitute
from matcalc.algebra.powers import power
from matcalc.algebra.products import dimension, multiply
from matcalc.algebra.transposition import FLIP, flipped
from matcalc.core.dims import Dim, is_natural, split, subtract
from matcalc.core.expr import (
    ADD,
    CHAIN,
    INDEX,
    IVERSON,
    OVER,
    TANGENT,
    VAR,
    Direction,
    Expr,
    Memo,
    Variable,
    node,
    postorder,
    whole,
)
from matcalc.core.indices import BOUND, OPEN, Axis, Index, Ref, Relation, range_of
from matcalc.core.parts import number_and_factors, terms
from matcalc.records import NamedTuple
from matcalc.session import SESSION

Places = Mapping[Index, Ref]


def at(family: Expr, *refs: Ref) -> Expr:
    """The member of a family, a variable or a tangent, at these places."""
    return node(family.kind, (), family.data._replace(refs=refs), family.shape)


def family(name: str, shape: tuple[Dim, Dim], axes: Sequence[Axis], props: frozenset[str] = frozenset()) -> Expr:
    """A family as a whole: `shape` is that of a member."""
    return node(VAR, (), Variable(name, props, tuple(axes)), shape)


def moved(x: Expr, turn: int = 0) -> Expr:
    """The tangent of a variable, of a family or of a member: dX, dx, dx_i."""
    return node(TANGENT, (), Direction(x.data.name, turn, x.data.axes, x.data.refs, x.complex), x.shape)


def value_of(ref: Ref) -> Expr:
    """The value of an index as a number, the k of x^k."""
    if ref.letter is None:
        return dimension(ref.shift)
    bare = node(INDEX, (), Ref(ref.letter), (1, 1))
    return add(bare, dimension(ref.shift)) if ref.shift != 0 else bare


def iverson(sign: str, left: Ref, right: Ref) -> Expr:
    """[left = right] and its kin: 1 where it holds, else 0, and decided where the ranges decide it."""
    if sign in (">", ">="):
        return iverson({">": "<", ">=": "<="}[sign], right, left)
    if left.letter == right.letter:
        known = _decided(sign, subtract(left.shift, right.shift), subtract(left.shift, right.shift))
    else:
        (low, high), (least, most) = range_of(left), range_of(right)
        known = _decided(sign, subtract(low, most), subtract(high, least))
    if known is not None:
        return ONE if known else ZERO
    if sign in ("=", "!=") and _order(right) < _order(left):
        left, right = right, left
    return node(IVERSON, (), _tight(_levelled(Relation(sign, left, right))), (1, 1))


def _tight(r: Relation) -> Relation:
    """i <= j - 1 as i < j, and other < as <=: 1 < k as 2 <= k."""
    both = r.left.letter is not None and r.right.letter is not None
    if r.sign == "<=" and both and r.right.shift == -1:
        return Relation("<", r.left, Ref(r.right.letter))
    if r.sign != "<" or (both and r.right.shift == 0):
        return r
    if r.left.letter is None:
        return Relation("<=", Ref(None, r.left.shift + 1), r.right)
    return Relation("<=", r.left, Ref(r.right.letter, subtract(r.right.shift, 1)))


def _levelled(r: Relation) -> Relation:
    """i + 1 = k + 1 as i = k, i + 1 <= 5 as i <= 4: a shift stands on the right, and 1 <= k - 1 as 2 <= k."""
    if r.left.letter is None and r.right.letter is None:
        more, less = split(subtract(r.right.shift, r.left.shift))
        return Relation(r.sign, Ref(None, less), Ref(None, more))
    if r.left.letter is None:
        return Relation(r.sign, Ref(None, subtract(r.left.shift, r.right.shift)), Ref(r.right.letter))
    if r.left.shift == 0:
        return r
    return Relation(r.sign, Ref(r.left.letter), Ref(r.right.letter, subtract(r.right.shift, r.left.shift)))


def _order(ref: Ref) -> tuple[bool, str]:
    return ref.letter is None, str(ref)


def _decided(sign: str, least: Dim, most: Dim) -> bool | None:
    """Whether left − right, between `least` and `most`, stands in the relation to 0; None where it may or may not."""
    below, above = _sign(most), _sign(least)  # of the largest and of the smallest difference
    if sign == "!=":
        equal = _decided("=", least, most)
        return None if equal is None else not equal
    if sign == "=":
        apart = (below is not None and below < 0) or (above is not None and above > 0)
        return False if apart else True if below == above == 0 else None
    if sign == "<":
        return True if below is not None and below < 0 else False if above is not None and above >= 0 else None
    return True if below is not None and below <= 0 else False if above is not None and above > 0 else None


def _sign(dim: Dim) -> int | None:
    """The sign of a number; n − 1 is at least 0 and n + 1 positive; None where that is open."""
    if isinstance(dim, int):
        return (dim > 0) - (dim < 0)
    constant = sum(c for monomial, c in dim.terms if not monomial)
    factors = [c for monomial, c in dim.terms if monomial]
    if all(c > 0 for c in factors) and sum(factors) + constant > 0:
        return 1
    return -1 if all(c < 0 for c in factors) and sum(factors) + constant < 0 else None


@SESSION.memo
@Memo
def height(e: Expr) -> int:
    """How many sums stand inside each other below a node."""
    below = max((height[arg] for arg in e.args), default=0)
    return below + 1 if e.kind is OVER else below


def over(word: str, index: Index, body: Expr) -> Expr:
    """The sum, prod, max or min of `body` for all values of `index`, which is bound by it."""
    if index not in body.free:
        return _constant(word, index, body)
    if word == "sum":
        return _sum(index, body)
    return _closed(word, index, body)


def _constant(word: str, index: Index, body: Expr) -> Expr:
    if word == "sum":
        return multiply(dimension(index.size), body)
    return power(body, dimension(index.size)) if word == "prod" else body


def _closed(word: str, index: Index, body: Expr) -> Expr:
    bound = Index(f"{BOUND}{height[body] + 1}", index.size, index.low)
    return node(OVER, (rename(body, {index: Ref(bound)}),), (word, bound), body.shape)


def _sum(index: Index, body: Expr) -> Expr:
    if is_zero(body):
        return body
    if _is_row_of_onehot(index, body):
        return ONE
    if body.kind is ADD and any(_contraction(term, index) for term in body.args):
        apart = [term for term in terms(body) if _contraction(term, index)]
        rest = [term for term in terms(body) if term not in apart]
        return add(*(_sum(index, term) for term in apart), *([over("sum", index, add(*rest))] if rest else []))
    found = _contraction(body, index)
    if found is not None:
        return _contracted(body, index, *found)
    counted = _counted(index, body)
    if counted is not None:
        return counted
    narrower = _narrowed(index, body)
    if narrower is not None:
        return over("sum", *narrower)
    q, factors = number_and_factors(body)
    outside = [f for f in factors if f.is_scalar and index not in f.free]
    inside = [f for f in factors if f not in outside]
    front, middle, behind = _around(inside[-1], index) if inside and not body.is_scalar else ([], None, [])
    if middle is not None:
        inside = [*inside[:-1], middle]
    if q == 1 and not outside and not front and not behind:
        return _without_number(_closed("sum", index, body))
    return multiply(num(q), *outside, *front, over("sum", index, multiply(*inside)), *behind)


def _counted(index: Index, body: Expr) -> Expr | None:
    """Σᵢ [i <= k] f = k f for i from 1 on, where all that depends on i is one relation with a place in its range; and
    Σᵢ [k <= i] f = (n + 1 - k) f for i up to n."""
    q, factors = number_and_factors(body)
    tied = [f for f in factors if index in f.free]
    if len(tied) != 1 or tied[0].kind is not IVERSON or tied[0].data.sign not in ("<", "<="):
        return None
    sign, left, right = tied[0].data
    strict = int(sign == "<")
    if left.letter == index and right.letter not in (index, None):
        first, last = Ref(None, index.low), Ref(right.letter, subtract(right.shift, left.shift + strict))
    elif right.letter == index and left.letter not in (index, None):
        first, last = Ref(left.letter, subtract(left.shift + strict, right.shift)), Ref(None, index.high)
    else:
        return None
    (low, high), (least, most) = range_of(first), range_of(last)
    if not all(map(is_natural, (subtract(low, index.low), subtract(index.high, most), subtract(least + 1, high)))):
        return None
    count = add(value_of(last), scaled(value_of(first), -1), ONE)
    return multiply(num(q), iverson("<=", first, last), count, *(f for f in factors if f is not tied[0]))


def _is_row_of_onehot(index: Index, body: Expr) -> bool:
    """Whether the last place of a one-hot family is summed over: its rows sum to one."""
    return body.kind is VAR and bool(body.data.known("onehot")) and bool(body.data.refs) \
        and body.data.refs[-1] == Ref(index) and body.data.axes[-1] == index.axis \
        and not any(ref.letter == index for ref in body.data.refs[:-1])


def _without_number(closed: Expr) -> Expr:
    """A sum with a number of its body in front of it: x_i - x_j may be x_j - x_i in the order that bound letters have,
    and then bears a sign."""
    body, = closed.args
    q = number_and_factors(body)[0]
    return closed if q == 1 else scaled(node(OVER, (scaled(body, 1 / q),), closed.data, closed.shape), q)


def _narrowed(index: Index, body: Expr) -> tuple[Index, Expr] | None:
    """A sum with a factor [2 <= i] or [i <= n - 1] as one over fewer values, where they are known to be values of i."""
    for f in number_and_factors(body)[1]:
        if f.kind is IVERSON and f.data.sign == "<=" and None in (f.data.left.letter, f.data.right.letter):
            left, right = f.data.left, f.data.right
            if left.letter == index:
                fewer = Index(index.name, subtract(right.shift, index.low) + 1, index.low)
            elif right.letter == index:
                low = subtract(left.shift, right.shift)
                fewer = Index(index.name, subtract(index.high, low) + 1, low)
            else:
                continue
            inside = subtract(fewer.low, index.low), subtract(index.high, fewer.high)
            if not all(_sign(room + 1) == 1 for room in inside):
                continue  # i <= k, where k may be larger than n
            q, factors = number_and_factors(body)
            return fewer, rename(multiply(num(q), *(g for g in factors if g is not f)), {index: Ref(fewer)})
    return None


def _around(matrix: Expr, index: Index) -> tuple[list[Expr], Expr | None, list[Expr]]:
    """Of a product of matrices those that stand before and behind all that depend on the index."""
    if matrix.kind is not CHAIN:
        return [], None, []
    depends = [i for i, f in enumerate(matrix.args) if index in f.free]
    if not depends:
        return [], None, []
    first, last = depends[0], depends[-1] + 1
    return list(matrix.args[:first]), multiply(*matrix.args[first:last]), list(matrix.args[last:])


def _contraction(e: Expr, index: Index) -> tuple[Expr, Ref] | None:
    """A factor [index = k] of a product, and the k."""
    for f in number_and_factors(e)[1]:
        if f.kind is IVERSON and f.data.sign == "=":
            for here, there in ((f.data.left, f.data.right), (f.data.right, f.data.left)):
                if here.letter == index and there.letter != index:
                    return f, Ref(there.letter, subtract(there.shift, here.shift))
    return None


def _contracted(e: Expr, index: Index, delta: Expr, place: Ref) -> Expr:
    """The product without the factor `delta`, at the one value of the index; 0 where that is out of range."""
    q, factors = number_and_factors(e)
    rest = [rename(f, {index: place}) for f in factors if f is not delta]
    inside = [iverson("<=", Ref(None, index.low), place), iverson("<=", place, Ref(None, index.high))]
    if place.letter is None and any(_spans(leaf, index) for f in factors for leaf in postorder(f)):
        inside = [known for known in inside if is_zero(known)]  # x_2 exists
    return multiply(num(q), *inside, *rest)


def _spans(leaf: Expr, index: Index) -> bool:
    """Whether a leaf is a member at an index which runs over all of its axis."""
    return leaf.kind is VAR and any(ref.letter == index and axis == (index.size, index.low + ref.shift)
                                    for axis, ref in zip(leaf.data.axes, leaf.data.refs, strict=False))


def rename(e: Expr, places: Places) -> Expr:
    """`e` with indices replaced by places, all at once."""
    done: dict[Expr, Expr] = {}
    for part in postorder(e):
        if part.free.isdisjoint(places):
            done[part] = part
        elif not part.args:
            done[part] = _leaf(part, places)
        elif part.kind is OVER:
            done[part] = over(part.data[0], part.data[1], done[part.args[0]])
        else:
            done[part] = MAKE[part.kind](part.data, [done[arg] for arg in part.args])
    return done[e]


def replaced(e: Expr, wholes: Mapping[Expr, Expr]) -> Expr:
    """`e` with variables and families replaced by others, or by tangents, their members too."""
    return substitute(e, {leaf: at(wholes[whole(leaf)], *leaf.data.refs) for leaf in postorder(e)
                          if whole(leaf) in wholes})


def _leaf(e: Expr, places: Places) -> Expr:
    if e.kind is INDEX:
        return value_of(e.data.put(places.get))
    if e.kind is IVERSON:
        new = e.data.put(places.get)
        return iverson(new.sign, new.left, new.right)
    return at(e, *(ref.put(places.get) for ref in e.data.refs))


def inside(e: Expr) -> tuple[Index, Expr]:
    """The index of a reduction under a free name, and the operand as it depends on that.

    Names go by height as those of bound indices do: no sum around this one has it, and what meets inside shares it.
    """
    bound = e.data[1]
    looked = Index(OPEN + bound.name[len(BOUND):], bound.size, bound.low)
    return looked, rename(e.args[0], {bound: Ref(looked)})


class Insight(NamedTuple):
    """The nodes of an expression, operands first, where sums are looked into: below a reduction stands its operand
    under a free index, not the operand that it binds. `inner` has both for each reduction."""

    nodes: list[Expr]
    inner: Mapping[Expr, tuple[Index, Expr]]

    @property
    def bound(self) -> frozenset[Index]:
        """The indices that the reductions bind, under their free names."""
        return frozenset(index for index, _ in self.inner.values())

    def operands(self, e: Expr) -> tuple[Expr, ...]:
        """The operands of a node, with their conjugates where its differential has those of theirs."""
        return (self.inner[e][1],) if e in self.inner else _operands(e)


def _operands(e: Expr) -> tuple[Expr, ...]:
    return (*e.args, *map(conjugate, e.args)) if is_mirrored(e) else e.args


def insight(root: Expr, varying: bool = False) -> Insight:
    """The nodes below `root`, sums looked into; `varying` leaves out what no tangent occurs in."""
    inner: dict[Expr, tuple[Index, Expr]] = {}

    def operands(e: Expr) -> tuple[Expr, ...]:
        if e.kind is not OVER:
            return _operands(e)
        inner[e] = inside(e)
        return (inner[e][1],)

    return Insight(postorder(root, varying=varying, below=operands), inner)


def fresh(like: Index, *among: Expr) -> Index:
    """An index with the range of `like` that is free in none of several expressions."""
    taken = {index.name for e in among for index in e.free}
    names = (f"{OPEN}{like.name.lstrip(BOUND + OPEN)}{k}" for k in range(len(taken) + 1))
    return Index(next(name for name in names if name not in taken), like.size, like.low)


def _rebuilt(data: Any, args: Sequence[Expr]) -> Expr:
    return over(data[0], data[1], args[0])


def _flipped(e: Expr) -> Expr:
    """Transposed inside; the letter of an expression for display stays."""
    (word, index), body = e.data, flipped(e.args[0])
    return over(word, index, body) if index.name[0] == BOUND else node(OVER, (body,), e.data, body.shape)


MAKE[OVER] = _rebuilt
FLIP[OVER] = _flipped
