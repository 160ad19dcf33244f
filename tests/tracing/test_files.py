"""Values and problems from files: regular ones, of a size that can be read, without Python objects in them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest

from matcalc.files import FileError, contents, text_of
from tests.cli.sessions import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that are none, or that promise more than they hold."""
    for ending in (".npy", ".csv", ".txt", ".json"):
        os.mkfifo(tmp_path / f"pipe{ending}")
        (tmp_path / f"folder{ending}").mkdir()
        (tmp_path / f"zero{ending}").symlink_to("/dev/zero")
        with open(tmp_path / f"large{ending}", "wb") as file:
            file.truncate(100_000_001)
    np.save(tmp_path / "good.npy", np.eye(2))
    (tmp_path / "link.npy").symlink_to("good.npy")
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "several.npz", a=np.eye(2))
    (tmp_path / "several.npz").rename(tmp_path / "several.npy")
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}".ljust(117) + b"\n"
    (tmp_path / "promise.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    (tmp_path / "deep.json").write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    return tmp_path


REASONS = [
    *((f"pipe{e}", "it is a pipe, not a regular file") for e in (".npy", ".csv", ".txt", ".json")),
    *((f"folder{e}", "it is a folder, not a regular file") for e in (".npy", ".csv", ".txt", ".json")),
    *((f"zero{e}", "it is a device, not a regular file") for e in (".npy", ".csv", ".txt", ".json")),
    *((f"large{e}", "bytes, more than 100,000,000") for e in (".npy", ".csv", ".txt", ".json")),
    ("objects.npy", "is no whole .npy file of plain numbers"), ("several.npy", "is no .npy file"),
    ("promise.npy", "is no whole .npy file"), ("deep.json", "nested too deeply"), ("binary.csv", "it is not UTF-8"),
    ("none.npy", "No such file or directory"),
]


@pytest.mark.parametrize(("name", "reason"), REASONS)
def test_what_is_no_array_is_refused(name: str, reason: str, folder: Path) -> None:
    file = folder / name
    for call in (("trace", "sum(X)", "--at", f"X={file}"), ("graph", "sum(X)", "--at", f"X={file}"),
                 ("descend", "norm2(X w)^2", "-w", "w", "--data", f"X={file}"),
                 ("descend", "norm2(X w)^2", "-w", "w", "--data", "X=[[1,2]]", "--start", f"w={file}")):
        code, out, err = run(*call)
        assert (code, out) == (2, "")
        assert "error[M1004]" in err
        assert reason in err


def test_links_to_files_are_files(folder: Path) -> None:
    for name in ("good.npy", "link.npy"):
        assert "v_2 = sum(v_1)" in run("trace", "sum(X)", "--at", f"X={folder}/{name}")[1]


def test_problems_come_from_regular_files(folder: Path) -> None:
    for name, reason in (("pipe.txt", "a pipe"), ("folder.txt", "a folder"), ("zero.txt", "a device"),
                         ("binary.csv", "it is not UTF-8 at byte"), ("a\0b", "no file has such a name")):
        code, out, err = run("grad", "--file", str(folder / name))
        assert (code, out) == (2, "")
        assert "error[M0006]" in err
        assert reason in err


def test_sockets_and_files_that_grow(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "s"))
        with pytest.raises(FileError, match="it is a socket"):
            contents(tmp_path / "s")
    (tmp_path / "a").write_bytes(b"12345")
    assert contents(tmp_path / "a", 5) == b"12345"
    with pytest.raises(FileError, match="it has 5 bytes, more than 4"):
        contents(tmp_path / "a", 4)
    if Path("/proc/self/status").exists():  # says that it is empty
        with pytest.raises(FileError, match="it has more than 10 bytes"):
            contents("/proc/self/status", 10)


def test_texts_have_plain_ends_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfx\r\ny\n")
    assert text_of(tmp_path / "a") == "x\ny\n"
