"""What others call the functions of the rules: the tables of numpy_names.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, str]:
    """One table of the file."""
    found: dict[str, str] = _file()[name]
    return found


@cache
def _file() -> dict[str, Any]:
    file = Path(__file__).with_name("numpy_names.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def names() -> dict[str, str]:
    """What NumPy, SciPy, JAX and PyTorch call the functions of the rules."""
    return table("same")


@cache
def definitions() -> dict[str, tuple[str, str]]:
    """Functions of others that are an expression in those of the rules: parameter and text."""
    calls = {left.rstrip(")").partition("("): text for left, text in table("defined").items()}
    return {name: (parameter, text) for (name, _, parameter), text in calls.items()}


@cache
def unknown_here() -> frozenset[str]:
    """Functions of others that no rule has and no expression stands for."""
    return frozenset(_file()["unknown"]["names"])
