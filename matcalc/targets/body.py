"""The body of a function: the lines that compute an expression.

It is the layout of the other dialects with one more idea: what is used twice, or grows too long, gets a name first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from matcalc.algebra.make import instantiate, rebuild
from matcalc.core.dims import Dim, names
from matcalc.core.expr import CALL, DIM, LEAVES, SLICE, TANGENT, TRANSPOSE, VAR, Expr, postorder
from matcalc.printers.dialect import Axis, Dialect
from matcalc.printers.layout import lay_out_all, views_below
from matcalc.printers.rope import Laid, joined, rope
from matcalc.printers.view import Part, View
from matcalc.targets.identifiers import Identifiers, wish
from matcalc.targets.signature import Sizes, solve
from matcalc.targets.target import Target

LONGEST = 60
PORTION = 40
_ROWS = frozenset({"sum", "chain", "word", "hadamard", "product", "scalars"})
_BODIES = ("body", "means")
Functions = dict[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Names:
    """The target of one module and its identifiers: of leaves, of unspecified functions and their derivatives, and of
    dimensions."""

    target: Target
    arguments: Mapping[Expr, str]
    functions: Functions
    sizes: Sizes
    identifiers: Identifiers

    def name(self, x: Expr) -> str:
        """Of a leaf, which may have lost or gained properties."""
        return self.arguments[x] if x in self.arguments else next(
            text for leaf, text in self.arguments.items() if _name_of(leaf) == _name_of(x))

    def given(self, inputs: Sequence[Expr]) -> dict[Expr, str]:
        return {x: self.arguments[x] for x in inputs}

    def functions_in(self, e: Expr) -> Functions:
        needed = _unspecified(e)
        return {key: name for key, name in self.functions.items() if key in needed}


def names_of(target: Target, roots: Sequence[Expr], inputs: Sequence[Expr], further: Sequence[Expr] = (),
             taken: Sequence[str] = ()) -> Names:
    """Names for all that functions computing `roots` from `inputs`, and `further` leaves, need, none among `taken`.

    Leaves of one name share one identifier.
    """
    identifiers = Identifiers()
    identifiers.taken |= {*taken}
    by_name = {name: identifiers.new(name) for name in dict.fromkeys(_name_of(x) for x in (*inputs, *further))}
    functions = _function_names({key for root in roots for key in _unspecified(root)}, identifiers)
    dims = {dim: identifiers.new(dim) for dim in _dimension_names(roots, [*inputs, *further])}
    leaves = [leaf for leaf in postorder(*roots) if leaf.kind in (VAR, TANGENT) and _name_of(leaf) in by_name]
    arguments = {x: by_name[_name_of(x)] for x in [*inputs, *further, *leaves]}
    return Names(target, arguments, functions, solve({x: arguments[x] for x in inputs}, dims), identifiers)


def _function_names(needed: set[tuple[str, int]], identifiers: Identifiers) -> Functions:
    """sigma for an unspecified function, and sigma_1 for its derivative, where no variable is called so."""
    found: Functions = {}
    for name in sorted({name for name, _ in needed}):
        orders = sorted({k for other, k in needed if other == name})
        base = identifiers.new(name)
        while any(f"{base}_{k}" in identifiers.taken for k in orders):
            base = identifiers.new(name)
        found |= {(name, k): f"{base}_{k}" if k else base for k in sorted({0, *orders})}
    identifiers.taken |= {*found.values()}
    return found


def _name_of(x: Expr) -> str:
    return x.data.name if x.kind is VAR else f"d{x.data[0]}" + (f"_{x.data[1]}" if x.data[1] else "")


def calls_in(*roots: Expr) -> list[Expr]:
    return [part for part in postorder(*roots) if part.kind is CALL]


def _unspecified(e: Expr) -> set[tuple[str, int]]:
    """Unspecified functions and their derivatives, by name and order: they are parameters, sigma and sigma_1."""
    return {(call.data.name, call.data.order) for call in calls_in(e) if call.data.form == "unspecified"}


def expanded(e: Expr) -> Expr:
    """Calls of functions that have no numeric template are replaced by their bodies."""
    while True:
        done: dict[Expr, Expr] = {}
        for part in postorder(e):
            args = [done[arg] for arg in part.args]
            field = _body(part)
            done[part] = instantiate(part.data, field, tuple(args)) if field else rebuild(part, args)
        if done[e] is e:
            return e
        e = done[e]


def _body(e: Expr) -> str:
    if e.kind is not CALL or e.data.fields.get("numpy") or e.data.form == "unspecified":
        return ""
    return next((field for field in _BODIES if field in e.data.fields), "")


def _dimension_names(roots: Sequence[Expr], inputs: Sequence[Expr]) -> list[str]:
    found: dict[str, None] = {}
    for part in [*inputs, *postorder(*roots)]:
        inside = [part.data] if part.kind is DIM else part.data if part.kind is SLICE else ()
        for dim in (*part.shape, *inside):
            found |= dict.fromkeys(sorted(names(dim)))
    return list(found)


def _in_portions(views: Mapping[Part, View]) -> dict[Part, View]:
    """Python cannot compile a sum of thousands of terms: rows of many operands are computed portion by portion."""
    found: dict[Part, View] = {}
    for part, seen in views.items():
        if seen.op in _ROWS and len(seen.parts) > PORTION:
            starts = range(0, len(seen.parts), max(PORTION, isqrt(len(seen.parts))))
            portions = [_portion(seen, i, starts.step) for i in starts]
            found |= {portion: portion for portion in portions}
            seen = View(seen.op, tuple(portions), (1,) * len(portions) if seen.op == "sum" else ())
        found[part] = seen
    return found


def _portion(seen: View, start: int, count: int) -> View:
    op = "chain" if seen.op == "word" else seen.op
    return View(op, seen.parts[start:start + count], seen.data[start:start + count] if op == "sum" else ())


class Body:
    """The lines that compute the expression, and the dimensions they mention."""

    def __init__(self, known: Names) -> None:
        self.target = known.target
        self.identifiers = known.identifiers.inner()
        self.names = dict(known.arguments)
        self.given: dict[Part, str] = dict(known.arguments.items())
        self.uses: Counter[Part] = Counter()
        self.lines: list[str] = []
        self.sizes: set[str] = set()
        self.dialect = self._dialect(known)

    def write(self, e: Expr) -> str:
        """Fill `lines`; returns what the function returns."""
        views = _in_portions(views_below(e, self.given))
        for seen in views.values():
            pieces = self.dialect.call_form(seen).pieces if seen.op == "call" else ()
            for i, part in enumerate(seen.parts):
                self.uses[part] += max(1, pieces.count(f"#{i}"))
        text = joined(lay_out_all(views, self.dialect, self.given, self.keep))
        return self.target.result(e, text)

    def keep(self, part: Part, laid: Laid) -> Laid:
        """Give a name to what is used twice or is long."""
        if part in self.given:
            return laid
        if not isinstance(part, Expr):
            return self.line("", laid) if part.op in _ROWS and laid.length > LONGEST else laid
        if part.kind is SLICE and part.is_scalar:
            laid = rope((laid, self.target.single))
        trivial = part.kind in LEAVES or (part.kind is TRANSPOSE and part.args[0] in self.names)
        if trivial or self.uses[part] < (1 if laid.length > LONGEST else 2):
            return laid
        named = self.line(wish(part, self.names), laid)
        self.names[part] = joined(named)
        return named

    def line(self, wished: str, laid: Laid) -> Laid:
        """The name of a new intermediate result."""
        name = self.identifiers.temporary(wished)
        self.lines.append(f"{name} = {joined(laid)}")
        return rope((name,))

    def _dialect(self, known: Names) -> Dialect:
        def dim_text(dim: Dim) -> str:
            self.sizes |= names(dim)
            return known.sizes.code(dim)

        def axis_text(axis: Axis) -> str:
            start, count, length = axis
            return ":" if (start, count) == (0, length) else f"{dim_text(start)}:{dim_text(start + count)}"

        target = known.target
        return Dialect(target.name, target.forms, target.joins, lambda name: known.functions.get((name, 0), name),
                       dim_text, lambda seen: target.call_form(seen, dim_text), axis_text)
