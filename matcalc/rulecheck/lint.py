"""What every block must state besides its mathematics: a source, a domain that can be drawn from, an example."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.core.function import Function
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.domain import DOMAIN, clauses
from matcalc.rulecheck.report import Check

_NEEDS = {  # what a form cannot do without: one of these fields
    "elementwise": ("d",),
    "linear": ("adjoint",),
    "notation": ("means",),
}


def lint(block: Block) -> Iterator[Check]:
    """No number is computed here."""
    function = block.function
    stated = {field.partition(".")[0] for field in function.fields}
    yield _asked("ref", "ref" in stated, "no source is named")
    for field in _NEEDS.get(function.form, ()):
        yield _asked(field, field in stated, f"a block of the form {function.form} states {field}")
    yield _asked("numpy", bool(stated & {"numpy", "body"}), "there is no number to compare with")
    if states_derivative(function):
        yield _asked("example", "example" in stated, "no example is worked")


def known_domain(block: Block) -> Iterator[Check]:
    """Points can be drawn."""
    unknown = [clause.subject for clause in clauses(block.function) if not clause.word]
    yield _asked("domain", not unknown, f"“{'; '.join(unknown)}” says none of: {', '.join(DOMAIN)}")


def _asked(name: str, ok: bool, complaint: str) -> Check:
    return Check(name, ok, "" if ok else complaint)


def states_derivative(function: Function) -> bool:
    """Whether a gradient can come out of the block, so that an example can be worked."""
    return any(field.partition(".")[0] in ("d", "adjoint") for field in function.fields)
