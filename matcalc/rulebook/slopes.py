"""The derivative of a formula that works entry by entry on one variable, entry by entry."""

from __future__ import annotations

from matcalc.algebra import add, hadamard, multiply, num, ones, power, substitute
from matcalc.algebra.make import param_leaf
from matcalc.core.expr import ADD, CALL, HAD, MUL, POW, Expr, variables
from matcalc.core.function import Function


class NotEntrywiseError(Exception):
    """A formula does more than work entry by entry, or has no derivative that is known."""


def derivative(e: Expr, x: Expr) -> Expr:
    """The derivative of the formula `e` by its variable `x`, both with one shape: 2 x ∘ y for x ∘ x ∘ y. Raises
    NotEntrywiseError."""
    if x not in variables(e):
        return multiply(num(0), ones(*x.shape))
    if e is x:
        return ones(*x.shape)
    if e.kind is ADD:
        return add(*(derivative(arg, x) for arg in e.args))
    if e.kind is HAD:
        return add(*(hadamard(*e.args[:i], derivative(arg, x), *e.args[i + 1:]) for i, arg in enumerate(e.args)))
    if e.kind is MUL and all(x not in variables(arg) for arg in e.args[:-1]):
        return multiply(num(e.data), *e.args[:-1], derivative(e.args[-1], x))
    if e.kind is POW and x not in variables(e.args[1]):
        base, exponent = e.args
        lower = power(base, add(exponent, num(-1)))
        return multiply(exponent, hadamard(lower, derivative(base, x)))
    if e.kind is CALL and len(e.args) == 1 and e.data.params[0].shape == e.data.result:
        return hadamard(_outer(e.data, e.args[0]), derivative(e.args[0], x))
    raise NotEntrywiseError


def _outer(f: Function, inner: Expr) -> Expr:
    """f′ at what f is called with."""
    leaf = param_leaf(f, 0)
    rows, columns = f.params[0].shape
    found = slope(f)
    return substitute(found, {leaf: inner}, {str(rows): inner.shape[0], str(columns): inner.shape[1]})


def slope(f: Function, order: int = 1) -> Expr:
    """The derivative of this order of f, entry by entry, in its parameter; 0 of what is constant. Raises
    NotEntrywiseError."""
    leaf = param_leaf(f, 0)
    if f.form == "notation":
        means = f.template("means")
        found = derivative(means, leaf) if means is not None else None
    else:
        found = f.template("d")
    if found is None and f.form != "constant":
        raise NotEntrywiseError
    found = multiply(num(0), ones(*leaf.shape)) if found is None else found
    for _ in range(order - 1):
        found = derivative(found, leaf)
    return found
