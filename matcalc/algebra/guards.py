"""The relations of indices that decide whether a product is 0, before anything is multiplied.

A factor [i ≠ j] does, and so does a sum all of whose terms have such factors, [i < j] a + [j < i] b: where none of them
holds it is 0, and a product with 1/‖xᵢ − xⱼ‖ as well, which has no value there.
"""

from __future__ import annotations

from typing import Literal

from matcalc.core.expr import ADD, CHAIN, HAD, IVERSON, MUL, NUM, POW, TRANSPOSE, Expr, Memo
from matcalc.records import NamedTuple
from matcalc.session import SESSION


class Guard(NamedTuple):
    """`all` or `any` of several conditions, or that a relation of indices `holds`."""

    kind: Literal["all", "any", "holds"]
    parts: tuple[Guard, ...] = ()
    relation: Expr | None = None

    @property
    def relations(self) -> tuple[Expr, ...]:
        """The relations that occur."""
        inner = tuple(relation for part in self.parts for relation in part.relations)
        return inner if self.relation is None else (self.relation, *inner)


@SESSION.memo
@Memo
def guard(e: Expr) -> Guard | None:
    """Where it does not hold, `e` is 0 whatever else it consists of; None where nothing decides that."""
    if e.kind is IVERSON:
        return Guard("holds", relation=e)
    if e.kind in (MUL, HAD, CHAIN):
        return _joined("all", [guard[arg] for arg in e.args])
    if e.kind is ADD:
        found = [guard[arg] for arg in e.args]
        return None if None in found else _joined("any", found)
    is_power = e.kind is POW and e.args[1].kind is NUM and e.args[1].data > 0
    return guard[e.args[0]] if is_power or e.kind is TRANSPOSE else None


def _joined(kind: Literal["all", "any"], parts: list[Guard | None]) -> Guard | None:
    """Several conditions as one, each of them once."""
    flat = [inner for part in parts if part is not None for inner in (part.parts if part.kind == kind else (part,))]
    found = tuple(dict.fromkeys(flat))
    return None if not found else found[0] if len(found) == 1 else Guard(kind, found)
