"""What operations ask of their operands, noted while they are built: x/x is 1, but only where x ≠ 0.

A normal form forgets what it cancels. So whoever reads a formula collects the operations with a domain as they were
typed, before any law sees them; what they demand then stands beside the answer, or the formula is refused.

A rule may state formulas that hold for symmetric or triangular matrices only. It is used where the structure can be
seen from the argument; what is positive definite besides stands beside the answer, as a domain does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from matcalc.algebra.addition import negate
from matcalc.algebra.facts import STRUCTURES, is_nonnegative, is_positive
from matcalc.algebra.leaves import is_zero, variable
from matcalc.algebra.make import instantiate, substitute
from matcalc.core.dims import Shape
from matcalc.core.exponents import is_never_negative
from matcalc.core.expr import (
    ADD,
    CALL,
    DIM,
    INDEX,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    POW,
    SYMPOW,
    VAR,
    Expr,
    Kind,
    node,
    variables,
)
from matcalc.core.function import Demand, Function, Param

# What a domain says: X invertible; 1 - x'*x positive; A and -B without …
_CLAUSE = re.compile(r"(\S+(?: [-+] \S+)*)(?: and (\S+))? (.*)")
_BEYOND = {"spd": "positive", "psd": "nonnegative"}  # declared of a parameter; beside it what is said of a number
_OF_SIGNS = ("positive", "nonnegative", "nonzero")
_NEVER_OF_ZERO = ("invertible", "nonzero", "positive")
Asking = Expr | Demand  # an operation with a domain, or what a law said about its own
Notes = dict[Asking, None]
_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noting() -> Iterator[Notes]:
    """Collect the operations with a domain that are built meanwhile, each as it was asked for."""
    found: Notes = {}
    token = _notes.set(found)
    try:
        yield found
    finally:
        _notes.reset(token)


def is_noting() -> bool:
    """Whether somebody collects what is asked for."""
    return _notes.get() is not None


def note(kind: Kind, args: tuple[Expr, ...], data: Any, shape: Shape) -> None:
    """Called by the constructors that can lose a demand, before they do."""
    found = _notes.get()
    if found is not None:
        found[node(kind, args, data, shape)] = None


def note_demand(demand: Demand) -> None:
    """Called where a law is used that says when it holds."""
    found = _notes.get()
    if found is not None:
        found[demand] = None


def demands(e: Asking) -> Iterator[Demand]:
    """What the value of the operation `e` asks of its operands, be it certain or not."""
    if isinstance(e, Demand):
        yield e
    elif e.kind is MATPOW and e.data < 0:
        yield Demand("invertible", e.args[0])
    elif e.kind is POW:
        yield from _of_power(*e.args)
    elif e.kind is SYMPOW and not e.args[1].free and not is_never_negative(e.args[1]):
        yield Demand("nonnegative", e.args[1])
    elif e.kind is CALL:
        yield from clauses(e.data, e.args)


def _of_power(base: Expr, exponent: Expr) -> Iterator[Demand]:
    if exponent.kind is not NUM and is_integer(exponent):
        if not is_nonnegative(exponent):
            yield Demand("nonzero", base)
    elif exponent.kind is not NUM:
        yield Demand("positive", base)
    elif exponent.data.denominator > 1:
        yield Demand("positive" if exponent.data < 0 else "nonnegative", base)
    elif exponent.data < 0:
        yield Demand("nonzero", base)


def is_integer(e: Expr) -> bool:
    """Whether `e` is certainly a whole number: a dimension, what is declared so, sums and products of these."""
    if e.kind is NUM:
        return bool(e.data.denominator == 1)
    if e.kind is VAR:
        return "integer" in e.data.props
    whole = e.data is None or (e.kind is MUL and e.data.denominator == 1)
    return e.kind in (DIM, INDEX, IVERSON) or (e.kind in (ADD, MUL) and whole and all(map(is_integer, e.args)))


def is_delicate(e: Expr) -> bool:
    """Whether an operation may have no value, or a kink, at some operands, as far as signs tell."""
    if e.kind is CALL:
        fields = e.data.fields
        smooth = e.data.form in ("elementwise", "function", "linear") and e.data.file and "kink" not in fields
        if not smooth or "for the derivative" in fields.get("domain", ""):
            return True
    return not all(demand.word in _OF_SIGNS and is_positive(demand.expr) for demand in demands(e))


def clauses(function: Function, args: tuple[Expr, ...]) -> Iterator[Demand]:
    """The domain that a rule states, said of `args`; what only the derivative needs is left out."""
    for param, arg in zip(function.params, args, strict=True):
        for word in param.props & _BEYOND.keys():
            yield Demand(_BEYOND[word] if arg.is_scalar else word, arg)
    given = {param.name: arg for param, arg in zip(function.params, args, strict=True)}

    def read(text: str) -> Expr:
        return given[text] if text in given else instantiate(function, function.subject(text), args)

    for subject, partner, word in said(function.fields.get("domain", "")):
        if not word.endswith("for the derivative"):
            yield Demand(word, read(subject), read(partner) if partner else None)


def said(text: str) -> list[tuple[str, str, str]]:
    """`A and -B without common eigenvalue; X positive` as (subject, partner "-B" or "", word)."""
    found = (_CLAUSE.fullmatch(part.strip()) for part in text.split(";"))
    return [(clause[1], clause[2] or "", clause[3]) for clause in found if clause]


def impossible(e: Asking) -> str:
    """Why the operation `e` has no value anywhere, as far as signs tell; "" where it may have one."""
    for demand in demands(e):
        x = demand.expr
        if demand.word in _NEVER_OF_ZERO and is_zero(x):
            return _said(e, "0")
        if demand.word == "positive" and is_nonnegative(negate(x)):
            return _said(e, "what is never positive")
        if demand.word == "nonnegative" and is_positive(negate(x)):
            return "it is the root of a negative number"
    return ""


def _said(e: Asking, what: str) -> str:
    if isinstance(e, Demand) or e.kind is MATPOW:
        return "a law is used outside its domain" if isinstance(e, Demand) else "a zero matrix has no inverse"
    if e.kind is CALL:
        return f"{e.data.name} is taken of {what}"
    return f"it divides by {what}" if e.args[1].kind is NUM and what == "0" else f"it is a power of {what}"


def unfit(function: Function, args: tuple[Expr, ...]) -> Iterator[tuple[Param, Expr, str]]:
    """The parameters whose structure cannot be seen from their arguments, with the word for it."""
    for param, arg in zip(function.params, args, strict=True):
        for word in sorted(param.props & STRUCTURES.keys()):
            structure = STRUCTURES[word]
            if not (arg.is_scalar and word != "skew") and not structure.holds(as_declared(arg)):
                yield param, arg, structure.adjective


def as_declared(e: Expr) -> Expr:
    """With the declared properties of the variables in force by which one differentiates."""
    free = {x: variable(x.data.name, x.shape, x.data.props - {"free"}) for x in variables(e) if "free" in x.data.props}
    return substitute(e, free) if free else e
