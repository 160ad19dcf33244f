"""Pasted formulas: all spellings of a group have one gradient, or are refused with a fix that has it."""

from pathlib import Path

import pytest

from matcalc.answer.problem import pose
from matcalc.api import grad
from matcalc.core.expr import Expr
from matcalc.diagnostics import InputError

TEXT = (Path(__file__).parent / "pasted.txt").read_text(encoding="utf-8")
GROUPS = [block.splitlines() for block in TEXT.split("\n== ")[1:]]


_GRADIENTS: dict[tuple[Expr, tuple[Expr, ...]], str] = {}


def answer(text: str, wrt: str, declarations: str, dialect: str) -> str:
    """The gradient; spellings that are read as one problem, in the same variables, are differentiated once."""
    where = (", " if " where " in text else " where ") + declarations if declarations else ""
    posed = pose(text + where, wrt, dialect=dialect, demand_scalar=True)
    if (posed.f, posed.wrt) not in _GRADIENTS:
        _GRADIENTS[posed.f, posed.wrt] = grad(text + where, wrt, dialect=dialect, check=False).ascii
    return _GRADIENTS[posed.f, posed.wrt]


def answers_of_fixes(text: str, wrt: str, declarations: str, dialect: str) -> list[str]:
    with pytest.raises(InputError) as refused:
        answer(text, wrt, declarations, dialect)
    return [answer(text, wrt, declarations, "numpy") if fix.startswith("--") else answer(fix, wrt, "", dialect)
            for fix in refused.value.diagnostics[0].fixes]


@pytest.mark.parametrize(("head", "plain", "spellings"), [(head, plain, rest) for head, plain, *rest in GROUPS])
def test_a_group_has_one_gradient(head: str, plain: str, spellings: list[str]) -> None:
    name, wrt, declarations = [*head.split(" | "), ""][:3]
    dialect = "numpy" if name.startswith("numpy:") else ""
    expected = answer(plain, wrt, declarations, "")
    for text in filter(None, spellings):
        if text.startswith("! "):
            assert expected in answers_of_fixes(text[2:], wrt, declarations, dialect), text
        else:
            assert answer(text, wrt, declarations, dialect) == expected, text


def test_there_are_many_groups() -> None:
    assert len(GROUPS) > 150
