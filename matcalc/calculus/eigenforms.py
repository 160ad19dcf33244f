"""V diag(f(λ)) V' as one function of A, whose differential is right where eigenvalues coincide.

λ and V are the eigenvalues and eigenvectors of A. Each alone has a derivative where eigenvalues are apart only; taken
apart, d(V diag(f(λ)) V') is full of 1/(λⱼ − λᵢ). As one function it has divided differences of f in their place
(Daleckii & Krein 1965), and f′ where two coincide: V (F ∘ V'dA V) V'. So such products are gathered before a formula is
differentiated, into calls of the block that the eigenvectors name in their field `gathers`, and what is left of these
calls is written out behind it. f may depend on all eigenvalues through numbers, as softmax does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from matcalc.algebra import add, apply, multiply, num, ones, rebuild, substitute, variable
from matcalc.algebra.conjugation import is_real
from matcalc.algebra.holomorphy import lifted
from matcalc.algebra.make import instantiate, param_leaf
from matcalc.core.expr import ADD, CALL, CHAIN, EYE, HAD, MUL, ONES, POW, Expr, postorder
from matcalc.core.function import Function
from matcalc.rulebook.book import Rulebook

Derive = Callable[[Expr, Mapping[Expr, Expr]], Expr]  # the differential of a formula for given tangents


def has_parts(e: Expr) -> bool:
    """Whether `e` calls a part of such a product."""
    return e.kind is CALL and "gathers" in e.data.fields


class Gathered:
    """A formula in which these products are calls, each with a letter for f′(λ)."""

    def __init__(self, f: Expr, book: Rulebook, derive: Derive) -> None:
        self._book, self._derive = book, derive
        self._letters: dict[Expr, Expr] = {}
        self.formula = _mapped(f, lambda e: self._joined(e) if e.kind is CHAIN else e)

    def spread(self, e: Expr) -> Expr:
        """What was made of the formula, in which these products are written out again."""
        written = _mapped(e, lambda part: instantiate(part.data, "body", part.args)
                          if part.kind is CALL and "along" in part.data.fields else part)
        return substitute(written, self._letters)

    def _joined(self, e: Expr) -> Expr:
        """A product of matrices with the first such three factors as one, or itself."""
        for i in range(len(e.args) - 2):
            for function in self._blocks(e.args[i]):
                call = self._call(function, *e.args[i:i + 3])
                if call is not None:
                    rest = multiply(*e.args[i + 3:]) if e.args[i + 3:] else None
                    behind = [] if rest is None else [self._joined(rest) if rest.kind is CHAIN else rest]
                    return multiply(*e.args[:i], call, *behind)
        return e

    def _blocks(self, first: Expr) -> Iterator[Function]:
        if has_parts(first):
            found = self._book.overloads(first.data.fields["gathers"])
            yield from map(lifted, found) if first.data.plain else found

    def _call(self, function: Function, left: Expr, middle: Expr, right: Expr) -> Expr | None:
        """The block of three factors that are its body."""
        body, (matrix,) = function.template("body"), left.args
        assert body is not None
        places = {param_leaf(function, 0): matrix}
        sizes = dict(zip(map(str, function.params[0].shape), matrix.shape, strict=True))
        first, _, last = (substitute(part, places, sizes) for part in body.args)
        entries = _diagonal(middle)
        if left is not first or right is not last or entries is None or not is_real(entries):
            return None
        along = function.template("along")
        assert along is not None
        slope = self._slope(entries, substitute(along, places, sizes))
        return None if slope is None else apply(function, matrix, entries, slope)

    def _slope(self, entries: Expr, values: Expr) -> Expr | None:
        """A letter for the derivative of each entry by its own value; None where entries are treated differently."""
        own = variable("own value", values.shape)
        found = _entrywise(entries, values, own)
        if found is None:
            return None
        letter = variable(f"slope {len(self._letters)}", entries.shape)
        self._letters[letter] = substitute(self._derive(found, {own: ones(*values.shape)}), {own: values})
        return letter


def _mapped(e: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """`e` with each node changed, from the leaves up."""
    new: dict[Expr, Expr] = {}
    for part in postorder(e):
        args = [new[arg] for arg in part.args]
        new[part] = change(part if all(a is b for a, b in zip(args, part.args, strict=True)) else rebuild(part, args))
    return new[e]


def _diagonal(e: Expr) -> Expr | None:
    """The entries of a diagonal matrix, as a vector."""
    if e.kind is EYE:
        return ones(e.shape[0], 1)
    if e.kind is CALL and e.data.name == "diag" and e.args[0].shape[1] == 1:
        return e.args[0]
    parts = [_diagonal(arg) for arg in e.args] if e.kind is ADD else \
        [_diagonal(arg) for arg in e.args if not arg.is_scalar] if e.kind is MUL else []
    if not parts or any(part is None for part in parts) or (e.kind is MUL and len(parts) > 1):
        return None
    if e.kind is ADD:
        return add(*(part for part in parts if part is not None))
    return multiply(num(e.data), *(arg for arg in e.args if arg.is_scalar), *(part for part in parts if part))


def _entrywise(e: Expr, values: Expr, own: Expr) -> Expr | None:
    """`e` as a function of each value by itself, numbers aside: `own` for `values`; None where it is none."""
    if e is values:
        return own
    if e.is_scalar or e.kind is ONES:
        return e
    is_entrywise = e.kind is CALL and e.data.form in ("elementwise", "constant", "unspecified")
    if is_entrywise or e.kind in (ADD, MUL, HAD, POW):
        args = [_entrywise(arg, values, own) for arg in e.args]
        return None if any(arg is None for arg in args) else rebuild(e, [arg for arg in args if arg is not None])
    if e.kind is CALL and e.data.has("folds"):
        return _entrywise(instantiate(e.data, "body", e.args), values, own)
    return None
