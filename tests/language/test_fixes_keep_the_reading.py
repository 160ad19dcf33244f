"""A fix means what was typed but for the fault: it drops no argument, no sign and no definition, and keeps together
what belongs together."""

import pytest

import matcalc
from matcalc.diagnostics import MatcalcError

FIXES = {
    "log x*y": ["(log x).*y", "(log x)'y", "(log x)y'"],
    "sin x cos y": ["(sin x).*(cos y)", "(sin x)'(cos y)", "(sin x)(cos y)'"],
    "sin x y": ["sin (x.*y)", "sin x'y", "sin xy'"],
    r"x\cdot y z": [r"x\cdot (y.*z)", r"x\cdot y'z", r"x\cdot y z where y: scalar"],
    "min(a, b, c)": [], "x!": [], "f(x, y)": [], "|A|B|": [],
    "e'e; e = y - X b": ["e = y - X b; e'e"],
    "f(a) := a^2; f(a, b)": [],
}


@pytest.mark.parametrize("text", FIXES)
def test_fixes(text):
    with pytest.raises(MatcalcError) as caught:
        matcalc.parse(text)
    assert list(caught.value.diagnostics[0].fixes) == FIXES[text]


def test_a_fix_is_said_once():
    with pytest.raises(MatcalcError) as caught:
        matcalc.parse("x'(I - 11'/n)x")
    fixes = caught.value.diagnostics[0].fixes
    assert len(fixes) == len(set(fixes))
