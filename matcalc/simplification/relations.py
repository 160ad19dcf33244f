"""Relations between indices in a product: i ≠ j is all without the diagonal, i < j one half of all without it, where
the rest is symmetric in i and j, and else a triangle.

The rest of the product need not have a value where a relation fails. It is lifted only where it certainly has one.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import count

from matcalc.algebra import add, apply, eye, multiply, negate, num, ones
from matcalc.algebra.demands import is_delicate
from matcalc.algebra.indexed import at, rename
from matcalc.algebra.leaves import ZERO, is_zero
from matcalc.algebra.make import substitute
from matcalc.core.dims import subtract
from matcalc.core.expr import IVERSON, VAR, Expr, postorder
from matcalc.core.indices import Axis, Index, Ref
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.network import Array, Axes, Network, oriented, together, triangle, union
from matcalc.simplification.spreading import Lift, Side, Spreading, gathered, own_axes, sides

MOST_RELATIONS = 6  # each doubles what there is to do
_PLAIN = {("=", 0): "=", ("!=", 0): "!=", ("<", 0): "<", ("<=", 0): "<=", ("<=", -1): "<", ("<", 1): "<="}


class Product(NamedTuple):
    """A product with its sums opened: the letters that are summed over, the factors, the axes that stay. `masks` are
    relations that are factors like others."""

    letters: Axes
    factors: tuple[Expr, ...]
    masks: tuple[Expr, ...]
    sides: tuple[Side, Side]
    output: Axes
    axes: count[int]

    @staticmethod
    def of(e: Expr, axes: count[int]) -> Product:
        """The factors of an expression; new axes are numbered by `axes`."""
        letters, factors = gathered(e, axes)
        return Product(letters, tuple(factors), (), sides(e), union([e.free, own_axes(e)]), axes)

    def put(self, gone: Index, kept: Index) -> Product:
        """The same at `gone` = `kept`."""
        factors, masks = (tuple(rename(f, {gone: Ref(kept)}) for f in part) for part in (self.factors, self.masks))
        letters, output = (tuple(axis for axis in axes if axis != gone) for axes in (self.letters, self.output))
        return self._replace(letters=letters, output=output, factors=factors, masks=masks)


def related(p: Product, lift: Lift, book: Rulebook) -> Array | None:
    """The array of a product, its relations first."""
    if any(map(is_zero, (*p.factors, *p.masks))):
        return Array((), ZERO)
    relations = [f for f in p.factors if f.kind is IVERSON]
    if any(letter.size == 1 for letter in p.letters) or len(relations) > MOST_RELATIONS:
        return None
    if not relations:
        return _contracted(p, lift, book)
    relation = relations[0]
    rest = p._replace(factors=tuple(f for f in p.factors if f is not relation))
    found = _plain(relation)
    if found is None or not _is_safe(rest, found[1], found[2], found[0]):
        return None
    sign, i, j = found
    if i.axis != j.axis:
        wider = _widened(p, sign, i, j)
        return None if wider is None else related(wider, lift, book)
    if sign in ("<", "<=") and not _is_symmetric(rest, i, j):
        return related(rest._replace(masks=(*rest.masks, relation)), lift, book)
    if sign in ("<", "<="):
        rest = rest._replace(factors=(num(Fraction(1, 2)), *rest.factors))
    equal = _on_diagonal(rest, i, j, lift, book)
    if sign == "=" or equal is None:
        return equal
    whole = related(rest, lift, book)
    return together([whole, equal if sign == "<=" else _negated(equal)])


def _plain(relation: Expr) -> tuple[str, Index, Index] | None:
    """The sign of a relation between two indices without a shift, i <= j - 1 being i < j."""
    sign, (i, _), (j, shift) = relation.data
    if i is None or j is None or (sign, shift) not in _PLAIN:
        return None
    return _PLAIN[sign, shift], i, j


def _widened(p: Product, sign: str, i: Index, j: Index) -> Product | None:
    """The product with i up to n instead of n − 1 where i < j <= n, and j from 1 instead of 2 where 1 <= i < j: what
    is added has a relation that fails."""
    every = Axis(subtract(j.high, i.low) + 1, i.low)
    more = [(i, subtract(j.high, i.high)), (j, subtract(j.low, i.low))]
    wider = {letter: Index(letter.name, *every) for letter, places in more if sign == "<" and places == 1}
    if not wider or not wider.keys() <= {*p.letters}:
        return None
    for old, new in wider.items():
        p = p.put(old, new)._replace(letters=tuple(new if letter == old else letter for letter in p.letters))
    return p


def _negated(array: Array) -> Array:
    return array._replace(value=negate(array.value))


def _on_diagonal(p: Product, i: Index, j: Index, lift: Lift, book: Rulebook) -> Array | None:
    """The product at i = j, with a factor [i = j]."""
    if j in p.letters:
        return related(p.put(j, i), lift, book)
    if i in p.letters:
        return related(p.put(i, j), lift, book)
    found = related(p.put(j, i), lift, book)
    if found is None or not set(found.axes) <= {i}:
        return None
    return found._replace(axes=(i, j), value=apply(book.core("diag"), oriented(found, (i,))))


def _contracted(p: Product, lift: Lift, book: Rulebook) -> Array | None:
    """The tensor network: first with sums of terms as they are, then multiplied out."""
    factors = [(f, *((None, None) if f.is_scalar else p.sides)) for f in (*p.factors, *p.masks)]
    for expanding in (False, True):
        terms = Spreading(lift, p.axes, expanding).product(factors)
        arrays = [Network(term.arrays, book).contracted({*p.letters, *term.summed}, p.output) for term in terms or ()]
        found = together(arrays) if terms else None
        if found is not None and terms:
            return found._replace(rough=any(term.rough or any(a.rough for a in term.arrays) for term in terms))
    return None


def mask(e: Expr, book: Rulebook) -> Array | None:
    """A relation as the matrix of its values."""
    found = _plain(e)
    if found is None or found[1].axis != found[2].axis:
        return None
    sign, i, j = found
    every, equal = ones(i.size, j.size), eye(i.size)
    if sign == "!=":
        return Array((i, j), add(every, negate(equal)))
    return Array((i, j), equal if sign == "=" else triangle(i.size, book, sign == "<"))


def _is_symmetric(p: Product, i: Index, j: Index) -> bool:
    """Whether a product that is summed over both letters is the same with them exchanged."""
    if i not in p.letters or j not in p.letters:
        return False
    body = _in_order(multiply(*p.factors, *p.masks))
    return _in_order(rename(body, {i: Ref(j), j: Ref(i)})) is body


def _in_order(e: Expr) -> Expr:
    """With the two places of a member of a symmetric matrix in one order."""
    members = (x for x in postorder(e) if x.kind is VAR and len(x.data.refs) == 2 and x.data.known("sym", "spd", "psd"))
    return substitute(e, {x: at(x, *sorted(x.data.refs, key=str)) for x in members})


def _is_safe(p: Product, i: Index, j: Index, sign: str) -> bool:
    """Whether the rest certainly has a value, and a smooth one, where the relation fails: only on the diagonal in the
    case of i ≠ j, where what depends on one index has its values anyway."""
    if sign == "=":
        return True
    both = {i, j} if sign == "!=" else set()
    parts = (part for f in p.factors for part in postorder(f))
    return not any(is_delicate(part) for part in parts
                   if (both <= part.free if both else not part.free.isdisjoint((i, j))))
