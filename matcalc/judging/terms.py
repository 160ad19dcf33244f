"""A wrong claim that differs from the truth by a multiple of one term: claim − truth = γ · term, at every point.

With γ = −1 the term of the truth is missing, with γ = −2 its sign is wrong; a term of the claim with γ = 1 is one
too many, with γ = 2 its sign is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, starmap

import numpy as np

from matcalc.algebra import rebuild, substitute
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import NoDifferentialError
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, Expr
from matcalc.judging.diagnosis import Diagnosis
from matcalc.judging.evidence import Evidence, close, constant, ratios
from matcalc.judging.forms import number
from matcalc.numeric.evaluate import Array
from matcalc.simplification.expand import expanded

_MOST_TERMS = 40
_SEEN = 1e-12  # of the whole: a smaller difference is round-off
_ROUND_OFF, _COARSE = 1e-15, 1e-3  # of the whole, and of a difference


def tiny(evidence: Evidence) -> Diagnosis | None:
    """A difference that no other test would see, but more than round-off."""
    if not all(close(right, claimed, evidence.tolerance) for right, claimed in evidence.pairs):
        return None
    least = max((_distance(*pair) for pair in evidence.pairs), default=0.0)
    if least < _SEEN:
        return None
    return one_term(evidence) or Diagnosis("term", f"right up to a small term, {least:.0e} of the whole")


def _distance(right: Array, claimed: Array) -> float:
    return float(np.linalg.norm(claimed - right) / np.linalg.norm(right)) if np.any(right) else 0.0


def one_term(evidence: Evidence) -> Diagnosis | None:
    """The sign, the factor, or the want of a single term."""
    differences = [claimed - right for right, claimed in evidence.pairs]
    blurred = [_ROUND_OFF / d for d in starmap(_distance, evidence.pairs) if d]
    tolerance = min(max(evidence.tolerance, *blurred, 0.0), _COARSE)
    for term, named, said in islice(_terms(evidence), _MOST_TERMS):
        arrays = [s.array(term) for s in evidence.samples]
        gamma = constant(ratios(zip(arrays, differences, strict=True), 10 * tolerance), tolerance)
        if gamma is not None:
            return _said(_settled_number(gamma if said != "claim" else -gamma, 10 * tolerance), named, said)
    return None


def _settled_number(c: float, tolerance: float) -> float:
    """A simple fraction where `c` is one up to the tolerance."""
    simple = float(Fraction(c).limit_denominator(12))
    return simple if simple and abs(simple - c) <= tolerance else c


def _terms(evidence: Evidence) -> Iterator[tuple[Expr, Expr, str]]:
    """(term, what is shown, whose it is): of the right formula, of the claim, derivatives of the terms of f."""
    own, claim = evidence.case.own, evidence.claim
    seen: set[Expr] = set()
    for whole, whose in ((own, "right"), (claim, "claim")):
        for term in summed(whole) if whole is not None else ():
            if term not in seen:
                seen.add(term)
                yield term, term, whose
    yield from _summands(evidence)


def summed(e: Expr) -> Iterator[Expr]:
    """The terms of `e`: as it stands, with one of the sums among its factors multiplied out, with all of them."""
    if e.kind is ADD:
        yield from e.args
    for i, f in enumerate(e.args if e.kind in (MUL, CHAIN, HAD) else ()):
        if f.kind is ADD:
            yield from (rebuild(e, [*e.args[:i], term, *e.args[i + 1:]]) for term in f.args)
    form = expanded(e)
    if form.kind is ADD:
        yield from form.args


def _summands(evidence: Evidence) -> Iterator[tuple[Expr, Expr, str]]:
    """The gradients of the terms of f."""
    case = evidence.case
    f = expanded(case.f)
    if case.kind != "gradient" or case.own is None or f.kind is not ADD:
        return
    settled = {x: y for x, y in ((v, evidence.settled(v)) for v in case.x) if x is not y}
    for part in f.args:
        try:
            yield substitute(gradient(part, case.x[0], case.book), settled), substitute(part, settled), "summand"
        except NoDifferentialError:
            return


def _said(gamma: float, term: Expr, whose: str) -> Diagnosis:
    """`gamma`: by how many times the term is too much in the claim (less than it should be, for its own terms)."""
    said = number(1 + gamma)
    what = "the derivative of the term {}" if whose == "summand" else "the term {}"
    if whose == "claim":
        table = {"0": ("term", f"{what} is too many"), "-1": ("sign", f"right up to the sign of one term: {what}")}
        return _picked(table, said, f"{what} should be {said} times what it is", term)
    table = {"0": ("term", f"{what} is missing"), "-1": ("sign", f"right up to the sign of one term: {what}"),
             "2": ("factor", f"{what} occurs twice")}
    return _picked(table, said, f"{what} has the factor {said} that it should not have", term)


def _picked(table: dict[str, tuple[str, str]], said: str, otherwise: str, term: Expr) -> Diagnosis:
    kind, sentence = table.get(said, ("factor", otherwise))
    return Diagnosis(kind, sentence, (term,))
