"""Every formula of a block can be read and has the shape that its field must have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcalc.core.dims import Dim, Shape
from matcalc.core.function import Function
from matcalc.diagnostics import Diagnostic, MatcalcError
from matcalc.rulebook.book import EXPRESSIONS
from matcalc.rulecheck.block import Block
from matcalc.rulecheck.report import Check, shape_text

_DUE: dict[str, Callable[[Function, Shape], Shape]] = {
    "d": lambda function, param: function.result,
    "body": lambda function, param: function.result,
    "means": lambda function, param: function.result,
    "adjoint": lambda function, param: param,
    "matrix": lambda function, param: (_size(function.result), _size(param)),
}


def shapes(block: Block) -> Iterator[Check]:
    """Nothing is computed before this holds."""
    for field in block.function.fields:
        kind, _, name = field.partition(".")
        if kind in EXPRESSIONS:
            yield _shape(block.function, field, kind, name)
    block.function.templates.pop("law", None)  # a law that could not be read once must say so again
    try:
        laws = block.function.laws()
    except MatcalcError as error:
        yield Check("laws are read", False, said(error))
        return
    for law in laws:
        if law.pattern.shape != law.replacement.shape:
            left, right = shape_text(law.pattern.shape), shape_text(law.replacement.shape)
            yield Check(f"law {law.name}: same shape", False, f"the left side is {left}, the right side {right}")


def _shape(function: Function, field: str, kind: str, name: str) -> Check:
    values = [p for p in function.params if p.kind == "value"]
    param = next((p for p in values if p.name == name), values[0] if values and not name else None)
    if param is None:
        return Check(f"{field} has its shape", False, f"there is no parameter {name} of which a value is taken")
    try:
        template = function.template(field)
    except MatcalcError as error:
        return Check(f"{field} is read", False, said(error), error.diagnostics)
    assert template is not None
    due = _DUE[kind](function, param.shape)
    detail = "" if template.shape == due else f"it is {shape_text(template.shape)} and must be {shape_text(due)}"
    return Check(f"{field} has its shape", template.shape == due, detail)


def _size(shape: Shape) -> Dim:
    return shape[0] * shape[1]


def said(error: MatcalcError) -> str:
    """The error on one line, with the text it is about."""
    return "; ".join(map(_sentence, error.diagnostics))


def _sentence(diagnostic: Diagnostic) -> str:
    where = f" in “{diagnostic.source}”" if diagnostic.source else ""
    where += f" ({diagnostic.file}, line {diagnostic.line})" if diagnostic.file else ""
    labels = ", ".join(label.text for label in diagnostic.labels)
    return diagnostic.message + where + (f": {labels}" if labels else "")
