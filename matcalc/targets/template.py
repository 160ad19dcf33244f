"""A function of the rules in a program, as its numeric template computes it: the text of the rule with operands in the
place of its parameters. In languages other than NumPy such a function needs a row of its own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from matcalc.core.dims import Dim
from matcalc.diagnostics import NoRuleError, fail
from matcalc.plan.functions import Call
from matcalc.plan.node import Node
from matcalc.plan.text import LackingError, Text, tuple_of
from matcalc.targets.language import Language

DimText = Callable[[Dim], str]


def spelled(e: Node, operands: Sequence[Text], dim: DimText, language: Language) -> Text:
    """The text of a function that is a kernel of its own. Raises LackingError where the language has none."""
    of: Call = e.data
    if language.rows.settings.get("templates") != "numpy":
        raise LackingError(of.function.name)
    from matcalc.numeric.batches import stacks
    from matcalc.numeric.evaluate import call

    template = template_of(of)
    names = [p.name for p in of.function.params if p.kind == "value"]
    dims = {name: dim(d) for name, d in of.given if name in _mentioned(template)}
    single, stacked = stacks(of.function, call)
    if of.batch and stacked is None:
        inner = _filled(template, dict(zip(names, names, strict=True)), dims, names)
        text = f"np.vectorize(lambda {', '.join(names)}: {inner}, signature=\"{_signature(of, single)}\")(" \
               f"{', '.join(x.text for x in operands)})"
        axes = single
    else:
        given = {name: x.at_least(_ATOM) if not _is_alone(template, name) else x.text
                 for name, x in zip(names, operands, strict=True)}
        text, axes = _filled(template, given, dims, names), single if not of.batch or stacked is None else stacked
    wanted = len(e.shape) - of.batch
    if axes == wanted:
        return Text(text, _ATOM if text.endswith(")") and not _is_loose(text) else 0)
    return Text(f"np.reshape({text}, {tuple_of([dim(d) for d in e.shape])})" if e.shape else f"({text}).item()")


_ATOM = 9


def template_of(of: Call) -> str:
    """The numeric template of a rule. Raises NoRuleError where it has none."""
    text = of.function.fields.get("numpy", "").strip()
    if not text:
        message = f"{of.function.name} has no `numpy` template, so there is no code for it"
        raise fail("M0806", message, error=NoRuleError)
    return text


def libraries(calls: Sequence[Node]) -> list[str]:
    """What the templates of functions import: scipy.special, scipy.linalg."""
    found = set()
    for e in calls:
        for n in ast.walk(ast.parse(template_of(e.data), mode="eval")):
            if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "scipy":
                found.add(f"scipy.{n.attr}")
    return sorted(found)


@lru_cache(maxsize=256)
def _mentioned(text: str) -> frozenset[str]:
    return frozenset(n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name))


def _filled(text: str, given: Mapping[str, str], dims: Mapping[str, str], names: Sequence[str]) -> str:
    """The template with its names replaced; a function that stands alone is called with all operands."""
    tree = ast.parse(text, mode="eval").body
    if isinstance(tree, ast.Attribute) and not {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & {*names}:
        return f"{text}({', '.join(given[name] for name in names)})"
    new = {name: f"({value})" if not value.isalnum() else value for name, value in dims.items()} | {**given}
    places = sorted((n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in new),
                    key=lambda n: (n.lineno, n.col_offset), reverse=True)
    lines = text.encode().split(b"\n")
    for n in places:
        line = lines[n.lineno - 1]
        lines[n.lineno - 1] = line[:n.col_offset] + new[n.id].encode() + line[n.end_col_offset:]
    return b" ".join(line.strip() for line in lines).decode()


@lru_cache(maxsize=256)
def _is_alone(text: str, name: str) -> bool:
    """Whether a parameter only stands between the brackets of calls, where no further brackets are needed."""
    tree = ast.parse(text, mode="eval").body
    alone = {id(arg) for n in ast.walk(tree) if isinstance(n, ast.Call) for arg in (*n.args, *(
        k.value for k in n.keywords))}
    return all(id(n) in alone for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name)


def _is_loose(text: str) -> bool:
    return not isinstance(ast.parse(text, mode="eval").body, ast.Call | ast.Name | ast.Attribute | ast.Subscript)


def _signature(of: Call, single: int) -> str:
    """(m0,n0),()->(p,q) for a function of a matrix and a number that gives a matrix."""
    params = [p for p in of.function.params if p.kind == "value"]
    inner = ",".join("()" if p.shape == (1, 1) else f"(m{k},n{k})" for k, p in enumerate(params))
    return f"{inner}->{('()', '(p)', '(p,q)')[single]}"
