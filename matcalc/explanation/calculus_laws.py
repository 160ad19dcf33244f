"""The laws of the calculus that steps of derivations name: what each is called, says, and where it is proved."""

from __future__ import annotations

from dataclasses import dataclass

from matcalc.core.expr import Expr
from matcalc.explanation.of_complex_laws import OF_COMPLEX

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
    _law("square of a matrix", "the product rule, both terms being equal", "d tr(M'M) = 2 tr(M'dM)", f"{MAGNUS} 8.1"),
    _law("quadratic form", "the product rule, both terms being equal", "S' = S constant: d(u'S u) = 2 u'S du",
         f"{MAGNUS} 9.9"),
    _law("quadratic form of a matrix", "the product rule, both terms being equal",
         "S' = S constant: d tr(M'S M) = 2 tr(M'S dM)", f"{MAGNUS} 9.9"),
    _law("elementwise product", "the product rule, entry by entry", "d(M .* N) = dM .* N + M .* dN", f"{MAGNUS} 8.1"),
    _law("power", "the power rule", "d(s^k) = k s^(k-1) ds", "DLMF 4.2"),
    _law("elementwise power", "the power rule, entry by entry", "entry by entry: d(s^k) = k s^(k-1) ds", "DLMF 4.2"),
    _law("exponential", "the power rule in base and exponent", "d(s^t) = t s^(t-1) ds + s^t log(s) dt", "DLMF 4.2"),
    _law("inverse power", "the product rule, inverse by inverse",
         "d(X^(-k)) = -X^(-1) dX X^(-k) - ... - X^(-k) dX X^(-1)", f"{MAGNUS} 8.4"),
    _law("log of a quotient", "the logarithm of a quotient", "log(s/t) = log(s) - log(t)", "DLMF 4.8"),
    _law("matrix power", "the product rule, factor by factor", "d(X^k) = dX X^(k-1) + X dX X^(k-2) + ... + X^(k-1) dX",
         f"{MAGNUS} 8.1"),
    _law("trace of a power", "the product rule, all terms being equal", "d tr(X^k) = k tr(X^(k-1) dX)",
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
    _law("elementwise of vectors", "an elementwise factor changes sides", "a'(b .* c) = (a .* b)'c", "Minka (2000)"),
    _law("sum of products", "the sum of the entries of a product", "sum(a .* b) = a'b", "Minka (2000)"),
    _law("sum of products of matrices", "the sum of the entries of a product", "sum(A .* B) = tr(A'B)", "Minka (2000)"),
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
    _law("elementwise root", "the power rule for square roots, entry by entry",
         "entry by entry: d sqrt(s) = ds/(2 sqrt(s))", "DLMF 4.2"),
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
    "product": "factor|number|square|square of a matrix|quadratic form|quadratic form of a matrix|"
               "elementwise product|product over an index",
    "sum": "total|sum over an index|order of terms",
    "power": "elementwise power|trace of a power|exponential|matrix power|inverse power|root|elementwise root",
    "transpose": "transpose in a trace|transposed product",
    "collect": "collect terms|collect columns",
    "elementwise": "elementwise of vectors|sum of products|sum of products of matrices",
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
    "log": "log of a quotient",
}
NAMES = {key: name for name, row in _SHOWN.items() for key in row.split("|")}


def law(name: str) -> Identity:
    """A law of the calculus under the name that a step bears."""
    found = LAWS[name]
    return Identity(NAMES.get(name, name), found.title, found.because, found.ref, found.plain)


def calculus_laws(name: str) -> list[Identity]:
    """The laws of the calculus that derivations show under `name`."""
    return [law(key) for key, found in LAWS.items() if NAMES.get(key, key) == name]
