"""The rows of factorisations, which serve where a matrix is solved with several times, as the targets spell them."""

import numpy as np
import pytest

from matcalc.plan.node import Node
from matcalc.plan.text import Speller, Text
from matcalc.targets import target_named
from matcalc.targets.definition import Written
from matcalc.targets.module import module

rng = np.random.default_rng(0)
A = rng.standard_normal((4, 4))
S = A @ A.T + np.eye(4)
B, b = rng.standard_normal((4, 2)), rng.standard_normal(4)
L, U = np.linalg.cholesky(S), np.triu(A) + 3 * np.eye(4)
INVERSE = np.linalg.inv(S)
CASES = [("cholesky", "L", L), ("cholesky_solve", "L, B", INVERSE @ B), ("cholesky_solve", "L, b", INVERSE @ b),
         ("cholesky_logabsdet", "L", np.linalg.slogdet(S)[1]), ("cholesky_inverse", "L", INVERSE),
         ("cholesky_inverse_trace", "L", np.trace(INVERSE)),
         ("lu_solve", "F, B", np.linalg.solve(A, B)), ("lu_solve", "F, b", np.linalg.solve(A, b)),
         ("lu_solve_t", "F, B", np.linalg.solve(A.T, B)), ("lu_solve_t", "F, b", np.linalg.solve(A.T, b)),
         ("lu_det", "F", np.linalg.det(A)), ("lu_logabsdet", "F", np.linalg.slogdet(A)[1]),
         ("lu_signdet", "F", np.linalg.slogdet(A)[0]),
         ("lu_inverse", "F", np.linalg.inv(A)),
         ("solve_lower", "L, B", np.linalg.solve(L, B)),
         ("solve_lower", "L, b", np.linalg.solve(L, b)),
         ("solve_lower_t", "L, B", np.linalg.solve(L.T, B)),
         ("solve_upper", "U, B", np.linalg.solve(U, B)),
         ("solve_upper_t", "U, b", np.linalg.solve(U.T, b))]


def spelled(language, op, operands, shape):
    node = Node(op, tuple(Node("input", (), x, (4, 4), k) for k, x in enumerate(operands)), None, shape, 9)
    return Speller(language.rows, str).spell(node, [Text(x) for x in operands]).text


@pytest.mark.parametrize("target", ["jax", "torch", "array-api"])
@pytest.mark.parametrize(("op", "operands", "want"), CASES, ids=lambda x: x if isinstance(x, str) else "")
def test_the_rows_of_factors(target, op, operands, want):
    language = target_named(target)
    library = pytest.importorskip({"array-api": "array_api_strict"}.get(target, target))
    make = {"jax": np.asarray, "torch": getattr(library, "as_tensor", None),
            "array-api": getattr(library, "asarray", None)}[target]
    text = spelled(language, op, ["S"] if op == "cholesky" else operands.split(", "), np.shape(want))
    factor = spelled(language, "lu", ["A"], (4, 4)) if "F" in operands.split(", ") else "None"
    lines = ["def computed(xp, dtype, like, S, A, L, U, B, b):", f"    F = {factor}", f"    return {text}"]
    scope = {}
    exec(module(language, [Written("\n".join(lines), [])], [], "A kernel."), scope)
    like = {"dtype": getattr(library, "float64", float), "device": getattr(make(S), "device", None)}
    given = [make(x) for x in (S, A, L, U, B, b)]
    if target == "jax":
        with library.enable_x64(True):
            got = np.asarray(scope["computed"](None, float, like, *given))
    else:
        got = np.asarray(scope["computed"](library, None, like, *given))
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
