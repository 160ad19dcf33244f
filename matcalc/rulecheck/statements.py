"""What else a block says, and what it makes others print: body and means agree with the template, declared words with
the values; code runs, text reads back, examples come out as stated.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from matcalc.algebra import apply, num, zeros
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.make import MEMBERS, members_leaf, unknown_leaf
from matcalc.calculus.adjoint import pull_back
from matcalc.calculus.differential import derived, differential, seed
from matcalc.calculus.structure import project, structure_of
from matcalc.core.dims import format_dim
from matcalc.core.expr import ADD, VAR, Expr, postorder
from matcalc.diagnostics import MatcalcError, NoRuleError
from matcalc.extensions import ASCII
from matcalc.language import Elaborated, parse
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import as_result, call, run, smooth
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import dims_of, sizes_for
from matcalc.printers import text
from matcalc.printers.dialects import dialect_named, dialect_names
from matcalc.printers.lettering import names_in
from matcalc.rulebook.book import Rulebook
from matcalc.rulecheck.findings import (
    EXACT,
    Check,
    Finding,
    Words,
    compared,
    holds,
    judged,
    placed,
    said,
)
from matcalc.rulecheck.specimen import POINTS, Point, Specimen
from matcalc.rulecheck.stated_holomorphy import is_conjugating, is_holomorphic, is_real_at_hermitian
from matcalc.simplification import closed_form
from matcalc.targets import numpy_source

Property = Callable[[Point, Any], Finding]
ILL_CONDITIONED = 1e8
MEMBERS_DRAWN = 3


def same_value(block: Specimen) -> Iterator[Check]:
    """body, or means, against the numeric template where the block has both: at more points where that chooses between
    cases, of which some are rare."""
    count = POINTS * (6 if "np.where(" in block.function.fields.get("numpy", "") else 1)
    for field in ("body", "means"):
        if {field, "numpy"} <= block.function.fields.keys():
            words = (f"{field} gives", "numpy gives")
            found = [compared(at.field(field), at.call(), words) for at in block.points(count)]
            yield from placed(block.function.place(field), judged(f"{field} equals numpy", found))


def solvable(block: Specimen) -> Iterator[Check]:
    """The equation that a block states, made linear, is solved for its value."""
    function = block.function
    if function.unknown:
        try:
            derived(function, block.book)
        except NoRuleError as error:
            yield from placed(function.place(f"implicit.{function.unknown}"), Check("equation", False, said(error)))


def equation_holds(block: Specimen) -> Iterator[Check]:
    """The numeric template solves the equation, relative to the terms of it."""
    function, field = block.function, f"implicit.{block.function.unknown}"
    equation = function.template(field)
    if equation is not None:
        terms = equation.args if equation.kind is ADD else (equation,)
        found = [_balanced(at, terms, unknown_leaf(function)) for at in block.points()]
        yield from placed(function.place(field), judged(f"{field} is 0", found))


def _balanced(at: Point, terms: Sequence[Expr], unknown: Expr) -> Finding:
    """The first term against minus the others."""
    first, *others = (at.value(term, {unknown: at.call()}) for term in terms)
    return compared(first, -sum(others), ("the first term of the equation is", "what the others leave is"))


def inverse_and_sums(block: Specimen) -> Iterator[Check]:
    """The inverse of a value is the argument, and the value of a sum what is said of it."""
    function = block.function
    (leaf, *_) = block.places or (None,)
    back, parted = function.template("inverse"), function.template("of_sum")
    if leaf is not None and back is not None:
        found = [compared(at.value(back, {leaf: at.call()}), at.values[leaf], ("inverse of a value is", "and must be"))
                 for at in block.points()]
        yield from placed(function.place("inverse"), judged("inverse", found))
    if leaf is not None and parted is not None:
        other, = (e for e in postorder(parted) if e.kind is VAR and e is not leaf)
        found = []
        for at in block.points():
            y = 0.3 * at.like(leaf)
            found.append(compared(at.value(parted, {other: y}), _again(at, [at.values[leaf] + y]),
                                  ("of_sum gives", "f(X + Y) is")))
        yield from placed(function.place("of_sum"), judged("of_sum", found))


def lifted_values(block: Specimen) -> Iterator[Check]:
    """The field lift against the function of one argument after the other."""
    function = block.function
    template = function.template("lift")
    if template is None:
        return
    found = []
    leaf, rng = next(iter(block.places)), block.rng()
    for choice in range(POINTS):
        points = [block.point(rng, choice) for _ in range(MEMBERS_DRAWN)]
        if leaf.shape[1] == 1:
            given = np.hstack([at.values[leaf] for at in points]).T
            due = np.hstack([np.reshape(at.call(), (-1, 1)) for at in points]).T
        else:
            given = points[0].values[leaf]
            due = np.array([[call(function, [x]) for x in row] for row in given])
        value = run(template, {members_leaf(function, 0): given}, {**points[0].sizes, str(MEMBERS): len(points)})
        found.append(compared(value, due.reshape(np.shape(value)) if due.size == np.size(value) else due,
                              ("lift gives", "one by one it is")))
    yield from placed(function.place("lift"), judged("lift", found))


def declared_words(block: Specimen) -> Iterator[Check]:
    """Every word of the field `is`, at random points."""
    for word in block.function.fields.get("is", "").split():
        if word not in PROPERTIES:
            found = Check(f"is {word}", False, f"unknown; the words are {', '.join(PROPERTIES)}")
        else:
            found = judged(f"is {word}", [PROPERTIES[word](at, at.call()) for at in block.points()])
        yield from placed(block.function.place("is"), found)


def _again(at: Point, values: Sequence[Any]) -> Any:
    """The function at other values, of other shapes perhaps."""
    return np.asarray(call(at.block.function, at.arguments(values)))


def _multiplicative(at: Point, value: Any) -> Finding:
    """f(X Y) = f(X) f(Y) and f(I) = 1."""
    (leaf,) = at.block.places
    x = at.values[leaf]
    y = x + 0.3 * at.like(leaf)
    found = (compared(_again(at, [x @ y]), value * _again(at, [y]), ("f(X Y) is", "f(X) f(Y) is")),
             compared(_again(at, [np.eye(len(x))]), 1.0, ("f(I) is", "and must be")))
    return max(found, key=lambda finding: finding.error)


def _entrywise(at: Point, value: Any) -> Finding:
    """The last entry of f(X, Y) is f of the last entries."""
    last = [x if np.ndim(x) == 0 else x[-1:, -1:] for x in (at.values[leaf] for leaf in at.block.places)]
    return compared(np.ravel(_again(at, last)), np.ravel(value)[-1:], ("f of the last entries is", "the last entry is"))


def _internal(at: Point, value: Any) -> Finding:
    """The value lies among the entries of the first argument."""
    entries = np.ravel(next(iter(at.values.values())))
    return holds(bool(np.min(value) >= entries.min() and np.max(value) <= entries.max()), "a value is outside")


def _ordered(_: Point, value: Any) -> Finding:
    """The entries of a vector never fall, or never rise."""
    steps = np.diff(np.ravel(value))
    return holds(bool((steps >= 0).all() or (steps <= 0).all()), "the entries of a value are in no order")


def _masks(at: Point, value: Any) -> Finding:
    """f(C, X∘Y) = f(C, X)∘Y, of the last parameter."""
    last = list(at.block.places)[-1]
    y = at.like(last)
    return compared(at.call({last: at.values[last] * y}), value * y, ("f(C, X.*Y) is", "f(C, X).*Y is"))


def _chooses(at: Point, _: Any) -> Finding:
    """f(C, X, Y) is X where C > 0 and Y elsewhere, 0 included."""
    (leaf, c), (_, x), (_, y) = ((leaf, at.values[leaf]) for leaf in list(at.block.places)[:3])
    somewhere = np.where(np.arange(np.size(c)).reshape(np.shape(c)) % 2, 0.0, c)
    return compared(at.call({leaf: somewhere}), np.where(somewhere > 0, x, y),
                    ("f(C, X, Y) is", "X where C > 0 and Y elsewhere is"))


def _bounds(ok: Callable[[Any], Any], must: str) -> Property:
    """A statement about every entry; what is said is the first entry that breaks it."""
    def judge(_: Point, value: Any) -> Finding:
        wrong = [x for x in np.ravel(value) if not ok(x)]
        return holds(not wrong, f"a value is {wrong[0]:.6g}, and must be {must}" if wrong else "")
    return judge


def _invertible(_: Point, value: Any) -> Finding:
    condition = np.linalg.cond(value)
    return holds(condition < ILL_CONDITIONED, f"the condition number of a value is {condition:.1e}")


def _stable(_: Point, value: Any) -> Finding:
    least = float(np.min(np.linalg.eigvals(value).real))
    return holds(least > 0, f"an eigenvalue of a value has the real part {least:.6g}, and it must be positive")


def _of_square(judge: Property) -> Property:
    """A property that only a square matrix, or a number, can have."""
    def judged_so(at: Point, value: Any) -> Finding:
        x = np.atleast_2d(value)
        if x.ndim == 2 and x.shape[0] == x.shape[1]:
            return judge(at, x)
        return holds(False, f"a value is {'×'.join(map(str, x.shape))}, which is not square")
    return judged_so


def _transposing(at: Point, value: Any) -> Finding:
    """f(A, Q')  = f(A, Q)', of the parameters in which f is linear."""
    turned = {leaf: np.transpose(at.values[leaf]) for leaf, i in at.block.places.items()
              if is_linear_in(at.block.function, i)}
    if not turned or np.shape(value)[:1] != np.shape(value)[1:]:
        return holds(False, "it is said of a square matrix that is linear in a square one")
    return compared(at.call(turned), np.transpose(value), ("f(A, Q') is", "f(A, Q)' is"))


def _of_transposed(change: Callable[[Any], Any], words: Words) -> Property:
    """f(X') against what becomes of f(X), where f takes X' at all."""
    def judge(at: Point, value: Any) -> Finding:
        values = [np.transpose(at.values[leaf]) for leaf in at.block.places]
        if not at.block.takes(values):
            return holds(False, "the transpose of an argument does not fit its parameter")
        due, found = np.asarray(change(value)), _again(at, values)
        return compared(found.reshape(due.shape) if found.size == due.size == 1 else found, due, words)
    return judge


def _both_ways(at: Point, value: Any) -> tuple[Any, Any]:
    """f(A) A and A f(A), for the first argument A."""
    a = np.atleast_2d(next(iter(at.values.values())))
    return np.atleast_2d(value) @ a, a @ np.atleast_2d(value)


PROPERTIES: dict[str, Property] = {
    "equivariant": _of_transposed(np.transpose, ("f(X') is", "f(X)' is")),
    "invariant": _of_transposed(np.asarray, ("f(X') is", "f(X) is")),
    "transposing": _of_square(_transposing),
    "symmetric": _of_square(lambda at, value: compared(value, value.T, ("a value has", "and its transpose has"))),
    "lower": lambda at, value: compared(np.tril(np.atleast_2d(value)), np.atleast_2d(value),
                                        ("a lower matrix has", "a value has")),
    "upper": lambda at, value: compared(np.triu(np.atleast_2d(value)), np.atleast_2d(value),
                                        ("an upper matrix has", "a value has")),
    "weights": lambda at, value: compared(np.diag(np.ravel(next(iter(at.values.values())))), np.atleast_2d(value),
                                          ("the argument on a diagonal is", "a value is")),
    "ordered": _ordered,
    "internal": _internal,
    "atom": lambda at, value: compared(at.field("means"), value, ("means gives", "the function gives")),
    "nonnegative": _bounds(lambda x: x >= 0, "at least 0"),
    "positive": _bounds(lambda x: x > 0, "greater than 0"),
    "bounded": _bounds(lambda x: abs(x) <= 1, "between -1 and 1"),  # < 1, but for rounding
    "multiplicative": _multiplicative,
    "entrywise": _entrywise,
    "masks": _masks,
    "chooses": _chooses,
    "complementary": lambda at, value: compared(_again(at, [-at.values[leaf] for leaf in at.block.places]),
                                                1.0 - np.asarray(value), ("f(-X) is", "1 - f(X) is")),
    "invertible": _of_square(_invertible),
    "holomorphic": is_holomorphic,
    "branched": is_holomorphic,
    "hermitian": is_real_at_hermitian,
    "conjugating": is_conjugating,
    **dict.fromkeys(("real", "phased", "spectral"), lambda at, value: holds(True, "")),  # read with `conjugating`
    "stable": _of_square(_stable),
    "primary": lambda at, value: compared(*_both_ways(at, value), ("f(A) A is", "A f(A) is")),
    "folds": lambda at, value: compared(at.field("body"), value, ("body gives", "the function gives")),
    "last": lambda at, value: compared(at.field("body"), value, ("body gives", "the function gives")),
}


TRIES = 10


def printed_code(block: Specimen) -> Iterator[Check]:
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
    taken = [*inspect.signature(program).parameters.values()]
    free = [p.name for p in taken if p.kind is p.KEYWORD_ONLY]
    given = [as_result(at.values[leaf], leaf.shape) for leaf in at.block.places]
    given += [_stand_in(p.name) for p in taken[len(given):] if p.kind is not p.KEYWORD_ONLY]
    return np.asarray(program(*given, **{name: at.sizes[name] for name in free}))


def _stand_in(name: str) -> Callable[[Any], Any]:
    """What stands for a function of which nothing is known, f, or for a derivative of it, f_1."""
    word, _, order = name.partition("_")
    return lambda x: smooth(word, x, int(order or 0))


def _expected(at: Point, call: Expr) -> Any:
    return np.asarray(as_result(at.value(call), call.shape))


def round_trip(block: Specimen) -> Iterator[Check]:
    """parse(print(e)) is e for a call of the function, in every dialect that is read, where its sizes are known."""
    call = apply(block.function, *block.arguments)
    sizes = [name for name in sorted(names_in(call)) if name not in declarations(block)]
    known = declarations(block) | {f"size_{name}": f"vector({name})" for name in sizes}
    for dialect in filter(lambda name: dialect_named(name).is_read, dialect_names()):
        shown = text(call, dialect)
        try:
            same = parse(shown, known, block.book).expr is call
            yield Check(f"{dialect} reads back", same, "" if same else f"{shown} is read as another expression")
        except MatcalcError as error:
            yield Check(f"{dialect} reads back", False, f"{shown}: {error}")


def declarations(block: Specimen) -> dict[str, str]:
    """The parameters as a user would declare them."""
    found = {}
    for leaf in block.places:
        rows, columns = map(format_dim, leaf.shape)
        column = f"vector({rows})" if columns == "1" else f"matrix({rows},{columns})"
        found[leaf.data.name] = " ".join(["scalar" if leaf.is_scalar else column, *sorted(leaf.data.props)])
    return found


def examples(block: Specimen) -> Iterator[Check]:
    """`EXPR wrt X -> ANSWER`: the gradient is ANSWER, in normal form."""
    for example, line in block.function.statements("example"):
        problem, arrow, answer = example.partition("->")
        source, by, wrt = problem.partition(" wrt ")
        if arrow and by and wrt.strip():
            yield from placed(line, _example(block, source.strip(), wrt.strip(), answer.strip()))
        else:
            yield Check(f"example {example}", False, "an example reads EXPR wrt X -> ANSWER", line=line)


def _example(block: Specimen, source: str, wrt: str, answer: str) -> Check:
    name = f"example {source} wrt {wrt}"
    declared = {n: kind for n, kind in declarations(block).items() if re.search(rf"\b{n}\b", source)}
    try:
        read = parse(source, declared, block.book, demand_scalar=True)
        if wrt not in read.variables:
            return Check(name, False, f"{wrt} is no variable of the example")
        claimed = parse(answer, {n: info.declaration() for n, info in read.variables.items()}, block.book)
        claim = claimed.expr
        if strange := claimed.variables.keys() - read.variables.keys():
            return Check(name, False, f"{min(strange)} is no variable of the example")
        gradient = _gradient(read.expr, read.variables[wrt].expr, block.book)
    except MatcalcError as error:
        return Check(name, False, said(error))
    if gradient is claim or gradient is closed_form(claim, block.book):
        return Check(name, True, "identical")
    stated = f"the example says {text(claim, ASCII)}, the gradient is {text(gradient, ASCII)}"
    return Check(name, False, f"{stated}; {_numbers(block, gradient, claim, read)}")


def _gradient(e: Expr, x: Expr, book: Rulebook) -> Expr:
    """Within the structure of `x`, where it has one."""
    dx = seed(x)
    gradient = pull_back(differential(e, {x: dx}, book), num(1)).get(dx, zeros(*x.shape))
    return closed_form(project(gradient, x, book), book) if structure_of(x) else gradient


def _numbers(block: Specimen, gradient: Expr, claim: Expr, read: Elaborated) -> str:
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
