"""Workers of Dask: the same to the last bit as in one process, and what is done where workers, blocks or schedulers are
lost."""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcalc.diagnostics import MatcalcError
from matcalc.rowwise.loss import Rowwise, rowwise
from matcalc.rowwise.tables import read_tables
from tests.cli.sessions import run

pytest.importorskip("distributed", reason="dask.distributed is not installed")
LOGISTIC = "sum(log(1 + exp(-y.*(X w)))) + lambda w'w"
SPHERE = "log(sum(exp(X w))) + norm(X w - y)"  # two passes, and a largest entry


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("rows")
    rng = np.random.default_rng(3)
    x = rng.standard_normal((4001, 5))
    np.save(found / "X.npy", x)
    np.save(found / "y.npy", np.sign(x @ [1, -2, 0.5, 0, 1] + rng.standard_normal(4001)))
    return found


@pytest.fixture(scope="module", params=[1, 2])
def cluster(request: pytest.FixtureRequest) -> Iterator[Any]:
    from matcalc.rowwise.engines import Cluster

    found = Cluster(workers=request.param)
    yield found
    found.close()


def loss(folder: Path, expr: str = LOGISTIC, engine: Any = None, block: int = 100) -> tuple[Rowwise, Any]:
    tables, _ = read_tables([f"X={folder}/X.npy,y={folder}/y.npy"])
    given = {"lambda": np.array(0.5)} if "lambda" in expr else {}
    return rowwise(expr, ["w"], tables, given, {"w": np.linspace(-1, 1, 5)}, block=block, engine=engine)


@pytest.mark.parametrize("expr", [LOGISTIC, SPHERE])
def test_workers_give_what_one_process_gives(expr: str, folder: Path, cluster: Any) -> None:
    (f, w), (g, _) = loss(folder, expr), loss(folder, expr, cluster)
    assert f(w)[0] == g(w)[0]
    assert np.array_equal(f(w)[1], g(w)[1])
    assert np.array_equal(f.product(w, w), g.product(w, w))


def test_a_worker_that_is_killed_loses_nothing(folder: Path) -> None:
    from matcalc.rowwise.engines import Cluster

    cluster = Cluster(workers=2)
    try:
        (f, w), (g, _) = loss(folder, block=10), loss(folder, block=10, engine=cluster)
        killed: list[int] = []

        def kill(_: int) -> None:
            if not killed:
                killed.append(cluster.own.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)

        g.tick = kill
        value, slope = g(w)
        assert killed
        assert value == f(w)[0]
        assert np.array_equal(slope, f(w)[1])
        assert g(w * 2)[0] == f(w * 2)[0]
    finally:
        cluster.close()


def test_rows_that_a_worker_cannot_read_are_named(folder: Path, tmp_path: Path, cluster: Any) -> None:
    for name in ("X", "y"):
        (tmp_path / f"{name}.npy").write_bytes((folder / f"{name}.npy").read_bytes())
    g, w = loss(tmp_path, engine=cluster)
    g(w)
    content = (tmp_path / "X.npy").read_bytes()
    (tmp_path / "X.npy").write_bytes(content[:-1000])
    with pytest.raises(MatcalcError) as refused:
        g(w * 2)
    said = refused.value.diagnostics[0]
    assert said.code == "M1305"
    assert "X.npy" in said.message
    assert "rows 1 to 100 " in said.message


def test_workers_need_no_matcalc(folder: Path) -> None:
    """What a task is runs where matcalc cannot be imported, and keeps what it compiled for the next one."""
    import cloudpickle

    from matcalc.rowwise import sent, work

    cloudpickle.register_pickle_by_value(sent)
    jobs: list[Any] = []
    f, w = loss(folder)
    f.staged_values([f.f], f.unpack(w), lambda job: jobs.append(job) or work.run(job, 0, 1)[1][0][1])
    text = cloudpickle.dumps((sent.run, inspect.getsource(work), jobs[0])).hex()
    code = ("import sys; sys.modules['matcalc'] = None\n"
            "import cloudpickle\n"
            "run, source, job = cloudpickle.loads(bytes.fromhex(sys.stdin.read()))\n"
            "first = run(source, job, 3, 7)\n"
            "made = [m for m in sys.modules if m.startswith('matcalc_rowwise')]\n"
            "assert len(made) == 1 and len(sys.modules[made[0]]._COMPILED) == 1\n"
            "assert run(source, job, 3, 7)[0] == first[0] == 'totals'\n"
            "assert len(sys.modules[made[0]]._COMPILED) == 1 and 'matcalc.rowwise' not in sys.modules\n"
            "print([height for height, _ in first[1]])\n")
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True)
    assert done.stdout == "[0, 1, 0]\n", done.stderr  # block 3, blocks 4 and 5, block 6


def test_no_scheduler_at_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    from matcalc.rowwise import engines

    monkeypatch.setattr(engines, "WAIT", 1.0)
    with pytest.raises(MatcalcError) as refused:
        engines.Cluster("tcp://127.0.0.1:9")
    assert refused.value.diagnostics[0].code == "M1306"


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd=Path(__file__).parents[2], start_new_session=True)


def waited(file: Path, size: int) -> None:
    """Until a file has so many bytes."""
    for _ in range(600):
        if file.exists() and file.stat().st_size > size:
            return
        time.sleep(0.1)
    raise AssertionError(f"{file} does not grow")


def words(folder: Path, checkpoint: Path) -> list[str]:
    return ["descend", LOGISTIC, "-w", "w", "--data", f"X={folder}/X.npy,y={folder}/y.npy,lambda=0.5", "--method", "gd",
            "--rate", "1e-5", "--steps-limit", "100000", "--block-rows", "20", "--checkpoint", str(checkpoint)]


def resumed(folder: Path, checkpoint: Path) -> None:
    """A checkpoint holds whole records of the way that a descent without it goes."""
    short = [*words(folder, checkpoint)]
    short[short.index("100000")] = "5"
    code, out, _ = run(*short, "--json")
    found = json.loads(out)["descent"]
    assert code == 0
    assert found["blocks"]["passes"] == 0
    code, out, _ = run(*short[:-2], "--json")
    assert json.loads(out)["descent"]["way"] == found["way"]


@pytest.mark.parametrize("engine", [[], ["--workers", "2"]], ids=["stream", "dask"])
def test_an_interrupt_keeps_the_checkpoint(engine: list[str], folder: Path, tmp_path: Path) -> None:
    process = started("-m", "matcalc", *words(folder, tmp_path / "c"), *engine)
    waited(tmp_path / "c", 2000)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to the workers as well
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    resumed(folder, tmp_path / "c")


def test_a_scheduler_that_goes_away(folder: Path, tmp_path: Path) -> None:
    address = tmp_path / "scheduler.json"
    code = ("import sys, time; from distributed import LocalCluster\n"
            "if __name__ == '__main__':\n"
            "    c = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)\n"
            "    open(sys.argv[1], 'w').write(c.scheduler_address); time.sleep(600)\n")
    (tmp_path / "cluster.py").write_text(code)
    cluster = started(str(tmp_path / "cluster.py"), str(address))
    try:
        waited(address, 5)
        process = started("-m", "matcalc", *words(folder, tmp_path / "c"), "--scheduler", address.read_text())
        waited(tmp_path / "c", 2000)
        cluster.kill()
        _, err = process.communicate(timeout=120)
        assert process.returncode == 2
        assert "M1306" in err
        assert "Traceback" not in err
    finally:
        cluster.kill()
        cluster.wait()
    resumed(folder, tmp_path / "c")
