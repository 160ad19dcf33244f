"""The conditions of Karush, Kuhn and Tucker: what a minimum under equations and inequalities satisfies.

Nothing is solved. Of f under g ≤ 0 and h = 0 the Lagrangian is f + ⟨M, g⟩ + ⟨Λ, h⟩; its gradient vanishes, the
constraints hold, M ≥ 0, and M ∘ g = 0: a multiplier is 0 where its inequality is strict. An inequality between
symmetric matrices, ⪰, has a semidefinite multiplier, and M g = 0.

Source: Boyd & Vandenberghe (2004) 5.5.3 and 5.9.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from matcalc.algebra import (
    add,
    eye,
    hadamard,
    multiply,
    negate,
    num,
    ones,
    substitute,
    trace,
    transpose,
    variable,
    zeros,
)
from matcalc.algebra.facts import is_symmetric
from matcalc.algebra.leaves import is_zero
from matcalc.answer.applied import by_gradient, refuse_complex_values
from matcalc.answer.problem import Problem, pose
from matcalc.checking.stated import Statement, Trials
from matcalc.core.expr import ONES, Expr, postorder
from matcalc.core.expr import variables as leaves
from matcalc.core.parts import number_scalars_matrix
from matcalc.diagnostics import MatcalcError, fail
from matcalc.extensions import ASCII
from matcalc.language import Elaborated
from matcalc.language.foreign import question
from matcalc.mime import Shown
from matcalc.options import Dialect, Names, Rules, Sizes, Variables
from matcalc.printers import inline
from matcalc.printers.dialects import dialect_named
from matcalc.records import NamedTuple
from matcalc.solving.closed import formula_of
from matcalc.solving.constraint import INEQUALITY, Constraint, constraints, declared_with, fresh_multiplier, shown_sides
from matcalc.solving.curving import of_formula
from matcalc.solving.nature import with_property
from matcalc.solving.posed import Posed, refuse_unfit

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification

Sign = Literal["=", "<=", ">=", "⪯", "⪰"]
Group = Literal["stationarity", "primal feasibility", "dual feasibility", "complementary slackness"]
_SIGNS: dict[str, Sign] = {"<": "<=", "<=": "<=", "≤": "<=", "⩽": "<=", ">": ">=", ">=": ">=", "≥": ">=", "⩾": ">=",
                           "⪯": "⪯", "⪰": "⪰", r"\le": "<=", r"\leq": "<=", r"\leqslant": "<=", r"\ge": ">=",
                           r"\geq": ">=", r"\geqslant": ">=", r"\preceq": "⪯", r"\succeq": "⪰"}
_SPLIT = re.compile(r"(\\(?:preceq|succeq|leqslant|geqslant|leq?|geq?)(?![A-Za-z])|<=|>=|[<>≤≥⩽⩾⪰⪯])")


class Line(NamedTuple):
    """A condition: `left` `sign` `right`."""

    group: Group
    left: Expr
    sign: Sign
    right: Expr


class Bound(NamedTuple):
    """The inequality `g` ≤ 0, or ⪯ 0, that was typed as `source` with a `sign` between `left` and `right`."""

    source: str
    left: Expr
    sign: Sign
    right: Expr
    multiplier: Expr
    read: Elaborated

    @property
    def difference(self) -> Expr:
        """left − right."""
        return add(self.left, negate(self.right))

    @property
    def g(self) -> Expr:
        """What is to be at most 0."""
        return self.difference if self.sign in ("<=", "⪯") else negate(self.difference)

    @property
    def paired(self) -> Expr:
        """⟨M, g⟩, its term in the Lagrangian."""
        return trace(multiply(transpose(self.multiplier), self.g))

    @property
    def is_of_matrices(self) -> bool:
        """Whether it says that a difference is semidefinite."""
        return self.sign in ("⪯", "⪰")


class Kkt(Shown):
    """The conditions by `lines`, with the `lagrangian`; `is_enough` tells that a point which satisfies them is a
    minimum: the formula and what is to be at most 0 are convex, and the equations linear."""

    def __init__(self, posed: Posed, bounds: Sequence[Bound]) -> None:
        self.posed, self.problem, self.bounds = posed, posed.problem, bounds
        self.equations: Sequence[Constraint] = posed.bound
        self.lagrangian = add(posed.lagrangian, *(bound.paired for bound in bounds))
        self.gradients = [posed.gradient_of(self.lagrangian, k) for k in range(len(posed.xs))]
        self.notes = [*self.problem.notes]

    def __repr__(self) -> str:
        return f"<conditions {'; '.join(self.write(ASCII))}>"

    def write(self, dialect: str) -> list[str]:
        """The conditions in a notation, one by one."""
        return [self.text(line, dialect) for line in self.lines]

    def text(self, line: Line, dialect: str) -> str:
        """A condition in a notation."""
        known = dialect_named(dialect)
        left, right = (inline(self.problem.lettered(_number_of(e)), dialect) for e in (line.left, line.right))
        if line.sign == "=":
            return known.filled("equation", left, right)
        glyph = {"<=": "≤", ">=": "≥"}.get(line.sign, line.sign)
        plain = {"⪰": "psd", "⪯": "nsd"}.get(line.sign, line.sign)
        sign = known.marks.symbol(glyph) if known.marks else plain if dialect == ASCII else glyph
        return f"{left} {sign} {right}"

    @property
    def multipliers(self) -> Mapping[str, str]:
        """The multipliers by name, and what each belongs to."""
        both: list[Constraint | Bound] = [*self.equations, *self.bounds]
        return {one.multiplier.data.name: one.source for one in both}

    @property
    def readings(self) -> list[Elaborated]:
        """What was read of each constraint."""
        return [*(c.read for c in self.equations), *(b.read for b in self.bounds)]

    @property
    def lines(self) -> list[Line]:
        """All conditions."""
        found = [Line("stationarity", e, "=", zeros(*e.shape)) for e in self.gradients]
        found += [Line("primal feasibility", left, "=", right) for left, right in
                  (shown_sides(c.h, *self.posed.xs) for c in self.equations)]
        found += [Line("primal feasibility", b.left, b.sign, b.right) for b in self.bounds]
        found += [Line("dual feasibility", b.multiplier, "⪰" if b.is_of_matrices else ">=", zeros(*b.g.shape))
                  for b in self.bounds]
        return found + [Line("complementary slackness", e, "=", zeros(*e.shape)) for e in map(_slackness, self.bounds)]

    @property
    def is_enough(self) -> bool:
        """Whether these conditions make a point a minimum."""
        posed = self.posed
        slopes = [posed.gradient_of(c.paired, k) for c in self.equations for k in range(len(posed.xs))]
        if any(x in postorder(slope) for slope in slopes for x in posed.xs):
            return False
        positive = {b.multiplier: with_property(b.multiplier, "positive") for b in self.bounds if not b.is_of_matrices}
        return all(map(self._is_convex, (posed.f, *(substitute(b.paired, positive) for b in self.bounds))))

    def _is_convex(self, e: Expr) -> bool:
        """Whether a number is certainly convex in the unknowns."""
        q, kind = of_formula(e, self.posed.xs, self.posed.domain, self.posed.book)
        return is_zero(self.problem.closed(q)) or (kind.kind == "minimum" and not kind.conditions)

    def verify(self, trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification:
        """The gradients of the Lagrangian against finite differences."""
        from matcalc.answer.checked import check
        from matcalc.checking.verdicts import worst_of

        problem = self.problem
        f = problem.marked(self.lagrangian)
        said = [Statement(f, x, by_gradient(problem, f, x), "gradient") for x in problem.wrt]
        return worst_of([check(one, Trials(trials, seed, sizes)) for one in said])


@question
def kkt(expr: str, wrt: Names = None, *, subject_to: str | Sequence[str] | None = None, variables: Variables = None,
        dialect: Dialect = "", rules: Rules = None) -> Kkt:
    """The conditions of Karush, Kuhn and Tucker at a minimum of a scalar under equations and inequalities.

    `.lines` are the conditions, `.multipliers` what each multiplier belongs to, `.is_enough` whether a point that
    satisfies them is a minimum. Nothing is solved. `subject_to` as for `solve`, all else as for `grad`.

    >>> import matcalc
    >>> matcalc.kkt("norm2(x - c)^2", wrt="x", subject_to="x >= 0", variables={"c": "vector"}).write("ascii")
    ['2*(x - c) - lambda = 0', 'x >= 0', 'lambda >= 0', 'lambda.*x = 0']

    Source: Boyd & Vandenberghe (2004) 5.5.3.
    """
    reading: dict[str, Any] = {"variables": variables, "dialect": dialect, "rules": rules}
    texts = [subject_to] if isinstance(subject_to, str) else list(subject_to or ())
    if not texts:
        raise fail("M0527", "name the constraints, with --subject-to", expr)
    problem = formula_of(expr, wrt, reading)
    refuse_complex_values(problem, "--kkt")
    refuse_unfit(problem)
    equal = [text for text in texts if not INEQUALITY.search(text)]
    found = constraints(equal, problem, reading)
    taken = {*problem.taken(), *(c.multiplier.data.name for c in found)}
    bounds: list[Bound] = []
    own = declared_with(problem, reading)
    own["variables"] |= {name: info.declaration() for c in found for name, info in c.read.variables.items()}
    for text in texts:
        for said in _pairs(text):
            bounds.append(_bound(text, said, problem, own, taken))
            own["variables"] |= {name: info.declaration() for name, info in bounds[-1].read.variables.items()}
            taken |= {bounds[-1].multiplier.data.name, *bounds[-1].read.variables}
    return Kkt(Posed(problem, found), bounds)


def _number_of(e: Expr) -> Expr:
    """The number that stands in every entry, where that is one."""
    number, scalars, matrix = number_scalars_matrix(e)
    return num(0) if is_zero(e) else num(number) if matrix.kind is ONES and not scalars else e


def _slackness(b: Bound) -> Expr:
    shown = b.right if is_zero(b.left) else b.left if is_zero(b.right) else b.difference
    return multiply(b.multiplier, shown) if b.is_of_matrices else hadamard(b.multiplier, shown)


def _pairs(text: str) -> list[tuple[str, Sign, str]]:
    """The inequalities of a text: 0 ≤ x ≤ 1 are two."""
    parts = [part.strip() for part in _SPLIT.split(text)]
    return [(parts[k], _SIGNS[parts[k + 1]], parts[k + 2]) for k in range(0, len(parts) - 2, 2)]


def _bound(text: str, said: tuple[str, Sign, str], problem: Problem, own: Mapping[str, Any],
           taken: Collection[str]) -> Bound:
    """An inequality with its multiplier; a number stands for a whole matrix of it, or for so much of the identity."""
    left, sign, right = said
    values = [_number(side) for side in (left, right)]
    typed = [side for side, value in zip((left, right), values, strict=True) if value is None]
    if not typed or not left or not right:
        raise fail("M0527", f"a constraint is one equation or inequality, such as A x <= b, not “{text}”", text)
    formula = typed[0] if len(typed) == 1 else f"({left}) - ({right})"
    occurring = {leaf.data.name for leaf in leaves(pose(formula, (), **own).f)}
    names = [x.data.name for x in problem.wrt if x.data.name in occurring]
    if not names:
        raise fail("M0527", f"{' and '.join(x.data.name for x in problem.wrt)} does not occur in the constraint {text}",
                   text)
    read = pose(formula, names, **own)
    whole = read.settled(read.f)
    if len(typed) == 2:
        sides = [whole, zeros(*whole.shape)]
        sides = _apart(whole, left, right, own, names) or sides
    else:
        sides = [whole if value is None else _all_of(value, whole, sign) for value in values]
    g_shape = whole.shape
    if sign in ("⪯", "⪰") and not is_symmetric(whole):
        raise fail("M0527", f"⪰ compares symmetric matrices, and {text} is not seen to be one of them", text)
    name = fresh_multiplier(problem, whole, taken)
    props = frozenset({"sym"}) if sign in ("⪯", "⪰") else frozenset()
    return Bound(text, sides[0], sign, sides[1], variable(name, g_shape, props), read.elaborated)


def _apart(whole: Expr, left: str, right: str, reading: Mapping[str, Any], names: Sequence[str]) -> list[Expr] | None:
    """The two sides as they were typed, where each can be read alone and gives the shape of the whole."""
    try:
        known = pose(f"({left}) - ({right})", names, **reading)
        said = {**reading, "variables": {**dict(reading["variables"] or {}), **known.declarations()}}
        sides = [pose(side, [], **said) for side in (left, right)]
    except MatcalcError:
        return None
    found = [known.settled(known.marked(side.settled(side.f))) for side in sides]
    return found if all(e.shape == whole.shape for e in found) and add(found[0], negate(found[1])) is whole else None


def _number(text: str) -> Fraction | None:
    """The value of a numeral."""
    try:
        return Fraction(text.strip("{} "))
    except ValueError:
        return None


def _all_of(value: Fraction, like: Expr, sign: Sign) -> Expr:
    """c in every entry; on the diagonal where matrices are compared as forms."""
    rows, columns = like.shape
    whole: Callable[[], Expr] = (lambda: eye(rows)) if sign in ("⪯", "⪰") else (lambda: ones(rows, columns))
    return multiply(num(value), whole()) if value else zeros(rows, columns)
