"""A plan as something one can look at: one kernel a line, what each is, costs and is good for, and the totals before
and after the passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from matcalc.core.dims import format_dim
from matcalc.core.expr import VAR, Expr
from matcalc.plan.amount import Amount, total
from matcalc.plan.cost import Lengths
from matcalc.plan.flops import entries_moved, flops
from matcalc.plan.grounds import Reasons
from matcalc.plan.members import Key, key_of
from matcalc.plan.names import LEAVES, VIEWS
from matcalc.plan.node import Node, ordered
from matcalc.plan.planning import Plan
from matcalc.plan.propagation import Structure, structures
from matcalc.plan.reading import Notation
from matcalc.plan.text import Text
from matcalc.plan.written import steps
from matcalc.records import NamedTuple

BYTES = 8
_INLINE = VIEWS | LEAVES


class Kernel(NamedTuple):
    """One line: a name for the result, the operation and its operands as text, what is known and what it costs."""

    name: str
    kernel: str
    text: str
    shape: tuple[str, ...]
    structure: Structure
    flops: Amount
    bytes: Amount
    reason: str

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {**self._asdict(), "shape": list(self.shape), "flops": str(self.flops), "bytes": str(self.bytes)}


class Totals(NamedTuple):
    """Floating-point operations, and bytes read and written."""

    flops: Amount
    bytes: Amount


class Explained(NamedTuple):
    """The plan of one function: its kernels, the names of its results, what it costs and would cost as it stands."""

    name: str
    kernels: tuple[Kernel, ...]
    results: tuple[str, ...]
    after: Totals
    before: Totals

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {"function": self.name, "kernels": [k.as_data() for k in self.kernels], "results": list(self.results),
                "flops": str(self.after.flops), "flops_before": str(self.before.flops),
                "bytes": str(self.after.bytes), "bytes_before": str(self.before.bytes)}


def explained(name: str, plan: Plan, roots: Iterable[Expr], inputs: Mapping[Expr, str],
              write: Callable[[Amount], str] = str) -> Explained:
    """The plan of the function `name` of `inputs`, by their identifiers; `write` writes amounts in the reasons."""
    order = ordered(*plan.roots)
    lengths = Lengths(order)
    declared: dict[Key, frozenset[str]] = {key_of(x): x.data.props for x in inputs if x.kind is VAR}
    known = structures(plan.roots, declared, lengths)
    names = Lines({key_of(x): text for x, text in inputs.items()})
    for e in order:
        names.add(e, is_result=e in plan.roots)
    reasons = Reasons(plan, lengths, known, lambda e: names.texts[e].text, write)
    kernels = tuple(_kernel(e, names, known, reasons) for e in order if e in names.lines)
    after = Totals(total(flops(e) for e in order), total(entries_moved(e) for e in order) * BYTES)
    return Explained(name, kernels, tuple(names.texts[root].text for root in plan.roots), after, as_written(roots))


def as_written(roots: Iterable[Expr]) -> Totals:
    """What the formulas cost before any pass."""
    made = [step for found in steps(roots).values() for step in found]
    return Totals(total(step.flops for step in made), total(step.moved for step in made) * BYTES)


def _kernel(e: Node, names: Lines, known: Mapping[Node, Structure], reasons: Reasons) -> Kernel:
    return Kernel(names.texts[e].text, e.op, names.lines[e], tuple(map(format_dim, e.shape)), known.get(e, ""),
                  flops(e), entries_moved(e) * BYTES, reasons.of(e))


class Lines:
    """Names t1, t2, … for what is computed, none of which an input has; views stand where they are used."""

    def __init__(self, inputs: Mapping[Key, str]) -> None:
        self.inputs, self.notation = inputs, Notation()
        self.texts: dict[Node, Text] = {}
        self.lines: dict[Node, str] = {}
        self.count = 0

    def add(self, e: Node, is_result: bool) -> None:
        """Names one node whose operands have names."""
        if e.op == "input":
            self.texts[e] = Text(self.inputs[e.data])
            return
        text = self.notation.text(e, [self.texts[arg] for arg in e.args])
        if e.op in _INLINE and not is_result:
            self.texts[e] = text
            return
        self.lines[e] = text.text
        self.count += 1
        while f"t{self.count}" in self.inputs.values():
            self.count += 1
        self.texts[e] = Text(f"t{self.count}")
