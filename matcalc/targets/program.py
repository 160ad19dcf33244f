"""A derivation as a program: f, its derivatives, and the comparison of each with differences of the one before.

A Hessian is compared with differences of the gradient, which is compared with differences of f; a differential of
order k with differences of the one before. A program is run before it is handed out: the point in it is one at which
it passes its own check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from matcalc.calculus.regularity import KINK
from matcalc.core.expr import CALL, TANGENT, Expr, postorder
from matcalc.diagnostics import NoRuleError, fail
from matcalc.extensions import UNICODE
from matcalc.limits import LimitError
from matcalc.numeric.draws import modes
from matcalc.numeric.sizes import Sizes, affordable_sizes, dims_of, footprint
from matcalc.plan.stable import stable
from matcalc.printers import unicode_text
from matcalc.printers.requirements import condition_text
from matcalc.targets.identifiers import Names, names_of
from matcalc.targets.module import arrays, expanded, function, module
from matcalc.targets.selfcheck import Comparison, Function, Writer
from matcalc.targets.target import PLAIN, Result, Target

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative

LONGEST = 90
TRIES = 20
Parts = tuple[list[Function], list[Comparison]]


def program(d: Derivative, target: Target, kind: str = "", check: bool = True) -> str:
    """The source text; `check` runs it first. Raises NoRuleError where no point is found at which it passes."""
    functions, comparisons = parts(d, kind)
    functions = [replace(f, e=expanded(stable(f.e, d.problem.rulebook), target)) for f in functions]
    for draft in _drafts(target, functions, comparisons):
        if not check or not comparisons or target.frame.passes(draft):
            return draft
    raise fail("M0901", "the code passes its own check at none of the points tried", d.problem.source,
               fixes=("--no-check",), error=NoRuleError)


def _drafts(target: Target, functions: Sequence[Function], comparisons: Sequence[Comparison]) -> Iterator[str]:
    """The program, with one random point after the other in its check."""
    roots, inputs = [f.e for f in functions], functions[0].inputs
    leaves = list(dict.fromkeys(x for f in functions for x in (*f.inputs, *f.directions)))
    known = names_of(target, roots, inputs, leaves, [f.name for f in functions])
    first, *others = functions
    texts = [arrays(inputs, known), function(first.name, first.e, inputs, first.about, known, result=first.result),
             *(function(f.name, f.e, inputs, f.about, known, f.directions, f.directions, f.result) for f in others)]
    title = f"{', '.join(f.name for f in functions[:-1])} and {functions[-1].name}, with {target.title}."
    for attempt, mode in enumerate(modes(TRIES)):
        sizes = _sizes(roots, leaves, attempt // 2)
        check = [_comparing(comparisons, known, leaves, Writer(known, sizes, mode, attempt)), target.comparing.run]
        yield module(target, roots, [*texts, *check], title + " Run this file to check them.") if comparisons else \
            module(target, roots, texts, title)


def _sizes(roots: Sequence[Expr], leaves: Sequence[Expr], choice: int) -> Sizes:
    sizes, too_much = affordable_sizes(dims_of(*roots, *leaves), [footprint(e) for e in postorder(*roots)], choice)
    if too_much:
        raise fail("M0107", too_much, error=LimitError)
    return sizes


def _comparing(comparisons: Sequence[Comparison], known: Names, leaves: Sequence[Expr], writer: Writer) -> str:
    used = {key for c in comparisons for f in (c.function, c.derivative) for key in known.functions_in(f.e)}
    about = "At a random point, in a random direction: name, what the function says, and central differences."
    lines = [*writer.point(leaves, sorted(used)), *(line for c in comparisons for line in writer.compare(c))]
    return known.target.frame.define("comparisons", [], [], [about], lines, [])


def parts(d: Derivative, kind: str = "") -> Parts:
    """The functions of the program, and which are compared; `kind` is one of KINDS, by default that of `d`."""
    return (_SUMMED if d.problem.is_summed else _PARTS).get(kind or d.kind, _PARTS[kind or d.kind])(d)


_WORDS = {"gradient": "The gradient of {f} by {x}", "jacobian": "The Jacobian of {f} by {x}",
          "hessian": "The Hessian of {f} by {x}", "hessian_product": "The Hessian of {f} by {x}, applied to {v}",
          "jvp": "The derivative of {f} by {x} along {v}",
          "vjp": "What {v} pulls back, the gradient of <{v}, {f}> by {x}"}


def _value(d: Derivative) -> Function:
    """What is differentiated."""
    unspecified = [e.data.name for e in postorder(d.problem.f) if e.kind is CALL and e.data.form == "unspecified"]
    name = d.problem.fresh("fhF", unspecified)
    return Function(name, d.problem.f, _inputs(d), _with_formula(d, name, " =", d.problem.f), result=_like_f(d))


def _like_f(d: Derivative) -> Result:
    """How a value in the shape of f is laid out."""
    return Result(d.problem.indexed.output) if d.problem.indexed is not None and d.problem.is_summed else PLAIN


def _derived(d: Derivative, name: str, e: Expr, directions: Sequence[Expr] = (), result: Result = PLAIN) -> Function:
    by, along = (", ".join(unicode_text(v) for v in leaves) for leaves in (d.problem.wrt, directions))
    words = _WORDS.get(name, "The differential of {f}").format(f=_value(d).name, x=by, v=along)
    needed = [condition_text(c, UNICODE) for c in d.requirements if c.word != KINK] if e is d.expr else []
    about = _with_formula(d, words, ":", e) + (f"\n\nRequires: {', '.join(needed)}" if needed else "")
    return Function(name, e, _inputs(d), about, directions, result)


def _inputs(d: Derivative) -> list[Expr]:
    further = {v.data.name for v in d.directions}
    return [x for name, x in d.inputs.items() if name not in further]


def _with_formula(d: Derivative, words: str, sign: str, e: Expr) -> str:
    formula = unicode_text(d.problem.lettered(e))
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
    f, j = _value(d), _derived(d, "jvp", d.expr, d.directions, _like_f(d))
    return [f, j], [Comparison(f, j, "map", d.problem.wrt, d.statements[-1].structure, d.directions)]


def _pulled_back(d: Derivative) -> Parts:
    f, v = _value(d), _derived(d, "vjp", d.expr, d.directions, Result(*d.statements[-1].axes))
    return [f, v], [Comparison(f, v, "pulled", d.problem.wrt, d.statements[-1].structure)]


def _differential(d: Derivative) -> Parts:
    functions, comparisons = [_value(d)], []
    for k, s in enumerate(d.statements, 1):
        known = functions[-1].directions
        new = {t.data[0]: t for t in postorder(s.derivative) if t.kind is TANGENT and t not in known}
        moved = [x for x in d.problem.wrt if x.data.name in new]
        along = [new[x.data.name] for x in moved]
        name = "differential" if len(d.statements) == 1 else f"differential_{k}"
        functions.append(_derived(d, name, s.derivative, [*known, *along], _like_f(d)))
        if moved:
            comparisons.append(Comparison(functions[-2], functions[-1], "map", moved, "free", along))
    return functions, comparisons


def _summed_gradient(d: Derivative) -> Parts:
    said = d.statements[0]
    e = d.expr if d.kind == "gradient" else said.derivative
    f, g = _value(d), _derived(d, "gradient", e, result=Result(*said.axes))
    return [f, g], [Comparison(f, g, "gradient", d.problem.wrt[:1], said.structure)]


def _summed_jacobian(d: Derivative) -> Parts:
    said = d.statements[-1]
    functions, comparisons = ([_value(d)], []) if said.f is d.problem.f else _summed_gradient(d)
    moved = d.problem.wrt[-1]
    result = Result(*said.axes, outside=said.f.shape, inside=moved.shape)
    derived = _derived(d, d.kind, d.expr, result=result)
    return [*functions, derived], [*comparisons, Comparison(functions[-1], derived, "tensor", [moved], said.structure)]


_SUMMED: dict[str, Callable[[Derivative], Parts]] = {
    "gradient": _summed_gradient, "jacobian": _summed_jacobian, "hessian": _summed_jacobian}
_PARTS: dict[str, Callable[[Derivative], Parts]] = {
    "gradient": _gradient, "jacobian": _jacobian, "hessian": _hessian, "operator": _operator, "jvp": _along,
    "vjp": _pulled_back, "differential": _differential,
}
KINDS = tuple(_PARTS)
