"""Functions that stand for a formula, met as that formula: what their block states of curvature is used.

Only blocks that say `is = … atom` take part, whose meaning the other laws do not see through: cvar(x, b) is the inner
product of sorted entries with weights that grow.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.algebra.laws import Binding, fits
from matcalc.algebra.make import param_leaf, substitute
from matcalc.core.expr import CALL, Expr, node
from matcalc.curvature.composed import of_call
from matcalc.curvature.fields import Sense
from matcalc.curvature.proof import Proof, Prover
from matcalc.stability.matching import readings


def of_notation(c: Prover, e: Expr, sense: Sense, is_operator: bool) -> Iterator[Proof]:
    """By the claims of a block whose meaning this is."""
    for name in c.book.names_saying("atom"):
        for f in c.book.overloads(name):
            means = f.template("means")
            if means is None or means.kind is not e.kind or is_operator:
                continue
            for binding in readings(means, e, Binding({}, {})):
                leaves = [param_leaf(f, i) for i in range(len(f.params))]
                if fits(binding) and all(leaf in binding.exprs for leaf in leaves):
                    args = tuple(substitute(leaf, dict(binding.exprs), dict(binding.dims)) for leaf in leaves)
                    for proof in of_call(c, node(CALL, args, f, e.shape), sense, is_operator):
                        yield proof._replace(expr=e)
