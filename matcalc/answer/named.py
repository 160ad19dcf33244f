"""An answer in names: those that the question gave with :=, and those that a field gives, C for a matrix that is
inverted and typed twice, α for K⁻¹y where it stands on both sides, P for the projector on symmetric matrices.

A name stands for a variable here, so that what is said in it can become shorter: with C for L L' + D, what was
C⁻¹ (I − S C⁻¹) is C⁻¹ (C − S) C⁻¹.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from matcalc.algebra import add, apply, eye, multiply, num, substitute, transpose
from matcalc.algebra.addition import scaled
from matcalc.algebra.facts import is_symmetric
from matcalc.algebra.leaves import variable
from matcalc.algebra.make import instantiate
from matcalc.answer.centred import Centred, centred, in_names
from matcalc.answer.quotients import by_quotient_rule
from matcalc.answer.replacing import replaced
from matcalc.answer.worded import given_names, typed_sums
from matcalc.calculus.matrix_form import commutation
from matcalc.core.expr import ADD, CALL, CHAIN, MATPOW, TRANSPOSE, Expr, functions, postorder
from matcalc.core.parts import chain_factors, number_scalars_matrix, untransposed
from matcalc.printers.lettering import names_in
from matcalc.records import NamedTuple
from matcalc.simplification.length import cost

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.problem import Problem

Names = Mapping[Expr, Expr]  # what each name, a variable, stands for
_MATRICES, _SOLUTIONS, _PROJECTORS = ("C", "M", "B", "N"), ("alpha", "beta", "gamma"), ("P", "N", "Q")
_WEIGHTS, _SCORES = ("P", "A", "W"), ("S", "Z", "A")
_LARGEST = 400  # symbols of an answer that is put in names


class Named(NamedTuple):
    """A formula, what the names in it stand for, of some names what stood in their place, and what else is said in
    names: log(p) for log_softmax(z)."""

    expr: Expr
    names: Names
    replaced: Names = MappingProxyType({})
    said: Names = MappingProxyType({})


def named(d: Derivative, e: Expr, taken: Collection[str] = ()) -> Named:
    """The form `e` of a derivative in names, none of them among `taken`."""
    problem = d.problem
    if problem.indexed is not None:
        return Named(e, {})
    found = _Namer(problem, {*taken, *problem.variables, *names_in(e, problem.f)})
    for name, value in given_names(problem.source, problem.elaborated).items():
        e = found.put(e, name, problem.settled(value))
    if e is d.expr and not found.names and cost(e) <= _LARGEST \
            and (quotient := by_quotient_rule(d, found.taken)) is not None:
        return Named(*quotient)
    for projector in _projectors(problem, e):
        e = found.put(e, found.free(_PROJECTORS), projector)
    if cost(e) <= _LARGEST:
        for one in list(centred(e, problem.rulebook))[:1]:
            e = found.put_centred(e, one)
        for value in _inverted_twice(problem, e):
            e = found.put(e, found.free(_MATRICES), value)
        e = _symmetric(e, found)
        e = found.put_logs(e)
    return Named(e, found.standing_in(e), found.replaced, found.said)


class _Namer:
    """Puts names in the place of what they stand for."""

    def __init__(self, problem: Problem, taken: set[str]) -> None:
        self.problem, self.taken = problem, taken
        self.names: dict[Expr, Expr] = {}
        self.replaced: dict[Expr, Expr] = {}
        self.said: dict[Expr, Expr] = {}

    def free(self, letters: Collection[str]) -> str:
        """The first letter that is no name yet; '' where there is none."""
        return next((letter for letter in letters if letter not in self.taken), "")

    def put(self, e: Expr, name: str, value: Expr, is_closed: bool = False) -> Expr:
        """`e` with a name in the place of `value`, as short as it is then, if it is not as it should be."""
        if not name or name in self.problem.variables:
            return e
        leaf = variable(name, value.shape, frozenset(["sym"] if 1 not in value.shape and is_symmetric(value) else []))
        shown = e
        for known in dict.fromkeys((value, self.problem.closed(value))):
            shown = replaced(shown, known, leaf)
        if shown is e:
            return e
        value = min(value, self.problem.closed(value), key=cost)
        for other, meant in self.names.items():
            value = replaced(value, meant, other)
        self.names[leaf] = value
        self.taken.add(name)
        return min(shown, self.problem.closed(shown), key=cost) if cost(shown) <= _LARGEST and not is_closed else shown

    def put_logs(self, e: Expr) -> Expr:
        """`e` with p for softmax(z) where log_softmax(z) stands beside it, which is log(p) then."""
        from matcalc.printers.where import own_letter

        parts = postorder(e)
        for call in parts:
            is_open = call.kind is CALL and "log" in call.data.fields and own_letter(call)
            log = instantiate(call.data, "log", call.args) if is_open and self.free((own_letter(call),)) else None
            if log is not None and log in parts:
                leaf = variable(own_letter(call), call.shape, frozenset({"positive"}))
                self.names[leaf] = call
                self.taken.add(leaf.data.name)
                self.said[log] = apply(self.problem.rulebook.core("log"), leaf)
                e = substitute(e, {call: leaf, log: self.said[log]})
        return e

    def turn(self, e: Expr) -> None:
        """Let the last name stand for the negative where `e` does not change and a sum in it was typed so."""
        leaf, value = self.names.popitem()
        typed = {scaled(total, -1) for total in self.problem.as_typed.sums.values()}
        is_even = substitute(e, {leaf: scaled(leaf, -1)}) is e
        self.names[leaf] = scaled(value, -1) if is_even and typed & {*chain_factors(value)} else value

    def put_centred(self, e: Expr, found: Centred) -> Expr:
        """`e` with P for the weights of `found`, dP for what arrives at them, and dS for all of it."""
        from matcalc.printers.where import own_letter

        name, score = self.free((own_letter(found.weights), *_WEIGHTS)), self.free(_SCORES)
        if not name or not score or {f"d{name}", f"d{score}"} & self.taken:
            return e
        weights, arriving, whole = (variable(x, found.whole.shape) for x in (name, f"d{name}", f"d{score}"))
        self.names |= {weights: found.weights, arriving: replaced(found.arriving, found.weights, weights),
                       whole: in_names(weights, arriving)}
        self.replaced[whole] = found.whole
        self.taken |= {leaf.data.name for leaf in (weights, arriving, whole)}
        return replaced(replaced(e, found.whole, whole), found.weights, weights)

    def standing_in(self, e: Expr) -> Names:
        """The names that stand in `e`, or in what another of them stands for, those first that others need."""
        found: dict[Expr, Expr] = {}
        parts = set(postorder(e)) if self.names else set()
        for leaf, value in reversed(self.names.items()):
            if leaf in parts:
                found[leaf] = value
                parts |= set(postorder(value))
        return dict(reversed(found.items()))


def _projectors(problem: Problem, e: Expr) -> Iterator[Expr]:
    """(K + I)/2, the projector of a stacked matrix on the symmetric ones, where it stands in a product."""
    if any(f.name == "commutation" for f in functions(e)):
        for x in problem.wrt:
            n = x.shape[0]
            total = add(commutation(n, n, problem.rulebook), eye(n * n)) if x.is_square and not x.is_scalar else e
            if any(total in part.args for part in postorder(e) if part.kind is CHAIN):
                yield scaled(total, Fraction(1, 2))


def _inverted_twice(problem: Problem, e: Expr) -> Iterator[Expr]:
    """The sums that were typed more than once and whose inverse stands in the answer."""
    counts = Counter(map(problem.settled, typed_sums(problem.elaborated)))
    if max(counts.values(), default=0) < 2:
        return
    for part in postorder(e):
        if part.kind is MATPOW and part.data < 0 and part.args[0].kind is ADD and counts[part.args[0]] > 1:
            yield part.args[0]


def _symmetric(e: Expr, namer: _Namer) -> Expr:
    """A matrix such that it is seen what is symmetric in it: K⁻¹ − α α' with α for K⁻¹ y; K⁻ᵀ − α β' with β for K⁻¹ y
    of any matrix K."""
    if not e.is_square or e.is_scalar:
        return e
    whole = _spread(e)
    if whole.kind is not ADD:
        return e
    solved = _solved_on_both_sides(whole)
    if solved is None:
        return min(e, whole, key=cost) if transpose(whole) is whole else e
    before, taken = dict(namer.names), set(namer.taken)
    shown = whole
    for one in dict.fromkeys(solved):
        shown = namer.put(shown, namer.free(_SOLUTIONS), one, is_closed=True)
    left = {f for part in postorder(shown) if part.kind is CHAIN for f in part.args}
    if left.isdisjoint(f for one in solved for f in chain_factors(one)):
        if transpose(shown) is shown:
            namer.turn(shown)
        return shown
    namer.names, namer.taken = before, taken
    return e


def _spread(e: Expr) -> Expr:
    """M⁻¹ (a a' − M) M⁻¹ with only the sum multiplied out."""
    q, scalars, chain = number_scalars_matrix(e)
    i = next((i for i, f in enumerate(chain.args) if untransposed(f).kind is ADD), -1) if chain.kind is CHAIN else -1
    if i < 0:
        return e
    f = chain.args[i]
    terms = map(transpose, untransposed(f).args) if f.kind is TRANSPOSE else f.args
    parts = (multiply(*chain.args[:i], term, *chain.args[i + 1:]) for term in terms)
    return add(*(multiply(num(q), *scalars, part) for part in parts))


def _solved_on_both_sides(total: Expr) -> tuple[Expr, Expr] | None:
    """M⁻¹ v and the transpose of w' M⁻¹, of a term M⁻¹ v w' M⁻¹."""
    for term in total.args:
        for part in (term, *term.args):
            f = chain_factors(part)
            if len(f) == 4 and untransposed(f[0]).kind is MATPOW and untransposed(f[0]).data == -1 \
                    and f[1].shape[1] == 1 and f[0] is f[-1] and f[2].shape[0] == 1:
                return multiply(f[0], f[1]), transpose(multiply(f[2], f[3]))
    return None
