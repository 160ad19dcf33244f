"""Functions of public repositories in the three spellings, as people write them: what is read has the value of the file
as it runs and its gradient. Wrong: none. What is refused stands here with its reason, and nothing else is."""

from __future__ import annotations

import pytest

from tests.source.public_files import cases, verdict

REFUSED: dict[str, str] = {}  # by name, what the refusal says


@pytest.mark.parametrize("name", cases())
def test_a_public_function_is_read_or_refused(name: str) -> None:
    case = cases()[name]
    pytest.importorskip(case.program)
    pytest.importorskip("scipy")
    found = verdict(case)
    if name in REFUSED:
        assert found.startswith("refused")
        assert REFUSED[name] in found
    else:
        assert found == "right"
