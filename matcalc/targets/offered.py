"""Which functions a program has: f, its derivatives by name, and which of them is compared with differences of which.

A Hessian is compared with differences of the gradient, which is compared with differences of f; a differential of
order k with differences of the one before. What was derived is used; what else is asked for is derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from matcalc.algebra.conjugation import is_real
from matcalc.calculus.regularity import KINK
from matcalc.core.expr import TANGENT, Expr, postorder
from matcalc.diagnostics import MatcalcError, NoRuleError, fail
from matcalc.extensions import UNICODE
from matcalc.language.suggest import closest
from matcalc.plan.planning import Layout
from matcalc.printers import unicode_text
from matcalc.printers.requirements import condition_text
from matcalc.targets.compressed import entries_said, layout_of, whole_hessian
from matcalc.targets.definition import PLAIN
from matcalc.targets.gradients import SECOND, Slope, conjugate_of, is_by_complex, slopes
from matcalc.targets.selfcheck import Comparison, Function

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative
    from matcalc.answer.related import Related

LONGEST = 90
Have = dict[str, list[Function]]
_OF_NUMBERS = ("gradient", "value_and_gradient", *SECOND)  # there are none of a vector or a matrix
_BY_ONE = ("jacobian", "vjp")
USUAL = {"gradient": ("f", "gradient", "value_and_gradient"), "jacobian": ("f", "jacobian"),
         "hessian": ("f", "gradient", "value_and_gradient", "hessian"),
         "operator": ("f", "gradient", "value_and_gradient", "hessian_product"),
         "differential": ("f", "differential"), "jvp": ("f", "jvp"), "vjp": ("f", "vjp")}
KINDS = tuple(USUAL)


def _no_function(asked: Related, message: str, *fixes: str) -> MatcalcError:
    return fail("M0522", message, asked.problem.typed_source, fixes=fixes, error=NoRuleError)


def chosen(asked: Related, names: Sequence[str] = ()) -> list[str]:
    """The names of the functions, in the order of the program. Raises MatcalcError where there is no such function."""
    unknown = next((name for name in names if name not in FUNCTIONS), "")
    if unknown:
        fixes = tuple(f"--functions {name}" for name in closest(unknown, FUNCTIONS))
        raise fail("M0521", f"no function is called “{unknown}”; there are {', '.join(FUNCTIONS)}", fixes=fixes)
    found = [name for name in FUNCTIONS if name in (names or USUAL[asked.kind])]
    for name in found:
        _refuse(asked, name, found)
    return found


def _refuse(asked: Related, name: str, names: Sequence[str]) -> None:
    """Raise NoRuleError where a formula has no such function."""
    f, several = asked.problem.f, len(asked.problem.wrt) > 1
    if name in _OF_NUMBERS and not (f.is_scalar and not f.free):
        others = [other for other in names if other not in _OF_NUMBERS] or ["f", "jacobian"]
        raise _no_function(asked, f"only a formula whose value is a number has a {_said(name)}",
                           f"--functions {','.join(others)}", "--functions f,jacobian,jvp,vjp")
    if name in _BY_ONE and several:
        raise _no_function(asked, f"a {_said(name)} is by one variable at a time, not by {_listed(asked)}",
                           *(f"--wrt {x.data.name}" for x in asked.problem.wrt))
    if name == "hessian_blocks":
        _refuse_blocks(asked)
    if name == "hessian_product" and "operator" not in asked.answer("hessian").forms:
        where = "sums over indices" if asked.problem.is_summed else "several variables" if several else "this form"
        raise _no_function(asked, f"there is no Hessian product in {where}",
                           "--functions f,gradient,value_and_gradient,hessian")


def _refuse_blocks(asked: Related) -> None:
    if is_by_complex(asked):
        raise _no_function(asked, f"blocks of a Hessian are not looked for by the complex {_listed(asked)}",
                           "--functions f,gradient,hessian")
    if len(asked.problem.wrt) > 1:
        raise _no_function(asked, f"the blocks of a Hessian are by one variable at a time, not by {_listed(asked)}",
                           *(f"--wrt {x.data.name}" for x in asked.problem.wrt))
    if layout_of(asked) is None:
        x = _listed(asked)
        raise _no_function(asked, f"the Hessian by {x} is not block diagonal, as far as can be proved: along every "
                           f"axis of {x} entries at different places may have a second derivative together",
                           "--functions f,gradient,value_and_gradient,hessian")


def compared_with(names: Sequence[str]) -> list[str]:
    """The functions and those that they are compared with."""
    needed = {"f", *(["gradient"] if any(name in names for name in SECOND) else [])}
    return [name for name in FUNCTIONS if name in names or name in needed]


def _said(name: str) -> str:
    return {"value_and_gradient": "gradient", "hessian": "Hessian", "hessian_blocks": "Hessian",
            "hessian_product": "Hessian", "jacobian": "Jacobian"}.get(name, name)


def _listed(asked: Related) -> str:
    return ", ".join(unicode_text(x) for x in asked.problem.wrt)


def parts(asked: Related, names: Sequence[str]) -> tuple[list[Function], list[Comparison]]:
    """The functions of the program, and what is compared; where f was given a name they are called after it."""
    made = [(name, replace(function, problem=asked.problem)) for name in names
            for function in FUNCTIONS[name](asked, names)]
    if asked.called:
        made = [(name, f if name == "f" else replace(f, name=f"{asked.called}_{f.name}")) for name, f in made]
    have: Have = {}
    for name, function in made:
        have.setdefault(name, []).append(function)
    return [f for _, f in made], [c for name in names if name in _COMPARED for c in _COMPARED[name](asked, have)]


_WORDS = {"gradient": "The gradient of {f} by {x}", "jacobian": "The Jacobian of {f} by {x}",
          "value_and_gradient": "The value of {f} and its gradient by {x}",
          "hessian": "The Hessian of {f} by {x}", "hessian_blocks": "The Hessian of {f} by {x}, only its blocks",
          "hessian_product": "The Hessian of {f} by {x}, applied to {v}",
          "jvp": "The derivative of {f} by {x} along {v}", "differential": "The differential of {f}",
          "vjp": "What {v} pulls back, the gradient of <{v}, {f}> by {x}"}


def _derived(asked: Related, name: str, roots: Sequence[Expr], answers: Sequence[Derivative] = (),
             directions: Sequence[Expr] = (), results: Sequence[Layout] = (PLAIN,)) -> Function:
    """A function that computes `roots`, with what the `answers` require; one of them shows its formula."""
    by = answers[0].problem.wrt if len(answers) == 1 else asked.problem.wrt
    listed, along = (", ".join(unicode_text(v) for v in leaves) for leaves in (by, directions))
    words = _WORDS[name].format(f=_name(asked), x=listed, v=along)
    shown = [d for d in answers if d.computed in roots]
    formula = next((d.expr for d in shown), roots[0])
    about = _with_formula(asked, words, ":", formula) if len(roots) == 1 else f"{words}."
    needed = dict.fromkeys(condition_text(c, UNICODE) for d in shown for c in d.requirements if c.word != KINK)
    about += f"\n\nRequires: {', '.join(needed)}" if needed else ""
    return Function(name, tuple(roots), _inputs(asked), about, directions, tuple(results))


def _inputs(asked: Related) -> list[Expr]:
    return [*asked.problem.inputs.values()]


def _name(asked: Related) -> str:
    if asked.called:
        return asked.called
    return asked.problem.fresh("fhF", asked.problem.called)


def _with_formula(asked: Related, words: str, sign: str, e: Expr) -> str:
    formula = unicode_text(asked.problem.lettered(e))
    return f"{words}{sign} {formula}" if len(formula) <= LONGEST and "\\" not in formula else f"{words}."


def _like_f(asked: Related) -> Layout:
    """How a value in the shape of f is laid out."""
    indexed = asked.problem.indexed
    return Layout(indexed.output) if indexed is not None and asked.problem.is_summed else PLAIN


def _value(asked: Related, _names: Sequence[str]) -> list[Function]:
    name, f = _name(asked), asked.problem.f
    return [Function(name, (f,), _inputs(asked), _with_formula(asked, name, " =", f), results=(_like_f(asked),))]


def _gradient(asked: Related, names: Sequence[str]) -> list[Function]:
    found = slopes(asked, names)
    made = _derived(asked, "gradient", [e for s in found for e in s.roots], [s.answer for s in found],
                    results=[s.result for s in found for _ in s.roots])
    return [replace(made, others=_backward(asked, found))]


def _backward(asked: Related, found: Sequence[Slope]) -> tuple[tuple[Expr, ...], ...]:
    """All gradients as reverse mode gives them, where it gives all."""
    ways = [[] if s.x.complex else asked.ways("gradient", s.x) for s in found]
    return (tuple(way[0] for way in ways),) if all(ways) else ()


def _value_and_gradient(asked: Related, names: Sequence[str]) -> list[Function]:
    """One body: what f needs is there for the gradient."""
    found = slopes(asked, names)
    roots = [e for s in found for e in s.roots]
    both = _derived(asked, "value_and_gradient", [asked.shared(e) for e in (asked.problem.f, *roots)],
                    [s.answer for s in found], results=[_like_f(asked), *(s.result for s in found for _ in s.roots)])
    others = tuple((asked.problem.f, *way) for way in _backward(asked, found))
    return [replace(both, valued=True, others=others)]


def _jacobian(asked: Related, _names: Sequence[str]) -> list[Function]:
    d = asked.answer("jacobian")
    other = conjugate_of(d)
    if other is not None:
        return [_derived(asked, "jacobian", [d.computed, other], [d], results=[_laid(d), _laid(d)])]
    return [_derived(asked, "jacobian", [d.computed], [d], results=[_laid(d)])]


def _hessian(asked: Related, _names: Sequence[str]) -> list[Function]:
    d = asked.answer("hessian")
    others = () if asked.is_in_blocks or is_by_complex(asked) else tuple(
        (way,) for way in asked.ways("hessian", d.problem.wrt[-1]))
    return [replace(_derived(asked, "hessian", [d.computed], [d], results=[_laid(d)]), others=others)]


def _hessian_blocks(asked: Related, _names: Sequence[str]) -> list[Function]:
    """What is not zero of a Hessian that is block diagonal."""
    d, layout = whole_hessian(asked), layout_of(asked)
    assert layout is not None  # else it was refused
    (x,) = d.problem.wrt
    others = tuple((way,) for way in asked.ways("hessian", x))
    made = _derived(asked, "hessian_blocks", [d.computed], [d], results=[layout])
    return [replace(made, about=f"{made.about}\n\n{entries_said(layout, x, _name(asked))}", others=others)]


def _laid(d: Derivative) -> Layout:
    """A derivative that stays in sums has axes for both sides."""
    said = d.statements[-1]
    return Layout(*said.axes, outside=said.f.shape, inside=d.problem.wrt[-1].shape) if d.problem.is_summed else PLAIN


def _hessian_product(asked: Related, _names: Sequence[str]) -> list[Function]:
    """V ↦ ∇²f[V], which needs no matrix on vec."""
    d = asked.answer("hessian")
    e = d.forms["operator"].computed
    made = _derived(asked, "hessian_product", [d.computed if e is None else e], [d], d.directions[-1:])
    is_one = len(d.problem.wrt) == 1 and not is_by_complex(asked)
    ways = asked.ways("hessian_product", d.problem.wrt[-1], d.directions[-1]) if is_one else []
    return [replace(made, others=tuple((way,) for way in ways))]


def _jvp(asked: Related, _names: Sequence[str]) -> list[Function]:
    d = asked.answer("jvp")
    return [_derived(asked, "jvp", [d.computed], [d], d.directions, [_like_f(asked)])]


def _vjp(asked: Related, _names: Sequence[str]) -> list[Function]:
    d = asked.answer("vjp")
    return [_derived(asked, "vjp", [d.computed], [d], d.directions, [Layout(*d.statements[-1].axes)])]


def _differential(asked: Related, _names: Sequence[str]) -> list[Function]:
    """One for each order, in the directions of those before and its own."""
    d, found = asked.answer("differential"), []
    known: list[Expr] = []
    for k, s in enumerate(d.statements, 1):
        known = [*known, *_moved(s.derivative, d, known).values()]
        made = _derived(asked, "differential", [s.derivative], [d], known, [_like_f(asked)])
        found.append(made if len(d.statements) == 1 else replace(made, name=f"differential_{k}"))
    return found


def _moved(e: Expr, d: Derivative, known: Sequence[Expr]) -> dict[Expr, Expr]:
    """The directions in a differential that are not `known`, by the variables that move along them."""
    new = {t.data[0]: t for t in postorder(e) if t.kind is TANGENT and t not in known}
    return {x: new[x.data.name] for x in d.problem.wrt if x.data.name in new}


FUNCTIONS: dict[str, Callable[[Related, Sequence[str]], list[Function]]] = {
    "f": _value, "gradient": _gradient, "value_and_gradient": _value_and_gradient, "jacobian": _jacobian,
    "hessian": _hessian, "hessian_blocks": _hessian_blocks, "hessian_product": _hessian_product,
    "differential": _differential, "jvp": _jvp, "vjp": _vjp}


def _of_value(have: Have) -> list[Function]:
    """The function whose value f is, where there is one."""
    return [*have.get("f", ()), *(both.part(0) for both in have.get("value_and_gradient", ()))][:1]


def _of_slope(have: Have, i: int) -> list[Function]:
    """The function whose value the gradient by the variable number `i` is, where there is one."""
    return [*(g.part(i) for g in have.get("gradient", ())),
            *(both.part(i + 1) for both in have.get("value_and_gradient", ()))][:1]


def _compare_gradient(asked: Related, have: Have) -> Iterator[Comparison]:
    found, at = slopes(asked, [*have]), 0
    for s in found:
        for f, g in zip(_of_value(have), _of_slope(have, at), strict=False):
            turned = s.answer.kind == "gradient" and s.answer.layout == "numerator"
            said = f"{g.name} by {s.x.data.name}" if len(found) > 1 else ""
            other = None if s.conjugate is None else _of_slope(have, at + 1)[0]
            convention = s.answer.convention or ("holomorphic" if not is_real(asked.problem.f) else "")
            yield Comparison(f, g, "gradient", [s.x], s.structure, turned=turned, said=said, convention=convention,
                             conjugate=other)
        at += len(s.roots)


def _compare_both(asked: Related, have: Have) -> Iterator[Comparison]:
    """The parts of `value_and_gradient` are what the functions give one by one, or are compared with differences."""
    both, = have["value_and_gradient"]
    if "gradient" not in have:
        yield from _compare_gradient(asked, have)
    single = [(0, f) for f in have.get("f", ())]
    single += [(1 + i, g.part(i)) for g in have.get("gradient", ()) for i in range(len(g.roots))]
    for i, function in single:
        yield Comparison(function, both.part(i), "same", (), said=f"{both.name} against {function.name}")


def _compare_jacobian(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("jacobian")
    (j,) = have["jacobian"]
    for f in _of_value(have):
        found = _as_matrix(d, f, j.part(0))
        yield found if len(j.roots) == 1 else replace(found, conjugate=j.part(1))


def _compare_hessian(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("hessian")
    for slope in _of_slope(have, 0) if not asked.is_in_blocks else ():
        found = _as_matrix(d, slope, have["hessian"][0])
        yield replace(found, kind="augmented") if d.convention == "augmented" else found


def _as_matrix(d: Derivative, f: Function, derived: Function) -> Comparison:
    """The matrix of a derivative, or its axes on both sides."""
    said, moved = d.statements[-1], d.problem.wrt[-1:]
    if d.problem.is_summed:
        return Comparison(f, derived, "tensor", moved, said.structure)
    return Comparison(f, derived, "matrix", moved, said.structure, turned=d.layout == "denominator", vec=d.vec,
                      curved=said.kind == "covariant")


def _compare_blocks(asked: Related, have: Have) -> Iterator[Comparison]:
    d = whole_hessian(asked)
    said = d.statements[-1]
    for slope in _of_slope(have, 0):
        yield Comparison(slope, have["hessian_blocks"][0], "blocks", d.problem.wrt, said.structure,
                         curved=said.kind == "covariant")


def _compare_product(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("hessian")
    said = d.statements[-1]
    for slope in _of_slope(have, 0):
        yield Comparison(slope, have["hessian_product"][0], "map", d.problem.wrt[-1:], said.structure,
                         d.directions[-1:], curved=said.kind == "covariant")


def _compare_jvp(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("jvp")
    for f in _of_value(have):
        yield Comparison(f, have["jvp"][0], "map", d.problem.wrt, d.statements[-1].structure, d.directions)


def _compare_vjp(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("vjp")
    for f in _of_value(have):
        yield Comparison(f, have["vjp"][0], "pulled", d.problem.wrt, d.statements[-1].structure)


def _compare_differential(asked: Related, have: Have) -> Iterator[Comparison]:
    d = asked.answer("differential")
    chain = [*_of_value(have), *have["differential"]]
    for before, after in pairwise(chain):
        moved = _moved(after.e, d, before.directions)
        if moved:
            yield Comparison(before, after, "map", [*moved], "free", [*moved.values()])


_COMPARED: dict[str, Callable[[Related, Have], Iterator[Comparison]]] = {
    "gradient": _compare_gradient, "value_and_gradient": _compare_both, "jacobian": _compare_jacobian,
    "hessian": _compare_hessian, "hessian_blocks": _compare_blocks, "hessian_product": _compare_product,
    "differential": _compare_differential,
    "jvp": _compare_jvp, "vjp": _compare_vjp}
