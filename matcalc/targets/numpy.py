"""NumPy: how it spells each construct, how the numeric template of a rule becomes a row of that table, how arguments
are read and results returned.

In the code a scalar is a float, everything else a 2-D array, a vector n×1.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from matcalc.algebra.make import bind_dims
from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.diagnostics import NoRuleError, fail
from matcalc.printers.forms import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form
from matcalc.printers.view import View
from matcalc.targets.target import Target

FORMS = {
    "constant": form("np.#a"),
    "negate": form("-#0", SUM, LOOSE),
    "fraction": form("#0 / #1", LOOSE, LOOSE, POWER),
    "scaled fraction": form("#0 * #2 / #1", LOOSE, PRODUCT, POWER),
    "coefficient": form("#0 / #1 * #2", LOOSE, PRODUCT, POWER),
    "fraction in front": form("#0 / #1", LOOSE, LOOSE, POWER),
    "ratio": form("#a / #b", LOOSE),
    "hadamard quotient": form("#0 / #1", LOOSE, LOOSE, POWER),
    "power": form("#0**#1", POWER, ATOM),
    "integer power": form("#0**#a", POWER, ATOM),
    "elementwise power": form("#0**#1", POWER, ATOM),
    "elementwise integer power": form("#0**#a", POWER, ATOM),
    "matrix power": form("np.linalg.matrix_power(#0, #a)"),
    "root": form("np.sqrt(#0)"),
    "simple root": form("np.sqrt(#0)"),
    "elementwise root": form("np.sqrt(#0)"),
    "roots of entries": form("np.sqrt(#0)"),
    "norm2": form("np.linalg.norm(#0)"),
    "normF": form("np.linalg.norm(#0)"),
    "trace": form("np.trace(#0)"),
    "total": form("np.sum(#0)"),
    "word": form("(#0).item()"),
    "transpose": form("#0.T", ATOM, ATOM),
    "inverse": form("np.linalg.inv(#0)"),
    "inverse transpose": form("np.linalg.inv(#0).T"),
    "eye": form("np.eye(#a)"),
    "identity": form("np.eye(#a)"),
    "ones": form("np.ones((#a, #b))"),
    "ones vector": form("np.ones((#a, 1))"),
    "one": form("np.ones((#a, 1))"),
    "zeros": form("np.zeros((#a, #b))"),
    "zeros vector": form("np.zeros((#a, 1))"),
    "unit": form("np.eye(#b)[:, [#i]]"),
    "entry": form("#0[#i, #j]", ATOM, ATOM),
    "vector entry": form("#0[#i, 0]", ATOM, ATOM),
    "row entry": form("#0[0, #i]", ATOM, ATOM),
    "row": form("#0[[#i], :]", ATOM, ATOM),
    "column": form("#0[:, [#i]]", ATOM, ATOM),
    "slice": form("#0[#a, #b]", ATOM, ATOM),
    "vector slice": form("#0[#a, :]", ATOM, ATOM),
    "unspecified": form("#b(#0)"),
    "unspecified entries": form("#b(#0)"),
    "derivative": form("#b_1(#0)"),
    "second derivative": form("#b_2(#0)"),
    "higher derivative": form("#b_#a(#0)"),
}
JOINS = {"plus": " + ", "minus": " - ", "product": " * ", "chain": " @ ", "call": " * ", "hadamard": " * ",
         "beside": ", ", "below": "], [", "open": "np.block([[", "close": "]])", "group": ""}


def call_form(seen: View, dim_text: Callable[[Dim], str]) -> Form:
    """The numeric template of a rule for one call; the dimensions it mentions are written out."""
    function: Function = seen.data[0]
    args = tuple(part for part in seen.parts if isinstance(part, Expr))
    text, params = template(function), tuple(p.name for p in function.params)
    mentioned = _mentioned(text) - set(params)
    dims = tuple((name, dim_text(dim)) for name, dim in bind_dims(function, args).items() if name in mentioned)
    return _compiled(text, params, dims)


@lru_cache(maxsize=256)
def _mentioned(text: str) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))


def template(function: Function) -> str:
    text = function.fields.get("numpy", "").strip()
    if not text:
        raise fail("M0806", f"{function.name} has no `numpy` template, so there is no code for it", error=NoRuleError)
    return text


@lru_cache(maxsize=256)
def _compiled(text: str, params: tuple[str, ...], dims: tuple[tuple[str, str], ...]) -> Form:
    """`np.linalg.inv(X)` as a form: names of parameters become holes, names of dimensions their values."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Attribute) and not _names(tree, params):
        return form(f"{text}({', '.join(f'#{i}' for i in range(len(params)))})")
    alone = _arguments(tree)
    replacements = {name: f"({value})" if not value.isalnum() else value for name, value in dims}
    replacements |= {name: f"#{i}" for i, name in enumerate(params)}
    needs = [ANY] * len(params)
    for name in _names(tree, params):
        if name not in alone:
            needs[params.index(name.id)] = ATOM
    level = ATOM if isinstance(tree, ast.Call | ast.Name | ast.Attribute | ast.Subscript) else SUM
    return form(_spliced(text, _names(tree, replacements), replacements), level, *needs)


def _names(tree: ast.AST, wanted: Mapping[str, str] | tuple[str, ...]) -> list[ast.Name]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in wanted]


def _arguments(tree: ast.AST) -> set[ast.expr]:
    """Sub-expressions that stand alone between the brackets of a call, where no further brackets are needed."""
    found: set[ast.expr] = set()
    for n in ast.walk(tree):
        if isinstance(n, ast.Call):
            found |= {*n.args, *(k.value for k in n.keywords)}
    return found


def _spliced(text: str, names: list[ast.Name], replacements: Mapping[str, str]) -> str:
    lines = text.encode().split(b"\n")
    for n in sorted(names, key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[n.lineno - 1]
        new = replacements[n.id].encode()
        lines[n.lineno - 1] = line[:n.col_offset] + new + line[n.end_col_offset:]
    return b" ".join(line.strip() for line in lines).decode()


def modules(texts: Sequence[str]) -> list[str]:
    """The modules of SciPy that numeric templates use: scipy.special, scipy.linalg."""
    found = set()
    for text in texts:
        for n in ast.walk(ast.parse(text, mode="eval")):
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "scipy":
                found.add(f"scipy.{n.attr}")
    return sorted(found)


def imports(texts: Sequence[str], libraries: Sequence[str]) -> list[str]:
    """The lines at the head of a module."""
    return [f"import {name}\n" for name in ["numpy as np", *modules(texts), *libraries]]


def read(x: Expr, name: str) -> list[str]:
    """Numbers as floats, vectors as columns, the others as arrays that have two axes."""
    if x.is_scalar:
        return [f"{name} = np.float64({name})"]
    lines = [f"{name} = np.asarray({name}, dtype=float)"]
    if 1 in x.shape:
        shape = "-1, 1" if x.shape[1] == 1 else "1, -1"
        return [*lines, f"{name} = {name}.reshape({shape}) if {name}.ndim == 1 else {name}"]
    what = "×".join(format_dim(d) for d in x.shape)
    return [*lines, f'assert {name}.ndim == 2, f"{name} is {what}, not {{{name}.shape}}"']


def result(e: Expr, text: str) -> str:
    """A float, a list of numbers for a vector, an array."""
    if e.is_scalar:
        return f"float({text})"
    return f"np.ravel({text})" if e.shape[1] == 1 else text


TARGET = Target("numpy", "NumPy", FORMS, JOINS, template, call_form, imports, read, result, ".item()")
