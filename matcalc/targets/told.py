"""What of a formula is computed by blocks of rows, kernel by kernel: before each pass, of each block, in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matcalc.core.dims import format_dim
from matcalc.plan.explained import Lines
from matcalc.plan.members import key_of
from matcalc.plan.node import Node, ordered
from matcalc.plan.partition import Partition, partition
from matcalc.plan.planning import improved, lowered
from matcalc.records import NamedTuple
from matcalc.targets.by_rows import asked_of, asked_together
from matcalc.targets.identifiers import names_of
from matcalc.targets.language import Language, for_numbers, language
from matcalc.targets.offered import chosen
from matcalc.targets.program import parts_for
from matcalc.targets.refusing import rows_of
from matcalc.targets.selfcheck import Function
from matcalc.targets.staged import abilities, axes_of

if TYPE_CHECKING:
    from matcalc.answer.related import Related

Told = tuple[str, str]  # a name and the formula it stands for


class ToldTotal(NamedTuple):
    """A total over all rows: its name, what each block gives, how blocks are put together, its shape."""

    name: str
    block: str
    combine: str
    shape: tuple[str, ...]


class ToldPass(NamedTuple):
    """A pass: what is computed once before it, of each block, and its totals."""

    once: tuple[Told, ...]
    block: tuple[Told, ...]
    totals: tuple[ToldTotal, ...]


class ToldFunction(NamedTuple):
    """A function by passes; `final` is computed from totals in the end, `results` are what it returns."""

    name: str
    passes: tuple[ToldPass, ...]
    final: tuple[Told, ...]
    results: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {"function": self.name, "passes": [
            {"once": [list(row) for row in one.once], "block": [list(row) for row in one.block],
             "totals": [{**t._asdict(), "shape": list(t.shape)} for t in one.totals]} for one in self.passes],
            "final": [list(row) for row in self.final], "results": list(self.results)}


class ToldProgram(NamedTuple):
    """The length of the rows, the arguments that have them and those that have not, and the functions."""

    rows: str
    cut: tuple[str, ...]
    whole: tuple[str, ...]
    functions: tuple[ToldFunction, ...]


def told(asked: Related, target: Language, functions: Sequence[str] = (), rows: str = "") -> ToldProgram:
    """The functions of a program by blocks of rows. Raises NoRuleError where they have no totals of blocks."""
    for_numbers(language("dask"), asked.problem.inputs.values(), asked.problem.source)
    found, _ = parts_for(asked, chosen(asked, functions), target)
    together = asked_together(found)
    length = rows_of(together, asked.problem, rows)
    known = names_of(target, together.roots, together.inputs)
    cut = [known.arguments[x] for x in together.inputs if length in axes_of(x)]
    whole = [known.arguments[x] for x in together.inputs if length not in axes_of(x)]
    names = {key_of(x): text for x, text in known.arguments.items()}
    made = []
    for f in found:
        one = asked_of(f)
        graph, roots = lowered(one.wanted, one.inputs, abilities(target), trusts=True)
        telling = Telling(partition(graph, roots, length), target, dict(names))
        made.append(telling.function(f, graph))
    return ToldProgram(format_dim(length), tuple(cut), tuple(whole), tuple(made))


class Telling:
    """Tells one function."""

    def __init__(self, cut: Partition, target: Language, names: dict[Any, str]) -> None:
        self.cut, self.target = cut, target
        taken = {*names.values()}
        earlier = [(node, format_dim(dim)) for node, dim in cut.sizes]
        counts = {"T": 0, "K": 0}
        for stage in cut.stages:
            for word, nodes in (("K", [x for _, x in stage.once]), ("T", [t.whole for t in stage.totals])):
                for node in nodes:
                    counts[word] += 1
                    while f"{word}{counts[word]}" in taken:
                        counts[word] += 1
                    earlier.append((node, f"{word}{counts[word]}"))
        self.names = names | {node.data: text for node, text in earlier}
        self.lines = Lines(self.names)

    def function(self, f: Function, graph: Any) -> ToldFunction:
        """All passes."""
        passes = []
        for stage in self.cut.stages:
            once, texts = self._computed(graph, [e for e, _ in stage.once])
            once += [(self.names[x.data], text) for (_, x), text in zip(stage.once, texts, strict=True)]
            block, texts = self._computed(graph, [t.block for t in stage.totals])
            totals = tuple(ToldTotal(self.names[t.whole.data], text, t.combine, tuple(map(format_dim, t.block.shape)))
                           for t, text in zip(stage.totals, texts, strict=True))
            passes.append(ToldPass(tuple(once), tuple(block), totals))
        final, results = self._computed(graph, self.cut.final)
        return ToldFunction(f.name, tuple(passes), tuple(final), tuple(results))

    def _computed(self, graph: Any, roots: Sequence[Node]) -> tuple[list[Told], list[str]]:
        """The kernels that compute `roots`, and what these are called."""
        if not roots:
            return [], []
        has = self.target.rows.abilities
        planned = improved(graph, list(roots), has.names.__contains__, {}, has.fuses)
        new = [e for e in ordered(*planned.roots) if e not in self.lines.texts]
        for e in new:
            self.lines.add(e, is_result=False)
        lines = [(self.lines.texts[e].text, self.lines.lines[e]) for e in new if e in self.lines.lines]
        return lines, [self.lines.texts[root].text for root in planned.roots]
