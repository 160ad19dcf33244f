"""Random kinds left undeclared: a formula is read as it would be with all declarations, or it is a question.

Where a letter alone decided, and another kind fits as well, the echo says so: that is no silent misreading.
"""

import random

import pytest

from matcalc.diagnostics import InputError
from matcalc.language import parse
from matcalc.language.alternatives import by_default
from matcalc.rulebook.book import standard

LETTERS = "abcdfghknpqrstuvwxyz"
Kinds = dict[str, str]


def draw(rng: random.Random, kinds: Kinds, kind: str) -> str:
    """A name of this kind: one that occurs already, or a new letter."""
    known = [name for name, said in kinds.items() if said == kind]
    if known and rng.random() < 0.4:
        return rng.choice(known)
    letters = "ABCDHKMNPQRSUVWXYZ" if kind == "matrix" else LETTERS
    name = rng.choice([c for c in letters if c not in kinds])
    kinds[name] = kind
    return name


def scalar(rng: random.Random, kinds: Kinds, depth: int) -> str:
    if depth == 0:
        return draw(rng, kinds, "scalar")
    x, y, s = vector(rng, kinds, depth - 1), vector(rng, kinds, depth - 1), scalar(rng, kinds, depth - 1)
    form = rng.choice(["({x})'({y})", "sum({x})", "‖{x}‖^2", "log(1 + exp({s}))", "({s})*({t})", "({x})'{A}*({y})",
                       "tr({A}*{B})", "mean({x})", "logsumexp({x})", "max({x})", "({x})·({y})"])
    return form.format(x=x, y=y, s=s, t=scalar(rng, kinds, depth - 1), A=draw(rng, kinds, "matrix"),
                       B=draw(rng, kinds, "matrix"))


def vector(rng: random.Random, kinds: Kinds, depth: int) -> str:
    if depth == 0:
        return draw(rng, kinds, "vector")
    x, y = vector(rng, kinds, depth - 1), vector(rng, kinds, depth - 1)
    form = rng.choice(["{A}*({x}) + {b}", "({x}).*({y})", "softmax({x})", "{x} - mean({x})", "exp({x})", "{x} - {y}",
                       "{s}*({x})"])
    b, s = draw(rng, kinds, "vector"), draw(rng, kinds, "scalar")
    return form.format(x=x, y=y, s=s, A=draw(rng, kinds, "matrix"), b=b)


def formula(seed: int) -> tuple[str, Kinds]:
    rng = random.Random(seed)
    kinds: Kinds = {}
    return scalar(rng, kinds, 2), kinds


@pytest.mark.parametrize("block", range(12))
def test_the_reading_is_the_declared_one_or_a_question(block: int) -> None:
    wrong = []
    for seed in range(25 * block, 25 * block + 25):
        text, kinds = formula(seed)
        try:
            parse(text, kinds, standard(), demand_scalar=True)
            found = parse(text, {}, standard(), demand_scalar=True)
        except InputError:
            continue
        said = by_default(found)
        differ = {name: info.kind for name, info in found.variables.items() if info.kind != kinds[name]}
        if any(name not in said for name in differ):
            wrong.append((text, differ))
    assert wrong == []


def test_many_are_read() -> None:
    read = 0
    for seed in range(60):
        text, kinds = formula(seed)
        try:
            found = parse(text, {}, standard(), demand_scalar=True).variables
            read += all(info.kind == kinds[name] for name, info in found.items())
        except InputError:
            continue
    assert read >= 20
