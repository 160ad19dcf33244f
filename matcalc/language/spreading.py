"""A scalar beside a vector: added to every entry where it was gathered from entries, as in x − mean(x).

A name that is a scalar by its letter is rather a vector there (Ax − b), and an inner product rather says that the
vector is a number (y − x'w); so these readings cost more than an unusual letter.
"""

from __future__ import annotations

from typing import Any

from matcalc.dims import Shape
from matcalc.language.infer import SCALAR, Inference, ShapeError
from matcalc.language.kinds import default_kind
from matcalc.language.literals import literal
from matcalc.language.syntax import Op, Syntax, postorder

DOUBTFUL, UNUSUAL = 1, 2  # what it costs to spread what other vectors gathered, and what nothing gathered


def gathers(inference: Inference, syntax: Syntax) -> bool:
    """Whether a function of the entries of a vector or matrix occurs: mean(x), ‖x‖, 1'x."""
    return any(_gathers(inference, part) for part in postorder(syntax))


def _gathers(inference: Inference, part: Syntax) -> bool:
    if part.op is Op.RESERVED:
        return bool(part.data == "ones")
    if part.op not in (Op.CALL, Op.NORM) or inference.is_scalar(part.args[0]):
        return False
    if part.op is Op.NORM:
        return True
    function: Any = inference.choices.get(part)
    shapes = [param.shape for param in function.params] if function is not None else []
    return len(shapes) == 1 and function.result == SCALAR and shapes[0][0] != shapes[0][1]


def share_names(one: Syntax, other: Syntax) -> bool:
    """Whether a name occurs in both: x and mean(x)."""
    names = [{part.data for part in postorder(s) if part.op is Op.NAME} for s in (one, other)]
    return not names[0].isdisjoint(names[1])


def _turned(inference: Inference, syntax: Syntax) -> bool:
    """Whether a letter of a vector is read as a number only to be spread: the y of y − x'W."""
    names = {part.data for part in postorder(syntax) if part.op is Op.NAME}
    return not gathers(inference, syntax) and any(inference.kinds.get(name) == "scalar" and
                                                  default_kind(name) == "vector" for name in names)


def spread(inference: Inference, syntax: Syntax, arg: Syntax, other: Syntax, whole: Shape) -> None:
    """Accept the scalar `arg` of the sum `syntax` beside `other`, of shape `whole`, or complain."""
    scope = inference.scope
    if scope.lenient:
        return
    is_number = arg in inference.constant
    rows, columns = inference.resolved(whole)
    if scope.numpy:
        if arg.op is Op.NAME and not is_number:
            raise _misfit(syntax, arg, other)
    elif 1 not in (rows, columns):
        _refuse_on_diagonal(inference, syntax, arg, other, rows == columns)
    elif not is_number:
        if _turned(inference, arg):
            raise _misfit(syntax, arg, other)
        shared = gathers(inference, arg) and share_names(arg, other)
        cost = 0 if shared else DOUBTFUL if gathers(inference, arg) else UNUSUAL
        inference.doubts.extend([(syntax, cost)] if cost else [])
    inference.notes.append("broadcast" if is_number else "spread")


def _refuse_on_diagonal(inference: Inference, syntax: Syntax, arg: Syntax, other: Syntax, is_square: bool) -> None:
    """X + 1 and X − tr(X): on the diagonal, or to every entry? X − mean(X) of a rectangular X is no question."""
    is_number = arg in inference.constant
    gathered = not is_number and gathers(inference, arg)
    if gathered and not is_square:
        return
    if not (is_number or gathered):
        raise _misfit(syntax, arg, other)
    number = "" if literal(arg) == 1 else "{1} "
    raise ShapeError("M0307", "a number plus a matrix: on the diagonal, or to every entry?", syntax, (other, arg),
                     (number + "I", number + "𝟏𝟏ᵀ"), place=arg, hard=is_number and not _open_letters(inference, other))


def _open_letters(inference: Inference, syntax: Syntax) -> bool:
    """Whether a letter of a number occurs, which as a vector would make a vector of the matrix: the β of X β."""
    return any(part.op is Op.NAME and default_kind(part.data) == "scalar" and inference.is_open(part)
               for part in postorder(syntax))


def _misfit(syntax: Syntax, arg: Syntax, other: Syntax) -> ShapeError:
    return ShapeError("M0302", "cannot add these", syntax, (other, arg), ("{1}*ones",), place=arg)
