"""Claims that are right only for variables with a property that nobody declared: symmetric, one-hot, orthogonal …"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import variable
from matcalc.expr import Expr, variables
from matcalc.judging.diagnosis import Diagnosis
from matcalc.judging.evidence import Evidence

_STRUCTURES = {"sym", "skew", "spd", "psd", "orthogonal", "diag", "lower", "upper", "onehot"}
_SENTENCES = {
    "sym": "right only if {} is symmetric: otherwise a transpose is missing or too many",
    "onehot": "right only if {} is one-hot: the claim lacks a term that vanishes when the rows of {} sum to one",
    "orthogonal": "right only if {} is orthogonal",
    "positive": "right only where {} is positive",
}
Leaves = dict[Expr, Expr]


def property_needed(evidence: Evidence) -> Diagnosis | None:
    """The first property of one variable, or symmetry of all, with which the claim is right."""
    claim, own = evidence.claim, evidence.case.own
    if claim is None or own is None:
        return None
    for word, leaves in _cases(variables(own, claim), evidence):
        if evidence.case.agree(claim, leaves):
            names = tuple(leaves)
            sentence = _SENTENCES[word] if len(names) == 1 else _of_several(word, len(names))
            return Diagnosis(word, sentence, names * max(sentence.count("{}") // len(names), 1))
    return None


def _of_several(word: str, count: int) -> str:
    joined = ", ".join(["{}"] * (count - 1)) + " and {}"
    return _SENTENCES[word].replace("{} is", f"{joined} are")


def _cases(found: list[Expr], evidence: Evidence) -> Iterator[tuple[str, Leaves]]:
    own_name = evidence.case.x[0].data.name
    matrices = [v for v in found if not v.is_scalar and not v.data.props & _STRUCTURES]
    square = [v for v in matrices if v.is_square]
    yield from (("sym", _with("sym", v)) for v in square)
    if len(square) > 1:
        yield "sym", {old: new for v in square for old, new in _with("sym", v).items()}
    yield from (("onehot", _with("onehot", v)) for v in matrices if v.data.name != own_name)
    yield from (("orthogonal", _with("orthogonal", v)) for v in square)
    yield from (("positive", _with("positive", v)) for v in found if not v.data.props)


def _with(word: str, v: Expr) -> Leaves:
    return {v: variable(v.data.name, v.shape, v.data.props | {word})}
