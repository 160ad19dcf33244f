"""Data that stay where they are: `.npy`, `.zarr` and `.parquet` files, and globs of them one below the other.

Only their heads are read here: kinds, shapes, columns. What reads their rows is `rowwise.work`.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from matcalc.diagnostics import MatcalcError, fail
from matcalc.files import FileError, regular
from matcalc.language import name_of
from matcalc.limits import ENTRIES
from matcalc.numeric.draws import Array
from matcalc.records import NamedTuple
from matcalc.rowwise.work import Source, read, stamp
from matcalc.tracing.values import read_values, split_values

ENDINGS = (".npy", ".zarr", ".parquet")
MOST = 10**15  # bytes of one file: no limit but that of sense
_NEEDS = {".zarr": "zarr", ".parquet": "pyarrow"}


class Table(NamedTuple):
    """Rows that stay where they are: the shape of all, and where they are."""

    shape: tuple[int, ...]
    dtype: str
    parts: tuple[dict[str, Any], ...]

    @property
    def bytes(self) -> int:
        """What all of it would take in memory."""
        return prod(self.shape) * np.dtype(self.dtype).itemsize

    @property
    def stand_in(self) -> Array:
        """An array of this shape that takes no memory."""
        return np.broadcast_to(np.float64(0), self.shape)

    def source(self, axis: int) -> Source:
        """As workers read it, along the axis of the rows."""
        return {"parts": list(self.parts), "axis": axis, "dtype": self.dtype}

    def whole(self) -> Array:
        """All of it in memory."""
        return np.array(read(self.source(0), 0, self.shape[0]), dtype=float)


def table_of(array: Array) -> Table:
    """Rows that are in memory already."""
    kept = np.asarray(array, dtype=_float(np.asarray(array).dtype))
    return Table(kept.shape, kept.dtype.str, ({"kind": "array", "path": "memory", "rows": kept.shape[0],
                                               "array": kept},))


def read_tables(texts: Iterable[str]) -> tuple[dict[str, Table], dict[str, Array]]:
    """Tables by canonical name, and the values of what is no table. Raises InputError for what cannot be read."""
    tables: dict[str, Table] = {}
    others: list[str] = []
    for part in split_values(texts):
        name, _, value = (word.strip() for word in part.partition("="))
        path, columns = _columns(value)
        if Path(path).suffix in ENDINGS and not value.startswith("["):
            tables[name_of(name)] = table(path, columns)
        else:
            others.append(part)
    values = read_values(others)
    for name in values:
        if name in tables:
            raise fail("M1001", f"{name} has two values")
    return tables, values


def is_outside(texts: Iterable[str]) -> bool:
    """Whether some data are tables in files that are not read as a whole: of several files, of other kinds than
    arrays, or larger than what is evaluated at once. What cannot be read is none."""
    for part in split_values(texts):
        value = part.partition("=")[2].strip()
        path, _ = _columns(value)
        ending = Path(path).suffix
        if value.startswith("[") or ending not in ENDINGS:
            continue
        if ending != ".npy" or (glob.has_magic(path) and not Path(path).exists()):
            return True
        try:
            if prod(table(path).shape) > ENTRIES:
                return True
        except MatcalcError:
            return False
    return False


def _columns(value: str) -> tuple[str, tuple[str, ...]]:
    """FILE.parquet:a+b names columns."""
    path, colon, columns = value.rpartition(":")
    if colon and path.endswith(".parquet"):
        return path, tuple(columns.split("+"))
    return value, ()


def table(pattern: str, columns: Sequence[str] = ()) -> Table:
    """The table in a file, or in the files that a pattern like part-*.npy means, in the order of their names."""
    ending = Path(pattern).suffix
    needed = _NEEDS.get(ending, "")
    if needed and find_spec(needed) is None:
        raise extra_missing(needed, f"to read {ending}")
    files = sorted(glob.glob(pattern)) if glob.has_magic(pattern) and not Path(pattern).exists() else [pattern]
    if not files:
        raise fail("M1004", f"no file is called {pattern}")
    found = [_one(file, ending, columns) for file in files]
    first = found[0]
    for file, other in zip(files, found, strict=True):
        if other.shape[1:] != first.shape[1:]:
            raise fail("M1004", f"the rows of {file} are {_row(other)}, those of {files[0]} {_row(first)}")
    dtype = np.result_type(*(np.dtype(t.dtype) for t in found)).str
    rows = sum(t.shape[0] for t in found)
    return Table((rows, *first.shape[1:]), dtype, tuple(part for t in found for part in t.parts))


def _row(t: Table) -> str:
    return "numbers" if len(t.shape) == 1 else f"{'×'.join(map(str, t.shape[1:]))} numbers each"


def extra_missing(module: str, what: str) -> MatcalcError:
    """What is not installed here."""
    return fail("M1304", f"{module} is not installed here, which is needed {what}",
                fixes=("pip install matcalc-cli[dask]",))


def _one(file: str, ending: str, columns: Sequence[str]) -> Table:
    try:
        return _HEADS[ending](file, columns)
    except FileError as trouble:
        raise fail("M1004", f"cannot read {file}: {trouble}") from None
    except MatcalcError:
        raise
    except Exception as trouble:  # noqa: BLE001 whatever a library of formats raises
        raise fail("M1004", f"cannot read {file}: {str(trouble).splitlines()[0] if str(trouble) else 'it is no table'}"
                   ) from None


def _npy(file: str, _: Sequence[str]) -> Table:
    size = regular(file, MOST)
    with open(file, "rb") as stream:
        version = np.lib.format.read_magic(stream)
        head = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if head is None:
            raise fail("M1004", f"{file} is no .npy file of plain numbers")
        shape, fortran, dtype = head(stream)
        offset = stream.tell()
    _refuse_kind(file, dtype)
    if not shape:
        raise fail("M1004", f"{file} holds one number and no rows")
    if size < offset + prod(shape) * dtype.itemsize:
        raise fail("M1004", f"{file} is no whole .npy file: it ends before its last row")
    part = {"kind": "npy", "path": str(Path(file).resolve()), "rows": shape[0], "shape": shape,
            "stamp": stamp(file), "fortran": bool(fortran)}
    return Table(tuple(shape), _float(dtype).str, (part,))


def _zarr(file: str, _: Sequence[str]) -> Table:
    import zarr

    array = zarr.open_array(file, mode="r")
    _refuse_kind(file, array.dtype)
    part = {"kind": "zarr", "path": str(Path(file).resolve()), "rows": array.shape[0]}
    return Table(tuple(array.shape), _float(array.dtype).str, (part,))


def _parquet(file: str, columns: Sequence[str]) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    regular(file, MOST)
    known = pq.ParquetFile(file)
    schema = known.schema_arrow
    numeric = [f.name for f in schema if pa.types.is_floating(f.type) or pa.types.is_integer(f.type)]
    wanted: list[str] = []
    for column in columns or numeric:
        named = [name for name in numeric if name.startswith(column[:-1])] if column.endswith("*") else [column]
        absent = [name for name in named if name not in numeric]
        if absent or not named:
            has = ", ".join(numeric) or "none"
            raise fail("M1004", f"{file} has no column of numbers called {column}; it has {has}")
        wanted += named
    alone = len(columns) == 1 and not columns[0].endswith("*")
    is_single = all(pa.types.is_float32(schema.field(name).type) for name in wanted)
    part = {"kind": "parquet", "path": str(Path(file).resolve()), "rows": known.metadata.num_rows,
            "columns": tuple(wanted), "alone": alone, "stamp": stamp(file)}
    shape = (known.metadata.num_rows,) if alone else (known.metadata.num_rows, len(wanted))
    return Table(shape, "<f4" if is_single else "<f8", (part,))


def _refuse_kind(file: str, dtype: Any) -> None:
    if np.dtype(dtype).kind not in "biuf":
        raise fail("M1004", f"{file} holds no real numbers, but entries of type {dtype}")


def _float(dtype: Any) -> np.dtype[Any]:
    """Single precision stays what it is; anything else is computed in double precision."""
    return np.dtype("<f4") if np.dtype(dtype) == np.float32 else np.dtype("<f8")


_HEADS: Mapping[str, Callable[[str, Sequence[str]], Table]] = {".npy": _npy, ".zarr": _zarr, ".parquet": _parquet}
