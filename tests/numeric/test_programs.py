"""Programs: what is emitted is what is evaluated. Values against NumPy and against the numeric templates of the rules,
and tables that are broken on purpose, which the check of an answer has to notice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import matcalc
from matcalc.algebra import inverse, multiply, num, power, transpose, variable
from matcalc.algebra.indexed import at, family
from matcalc.checking.stated import Statement, Trials
from matcalc.checking.verification import check
from matcalc.core.dims import named
from matcalc.core.expr import CALL, givens, node
from matcalc.core.indices import Axis, Index, Ref
from matcalc.diagnostics import ContradictionError
from matcalc.limits import once, work
from matcalc.numeric import compiled, interpret
from matcalc.numeric.evaluate import bind, program, run, silence
from matcalc.plan.table import FOLDER, read
from matcalc.rulebook.book import standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck.specimen import Specimen
from tests import random_expressions as rx
from tests.samples import sampled

SINGULAR = 1e4
n = named("n")
A, S = variable("A", (n, n)), variable("S", (n, n), frozenset({"spd"}))
x, y = variable("x", (n, 1)), variable("y", (n, 1))


def drawn(seed: int) -> dict[str, np.ndarray]:
    return rx.draw_values(seed % 1000)


@sampled(200)
@given(st.integers(0, 10**9))
def test_random_formulas_have_the_values_of_numpy(seed: int) -> None:
    """Several roots together, at two points, the second by what changes between them."""
    rng = random.Random(seed)
    trees = [rx.tree(rng, rng.choice([(1, 1), (rx.M, rx.M), (rx.M, 1), (rx.M, rx.N), (1, rx.M)]), rng.randint(2, 5))
             for _ in range(rng.randint(1, 3))]
    exprs = [rx.build(tree) for tree in trees]
    first, second = drawn(seed), drawn(seed + 1)
    moved = {name: second[name] for name in rng.sample(sorted(first), 3)}
    with silence():
        due, later = ([rx.value(tree, values) for tree in trees] for values in (first, {**first, **moved}))
        assume(all(np.all(np.abs(value) < SINGULAR) for value in (*due, *later)))
        found = program(*exprs).at(_leaves(first), rx.SIZES)
        again = [found.again(e, _leaves(moved)) for e in exprs]
    for e, got, other, want, then in zip(exprs, (found[e] for e in exprs), again, due, later, strict=True):
        assert np.ndim(got) == (0 if e.is_scalar else 2)
        close(got, want)
        close(other, then)
    assert not found.largest < max(float(np.max(np.abs(value))) for value in due) * (1 - 1e-7)


def _leaves(values: dict[str, np.ndarray]) -> dict:
    return bind({rx.leaf(name): value if np.size(value) > 1 else float(value[0, 0])
                 for name, value in values.items()})[0]


def close(got: object, want: np.ndarray) -> None:
    np.testing.assert_allclose(np.reshape(got, np.shape(want)), want, rtol=1e-7,
                               atol=1e-8 * max(1.0, float(np.max(np.abs(want)))))


@pytest.mark.parametrize("function", [f for f in standard().functions() if "numpy" in f.fields], ids=signature)
def test_functions_have_the_values_of_their_templates(function) -> None:
    """Most templates are read as kernels; that is the same, for one member and for a family of them."""
    block = Specimen(function, standard())
    i = Index("i", named("members"))
    for point in block.points()[:2]:
        with silence():
            want = point.call()
            close(point.value(block.raw), np.asarray(want))
        if any(leaf.is_scalar and leaf.data.props for leaf in block.places) or not block.places:
            continue
        families = {leaf: family(leaf.data.name, leaf.shape, [Axis(i.size)], leaf.data.props) for leaf in block.places}
        members = [at(families[arg], Ref(i)) if arg in families else arg for arg in block.arguments]
        e = node(CALL, tuple(members), function, block.raw.shape)
        values = {families[leaf]: np.stack([np.atleast_2d(value)] * 2) for leaf, value in point.values.items()}
        with silence():
            got = run(e, values, {**point.sizes, "members": 2})
        for member in got:
            close(member, np.asarray(want))


def test_declarations_do_not_count() -> None:
    """A derivative is checked in directions that leave a structure too: what is given is computed with as it is."""
    s = np.array([[2.0, 1.0], [0.0, 3.0]])
    assert np.array_equal(run(transpose(S), {S: s}, {"n": 2}), s) == (transpose(S) is S)
    e = multiply(transpose(x), S, y)
    assert run(e, {S: s, x: np.array([[1.0], [0.0]]), y: np.array([[0.0], [1.0]])}, {"n": 2}) == 1.0


def test_what_a_condition_leaves_out_does_not_count() -> None:
    """|x_i − x_j|⁻¹ is infinite where i = j, and not used there."""
    d = matcalc.grad("sum_{i != j} 1/norm2(x_i - x_j)", "x_k", check=False)
    f = d.problem.settled(d.problem.f)
    (points,) = givens(f)
    values = {points: np.random.default_rng(0).normal(size=(4, 3, 1))}
    sizes = {str(points.data.axes[0].size): 4, str(points.shape[0]): 3}
    with silence():
        found = program(f).at(values, sizes)
    assert np.isfinite(found[f])
    assert np.isfinite(found.largest)


def test_what_is_not_finite_counts() -> None:
    c = variable("c", (1, 1))
    e = power(power(c, num(-1)), num(-2))
    with silence():
        assert not program(power(c, num(-1)), e).at({c: np.float64(0)}, {}).largest < 1e300


def test_a_question_has_one_set_of_programs() -> None:
    with work():
        assert program(A) is program(A)
        assert once("something", list) is once("something", list)
    assert once("something", list) is not once("something", list)


BROKEN = [  # the row of a kernel, what stands in it instead, an answer that needs it
    ("matvec              product  {0} @ {1}", "2 * {0} @ {1}", "x'*A*x", "x"),
    ("vecmat              product  {1} @ {0}", "{1} @ {0}.T", "sum((A'*x).^3)", "x"),
    ("outer               call     np.outer({0}, {1})", "np.outer({1}, {0})", "x'*A*y", "A"),
    ("inverse             call     np.linalg.inv({0})", "np.linalg.inv({0}).T", "x'*inv(A)*y", "A"),
    ("reciprocal          product  1 / {0}", "2 / {0}", "log(x'*x)", "x"),
    ("row                 call     {0}", "{0} * 2", "sum(A*diag(x).*A)", "A"),
]


@pytest.fixture
def tables() -> Iterator[Callable[[str, str], None]]:
    """Puts another row into the table of NumPy's target, until the end of the test."""
    true = compiled.table
    with open(f"{FOLDER}/numpy.target", encoding="utf-8") as file:
        text = file.read()

    def forgotten() -> None:
        interpret._KERNELS.steps.clear()
        interpret._KERNELS.compiled.cache_clear()

    def put(row: str, other: str) -> None:
        assert text.count(f"\n{row}\n") == 1
        kernel, level, _ = row.split(None, 2)
        broken = read(text.replace(f"\n{row}\n", f"\n{kernel} {level} {other}\n"), "numpy")
        compiled.table = lambda name: broken if name == "numpy" else true(name)
        forgotten()

    yield put
    compiled.table = true
    forgotten()


@pytest.mark.parametrize(("row", "other", "formula", "wrt"), BROKEN, ids=[b[0].split()[0] for b in BROKEN])
def test_differences_check_what_is_emitted(row, other, formula, wrt, tables) -> None:
    d = matcalc.grad(formula, wrt, variables={"A": "matrix(n,n)", "x": "vector(n)", "y": "vector(n)"}, check=False)
    (s,) = d.statements
    assert isinstance(s, Statement)
    assert check(s, Trials(2)).ok is True
    tables(row, other)
    assert check(s, Trials(2)).ok is False


def test_an_answer_computed_with_a_broken_table_is_refused(tables) -> None:
    """The check of an answer that stays a sum is one of NumPy."""
    formula = "sum_i prod_j tanh(A_ij*x_j)"
    matcalc.grad(formula, "x_k")
    tables("prod                call     {0}.prod({reduced})", "({0}.prod({reduced}))**2")
    with pytest.raises(ContradictionError):
        matcalc.grad(formula, "x_k")


def test_members_without_a_value_do_not_matter() -> None:
    """Of two matrices one is singular."""
    i = Index("i", named("m"))
    matrices = family("A", (n, n), [Axis(named("m"))])
    member = at(matrices, Ref(i))
    values = {matrices: np.stack([np.eye(2), np.zeros((2, 2))])}
    with silence():
        found = run(inverse(member), values, {"n": 2, "m": 2})
    assert np.array_equal(found[0], np.eye(2))
    assert np.all(np.isnan(found[1]))
