"""What people hold in their hands: a formula or a derivative that prints, explains, evaluates, codes and checks itself.

The answer inside is plain data (`answer`); here it gets its voice. All that speaks is imported when it is first used,
so that a formula costs no more than the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from matcalc.answer.derivative import Answer, Derivative, Form, fields
from matcalc.answer.problem import Problem
from matcalc.calculus.index_form import Term
from matcalc.core.dims import names
from matcalc.core.expr import OVER, Expr, postorder
from matcalc.core.indices import Index
from matcalc.diagnostics import NoRuleError, fail
from matcalc.extensions import ASCII
from matcalc.language import name_of
from matcalc.mime import Shown
from matcalc.options import Dtype, FunctionName, Language, Layout, Sizes, Structure, allow
from matcalc.printers.dialects import Written
from matcalc.rulebook.functional import unspecified_in

if TYPE_CHECKING:
    from matcalc.answer.named import Named
    from matcalc.answer.related import Related
    from matcalc.checking.verdicts import Verification
    from matcalc.explanation import Step
    from matcalc.plan.explained import Explained
    from matcalc.printers.textbook import Letter
    from matcalc.targets.language import Language as Target
    from matcalc.targets.program import Writing


class WrittenForm(Shown, Form, Written):
    """One more way to write a derivative, in any notation, `shown` as it was typed; `expr` is None where it is index
    notation."""

    __slots__ = ("shown", "used")

    def __init__(self, name: str, expr: Expr | Callable[[], Expr | None] | None, entries: tuple[Term, ...],
                 used: str, shown: Callable[[Expr], Expr], computing: Callable[[], Expr] | None = None) -> None:
        super().__init__(name, expr, entries, computing)
        self.used, self.shown = used, shown

    def __repr__(self) -> str:
        return f"<{self.name} {self.ascii}>"

    def write(self, dialect: str) -> str:
        """The form in the notation `dialect`."""
        from matcalc.printers import text
        from matcalc.printers.index_notation import entries_text

        if self.expr is None:
            return entries_text(self.entries, self.used, dialect)
        return text(self.shown(self.expr), dialect)


class Formula(Shown, Answer, Written):
    """A formula in every notation, with its shape, its conditions and its value."""

    def __repr__(self) -> str:
        return f"<formula {self.ascii}>"

    def write(self, dialect: str) -> str:
        """The formula in a dialect; the attributes ascii, unicode, latex, typst, mathml are the same."""
        from matcalc.printers import text

        return text(self.problem.lettered(self.expr), dialect)

    def document(self, dialect: str) -> str:
        """The formula as a document shows it, with names for what it repeats and what they stand for behind it, broken
        where it is wider than the page; v vᵀ where v = unit eigenvector of A …, which cannot be read back.
        """
        from matcalc.printers.dialects import dialect_named

        known = dialect_named(dialect)
        if known.markup is not None and known.markup.where is not None:
            return known.whole(known.markup.where(*self._in_names(dialect, known.markup.line)))
        shown, said = self.in_letters(dialect)
        return known.whole(known.remarked(shown, [letter[:2] for letter in said])) if said else self.write(dialect)

    def _in_names(self, dialect: str, line: int) -> tuple[list[str], list[tuple[str, str]]]:
        """The terms of the formula as the terminal shows it, and what the names in them stand for."""
        from matcalc.printers import abbreviated
        from matcalc.printers.as_typed import with_names

        e, names = self.named(self.expr)[:2] if isinstance(self, Derivation) else (self.expr, {})
        return abbreviated(self.problem.lettered(e), dialect, line, self.problem.taken(),
                           with_names(self.problem.as_typed, names))

    def in_letters(self, dialect: str) -> tuple[str, list[Letter]]:
        """The formula in the letters of a textbook, and what is said of them: v = unit eigenvector of A …"""
        from matcalc.printers import in_letters

        return in_letters(self.problem.lettered(self.expr), dialect, self.problem.taken())

    @property
    def conditions(self) -> list[str]:
        """Where the formula holds: ["A*X*B invertible"]."""
        from matcalc.printers.requirements import condition_text, joint_text

        letters = self.problem.lettered
        return list(dict.fromkeys([*(condition_text(c, ASCII, letters) for c in self.requirements),
                                   *(joint_text(joint, ASCII, letters, self.order) for joint in self.joints)]))

    def evaluate(self, values: Mapping[str, Any]) -> Any:
        """The value at `values`: (m, n) for a matrix, (n,) for a vector, a float for a scalar.

        Vectors may be given as (n,) or (n, 1). Sizes that no array tells go by their names: the k of X^k. Raises
        InputError where a value is missing or has another shape.
        """
        if self.problem.indexed is None:
            return self._at(values, self.computed, self.inputs)
        from matcalc.answer.summed import value_of

        return value_of(self, self._given(values, self.inputs), self._sizes(values))

    @cached_property
    def forms(self) -> Mapping[str, WrittenForm]:
        """The same in the letters that were typed, where a formula in index notation has a matrix form."""
        problem = self.problem
        if problem.indexed is None or problem.is_summed:
            return {}
        typed = problem.in_letters(problem.closed(problem.settled(problem.indexed.f)))
        return {"index": WrittenForm("index", typed, (), "", problem.lettered)}

    def in_form(self, form: str) -> Written:
        """What is written for `form`: matrix, index, or '' for the first of the two that there is.

        Raises NoRuleError where the formula has no matrix form, InputError where no index occurs in it.
        """
        if form == "matrix" and self.problem.is_summed:
            raise fail("M0518", "this stays a sum over indices: it has no matrix form", self.problem.typed_source,
                       error=NoRuleError)
        if form != "index" or self.problem.is_summed:
            return self
        if self.problem.indexed is None or "index" not in self.forms:
            raise fail("M0519", "the formula has no index, so there is no form in indices", self.problem.typed_source)
        return self.forms["index"]

    def value(self, values: Mapping[str, Any]) -> Any:
        """The value of what was typed, before anything was made of it; shapes and errors as for `evaluate`."""
        f = self.problem.settled(self.problem.f)
        order = self.problem.indexed.output if self.problem.is_summed and self.problem.indexed else ()
        return self._at(values, f, self.problem.inputs, order)

    def _at(self, values: Mapping[str, Any], e: Expr, inputs: Mapping[str, Expr], order: tuple[Index, ...] = ()) -> Any:
        from matcalc.numeric.evaluate import as_result, bind, evaluate
        from matcalc.numeric.sizes import refuse_places
        from matcalc.stability.stable import stable

        given, sizes = self._given(values, inputs), self._sizes(values)
        if named_places := sizes.keys() - {x.data.name for x in given}:
            refuse_places(bind(given, sizes)[1], named_places, self.problem.source, self.problem.f, e)
        return as_result(evaluate(stable(e, self.problem.rulebook), given, sizes, order), e.shape)

    def _sizes(self, values: Mapping[str, Any]) -> dict[str, int]:
        """The values of names that stand for whole numbers: dimensions, exponents, places."""
        from matcalc.numeric.sizes import dims_of, listed, named_places, size, whole

        known = (self.problem.f, self.expr)
        places = named_places(*known)
        dims = ({n for dim in dims_of(*known) for n in names(dim)} | places) - self.inputs.keys()
        found = {name: whole(value) for name, value in values.items() if name in dims}
        for name, value in found.items():
            if value is None or (value < 0 and name not in places):
                least = "" if name in places else ", 0 at least"
                raise fail("M0802", f"{name} is a whole number{least}", self.problem.source)
        sizes = {name: value for name, value in found.items() if value is not None}
        lengths = {e.data[1].size for e in postorder(*known) if e.kind is OVER}
        if any(names(d) <= sizes.keys() and size(d, sizes) < 0 for d in lengths):
            raise fail("M0802", f"with {listed(sizes)} a sum has fewer than no terms", self.problem.source)
        return sizes

    def _given(self, values: Mapping[str, Any], inputs: Mapping[str, Expr]) -> dict[Expr, Any]:
        self._refuse_unspecified()
        given = {name_of(name): value for name, value in values.items()}
        given = self.problem.indexed.named(given) if self.problem.indexed else given
        missing = [name for name in inputs if name not in given]
        if missing:
            raise fail("M0505", f"no value for {', '.join(missing)}", self.problem.source)
        return {leaf: given[name] for name, leaf in inputs.items()}

    def _refuse_unspecified(self) -> None:
        """Raise InputError where a function occurs of which nothing is known but its name: it has no value."""
        found = next((f.name for f in unspecified_in(self.problem.f, self.expr)), "")
        self.problem.refuse_without_value()
        if found:
            typed = self.problem.indexed.source if self.problem.indexed else self.problem.source
            raise fail("M0520", f"{found} is an unspecified function, so the formula has no value", typed,
                       fixes=(f"{found}(z) := sigmoid(z); {typed}",))


class Coded:
    """What there is code for: a derivative, or the gradients by several variables."""

    def code(self, target: Language = "numpy", form: Literal["", "operator"] = "", *,
             functions: Sequence[FunctionName] | None = None, dtype: Dtype | None = None, check: bool = True,
             check_arguments: bool = True, name: str | None = None, shard: str = "") -> str:
        """Source text of a module: f, its derivatives, and a check of them that runs with the file.

        form             "operator" of a Hessian is the product with a direction
        functions        which there are, "f", "gradient", "value_and_gradient", "jacobian", "hessian",
                         "hessian_blocks", "hessian_product", "differential", "jvp", "vjp"; what was not derived
                         yet is derived
        dtype            what arguments are converted to
        check            run the module once before it is given out; one that was not run always checks arguments
        check_arguments  False: functions take arrays of the right shapes as they are; with True a call may say so,
                         `gradient(x, check=False)`
        name, shard      what f is called, the others after it: loss_gradient; the size or index of rows that are cut
        """
        from matcalc.targets.program import program

        record, how = written(target, functions, dtype, check_arguments, name, shard)
        return program(self._related(form), record, check=check, how=how)

    def function(self, target: Language = "numpy", form: Literal["", "operator"] = "", *,
                 functions: Sequence[FunctionName] | None = None, dtype: Dtype | None = None, check: bool = True,
                 check_arguments: bool = True, name: str | None = None, shard: str = "") -> SimpleNamespace:
        """`code`, compiled: a namespace with its functions; arguments are named as the variables.

        `d.function().gradient(A, X, B)` takes and gives arrays, vectors as (n,).
        """
        source = self.code(target, form, functions=functions, dtype=dtype, check=check,
                           check_arguments=check_arguments, name=name, shard=shard)
        return compiled(source, target)

    def plan(self, target: Language = "numpy", form: Literal["", "operator"] = "", *,
             functions: Sequence[FunctionName] | None = None) -> list[Explained]:
        """What the functions that `code` has compute, kernel by kernel: shape, structure, operations, bytes, and why.

        `d.plan()[0].after.flops` are the operations of the first function as it is planned, `before` as it stands.
        """
        from matcalc.targets.plans import plans

        record, how = written(target, functions, None, True, None)
        return plans(self._related(form), record, how.functions)

    def function_names(self, names: Sequence[FunctionName] | None = None,
                       form: Literal["", "operator"] = "") -> list[str]:
        """The functions that `code` has, by what they are: "f", "gradient", …"""
        from matcalc.targets.offered import chosen

        return chosen(self._related(form), names or ())

    def _related(self, form: str) -> Related:
        raise NotImplementedError


def compiled(source: str, target: str) -> SimpleNamespace:
    """The functions of a module, by name. Raises InputError where its language is not compiled here."""
    from matcalc.targets import COMPILED

    if target not in COMPILED:
        raise fail("M0524", f"{target} is not compiled here; `code` gives its text",
                   fixes=tuple(f"--to {other}" for other in COMPILED))
    found: dict[str, Any] = {"__name__": "matcalc.program"}
    exec(compile(source, "<matcalc>", "exec"), found)
    return SimpleNamespace(**{name: value for name, value in found.items()
                              if getattr(value, "__module__", "") == found["__name__"]})


def written(target: str, functions: Sequence[str] | None, dtype: str | None, checks: bool,
            name: str | None, shard: str = "") -> tuple[Target, Writing]:
    """The record of a target, and how a program is written in it."""
    from matcalc.targets import TARGETS, target_named
    from matcalc.targets.program import Writing

    if target not in TARGETS:
        raise fail("M0506", f"no code for “{target}”; there is {', '.join(TARGETS)}",
                   fixes=tuple(f"--to {known}" for known in TARGETS))
    if dtype is not None:
        allow(dtype=dtype)
    wanted = [functions] if isinstance(functions, str) else functions or ()
    return target_named(target, dtype or "", shard), Writing(tuple(wanted), name or "", checks, dtype or "", shard)


class Steps(Shown, list["Step"]):
    """The steps `of` an answer, in order."""

    def __init__(self, steps: Sequence[Step], of: Any, detail: str = "brief") -> None:
        super().__init__(steps)
        self.of, self.detail = of, detail


class Derivation(Coded, Formula, Derivative):
    """A derivative: its closed form in every notation, its conditions, its steps, its value, its code and its check.

    `kind` is gradient, jacobian, hessian, differential, jvp or vjp. `forms` holds further ways to write the derivative
    by name: differential, index, derivative (of a matrix by a scalar), operator, bilinear, and the blocks of a Hessian
    by several variables. `directions` are the variables V or G in which a jvp, a vjp or an operator is linear.
    """

    @classmethod
    def of(cls, answer: Derivative) -> Derivation:
        """The answer with its voice."""
        return cls(**fields(answer))

    def named(self, e: Expr, taken: Collection[str] = ()) -> Named:
        """The form `e` of the derivative in names, C for L L' + D and those that the question gave, none of them among
        `taken`; and what they stand for."""
        from matcalc.answer.named import named

        return named(self, e, taken)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.ascii}>"

    @cached_property
    def forms(self) -> Mapping[str, WrittenForm]:
        """The same derivative written in other ways."""
        from matcalc.printers.index_notation import indices

        used = indices(self.problem.f.shape, "ij") + "".join(indices(x.shape, "kl") for x in self.problem.wrt[:1])
        lettered = self.problem.lettered
        return {form.name: WrittenForm(form.name, partial(getattr, form, "expr"), form.entries, used, lettered,
                                       form.computing) for form in self.further()}

    @property
    def differential(self) -> WrittenForm | None:
        """dY = … dX …, of a Jacobian."""
        return self.forms.get("differential")

    @property
    def index_form(self) -> WrittenForm | None:
        """The derivative in the letters of a formula in index notation; ∂Yᵢⱼ/∂Xₖₗ, of a Jacobian whose entries are
        products of entries."""
        return self.forms.get("index")

    @property
    def operator(self) -> WrittenForm | None:
        """∇²f[V], of a Hessian: a matrix expression, linear in the direction V."""
        return self.forms.get("operator")

    @property
    def bilinear(self) -> WrittenForm | None:
        """d²f[dX₁, dX₂], of a Hessian."""
        return self.forms.get("bilinear")

    @cached_property
    def steps(self) -> Steps:
        """The way from the input to the formula: a list of steps, which a notebook shows as a derivation."""
        from matcalc.explanation import steps_of

        return Steps(steps_of(self), self)

    def verify(self, trials: int = 3, seed: int = 0, sizes: Sizes = None) -> Verification:
        """Compare with central differences of the input on random matrices of pairwise different sizes."""
        from matcalc.answer.checked import curve_of, verified

        return verified(self, trials, seed, sizes).drawn_by(partial(curve_of, self, None, seed, sizes),
                                                            f"{self.kind} of {self.problem.typed_source}")

    def __call__(self, *arrays: Any, **values: Any) -> Any:
        """The value at arrays in the order of `inputs`, or by name: d(A, x), d(A=A, x=x); as for `evaluate`.

        Arrays of JAX and PyTorch are handed to the function that is written for their library, and stay there.
        """
        if len(arrays) > len(self.inputs):
            raise fail("M0505", f"there are {len(self.inputs)} inputs, {', '.join(self.inputs)}, not {len(arrays)}",
                       self.problem.source)
        given = dict(zip(self.inputs, arrays, strict=False)) | values
        library = next((home for x in given.values() if (home := _library(x))), "")
        if not library or any(name not in given for name in self.inputs):
            return self.evaluate(given)
        return getattr(self._compiled(library), self.kind)(*(given[name] for name in self.inputs))

    def _compiled(self, library: Any) -> SimpleNamespace:
        known: dict[str, SimpleNamespace] = self.__dict__.setdefault("_functions", {})
        return known.get(library) or known.setdefault(library, self.function(library))

    def _related(self, form: str) -> Related:
        from matcalc.answer.related import Related

        return Related.of(self, form)


def _library(array: Any) -> str:
    """The target whose arrays these are, of those that are not NumPy's."""
    return {"jax": "jax", "jaxlib": "jax", "torch": "torch"}.get(type(array).__module__.partition(".")[0], "")


class Derivations(Coded, Shown, dict[str, Derivation]):
    """One answer for each of several variables, by name in the order asked, and code for all of them in one body."""

    def __init__(self, found: Mapping[str, Derivation], together: Callable[[], Problem], structure: Structure,
                 layout: Layout) -> None:
        super().__init__(found)
        self._together, self._structure, self._layout = together, structure, layout

    def _related(self, form: str) -> Related:
        from matcalc.answer.related import Related

        kind = next(iter(self.values())).kind
        return Related(self._together(), form or kind, self._structure, self._layout, like=self.values())
