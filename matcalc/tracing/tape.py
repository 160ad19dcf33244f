"""A formula as a list of single operations in the order in which a person would compute it.

The parse tree is built node by node, each operand replaced by a fresh variable v₁, v₂, …; so a line is one
operation on earlier lines; the same operation on the same lines is one line. What contains no variable stays inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from matcalc import algebra
from matcalc.algebra.indexed import at, family
from matcalc.core.dims import Shape
from matcalc.core.expr import NUM, Expr, variables
from matcalc.core.indices import Index, Ref
from matcalc.diagnostics import fail
from matcalc.language import Elaborated
from matcalc.language.construct import Builder
from matcalc.language.constructs import CONSTRUCTS
from matcalc.language.inference import SCALAR, SIZED
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.printers import unicode_text
from matcalc.printers.lettering import Letters, lettered
from matcalc.rulebook.book import Rulebook

LETTERS = "vzuwpq"


@dataclass(frozen=True, slots=True)
class Line:
    """v = expr. `expr` is an input variable, or one operation on the earlier lines `parents`; `sign` names it.

    Where it depends on indices, `v` is the family of its values and `letters` are those of its axes; `bound` is the one
    that a sum binds.
    """

    v: Expr
    expr: Expr
    sign: str
    parents: tuple[Expr, ...] = ()
    letters: tuple[Index, ...] = ()
    bound: Index | None = None

    @property
    def is_input(self) -> bool:
        """Whether the line is a variable of the formula."""
        return not self.sign


@dataclass(frozen=True, slots=True)
class Tape:
    """The lines in order, inputs first. `letter` is the one they are called by: v, unless the formula uses it.

    Of a formula in index notation `typed` are the letters of indices, and `taken` the names that are none.
    """

    lines: list[Line]
    letter: str
    result: Expr
    book: Rulebook
    typed: Letters = ()
    taken: tuple[str, ...] = ()

    @property
    def inputs(self) -> list[Line]:
        """The lines of the variables."""
        return [line for line in self.lines if line.is_input]

    def number(self, v: Expr) -> int:
        """3 of v₃."""
        return int(v.data.name.rpartition("_")[2])

    def between(self, wrt: Iterable[Expr]) -> list[Line]:
        """The lines between `wrt`, which are lines themselves, and the result, the last one first."""
        found = set(wrt)
        for line in self.lines:
            if not found.isdisjoint(line.parents):
                found.add(line.v)
        return [line for line in reversed(self.lines) if line.v in found]

    def marked(self, v: Expr, mark: str) -> Expr:
        """The variable v̇ or v̄ that belongs to the line `v`."""
        return family(f"{self.letter}{mark}_{self.number(v)}", v.shape, v.data.axes)

    def letters(self, v: Expr) -> tuple[Index, ...]:
        """The indices on which the line `v` depends."""
        return self.lines[self.number(v) - 1].letters

    def member(self, v: Expr, mark: str = "") -> Expr:
        """v₃,ᵢ of the line `v`, or what is `marked` so; v₃ where it depends on no index."""
        return at(self.marked(v, mark) if mark else v, *map(Ref, self.letters(v)))

    def formula(self, line: Line) -> Expr:
        """What the line computes, for the eye."""
        if line.is_input:
            return at(line.expr, *map(Ref, line.letters))
        return self.lettered(line.expr, *filter(None, [line.bound]))

    def said(self, line: Line) -> str:
        """v₃ = v₁ v₂, for messages."""
        return f"{unicode_text(self.member(line.v))} = {unicode_text(self.formula(line))}"

    def lettered(self, e: Expr, *first: Index) -> Expr:
        """A formula for the eye, whose sums have letters."""
        return lettered(e, [*((index.name, index.axis) for index in first), *self.typed], self.taken)


@dataclass(slots=True)
class Recorder:
    """Appends lines; `builder.done` maps a syntax node to its line's variable, or to a constant."""

    builder: Builder
    letter: str
    lines: list[Line] = field(default_factory=list)
    known: dict[Expr, Expr] = field(default_factory=dict)

    def fresh(self, shape: Shape) -> Expr:
        """The variable of the next line."""
        return algebra.variable(f"{self.letter}_{len(self.lines) + 1}", shape)

    def take(self, x: Expr) -> Expr:
        """The line of an input."""
        v = self.fresh(x.shape)
        self.lines.append(Line(v, x, ""))
        return v

    def record(self, sign: str, expr: Expr, operands: Sequence[Expr]) -> Expr:
        """The line that computes `expr`; an operation on constants is a constant."""
        parents = tuple(variables(*operands))
        if not parents:
            return expr
        if expr not in self.known:
            v = self.fresh(expr.shape)
            self.lines.append(Line(v, expr, sign, parents))
            self.known[expr] = v
        return self.known[expr]


def tape_of(read: Elaborated, book: Rulebook) -> Tape:
    """The operations of what was read; the result is the last line."""
    assert read.reading is not None, "a trace is of what a person typed"
    typed = read.reading
    builder = Builder(typed.inference, typed.namer, dict(typed.leaves), typed.uses)
    r = Recorder(builder, letter_of(read.variables))
    leaves = {name: r.take(read.variables[name].expr) for name in used(read)}
    r.builder.leaves = {**r.builder.leaves, **leaves}
    result = _walk(r, read.syntax)
    if not r.lines:
        raise fail("M1006", "there is no variable in this expression, so nothing to trace")
    return Tape(r.lines, r.letter, result, book)


def used(read: Elaborated) -> list[str]:
    """The variables that occur, in order; a declaration alone does not count."""
    nodes = postorder(read.syntax)
    return list(dict.fromkeys(s.data for s in nodes if s.op is Op.NAME and s.data in read.variables))


def letter_of(variables: Iterable[str]) -> str:
    """v, or the first letter after it that no variable starts with."""
    taken = {name[0] for name in variables}
    return next((c for c in LETTERS if c not in taken), LETTERS[0])


def _walk(r: Recorder, root: Syntax) -> Expr:
    done = r.builder.done
    stack = [(root, False)]
    while stack:
        syntax, ready = stack.pop()
        if syntax in done:
            continue
        if ready:
            done[syntax] = _OPERATIONS.get(syntax.op, _single)(r, syntax)
        else:
            stack.append((syntax, True))
            stack.extend((part, False) for part in reversed(_parts(r, syntax)) if part not in done)
    return done[root]


def _parts(r: Recorder, syntax: Syntax) -> tuple[Syntax, ...]:
    """What has to be computed before `syntax`."""
    factors = r.builder.inference.factors.get(syntax)
    return factors or (() if syntax.op is Op.CALL and syntax.data in SIZED else syntax.args)


def _single(r: Recorder, syntax: Syntax) -> Expr:
    """One operation, built by the table that builds everything."""
    operands = [r.builder.done[part] for part in _parts(r, syntax)]
    sign = str(syntax.data) if syntax.op is Op.CALL else CONSTRUCTS[syntax.op].sign or syntax.op.value
    return r.record(sign, CONSTRUCTS[syntax.op].build(r.builder, syntax), operands)


def _power(r: Recorder, syntax: Syntax) -> Expr:
    """The exponent belongs to the name of the operation where it is a number."""
    base, exponent = (r.builder.done[part] for part in syntax.args)
    sign = f"^{exponent.data}" if exponent.kind is NUM else "^"
    return r.record(sign, CONSTRUCTS[syntax.op].build(r.builder, syntax), (base, exponent))


def _applied(r: Recorder, syntax: Syntax) -> Expr:
    name, order = syntax.data
    operands = [r.builder.done[part] for part in syntax.args]
    return r.record(name + "′" * order, CONSTRUCTS[syntax.op].build(r.builder, syntax), operands)


def _sum(r: Recorder, syntax: Syntax) -> Expr:
    """Two terms at a time, from left to right."""
    shape = r.builder.shape(syntax)
    total: Expr | None = None
    for sign, part in zip(syntax.data, syntax.args, strict=True):
        term = r.builder.done[part]
        if total is None:
            total = term if sign > 0 else r.record("−", algebra.negate(term), (term,))
            continue
        signed = [_spread(total, shape), _spread(term, shape) if sign > 0 else algebra.negate(_spread(term, shape))]
        total = r.record("+" if sign > 0 else "−", algebra.add(*signed), (total, term))
    assert total is not None
    return total


def _spread(e: Expr, shape: Shape) -> Expr:
    """A number added to a vector is added to every entry."""
    return algebra.multiply(e, algebra.ones(*shape)) if e.is_scalar and shape != SCALAR else e


def _product(r: Recorder, syntax: Syntax) -> Expr:
    """Two factors at a time, from left to right."""
    first, *others = (r.builder.done[part] for part in _parts(r, syntax))
    for factor in others:
        first = r.record("·", algebra.multiply(first, factor), (first, factor))
    return first


_OPERATIONS: dict[Op, Callable[[Recorder, Syntax], Expr]] = {
    Op.SUM: _sum, Op.PRODUCT: _product, Op.DIVIDE_BY_RUN: _product, Op.POWER: _power, Op.HADAMARD_POWER: _power,
    Op.APPLY: _applied,
}
