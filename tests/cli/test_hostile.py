"""Whatever is typed or found in a file ends in an answer or a refusal, and gives no orders to the terminal."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from matcalc import api
from matcalc.checking.vcurve import Branch, svg_plot
from matcalc.cli.command import as_json
from tests.cli.sessions import run

WORDS = [
    "\udcff", "\x1b[31m", "\x9b31m", "\x00", "\u202e", "x\udcff", "\ufffe", "", " ", "a" * 400, "-", "--", "%s",
    "[red]", "M9999999999999999999", "../../etc/passwd", "x=1=2", "=", ",", "🙂" * 50,
]
CALLS = [
    ["grad", "{}"], ["grad", "x'x", "-w", "{}"], ["grad", "x'x", "-v", "{}: vector"], ["grad", "x'x", "-v", "x: {}"],
    ["grad", "x'x", "--size", "{}"], ["grad", "x'x", "--rules", "{}"], ["verify", "x'x", "-w", "x", "--claim", "{}"],
    ["explain", "{}"], ["help", "{}"], ["rules", "show", "{}"], ["rules", "check", "{}"], ["{}"],
    ["grad", "x", "--{}"], ["trace", "x", "--at", "{}"], ["trace", "x", "--at", "x={}"],
    ["trace", "x", "--random", "{}"], ["descend", "x'x", "-w", "x", "--data", "{}"],
    ["jvp", "x", "--direction", "{}"], ["grad", "--file", "{}"], ["equal", "x", "{}"], ["completion", "{}"],
    ["code", "x'x", "-w", "x", "--to", "{}"], ["graph", "{}", "--to", "svg"],
]


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_odd_words(call: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for word in (word for word in WORDS if call[1:2] != ["check"] or word.strip(" -")):  # of nothing: all rules
        for more in ([], ["--json"]):
            code, out, err = run(*(arg.replace("{}", word) for arg in call), *more, stdin="x'x")
            assert code in (0, 1, 2, 3), (word, out, err)
            assert "Traceback" not in err
            said = (out + err).replace("\n", "").replace("\t", "")
            assert not {"\x1b", "\x9b", "\x00", "\u202e"} & set(said), word
            if more and call[0] != "grad" and out:
                assert json.loads(out.splitlines()[0])["schema"] == "matcalc/1"


TOML = [  # a problem, the code of its refusal
    ('expr = "x\'x"\nfile = "{here}"', "M0003"), ('expr = "x"\nhelp = true', "M0003"),
    ('expr = "x"\nversion = true', "M0003"), ('expr = "x\'x"\noutput = "{here}.txt"', "M0003"),
    ('expr = "-"', "M0201"), ('expr = "a\\u0000b"', "M0101"), ('"" = 1', "M0003"), ('expr = ["x"]', "M0202"),
    ('wrt = "x"', "M0003"), ('expr = "x"\nwrt = 1979-05-27', "M0401"),
]


def test_problems_that_lead_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "problems.toml"
    text = "".join(f"[[problem]]\n{body}\n" for body, _ in TOML).replace("{here}", str(file))
    file.write_text(text, encoding="utf-8")
    code, out, err = run("grad", "--file", str(file))
    assert (code, err) == (2, "")
    answers = [json.loads(row) for row in out.splitlines()]
    assert [one["line"] for one in answers] == list(range(1, len(TOML) + 1))
    assert [one["ok"] for one in answers] == [False] * len(TOML)
    assert [one["diagnostics"][0]["code"] for one in answers if one["line"] not in (8, 10)] == \
        [known for i, (_, known) in enumerate(TOML, 1) if i not in (8, 10)]
    assert os.listdir(tmp_path) == ["problems.toml"]


def test_a_problem_that_is_no_table(tmp_path: Path) -> None:
    for text in ('problem = ["x"]', "problem = 3"):
        (tmp_path / "a.toml").write_text(text, encoding="utf-8")
        code, _, err = run("grad", "--file", str(tmp_path / "a.toml"))
        assert code == 2
        assert "problem 1 is no table" in err


ENDS = [  # an error that nobody caught, the exit code, what is said
    (OSError(errno.ENOSPC, "No space left on device"), 2, "cannot write to standard output: No space left on device"),
    (OSError(errno.EIO, "Input/output error"), 2, "cannot write to standard output: Input/output error"),
    (OSError(errno.EAGAIN, "Resource temporarily unavailable"), 2, "the system refuses: Resource"),
    (FileNotFoundError(errno.ENOENT, "No such file or directory", "lost"), 2, "No such file or directory: lost"),
    (ImportError("libopenblas.so: failed to map segment"), 2, "a library cannot be loaded: libopenblas.so"),
    (ModuleNotFoundError("No module named 'matcalc.lost'", name="matcalc.lost"), 70, "matcalc failed"),
    (MemoryError(), 3, "more memory than there is"), (RecursionError(), 3, "nested too deeply"),
]


@pytest.mark.parametrize(("error", "code", "said"), ENDS, ids=lambda row: type(row).__name__)
def test_other_ends(error: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(api, "grad", raising)
    found, out, err = run("grad", "x'x")
    assert (found, out) == (code, "")
    assert said in err


def test_json_is_harmless_on_a_terminal() -> None:
    text = as_json("grad", True, {"input": {"source": "a\x9b31m\u202e\x7f\x1bé𝐱"}})
    assert json.loads(text)["input"]["source"] == "a\x9b31m\u202e\x7f\x1bé𝐱"
    assert not {"\x9b", "\u202e", "\x7f", "\x1b"} & set(text)
    assert "é𝐱" in text


def test_a_title_of_a_picture_is_xml() -> None:
    from xml.etree import ElementTree

    branch = Branch("central", tuple([1e-3] * 61), 2.0, 1e-9, 1e-5, 1e-5)
    assert ElementTree.fromstring(svg_plot([branch], "a\x01\x1b<b>\ufffe")).tag.endswith("svg")
