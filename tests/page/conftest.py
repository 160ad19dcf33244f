"""Debian's Chromium, for the tests that look at the page as a reader does."""

from __future__ import annotations

from collections.abc import Iterator
from shutil import which
from typing import Any

import pytest


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of one module; what uses it is skipped by name where playwright or Chromium is lacking."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as found:
        started = found.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()
