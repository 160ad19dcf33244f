"""Linnea's application problems are read as meant, and what their textbook order costs is known."""

import numpy as np
import pytest

import matcalc
from tests.linnea import Case, cases, textbook_flops

CASES = cases()
_MADE = {
    "spd": lambda x: x @ x.T + np.eye(len(x)),
    "sym": lambda x: x + x.T + 4 * np.eye(len(x)),
    "diag": lambda x: np.diag(1 + np.abs(np.diag(x))),
    "lower": lambda x: np.tril(x) + 3 * np.eye(len(x)),
    "invertible": lambda x: x + 3 * np.eye(len(x)),
}


def _draw(case: Case) -> dict[str, object]:
    rng = np.random.default_rng(1)
    dims = {name: 3 + k for k, name in enumerate(sorted(case.sizes, key=case.sizes.get))}
    values = {}
    for name, declared in case.declared.items():
        kind, _, rest = declared.partition("(")
        if kind.startswith("scalar"):
            values[name] = 2.5
            continue
        shape = [dims[dim] for dim in rest.partition(")")[0].split(",")]
        x = rng.standard_normal(shape * 2 if kind in _MADE else shape)
        made = next((word for word in _MADE if word in declared), None)
        values[name] = _MADE[made](x) if made else x
    return values | dims


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_value_is_what_numpy_computes(case: Case) -> None:
    values = _draw(case)
    scope = {name.replace("lambda", "lambda_"): value for name, value in values.items()}
    scope |= {"inv": np.linalg.inv, "eye": np.eye}
    for name, _, text in case.where:
        scope[name] = eval(text, scope)  # noqa: S307 - the text is part of the tests
    for text, (_, meant) in zip(case.texts(), case.results, strict=True):
        given = {name: value for name, value in values.items() if name in case.declared}
        found = matcalc.simplify(text, variables=case.declared).evaluate(given)
        np.testing.assert_allclose(found, eval(meant, scope), rtol=1e-8, atol=1e-10)  # noqa: S307 - likewise


def test_the_textbook_order_of_least_squares() -> None:
    """X'X, its inverse, then (inverse X') y from the left."""
    n, m = CASES[0].sizes["n"], CASES[0].sizes["m"]
    assert textbook_flops(CASES[0]) == 2 * n * m**2 + 2 * m**3 + 2 * m**2 * n + 2 * m * n


def test_every_problem_has_a_cost() -> None:
    assert len(CASES) == 25
    assert all(textbook_flops(case) > 0 for case in CASES)


if __name__ == "__main__":
    for case in CASES:
        print(f"{case.id}  {case.title:52s}{textbook_flops(case):.2e}")
