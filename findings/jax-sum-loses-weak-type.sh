#!/bin/sh
# JAX with 64 bits: the number of entries that hold a condition turns float32 data into float64.
#
# Expected: jnp.where(c, 1.0, 0.0) is of weak type, it adapts to what it meets, and so should its sum be: what float32
# data are divided by is a number that was counted, and the result is float32, as it is for the Python number 3.0.
# What happens: jnp.sum gives a strong float64, and float32 divided by it is float64. A sum of the Booleans themselves,
# or of whole numbers, leaves float32 data alone.
# Seen when emitted Hessians of log-sum-exp, which count the entries that are the largest, doubled their precision.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2
"$folder/venv/bin/python" - <<'PYTHON'
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
data = jnp.ones(3, jnp.float32)
holds = jnp.asarray([True, False, True])
marks = jnp.where(holds, 1.0, 0.0)
kinds = {
    "the marks are weak": marks.weak_type,
    "their sum is weak": jnp.sum(marks).weak_type,
    "data / 2.0": str((data / 2.0).dtype),
    "data * marks": str((data * marks).dtype),
    "data / sum of marks": str((data / jnp.sum(marks)).dtype),
    "data / sum of Booleans": str((data / jnp.sum(holds)).dtype),
}
print("jax", jax.__version__)
for what, kind in kinds.items():
    print(f"{what:24} {kind}")
assert kinds == {"the marks are weak": True, "their sum is weak": False, "data / 2.0": "float32",
                 "data * marks": "float32", "data / sum of marks": "float64",
                 "data / sum of Booleans": "float32"}, "the behaviour has changed"
PYTHON
