"""Steps of random expressions: every one of them is an identity, whatever is differentiated."""

from __future__ import annotations

import random

import numpy as np
import pytest

import matcalc
from matcalc.diagnostics import MatcalcError
from matcalc.explanation import trace_of
from matcalc.printers import ascii_text
from tests import random_expressions as rx
from tests.explanation.proof import TOLERANCE, proofs

DECLARED = {name: ("scalar" if shape == (1, 1) else f"matrix({shape[0]},{shape[1]})" if shape[1] != 1
                   else f"vector({shape[0]})") + "".join(f" {p}" for p in props if name == "s")
            for name, (shape, props) in rx.LEAVES.items()}


@pytest.mark.parametrize("seed", range(60))
def test_steps_of_random_expressions(seed: int) -> None:
    rng = random.Random(seed)
    e = rx.build(rx.tree(rng, (1, 1) if seed % 3 else (rx.M, 1), rng.randint(2, 4)))
    names = [x.data.name for x in matcalc.core.expr.variables(e)]
    if not names:
        return
    wrt = rng.choice(names)
    try:
        derive = matcalc.grad if e.is_scalar else matcalc.jacobian
        d = derive(ascii_text(e), wrt, variables={n: DECLARED[n] for n in names}, structure="free", check=False)
    except MatcalcError:
        return
    found = [(move.rule, error) for move, error in proofs(d, trace_of(d))]
    assert [row for row in found if not row[1] < TOLERANCE and not np.isnan(row[1])] == []
