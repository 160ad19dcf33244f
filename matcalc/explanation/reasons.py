"""The identity behind a step: the rule block's own field where a function is involved, a law of the calculus otherwise.

The field d of a block becomes “d f(X) = …”, an adjoint “⟨G, f(dX)⟩ = ⟨…, dX⟩”, a matrix “vec(f(dX)) = … vec(dX)”.
An identity is a row of texts and expressions; whoever shows it picks the notation of the expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matcalc.algebra import apply, num, ones, size, substitute, tangent
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
    ONES,
    OVER,
    POW,
    SLICE,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    Expr,
    node,
    postorder,
)
from matcalc.core.function import Function
from matcalc.core.parts import ONE, exponent, number_and_factors, untransposed
from matcalc.explanation.handwriting import applied, multiple
from matcalc.explanation.of_complex_laws import OF_COMPLEX
from matcalc.explanation.turning import faced
from matcalc.extensions import UNICODE
from matcalc.rulebook.book import Rulebook

Because = tuple[str | Expr, ...]
MAGNUS = "Magnus & Neudecker (2019)"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a rule is called, says, and where it is proved. A `plain` one is too simple for a line of its own."""

    name: str
    title: str
    because: Because
    ref: str = ""
    plain: bool = False


def _law(name: str, title: str, because: str, ref: str = "", plain: bool = False) -> Identity:
    return Identity(name, title, (because,), ref, plain)


LAWS = {identity.name: identity for identity in (
    _law("sum", "a sum term by term", "d(M + N) = dM + dN", f"{MAGNUS} 8.1", True),
    _law("product", "the product rule", "d(M N) = dM N + M dN", f"{MAGNUS} 8.1"),
    _law("factor", "a constant factor stays", "C, D constant: d(C M D) = C dM D", f"{MAGNUS} 8.1"),
    _law("number", "a number in front stays", "d(c M) = c dM", f"{MAGNUS} 8.1", True),
    _law("total", "a sum of entries term by term", "d sum(M) = sum(dM)", f"{MAGNUS} 8.1", True),
    _law("square", "the product rule, both terms being equal", "d(u'u) = 2 u'du", f"{MAGNUS} 8.1"),
    _law("elementwise product", "the product rule, entry by entry", "d(M .* N) = dM .* N + M .* dN", f"{MAGNUS} 8.1"),
    _law("power", "the power rule", "d(s^k) = k s^(k-1) ds", "DLMF 4.2"),
    _law("exponential", "the power rule in base and exponent", "d(s^t) = t s^(t-1) ds + s^t log(s) dt", "DLMF 4.2"),
    _law("matrix power", "the product rule, factor by factor", "d(X^k) = dX X^(k-1) + X dX X^(k-2) + ... + X^(k-1) dX",
         f"{MAGNUS} 8.1"),
    _law("transpose", "the transpose is linear", "d(M') = (dM)'", f"{MAGNUS} 8.1", True),
    _law("trace", "the trace is linear", "d tr(M) = tr(dM)", f"{MAGNUS} 8.1", True),
    _law("entries", "taking entries is linear", "d(M[i,j]) = dM[i,j]", "", True),
    _law("blocks", "a block matrix, block by block", "d[M, N] = [dM, dN]", "", True),
    _law("constant", "nothing here depends on the variable", "d(constant) = 0", f"{MAGNUS} 8.1"),
    _law("differential", "the rules of the parts, one after the other", "the chain rule", f"{MAGNUS} 5.15"),
    _law("cyclic", "factors go around in a trace", "tr(M N) = tr(N M)", f"{MAGNUS} 1.9"),
    _law("transpose of a scalar", "a scalar is its own transpose", "s' = s: u'M v = v'M'u", f"{MAGNUS} 1.4"),
    _law("transpose in a trace", "a matrix and its transpose have one trace", "tr(M') = tr(M)", f"{MAGNUS} 1.9"),
    _law("elementwise", "an elementwise factor changes sides", "tr(A'(B .* C)) = tr((A .* B)'C)", "Minka (2000)"),
    _law("inner product", "the linear operations change sides", "<G, L[dM]> = <L*[G], dM>", "Minka (2000)"),
    _law("collect", "the terms in the same differential together", "tr(A'dM) + tr(B'dM) = tr((A + B)'dM)",
         f"{MAGNUS} 1.9"),
    _law("collect terms", "like terms together", "M + M = 2 M"),
    _law("trace of a sum", "the trace term by term", "tr(M + N) = tr(M) + tr(N)", f"{MAGNUS} 1.9"),
    _law("scalar factor", "a scalar behind its vector", "s v = v s", f"{MAGNUS} 1.4"),
    _law("order of scalars", "scalars change places", "s t = t s", f"{MAGNUS} 1.4"),
    _law("powers of scalars", "like factors together", "s s^k = s^(k+1)"),
    _law("order of terms", "terms change places", "M + N = N + M", f"{MAGNUS} 1.2"),
    _law("diagonal of a differential", "a diagonal matrix times a vector", "diag(dx) v = diag(v) dx", f"{MAGNUS} 5.12"),
    _law("linear map", "each term as a matrix times the differential", "a .* dx = diag(a) dx", f"{MAGNUS} 5.12"),
    _law("vec", "the columns stacked", "vec(A dX B) = kron(B', A) vec(dX)", f"{MAGNUS} 2.4"),
    _law("vec by rows", "the rows stacked", "vec(A dX B) = kron(A, B') vec(dX)", f"{MAGNUS} 2.4"),
    _law("collect columns", "the terms in the same differential together", "A dx + B dx = (A + B) dx"),
    _law("read-off", "the gradient is what the differential is multiplied by", "df = tr(G' dX)  =>  df/dX = G",
         f"{MAGNUS} 9.3"),
    _law("read-off of a vector", "the gradient is what the differential is multiplied by", "df = g' dx  =>  df/dx = g",
         f"{MAGNUS} 9.3"),
    _law("read-off of a derivative", "the derivative is what the differential is multiplied by",
         "df = g dx  =>  df/dx = g", f"{MAGNUS} 9.3"),
    *(_law(name, title, because, ref) for name, title, because, ref in OF_COMPLEX),
    _law("read-off of a Jacobian", "the Jacobian is what the differential is multiplied by",
         "dy = J dx  =>  dy/dx' = J", f"{MAGNUS} 5.12"),
    _law("transposed product", "the transpose of a product", "(M N)' = N' M'", f"{MAGNUS} 1.3"),
    _law("common factor", "common factors taken out", "A M + A N = A (M + N)"),
    _law("multiply out", "products multiplied out", "A (M + N) = A M + A N"),
    _law("regroup", "the shortest equal form", "A M + A N = A (M + N)"),
    _law("update", "the inverse of what was updated", "the inverse of an update",
         "Golub & Van Loan (2013) 2.1.4"),
    _law("denominator", "over one denominator", "A/s + B/(s t) = (A t + B)/(s t)"),
    _law("declared", "what is declared of the variables", "a declared property, such as A' = A"),
    _law("sum over an index", "a sum term by term", "d sum_{i}(f_i) = sum_{i}(df_i)", f"{MAGNUS} 8.1", True),
    _law("product over an index", "the product rule, factor by factor",
         "d prod_{i}(f_i) = sum_{i}(df_i prod_{j != i}(f_j))", f"{MAGNUS} 8.1"),
    _law("root", "the power rule for a square root", "d sqrt(s) = ds/(2 sqrt(s))", "DLMF 4.2"),
    _law("norm", "the norm of what moves", "d norm2(u) = u'du/norm2(u)", f"{MAGNUS} 8.1"),
    _law("known gradient", "the gradient that was found", "df = g'dx", f"{MAGNUS} 9.3"),
    _law("quotient", "the quotient rule", "d(s/t) = (ds - (s/t) dt)/t", f"{MAGNUS} 8.1"),
    _law("extremum", "the entry that is the largest or the smallest", "d max_{i}(f_i) = df_k where the maximum is f_k"),
    _law("read-off of a member", "the derivative is what the differential of the member is multiplied by",
         "df = sum_{i}(g_i'dx_i)  =>  df/dx_k = g_k", f"{MAGNUS} 9.3"),
    _law("read-off of sums", "the gradient is what the differential is multiplied by",
         "df = sum_{i}(g_i'dx)  =>  df/dx = sum_{i}(g_i)", f"{MAGNUS} 9.3"),
    _law("matrix form", "the members of families as rows of matrices, sums over them as products",
         "sum_{i}(a_i x_i) = X'a, x_i' the rows of X"),
    _law("projection", "the part of G along the declared structure",
         "<P(G), dX> = <G, dX> for every dX of the structure", f"{MAGNUS} 10.3"),
    _law("cookbook", "the form of the Matrix Cookbook", "G + G' - G .* I", "Matrix Cookbook (138)"),
    _law("Riemannian", "within the tangent space", "P(D grad f[V])", "Absil, Mahony & Sepulchre (2008) 5.5"),
    _law("direction", "the direction in the place of the differential", "dX = V", f"{MAGNUS} 5.4"),
    _law("blocks of a Hessian", "the second derivatives side by side", "a block for each pair of variables"),
    _law("names", "in the names of the answer", "the names of the answer"),
    _law("layout", "the layout that was asked for", "the transpose"),
)}
_SHOWN = {  # the name that a derivation shows for several laws of one kind
    "product": "factor|number|square|elementwise product|product over an index",
    "sum": "total|sum over an index|order of terms",
    "power": "exponential|matrix power|root",
    "transpose": "transpose in a trace|transposed product",
    "collect": "collect terms|collect columns",
    "linear": "linear map|diagonal of a differential",
    "trace": "trace of a sum",
    "scalar": "scalar factor|order of scalars|powers of scalars",
    "vec": "vec by rows",
    "blocks": "blocks of a Hessian",
    "gradient": "known gradient",
    "read-off": "read-off of a vector|read-off of a derivative|read-off of a Jacobian|read-off of a member|"
                + "".join(f"{name}|" for name, *_ in OF_COMPLEX) +
                "read-off of sums",
    "factor": "common factor",
    "expand": "multiply out",
}
NAMES = {key: name for name, row in _SHOWN.items() for key in row.split("|")}


def law(name: str) -> Identity:
    """A law of the calculus under the name that a step bears."""
    found = LAWS[name]
    return Identity(NAMES.get(name, name), found.title, found.because, found.ref, found.plain)


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


def calculus_laws(name: str) -> list[Identity]:
    """The laws of the calculus that derivations show under `name`."""
    return [law(key) for key, found in LAWS.items() if NAMES.get(key, key) == name]


def differential_rule(e: Expr, moving: Callable[[Expr], bool], book: Rulebook) -> Identity:
    """The rule that takes d inside the operation of `e`; `moving` tells which operands are not constant."""
    if e.kind is CALL:
        return of_function(e.data, book, e.is_scalar)
    if e.kind is MATPOW and e.data == -1:
        return of_function(book.core("inv"), book)
    if e.kind is POW:
        if e.is_scalar and exponent(e) == Fraction(1, 2):
            return law("root")
        return law("exponential" if moving(e.args[1]) else "power")
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


def of_function(function: Function, book: Rulebook, scalar: bool = False) -> Identity:
    """d f(X) as the block of f states it, or as it follows from the equation that the block states."""
    args = leaves(function)
    entrywise = function.form in ("elementwise", "unspecified")
    dims: dict[str, Dim] = ({"m": 1, "n": 1} if scalar else {"n": 1}) if entrywise else {}
    said = _stated(function, args, book)
    sized = [substitute(part, {}, dims) if dims and isinstance(part, Expr) else part for part in said]
    because = tuple(faced(part) if isinstance(part, Expr) else part for part in sized)
    if "abstract" in function.fields:
        return Identity("chain rule", f"the chain rule for {function.name}", because, function.fields["ref"])
    title = f"the differential of {function.known_as}"
    return Identity(function.known_as, title, because, function.fields.get("ref", ""))


def _stated(function: Function, args: tuple[Expr, ...], book: Rulebook) -> Because:
    whole = called(function, args)
    left: Because = ("d(", whole, ") = ") if UNICODE in function.fields else ("d ", whole, " = ")
    if function.form in ("elementwise", "unspecified") and len(args) == 1:
        slope, dx = instantiate(function, "d", args), tangent(function.params[0].name, function.params[0].shape)
        return (*left, node(HAD, (slope, dx), None, whole.shape))
    if "d" in function.fields and function.form != "elementwise":
        return (*left, function.template("d") or num(0))
    if function.unknown:
        return (*left, derived(function, book))
    parts = [part for i in range(len(args)) for part in _partial(function, args, i)]
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


def composed(outer: Function, inner: Function, book: Rulebook) -> Identity:
    """d f(g(X)) for two functions that are differentiated at once."""
    args = leaves(inner)
    whole = apply(outer, called(inner, args))
    seeds = {x: tangent(param.name, param.shape) for x, param in zip(args, inner.params, strict=True)
             if param.kind == "value"}
    because: Because = ("d ", whole, " = ", faced(differential(whole, seeds, book)))
    return Identity(f"{outer.name} {inner.name}", f"the differential of {outer.name} {inner.name}", because,
                    inner.fields.get("ref", ""))


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
    for e in postorder(linear, varying=True):
        for identity in _tricks(e):
            found.setdefault(identity.name, identity)
    return list(found.values())


def _tricks(e: Expr) -> Iterable[Identity]:
    if e.kind is TRANSPOSE:
        yield law("transpose of a scalar" if e.shape[0] == 1 else "transpose in a trace")
    elif e.kind is HAD:
        yield law("elementwise")
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
    because: Because = (called(function, leaves(function)), " = ", function.template("body") or num(0))
    return Identity(function.known_as, f"{function.known_as} recognised", because, function.fields.get("ref", ""))


def of_short(function: Function, known: Collection[Function], book: Rulebook) -> Identity | None:
    """The law by which what is shown calls a function: 2 σ(2 X) − 1 = tanh(X)."""
    for said in function.statements("short"):
        for law_ in book.stable_laws(function, said)[:1]:
            if all(e.data in known for e in postorder(law_.pattern) if e.kind is CALL):
                return Identity(function.known_as, f"{function.known_as} recognised",
                                (law_.pattern, " = ", law_.replacement), function.fields.get("ref", ""))
    return None


def rule_identity(function: Function, book: Rulebook) -> Identity | None:
    """The differential that a block states; a notation and a constant have none."""
    return of_function(function, book) if function.form in ("function", "linear", "elementwise") else None
