"""Targets: a derivative as a file of functions that checks itself against central differences when it is run. A target
is a text file, NAME.target: how its language spells each kernel of a plan, and what stands around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matcalc.core.expr import Expr
    from matcalc.targets.language import Language

TARGETS = ("numpy", "pure")
COMPILED = ("numpy", "pure")  # those whose text Python runs
ENDINGS = {"numpy": (".py",), "pure": (".py",)}  # of the files that each is written to; an ending means the first that has it


def target_named(name: str, dtype: str = "") -> Language:
    """A target; with a `dtype` functions convert their arguments to it. Raises KeyError where there is none of this
    name."""
    from matcalc.targets.language import language

    if name not in TARGETS:
        raise KeyError(name)
    return language(name, dtype)


def numpy_source(e: Expr, inputs: Sequence[Expr], name: str = "gradient") -> str:
    """A Python function of `inputs` that computes `e` with NumPy."""
    from matcalc.targets.module import source

    return source(e, inputs, name, target_named("numpy"))


__all__ = ["COMPILED", "ENDINGS", "TARGETS", "numpy_source", "target_named"]
