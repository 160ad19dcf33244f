"""What others call the functions of the rules: the tables of numpy_names.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def table(name: str) -> dict[str, str]:
    """One table of the file."""
    file = Path(__file__).with_name("numpy_names.toml")
    found: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))[name]
    return found


def names() -> dict[str, str]:
    """What NumPy, SciPy, JAX and PyTorch call the functions of the rules."""
    return table("same")


@cache
def definitions() -> dict[str, tuple[str, str]]:
    """Functions of others that are an expression in those of the rules: parameter and text."""
    calls = {left.rstrip(")").partition("("): text for left, text in table("defined").items()}
    return {name: (parameter, text) for (name, _, parameter), text in calls.items()}
