"""A derivative as an object: it prints in every notation, states its conditions, evaluates, and checks itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from matcalc.calculus import conditions as requirements
from matcalc.calculus.differential import seed
from matcalc.deriving.problem import Problem
from matcalc.diagnostics import ContradictionError, NoRuleError, fail
from matcalc.dims import format_dim
from matcalc.expr import Expr
from matcalc.language import name_of
from matcalc.printers.written import Written

if TYPE_CHECKING:
    from matcalc.checking.verification import Verification
    from matcalc.steps import Step


@dataclass(frozen=True, slots=True)
class Statement:
    """What finite differences can decide: `derivative` is the `kind` of `f` by `x`, a second one by `x` and `y`.

    `structure` other than "free" moves x only within its declared structure. A statement of kind "values" says that
    `f` and `derivative` are equal. One that is not `decisive` can only refute.
    """

    f: Expr
    x: Expr | tuple[Expr, ...]
    derivative: Expr
    kind: str
    structure: str = "free"
    y: Expr | None = None
    decisive: bool = True


@dataclass(frozen=True, slots=True)
class Form(Written):
    """One more way to write a derivative; `expr` is None where it is no expression (index notation)."""

    name: str
    spelled: Callable[[str], str]
    expr: Expr | None = None

    def write(self, dialect: str) -> str:
        """This form in a dialect."""
        return self.spelled(dialect)


def form(name: str, e: Expr) -> Form:
    """An expression as a form of a derivative."""
    from matcalc.printers import text

    return Form(name, lambda dialect: text(e, dialect), e)


@dataclass(eq=False)
class Derivation(Written):
    """A derivative: its closed form in every notation, its conditions, its steps, its value and its check.

    `kind` is gradient, jacobian, hessian, differential, jvp or vjp. `expr` is the formula shown, made when it is first
    asked for; `statements` are the claims that together make it true, and are what `verify` checks. `forms` holds
    further ways to write the derivative by name: differential, index, derivative (of a matrix by a scalar), operator,
    bilinear, and the blocks of a Hessian by several variables. `directions` are the variables V or G in which a jvp,
    a vjp or an operator is linear.
    """

    problem: Problem
    kind: str
    formula: Callable[[], Expr]
    claims: Callable[[], Sequence[Statement]]
    notes: list[str] = field(default_factory=list)
    layout: str = "gradient"
    vec: str = "col"
    further: Callable[[], Sequence[Form]] = tuple
    directions: tuple[Expr, ...] = ()

    @cached_property
    def expr(self) -> Expr:
        return self.formula()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(self.claims())

    @cached_property
    def forms(self) -> dict[str, Form]:
        return {form.name: form for form in self.further()}

    @property
    def differential(self) -> Form | None:
        """dY = … dX …, of a Jacobian."""
        return self.forms.get("differential")

    @property
    def index_form(self) -> Form | None:
        """∂Yᵢⱼ/∂Xₖₗ, of a Jacobian whose entries are products of entries."""
        return self.forms.get("index")

    @property
    def operator(self) -> Form | None:
        """∇²f[V], of a Hessian: a matrix expression, linear in the direction V."""
        return self.forms.get("operator")

    @property
    def bilinear(self) -> Form | None:
        """d²f[dX₁, dX₂], of a Hessian."""
        return self.forms.get("bilinear")

    def write(self, dialect: str) -> str:
        """The formula in a dialect; the attributes ascii, unicode, latex, typst, mathml are the same."""
        from matcalc.printers import text

        return text(self.expr, dialect)

    @property
    def shape(self) -> tuple[str, ...]:
        """Dimension names: () for a scalar, (n,) for a vector, (m, n) for a matrix."""
        rows, columns = self.expr.shape
        if self.expr.is_scalar:
            return ()
        return (format_dim(rows),) if columns == 1 else (format_dim(rows), format_dim(columns))

    @cached_property
    def requirements(self) -> list[requirements.Condition]:
        return requirements.conditions(self.problem.settled(self.problem.f), self.expr, self.problem.typed)

    @property
    def conditions(self) -> list[str]:
        """Where the formula holds: ["A*X*B invertible"]."""
        from matcalc.printers.conditions import condition_text

        return [condition_text(condition, "ascii") for condition in self.requirements]

    @cached_property
    def steps(self) -> list[Step]:
        """The way from the input to the formula."""
        from matcalc.steps import steps_of

        return steps_of(self)

    @property
    def tangents(self) -> tuple[Expr, Expr]:
        """dX₁ and dX₂ of the bilinear form: by the row variable and by the column variable."""
        return seed(self.problem.wrt[0], 1), seed(self.problem.wrt[-1], 2)

    @property
    def inputs(self) -> dict[str, Expr]:
        """What the formula is a function of, by name: the variables as declared, and directions."""
        known = {name: self.problem.settled(info.expr) for name, info in self.problem.variables.items()}
        return known | {v.data.name: v for v in self.directions if self.kind in ("jvp", "vjp")}

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value at `values`: (m, n) for a matrix, (n,) for a vector, a float for a scalar.

        Vectors may be given as (n,) or (n, 1). Raises InputError where a value is missing or has another shape.
        """
        from matcalc.numeric.evaluate import as_result, evaluate

        return as_result(evaluate(self.expr, self._bound(values)), self.expr.shape)

    def _bound(self, values: Mapping[str, Any]) -> dict[Expr, Any]:
        given = {name_of(name): value for name, value in values.items()}
        missing = [name for name in self.inputs if name not in given]
        if missing:
            raise fail("M0505", f"no value for {', '.join(missing)}", self.problem.source)
        return {leaf: given[name] for name, leaf in self.inputs.items()}

    def verify(self, trials: int = 3, seed: int = 0, sizes: Mapping[str, int] | None = None) -> Verification:
        """Compare with central differences of the input on random matrices of pairwise different sizes."""
        found: list[Verification] = []
        for s in self.statements:
            result = checked(s, trials if s.decisive else 1, seed, sizes)
            if s.decisive or result.ok is False:
                found.append(result)
            if s.decisive and not result.ok:
                break  # nothing that comes can make the answer sure
        return self._summed(found)

    def checked_once(self) -> Verification:
        """One random point for each decisive statement, which is enough to be sure of the answer."""
        found: list[Verification] = []
        for s in self.statements:
            if s.decisive and (not found or found[-1].ok):
                found.append(checked(s, 1, 0, None))
        return self._summed(found)

    def _summed(self, found: Sequence[Verification]) -> Verification:
        """What several checks say together; nothing is decided where what was typed has a value at no point."""
        from matcalc.checking.verification import worst_of

        whole = worst_of(found)
        reason = _nowhere(self.problem) if whole.ok else ""
        return replace(whole, ok=None, status="inconclusive", reason=reason) if reason else whole

    def code(self, language: str = "numpy", form: str = "", check: bool = True) -> str:
        """Source text of a module: f, the derivative, and a check of it that runs with the file. `language` is numpy.

        `form="operator"` of a Hessian is the product with a direction. With `check` the module is run once before.
        """
        from matcalc.targets import TARGETS, target_named
        from matcalc.targets.program import program

        if language not in TARGETS:
            raise fail("M0506", f"no code for “{language}”; there is {', '.join(TARGETS)}",
                       fixes=tuple(f"--to {name}" for name in TARGETS))
        return program(self, target_named(language), form, check)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.ascii}>"


def checked(s: Statement, trials: int, seed: int, sizes: Mapping[str, int] | None) -> Verification:
    """What finite differences say of one statement."""
    from matcalc.checking.verification import check, equal_numerically

    if s.kind == "values":
        return equal_numerically(s.f, s.derivative, trials, seed, sizes=sizes)
    return check(s.f, s.x, s.derivative, s.kind, trials=trials, seed=seed, sizes=sizes, structure=s.structure,
                 wrt2=s.y)


_ORDERS = {"gradient": 1, "jacobian": 1, "jvp": 1, "vjp": 1, "hessian": 2, "differential": -1}


def assured(result: Derivation, check: bool) -> Derivation:
    """Refuse an answer to another question, one that its own check contradicts, and one that no point can check."""
    from matcalc.deriving.trivial import refuse_trivial

    result.problem.refuse_order(_ORDERS.get(result.kind, 0))
    refuse_trivial(result)
    if not check:
        return result
    verification = result.checked_once()
    if verification.ok is None:
        raise fail("M0901", f"the {result.kind} could not be checked: {verification.reason}",
                   result.problem.source, fixes=("--no-check",), error=NoRuleError)
    if verification.ok is False:
        raise fail("M9001", f"the {result.kind} of {result.problem.source} fails its own check (largest relative error "
                   f"{verification.max_rel_error:.1e}); this is a bug in matcalc, please report it",
                   result.problem.source, error=ContradictionError)
    return result


def _nowhere(problem: Problem) -> str:
    """That a condition which the formula has lost holds at no point; the check of the formula does not see it."""
    lost = requirements.lost(problem.settled(problem.f), problem.typed)
    if not lost:
        return ""
    from matcalc.checking.attained import never
    from matcalc.printers.conditions import condition_text

    broken = never(lost)
    return f"no point was found where {condition_text(broken, 'ascii')}" if broken else ""
