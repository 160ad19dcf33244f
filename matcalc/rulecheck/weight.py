"""The weight that every law must lower: a polynomial interpretation of the operations, hence rewriting ends.

Each operation is a polynomial in the weights of its operands that grows with each of them, so replacing a part by a
lighter one makes the whole lighter. A law falls if its left side is heavier whatever its variables weigh. A law that
only lets factors change places keeps the weight; it must bring a constant further to the right in its chain.
Source: Baader & Nipkow (1998), Term Rewriting and All That, 5.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations, product
from math import prod

from matcalc.algebra.application import linear_params
from matcalc.core.expr import CALL, CHAIN, TRANSPOSE, VAR, Expr, postorder

_SAMPLES = (5, 6, 9, 50, 4_000)  # of the weight of a variable, which is at least 5

WEIGHTS: dict[str, Callable[[list[int]], int]] = {
    **dict.fromkeys(("num", "dim", "const", "eye", "ones", "zeros", "unit"), lambda args: 1),
    "add": lambda args: 1 + sum(args),
    "mul": lambda args: 1 + sum(args),
    "had": lambda args: 1 + sum(args),
    "pow": sum,
    "chain": prod,
    "transpose": lambda args: 2 * args[0],
    "matpow": lambda args: 2 * args[0] ** 2,
    "trace": lambda args: 1 + args[0],
    "block": lambda args: 1 + sum(args),
    "slice": lambda args: 1 + args[0],
    "linear": lambda args: 1 + 3 * prod(args),
    "elementwise": lambda args: 1 + 2 * prod(args),
    "constant": lambda args: 12 * sum(args),
    "function": lambda args: 1 + prod(args) ** 3,
    "operator": lambda args: 1 + 3 * prod(args) ** 3,
}


def weight(e: Expr, leaves: Mapping[Expr, int]) -> tuple[int, int]:
    """The weight of `e` where each variable weighs what `leaves` says, and how far constants are from the right."""
    done: dict[Expr, int] = {}
    for part in postorder(e):
        args = [done[arg] for arg in part.args]
        done[part] = leaves[part] if part in leaves else WEIGHTS[_kind(part)](args)
    return done[e], sum(_misplaced(part) for part in postorder(e) if part.kind is CHAIN)


def _kind(e: Expr) -> str:
    """The form of a function; "operator" where it is linear in some of its matrices and depends on others."""
    if e.kind is not CALL:
        return str(e.kind.value)
    values = [param for param in e.data.params if param.kind == "value"]
    return "operator" if 0 < len(linear_params(e.data)) < len(values) else str(e.data.form)


def _misplaced(chain: Expr) -> int:
    """The pairs of factors of which the first is a constant and the second is not."""
    kinds = [_kind(f.args[0] if f.kind is TRANSPOSE else f) for f in chain.args]
    return sum(a == "constant" != b for a, b in combinations(kinds, 2))


def falls(left: Expr, right: Expr) -> tuple[int, int] | None:
    """None where the weight falls at every sample of leaf weights, else the two weights of a counterexample."""
    leaves = [part for part in postorder(left, right) if part.kind is VAR]
    for values in product(_SAMPLES, repeat=len(leaves)):
        weights = dict(zip(leaves, values, strict=True))
        before, after = weight(left, weights), weight(right, weights)
        if after >= before:
            return before[0], after[0]
    return None
