"""Kinds of undeclared names: which are possible, in order of plausibility, before any shape is computed.

Defaults by letter: a–g scalar, h–z vector, A–Z matrix; Greek lower-case scalar, upper-case matrix. What the text says
outright (an explicit transpose on a lower-case name, a bare argument that must be square) comes first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from matcalc.core.dims import names as dim_names
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.inference import SIZED, Scope
from matcalc.language.letters import Member
from matcalc.language.syntax import Op, Syntax, base_of, postorder
from matcalc.records import NamedTuple

COUNTS = frozenset("mnNdkpTKMD")  # letters for numbers of things
COEFFICIENTS = frozenset({Op.NUMBER, Op.CALL, Op.NORM, Op.BARS, Op.DIVIDE, Op.POWER, Op.OVER, Op.LETTER})
Domain = tuple[tuple[str, int], ...]  # possible kinds with their departures from the default


def default_kind(name: str) -> str:
    """The kind that the letter of a name suggests: scalar, vector or matrix."""
    base, label = base_of(name), name.partition("_")[2]
    if base == "e" and label.isalpha() and len(label) == 1:
        return "vector"  # a unit vector
    letter = unicodedata.normalize("NFD", base)[0]
    if letter.isupper():
        return "matrix"
    return "scalar" if is_either(name) or base in GREEK_NAMES or _is_greek(letter) else "vector"


def is_either(name: str) -> bool:
    """Whether a name is read as a number, though books write vectors like this as well: a to g."""
    base = base_of(name)
    return "a" <= unicodedata.normalize("NFD", base)[0] <= "g" and base not in GREEK_NAMES


def _is_greek(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("GREEK")


def domain(name: str, evidence: dict[str, str], any_letter: bool = False, places: int = 0) -> Domain:
    """The kinds `name` may have, the most plausible first; a capital is a matrix unless the text shows otherwise.
    `places`: how many indices its members have."""
    if places:
        return _of_member(name, evidence, places)
    kind = evidence.get(name, default_kind(name))
    if any_letter and kind == "matrix" and name not in evidence:
        return ("matrix", 0), ("vector", 2)
    if kind == "coefficient":
        return ("matrix", 0), ("scalar", 1)
    if kind == "divisor":
        return ("scalar", 0), ("vector", 1)
    other = {"scalar": "vector", "vector": "scalar"}.get(kind)
    return ((kind, 0), (other, 1)) if other and name not in evidence else ((kind, 0),)


def _of_member(name: str, evidence: dict[str, str], places: int) -> Domain:
    """Members are numbers unless they are used as vectors; with one index a capital is rather a matrix."""
    kind = evidence.get(name, "")
    if kind in ("vector", "matrix", "scalar"):
        return ((kind, 0),)
    if places > 1:
        return ("scalar", 0), ("vector", 3)
    if default_kind(name) == "matrix":
        return ("matrix", 0), ("vector", 1), ("scalar", 2)
    return ("scalar", 0), ("vector", 1)


def undeclared(nodes: Iterable[Syntax], scope: Scope) -> list[str]:
    """Names whose kind is to be inferred, in order of first occurrence."""
    found = dict.fromkeys(s.data for s in nodes if s.op is Op.NAME)
    known = {n for n, d in scope.declarations.items() if d.kind}
    return [n for n in found if n not in known and n not in scope.dims and n not in scope.bindings]


def evidence(nodes: list[Syntax], names: list[str], scope: Scope) -> dict[str, str]:
    """Kinds that the text itself shows."""
    found: dict[str, str] = dict.fromkeys(_coefficients(nodes, scope.dims), "coefficient")
    for syntax in nodes:
        only = syntax.args[0].data if len(syntax.args) == 1 and syntax.args[0].op is Op.NAME else ""
        if syntax.op is Op.TRANSPOSE and only and _is_lower(only):
            found[only] = "vector"
        elif syntax.op is Op.CALL and only and takes_square(syntax, scope):
            found[only] = "matrix"
        elif syntax.op is Op.DIVIDE_BY_RUN and _is_count(syntax):
            found[syntax.args[2].data] = "scalar"
        elif syntax.op is Op.DIVIDE and syntax.args[1].op is Op.NAME and _divides(syntax):
            found.setdefault(syntax.args[1].data, "divisor")
    return {name: kind for name, kind in (found | dict(scope.shown)).items() if name in names}


def _divides(syntax: Syntax) -> bool:
    """Whether the divisor is a number by its looks: a small letter below a number, or a letter that counts."""
    number, name = syntax.args
    return name.data in COUNTS or (number.op is Op.NUMBER and _is_lower(name.data))


def _is_count(syntax: Syntax) -> bool:
    """1/2n and x'x/2m: a number of data, so that what is divided by what has to be asked."""
    number, *rest = syntax.args[1:]
    return number.op is Op.NUMBER and len(rest) == 1 and rest[0].op is Op.NAME and rest[0].data in COUNTS


def _coefficients(nodes: list[Syntax], dims: frozenset[str]) -> set[str]:
    """Capitals that occur only as a factor of numbers and function values: the N of N/2 log|Σ|."""
    good: set[str] = set()
    bad: set[str] = set()
    for syntax in nodes:
        capitals = {f.data for f in syntax.args if f.op is Op.NAME and not _is_lower(f.data)}
        if syntax.op is Op.PRODUCT and _behind_bare_call(syntax):
            bad.update(capitals)
        if syntax.op is Op.DIVIDE and syntax.args[1].op is Op.NAME and syntax.args[1].data not in COUNTS:
            bad.add(syntax.args[1].data)  # 1/A is hardly of a number
        plain = syntax.op in (Op.PRODUCT, Op.DIVIDE) and len(capitals) == 1 and all(
            _is_plain(f) or (f.op is Op.NAME and f.data in dims) for f in syntax.args)
        (good if plain else bad).update(capitals)
    return good - bad - {"Sigma"}  # Σ before a bracket is a sum to some


def _behind_bare_call(product: Syntax) -> bool:
    """tr A*X: the function may have been meant of all that follows."""
    return any(f.op is Op.CALL and f.args and f.span.end == f.args[-1].span.end for f in product.args[:-1])


def _is_plain(factor: Syntax) -> bool:
    """Whether a factor may be a number for all that its looks tell; of Xb nobody can tell."""
    return factor.op in COEFFICIENTS or (factor.op is Op.NAME and default_kind(factor.data) == "matrix")


def _is_lower(name: str) -> bool:
    return default_kind(name) != "matrix"


def takes_square(syntax: Syntax, scope: Scope) -> bool:
    """Whether every overload wants a square matrix: tr(x), det(x)."""
    overloads = [f for f in scope.rulebook.overloads(syntax.data) if len(f.params) == 1]
    shapes = [f.params[0].shape for f in overloads]
    return bool(shapes) and all(rows == cols != 1 for rows, cols in shapes)


def dimension_names(nodes: Iterable[Syntax], scope: Scope) -> frozenset[str]:
    """Names used as sizes: the n of ones(n), eye(n), K(m,n), and every name in a declared dimension."""
    found: set[str] = set(scope.dims)
    found |= {n for said in scope.rulebook.declared.values() for d in (*said.argument, *said.result)
              for n in dim_names(d)}
    for declaration in scope.declarations.values():
        for dim in (declaration.rows, declaration.cols):
            found |= dim_names(dim) if dim is not None else set()
    for syntax in nodes:
        if syntax.op is Op.CALL:
            for arg in _size_arguments(syntax, scope):
                found |= {part.data for part in postorder(arg) if part.op is Op.NAME}
    return frozenset(name for name in found if name not in scope.declarations and name not in scope.bindings)


def _size_arguments(syntax: Syntax, scope: Scope) -> list[Syntax]:
    name = scope.spelled(syntax.data)
    if any(isinstance(part.data, Member) for arg in syntax.args for part in postorder(arg)):
        return []
    if name in SIZED:
        return list(syntax.args)
    overloads = [f for f in scope.rulebook.overloads(name) if len(f.params) == len(syntax.args)]
    params = overloads[0].params if overloads else ()
    return [arg for param, arg in zip(params, syntax.args, strict=False) if param.kind != "value"]


class Reading(NamedTuple):
    """An assignment of kinds: the departures from the most plausible one and what they cost."""

    kinds: tuple[tuple[str, str], ...] = ()
    cost: int = 0


def names_below(syntax: Syntax, names: set[str]) -> list[str]:
    """The names of `names` that occur in `syntax`, in order."""
    return list(dict.fromkeys(part.data for part in postorder(syntax) if part.op is Op.NAME and part.data in names))
