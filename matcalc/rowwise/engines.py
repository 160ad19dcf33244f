"""Who goes over the rows: this process, or the workers of a Dask cluster. Both give the same totals to the last bit.

A pass is a job of `rowwise.work`. A cluster gets it in ranges of blocks whose number is a power of two, so that each
range is a subtree of the sum over all blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Protocol

from matcalc.diagnostics import MatcalcError, fail
from matcalc.rowwise import work
from matcalc.rowwise.tables import extra_missing
from matcalc.rowwise.work import Job, Parts

RANGES = 4  # of blocks for each worker: enough to even out, few enough to cost nothing
WAIT = 30.0  # seconds until a scheduler that does not answer is given up
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
        return _totals(work.run(job, 0, blocks_of(job), tick))

    def close(self) -> None:
        """Nothing was started."""


def _totals(answer: work.Answer) -> Parts:
    kind, found = answer
    if kind == "unreadable":
        file, start, stop, why = found
        raise fail("M1305", f"cannot read rows {start + 1} to {stop} of {file}: {why}")
    if kind == "no value":
        raise NoValueError(found)
    return list(found)


class Cluster:
    """Workers of Dask: those of the scheduler at an `address`, or so many of our own on this machine."""

    def __init__(self, address: str = "", workers: int = 0) -> None:
        if find_spec("distributed") is None:
            raise extra_missing("dask.distributed", "to compute on several workers")
        import cloudpickle
        from distributed import Client, LocalCluster

        cloudpickle.register_pickle_by_value(work)  # workers elsewhere have no matcalc
        _quiet()
        self.own: Any = None
        try:
            if not address:
                self.own = LocalCluster(n_workers=workers or None, threads_per_worker=1, memory_limit=0,
                                        dashboard_address="127.0.0.1:0")
            self.client = Client(self.own or address, timeout=WAIT)
            self.client.wait_for_workers(1, timeout=WAIT)
        except (OSError, TimeoutError, ValueError) as trouble:
            self.close()
            raise fail("M1306", f"no workers of Dask at {address or 'this machine'}: {trouble}") from None

    @property
    def workers(self) -> int:
        """How many there are now."""
        return max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))

    def run(self, job: Job, tick: Tick) -> Parts:
        """The totals, ranges put together in their order. A range whose worker is lost is computed again by another."""
        from distributed import as_completed

        count, size = blocks_of(job), 1
        try:
            wanted = RANGES * self.workers
            while size * wanted < count:
                size *= 2
            starts = list(range(0, count, size))
            given = self.client.submit(_job, job, pure=False)
            futures = [self.client.submit(work.run, given, at, min(at + size, count), pure=False) for at in starts]
            places = dict(zip(futures, starts, strict=True))
            for future in as_completed(futures):
                at = places[future]
                tick(min((at + size) * job["block"], job["count"]) - at * job["block"])
            answers = [_totals(answer) for answer in self.client.gather(futures)]
        except (MatcalcError, NoValueError, KeyboardInterrupt):
            self._forget(locals().get("futures", []))
            raise
        except Exception as trouble:  # noqa: BLE001 Dask tells of lost schedulers and workers in many ways
            raise self._lost(trouble) from None
        return _all_together(answers, job["combine"])

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


def _job(job: Job) -> Job:
    """A job as a result: workers that need it give it to each other, and one that is lost is made again."""
    return job


def _all_together(answers: list[Parts], combine: list[str]) -> Parts:
    stack: list[tuple[int, Parts]] = []
    for found in answers:
        stack = work.put(stack, 0, found, combine)
    return work.together(stack, combine)
