"""Declarations of functions of which nothing else is known: `f: function(n) -> scalar`, `g: function(n) -> vector(m)`,
`f: function(m,n) -> scalar`, `F: function(m,n) -> matrix(p,q)`, and of matrices that depend on a number,
`K: matrix(n,n) sym of theta`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.core.dims import Shape, format_dim
from matcalc.core.function import Signature
from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.declarations import WORD, is_signature, parse_declaration, parse_dim, split_declarations
from matcalc.language.framing import framed
from matcalc.language.vocabulary import name_of

KEPT = frozenset({"sym", "spd", "psd", "diag", "lower", "upper", "positive", "nonnegative"})
_ARROW = r"\s*(?:->|→|\\(?:rightarrow|to)(?![A-Za-z]))\s*"
_OF = r"(.*?)\s+of\s+(.+)"
_EXAMPLES = (f"{WORD}(n) -> scalar", f"{WORD}(n) -> vector(m)")


def signatures(text: str, declarations: Mapping[str, str]) -> dict[str, Signature]:
    """The functions that are declared, in the text itself or beside it."""
    found: dict[str, Signature] = {}
    where = framed(text).declarations.replace("$", " ") if is_signature(text) else ""
    said = [(part, kind) for key, kind in declarations.items() if is_signature(kind) for part in key.split(",")]
    said += [pair for pair in (split_declarations(where) if where.strip() else []) if is_signature(pair[1])]
    for key, kind in said:
        name = name_of(key)
        made = _signature(name, kind)
        if found.setdefault(name, made) != made:
            raise fail("M0403", f"{name} is declared twice, differently", f"{key}: {kind}")
    return found


def signature_text(said: Signature) -> str:
    """The declaration of a function, as it is read."""
    def kind(shape: Shape) -> str:
        rows, cols = (format_dim(d, "*") for d in shape)
        return "scalar" if shape == (1, 1) else f"vector({rows})" if shape[1] == 1 else f"matrix({rows},{cols})"

    if said.of:
        return " ".join([kind(said.result), *sorted(said.props), "of", said.of])
    dims = said.argument if said.argument[1] != 1 else said.argument[:1]
    return f"{WORD}({','.join(format_dim(d, '*') for d in dims)}) -> {kind(said.result)}"


def _signature(name: str, text: str) -> Signature:
    if (depends := re.fullmatch(_OF, text.strip(), re.DOTALL)) is not None and WORD not in text:
        return _of_number(name, text, *depends.groups())
    sides = re.split(_ARROW, text.strip(), maxsplit=1)
    given = re.fullmatch(rf"{WORD}\s*\(([^()]*)\)", sides[0].strip())
    if len(sides) < 2 or given is None:
        raise _error(text, f"a function is declared by what it takes and gives, not by “{text}”", *_EXAMPLES)
    dims = [parse_dim(text, part) for part in re.split(r"[,×]", given[1])]
    value = parse_declaration(name, sides[1])
    result = _shape(value.kind, value.rows, value.cols)
    if len(dims) > 2 or any(d == 1 for d in dims) or result is None or value.props or value.axes:
        raise _error(text, "a function takes a vector, (n), or a matrix, (m,n), and gives a scalar, a vector(m) or a "
                     "matrix(p,q)",
                     *_EXAMPLES)
    if result[1] == 1 and len(dims) == 2 and result != (1, 1):
        raise _error(text, "a function of a matrix gives a scalar or a matrix", f"{given[0]} -> scalar",
                     f"{given[0]} -> matrix(p,q)")
    return Signature((dims[0], dims[1] if len(dims) == 2 else 1), result)


def _of_number(name: str, text: str, kind: str, of: str) -> Signature:
    """K: matrix(n,n) sym of theta."""
    value = parse_declaration(name, kind)
    result = _shape(value.kind, value.rows, value.cols)
    if result is None:
        raise _error(text, f"the size of {name} has to be said", f"matrix(n,n) of {of}")
    if other := sorted(value.props - KEPT):
        raise _error(text, f"of what depends on {of}, {other[0]} cannot be said", f"matrix(n,n) sym of {of}")
    if re.search(r"[,\s]", of.strip()):
        raise _error(text, f"{name} can depend on one number, not on “{of.strip()}”", f"{kind} of theta")
    return Signature((1, 1), result, value.props, name_of(of))


def _shape(kind: str, rows: object, cols: object) -> Shape | None:
    if kind == "scalar":
        return 1, 1
    return None if rows is None or cols is None or not kind else (rows, cols)  # type: ignore[return-value]


def _error(text: str, message: str, *fixes: str) -> MatcalcError:
    return fail("M0404", message, text, Span(0, len(text)), fixes=fixes)
