"""Descents by blocks: what they reach, that they go on exactly where they were, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest

from matcalc import limits
from matcalc.rowwise.checkpoints import Log
from tests.cli.sessions import run

LOGISTIC = "sum(log(1 + exp(-y.*(X w)))) + lambda w'w"
NETWORK = "1/m normF(Y - tanh(X A) B)^2 where X: matrix(m,n), Y: matrix(m,q), A: matrix(n,p)"


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data, which is where one is."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    x = rng.standard_normal((501, 4))
    np.save("X.npy", x)
    np.save("y.npy", np.sign(x @ [1, -2, 0.5, 0] + rng.standard_normal(501)))
    np.save("Y.npy", np.tanh(x @ rng.standard_normal((4, 2))))
    return tmp_path


def descend(*words: str, expr: str = LOGISTIC, code: int = 0) -> dict[str, Any]:
    """The descent as JSON."""
    data = [] if "--data" in words else ["--data", "X=X.npy,y=y.npy,lambda=0.5"]
    found = run("descend", expr, "-w", "w", *data, "--json", *words)
    assert found[0] == code, found
    return dict(json.loads(found[1]).get("descent", {"diagnostics": json.loads(found[1])["diagnostics"]}))


def without_time(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in ("blocks", "evaluations")}


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", "gd"])
def test_the_answer_is_that_of_data_in_memory(method: str) -> None:
    found, whole = (descend("--method", method, *more)
                    for more in (["--block-rows", "37"], []))
    assert found["status"] == whole["status"] == "converged"
    assert found["blocks"]["blocks"] == 14
    a, b = (np.ravel(one["parameters"]["w"]) for one in (found, whole))
    assert np.abs(a - b).max() < 1e-6  # both stop where the gradient is small
    assert abs(found["value"] / whole["value"] - 1) < 1e-12


def test_an_epoch_of_stochastic_descent_goes_down() -> None:
    found = descend("--method", "sgd", "--block-rows", "20", "--steps-limit", "5")
    values = [point["value"] for point in found["way"]]
    assert found["status"] == "limit"
    assert values[-1] < values[0] * 0.8


@pytest.mark.parametrize("method", ["lbfgs", "newton-cg", "gd", "sgd"])
def test_a_descent_is_taken_up_exactly(method: str) -> None:
    words = ["--method", method, "--block-rows", "50"]
    whole = descend(*words, "--steps-limit", "6")
    descend(*words, "--steps-limit", "3", "--checkpoint", "c")
    found = descend(*words, "--steps-limit", "6", "--checkpoint", "c")
    assert found["blocks"]["taken_up"] > 3
    assert without_time(found) == without_time(whole)
    again = descend(*words, "--steps-limit", "6", "--checkpoint", "c")
    assert again["blocks"]["passes"] == 0 or method == "sgd"
    assert without_time(again) == without_time(whole)


def test_a_record_that_is_half_written_is_cut_off() -> None:
    whole = descend("--block-rows", "50", "--checkpoint", "c")
    content = Path("c").read_bytes()
    for cut in (len(content) - 3, len(content) // 2, 40, 10):
        Path("c").write_bytes(content[:cut])
        if cut == 10:
            assert descend("--block-rows", "50", "--checkpoint", "c", code=2)["diagnostics"][0]["code"] == "M1307"
        else:
            assert without_time(descend("--block-rows", "50", "--checkpoint", "c")) == without_time(whole)
            assert Path("c").read_bytes() == content


@pytest.mark.parametrize("other", [["--block-rows", "51"], ["--block-rows", "50", "--method", "gd"],
                                   ["--block-rows", "50", "--start", "w=[1,1,1,1]"]])
def test_the_checkpoint_of_another_descent_is_refused(other: list[str]) -> None:
    descend("--block-rows", "50", "--checkpoint", "c")
    before = Path("c").read_bytes()
    assert descend(*other, "--checkpoint", "c", code=2)["diagnostics"][0]["code"] == "M1307"
    assert Path("c").read_bytes() == before


def test_a_file_that_is_no_checkpoint_stays_as_it_is() -> None:
    Path("c").write_text("something else")
    assert descend("--checkpoint", "c", code=2)["diagnostics"][0]["code"] == "M1307"
    assert Path("c").read_text() == "something else"


def test_divergence_is_said() -> None:
    found = descend("--method", "gd", "--rate", "10", "--block-rows", "50", "--checkpoint", "c",
                    expr="sum((X w - y).^4) + lambda w'w", code=3)
    assert found["status"] == "diverged"
    assert Log("c", json.loads(json.dumps({}))).taken_up > 0


def test_a_network_by_blocks_ends_where_the_slope_does() -> None:
    found = run("descend", NETWORK, "-w", "A", "-w", "B", "--data", "X=X.npy,Y=Y.npy", "--size", "p=2", "--json",
                "--block-rows", "64", "--steps-limit", "500")
    said = json.loads(found[1])["descent"]
    assert said["status"] in ("stationary", "limit")
    assert said["value"] < 0.05


def test_rows_that_cannot_be_read_are_named() -> None:
    content = Path("X.npy").read_bytes()
    descend("--block-rows", "50", "--checkpoint", "c", "--steps-limit", "2")
    Path("X.npy").write_bytes(content[:-100])
    found = descend("--block-rows", "50", "--checkpoint", "c", code=2)["diagnostics"][0]
    assert found["code"] == "M1004"
    assert "X.npy" in found["message"]


def test_columns_of_another_length_are_refused() -> None:
    np.save("y.npy", np.ones(500))
    assert descend("--block-rows", "50", code=2)["diagnostics"][0]["code"] == "M0804"


@pytest.mark.parametrize(("words", "code"), [
    (["--engine", "stream", "--workers", "2"], "M0003"), (["--block-rows", "50", "--compare"], "M0003"),
    (["--rows", "k", "--block-rows", "50"], "M1301")])
def test_words_that_do_not_go_together(words: list[str], code: str) -> None:
    found = descend(*words, code=3 if code == "M1301" else 2)
    assert found["diagnostics"][0]["code"] == code


def test_dask_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from matcalc.rowwise import engines

    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    assert descend("--engine", "dask", code=2)["diagnostics"][0]["code"] == "M1304"


def test_stochastic_descent_needs_a_sum() -> None:
    found = descend("--method", "sgd", "--block-rows", "50", expr="log(sum(exp(X w))) + lambda w'w - y'X w", code=3)
    assert found["diagnostics"][0]["code"] == "M1303"


def test_single_precision_is_computed_in_single_precision() -> None:
    whole = descend("--block-rows", "50")
    for name in ("X", "y"):
        np.save(f"{name}.npy", np.load(f"{name}.npy").astype(np.float32))
    found = descend("--block-rows", "50")
    assert found["value"] == pytest.approx(whole["value"], rel=1e-5)
    assert found["value"] != whole["value"]


WEIGHTED = "sum(p.*(X w - y).^2) + w'S w where p: vector(m) positive, X: matrix(m,n), S: "


@pytest.mark.parametrize(("word", "code", "said"), [
    ("symmetric", "M1010", "the value of S is not sym"), ("spd", "M1010", "the value of S is not spd"),
    ("matrix(n,n)", "M1010", "the value of p is not positive in rows 301 to 501")])
def test_what_is_declared_of_files_is_looked_at(word: str, code: str, said: str,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    from matcalc.rowwise import loss

    monkeypatch.setattr(loss, "BLOCK_BYTES", 300 * 8)
    p, s = np.ones(501), np.eye(4)
    p[400] = -1 if "matrix" in word else 1
    s[0, 1], s[1, 0] = (1, 0) if word == "symmetric" else (2, 2)
    np.save("p.npy", p)
    np.save("S.npy", s)
    found = descend("--data", "p=p.npy,S=S.npy,X=X.npy,y=y.npy", "--block-rows", "50", expr=WEIGHTED + word, code=2)
    assert found["diagnostics"][0]["code"] == code
    assert said in found["diagnostics"][0]["message"]


def test_what_cannot_be_looked_at_block_by_block_is_refused() -> None:
    np.save("Q.npy", np.linalg.qr(np.random.default_rng(0).standard_normal((501, 4)))[0])
    expr = "norm2(Q w - y)^2 where Q: matrix(m,n) orthogonal"
    found = run("descend", expr, "-w", "w", "--data", "Q=Q.npy,y=y.npy", "--block-rows", "50", "--json")
    assert json.loads(found[1])["diagnostics"][0]["code"] == "M1302", found


@pytest.mark.parametrize("method", ["gd", "sgd"])
def test_data_may_take_as_long_as_they_take(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit on computing time is for deriving; a descent in blocks goes on, unless --timeout says otherwise."""
    words = ["--method", method, "--rate", "1e-9", "--block-rows", "10", "--steps-limit", "1"]
    descend(*words)  # derived once
    monkeypatch.setattr(limits, "SECONDS", 0.5)
    before = process_time()
    words[-1] = "150" if method == "sgd" else "400"
    assert descend(*words)["status"] == "limit"
    assert process_time() - before > 0.8
    assert descend(*words, "--timeout", "0.5", code=3)["diagnostics"][0]["code"] == "M0107"
