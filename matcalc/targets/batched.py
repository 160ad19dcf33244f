"""How each operation is computed on arrays with labelled axes: the plan of every kind of node.

Operations of entries broadcast, products that are summed contract, functions of matrices act on the last two axes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from matcalc.algebra.guards import Guard, guard
from matcalc.core.dims import Dim
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONST,
    DIM,
    EYE,
    HAD,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    TANGENT,
    TRACE,
    TRANSPOSE,
    UNIT,
    VAR,
    ZEROS,
    Expr,
    Kind,
)
from matcalc.core.indices import Index
from matcalc.numeric.evaluate import call
from matcalc.numeric.stacked import stacks
from matcalc.printers.precedence import ATOM, LOOSE, POWER, SUM
from matcalc.printers.view import View
from matcalc.targets.contraction import contracts, is_guarded, network
from matcalc.targets.contraction import plan as contraction
from matcalc.targets.labelled import COLUMN, ROW, Label, Labelled, Plan, Value, member_axes
from matcalc.targets.lookups import index, member, where

Values = list[Value]
_PRODUCTS = frozenset({MUL, HAD, CHAIN, TRACE})


def plan(known: Labelled, e: Expr) -> Plan:
    """How a node is computed."""
    inner = e
    while inner.kind is OVER and inner.data[0] == "sum" and known.uses[inner.args[0]] < 2:
        inner = inner.args[0]
    if inner.kind in _PRODUCTS and not is_guarded(inner) and (inner is e or e.kind is OVER):
        found = network(e, known.uses)
        if contracts(found):
            return contraction(known, found)
    return _PLANS[e.kind](known, e)


def _leaf(text: Callable[[Labelled, Expr], Value]) -> Callable[[Labelled, Expr], Plan]:
    return lambda known, e: Plan((), lambda _: text(known, e))


def _entrywise(make: Callable[[Labelled, Expr, Values, tuple[Label, ...]], Value]) -> Callable[[Labelled, Expr], Plan]:
    """A plan that takes its operands aligned to all axes that they have together."""
    def planned(known: Labelled, e: Expr) -> Plan:
        def made(values: Values) -> Value:
            axes = known.together(*(value.axes for value in values))
            return make(known, e, [known.aligned(value, axes) for value in values], axes)

        return Plan(e.args, made)

    return planned


def _number(q: Fraction) -> Value:
    if q.denominator == 1:
        return Value(str(q), ATOM if q >= 0 else SUM, negated=q < 0)
    return Value(f"{q.numerator} / {q.denominator}", LOOSE if q >= 0 else SUM, negated=q < 0)


def _constant(name: str, axes: tuple[str, ...], dims: Callable[[Expr], Sequence[Dim]]) -> Callable[
        [Labelled, Expr], Plan]:
    def text(known: Labelled, e: Expr) -> Value:
        sizes = [known.dim(d) for d in dims(e)]
        shape = sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"
        return Value(known.say.constants[name].format(shape=shape), ATOM, axes or member_axes(e))

    return _leaf(text)


def _unit(known: Labelled, e: Expr) -> Value:
    size = known.dim(e.shape[0])
    return Value(known.say.constants["unit"].format(shape=size, i=e.data - 1), ATOM, member_axes(e))


def _relation(known: Labelled, e: Expr) -> Value:
    return where(known, Guard("holds", relation=e), Value("1.0"), "0.0")


def _sum(_: Labelled, __: Expr, values: Values, axes: tuple[Label, ...]) -> Value:
    first, *rest = sorted(values, key=lambda value: value.negated)
    text = first.text
    for value in rest:
        text += f" - {value.text[1:].lstrip()}" if value.negated else f" + {value.at_least(LOOSE)}"
    return Value(text, SUM, axes)


def _product(known: Labelled, e: Expr) -> Plan:
    """A product that is not summed: factors, what they are divided by, and relations that decide first."""
    held = guard[e]
    others = [arg for arg in e.args if arg.kind is not IVERSON]
    below = [_reciprocal(arg) for arg in others]
    parts = tuple(arg if under is None else under for arg, under in zip(others, below, strict=True))
    number = e.data if e.kind is MUL else Fraction(1)

    def made(values: Values) -> Value:
        axes = known.together(*(value.axes for value in values))
        aligned = [known.aligned(value, axes) for value in values]
        above = [v for v, under in zip(aligned, below, strict=True) if under is None]
        divisors = [v for v, under in zip(aligned, below, strict=True) if under is not None]
        found = _quotient(number, above, divisors, axes)
        return found if held is None else where(known, held, found, "0.0")

    return Plan(parts, made)


def _chain(known: Labelled, e: Expr) -> Plan:
    """A matrix product as a contraction, where relations among its factors hold."""
    held, product = guard[e], contraction(known, network(e, known.uses, is_root=True))
    if held is None:
        return product
    return Plan(product.parts, lambda values: where(known, held, product.make(values), "0.0"))


def _reciprocal(e: Expr) -> Expr | None:
    """x of a factor x⁻¹."""
    return e.args[0] if e.kind is POW and e.args[1].kind is NUM and e.args[1].data == -1 else None


def _quotient(number: Fraction, above: Values, below: Values, axes: tuple[Label, ...]) -> Value:
    top = [str(abs(number.numerator))] if abs(number.numerator) != 1 or not above else []
    top += [v.at_least(POWER) for v in above]
    bottom = [str(number.denominator)] if number.denominator != 1 else []
    bottom += [v.at_least(POWER) for v in below]
    text = " * ".join(top)
    if bottom:
        text += f" / {bottom[0]}" if len(bottom) == 1 else f" / ({' * '.join(bottom)})"
    if number < 0:
        return Value(f"-{text}", SUM, axes, negated=True)
    level = above[0].level if len(top) == len(above) == 1 and not bottom else LOOSE
    return Value(text, level, axes, negated=False)


def _power(known: Labelled, e: Expr) -> Plan:
    base, exponent = e.args
    if exponent.kind is IVERSON:
        return Plan((base,), lambda values: where(known, Guard("holds", relation=exponent), values[0], "1.0"))
    if exponent.kind is NUM:
        return Plan((base,), lambda values: _numeric_power(known, values[0], exponent.data))
    return _entrywise(lambda known, e, values, axes: Value(
        f"{values[0].at_least(ATOM)}**{values[1].at_least(ATOM)}", POWER, axes))(known, e)


def _numeric_power(known: Labelled, base: Value, q: Fraction) -> Value:
    if q < 0:
        below = _numeric_power(known, base, -q) if q != -1 else base
        return Value(f"1 / {below.at_least(POWER)}", LOOSE, base.axes)
    if q == Fraction(1, 2):
        return Value(known.say.root.format(x=base.text), ATOM, base.axes)
    exponent = _number(q)
    return Value(f"{base.at_least(ATOM)}**{exponent.at_least(ATOM)}", POWER, base.axes)


def _over(known: Labelled, e: Expr) -> Plan:
    """A reduction along the axes of its indices, of nested ones of one kind at once."""
    word, inner, indices = e.data[0], e, []
    while inner.kind is OVER and inner.data[0] == word and (inner is e or known.uses[inner] < 2):
        indices.append(inner.data[1])
        inner = inner.args[0]

    def made(values: Values) -> Value:
        (value,) = values
        kept = tuple(label for label in value.axes if label not in indices)
        axes = sorted(value.axes.index(index) for index in indices)
        along = "" if not kept else known.say.along.format(
            axes=axes[0] if len(axes) == 1 else f"({', '.join(map(str, axes))})")
        return Value(known.say.reductions[word].format(x=value.text, along=along), ATOM, kept)

    return Plan((inner,), made)


def _transpose(_: Labelled, e: Expr) -> Plan:
    turned = {ROW: COLUMN, COLUMN: ROW}
    return Plan(e.args, lambda values: values[0]._replace(axes=tuple(
        turned[label] if isinstance(label, str) else label for label in values[0].axes)))


def _on_matrices(text: Callable[[Labelled, Expr], str], behind: int = 2) -> Callable[[Labelled, Expr], Plan]:
    """A plan for what acts on the last two axes."""
    def planned(known: Labelled, e: Expr) -> Plan:
        def made(values: Values) -> Value:
            letters = [label for label in known.together(values[0].axes) if isinstance(label, Index)]
            matrix = known.matrix(values[0], letters)
            return known.of_matrix(text(known, e).format(x=matrix.text, k=e.data), e, letters, behind)

        return Plan(e.args, made)

    return planned


def _call(known: Labelled, e: Expr) -> Plan:
    """A function: of entries by broadcasting, of matrices in stacks where its template takes them, else one by one."""
    function = e.data
    if function.form == "unspecified":
        name = known.known.functions[function.name, function.order]
        return Plan(e.args, lambda values: Value(f"{name}({values[0].text})", ATOM, values[0].axes))
    row = known.target.constructs.call_form(View("call", e.args, (function,)), known.target.template(function),
                                            known.dim)
    if function.form == "elementwise":
        return _entrywise(lambda known, e, values, axes: Value(*known.filled(row, values), axes))(known, e)

    def made(values: Values) -> Value:
        letters = [label for label in known.together(*(v.axes for v in values)) if isinstance(label, Index)]
        single, stacked = stacks(function, call)
        given = [known.aligned(v, letters) if p.shape == (1, 1) else known.matrix(v, letters)
                 for p, v in zip(function.params, values, strict=True)]
        if not letters or stacked is not None:
            text, level = known.filled(row, given)
            text = text if level == ATOM else f"({text})"
            return known.of_matrix(text, e, letters, single if not letters or stacked is None else stacked)
        names = [p.name for p in function.params]
        inner, _ = known.filled(row, [Value(name) for name in names])
        text = known.say.each.format(names=", ".join(names), value=inner, signature=_signature(e, single),
                                     given=", ".join(v.text for v in given))
        return known.of_matrix(text, e, letters, single)

    return Plan(e.args, made)


def _signature(e: Expr, single: int) -> str:
    """(m0,n0),()->(p,q) for a function of a matrix and a number that gives a matrix."""
    inner = ",".join("()" if p.shape == (1, 1) else f"(m{k},n{k})" for k, p in enumerate(e.data.params))
    return f"{inner}->{('()', '(p)', '(p,q)')[single]}"


def _block(known: Labelled, e: Expr) -> Plan:
    def made(values: Values) -> Value:
        letters = [label for label in known.together(*(v.axes for v in values)) if isinstance(label, Index)]
        axes: tuple[Label, ...] = (*letters, ROW, COLUMN)
        blocks = iter([known.repeated(known.aligned(v, axes, whole=True), axes, known.lengths(axes, arg)).text
                       for v, arg in zip(values, e.args, strict=True)])
        rows = [known.say.joined.format(parts=", ".join(next(blocks) for _ in range(count)), axis=-1)
                for count in e.data]
        return known.of_matrix(known.say.joined.format(parts=", ".join(rows), axis=-2), e, letters)

    return Plan(e.args, made)


def _slice(known: Labelled, e: Expr) -> Plan:
    row, rows, column, columns = e.data
    kept, parts = member_axes(e), {ROW: (row, rows, e.args[0].shape[0]), COLUMN: (column, columns, e.args[0].shape[1])}

    def place(label: Label) -> str:
        if isinstance(label, Index):
            return known.say.all
        start, count, length = parts[label]
        if label not in kept:
            return known.dim(start)
        return known.say.all if (start, count) == (0, length) else f"{known.dim(start)}:{known.dim(start + count)}"

    def made(values: Values) -> Value:
        (value,) = values
        text = known.say.entry.format(x=value.at_least(ATOM), places=", ".join(map(place, value.axes)))
        return Value(text, ATOM, tuple(x for x in value.axes if isinstance(x, Index) or x in kept))

    return Plan(e.args, made)


_PLANS: dict[Kind, Callable[[Labelled, Expr], Plan]] = {
    NUM: _leaf(lambda known, e: _number(e.data)),
    DIM: _leaf(lambda known, e: Value(known.dim(e.data), SUM)),
    CONST: _leaf(lambda known, e: Value(known.say.constants["number"].format(shape=e.data))),
    VAR: _leaf(member),
    TANGENT: _leaf(member),
    EYE: _constant("eye", (ROW, COLUMN), lambda e: e.shape[:1]),
    ONES: _constant("ones", (), lambda e: [d for d in e.shape if d != 1]),
    ZEROS: _constant("zeros", (), lambda e: [d for d in e.shape if d != 1]),
    UNIT: _leaf(_unit),
    INDEX: _leaf(index),
    IVERSON: _leaf(_relation),
    ADD: _entrywise(_sum),
    MUL: _product,
    HAD: _product,
    CHAIN: _chain,
    POW: _power,
    OVER: _over,
    TRANSPOSE: _transpose,
    TRACE: _on_matrices(lambda known, e: known.say.trace, 0),
    MATPOW: _on_matrices(lambda known, e: known.say.inverse if e.data == -1 else known.say.matrix_power),
    CALL: _call,
    BLOCK: _block,
    SLICE: _slice,
}
