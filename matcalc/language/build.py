"""Syntax with known shapes to Expr, through the smart constructors.

Nested sums and products are flattened before anything is built, so that 5,000 terms, however bracketed, cost about
one constructor call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from matcalc import algebra
from matcalc.algebra.demands import Asking
from matcalc.dims import Dim, Shape
from matcalc.expr import Expr
from matcalc.language.infer import SCALAR, Inference
from matcalc.language.literals import to_dim
from matcalc.language.sizes import Namer
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.limits import spend

Flat = tuple[list[int], tuple[Syntax, ...]]  # signs and parts of a flattened node
Typed = dict[Asking, Syntax]  # operations with a domain, before any law, and where they stand


@dataclass(slots=True)
class Builder:
    inference: Inference
    namer: Namer
    leaves: Mapping[str, Expr]  # what names stand for
    uses: Mapping[Syntax, int]  # how often a node occurs as a part; only what occurs once is flattened
    done: dict[Syntax, Expr] = field(default_factory=dict)
    flat: dict[Syntax, Flat] = field(default_factory=dict)

    def shape(self, syntax: Syntax) -> Shape:
        return self.namer.shape(self.inference, syntax)

    def dim(self, dim: Dim) -> Dim:
        return self.namer.dim(self.inference.unifier.resolve(dim))

    def parts(self, syntax: Syntax) -> tuple[Syntax, ...]:
        """What has to be built before `syntax`."""
        if syntax.op is Op.SUM:
            return self.flattened(syntax, _terms)[1]
        if syntax.op in (Op.PRODUCT, Op.DIVIDE_BY_RUN):
            return self.flattened(syntax, _factors)[1]
        return syntax.args if syntax.data not in SIZES or syntax.op is not Op.CALL else ()

    def flattened(self, syntax: Syntax, flatten: Callable[[Builder, Syntax], Flat]) -> Flat:
        if syntax not in self.flat:
            self.flat[syntax] = flatten(self, syntax)
        return self.flat[syntax]

    def args(self, syntax: Syntax) -> list[Expr]:
        return [self.done[arg] for arg in syntax.args]

    def apply(self, function: Any, args: Iterable[Expr]) -> Expr:
        return algebra.apply(function, *args)


def build(root: Syntax, inference: Inference, namer: Namer, leaves: Mapping[str, Expr]) -> tuple[Expr, Typed]:
    """The expression, and the operations with a domain as they were typed, each with the place where it stands."""
    uses = Counter(part for syntax in postorder(root) for part in syntax.args)
    b = Builder(inference, namer, leaves, uses)
    typed: Typed = {}
    stack = [(root, False)]
    while stack:
        syntax, ready = stack.pop()
        if syntax in b.done:
            continue
        if ready:
            spend(2)
            with algebra.noting() as notes:
                b.done[syntax] = BUILDERS[syntax.op](b, syntax)
            for operation in notes:
                typed.setdefault(operation, syntax)
        else:
            stack.append((syntax, True))
            stack.extend((part, False) for part in b.parts(syntax) if part not in b.done)
    return b.done[root], typed


def _terms(b: Builder, root: Syntax) -> Flat:
    """The terms of a sum and of the sums among its terms, with their signs."""
    signs: list[int] = []
    terms: list[Syntax] = []
    stack = [(1, root)]
    while stack:
        sign, syntax = stack.pop()
        if syntax.op is Op.SUM and (syntax is root or b.uses[syntax] < 2):
            stack.extend((sign * s, arg) for s, arg in zip(reversed(syntax.data), reversed(syntax.args), strict=True))
        elif syntax.op is Op.NEGATE and b.uses[syntax] < 2:
            stack.append((-sign, syntax.args[0]))
        else:
            signs.append(sign)
            terms.append(syntax)
    return signs, tuple(terms)


def _factors(b: Builder, root: Syntax) -> Flat:
    """The factors of a product and of the products among them; a 1×1 product of matrices stays whole."""
    sign = 1
    factors: list[Syntax] = []
    stack = list(reversed(b.inference.choices[root]))
    while stack:
        syntax = stack.pop()
        once = syntax.op is Op.PRODUCT and b.uses[syntax] < 2
        items = b.inference.choices.get(syntax, ()) if once else ()
        if items and (b.inference.shape(syntax) != SCALAR or all(b.inference.is_scalar(i) for i in items)):
            stack.extend(reversed(items))
        elif syntax.op is Op.NEGATE and syntax.args[0].op in (Op.PRODUCT, Op.NAME):
            sign = -sign
            stack.append(syntax.args[0])
        else:
            factors.append(syntax)
    return [sign], tuple(factors)


def _sum(b: Builder, syntax: Syntax) -> Expr:
    signs, terms = b.flat[syntax]
    shape = b.shape(syntax)
    built = []
    for sign, term in zip(signs, terms, strict=True):
        e = b.done[term]
        if e.is_scalar and shape != SCALAR:
            e = algebra.multiply(e, algebra.ones(*shape))
        built.append(e if sign > 0 else algebra.negate(e))
    return algebra.add(*built)


def _product(b: Builder, syntax: Syntax) -> Expr:
    (sign,), factors = b.flat[syntax]
    built = algebra.multiply(*(b.done[f] for f in factors))
    return built if sign > 0 else algebra.negate(built)


def _name(b: Builder, syntax: Syntax) -> Expr:
    return b.leaves[syntax.data]


def _reserved(b: Builder, syntax: Syntax) -> Expr:
    rows, cols = b.shape(syntax)
    if syntax.data == "pi":
        return algebra.pi
    if b.inference.choices.get(syntax) == "I":
        return algebra.eye(rows)
    if syntax.data == "zeros":
        return algebra.zeros(rows, cols)
    value = b.args(syntax)
    return algebra.multiply(*value, algebra.ones(rows, cols))


def _hadamard(b: Builder, syntax: Syntax) -> Expr:
    p, q = b.args(syntax)
    return algebra.multiply(p, q) if p.is_scalar or q.is_scalar else algebra.hadamard(p, q)


def _hadamard_divide(b: Builder, syntax: Syntax) -> Expr:
    p, q = b.args(syntax)
    inverse = algebra.power(q, algebra.num(-1))
    return algebra.multiply(p, inverse) if p.is_scalar or q.is_scalar else algebra.hadamard(p, inverse)


def _hadamard_power(b: Builder, syntax: Syntax) -> Expr:
    """x.^y is exp(y .* log x) where y is not a scalar."""
    p, q = b.args(syntax)
    if syntax not in b.inference.choices:
        return algebra.power(p, q)
    exp, log = b.inference.choices[syntax]
    logarithm = b.apply(log, [p])
    both = algebra.multiply(q, logarithm) if p.is_scalar else algebra.hadamard(q, logarithm)
    return b.apply(exp, [both])


def _power(b: Builder, syntax: Syntax) -> Expr:
    base, exponent = syntax.args
    choice = b.inference.choices.get(syntax)
    if isinstance(choice, tuple):
        root = b.apply(choice[0], [b.done[base]])
        return root if choice[1] else algebra.inverse(root)
    if isinstance(choice, int):
        return algebra.matrix_power(b.done[base], choice)
    if choice is not None:
        return b.apply(choice, [b.done[exponent]])
    return algebra.power(b.done[base], b.done[exponent])


def _inverse_transpose(b: Builder, syntax: Syntax) -> Expr:
    return algebra.transpose(algebra.inverse(b.args(syntax)[0]))


def _call(b: Builder, syntax: Syntax) -> Expr:
    if syntax.data in SIZES:
        return SIZES[syntax.data](b, syntax)
    function = b.inference.choices[syntax]
    args = [b.done[arg] if param.kind == "value" else algebra.size(to_dim(b.inference, arg))
            for param, arg in zip(function.params, syntax.args, strict=True)]
    return b.apply(function, args)


def _unit(b: Builder, syntax: Syntax) -> Expr:
    return algebra.unit(int(syntax.args[0].data), b.shape(syntax)[0])


def _chosen(b: Builder, syntax: Syntax) -> Expr:
    """A node whose function was chosen with its shapes: bars, ⊗."""
    return b.apply(b.inference.choices[syntax], b.args(syntax))


def _norm(b: Builder, syntax: Syntax) -> Expr:
    """A row has the norm of the column."""
    function, shape = b.inference.choices[syntax]
    (x,) = b.args(syntax)
    return b.apply(function, [x if x.shape[1] == b.dim(shape[1]) else algebra.transpose(x)])


def _apply(b: Builder, syntax: Syntax) -> Expr:
    name, order = syntax.data
    return b.apply(b.inference.scope.rulebook.unspecified(name, order), b.args(syntax))


def _inner(b: Builder, syntax: Syntax) -> Expr:
    p, q = b.args(syntax)
    return algebra.trace(algebra.multiply(algebra.transpose(p), q))


def _index(b: Builder, syntax: Syntax) -> Expr:
    (row, rows), (col, cols) = b.inference.choices[syntax]
    return algebra.slice_(b.args(syntax)[0], b.dim(row), b.dim(rows), b.dim(col), b.dim(cols))


def _block(b: Builder, syntax: Syntax) -> Expr:
    parts = iter(b.args(syntax))
    return algebra.block([[next(parts) for _ in range(count)] for count in syntax.data])


def _hole(b: Builder, syntax: Syntax) -> Expr:
    return algebra.variable("?", b.shape(syntax))


SIZES: dict[str, Callable[[Builder, Syntax], Expr]] = {
    "eye": lambda b, s: algebra.eye(b.shape(s)[0]), "ones": lambda b, s: algebra.ones(*b.shape(s)),
    "zeros": lambda b, s: algebra.zeros(*b.shape(s)), "unit": _unit,
}
BUILDERS: dict[Op, Callable[[Builder, Syntax], Expr]] = {
    Op.NUMBER: lambda b, s: algebra.num(Fraction(s.data)), Op.NAME: _name, Op.RESERVED: _reserved, Op.HOLE: _hole,
    Op.SUM: _sum, Op.PRODUCT: _product,
    Op.DIVIDE_BY_RUN: _product, Op.NEGATE: lambda b, s: algebra.negate(b.args(s)[0]),
    Op.DIVIDE: lambda b, s: algebra.divide(*b.args(s)), Op.HADAMARD: _hadamard, Op.HADAMARD_DIVIDE: _hadamard_divide,
    Op.HADAMARD_POWER: _hadamard_power, Op.KRON: _chosen, Op.POWER: _power, Op.INVERSE_TRANSPOSE: _inverse_transpose,
    Op.TRANSPOSE: lambda b, s: algebra.transpose(b.args(s)[0]), Op.CALL: _call, Op.DOTTED: _call, Op.APPLY: _apply,
    Op.BARS: _chosen, Op.NORM: _norm, Op.INNER: _inner, Op.INDEX: _index, Op.BLOCK: _block,
}
