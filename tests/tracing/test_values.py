"""What is given with --at, --data and --random: good values, and a clear refusal with exit code 2 for bad ones."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from matcalc.tracing.values import read_values
from tests.cli.sessions import run


def test_spellings(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", np.eye(2))
    (tmp_path / "y.csv").write_text("1,2\n3,4\n")
    (tmp_path / "z.json").write_text("[1, 2.5]")
    texts = ["x1=2, x₂=-1e-3", "a=1/2;A=[[1,2],[3,4]];B=[1, 2; 3, 4],c=[1;2]",
             f"X={tmp_path}/X.npy,y={tmp_path}/y.csv,z={tmp_path}/z.json"]
    found = read_values(texts)
    assert {name: v.shape for name, v in found.items()} == {
        "x_1": (), "x_2": (), "a": (), "A": (2, 2), "B": (2, 2), "c": (2, 1), "X": (2, 2), "y": (2, 2), "z": (2,)}
    assert found["a"] == 0.5


BAD = [  # code, part of the message, arguments after `trace EXPR`
    ("M1001", "NAME=VALUE", ("x", "--at", "x")),
    ("M1001", "no value for x", ("x", "--at", "x=two")),
    ("M1001", "no value for x", ("x", "--at", "x=1/0")),
    ("M1001", "no value for x", ("x", "--at", "x=[[1,2],[3]]")),
    ("M1001", "no value for x", ("x", "--at", "x=[1,2")),
    ("M1001", "no value for x", ("x", "--at", "x=__import__('os')")),
    ("M1001", "not finite", ("x", "--at", "x=nan")),
    ("M1001", "3 axes", ("X", "--at", "X=[[[1]]]")),
    ("M1001", "empty", ("x", "--at", "x=[]")),
    ("M1001", "two values", ("x", "--at", "x=1,x=2")),
    ("M1002", "no value for y", ("x y", "--at", "x=1")),
    ("M1003", "z has a value and is no variable", ("x + a", "--at", "x=1,a=1,z=3")),
    ("M1003", "q is no dimension", ("A x", "--random", "q=3")),
    ("M1004", "cannot read missing.npy", ("x", "--at", "x=missing.npy")),
    ("M1005", "no finite value", ("log(x)", "--at", "x=-1")),
    ("M1006", "nothing to trace", ("1 + 2", "--random", "any")),
    ("M0003", "sizes read", ("A x", "--random", "n=0")),
    ("M0804", "x is n×1, its value is 3×1", ("A x", "--at", "A=[[1,2],[3,4]],x=[1,2,3]")),
    ("M0504", "adjoints belong to a scalar", ("A x", "--random", "any", "--mode", "reverse")),
]


@pytest.mark.parametrize(("code", "said", "call"), BAD, ids=[" ".join(call) for _, _, call in BAD])
def test_refusals(code: str, said: str, call: tuple[str, ...]) -> None:
    found, out, err = run("trace", *call)
    assert (found, out) == (2, "")
    assert f"error[{code}]" in err
    assert said in err


def header(shape: tuple[int, ...]) -> bytes:
    """The head of a .npy file whose numbers are missing."""
    file = BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue()


HUGE = header((10**6, 10**6))


@pytest.mark.parametrize(("name", "content"), [("x.npy", b"no array"), ("x.json", b"{"), ("x.csv", b"a,b"),
                                               ("x.json", b'{"a": 1}'), ("x.txt", b"\xff\xfe"), ("x.npy", b""),
                                               ("x.json", b"[[1, 2], [3]]"), ("x.csv", b""), ("x.npy", HUGE)])
def test_unreadable_files(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found, _, err = run("trace", "x'x", "--at", f"x={tmp_path / name}")
    assert found == 2
    assert err.startswith("error[M100")
    assert "pickle" not in err


def test_files_with_objects_complex_numbers_and_text(tmp_path: Path) -> None:
    np.save(tmp_path / "o.npy", np.array([{}]), allow_pickle=True)
    np.save(tmp_path / "c.npy", np.array([1j]))
    np.save(tmp_path / "s.npy", np.array(["1", "2"]))
    for name, code, said in (("o", 2, "error[M1004]"), ("c", 3, "error[M1503]"), ("s", 2, "error[M1004]")):
        found, _, err = run("trace", "x'x", "--at", f"x={tmp_path / name}.npy")
        assert (found, said in err) == (code, True)


def test_random_values_keep_to_what_is_given() -> None:
    out = run("trace", "A x", "--at", "x=[1,2,3]", "--random", "m=5")[1]
    assert "5x3" in out or "5×3" in out
    assert run("trace", "log(x) + sqrt(y)", "-v", "x: scalar", "-v", "y: scalar", "--random", "any")[0] == 0
