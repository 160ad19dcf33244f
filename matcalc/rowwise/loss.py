"""A formula that is minimised, its values and derivatives by blocks of rows.

It is the objective of `descent` with one thing changed, how formulas are computed at a point: what is asked for
together is one staged program, whose passes an engine runs over the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import prod
from typing import Any

import numpy as np

from matcalc.core.dims import Dim
from matcalc.core.expr import TANGENT, Expr, postorder
from matcalc.descent.charts import broken
from matcalc.descent.families_given import checked
from matcalc.descent.objective import DivergedError, Objective, Vector, objective
from matcalc.diagnostics import NoRuleError, fail
from matcalc.limits import ENTRIES, LimitError, anew
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import silence
from matcalc.numeric.programs import letters_of, whole_shape
from matcalc.numeric.sizes import size, stacked_shape
from matcalc.plan.partition import MixedError, is_sum
from matcalc.plan.planning import Layout
from matcalc.rowwise.engines import Engine, NoValueError, Streaming, Tick, blocks_of, unreadable
from matcalc.rowwise.tables import Table, table_of
from matcalc.rowwise.work import Job, Parts, UnreadableError, compiled, read
from matcalc.targets import target_named
from matcalc.targets.module import module
from matcalc.targets.refusing import refused, rows_of
from matcalc.targets.staged import Asked, Staged, Writing, axes_of, ready

BLOCK_BYTES = 1 << 22  # of data in a block: reading it costs more than finding out what to read
SLAB_BYTES = 1 << 19  # of data in a slab of a block: it stays in the cache of a core while it is computed with
BY_BLOCKS = frozenset({"positive", "nonnegative", "integer"})  # what can be seen of entries, one by one
SLAB_ROWS, SLAB_TALL = 1 << 10, 4  # the least in a slab, and so many times its columns: less is not worth a call


@dataclass(frozen=True, slots=True)
class Program:
    """A staged program with its text."""

    staged: Staged
    text: str


@dataclass(slots=True)
class Rowwise(Objective):
    """The objective by blocks of `block` rows out of `count`; `tables` are the data that stay where they are."""

    tables: dict[Expr, Table] = field(default_factory=dict)
    rows: Dim = 0
    count: int = 0
    block: int = 0
    engine: Engine = field(default_factory=Streaming)
    tick: Tick = lambda _: None
    made: dict[tuple[Expr, ...], Program] = field(default_factory=dict)
    passes: int = 0

    def program_of(self, roots: Sequence[Expr]) -> Program:
        """The program that computes formulas together."""
        key = tuple(roots)
        if key not in self.made:
            language, problem = target_named("numpy"), self.gradients[0].problem
            asked = self.asked(key)
            try:
                lengths = {**self.sizes, str(self.rows): min(self.block, self.slab)}
                staged = Writing(asked, self.rows, language, sizes=lengths).staged()
            except MixedError as mixed:
                raise refused(asked, mixed, self.rows, problem) from None
            self.made[key] = Program(staged, module(language, staged.written, []))
        return self.made[key]

    def asked(self, roots: Sequence[Expr]) -> Asked:
        """Formulas in their stable form, with the variables they are of."""
        problem = self.gradients[0].problem
        tangents = [e for e in postorder(*roots) if e.kind is TANGENT]
        leaves = tuple(dict.fromkeys([*self.tables, *self.data, *self.wrt, *tangents]))
        stable = ready(roots, target_named("numpy"), problem.rulebook)
        return Asked(stable, leaves, tuple(self.wrt), tuple(Layout(letters_of(e.free)) for e in roots))

    def compute(self, roots: Sequence[Expr], leaves: Mapping[Expr, Any]) -> list[Any]:
        """The values of `roots`, in as many passes over the rows as they need."""
        return self._shaped(roots, self.staged_values(roots, leaves, self._over_all))

    def _shaped(self, roots: Sequence[Expr], found: Sequence[Any]) -> list[Any]:
        """Values in internal form."""
        return [np.float64(value) if e.is_scalar and not e.free else np.reshape(
            value, [size(d, self.sizes) for d in whole_shape(e)]) for e, value in zip(roots, found, strict=True)]

    def staged_values(self, roots: Sequence[Expr], leaves: Mapping[Expr, Any],
                      totals: Callable[[Job], Parts]) -> tuple[Any, ...]:
        """What a staged program gives, whose passes give these `totals`."""
        program = self.program_of(roots)
        staged, known = program.staged, compiled(program.text)
        values = {**self.data, **leaves}
        given = {text: self._array(x, values[x]) for text, x in staged.inputs.items() if x in values}
        given |= {text: np.float64(size(dim, self.sizes)) if dim == self.rows or text.startswith(("rows", "length"))
                  else size(dim, self.sizes) for text, dim in staged.lengths.items()}
        try:
            with silence():
                for one in staged.passes:
                    if one.once is not None:
                        found = known[one.once.name](**{n: given[n] for n in one.once.given})
                        given |= dict(zip(one.known, found, strict=True))
                    found = totals(self._job(program, one, given))
                    given |= dict(zip(one.totals, found, strict=True))
                return tuple(known[staged.final.name](**{n: given[n] for n in staged.final.given}))
        except NoValueError as trouble:
            raise np.linalg.LinAlgError(str(trouble)) from None

    def _array(self, x: Expr, value: Any) -> Any:
        """As functions take it: no axis of length one."""
        lengths = [size(d, self.sizes) for d in axes_of(x)]
        return np.reshape(value, lengths) if lengths else np.float64(np.asarray(value).item())

    def _job(self, program: Program, one: Any, given: Mapping[str, Any]) -> Job:
        """One pass; in single precision where all data are, as a parameter in double precision would double them."""
        staged = program.staged
        rows = {n: self.tables[staged.inputs[n]].source(staged.axes[n]) for n in one.block.rows}
        single = bool(rows) and all(np.dtype(source["dtype"]) == np.float32 for source in rows.values())
        shared = {n: np.asarray(given[n], np.float32)[()] if single and not isinstance(given[n], int) else given[n]
                  for n in one.block.given}
        return {"text": program.text, "name": one.block.name, "combine": list(one.combine), "rows": rows,
                "given": shared, "count": self.count, "block": self.block, "slab": self.slab}

    @property
    def slab(self) -> int:
        """How many rows are computed with at once."""
        each = max(1.0, sum(t.bytes for t in self.tables.values()) / self.count)
        return max(SLAB_ROWS, SLAB_TALL * int(each) // 8, int(SLAB_BYTES / each))

    def refuse_no_sum(self) -> None:
        """Raises NoRuleError where one block of rows does not estimate the gradient."""
        if not is_sum(self.program_of([self.f, *(d.computed for d in self.gradients)]).staged.cut):
            raise fail("M1303", "one block of rows does not estimate the gradient: it is no sum over the rows, but a "
                       "function of such sums", self.gradients[0].problem.typed_source, fixes=("--method lbfgs",),
                       error=NoRuleError)

    def _over_all(self, job: Job) -> Parts:
        self.passes += 1
        return self.engine.run(job, self.tick)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return blocks_of({"count": self.count, "block": self.block})

    def some(self, w: Vector, number: int) -> tuple[float, Vector]:
        """The value and the gradient as one block of rows estimates them."""
        value, *found = self._estimated([self.f, *(d.computed for d in self.gradients)], w, number)
        g = self._gradient(w, found)
        if not np.isfinite(value):
            raise DivergedError
        return float(value), g

    def slope(self, w: Vector, number: int) -> Vector:
        """The gradient as one block of rows estimates it; the value, which may cost as much, is not computed."""
        return self._gradient(w, self._estimated([d.computed for d in self.gradients], w, number))

    def _gradient(self, w: Vector, found: Sequence[Any]) -> Vector:
        g = self._pulled(w, self._tables([d.computed for d in self.gradients], found))
        if not np.isfinite(g).all():
            raise DivergedError
        return g

    def _estimated(self, roots: Sequence[Expr], w: Vector, number: int) -> list[Any]:
        """Values as one block of rows estimates them: of a formula Σ_rows + rest, that of one block, taken as often as
        there are blocks of its rows."""
        from matcalc.rowwise.work import run

        def totals(job: Job) -> Parts:
            kind, found = run(job, number, number + 1)
            if kind != "totals":
                return self._over_all(job)  # says what is wrong
            start = number * self.block
            rows = min(start + self.block, self.count) - start
            self.tick(rows)
            return [part * (self.count / rows) for part in found[0][1]]

        return self._shaped(roots, self.staged_values(roots, self.unpack(w), totals))


def rowwise(expr: str, wrt: Sequence[str], tables: Mapping[str, Table], values: Mapping[str, Array],
            start: Mapping[str, Array], *, rows: str = "", block: int = 0, engine: Engine | None = None,
            **reading: Any) -> tuple[Rowwise, Vector]:
    """The function to minimise by blocks of rows, and where to start. Raises InputError as `objective` does, and
    NoRuleError for what has no totals of blocks."""
    tables = {**tables}
    f, w = objective(expr, wrt, values, start, away={name: t.stand_in for name, t in tables.items()}, **reading)
    problem = f.gradients[0].problem
    named = {problem.settled(info.expr): name for name, info in problem.variables.items()}
    lifted = {} if problem.indexed is None else {info.name: family for family, info in problem.indexed.stacks.items()}
    leaves = {x: lifted.get(name, name) if lifted.get(name, name) in tables else name for x, name in named.items()}
    held = {x: tables[name] for x, name in leaves.items() if name in tables}
    made = Rowwise(**{one.name: getattr(f, one.name) for one in fields(Objective)}, tables=held)
    made.rows = rows_of(made.asked([f.f, *(d.computed for d in f.gradients)]), problem, rows, prefer=list(held))
    _keep_rows(made)
    made.count = size(made.rows, f.sizes)
    if not made.count:
        raise fail("M0804", "the data have no rows", expr)
    each = sum(t.bytes for t in made.tables.values()) / max(1, made.count)
    made.block = block or max(1, min(made.count, int(BLOCK_BYTES // max(1.0, each))))
    made.engine = engine or Streaming()
    return made, w


def _keep_rows(f: Rowwise) -> None:
    """Data without rows come into memory, data with rows that were typed become tables. What is declared of them is
    looked at."""
    source = f.gradients[0].problem.source
    axes = {x: axes_of(x) for x in (*f.tables, *f.data)}
    for x, table in [*f.tables.items()]:
        if f.rows not in axes[x]:
            if prod(table.shape) > ENTRIES:
                raise fail("M0107", f"{x.data.name} has no rows, and {prod(table.shape):,} entries, too many to be "
                           "known to every block", error=LimitError)
            f.data[x] = np.reshape(table.whole(), [size(d, f.sizes) for d in stacked_shape(x)])
            del f.tables[x]
            checked(x, f.data[x], "value", source)
        elif words := x.data.props - BY_BLOCKS - {"free"}:
            raise fail("M1302", f"{x.data.name} is declared {' and '.join(sorted(words))}, which cannot be looked at "
                       "block by block", source, error=NoRuleError)
        elif len(table.shape) != len(axes[x]):
            shown = "×".join(map(str, table.shape))
            raise fail("M0804", f"{x.data.name} is a vector here; its file holds {shown} numbers")
        elif x.data.props & BY_BLOCKS:
            _look_at(x, table, axes[x].index(f.rows), source)
    for x in [x for x in f.data if x not in f.wrt and f.rows in axes[x]]:
        kept = [size(d, f.sizes) for d in axes[x]]
        if prod(kept):
            f.tables[x] = table_of(np.reshape(f.data.pop(x), kept))


def _look_at(x: Expr, table: Table, axis: int, source: str) -> None:
    """Raises InputError where an entry is not what is declared of all, with the rows of the block that it is in."""
    count = table.shape[axis]
    step = max(1, int(BLOCK_BYTES * count // max(1, table.bytes)))
    for start in range(0, count, step):
        stop = min(start + step, count)
        anew()
        try:
            word = broken(x.data.props & BY_BLOCKS, read(table.source(axis), start, stop))
        except UnreadableError as trouble:
            raise unreadable(*trouble.args) from None
        if word:
            name = x.data.name
            raise fail("M1010", f"the value of {name} is not {word} in rows {start + 1} to {stop}, as {name} is "
                       "declared", source)
