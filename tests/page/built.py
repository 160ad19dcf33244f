"""The site that the tests look at, built once for all of them, and what its building needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import pytest

from matcalc.diagnostics import InputError
from matcalc.page import engine, static


@cache
def pyodide() -> dict[str, bytes]:
    """The files of Pyodide; a test that needs them is skipped where they are not to be had."""
    try:
        return engine.engine()
    except InputError as lacking:
        pytest.skip(f"Pyodide is not here: {lacking}")


@cache
def site() -> Path:
    """A folder with the whole site."""
    pyodide()
    if which("node") is None:
        pytest.skip("node is not installed")
    folder = Path(_folder().name)
    static.write(folder)
    return folder


@cache
def _folder() -> TemporaryDirectory[str]:
    """A folder that goes when the tests end."""
    return TemporaryDirectory(prefix="matcalc-site-")
