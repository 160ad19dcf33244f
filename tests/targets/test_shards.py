"""Programs for JAX whose rows lie on several devices: on any mesh they give what the same functions give in NumPy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcalc import api
from matcalc.diagnostics import MatcalcError
from tests.cli.sessions import run
from tests.rowwise.formulas import SUMS, Case, data

DEVICES = 4
SHARE = SUMS[::1 if os.environ.get("MATCALC_ALL_TARGETS") else 4]
NEEDS_JAX = pytest.mark.skipif(find_spec("jax") is None, reason="jax is not installed")
ON_MESHES = '''
import json, sys
import jax, jax.numpy as jnp, numpy as np
jax.config.update("jax_enable_x64", True)
assert jax.device_count() == 4

def flat(found):
    return [np.asarray(part).ravel().tolist() for part in jax.tree.leaves(found)]

def at_home(mesh, x, rows):
    """Cut where it can be."""
    spec = jax.P(mesh.axis_names) if x.ndim and len(x) == rows and not rows % mesh.size else jax.P()
    return jax.device_put(x, jax.NamedSharding(mesh, spec))

out = []
for case in json.load(open(sys.argv[1])):
    known = {"__name__": "program"}
    exec(case["source"], known)
    f, found = known["value_and_gradient"], []
    values = {name: jnp.asarray(value) for name, value in case["values"].items()}
    found.append(flat(f(**values)))
    for kind in (jax.sharding.AxisType.Auto, jax.sharding.AxisType.Explicit):
        mesh = jax.make_mesh((2, 2), ("a", "b"), axis_types=(kind, kind))
        with jax.set_mesh(mesh):
            placed = {name: at_home(mesh, x, case["rows"]) for name, x in values.items()}
            found.append(flat(jax.jit(f)(**placed)))
    out.append(found)
json.dump(out, sys.stdout)
'''


def environment() -> dict[str, str]:
    """One with several devices, which are threads."""
    return {**os.environ, "XLA_FLAGS": f"--xla_force_host_platform_device_count={DEVICES}", "JAX_PLATFORMS": "cpu"}


def posed(case: Case, rows: int) -> tuple[Any, dict[str, Any]]:
    """The derivative, and values under the names of its program."""
    d = api.grad(case.expr, case.wrt if len(case.wrt) > 1 else case.wrt[0], check=False)
    problem = next(iter(d.values())).problem if len(case.wrt) > 1 else d.problem
    typed = problem.variables if problem.indexed is None else problem.indexed.variables
    values = data(typed)
    if "W z_i" in case.expr:
        values["W"] = values["W"].T
    if case.expr.startswith("sum_i (x_i - u)"):
        values["u"] = values["u"][:3]
    full = len(data(["y"])["y"])
    values = {name: x[:rows] if x.ndim and len(x) == full else x for name, x in values.items()}
    values = values if problem.indexed is None else problem.indexed.named(values)
    return d, {"lambda_" if name == "lambda" else name: x for name, x in values.items()}


@NEEDS_JAX
def test_any_mesh_gives_what_numpy_gives(tmp_path: Path) -> None:
    cases, expected = [], []
    for k, case in enumerate(SHARE):
        rows = (13, 12, 3)[k % 3]  # some cannot be cut evenly, some are fewer than devices
        d, values = posed(case, rows)
        shard = "i" if "sum_i" in case.expr else "m"
        source = d.code("jax", check=False, functions=["value_and_gradient"], shard=shard)
        cases.append({"source": source, "rows": rows, "values": {n: x.tolist() for n, x in values.items()}})
        expected.append(d.function("numpy", functions=["value_and_gradient"]).value_and_gradient(**values))
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    (tmp_path / "run.py").write_text(ON_MESHES)
    done = subprocess.run([sys.executable, tmp_path / "run.py", tmp_path / "cases.json"], capture_output=True,
                          text=True, env=environment())
    assert done.returncode == 0, done.stderr
    for case, found, (value, slope) in zip(SHARE, json.loads(done.stdout), expected, strict=True):
        wanted = [np.ravel(value), *map(np.ravel, slope if isinstance(slope, tuple) else [slope])]
        assert len(found) == 3
        for one in found:
            for a, b in zip(one, wanted, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11, err_msg=case.expr)


@NEEDS_JAX
@pytest.mark.parametrize(("expr", "shard"), [
    ("sum_i log(1 + exp(-y_i*(x_i'w)))", "i"), ("log(sum(exp(X w)))", "m")])
def test_a_program_checks_itself_on_several_devices(expr: str, shard: str, tmp_path: Path) -> None:
    code, source, err = run("code", expr, "-w", "w", "--to", "jax", "--shard", shard, "--functions",
                            "f,gradient,value_and_gradient,hessian,hessian_product")
    assert code == 0, err
    assert "psum" in source
    assert "(19, " in source  # more rows than devices
    (tmp_path / "program.py").write_text(source)
    done = subprocess.run([sys.executable, tmp_path / "program.py"], capture_output=True, text=True, check=True,
                          env=environment())
    assert done.stdout.count("relative error") >= 5


@NEEDS_JAX
def test_rows_are_added_over_devices_and_stay_single(tmp_path: Path) -> None:
    source = api.grad("norm2(X w - y)^2", "w", check=False).code("jax", shard="m", check=False)
    (tmp_path / "program.py").write_text(source)
    (tmp_path / "run.py").write_text("""
import jax, jax.numpy as jnp
from program import f, gradient
mesh = jax.make_mesh((4,), ("d",), axis_types=(jax.sharding.AxisType.Auto,))
X, y, w = jnp.ones((64, 2), "float32"), jnp.ones(64, "float32"), jnp.ones(2, "float32")
with jax.set_mesh(mesh):
    X, y = (jax.device_put(x, jax.NamedSharding(mesh, jax.P("d"))) for x in (X, y))
    text = jax.jit(gradient).lower(X, w, y).compile().as_text()
    assert "all-reduce" in text and "all-gather" not in text, text  # no row leaves its device
    assert "f64" not in text
    assert gradient(X, w, y).dtype == jnp.float32
    assert gradient(X, w, y).sharding.is_fully_replicated
    assert jnp.allclose(jax.grad(f, 1)(X, w, y), gradient(X, w, y))
    assert jax.grad(f, 2)(X, w, y).shape == (64,)
for bad in (y[:, None], y[:63]):
    try:
        f(X, w, bad)
    except AssertionError as said:
        print(said)
""")
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == ["y is m, not (64, 1)", "y is m = (64,), not (63,)"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("sum(sort(X w).*y)", "--to", "jax", "--shard", "m"), "M1301", "“sort(X w)” is no sum over rows"),
    (("norm2(X w - y)^2", "--to", "jax", "--shard", "n"), "M1301", "no data have an axis of length n"),
    (("norm2(X w - y)^2", "--to", "numpy", "--shard", "m"), "M1308", "numpy does not cut rows"),
    (("norm2(X w - y)^2", "--to", "jax", "--shard", "m", "--explain"), "M0003", "explain-blocks"),
    (("norm2(X w - y)^2", "--to", "jax", "--shard", "m", "--dtype", "float32"), "M0525", "floats of the data")])
def test_what_is_not_cut_is_refused(words: tuple[str, ...], code: str, said: str) -> None:
    exit_code, _, err = run("code", *words, "-w", "w")
    assert exit_code in (2, 3)
    assert code in err
    assert said in err


def test_the_rows_of_dask_may_be_named() -> None:
    code, source, _ = run("code", "sum_i log(1 + exp(-y_i*(x_i'w)))", "-w", "w", "--to", "dask", "--shard", "i",
                          "--no-check")
    assert code == 0
    assert "in blocks of rows n" in source
    with pytest.raises(MatcalcError) as refused:
        api.grad("norm2(X w - y)^2", "w", check=False).code("dask", shard="n")
    assert refused.value.diagnostics[0].fixes == ("--shard m",)
