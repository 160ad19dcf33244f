"""|X| of a matrix: its determinant, or a norm?

A determinant is evident below a logarithm, in a denominator or a power other than the square, as densities have it,
and where X is square by what else is said of it. |Y − X W|² is as often a norm, and so are |X − Y|,
λ|W|² beside other terms, and λ|W| beside a norm: they are asked about.
"""

from __future__ import annotations

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import pattern
from matcalc.language.constructs import infer
from matcalc.language.inference import Inference, ShapeError
from matcalc.language.syntax import Op, Syntax, children, node, postorder

_SQUARES = (Op.POWER, Op.HADAMARD_POWER)
_SIZE = r"\\(?:left|[bB]igg?[lm]?)\s*$"
_UNITS = ("I", "𝟙")


def question(source: str, nodes: list[Syntax], inference: Inference) -> MatcalcError | None:
    """What to ask about the first bars that may mean a norm; None where all are clear."""
    barred = [s for s in nodes if s.op is Op.BARS and inference.shape(s.args[0]) != (1, 1)]
    above = {part: s for s in nodes for part in children(s)}
    beside = any(s.op is Op.NORM for s in nodes)
    doubtful = [s for s in barred if not _is_evident(s, above, inference) and
                (beside or _is_difference(s.args[0]) or (_is_squared(s, above) and _is_term(above[s], above)))]
    if not doubtful:
        return None
    plain = _without_bars(nodes, barred, inference)
    asked = [s for s in doubtful if plain is None or not _is_square(s, plain)
             or (_is_squared(s, above) and _is_difference(s.args[0]))]
    if not asked:
        return None
    return fail("M0321", "|X| of a matrix: its determinant, or its norm?", source, _place(source, asked[0]),
                fixes=tuple(_written(source, asked, form) for form in ("det({})", "‖{}‖_F")))


def _is_evident(s: Syntax, above: dict[Syntax, Syntax], inference: Inference) -> bool:
    """Whether what stands around it says that it is a determinant: log|X|, or what else wants a positive number, 1/|X|,
    |X|^(−1/2)."""
    part = s
    while (parent := above.get(part)) is not None:
        function = inference.functions.get(parent)
        if function is not None and "positive" in function.fields.get("domain", ""):
            return True
        if parent.op is Op.DIVIDE and parent.args[1] is part:
            return True
        if parent.op in _SQUARES and part is s and not _is_squared(s, above):
            return True
        part = parent
    return False


def _is_squared(s: Syntax, above: dict[Syntax, Syntax]) -> bool:
    parent = above.get(s)
    return parent is not None and parent.op in _SQUARES and parent.args[0] is s and \
        parent.args[1].op is Op.NUMBER and parent.args[1].data == 2


def _is_term(part: Syntax, above: dict[Syntax, Syntax]) -> bool:
    """Whether a sum consists of it and others, numbers in front not counted."""
    while (parent := above.get(part)) is not None and parent.op in (Op.PRODUCT, Op.DIVIDE, Op.NEGATE):
        part = parent
    return parent is not None and parent.op is Op.SUM


def _is_difference(inside: Syntax) -> bool:
    """A − B, none of them the identity: a residual more likely than the matrix of a characteristic polynomial."""
    return inside.op is Op.SUM and len(set(inside.data)) > 1 and \
        not any(part.op is Op.NAME and part.data in _UNITS for part in postorder(inside))


def _without_bars(nodes: list[Syntax], barred: list[Syntax], inference: Inference) -> Inference | None:
    """The shapes where bars demand nothing, as those of a norm; None where the text cannot be read so."""
    new: dict[Syntax, Syntax] = {}
    for s in nodes:
        args = tuple(new.get(arg, arg) for arg in s.args)
        if s in barred:
            new[s] = node(Op.NORM, args, s.span, "F")
        elif args != s.args:
            new[s] = node(s.op, args, s.span, s.data)
    root = new[nodes[-1]]
    try:
        return infer(postorder(root), inference.scope, inference.kinds, inference.columns)
    except ShapeError:
        return None


def _is_square(s: Syntax, plain: Inference) -> bool:
    """Whether what stands in the bars is square by what else is said of it."""
    rows, columns = next(plain.shape(part.args[0]) for part in plain.shapes
                         if part.op is Op.NORM and part.span == s.span)
    return rows == columns


def _place(source: str, s: Syntax) -> Span:
    """Where the bars stand, without the brackets around them that may be counted in."""
    start, end = s.span.start, s.span.end
    while source[start] in "([{" and source[end - 1] in ")]}":
        start, end = start + 1, end - 1
    return Span(start, end)


def _written(source: str, asked: list[Syntax], form: str) -> str:
    """`source` with bars in another form, the commands for their size left out."""
    for s in sorted(asked, key=lambda s: -s.span.start):
        inside, place = s.args[0].span, _place(source, s)
        before, after = pattern(_SIZE).sub("", source[:place.start]), source[place.end:]
        space = " " * (form[0].isalpha() and before[-1:].isalnum())
        source = before + space + form.format(source[inside.start:inside.end].strip()) + after
    return source
