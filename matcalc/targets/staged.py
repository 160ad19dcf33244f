"""A partition as NumPy functions: what is computed once before a pass, what a block of rows gives, and what the totals
give in the end.

Each takes the arguments, lengths, earlier values and totals that it mentions, by name, so that whoever runs them only
needs to know the names. The text is the whole program: it runs where NumPy and SciPy are and nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matcalc.core.dims import Dim, named, names
from matcalc.core.expr import Expr
from matcalc.diagnostics import NoRuleError, fail
from matcalc.plan.members import Key, key_of
from matcalc.plan.node import Node, ordered
from matcalc.plan.partition import MixedError, Partition, partition
from matcalc.plan.planning import Layout, Wanted, improved, lowered
from matcalc.plan.table import Abilities
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.stability.stable import stable
from matcalc.targets.body import Body
from matcalc.targets.definition import Written
from matcalc.targets.identifiers import Names, names_of, solve
from matcalc.targets.language import Language
from matcalc.targets.module import expanded


class Routine(NamedTuple):
    """One function of the text: its name, and the names of what it takes; those of `rows` are cut into blocks."""

    name: str
    rows: tuple[str, ...]
    given: tuple[str, ...]


class Pass(NamedTuple):
    """One pass over the rows. `once` gives the values called `known`, a `block` the parts of the totals called
    `totals`, which are put together as `combine` says."""

    once: Routine | None
    known: tuple[str, ...]
    block: Routine
    totals: tuple[str, ...]
    combine: tuple[str, ...]


class Staged(NamedTuple):
    """A function by blocks of rows. `inputs` are its arguments with their names, `axes` says which axis of an argument
    is the rows, `lengths` are names of lengths that functions take."""

    rows: Dim
    passes: tuple[Pass, ...]
    final: Routine
    inputs: Mapping[str, Expr]
    axes: Mapping[str, int]
    lengths: Mapping[str, Dim]
    written: tuple[Written, ...]
    cut: Partition


class Asked(NamedTuple):
    """What is to be computed by blocks: formulas with the axes of their arrays, of `inputs`, of which the `moved` ones
    are parameters."""

    roots: tuple[Expr, ...]
    inputs: tuple[Expr, ...]
    moved: tuple[Expr, ...] = ()
    results: tuple[Layout, ...] = ()

    @property
    def wanted(self) -> list[Wanted]:
        """The formulas with their axes."""
        results = self.results or (Layout(),) * len(self.roots)
        return [Wanted(e, layout) for e, layout in zip(self.roots, results, strict=True)]


@dataclass(frozen=True, slots=True)
class StagedNames(Names):
    """Names of a program whose functions also take what was computed before."""

    earlier: Mapping[Key, str] = field(default_factory=dict)

    @property
    def inputs(self) -> dict[Key, str]:
        """The identifiers of all inputs of a plan."""
        return {**{key_of(x): text for x, text in self.arguments.items()}, **self.earlier}


def ready(roots: Iterable[Expr], language: Language, book: Rulebook) -> tuple[Expr, ...]:
    """Formulas in their stable form, in what the target has kernels for."""
    return tuple(expanded(stable(e, book), language) for e in roots)


def cut(asked: Asked, rows: Dim, language: Language) -> Partition:
    """The plan of what is asked, cut along the rows. Raises MixedError."""
    graph, roots = lowered(asked.wanted, asked.inputs, abilities(language), trusts=True)
    return partition(graph, roots, rows)


def price(asked: Asked, rows: Dim, language: Language) -> float:
    """A guess at the time that blocks take; without bound where there is no total of blocks."""
    graph, roots = lowered(asked.wanted, asked.inputs, abilities(language), trusts=True)
    try:
        stages = partition(graph, roots, rows).stages
    except MixedError:
        return float("inf")
    has = language.rows.abilities.names.__contains__
    return sum(improved(graph, [t.block for t in stage.totals], has, {}).price for stage in stages)


def abilities(language: Language) -> Abilities:
    """Functions that are kernels of whole arrays have no totals of blocks: their templates have."""
    return language.rows.abilities._replace(native=frozenset())


class Writing:
    """Writes the functions of one program; lengths that are known by `sizes` decide what is cheapest."""

    def __init__(self, asked: Asked, rows: Dim, language: Language, known: Names | None = None,
                 sizes: Mapping[str, int] | None = None) -> None:
        self.asked, self.rows, self.language, self.sizes = asked, rows, language, sizes or {}
        self.graph, roots = lowered(asked.wanted, asked.inputs, abilities(language), trusts=True)
        self.cut = partition(self.graph, roots, rows)
        known = known or names_of(language, asked.roots, asked.inputs, asked.moved)
        if known.functions:
            raise fail("M0806", f"{next(iter(known.functions.values()))} is a function that the caller gives, "
                       "for which there is no code by blocks of rows", error=NoRuleError)
        self.identifiers = known.identifiers.inner()
        self.nodes: dict[str, Node] = {}
        earlier = {node.data: self._name(node, "rows" if dim == rows else "length") for node, dim in self.cut.sizes}
        for stage in self.cut.stages:
            earlier |= {x.data: self._name(x, "known") for _, x in stage.once}
            earlier |= {t.whole.data: self._name(t.whole, "total") for t in stage.totals}
        fields = {f: getattr(known, f) for f in Names.__slots__}
        self.known = StagedNames(**{**fields, "identifiers": self.identifiers}, earlier=earlier)
        self.lengths = {earlier[node.data]: dim for node, dim in self.cut.sizes}
        self.written: list[Written] = []

    def _needed(self, inputs: Iterable[str], text: str) -> list[str]:
        """What the language needs besides the arguments, such as their kind of float, where a text mentions it."""
        given = self.language.rows.sections.get("given", {})
        return [self.language.say("given", word, arrays=", ".join(inputs) or "float") for word in given
                if re.search(rf"\b{word}\b", text)]

    def _name(self, e: Node, wish: str) -> str:
        found = self.identifiers.new(wish)
        self.nodes[found] = e
        return found

    def staged(self, name: str = "") -> Staged:
        """All functions, called after `name`."""
        front = f"_{name}_" if name else ""
        passes = []
        for k, stage in enumerate(self.cut.stages, 1):
            once = self._routine(f"{front}once_{k}", [e for e, _ in stage.once],
                                 f"What is computed once before pass {k} over the rows.") if stage.once else None
            block = self._routine(f"{front}block_{k}", [t.block for t in stage.totals],
                                  f"What a block of rows gives in pass {k}.")
            earlier = self.known.earlier
            passes.append(Pass(once, tuple(earlier[x.data] for _, x in stage.once), block,
                               tuple(earlier[t.whole.data] for t in stage.totals),
                               tuple(t.combine for t in stage.totals)))
        final = self._routine(f"{front}final", self.cut.final, "What the totals give.")
        inputs = {text: x for x, text in self.known.arguments.items() if x in {*self.asked.inputs, *self.asked.moved}}
        axes = {text: own.index(self.rows) for text, x in inputs.items() if self.rows in (own := self.known.axes(x))}
        return Staged(self.rows, tuple(passes), final, inputs, axes, self.lengths, tuple(self.written), self.cut)

    def _routine(self, wish: str, roots: Sequence[Node], about: str) -> Routine:
        planned = improved(self.graph, list(roots), self.language.rows.abilities.names.__contains__, self.sizes,
                           self.language.rows.abilities.fuses)
        inputs = {self.known.inputs[e.data]: e for e in ordered(*planned.roots) if e.op == "input"}
        dims = self.known.sizes.identifiers
        known = replace(self.known, sizes=solve(self.language, {text: e.shape for text, e in inputs.items()}, dims))
        body = Body(known)
        texts = body.write(planned.roots)
        every = "\n".join([*(line.overwrites or line.text for line in body.lines), *texts])
        sizes = {d for d in body.sizes if re.search(rf"\b{dims[d]}\b", every)}
        lines = known.sizes.lines(sizes)
        free = [d for d in dims if dims[d] in known.sizes.free and re.search(rf"\b{dims[d]}\b", "\n".join(
            [every, *lines]))]
        for d in free:
            self.lengths.setdefault(dims[d], named(d))
        ordered_names = sorted(inputs, key=lambda text: (self.rows not in inputs[text].shape, [*inputs].index(text)))
        given = (*ordered_names, *(dims[d] for d in free))
        lines += [*self._needed(inputs, every), *(
            line.overwrites or self.language.assign([line.name], line.text, len(line.node.shape), line.kind)
            for line in body.lines)]
        quiet = self.language.rows.sections["frame"].get("quiet", "")
        inner = "\n".join([f'"""{about}"""', *lines, f"return ({', '.join(texts)},)"])
        head = [quiet] if quiet and "where(" in every else []
        text = "\n".join([*head, f"def {wish}({', '.join(given)}):", self.language.indented(inner)])
        self.written.append(Written(text, body.calls))
        rows = tuple(text for text in ordered_names if self.rows in inputs[text].shape)
        return Routine(wish, rows, tuple(text for text in given if text not in rows))


def candidates(asked: Asked) -> list[Dim]:
    """The lengths that rows may have: those that data have and parameters do not, the one of most data first, among
    equals the one that stands first."""
    moved = {n for x in asked.moved for d in axes_of(x) for n in names(d)}
    moved_names = {x.data.name for x in asked.moved}
    found: dict[Dim, list[int]] = {}
    for x in asked.inputs:
        if x.data.name not in moved_names:
            for k, d in enumerate(axes_of(x)):
                if not isinstance(d, int) and names(d) == {str(d)} and not names(d) & moved:
                    found.setdefault(d, []).append(k)
    return sorted(found, key=lambda d: (-len(found[d]), sum(found[d])))


def axes_of(x: Expr) -> tuple[Dim, ...]:
    """The axes of an argument."""
    return (*(axis.size for axis in x.data.axes), *(d for d in x.shape if d != 1))
