"""A problem as it was posed: the expression, its variables, and the variables to differentiate by.

This is the one place where text becomes an expression; everything after it works on `Problem`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING

from matcalc.algebra import substitute
from matcalc.algebra.conjugation import is_real
from matcalc.algebra.demands import Asking
from matcalc.algebra.indexed import at, rename
from matcalc.answer.worded import typed
from matcalc.calculus.regularity import unmet
from matcalc.calculus.structure import STRUCTURAL, settled, unmarked
from matcalc.core.dims import Shape, named, names
from matcalc.core.expr import CALL, Expr, node, postorder, variables
from matcalc.core.function import Demand
from matcalc.core.indices import OPEN, Ref
from matcalc.diagnostics import InputError, MatcalcError, fail, quoted
from matcalc.language import Elaborated, VariableInfo, name_of, parse
from matcalc.language.declarations import is_signature
from matcalc.language.framing import framed, refuse_asked, refuse_stated
from matcalc.options import Asked, Dialect, Names, Rules, Variables, allow
from matcalc.printers.as_typed import Typed, as_typed
from matcalc.printers.signs import fewest_signs
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook, standard
from matcalc.rulebook.functional import unspecified_in
from matcalc.simplification import closed_form

if TYPE_CHECKING:
    from matcalc.answer.stacks import Indexed, Target


class _Posed(NamedTuple):
    """What a problem is made of."""

    source: str
    f: Expr
    wrt: tuple[Expr, ...]
    elaborated: Elaborated
    rulebook: Rulebook
    notes: list[str]
    indexed: Indexed | None = None


class Problem(_Posed):
    """`f` with the declared structure of the `wrt` variables switched off; `settled` switches it on again."""

    def __getstate__(self) -> None:
        """A copy finds again what was found of it."""

    def closed(self, e: Expr) -> Expr:
        """The closed form of `e` with the rules of the problem."""
        return closed_form(e, self.rulebook)

    @property
    def is_summed(self) -> bool:
        """Whether the formula has sums over indices, and no matrix form."""
        return self.indexed is not None and not self.indexed.is_lifted

    @property
    def typed_source(self) -> str:
        """The text as it was typed."""
        return self.source if self.indexed is None else self.indexed.source

    @property
    def in_sums(self) -> Problem:
        """The same problem in the sums that were typed, where it is posed in matrices."""
        if self.indexed is None or not self.indexed.is_lifted:
            return self
        asked = self.indexed
        return self._replace(source=asked.source, f=asked.f, wrt=tuple(target.whole for target in asked.targets),
                             elaborated=asked.read, indexed=asked._replace(is_lifted=False))

    def lettered(self, e: Expr) -> Expr:
        """`e` for the eye: its sums over indices have the letters that were typed, its other sums signs and order."""
        if e not in self._lettered:
            self._lettered[e] = self._for_the_eye(e)
        return self._lettered[e]

    @cached_property
    def _lettered(self) -> dict[Expr, Expr]:
        """What was shown before: an answer is written in several notations."""
        return {}

    def _for_the_eye(self, e: Expr) -> Expr:
        roots, typed = fewest_signs([self.in_letters(e)]), self.as_typed
        if e.complex:
            from matcalc.printers.real_parts import folded  # which real formulas do not need

            roots, typed = folded(roots, typed, self.rulebook)
        return as_typed(roots, typed)[0]

    def in_letters(self, e: Expr) -> Expr:
        """`e` with the letters that were typed at its sums over indices."""
        if self.indexed is None:
            return e
        from matcalc.printers.lettering import lettered

        return lettered(e, self.indexed.letters, tuple(self.variables))

    @cached_property
    def as_typed(self) -> Typed:
        """What of the formula stays as it was typed where it stands in an answer."""
        if self.indexed is None:
            return typed(self.source, self.elaborated, self.settled)
        from matcalc.answer.stacks import typed_in_letters

        return typed_in_letters(self.indexed, self.rulebook, self.settled)

    @property
    def variables(self) -> dict[str, VariableInfo]:
        """What was read of each variable, by name."""
        return self.elaborated.variables

    @property
    def inputs(self) -> dict[str, Expr]:
        """The variables by name, with every declared property in force."""
        return {name: self.settled(info.expr) for name, info in self.variables.items()}

    @property
    def leaves(self) -> list[Expr]:
        """All variables, also those that the expression lost on the way to its normal form."""
        return [info.expr for info in self.variables.values()]

    @property
    def typed(self) -> list[Asking]:
        """The operations with a domain as they were typed, on operands with every declared property in force."""
        typed = self.indexed.read.typed if self.indexed else self.elaborated.typed
        found: list[Asking] = [e.about(self.settled) if isinstance(e, Demand) else
                               node(e.kind, tuple(map(self.settled, e.args)), e.data, e.shape)
                               for e in map(self._for_all, typed)]
        return found if self.indexed is None else unmet(self.settled(self.indexed.f), found)

    def _for_all(self, e: Asking) -> Asking:
        """What is asked of every member, its index without a letter."""
        if self.indexed is None or isinstance(e, Demand) or not e.free:
            return e
        bound = {index: Ref(index._replace(name=OPEN + index.name)) for index in e.free - {*self.indexed.output}}
        return node(e.kind, tuple(rename(arg, bound) for arg in e.args), e.data, e.shape)

    def settled(self, e: Expr) -> Expr:
        """`e` with every declared property in force: what is shown and evaluated."""
        return settled(e)

    def marked(self, e: Expr) -> Expr:
        """`e` with the structure of the `wrt` variables switched off, as in `f`: the inverse of `settled`."""
        plain = {unmarked(x).data: x for x in self.wrt if "free" in x.data.props}
        if not plain:
            return e
        leaves = {x: plain[x.data.family] for x in variables(e) if x.data.family in plain}
        return substitute(e, {x: at(whole, *x.data.refs) for x, whole in leaves.items()})

    def refuse_order(self, order: int) -> None:
        """Raise InputError where the text asks for a derivative and its order is not `order`; 0 fits all."""
        asked = framed(self.source).order
        if order and asked and order != asked:
            other = "hessian" if asked == 2 else "grad"
            raise fail("M0513", f"the formula asks for a {'second' if asked == 2 else 'first'} derivative", self.source,
                       fixes=(f"matcalc {other} {quoted(self.source)}",))

    @property
    def called(self) -> list[str]:
        """The functions in the formula of which nothing, or only shapes, are known."""
        calls = [e.data for e in postorder(self.f) if e.kind is CALL]
        return [f.name for f in unspecified_in(self.f)] + [f.fields["of"] for f in calls if "abstract" in f.fields]

    def refuse_without_value(self) -> None:
        """Raise InputError where a function occurs of which only shapes are declared: the formula has no value."""
        for name in self.rulebook.declared:
            raise fail("M0520", f"of {name} only the shapes are declared, so the formula has no value; NumPy code "
                       "takes it as an argument", self.source)

    def taken(self) -> set[str]:
        """Names that stand for something already: variables and dimensions, also of variables that fall out of f."""
        from matcalc.printers.lettering import names_in

        return {*self.variables, *names_in(self.f, *self.leaves)}

    def fresh(self, letters: str, taken: Iterable[str] = ()) -> str:
        """A name that no variable has: the first of `letters` that is free, else the last of them with a number."""
        used = {*self.variables, *taken}
        numbered = [f"{letters[-1]}_{k}" for k in range(1, len(used) + 2)]
        free: list[str] = [name for name in [*letters, *numbered] if name not in used]
        return free[0]

    def fitted(self, e: Expr, shape: Shape) -> Expr:
        """`e`, which like `ones` or I may fit any size: dimensions that no variable has become those of `shape`."""
        taken = {name for info in self.variables.values() for dim in info.shape for name in names(dim)}
        new = {name: wanted for dim, wanted in zip(e.shape, shape, strict=True) for name in names(dim) - taken
               if dim == named(name)}
        sized = substitute(e, {}, new) if new else e
        return sized if sized.shape == shape else e

    def declarations(self) -> dict[str, str]:
        """The variables as resolved, in the syntax of declarations: for reading a claim in the same terms."""
        return {name: info.declaration() for name, info in self.variables.items()} | self._functions()

    def _functions(self) -> dict[str, str]:
        """The functions of which only shapes are declared."""
        if not self.rulebook.declared:
            return {}
        from matcalc.language.signatures import signature_text

        return {name: signature_text(said) for name, said in self.rulebook.declared.items()}

    def typed_declarations(self) -> dict[str, str]:
        """The same of the variables and families that were typed."""
        return self.declarations() if self.indexed is None else {
            name: info.declaration() for name, info in self.indexed.variables.items()} | self._functions()


def rulebook_for(rules: Rules) -> Rulebook:
    """The shipped rules, extended by the user's files, which are checked before they are used."""
    if not rules:
        return standard()
    from matcalc.rulecheck import checked_rulebook  # imports NumPy, which only a user's file needs this early

    files = [rules] if isinstance(rules, (str, PathLike)) else list(rules)
    return checked_rulebook(tuple(str(f) for f in files))


def pose(expr: str, wrt: str | Iterable[str] | None, *, variables: Variables = None, rules: Rules = None,
         dialect: Dialect = "", demand_scalar: bool = False) -> Problem:
    """Read `expr` and find the variables to differentiate by; with a single variable `wrt` may be left out."""
    allow(dialect=dialect)
    book = rulebook_for(rules)
    typed = [wrt] if isinstance(wrt, str) else list(wrt or ())
    names = list(map(name_of, typed))
    said = dict(variables or {})
    is_declaring = any(map(is_signature, (expr, *said.values())))
    if is_declaring:
        from matcalc.answer.assumed import refuse_idle, rules_with

        book = rules_with(expr, said, book)
    question = framed(expr)
    refuse_stated(expr, question)
    if wrt is not None and not typed:
        refuse_asked(expr)
    if question.wrt:
        names = _agreed(expr, names, [name_of(w) for w in question.wrt])
    read = parse(expr, said, book, dialect=dialect, demand_scalar=demand_scalar, free=frozenset(names))
    if is_declaring and (wrt is None or typed):
        refuse_idle(expr, read, book)
    names = list(dict.fromkeys(name_of(w, read.variables) for w in typed or question.wrt))
    notes = list(read.notes)
    if wrt is None and not names:
        names = [_only_variable(read, expr)]
        notes.append(f"with respect to {names[0]}, the only variable")
        if set(read.variables[names[0]].props) & set(STRUCTURAL) or read.indices:
            read = parse(expr, said, book, dialect=dialect, demand_scalar=demand_scalar,
                         free=frozenset(names))
    if read.indices is not None:
        return _in_matrices(expr, read, names, book, notes)
    known = names if all(name in read.variables for name in names) else _without_bars(read, names, expr)
    posed = Problem(expr, read.expr, tuple(_variable(read, name, expr) for name in known), read, book, notes)
    return _without_phases(posed) if any(x.complex for x in posed.leaves) else posed


def _without_bars(read: Elaborated, names: list[str], source: str) -> list[str]:
    """The names, of what is asked by a conjugate those of the variables, where the gradient by these says it."""
    from matcalc.answer.by_conjugate import plain, refuse_other_values

    found = [plain(name, read.variables) for name in names]
    for name in (name for name in found if name not in names):
        refuse_other_values(read.expr, read.variables[name].expr, source)
    return list(dict.fromkeys(found))


def _without_phases(posed: Problem) -> Problem:
    """A problem with complex variables, whose value no phase of an eigenvector changes."""
    if any(e.kind is CALL and e.data.has("phased") for e in postorder(posed.f)):
        from matcalc.answer.phases import refuse_phases

        refuse_phases(posed.settled(posed.f), posed.rulebook.core("diag"), posed.source)
    return posed


def _in_matrices(source: str, read: Elaborated, names: list[str], book: Rulebook, notes: list[str]) -> Problem:
    """The problem of a formula in index notation, in the matrices that hold its families where it has such a form."""
    from matcalc.answer import stacks
    from matcalc.answer.absent import refuse_absent
    from matcalc.printers import ascii_text
    from matcalc.simplification.lift import lifted

    assert read.indices is not None
    refuse_absent(read.expr, source)
    held, wholes = stacks.holding(read), dict(read.indices.wholes)
    names = [wholes.get(name, name) for name in names]
    names = [_family_held(name, read, held) for name in names]
    targets = tuple(_target(read, name, source) for name in names)
    f = lifted(read.expr, book, {name: info.expr for name, info in held.items()}, read.indices.output)
    moved = [target.whole.data.name for target in targets]
    is_lifted = f is not None and held.keys() >= {*moved} and stacks.sizes_known(f, held) and (
        is_real(f) or not is_real(read.expr))  # a real sum whose matrix form is not evidently so stays a sum
    if wholes:
        f, more = stacks.with_wholes(source, read, held, f if is_lifted else None)
        notes += more
    asked = stacks.Indexed(source, read.expr, read.indices.letters, read.indices.output, targets, read, held,
                            is_lifted)
    if not is_lifted or f is None:
        return Problem(source, read.expr, tuple(target.whole for target in targets), read, book, notes, asked)
    named = [held[name].name for name in moved]
    again = parse(ascii_text(f), {info.name: info.declaration() for info in held.values()}, book,
                  free=frozenset(named))
    return Problem(ascii_text(f), again.expr, tuple(again.variables[name].expr for name in named), again, book,
                   notes, None if wholes else asked)


def _family_held(name: str, read: Elaborated, held: Mapping[str, VariableInfo]) -> str:
    """u for U, the matrix whose rows are the members of u."""
    assert read.indices is not None
    if name in read.variables or read.indices.targets.get(name, (name, ()))[0] in read.variables:
        return name
    return next((family for family, info in held.items() if info.name == name), name)


def _target(read: Elaborated, name: str, source: str) -> Target:
    """What the name to differentiate by denotes: x, or the member of x at the indices of x_k."""
    from matcalc.answer.stacks import target

    assert read.indices is not None
    family, letters = read.indices.targets.get(name, (name, ()))
    _refuse_place(read, name, family, letters, source)
    return target(_variable(read, family, source), letters, read)


def _refuse_place(read: Elaborated, name: str, family: str, letters: tuple[str, ...], source: str) -> None:
    """One member, x_1 or x_n: the derivative is by the member of any index."""
    from matcalc.answer.stacks import free_letters, meant
    from matcalc.language.bounds import is_letter

    others = free_letters(read, letters)
    fixed = [not is_letter(letter) or letter in meant(read) for letter in letters]
    if any(fixed):
        kept = [next(others) if is_fixed else letter for letter, is_fixed in zip(letters, fixed, strict=True)]
        count = len(read.variables[family].axes)
        member = f"{family}_{''.join(kept if len(kept) == count else [next(others) for _ in range(count)])}"
        raise fail("M0502", f"{name} is one member of {family}; one differentiates by any of them, {member}, or by all "
                   f"of {family}", source, fixes=(f"--wrt {member}", f"--wrt {family}"))


def _agreed(source: str, given: list[str], asked: list[str]) -> list[str]:
    """The names to differentiate by, where the text itself asks for a derivative."""
    if given and given != asked[:len(given)]:
        raise fail("M0513", f"the formula asks for the derivative by {' and '.join(asked)}, the call for that by "
                   f"{' and '.join(given)}", source, fixes=tuple(f"--wrt {name}" for name in asked))
    return given or asked


def _only_variable(read: Elaborated, source: str) -> str:
    if len(read.variables) == 1:
        return next(iter(read.variables))
    known = ", ".join(read.variables) or "none"
    raise fail("M0501", f"name the variable to differentiate by; the variables are: {known}", source,
               fixes=tuple(f"--wrt {name}" for name in read.variables))


def _variable(read: Elaborated, name: str, source: str) -> Expr:
    if name not in read.variables and any(_names(head, name) for head in framed(source).names):
        raise fail("M0222", f"{name} names the formula; what defines it implicitly is not differentiated", source)
    if name not in read.variables:
        known = ", ".join(read.variables) or "none"
        raise fail("M0502", f"{name} is not a variable of this expression; its variables are: {known}", source,
                   fixes=tuple(f"--wrt {n}" for n in read.variables))
    return read.variables[name].expr


def _names(head: str, name: str) -> bool:
    """Whether the name of the formula, as typed, is this variable."""
    try:
        return name_of(head) == name
    except MatcalcError:
        return False


def kind_asked(expr: str, wrt: Names = None, *, variables: Variables = None, dialect: Dialect = "",
               rules: Rules = None) -> Asked:
    """What a text asks for: a gradient where it says nothing; by ∂/∂x the Jacobian of what cannot be a scalar."""
    order = framed(expr).order
    if order == 2:
        return "hessian"
    if order == 0:
        return "gradient"
    try:
        posed = pose(expr, wrt or None, variables=variables, dialect=dialect, rules=rules, demand_scalar=True)
    except InputError as error:
        if error.diagnostics[0].code not in _NO_SCALAR:
            raise
        return "jacobian"
    return "gradient" if posed.f.is_scalar else "jacobian"


_NO_SCALAR = ("M0306", "M0310")  # what is said of a text that could be read if it needed to be no scalar
