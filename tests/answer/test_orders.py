"""Every function of rules/ has Jacobians, Hessians and differentials of higher order, or is refused by its name.

The expressions come from the rule table alone: a call in fresh variables of the domain, against finite differences.
"""

import pytest

import matcalc
from matcalc.checking.verdicts import worst_of
from matcalc.core.dims import format_dim
from matcalc.core.function import GIVEN
from matcalc.limits import work
from matcalc.rulebook.book import standard
from matcalc.rulebook.read import signature
from matcalc.rulecheck.specimen import clauses
from tests.samples import shared

DECLARED = {"sym": "sym", "positive": "positive", "invertible": "invertible"}
SLOW = {"dlogm": "the logarithm of matrices of 8 times the size, four times over"}
ONCE = {("dadj", "X"): "its derivative is the third one of a determinant; the fourth is not written out"}
# Of what takes a function, second derivatives by the first argument are refused: tests/functions/test_functionals.py.
PLACES = [(function, i) for function in standard().functions() for i, param in enumerate(function.params)
          if param.kind == "value" and function.name not in SLOW and not (GIVEN in function.fields and i == 0)
          and f"none.{param.name}" not in function.fields]
TWICE = [(function, i) for function, i in PLACES if (function.name, function.params[i].name) not in ONCE]


def declared(function):
    """Each parameter as a user would declare it to be inside the domain."""
    words = {name: DECLARED[clause.word.removesuffix(" for the derivative")] for clause in clauses(function)
             for name in clause.names() if clause.word.removesuffix(" for the derivative") in DECLARED}
    return {p.name: " ".join([_kind(*p.shape), words.get(p.name, ""), *sorted(p.props)])
            for p in function.params if p.kind == "value"}


def _kind(rows, columns):
    if (rows, columns) == (1, 1):
        return "scalar"
    return f"vector({format_dim(rows)})" if columns == 1 else f"matrix({format_dim(rows)},{format_dim(columns)})"


def _call(function):
    given = [function.fields[GIVEN]] if GIVEN in function.fields else []
    return f"{function.known_as}({', '.join([*(p.name for p in function.params), *given])})"


def _name(v):
    return signature(v) if hasattr(v, "params") else str(v)


@pytest.mark.parametrize(("function", "i"), PLACES, ids=_name)
def test_orders_one_and_two(function, i):
    x, known = function.params[i].name, declared(function)
    scalar = _call(function)
    if function.result != (1, 1):
        scalar, known["G_0"] = f"tr(G_0'*{scalar})", _kind(*function.result)
    with work(0):  # it may take its time on a busy machine
        found = [matcalc.jacobian(_call(function), x, variables=declared(function), structure="free",
                                  check=False).verify(1)]
        if (function.name, x) not in ONCE:
            found.append(matcalc.hessian(scalar, x, variables=known, structure="free", check=False).verify(1))
    assert worst_of(found).ok


@pytest.mark.parametrize(("function", "i"), shared(TWICE, 3), ids=_name)
def test_order_three(function, i):
    x = function.params[i].name
    with work(0):
        third = matcalc.differential(_call(function), x, order=3, variables=declared(function), check=False)
        assert third.verify(1).ok


def test_what_states_no_differential_is_refused_by_name(tmp_path):
    file = tmp_path / "mine.rules"
    file.write_text("function mystery(X: [n,n]) -> [n,n]\n  numpy = X @ X\n  ref = nobody\n", encoding="utf-8")
    with pytest.raises(matcalc.MatcalcError, match=r"mystery.*needed for mystery\(X\)") as refused:
        matcalc.hessian("tr(mystery(X))", "X", rules=file)
    assert refused.value.exit_code == 3
