"""Who goes over the rows: this process, or the workers of a Dask cluster. Both give the same totals to the last bit.

A pass is a job of `rowwise.work`. A cluster gets it in a few ranges of blocks for each worker, as one message; of each
comes back what its subtrees of the sum over all blocks are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from inspect import getsource
from itertools import pairwise
from time import monotonic
from typing import Any, Protocol

import numpy as np

from matcalc.diagnostics import MatcalcError, fail
from matcalc.rowwise import sent, work
from matcalc.rowwise.tables import extra_missing
from matcalc.rowwise.work import Job, Parts

RANGES, ALL_RANGES = 4, 64  # of blocks for each worker, but one where there are many: each costs the scheduler time
EVEN = 8  # the least number of subtrees that a range is made of where there are enough: no range is much longer
SMALL = 1 << 16  # bytes of parameters that go along with every range; what is larger goes to each worker once
WAIT = 30.0  # seconds until a scheduler that does not answer is given up
FRESH = 5.0  # seconds for which the number of workers is taken to be what it was
# Dask has workers give memory back at once, and every array that a block needs would be cleared anew; it looks at what
# they do a hundred times a second
ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)}
UNWATCHED = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}
DEAF = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"  # Ctrl-C is for who asked, not for workers
Tick = Callable[[int], None]


class NoValueError(Exception):
    """A block has no value at these parameters."""


class Engine(Protocol):
    """Computes the totals of a job; tells `tick` how many rows are done."""

    @property
    def workers(self) -> int:
        """How many compute."""

    def run(self, job: Job, tick: Tick) -> Parts:
        """The totals. Raises MatcalcError where a block cannot be read or nobody is left to compute it."""

    def close(self) -> None:
        """Let go of what was started."""


def blocks_of(job: Job) -> int:
    """How many blocks there are."""
    return -(-int(job["count"]) // int(job["block"]))


class Streaming:
    """This process, one block after the other."""

    workers = 1

    def run(self, job: Job, tick: Tick) -> Parts:
        """The totals of all blocks in their order."""
        return work.together([_nodes(work.run(job, 0, blocks_of(job), tick))], job["combine"])

    def close(self) -> None:
        """Nothing was started."""


def _nodes(answer: work.Answer) -> work.Nodes:
    kind, found = answer
    if kind == "unreadable":
        raise unreadable(*found)
    if kind == "no value":
        raise NoValueError(found)
    return list(found)


def unreadable(file: str, start: int, stop: int, why: str) -> MatcalcError:
    """What is said of rows that cannot be read."""
    return fail("M1305", f"cannot read rows {start + 1} to {stop} of {file}: {why}")


class Cluster:
    """Workers of Dask: those of the scheduler at an `address`, or so many of our own on this machine."""

    def __init__(self, address: str = "", workers: int = 0) -> None:
        if find_spec("distributed") is None:
            raise extra_missing("dask.distributed", "to compute on several workers")
        import cloudpickle
        import dask
        from distributed import Client, LocalCluster

        cloudpickle.register_pickle_by_value(sent)  # workers elsewhere have no matcalc
        self.source = getsource(work)
        self.counted = 0, -FRESH
        _quiet()
        self.own: Any = None
        try:
            if not address:
                known = dask.config.get("distributed.nanny.pre-spawn-environ", {})
                with dask.config.set({**UNWATCHED, "distributed.nanny.pre-spawn-environ": {**known, **ALLOCATOR}}):
                    self.own = LocalCluster(n_workers=workers or None, threads_per_worker=1, memory_limit=0,
                                            dashboard_address="127.0.0.1:0", preload=DEAF)
            self.client = Client(self.own or address, timeout=WAIT)
            self.client.wait_for_workers(1, timeout=WAIT)
        except (OSError, TimeoutError, ValueError) as trouble:
            self.close()
            raise fail("M1306", f"no workers of Dask at {address or 'this machine'}: {trouble}") from None

    @property
    def workers(self) -> int:
        """How many there are now, or were a moment ago."""
        if monotonic() - self.counted[1] > FRESH:
            found = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
            self.counted = found, monotonic()
        return self.counted[0]

    def run(self, job: Job, tick: Tick) -> Parts:
        """The totals, ranges put together in their order. A range whose worker is lost is computed again by another."""
        from distributed import as_completed

        futures: list[Any] = []
        try:
            ranges = ranges_of(blocks_of(job), ranges_for(self.workers))
            size = sum(np.asarray(value).nbytes for value in job["given"].values())
            given = job if size < SMALL else self.client.submit(sent.same, job, pure=False)
            futures = self.client.map(sent.run, *zip(*((self.source, given, *one) for one in ranges), strict=True),
                                      pure=False)
            rows = {future: min(last * job["block"], job["count"]) - first * job["block"]
                    for future, (first, last) in zip(futures, ranges, strict=True)}
            for future in as_completed(futures):
                tick(rows[future])
            answers = [_nodes(answer) for answer in self.client.gather(futures)]
        except (MatcalcError, NoValueError, KeyboardInterrupt):
            self._forget(futures)
            raise
        except Exception as trouble:  # noqa: BLE001 Dask tells of lost schedulers and workers in many ways
            raise self._lost(trouble) from None
        return work.together(answers, job["combine"])

    def _forget(self, futures: list[Any]) -> None:
        with suppress(Exception):
            self.client.cancel(futures)

    def _lost(self, trouble: Exception) -> MatcalcError:
        words = str(trouble).splitlines()
        why = words[0] if words else type(trouble).__name__
        if type(trouble).__name__ == "KilledWorker":
            return fail("M1306", f"workers died again and again over the same blocks: {why}")
        return fail("M1306", f"the workers of Dask cannot be reached any more: {why}")

    def close(self) -> None:
        """Let go of the workers that were started here."""
        for one in (getattr(self, "client", None), self.own):
            if one is not None:
                with suppress(Exception):
                    one.close(timeout=5)


def _quiet() -> None:
    """What libraries report of a cluster that is lost is said here, once and in other words."""
    for name in ("distributed", "tornado", "asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def ranges_for(workers: int) -> int:
    """Into how many ranges a pass is cut: enough to even out, few enough to cost nothing."""
    return max(workers, min(RANGES * workers, ALL_RANGES))


def ranges_of(count: int, wanted: int) -> list[tuple[int, int]]:
    """So many ranges of blocks, of nearly the same length, each of few subtrees of the sum over all."""
    size = 1
    while 2 * size * wanted * EVEN <= count:
        size *= 2
    most = -(-count // size)
    ends = [min(count, size * (most * k // wanted)) for k in range(wanted + 1)]
    return [(first, last) for first, last in pairwise(ends) if first < last]
