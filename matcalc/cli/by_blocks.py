"""A descent whose data stay in files and are read in blocks of rows, by this process or by workers of Dask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal, get_args

import click

from matcalc.cli.screen.progress import Progress
from matcalc.cli.settings import Settings
from matcalc.descent.minimise import Descent
from matcalc.diagnostics import MatcalcError, fail
from matcalc.limits import anew
from matcalc.records import NamedTuple

Method = Literal["lbfgs", "newton", "newton-cg", "gd", "sgd"]
METHODS: tuple[Method, ...] = get_args(Method)
OPTIONS = (
    click.option("--engine", type=click.Choice(["stream", "dask"]),
                 help="Read data in blocks of rows: in this process, or on workers of Dask."),
    click.option("--scheduler", default="", metavar="ADDRESS", help="The scheduler of a Dask cluster; else our own."),
    click.option("--workers", type=click.IntRange(1, 1000), help="How many workers to start on this machine."),
    click.option("--block-rows", type=click.IntRange(1), help="Rows in a block; by default about 4 MB of data."),
    click.option("--rows", default="", metavar="n", help="Which size is that of the rows, where data have several."),
    click.option("--checkpoint", default="", metavar="FILE", help="Keep what was computed, and go on from there."))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for."""

    expr: str
    data: tuple[str, ...]
    start: tuple[str, ...]
    method: Method
    rate: float | None
    limit: int
    engine: str | None
    scheduler: str
    workers: int | None
    block_rows: int | None
    rows: str
    checkpoint: str


class Facts(NamedTuple):
    """How it went over the rows."""

    rows: int
    block_rows: int
    blocks: int
    passes: int
    engine: str
    workers: int
    seconds: float
    taken_up: int

    @property
    def rows_per_second(self) -> float | None:
        """Of all passes together, None where everything was known."""
        return self.rows * self.passes / self.seconds if self.passes and self.seconds > 0 else None

    @property
    def said(self) -> list[str]:
        """In words."""
        count = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        by = f"{count} of Dask" if self.engine == "dask" else "one process"
        speed = "" if self.rows_per_second is None else f", {self.rows_per_second:,.0f} rows a second"
        rows = [f"{self.passes} passes over {self.rows:,} rows in {self.blocks:,} blocks by {by}{speed}"]
        if self.taken_up:
            rows.append(f"{self.taken_up} results were in the checkpoint")
        return rows

    def as_data(self) -> dict[str, Any]:
        """For JSON."""
        return {**self._asdict(), "rows_per_second": self.rows_per_second}


def is_meant(asked: Asked) -> bool:
    """Whether data are to be read in blocks: it was said, or they cannot all be read."""
    if asked.engine or asked.scheduler or asked.workers or asked.block_rows or asked.rows or asked.checkpoint or \
            asked.method == "sgd":
        return True
    if not any(ending in text for text in asked.data for ending in (".npy", ".zarr", ".parquet")):
        return False
    from matcalc.rowwise.tables import is_outside

    return is_outside(asked.data)


def plain(method: Method) -> Literal["lbfgs", "newton", "gd"]:
    """The method as it is called where data are in memory."""
    return "newton" if method == "newton-cg" or method == "sgd" else method


def descended(asked: Asked, settings: Settings, check: Callable[[Any], None], bar: Progress) -> tuple[
        Any, Descent, float | None, None, None, Facts]:
    """The objective, how the descent ended, its rate, and how it went over the rows."""
    from matcalc.rowwise.checkpoints import Log
    from matcalc.rowwise.fitting import fit, identity, logged
    from matcalc.rowwise.loss import rowwise
    from matcalc.rowwise.tables import read_tables
    from matcalc.tracing.values import read_values

    if asked.scheduler and asked.workers:
        raise fail("M0003", "a cluster that is there has its own workers", fixes=("--scheduler ADDRESS",))
    tables, values = read_tables(asked.data)
    f, w = rowwise(asked.expr, settings.wrt, tables, values, read_values(asked.start), rows=asked.rows,
                   block=asked.block_rows or 0, sizes=settings.sizes(), random=settings.seed, **settings.reading())
    check(f)
    if asked.method == "sgd":
        f.refuse_no_sum()
    log = Log(asked.checkpoint, identity(f, w, asked.method, asked.rate, settings.seed))
    with closing(log), closing(_engine(asked)) as engine, bar:
        f.engine, f.tick = engine, bar.tick if settings.timeout is not None else _unlimited(bar.tick)
        one = logged(f, log)
        found = fit(one, w, asked.method, asked.limit, asked.rate, bar.show, settings.seed,
                    lambda: _is_convex(f, settings))
        kind = "dask" if asked.engine == "dask" or asked.scheduler or asked.workers else "stream"
        facts = Facts(one.count, one.block, one.blocks, one.passes, kind, engine.workers, bar.seconds, log.taken_up)
    return one, found, asked.rate, None, None, facts


def _unlimited(tick: Callable[[int], None]) -> Callable[[int], None]:
    """Data may take as long as they take: only what is done between two blocks has the usual limit, unless somebody
    says otherwise."""
    def ticked(rows: int) -> None:
        anew()
        tick(rows)

    return ticked


def _engine(asked: Asked) -> Any:
    from matcalc.rowwise.engines import Cluster, Streaming

    if asked.engine == "stream" and (asked.scheduler or asked.workers):
        raise fail("M0003", "one process has no workers", fixes=("--engine dask",))
    if asked.engine == "dask" or asked.scheduler or asked.workers:
        return Cluster(asked.scheduler, asked.workers or 0)
    return Streaming()


def _is_convex(f: Any, settings: Settings) -> bool:
    """Whether the formula is proved convex in its parameters at these data, so that no slope means a minimum."""
    from matcalc import questions

    problem = f.gradients[0].problem
    signs = {x.data.name: " positive" for x, v in f.data.items() if x.is_scalar and float(v) > 0}
    reading = settings.reading()
    reading["variables"] = {name: said + signs.get(name, "") for name, said in problem.typed_declarations().items()}
    try:
        found = questions.convexity(problem.typed_source, settings.wrt, **reading)
    except MatcalcError:
        return False
    return not found.conditions and ("convex" in found.verdict.replace("not convex", "") or found.verdict == "affine")

