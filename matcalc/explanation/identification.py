"""From the differential to the derivative: the way of each kind of answer, told with the engine's own operations.

df = tr(G' dX) identifies the gradient G: each term is moved to that form by the adjoints of the operations in it.
dy = J dx identifies the Jacobian J: each operation states its matrix. A Hessian is the Jacobian of the gradient.
Whatever is declared of the variables, and the layout, enter at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from types import MappingProxyType
from typing import TYPE_CHECKING

from matcalc.algebra import apply, num, rebuild, tangent, transpose, zeros
from matcalc.algebra.leaves import is_zero
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import local_differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    HAD,
    MUL,
    POW,
    TANGENT,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    node,
    postorder,
)
from matcalc.core.function import Function
from matcalc.core.parts import number_and_factors, terms, untransposed
from matcalc.explanation.calculus_laws import LAWS, Identity, law
from matcalc.explanation.closing import closing_rules
from matcalc.explanation.handwriting import applied, mirrored, multiple, paired, total
from matcalc.explanation.moves import Formula, Head, Trace
from matcalc.explanation.opening import closed_beside_norms, open_differential
from matcalc.explanation.pairing import turn
from matcalc.explanation.projecting import is_projected, projected, projection
from matcalc.explanation.reasons import called, leaves, maps, of_body, settling, tricks
from matcalc.explanation.summation import in_matrices, told, told_in_letters
from matcalc.explanation.turning import each_term, read, without_brackets
from matcalc.options import Vec
from matcalc.rulebook.book import Rulebook
from matcalc.simplification import closed_form
from matcalc.simplification.length import cost
from matcalc.simplification.lift import log_of_product

if TYPE_CHECKING:
    from matcalc.answer.derivative import Derivative

MOST_TERMS = 12
_FACTOR = 4  # symbols that a factor taken out of a gradient may save, and it is differentiated as it was before
_CLOSING = frozenset(law(name).name for name in ("common factor", "regroup", "trace of a sum", "denominator"))
_TITLES = frozenset(identity.title for identity in LAWS.values())
_NONE: Mapping[Expr, Expr] = MappingProxyType({})


def gradient_of(trace: Trace, f: Expr, x: Expr, head: Head, left: Head = ("d", "f"),
                settled: Callable[[Expr], Expr] = lambda e: e) -> Formula:
    """df = tr(G' dX), hence G; then its closed form, within what is declared of the variables."""
    dx = seed(x)
    now = open_differential(trace, f, {x: dx}, left, transposing=True)
    g = pull_back(now.expr, num(1)).get(dx, num(0)) if now.expr.varies else num(0)
    if is_zero(g):
        after = Formula(zeros(*x.shape), head)
        trace.add([_read_off(x)], now, after, "read-off")
        return after
    if read(now.expr, dx) is None:
        now = _paired_terms(trace, turn(trace, now), dx)
    closed = closed_beside_norms(closed_beside_norms(g, trace.book), trace.book)
    m = read(now.expr, dx)
    if m is None:
        step = Formula(paired(closed, dx, inside=True), now.head)
        trace.add([law("collect")], now, step)
        now, m = step, read(step.expr, dx)
    shown = Formula(_transposed(m, x) if m is not None else closed, head)
    trace.add([_read_off(x)], now, shown, "read-off")
    if (property_used := settled(shown.expr)) is not shown.expr and (within := settled(closed)) is not closed:
        after = Formula(property_used, head)
        trace.add(_settled(trace, shown, after), shown, after)
        return _finished(trace, after, within)
    return _finished(trace, shown, closed)


def _settled(trace: Trace, before: Formula, after: Formula) -> list[Identity]:
    """Why M' became a formula in what is declared: the transpose of a product, and what is declared, if it is used."""
    q, parts = number_and_factors(before.expr)
    if not parts or parts[-1].kind is not TRANSPOSE:
        return [settling(before.expr, after.expr)]
    inner = parts[-1].args[0]
    if inner.kind is not CHAIN and not any(f.kind is CHAIN for f in inner.args):
        return [settling(before.expr, after.expr)]
    plain = multiple(q, parts[:-1], transpose(inner))
    is_used = not trace.alike(Formula(plain, after.head), after)
    return [law("transposed product"), *([settling(plain, after.expr)] if is_used else [])]


def _transposed(m: Expr, x: Expr) -> Expr:
    """M' as it is written down: of a sum term by term, of a product with brackets first."""
    if x.is_scalar:
        return m
    return mirrored(m) if _is_product(m) and 1 not in x.shape else _term_by_term(m)


def _term_by_term(m: Expr) -> Expr:
    if m.kind is ADD:
        return total([_term_by_term(term) for term in terms(m)])
    q, parts = number_and_factors(m)
    return multiple(q, parts[:-1], _term_by_term(parts[-1])) if m.kind is MUL else transpose(m)


def _is_product(e: Expr) -> bool:
    """A product whose transpose is a line of its own: of names and inverses, none of them a sum."""
    parts = number_and_factors(e)[1]
    if not parts or parts[-1].kind is not CHAIN:
        return False
    return not any(untransposed(f).kind in (ADD, HAD, POW) for f in parts[-1].args)


def _read_off(x: Expr) -> Identity:
    return law("read-off of a derivative" if x.is_scalar else "read-off of a vector" if x.shape[1] == 1 else "read-off")


def _paired_terms(trace: Trace, now: Formula, dx: Expr) -> Formula:
    """Every term by itself as tr(G' dX)."""
    parts = terms(now.expr)
    if read(now.expr, dx) is not None or len(parts) > MOST_TERMS:
        return now
    pulled = [pull_back(term, num(1)).get(dx, num(0)) for term in parts]
    closed = [closed_form(g, trace.book) for g in pulled if not is_zero(g)]
    after = Formula(total([paired(g, dx, inside=len(closed) == 1) for g in closed]), now.head)
    shorter = any(g is not c for g, c in zip([g for g in pulled if not is_zero(g)], closed, strict=True))
    trace.add((tricks(now.expr) + [law("common factor")] * shorter) or [law("collect")], now, after)
    return after


def jacobian_of(trace: Trace, f: Expr, x: Expr, head: Head, left: Head, vec: Vec = "col",
                known: Mapping[Expr, Expr] = _NONE) -> Formula:
    """dy = J dx, or vec(dY) = J vec(dX), hence J; then its closed form. Of some parts the gradient is `known`."""
    dx = seed(x)
    given = {u: paired(g, dx) for u, g in known.items()}
    now = open_differential(trace, f, {x: dx}, left, transposing=False, known=given)
    read_off = law("read-off of a derivative" if x.is_scalar and f.is_scalar else "read-off of a Jacobian")
    if not now.expr.varies:
        after = Formula(zeros(f.shape[0] * f.shape[1], x.shape[0] * x.shape[1]), head)
        trace.add([read_off], now, after, "read-off")
        return after
    if (plain := without_brackets(now.expr)) is not now.expr:
        after = Formula(plain, now.head)
        trace.add([law("transposed product")], now, after)
        now = after
    stacked = _matrices(trace, now, f, dx, vec)
    j = matrix_form(now.expr, dx, trace.book, vec)
    shown = Formula(_matrix(now.expr, dx, trace.book, vec), head)
    trace.add([read_off], stacked, shown, "read-off" if vec == "col" else "read-off by rows")
    return _finished(trace, shown, closed_form(j, trace.book))


def _column(trace: Trace, dx: Expr, vec: Vec) -> Expr:
    """vec(dX), or dx itself."""
    if 1 in dx.shape:
        return dx if dx.shape[1] == 1 else transpose(dx)
    return apply(trace.book.core("vec"), transpose(dx) if vec == "row" else dx)


def _matrices(trace: Trace, now: Formula, f: Expr, dx: Expr, vec: Vec) -> Formula:
    """Every term as a matrix times the stacked differential."""
    flat = f.shape[1] == dx.shape[1] == 1
    expr = each_term(_matrix(now.expr, dx, trace.book, vec), lambda m: applied(m, _column(trace, dx, vec)))
    stacked = Formula(expr, now.head if flat else ("vec", *now.head))
    laws = maps(now.expr)
    if flat:
        is_out = len(terms(expr)) > len(terms(now.expr))  # (A + x x') dx as A dx + x x'dx
        trace.add(laws or [law("multiply out" if is_out else "collect columns")], now, stacked)
    else:
        stacking = "vec by rows" if vec == "row" else "vec"
        trace.add([law(stacking), *laws[:1]], now, stacked, stacking)
    return stacked


def _matrix(linear: Expr, dx: Expr, book: Rulebook, vec: Vec) -> Expr:
    """The matrix of `linear`, that of a sum term by term, also where constant scalars stand before the sum."""
    q, parts = number_and_factors(linear)
    if linear.kind is MUL and parts[-1].kind is ADD and not any(f.varies for f in parts[:-1]):
        return multiple(q, parts[:-1], _matrix(parts[-1], dx, book, vec))
    if linear.kind is CHAIN and linear.args[-1].kind is ADD and dx.shape[1] == linear.shape[1] == 1 \
            and not any(f.varies for f in linear.args[:-1]):
        inner = _matrix(linear.args[-1], dx, book, vec)
        return node(CHAIN, (*linear.args[:-1], inner), None, (linear.shape[0], inner.shape[1]))
    if linear.kind is not ADD or len(linear.args) > MOST_TERMS:
        return matrix_form(linear, dx, book, vec)
    found = [m for term in linear.args if not is_zero(m := _matrix(term, dx, book, vec))]
    return total(found) if found else matrix_form(linear, dx, book, vec)


def differentiated(trace: Trace, f: Expr, xs: Sequence[Expr], index: int, head: Head, closed: Expr) -> Formula:
    """The differential itself, as the engine closed it."""
    now = open_differential(trace, f, {x: seed(x, index) for x in xs}, head, transposing=False)
    after = Formula(closed, head)
    if trace.moves and Counter(now.expr.args) == Counter(closed.args):  # only the order of the terms differs
        trace.moves[-1] = replace(trace.moves[-1], after=after)
    else:
        trace.add([law("trace of a sum" if now.expr.kind is TRACE else "collect terms")], now, after)
    return after


def _finished(trace: Trace, shown: Formula, closed: Expr) -> Formula:
    """The closed form, after the transpose of a product is written out."""
    after = Formula(closed, shown.head)
    outer = number_and_factors(shown.expr)[1]
    last = outer[-1] if outer else None
    of_product = last is not None and last.kind is TRANSPOSE and last.args[0].kind is CHAIN
    turned = shown.expr.kind is TRANSPOSE or of_product
    trace.add([law("transposed product")] if turned else closing_rules(shown.expr, closed, trace.book), shown, after)
    return after


def trace_of(d: Derivative) -> Trace:
    """The moves from the input to the formula of `d`."""
    asked = d.problem.indexed
    trace = Trace(book=d.problem.rulebook, letters=asked.letters if asked is not None else (), typed=d.problem.as_typed)
    if d.problem.is_summed and d.kind in ("gradient", "jacobian", "hessian"):
        told(trace, d)
    elif d.convention:
        from matcalc.explanation.conjugates import told as told_of_complex

        told_of_complex(trace, d, _start(trace, d))
    elif not (d.problem.indexed is not None and told_in_letters(trace, d)):
        in_matrices(trace, d.problem)
        _TELL[d.kind](trace, d)
    return trace


def _start(trace: Trace, d: Derivative) -> Expr:
    """What is differentiated: the closed form of the input, where functions are recognised in it."""
    f = d.problem.f
    if d.kind in ("gradient", "hessian") and (apart := _logs_apart(f, trace.book)) is not f:
        trace.add([law("log of a quotient")], Formula(f, ("f",)), Formula(apart, ("f",)))
        f = apart
    short = d.problem.closed(f) if d.kind in ("gradient", "hessian") else f
    rules = closing_rules(f, short, trace.book)
    if any(rule.title in _TITLES for rule in rules):
        return f
    trace.add(rules, Formula(f, ("f",)), Formula(short, ("f",)))
    return short


def _logs_apart(f: Expr, book: Rulebook) -> Expr:
    """`f` with a − log(t) for each log(exp(a)/t)."""
    done: dict[Expr, Expr] = {}
    for part in postorder(f):
        new = rebuild(part, [done[arg] for arg in part.args]) if part.args else part
        done[part] = (log_of_product(new, book) if new.kind is CALL and new.is_scalar else None) or new
    return done[f]


def _gradient(trace: Trace, d: Derivative) -> None:
    now = gradient_of(trace, _start(trace, d), d.problem.wrt[0], ("gradient", "0"), settled=d.problem.settled)
    _settle(trace, d, now, transposed=d.layout == "numerator")


def _pulled(trace: Trace, d: Derivative) -> None:
    """J*[G] is the gradient of ⟨G, F⟩."""
    inner = d.statements[-1].f
    now = gradient_of(trace, inner, d.problem.wrt[0], ("final",), ("d", "inner"))
    _settle(trace, d, now)


def _jacobian(trace: Trace, d: Derivative) -> None:
    now = jacobian_of(trace, d.problem.f, d.problem.wrt[0], ("jacobian",), ("d", "f"), d.vec)
    _settle(trace, d, now, transposed=d.layout == "denominator")


def _hessian(trace: Trace, d: Derivative) -> None:
    wrt = d.problem.wrt
    f = _start(trace, d)
    if d.directions:
        now = _second(trace, d, f, 0, len(wrt) - 1)
        _settle(trace, d, now, transposed=d.layout == "denominator")
        return
    found: dict[tuple[int, int], Expr] = {}
    for i, j in combinations_with_replacement(range(len(wrt)), 2):
        found[i, j] = d.problem.closed(d.problem.settled(_second(trace, d, f, i, j).expr))
    rows = [found[i, j] if i <= j else transpose(found[j, i]) for i in range(len(wrt)) for j in range(len(wrt))]
    whole = Formula(node(BLOCK, tuple(rows), (len(wrt),) * len(wrt), d.expr.shape), ("blocks",))
    _settle(trace, d, whole)
    trace.add([law("blocks of a Hessian")], whole, Formula(d.expr, ("final",)))


def _second(trace: Trace, d: Derivative, f: Expr, i: int, j: int) -> Formula:
    """The gradient by the i-th variable, within its structure, and the Jacobian of that by the j-th."""
    x, y = d.problem.wrt[i], d.problem.wrt[j]
    now = _before_factored(trace, gradient_of(trace, f, x, ("gradient", str(i))))
    structured = [s.derivative for s in d.statements if s.kind == "gradient" and s.x is x and s.structure != "free"]
    if structured:
        within = Formula(structured[-1], now.head)
        trace.add([projection("G", x, trace.book)], now, within, "projected")
        now = within
    known = {f: now.expr} if x is y and x.shape[1] == 1 and not x.is_scalar and not structured else {}
    return jacobian_of(trace, now.expr, y, ("hessian", str(i), str(j)), ("d", "g"), d.vec, known)


def _before_factored(trace: Trace, now: Formula) -> Formula:
    """A gradient as it was read off, where all that followed was a factor in front of a sum that d would go through."""
    last = trace.moves[-1] if trace.moves else None
    if last is None or last.after != now or last.relation != "equal" \
            or last.rules not in ((law("common factor"),), (law("regroup"),)) \
            or cost(last.before.expr) - cost(now.expr) > _FACTOR:
        return now
    trace.moves.pop()
    return last.before


def _differential(trace: Trace, d: Derivative) -> None:
    now = Formula(d.problem.f, ("f",))
    for i, s in enumerate(d.statements, 1):
        known = {e.data[1] for e in postorder(s.f) if e.kind is TANGENT}
        new = {e.data[1] for e in postorder(s.derivative) if e.kind is TANGENT} - known
        assert isinstance(s.x, tuple)
        head = ("d", "f") if i == 1 else (f"d{i}", "f")
        now = differentiated(trace, s.f, s.x, min(new, default=0), head, s.derivative)
    _settle(trace, d, now)


def _along(trace: Trace, d: Derivative) -> None:
    """dF, then V in the place of dX."""
    s = d.statements[-1]
    assert isinstance(s.x, tuple)
    now = differentiated(trace, s.f, s.x, 0, ("d", "f"), s.derivative)
    trace.add([law("direction")], now, Formula(d.expr, ("final",)), "along")


_TELL: dict[str, Callable[[Trace, Derivative], None]] = {
    "gradient": _gradient, "jacobian": _jacobian, "hessian": _hessian, "differential": _differential, "jvp": _along,
    "vjp": _pulled,
}


def _settle(trace: Trace, d: Derivative, now: Formula, transposed: bool = False) -> None:
    """What is declared of the variables, the structure of the variable differentiated, and the layout."""
    within = Formula(d.problem.settled(now.expr), now.head)
    trace.add([settling(now.expr, within.expr)], now, within)
    head: Head = now.head if transposed else ("final",) if now.head != ("blocks",) else now.head
    upright = Formula(transpose(d.expr) if transposed else d.expr, head)
    if within.expr is upright.expr:
        upright = within
    elif is_projected(d):
        projected(trace, d, within, upright)
    else:
        _renamed(trace, _before_shown(trace, d, within), upright)
    if transposed:
        trace.add([law("layout")], upright, Formula(d.expr, ("final",)), "transposed")


def _before_shown(trace: Trace, d: Derivative, now: Formula) -> Formula:
    """The formula from which the shown form is reached: not one that was multiplied out for it."""
    last = trace.moves[-1] if trace.moves else None
    if last is None or last.relation != "equal" or last.after.expr is not now.expr \
            or last.before.head != last.after.head:
        return now
    is_opened = {rule.name for rule in last.rules} <= _CLOSING \
        and law("multiply out") in closing_rules(now.expr, d.expr, trace.book)
    if not is_opened and (d.computed is d.expr or cost(last.before.expr) > cost(now.expr)):
        return now
    trace.moves.pop()
    return last.before


def _renamed(trace: Trace, before: Formula, after: Formula) -> None:
    """A closed form, under the same left side."""
    trace.add(closing_rules(before.expr, after.expr, trace.book), before, Formula(after.expr, before.head))


def body_trace(function: Function, book: Rulebook) -> Trace | None:
    """The differential of a function that states a body, derived from that body; None where it states none."""
    body = function.template("body")
    if body is None or "d" not in function.fields:
        return None
    trace = Trace(book=book)
    args = leaves(function)
    seeds = {x: tangent(x.data.name, x.shape) for x in args if x.kind is VAR}
    closed = local_differential(called(function, args), dict(seeds), book)
    differentiated(trace, body, tuple(seeds), 0, ("d", "f"), closed)
    if trace.moves:
        last = trace.moves[-1]
        trace.moves[-1] = replace(last, rules=(of_body(function),)) if last.after.expr is closed else last
    return trace
