"""Every function of the rules, printed in every dialect and read back, and its generated code against the evaluator."""

import inspect
from functools import partial

import numpy as np
import pytest

from matcalc.algebra import add, apply, multiply, num, size
from matcalc.algebra.make import param_leaf
from matcalc.core.dims import evaluate as at
from matcalc.core.dims import format_dim, named
from matcalc.core.expr import variables
from matcalc.language import parse
from matcalc.numeric.evaluate import as_result, evaluate, smooth
from matcalc.printers import text
from matcalc.rulebook.book import standard
from matcalc.targets import numpy_source

FUNCTIONS = [f for f in standard().functions() if f.form != "notation"]
IDS = [str(f) for f in FUNCTIONS]
SIZES = {"m": 3, "n": 4, "p": 2, "q": 5, "k": 2, "w": 2}


def call(f):
    args = [size(named(p.name)) if p.kind != "value" else param_leaf(f, i) for i, p in enumerate(f.params)]
    return apply(f, *args)


def declaration(x):
    rows, columns = (format_dim(d) for d in x.shape)
    kind = "scalar" if x.is_scalar else f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"
    return " ".join([kind, *x.data.props])


@pytest.mark.parametrize("dialect", ["ascii", "unicode", "latex"])
@pytest.mark.parametrize("f", FUNCTIONS, ids=IDS)
def test_calls_are_read_back(f, dialect):
    declarations = {x.data.name: declaration(x) for x in variables(call(f))} | {"ZZ": "matrix(m,n)"}
    for e in (call(f), multiply(num(3), call(f)), add(call(f), multiply(call(f), num(2)))):
        assert parse(text(e, dialect), declarations, standard()).expr is e


def values(e):
    rng = np.random.default_rng(0)
    drawn = {}
    for x in variables(e):
        rows, columns = (at(d, SIZES.__getitem__) for d in x.shape)
        a = rng.uniform(0.2, 0.9, (rows, columns))
        drawn[x] = a.item() if x.is_scalar else a @ a.T + np.eye(rows) if rows == columns else a
    return drawn


def stand_in(name, *rest):
    """f(x), or f_1(x) with the derivative, of what stands for an unspecified function."""
    *order, x = rest
    return smooth(name, x, int(*order))


@pytest.mark.parametrize("f", FUNCTIONS, ids=IDS)
def test_code_equals_the_evaluator(f):
    e = call(f)
    drawn, scope = values(e), {}
    exec(compile(numpy_source(e, list(drawn)), "<generated>", "exec"), scope)
    parameters = inspect.signature(scope["gradient"]).parameters.values()
    sizes = {p.name: SIZES[p.name] for p in parameters if p.kind is p.KEYWORD_ONLY}
    unknown = {p.name: partial(stand_in, *p.name.split("_")) for p in list(parameters)[len(drawn):] if
               p.kind is not p.KEYWORD_ONLY}
    got, want = scope["gradient"](*drawn.values(), **unknown, **sizes), as_result(evaluate(e, drawn, SIZES), e.shape)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
    assert np.shape(got) == np.shape(want)
