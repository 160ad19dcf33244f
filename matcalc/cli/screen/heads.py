"""What a formula is, on the left of its equals sign: ∂f/∂X, dY, ∂Yᵢⱼ/∂Xₖₗ, ∂vec(Y)/∂vec(X)ᵀ, d²f[dX₁, dX₂], ∇²f[V]."""

from __future__ import annotations

from collections.abc import Callable

from matcalc.algebra.conjugation import conjugated
from matcalc.answer.problem import Problem
from matcalc.core.expr import CALL, Expr, node
from matcalc.derivation import Derivation
from matcalc.language.characters import GLYPHS
from matcalc.language.framing import formula_name
from matcalc.printers import inline, text
from matcalc.printers.dialects import dialect_named
from matcalc.printers.index_notation import indices, subscripted
from matcalc.printers.where import own_letter
from matcalc.records import NamedTuple

_STACKED = {"col": "column-major vec", "row": "row-major vec"}


class Shown(NamedTuple):
    """One formula of an answer; `is_first_choice` ones are shown however long they are."""

    left: str
    expr: Expr | None
    text: str
    remarks: tuple[str, ...] = ()
    is_first_choice: bool = True
    also: tuple[Expr, ...] = ()  # the same, in other words

    def length(self, dialect: str) -> int:
        """How many characters the right side has in `dialect`."""
        return len(self.text or text(self.expr, dialect)) if self.expr is not None else len(self.text)


def function_name(problem: Problem) -> str:
    """A name for what is differentiated: its own (L = …), else f, or Y for a matrix, if nothing else has that name."""
    own = formula_name(problem.source) if problem.indexed is None else formula_name(problem.indexed.source, True)
    if own and own not in problem.variables:
        return GREEK_LETTERS.get(own, own)
    return problem.fresh("fhgF" if 1 in problem.f.shape else "YFZ", problem.called)


def reserved_name(problem: Problem) -> set[str]:
    """The same where it is no name for a part of an answer; p = softmax(z) is what the rule of softmax calls it too."""
    name, closed = function_name(problem), problem.closed(problem.f)
    return set() if closed.kind is CALL and own_letter(closed) == name else {name}


def function_text(problem: Problem, dialect: str) -> str:
    """The same in a dialect; a name that the user gave stays on a terminal as it was typed."""
    known = dialect_named(dialect)
    return known.name_text(function_name(problem)) if known.markup else function_name(problem)


GREEK_LETTERS = {name: glyph for name, glyph in GLYPHS.items() if len(glyph) == 1}


def gradient_name(d: Derivation) -> str:
    """A name for the gradient, of which a Hessian is the derivative."""
    return d.problem.fresh("ghwG" if 1 in d.problem.wrt[0].shape else "GHW", [function_name(d.problem)])


def forms(d: Derivation, dialect: str, order: int = 1) -> list[Shown]:
    """The formulas of an answer from the most readable to the matrix on vec."""
    lefts = _FURTHER.get(d.kind, {})
    further = [Shown(lefts[name](d, dialect), form.expr, form.write(dialect) if form.expr is None else "",
                     is_first_choice=name in ("operator", "derivative"))
               for name, form in d.forms.items() if name in lefts and _is_wanted(d, name)]
    blocks = [Shown(second(d, *_pair(d, name), dialect), form.expr, "", stacking(d, *_pair(d, name)))
              for name, form in d.forms.items() if "," in name]
    if blocks:
        return blocks
    if "conjugate" in d.forms or d.convention == "augmented":
        return _pairs(d, dialect, order)
    main = Shown(head(d, dialect, order), d.expr, "", stacking(d, d.problem.f, *d.problem.wrt)
                 if d.kind in ("jacobian", "hessian") else (), not any(f.is_first_choice for f in further))
    return [*further, main]


def _pairs(d: Derivation, dialect: str, order: int) -> list[Shown]:
    """By a complex variable and by its conjugate; of a Hessian the two blocks and the bilinear form."""
    x, f = d.problem.wrt[0], function_text(d.problem, dialect)
    bar = _flat(inline(side(x, "conjugate")[1], dialect), x, dialect)
    stacked = stacking(d, d.problem.f, x) if d.kind != "gradient" else ()
    if d.kind == "hessian":
        return [Shown(_bilinear(d, dialect), d.forms["bilinear"].expr, "", is_first_choice=False),
                *(_block(d, name, dialect) for name in d.forms if " block" in name)]
    by = inline(side(x, "conjugate")[1], dialect) if d.kind == "gradient" else turned(bar, not x.is_scalar, dialect)
    above = f if d.kind == "gradient" else _flat(f, d.problem.f, dialect)
    return [Shown(head(d, dialect, order), d.expr, "", stacked),
            Shown(filled("slope", dialect, above, by), d.forms["conjugate"].expr, "", stacked)]


def _block(d: Derivation, name: str, dialect: str) -> Shown:
    """∂²f/∂x̄∂yᵀ, or by ȳᵀ: a block of an augmented Hessian, of which the form says by which variables."""
    word, _, *names = name.split()
    x, y = (next(v for v in d.problem.wrt if v.data.name == n) for n in names) if names else d.problem.wrt[:1] * 2
    bar = _flat(inline(side(x, "conjugate")[1], dialect), x, dialect)
    other = _flat(inline(side(y, "holomorphic" if word == "first" else "conjugate")[1], dialect), y, dialect)
    left = filled("second slope", dialect, function_text(d.problem, dialect), bar,
                  turned(other, not y.is_scalar, dialect))
    return Shown(left, d.forms[name].expr, "", stacking(d, d.problem.f, x, y))


def _is_wanted(d: Derivation, name: str) -> bool:
    """Between vectors and scalars the matrix says it all."""
    return name == "derivative" or any(1 not in e.shape for e in (d.problem.f, *d.problem.wrt))


def _pair(d: Derivation, name: str) -> tuple[Expr, Expr]:
    by_name = {x.data.name: x for x in d.problem.wrt}
    x, y = name.split(",")
    return by_name[x], by_name[y]


def stacking(d: Derivation, *sides: Expr) -> tuple[str, ...]:
    """How matrices among the sides of a Jacobian are made columns."""
    return (_STACKED[d.vec],) if any(1 not in e.shape for e in sides) else ()


def head(d: Derivation, dialect: str, order: int = 1) -> str:
    """∂f/∂X, df, ∂f/∂xᵀ, ∂²f/∂x∂xᵀ: what the formula is."""
    return _HEADS[d.kind](d, dialect, order)


def _gradient(d: Derivation, dialect: str, _: int) -> str:
    x, = d.problem.wrt
    is_turned = d.layout == "numerator" and not x.is_scalar
    above, (before, below) = function_text(d.problem, dialect), side(x, d.convention, d.is_bound)
    slope = filled("slope", dialect, above, turned(inline(below, dialect), is_turned, dialect))
    return dialect_named(dialect).joins["product"].join([before, slope]) if before else slope


def side(x: Expr, convention: str, is_bound: bool = False) -> tuple[str, Expr]:
    """2 and conj(X) where the gradient by a complex variable is 2 ∂f/∂X̄; X alone where that is bound to a structure."""
    bare = node(x.kind, (), x.data._replace(props=frozenset({"complex"})), x.shape) if convention else x
    if is_bound:
        return "", bare
    factor = "2" if convention in ("real-pair", "torch", "jax") else ""
    return factor, conjugated(bare) if convention in _BY_CONJUGATE else bare


_BY_CONJUGATE = ("brandwood", "real-pair", "torch", "conjugate")


def filled(form: str, dialect: str, *parts: str) -> str:
    """A left side in the notation of a dialect."""
    return dialect_named(dialect).filled(form, *parts)


def _differential(d: Derivation, dialect: str, order: int) -> str:
    return differential_of(function_text(d.problem, dialect), order, dialect)


def differential_of(name: str, order: int, dialect: str) -> str:
    """df, d²f, …"""
    if order == 1:
        return filled("first differential", dialect, name)
    known = dialect_named(dialect)
    d, k = known.filled("d"), str(order)
    return known.filled("higher differential", known.marks.raised(d, k) if known.marks else f"{d}^{k}", name)


def _jacobian(d: Derivation, dialect: str, _: int) -> str:
    f, (x,) = d.problem.f, d.problem.wrt
    above = _flat(function_text(d.problem, dialect), f, dialect)
    below = _flat(inline(x, dialect), x, dialect)
    if d.layout == "denominator":
        return filled("slope", dialect, turned(above, not f.is_scalar, dialect), below)
    return filled("slope", dialect, above, turned(below, not x.is_scalar, dialect))


def _hessian(d: Derivation, dialect: str, _: int) -> str:
    return second(d, d.problem.wrt[0], d.problem.wrt[-1], dialect)


def second(d: Derivation, x: Expr, y: Expr, dialect: str) -> str:
    """∂²f/∂x∂yᵀ, ∂²f/∂x² by a number."""
    f = function_text(d.problem, dialect)
    first, second = (_flat(inline(v, dialect), v, dialect) for v in (x, y))
    if x is y and x.is_scalar:
        return filled("second slope by one", dialect, f, first)
    if d.layout == "denominator" and x is not y:
        x, y, first, second = y, x, second, first
    return filled("second slope", dialect, f, first, turned(second, not y.is_scalar, dialect))


def _flat(name: str, e: Expr, dialect: str) -> str:
    return name if 1 in e.shape else filled("stacked", dialect, name)


def turned(name: str, is_turned: bool, dialect: str) -> str:
    """Xᵀ, or X as it is."""
    return filled("turned", dialect, name) if is_turned else name


def _along(d: Derivation, dialect: str, _: int) -> str:
    known = dialect_named(dialect)
    along = known.joins["listed"].join(inline(v, dialect) for v in d.directions)
    return known.filled("along", _differential(d, dialect, 1), along)


def _pulled(d: Derivation, dialect: str, _: int) -> str:
    (g,), (x,) = d.directions, d.problem.wrt
    paired = filled("paired", dialect, inline(g, dialect), function_text(d.problem, dialect))
    return filled("slope", dialect, paired, inline(x, dialect))


def _entry(d: Derivation, dialect: str) -> str:
    f, (x,) = d.problem.f, d.problem.wrt
    above = subscripted(function_text(d.problem, dialect), indices(f.shape, "ij"), dialect)
    return filled("slope", dialect, above, subscripted(inline(x, dialect), indices(x.shape, "kl"), dialect))


def _bilinear(d: Derivation, dialect: str) -> str:
    known = dialect_named(dialect)
    along = known.joins["listed"].join(inline(e, dialect) for e in d.tangents)
    return known.filled("along", _differential(d, dialect, 2), along)


def _derivative(d: Derivation, dialect: str) -> str:
    return filled("slope", dialect, function_text(d.problem, dialect), inline(d.problem.wrt[0], dialect))


def _operator(d: Derivation, dialect: str) -> str:
    return filled("curvature along", dialect, function_text(d.problem, dialect), inline(d.directions[-1], dialect))


_HEADS: dict[str, Callable[[Derivation, str, int], str]] = {
    "gradient": _gradient, "differential": _differential, "jacobian": _jacobian, "hessian": _hessian, "jvp": _along,
    "vjp": _pulled,
}
_FURTHER: dict[str, dict[str, Callable[[Derivation, str], str]]] = {
    "jacobian": {
        "differential": lambda d, dialect: _differential(d, dialect, 1),
        "index": _entry,
        "derivative": _derivative,
    },
    "hessian": {
        "bilinear": _bilinear,
        "operator": _operator,
    },
}
