"""Rule files as text: the blocks of a file, and what the heading and the fields of a block say.

A block starts at the margin, `function det(X: [n,n]) -> scalar`, and its indented lines are fields, `key = value`; a
deeper indented line continues the one above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.core.dim_text import read_dim
from matcalc.core.dims import Dim, Shape, format_dim, names
from matcalc.core.function import FORMS, GIVEN, SIZE_KINDS, Function, Param, Reader
from matcalc.diagnostics import MatcalcError, fail
from matcalc.extensions import ASCII, dialect_names
from matcalc.files import MOST_RULES, FileError, first_control, text_of
from matcalc.rulebook.block import Block, text_below
from matcalc.rulebook.primary import FRECHET, PRIMARY, with_derivative

_HEADER = re.compile(r"([a-z]+) +([^\W\d]\w*) *\((.*?)\) *(?:-> *(.+?))? *(?:#.*)?")
_PARAM = r" *(-?)([^\W\d]\w*) *: *(\[[^\]]*\]|scalar|index|dimension) *([a-z ]*)"
_OUTSIDE = re.compile(r",(?![^()]*\))")  # a comma outside brackets
_SEVERAL = ("law", "stable", "short", "holds", "example", "answers")  # of which a block may have several
EXPRESSIONS = {"d", "adjoint", "matrix", "body", "means", "lift", "implicit", "shown", "inverse", "of_sum",
               "log", "root", "exact", "along", "complex", PRIMARY}
LOOKS = {*dialect_names()} - {ASCII}  # in ASCII a function looks as it is typed
FIELDS = EXPRESSIONS | LOOKS | {"axes", "is", "core", "domain", "kink", "numpy", "ref", "example", "law", "note",
                                "draw", "title", "letter", "indexed", "whole", "stable", "short", "also", "part",
                                "holds", "said", "answers", "none", "curvature", "monotone", "known", "largest",
                                "gathers", FRECHET}


def blocks(file: str) -> Iterator[Block]:
    """The blocks of a file, in order; what stands at the margin and starts none is refused."""
    rows = _text(file).split("\n")
    starts = [i for i, row in enumerate(rows) if row[:1] not in " \t#" and row.strip()]
    for start, end in zip(starts, [*starts, len(rows)][1:], strict=True):
        heading = _HEADER.fullmatch(rows[start])
        if heading is None:
            raise bad(f"“{rows[start].strip()}” does not start a block; a block reads FORM NAME(X: [m,n], …) -> SHAPE, "
                      f"with FORM one of {', '.join(FORMS)}", str(file), start + 1)
        form, name, params, result = heading.groups("scalar")
        below, lines = rows[start + 1:end], range(start + 2, end + 1)
        yield from with_derivative(Block(form, name, params, result, below, str(file), start + 1, lines,
                                         text_below(below)))


def function(block: Block, reader: Reader) -> Function:
    """The function of a block, whose formulas `reader` reads when somebody asks for them."""
    file, line = block.file, block.line
    if block.form not in FORMS:
        raise bad(f"a block starts with one of {', '.join(FORMS)}, not with “{block.form}”", file, line)
    fields, places = _fields(block)
    return Function(block.name, tuple(parameters(block.params, file, line)), _shape(block.result, file, line),
                    block.form, fields, reader, file=file, line=line, places=places)


def _text(file: str) -> str:
    """What a rule file says, which is shown to people: nothing in it may be an order to their terminal."""
    try:
        text = text_of(file, MOST_RULES)
    except FileError as trouble:
        raise fail("M0701", f"cannot read the rule file {file}: {trouble}") from None
    if (place := first_control(text)) >= 0:
        line = text.count("\n", 0, place) + 1
        raise bad(f"the character U+{ord(text[place]):04X} is not shown but obeyed by a terminal", str(file), line)
    return text


def _fields(block: Block) -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """What each field says, and the lines on which it does; several laws, or examples, are lines of one text."""
    fields: dict[str, str] = {}
    places: dict[str, tuple[int, ...]] = {}
    key = ""
    for line, raw in zip(block.lines, block.below, strict=True):
        text = (re.sub(r"(^|\s)#.*$", "", raw) if "#" in raw else raw).rstrip()
        if not text.strip():
            continue
        if len(text) - len(text.lstrip()) > 2 and key:
            fields[key] += " " + text.strip()
            continue
        key, value = _field(text.strip(), block.file, line)
        if key in fields and key not in _SEVERAL:
            raise bad(f"the field {key} is stated twice", block.file, line)
        fields[key] = f"{fields[key]}\n{value}" if key in fields else value
        places[key] = (*places.get(key, ()), line)
    return fields, places


def _field(text: str, file: str, line: int) -> tuple[str, str]:
    """`key = value`; behind law, stable, short, holds, example and answers the sign may be missing."""
    for word in _SEVERAL:
        if text.startswith((f"{word} ", f"{word}\t", f"{word}=")):
            return word, text.removeprefix(word).lstrip().removeprefix("=").lstrip()
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or key.partition(".")[0] not in FIELDS:
        raise bad(f"“{text}” is not a field; a line reads KEY = VALUE with KEY one of {', '.join(sorted(FIELDS))}",
                  file, line)
    return key, value


def parameters(text: str, file: str, line: int) -> list[Param]:
    """`c: scalar, B: [n,n] sym`."""
    return [_param(part, file, line) for part in re.split(r",(?![^\[]*\])", text) if part.strip()]


def _param(text: str, file: str, line: int) -> Param:
    found = re.fullmatch(_PARAM, text.rstrip())
    if not found or (found[1] and found[3] != "dimension"):
        raise bad(f"“{text.strip()}” is not a parameter; write X: [m,n], x: [n], c: scalar, i: index, n: dimension or "
                  "-n: dimension", file, line)
    minus, name, shape, props = found.groups()
    if shape not in ("index", "dimension"):
        return Param(name, _shape(shape, file, line), "value", frozenset(props.split()))
    word, *bounds = props.split() or [""]
    if word not in ("", "within") or (word and not bounds):
        raise bad(f"“{text.strip()}” is not a parameter; a whole number is k: {shape}, or k: {shape} within n",
                  file, line)
    return Param(name, (1, 1), "negative" if minus else shape,
                 within=tuple(_dim(bound, file, line) for bound in bounds))


def _shape(text: str, file: str, line: int) -> Shape:
    if text.strip() == "scalar":
        return (1, 1)
    dims = [_dim(part.strip(), file, line) for part in _OUTSIDE.split(text.strip().strip("[]"))]
    if len(dims) not in (1, 2):
        raise bad(f"“{text}” is not a shape; write [m,n], [n] or scalar", file, line)
    return (dims[0], dims[1] if len(dims) == 2 else 1)


def _dim(text: str, file: str, line: int) -> Dim:
    """A dimension of a signature: a number, a letter, what sums, products and whole quotients of these are, or the
    smaller one of two, min(m,n)."""
    dim = read_dim(text, has_signs=True)
    if dim is None or any(not (len(name) == 1 and "a" <= name <= "z") for name in names(dim)):
        raise bad(f"“{text}” is not a dimension", file, line)
    return dim


def bad(message: str, file: str, line: int) -> MatcalcError:
    """What is wrong in a rule file, and where."""
    return fail("M0702", f"{file}, line {line}: {message}")


def signature(function: Function) -> str:
    """`kron(A: [m,n], B: [p,q]) -> [m*p,n*q]`, as the block begins."""
    params = ", ".join(" ".join([f"{_sign(p)}{p.name}: {_kind(p)}", *sorted(p.props)]) for p in function.params)
    given = f", {function.fields[GIVEN]}: function" if GIVEN in function.fields else ""
    return f"{function.known_as}({params}{given}) -> {shape_text(function.result)}"


def _kind(param: Param) -> str:
    if param.kind == "value":
        return shape_text(param.shape)
    kind = "dimension" if param.kind in SIZE_KINDS else param.kind
    return " ".join([kind, *(["within"] if param.within else []), *map(format_dim, param.within)])


def _sign(param: Param) -> str:
    return "-" if param.kind == "negative" else ""


def shape_text(shape: Shape) -> str:
    """A shape as rule files write it: scalar, [n], [m,n]."""
    if shape == (1, 1):
        return "scalar"
    kept = shape if shape[1] != 1 else shape[:1]
    return f"[{','.join(map(format_dim, kept))}]"
