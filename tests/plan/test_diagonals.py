"""What is said to be zero off a diagonal is zero there, and a diagonal that is taken before anything is computed is
that of the whole array."""

import random
from fractions import Fraction

import numpy as np
import pytest

from matcalc.plan.diagonals import Diagonals, counted, is_whole, zeros
from matcalc.plan.node import Graph, ordered

N = 3
SEEDS = range(300)
LETTERS = "abcdefgh"


class Drawn:
    """Random arrays in which diagonals, sums and conditions stand inside each other."""

    def __init__(self, seed):
        self.random, self.graph, self.values = random.Random(seed), Graph(), {}
        self.numbers = np.random.default_rng(seed)

    def input(self, rank):
        name = f"x{len(self.values)}"
        self.values[name] = self.numbers.standard_normal((N,) * rank)
        return self.graph.node("input", data=name, shape=(N,) * rank)

    def array(self, rank, depth):
        kinds = [self.product, self.product, self.total, self.chosen] if depth and rank else [self.input]
        return self.random.choice(kinds)(rank, *([depth - 1] if depth and rank else []))

    def product(self, rank, depth):
        """Of up to three factors; letters of the result may stand twice, or repeat."""
        letters = range(self.random.randint(1, rank + 1))
        factors = [self.array(self.random.randint(1, 3), depth) for _ in range(self.random.randint(0, 3))]
        specs = [[self.random.choice(letters) for _ in e.shape] for e in factors]
        out = [self.random.choice(letters) for _ in range(rank)]
        return self.graph.einsum(Fraction(self.random.choice([1, 2, -1])), factors, specs, out, (N,) * rank)

    def total(self, rank, depth):
        return self.graph.add([(Fraction(k), self.array(rank, depth)) for k in (1, 3)])

    def chosen(self, rank, depth):
        """Where places along axes agree, or where they do not."""
        test = self.agreeing(rank)
        for word in self.random.sample(["and", "or"], self.random.randint(0, 2)):
            test = self.graph.map(word, test, self.agreeing(rank))
        sides = [self.array(rank, depth), self.graph.number(0)]
        return self.graph.map("where", test, *(sides if self.random.random() < 0.8 else sides[::-1]))

    def agreeing(self, rank):
        places = self.graph.node("range", data=self.random.choice([1, 1, 2]), shape=(N,))
        sides = [self.graph.einsum(Fraction(1), [places], [[self.random.randrange(rank)]], range(rank), (N,) * rank)
                 for _ in range(2)]
        return self.graph.map("equal", *sides)

    def value(self, e):
        """Each array as it is defined, whole."""
        done = {}
        for part in ordered(e):
            done[part] = np.broadcast_to(self.defined(part, [done[arg] for arg in part.args]), part.shape)
        return done[e]

    def defined(self, e, args):
        if e.op == "einsum":
            return product_of(float(e.data.number), args, e.data.specs, e.data.out)
        if e.op == "add":
            return sum(float(c) * x for c, x in zip(e.data, args, strict=True))
        if e.op == "map":
            return {"where": np.where, "equal": np.equal, "and": np.logical_and, "or": np.logical_or}[e.data](*args)
        if e.op == "range":
            return e.data + np.arange(N)
        return self.values[e.data] if e.op == "input" else float(e.data)


def product_of(number, factors, specs, out):
    """The product with an axis for each of its letters, summed over those that the result does not have, and put where
    those axes of the result agree that have one letter."""
    own = [*dict.fromkeys(out)]
    ones = [np.ones(N)] * len(own)
    inner = ",".join([*map(word, specs), *(LETTERS[x] for x in own)])
    core = number * np.einsum(f"{inner}->{word(own)}", *factors, *ones)
    found = np.zeros((N,) * len(out), core.dtype)
    np.einsum(f"{word(out)}->{word(own)}", found)[...] = core
    return found


def word(pattern):
    return "".join(LETTERS[k] for k in pattern)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_arrays(seed):
    drawn = Drawn(seed)
    e = drawn.array(drawn.random.randint(2, 4), 3)
    value, rank = drawn.value(e), len(e.shape)
    pattern = zeros(e)[e]
    places = np.indices(e.shape)
    agree = np.logical_and.reduce([places[k] == places[pattern.index(pattern[k])] for k in range(rank)])
    assert not value[~agree].any()
    for taken in {pattern, counted(drawn.random.choices(range(rank), k=rank)), counted([0] * rank)}:
        got = Diagonals(drawn.graph).taken(e, taken)
        assert got.shape == (N,) * len({*taken})
        whole = np.einsum(f"{word(taken)}->{word(sorted({*taken}))}", value)
        np.testing.assert_allclose(drawn.value(got), whole, atol=1e-12)


def test_diagonals_are_among_them():
    found = 0
    for seed in SEEDS:
        drawn = Drawn(seed)
        e = drawn.array(drawn.random.randint(2, 4), 3)
        found += not is_whole(zeros(e)[e]) and bool(drawn.value(e).any())
    assert found > len(SEEDS) // 10


def test_a_diagonal_inside_a_sum_is_taken_before_the_sum():
    drawn = Drawn(0)
    a, b, c = drawn.input(1), drawn.input(2), drawn.input(2)
    graph, shape = drawn.graph, (N, N, N, N)
    first = graph.einsum(Fraction(1), [a, b], [[0], [1, 2]], [0, 1, 0, 2], shape)
    second = graph.einsum(Fraction(1), [b, c], [[0, 1], [0, 2]], [0, 1, 0, 2], shape)
    e = graph.add([(Fraction(1), first), (Fraction(2), second)])
    assert zeros(e)[e] == (0, 1, 0, 2)
    blocks = Diagonals(graph).taken(e, (0, 1, 0, 2))
    assert blocks.op == "add"
    assert all(len(arg.shape) == 3 for arg in blocks.args)
    np.testing.assert_allclose(drawn.value(blocks), np.einsum("iaib->iab", drawn.value(e)))
