"""Dimensions: halves, the smaller of two, their text, and solving for what is unknown in them; checked at numbers."""

from __future__ import annotations

from itertools import product

import pytest

from matcalc.core.dim_text import read_dim
from matcalc.core.dims import Dim, Unifier, bind, evaluate, format_dim, is_whole, named, names, over, smaller

TEXTS = ["3", "n", "2n", "m*n", "n+1", "m n", "n*(n+1)/2", "n(n-1)/2", "(n+1)*(n+2)/2", "min(m,n)", "min(n,m)*n+1",
         "min(m,n+2)", "min(2,min(m,n))", "m*n*(n+1)/2", "n(n+1)(n+2)/6"]


def value(dim: Dim, m: int, n: int) -> int:
    found = evaluate(dim, {"m": m, "n": n}.__getitem__)
    assert isinstance(found, int)
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_text_says_what_python_computes_and_is_read_back(text: str) -> None:
    dim = read_dim(text)
    assert dim is not None
    said = text.replace("m n", "m*n").replace("2n", "2*n").replace("n(", "n*(").replace(")(", ")*(")
    for m, n in product(range(1, 5), repeat=2):
        due = eval(said.replace("min*", "min"), {"m": m, "n": n, "min": min})  # noqa: S307  the texts above
        assert value(dim, m, n) == due
    assert read_dim(format_dim(dim)) == dim
    assert names(dim) <= {"m", "n"}


@pytest.mark.parametrize("text", ["n/2", "n(n+1)/3", "m/n", "n+", "(n", "min(m", "n/0", "", "1.5", "n)"])
def test_what_is_no_dimension_is_not_read(text: str) -> None:
    assert read_dim(text) is None


def test_the_smaller_one_is_known_where_it_is_plain() -> None:
    n, m = named("n"), named("m")
    assert (smaller(n, n), smaller(n, n + 1), smaller(3, 5), smaller(n, m * n + n)) == (n, n, 3, n)
    assert smaller(m, n) == smaller(n, m) == smaller(m, smaller(n, m))
    assert evaluate(smaller(m, n), lambda _: n) == n


@pytest.mark.parametrize(("due", "found"), [("n(n+1)/2", "n"), ("(n+1)(n+2)/2", "n+1"), ("10", "4"), ("11", ""),
                                            ("m", ""), ("m n(m n + 1)/2", "")])
def test_the_unknown_of_a_half_is_found(due: str, found: str) -> None:
    dims = Unifier()
    unknown = dims.fresh()
    half, wanted = over(unknown * (unknown + 1), 2), read_dim(due)
    assert half is not None
    assert wanted is not None
    assert dims.unify(half, wanted) == bool(found)
    if found:
        assert dims.resolve(unknown) == read_dim(found)
    bound = bind(read_dim("k(k+1)/2") or 0, wanted, {})
    assert (None if bound is None else bound["k"]) == (read_dim(found) if found else None)


def test_whole_for_all_sizes() -> None:
    n = named("n")
    third = over(n * (n + 1) * (n + 2), 6)
    assert third is not None
    assert is_whole(third)
    assert over(n, 2) is None
    assert over(n * n, 2) is None


def test_names_of_a_block_and_of_its_arguments_are_apart() -> None:
    n = named("n")
    assert bind(named("k") * n, n, {"k": n}) == {"k": n, "n": 1}
    assert bind(named("k") * n, n * n, {"k": n}) == {"k": n, "n": n}
