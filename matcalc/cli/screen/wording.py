"""What is said beside a formula: variables with kinds and shapes, conditions, the verdict of the check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import isfinite
from typing import TYPE_CHECKING

from matcalc.algebra import transpose
from matcalc.calculus.regularity import KINK
from matcalc.cli.screen.terminal import Terminal
from matcalc.core.dims import Dim, Shape
from matcalc.core.expr import CALL, CHAIN, MATPOW, SYMPOW, Expr, postorder
from matcalc.extensions import UNICODE
from matcalc.language.alternatives import merged
from matcalc.printers import dim_text, text
from matcalc.printers.lettering import lettered
from matcalc.printers.requirements import EVERYWHERE, condition_text, joint_text

if TYPE_CHECKING:
    from matcalc.answer.problem import Problem
    from matcalc.answer.stacks import Indexed
    from matcalc.calculus.regularity import Condition
    from matcalc.checking.joints import Joint
    from matcalc.checking.verdicts import Verification
    from matcalc.language import Elaborated, VariableInfo

MOST_VARIABLES = 12
_SIGNS = ("positive", "nonnegative", "nonzero")  # these conditions are written with a sign, not with `is`


def shape_text(shape: Shape, dialect: str = UNICODE) -> str:
    """n×p, or scalar."""
    return "scalar" if shape == (1, 1) else "×".join(_factor(dim, dialect) for dim in shape)


def _factor(dim: Dim, dialect: str) -> str:
    shown = dim_text(dim, dialect)
    return f"({shown})" if any(sign in shown for sign in "+-−") else shown


def variables(readings: Iterable[Elaborated], dialect: str, f: Expr | None = None) -> list[str]:
    """`X n×p`, `A n×n sym`; a reason where the kind is not the one its letter suggests, or nothing but its letter
    decides; products that `f` makes square."""
    infos, others = merged(readings)
    said = [_variable(info, dialect, info.name in others) for info in infos]
    if len(said) > MOST_VARIABLES:
        said = [*said[:MOST_VARIABLES], f"and {len(said) - MOST_VARIABLES} more"]
    square = " and ".join(text(product, dialect) for product in _squares(f)) if f else ""
    return [*said[:-1], f"{said[-1]} ({square} {'are' if ' and ' in square else 'is'} square)"] if square else said


def of_problem(problem: Problem, dialect: str, f: Expr | None = None) -> list[str]:
    """What is said of the variables of a problem, as it is posed."""
    if problem.is_summed and problem.indexed is not None:
        return families(problem.indexed, dialect)
    return variables([problem.elaborated], dialect, f)


def families(asked: Indexed, dialect: str) -> list[str]:
    """The same of a formula in index notation."""
    from matcalc.cli.screen.both_forms import legend

    others = merged([asked.read])[1]
    said = legend(asked, dialect, lambda info: _variable(info, dialect, info.name in others))
    return said if len(said) <= MOST_VARIABLES else [*said[:MOST_VARIABLES], f"and {len(said) - MOST_VARIABLES} more"]


def _squares(f: Expr) -> list[Expr]:
    """Products of rectangular matrices below a function that asks for a square one."""
    asking = [e for e in postorder(f) if e.kind in (CALL, MATPOW, SYMPOW)]
    inside = [arg for e in asking for arg in e.args if arg.kind is CHAIN]
    return [x for x in dict.fromkeys(inside) if x.is_square and not x.is_scalar and _asks_square(f, x)
            and not any(factor.is_square for factor in x.args) and transpose(x.args[0]) is not x.args[-1]]


def _asks_square(f: Expr, x: Expr) -> bool:
    return all(e.kind in (MATPOW, SYMPOW) or e.data.params[0].shape[0] == e.data.params[0].shape[1]
               for e in postorder(f) if e.kind in (CALL, MATPOW, SYMPOW) and x in e.args)


def _variable(info: VariableInfo, dialect: str, by_default: bool) -> str:
    said = [text(info.expr, dialect), shape_text(info.shape, dialect), *sorted(info.props)]
    return " ".join(said) + (f" ({info.reason})" if by_default or is_surprising(info) else "")


def is_surprising(info: VariableInfo) -> bool:
    """Whether the formula made the variable something else than its letter suggests."""
    from matcalc.language.kinds import default_kind

    return info.origin == "inferred" and default_kind(info.name) != info.kind


def conditions(found: Iterable[Condition], dialect: str, letters: Callable[[Expr], Expr] = lettered) -> list[str]:
    """`A X B is invertible`, each a remark; the first one starts with `if`."""
    said = list(dict.fromkeys(_condition(c, dialect, letters) for c in found if c.word != KINK))
    return [f"if {said[0]}", *said[1:]] if said else []


def _condition(condition: Condition, dialect: str, letters: Callable[[Expr], Expr]) -> str:
    said, word = condition_text(condition, dialect, letters), condition.word
    before, _, behind = said.rpartition(word)
    if not word.isalpha() or word in _SIGNS or not before or (behind and not behind.startswith(EVERYWHERE)):
        return said
    return f"{before}{'are' if condition.partner is not None else 'is'} {word}{behind}"


def kinks(found: Iterable[Condition], dialect: str, letters: Callable[[Expr], Expr] = lettered) -> list[str]:
    """Where the derivative jumps, and what is taken there."""
    return list(dict.fromkeys(condition_text(c, dialect, letters) for c in found if c.word == KINK))


def joints(found: Iterable[Joint], dialect: str, letters: Callable[[Expr], Expr] = lettered,
           order: int = 1) -> list[str]:
    """Whether pieces meet, and what is taken where they do not."""
    return list(dict.fromkeys(joint_text(joint, dialect, letters, order) for joint in found))


def checked(verification: Verification | None, terminal: Terminal) -> str:
    """The line under an answer."""
    if verification is None:
        return terminal.paint("?", "warning") + " not checked, as you asked"
    if verification.ok is None:
        return terminal.paint("?", "warning") + f" not checked: {verification.reason}"
    return terminal.paint("✓", "good") + f" checked: {measured(verification)}"


def measured(verification: Verification) -> str:
    """How many random draws were compared, and the largest relative error among them."""
    draws = len(verification.checks)
    return f"{draws} random draw{'s' * (draws != 1)}, largest relative error {number(verification.max_rel_error)}"


def number(value: float) -> str:
    """Short: 4e-10, 0.33, 0."""
    if value == 0 or not isfinite(value):
        return f"{value:g}"
    return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e+") if abs(value) < 1e-2 else f"{value:.3g}"
