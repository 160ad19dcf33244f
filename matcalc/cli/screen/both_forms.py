"""Index notation on a screen: the formula as it was typed and in matrices, what its letters run through, families and
the matrices that hold them, and the left sides ∂f/∂xₖ and ∂pᵢ/∂zₖ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from matcalc.algebra.indexed import at
from matcalc.answer.problem import Problem
from matcalc.answer.stacks import Indexed, Target
from matcalc.answer.summed import in_output
from matcalc.cli.screen import heads
from matcalc.core.dims import Dim, named, rank, subtract
from matcalc.core.indices import Axis, Index, Ref
from matcalc.derivation import Derivation
from matcalc.language import VariableInfo
from matcalc.printers import dim_text, inline, pieces
from matcalc.printers.dialects import dialect_named

_TIMES = "×"


def echo(problem: Problem, asked: Indexed, name: str, dialect: str,
         is_function: bool = True) -> list[tuple[str, list[str]]]:
    """Left sides and the terms behind them: f = Σᵢ (yᵢ − wᵀxᵢ)² = ‖y − X w‖²; an output fᵢ and the vector f apart,
    where the name `is_function`."""
    typed = pieces(problem.lettered(asked.f), dialect)
    matrices = pieces(problem.lettered(problem.settled(problem.f)), dialect) if asked.is_lifted else []
    left = output_name(name, asked.output, dialect) if is_function else name
    if not matrices or matrices == typed:
        return [(left, typed)]
    if asked.output and is_function:
        return [(left, typed), (name, matrices)]
    return [(left, [*typed, f"= {matrices[0]}", *matrices[1:]])]


def output_name(name: str, output: Sequence[Index], dialect: str) -> str:
    """fᵢ, Zᵢⱼ."""
    return dialect_named(dialect).member_text(name, [index.name for index in output]) if output else name


def legend(asked: Indexed, dialect: str, plain: Callable[[VariableInfo], str]) -> list[str]:
    """What letters run through, what families consist of, and of other variables what `plain` says:
    i = 1…n, xᵢ d×1 (the rows of X n×d), yᵢ scalars (y n×1), w d×1."""
    axes = {axis for info in asked.variables.values() for axis in info.axes}
    whole = {letter for letter, axis in asked.letters if axis in axes}
    shown = [(letter, axis) for letter, axis in asked.letters if letter not in whole or axis in axes]
    # a part of the range of a family is said by the bounds of its sum
    return [*ranges(shown, dialect), *(family_text(info, asked, dialect) if info.axes else plain(info)
                     for info in asked.variables.values())]


def ranges(letters: Sequence[tuple[str, Axis]], dialect: str) -> list[str]:
    """What letters run through: i, j = 1…n."""
    found: dict[Axis, list[str]] = {}
    for letter, axis in letters:
        found.setdefault(axis, []).append(_letter(letter, dialect))
    return [f"{', '.join(dict.fromkeys(names))} = {range_text(axis, dialect)}" for axis, names in found.items()]


def _letter(letter: str, dialect: str) -> str:
    """A letter in the spelling of a dialect."""
    return dim_text(named(letter), dialect)


def range_text(axis: Axis, dialect: str) -> str:
    """1…n, in ASCII 1..n."""
    dots = dialect_named(dialect).joins["up to"]
    return dots.join(dim_text(dim, dialect) for dim in (axis.low, subtract(axis.low + axis.size, 1)))


def family_text(info: VariableInfo, asked: Indexed, dialect: str) -> str:
    """A member with its shape, and what holds the family."""
    member = member_text(info, asked.letters, dialect)
    kind = "scalars" if rank(info.shape) == 0 else _shape(info.shape, dialect)
    said = " ".join([member, kind, *sorted(info.props)])
    held = asked.stacks.get(info.name) if asked.is_lifted else None
    if held is None:
        return said
    whole = f"{inline(held.expr, dialect)} {_shape(held.shape, dialect)}"
    return f"{said} (the rows of {whole})" if rank(info.shape) == 1 else f"{said} ({whole})"


def member_text(info: VariableInfo, letters: Sequence[tuple[str, Axis]], dialect: str) -> str:
    """xᵢ, Aᵢⱼ, or the name of what is no family."""
    places = [Ref(Index(letter, *axis)) for letter, axis in zip(_letters_for(info.axes, letters), info.axes,
                                                                strict=True)]
    return inline(at(info.expr, *places), dialect) if places else inline(info.expr, dialect)


def _shape(shape: tuple[Dim, Dim], dialect: str) -> str:
    texts = [dim_text(dim, dialect) for dim in shape]
    return _TIMES.join(f"({text})" if any(sign in text for sign in "+-−") else text for text in texts)


def _letters_for(axes: Sequence[Axis], letters: Sequence[tuple[str, Axis]]) -> Iterator[str]:
    """A letter for each axis, typed ones first, none twice."""
    used: list[str] = []
    for axis in axes:
        typed = (letter for letter, range_ in letters if range_ == axis)
        used.append(next(letter for letter in chain(typed, "ijklmpqrs") if letter not in used))
        yield used[-1]


def forms(d: Derivation, asked: Indexed, dialect: str, order: int = 1) -> list[heads.Shown]:
    """The matrix form of an answer, where there is one, and the form in the letters that were typed."""
    if d.kind not in _LEFT:
        return heads.forms(d, dialect, order)
    if "conjugate" in d.forms and not d.problem.is_summed:
        return heads.forms(d, dialect, order)
    left = _LEFT[d.kind](d, asked, dialect)
    if d.problem.is_summed:
        first = heads.Shown(left, d.problem.lettered(d.expr), "")
        if "conjugate" not in d.forms:
            return [first]
        other = d.forms["conjugate"].expr
        assert other is not None
        return [first, heads.Shown(_slope(d, asked, "conjugate", dialect), d.problem.lettered(other), "")]
    sides = (d.problem.f, *d.problem.wrt) if d.kind != "gradient" else ()
    main = heads.Shown(heads.head(d, dialect, order), d.expr, "", heads.stacking(d, *sides))
    index = d.forms["index"].expr if "index" in d.forms else None
    if index is None:
        return [main]
    if left == main.left:
        return [main._replace(also=(d.problem.lettered(index),))]
    index = in_output(d.problem, index) if d.kind == "jacobian" else index
    by_vectors = d.kind == "gradient" and not asked.targets[0].whole.is_scalar and d.layout == "gradient"
    return [main, heads.Shown(left, index, "", (f"the rows of {main.left}",) if by_vectors else ())]


def in_letters(d: Derivation, dialect: str) -> str:
    """The left side of the form in letters: ∂f/∂xₖ, ∂pᵢ/∂zₖ."""
    assert d.problem.indexed is not None
    return _LEFT[d.kind](d, d.problem.indexed, dialect)


def _gradient(d: Derivation, asked: Indexed, dialect: str) -> str:
    return _slope(d, asked, d.convention, dialect)


def _slope(d: Derivation, asked: Indexed, convention: str, dialect: str) -> str:
    """∂f/∂xₖ, by a complex member 2 ∂f/∂x̄ₖ as the convention has it."""
    target = asked.targets[0]
    member = at(target.whole, *map(Ref, target.member)) if target.member else target.whole
    factor, by = heads.side(member, convention)
    slope = heads.filled("slope", dialect, heads.function_text(d.problem, dialect), inline(by, dialect))
    return dialect_named(dialect).joins["product"].join([factor, slope]) if factor else slope


def _jacobian(d: Derivation, asked: Indexed, dialect: str) -> str:
    target, name = asked.targets[0], heads.function_name(d.problem)
    above = output_name(name, asked.output, dialect) if asked.output else heads.function_text(d.problem, dialect)
    return heads.filled("slope", dialect, above, _turned(target, dialect))


def _hessian(d: Derivation, asked: Indexed, dialect: str) -> str:
    rows, columns = asked.both()
    f, first = heads.function_text(d.problem, dialect), moved(rows, dialect)
    if rows == columns and rows.whole.is_scalar:
        return heads.filled("second slope by one", dialect, f, first)
    return heads.filled("second slope", dialect, f, first, _turned(columns, dialect))


def moved(target: Target, dialect: str) -> str:
    """What one differentiates by: w, xₖ."""
    return inline(at(target.whole, *map(Ref, target.member)) if target.member else target.whole, dialect)


def _turned(target: Target, dialect: str) -> str:
    return heads.turned(moved(target, dialect), not target.whole.is_scalar, dialect)


_LEFT: dict[str, Callable[[Derivation, Indexed, str], str]] = {
    "gradient": _gradient, "jacobian": _jacobian, "hessian": _hessian}
