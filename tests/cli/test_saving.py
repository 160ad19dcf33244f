"""Files are written whole or stay as they were; their ending says the format, which is the real one or refused."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from matcalc.cli import output
from matcalc.cli.output import save, saving
from matcalc.diagnostics import InputError
from tests.cli.sessions import run

GRAD = ("grad", "x'A x", "-w", "x", "--no-check")


def test_a_file_stays_as_it_was_when_writing_fails(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match=r"cannot write .*No space"):
        _half(file, OSError(28, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        _half(file, KeyboardInterrupt())
    assert file.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def _half(file: Path, end: BaseException) -> None:
    with saving(str(file)) as stream:
        stream.write(b"half")
        raise end


def test_links_and_permissions_are_kept(tmp_path: Path) -> None:
    file, link = tmp_path / "a.txt", tmp_path / "link.txt"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to("a.txt")
    save("new", str(link))
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(b"x", str(tmp_path / "a"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "no" / "where")
    for name, reason in (("", "Is a directory"), ("no/where", "No such file"), ("dangling", "No such file"),
                         ("new/", "Is a directory"), ("pipe", "No such device"), ("a" * 300, "File name too long"),
                         ("a\0b", "no file has such a name")):
        code, out, err = run(*GRAD, "-o", f"{tmp_path}/{name}")
        assert (code, out) == (2, ""), name
        assert "error[M0004]: cannot write" in err
        assert reason in err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write to any file")
def test_a_file_that_is_not_to_be_written(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.touch(0o400)
    assert "Permission denied" in run(*GRAD, "-o", str(file))[2]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
@pytest.mark.parametrize("args", [
    GRAD, ("graph", "x'x"), ("verify", "x'x", "-w", "x"), ("code", "x'x", "-w", "x", "--no-check"), ("rules", "list"),
    ("trace", "x + 1", "--at", "x=1"), ("explain", "M0301"), ("simplify", "x"), ("equal", "x", "x")], ids=" ".join)
def test_a_full_disk(args: tuple[str, ...], tmp_path: Path) -> None:
    assert "M0004" in run(*args, "-o", "/dev/full")[2]
    for ending in (".json", ".txt"):
        (tmp_path / f"full{ending}").symlink_to("/dev/full")
        code, out, err = run(*args, "-o", str(tmp_path / f"full{ending}"))
        assert (code, out) == (2, "")
        assert "No space left on device" in err


def test_parameters_are_saved_whole(tmp_path: Path) -> None:
    ask = ("descend", "norm2(x - ones(n,1))^2", "-w", "x", "--size", "n=3")
    for ending in (".json", ".npy", ".npz"):
        assert run(*ask, "-o", str(tmp_path / f"fit{ending}"))[0] == 0
    assert np.allclose(json.loads((tmp_path / "fit.json").read_text(encoding="utf-8"))["x"], 1)
    assert np.allclose(np.load(tmp_path / "fit.npy"), 1)
    assert np.allclose(np.load(tmp_path / "fit.npz")["x"], 1)
    if Path("/dev/full").exists():
        (tmp_path / "full.npz").symlink_to("/dev/full")
        assert run(*ask, "-o", str(tmp_path / "full.npz"))[0] == 2


def test_the_ending_chooses_the_format(tmp_path: Path) -> None:
    def written(name: str, *more: str) -> str:
        code, out, err = run(*GRAD, "-o", str(tmp_path / name), *more)
        assert (code, out, err) == (0, "", "")
        return (tmp_path / name).read_text(encoding="utf-8")

    assert written("a.tex") == "(A + A^{\\top}) x\n" == run(*GRAD, "--latex")[1]
    assert json.loads(written("a.json")) == json.loads(run(*GRAD, "--json")[1])
    assert written("a.txt") == written("a.formula") == written("a") == "(A + A')*x\n"
    assert written("b.tex", "-f", "unicode") == "(A + Aᵀ) x\n"
    assert written("c.TEX") == written("a.tex")


    assert written("a.typ") == run(*GRAD, "-f", "typst")[1]
    assert written("a.mml") == run(*GRAD, "-f", "mathml")[1]


@pytest.mark.parametrize(("name", "wish", "fix"), [("b.tex", "json", "-o b.json"), ("b.json", "latex", "-o b.txt"),
                                                   ("b.typ", "json", "-o b.json"), ("b.json", "unicode", "-o b.txt")])
def test_json_is_not_written_as_a_document_nor_the_reverse(name: str, wish: str, fix: str, tmp_path: Path) -> None:
    code, out, err = run(*GRAD, "-f", wish, "-o", str(tmp_path / name))
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "M1011" in out + err
    assert fix in out + err


@pytest.mark.parametrize("ending", [".png", ".pdf", ".svg", ".jpg", ".PNG"])
def test_text_is_not_written_as_a_picture(ending: str, tmp_path: Path) -> None:
    code, out, err = run(*GRAD, "-o", str(tmp_path / f"a{ending}"))
    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert "error[M1011]: what grad says is not written" in err


def test_pictures_in_other_formats_are_refused(tmp_path: Path) -> None:
    for args in (("graph", "x'x", "-o", "g.jpg"), ("verify", "x'x", "-w", "x", "-o", "v.gif"),
                 ("graph", "x'x", "--to", "dot", "-o", "g.png")):
        code, _, err = run(*args[:-1], str(tmp_path / args[-1]))
        assert (code, list(tmp_path.iterdir())) == (2, [])
        assert "M1011" in err


def test_without_the_library_the_fix_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(output, "_is_installed", lambda _: None)
    for args in (("graph", "x'x", "-o", "g.png"), ("verify", "x'x", "-w", "x", "-o", "v.pdf")):
        code, out, err = run(*args[:-1], str(tmp_path / args[-1]))
        assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
        assert 'pip install "matcalc-cli[pictures]"' in err
    assert run("graph", "x'x", "-o", str(tmp_path / "g.svg"))[0] == 0


@pytest.mark.parametrize(("args", "ending", "written"), [
    (("code", "x'x", "-w", "x"), ".f90", False), (("code", "x'x", "-w", "x"), ".py", True), (GRAD, ".py", False),
    (GRAD, ".html", False), (("graph", "x'x"), ".tex", False), (("graph", "x'x"), ".dot", True), (GRAD, ".log", True),
    (("code", "x'x", "-w", "x"), ".tex", False), (("simplify", "x"), ".R", False)])
def test_a_language_that_is_not_written(args: tuple[str, ...], ending: str, written: bool, tmp_path: Path) -> None:
    file = tmp_path / f"out{ending}"
    code, out, err = run(*args, "-o", str(file))
    assert (code, out, "M1011" in err, file.exists()) == (0 if written else 2, "", not written, written)
