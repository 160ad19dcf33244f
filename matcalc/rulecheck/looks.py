"""What a block puts into other people's documents: its looks are balanced and say nothing but mathematics.

A command outside the list could read files, write them, or change what later commands mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from matcalc.printers.dialects import dialect_named, dialect_names
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.report import Check

COMMANDS = frozenset((Path(__file__).parent / "latex.txt").read_text(encoding="utf-8").split())
_SIGNS = frozenset("{}|,;:! _")
_COMMAND = re.compile(r"\\([A-Za-z]+\*?|.|$)", re.DOTALL)
_ACTIVE = re.compile(r"\^\^|[$%#&~`\"]")


def looks(block: Block) -> Iterator[Check]:
    """The fields latex, typst, mathml and letter; what is right is not counted as a check of its own."""
    fields = block.function.fields
    for problem in latex_problems(fields.get("latex", "")):
        yield Check("latex is safe", False, problem)
    for dialect in dialect_names():
        for problem in dialect_named(dialect).unsafe(fields.get(dialect, "")):
            yield Check(f"{dialect} is safe", False, problem)
    if not re.fullmatch("[A-Za-z]?", fields.get("letter", "")):
        yield Check("letter", False, "it is one letter")


def latex_problems(text: str) -> Iterator[str]:
    """What of a piece of LaTeX is not allowed, each in words."""
    for command in dict.fromkeys(_COMMAND.findall(text)):
        if command not in COMMANDS and command not in _SIGNS:
            yield f"\\{command} is not among the commands of mathematics that a rule may use"
    bare = _COMMAND.sub(" ", text)
    for sign in dict.fromkeys(_ACTIVE.findall(bare)):
        yield f"{sign} means something else than itself in LaTeX"
    if not _is_balanced(bare):
        yield "its braces are not balanced"
    if len(re.findall(r"\\left(?![A-Za-z])", text)) != len(re.findall(r"\\right(?![A-Za-z])", text)):
        yield "\\left and \\right are not balanced"


def _is_balanced(bare: str) -> bool:
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0
