"""What declarations say of families: x_i: vector(d), A_ij: scalar, x: scalar over(n), and a vector x as its entries."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.core.dims import Dim, names
from matcalc.core.expr import COMPLEX
from matcalc.core.indices import Axis
from matcalc.diagnostics import Span
from matcalc.language.declarations import ENTRYWISE, SHAPED
from matcalc.language.inference import SQUARE, Declaration
from matcalc.language.letters import pieces
from matcalc.language.resolving import Families
from matcalc.language.vocabulary import Found

KINDS = {1: "vector", 2: "matrix"}
SIZES = {"vector": ("rows",), "matrix": ("rows", "cols")}
OF_ENTRIES = {*ENTRYWISE, "onehot", "sym", "spd", "psd", *COMPLEX}  # properties that families of numbers have, too


def declared_letters(of: Families, declared: Mapping[str, Declaration]) -> None:
    """Declared indices, and sizes that declarations name."""
    of.dims |= {n for d in declared.values() for axis in d.axes for dim in axis for n in names(dim)}
    for name, d in declared.items():
        if d.kind == "index":
            letter = of.free(name, Span(0, 0))
            letter.high, letter.low = d.rows, d.axes[0].low if d.axes else None
            if d.rows is not None:
                of.dims |= names(d.rows)


def known_families(of: Families, declared: Mapping[str, Declaration]) -> tuple[dict[str, Declaration],
                                                                              dict[tuple[str, int], Axis]]:
    """The declarations with those of families by their plain names, and the sizes that they give to axes."""
    known: dict[str, Declaration] = {}
    sizes: dict[tuple[str, int], Axis] = {}
    for name, d in declared.items():
        base, labels = of.parted(name)
        count = len(of.uses[base][0].places) if base in of.uses else -1
        cut = [piece for label in labels for piece in pieces(label, ())]
        if d.kind == "index":
            continue
        if name in of.kinds and name in of.uses:
            base, count, cut = name, len(of.uses[name][0].places), []  # e_y, the unit vector of a class
        if d.axes and d.kind == "scalar" and base in of.plain and base not in of.uses:
            width = d.axes[1].size if len(d.axes) > 1 else 1  # x over(n), used as a whole
            known[base] = Declaration(base, KINDS.get(len(d.axes), ""), d.axes[0].size, width, d.props)
        elif d.axes and base in of.uses:
            known[base] = d._replace(name=base)
            sizes |= {(base, k): axis for k, axis in enumerate(d.axes)}
        elif base in of.gathered and name not in of.plain:
            known[base] = d._replace(name=base) if d.kind == KINDS[len(of.gathered[base])] else \
                Declaration(base, "", props=d.props)
        elif base in of.uses and name not in of.plain and len(cut) == count and not any(p.isdigit() for p in cut):
            known[base] = d._replace(name=base)
        elif d.kind == "scalar" and _is_whole(of, base, cut):
            known.setdefault(base, Declaration(base, KINDS.get(len(cut), ""), props=d.props))  # X, declared by X_ij
        elif base in of.uses and (name == base or (name not in of.plain and len(cut) + _axes(d) == count)):
            entries, dims = _entries(d, count - len(cut) * (name != base))  # of x, and of the vectors x_i
            known[base] = entries._replace(name=base)
            sizes |= {(base, count - len(dims) + k): Axis(dim) for k, dim in enumerate(dims) if dim is not None}
        else:
            known[name] = d
    for base, highs in of.gathered.items():
        rows, cols = highs if len(highs) == 2 else (*highs, 1)
        old = known.get(base)
        if old is None or not old.kind:
            known[base] = Declaration(base, KINDS[len(highs)], rows, cols, old.props if old else frozenset())
    for base in of.kinds:
        known.setdefault(base, Declaration(base, "scalar", 1, 1)) if of.kinds[base] == "scalar" else None
    return known, sizes


def square_families(of: Families, declared: Mapping[str, Declaration]) -> set[str]:
    """The families of entries of a matrix that is declared to be square."""
    bases = {of.parted(name)[0] for name, d in declared.items() if d.props & SQUARE and d.kind in ("matrix", "scalar")}
    return {base for base in bases if base in of.uses and len(of.uses[base][0].places) == 2}


def refuse_structured(of: Families, declared: Mapping[str, Declaration], wrt: frozenset[str]) -> None:
    """Refuse to differentiate by the entries of a matrix that are not independent, other than those of a symmetric one.
    """
    for name in sorted(wrt):
        base = of.parted(name)[0]
        d = declared.get(base)
        words = d.props.intersection(SHAPED).difference(OF_ENTRIES) if d and d.kind == "matrix" else None
        if words and base in of.uses and base not in of.plain and len(of.uses[base][0].places) == 2:
            word = min(words)
            raise of.fail("M0229", f"{base} is declared {word}, and only entries of it occur: by entries that depend "
                          "on each other no derivative is taken. Write the formula in matrices, or leave the word out",
                          of.uses[base][0].span)


def _axes(d: Declaration) -> int:
    return len(SIZES.get(d.kind, ()))


def _is_whole(of: Families, base: str, letters: list[str]) -> bool:
    """Whether a variable that is declared by its entries, X_ij, occurs as a whole only."""
    return bool(letters) and base in of.plain and base not in of.uses \
        and set(letters) <= {letter.name for letter in of.letters}


def _entries(d: Declaration, count: int) -> tuple[Declaration, list[Dim | None]]:
    """A declared vector x as the family of its entries, a matrix as that of its entries or of its rows."""
    dims = [getattr(d, side) for side in SIZES.get(d.kind, ())]
    if count == len(dims):
        return Declaration(d.name, "scalar", 1, 1, d.props & OF_ENTRIES), dims
    if count == 1 and d.kind == "matrix":
        return Declaration(d.name, "vector", d.cols, 1), dims[:1]
    return d, []


def families_of(of: Families, found: Found, wrt: frozenset[str]) -> dict[str, str]:
    """The names that stand for a family: those in bold, and those that one differentiates by."""
    return {name: of.parted(name)[0] for name in (*found.kinds, *wrt)
            if of.parted(name)[0] in of.uses and name not in of.plain}
