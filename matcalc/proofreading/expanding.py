"""What the leaves of a chapter stand for: definitions put in, tangents by the chain rule, gradients by their adjoint.

`moving` are the variables that vary, all others are constant. A name that is `cut` is a variable of its own, whatever
it is defined as: so ∂L/∂z is the derivative by z, and a chain may end in dz. `claims` are values that a wrong line gave
to a leaf: what follows from it is judged with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from matcalc.algebra import num, substitute, variable, zeros
from matcalc.calculus.adjoint import gradient, pull_back
from matcalc.calculus.differential import differential, seed
from matcalc.calculus.matrix_form import matrix_form
from matcalc.calculus.structure import within
from matcalc.core.expr import Expr, variables
from matcalc.diagnostics import fail
from matcalc.options import Structure
from matcalc.proofreading.lexicon import Lexicon, Mark
from matcalc.simplification import closed_form

_MOST_TURNS = 200
_NONE: frozenset[str] = frozenset()


@dataclass
class World:
    """A lexicon together with what varies in it."""

    lexicon: Lexicon
    moving: frozenset[str] = _NONE
    cut: frozenset[str] = _NONE
    claims: Mapping[Expr, Expr] = field(default_factory=dict)
    structure: Structure = "project"
    _known: dict[Expr, Expr | None] = field(default_factory=dict, init=False)

    def stands_for(self, leaf: Expr) -> Expr | None:
        """One step: the definition of a name, the chain rule for a tangent; None for what stands for itself."""
        if leaf not in self._known:
            self._known[leaf] = self._found(leaf)
        return self._known[leaf]

    def _found(self, leaf: Expr) -> Expr | None:
        if leaf in self.claims:
            return self.claims[leaf]
        mark = self.lexicon.marks.get(leaf)
        if mark is None:
            entry = self.lexicon.entries.get(leaf.data.name)
            return entry.body if entry is not None and entry.name not in self.cut else None
        if mark.kind == "tangent":
            return self._tangent(leaf, mark.name)
        assert mark.of is not None
        return self._derivative(mark, mark.of) if mark.kind == "derivative" else self._differential(mark, mark.of)

    def _tangent(self, leaf: Expr, name: str) -> Expr | None:
        entry = self.lexicon.entry(name)
        if name in self.cut:
            return None
        if entry.leaf in self.claims:
            return self.change(self.claims[entry.leaf])
        if entry.flow is not None:
            return entry.flow
        if entry.body is not None:
            return self.change(entry.body)
        return None if name in self.moving else zeros(*leaf.shape)

    def change(self, e: Expr) -> Expr:
        """de: what varies has its tangent. Derivatives that occur in it are put in before."""
        inner = {x for x in variables(e) if (m := self.lexicon.marks.get(x)) is not None and m.kind != "tangent"}
        e = self.put_in(e, inner.__contains__) if inner else e
        seeds = {x: self.lexicon.tangent(x.data.name) for x in variables(e)
                 if x not in self.lexicon.marks and self.varies(x.data.name)}
        return differential(e, seeds, self.lexicon.book) if seeds else zeros(*e.shape)

    def varies(self, name: str, below: frozenset[str] = _NONE) -> bool:
        """Whether a name depends on what moves."""
        if name in self.cut or name in self.moving:
            return True
        entry = self.lexicon.entries.get(name)
        if entry is None or name in below:
            return False
        if entry.flow is not None:
            return True
        return entry.body is not None and any(self.varies(x, below | {name}) for x in self.lexicon_names(entry.body))

    def lexicon_names(self, e: Expr) -> Iterable[str]:
        """The names in an expression, those below its derivatives too."""
        for x in variables(e):
            mark = self.lexicon.marks.get(x)
            if mark is None:
                yield x.data.name
            elif mark.of is not None:
                yield from self.lexicon_names(mark.of)
            else:
                yield mark.name

    def _differential(self, mark: Mark, of: Expr) -> Expr:
        """d(…) of any order, with the directions that are said, else with dX."""
        if not mark.along:
            for _ in range(mark.order):
                of = self.expanded(of) if mark.order > 1 else of
                of = self.change(of)
            return of
        moved = self._directed(of)
        of = replace(self, cut=self.cut | {moved}).expanded(of)
        x = self.lexicon.entry(moved).leaf
        for h in mark.along:
            if h.shape != x.shape:
                raise fail("M0303", f"a direction of {moved} has the shape of {moved}")
            of = differential(of, {x: h}, self.lexicon.book)
        return of

    def _directed(self, of: Expr) -> str:
        """The variable that moves along a direction."""
        names = [x for x in self.moving if x in set(self.below(of))]
        return names[0] if len(names) == 1 else self.lexicon.variable_of(of)

    def below(self, e: Expr) -> Iterable[str]:
        """The names in an expression and in their definitions."""
        for name in self.lexicon_names(e):
            yield name
            entry = self.lexicon.entries.get(name)
            if entry is not None and entry.body is not None:
                yield from self.below(entry.body)

    def _derivative(self, mark: Mark, of: Expr) -> Expr:
        """∇f in the shape of the variable, a Jacobian, or a Hessian on vec."""
        book = self.lexicon.book
        x, y = (self.lexicon.entry(name).leaf for name in (mark.by[0], mark.by[-1]))
        inner = replace(self, cut=frozenset(mark.by), moving=_NONE)
        linear = replace(inner, moving=frozenset({mark.by[0]}))
        if of.is_scalar and not linear.flows(of):
            g = gradient(inner.expanded(of), x, book)
        else:
            change = linear.expanded(linear.change(of))
            dx = self.lexicon.tangent(x.data.name)
            if x.is_scalar:
                return substitute(change, {dx: num(1)})
            moved = substitute(change, {dx: seed(x)})
            if not of.is_scalar:
                return matrix_form(moved, seed(x), book)
            g = pull_back(moved, num(1)).get(seed(x), zeros(*x.shape))
        if mark.order == 1:
            return within(x, self.structure, book)(g)
        return matrix_form(differential(g, {y: seed(y)}, book), seed(y), book)

    def flows(self, of: Expr) -> bool:
        """Whether the differential of a name is known, or claimed, and nothing else of it."""
        for x in variables(of):
            name = x.data.name
            entry = self.lexicon.entries.get(name)
            if x in self.lexicon.marks or entry is None or name in self.cut:
                continue
            is_claimed = any(m.kind == "tangent" and m.name == name and leaf in self.claims
                             for leaf, m in self.lexicon.marks.items())
            if entry.flow is not None or is_claimed or (entry.body is not None and self.flows(entry.body)):
                return True
        return False

    def put_in(self, e: Expr, which: Callable[[Expr], bool]) -> Expr:
        """One step for the leaves that are meant."""
        found = {x: value for x in variables(e) if which(x) and (value := self.stands_for(x)) is not None}
        return substitute(e, found) if found else e

    def expanded(self, e: Expr) -> Expr:
        """Everything put in, down to what stands for itself."""
        for _ in range(_MOST_TURNS):
            new = self.put_in(e, lambda _: True)
            if new is e:
                return e
            e = new
        raise fail("M0212", "a definition goes back to itself")

    def rank(self, leaf: Expr) -> float:
        """How late a leaf was defined; what is derived comes after all names."""
        mark = self.lexicon.marks.get(leaf)
        if mark is not None and mark.kind != "tangent":
            return float("inf")
        entry = self.lexicon.entries.get(mark.name if mark is not None else leaf.data.name)
        return (entry.rank if entry is not None and entry.is_defined else 0) + (0.5 if mark is not None else 0)

    def folded(self, e: Expr, goal: Iterable[Expr]) -> Expr:
        """The names among `goal` in the place of what they are defined as."""
        entries = self.lexicon.entries
        known = [entries[x.data.name] for x in goal if x not in self.lexicon.marks and x.data.name in entries]
        for entry in sorted(known, key=lambda entry: -entry.rank):
            if entry.body is not None and entry.leaf not in variables(e):
                for body in (entry.body, self.expanded(entry.body)):
                    for form in (body, closed_form(body, self.lexicon.book)):
                        e = substitute(e, {form: entry.leaf}) if form.args else e
        return e

    def shown(self, e: Expr) -> Expr:
        """For the eye: dX for the letter that stands for it, and what was typed for other signs."""
        found = {x: m for x in variables(e) if (m := self.lexicon.marks.get(x)) is not None}
        return substitute(e, {x: seed(self.lexicon.entry(m.name).leaf) if m.kind == "tangent" else variable(
            "".join(self.lexicon.typed[x.data.name].split()), x.shape) for x, m in found.items()})
