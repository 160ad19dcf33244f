"""Claims that are right only for variables with a property that nobody declared: symmetric, 0 or 1, orthogonal …

The properties are tried from the weakest to the strongest, and of several variables the fewest are named: what is said
to be needed is enough, and nothing weaker that is known here would be. It says `only` where nothing else would do.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra import variable
from matcalc.core.expr import Expr, variables
from matcalc.judging.diagnosis import Diagnosis
from matcalc.judging.evidence import Evidence

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
    plain = [v for v in found if not v.data.props & _STRUCTURES]
    matrices = [v for v in plain if not v.is_scalar]
    square = [v for v in matrices if v.is_square]
    yield from (("sym", _with("sym", v)) for v in square)
    if len(square) > 1:
        yield "sym", {old: new for v in square for old, new in _with("sym", v).items()}
    for word in ("stochastic", "binary", "onehot"):
        yield from ((word, _with(word, v)) for v in matrices if v.data.name != own_name)
    for word in ("diag", "orthogonal"):
        yield from ((word, _with(word, v)) for v in square)
    signs = [v for v in plain if v.data.props <= {"integer", "const"}]
    for word in ("nonnegative", "positive"):
        yield from ((word, _with(word, v)) for v in signs)


def _with(word: str, v: Expr) -> Leaves:
    return {v: variable(v.data.name, v.shape, v.data.props | {word})}
