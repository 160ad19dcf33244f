"""Data in blocks of rows, against loops written by hand and by PyTorch: rows a second, memory, what a cluster costs.

    python benchmarks/blocks.py [speed workers torch peers linear memory overhead fitted] [--gigabytes 1] [--folder DIR]

    speed     one pass, value and gradient, in one process: CPU time against a NumPy loop over mapped files
    workers   the same on one and two workers of Dask, by the clock, and the CPU time of all processes
    torch     stochastic descent with the same blocks, order and rate as a DataLoader loop with autograd: CPU time
    peers     CPU time to the same loss: partial_fit of scikit-learn, dask-ml's L-BFGS
    linear    passes over one, two and four parts of the rows
    memory    what all processes of a descent on two workers take together, as the system divides shared pages
    overhead  nearly empty blocks on 2, 4 and 8 workers: what a range of blocks and a pass cost

One thread each. Generated rows are kept in the folder and used again. Needs dask; torch, scikit-learn and dask-ml for
what compares with them.
"""

from problems import pinned  # noqa: F401, I001 - before NumPy, which reads the environment when it is loaded

import os

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, range(os.cpu_count() or 1))  # workers need cores of their own

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from problems.machine import sentence

from matcalc.rowwise.checkpoints import Log
from matcalc.rowwise.engines import Cluster, Streaming, ranges_for
from matcalc.rowwise.fitting import fit, logged
from matcalc.rowwise.loss import Rowwise, rowwise
from matcalc.rowwise.tables import read_tables

COLUMNS, HIDDEN, CHUNK = 20, 8, 100_000


class Problem(NamedTuple):
    """A loss with its parameters, and the same by hand: value and gradients of a block."""

    expr: str
    wrt: tuple[str, ...]
    target: str
    by_hand: Callable[..., Any]
    start: Callable[[], list[Any]] = lambda: [np.full(COLUMNS, 0.01)]


def _logistic(x: Any, y: Any, w: Any) -> Any:
    z = y * (x @ w)
    e = np.exp(-np.abs(z))
    return (np.maximum(-z, 0) + np.log1p(e)).sum(), -(y * np.where(z < 0, 1, e) / (1 + e)) @ x


def _least(x: Any, y: Any, w: Any) -> Any:
    r = x @ w - y
    return r @ r, 2 * (r @ x)


def _poisson(x: Any, y: Any, w: Any) -> Any:
    z = x @ w
    e = np.exp(z)
    return e.sum() - y @ z, (e - y) @ x


def _network(x: Any, y: Any, a: Any, b: Any) -> Any:
    h = np.tanh(x @ a)
    r = h @ b - y
    back = np.outer(r, b) * (1 - h * h)
    return r @ r, 2 * (x.T @ back), 2 * (h.T @ r)


def _weights() -> list[Any]:
    rng = np.random.default_rng(7)
    return [rng.standard_normal((COLUMNS, HIDDEN)) / 4, rng.standard_normal(HIDDEN) / 4]


PROBLEMS = {
    "logistic": Problem("sum(log(1 + exp(-y.*(X w))))", ("w",), "signs", _logistic),
    "least squares": Problem("norm2(X w - y)^2", ("w",), "signs", _least),
    "Poisson": Problem("sum(exp(X w)) - y'X w", ("w",), "counts", _poisson),
    "network": Problem("norm2(tanh(X A) b - y)^2 where X: matrix(m,n), A: matrix(n,p), b: vector(p), y: vector(m)",
                       ("A", "b"), "signs", _network, _weights)}


def data(folder: Path, gigabytes: float) -> int:
    """Files of rows, made where they are not there yet; how many rows they have."""
    rows = int(gigabytes * 1e9 / 8 / COLUMNS)
    if (folder / "X.npy").exists() and np.load(folder / "X.npy", mmap_mode="r").shape[0] == rows:
        return rows
    made = {name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.float64, shape) for name, shape in (
        ("X", (rows, COLUMNS)), ("signs", (rows,)), ("counts", (rows,)))}
    rng = np.random.default_rng(0)
    w = rng.standard_normal(COLUMNS) / 4
    for start in range(0, rows, CHUNK):
        x = rng.standard_normal((min(CHUNK, rows - start), COLUMNS))
        z = x @ w
        for name, value in (("X", x), ("signs", np.sign(z + rng.logistic(size=len(z)))),
                            ("counts", rng.poisson(np.exp(z)))):
            made[name][start:start + len(x)] = value
    return rows


def loss(problem: Problem, folder: Path, engine: Any = None, block: int = 0, rows: int = 0) -> tuple[Rowwise, Any]:
    """By blocks, of the first rows only where these are given."""
    tables, _ = read_tables([f"X={folder}/X.npy,y={folder}/{problem.target}.npy"])
    if rows:
        tables = {name: t._replace(shape=(rows, *t.shape[1:])) for name, t in tables.items()}
    start = dict(zip(problem.wrt, problem.start(), strict=True))
    return rowwise(problem.expr, problem.wrt, tables, {}, start, engine=engine, block=block)


def by_hand(problem: Problem, folder: Path, block: int) -> Any:
    """The loop that one writes."""
    x, y = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("X", problem.target))
    total: Any = None
    for start in range(0, len(y), block):
        found = problem.by_hand(x[start:start + block], y[start:start + block], *problem.start())
        total = found if total is None else [a + b for a, b in zip(total, found, strict=True)]
    return total


def fresh(f: Rowwise, w: Any) -> Any:
    """One pass."""
    f.last = None
    return f(w)


def least(clock: Callable[[], float], times: int, *runs: Callable[[], Any]) -> list[float]:
    """The least time of each, taken in turn."""
    found = [float("inf")] * len(runs)
    for _ in range(times):
        for k, run in enumerate(runs):
            began = clock()
            run()
            found[k] = min(found[k], clock() - began)
    return found


def speed(folder: Path, rows: int) -> None:
    print("\n| one process, CPU time | rows/s | by hand | ratio |\n|---|---|---|---|")
    for name, problem in PROBLEMS.items():
        f, w = loss(problem, folder)
        value, hand = fresh(f, w)[0], by_hand(problem, folder, f.block)[0]
        assert abs(value / hand - 1) < 1e-10, (value, hand)
        ours, theirs = least(time.process_time, 5, lambda f=f, w=w: fresh(f, w),
                             lambda problem=problem, f=f: by_hand(problem, folder, f.block))
        print(f"| {name} | {rows / ours:,.0f} | {rows / theirs:,.0f} | {theirs / ours:.2f} |", flush=True)


def workers(folder: Path, rows: int) -> None:
    print("\n| by the clock, rows/s | NumPy by hand | one process | 1 worker | 2 workers | 2 to 1 | load |\n"
          "|---|---|---|---|---|---|---|")
    one, two = Cluster(workers=1), Cluster(workers=2)
    spent: list[str] = []
    try:
        for name, problem in PROBLEMS.items():
            each = [loss(problem, folder, engine) for engine in (Streaming(), one, two)]
            values = {fresh(f, w)[0] for f, w in each}
            assert len(values) == 1, values
            hand = lambda problem=problem, block=each[0][0].block: by_hand(problem, folder, block)  # noqa: E731
            runs = [hand, *(lambda f=f, w=w: fresh(f, w) for f, w in each)]
            times, cpu = least(time.perf_counter, 7, *runs), least(cpu_of_all, 3, *runs)
            said = " | ".join(f"{rows / t:,.0f}" for t in times)
            print(f"| {name} | {said} | {times[2] / times[3]:.2f} | {os.getloadavg()[0]:.1f} |", flush=True)
            spent.append(f"| {name} | {' | '.join(f'{t:.3f}' for t in cpu)} | {cpu[0] / cpu[2]:.2f} |")
    finally:
        one.close()
        two.close()
    print("\n| CPU s of all processes | NumPy by hand | one process | 1 worker | 2 workers | by hand to 1 worker |\n"
          "|---|---|---|---|---|---|")
    print("\n".join(spent), flush=True)


def cpu_of_all() -> float:
    """What this process and those that it started have computed, in seconds."""
    import psutil

    me = psutil.Process()
    found = [one.cpu_times() for one in (me, *me.children(recursive=True))]
    return sum(t.user + t.system for t in found)


def torch(folder: Path, rows: int, epochs: int = 2) -> None:
    import torch as library
    from torch.utils.data import DataLoader, IterableDataset

    library.set_num_threads(1)
    losses = {"logistic": lambda x, y, w: library.nn.functional.softplus(-y * (x @ w)).sum(),
              "least squares": lambda x, y, w: ((x @ w - y) ** 2).sum(),
              "Poisson": lambda x, y, w: (library.exp(x @ w) - y * (x @ w)).sum(),
              "network": lambda x, y, a, b: ((library.tanh(x @ a) @ b - y) ** 2).sum()}
    print("\n| stochastic descent, 2 epochs, CPU s | matcalc | PyTorch | ratio | loss |\n|---|---|---|---|---|")
    for name, problem in PROBLEMS.items():
        f, start = loss(problem, folder)
        rate = 0.05 / rows

        class Blocks(IterableDataset):
            def __init__(self, order: Any, f: Rowwise = f, problem: Problem = problem) -> None:
                self.order, self.block = order, f.block
                self.x, self.y = (np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("X", problem.target))

            def __iter__(self) -> Any:
                for k in self.order:
                    rows = slice(k * self.block, (k + 1) * self.block)
                    yield library.from_numpy(np.array(self.x[rows])), library.from_numpy(np.array(self.y[rows]))

        def theirs(f: Rowwise = f, problem: Problem = problem, name: str = name, rate: float = rate,
                   blocks: Any = Blocks) -> Any:
            parameters = [library.tensor(p, requires_grad=True) for p in problem.start()]
            for epoch in range(epochs):
                order = np.random.default_rng([0, epoch]).permutation(f.blocks)
                for x, y in DataLoader(blocks(order), batch_size=None):
                    value = losses[name](x, y, *parameters) * (rows / len(y))
                    slopes = library.autograd.grad(value, parameters)
                    with library.no_grad():
                        for p, g in zip(parameters, slopes, strict=True):
                            p -= rate / (1 + epoch) * g
            return [p.detach().numpy() for p in parameters]

        def ours(f: Rowwise = f, w: Any = start, rate: float = rate) -> Any:
            for epoch in range(epochs):
                for k in np.random.default_rng([0, epoch]).permutation(f.blocks):
                    w = w - rate / (1 + epoch) * f.slope(w, int(k))
            return w

        a, b = fresh(f, ours())[0], fresh(f, f.pack(theirs()))[0]
        assert abs(a / b - 1) < 1e-8, (a, b)
        mine, other = least(time.process_time, 2, ours, theirs)
        print(f"| {name} | {mine:.2f} | {other:.2f} | {mine / other:.2f} | {a:.6g} |", flush=True)


def peers(folder: Path, _: int) -> None:
    """scikit-learn takes a step for every row, dask-ml's L-BFGS passes over all rows as ours does."""
    from sklearn.linear_model import SGDClassifier, SGDRegressor

    made = {"logistic": lambda: SGDClassifier(loss="log_loss", fit_intercept=False),
            "least squares": lambda: SGDRegressor(loss="squared_error", fit_intercept=False)}
    print("\n| CPU s to the loss of the other | matcalc, lbfgs | the other | ratio | loss of the other | of ours |\n"
          "|---|---|---|---|---|---|")
    found = [(f"{name}, partial_fit, {share:g} epochs", PROBLEMS[name], *by_partial_fit(make(), name, folder, share))
             for name, make in made.items() for share in (0.1, 1)]
    try:
        found.append(("logistic, dask-ml lbfgs", PROBLEMS["logistic"], *by_dask_ml(folder)))
    except ImportError as absent:
        print(f"not compared with dask-ml: {absent}")
    for said, problem, spent, reached in found:
        ours, value = reaching(problem, folder, reached * (1 + 1e-9))
        print(f"| {said} | {ours:.2f} | {spent:.2f} | {ours / spent:.2f} | {reached:.9g} | {value:.9g} |", flush=True)


def by_partial_fit(model: Any, name: str, folder: Path, share: float) -> tuple[float, float]:
    """CPU time of partial_fit on a share of the blocks, and the loss over all rows behind it."""
    f, _ = loss(PROBLEMS[name], folder)
    x, y = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("X", PROBLEMS[name].target))
    options = {"classes": [-1.0, 1.0]} if hasattr(model, "predict_log_proba") else {}
    began = time.process_time()
    for start in range(0, int(share * f.count), f.block):
        model.partial_fit(np.array(x[start:start + f.block]), np.array(y[start:start + f.block]), **options)
    return time.process_time() - began, fresh(f, model.coef_.ravel())[0]


def by_dask_ml(folder: Path) -> tuple[float, float]:
    """CPU time of a logistic regression without penalty, in this process, and the loss that it reaches."""
    import dask
    import dask.array as da
    from dask_ml.linear_model import LogisticRegression

    problem = PROBLEMS["logistic"]
    f, _ = loss(problem, folder)
    x, y = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("X", problem.target))
    began = time.process_time()
    with dask.config.set(scheduler="synchronous"):
        model = LogisticRegression(solver="lbfgs", C=1e12, fit_intercept=False)
        model.fit(da.from_array(x, chunks=(f.block, -1)), (da.from_array(y, chunks=f.block) + 1) / 2)
    return time.process_time() - began, fresh(f, model.coef_.ravel())[0]


def reaching(problem: Problem, folder: Path, bound: float) -> tuple[float, float]:
    """CPU time of our descent until the loss is small enough, and this loss."""
    class ReachedError(Exception):
        pass

    def watch(point: Any) -> None:
        if point.value <= bound:
            raise ReachedError(point.value)

    f, w = loss(problem, folder)
    began = time.process_time()
    try:
        value = fit(logged(f, Log("", {})), w, limit=100, watch=watch).value
    except ReachedError as reached:
        value = reached.args[0]
    return time.process_time() - began, value


def linear(folder: Path, rows: int) -> None:
    print("\n| logistic, CPU s of a pass | rows | per million rows |\n|---|---|---|")
    for part in (4, 2, 1):
        f, w = loss(PROBLEMS["logistic"], folder, rows=rows // part)
        (found,) = least(time.process_time, 4, lambda f=f, w=w: fresh(f, w))
        print(f"| {found:.3f} | {rows // part:,} | {found / rows * part * 1e6:.4f} |", flush=True)


def memory(folder: Path, _: int) -> None:
    import psutil

    print("\n| descent on two workers | highest memory of all processes, MB |\n|---|---|")
    for name, problem in PROBLEMS.items():
        words = ["-m", "matcalc", "descend", problem.expr, *(w for x in problem.wrt for w in ("-w", x)), "--data",
                 f"X={folder}/X.npy,y={folder}/{problem.target}.npy", "--workers", "2", "--steps-limit", "3",
                 *(["--size", f"p={HIDDEN}"] if name == "network" else [])]
        process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        highest = 0
        while process.poll() is None:
            total = 0
            try:
                for one in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
                    total += one.memory_full_info().pss
            except psutil.Error:
                continue
            highest = max(highest, total)
            time.sleep(0.1)
        print(f"| {name}, exit code {process.returncode} | {highest / 1e6:,.0f} |", flush=True)


def overhead(folder: Path, _: int, times: int = 20) -> None:
    """Client and scheduler are in this process: their CPU time is what grows with the number of workers."""
    print("\n| workers | ranges | a pass by the clock, ms | CPU of client and scheduler, ms | of these per range |"
          "\n|---|---|---|---|---|")
    for count in (2, 4, 8):
        cluster = Cluster(workers=count)
        try:
            alone = 0.0
            for ranges in (1, ranges_for(count)):  # of one block with one row
                f, w = loss(PROBLEMS["logistic"], folder, cluster, block=1, rows=ranges)
                fresh(f, w)
                (found,) = least(time.perf_counter, times, lambda f=f, w=w: fresh(f, w))
                began = time.process_time()
                for _repeat in range(times):
                    fresh(f, w)
                spent = (time.process_time() - began) / times
                alone = alone or spent
                each = f"{(spent - alone) / (ranges - 1) * 1e3:.2f}" if ranges > 1 else ""
                print(f"| {count} | {ranges} | {found * 1e3:.1f} | {spent * 1e3:.1f} | {each} |", flush=True)
        finally:
            cluster.close()


def fitted(folder: Path, _: int) -> None:
    """Whole descents: the same parameters in one process and on two workers."""
    cluster = Cluster(workers=2)
    try:
        for name, problem in PROBLEMS.items():
            found = []
            for engine in (Streaming(), cluster):
                f, w = loss(problem, folder, engine)
                found.append(fit(logged(f, Log("", {})), w, limit=8))
            apart = max(float(np.abs(a - b).max()) for a, b in zip(
                found[0].parameters.values(), found[1].parameters.values(), strict=True))
            print(f"\n{name}: {found[0].status}, f = {found[0].value:.10g}, apart by {apart:.1g}", flush=True)
    finally:
        cluster.close()


PARTS: dict[str, Callable[[Path, int], None]] = {
    "speed": speed, "workers": workers, "torch": torch, "peers": peers, "linear": linear, "memory": memory,
    "overhead": overhead, "fitted": fitted}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which measurements; all by default")
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "matcalc-blocks")
    given = parser.parse_args()
    given.folder.mkdir(exist_ok=True)
    rows = data(given.folder, given.gigabytes)
    print(sentence(), f"{rows:,} rows of {COLUMNS} numbers and one more, {given.gigabytes:g} GB.")
    for part in given.parts or PARTS:
        PARTS[part](given.folder, rows)


if __name__ == "__main__":
    main()
