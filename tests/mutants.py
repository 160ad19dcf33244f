"""Faults planted in the text of a rule: a flipped sign, a dropped transpose, a wrong factor, factors in another order.

Every place where such a fault can be made yields one mutant. A formula is cut where its parse tree says, a NumPy
template where Python's own tree says.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from matcalc.core.dims import names
from matcalc.core.function import Function
from matcalc.language.elaborate import _vocabulary
from matcalc.language.parser import read
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.rulebook.book import Rulebook
from matcalc.rulebook.read import EXPRESSIONS

LAWS = ("law", "stable", "short")


@dataclass(frozen=True)
class Mutant:
    """The field of a block with a fault in it: `text` replaces the whole field, of laws all by the one called `law`."""

    field: str
    fault: str
    text: str
    law: str = ""


def mutants(function: Function, book: Rulebook) -> Iterator[Mutant]:
    """Every mutant of every field that states mathematics."""
    for field, text in function.fields.items():
        if field.partition(".")[0] in EXPRESSIONS:
            for fault, faulty in _formula(text, function, book):
                yield Mutant(field, fault, faulty)
        elif field == "numpy":
            for fault, faulty in _template(text):
                yield Mutant(field, fault, faulty)
        elif field in LAWS:
            yield from _laws(field, function, book, text.splitlines())


def _laws(field: str, function: Function, book: Rulebook, lines: list[str]) -> Iterator[Mutant]:
    """Faults on the right side of each law, which stands alone then: nothing is asked of the others."""
    for line in lines:
        left, right, where = re.fullmatch(r"(.*=>)(.*?)( where .*| if .*)?", line).groups()
        for fault, faulty in _formula(right.strip(), function, book, re.findall(r"(\w+) *:", where or "")):
            yield Mutant(field, fault, f"{left} {faulty}{where or ''}", line.partition(":")[0].strip())


def _formula(text: str, function: Function, book: Rulebook, more: list[str] | None = None) -> Iterator[tuple[str, str]]:
    syntax, _ = read(text, _vocabulary(text, _known(function) | set(more or ()), book, ""))
    yield "negated", f"-({text})"
    yield "times 2", f"2*({text})"
    for part in postorder(syntax):
        for fault, span, new in _FAULTS.get(part.op, lambda part, text: ())(part, text):
            yield f"{fault} `{_at(part, text)}`", text[:span.start] + new + text[span.end:]


def _known(function: Function) -> set[str]:
    params = {p.name for p in function.params}
    dims = [dim for shape in [*(p.shape for p in function.params), function.result] for dim in shape]
    return params | {f"d{name}" for name in params} | {"G"} | {name for dim in dims for name in names(dim)}


def _at(part: Syntax, text: str) -> str:
    return text[part.span.start:part.span.end]


def _sum(part: Syntax, text: str):
    for term in part.args:
        yield "sign in", term.span, f"(-({_at(term, text)}))"
        yield "factor in", term.span, f"(2*({_at(term, text)}))"


def _transpose(part: Syntax, text: str):
    yield "no transpose in", part.span, f"({_at(part.args[0], text)})"


def _negate(part: Syntax, text: str):
    yield "no minus in", part.span, f"({_at(part.args[0], text)})"


def _swapped(part: Syntax, text: str):
    for a, b in pairwise(part.args):
        between = text[a.span.end:b.span.start]
        swapped = f"({_at(b, text)}){between}({_at(a, text)})"
        yield "swapped in", type(a.span)(a.span.start, b.span.end), swapped


def _number(part: Syntax, _: str):
    yield "number", part.span, f"({part.data + 1})"


_FAULTS = {Op.SUM: _sum, Op.TRANSPOSE: _transpose, Op.NEGATE: _negate, Op.PRODUCT: _swapped, Op.CALL: _swapped,
           Op.NUMBER: _number}


def _template(text: str) -> Iterator[tuple[str, str]]:
    yield "negated", f"-({text})"
    yield "times 2", f"2 * ({text})"
    tree = ast.parse(text, mode="eval")
    for n in ast.walk(tree):
        where = (n.col_offset, n.end_col_offset) if isinstance(n, ast.expr) else (0, 0)
        for fault, new in _python_faults(n):
            yield f"{fault} `{ast.unparse(n)}`", text[:where[0]] + new + text[where[1]:]


def _python_faults(n: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Add | ast.Sub):
        sign = "-" if isinstance(n.op, ast.Add) else "+"
        yield "sign in", f"({ast.unparse(n.left)} {sign} ({ast.unparse(n.right)}))"
    elif isinstance(n, ast.BinOp) and isinstance(n.op, ast.MatMult):
        yield "swapped in", f"(({ast.unparse(n.right)}) @ ({ast.unparse(n.left)}))"
    elif isinstance(n, ast.UnaryOp) and isinstance(n.op, ast.USub):
        yield "no minus in", f"({ast.unparse(n.operand)})"
    elif isinstance(n, ast.Attribute) and n.attr == "T":
        yield "no transpose in", f"({ast.unparse(n.value)})"
    elif isinstance(n, ast.Constant) and type(n.value) in (int, float):
        yield "number", f"{n.value + 1}"
