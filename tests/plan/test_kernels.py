"""Kernels: every product of two arrays, whatever its letters, is what `np.einsum` says it is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from matcalc.core.dims import named
from matcalc.plan.kernels import Kernels
from matcalc.plan.members import Key
from matcalc.plan.node import Einsum, Graph, ordered
from matcalc.plan.table import table
from tests.plan.computing import computed

LENGTHS = {f"n{x}": k for x, k in enumerate((2, 3, 4, 5, 6, 7))}
LETTERS = "abcdef"
MOST = 3


def grown(count: int, known: int = 0) -> Iterator[tuple[int, ...]]:
    """Every pattern of letters, each named by its first occurrence."""
    if not count:
        yield ()
    else:
        for x in range(known + 1):
            yield from ((x, *rest) for rest in grown(count - 1, max(known, x + 1)))


def results(letters: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for count in range(min(len(letters), MOST) + 1):
        yield from permutations(letters, count)


def word(letters: tuple[int, ...]) -> str:
    return "".join(LETTERS[x] for x in letters)


PATTERNS = [(k, pattern[:k], pattern[k:]) for k in range(MOST + 1) for j in range(k + 1) for pattern in grown(k + j)]


def check(left: tuple[int, ...], right: tuple[int, ...], out: tuple[int, ...], number: Fraction, same: bool) -> None:
    """Of two arrays, or of one array twice."""
    graph = Graph()
    sizes = dict.fromkeys(LENGTHS, 3) if same else LENGTHS
    rng = np.random.default_rng(len(left) + len(right))
    shapes = [tuple(named("n" if same else f"n{x}") for x in spec) for spec in (left, right)]
    if same:
        sizes = {"n": 3}
    arrays = {name: rng.normal(size=[sizes[str(d)] for d in shape]) for name, shape in zip("pq", shapes, strict=True)}
    operands = [graph.node("input", data=Key("p" if same else name), shape=shape)
                for name, shape in zip("pq", shapes, strict=True)]
    lengths = dict(zip((*left, *right), (*shapes[0], *shapes[1]), strict=True))
    root = graph.einsum(number, operands, [left, right], out, tuple(lengths[x] for x in out))
    (found,) = computed(graph, [root], arrays, sizes)
    due = float(number) * np.einsum(f"{word(left)},{word(right)}->{word(out)}", arrays["p"],
                                    arrays["p" if same else "q"])
    assert np.shape(found) == np.shape(due), (left, right, out)
    np.testing.assert_allclose(found, due, rtol=1e-12, atol=1e-12, err_msg=f"{left} {right} {out}")


@pytest.mark.parametrize("most", range(MOST + 1))
def test_every_product_of_two_arrays(most):
    place = 0
    for k, left, right in PATTERNS:
        if k != most:
            continue
        for out in results(tuple(dict.fromkeys((*left, *right)))):
            place += 1
            if k < MOST or place % 3 == 0:
                check(left, right, out, Fraction(1), same=False)


@pytest.mark.slow
def test_every_product_of_two_arrays_whole():
    for _, left, right in PATTERNS:
        for out in results(tuple(dict.fromkeys((*left, *right)))):
            check(left, right, out, Fraction(-1, 2), same=False)


def test_an_array_times_itself_and_numbers_in_front():
    for k, left, right in PATTERNS:
        if len(left) == len(right) and k < MOST:
            for out in results(tuple(dict.fromkeys((*left, *right)))):
                for number in (Fraction(1), Fraction(-2), Fraction(1, 3)):
                    check(left, right, out, number, same=True)


ONE = [  # letters of one operand, of the result with diagonals and repetitions, where np.einsum has no word
    ((), (0, 1)), ((), (0, 0)), ((0,), (0, 0)), ((0,), (0, 1)), ((0,), (1, 0)), ((0,), (1, 1)), ((0, 1), (0, 1, 1)),
    ((0, 1), (1, 0, 2)), ((0, 1), (2, 1, 0)), ((0, 1), (0, 0)), ((0, 0), (0, 0)), ((0, 0), (1, 0)), ((0, 0, 1), (1, 0)),
    ((0, 1), (0, 1, 0, 1)), ((0,), (0, 0, 0)),
]


@pytest.mark.parametrize(("spec", "out"), ONE)
def test_diagonals_and_repetitions(spec, out):
    graph = Graph()
    array = np.random.default_rng(0).normal(size=[LENGTHS[f"n{x}"] for x in spec])
    a = graph.node("input", data=Key("p"), shape=tuple(named(f"n{x}") for x in spec))
    shape = tuple(named(f"n{x}") for x in out)
    (found,) = computed(graph, [graph.einsum(Fraction(2), [a], [spec], out, shape)], {"p": array}, LENGTHS)
    due = np.zeros([LENGTHS[f"n{x}"] for x in out])
    for at in np.ndindex(*due.shape):
        where: dict[int, int] = {}
        if all(where.setdefault(x, i) == i for x, i in zip(out, at, strict=True)):
            kept = np.einsum(f"{word(spec)}->{word(tuple(x for x in dict.fromkeys(spec) if x in out))}", array)
            due[at] = 2 * kept[tuple(where[x] for x in dict.fromkeys(spec) if x in out)]
    assert np.shape(found) == due.shape
    np.testing.assert_allclose(found, due, rtol=1e-12)


def test_an_operand_that_only_repeats():
    """A vector along one axis of a matrix, where that axis is summed, turned or taken on the diagonal."""
    rng = np.random.default_rng(5)
    arrays = {"p": rng.normal(size=3), "q": rng.normal(size=(3, 3))}
    for k, left, right in PATTERNS:
        if len(left) == 2 and k <= MOST and len(right) <= 2:
            for out in results(tuple(dict.fromkeys((*left, *right)))):
                for row in (True, False):
                    _repeating(arrays, left, right, out, row)


def _repeating(arrays: dict[str, np.ndarray], left: tuple[int, ...], right: tuple[int, ...], out: tuple[int, ...],
               row: bool) -> None:
    graph, n = Graph(), named("n")
    p = graph.node("input", data=Key("p"), shape=(n,))
    repeated = graph.node("einsum", [p], Einsum(Fraction(1), ((0,),), (1, 0) if row else (0, 1)), (n, n))
    q = graph.node("input", data=Key("q"), shape=(n, n)) if len(right) == 2 else p
    operands, specs = ([repeated, q], (left, right)) if right else ([repeated], (left,))
    root = graph.node("einsum", operands, Einsum(Fraction(1), specs, out), (n,) * len(out))
    (found,) = computed(graph, [root], arrays, {"n": 3})
    full = np.tile(arrays["p"], (3, 1))
    due = np.einsum(f"{','.join(map(word, specs))}->{word(out)}", full if row else full.T,
                    *([arrays["q"] if len(right) == 2 else arrays["p"]] if right else []))
    np.testing.assert_allclose(found, due, rtol=1e-12, atol=1e-12, err_msg=f"{left} {right} {out} {row}")


def test_what_is_named_is_in_the_table():
    """Whatever the letters, the kernels have rows."""
    rows = table("numpy").kernels
    for _, left, right in PATTERNS:
        for out in results(tuple(dict.fromkeys((*left, *right)))):
            graph = Graph()
            operands = [graph.node("input", data=Key(name), shape=tuple(named(f"n{x}") for x in spec))
                        for name, spec in (("p", left), ("q", right))]
            root = graph.einsum(Fraction(1), operands, [left, right], out, tuple(named(f"n{x}") for x in out))
            for e in ordered(*Kernels(graph).named([root])):
                assert e.op in rows or e.op == "input", (left, right, out)
