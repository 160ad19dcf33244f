"""Targets: a derivative as a file of functions that checks itself against central differences when it is run. A target
is a text file, NAME.target: how its language spells each kernel of a plan, and what stands around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matcalc.diagnostics import fail

if TYPE_CHECKING:
    from matcalc.core.expr import Expr
    from matcalc.targets.language import Language

TARGETS = ("numpy", "jax", "torch", "array-api", "dask", "octave", "matlab", "r", "cpp", "julia", "pure")
ALIASES = {"matlab": "octave"}
SHARDED = {"jax": "jax-shards", "dask": "dask"}  # as what a target is written whose rows are cut
COMPILED = ("numpy", "jax", "torch", "array-api", "dask", "pure")  # those whose text Python runs
ENDINGS = {  # of the files that each is written to; an ending means the first that has it
    "numpy": (".py",), "jax": (".py",), "torch": (".py",), "array-api": (".py",),
    "dask": (".py",), "octave": (".m",), "matlab": (".m",),
    "r": (".R",), "cpp": (".hpp", ".h"), "julia": (".jl",), "pure": (".py",)}


def target_named(name: str, dtype: str = "", shard: str = "") -> Language:
    """A target; with a `dtype` functions convert their arguments to it, with a `shard` they cut their rows. Raises
    KeyError where there is none of this name, InputError where the language has no such floats or no such cuts."""
    from matcalc.targets.language import language

    if name not in TARGETS:
        raise KeyError(name)
    if shard and name not in SHARDED:
        raise fail("M1308", f"{name} does not cut rows", fixes=tuple(f"--to {known}" for known in SHARDED))
    found = language(SHARDED[name] if shard else ALIASES.get(name, name), dtype)
    if dtype and found.rows.settings.get("by") == "rows":
        raise fail("M0525", f"a program on blocks of rows computes in the floats of the data, not in {dtype}")
    if not found.converts():
        raise fail("M0525", f"{found.title} has no {dtype}", fixes=("--dtype float64",))
    return found


def numpy_source(e: Expr, inputs: Sequence[Expr], name: str = "gradient") -> str:
    """A Python function of `inputs` that computes `e` with NumPy."""
    from matcalc.targets.module import source

    return source(e, inputs, name, target_named("numpy"))


__all__ = ["COMPILED", "ENDINGS", "TARGETS", "numpy_source", "target_named"]
