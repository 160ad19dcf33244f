"""A family used as a whole beside its members: y of the numbers y_i, X whose rows are the x_i', W of the w_ij.

In a term outside the sums over its members the whole is what holds them all. Where it stands inside such a sum,
Σᵢ xᵢ'Xxᵢ, it is a matrix of its own; what is said of it here are its sizes, and that it is the same variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.core.dims import Dim, named
from matcalc.core.indices import Axis
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.inference import Declaration
from matcalc.language.kinds import default_kind
from matcalc.language.letters import Letter, Member, split_name
from matcalc.language.resolving import Families
from matcalc.language.syntax import Op, Syntax, postorder

ALL = "_{all}"  # y_{all} is the vector of the y_i, where that is called y as well
FIRST_UNKNOWN = 200_000_000  # far from the numbers that others give to their unknowns
_APART = frozenset({"I", "E", "T"})  # letters with another meaning


def vectors(of: Families, root: Syntax) -> set[str]:
    """The families whose members are no numbers: declared or bold ones, those that are transposed, in a norm or in an
    inner product, and those behind something that is transposed or a matrix, wᵀxᵢ and A xᵢ."""
    said = {split_name(name)[0] for name, d in of.declared.items() if d.kind in ("vector", "matrix") and
            (d.axes or split_name(name)[1])}
    said |= {split_name(name)[0] for name, kind in of.found.kinds.items() if kind == "vector" and split_name(name)[1]}
    return {*said, *(str(s.data) for s in _turned(root) if s.op is Op.NAME and isinstance(s.data, Member))}


def _turned(root: Syntax) -> Iterator[Syntax]:
    for s in postorder(root):
        if s.op in (Op.TRANSPOSE, Op.NORM, Op.INNER):
            yield from (part for arg in s.args for part in (arg, *(arg.args if arg.op is Op.SUM else ())))
        elif s.op is Op.PRODUCT:
            yield from (part for before, part in zip(s.args, s.args[1:], strict=False)
                        if before.op is Op.TRANSPOSE or _is_matrix(before))


def _is_matrix(s: Syntax) -> bool:
    return s.op is Op.NAME and not isinstance(s.data, Member) and default_kind(str(s.data)) == "matrix"


def stack_name(base: str) -> str:
    """X for x and Θ for θ; a capital is its own."""
    letter, sign, label = base.partition("_")
    known = len(letter) == 1 or letter.capitalize() in GREEK_NAMES
    return f"{letter.capitalize()}{sign}{label}" if known else base


def wholes(of: Families, root: Syntax) -> dict[str, str]:
    """The plain names that are a whole family, and which."""
    curved = vectors(of, root)
    found: dict[str, str] = {}
    for base, uses in of.uses.items():
        letters = {place.letter for use in uses for place in use.places}
        count, name = len(uses[0].places), stack_name(base)
        if name in of.declared and of.declared[name].kind not in ("", "matrix"):
            name = ""
        names = [base] if base not in curved or name == base else []
        if (count, base in curved) in ((1, True), (2, False)) and name not in (*_APART, *of.uses):
            names = list(dict.fromkeys([*names, name]))
        if count > 2 or (count == 2 and base in curved):
            names = []
        outside = _outside(root, letters) if any(name in of.plain for name in names) else set()
        for name in names:
            if name in outside:
                found[name] = base
            elif name in of.plain and name != base:
                of.notes.append(f"{name} stands inside the sum, a matrix of its own and not that of all {base}")
    return found


def _outside(root: Syntax, letters: set[Letter | None]) -> set[str]:
    """The plain names outside all sums over one of these letters."""
    found: set[str] = set()
    seen: set[Syntax] = set()
    waiting = [root]
    while waiting:
        s = waiting.pop()
        if s in seen or (s.op is Op.OVER and s.data[1] in letters):
            continue
        seen.add(s)
        waiting += s.args
        if s.op is Op.NAME and not isinstance(s.data, Member):
            found.add(str(s.data))
    return found


def sizes_given(of: Families, found: dict[str, str], known: dict[str, Declaration]) -> dict[tuple[str, int], Axis]:
    """The ranges that the declared matrix X gives to the family of its rows."""
    given = {base: (known[name].rows, known[name].cols) for name, base in found.items() if name in known}
    return {(base, k): Axis(dim) for base, dims in given.items()
            for (k, dim), _ in zip(enumerate(dims), of.uses[base][0].places, strict=False) if dim is not None}


def shapes(of: Families, root: Syntax, found: dict[str, str], known: dict[str, Declaration],
           families: dict[str, tuple[Axis, ...]]) -> dict[str, Declaration]:
    """What is known of the wholes and their families when the ranges are."""
    curved = vectors(of, root)
    new: dict[str, Declaration] = {}
    for k, (name, base) in enumerate(found.items()):
        sizes: list[Dim] = [axis.size for axis in families[base]]
        member = new.get(base) or known.get(base) or Declaration(base, "")
        if base in curved:
            said = member.rows if member.kind == "vector" else known[name].cols if name in known else None
            rows = named(f"?{FIRST_UNKNOWN + k}") if said is None else said
            new[base] = member._replace(kind=member.kind or "vector", rows=rows, cols=1)
            sizes.append(rows)
        else:
            new[base] = member._replace(kind="scalar", rows=1, cols=1)
        if name not in known or not known[name].kind:
            props = known[name].props if name in known else frozenset[str]()
            kind = "vector" if len(sizes) == 1 else "matrix"
            new[name] = Declaration(name, kind, sizes[0], sizes[1] if len(sizes) > 1 else 1, props)
    return new
