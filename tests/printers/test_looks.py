"""The look a rule gives to its function: brackets around and inside a template."""

import pytest

from matcalc.algebra import add, apply, inverse, multiply, negate, transpose, variable
from matcalc.core.dims import named
from matcalc.core.function import Function, Param
from matcalc.printers import text

N = named("n")
Q, R = variable("Q", (N, N)), variable("R", (N, N))


def function(look, *params):
    read = tuple(Param(p, (N, N)) for p in params)
    return Function("fun", read, (N, N), "function", {"latex": look})


@pytest.mark.parametrize(("look", "expected"), [
    ("{X}^{+}", ["Q^{+}", "(Q + R)^{+}", "(Q^{+})^{2}", "R Q^{+}", "Q^{+} - R"]),
    (r"\log\det({X})", [r"\log\det(Q)", r"\log\det(Q + R)", r"(\log\det(Q))^{2}", r"R (\log\det(Q))",
                         r"\log\det(Q) - R"]),
    (r"\lvert {X} \rvert", [r"\lvert Q \rvert", r"\lvert Q + R \rvert", r"\lvert Q \rvert^{2}", r"R \lvert Q \rvert",
                            r"\lvert Q \rvert - R"]),
    (r"\operatorname{fun}({X})", [r"\operatorname{fun}(Q)", r"\operatorname{fun}(Q + R)", r"\operatorname{fun}(Q)^{2}",
                                  r"R \operatorname{fun}(Q)", r"\operatorname{fun}(Q) - R"]),
    ("e^{{X}}", ["e^{Q}", "e^{Q + R}", "(e^{Q})^{2}", "R e^{Q}", "e^{Q} - R"]),
])
def test_one_parameter(look, expected):
    f = function(look, "X")
    here = apply(f, Q)
    shown = [here, apply(f, add(Q, R)), multiply(here, here), multiply(R, here), add(here, negate(R))]
    assert [text(e, "latex") for e in shown] == expected


def test_two_parameters():
    f = function(r"{A} \otimes {B}", "A", "B")
    here = apply(f, transpose(Q), add(Q, R))
    assert text(here, "latex") == r"Q^{\top} \otimes (Q + R)"
    assert text(multiply(here, R), "latex") == r"(Q^{\top} \otimes (Q + R)) R"
    assert text(inverse(here), "latex") == r"(Q^{\top} \otimes (Q + R))^{-1}"


def test_without_a_look():
    f = Function("two_words", (Param("X", (N, N)),), (N, N), "function", {})
    assert text(apply(f, Q), "ascii") == "two_words(Q)"
    assert text(apply(f, Q), "latex") == r"\operatorname{two\_words}(Q)"
