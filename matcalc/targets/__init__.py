"""Targets: an expression as a function, a derivative as a module that checks itself against central differences when
it is run. A target is a module that holds a `TARGET`; NumPy is the one there is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcalc.core.expr import Expr
    from matcalc.targets.target import Target

TARGETS = ("numpy",)
COMPILED = ("numpy",)  # those whose text Python runs
ENDINGS = {"numpy": (".py",)}  # of the files that each is written to; an ending means the first that has it


@cache
def target_named(name: str, dtype: str = "") -> Target:
    """The record of a target; with a `dtype` functions convert their arguments to it. Raises KeyError where there is
    none of this name."""
    if name not in TARGETS:
        raise KeyError(name)
    module = import_module(f"{__name__}.{name}")
    found: Target = module.typed(dtype) if dtype else module.TARGET
    return found


def numpy_source(e: Expr, inputs: Sequence[Expr], name: str = "gradient") -> str:
    """A Python function of `inputs` that computes `e` with NumPy."""
    from matcalc.targets.module import source

    return source(e, inputs, name, target_named("numpy"))


__all__ = ["COMPILED", "ENDINGS", "TARGETS", "numpy_source", "target_named"]
