"""The reading with the fewest departures from the defaults that type-checks; a tie is refused.

A failed pass tells which names can be to blame, so only their kinds are varied next.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType

from matcalc.algebra.demands import Asking
from matcalc.core.dims import Shape, format_dim, subtract
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis, Index
from matcalc.diagnostics import Diagnostic, InputError, Span
from matcalc.language.complaints import CLASHES, report
from matcalc.language.construct import Builder
from matcalc.language.constructs import infer
from matcalc.language.inference import EXPONENTIALS, Inference, Scope, ShapeError
from matcalc.language.kinds import (
    Domain,
    Reading,
    default_kind,
    domain,
    evidence,
    is_either,
    names_below,
    takes_square,
    undeclared,
)
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.records import NamedTuple

COLUMN_READINGS = ("hadamard", "inner", "outer", EXPONENTIALS)
_FORCING = ("M0310", "M0304", "M0314", "M0315", "M0316")  # complaints that make a vector a number
Read = tuple[Inference, dict[str, str]]  # and the kinds that the text itself shows
EFFORT = 15_000  # nodes visited before the search gives up


class Search:
    """The readings still to be tried, the cheapest first, and what became of those that were."""

    def __init__(self, nodes: list[Syntax], scope: Scope, names: list[str], domains: dict[str, Domain],
                 evidence: dict[str, str]) -> None:
        self.nodes = nodes
        self.scope = scope
        self.names = names
        self.domains = domains
        self.evidence = evidence
        self.queue: list[tuple[int, int, Reading]] = []
        self.seen: set[frozenset[tuple[str, str]]] = set()
        self.failures: list[tuple[Reading, ShapeError]] = []
        self.found: list[tuple[int, Inference]] = []

    def kinds(self, reading: Reading) -> dict[str, str]:
        """The kind of every name in a reading, the most plausible one unless the reading has another."""
        return {name: kinds[0][0] for name, kinds in self.domains.items()} | dict(reading.kinds)

    def add(self, reading: Reading) -> None:
        """Put a reading in the queue, unless it has been there."""
        key = frozenset(reading.kinds)
        if key not in self.seen:
            self.seen.add(key)
            heapq.heappush(self.queue, (reading.cost, len(self.seen), reading))

    def untouched(self, reading: Reading, mismatch: ShapeError) -> bool:
        """Whether the names at the place of the mismatch have their most plausible kinds."""
        open_ = {name for name in self.scope.families if len(self.domains.get(name, ())) > 1}
        return not names_below(mismatch.syntax, {name for name, _ in reading.kinds} | open_)

    def complaint(self) -> ShapeError:
        """What to say: that the value is no scalar, or what is unclear, if a plausible reading fails only there."""
        plausible = [mismatch for reading, mismatch in self.failures if reading.cost <= 2]
        only_there = [m for m in plausible if m.code == "M0310" or m.hard or m.columns]
        return (only_there or [self.failures[0][1]])[0]

    def expand(self, reading: Reading, place: Syntax | None) -> None:
        """Vary the kind of each name that can be to blame for what is wrong at `place`."""
        blamed = names_below(place, set(self.names)) if place else self.names
        fixed = dict(reading.kinds)
        for name in blamed or self.names:
            if name not in fixed:
                for kind, cost in self.domains[name][1:]:
                    self.add(Reading((*reading.kinds, (name, kind)), reading.cost + cost))


class AmbiguousError(Exception):
    """Several readings type-check with equally few departures."""

    def __init__(self, readings: list[Inference]) -> None:
        super().__init__("ambiguous")
        self.readings = readings


def search(nodes: list[Syntax], scope: Scope) -> tuple[Inference, dict[str, str]]:
    """The winning reading and the evidence used, or the complaint of the most plausible one, or AmbiguousError."""
    names = undeclared(nodes, scope)
    shown = evidence(nodes, names, scope)
    state = Search(nodes, scope, names, {name: domain(name, shown, scope.any_letter, len(scope.families.get(name, ())))
                                         for name in names}, shown)
    state.add(Reading())
    for _ in range(max(40, EFFORT // len(nodes))):
        if not state.queue or (state.found and state.queue[0][0] > state.found[0][0]):
            break
        _try(state, heapq.heappop(state.queue)[2])
    if not state.found:
        _all_scalars(state)
    if not state.found:
        raise state.complaint()
    best = [inference for cost, inference in state.found if cost == state.found[0][0]]
    best = [inference for inference in best if not inference.idle] or best
    _check_idle(state, best[0])
    _check_cross(state, best[0])
    _check_quadratic(state, best[0])
    _check_columns(state, state.found[0][0])
    if len(best) > 1:
        by_default = any(inference.kinds == state.kinds(Reading()) for inference in best)
        raise (state.complaint() if state.failures and state.found[0][0] > 1 and not by_default
               else AmbiguousError(best))
    return best[0], shown


def _all_scalars(state: Search) -> None:
    """A plain formula in many letters is worth a direct try: every lower-case name a scalar."""
    lower = [n for n in state.names if default_kind(n) == "vector" and n not in state.evidence]
    if len(lower) > 3:
        _try(state, Reading(tuple((n, "scalar") for n in lower), len(lower)))


def _try(state: Search, reading: Reading) -> None:
    try:
        inference = infer(state.nodes, state.scope, state.kinds(reading))
    except ShapeError as mismatch:
        if mismatch.hard and state.untouched(reading, mismatch):
            raise
        state.failures.append((reading, mismatch))
        state.expand(reading, None if mismatch.wide else mismatch.syntax)
    else:
        inference.cost = reading.cost + sum(cost for _, cost in inference.doubts)
        state.found.append((inference.cost, inference))
        state.found.sort(key=lambda pair: pair[0])
        for syntax, _ in inference.doubts:
            state.expand(reading, syntax)


def _check_idle(state: Search, best: Inference) -> None:
    """Names taken for numbers under a function that then has nothing to do: softmax(x) for want of a scalar, and
    mean(x^2), where it is the power that should have been one of entries."""
    scalars = {name for name, kind in best.kinds.items() if kind == "scalar"}
    idle = {name for syntax in best.idle for name in names_below(syntax, scalars)}
    _check_numbers(state, best, idle)
    for reading, mismatch in sorted(state.failures, key=lambda failure: failure[0].cost) if idle else ():
        if mismatch.code in _FORCING and any(state.kinds(reading)[name] != "scalar" for name in idle):
            mismatch.unlikely = True
            raise mismatch


def _check_numbers(state: Search, best: Inference, idle: set[str]) -> None:
    """tr(ρσ) of letters that are numbers, sum(a*b) of which one has become a vector."""
    for syntax in best.idle:
        letters = names_below(syntax, idle)
        if syntax.op is Op.CALL and letters and takes_square(syntax, state.scope):
            raise ShapeError("M0303", f"{syntax.data} of a number: are these letters matrices?", syntax, syntax.args,
                             hard=True)
    first = next((i for _, i in state.found if i.kinds == state.kinds(Reading())), None)
    for syntax in first.idle if first else ():
        letters = [n for n in names_below(syntax, set(state.domains)) if n not in state.evidence and is_either(n)]
        if {best.kinds[name] for name in letters} == {"scalar", "vector"}:
            _try_columns(state, {**best.kinds, **dict.fromkeys(letters, "vector")})


def _try_columns(state: Search, kinds: dict[str, str]) -> None:
    """Raise the complaint that a product of two columns can mean several things, where these kinds lead to one."""
    try:
        infer(state.nodes, state.scope, kinds)
    except ShapeError as mismatch:
        if mismatch.columns:
            raise


def _check_cross(state: Search, best: Inference) -> None:
    """‖a × b‖ is read with numbers only because a cross product is not read."""
    for reading, mismatch in state.failures:
        if mismatch.cross and reading.cost <= best.cost:
            raise mismatch


def _check_quadratic(state: Search, best: Inference) -> None:
    """x A x is a quadratic form with a transpose lost: nobody multiplies by a number from both sides."""
    first = next((mismatch for reading, mismatch in state.failures if not reading.kinds), None)
    for syntax in state.nodes if first else ():
        if syntax.op is not Op.PRODUCT or len(syntax.args) < 3:
            continue
        start, end = syntax.args[0], syntax.args[-1]
        if first and start.op is Op.NAME and end.op is Op.NAME and start.data == end.data:
            name = start.data
            if name in state.domains and state.domains[name][0][0] == "vector" and best.kinds[name] == "scalar":
                raise first


def _columns_fit(state: Search, reading: Reading) -> bool:
    """Whether a product of columns would do with another sign, x.*y, x'y or xy', or e^x as exp(x)."""
    for columns in COLUMN_READINGS:
        try:
            infer(state.nodes, state.scope, state.kinds(reading), columns)
        except ShapeError:
            continue
        return True
    return False


def _check_columns(state: Search, cost: int) -> None:
    """x*y of two vectors is refused where x.*y, x'y or xy' would do, though other kinds would type-check."""
    for reading, mismatch in state.failures[:8]:
        cheaper = mismatch.columns and reading.cost < cost and state.untouched(reading, mismatch)
        if cheaper and _columns_fit(state, reading):
            raise mismatch


def searched(text: str, nodes: list[Syntax], scope: Scope) -> Read:
    """The winning reading; where nothing fits, one that stretches the defaults, or the complaint."""
    try:
        return _unforced(text, nodes, scope, search(nodes, scope))
    except ShapeError as mismatch:
        for other in _others(text, nodes, scope, mismatch):
            with suppress(ShapeError, AmbiguousError):
                found = search(nodes, other)
                if not found[0].forced:
                    return found
        raise report(text, mismatch) from None
    except AmbiguousError as ambiguous:
        raise _tie(text, ambiguous.readings) from None


def _unforced(text: str, nodes: list[Syntax], scope: Scope, found: Read) -> Read:
    """A x + B is read with a number x only because a capital is a matrix; with a vector B less would be unusual."""
    if found[0].cost > 2 and found[0].doubts:
        with suppress(ShapeError, AmbiguousError):
            other = search(nodes, scope._replace(any_letter=True))
            if other[0].cost + 1 < found[0].cost:
                return other
            if other[0].cost < found[0].cost and other[0].kinds != found[0].kinds:
                raise _tie(text, [other[0], found[0]])
    return found


def _others(text: str, nodes: list[Syntax], scope: Scope, mismatch: ShapeError) -> Iterator[Scope]:
    """Further ways to read what does not fit: a number as a product of dimensions, a bold 1 as the identity, letters
    that are not what their size and alphabet suggest."""
    if mismatch.wide and len(scope.dims) > 1:
        yield scope._replace(soft=True)
    if units := frozenset(s for term in nodes if term.op is Op.SUM for s in term.args if _is_bold_one(text, s)):
        yield scope._replace(units=units)
    capitals = any(s.op is Op.NAME and default_kind(s.data) == "matrix" for s in postorder(mismatch.syntax))
    if (mismatch.code in CLASHES or (mismatch.columns and capitals)) and not mismatch.hard:
        yield scope._replace(any_letter=True)


def _is_bold_one(source: str, syntax: Syntax) -> bool:
    """Whether a vector of ones is typed as a bold 1, which to some is the identity."""
    return syntax.op is Op.RESERVED and syntax.data == "ones" and source[syntax.span.start] in "\\𝟏𝟙"


def _tie(text: str, readings: list[Inference]) -> InputError:
    """Two readings with other kinds: say which, and how to choose."""
    differ = [n for n in readings[0].kinds if len({r.kinds[n] for r in readings}) > 1]
    fixes = tuple(with_declarations(text, ", ".join(f"{n}: {r.kinds[n]}" for n in differ)) for r in readings[:3])
    said = " or ".join(", ".join(f"{n} a {r.kinds[n]}" for n in differ) for r in readings[:3])
    return InputError(Diagnostic("M0309", f"this can be read with {said}", text, Span(0, len(text)), fixes=fixes))


class VariableInfo(NamedTuple):
    """A variable as resolved. `origin` is declared, inferred or default; `reason` says why in words."""

    name: str
    kind: str
    shape: Shape
    props: frozenset[str]
    origin: str
    reason: str
    expr: Expr
    axes: tuple[Axis, ...] = ()  # of a family, of which `shape` is the shape of a member

    def declaration(self) -> str:
        """The declaration that says all this: `matrix(m,n) invertible`."""
        dims = {"scalar": (), "vector": self.shape[:1], "matrix": self.shape}[self.kind]
        sizes = f"({','.join(map(format_dim, dims))})" if dims else ""
        over = [f"over({','.join(map(_range_text, self.axes))})"] if self.axes else []
        return " ".join([self.kind + sizes, *sorted(self.props), *over])


def _range_text(axis: Axis) -> str:
    high = subtract(axis.low + axis.size, 1)
    return format_dim(axis.size) if axis.low == 1 else f"{format_dim(axis.low)}:{format_dim(high)}"


class Indices(NamedTuple):
    """The indices of a text: their letters as typed with their ranges, in order; those of the output, as they are free
    in the expression; what each name to differentiate by denotes, a family and the letters of a member; and the
    variables that are a whole family, with its name."""

    letters: tuple[tuple[str, Axis], ...]
    output: tuple[Index, ...]
    targets: dict[str, tuple[str, tuple[str, ...]]]
    wholes: tuple[tuple[str, str], ...] = ()


class Elaborated(NamedTuple):
    """The expression, its variables by canonical name, notes on what was chosen, holes and their shapes.

    `reading` is what was decided about the syntax: for whoever builds it operation by operation. `typed` are the
    operations with a domain as they were typed: `expr` may have lost some. `parts` are the expressions of all parts of
    the syntax.
    """

    expr: Expr
    variables: dict[str, VariableInfo]
    notes: tuple[str, ...]
    syntax: Syntax
    holes: tuple[tuple[Span, Shape], ...] = ()
    reading: Builder | None = None
    typed: tuple[Asking, ...] = ()
    indices: Indices | None = None
    parts: Mapping[Syntax, Expr] = MappingProxyType({})
