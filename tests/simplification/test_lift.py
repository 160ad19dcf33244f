"""What is lifted is equal to the loop over the members."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc import algebra as al
from matcalc.algebra.indexed import at, over
from matcalc.core import expr
from matcalc.core.dims import subtract
from matcalc.core.expr import INDEX, IVERSON, OVER, VAR, postorder
from matcalc.core.indices import Index, Ref
from matcalc.numeric.evaluate import evaluate
from matcalc.printers import ascii_text
from matcalc.rulebook.book import standard
from matcalc.simplification import closed_form
from matcalc.simplification.lift import lifted
from tests.simplification.loops import (
    LETTERS,
    PLAIN,
    RANGES,
    SIZES,
    STACKS,
    D,
    N,
    Tree,
    bound,
    build,
    call,
    draw,
    index,
    members,
    plain,
    scalar,
    value,
    vector,
)


def lift(tree: Tree, output: tuple[str, ...] = ()):
    return lifted(build(tree), standard(), STACKS, tuple(map(index, output)))


def loop(tree: Tree, data, output: tuple[str, ...] = ()):
    """The values for all values of the output's letters."""
    sizes = [RANGES[LETTERS[letter]] for letter in output]
    places = list(product(*map(range, sizes)))
    cells = [value(tree, data, dict(zip(output, place, strict=True))) for place in places]
    return np.array(cells).reshape([*sizes, *np.shape(cells[0])])


def agrees(form, tree: Tree, output: tuple[str, ...] = (), seed: int = 0) -> bool:
    """Whether a matrix form is equal to the loop, and no index is left in it."""
    assert not any(part.kind in (OVER, INDEX, IVERSON) or part.free or (part.kind is VAR and part.data.axes)
                   for part in postorder(form))
    data = draw(seed)
    leaves = {**{STACKS[name]: data[name] for name in STACKS}, **{plain(name): data[name] for name in PLAIN}}
    found = np.asarray(evaluate(form, leaves, SIZES), dtype=float)
    truth = np.asarray(loop(tree, data, output), dtype=float)
    return bool(found.size == truth.size
                and np.allclose(found.reshape(truth.shape), truth, rtol=1e-9, atol=1e-9 * (1 + np.max(abs(truth)))))


def random_tree(seed: int) -> tuple[Tree, tuple[str, ...]]:
    rng = random.Random(seed)
    output = tuple(rng.sample(sorted(LETTERS), rng.choice((0, 0, 0, 1, 2))))
    if len(output) < 2 and rng.random() < 0.2:
        return vector(rng, list(output), rng.choice((1, 2, 3))), output
    return sums(rng, list(output), rng.choice((0, 1, 2, 3)), rng.choice((1, 2, 3, 4))), output


def sums(rng: random.Random, scope: list[str], count: int, depth: int) -> Tree:
    """A random scalar below some sums."""
    return bound(rng, scope, count, lambda rng, scope, k: sums(rng, scope, k - 1, depth)) if count > 0 \
        else scalar(rng, scope, depth)


Y, C, T = (("member", name, letter) for name, letter in (("y", "i"), ("c", "i"), ("t", "k")))
X, XJ, Z, U = (("member", name, letter) for name, letter in (("x", "i"), ("x", "j"), ("z", "i"), ("u", "k")))
W, V = ("member", "W", "i", "j"), ("member", "V", "i", "k")
PREDICTED = "dot", ("plain", "w"), X
APART = "sub", X, XJ


def square(tree: Tree) -> Tree:
    return "dot", tree, tree


def over_pairs(*factors: Tree) -> Tree:
    return "sum", "i", ("sum", "j", ("mul", *factors) if len(factors) > 1 else factors[0])


TEXTBOOK: list[tuple[Tree, tuple[str, ...], str]] = [  # formula, letters of the output, what it is in matrices
    (("sum", "i", ("pow", ("sub", Y, PREDICTED), 2)), (), "norm2(X*w - y)^2"),
    (("sum", "i", ("fn", "log", ("add", ("num", 1), ("fn", "exp", ("mul", ("num", -1), Y, PREDICTED))))), (),
     "sum(softplus(-y.*(X*w)))"),
    (("fn", "log", ("sum", "i", ("fn", "exp", PREDICTED))), (), "logsumexp(X*w)"),
    (("sum", "i", ("mul", C, ("outer", X, X))), (), "X'*diag(c)*X"),
    (("sum", "i", ("mul", C, square(("sub", X, ("plain", "mu"))))), (),
     "tr((mu*ones(n)' - X')*diag(c)*(ones(n)*mu' - X))"),
    (("dot", X, Z), ("i",), "(X.*Z)*ones(d)"),
    (("dot", X, ("plain", "A"), XJ), ("i", "j"), "X*A*X'"),
    (("sum", "k", ("mul", V, ("member", "V", "j", "k"))), ("i", "j"), "V*V'"),
    (square(APART), ("i", "j"), "X.^2*ones(d)*ones(n)' + ones(n)*ones(d)'*(X.^2)' - 2*X*X'"),
    (over_pairs(W, square(APART)), (), "tr(X'*(diag((W + W')*ones(n)) - 2*W)*X)"),
    (over_pairs(("member", "S", "i", "j"), square(APART)), (), "2*tr(X'*(diag(S*ones(n)) - S)*X)"),
    (over_pairs(("rel", "!=", "i", "j"), W, Y, ("member", "y", "j")), (), "y'*W*y - diag(W)'*y.^2"),
    (over_pairs(("rel", "<", "i", "j"), Y, ("member", "y", "j")), (), "(sum(y)^2 - y'*y)/2"),
    (over_pairs(("rel", "<", "i", "j"), Y, ("member", "c", "j")), (), "c'*(tril(ones(n,n)) - eye(n))*y"),
    (("sum", "i", ("sum", "k", ("pow", ("sub", V, ("dot", X, U)), 2))), (), "normF(X*U' - V)^2"),
    (("sum", "i", ("sum", "k", ("mul", ("pow", V, 2), ("sub", Y, T)))), (), ""),
    (("add", Y, T), ("i", "k"), "ones(n)*t' + y*ones(m)'"),
    (("prod", "i", Y), (), "prod(y)"),
    (("prod", "i", ("to", C, Y)), (), "exp(y'*log(c))"),
    (("prod", "i", ("mul", Y, ("fn", "exp", C), ("plain", "s"))), (), "prod(y)*s^n*exp(sum(c))"),
    (("fn", "log", ("prod", "i", ("mul", C, ("fn", "exp", PREDICTED)))), (), ""),
    (over_pairs(("rel", "<", "i", "j"), W, Y, ("member", "c", "j")), (), "y'*(triu(W) - diag(diag(W)))*c"),
    (("sum", "i", ("mul", ("rel", "<=", "i", "j"), Y)), ("j",), "tril(ones(n,n))*y"),
    (("max", "i", ("max", "k", V)), (), "max(V)"),
    (("sum", "j", ("fn", "sin", ("sub", ("member", "y", "j"), Y))), ("i",), ""),
]


@pytest.mark.parametrize(("tree", "output", "text"), TEXTBOOK)
def test_what_textbooks_write(tree: Tree, output: tuple[str, ...], text: str):
    form = lift(tree, output)
    assert form is not None
    assert agrees(form, tree, output)
    short = closed_form(form, standard())
    assert ascii_text(short) == text or not text
    assert agrees(short, tree, output)


NORM = "pow", square(APART), Fraction(1, 2)
UNLIFTED: list[tuple[Tree, tuple[str, ...]]] = [
    (over_pairs(W, NORM), ()),  # rounding makes roots of negative numbers of it
    (over_pairs(("rel", "!=", "i", "j"), ("pow", square(APART), -1)), ()),  # there is no value at i = j
    (over_pairs(("rel", "<", "i", "j"), ("fn", "log", ("sub", Y, ("member", "y", "j")))), ()),
    (over_pairs(("rel", "!=", "i", "j"), ("fn", "abs", ("sub", Y, ("member", "y", "j")))), ()),  # always at its kink
    (("fn", "sin", ("add", V, ("member", "y", "j"))), ("i", "j", "k")),
    (("sum", "i", ("fn", "sin", ("add", V, ("member", "y", "j")))), ("k", "j")),
    (("prod", "k", V), ("i",)),
    (("outer", X, XJ), ("i",)),
]


@pytest.mark.parametrize(("tree", "output"), UNLIFTED)
def test_what_has_no_matrix_form(tree: Tree, output: tuple[str, ...]):
    assert lift(tree, output) is None


def test_functions_of_vectors_are_lifted_by_their_line():
    scores = al.multiply(plain("A"), build(X))
    form = lifted(call("softmax", scores), standard(), STACKS, (index("i"),))
    assert form is not None
    assert ascii_text(form) == "softmax(X*A')"
    total = over("sum", index("i"), al.multiply(build(Y), call("logsumexp", scores)))
    assert ascii_text(lifted(total, standard(), STACKS)) == "y'*logsumexp(X*A')"


def test_products_of_all_others_are_right_at_zeros():
    others = over("prod", index("j"), al.power(build(("member", "y", "j")), build(("rel", "!=", "j", "i"))))
    assert ascii_text(lifted(others, standard(), STACKS, (index("i"),))) == "prod_others(y)"


def test_parts_of_a_family():
    i, before = Index("i", subtract(N, 1)), members("y")
    steps = over("sum", i, al.power(al.add(at(before, Ref(i, 1)), al.negate(at(before, Ref(i)))), al.num(2)))
    assert ascii_text(closed_form(lifted(steps, standard(), STACKS), standard())) == "norm2(y[2:n] - y[1:n-1])^2"
    beyond = Index("i", N)
    assert lifted(over("sum", beyond, at(before, Ref(beyond, 1))), standard(), STACKS) is None
    assert ascii_text(lifted(at(members("x"), Ref(None, 1)), standard(), STACKS)) == "X[1,:]'"


def test_ranges_that_depend_on_each_other():
    low, high = Index("i", subtract(N, 1)), Index("j", subtract(N, 1), 2)
    pair = al.multiply(at(members("y"), Ref(low)), at(members("y"), Ref(high)))
    below = over("sum", low, over("sum", high, al.multiply(al.iverson("<", Ref(low), Ref(high)), pair)))
    assert ascii_text(lifted(below, standard(), STACKS)) == "(sum(y)^2 - y'*y)/2"
    every = Index("j", N)
    pair = al.multiply(at(members("y"), Ref(low)), at(members("c"), Ref(every)))
    below = over("sum", low, over("sum", every, al.multiply(al.iverson("<=", Ref(low, 1), Ref(every)), pair)))
    assert ascii_text(lifted(below, standard(), STACKS)) == "c'*(tril(ones(n,n)) - eye(n))*y"


def nodes_made(count: int) -> int:
    """Operands of all nodes that are made to lift a sum with many terms."""
    names = [al.variable(f"a_{count}_{k}", (D, 1)) for k in range(count)]
    terms = [over("sum", index("i"), call("exp", al.multiply(al.transpose(a), build(X)))) for a in names]
    before = set(expr._table)
    assert lifted(al.add(*terms), standard(), STACKS) is not None
    return sum(len(key[1]) for key in expr._table.keys() - before)


def test_cost_is_linear():
    nodes_made(2)
    assert nodes_made(80) <= 2.3 * nodes_made(40)


def test_nesting_beyond_all_reading_stays_a_sum():
    e = build(Y)
    for _ in range(200):
        e = call("tanh", al.multiply(e, build(C)))
    assert lifted(over("sum", index("i"), e), standard(), STACKS) is None


@settings(max_examples=300)
@given(st.integers(0, 10**9))
def test_random_expressions(seed: int):
    tree, output = random_tree(seed)
    form = lift(tree, output)
    if form is not None:
        assert agrees(form, tree, output, seed % 97), (tree, form)
