"""What a block makes others print: code that runs, text that reads back, examples that come out as stated."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from matcalc.algebra import apply, num, zeros
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import differential
from matcalc.calculus.structure import project, structure_of
from matcalc.core.dims import format_dim
from matcalc.core.expr import Expr
from matcalc.diagnostics import MatcalcError
from matcalc.extensions import dialect_names
from matcalc.language import Elaborated, parse
from matcalc.numeric.draws import draw, modes
from matcalc.numeric.evaluate import as_result, run
from matcalc.numeric.sizes import dims_of, sizes_for
from matcalc.printers import ascii_text, text
from matcalc.printers.dialects import dialect_named
from matcalc.rulebook.book import Rulebook
from matcalc.rulecheck.block import Block, Point
from matcalc.rulecheck.measure import EXACT, compared, judged, tangent_leaf
from matcalc.rulecheck.report import Check
from matcalc.rulecheck.shapes import said
from matcalc.simplification import closed_form
from matcalc.targets import numpy_source

TRIES = 10


def printed_code(block: Block) -> Iterator[Check]:
    """The NumPy source of a call, executed, against the evaluator."""
    call = apply(block.function, *block.arguments)
    expected = [(at, _expected(at, call)) for at in block.points()]  # refuses a template that the whitelist forbids
    program = _loaded(numpy_source(call, list(block.places), "computed"))
    words = ("the printed code gives", "the rule gives")
    yield judged("printed code runs", [compared(_executed(program, at), value, words) for at, value in expected])


def _loaded(source: str) -> Any:
    """The function that `source` defines, printed code whose templates have been evaluated before."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "<printed>", "exec"), namespace)
    return namespace["computed"]


def _executed(program: Any, at: Point) -> Any:
    free = [p.name for p in inspect.signature(program).parameters.values() if p.kind is p.KEYWORD_ONLY]
    given = [as_result(at.values[leaf], leaf.shape) for leaf in at.block.places]
    return np.asarray(program(*given, **{name: at.sizes[name] for name in free}))


def _expected(at: Point, call: Expr) -> Any:
    return np.asarray(as_result(at.value(call), call.shape))


def round_trip(block: Block) -> Iterator[Check]:
    """parse(print(e)) is e for a call of the function, in every dialect that is read."""
    call = apply(block.function, *block.arguments)
    for dialect in filter(lambda name: dialect_named(name).is_read, dialect_names()):
        shown = text(call, dialect)
        try:
            same = parse(shown, declarations(block), block.book).expr is call
            yield Check(f"{dialect} reads back", same, "" if same else f"{shown} is read as another expression")
        except MatcalcError as error:
            yield Check(f"{dialect} reads back", False, f"{shown}: {error}")


def declarations(block: Block) -> dict[str, str]:
    """The parameters as a user would declare them."""
    found = {}
    for leaf in block.places:
        rows, columns = map(format_dim, leaf.shape)
        column = f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"
        found[leaf.data.name] = " ".join(["scalar" if leaf.is_scalar else column, *sorted(leaf.data.props)])
    return found


def examples(block: Block) -> Iterator[Check]:
    """`EXPR wrt X -> ANSWER`: the gradient is ANSWER, in normal form."""
    for line in block.function.fields.get("example", "").splitlines():
        problem, arrow, answer = line.partition("->")
        source, by, wrt = problem.partition(" wrt ")
        if arrow and by and wrt.strip():
            yield _example(block, source.strip(), wrt.strip(), answer.strip())
        else:
            yield Check(f"example {line}", False, "an example reads EXPR wrt X -> ANSWER")


def _example(block: Block, source: str, wrt: str, answer: str) -> Check:
    name = f"example {source} wrt {wrt}"
    declared = {n: kind for n, kind in declarations(block).items() if re.search(rf"\b{n}\b", source)}
    try:
        read = parse(source, declared, block.book, demand_scalar=True)
        if wrt not in read.variables:
            return Check(name, False, f"{wrt} is no variable of the example")
        claim = parse(answer, {n: info.declaration() for n, info in read.variables.items()}, block.book).expr
        gradient = _gradient(read.expr, read.variables[wrt].expr, block.book)
    except MatcalcError as error:
        return Check(name, False, said(error))
    if gradient is claim or gradient is closed_form(claim, block.book):
        return Check(name, True, "identical")
    stated = f"the example says {ascii_text(claim)}, the gradient is {ascii_text(gradient)}"
    return Check(name, False, f"{stated}; {_numbers(block, gradient, claim, read)}")


def _gradient(e: Expr, x: Expr, book: Rulebook) -> Expr:
    """Within the structure of `x`, where it has one."""
    dx = tangent_leaf(x)
    gradient = pull_back(differential(e, {x: dx}, book), num(1)).get(dx, zeros(*x.shape))
    return closed_form(project(gradient, x, book), book) if structure_of(x) else gradient


def _numbers(block: Block, gradient: Expr, claim: Expr, read: Elaborated) -> str:
    """Whether two expressions that look different have the same value."""
    rng = block.rng()
    leaves = [info.expr for info in read.variables.values()]
    for mode in modes(TRIES):
        sizes = sizes_for(dims_of(gradient, claim, *leaves))
        values = draw(leaves, rng, sizes, mode)
        try:
            a, b = (np.asarray(run(e, values, sizes)) for e in (claim, gradient))
        except np.linalg.LinAlgError:
            continue
        if np.all(np.isfinite(b)):
            found = compared(a, b, ("the example says", "the gradient is"))
            return "the values are equal" if found.error <= EXACT else f"at a random point {found.said}"
    return "no point was found at which it has a value"
