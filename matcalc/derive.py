"""The Python face: gradients, Jacobians, Hessians, differentials.

gradient = differential + transposition; Jacobian = the matrix of the differential; Hessian = the Jacobian of the
gradient. Nothing else in here differentiates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matcalc.algebra import num, transpose
from matcalc.calculus.differential import seed
from matcalc.calculus.index_form import index_form
from matcalc.calculus.matrix_form import STACKINGS
from matcalc.calculus.structure import STRUCTURES, cookbook, structure_of, within
from matcalc.closing import closed_form
from matcalc.closing.expand import expanded
from matcalc.deriving import engine
from matcalc.deriving.curvature import hessian
from matcalc.deriving.derivation import Derivation, Form, Statement, assured, form
from matcalc.deriving.directional import differential_of, jvp, vjp
from matcalc.deriving.problem import Problem, pose
from matcalc.deriving.several import by_each
from matcalc.deriving.stacked import of_columns
from matcalc.dims import names
from matcalc.expr import Expr, postorder
from matcalc.language import parse
from matcalc.language.framing import bindings, formula, formula_name, framed

Rules = str | Path | Sequence[str | Path] | None
Variables = Mapping[str, str] | None
LAYOUTS = ("gradient", "numerator", "denominator")
KINDS = ("gradient", "jacobian", "hessian")
__all__ = ["KINDS", "LAYOUTS", "claim_declarations", "claim_of", "claim_text", "derived", "differential_of", "grad",
           "hessian", "jacobian", "jvp", "parse_expression", "vjp"]


@by_each
def grad(expr: str, wrt: str | None = None, *, variables: Variables = None, structure: str = "project",
         layout: str = "gradient", dialect: str = "", rules: Rules = None, check: bool = True) -> Derivation:
    """The gradient of a scalar, in the shape of `wrt` (`layout="numerator"`: transposed); by a list of names a dict.

    Raises InputError for what cannot be read or is not a scalar, NoRuleError where no rule covers a sub-expression,
    ContradictionError where the answer fails its own check (with `check`, one quick draw).
    Source: Magnus & Neudecker (2019) 9.3: df = tr(G' dX) identifies the gradient G.
    """
    engine.one_of(structure, STRUCTURES, "structure")
    engine.one_of(layout, LAYOUTS, "layout")
    problem = pose(expr, wrt, variables=variables, rules=rules, dialect=dialect, demand_scalar=True)
    x = problem.wrt[0]
    free = engine.free_gradient(problem, x)
    settled = problem.settled(x)
    answer = closed_form(within(settled, structure)(problem.settled(free)))
    shown = Statement(problem.f, x, problem.marked(answer), "gradient", structure)
    first = () if shown.derivative is free else (Statement(problem.f, x, free, "gradient"),)
    notes = [*problem.notes, *_about_structure(settled, problem.settled(free), structure)]
    return assured(Derivation(problem, "gradient", lambda: transpose(answer) if layout == "numerator" else answer,
                              lambda: (*first, shown), notes, layout), check)


@by_each
def jacobian(expr: str, wrt: str | None = None, *, vec: str = "col", variables: Variables = None,
             structure: str = "project", layout: str = "gradient", dialect: str = "", rules: Rules = None,
             check: bool = True) -> Derivation:
    """∂vec(Y)/∂vec(X)', of shape (len vec Y, len vec X): for vectors (len y, len x); by a list of names a dict.

    vec stacks columns, or rows with `vec="row"`; `layout="denominator"` transposes. `.differential`, `.index_form` and
    `.forms` write the same derivative in other ways. Raises as `grad` does.
    Source: Magnus & Neudecker (2019) 5.12: d vec(Y) = J d vec(X) identifies the Jacobian J.
    """
    engine.one_of(structure, STRUCTURES, "structure")
    engine.one_of(layout, LAYOUTS, "layout")
    engine.one_of(vec, list(STACKINGS), "vec")
    problem = pose(expr, wrt, variables=variables, rules=rules, dialect=dialect)
    f, x = problem.f, problem.wrt[0]
    answer = problem.settled(engine.matrix(problem, f, x, structure, STACKINGS[vec]))
    by_columns = answer if vec == "col" else of_columns(answer, f, x)
    statement = Statement(f, x, problem.marked(by_columns), "jacobian", structure)
    notes = [*problem.notes, *_about_directions(problem.settled(x), structure)]
    return assured(Derivation(problem, "jacobian", lambda: transpose(answer) if layout == "denominator" else answer,
                              lambda: (statement,), notes, layout, vec,
                              lambda: _other_forms(problem, f, x, structure)), check)


def parse_expression(expr: str, variables: Variables = None, *, dialect: str = "", rules: Rules = None) -> Expr:
    """The typed expression that `expr` means."""
    return pose(expr, (), variables=variables, dialect=dialect, rules=rules).f


def derived(kind: str, expr: str, wrt: str | Sequence[str] | None, **keywords: Any) -> Derivation:
    """The answer of a kind, not checked; two variables mean the mixed Hessian."""
    face: dict[str, Callable[..., Any]] = {"gradient": grad, "jacobian": jacobian, "hessian": hessian}
    found: Derivation = face[kind](expr, *([wrt] if isinstance(wrt, str) else wrt or ()), **keywords, check=False)
    return found


def claim_of(problem: Problem, claim: str, dialect: str = "") -> Expr:
    """A formula that somebody proposes, read with the variables, the dimensions and the bound names of the problem."""
    return parse(claim_text(problem, claim)[0], claim_declarations(problem), problem.rulebook, dialect=dialect,
                 proposed=True).expr


def claim_text(problem: Problem, claim: str) -> tuple[str, int]:
    """The claim beside what the problem binds, and where it starts."""
    before, behind = bindings(problem.source)
    before += _named_formula(problem, claim)
    return f"{before}{claim}{(', ' if ' where ' in claim else ' where ') + behind if behind else ''}", len(before)


def _named_formula(problem: Problem, claim: str) -> str:
    """The formula under the name that it was given, where a claim uses that: f = x'Ax and 2 f x/(x'x)."""
    name = formula_name(problem.source)
    head = next((head for head in framed(problem.source).names if re.match(rf"\\?{name}\b", head)), "")
    if not name or name in problem.variables or not re.search(rf"(?<![^\W\d_]){name}(?![^\W\d_])", claim):
        return ""
    is_called = re.search(rf"{name}\s*\(", claim) is not None
    return f"{head if is_called else name} := {formula(problem.source)}; "


def claim_declarations(problem: Problem) -> dict[str, str]:
    """The variables of the problem and, of a size that no claim names, one for each dimension that none of them has."""
    declared = problem.declarations()
    known = {name for info in problem.variables.values() for dim in info.shape for name in names(dim)}
    inside = {name for e in postorder(problem.f) for dim in (*e.shape, *([e.data] if e.op == "dim" else ()))
              for name in names(dim)}
    return declared | {f"of_size_{name}": f"vector({name})" for name in sorted(inside - known)}


def _other_forms(problem: Problem, f: Expr, x: Expr, structure: str) -> list[Form]:
    """The differential, its index form where entries are independent, and the matrix that is ∂Y/∂t of a scalar t."""
    linear = problem.settled(engine.along(problem, f, {x: seed(x)}))
    found = [form("differential", linear)]
    if x.is_scalar and 1 not in f.shape:
        found.append(form("derivative", problem.settled(closed_form(engine.along(problem, f, {x: num(1)})))))
    elif (1 not in x.shape or 1 not in f.shape) and (structure == "free" or structure_of(x) is None):
        found += _entries(linear, f, x)
    return found


def _entries(linear: Expr, f: Expr, x: Expr) -> list[Form]:
    from matcalc.printers.entries import entries_text, indices

    terms = index_form(linear) or index_form(expanded(linear))
    used = indices(f.shape, "ij") + indices(x.shape, "kl")
    return [] if terms is None else [Form("index", lambda dialect: entries_text(terms, used, dialect))]


def _about_structure(x: Expr, g: Expr, structure: str) -> list[str]:
    """What the declared structure made of the free gradient `g`."""
    from matcalc.printers import ascii_text

    word = structure_of(x)
    if word is None or structure == "free":
        return []
    if word == "orthogonal":
        name = x.data.name
        return [f"with independent entries G = {ascii_text(g)}",
                f"the Riemannian gradient G - {name}*sym({name}'*G), sym(M) = (M + M')/2, on the Stiefel manifold "
                f"{name}'*{name} = I with the Euclidean metric (Absil, Mahony & Sepulchre 2008); the canonical metric "
                f"gives G - {name}*G'*{name}"]
    notes = [f"{x.data.name} is {word}: the {structure} form; with independent entries G = {ascii_text(g)}"]
    if structure == "project" and word in ("sym", "spd", "psd"):
        notes.append(f"the Matrix Cookbook's form G + G' - G.*I is {ascii_text(cookbook(g, x))}")
    return notes


def _about_directions(x: Expr, structure: str) -> list[str]:
    """How a declared structure enters a Jacobian."""
    word = structure_of(x)
    if word is None or structure == "free":
        return []
    name = x.data.name
    if structure == "cookbook":
        return [f"{name} is {word}: the cookbook form, by the entries of {name} on and above the diagonal"]
    return [f"{name} is {word}: for directions d{name} within the structure, J*P with the projector P on them; "
            "--structure free leaves the entries independent"]
