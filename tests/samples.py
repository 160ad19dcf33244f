"""How much of a large sample every run takes: a share of it, and all of it in the run of what is slow (-m slow)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

SHARE = 4
_state = {"all": False}


def take_all(config: pytest.Config) -> None:
    """Called before the tests are read: whether this is the run of what is slow."""
    _state["all"] = config.getoption("markexpr") == "slow"


def sampled(examples: int) -> Callable[[Any], Any]:
    """A property of so many examples, of which every run tries a share."""
    def decorated(test: Any) -> Any:
        taken = examples if _state["all"] else -(-examples // SHARE)
        made = settings(max_examples=taken)(test)
        return pytest.mark.slow(made) if _state["all"] else made
    return decorated


def texts(max_size: int) -> st.SearchStrategy[str]:
    """Any text, a third of its characters ASCII; `st.text` would first make a table of all of Unicode, for seconds."""
    codes = st.one_of(st.integers(0x20, 0x7E), st.integers(0, 0xD7FF), st.integers(0xE000, 0x10FFFF))
    return st.lists(codes.map(chr), max_size=max_size).map("".join)


def some(values: Iterable[Any], always: int = 1) -> list[Any]:
    """Parameters of a test, of which the first `always` are in every run and all others in the slow one."""
    return [value if i < always else _slow(value) for i, value in enumerate(values)]


def shared(values: Iterable[Any], step: int) -> list[Any]:
    """Parameters of a test, of which every `step`-th is in every run and all others in the slow one."""
    return [value if i % step == 0 else _slow(value) for i, value in enumerate(values)]


def _slow(value: Any) -> Any:
    return pytest.param(*value if isinstance(value, tuple) else (value,), marks=pytest.mark.slow)
