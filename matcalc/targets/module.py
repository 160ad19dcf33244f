"""A module of generated code: a function that reads the arguments and asserts their shapes, and those that compute.

The lines of a function are the layout of the dialects with one more idea: what is used twice, or grows too long, gets
a name first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isqrt

from matcalc.algebra.make import instantiate, rebuild
from matcalc.core.dims import Dim, format_dim, names
from matcalc.core.expr import CALL, LEAVES, SLICE, TRANSPOSE, Expr, postorder
from matcalc.numeric.sizes import stacked_shape
from matcalc.printers.dialect import Dialect
from matcalc.printers.precedence import Laid, joined, rope
from matcalc.printers.signs import fewest_signs
from matcalc.printers.typesetting import lay_out_all, views_together
from matcalc.printers.view import Part, View
from matcalc.targets.identifiers import Arguments, Names, Sizes, calls_in, names_of, user_axes, wish
from matcalc.targets.target import PLAIN, Result, Target

LONGEST = 60
PORTION = 40
_ROWS = frozenset({"sum", "chain", "word", "hadamard", "product", "scalars"})
_BODIES = ("body", "means")


def source(e: Expr, inputs: Sequence[Expr], name: str, target: Target, result: Result = PLAIN) -> str:
    """The text of a module with one function."""
    e = expanded(e, target)
    known = names_of(target, [e], inputs)
    about = f"The {name}, with {target.title}."
    parts = [arrays(inputs, known), function(name, [e], inputs, about, known, results=[result])]
    return module(target, [e], parts)


def module(target: Target, roots: Sequence[Expr], parts: Sequence[str], docstring: str = "") -> str:
    """Docstring, what the templates in `roots` need, and the definitions `parts`."""
    templates = [target.template(call.data) for call in calls_in(*roots) if call.data.form != "unspecified"]
    return target.frame.module(docstring, templates, [part for part in parts if part])


def arrays(inputs: Sequence[Expr], known: Names) -> str:
    """The function `arrays`, through which the others pass their arguments; numbers alone do without."""
    if known.checks == "never" or not any(map(known.axes, inputs)):
        return ""
    given = known.given(inputs)
    about = "The arguments as arrays, the members of a family along its first axes, their shapes asserted." if \
        known.stacked else "The arguments as arrays with two axes, vectors as columns, their shapes asserted."
    return known.target.frame.define("arrays", [*given.values()], _free_in(inputs, known.sizes), [about],
                                     [*_read(given, known), *known.sizes.lines(_checked_sizes(given, known)),
                                      *_asserted(given, known)], [*given.values()])


def _read(given: Arguments, known: Names) -> list[str]:
    if known.stacked:
        return [line for x, name in given.items() for line in _read_stacked(x, name, known)]
    return [line for x, name in given.items() for line in known.target.statements.read(x, name)]


def _read_stacked(x: Expr, name: str, known: Names) -> list[str]:
    say, axes = known.target.stacks, known.axes(x)
    assert say is not None
    if not axes:
        return [say.number.format(x=name)]
    lines = [say.read.format(x=name)]
    if known.sizes.is_read_off(axes, name):
        lines.append(say.axes.format(x=name, axes=len(axes), what="×".join(map(format_dim, axes))))
    return lines


def _through_arrays(inputs: Sequence[Expr], known: Names) -> list[str]:
    given, statements = known.given(inputs), known.target.statements
    if not any(map(known.axes, inputs)):
        return _read(given, known)
    names = [*given.values()]
    return [statements.assign(names, statements.call("arrays", names, _free_in(inputs, known.sizes)))]


def _free_in(inputs: Sequence[Expr], sizes: Sizes) -> list[str]:
    found = {sizes.identifiers[name] for x in inputs for d in stacked_shape(x) for name in names(d)}
    return [name for name in sizes.free if name in found]


def parameters(roots: Sequence[Expr], inputs: Sequence[Expr], known: Names) -> list[str]:
    """What a function that computes `roots` takes: its inputs, then the unspecified functions in them."""
    return [*known.given(inputs).values(), *known.functions_in(*roots).values()]


def function(name: str, roots: Sequence[Expr], inputs: Sequence[Expr], docstring: str, known: Names,
             directions: Sequence[Expr] = (), documents: Sequence[Expr] | None = None,
             results: Sequence[Result] = (PLAIN,), valued: bool = False) -> str:
    """A function of `inputs`, and of `directions` in which `roots` are linear, that returns the values of these.

    Of its arguments the docstring says what the `documents` are; by default of all. `results` say how the values of
    what depends on indices are laid out; of a `valued` function those behind the first are one result.
    """
    frame, arguments = known.target.frame, [*inputs, *directions]
    texts, lines_of, sizes, axes, before = (_stacked_body if known.stacked else _plain_body)(roots, known, results)
    shown = known.given(arguments if documents is None else documents)
    said = _listed([*map(frame.described, axes)])
    about = [docstring, *_documented(shown, known.functions_in(*roots), known), f"Returns {said}."]
    lines = [*_taken(inputs, directions, known, sizes), *lines_of]
    if valued and len(texts) > 2:
        texts = [texts[0], known.target.statements.grouped.format(items=", ".join(texts[1:]))]
    named = [*(["check"] if known.checks == "asked" else []), *known.sizes.free]
    return before + frame.define(name, parameters(roots, arguments, known), named, about, lines, texts)


def _listed(items: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([*([", ".join(items[:-1])] if items[1:] else []), items[-1]])


def _taken(inputs: Sequence[Expr], directions: Sequence[Expr], known: Names, sizes: Iterable[str]) -> list[str]:
    """The lines that read the arguments and the dimensions `sizes`, and that may be told not to check."""
    further, statements = known.given(directions), known.target.statements
    reading = [*_through_arrays(inputs, known), *_read(further, known)]
    first = known.sizes.lines({*sizes, *(_checked_sizes(further, known) if known.checks != "never" else ())})
    asserted = _asserted(further, known)
    if known.checks == "always":
        return [*reading, *first, *asserted]
    unread = [] if known.stacked else [line for x, name in known.given([*inputs, *directions]).items()
                                       for line in statements.unread(x, name)]
    if known.checks == "never":
        return [*unread, *first]
    return [*statements.checked(reading, unread), *first, *statements.checked(asserted, [])]


# results, lines, dimensions, axes of each result, what stands before
Written = tuple[list[str], list[str], set[str], list[tuple[Dim, ...]], str]


def _plain_body(roots: Sequence[Expr], known: Names, _results: Sequence[Result]) -> Written:
    body = Body(known)
    return body.write(roots), body.lines, body.sizes, [*map(user_axes, roots)], ""


def _stacked_body(roots: Sequence[Expr], known: Names, results: Sequence[Result]) -> Written:
    from matcalc.targets.labelled import Labelled
    from matcalc.targets.results import axes_of, written

    body = Labelled(known, roots, [*dict.fromkeys(index for result in results for index in result.indices)])
    texts = written(body, roots, results)
    before = f"{body.say.quiet}\n" if body.is_guarded else ""
    return texts, body.lines, body.sizes, [*map(axes_of, roots, results)], before


def _documented(arguments: Arguments, functions: Mapping[tuple[str, int], str], known: Names) -> list[str]:
    """One line for each parameter."""
    described, axes = known.target.frame.described, known.axes if known.stacked else user_axes
    return [*(f"{name}: {described(axes(x))}" for x, name in arguments.items()),
            *(f"{text}: {'derivative ' + str(order) + ' of ' if order else ''}the function {name}, entry by entry"
              for (name, order), text in functions.items())]


def _asserted(arguments: Arguments, known: Names) -> list[str]:
    """Assert the shapes that do not hold by the way the sizes are read."""
    sizes = known.sizes
    return [sizes.statements.asserted(name, "×".join(map(format_dim, axes)), [*map(sizes.code, axes)])
            for name, axes in _checked(arguments, known).items()]


def _checked_sizes(arguments: Arguments, known: Names) -> set[str]:
    """The dimensions that `_asserted` mentions."""
    return {n for axes in _checked(arguments, known).values() for d in axes for n in names(d)}


def _checked(arguments: Arguments, known: Names) -> dict[str, tuple[Dim, ...]]:
    shapes = {name: known.axes(x) for x, name in arguments.items()}
    return {name: axes for name, axes in shapes.items() if axes and not known.sizes.is_read_off(axes, name)}


def expanded(e: Expr, target: Target) -> Expr:
    """Calls of functions that have no numeric template are replaced by their bodies."""
    while True:
        done: dict[Expr, Expr] = {}
        for part in postorder(e):
            args = [done[arg] for arg in part.args]
            field = _body(part, target)
            done[part] = instantiate(part.data, field, tuple(args)) if field else rebuild(part, args)
        if done[e] is e:
            return e
        e = done[e]


def _body(e: Expr, target: Target) -> str:
    if e.kind is not CALL or e.data.fields.get(target.constructs.field) or e.data.form == "unspecified":
        return ""
    return next((field for field in _BODIES if field in e.data.fields), "")


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


def _shared(roots: Sequence[Expr], uses: Mapping[Part, int]) -> list[Expr]:
    """Those roots that are also parts of others, or stand there twice."""
    return [e for e in roots if uses.get(e, 0) or roots.count(e) > 1]


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

    def write(self, roots: Sequence[Expr]) -> list[str]:
        """Fill `lines`; returns what the function returns. What `roots` share is computed once."""
        roots = fewest_signs(roots) if len(roots) > 1 else roots
        views = _in_portions(views_together(roots, self.given))
        for seen in views.values():
            pieces = self.dialect.call_form(seen).pieces if seen.op == "call" else ()
            for i, part in enumerate(seen.parts):
                self.uses[part] += max(1, pieces.count(f"#{i}"))
        self.uses.update(_shared(roots, self.uses))
        laid: dict[Part, Laid] = {}

        def keep(part: Part, text: Laid) -> Laid:
            laid[part] = self.keep(part, text)
            return laid[part]

        lay_out_all(views, self.dialect, self.given, keep)
        return [self.target.statements.result(e, joined(laid[e])) for e in roots]

    def keep(self, part: Part, laid: Laid) -> Laid:
        """Give a name to what is used twice or is long."""
        if part in self.given:
            return laid
        if not isinstance(part, Expr):
            return self.line("", laid) if part.op in _ROWS and laid.length > LONGEST else laid
        if part.kind is SLICE and part.is_scalar:
            laid = rope((laid, self.target.constructs.single))
        trivial = part.kind in LEAVES or (part.kind is TRANSPOSE and part.args[0] in self.names)
        if trivial or self.uses[part] < (1 if laid.length > LONGEST else 2):
            return laid
        named = self.line(wish(part, self.names), laid)
        self.names[part] = joined(named)
        return named

    def line(self, wished: str, laid: Laid) -> Laid:
        """The name of a new intermediate result."""
        name = self.identifiers.temporary(wished)
        self.lines.append(self.target.statements.assign([name], joined(laid)))
        return rope((name,))

    def _dialect(self, known: Names) -> Dialect:
        def dim_text(dim: Dim) -> str:
            self.sizes |= names(dim)
            return known.sizes.code(dim)

        how = known.target.constructs
        return Dialect(known.target.name, how.forms, how.joins, lambda name: known.functions.get((name, 0), name),
                       dim_text, lambda seen: how.call_form(seen, known.target.template(seen.data[0]), dim_text),
                       lambda axis: how.axis(axis, dim_text))
