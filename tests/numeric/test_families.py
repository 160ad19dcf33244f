"""Values of index expressions against loops in Python, over every value of every index."""

from itertools import product as every

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcalc.algebra import (
    add,
    apply,
    block,
    hadamard,
    inverse,
    matrix_power,
    multiply,
    num,
    power,
    slice_,
    trace,
    transpose,
    variable,
)
from matcalc.algebra.indexed import at, family, iverson, moved, over, value_of
from matcalc.core.dims import named, subtract
from matcalc.core.expr import CALL, INDEX, IVERSON, MUL, OVER, POW, TANGENT, VAR, givens, node, postorder, whole
from matcalc.core.indices import Axis, Index, Ref
from matcalc.diagnostics import InputError
from matcalc.limits import LimitError
from matcalc.numeric.draws import draw, project, retract
from matcalc.numeric.evaluate import as_result, bind, call, evaluate, run, silence
from matcalc.numeric.sizes import dims_of, known_sizes, sizes_for
from matcalc.rulebook.book import standard

n, m, d = named("n"), named("m"), named("d")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
a = Index("a", m)
NUMBERS, OTHERS = family("x", (1, 1), [Axis(n)]), family("y", (1, 1), [Axis(n)])
VECTORS, POINTS = family("u", (d, 1), [Axis(n)]), family("v", (d, 1), [Axis(m)])
TABLE = family("T", (1, 1), [Axis(n), Axis(n)])
MATRICES = family("A", (d, d), [Axis(n)])
w, X, c = variable("w", (d, 1)), variable("X", (d, d)), variable("c", (1, 1))
LEAVES = [NUMBERS, OTHERS, VECTORS, POINTS, TABLE, MATRICES, w, X, c]
SIZES = {"n": 3, "m": 4, "d": 2}
VALUES = draw(LEAVES, np.random.default_rng(5), SIZES, "positive")


def looped(e, values, env, sizes):
    """The value of one member, its free indices having the values of `env`: no axis but rows and columns."""
    def dim(q):
        return q if isinstance(q, int) else sum(c * np.prod([sizes[name] for name in mono], dtype=int)
                                                for mono, c in q.terms)

    def place(ref):
        return dim(ref.shift) + (env[ref.letter] if ref.letter else 0)

    if e.kind in (VAR, TANGENT):
        x = values[whole(e)]
        for ref, axis in zip(e.data.refs, e.data.axes, strict=bool(e.data.refs)):
            x = x[min(max(place(ref) - dim(axis.low), 0), len(x) - 1)]
        return x
    if e.kind is INDEX:
        return np.float64(place(e.data))
    if e.kind is IVERSON:
        left, right = place(e.data.left), place(e.data.right)
        return np.float64({"=": left == right, "!=": left != right, "<": left < right,
                           "<=": left <= right}[e.data.sign])
    if e.kind is OVER:
        word, index = e.data
        low = dim(index.low)
        members = [np.atleast_2d(looped(e.args[0], values, env | {index: v}, sizes))
                   for v in range(low, low + dim(index.size))]
        return {"sum": np.sum, "prod": np.prod, "max": np.max, "min": np.min}[word](np.stack(members), axis=0)
    args = [np.atleast_2d(looped(arg, values, env, sizes)) for arg in e.args]
    if e.kind is MUL and any(arg.kind is IVERSON and not x for arg, x in zip(e.args, args, strict=True)):
        return np.zeros([dim(q) for q in e.shape])
    if e.kind is POW and args[1] == 0:
        return np.ones([dim(q) for q in e.shape])
    leaves = [variable(f"p{r}", arg.shape) for r, arg in enumerate(e.args)]
    if e.kind is CALL:
        return np.reshape(call(e.data, args), [dim(q) for q in e.shape])
    new = node(e.kind, tuple(leaves), e.data, e.shape)
    return run(new, {leaf: np.float64(x[0, 0]) if leaf.is_scalar else x for leaf, x in zip(leaves, args, strict=True)},
               sizes)


def stacked(e, values, order, sizes):
    lows = [range(1, sizes[next(iter(index.size.terms))[0][0]] + 1) for index in order]
    members = [np.atleast_2d(looped(e, values, dict(zip(order, at_, strict=True)), sizes)) for at_ in every(*lows)]
    return np.reshape(members, (*(len(r) for r in lows), *members[0].shape))


def agrees(e, order=(), values=VALUES, sizes=SIZES):
    with silence():
        expected = stacked(e, values, order, sizes)
        given = {leaf: values[leaf] for leaf in givens(e)}
        found = np.asarray(evaluate(e, given, sizes, order))
    if not order:
        expected = expected if not e.is_scalar else expected[..., 0, 0]
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def x(*refs):
    return at(NUMBERS, *map(ref, refs))


def y(*refs):
    return at(OTHERS, *map(ref, refs))


def u(*refs):
    return at(VECTORS, *map(ref, refs))


def t(*refs):
    return at(TABLE, *map(ref, refs))


def mat(*refs):
    return at(MATRICES, *map(ref, refs))


def ref(place):
    return place if isinstance(place, Ref) else Ref(place) if isinstance(place, Index) else Ref(None, place)


def minus(p, q):
    return add(p, multiply(num(-1), q))


def square(e):
    return multiply(transpose(e), e) if not e.is_scalar else power(e, num(2))


CLOSED = {
    "squares": lambda: over("sum", i, square(minus(y(i), multiply(transpose(w), u(i))))),
    "pairs": lambda: over("sum", i, over("sum", j, multiply(t(i, j), square(minus(u(i), u(j)))))),
    "outer": lambda: over("sum", i, multiply(x(i), u(i), transpose(u(i)))),
    "vector": lambda: over("sum", i, multiply(x(i), u(i))),
    "product": lambda: over("prod", i, x(i)),
    "largest": lambda: over("max", i, multiply(transpose(u(i)), w)),
    "smallest": lambda: over("min", i, minus(x(i), y(i))),
    "diagonal": lambda: over("sum", i, t(i, i)),
    "constant place": lambda: multiply(x(2), over("sum", i, t(i, 1))),
    "inverses": lambda: over("sum", i, trace(inverse(add(mat(i), X)))),
    "cubes": lambda: over("sum", i, trace(matrix_power(mat(i), 3))),
    "index": lambda: over("sum", k, power(c, value_of(Ref(k)))),
    "index weight": lambda: over("sum", k, multiply(value_of(Ref(k)), x(k))),
    "blocks": lambda: over("sum", i, trace(multiply(block([[mat(i), u(i)]]), transpose(block([[X, w]]))))),
    "column": lambda: over("sum", i, multiply(slice_(mat(i), 0, 1, 1, 1), x(i))),
    "hadamard": lambda: over("sum", i, trace(multiply(hadamard(mat(i), X), mat(i)))),
    "two families": lambda: over("sum", i, over("sum", a, square(minus(u(i), at(POINTS, Ref(a)))))),
    "words": lambda: over("sum", i, over("sum", j, multiply(transpose(u(i)), X, u(j)))),
}


@pytest.mark.parametrize("name", CLOSED)
def test_closed(name):
    e = CLOSED[name]()
    assert not e.free
    agrees(e)


FREE = {
    "numbers": (lambda: multiply(x(i), over("sum", j, t(i, j))), (i,)),
    "two": (lambda: multiply(transpose(u(i)), u(j)), (j, i)),
    "vectors": (lambda: multiply(mat(j), u(i)), (i, j)),
    "matrices": (lambda: inverse(mat(i)), (i,)),
    "not all": (lambda: multiply(x(i), w), (i, a)),
    "none": (lambda: multiply(c, w), (i,)),
}


@pytest.mark.parametrize("name", FREE)
def test_free(name):
    make, order = FREE[name]
    agrees(make(), order)


def test_results_are_stacked():
    for e, shape in ((x(i), (3,)), (u(i), (3, 2)), (mat(i), (3, 2, 2)), (t(i, j), (3, 3))):
        assert as_result(evaluate(e, {whole(e): VALUES[whole(e)]}, SIZES), e.shape).shape == shape


def test_where_a_relation_fails_nothing_else_counts():
    """1/(x_i − x_j) is infinite where i = j, and a matrix minus itself has no inverse."""
    apart = iverson("!=", Ref(i), Ref(j))
    agrees(over("sum", i, over("sum", j, multiply(apart, power(minus(x(i), x(j)), num(-1))))))
    e = over("sum", i, over("sum", j, multiply(apart, trace(inverse(minus(mat(i), mat(j)))))))
    found = evaluate(e, {MATRICES: VALUES[MATRICES]}, SIZES)
    z = VALUES[MATRICES]
    pairs = [(p, q) for p in range(3) for q in range(3) if p != q]
    assert found == pytest.approx(sum(np.trace(np.linalg.inv(z[p] - z[q])) for p, q in pairs))


def test_products_over_a_condition():
    others = over("prod", j, power(x(j), iverson("!=", Ref(j), Ref(i))))
    zero = VALUES | {NUMBERS: np.array([2.0, 0.0, 5.0]).reshape(3, 1, 1)}
    agrees(others, (i,), zero)
    assert evaluate(others, {NUMBERS: [2.0, 0.0, 5.0]})[:, 0, 0].tolist() == [0, 10, 0]


def test_shifts():
    """Σ (x_{i+1} − x_i)² over i = 1 … n − 1; and what lies outside meets a relation."""
    short = Index("i", subtract(n, 1))
    agrees(over("sum", short, square(minus(x(Ref(short, 1)), x(short)))))
    inside = iverson("<=", Ref(i, 1), Ref(None, n))
    agrees(multiply(inside, power(minus(x(Ref(i, 1)), x(i)), num(-1))), (i,))
    assert all(sizes_for(dims_of(over("sum", short, x(Ref(short, 1)))), choice)["n"] > 1 for choice in range(5))


def test_indices_from_zero():
    zero = Axis(n + 1, 0)
    z, low = family("z", (1, 1), [zero]), Index("i", n + 1, 0)
    e = over("sum", low, multiply(value_of(Ref(low)), at(z, Ref(low))))
    assert evaluate(e, {z: [1.0, 10.0, 100.0]}) == 210


def test_calls():
    """Entry by entry, in stacks, and member by member."""
    book = standard()
    for name, e in (("exp", x(i)), ("log", add(x(i), c)), ("det", mat(i)), ("logdet", mat(i)), ("inv", mat(i)),
                    ("expm", mat(i)), ("softmax", u(i)), ("logsumexp", multiply(mat(i), w)), ("norm_op", mat(i)),
                    ("diag", u(i)), ("max", mat(i)), ("tril", mat(i)), ("kron", mat(i))):
        args = (e, X) if name == "kron" else (e,)
        overloads = book.overloads(name)
        f = next(o for o in overloads if len(o.params) == len(args) and fits(o, args))
        agrees(apply(f, *args), (i,))


def fits(f, args):
    return all((p.shape[1] == 1) <= (arg.shape[1] == 1) and ((p.shape[0] == 1) <= (arg.shape[0] == 1))
               for p, arg in zip(f.params, args, strict=True))


@st.composite
def formulas(draw_, free, depth=3):
    """A random scalar formula whose free indices are among `free`."""
    kind = draw_(st.sampled_from(["leaf", "sum", "product", "square", "over", "relation", "chain"] if depth else
                                 ["leaf"]))
    def inner(more=()):
        return draw_(formulas((*free, *more), depth - 1))

    def index():
        return draw_(st.sampled_from(free))

    if kind == "leaf" or (kind in ("relation", "chain") and not free):
        if not free:
            return draw_(st.sampled_from([c, num(3), multiply(transpose(w), X, w)]))
        return draw_(st.sampled_from([x(index()), y(index()), t(index(), index()), value_of(Ref(index())), c]))
    if kind == "sum":
        return add(inner(), inner())
    if kind == "product":
        return multiply(inner(), inner())
    if kind == "square":
        return power(inner(), num(2))
    if kind == "relation":
        sign = draw_(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
        return multiply(iverson(sign, Ref(index()), Ref(index(), draw_(st.integers(-1, 1)))), inner())
    if kind == "chain":
        return multiply(transpose(u(index())), mat(index()), u(index()))
    letter = next(z for z in (i, j, k, Index("l", n), Index("q", n)) if z not in free)
    return over(draw_(st.sampled_from(["sum", "sum", "prod", "max", "min"])), letter, inner((letter,)))


@given(formulas(()), st.integers(0, 10))
@settings(max_examples=150)
def test_random_formulas(e, seed):
    agrees(e, (), draw(LEAVES, np.random.default_rng(seed), SIZES))


@given(formulas((i, j)), st.integers(0, 10))
@settings(max_examples=100)
def test_random_formulas_with_free_indices(e, seed):
    agrees(e, (j, i), draw(LEAVES, np.random.default_rng(seed), SIZES))


def test_given_as_people_have_them():
    rng = np.random.default_rng(1)
    given_ = {NUMBERS: rng.normal(size=3), VECTORS: rng.normal(size=(3, 2)), MATRICES: rng.normal(size=(3, 2, 2)),
              TABLE: rng.normal(size=(3, 3))}
    arrays, sizes = bind(given_)
    assert {leaf: arrays[leaf].shape for leaf in given_} == {
        NUMBERS: (3, 1, 1), VECTORS: (3, 2, 1), MATRICES: (3, 2, 2), TABLE: (3, 3, 1, 1)}
    assert sizes == {"n": 3, "d": 2}
    for wrong in ({VECTORS: rng.normal(size=3)}, {NUMBERS: rng.normal(size=(3, 2))},
                  {MATRICES: rng.normal(size=(3, 2))}, {TABLE: rng.normal(size=(3, 4))}, {NUMBERS: 1.0}):
        with pytest.raises(InputError):
            evaluate(over("sum", i, at(*list(wrong), *[Ref(i)] * len(next(iter(wrong)).data.axes))), wrong)
    with pytest.raises(InputError, match="no value is given for x"):
        evaluate(over("sum", i, x(i)), {})


def test_sizes_are_seen():
    e = over("sum", i, over("sum", a, multiply(transpose(u(i)), at(POINTS, Ref(a)))))
    sizes = sizes_for(dims_of(e))
    assert set(sizes) == {"n", "m", "d"}
    assert len({*sizes.values()}) == 3
    known_sizes({"n": 2, "m": 3}, e)
    assert sizes_for(dims_of(over("sum", i, x(i))))["n"] == 3
    assert sizes_for(dims_of(x(5)))["n"] >= 5


def test_members_have_what_is_declared():
    rng = np.random.default_rng(3)
    definite = family("S", (d, d), [Axis(n), Axis(m)], frozenset({"spd"}))
    symmetric = family("W", (1, 1), [Axis(n), Axis(n)], frozenset({"sym"}))
    hot = family("Y", (1, 1), [Axis(n), Axis(m)], frozenset({"onehot"}))
    positive = family("p", (1, 1), [Axis(n)], frozenset({"positive"}))
    got = draw([definite, symmetric, hot, positive, moved(VECTORS)], rng, SIZES)
    assert got[definite].shape == (3, 4, 2, 2)
    assert np.linalg.eigvalsh(got[definite]).min() > 0.1
    assert np.array_equal(got[symmetric][..., 0, 0], got[symmetric][..., 0, 0].T)
    assert got[hot].shape == (3, 4, 1, 1)
    assert np.array_equal(got[hot].sum(axis=1).ravel(), np.ones(3))
    assert got[positive].shape == (3, 1, 1)
    assert got[positive].min() > 0
    assert got[moved(VECTORS)].shape == (3, 2, 1)
    v = rng.normal(size=(3, 2, 2))
    assert np.array_equal(project(v, v, frozenset({"sym"}))[1], (v[1] + v[1].T) / 2)
    q = retract(v, frozenset({"orthogonal"}))
    np.testing.assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(2), (3, 2, 2)), atol=1e-12)


def test_too_many_members_are_refused():
    big = over("sum", i, over("sum", j, over("max", k, add(x(i), x(j), x(k)))))
    with pytest.raises(LimitError):
        evaluate(big, {NUMBERS: np.ones(1000)})


def test_every_node_once():
    e = over("sum", i, add(power(x(i), num(2)), multiply(x(i), y(i))))
    assert len([part for part in postorder(e) if part.kind is VAR]) == 2


def test_large_sums():
    """A sum over three indices of a thousand values each needs no array of 10⁹ numbers."""
    size, rng = 1000, np.random.default_rng(0)
    big = over("sum", i, over("sum", j, over("sum", k, multiply(t(i, j), t(j, k), t(k, i), x(i)))))
    a, b = rng.normal(size=(size, size)), rng.normal(size=size)
    assert evaluate(big, {TABLE: a, NUMBERS: b}) == pytest.approx(float(np.sum(b[:, None] * (a @ a) * a.T)))
    gram = over("sum", i, multiply(x(i), u(i), transpose(u(i))))
    v = rng.normal(size=(size * 100, 5))
    c = rng.normal(size=size * 100)
    np.testing.assert_allclose(evaluate(gram, {VECTORS: v, NUMBERS: c}), v.T @ (c[:, None] * v))
