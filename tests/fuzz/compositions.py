"""Random compositions of two or three functions of the rules: gradient and Hessian are right or are refused.

python -m tests.fuzz.compositions --count 1000 [--first 0]. Prints what is wrong as it is met, and the numbers.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from collections.abc import Iterator

import matcalc
from matcalc.core.function import Function
from matcalc.diagnostics import MatcalcError
from matcalc.limits import alarm, work
from matcalc.rulebook.book import standard
from matcalc.rulecheck.specimen import clauses

SECONDS = 8  # for one question
_FORMS = ("function", "linear", "elementwise", "notation", "constant")
_LEAVES = {"square": ("A", "S", "P"), "matrix": ("X", "A", "S"), "vector": ("x", "y"), "scalar": ("c", "s")}
_DECLARED = {"A": "matrix(n,n)", "S": "sym(n)", "P": "spd(n)", "X": "matrix(m,n)", "x": "vector(n)", "y": "vector(n)",
             "c": "scalar", "s": "positive scalar"}
_OUTSIDE = ("sum({})", "sum(sin({}))", "max({})", "norm({})^2", "sum({}.*{})")
_WRONG = ("WRONG", "M9", "raised")
Shape = str  # one of the keys of _LEAVES


def shape_of(shape: tuple[object, object]) -> Shape:
    """A square matrix, any matrix, a vector or a number."""
    if shape == (1, 1):
        return "scalar"
    if shape[1] == 1:
        return "vector"
    return "square" if shape[0] == shape[1] else "matrix"


def usable() -> list[Function]:
    """The functions that are called with values, in a fixed order."""
    return [f for name in sorted(standard().names()) for f in standard().overloads(name)
            if f.form in _FORMS and len(name) > 1 and ":" not in name and any(p.kind == "value" for p in f.params)
            and all(1 in p.shape or p.shape[0] == p.shape[1] or p.kind != "value" or all(
                isinstance(d, str) or str(d).isidentifier() for d in p.shape) for p in f.params)]


class Composer:
    """Formulas of one seed, and the variables that they need."""

    def __init__(self, seed: int, functions: list[Function]) -> None:
        self.rng, self.functions = random.Random(seed), functions

    def formula(self) -> str:
        """A scalar made of two or three functions."""
        outer = self.rng.choice(self.functions)
        text = self.call(outer, self.rng.choice((1, 1, 2)))
        whole = "{}" if shape_of(outer.result) == "scalar" else self.rng.choice(_OUTSIDE)
        return whole.replace("{}", text)

    def call(self, f: Function, deeper: int) -> str:
        """A call of `f`, in one argument of which another function stands."""
        values = [i for i, p in enumerate(f.params) if p.kind == "value"]
        inside = self.rng.choice(values) if deeper else -1
        words = {name: clause.word for clause in clauses(f) for name in clause.names()}
        args = [self.nested(shape_of(p.shape), deeper - 1) if i == inside else
                self.leaf(shape_of(p.shape), words.get(p.name, ""), p.props) if p.kind == "value" else
                str(self.rng.choice((1, 2))) for i, p in enumerate(f.params)]
        return f"{f.name}({', '.join(args)})"

    def nested(self, shape: Shape, deeper: int) -> str:
        """A call whose value has `shape`; of a matrix a square one will do."""
        fits = (shape, "square") if shape == "matrix" else (shape,)
        return self.call(self.rng.choice([f for f in self.functions if shape_of(f.result) in fits]), deeper)

    def leaf(self, shape: Shape, word: str, props: frozenset[str]) -> str:
        """A variable of which `word` may be said."""
        if shape == "square" and (word == "spd" or "spd" in props):
            return "P"
        if shape == "square" and (word == "sym" or "sym" in props):
            return self.rng.choice("SP")
        return "s" if shape == "scalar" and word in ("positive", "nonzero") else self.rng.choice(_LEAVES[shape])


def questions(first: int, count: int) -> Iterator[tuple[int, str, str]]:
    """A number, a formula, and the variable to differentiate by."""
    functions = usable()
    for seed in range(first, first + count):
        composer = Composer(seed, functions)
        text = composer.formula()
        names = [name for name in _DECLARED if name in _letters(text)]
        if names:
            yield seed, text, composer.rng.choice(names)


def _letters(text: str) -> set[str]:
    for sign in "(),.*^{}'":
        text = text.replace(sign, " ")
    return set(text.split())


def judged(kind: str, text: str, wrt: str, seed: int) -> str:
    """right, WRONG, or why there is no verdict."""
    declared = {name: said for name, said in _DECLARED.items() if name in _letters(text)}
    try:
        with work(SECONDS), alarm(SECONDS):
            answer = getattr(matcalc, kind)(text, wrt, variables=declared, check=False)
            verdict = answer.verify(trials=2, seed=seed)
    except MatcalcError as refusal:
        return f"refused {refusal.diagnostics[0].code}"
    except Exception as error:  # noqa: BLE001 - what is looked for
        return f"raised {error!r}"
    return {True: "right", False: "WRONG", None: f"undecided: {verdict.reason[:60]}"}[verdict.ok]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.compositions", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    wish = parser.parse_args()
    found: collections.Counter[str] = collections.Counter()
    started = time.perf_counter()
    for seed, text, wrt in questions(wish.first, wish.count):
        for kind in ("grad", "hessian"):
            verdict = judged(kind, text, wrt, seed)
            found[f"{kind} {verdict}"] += 1
            if any(word in verdict for word in _WRONG):
                print(f"{verdict}: seed {seed}: {kind} {text!r} by {wrt}", flush=True)
            if verdict != "right":
                break
        if seed % 100 == 99:
            print(f"{seed + 1 - wish.first} done, {time.perf_counter() - started:.0f} s", flush=True)
    for verdict, count in found.most_common():
        print(f"{count:7}  {verdict}")
    return int(any(word in verdict for verdict in found for word in _WRONG))


if __name__ == "__main__":
    sys.exit(main())
