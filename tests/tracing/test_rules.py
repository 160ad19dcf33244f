"""The example of every rule, traced: what the rules state agrees with finite differences of the trace, line by line."""

from __future__ import annotations

import re

import pytest

from matcalc.core.function import Function
from matcalc.diagnostics import NoRuleError
from matcalc.manual import kind
from matcalc.rulebook.book import standard
from matcalc.tracing.traced import traced

EXAMPLES = [(f, line.partition("->")[0].partition(" wrt ")[0].strip())
            for f in standard().functions() for line in f.fields.get("example", "").splitlines()]


@pytest.mark.parametrize(("function", "source"), EXAMPLES, ids=[source for _, source in EXAMPLES])
def test_adjoints(function: Function, source: str) -> None:
    positive = re.findall(r"(?:^|; *)(\w+) positive", function.fields.get("domain", ""))
    declared = {p.name: kind(p) + " positive" * (p.name in positive and p.shape == (1, 1)) for p in function.params
                if p.kind == "value" and p.name in source}
    is_partly = function.has("last") or any(key.startswith("none.") for key in function.fields)
    if is_partly:  # a trace takes the derivative by every argument
        refused = f"the derivative of {function.known_as} by|{function.known_as} has no derivative by"
        with pytest.raises(NoRuleError, match=refused):
            traced(source, {}, random={}, variables=declared).reverse()
        return
    adjoints, check = traced(source, {}, random={}, variables=declared).reverse()
    assert check.ok is True, check
    assert len(adjoints) == check.count
