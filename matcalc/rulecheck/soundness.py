"""Laws of a block: both sides are equal, at degenerate points as well, the weight falls, and no other law fires first
on the left side.

Degenerate points: where the left side has a value, the right one has the same, and where it has none the right one has
none either, or the law says so. What an inner operation of the left side demands is noted when it is typed, and what
the right side demands is seen in the answer; only the outermost operation disappears without a trace, and what it
demands stands behind `if`.

Weight: a polynomial interpretation of the operations, hence rewriting ends. Each operation is a polynomial in the
weights of its operands that grows with each of them, so replacing a part by a lighter one makes the whole lighter. A
law falls if its left side is heavier whatever its variables weigh. A law that only lets factors change places keeps the
weight; it must bring a constant further to the right in its chain, or a vector of ones into factors whose lengths
divide its own. Source: Baader & Nipkow (1998), Term Rewriting and All That, 5.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np

from matcalc.algebra import apply, rebuild, substitute, variable
from matcalc.algebra.application import linear_params
from matcalc.algebra.demands import demands
from matcalc.algebra.laws import MATCHED
from matcalc.core.dims import Dim, Poly, named
from matcalc.core.dims import names as names_of
from matcalc.core.expr import CALL, CHAIN, DIM, NUM, ONES, VAR, Expr, postorder, variables
from matcalc.core.function import Demand, Law
from matcalc.core.parts import untransposed
from matcalc.numeric.degenerate import degenerate
from matcalc.numeric.draws import Array, Rng
from matcalc.numeric.evaluate import Values, run
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for
from matcalc.rulecheck.findings import Check, compared, judged, placed
from matcalc.rulecheck.specimen import POINTS, Point, Specimen, declared

SIDES = ("the left side is", "the right side is")
TRIES = 10
CLUSTERED = "clustered"  # in a condition of what only holds where entries are close to each other
_CLOSE = 0.02  # of the distances that random entries have
EDGE = 1e-8  # how far apart both sides may be at a degenerate point
_SINGULAR = 1e8  # a condition number above which there is no inverse
_NONE = 1e-8  # an eigenvalue, or a gap between two, that counts as zero
_SAMPLES = (5, 6, 9, 50, 4_000)  # of the weight of a variable, which is at least 5
_RENAMINGS = ({"m": "a", "n": "b", "p": "c", "q": "d"}, {"m": "d", "n": "c", "p": "b", "q": "a"})


def law_checks(block: Specimen) -> Iterator[Check]:
    """Four statements about every law; the last is only asked when the others hold, or rewriting might not end."""
    lines = {said.text.partition(":")[0].strip(): said.line for said in block.function.statements("law")}
    for law, at in variants(block):
        yield from placed(lines[law.name], *_checks(law, at))


def stable_checks(block: Specimen) -> Iterator[Check]:
    """Both sides of a law for what is computed, or for what is shown, are equal, and those of an identity that only
    holds and rewrites nothing; a law is used where what it asks is certain."""
    stated = [(field, said) for field in ("stable", "short", "holds") for said in block.function.statements(field)]
    for field, said in stated:
        laws = block.book.stable_laws(block.function, said)
        for law, at in zip(laws, (block, block.scalar() or block), strict=False):
            stray = _unmatched(law) if field != "holds" else ""  # which matches nothing
            name = f"{field} {law.name}"
            yield from placed(said.line, Check(f"{name}: its variables", False, stray) if stray else
                              _equal(at, law, f"{name}: both sides equal"))


def _checks(law: Law, at: Specimen) -> Iterator[Check]:
    if stray := _unmatched(law):
        yield Check(f"law {law.name}: its variables", False, stray)
        return
    equal, lighter = _equal(at, law), _lighter(law)
    yield equal
    if equal.ok:
        yield at_the_edges(at, law)
    yield lighter
    if equal.ok and lighter.ok:
        yield _reached(law)


def _unmatched(law: Law) -> str:
    """What is said of a variable that the left side does not bind, or not asked of what it matches, or of no law."""
    if any(demand.word == CLUSTERED for demand in law.demands):
        return f"“{CLUSTERED}” is said of what `holds`, and no law asks it"
    about = [e for d in law.demands for e in (d.expr, d.partner) if e is not None]
    bound = set(variables(law.pattern))
    for leaf in variables(law.replacement, *about):
        if leaf not in bound:
            return f"{leaf.data.name} does not occur on the left side"
    calls = [part for part in postorder(law.pattern) if part.kind is CALL]
    for leaf in variables(law.pattern, law.replacement):
        words = leaf.data.props - MATCHED
        if words and not any(arg is leaf and words <= param.props
                             for call in calls for arg, param in zip(call.args, call.data.params, strict=True)):
            return (f"{leaf.data.name} is declared {' and '.join(sorted(words))}, which is not asked of what it "
                    f"matches; the words are {', '.join(sorted(MATCHED))}")
    return ""


def variants(block: Specimen) -> Iterator[tuple[Law, Specimen]]:
    """The laws, each with the block it is about: a law entry by entry has a second reading, for scalars."""
    seen: set[str] = set()
    for law in block.function.laws():
        second = law.name in seen
        seen.add(law.name)
        yield law, (block.scalar() or block) if second else block


def _equal(block: Specimen, law: Law, name: str = "") -> Check:
    rng = block.rng()
    name = name or f"law {law.name}: both sides equal"
    found = []
    for choice in range(POINTS):
        at = law_point(block, law, rng, choice)
        if at is None:
            return Check(name, False, "no point was found at which the left side has a value")
        right = _value(law.replacement, at.values, at.sizes)
        if right is None:
            return Check(name, False, "at a random point the left side has a value and the right side none")
        found.append(compared(at.value(law.pattern), right, SIDES))
    return judged(name, found)


def law_point(block: Specimen, law: Law, rng: Rng, choice: int) -> Point | None:
    """A point at which the left side has a value; inner functions may have a smaller domain than the block."""
    for mode in modes(TRIES):
        at = block.point(rng, choice, variables(law.pattern, law.replacement), declared(mode=mode))
        at = replace(at, values=_clustered(at.values, law))
        asked = all(_demanded(demand, at.values, at.sizes) for demand in law.demands)
        if asked and _value(law.pattern, at.values, at.sizes) is not None:
            return at
    return None


def _clustered(values: Values, law: Law) -> Values:
    """With the entries close to each other of what is to be so."""
    close = [demand.expr for demand in law.demands if demand.word == CLUSTERED]
    return {x: np.mean(value) + _CLOSE * (value - np.mean(value)) if x in close else value
            for x, value in values.items()}


def _lighter(law: Law) -> Check:
    found = falls(law.pattern, law.replacement)
    detail = f"weight {found[0]} becomes {found[1]}" if found else ""
    return Check(f"law {law.name}: weight falls", found is None, detail)


def _reached(law: Law) -> Check:
    """The left side, built again with all laws in force, is the right side, whatever the dimensions are called."""
    name = f"law {law.name}: fires first"
    for names in _RENAMINGS:
        left, right = _rebuilt(law.pattern, names), _rebuilt(law.replacement, names)
        if left is not right:
            return Check(name, False, f"{left!r} is not {right!r}")
    return Check(name, True)


def _rebuilt(e: Expr, names: Mapping[str, str]) -> Expr:
    """`e` made anew with other names, calls included; a pattern itself was read with its laws switched off."""
    known = {name for part in postorder(e) for dim in _dims(part) for name in names_of(dim)}
    renamed = substitute(e, {}, {name: named(names.get(name, f"{name}_0")) for name in known})
    done: dict[Expr, Expr] = {}
    for part in postorder(renamed):
        args = [done[arg] for arg in part.args]
        if part.kind is VAR:
            done[part] = variable(f"{part.data.name}_0", part.shape, part.data.props)
        else:
            done[part] = apply(part.data, *args) if part.kind is CALL else rebuild(part, args)
    return done[renamed]


def _dims(part: Expr) -> list[Dim]:
    return [*part.shape, *([part.data] if part.kind is DIM else [])]


def at_the_edges(block: Specimen, law: Law) -> Check:
    """One statement about all degenerate points of a law; the detail names the first point at which it fails."""
    name = f"law {law.name}: holds at degenerate points"
    for kind, values, sizes in _edges(block, law):
        if fault := _fault(law, values, sizes):
            return Check(name, False, f"{kind}: {fault}")
    return Check(name, True)


def _edges(block: Specimen, law: Law) -> Iterator[tuple[str, Mapping[Expr, Any], Sizes]]:
    leaves = variables(law.pattern, law.replacement)
    dims = dims_of(law.pattern, law.replacement)
    usual = sizes_for(dims)
    one = dict.fromkeys(sorted({name for dim in dims for name in names_of(dim)}), 1)
    rng = block.rng()
    for label, sizes in (("", usual), (" of size 1", one)) if one else (("", usual),):
        for kind, values in degenerate(leaves, rng, sizes):
            yield kind + label, values, sizes


def _fault(law: Law, values: Mapping[Expr, Any], sizes: Sizes) -> str:
    """What is wrong at a point, or nothing."""
    said = [*law.demands, *_of(postorder(law.pattern)[:-1]), *_of(postorder(law.replacement))]
    if not all(_demanded(demand, values, sizes) for demand in said):
        return ""
    left, right = _value(law.pattern, values, sizes), _value(law.replacement, values, sizes)
    if left is None or not all(_demanded(demand, values, sizes) for demand in demands(law.pattern)):
        return "the right side has a value where the left side has none; say behind `if` when the law holds"
    if right is None:
        return "the left side has a value and the right side none; say behind `if` when the law holds"
    found = compared(left, right, SIDES)
    return "" if found.error <= EDGE else found.said


def _of(parts: Iterable[Expr]) -> Iterator[Demand]:
    return (demand for part in parts for demand in demands(part))


def _value(e: Expr, values: Mapping[Expr, Any], sizes: Sizes) -> Array | None:
    """None where there is no value."""
    try:
        found = np.asarray(run(e, values, sizes))
    except (np.linalg.LinAlgError, ValueError):
        return None
    return found if np.all(np.isfinite(found)) else None


def _demanded(demand: Demand, values: Mapping[Expr, Any], sizes: Sizes) -> bool:
    x = _value(demand.expr, values, sizes)
    if x is None:
        return False
    if demand.partner is not None:
        y = _value(demand.partner, values, sizes)
        return y is not None and OF_TWO.get(demand.word, _unasked)(np.atleast_2d(x), np.atleast_2d(y))
    return DEMANDED[demand.word](np.atleast_2d(x)) if demand.word in DEMANDED else True


def _apart(a: Array, b: Array) -> bool:
    found = np.abs(np.linalg.eigvals(a)[:, None] - np.linalg.eigvals(b)[None, :])
    return float(np.min(found)) > _NONE


def _without_product_one(a: Array, b: Array) -> bool:
    found = np.abs(np.linalg.eigvals(a)[:, None] * np.linalg.eigvals(b)[None, :] - 1)
    return float(np.min(found)) > _NONE


def _unasked(_: Array, __: Array) -> bool:
    return True


OF_TWO: dict[str, Callable[[Array, Array], bool]] = {
    "without common eigenvalue": _apart,
    "without eigenvalues whose product is 1": _without_product_one,
}


def _off_the_negative_axis(x: Array) -> bool:
    found = np.linalg.eigvals(x)
    return not bool(np.any((np.abs(found.imag) < _NONE) & (found.real < _NONE)))


DEMANDED: dict[str, Callable[[Array], bool]] = {
    "positive": lambda x: bool(np.min(x) > 0),
    "nonnegative": lambda x: bool(np.min(x) >= 0),
    "nonzero": lambda x: bool(np.min(np.abs(x)) > 0),
    "between -1 and 1": lambda x: bool(np.max(np.abs(x)) <= 1),
    "between 0 and 1": lambda x: bool(np.min(x) >= 0 and np.max(x) <= 1),
    "integer": lambda x: bool(np.all(x == np.round(x))),
    "sym": lambda x: bool(np.allclose(x, x.T)),
    "spd": lambda x: bool(np.allclose(x, x.T) and np.min(np.linalg.eigvalsh(x)) > 0),
    "orthogonal": lambda x: bool(np.allclose(x.T @ x, np.eye(x.shape[1]))),
    "invertible": lambda x: bool(np.linalg.cond(x) < _SINGULAR),
    "of full rank": lambda x: bool(np.linalg.cond(x) < _SINGULAR),
    "of full column rank": lambda x: bool(len(x) >= len(x.T) and np.linalg.cond(x) < _SINGULAR),
    "without eigenvalue on the negative real axis": _off_the_negative_axis,
    "without eigenvalues whose sum is 0": lambda x: _apart(x, -x),
    "without eigenvalues whose product is 1": lambda x: _without_product_one(x, x),
}


WEIGHTS: dict[str, Callable[[list[int]], int]] = {
    **dict.fromkeys(("num", "const", "ones", "unit"), lambda args: 1),
    **dict.fromkeys(("eye", "zeros"), lambda args: 2),
    "dim": lambda args: 3,
    "add": lambda args: 1 + sum(args),
    "mul": lambda args: 1 + sum(args),
    "had": lambda args: 1 + sum(args),
    "pow": sum,
    "chain": prod,
    "transpose": lambda args: 2 * args[0],
    "matpow": lambda args: 2 * args[0] ** 2,
    "trace": lambda args: 1 + args[0],
    "block": lambda args: 1 + sum(args),
    "slice": lambda args: 1 + args[0],
    "linear": lambda args: 1 + 3 * prod(args),
    "elementwise": lambda args: 1 + 2 * prod(args),
    "constant": lambda args: 12 * sum(args),
    "function": lambda args: 1 + prod(args) ** 3,
    "operator": lambda args: 1 + 3 * prod(args) ** 3,
    "derivative": lambda args: 1 + 3 * prod(args) ** 8,
}


def _of_number(e: Expr, i: int, weighs: int) -> int:
    """What an argument adds to the weight; a number that only says which function it is weighs more than no number,
    and one below 1 more than another."""
    if e.kind is not CALL or e.data.params[i].kind == "value" or e.args[i].kind is not NUM:
        return weighs
    return 3 if e.args[i].data <= 0 else 2


def weight(e: Expr, leaves: Mapping[Expr, int]) -> tuple[int, int]:
    """The weight of `e` where each variable weighs what `leaves` says, and how far it is from an order: constants from
    the right, and ones from lengths that are no products."""
    done: dict[Expr, int] = {}
    for part in postorder(e):
        args = [_of_number(part, i, done[arg]) for i, arg in enumerate(part.args)]
        done[part] = leaves[part] if part in leaves else WEIGHTS[_kind(part)](args)
    return done[e], sum(_misplaced(part) for part in done if part.kind is CHAIN) + sum(
        _factors(d) - 1 for part in done if part.kind is ONES for d in part.shape)


def _factors(dim: Dim) -> int:
    """Of how many lengths this one is the product."""
    return max([1, *(len(monomial) for monomial, _ in dim.terms)]) if isinstance(dim, Poly) else 1


def _kind(e: Expr) -> str:
    """The form of a function; "operator" where it is linear in some of its matrices and depends on others, "derivative"
    for that of a primary function."""
    if e.kind is not CALL:
        return str(e.kind.value)
    if e.data.form == "linear" and "frechet" in e.data.fields:
        return "derivative"
    values = [param for param in e.data.params if param.kind == "value"]
    return "operator" if 0 < len(linear_params(e.data)) < len(values) else str(e.data.form)


def _misplaced(chain: Expr) -> int:
    """The pairs of factors of which the first is a constant and the second is not."""
    kinds = [_kind(untransposed(f)) for f in chain.args]
    return sum(a == "constant" != b for a, b in combinations(kinds, 2))


def falls(left: Expr, right: Expr) -> tuple[int, int] | None:
    """None where the weight falls at every sample of leaf weights, else the two weights of a counterexample."""
    leaves = [part for part in postorder(left, right) if part.kind is VAR]
    for values in product(_SAMPLES, repeat=len(leaves)):
        weights = dict(zip(leaves, values, strict=True))
        before, after = weight(left, weights), weight(right, weights)
        if after >= before:
            return before[0], after[0]
    return None
