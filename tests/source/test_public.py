"""Functions of public repositories in the three spellings, as people write them: what is read has the value of the file
as it runs and its gradient. Wrong: none. What is refused stands here with its reason, and nothing else is."""

from __future__ import annotations

import pytest

from tests.source.public_files import cases, verdict

REFUSED = {  # by name, what the refusal says
    "autograd_net": "how many parts params has is not known",
    "barlow_twins": "c.div_ stands alone",
    "batched_quadratic": "Q has 3 axes",
    "crf": "all rows from the first to the last",
    "factorization_machine": "x has 3 axes",
    "gram_style": "y has 4 axes",
    "nanogpt_mlp": "what config.bias is, is not known here",
    "nca": "inf is no number",
    "ordered_einsum": "Q has 3 axes",
    "rlax_clipped": "stop_gradient is not read",
    "sinkhorn": "item is not read",
    "sklearn_huber": "this index is not read",
}
SHARE = 0.85  # of all that are read, in each spelling


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


def test_most_are_read_in_every_spelling() -> None:
    for program in ("numpy", "jax", "torch"):
        every = [name for name, case in cases().items() if case.program == program]
        assert len(every) >= 20
        assert sum(name not in REFUSED for name in every) >= 0.75 * len(every), program
    assert len(cases()) - len(REFUSED) >= SHARE * len(cases())
