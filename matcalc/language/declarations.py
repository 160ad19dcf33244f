"""Declarations: `A: sym`, `x: vector(n)`, `lambda: scalar>0`, `A ∈ R^(m×n)`, in --var, `where` and variables=."""

from __future__ import annotations

import re
from collections.abc import Mapping

from matcalc.core.dim_text import read_dim
from matcalc.core.dims import Dim, subtract
from matcalc.core.expr import COMPLEX
from matcalc.core.indices import Axis
from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.characters import GREEK_NAMES, SEPARATOR, SUPERSCRIPT_DIGITS, SUPERSCRIPT_LETTERS
from matcalc.language.clean import clean
from matcalc.language.inference import SQUARE, Declaration
from matcalc.language.suggest import closest
from matcalc.language.vocabulary import name_of
from matcalc.session import SESSION

MOST_DIGITS = 15  # of a dimension
KINDS = {"scalar": (1, 1), "vector": (None, 1), "matrix": (None, None), "index": (None, None)}
TALL = frozenset(["orthogonal"])  # X'X = I: square where no sizes are said, never with more columns than rows
ALONE = ("skew", "orthogonal", "onehot", "hermitian", "hpd", "unitary")  # no further structure goes with one of these
SHAPED = ("sym", "psd", "spd", "diag", "lower", "upper", *ALONE)
WORD = "function"  # f: function(n) -> scalar
OVER = "over"  # x_i: vector(d) over(n)
_APART = re.compile(r"[,×](?![^()]*\))")  # outside brackets
TWO_INDICES = r"\w+_(?:[a-z]{2}|\{[a-z],[a-z]\})"
ENTRYWISE = frozenset(["positive", "nonnegative", "integer", "const"])
REAL = ("positive", "nonnegative", "integer", "onehot", "psd", "spd", "orthogonal")  # what nothing complex is
PROPERTIES = SQUARE | ENTRYWISE | {"onehot", "complex"}
ALIASES = {
    "symmetric": "sym", "diagonal": "diag", "posdef": "spd", "pd": "spd", "positive-definite": "spd",
    "positive definite": "spd", "positive semidefinite": "psd", "possemidef": "psd", "semidefinite": "psd",
    "skew-symmetric": "skew", "skewsymmetric": "skew", "antisymmetric": "skew", "nonsingular": "invertible",
    "regular": "invertible", "orth": "orthogonal", "ortho": "orthogonal", "constant": "const", "int": "integer",
    "triu": "upper", "tril": "lower", "upper triangular": "upper", "lower triangular": "lower", "one-hot": "onehot",
    "selfadjoint": "hermitian", "self-adjoint": "hermitian", "hermitian positive definite": "hpd",
    "pos": "positive", "nonneg": "nonnegative", "non-negative": "nonnegative", "real": "scalar", "number": "scalar",
    "column": "vector", "vec": "vector", "mat": "matrix", "> 0": "positive", ">0": "positive",
    ">=0": "nonnegative", "≥0": "nonnegative", ">= 0": "nonnegative", "≥ 0": "nonnegative",
}


_PHRASES = sorted((a for a in ALIASES if " " in a or ">" in a or "≥" in a), key=len, reverse=True)
_KNOWN = frozenset({*KINDS, *PROPERTIES})
_NAMES = frozenset({*GREEK_NAMES, "R", "C"})


def _error(text: str, message: str, *fixes: str) -> MatcalcError:
    return fail("M0402", message, text, Span(0, len(text)), fixes=fixes)


def split_declarations(text: str) -> list[tuple[str, str]]:
    """`A,B: spd(n); x ∈ ℝⁿ` as (name, kind) pairs; several names may share a kind."""
    pairs: list[tuple[str, str]] = []
    names: list[str] = []
    for part in _parts(text):
        match = re.match(r"(.*?)\s*(:|∈|\\in\b|\s(?:is|are)\s(?:an?\s)?|(?=>)|(?=≥))\s*(.*)", part, re.DOTALL)
        if match is None:
            names.append(part)
            continue
        names += [match[1]]
        pairs += [(name_of(name), match[3]) for name in names if name.strip()]
        names = []
    if names or not pairs:
        name = names[0] if names else "A"
        raise _error(text, f"“{text}” declares nothing; a declaration reads NAME: KIND", f"{name}: matrix")
    return pairs


def _parts(text: str) -> list[str]:
    """Split at commas, semicolons and `and` outside brackets."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[(\[{]|[)\]}]|[,;]|\band\b", text):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0 and (match[0] in ",;" or match[0] == "and"):
            parts.append(text[start:match.start()].strip())
            start = match.end()
    return [part for part in [*parts, text[start:].strip()] if part]


def is_signature(text: str) -> bool:
    """Whether a declaration may be one of a function: function(n) -> scalar, matrix(n,n) of theta."""
    return WORD in text or " of " in text


def parse_declaration(name: str, text: str) -> Declaration:
    """`KIND[(dims)] [property …]` for one name."""
    plain, words = _said(text)
    if space := re.fullmatch(r"(?:ℝ|R|ℂ|C)\s*(?:\^?\s*[({]*\s*(.*?)\s*[)}]*)?", plain):
        found = _space(name, text, space[1] or "")
        return found._replace(props=frozenset({"complex"})) if plain[0] in "ℂC" else found
    if not words:
        raise _error(text, f"nothing is said about {name}", "matrix", "vector", "scalar")
    kind, sizes, props = "", "", set()
    axes: tuple[Axis, ...] = ()
    for word, dims in words:
        if word == OVER:
            axes = tuple(_axis(text, part) for part in dims.split(","))
            continue
        meant = _meaning(text, word)
        sizes = _one(text, sizes, dims)
        if meant in KINDS:
            kind = _one(text, kind, meant)
        else:
            props.add(meant)
    if kind == "index" and ":" in sizes:
        axes = (_axis(text, sizes),)
        return Declaration(name, kind, subtract(axes[0].low + axes[0].size, 1), 1, axes=axes)
    found = _declaration(name, text, kind, _dims(text, sizes), _together(text, frozenset(props)), bool(axes))
    return found._replace(axes=axes) if axes else found


def _axis(text: str, part: str) -> Axis:
    """over(n), and over(0:m) or index(0:m) for indices from 0 to m."""
    low, colon, high = part.partition(":")
    if not colon:
        return Axis(parse_dim(text, part))
    first: Dim = int(low) if re.fullmatch(r"\s*-?\d+\s*", low) else parse_dim(text, low)
    return Axis(subtract(parse_dim(text, high), first) + 1, first)


def _together(text: str, props: frozenset[str]) -> frozenset[str]:
    """Several structures as one: what is symmetric and triangular, or lower and upper, is diagonal."""
    said = [word for word in SHAPED if word in props]
    for word in ALONE:
        if word in props and len(said) > 1:
            other = next(o for o in said if o != word)
            raise _error(text, f"{word} and {other} cannot be said together", word, other)
    for word in REAL:
        if word in props and not COMPLEX.isdisjoint(props):
            other = {"psd": "hpd", "spd": "hpd", "orthogonal": "unitary"}.get(word, "complex")
            raise _error(text, f"{word} is said of real numbers, and {min(COMPLEX & props)} of complex ones", other)
    sides = [side for side in ({"sym", "psd", "spd"}, {"lower"}, {"upper"}, {"diag"}) if side & props]
    return props if len(sides) < 2 else (props | {"diag"}) - {"sym", "lower", "upper"}


def _one(text: str, old: str, new: str) -> str:
    if old and new and old != new:
        fixes = (text.replace(word, "").strip(" ()") for word in (new, old))
        raise _error(text, f"both {old} and {new} are said", *fixes)
    return new or old


@SESSION.cached
def _said(text: str) -> tuple[str, list[tuple[str, str]]]:
    """What a declaration says besides the name: it stays while names change, from line to line of a file."""
    plain = clean(text, _NAMES).text.replace(SEPARATOR, "").strip().lstrip("∈:").strip()
    return plain, _words(plain)


def _words(plain: str) -> list[tuple[str, str]]:
    """(word, its dims) for each word; words of two parts are one."""
    for phrase in _PHRASES:
        plain = plain.replace(phrase, f" {ALIASES[phrase]} ")
    found = re.findall(r"([A-Za-z][\w-]*)\s*(\((?:[^()]|\([^()]*\))*\))?|([^\s,])", plain)
    return [(word or stray, dims[1:-1].strip()) for word, dims, stray in found]


def _meaning(text: str, word: str) -> str:
    meant = ALIASES.get(word.lower(), word.lower())
    if meant not in _KNOWN:
        near = closest(meant, [*KINDS, *PROPERTIES, *ALIASES])
        raise fail("M0402", f"“{word}” is neither a kind (scalar, vector, matrix) nor a property "
                   f"({', '.join(sorted(PROPERTIES))})", text, _place(text, word),
                   fixes=tuple(text.replace(word, w) for w in near) or ("matrix",))
    return meant


def _place(text: str, word: str) -> Span:
    start = max(text.find(word), 0)
    return Span(start, min(len(text), start + len(word)))


def _dims(text: str, inside: str) -> list[Dim]:
    return [parse_dim(text, part) for part in _APART.split(inside)] if inside else []


def parse_dim(text: str, part: str) -> Dim:
    """A dimension: 3, n, m*n, 2n, n+1, n(n+1)/2, min(m,n)."""
    if any(len(digits) > MOST_DIGITS for digits in re.findall(r"[0-9]+", part)):
        raise _error(text, f"a dimension has at most {MOST_DIGITS} digits", "vector(n)")
    found = _read(part)
    if found is None:
        raise _error(text, f"“{part.strip()}” is not a dimension; write n, 3, n+1 or m*n", "vector(n)")
    if isinstance(found, int) and found < 1:
        raise _error(text, "a dimension is at least 1", "vector(n)")
    return found


@SESSION.cached
def _read(part: str) -> Dim | None:
    return read_dim(part, name_of)


def _space(name: str, text: str, exponent: str) -> Declaration:
    """R, R^n, R^(m×n), ℝⁿ."""
    plain = "".join(SUPERSCRIPT_DIGITS.get(c) or SUPERSCRIPT_LETTERS.get(c) or {"ˣ": "×"}.get(c) or c for c in exponent)
    dims = [parse_dim(text, part) for part in re.split(r"[×,]|(?<=\w)\s*(?:\*|x)\s*(?=\w)", plain)] if plain else []
    kind = ("scalar", "vector", "matrix")[min(len(dims), 2)]
    return _declaration(name, text, kind, dims, frozenset())


def _declaration(name: str, text: str, kind: str, dims: list[Dim], props: frozenset[str],
                 is_family: bool = False) -> Declaration:
    if kind == "scalar" and props & SQUARE == {"sym"} and (is_family or re.fullmatch(TWO_INDICES, name)):
        return Declaration(name, kind, 1, 1, props)  # w_ij = w_ji
    square = props & SQUARE
    if not kind and (square or "onehot" in props or len(dims) == 2):
        kind = "matrix"
    if square and kind != "matrix":
        raise _error(text, f"a {kind} is not {min(square)}", f"matrix {min(square)}", kind)
    limit = {"scalar": 0, "vector": 1, "matrix": 2, "index": 1, "": 0}[kind]
    if len(dims) > limit:
        wanted = {"scalar": "scalar", "vector": "vector(n)", "matrix": "matrix(m,n)", "": "vector(n)"}[kind]
        raise _error(text, f"too many dimensions for a {kind or 'property'}", wanted)
    if kind == "scalar":
        return Declaration(name, kind, 1, 1, props)
    if kind in ("vector", "index"):
        return Declaration(name, kind, dims[0] if dims else None, 1, props)
    if len(dims) == 1:
        dims = dims * 2
    if not dims:
        return Declaration(name, kind, props=props)
    rows, columns = dims
    if rows != columns and square - TALL:
        word = min(square - TALL)
        raise _error(text, f"{word} needs a square matrix", f"matrix({rows},{rows}) {word}")
    if square and isinstance(spare := subtract(rows, columns), int) and spare < 0:
        raise _error(text, f"{columns} orthonormal columns need at least {columns} rows",
                     f"matrix({columns},{rows}) {min(square)}")
    return Declaration(name, kind, rows, columns, props)


def parse_declarations(variables: Mapping[str, str]) -> dict[str, Declaration]:
    """Every declared name with what is said about it; a key may hold several names (`A,B`)."""
    declared: dict[str, Declaration] = {}
    for key, text in variables.items():
        for part in key.split(",") if "{" not in key else [key]:
            name = name_of(part)
            declaration = parse_declaration(name, text)
            if declared.get(name, declaration) != declaration:
                raise fail("M0403", f"{name} is declared twice, differently", f"{key}: {text}",
                           fixes=(f"{name}: {text}",))
            declared[name] = declaration
    return declared


def declared_complex(declared: Mapping[str, Declaration]) -> frozenset[str]:
    """The names of which it is declared that they are complex, and those of families, x of x_i."""
    found = {name for name, d in declared.items() if not COMPLEX.isdisjoint(d.props)}
    families = {name.partition("_")[0] for name in found if re.fullmatch("[^_]+_(?:[a-z]|{[a-z,]+}|[a-z]{2,3})", name)}
    return frozenset(found | (families - declared.keys()))


def declared_numbers(declared: Mapping[str, Declaration]) -> frozenset[str]:
    """The names of complex numbers, and x_ for a vector or a matrix x: its entries x_k are numbers."""
    if not declared_complex(declared):
        return frozenset()
    numbers = declared_complex({name: d for name, d in declared.items() if d.kind == "scalar"})
    wholes = declared_complex({name: d for name, d in declared.items() if d.kind != "scalar" and "_" not in name})
    return numbers | {f"{name}_" for name in wholes}


def with_sizes(source: str, declared: Mapping[str, Declaration],
               sizes: Mapping[str, tuple[str, str]]) -> dict[str, Declaration]:
    """The declarations with the sizes written as subscripts, X_{p\\times n}, added to them."""
    merged = dict(declared)
    for name, size in sizes.items():
        rows, cols = (parse_dim(source, part) for part in size)
        old = merged.get(name, Declaration(name, ""))
        kind = "vector" if cols == 1 and old.kind != "matrix" else "matrix"
        if (old.rows, old.cols) not in ((None, None), (None, cols), (rows, cols)) or old.kind not in ("", kind):
            raise fail("M0403", f"{name} is declared twice, differently", source)
        merged[name] = Declaration(name, kind, rows, cols, old.props)
    return merged
