"""The stable form: each law of the rule table at extreme points against mpmath, and what the pass makes of formulas."""

import warnings

import mpmath
import numpy as np
import pytest

import matcalc
from matcalc.core.dims import names
from matcalc.core.expr import variables
from matcalc.numeric.evaluate import run
from matcalc.rulebook.book import standard
from matcalc.rulecheck import check_block
from matcalc.rulecheck.soundness import stable_checks
from matcalc.stability.stable import stable
from tests.stability import high_precision
from tests.stability.test_extreme import error

BOOK = standard()
BLOCKS = [f for name in BOOK.names_stating("stable") for f in BOOK.overloads(name) if f.statements("stable")]
LAWS = [(f"{f.name}: {law.name}", law) for f in BLOCKS for said in f.statements("stable")
        for law in BOOK.stable_laws(f, said)]
SIZES = dict(zip("mnpq", (2, 3, 4, 2), strict=True))
POINTS = {"moderate": (0.3, 2.0), "saturated": (40.0, 90.0), "far": (600.0, 700.0), "near 0": (1e-12, 1e-9)}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_both_sides_are_equal_at_random_points(block):
    report = check_block(block, BOOK, (stable_checks,))
    assert report.checks
    assert [check for check in report.checks if not check.ok] == []


@pytest.mark.parametrize("law", [law for _, law in LAWS], ids=[name for name, _ in LAWS])
def test_the_right_side_is_right_at_extreme_points(law):
    met = 0
    for low, high in POINTS.values():
        for sign in (1, -1, 0):
            leaves = drawn(variables(law.pattern, law.replacement), low, high, sign)
            right = truth(law.pattern, leaves)
            asked = [truth(demand.expr, leaves) for demand in law.demands]
            if right is None or not all(x is not None and min(x.flat) > 0 for x in asked) or not is_a_number(right):
                continue
            met += 1
            given = {x: np.float64(v.item()) if x.is_scalar else v for x, v in leaves.items()}
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                found = run(law.replacement, given, SIZES)
            assert error(np.atleast_2d(found), right) < 1e-9, (low, sign, found)
    assert met


def is_a_number(right):
    """Whether floating point has numbers of that size."""
    largest = max(map(abs, right.flat))
    return largest < 1e300 and not 0 < largest < 1e-290


def drawn(leaves, low, high, sign):
    """Entries of this size and sign, of both for 0; a number that a law may ask to be positive is."""
    rng = np.random.default_rng(5)
    found = {}
    for x in leaves:
        shape = tuple(d if isinstance(d, int) else SIZES[next(iter(names(d)))] for d in x.shape)
        values = rng.uniform(low, high, shape) * (sign or rng.choice([-1.0, 1.0], shape))
        found[x] = rng.uniform(0.5, 3.0, shape) if x.is_scalar and x.data.name in "ck" else values
    return found


def truth(e, leaves):
    """The value with many digits, None where there is none."""
    try:
        found = high_precision.value(e, leaves, SIZES)
    except (ZeroDivisionError, ValueError, TypeError):
        return None
    return None if any(isinstance(x, mpmath.mpc) or not mpmath.isfinite(x) for x in found.flat) else found


@pytest.mark.parametrize(("text", "expected"), [
    ("sum(log(1 + exp(x)))", "sum(softplus(x))"),
    ("sum(y.*(1 - sigmoid(x)).*y)", "(y.^2)'*sigmoid(-x)"),
    ("sum(exp(-x)./(1 + exp(-x)).^2)", "sigmoid(x)'*sigmoid(-x)"),
    ("(x'*y)*norm2(x)^-3*y'*x", "(direction_of(x)'*y)^2/size_of(x)"),
    ("log(det(A)^2)", "log(det_sign(A)^2) + 2*logdet(A)"),
    ("sum(y.*(tanh(x).^3 - tanh(x)))", "-y'*(sech_squared(x).*tanh(x))"),
    ("sum(exp(x) - 1)", "sum(exp_minus_one(x))"),
    ("sum(x.^2)", "norm2(x)^2"),
])
def test_forms(text, expected):
    kinds = {"x": "vector(n)", "y": "vector(n)", "A": "matrix(n,n) invertible"}
    given = {name: kind for name, kind in kinds.items() if name in text}
    e = matcalc.parse(text, variables=given)
    assert stable(e, BOOK) is matcalc.parse(expected, variables=given)
    assert stable(stable(e, BOOK), BOOK) is stable(e, BOOK)


def test_the_printed_formula_stays():
    d = matcalc.grad("sum(log(1 + exp(x)))", wrt="x", variables={"x": "vector(n)"})
    before = d.ascii, d.latex, [step.after for step in d.steps]
    assert d.value({"x": [1000.0, -1000.0]}) == 1000.0
    assert (d.ascii, d.latex, [step.after for step in d.steps]) == before
    assert "log(1 + exp" in d.code().replace("log(exp(x) + 1)", "log(1 + exp")


def test_a_law_that_undoes_another_one_ends(tmp_path):
    rules = tmp_path / "my.rules"
    rules.write_text("elementwise mine(X: [m,n]) -> [m,n]\n  d = exp(X)\n  numpy = np.exp(X)\n  ref = mine\n"
                     "  stable there: exp(X) => mine(X)\n  stable back: mine(X) => exp(X)\n"
                     "  example sum(mine(X)) wrt X -> exp(X)\n")
    d = matcalc.grad("sum(exp(x))", wrt="x", variables={"x": "vector(n)"}, rules=str(rules))
    assert d.value({"x": [0.0, 0.0]}) == 2.0


def test_a_product_of_two_numbers_is_read_with_both():
    """t x of a law, where x is known: t is what is left without it."""
    kinds = dict.fromkeys("sta", "scalar")
    for text, expected in [("softplus(s) - t*s", "softplus(s)*(1 - t) + t*softplus(-s)"),
                           ("softplus(s) - t*a*s", "softplus(s)*(1 - t*a) + t*a*softplus(-s)"),
                           ("softplus(s) - t*a", "softplus(s) - t*a")]:
        given = {name: kind for name, kind in kinds.items() if name in text.replace("softplus", "")}
        assert stable(matcalc.parse(text, variables=given), BOOK) is matcalc.parse(expected, variables=given), text
    assert matcalc.grad("sum_i (log(1+exp(w'x_i)) - y_i w'x_i)", "w").ascii == "X'*(sigmoid(X*w) - y)"
