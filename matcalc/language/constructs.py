"""The operators of the language, a record each: lexer, grammar and the two passes, for shapes and for the expression,
look up there what they need. A new operator is a name in `Op` and a record here, or beside those that it is like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from matcalc import algebra
from matcalc.algebra.demands import Asking
from matcalc.algebra.holomorphy import ComplexError
from matcalc.core.expr import Expr
from matcalc.language import axes, entrywise, grouping, overloads, primaries, sums
from matcalc.language.construct import Builder, Construct, Infix
from matcalc.language.inference import SCALAR, Inference, Scope, ShapeError
from matcalc.language.lengths import Namer
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.limits import spend

Typed = dict[Asking, Syntax]  # operations with a domain, before any law, and where they stand
CONSTRUCTS: dict[Op, Construct] = {
    **primaries.CONSTRUCTS, **entrywise.CONSTRUCTS, **grouping.CONSTRUCTS, **overloads.CONSTRUCTS,
    **sums.CONSTRUCTS, **axes.CONSTRUCTS}
_NEVER_CONSTANT = (Op.HOLE, Op.CALL, Op.DOTTED, Op.INDEX, Op.OVER)


def _infixes() -> Iterator[tuple[Op, Infix]]:
    return ((op, construct.infix) for op, construct in CONSTRUCTS.items() if construct.infix is not None)


@cache
def spellings(numpy: bool = False) -> dict[str, str]:
    """Every sign between two operands, with the sign that the lexer puts in its place."""
    found = {sign: sign for _, infix in _infixes() for sign in infix.signs}
    found |= {glyph: infix.signs[0] for _, infix in _infixes() for glyph in infix.glyphs}
    if numpy:
        found |= {sign: infix.signs[0] for _, infix in _infixes() for sign in infix.numpy if found.get(sign) != sign}
    return found


@cache
def operators(binds: int, numpy: bool = False) -> dict[str, Op]:
    """The operators that bind so tightly, by the signs that the lexer leaves."""
    infixes = [(op, infix) for op, infix in _infixes() if CONSTRUCTS[op].binds == binds]
    found = {sign: op for op, infix in infixes for sign in infix.signs}
    return found | {sign: op for op, infix in infixes for sign in infix.numpy} if numpy else found


def sign_of(name: str) -> str:
    """The sign between two operands of the operator that has the name of a function, ⊗ of kron; '' where none has."""
    return next((infix.signs[0] for op, infix in _infixes() if op.value == name), "")


@cache
def commands() -> dict[str, str]:
    """LaTeX's commands for signs between two operands, with the sign or glyph that each stands for."""
    return {command: sign for _, infix in _infixes() for command, sign in infix.commands.items()}


def infer(nodes: list[Syntax], scope: Scope, kinds: Mapping[str, str], columns: str = "") -> Inference:
    """Shapes of all `nodes` (operands first, the root last), or a ShapeError."""
    inference = Inference(scope, kinds, columns)
    try:
        for syntax in nodes:
            spend(8)
            inference.shapes[syntax] = shape = CONSTRUCTS[syntax.op].shape(inference, syntax)
            if shape == SCALAR and _is_constant(inference, syntax):
                inference.constant.add(syntax)
            if scope.numpy and axes.keeps_column(inference, syntax, shape):
                inference.columns_typed.add(syntax)
        _demand(inference, nodes[-1])
        inference.harden(nodes[-1])
    except ShapeError as mismatch:
        mismatch.inference = inference
        raise
    return inference


def _is_constant(inference: Inference, syntax: Syntax) -> bool:
    """A number made of literals, dimensions and declared scalars: it may be added to every entry of a vector."""
    if syntax.op is Op.NAME:
        return syntax.data in inference.scope.declarations or inference.is_dimension(syntax.data)
    if syntax.op in _NEVER_CONSTANT:
        return False
    return all(arg in inference.constant for arg in syntax.args)


def _demand(inference: Inference, root: Syntax) -> None:
    if inference.scope.demand_scalar and not inference.is_scalar(root):
        shape = inference.shapes[root]
        if not (root.op in (Op.HOLE, Op.CALL) and inference.equate_shapes(shape, SCALAR)):
            terms = [arg for arg in root.args if root.op is Op.SUM and inference.is_open(arg)]
            if terms:  # a number spread over a vector is hardly meant where a number is asked for
                other = next(arg for arg in root.args if not inference.is_scalar(arg))
                raise ShapeError("M0302", "cannot add these", root, (terms[0], other), place=other)
            raise ShapeError("M0310", "a scalar is needed here", root, (root,), ("sum({t0})", "‖{t0}‖²"))


class ComplexPartError(Exception):
    """`syntax` has no meaning for complex operands, as `error` says."""

    def __init__(self, syntax: Syntax, error: ComplexError) -> None:
        super().__init__(error.message)
        self.syntax, self.error = syntax, error


def _built(b: Builder, syntax: Syntax) -> Expr:
    try:
        return CONSTRUCTS[syntax.op].build(b, syntax)
    except ComplexError as error:
        raise ComplexPartError(syntax, error) from None


def build(root: Syntax, inference: Inference, namer: Namer,
          leaves: Mapping[str, Expr]) -> tuple[dict[Syntax, Expr], Typed]:
    """The expressions of all parts, and the operations with a domain as they were typed, each with the place where it
    stands."""
    uses = Counter(part for syntax in postorder(root) for part in syntax.args)
    b = Builder(inference, namer, leaves, uses)
    typed: Typed = {}
    stack = [(root, False)]
    while stack:
        syntax, ready = stack.pop()
        if syntax in b.done:
            continue
        if ready:
            spend(2)
            with algebra.noting() as notes:
                b.done[syntax] = _built(b, syntax)
            for operation in notes:
                typed.setdefault(operation, syntax)
        else:
            stack.append((syntax, True))
            stack.extend((part, False) for part in CONSTRUCTS[syntax.op].parts(b, syntax) if part not in b.done)
    return b.done, typed
