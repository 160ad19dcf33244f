"""How a declared structure enters a derivation: the projection as it is defined, then its closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcalc.algebra import variable
from matcalc.calculus.structure import project, structure_of
from matcalc.core.expr import Expr
from matcalc.explanation.calculus_laws import Identity, law
from matcalc.explanation.closing import closing_rules
from matcalc.explanation.moves import Formula, Trace
from matcalc.explanation.reasons import settling
from matcalc.rulebook.book import Rulebook

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative


def projected(trace: Trace, d: Derivative, free: Formula, closed: Formula) -> None:
    """The projection as it is defined, P(G) = (G + G')/2 or G − Q (Q'G + G'Q)/2, then its closed form."""
    name, (x, *_) = _projection(d), map(d.problem.settled, d.problem.wrt)
    if name != "projection":
        trace.add([law(name)], free, closed, "defined")
        return
    if d.kind != "gradient":
        trace.add([projection("V", x, trace.book)], free, closed, "projected")
        return
    defined = Formula(project(free.expr, x, trace.book), closed.head)
    trace.add([projection("G", x, trace.book)], free, defined, "projected")
    rules = closing_rules(defined.expr, closed.expr, trace.book)
    said = [settling(defined.expr, closed.expr)] if "orthogonal" in x.data.props else []
    trace.add([*said, *rules], defined, closed)


def projection(letter: str, x: Expr, book: Rulebook) -> Identity:
    """P(G) = (G + G')/2, by what is declared of `x`."""
    g = variable(letter if x.data.name != letter else "H", x.shape)
    rule = law("projection")
    return Identity(rule.name, rule.title, (f"P({g.data.name}) = ", project(g, x, book)), rule.ref)


def is_projected(d: Derivative) -> bool:
    """Whether the structure of a variable changes the derivative."""
    return any(s.structure != "free" for s in d.statements) and \
        any(structure_of(d.problem.settled(x)) is not None for x in d.problem.wrt)


def _projection(d: Derivative) -> str:
    """The projection of a gradient or a Jacobian; what is no projection has a definition of its own."""
    words = {structure_of(d.problem.settled(x)) for x in d.problem.wrt}
    if any(s.structure == "cookbook" for s in d.statements):
        return "cookbook"
    return "Riemannian" if "orthogonal" in words and d.kind == "hessian" else "projection"
