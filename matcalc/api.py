"""The Python face, the verbs of `import matcalc`: each poses a problem and gives its answer a voice (`derivation`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

from matcalc.answer import first
from matcalc.answer.derivative import Derivative
from matcalc.answer.problem import Problem, kind_asked, pose, rulebook_for
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation, Derivations, Formula
from matcalc.diagnostics import fail
from matcalc.language.foreign import question
from matcalc.options import (
    Asked,
    Convention,
    Dialect,
    Dtype,
    FunctionName,
    Language,
    Layout,
    Names,
    Program,
    Rules,
    Several,
    Sizes,
    Structure,
    Variables,
    Vec,
    allow,
    by,
)

if TYPE_CHECKING:
    from matcalc.answer.equal import Equality
    from matcalc.checking.verdicts import Verification
    from matcalc.judging import Judgement
    from matcalc.proofreading import Proofreading
    from matcalc.solving.solution import Solution

__all__ = ["Derivation", "Derivations", "Formula", "check", "code", "derive", "differential", "equal", "grad",
           "hessian", "jacobian", "jvp", "parse", "simplify", "solve", "verify", "vjp"]


def _shown(answer: Derivative, check: bool) -> Derivation:
    """An answer for people: with `check` none that finite differences contradict, or that no point can check."""
    if check:
        from matcalc.answer.checked import assure

        assure(answer)
    return Derivation.of(answer)


def _by_each(wrt: str | Several | None, one: Callable[[str | None], Derivation],
             pose_all: Callable[[], Problem], structure: Structure, layout: Layout) -> Derivation | Derivations:
    """One answer for a variable; for several of them a dict, in the order asked, and one problem for its code."""
    if wrt is None or isinstance(wrt, str):
        return one(wrt)
    if not wrt:
        raise fail("M0501", "name the variables to differentiate by")
    return Derivations({name: one(name) for name in wrt}, pose_all, structure, layout)


@overload
def grad(expr: str, wrt: str | None = None, *, variables: Variables = None, structure: Structure = "project",
         layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None,
         convention: Convention = "brandwood", check: bool = True) -> Derivation: ...


@overload
def grad(expr: str, wrt: Several, *, variables: Variables = None, structure: Structure = "project",
         layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None, convention: Convention = "brandwood",
         check: bool = True) -> Derivations: ...


@question
def grad(expr: str, wrt: str | Several | None = None, *, variables: Variables = None, structure: Structure = "project",
         layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None, convention: Convention = "brandwood",
         check: bool = True) -> Derivation | Derivations:
    """The gradient of the scalar `expr`, of the shape of `wrt`: (m, n) by a matrix, (n,) by a vector, () by a scalar.

    wrt        the variable; a list or tuple of names gives a dict of gradients; the only variable need not be named
    variables  what is declared, by name: "scalar", "vector(n) positive", "matrix(m,n)", "spd", "complex matrix(m,n)"
    structure  of a declared sym, spd, orthogonal, hermitian …: "project" onto it, "free" entries, "cookbook" its form
    layout     "gradient" and "denominator" keep the shape of `wrt`, "numerator" transposes
    dialect    "numpy" reads *, / and ** entry by entry, "matlab" X' as X^H, "einstein" sums over repeated indices; else
               "mathml", "typst", "asciimath", "unicodemath", "mathematica", "maple", "julia", "r", of what is pasted
    rules      a file with rules of your own, or several, checked before they are used
    convention  of a real value by a complex variable: "brandwood" ∂f/∂conj(X), "torch", "real-pair" its double, "jax"
    check      compare with finite differences at one random point before anything is returned

    Raises InputError, NoRuleError where no rule covers something, ContradictionError where the check fails.

    >>> import matcalc
    >>> d = matcalc.grad("x'A x", wrt="x", variables={"A": "sym", "x": "vector(n)"})
    >>> d.ascii, d.shape, d.verify().ok
    ('2*A*x', ('n',), True)
    >>> d.evaluate({"A": [[2, 1], [1, 3]], "x": [1, 0]})
    array([4., 2.])
    >>> [g.ascii for g in matcalc.grad("norm2(A x - b)^2", wrt=["x", "b"]).values()]
    ["2*A'*(A*x - b)", '2*(b - A*x)']

    Source: Magnus & Neudecker (2019) 9.3: df = tr(G' dX) identifies the gradient G.
    """
    return _by_each(
        wrt, lambda name: _shown(first.gradient(expr, name, variables=variables, structure=structure, layout=layout,
                                                dialect=dialect, rules=rules, convention=convention), check),
        lambda: pose(expr, wrt, variables=variables, dialect=dialect, rules=rules, demand_scalar=True),
        structure, layout)


@overload
def jacobian(expr: str, wrt: str | None = None, *, vec: Vec = "col", variables: Variables = None,
             structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
             rules: Rules = None, check: bool = True) -> Derivation: ...


@overload
def jacobian(expr: str, wrt: Several, *, vec: Vec = "col", variables: Variables = None,
             structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
             rules: Rules = None, check: bool = True) -> Derivations: ...


@question
def jacobian(expr: str, wrt: str | Several | None = None, *, vec: Vec = "col", variables: Variables = None,
             structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
             rules: Rules = None, check: bool = True) -> Derivation | Derivations:
    """∂vec(Y)/∂vec(X)', of shape (len vec Y, len vec X): for vectors (len y, len x); by a list of names a dict.

    `vec` stacks columns, or rows with "row"; `layout="denominator"` transposes. `.differential`, `.index_form` and
    `.forms` write the same derivative in other ways. Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.jacobian("A X B", wrt="X").unicode
    'Bᵀ ⊗ A'

    Source: Magnus & Neudecker (2019) 5.12: d vec(Y) = J d vec(X) identifies the Jacobian J.
    """
    return _by_each(
        wrt, lambda name: _shown(first.jacobian(expr, name, vec=vec, variables=variables, structure=structure,
                                                layout=layout, dialect=dialect, rules=rules), check),
        lambda: pose(expr, wrt, variables=variables, dialect=dialect, rules=rules), structure, layout)


@question
def hessian(expr: str, wrt: Names = None, wrt2: str | None = None, *, vec: Vec = "col", variables: Variables = None,
            structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "",
            rules: Rules = None, check: bool = True) -> Derivation:
    """The Jacobian of the gradient of a scalar: (n, n) by a vector, on column-major vec (m·n, m·n) by a matrix.

    `wrt2` asks for the mixed one, rows by `wrt`, columns by `wrt2` (`layout="denominator"`: transposed). A sequence
    `wrt` gives all second derivatives as one block matrix. `.operator` is ∇²f[V], `.bilinear` d²f[dX₁, dX₂].
    Other keywords and errors as for `grad` and `jacobian`.

    >>> import matcalc
    >>> matcalc.hessian("x'A x", wrt="x").ascii
    "A + A'"

    Source: Magnus & Neudecker (2019) ch. 10; Absil, Mahony & Sepulchre (2008) 5.5.
    """
    from matcalc.answer import second

    return _shown(second.hessian(expr, wrt, wrt2, vec=vec, variables=variables, structure=structure, layout=layout,
                                 dialect=dialect, rules=rules), check)


@question
def differential(expr: str, wrt: Names = None, *, order: int = 1, variables: Variables = None, dialect: Dialect = "",
                 rules: Rules = None, check: bool = True) -> Derivation:
    """The total differential, of the shape of `expr`: linear in the tangents d<name> of `wrt`, by default of all.

    Of `order` k > 1 it is linear in each of k tangents: d²f[dX₁, dX₂]. Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.differential("inv(X)").ascii
    '-inv(X)*dX*inv(X)'

    Source: Magnus & Neudecker (2019) ch. 5 and 6.
    """
    from matcalc.answer import directional

    return _shown(directional.differential(expr, wrt, order=order, variables=variables, dialect=dialect, rules=rules),
                  check)


@question
def jvp(expr: str, wrt: Names = None, *, direction: Names = None, variables: Variables = None,
        structure: Structure = "project", dialect: Dialect = "", rules: Rules = None,
        check: bool = True) -> Derivation:
    """dF[V], the derivative of F along a direction V: of the shape of F, with V a further input.

    `direction` names it (V or v where free); with several `wrt` there is one direction for each. A structured variable
    moves within its structure, so V has it too. Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.jvp("inv(X)", wrt="X").ascii
    '-inv(X)*V*inv(X)'

    Source: Magnus & Neudecker (2019) 5.4.
    """
    from matcalc.answer import directional

    return _shown(directional.jvp(expr, wrt, direction=direction, variables=variables, structure=structure,
                                  dialect=dialect, rules=rules), check)


@question
def vjp(expr: str, wrt: str | None = None, *, direction: str | None = None, variables: Variables = None,
        structure: Structure = "project", dialect: Dialect = "", rules: Rules = None,
        check: bool = True) -> Derivation:
    """J*[G], the gradient of ⟨G, F⟩ for a constant G of the shape of F: of the shape of `wrt`. For vectors it is J'g.

    `direction` names G (G or g where free). Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.vjp("W x", wrt="W").ascii
    "g*x'"

    Source: Minka (2000), Old and New Matrix Algebra Useful for Statistics.
    """
    from matcalc.answer import directional

    return _shown(directional.vjp(expr, wrt, direction=direction, variables=variables, structure=structure,
                                  dialect=dialect, rules=rules), check)


@overload
def verify(expr: str, wrt: Names = None, *, claim: None = None, kind: Asked | None = None, variables: Variables = None,
           structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None,
           trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification: ...


@overload
def verify(expr: str, wrt: Names = None, *, claim: str, kind: Asked | None = None, variables: Variables = None,
           structure: Structure = "project", layout: Layout = "gradient", dialect: Dialect = "", rules: Rules = None,
           trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Judgement: ...


@question
def verify(expr: str, wrt: Names = None, *, claim: str | None = None, kind: Asked | None = None,
           variables: Variables = None, structure: Structure = "project", layout: Layout = "gradient",
           dialect: Dialect = "", rules: Rules = None, trials: int = 3, seed: int = 0,
           sizes: Sizes = None) -> Verification:
    """Check `claim`, or matcalc's own answer where there is none, against finite differences of the input.

    `.ok` is True, False or, where nothing could be decided, None; `.reason` then says why. Without `kind` the text
    says what it asks for, else a gradient. A Hessian may be `wrt` a pair: the mixed one. `sizes` fixes dimensions,
    {"n": 3}. What is said of a claim is a Judgement: a wrong one has a `diagnosis`, and `right` is the formula that
    would be right. Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> found = matcalc.verify("x'A x", "x", claim="2A x")
    >>> found.ok, found.right
    (False, "(A + A')*x")

    Source: Griewank & Walther (2008) ch. 1, for what differences of floating-point numbers can tell.
    """
    kind = kind or kind_asked(expr, wrt, variables=variables, dialect=dialect, rules=rules)
    allow(kind=kind)
    reading: dict[str, Any] = {"variables": variables, "structure": structure, "dialect": dialect, "rules": rules}
    if claim is None:
        return derive(kind, expr, wrt, layout=layout, **reading).verify(trials, seed, sizes)
    from matcalc.judging import judge

    return judge(expr, wrt, claim=claim, kind=kind, layout=layout, trials=trials, seed=seed, sizes=sizes, **reading)


@question
def code(expr: str, wrt: Names = None, language: Language = "numpy", *, kind: Program = "gradient",
         functions: Sequence[FunctionName] | None = None, variables: Variables = None,
         structure: Structure = "project", layout: Layout = "gradient", vec: Vec = "col", dialect: Dialect = "",
         rules: Rules = None, dtype: Dtype | None = None, check: bool = True, check_arguments: bool = True,
         name: str | None = None) -> str:
    """Source text of a program that computes the derivative and, when run, checks itself.

    `kind` "operator" is V ↦ ∇²f[V]. By several variables `gradient` and `value_and_gradient` are those by all of them.
    With `check` the program is run once before. Other keywords and errors as for `grad` and `jacobian`, and as for
    their `code`; `matcalc.grad(...).function("numpy")` is the same, compiled.

    >>> import matcalc
    >>> "def value_and_gradient(x, A" in matcalc.code("x'A x", "x")
    True
    """
    names = _several(wrt)
    options: dict[str, Any] = {"structure": structure, "layout": layout, "variables": variables, "dialect": dialect,
                               "rules": rules}
    d = grad(expr, names, **options, check=False) if kind == "gradient" and names else \
        derive(kind, expr, wrt, vec=vec, **options)
    return d.code(language, "operator" if kind == "operator" else "", functions=functions, dtype=dtype, check=check,
                  check_arguments=check_arguments, name=name)


def _several(wrt: Names) -> list[str]:
    """The names of variables where there are more than one."""
    return [] if wrt is None or isinstance(wrt, str) or len(wrt) < 2 else list(wrt)


@question
def equal(a: str, b: str, *, variables: Variables = None, dialect: Dialect = "", rules: Rules = None, seed: int = 0,
          sizes: Sizes = None) -> Equality:
    """Whether `a` and `b`, of one shape, are equal wherever both exist: proved by algebra, or compared at many points.

    `.equal` is True, False or None, `.proved` says that algebra decided it, `.point` is one at which they differ. A
    name means the same in both. Keywords and errors as for `grad`; InputError where the shapes differ.

    >>> import matcalc
    >>> found = matcalc.equal("tr(A B)", "tr(B A)")
    >>> found.equal, found.proved
    (True, True)

    Source: Schwartz (1980), Zippel (1979): polynomials that agree at random points are equal.
    """
    from matcalc.answer import equal as deciding

    return deciding.equal(a, b, variables=variables, dialect=dialect, rules=rules, seed=seed, sizes=sizes)


@question
def check(text: str, *, variables: Variables = None, dialect: Dialect = "", rules: Rules = None, seed: int = 0,
          sizes: Sizes = None) -> Proofreading:
    """Judge a derivation line by line: `text` is LaTeX, Markdown or plain text with f(x) = …, df = …, ∇f(x) = … .

    `.lines` has a verdict for each line: "given" (a definition, a declaration), "follows" (proved), "not refuted" (at
    `.points` points), "does not follow" with the `.reason`, or "not read". `.ok` is False where one does not follow,
    None where nothing was judged or something could not be read. Keywords as for `grad`.

    >>> import matcalc
    >>> found = matcalc.check("f(x) = x'A x\\ndf = dx'A x + x'A dx\\n   = 2 x'A dx")
    >>> [line.verdict for line in found.lines]
    ['given', 'follows', 'does not follow']
    >>> found.first_wrong.reason
    'right only if A is symmetric: otherwise a transpose is missing or too many'

    Source: Magnus & Neudecker (2019) ch. 5 and 9: what d(…) and ∇ mean.
    """
    from matcalc.proofreading import proofread

    return proofread(text, variables or {}, rulebook_for(rules), dialect=dialect, seed=seed, sizes=sizes)


@question
def simplify(expr: str, *, variables: Variables = None, dialect: Dialect = "", rules: Rules = None) -> Formula:
    """The shortest closed form of `expr`, of its shape. Keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.simplify("inv(A')*A'*B + B").ascii
    '2*B'

    Source: Horn & Johnson (2013) 0.7, Petersen & Pedersen (2012): the identities that its laws state.
    """
    problem = pose(expr, (), variables=variables, dialect=dialect, rules=rules)
    return Formula(problem, lambda: problem.closed(problem.f), list(problem.notes))


@question
def solve(expr: str, wrt: Names = None, *, subject_to: str | Several | None = None, variables: Variables = None,
          dialect: Dialect = "", rules: Rules = None, general: bool = False, check: bool = True) -> Solution:
    """The point where the gradient of a scalar vanishes, of the shape of `wrt`, or the solution of an equation.
    `subject_to`, `.multipliers`: equations; `.unknowns`: several; `general`: all solutions of A X B = C. `.kind` is
    minimum, maximum, saddle, depends or solution. Other keywords and errors as for `grad`; NoRuleError: no closed form.

    >>> import matcalc
    >>> matcalc.solve("norm2(A x - b)^2", wrt="x")
    <minimum x = inv(A'*A)*A'*b>

    Source: Boyd & Vandenberghe (2004) 4.2.3 and 5.5.3.
    """
    from matcalc.solving.closed import checked_solution

    how: dict[str, Any] = {"dialect": dialect, "rules": rules, "general": general}
    return checked_solution(expr, wrt, subject_to, check, declared=variables, **how)


@question
def parse(expr: str, variables: Variables = None, *, dialect: Dialect = "", rules: Rules = None) -> Expr:
    """The typed expression that `expr` means; equal expressions are one object, and sums over indices stay sums.
    Keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.parse("A B", {"A": "matrix(m,n)"}) is matcalc.parse("A*B", {"A": "matrix(m,n)"})
    True
    """
    return pose(expr, (), variables=variables, dialect=dialect, rules=rules).in_sums.f


_VERBS: dict[str, tuple[Callable[..., Derivation], tuple[str, ...]]] = {  # and which of the options they take
    "gradient": (grad, ("structure", "layout")), "jacobian": (jacobian, ("structure", "layout", "vec")),
    "hessian": (hessian, ("structure", "layout", "vec")), "operator": (hessian, ("structure", "layout", "vec")),
    "differential": (differential, ()), "jvp": (jvp, ("structure",)), "vjp": (vjp, ("structure",)),
}


def derive(kind: Program, expr: str, wrt: Names = None, *, structure: Structure = "project",
           layout: Layout = "gradient", vec: Vec = "col", **reading: Any) -> Derivation:
    """The answer of a kind, not checked; it takes of the options what concerns it."""
    allow(program=kind)
    verb, taken = _VERBS[kind]
    options = {"structure": structure, "layout": layout, "vec": vec}
    return verb(expr, *by(kind, wrt), **reading, **{name: options[name] for name in taken}, check=False)
