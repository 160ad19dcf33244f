"""What a block puts into other people's documents: its looks are balanced and say nothing but mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.extensions import dialect_names
from matcalc.printers.dialects import dialect_named
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.report import Check


def looks(block: Block) -> Iterator[Check]:
    """The look in each dialect, and the letter; what is right is not counted as a check of its own."""
    fields = block.function.fields
    for dialect in dialect_names():
        for problem in dialect_named(dialect).unsafe(fields.get(dialect, "")):
            yield Check(f"{dialect} is safe", False, problem)
    if not re.fullmatch("[A-Za-z]?", fields.get("letter", "")):
        yield Check("letter", False, "it is one letter")
