"""At ties and kinks all languages give the same value, that of the table in docs/kinks.md."""

from __future__ import annotations

import shutil
from fractions import Fraction

import numpy as np
import pytest

from matcalc import MatcalcError, grad
from matcalc.core.expr import CALL
from matcalc.manual import kinks, without_value
from matcalc.rulebook.book import standard
from tests.targets.tools import Asked, agrees, run_octave, run_r

ROWS = [row for rows in kinks().values() for row in rows]
IDS = [f"{row.formula} by {row.wrt} at {','.join(row.at)}{' twice' * (row.order - 1)}" for row in ROWS]
TOOLS = {"octave": ("octave-cli", run_octave), "r": ("Rscript", run_r)}
LACKING = {("array-api", "bessel_i0e(x)")}  # of which the array API standard has nothing


def _name(row):
    return "gradient" if row.order == 1 else "hessian"


def _converter(target):
    """What makes an argument for the code of a target."""
    if target == "torch":
        torch = pytest.importorskip("torch", reason="torch is not installed")
        return lambda value: torch.as_tensor(value, dtype=torch.float64)
    if target == "jax":
        return pytest.importorskip("jax.numpy", reason="jax is not installed").asarray
    if target == "array-api":
        pytest.importorskip("array_api_compat", reason="array-api-compat is not installed")
    return np.asarray


@pytest.mark.parametrize("target", ["numpy", "jax", "torch", "array-api"])
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_python_gives_the_value_of_the_table(row, target):
    convert, d = _converter(target), row.derivation()
    if (target, row.formula) in LACKING:
        with pytest.raises(MatcalcError, match="has no kernel"):
            d.code(target, check=False)
        return
    program = getattr(d.function(target, check=False), _name(row))
    got = np.asarray(program(*(convert(row.values[name]) for name in d.inputs)))
    np.testing.assert_allclose(got, row.value(), rtol=1e-6, atol=1e-6)  # JAX counts in single precision here


@pytest.mark.parametrize("target", TOOLS)
def test_octave_and_r_give_the_value_of_the_table(target, tmp_path):
    tool, run = TOOLS[target]
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    asked = {}
    rows = {name: row for name, row in zip(IDS, ROWS, strict=True)
            if target == "octave" or all(value.ndim < 3 for value in row.values.values())}  # R has two axes here
    for name, row in rows.items():
        d = row.derivation()
        given = [row.values[x] for x in d.inputs]
        asked[name.replace("'", "T")] = Asked(d.code(target, check=False), _name(row), given, checks=False)
    got = run(asked, tmp_path)
    wrong = {name: (found, row.value()) for row, (name, found) in zip(rows.values(), got.items(), strict=True)
             if not agrees(found.value, row.value(), target == "octave")}
    assert wrong == {}


@pytest.mark.parametrize("row", [row for row in ROWS if row.sides() is not None], ids=lambda row: row.formula)
def test_left_and_right_are_slopes_of_the_function(row):
    """Differences of NumPy's values beside the point, of the derivative below where it is a second one."""
    d, h, x = row.derivation(), 1e-4, row.values[row.wrt]
    below = d.value if row.order == 1 else grad(row.formula, row.wrt, check=False).evaluate
    for sign, slope in zip((-1, 1), row.sides(), strict=True):
        near, far = (float(below({**row.values, row.wrt: x + sign * k * h})) for k in (1, 2))
        assert sign * (far - near) / h == pytest.approx(slope, rel=1e-3, abs=1e-3)


def test_a_rule_that_promises_a_value_has_a_point():
    left_out = without_value(standard(), ROWS)
    assert left_out
    promised = [f.name for f in left_out if {"taken", "share", "keep"} & {*f.fields["kink"].split()}]
    assert promised == []


def test_what_a_rule_says_is_taken():
    """“at 0 the derivative is taken as t - 1”: that is the value at 0."""
    said = 0
    for row in ROWS:
        d = row.derivation()
        words = " ".join(d.conditions).rpartition(" the derivative is taken as ")[2]
        is_number = words.replace(".", "").replace("/", "").isdigit()
        if is_number and row.order == 1 and d.problem.f.kind is CALL and d.problem.f.args[0] is d.problem.wrt[0]:
            assert float(Fraction(words)) == pytest.approx(float(row.value())), row.formula
            said += 1
    assert said >= 5
