"""Formulas with numbers, signs and powers as people type them: what is shown has the value of what was derived.

python -m tests.fuzz.typed --count 300 [--first 0]. Prints what is wrong as it is met. An answer is shown with the sums,
the decimals and the signs that were typed; read again, it is another expression, whose value has to be the same.
"""

from __future__ import annotations

import argparse
import random
import sys

import numpy as np

import matcalc
from matcalc.core.expr import givens, postorder
from matcalc.diagnostics import MatcalcError
from matcalc.limits import alarm, work
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import run, silence
from matcalc.numeric.sizes import affordable_sizes, dims_of

SECONDS = 10
CLOSE = 1e-9
LINE = 60  # characters of a terminal, so that much gets a name
DECLARED = {"A": "matrix(m,n)", "Q": "matrix(n,n)", "S": "spd(n)", "b": "vector(m)", "x": "vector(n)", "u": "vector(n)",
            "a": "vector(n)", "s": "scalar positive", "k": "scalar", "t": "scalar positive"}
_NUMBERS = ("2", "3", "1/2", "0.3", "5", "2.5", "1/3", "pi", "2 pi", "4/3", "0.1")
_FACTORS = ("({q} s)^k", "({q} pi)^(-n/2)", "({q} s)^(-1/2)", "sqrt({q})", "s^2", "1/({q} s)", "det({q} S)^(-1/2)",
            "({q})^k", "exp(-{q} s)", "(s - {q})", "({q} - k)^2", "t^k", "(1 + s/{q})^k", "log({q} + s)", "n/{q}",
            "sqrt(2 pi t)", "(s/{q})^(3/2)")
_INNER = ("(x - u)'S (x - u)", "(x - u)'inv(S) (x - u)", "‖A x - b‖²", "‖b - A x‖", "a'(u - x)", "({q} - a'x)",
          "({q} a'x - k)", "‖x‖²", "({q} + x'x)", "sum(u - {q} x)", "(x'Q x - {q} s)", "log({q} + x'x)",
          "‖x - mean(x)‖²", "exp(-(x - u)'S (x - u)/{q})", "(k - {q} s a'x)^3", "sqrt({q} + ‖u - x‖²)",
          "a'(x - {q} u)/s", "sum(log({q} + (u - x).^2))", "sum(exp({q} (u - x)))", "tr((S - {q} x x')S)",
          "sum((b - A x/{q}).^2)/n")
_BELOW = ("(2 s)", "sqrt(det(S))", "(s - k)", "(2 s)^k", "{q}")
_OUTER = ("{}", "{}", "-{}", "{}/2", "log(1 + ({})^2)", "exp(-{})", "({})^2", "({} - s)^2", "1/({q} + ({})^2)",
          "{q} {}")


def formula(rng: random.Random) -> str:
    """A scalar in x: factors, something that moves, something around it."""
    def filled(text: str) -> str:
        return text.replace("{q}", rng.choice(_NUMBERS))

    inner = filled(rng.choice(_INNER))
    if rng.random() < 0.4:
        inner = f"({inner} {rng.choice('+-')} {filled(rng.choice(_INNER))})"
    parts = [filled(rng.choice(_FACTORS)) for _ in range(rng.choice((0, 1, 1, 2)))]
    below = f"/{filled(rng.choice(_BELOW))}" if rng.random() < 0.4 else ""
    return filled(rng.choice(_OUTER)).replace("{}", f"({' '.join([*parts, inner])}{below})")


def difference(text: str, kind: str) -> float:
    """How far the derivative that is shown is from the one that was derived, relative."""
    derivative = getattr(matcalc, kind)(text, wrt="x", variables=DECLARED)
    whole = derivative.problem.settled(derivative.expr), *(matcalc.parse(shown, variables=DECLARED)
                                                           for shown in (derivative.ascii, in_names(derivative)))
    sizes, _ = affordable_sizes(dims_of(*whole), [e.shape for e in postorder(*whole)])
    values = draw(givens(*whole), np.random.default_rng(1), sizes)
    with silence():
        right, *others = (np.asarray(run(e, values, sizes)) for e in whole)
    if not all(np.isfinite(value).all() for value in (right, *others)):
        return 0.0
    return float(max(np.abs(value - right).max() for value in others) / max(1e-30, np.abs(right).max()))


def in_names(derivative: matcalc.Derivation) -> str:
    """What a terminal shows with names, p where p = softmax(x), as one text."""
    terms, names = derivative._in_names("ascii", LINE)
    return "; ".join([*(f"{name} := {value}" for name, value in names), "".join(terms)])


def complaint(seed: int) -> str:
    """What is wrong with the formula of a seed; '' where nothing is."""
    rng = random.Random(seed)
    text, kind = formula(rng), rng.choice(("grad", "grad", "hessian"))
    try:
        with work(), alarm(SECONDS):
            far = difference(text, kind)
    except MatcalcError as error:
        code = error.diagnostics[0].code
        return f"{seed} {kind} {text}: {code} {error}" if code.startswith("M9") else ""
    return f"{seed} {kind} {text}: what is shown differs by {far:.2g}" if far > CLOSE else ""


def main() -> int:
    """Try formulas one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.typed")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    given = parser.parse_args()
    wrong = 0
    for seed in range(given.first, given.first + given.count):
        if said := complaint(seed):
            wrong += 1
            print(said, flush=True)
    print(f"{given.count} formulas, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
