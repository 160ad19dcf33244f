"""A power of a norm is shown as the power that it is, whatever the fraction: against NumPy at a point."""

import numpy as np

import matcalc
from matcalc.core.expr import givens
from matcalc.numeric.evaluate import evaluate

X = np.array([0.7, -1.2, 2.1])
POWERS = {"1.5": 3 / 2, "1/2": 1 / 2, "-0.5": -1 / 2, "7/3": 7 / 3, "0.3": 0.3, "-2.5": -5 / 2, "3": 3, "4/3": 4 / 3}


def test_a_fraction_above_a_norm_stays_one():
    for q, number in POWERS.items():
        shown = matcalc.grad(f"norm2(x)^({q})", "x")
        for said in (shown.ascii, shown.unicode, shown.latex):
            read = matcalc.parse(said, {"x": "vector(n)"})
            value = evaluate(read, dict.fromkeys(givens(read), X[:, None]))
            assert np.allclose(np.ravel(value), number * np.linalg.norm(X) ** (number - 2) * X), said
