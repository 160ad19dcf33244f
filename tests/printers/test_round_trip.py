"""parse(print(e)) is e, for seeded random well-typed expressions, deep ones, and graphs with more paths than atoms."""

import random
from functools import cache

import pytest

from matcalc.algebra import add, apply, inverse, multiply, num, power, variable
from matcalc.language import parse
from matcalc.printers import text
from matcalc.rulebook.book import standard
from tests.random_expressions import LEAVES, M, N, P, build, tree
from tests.samples import some

SHAPES = [(1, 1), (M, 1), (M, M), (M, N), (N, M), (1, M), (N, P)]
DIALECTS = ("ascii", "unicode", "latex")


def declaration(shape, props):
    kind = "scalar" if shape == (1, 1) else f"vector({shape[0]})" if shape[1] == 1 else f"matrix({shape[0]},{shape[1]})"
    return " ".join([kind, *props])


DECLARATIONS = {name: declaration(*leaf) for name, leaf in LEAVES.items()}


def read(source):
    return parse(source, DECLARATIONS, standard()).expr


def made(seed, depth):
    rng = random.Random(seed)
    try:
        return build(tree(rng, rng.choice(SHAPES), depth))
    except ZeroDivisionError:
        return num(0)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("seed", range(100))
def test_random(seed, dialect):
    e = made(seed, 4)
    assert read(text(e, dialect)) is e, text(e, dialect)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_many_random(dialect):
    wrong = [(seed, text(e, dialect)) for seed in range(10_000) if read(text(e := made(seed, 5), dialect)) is not e]
    assert not wrong


C, Q = variable("c", (1, 1)), variable("D", (N, N))


def nested(step, start, times):
    e = start
    for _ in range(times):
        e = step(e)
    return e


DEEP = {  # of a number of levels, which is above all limits of recursion
    "calls": lambda n: nested(lambda e: apply(standard().overloads("exp")[0], e), C, n),
    "sums in powers": lambda n: nested(lambda e: power(add(num(1), e), num(3)), C, n),
    "inverses": lambda n: nested(lambda e: inverse(add(Q, e)), Q, n),
    "long sum": lambda n: add(*(power(C, num(i)) for i in range(1, n + 1))),
    "long product": lambda n: multiply(*[variable("A", (M, M)), variable("S", (M, M), frozenset({"sym"}))] * n),
}
LEVELS = some([1_200, 5_000])


@cache
def deep(name, levels):
    return DEEP[name](levels)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("levels", LEVELS)
@pytest.mark.parametrize("name", DEEP)
def test_deep(name, levels, dialect):
    e = deep(name, levels)
    shown = text(e, dialect)
    assert len(shown) < 100_000
    assert read(shown) is e


@pytest.mark.parametrize("dialect", DIALECTS)
def test_shared_parts_are_written_once(dialect):
    sin, cos = (standard().overloads(name)[0] for name in ("sin", "cos"))
    e = nested(lambda e: add(apply(sin, e), apply(cos, e)), C, 60)
    shown = text(e, dialect)
    assert len(shown) < 4000
    assert read(shown) is e
