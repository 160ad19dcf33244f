"""Data in files: what is read by blocks is what NumPy reads as a whole, what cannot be read is said with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcalc.diagnostics import MatcalcError
from matcalc.rowwise import tables
from matcalc.rowwise.tables import read_tables, table
from matcalc.rowwise.work import UnreadableError, read

X = np.random.default_rng(0).standard_normal((11, 3))
SLICES = [(0, 11), (0, 1), (3, 8), (10, 11)]


def same(found: tables.Table, whole: Any) -> None:
    for start, stop in SLICES:
        assert np.array_equal(read(found.source(0), start, stop), whole[start:stop])


@pytest.mark.parametrize("array", [X, np.asfortranarray(X), X[:, 0], X.astype(">f8"), np.arange(11), X > 0],
                         ids=["C", "Fortran", "vector", "big-endian", "integers", "booleans"])
def test_npy(array: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", array)
    found = table(str(tmp_path / "a.npy"))
    assert found.shape == array.shape
    assert np.dtype(found.dtype) == np.float64
    same(found, array)


def test_single_precision_stays(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X.astype(np.float32))
    found = table(str(tmp_path / "a.npy"))
    assert read(found.source(0), 2, 5).dtype == np.float32


def test_columns_as_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", X)
    found = table(str(tmp_path / "a.npy"))
    assert np.array_equal(read({**found.source(1), "parts": [{**found.parts[0], "rows": 3}]}, 1, 3), X[:, 1:3])


def test_files_below_each_other(tmp_path: Path) -> None:
    for k, part in enumerate((X[:4], X[4:4], X[4:])):
        np.save(tmp_path / f"part-{k}.npy", part)
    found = table(str(tmp_path / "part-*.npy"))
    assert found.shape == (11, 3)
    same(found, X)
    np.save(tmp_path / "part-3.npy", X[:, :2])
    with pytest.raises(MatcalcError) as refused:
        table(str(tmp_path / "part-*.npy"))
    assert refused.value.diagnostics[0].code == "M1004"


def test_zarr(tmp_path: Path) -> None:
    zarr = pytest.importorskip("zarr")
    array = zarr.create_array(store=str(tmp_path / "a.zarr"), shape=X.shape, chunks=(4, 2), dtype="f8")
    array[:] = X
    same(table(str(tmp_path / "a.zarr")), X)


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    columns = {"x1": X[:, 0], "x2": X[:, 1], "y": X[:, 2], "name": list("abcdefghijk")}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet", row_group_size=4)
    file = str(tmp_path / "a.parquet")
    same(table(file), X)
    same(table(file, ["y"]), X[:, 2])
    same(table(file, ["x*"]), X[:, :2])
    found, _ = read_tables([f"X={file}:y+x1,v={file}:x2"])
    same(found["X"], X[:, [2, 0]])
    same(found["v"], X[:, 1])
    with pytest.raises(MatcalcError, match="no column of numbers called name"):
        table(file, ["name"])


def test_entries_without_a_value_are_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table({"y": [1.0, None, 2.0]}), tmp_path / "a.parquet")
    with pytest.raises(UnreadableError, match="without a value"):
        read(table(str(tmp_path / "a.parquet"), ["y"]).source(0), 0, 3)


def test_a_file_that_became_shorter(tmp_path: Path) -> None:
    file = tmp_path / "a.npy"
    np.save(file, X)
    found = table(str(file))
    file.write_bytes(file.read_bytes()[:-50])
    with pytest.raises(UnreadableError) as trouble:
        read(found.source(0), 4, 6)
    assert trouble.value.args[:3] == (str(file.resolve()), 4, 6)
    with pytest.raises(MatcalcError, match="ends before its last row"):
        table(str(file))


@pytest.mark.parametrize("content", [b"", b"nothing", b"\x93NUMPY\x01\x00"])
def test_what_is_no_table(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    for name in ("a.npy", "b.npy", "c-*.npy"):
        with pytest.raises(MatcalcError) as refused:
            table(str(tmp_path / name))
        assert refused.value.diagnostics[0].code == "M1004"


@pytest.mark.parametrize("ending", ["zarr", "parquet"])
def test_a_library_that_is_not_there(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    with pytest.raises(MatcalcError) as refused:
        table(f"a.{ending}")
    assert refused.value.diagnostics[0].code == "M1304"
    assert refused.value.diagnostics[0].fixes == ("pip install matcalc-cli[dask]",)


def test_other_values_are_read_as_ever() -> None:
    found, values = read_tables(["lambda=0.5,v=[1,2]"])
    assert found == {}
    assert values["lambda"] == 0.5
    assert values["v"].tolist() == [1, 2]
