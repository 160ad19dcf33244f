"""Complaints: a ShapeError as a diagnostic, every participant labelled with its name and shape, fixes as whole texts.

What has no value anywhere is refused where it stands, 0/(x - x), log(-1), the inverse of a zero matrix; and an argument
that is not what the rule of a function declares of it: symmetric, triangular, diagonal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from matcalc.algebra.demands import Asking, impossible, unfit
from matcalc.core.dims import Dim, format_dim
from matcalc.core.expr import CALL, Expr
from matcalc.core.expr import postorder as parts_of
from matcalc.core.function import Demand
from matcalc.diagnostics import Diagnostic, InputError, Label, Span, UnlikelyError, fail
from matcalc.files import text_of
from matcalc.language.characters import SUPERSCRIPT_DIGITS, SUPERSCRIPT_LETTERS
from matcalc.language.construct import PRODUCTS
from matcalc.language.constructs import CONSTRUCTS
from matcalc.language.inference import SCALAR, ShapeError
from matcalc.language.kinds import default_kind
from matcalc.language.lengths import namer_for
from matcalc.language.suggest import replace, with_declarations
from matcalc.language.syntax import Op, Syntax, postorder

_OTHERWISE = {"M0302": ("matrix", "scalar", "vector"), "M0306": ("vector", "scalar"), "M0310": ("matrix", "vector")}
_TIGHT = re.compile(r"(?:(?<![^\W\d_\\])(?!where\b)\\?[^\W\d_]{2,}\s+|[*/·⋅∘⊙⊗@]\s*)$")  # before what belongs together
_SHORT = r"(?<![\w.\\])([a-z][a-z0-9])(?=\()"  # a name of a function, or two letters multiplied
CLASHES = ("M0301", "M0302")  # sizes that do not fit, for which the kind of a letter may be to blame


def shape_text(shape: tuple[Dim, Dim]) -> str:
    """n×1, m×n, or scalar."""
    return "a scalar" if shape == SCALAR else "×".join(_factor(dim) for dim in shape)


def _is_row_to_spread(mismatch: ShapeError) -> bool:
    """Whether a row is added to a matrix, to each of whose rows it may be meant to be added."""
    inference = mismatch.inference
    if inference is None or mismatch.syntax.op is not Op.SUM or not all(p in inference.shapes for p in mismatch.parts):
        return False
    heights = [inference.resolved(inference.shapes[part])[0] for part in mismatch.parts]
    return len(heights) == 2 and heights[1] == 1 != heights[0]


def _factor(dim: Dim) -> str:
    text = format_dim(dim)
    return f"({text})" if "+" in text or "-" in text else text


def report(source: str, mismatch: ShapeError) -> InputError:
    """The error to raise for `mismatch`."""
    labels: tuple[Label, ...] = ()
    if (inference := mismatch.inference) is not None:
        namer = namer_for(inference, inference.variables)
        labels = tuple(Label(part.span, f"{_text(source, part)} is {shape_text(namer.shape(inference, part))}")
                       for part in mismatch.parts if part in inference.shapes)
    operands = [_operand(source, part) for part in (*mismatch.parts, *mismatch.extra)]
    raw = {f"t{i}": source[p.span.start:p.span.end] for i, p in enumerate((*mismatch.parts, *mismatch.extra))}
    called = mismatch.syntax.data if mismatch.syntax.op in (Op.CALL, Op.DOTTED) else ""
    texts = [_enclosed(fix, source, (*mismatch.parts, *mismatch.extra)).format(*operands, call=called, **raw)
             .replace("''", "") for fix in mismatch.fixes]
    typed = source[mismatch.place.span.start:mismatch.place.span.end]
    if typed[:1] in ("{", "(") and _is_one_group(typed):
        texts = [f"{typed[0]}{text}{typed[-1]}" for text in texts]
    elif _TIGHT.search(source[:mismatch.place.span.start]):  # sin x y as sin (x.*y): .* ends an argument
        is_all = mismatch.syntax.span.end == mismatch.place.span.end
        texts = [f"({text})" if ".*" in text else text for text in texts if is_all or ".*" not in text]
    elif re.match(r"\\[dtc]?frac", typed):
        texts = [f"({text})" if " " in text else text for text in texts]  # \\frac{p}{q} as p ./ q, behind a function
    primed = {typed.rstrip("'ᵀ"), *(_plain(source, part).rstrip("'ᵀ") for part in mismatch.parts)}
    if mismatch.code == "M0302" and mismatch.syntax.op is Op.SUM and (len(primed) == 1 or typed.endswith(("'", "ᵀ"))):
        texts = []  # x' beside x is another point, or the other one is to be transposed
        texts += [f"1{typed}"] if _is_row_to_spread(mismatch) else []
    fixes = tuple(replace(source, mismatch.place.span, text) for text in texts)
    fixes += tuple(_declared_otherwise(source, mismatch)) if mismatch.code in ("M0302", "M0306", "M0310") else ()
    fixes = (*_called_shortly(source, mismatch), *fixes) if mismatch.code == "M0306" else fixes
    error = UnlikelyError if mismatch.unlikely else InputError
    return error(Diagnostic(mismatch.code, mismatch.message, source, mismatch.syntax.span, labels, fixes))


def in_file(error: InputError, file: str, line: int) -> InputError:
    """The error with its place in a file of rules, given the line in which the block begins."""
    return InputError(*(_placed(d, file, line) for d in error.diagnostics))


def _placed(d: Diagnostic, file: str, line: int) -> Diagnostic:
    lines = text_of(file).splitlines() if file else []
    for number, text in enumerate(lines[line - 1:], line):
        if d.source and (column := text.find(d.source)) >= 0:
            return d._replace(file=file, line=number, column=column + 1 + (d.span.start if d.span else 0))
    return d._replace(file=file, line=line)


def _text(source: str, part: Syntax) -> str:
    text = source[part.span.start:part.span.end]
    return text if len(text) <= 30 else text[:27] + "…"


def _called_shortly(source: str, mismatch: ShapeError) -> Iterator[str]:
    """The text with a function for two characters before a bracket that are a product here: tv(x) and i0(x)."""
    scope = mismatch.inference.scope if mismatch.inference else None
    for match in re.compile(_SHORT).finditer(source, mismatch.syntax.span.start, mismatch.syntax.span.end):
        word = scope.rulebook.aliases().get(match[1], "") if scope and not {*match[1]} & {*scope.declarations} else ""
        if word:
            yield replace(source, Span(*match.span(1)), word)


def _declared_otherwise(source: str, mismatch: ShapeError) -> Iterator[str]:
    """The text with a declaration of a letter that is no matrix: the Y of (Y − Xβ)'(Y − Xβ)."""
    known = mismatch.inference.scope.declarations if mismatch.inference else {}
    parts = postorder(mismatch.syntax) if mismatch.code == "M0310" else mismatch.parts
    letter, *kinds = _OTHERWISE[mismatch.code]
    letters = {part.data: _plain(source, part) for part in parts
               if part.op is Op.NAME and part.data not in known and default_kind(part.data) == letter}
    for text in list(letters.values())[:3]:
        yield from (with_declarations(source, f"{text}: {kind}") for kind in kinds)


def _enclosed(fix: str, source: str, parts: Sequence[Syntax]) -> str:
    """`fix` with the operands that it puts in brackets written out, without brackets of their own."""
    for i, part in enumerate(parts):
        text = _plain(source, part)
        bare = text[1:-1] if (text[:1], text[-1:]) in (("(", ")"), ("{", "}")) and _is_one_group(text) else text
        fix = fix.replace(f"({{{i}}})", f"({bare})".replace("{", "{{").replace("}", "}}"))
    return fix


def _is_one_group(text: str) -> bool:
    """Whether the bracket that opens at the start closes only at the end."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0:
            return i == len(text) - 1
    return False


def _plain(source: str, part: Syntax) -> str:
    """The source of a part; the letter for one that is superscript."""
    text = source[part.span.start:part.span.end]
    raised = all(char in SUPERSCRIPT_LETTERS or char in SUPERSCRIPT_DIGITS for char in text)
    return str(part.data) if part.op in (Op.NAME, Op.NUMBER) and raised else text


def _operand(source: str, part: Syntax) -> str:
    """The source of a part, in brackets where an operator binds less tightly than a postfix sign."""
    text = _plain(source, part)
    if text.startswith("{") and _is_one_group(text):
        text = text[1:-1]
    bracketed = text[:1] in ("(", "{") and _is_one_group(text)
    is_bare = part.op is Op.CALL and re.match(r"\\?[^\W\d_]+\s+[^\W_(]", text) is not None  # sin x, not x'
    return f"({text})" if (CONSTRUCTS[part.op].binds <= PRODUCTS or is_bare) and not bracketed else text


def refuse_impossible(text: str, typed: Mapping[Asking, Syntax], judged: Expr | None = None) -> None:
    """Raise M0330 for an operation whose domain is empty; of a formula that is `judged`, only where it has lost it."""
    kept = set() if judged is None else set(parts_of(judged))
    for operation, syntax in typed.items():
        if operation not in kept and (why := impossible(operation)):
            span = syntax.span
            raise fail("M0330", f"“{text[span.start:span.end]}” has no value: {why}", text, span)


def refuse_unfit(text: str, typed: Mapping[Asking, Syntax]) -> None:
    """Raise M0331 for an argument whose declared structure cannot be seen."""
    for operation, syntax in typed.items():
        if not isinstance(operation, Demand) and operation.kind is CALL:
            for param, _, word in unfit(operation.data, operation.args):
                typed_as = dict(zip(operation.data.params, syntax.args, strict=False))
                place = typed_as.get(param, syntax)
                said = text[place.span.start:place.span.end]
                raise fail("M0331", f"“{said}” is not known to be {word}, and {operation.data.name} takes nothing else",
                           text, place.span)
