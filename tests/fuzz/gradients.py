"""Random well-typed scalars: the gradient agrees with finite differences, or it is refused; never a wrong answer.

python -m tests.fuzz.gradients --count 10000 [--first 0]
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time

import matcalc
from matcalc.core.expr import Expr, variables
from matcalc.diagnostics import MatcalcError
from matcalc.language import VariableInfo
from matcalc.limits import work
from tests.random_expressions import build, tree


def declared(x: Expr) -> str:
    kind = "scalar" if x.is_scalar else "vector" if x.shape[1] == 1 else "matrix"
    return VariableInfo(x.data.name, kind, x.shape, x.data.props, "", "", x).declaration()


def judged(seed: int) -> str:
    """right, wrong, no variable, or why there is no verdict."""
    rng = random.Random(seed)
    f = build(tree(rng, (1, 1), rng.choice([2, 3, 4, 5])))
    leaves = variables(f)
    if not leaves:
        return "no variable"
    x = rng.choice(leaves)
    try:
        with work():
            answer = matcalc.grad(repr(f), x.data.name, variables={v.data.name: declared(v) for v in leaves},
                                  structure=rng.choice(["free", "project"]), check=False)
            verdict = answer.verify(trials=2, seed=seed)
    except MatcalcError as refusal:
        said = refusal.diagnostics[0]
        return f"refused {said.code} {said.message[:60]}"
    return {True: "right", False: "WRONG", None: f"undecided: {verdict.reason[:60]}"}[verdict.ok]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.gradients", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    wish = parser.parse_args()
    found: collections.Counter[str] = collections.Counter()
    started = time.perf_counter()
    for seed in range(wish.first, wish.first + wish.count):
        verdict = judged(seed)
        found[verdict] += 1
        if verdict == "WRONG":
            print(f"WRONG: seed {seed}", flush=True)
        if sum(found.values()) % 1_000 == 0:
            print(f"{sum(found.values())} done, {time.perf_counter() - started:.0f} s", flush=True)
    for verdict, count in found.most_common():
        print(f"{count:7}  {verdict}")
    return 1 if found["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main())
