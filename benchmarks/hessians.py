"""The Hessian benchmark of Laue, Mitterreiter & Giesen (NeurIPS 2018): whole Hessians as emitted, against jax.hessian
compiled, torch.func.hessian and hand-written NumPy.

    python benchmarks/hessians.py [names] [--n 10,20,…] [--gigabytes 6] [--json FILE] [--markdown FILE]

x'Ax, logistic regression with twice as many rows as features, and masked matrix factorisation by U with five factors,
whose Hessian is block-diagonal: `blocks` measures the compressed form, one k×k block for each row, that the function
`hessian_blocks` gives. A way that needs more memory than allowed is left out.
"""

from problems import pinned  # noqa: F401, I001 - before NumPy, which reads the environment when it is loaded

import argparse
import json
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from problems.candidates import Program, bound, by_hand, by_jax, by_torch
from problems.catalogue import PROBLEMS
from problems.machine import machine, sentence
from problems.measuring import Candidate, compared, medians
from problems.problem import Data

SIZES = (10, 20, 50, 100, 200, 500, 1000)
FACTORS = 5
WAYS = ("emitted", "hand", "jax", "torch")
DIMS: dict[str, Callable[[int], dict[str, int]]] = {
    "quadratic_form": lambda n: {"n": n},
    "logistic": lambda n: {"m": 2 * n, "n": n},
    "masked_factorisation": lambda n: {"m": n, "n": n, "k": FACTORS},
}


@dataclass(frozen=True)
class Row:
    name: str
    n: int
    form: str  # full, or blocks
    seconds: dict[str, float]
    wrong: dict[str, str] = field(default_factory=dict)

    def ratio(self, other: str) -> float | None:
        both = "emitted" in self.seconds and other in self.seconds
        return self.seconds["emitted"] / self.seconds[other] if both else None


def by_autodiff(name: str, n: int) -> float:
    """Bytes of the largest batch of tangents: a copy of the largest intermediate for each entry of the variable."""
    return 8.0 * (FACTORS * n * n * n if name == "masked_factorisation" else 2 * n * n)


def blocks(O: Any, V: Any) -> Any:  # noqa: E741 - the mask
    """2 V' diag(o_i²) V for all rows o_i of the mask: one product with the products of pairs of columns of V."""
    pairs = (V[:, :, None] * V[:, None, :]).reshape(len(V), -1)
    found = (O * O) @ pairs
    found *= 2
    return found.reshape(len(O), V.shape[1], V.shape[1])


def spread(O: Any, V: Any) -> Any:  # noqa: E741 - likewise
    """The same as a matrix on vec(U), columns below each other: row i and column j of U is entry i + j m."""
    m, k = len(O), V.shape[1]
    whole = np.zeros((k, m, k, m))
    rows = np.arange(m)
    whole[:, rows, :, rows] = blocks(O, V)
    return whole.reshape(k * m, k * m)


def on_vec(found: Any) -> Any:
    """A Hessian as automatic differentiation gives it, by the entries of a matrix twice, as a matrix on vec."""
    found = np.asarray(found)
    if found.ndim != 4:
        return found
    size = found.shape[0] * found.shape[1]
    return found.transpose(1, 0, 3, 2).reshape(size, size)


def blocks_by_jax(data: Data) -> Candidate:
    """What an expert tells JAX: rows do not meet, so a batch of small Hessians."""
    import jax
    import jax.numpy as jnp

    def loss(u: Any, o: Any, t: Any, V: Any) -> Any:
        return ((o * (t - V @ u)) ** 2).sum()

    arrays = [jnp.asarray(data[name]) for name in "UOTV"]
    program = jax.jit(jax.vmap(jax.hessian(loss), in_axes=(0, 0, 0, None)))
    return lambda: jax.block_until_ready(program(*arrays))


def measured(name: str, n: int, program: Program, room: float) -> Iterator[Row]:
    problem = PROBLEMS[name]
    data = problem.draw(DIMS[name](n))
    masked = name == "masked_factorisation"
    hand = bound(spread, data) if masked else by_hand(problem, "hessian", data)
    ways = {"emitted": program.candidate("hessian", problem, data), "hand": hand}
    if by_autodiff(name, n) < room / 4:  # several such batches live at once
        ways |= {library: make(problem, "hessian", data)
                 for library, make in (("jax", by_jax), ("torch", by_torch)) if find_spec(library)}
    yield timed(name, n, "full", ways, hand)
    if masked:
        hand = bound(blocks, data)
        compressed = program.functions.get("hessian_blocks")
        ways = {"emitted": bound(compressed, data)} if compressed else {}
        ways |= {"hand": hand, "jax": blocks_by_jax(data)} if find_spec("jax") else {"hand": hand}
        yield timed(name, n, "blocks", ways, hand)


def timed(name: str, n: int, form: str, ways: dict[str, Candidate], hand: Candidate) -> Row:
    """Compared as matrices on vec, timed as they come."""
    right, wrong = compared({way: _then(on_vec, call) for way, call in ways.items()}, hand)
    return Row(name, n, form, medians({way: ways[way] for way in right}), wrong)


def _then(shape: Callable[[Any], Any], call: Candidate) -> Candidate:
    return lambda: shape(call())


def shown(row: Row) -> str:
    ratios = "".join(f"  {other} {ratio:9.4f}" for other in WAYS[1:] if (ratio := row.ratio(other)) is not None)
    times = "".join(f"  {way} {seconds * 1e3:.3g}" for way, seconds in row.seconds.items())
    wrong = f"  no ratio: {row.wrong}" if row.wrong else ""
    return f"{row.name:22s}{row.n:5d} {row.form:7s}{ratios}   ms:{times}{wrong}"


def markdown(rows: Sequence[Row]) -> str:
    head = " | ".join(f"/ {way}" for way in WAYS[1:])
    lines = [f"| function | n | form | emitted, ms | {head} |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        cells = [f"{ratio:.3g}" if (ratio := row.ratio(way)) is not None else "" for way in WAYS[1:]]
        time = f"{row.seconds['emitted'] * 1e3:.3g}" if "emitted" in row.seconds else row.wrong.get("emitted", "")
        lines.append(f"| {row.name} | {row.n} | {row.form} | {time} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", sentence(), ""])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help="of: " + ", ".join(DIMS))
    parser.add_argument("--n", type=lambda text: [int(n) for n in text.split(",")], default=SIZES)
    parser.add_argument("--gigabytes", type=float, default=6.0, help="memory that a way may use")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    asked = parser.parse_args()
    room = asked.gigabytes * 2**30
    # An array that does not fit raises MemoryError, which is reported, instead of having the machine kill somebody.
    resource.setrlimit(resource.RLIMIT_DATA, (int(room), resource.getrlimit(resource.RLIMIT_DATA)[1]))
    rows: list[Row] = []
    for name in asked.names or DIMS:
        program = Program(PROBLEMS[name], ("hessian", "hessian_blocks"))
        for n in asked.n:
            for row in measured(name, n, program, room):
                rows.append(row)
                print(shown(row), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}, indent=1))
    print(sentence())
    if asked.markdown:
        asked.markdown.write_text(markdown(rows))
    return int(any("relative error" in text for row in rows for text in row.wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
