"""Index notation of a text: letters, families and ranges, put between what was parsed and the search for kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from matcalc.core.dims import Dim, named, names
from matcalc.core.indices import Axis
from matcalc.diagnostics import Span, fail
from matcalc.language.bounds import Limits, below, bound_letters, dim_of, excluded, is_letter, linear
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.components import Components, Overloads, is_line, of_entries, units
from matcalc.language.construct import Builder
from matcalc.language.einstein import summed
from matcalc.language.gathered import gathered, is_entry, rewritten
from matcalc.language.hints import head_letters
from matcalc.language.inference import Declaration, Scope
from matcalc.language.letters import Letter, Member, Place, pieces, split_name
from matcalc.language.numbering import counted_by
from matcalc.language.ranging import Ranges, ranges
from matcalc.language.readings import Indices
from matcalc.language.refused import (
    refuse_defined_apart,
    refuse_multiple,
    refuse_outside,
    refuse_repeated,
    refuse_sizes,
)
from matcalc.language.scopes import Resolver
from matcalc.language.suggest import with_declarations
from matcalc.language.sums import index_of
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.language.vocabulary import Found
from matcalc.language.wholes import told_apart, vectors, vectors_declared

FREE = "ijklmn"  # letters that are indices where --wrt leaves them free
KINDS = {1: "vector", 2: "matrix"}
SIZES = {"vector": ("rows",), "matrix": ("rows", "cols")}


class Indexed(NamedTuple):
    """The syntax with members and letters, and what is known of them."""

    syntax: Syntax
    declared: dict[str, Declaration]
    ranges: Ranges
    letters: tuple[Letter, ...]
    output: tuple[Letter, ...]
    dims: frozenset[str]
    kinds: dict[str, str]
    notes: list[str]
    names: frozenset[str]
    family_of: dict[str, str]  # names with a label, or with an accent spelled out, by the names of their families
    wholes: dict[str, str]  # the variables that are a whole family, and which

    def known_to(self, scope: Scope) -> Scope:
        """What is known before any kind is inferred, with the families and ranges."""
        shown = {self.family_of.get(name, name): kind for name, kind in scope.shown.items()} | self.kinds
        return scope._replace(declarations=self.declared, dims=scope.dims | self.dims, families=self.ranges.families,
                              ranges=self.ranges.letters, shown=shown)

    def indices(self, b: Builder, wrt: Iterable[str]) -> Indices:
        """The indices as they stand in the expression."""
        letters = tuple((letter.name, index_of(b, letter).axis) for letter in self.letters)
        output = tuple(index_of(b, letter) for letter in self.output)
        targets = {name: target for name in wrt if (target := _target(self, name)) is not None}
        return Indices(letters, output, targets, tuple(self.wholes.items()))


def indexed(source: str, root: Syntax, found: Found, declared: Mapping[str, Declaration], heads: tuple[str, ...],
            wrt: frozenset[str], elementwise: Callable[[str], bool], overloads: Overloads, *,
            einstein: bool = False, is_number: bool = False) -> Indexed:
    """Tell letters, members and names apart, and find the ranges."""
    of = Resolver(source, found, {n: d for n, d in declared.items() if d.kind != "index"})
    _declared_letters(of, declared)
    output = [_free(of, name) for name in head_letters(heads, root, of.free_letters(root))]
    _left_free(of, root, wrt)
    output += [of.free(name, Span(0, 0)) for name in of_entries(root, of)]
    if einstein:
        open_ = {name for name, d in declared.items() if d.kind == "index"}
        root, more = summed(of, root, open_ | {letter.name for letter in output})
        output += [of.free(name, Span(0, 0)) for name in more]
    root = _at_numbers(of, of.resolved(root))
    output += of.free_output
    refuse_repeated(of, root, wrt)
    root = _settled(of, root, wrt)
    root = _counted(of, rewritten(root, units(of, root, wrt, is_number)))
    root, whole = _one_meaning(of, root, elementwise, Components(of, overloads))
    known, sizes = _declared(of, declared)
    count = counted_by(of, root, declared)
    letters = [letter for letter in of.letters if letter in of.running]
    spread = ranges(source, of.uses, letters, of.related, sizes, named(count) if count else None)
    refuse_defined_apart(of, spread)
    root = _numbered(of, root, spread)
    known |= vectors_declared(whole, known, spread.families)
    dims = {*of.dims, *filter(None, [count]), *(n for axis in sizes.values() for d in axis for n in names(d))}
    refuse_sizes(of, dims, declared, spread)
    free = [letter for letter in of.letters if not letter.is_bound and letter in of.used and letter not in output]
    return Indexed(root, known, spread, tuple(letters), (*output, *free), frozenset(dims), of.kinds, of.notes,
                   frozenset(of.plain), _families_of(of, found, wrt), whole)


def _declared_letters(of: Resolver, declared: Mapping[str, Declaration]) -> None:
    """Declared indices, and sizes that declarations name."""
    of.dims |= {n for d in declared.values() for axis in d.axes for dim in axis for n in names(dim)}
    for name, d in declared.items():
        if d.kind == "index":
            letter = of.free(name, Span(0, 0))
            letter.high, letter.low = d.rows, d.axes[0].low if d.axes else None
            if d.rows is not None:
                of.dims |= names(d.rows)


def _target(index: Indexed, name: str) -> tuple[str, tuple[str, ...]] | None:
    """The family and the letters of a name to differentiate by; a plain name has no letters."""
    base, labels = split_name(name)
    families = index.ranges.families
    if name in index.names and name not in families:
        return name, ()
    base = index.family_of.get(name, base)
    cut = tuple(piece for label in labels for piece in pieces(label, ()))
    if base in families and (len(cut) == len(families[base]) or any(piece.isdigit() for piece in cut)):
        return base, cut
    whole = index.family_of.get(name, name)
    return (whole, ()) if whole in families or not labels or whole in index.names else None


def _free(of: Resolver, name: str) -> Letter:
    """The free letter of that name: the declared one, if it is."""
    place = of.top.get(name)
    return place.letter if place is not None and place.letter is not None else of.free(name, Span(0, 0))


def _of_families(of: Resolver, root: Syntax) -> list[str]:
    """The letters of members of families that are declared as such which no sum binds: x_k."""
    families = {name for name, d in of.declared.items() if d.axes}
    labels = {str(s.data): s for s in postorder(root) if s.op is Op.NAME} if families else {}
    inside = [_cut(name, of.free_letters(s), of) for name, s in labels.items() if name not in of.declared
              and split_name(name)[0] in families]
    free = of.free_letters(root)
    sizes = {n for d in of.declared.values() for axis in d.axes for dim in axis for n in names(dim)}
    return sorted({x for letters in inside for x in letters
                   if x in free and is_letter(x) and x not in of.top and x not in sizes})


def _left_free(of: Resolver, root: Syntax, wrt: frozenset[str]) -> None:
    """Note down the letters that no sum binds, and those of what one differentiates by."""
    of.top.update({name: Place(of.free(name, Span(0, 0))) for name in (*_of_families(of, root), *_excluded(of, root))})
    of.asked = frozenset(piece for name in wrt for label in split_name(name)[1] for piece in pieces(label, ()))


def _excluded(of: Resolver, root: Syntax) -> list[str]:
    """The k of Σ_{i=1, i≠k} that no sum binds."""
    signs = [s.data for s in postorder(root) if s.op is Op.OVER and isinstance(s.data, Limits)]
    parts = [part for limits in signs if (part := below(limits.below)) is not None]
    left = frozenset[str]().union(*map(excluded, parts))
    return sorted(left.difference(of.top, of.dims, *(bound_letters(limits.below) for limits in signs)))


def _cut(name: str, letters: frozenset[str], of: Resolver) -> frozenset[str]:
    """The letters of a member: p and i of B_pi where B has two indices, π where it has one."""
    base, labels = split_name(name)
    count = sum(len(pieces(label, ())) for label in labels)
    return letters - GREEK_NAMES if count == len(of.declared[base].axes) else letters


def _settled(of: Resolver, root: Syntax, wrt: frozenset[str]) -> Syntax:
    """Labels on families that nothing binds: h_y is an unknown member, u_o asked about, c_{y_i} refused."""
    new: dict[Syntax, Syntax] = {}
    vectors = _vectors(root)
    for s in postorder(root):
        if s.op is not Op.NAME or isinstance(s.data, Member) or str(s.data) in of.declared:
            continue
        base, labels = of.split(str(s.data))
        base = of.family(base)
        value = linear(labels[0]) if len(labels) == 1 and base in of.uses else None
        if value and set(value) & of.dims and set(value) <= {*of.dims, ""}:
            new[s] = of.member(base, (Place(None, dim_of(value)),), s.span)  # x_T, the last one
            continue
        refuse_outside(of, s, labels, wrt)
        if base not in of.uses or len(labels) != 1 or not labels[0] or labels[0].isdigit() or labels[0] in of.dims:
            continue
        label = labels[0]
        if "_" in label:
            raise of.class_of(s, base, label)
        if re.fullmatch(r"[a-z](\^?[*'′]|\^\(?star\)?)?|[a-z]\^\*", label) and len(of.uses[base][0].places) == 1:
            new[s] = _unknown(of, s, base, label, wrt, vectors)
    return rewritten(root, new) if new else root


def _unknown(of: Resolver, s: Syntax, base: str, label: str, wrt: frozenset[str],
             vectors: set[str]) -> Syntax:
    """The member h_y for an unknown class y, Σⱼ e_y[j] hⱼ; of vectors it is asked what u_o is."""
    kind = of.declared[base].kind if base in of.declared else of.found.kinds.get(base, "")
    shown = of.source[s.span.start:s.span.end]
    if str(s.data) in wrt and label in FREE:
        place = of.top.get(label) or Place(of.free(label, s.span))
        return of.member(base, (place,), s.span)
    if str(s.data) in wrt or kind in ("vector", "matrix") or _is_vector(of, base) \
            or base in vectors:
        raise fail("M0226", f"{shown}: a name of its own, or the member {label} of the family {base}?", of.source,
                   s.span, fixes=(with_declarations(of.source, f"{s.data}: vector"),
                                  with_declarations(of.source, f"{label}: index")))
    letter = of.bound("j", s.span, is_typed=False)
    unit = f"e_{label}" if label.isalnum() else f"e_{{{label}}}"
    of.kinds[unit] = "scalar"
    of.notes.append(f"{shown} is the member of {base} for the class {label}; {unit} is the unit vector of that class")
    product = node(Op.PRODUCT, (of.member(unit, (Place(letter),), s.span), of.member(base, (Place(letter),), s.span)),
                   s.span)
    return node(Op.OVER, (product,), s.span, ("sum", letter))


def _vectors(root: Syntax) -> set[str]:
    """The bases of names that are used as vectors: transposed, in a norm or in an inner product."""
    found: set[str] = set()
    for s in postorder(root):
        if s.op in (Op.TRANSPOSE, Op.NORM, Op.INNER):
            parts = [part for arg in s.args for part in (arg, *(arg.args if arg.op is Op.SUM else ()))]
            found |= {split_name(str(part.data))[0] for part in parts if part.op is Op.NAME}
    return found


def _is_vector(of: Resolver, base: str) -> bool:
    """Whether the family is declared as one of vectors or matrices."""
    return any(split_name(name)[0] == base and d.kind in ("vector", "matrix") for name, d in of.declared.items())


def _at_numbers(of: Resolver, root: Syntax) -> Syntax:
    """x_1 and x_n as members of a family that is declared as one, x: scalar over(n)."""
    families = {name: d.axes for name, d in of.declared.items() if d.axes}
    sizes = {n for axes in families.values() for axis in axes for dim in axis for n in names(dim)}
    new: dict[Syntax, Syntax] = {}
    for s in postorder(root) if families else ():
        if s.op is not Op.NAME or isinstance(s.data, Member) or str(s.data) in of.declared:
            continue
        base, labels = of.split(str(s.data))
        cut = [piece for label in labels for piece in pieces(label, ())]
        if len(cut) == len(families.get(base, ())) and all(p.isdigit() or p in sizes for p in cut) and cut:
            new[s] = of.member(base, tuple(Place(None, int(p) if p.isdigit() else named(p)) for p in cut), s.span)
    return rewritten(root, new) if new else root


def _counted(of: Resolver, root: Syntax) -> Syntax:
    """|S| of a set is how many belong to it."""
    new: dict[Syntax, Syntax] = {}
    for s in postorder(root):
        base = str(s.args[0].data) if s.op is Op.BARS and s.args[0].op is Op.NAME else ""
        if base in of.kinds and base in of.uses and not isinstance(s.args[0].data, Member):
            letters = [of.bound(place.letter.name if place.letter else "i", s.span, is_typed=False)
                       for place in of.uses[base][0].places]
            total = of.member(base, tuple(map(Place, letters)), s.span)
            for letter in reversed(letters):
                total = node(Op.OVER, (total,), s.span, ("sum", letter))
            new[s] = total
    return rewritten(root, new) if new else root


def _one_meaning(of: Resolver, root: Syntax, elementwise: Callable[[str], bool],
                 components: Components) -> tuple[Syntax, dict[str, str]]:
    """x beside x_i: sums over entries of a vector become sums of the vector, and outside of sums x is that of all x_i;
    what else uses both is refused, and so is a family with one index here and two there."""
    root = components.written(_as_rows(of, root), is_final=False)
    of.seen(root)
    shared = set(of.uses) & set(of.plain)
    if shared or any(is_entry(s) for s in postorder(root)):
        apart = {base for base, labels in map(of.split, of.plain) if any(label.isdigit() for label in labels)}  # x_1
        root, found = gathered(root, shared, apart | vectors(of, root, every=True), elementwise)
        for base, letters in found.items():
            of.gathered[base] = tuple(letter.high for letter in letters)
            of.notes.append(f"{base} is one {KINDS[len(letters)]}; its entries are added")
    root = components.written(root)
    of.seen(root)
    for base, uses in of.uses.items():
        counts = {len(use.places): use for use in uses}
        if len(counts) > 1:
            one, other = sorted(counts)[:2]
            raise of.fail("M0233", f"{base} has {one} index here and {other} elsewhere", counts[other].span)
        refuse_multiple(of, base, uses)
    return told_apart(of, root)


def _as_rows(of: Resolver, root: Syntax) -> Syntax:
    """W_{i:} as the member of a family of vectors, where W has no columns and no entries."""
    nodes = [s for s in postorder(root) if s.op is Op.INDEX and is_line(s) and s.args[0].op is Op.NAME]
    mixed = {str(s.args[0].data) for s in nodes if s.data[0] is None} | {
        base for base, uses in of.uses.items() if any(len(use.places) == 2 for use in uses)}
    rows = {s: node(Op.TRANSPOSE, (of.member(str(s.args[0].data), (s.data[0].data,), s.span),), s.span)
            for s in nodes if str(s.args[0].data) not in mixed}
    of.kinds |= {str(s.args[0].data): "vector" for s in rows}
    return rewritten(root, rows)


def _declared(of: Resolver, declared: Mapping[str, Declaration]) -> tuple[dict[str, Declaration],
                                                                         dict[tuple[str, int], Axis]]:
    """The declarations with those of families by their plain names, and the sizes that they give to axes."""
    known: dict[str, Declaration] = {}
    letters = {letter.name for letter in of.letters}
    sizes: dict[tuple[str, int], Axis] = {}
    for name, d in declared.items():
        base, labels = of.split(name)
        base = of.family(base)
        count = len(of.uses[base][0].places) if base in of.uses else -1
        cut = [piece for label in labels for piece in pieces(label, ())]
        if d.kind == "index":
            continue
        if name in of.kinds and name in of.uses:  # e_y, the unit vector of a class, and S, a set
            base, count, cut = name, len(of.uses[name][0].places), []
        if d.axes and base in of.uses:
            known[base] = d._replace(name=base)
            sizes |= {(base, k): axis for k, axis in enumerate(d.axes)}
        elif base in of.gathered and name not in of.plain:
            known[base] = d._replace(name=base) if d.kind == KINDS[len(of.gathered[base])] else \
                Declaration(base, "", props=d.props)
        elif base in of.uses and name not in of.plain and len(cut) == count and not any(p.isdigit() for p in cut):
            known[base] = d._replace(name=base)
        elif base in of.uses and name not in of.plain and len(cut) + len(SIZES.get(d.kind, ())) == count:
            known[base], dims = _entries(d, count - len(cut))  # entries of the vectors x_i
            known[base] = known[base]._replace(name=base)
            sizes |= {(base, k + len(cut)): Axis(dim) for k, dim in enumerate(dims) if dim is not None}
        elif d.kind == "scalar" and cut and base in of.plain and base not in of.uses and letters.issuperset(cut):
            known.setdefault(base, Declaration(base, KINDS.get(len(cut), ""), props=d.props))  # X, declared by X_ij
        elif base in of.uses and name == base:
            known[base], dims = _entries(d, count)
            sizes |= {(base, k): Axis(dim) for k, dim in enumerate(dims) if dim is not None}
        else:
            known[name] = d
    _declare_made(of, known)
    return known, sizes


def _declare_made(of: Resolver, known: dict[str, Declaration]) -> None:
    """What is known of vectors whose entries are added, and of families that a sign makes."""
    for base, highs in of.gathered.items():
        rows, cols = highs if len(highs) == 2 else (*highs, 1)
        old = known.get(base)
        if old is None or not old.kind:
            known[base] = Declaration(base, KINDS[len(highs)], rows, cols, old.props if old else frozenset())
    for base in of.kinds:
        known.setdefault(base, Declaration(base, "scalar", 1, 1)) if of.kinds[base] == "scalar" else None


def _entries(d: Declaration, count: int) -> tuple[Declaration, list[Dim | None]]:
    """A declared vector x as the family of its entries, a matrix as that of its entries or of its rows."""
    dims = [getattr(d, side) for side in SIZES.get(d.kind, ())]
    if count == len(dims):
        return Declaration(d.name, "scalar", 1, 1, d.props & {"positive", "nonnegative", "integer", "const"}), dims
    if count == 1 and d.kind == "matrix":
        return Declaration(d.name, "vector", d.cols, 1), dims[:1]
    return d, []


def _families_of(of: Resolver, found: Found, wrt: frozenset[str]) -> dict[str, str]:
    return {name: of.family(of.split(name)[0]) for name in (*found.kinds, *wrt)
            if of.family(of.split(name)[0]) in of.uses and name not in of.plain}


def _numbered(of: Resolver, root: Syntax, spread: Ranges) -> Syntax:
    """x_1 is a member where the range has this value, another name where it does not."""
    new: dict[Syntax, Syntax] = {}
    for s in postorder(root):
        if s.op is not Op.NAME or isinstance(s.data, Member) or str(s.data) in of.declared:
            continue
        base, labels = of.split(str(s.data))
        base = of.family(base)
        axes: tuple[Axis, ...] = spread.families.get(base, ())
        if len(axes) == 1 and len(labels) == 1 and labels[0].isdigit():
            low = axes[0].low
            if not isinstance(low, int) or int(labels[0]) >= low:
                of.plain.pop(str(s.data), None)
                new[s] = of.member(base, (Place(None, int(labels[0])),), s.span)
    return rewritten(root, new) if new else root
