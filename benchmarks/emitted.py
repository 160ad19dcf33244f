"""Emitted NumPy programs against hand-written NumPy, jitted JAX and torch.func: ratios of CPU time, or of peak memory.

    python benchmarks/emitted.py [names] [--sizes 0,1,2] [--torch] [--keep DIR] [--json FILE] [--markdown FILE]
    python benchmarks/emitted.py [names] --memory

Above 1: the emitted program is slower, or needs more. Every result is compared first; a wrong one gets no ratio, and
the exit code is 1. Needs NumPy and SciPy, JAX where it is installed, torch with --torch.
"""

from problems import pinned  # noqa: F401, I001 - before NumPy, which reads the environment when it is loaded

import argparse
import json
import statistics
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

from problems.candidates import KINDS, Program, by_hand, by_jax, by_torch
from problems.catalogue import PROBLEMS, Problem
from problems.machine import machine, sentence
from problems.measuring import Candidate, compared, medians

SIZES = ("small", "medium", "large")


@dataclass(frozen=True)
class Row:
    name: str
    size: int
    kind: str
    figures: dict[str, float]  # by candidate: seconds, or bytes
    wrong: dict[str, str] = field(default_factory=dict)

    def ratio(self, other: str) -> float | None:
        both = "emitted" in self.figures and other in self.figures
        return self.figures["emitted"] / self.figures[other] if both else None


def kinds_of(problem: Problem) -> tuple[str, ...]:
    by_hand = {"hessian_product": "product"}
    return tuple(kind for kind in KINDS if problem.by_hand(by_hand.get(kind, kind)))


def rivals(problem: Problem, kind: str, size: int, data: dict, libraries: Sequence[str]) -> dict[str, Candidate]:
    """Whole Hessians by automatic differentiation only where they take less than seconds."""
    found = {}
    if "jax" in libraries and not (kind == "hessian" and size == 2):
        found["jax"] = by_jax(problem, kind, data)
    if "torch" in libraries and not (kind == "hessian" and size > 0):
        found["torch"] = by_torch(problem, kind, data)
    return found


def times(problem: Problem, sizes: Sequence[int], libraries: Sequence[str], keep: Path | None) -> Iterator[Row]:
    program = Program(problem, kinds_of(problem), keep)
    for size in sizes:
        data = problem.draw(size)
        for kind in kinds_of(problem):
            hand = by_hand(problem, kind, data)
            candidates = {"emitted": program.candidate(kind, problem, data), "hand": hand,
                          **rivals(problem, kind, size, data, libraries)}
            right, wrong = compared(candidates, hand)
            yield Row(problem.name, size, kind, medians(right), wrong)


def peaks(problem: Problem, sizes: Sequence[int]) -> Iterator[Row]:
    """Peak memory allocated during one call: NumPy and SciPy's wrappers of LAPACK report it to tracemalloc."""
    program = Program(problem, kinds_of(problem))
    for size in sizes:
        data = problem.draw(size)
        for kind in kinds_of(problem):
            hand = by_hand(problem, kind, data)
            right, wrong = compared({"emitted": program.candidate(kind, problem, data), "hand": hand}, hand)
            yield Row(problem.name, size, kind, {name: peak(candidate) for name, candidate in right.items()}, wrong)


def peak(candidate: Candidate) -> float:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    result = candidate()
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    del result
    return float(most)


def shown(row: Row) -> str:
    ratios = "".join(f"  {other} {ratio:8.2f}" for other in ("hand", "jax", "torch") if (ratio := row.ratio(other)))
    wrong = f"  WRONG {row.wrong}" if row.wrong else ""
    return f"{row.name:28s}{SIZES[row.size]:8s}{row.kind:20s}{ratios}{wrong}"


def summary(rows: Sequence[Row]) -> Iterator[str]:
    for kind in KINDS:
        for other in ("hand", "jax", "torch"):
            for size, label in enumerate(SIZES):
                found = [(ratio, row.name) for row in rows
                         if row.kind == kind and row.size == size and (ratio := row.ratio(other))]
                if found:
                    ratios = [ratio for ratio, _ in found]
                    yield (f"{kind:20s}{'/ ' + other:8s}{label:8s}median {statistics.median(ratios):6.2f}  geometric "
                           f"mean {statistics.geometric_mean(ratios):6.2f}  worst {max(ratios):8.2f} ({max(found)[1]})")


def markdown(rows: Sequence[Row]) -> str:
    """A table for each kind: a row for each function, its ratios at the three sizes."""
    others = [other for other in ("hand", "jax", "torch") if any(other in row.figures for row in rows)]
    lines: list[str] = []
    for kind in KINDS:
        of_kind = {(row.name, row.size): row for row in rows if row.kind == kind}
        if not of_kind:
            continue
        sizes = sorted({size for _, size in of_kind})
        heads = [f"/ {other}, {SIZES[size]}" for other in others for size in sizes]
        lines += [f"### `{kind}`", "", f"| function | formula | {' | '.join(heads)} |", "|---" * (2 + len(heads)) + "|"]
        for name in dict.fromkeys(name for name, _ in of_kind):
            cells = [_cell(of_kind.get((name, size)), other) for other in others for size in sizes]
            formula = PROBLEMS[name].text.replace("|", "\\|")
            lines.append(f"| {name} | `{formula}` by {PROBLEMS[name].wrt} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join([*lines, sentence(), ""])


def _cell(row: Row | None, other: str) -> str:
    if row is None:
        return ""
    ratio = row.ratio(other)
    return "wrong" if "emitted" in row.wrong else f"{ratio:.2f}" if ratio else ""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help="of: " + ", ".join(PROBLEMS))
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")])
    parser.add_argument("--memory", action="store_true", help="peak memory instead of time; large sizes by default")
    parser.add_argument("--torch", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the emitted programs there")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(PROBLEMS):
        parser.error(f"no such function: {', '.join(sorted(unknown))}")
    return asked


def main() -> int:
    asked = arguments()
    libraries = [name for name, wanted in (("jax", find_spec("jax")), ("torch", asked.torch)) if wanted]
    rows: list[Row] = []
    for name in asked.names or PROBLEMS:
        measured = (peaks(PROBLEMS[name], asked.sizes or [2]) if asked.memory
                    else times(PROBLEMS[name], asked.sizes or [0, 1, 2], libraries, asked.keep))
        for row in measured:
            rows.append(row)
            print(shown(row), flush=True)
        if asked.json:
            asked.json.write_text(json.dumps({"machine": machine(), "rows": [asdict(row) for row in rows]}, indent=1))
    print(*summary(rows), sentence(), sep="\n")
    if asked.markdown:
        asked.markdown.write_text(markdown(rows))
    return int(any(row.wrong for row in rows))


if __name__ == "__main__":
    sys.exit(main())
