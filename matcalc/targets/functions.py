"""What a program consists of: f, what is derived from it, and what is to be compared with differences of what.

A Hessian is compared with differences of the gradient, which is compared with differences of f; a differential of
order k with differences of the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matcalc.calculus.regularity import KINK
from matcalc.core.expr import CALL, TANGENT, Expr, postorder
from matcalc.printers import text
from matcalc.printers.conditions import condition_text

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative

LONGEST = 90


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a program: its name, its formula, its arguments, and the directions in which it is linear."""

    name: str
    e: Expr
    inputs: Sequence[Expr]
    about: str
    directions: Sequence[Expr] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`derivative` is the derivative of `function` by the variables `moved`, in the way `kind` says.

    `along` are directions that are arguments of the derivative itself; `turned` says that the layout transposes it;
    of differences of a `curved` gradient only the part within the structure counts.
    """

    function: Function
    derivative: Function
    kind: str
    moved: Sequence[Expr]
    structure: str = "free"
    along: Sequence[Expr] = ()
    turned: bool = False
    vec: str = "col"
    curved: bool = False


Parts = tuple[list[Function], list[Comparison]]


def parts(d: Derivative, kind: str = "") -> Parts:
    return _PARTS[kind or d.kind](d)


_WORDS = {"gradient": "The gradient of {f} by {x}", "jacobian": "The Jacobian of {f} by {x}",
          "hessian": "The Hessian of {f} by {x}", "hessian_product": "The Hessian of {f} by {x}, applied to {v}",
          "jvp": "The derivative of {f} by {x} along {v}",
          "vjp": "What {v} pulls back, the gradient of <{v}, {f}> by {x}"}


def _value(d: Derivative) -> Function:
    """What is differentiated."""
    unspecified = [e.data.name for e in postorder(d.problem.f) if e.kind is CALL and e.data.form == "unspecified"]
    name = d.problem.fresh("fhF", unspecified)
    return Function(name, d.problem.f, _inputs(d), _with_formula(name, " =", d.problem.f))


def _derived(d: Derivative, name: str, e: Expr, directions: Sequence[Expr] = ()) -> Function:
    by, along = (", ".join(text(v, "unicode") for v in leaves) for leaves in (d.problem.wrt, directions))
    words = _WORDS.get(name, "The differential of {f}").format(f=_value(d).name, x=by, v=along)
    needed = [condition_text(c, "unicode") for c in d.requirements if c.word != KINK] if e is d.expr else []
    about = _with_formula(words, ":", e) + (f"\n\nRequires: {', '.join(needed)}" if needed else "")
    return Function(name, e, _inputs(d), about, directions)


def _inputs(d: Derivative) -> list[Expr]:
    further = {v.data.name for v in d.directions}
    return [x for name, x in d.inputs.items() if name not in further]


def _with_formula(words: str, sign: str, e: Expr) -> str:
    formula = text(e, "unicode")
    return f"{words}{sign} {formula}" if len(formula) <= LONGEST and "\\" not in formula else f"{words}."


def _gradient(d: Derivative) -> Parts:
    f, g = _value(d), _derived(d, "gradient", d.expr)
    return [f, g], [Comparison(f, g, "gradient", d.problem.wrt, d.statements[-1].structure,
                               turned=d.layout == "numerator")]


def _jacobian(d: Derivative) -> Parts:
    f, j = _value(d), _derived(d, "jacobian", d.expr)
    return [f, j], [Comparison(f, j, "matrix", d.problem.wrt, d.statements[-1].structure,
                               turned=d.layout == "denominator", vec=d.vec)]


def _hessian(d: Derivative) -> Parts:
    if not d.directions:  # blocks by several variables
        return [_value(d), _derived(d, "hessian", d.expr)], []
    functions, comparisons = _with_gradient(d)
    last, h = d.statements[-1], _derived(d, "hessian", d.expr)
    second = Comparison(functions[1], h, "matrix", d.problem.wrt[-1:], last.structure,
                        turned=d.layout == "denominator", vec=d.vec, curved=last.kind == "covariant")
    return [*functions, h], [*comparisons, second]


def _operator(d: Derivative) -> Parts:
    """V ↦ ∇²f[V], which needs no matrix on vec."""
    functions, comparisons = _with_gradient(d)
    last, v = d.statements[-1], d.directions[-1]
    product = _derived(d, "hessian_product", d.forms["operator"].expr or d.expr, [v])
    second = Comparison(functions[1], product, "map", d.problem.wrt[-1:], last.structure, [v],
                        curved=last.kind == "covariant")
    return [*functions, product], [*comparisons, second]


def _with_gradient(d: Derivative) -> Parts:
    said = [s for s in d.statements if s.kind == "gradient"][-1]
    f, g = _value(d), _derived(d, "gradient", said.derivative)
    return [f, g], [Comparison(f, g, "gradient", d.problem.wrt[:1], said.structure)]


def _along(d: Derivative) -> Parts:
    f, j = _value(d), _derived(d, "jvp", d.expr, d.directions)
    return [f, j], [Comparison(f, j, "map", d.problem.wrt, d.statements[-1].structure, d.directions)]


def _pulled_back(d: Derivative) -> Parts:
    f, v = _value(d), _derived(d, "vjp", d.expr, d.directions)
    return [f, v], [Comparison(f, v, "pulled", d.problem.wrt, d.statements[-1].structure)]


def _differential(d: Derivative) -> Parts:
    functions, comparisons = [_value(d)], []
    for k, s in enumerate(d.statements, 1):
        known = functions[-1].directions
        new = {t.data[0]: t for t in postorder(s.derivative) if t.kind is TANGENT and t not in known}
        moved = [x for x in d.problem.wrt if x.data.name in new]
        along = [new[x.data.name] for x in moved]
        name = "differential" if len(d.statements) == 1 else f"differential_{k}"
        functions.append(_derived(d, name, s.derivative, [*known, *along]))
        if moved:
            comparisons.append(Comparison(functions[-2], functions[-1], "map", moved, "free", along))
    return functions, comparisons


_PARTS: dict[str, Callable[[Derivative], Parts]] = {
    "gradient": _gradient, "jacobian": _jacobian, "hessian": _hessian, "operator": _operator, "jvp": _along,
    "vjp": _pulled_back, "differential": _differential,
}
KINDS = tuple(_PARTS)
