"""The size of a bare I in a claim, kron(I, A): that with which the claim has the shape of what is judged.

Shapes are solved one product at a time, and an unknown size inside a Kronecker product is beyond that; so the sizes
that the problem has, and their products, are tried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, islice, product

from matcalc.answer.problem import Problem, claim_declarations, claim_text
from matcalc.diagnostics import MatcalcError
from matcalc.dims import Shape, format_dim
from matcalc.expr import Expr
from matcalc.language.elaborate import elaborate, outline
from matcalc.language.syntax import Op, postorder

_MOST = 256  # readings
_LONGEST = 400


def sized(problem: Problem, claim: str, shape: Shape, dialect: str) -> tuple[list[tuple[str, Expr]], bool]:
    """The claims of this shape that differ in the sizes of I only, as text and as formula; whether all were tried."""
    whole, start = claim_text(problem, claim)
    declared = claim_declarations(problem)
    try:
        root = outline(whole, declared, problem.rulebook, dialect)
    except MatcalcError:
        return [], True
    spans = sorted({(s.span.start, s.span.end) for s in postorder(root) if s.op is Op.RESERVED and s.data == "I"
                    and start <= s.span.start < start + len(claim)})
    if not spans or len(claim) > _LONGEST:
        return [], not spans
    dims = list(_dims(problem))
    found = []
    for text in islice(_texts(whole, spans, dims), _MOST):
        try:
            e = elaborate(text, declared, problem.rulebook, dialect=dialect, proposed=True).expr
        except MatcalcError:
            continue
        if e.shape == shape:
            found.append((text[start:], e))
    return found, len(dims) ** len(spans) <= _MOST


def _dims(problem: Problem) -> Iterator[str]:
    """The sizes of the variables, then the products of two of them."""
    sizes = list(dict.fromkeys(dim for info in problem.variables.values() for dim in info.shape if dim != 1))
    pairs = [a * b for a, b in combinations_with_replacement(sizes, 2)]
    yield from dict.fromkeys(map(format_dim, [*sizes, *pairs]))


def _texts(text: str, spans: list[tuple[int, int]], dims: list[str]) -> Iterator[str]:
    """Every choice of sizes; the simple ones first."""
    for chosen in sorted(product(range(len(dims)), repeat=len(spans)), key=sum) if len(spans) < 5 else ():
        changed = text
        for (start, end), k in reversed(list(zip(spans, chosen, strict=True))):
            changed = f"{changed[:start]} eye({dims[k]}) {changed[end:]}"
        yield changed
