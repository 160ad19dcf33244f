"""What a formula is, on the left of its equals sign: ∂f/∂X, dY, ∂Yᵢⱼ/∂Xₖₗ, ∂vec(Y)/∂vec(X)ᵀ, d²f[dX₁, dX₂], ∇²f[V]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matcalc.answer.problem import Problem
from matcalc.api import Derivation
from matcalc.expr import Expr, postorder
from matcalc.language.characters import GLYPHS
from matcalc.language.framing import formula_name
from matcalc.printers import text
from matcalc.printers.entries import indices, subscripted

_STACKED = {"col": "column-major vec", "row": "row-major vec"}
_POWERS = {1: "", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One formula of an answer; `is_first_choice` ones are shown however long they are."""

    left: str
    expr: Expr | None
    text: str
    remarks: tuple[str, ...] = ()
    is_first_choice: bool = True

    def length(self, dialect: str) -> int:
        return len(self.text or text(self.expr, dialect)) if self.expr is not None else len(self.text)


def function(problem: Problem) -> str:
    """A name for what is differentiated: its own (L = …), else f, or Y for a matrix, if nothing else has that name."""
    if (own := formula_name(problem.source)) and own not in problem.variables:
        return GREEK_LETTERS.get(own, own)
    used = [e.data.name for e in postorder(problem.f) if e.op == "call" and e.data.form == "unspecified"]
    return problem.fresh("fhgF" if 1 in problem.f.shape else "YFZ", used)


GREEK_LETTERS = {name: glyph for name, glyph in GLYPHS.items() if len(glyph) == 1}


def gradient_name(d: Derivation) -> str:
    """A name for the gradient, of which a Hessian is the derivative."""
    return d.problem.fresh("ghwG" if 1 in d.problem.wrt[0].shape else "GHW", [function(d.problem)])


def forms(d: Derivation, dialect: str, order: int = 1) -> list[Shown]:
    """The formulas of an answer from the most readable to the matrix on vec."""
    lefts = _FURTHER.get(d.kind, {})
    further = [Shown(lefts[name](d, dialect), form.expr, form.write(dialect) if form.expr is None else "",
                     is_first_choice=name in ("operator", "derivative"))
               for name, form in d.forms.items() if name in lefts and _is_wanted(d, name)]
    blocks = [Shown(second(d, *_pair(d, name), dialect), form.expr, "", _stacking(d, *_pair(d, name)))
              for name, form in d.forms.items() if "," in name]
    if blocks:
        return blocks
    main = Shown(head(d, dialect, order), d.expr, "", _stacking(d, d.problem.f, *d.problem.wrt)
                 if d.kind in ("jacobian", "hessian") else (), not any(f.is_first_choice for f in further))
    return [*further, main]


def _is_wanted(d: Derivation, name: str) -> bool:
    """Between vectors and scalars the matrix says it all."""
    return name == "derivative" or any(1 not in e.shape for e in (d.problem.f, *d.problem.wrt))


def _pair(d: Derivation, name: str) -> tuple[Expr, Expr]:
    by_name = {x.data.name: x for x in d.problem.wrt}
    x, y = name.split(",")
    return by_name[x], by_name[y]


def _stacking(d: Derivation, *sides: Expr) -> tuple[str, ...]:
    return (_STACKED[d.vec],) if any(1 not in e.shape for e in sides) else ()


def head(d: Derivation, dialect: str, order: int = 1) -> str:
    """∂f/∂X, df, ∂f/∂xᵀ, ∂²f/∂x∂xᵀ: what the formula is."""
    return _HEADS[d.kind](d, dialect, order)


def _gradient(d: Derivation, dialect: str, _: int) -> str:
    x, = d.problem.wrt
    turned = "ᵀ" if d.layout == "numerator" and not x.is_scalar else ""
    return f"∂{function(d.problem)}/∂{text(x, dialect)}{turned}"


def _differential(d: Derivation, _dialect: str, order: int) -> str:
    return f"d{_POWERS.get(order, f'^{order}')}{function(d.problem)}"


def _jacobian(d: Derivation, dialect: str, _: int) -> str:
    f, (x,) = d.problem.f, d.problem.wrt
    above, below = _flat(function(d.problem), f), _flat(text(x, dialect), x)
    if d.layout == "denominator":
        return f"∂{above}{_turned(f)}/∂{below}"
    return f"∂{above}/∂{below}{_turned(x)}"


def _hessian(d: Derivation, dialect: str, _: int) -> str:
    return second(d, d.problem.wrt[0], d.problem.wrt[-1], dialect)


def second(d: Derivation, x: Expr, y: Expr, dialect: str) -> str:
    f = function(d.problem)
    first, second = (_flat(text(v, dialect), v) for v in (x, y))
    if x is y and x.is_scalar:
        return f"∂²{f}/∂{first}²"
    if d.layout == "denominator" and x is not y:
        x, y, first, second = y, x, second, first
    return f"∂²{f}/∂{first}∂{second}{_turned(y)}"


def _flat(name: str, e: Expr) -> str:
    return name if 1 in e.shape else f"vec({name})"


def _turned(e: Expr) -> str:
    return "" if e.is_scalar else "ᵀ"


def _along(d: Derivation, dialect: str, _: int) -> str:
    return f"d{function(d.problem)}[{', '.join(text(v, dialect) for v in d.directions)}]"


def _pulled(d: Derivation, dialect: str, _: int) -> str:
    (g,), (x,) = d.directions, d.problem.wrt
    return f"∂⟨{text(g, dialect)}, {function(d.problem)}⟩/∂{text(x, dialect)}"


def _entry(d: Derivation, dialect: str) -> str:
    f, (x,) = d.problem.f, d.problem.wrt
    above = subscripted(function(d.problem), indices(f.shape, "ij"), dialect)
    return f"∂{above}/∂{subscripted(text(x, dialect), indices(x.shape, 'kl'), dialect)}"


def _bilinear(d: Derivation, dialect: str) -> str:
    first, second = (text(e, dialect) for e in d.tangents)
    return f"d²{function(d.problem)}[{first}, {second}]"


_HEADS: dict[str, Callable[[Derivation, str, int], str]] = {
    "gradient": _gradient, "differential": _differential, "jacobian": _jacobian, "hessian": _hessian, "jvp": _along,
    "vjp": _pulled,
}
_FURTHER: dict[str, dict[str, Callable[[Derivation, str], str]]] = {
    "jacobian": {
        "differential": lambda d, dialect: _differential(d, dialect, 1),
        "index": _entry,
        "derivative": lambda d, dialect: f"∂{function(d.problem)}/∂{text(d.problem.wrt[0], dialect)}",
    },
    "hessian": {
        "bilinear": _bilinear,
        "operator": lambda d, dialect: f"∇²{function(d.problem)}[{text(d.directions[-1], dialect)}]",
    },
}
