"""NumPy source: a function that checks the shapes of its arguments and computes the expression.

It is the layout of the other dialects with one more idea: what is used twice, or grows too long, gets a name first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isqrt

from matcalc.algebra import calls
from matcalc.algebra.substitution import rebuild
from matcalc.dims import Dim, names
from matcalc.expr import Expr, postorder
from matcalc.printers import numpy_table
from matcalc.printers.dialects import Axis, Dialect
from matcalc.printers.identifiers import Identifiers, wish
from matcalc.printers.layout import lay_out_all, views_below
from matcalc.printers.numpy_arguments import checks, described, dim_code
from matcalc.printers.rope import Laid, joined, rope
from matcalc.printers.view import Part, View

LONGEST = 60
PORTION = 40
_ROWS = frozenset({"sum", "chain", "word", "hadamard", "product", "scalars"})
_BODIES = ("body", "means")
_LEAVES = frozenset({"num", "dim", "const", "var", "tangent", "eye", "ones", "zeros", "unit"})


def source(e: Expr, inputs: Sequence[Expr], name: str, docstring: str) -> str:
    """The module text: imports and one function."""
    e = expanded(e)
    identifiers = Identifiers()
    arguments = {x: identifiers.new(_name_of(x)) for x in inputs}
    functions = _functions(e, identifiers)
    sizes = {dim: identifiers.new(dim) for dim in _dimension_names(e, inputs)}
    templates = [numpy_table.template(call.data) for call in _calls(e) if call.data.form != "unspecified"]
    free, asserted = checks(arguments, sizes)
    body = _Body(arguments, _dialect(sizes, functions), identifiers)
    result = body.write(e)
    parameters = [*arguments.values(), *functions.values(), *(["*", *free] if free else [])]
    lines = ['"""' + (docstring or f"The {name}, with NumPy.") + "\n", *described(arguments, functions, e), '"""',
             *asserted, *body.lines, f"return {result}"]
    imports = "".join(f"import {module}\n" for module in ["numpy as np", *numpy_table.modules(templates)])
    indented = "".join(f"    {line}".rstrip() + "\n" for text in lines for line in text.split("\n"))
    return f"{imports}\n\ndef {name}({', '.join(parameters)}):\n{indented}"


def _name_of(x: Expr) -> str:
    return x.data.name if x.op == "var" else f"d{x.data[0]}" + (f"_{x.data[1]}" if x.data[1] else "")


def _calls(e: Expr) -> list[Expr]:
    return [part for part in postorder(e) if part.op == "call"]


def expanded(e: Expr) -> Expr:
    """Calls of functions that have no numeric template are replaced by their bodies."""
    while True:
        done: dict[Expr, Expr] = {}
        for part in postorder(e):
            args = [done[arg] for arg in part.args]
            field = _body(part)
            done[part] = calls.instantiate(part.data, field, tuple(args)) if field else rebuild(part, args)
        if done[e] is e:
            return e
        e = done[e]


def _body(e: Expr) -> str:
    if e.op != "call" or e.data.fields.get("numpy") or e.data.form == "unspecified":
        return ""
    return next((field for field in _BODIES if field in e.data.fields), "")


def _functions(e: Expr, identifiers: Identifiers) -> dict[tuple[str, int], str]:
    """Unspecified functions and their derivatives are parameters: sigma, sigma_1."""
    needed = {(call.data.name, call.data.order) for call in _calls(e) if call.data.form == "unspecified"}
    needed |= {(name, 0) for name, _ in needed}
    return {(name, order): identifiers.new(f"{name}_{order}" if order else name) for name, order in sorted(needed)}


def _dimension_names(e: Expr, inputs: Sequence[Expr]) -> list[str]:
    found: dict[str, None] = {}
    for part in [*inputs, *postorder(e)]:
        for dim in (*part.shape, *([part.data] if part.op == "dim" else part.data if part.op == "slice" else ())):
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


class _Body:
    """The lines that compute the expression."""

    def __init__(self, arguments: dict[Expr, str], dialect: Dialect, identifiers: Identifiers) -> None:
        self.dialect, self.identifiers = dialect, identifiers
        self.names = dict(arguments)
        self.given: dict[Part, str] = dict(arguments.items())
        self.uses: Counter[Part] = Counter()
        self.lines: list[str] = []

    def write(self, e: Expr) -> str:
        """Fill `lines`; returns what the function returns."""
        views = _in_portions(views_below(e, self.given))
        for seen in views.values():
            pieces = self.dialect.call_form(seen).pieces if seen.op == "call" else ()
            for i, part in enumerate(seen.parts):
                self.uses[part] += max(1, pieces.count(f"#{i}"))
        text = joined(lay_out_all(views, self.dialect, self.given, self.keep))
        if e.is_scalar:
            return f"float({text})"
        return f"np.ravel({text})" if e.shape[1] == 1 else text

    def keep(self, part: Part, laid: Laid) -> Laid:
        """Give a name to what is used twice or is long."""
        if part in self.given:
            return laid
        if not isinstance(part, Expr):
            return self.line("", laid) if part.op in _ROWS and laid.length > LONGEST else laid
        if part.op == "slice" and part.is_scalar:
            laid = rope((laid, ".item()"))
        trivial = part.op in _LEAVES or (part.op == "transpose" and part.args[0] in self.names)
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


def _dialect(sizes: dict[str, str], functions: dict[tuple[str, int], str]) -> Dialect:
    def dim_text(dim: Dim) -> str:
        return dim_code(dim, sizes)

    def axis_text(axis: Axis) -> str:
        start, count, length = axis
        return ":" if (start, count) == (0, length) else f"{dim_text(start)}:{dim_text(start + count)}"

    return Dialect("numpy", numpy_table.FORMS, numpy_table.JOINS, lambda name: functions.get((name, 0), name), dim_text,
                   axis_text, lambda seen: numpy_table.call_form(seen, dim_text))
