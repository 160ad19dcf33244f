"""What is the matter with a wrong claim: from what explains the whole of it to the one change that would make it right.

Here are the search itself and two of its tests. A term: claim − truth = γ · term at every point; with γ = −1 the term
of the truth is missing, with γ = −2 its sign is wrong; a term of the claim with γ = 1 is one too many, with γ = 2 its
sign is wrong. A property that nobody declared, symmetric, 0 or 1, orthogonal …: tried from the weakest to the
strongest, and of several variables the fewest are named, so that what is said to be needed is enough, and nothing
weaker that is known here would be. It says `only` where nothing else would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, starmap
from typing import Literal

import numpy as np

from matcalc.algebra import rebuild, substitute, variable
from matcalc.answer.problem import Problem
from matcalc.calculus.adjoint import gradient
from matcalc.calculus.differential import NoDifferentialError
from matcalc.core.expr import ADD, CHAIN, HAD, MUL, Expr, variables
from matcalc.judging import other_forms as forms
from matcalc.judging.edits import one_edit
from matcalc.judging.evidence import Diagnosis, Evidence, close, constant, ratios
from matcalc.numeric.draws import Array
from matcalc.numeric.sizes import format_shape
from matcalc.options import Dialect
from matcalc.simplification.expand import expanded

Whose = Literal["right", "claim", "summand"]
_MOST_TERMS = 40
_SEEN = 1e-12  # of the whole: a smaller difference is round-off
_ROUND_OFF, _COARSE = 1e-15, 1e-3  # of the whole, and of a difference
_STRUCTURES = {"sym", "skew", "spd", "psd", "orthogonal", "diag", "lower", "upper", "onehot"}
_SENTENCES = {
    "sym": "right only if {} is symmetric: otherwise a transpose is missing or too many",
    "stochastic": "right only if the rows of {} sum to one, as those of one-hot targets do: the claim lacks a term "
                  "that vanishes then",
    "binary": "right if {}.*{} = {}: entries 0 or 1",
    "diag": "right if {} is diagonal",
    "onehot": "right if {} is one-hot",
    "orthogonal": "right only if {} is orthogonal",
    "nonnegative": "right only where {} is not negative",
    "positive": "right only where {} is positive",
}
_KINDS = {"stochastic": "onehot"}  # the word under which it is known
Leaves = dict[Expr, Expr]


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


def _terms(evidence: Evidence) -> Iterator[tuple[Expr, Expr, Whose]]:
    """(term, what is shown, whose it is): of the right formula, of the claim, derivatives of the terms of f."""
    own, claim = evidence.case.own, evidence.claim
    seen: set[Expr] = set()
    sides: tuple[tuple[Expr | None, Whose], ...] = ((own, "right"), (claim, "claim"))
    for whole, whose in sides:
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


def _summands(evidence: Evidence) -> Iterator[tuple[Expr, Expr, Whose]]:
    """The gradients of the terms of f."""
    case = evidence.case
    f = expanded(case.f)
    if case.kind != "gradient" or case.own is None or f.kind is not ADD:
        return
    member = case.wanted.columns if case.wanted is not None and case.letters else ()
    settled = {x: y for x, y in ((v, evidence.settled(v)) for v in case.x) if x is not y}
    for part in f.args:
        try:
            found = gradient(part, case.x[0], case.book, member)
            yield substitute(found, settled), substitute(part, settled), "summand"
        except NoDifferentialError:
            return


def _said(gamma: float, term: Expr, whose: Whose) -> Diagnosis:
    """`gamma`: by how many times the term is too much in the claim (less than it should be, for its own terms)."""
    said = forms.number(1 + gamma)
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


def property_needed(evidence: Evidence) -> Diagnosis | None:
    """The first property of one variable, or symmetry of several, with which the claim is right."""
    claim, own = evidence.claim, evidence.case.own
    if claim is None or own is None:
        return None
    for word, leaves in _cases(variables(own, claim), evidence):
        if evidence.case.agree(claim, leaves):
            names = tuple(_fewest(leaves, evidence, claim))
            sentence = _SENTENCES[word] if len(names) == 1 else _of_several(word, len(names))
            return Diagnosis(_KINDS.get(word, word), sentence, names * max(sentence.count("{}") // len(names), 1))
    return None


def _fewest(leaves: Leaves, evidence: Evidence, claim: Expr) -> Leaves:
    """Without the variables whose property is not needed."""
    for v in list(leaves) if len(leaves) > 1 else ():
        others = {old: new for old, new in leaves.items() if old is not v}
        if others and evidence.case.agree(claim, others):
            leaves = others
    return leaves


def _of_several(word: str, count: int) -> str:
    joined = ", ".join(["{}"] * (count - 1)) + " and {}"
    return _SENTENCES[word].replace("{} is", f"{joined} are")


def _cases(found: list[Expr], evidence: Evidence) -> Iterator[tuple[str, Leaves]]:
    own_name = evidence.case.x[0].data.name
    plain = [v for v in found if not v.data.props & _STRUCTURES and not v.data.axes]
    matrices = [v for v in plain if not v.is_scalar]
    square = [v for v in matrices if v.is_square]
    yield from (("sym", _with("sym", v)) for v in square)
    if len(square) > 1:
        yield "sym", {old: new for v in square for old, new in _with("sym", v).items()}
    for word in ("stochastic", "binary", "onehot"):
        fit = [v for v in matrices if word != "stochastic" or v.shape[1] != 1]  # a column's rows are its entries
        yield from ((word, _with(word, v)) for v in fit if v.data.name != own_name)
    for word in ("diag", "orthogonal"):
        yield from ((word, _with(word, v)) for v in square)
    signs = [v for v in plain if v.data.props <= {"integer", "const"}]
    for word in ("nonnegative", "positive"):
        yield from ((word, _with(word, v)) for v in signs)


def _with(word: str, v: Expr) -> Leaves:
    return {v: variable(v.data.name, v.shape, v.data.props | {word})}


_TESTS: Sequence[Callable[[Evidence], Diagnosis | None]] = (
    tiny, forms.elsewhere, forms.nothing, forms.factor, forms.projected, forms.transposed, forms.exchanged,
    forms.by_rows, forms.diagonal, property_needed, one_term,
)


def diagnosed(evidence: Evidence, text: str, problem: Problem, dialect: Dialect) -> Diagnosis | None:
    """What is the matter with the claim `text`; None where nothing simple is."""
    assert evidence.claim is not None
    if evidence.claim.shape != evidence.case.shape:
        return _misshapen(evidence, evidence.claim, text, problem, dialect)
    found = (test(evidence) for test in _TESTS if evidence.pairs)
    return (next((d for d in found if d is not None), None) or one_edit(evidence, text, problem, dialect)
            or forms.in_part(evidence) or forms.only_of_size_one(evidence))


def _misshapen(evidence: Evidence, claim: Expr, text: str, problem: Problem, dialect: Dialect) -> Diagnosis:
    """The shapes, and what makes them fit if anything does."""
    kind, shape = evidence.case.kind, evidence.case.shape
    wrong = f"a wrong shape: the {kind} is {format_shape(shape)}, the claim is {format_shape(claim.shape)}"
    found = forms.shape(evidence) or one_edit(evidence, text, problem, dialect)
    return Diagnosis(found.kind, f"{wrong}; {found.text}", found.formulas) if found else Diagnosis("shape", wrong)
