"""What is done where the data are: a range of blocks is read, computed, and added up in float64.

Nothing here knows matcalc: a job is plain data and functions as text, so that a worker needs NumPy, SciPy and what
reads its files. The parts of a total are added along a binary tree over all blocks, whoever computes which range:

    T(a, b) = T(a, m) + T(m, b),   m − a the largest power of two below b − a

so that the total is the same to the last bit for any number of workers, and its rounding grows with the logarithm of
the number of blocks.
"""

from __future__ import annotations

import mmap
import os
from typing import Any

import numpy as np

Job = dict[str, Any]  # text, name, combine, rows (by name: a source), given (by name), count, block, slab
Source = dict[str, Any]  # parts, in which kind, path, rows and more; axis; dtype
Parts = list[Any]
Nodes = list[tuple[int, Parts]]  # subtrees that lie side by side: the height of each, and its totals
Answer = tuple[str, Any]  # ("totals", nodes) or ("unreadable", (file, start, stop, why)) or ("no value", why)

COMBINED = {"sum": np.add, "max": np.maximum, "min": np.minimum, "prod": np.multiply}
_COMPILED: dict[str, dict[str, Any]] = {}
_OPEN: dict[str, Any] = {}
_READ: dict[str, int] = {}  # bytes of mapped files since their pages were let go of
_MOST_OPEN = 64
_MOST_MAPPED = 64 << 20


def run(job: Job, first: int, last: int, tick: Any = None) -> Answer:
    """The totals of the blocks from number `first` up to `last`: those of the largest subtrees that lie between, in
    their order. `tick` is told how many rows each block had."""
    nodes: Nodes = []
    function = compiled(job["text"])[job["name"]]
    rows, combine, block = job["rows"].items(), job["combine"], job["block"]
    try:
        with np.errstate(all="ignore"):
            for number in range(first, last):
                start, stop = number * block, min((number + 1) * block, job["count"])
                arrays = {name: read(source, start, stop, name) for name, source in rows}
                put(nodes, number, 0, _of_block(function, job, arrays, stop - start), combine)
                if tick is not None:
                    tick(stop - start)
    except UnreadableError as trouble:
        return "unreadable", trouble.args
    except np.linalg.LinAlgError as trouble:
        return "no value", str(trouble)
    return "totals", nodes


def _of_block(function: Any, job: Job, arrays: dict[str, Any], count: int) -> Parts:
    """The totals of one block, by slabs that stay in the cache of a core while they are computed with."""
    slabs: Nodes = []
    for number, start in enumerate(range(0, count, job["slab"])):
        cut = {name: _along(x, start, start + job["slab"], job["rows"][name]["axis"]) for name, x in arrays.items()}
        found = [np.asarray(part, dtype=np.float64) for part in function(**cut, **job["given"])]
        put(slabs, number, 0, found, job["combine"])
    return together([slabs], job["combine"])


def put(nodes: Nodes, start: int, height: int, found: Parts, combine: list[str]) -> None:
    """One more subtree, of 2^height blocks from `start` on, joined with the one beside it where that is there."""
    while nodes and nodes[-1][0] == height and start >> height & 1:
        found = joined(nodes.pop()[1], found, combine)
        start -= 1 << height
        height += 1
    nodes.append((height, found))


def together(answers: list[Nodes], combine: list[str]) -> Parts:
    """The totals of all blocks, from those of ranges in their order; what is left over from the right to the left."""
    nodes: Nodes = []
    start = 0
    for answer in answers:
        for height, found in answer:
            put(nodes, start, height, found, combine)
            start += 1 << height
    found = nodes[-1][1]
    for _, other in reversed(nodes[:-1]):
        found = joined(other, found, combine)
    return found


def joined(a: Parts, b: Parts, combine: list[str]) -> Parts:
    """The totals of two ranges as those of both."""
    return [COMBINED[word](x, y) for word, x, y in zip(combine, a, b, strict=True)]


def compiled(text: str) -> dict[str, Any]:
    """The functions of a text, compiled once in a process."""
    if text not in _COMPILED:
        if len(_COMPILED) > _MOST_OPEN:
            _COMPILED.clear()
        made: dict[str, Any] = {"__name__": "rowwise"}
        exec(compile(text, "<blocks>", "exec"), made)
        _COMPILED[text] = made
    return _COMPILED[text]


class UnreadableError(Exception):
    """A block that cannot be read: the file, the rows from and to, and why."""


def read(source: Source, start: int, stop: int, name: str = "") -> Any:
    """The rows from `start` up to `stop`, of the source's kind of float."""
    found, at = [], 0
    for part in source["parts"]:
        low, high = max(start, at), min(stop, at + part["rows"])
        if low < high:
            try:
                piece = READERS[part["kind"]](part, low - at, high - at, source["axis"], name)
            except UnreadableError:
                raise
            except Exception as trouble:  # whatever a library of formats raises
                if hasattr(trouble, "diagnostics"):
                    raise  # the time that somebody set is over
                why = str(trouble).splitlines()[0] if str(trouble) else type(trouble).__name__
                raise UnreadableError(part["path"], low - at, high - at, why) from None
            found.append(piece)
        at += part["rows"]
    whole = found[0] if len(found) == 1 else np.concatenate(found, axis=source["axis"])
    return whole.astype(source["dtype"], copy=False)


def _along(array: Any, start: int, stop: int, axis: int) -> Any:
    return array[(*(slice(None),) * axis, slice(start, stop))]


def _array(part: Job, start: int, stop: int, axis: int, _: str) -> Any:
    return _along(part["array"], start, stop, axis)


def _npy(part: Job, start: int, stop: int, axis: int, _: str) -> Any:
    """Rows of a mapped file. Now and then the pages that were read are let go of: they would count as memory."""
    path = part["path"]
    _refuse_changed(part, start, stop)  # to touch what is gone would end the process
    mapped = _opened(path, part["stamp"], lambda: np.load(path, mmap_mode="r"))
    _let_go(mapped.nbytes // mapped.shape[axis] * (stop - start))
    return _along(mapped.view(np.ndarray), start, stop, axis)


def _let_go(read: int) -> None:
    """Of all mapped files together, when so much was read of them."""
    _READ["bytes"] = _READ.get("bytes", 0) + read
    if _READ["bytes"] > _MOST_MAPPED and hasattr(mmap, "MADV_DONTNEED"):
        for mapped in [x.base for x in _OPEN.values() if isinstance(x, np.memmap)]:
            if isinstance(mapped, mmap.mmap):
                mapped.madvise(mmap.MADV_DONTNEED)
        _READ["bytes"] = 0


def _zarr(part: Job, start: int, stop: int, axis: int, _: str) -> Any:
    import zarr

    array = _opened(part["path"], stamp(part["path"]), lambda: zarr.open_array(part["path"], mode="r"))
    return np.asarray(_along(array, start, stop, axis))


def _parquet(part: Job, start: int, stop: int, _: int, __: str) -> Any:
    """The groups of rows that have them; the last one is kept, as blocks are read in their order."""
    import pyarrow.parquet as pq

    _refuse_changed(part, start, stop)
    file = _opened(part["path"], part["stamp"], lambda: pq.ParquetFile(part["path"]))
    found, at = [], 0
    for k in range(file.num_row_groups):
        rows = file.metadata.row_group(k).num_rows
        low, high = max(start, at), min(stop, at + rows)
        if low < high:
            found.append(_group(part, file, k)[low - at:high - at])
        at += rows
    if sum(map(len, found)) != stop - start:
        raise UnreadableError(part["path"], start, stop, "the file ends before")
    return np.concatenate(found)


def _group(part: Job, file: Any, k: int) -> Any:
    """One group of rows as an array: of one column that was asked for alone a vector."""
    key = f"{part['path']} {part['stamp']} {part['columns']}"
    kept = _OPEN.get(key)
    if kept is None or kept[0] != k:
        table = file.read_row_group(k, columns=list(part["columns"]))
        arrays = [_column(table.column(name), name, part["path"]) for name in part["columns"]]
        kept = _OPEN[key] = k, arrays[0] if part["alone"] else np.stack(arrays, axis=1)
    return kept[1]


def _column(column: Any, name: str, path: str) -> Any:
    if column.null_count:
        raise UnreadableError(path, 0, 0, f"the column {name} has entries without a value")
    return column.to_numpy()


def stamp(path: str) -> list[int]:
    """What changes when a file does."""
    found = os.stat(path)
    return [found.st_size, found.st_mtime_ns]


def _refuse_changed(part: Job, start: int, stop: int) -> None:
    if stamp(part["path"]) != part["stamp"]:
        raise UnreadableError(part["path"], start, stop, "the file has changed since it was opened")


def _opened(path: str, known: Any, how: Any) -> Any:
    """A file, opened once in a process as long as it stays as it is `known`."""
    key = f"{path} {known}"
    if key not in _OPEN:
        if len(_OPEN) > _MOST_OPEN:
            _OPEN.clear()
        _OPEN[key] = how()
    return _OPEN[key]


READERS = {"array": _array, "npy": _npy, "zarr": _zarr, "parquet": _parquet}
