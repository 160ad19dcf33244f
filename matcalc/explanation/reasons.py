"""The identity behind a step: the rule block's own field where a function is involved, a law of the calculus otherwise.

The field d of a block becomes “d f(X) = …”, an adjoint “⟨G, f(dX)⟩ = ⟨…, dX⟩”, a matrix “vec(f(dX)) = … vec(dX)”.
An identity is a row of texts and expressions; whoever shows it picks the notation of the expressions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from fractions import Fraction

from matcalc.algebra import apply, num, ones, size, substitute, tangent, variable
from matcalc.algebra.addition import scaled
from matcalc.algebra.application import is_linear_in
from matcalc.algebra.make import instantiate, param_leaf
from matcalc.calculus.differential import derived, differential
from matcalc.core.dims import Dim, named
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    HAD,
    MATPOW,
    MUL,
    NUM,
    ONES,
    OVER,
    POW,
    SLICE,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    node,
    postorder,
    variables,
)
from matcalc.core.function import Function, Law
from matcalc.core.parts import ONE, exponent, number_and_factors, untransposed
from matcalc.explanation.calculus_laws import Because, Identity, law
from matcalc.explanation.handwriting import applied, multiple, numbers_first
from matcalc.explanation.turning import faced
from matcalc.extensions import UNICODE
from matcalc.rulebook.book import Rulebook


def settling(before: Expr, after: Expr) -> Identity:
    """What is declared of the variables in a formula that became another: Q'Q = I where fewer Q are left."""
    uses = [_uses(e) for e in (before, after)]
    return declared(x for x in variables(after) if "orthogonal" not in x.data.props or uses[0][x] > uses[1][x])


def _uses(e: Expr) -> Counter[Expr]:
    """How often everything in a formula stands there."""
    found: Counter[Expr] = Counter({e: 1})
    for part in reversed(postorder(e)):
        for arg in part.args:
            found[arg] += found[part]
    return found


def declared(moved: Iterable[Expr]) -> Identity:
    """What is declared of variables: K' = K."""
    said: list[str | Expr] = []
    for x in moved:
        for word, (left, right) in _DECLARED.items():
            if word in x.data.props:
                said += ["; " * bool(said), *left(x), " = ", *right(x)]
    found = law("declared")
    return Identity(found.name, found.title, tuple(said), found.ref) if said else found


def _turned(x: Expr) -> Because:
    return (node(TRANSPOSE, (x,), None, x.shape[::-1]),)


def _summed(x: Expr) -> Expr:
    """The sums of the rows of a matrix, the sum of a vector, as they are written."""
    parts = (x, ones(x.shape[1], 1)) if x.shape[1] != 1 else (ones(1, x.shape[0]), x)
    return node(CHAIN, parts, None, (parts[0].shape[0], parts[1].shape[1]))


_DECLARED: dict[str, tuple[Callable[[Expr], Because], Callable[[Expr], Because]]] = {
    **dict.fromkeys(("sym", "spd", "psd", "diag"), (_turned, lambda x: (x,))),
    "skew": (_turned, lambda x: (multiple(Fraction(-1), (), x),)),
    "orthogonal": (lambda x: (*_turned(x), " ", x), lambda x: ("I",)),
    "onehot": (lambda x: (_summed(x),), lambda x: (ones(x.shape[0], 1) if x.shape[1] != 1 else num(1),)),
}


SILENT = frozenset({"onehot"})  # what the entries of a variable are: a formula says it without a word


def differential_rule(e: Expr, moving: Callable[[Expr], bool], book: Rulebook) -> Identity:
    """The rule that takes d inside the operation of `e`; `moving` tells which operands are not constant."""
    if e.kind is CALL:
        return of_function(e.data, book, e.is_scalar, [i for i, arg in enumerate(e.args) if moving(arg)])
    if e.kind is MATPOW and e.data == -1:
        return of_function(book.core("inv"), book)
    if e.kind is MATPOW and e.data < 0:
        return law("inverse power")
    if e.kind is POW:
        if exponent(e) == Fraction(1, 2):
            return law("root" if e.is_scalar else "elementwise root")
        return law("exponential" if moving(e.args[1]) else "power" if e.is_scalar else "elementwise power")
    return law(_product(e, moving) if e.kind in (MUL, CHAIN, HAD) else _LINEAR[e.kind])


def _product(e: Expr, moving: Callable[[Expr], bool]) -> str:
    still = [arg for arg in e.args if not moving(arg)]
    if len(e.args) - len(still) == 1:
        return "number" if not still else "total" if all(arg.kind is ONES for arg in still) else "factor"
    return "elementwise product" if e.kind is HAD else "product"


_LINEAR = {ADD: "sum", TRANSPOSE: "transpose", TRACE: "trace", SLICE: "entries",
           BLOCK: "blocks", MATPOW: "matrix power",
           SYMPOW: "matrix power"}


def leaves(function: Function) -> tuple[Expr, ...]:
    """The parameters of a block as expressions."""
    return tuple(size(named(p.name)) if p.kind != "value" else param_leaf(function, i)
                 for i, p in enumerate(function.params))


def called(function: Function, args: tuple[Expr, ...]) -> Expr:
    """f(args) as it is written: no law is applied. What the expression has an operation for is that operation."""
    core = "core" in function.fields
    return apply(function, *args) if core else node(CALL, args, function, function.result)


def of_function(function: Function, book: Rulebook, scalar: bool = False, moved: Sequence[int] = ()) -> Identity:
    """d f(X) as the block of f states it, or as it follows from the equation that the block states; where it states
    what each argument contributes, of those that are `moved`, or of all."""
    args = leaves(function)
    entrywise = function.form in ("elementwise", "unspecified")
    dims: dict[str, Dim] = ({"m": 1, "n": 1} if scalar else {"n": 1}) if entrywise else {}
    said = _stated(function, args, book, moved or range(len(args)))
    numbers = _numbers(args) if scalar and entrywise else {}
    sized = [substitute(part, numbers, dims) if dims and isinstance(part, Expr) else part for part in said]
    because = tuple(faced(part) if isinstance(part, Expr) else part for part in sized)
    if "abstract" in function.fields:
        return Identity("chain rule", f"the chain rule for {function.name}", because, function.fields["ref"])
    title = f"the differential of {function.known_as}"
    return Identity(function.known_as, title, because, function.fields.get("ref", ""))


def _numbers(args: Sequence[Expr]) -> dict[Expr, Expr]:
    """Parameters and their differentials as those of numbers: d log(x) = dx/x."""
    found: dict[Expr, Expr] = {}
    for x in args:
        if x.kind is VAR:
            name = x.data.name.lower()
            found |= {x: variable(name, (1, 1)), tangent(x.data.name, x.shape): tangent(name, (1, 1))}
    return found


def _stated(function: Function, args: tuple[Expr, ...], book: Rulebook, moved: Sequence[int]) -> Because:
    whole = called(function, args)
    left: Because = ("d(", whole, ") = ") if UNICODE in function.fields else ("d ", whole, " = ")
    if function.form in ("elementwise", "unspecified") and len(args) == 1:
        slope, dx = instantiate(function, "d", args), tangent(function.params[0].name, function.params[0].shape)
        return (*left, node(HAD, (slope, dx), None, whole.shape))
    if "d" in function.fields and function.form != "elementwise":
        is_complex = any("complex" in p.props for p in function.params)
        is_part = is_complex and function.plain is not None and function.has("real")
        return (*left, *(["Re "] if is_part else []), function.template("d") or num(0))
    if function.unknown:
        return (*left, derived(function, book))
    parts = [part for i in moved for part in _partial(function, args, i)]
    return (*left, *parts[1:])


def _partial(function: Function, args: tuple[Expr, ...], i: int) -> Because:
    """What one argument contributes."""
    param = function.params[i]
    dx = tangent(param.name, param.shape)
    if is_linear_in(function, i):
        return (" + ", called(function, (*args[:i], dx, *args[i + 1:])))
    entrywise = function.form == "elementwise" and param.shape != (1, 1)
    own = f"d.{param.name}"
    slope = function.template("d" if entrywise and own not in function.fields else own)
    if slope is None:
        return ()
    if function.form != "elementwise":
        return (" + ", slope)
    return (" + ", node(HAD, (slope, dx), None, slope.shape) if entrywise else multiple(ONE, (dx,), slope))


def composed(functions: Sequence[Function], book: Rulebook, scalar: bool = False) -> Identity:
    """d f(g(X)) for functions of each other, the outer one first, that are differentiated at once."""
    *outer, inner = functions
    args = leaves(inner)
    whole = called(inner, args)
    for function in reversed(outer):
        whole = apply(function, whole)
    seeds = {x: tangent(param.name, param.shape) for x, param in zip(args, inner.params, strict=True)
             if param.kind == "value"}
    said = [whole, differential(whole, seeds, book)]
    if inner.form == "elementwise":
        said = [substitute(part, _numbers(args) if scalar else {}, {"m": 1, "n": 1} if scalar else {"n": 1})
                for part in said]
    because: Because = ("d ", said[0], " = ", faced(said[1]))
    name = " ".join(function.name for function in functions)
    return Identity(name, f"the differential of {name}", because, inner.fields.get("ref", ""))


def adjoint_of(function: Function, i: int) -> Identity:
    """How a linear function crosses the inner product."""
    args, param = leaves(function), function.params[i]
    dx = tangent(param.name, param.shape)
    moved = called(function, (*args[:i], dx, *args[i + 1:]))
    crossed = function.template(function.field_for("adjoint", i)) or dx
    because: Because = ("<G, ", moved, "> = <", crossed, ", ", dx, ">")
    return Identity(function.known_as, f"{function.known_as} changes sides in an inner product", because,
                    function.fields.get("ref", ""))


def tricks(linear: Expr) -> list[Identity]:
    """The laws by which `linear` becomes tr(G' dX): those of the operations on the way down to dX."""
    found: dict[str, Identity] = {}
    parts = postorder(linear, varying=True)
    summed = {f for e in parts if e.kind is CHAIN and _sums(e) for f in e.args if f.kind is HAD}
    for e in parts:
        for identity in [_sum_of_products(e)] if e in summed else _tricks(e):
            found.setdefault(identity.name, identity)
    return list(found.values())


def _sum_of_products(e: Expr) -> Identity:
    return law("sum of products" if 1 in e.shape else "sum of products of matrices")


def _tricks(e: Expr) -> Iterable[Identity]:
    if e.kind is TRANSPOSE:
        yield law("transpose of a scalar" if e.shape[0] == 1 else "transpose in a trace")
    elif e.kind is HAD:
        yield law("elementwise of vectors" if 1 in e.shape else "elementwise")
    elif (e.kind is TRACE and _turns(_word(e.args[0]))) or (e.is_scalar and _turns(e) and not e.args[0].varies
                                                                    and not _sums(e)):
        yield law("cyclic")
    elif e.kind in (SLICE, BLOCK):
        yield law("inner product")
    elif e.kind is CALL:
        yield adjoint_of(e.data, next(i for i, arg in enumerate(e.args) if arg.varies))


def _word(e: Expr) -> Expr:
    """The product of matrices behind scalars, or in a sum over an index."""
    inner = e.args[0] if e.kind is OVER else e
    return number_and_factors(inner)[1][-1] if inner.varies else inner


def _sums(e: Expr) -> bool:
    """The sum of the entries of what varies."""
    return e.kind is CHAIN and all(f.varies or untransposed(f).kind is ONES for f in e.args)


def _turns(e: Expr) -> bool:
    """A product that does not end in its differential."""
    return e.kind is CHAIN and not e.args[-1].varies


def maps(linear: Expr) -> list[Identity]:
    """The laws by which `linear` becomes a matrix times dx."""
    found: dict[str, Identity] = {}
    for e in postorder(linear, varying=True):
        if e.kind is CALL and e.data.name == "diag" and linear.shape[1] == 1:
            found.setdefault("diag", law("diagonal of a differential"))
        elif e.kind is CALL:
            i = next(i for i, arg in enumerate(e.args) if arg.varies)
            found.setdefault(e.data.name, matrix_of(e.data, i, e.args))
        elif e.kind is HAD:
            found.setdefault("linear", law("linear map"))
        elif e.kind is MUL and not e.is_scalar and not e.args[-1].varies:
            found.setdefault("scalar", law("scalar factor"))
    return list(found.values())


def matrix_of(function: Function, i: int, given: Sequence[Expr] = ()) -> Identity:
    """The matrix of a linear function on stacked columns, where what it is `given` are vectors of those."""
    args, param = leaves(function), function.params[i]
    single: dict[str, Dim] = {str(d): 1 for p, arg in zip(function.params, given, strict=False) if p.kind == "value"
                              for d, length in zip(p.shape, arg.shape, strict=True) if length == 1 != d}
    dx = tangent(param.name, param.shape)
    matrix = function.template(function.field_for("matrix", i)) or dx
    moved = called(function, (*args[:i], dx, *args[i + 1:]))
    if single:
        moved, matrix, dx = (substitute(part, {}, single) for part in (moved, matrix, dx))
    flat = moved.shape[1] == dx.shape[1] == 1
    because: Because = ("vec(", moved, ") = ", matrix, " vec(", dx, ")")
    if flat:
        because = (moved, " = ", applied(matrix, dx))
    return Identity(function.known_as, f"the matrix of {function.known_as}", because,
                    function.fields.get("ref", ""))


def of_body(function: Function) -> Identity:
    """A known body folded back into the function it defines."""
    body = function.template("body") or num(0)
    said: Sequence[Expr] = (called(function, leaves(function)), body)
    if function.form == "elementwise":  # entry by entry it is said of numbers, log(1 + exp(x))
        numbers, one = _numbers(leaves(function)), {str(d): 1 for p in function.params for d in p.shape}
        said = [substitute(part, numbers, one) for part in said]
    because: Because = (said[0], " = ", numbers_first(said[1]))
    return Identity(function.known_as, f"{function.known_as} recognised", because, function.fields.get("ref", ""))


def of_short(function: Function, known: Collection[Function], book: Rulebook) -> Identity | None:
    """The law by which what is shown calls a function: 2 σ(2 X) − 1 = tanh(X)."""
    for said in function.statements("short"):
        for law_ in book.stable_laws(function, said)[:1]:
            if all(e.data in known for e in postorder(law_.pattern) if e.kind is CALL):
                return Identity(function.known_as, f"{function.known_as} recognised",
                                (law_.pattern, " = ", law_.replacement), function.fields.get("ref", ""))
    return None


def of_law(stated: Law) -> Identity:
    """A law of a function, of numbers where it holds entry by entry: 1 − sigmoid(−x) = sigmoid(x)."""
    function = next(e.data for e in postorder(stated.replacement, stated.pattern) if e.kind is CALL)
    said: list[Expr] = [stated.pattern, stated.replacement]
    if function.form == "elementwise":
        found = variables(*said)
        numbers = {x: variable(x.data.name.lower(), (1, 1)) for x in found}
        said = [substitute(part, numbers, {str(d): 1 for x in found for d in x.shape}) for part in said]
    turned = [_turned_sum(part) for part in said]
    said = [numbers_first(part) for part in ([part for part in turned if part] if all(turned) else said)]
    return Identity(function.known_as, f"a law of {function.known_as}", (said[0], " = ", said[1]),
                    function.fields.get("ref", ""))


def _turned_sum(e: Expr) -> Expr | None:
    """The negative of p (p − 1), as p (1 − p); None of what has no such sum."""
    sums = (i for i, f in enumerate(e.args) if f.kind is ADD and any(t.kind is NUM and t.data < 0 for t in f.args))
    i = next(sums, -1)
    return None if i < 0 else node(e.kind, (*e.args[:i], scaled(e.args[i], -1), *e.args[i + 1:]), e.data, e.shape)


def rule_identity(function: Function, book: Rulebook) -> Identity | None:
    """The differential that a block states; a notation and a constant have none."""
    return of_function(function, book) if function.form in ("function", "linear", "elementwise") else None
