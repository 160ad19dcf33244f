"""Index notation of a text: letters, families and ranges, put between what was parsed and the search for kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from matcalc.core.dims import named, names
from matcalc.core.indices import Axis
from matcalc.diagnostics import InputError, Span, fail
from matcalc.language.bounds import Limits, below, bound_letters, dim_of, excluded, is_letter, linear
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.components import Components, Overloads, is_line, of_entries, units
from matcalc.language.construct import Builder
from matcalc.language.declaring import (
    KINDS,
    declared_letters,
    families_of,
    known_families,
    refuse_structured,
    square_families,
)
from matcalc.language.einstein import summed
from matcalc.language.gathered import gathered, is_entry, members, rewritten, whole_of
from matcalc.language.hints import head_letters
from matcalc.language.inference import Declaration, Scope
from matcalc.language.letters import Letter, Member, Place, apart, pieces, split_name
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
from matcalc.language.suggest import replace, with_declarations
from matcalc.language.sums import index_of
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.language.vocabulary import Found
from matcalc.language.wholes import told_apart, vectors, vectors_declared
from matcalc.records import NamedTuple

FREE = "ijklmn"  # letters that are indices where --wrt leaves them free


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
    declared_letters(of, declared)
    output = [_free(of, name) for name in head_letters(heads, root, of.free_letters(root))]
    _left_free(of, root, wrt)
    output += [of.free(name, Span(0, 0)) for name in of_entries(root, of)]
    of.asked = frozenset(piece for name in wrt for label in split_name(name)[1] for piece in pieces(label, ()))
    if einstein:
        open_ = {name for name, d in declared.items() if d.kind == "index"}
        root, more = summed(of, root, open_ | {letter.name for letter in output})
        output += [of.free(name, Span(0, 0)) for name in more]
    root = _at_numbers(of, of.resolved(root))
    output += of.free_output
    refuse_repeated(of, root, wrt)
    root = _settled(of, root, wrt)
    root = _counted(of, rewritten(root, units(of, root, wrt, is_number)))
    root, whole = _one_meaning(of, root, elementwise, Components(of, overloads, is_number))
    known, sizes = known_families(of, declared)
    count = counted_by(of, root, declared)
    letters = [letter for letter in of.letters if letter in of.running]
    refuse_structured(of, declared, wrt)
    spread = ranges(source, of.uses, letters, of.related, sizes, named(count) if count else None,
                    square_families(of, declared))
    refuse_defined_apart(of, spread)
    root = _numbered(of, root, spread)
    known |= vectors_declared(whole, known, spread.families)
    dims = {*of.dims, *filter(None, [count]), *(n for axis in sizes.values() for d in axis for n in names(d))}
    refuse_sizes(of, dims, declared, spread)
    output = [letter for letter in output if letter in of.letters]
    free = [letter for letter in of.letters if not letter.is_bound and letter in of.used and letter not in output]
    return Indexed(root, known, spread, tuple(letters), (*output, *free), frozenset(dims), of.kinds, of.notes,
                   frozenset(of.plain), families_of(of, found, wrt), whole)


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
    used = {str(s.data) for s in postorder(root) if s.op is Op.NAME} - set(of.declared) if families else set()
    inside = [_cut(base, labels, of) for name in used for base, labels in {split_name(name), apart(name, ())}
              if base in families]
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


def _cut(base: str, labels: tuple[str, ...], of: Resolver) -> set[str]:
    """The letters of a member: p and i of B_pi where B has two indices, π where it has one."""
    letters = {x for label in labels for word in re.findall(r"[^\W\d_]+", label) for x in (word, *word)}
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
    if str(s.data) in wrt or kind in ("vector", "matrix") or of.has_vectors(base) \
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
    _refuse_two(of, root, shared)
    if shared or any(is_entry(s) for s in postorder(root)):
        apart = {base for base, labels in map(of.split, of.plain) if any(label.isdigit() for label in labels)}  # x_1
        root, found = gathered(root, shared, apart | vectors(of, root, every=True), elementwise)
        for base, letters in found.items():
            of.gathered[base] = tuple(letter.high for letter in letters)
            of.notes.append(f"{base} is one {KINDS[len(letters)]}; its entries are added")
    root = _in_entries(of, root, elementwise, components)
    of.seen(root)
    for base, uses in of.uses.items():
        counts = {len(use.places): use for use in uses}
        if len(counts) > 1:
            one, other = sorted(counts)[:2]
            raise of.fail("M0233", f"{base} has {one} index here and {other} elsewhere", counts[other].span)
        refuse_multiple(of, base, uses)
    return told_apart(of, root)


def _in_entries(of: Resolver, root: Syntax, elementwise: Callable[[str], bool], components: Components) -> Syntax:
    """`root` with entries of expressions in those of variables; where these are not read, p_i = softmax(x)_i as a
    whole, p = softmax(x), if that says the same."""
    try:
        return components.written(root)
    except InputError:
        entry = next((s for s in postorder(root) if is_entry(s)), root)
        letters = tuple(axis.data.letter for axis in entry.data if isinstance(axis, Syntax)) if entry is not root or \
            is_entry(root) else ()
        in_order = tuple(letter for letter in of.letters if letter in letters and not letter.is_bound) == letters
        whole = whole_of(root, letters, elementwise) if letters and in_order else None
        if whole is None:
            raise
        if components.is_number:
            text, over = of.source[root.span.start:root.span.end], " ".join(f"sum_{letter.name}" for letter in letters)
            raise of.fail("M0504", "a gradient needs a scalar, and there is one value for every "
                          + " and ".join(letter.name for letter in letters) + ", which no sum binds", root.span,
                          f"{over} ({text})") from None
        of.gathered |= {str(name): tuple(letter.high for letter in letters) for _, name in members(root)}
        of.letters = [letter for letter in of.letters if letter not in letters]
        return whole


def _refuse_two(of: Resolver, root: Syntax, shared: set[str]) -> None:
    """A number x that is declared as one, or added to a sum of x_i: two things of one name."""
    added = {str(term.data): term for s in postorder(root) if s.op is Op.SUM and any(x.op is Op.OVER for x in s.args)
             for term in s.args if term.op is Op.NAME and not isinstance(term.data, Member)} if shared else {}
    for base in sorted(shared):
        d = of.declared.get(base)
        is_number = d is not None and d.kind == "scalar" and not d.axes
        if is_number or (d is None and base in added):
            s = added.get(base, of.plain[base])
            member = of.source[of.uses[base][0].span.start:of.uses[base][0].span.end]
            fix = replace(of.source, s.span, f"{base}_0").replace(f"{base}: ", f"{base}_0: ")
            raise fail("M0229", f"{base} is one number here, and has members, {member}: two things of one name",
                       of.source, s.span, fixes=(fix,))


def _as_rows(of: Resolver, root: Syntax) -> Syntax:
    """W_{i:} as the member of a family of vectors, where W has no columns and no entries."""
    nodes = [s for s in postorder(root) if s.op is Op.INDEX and is_line(s) and s.args[0].op is Op.NAME]
    mixed = {str(s.args[0].data) for s in nodes if s.data[0] is None} | {
        base for base, uses in of.uses.items() if any(len(use.places) == 2 for use in uses)}
    rows = {s: node(Op.TRANSPOSE, (of.member(str(s.args[0].data), (s.data[0].data,), s.span),), s.span)
            for s in nodes if str(s.args[0].data) not in mixed}
    of.kinds |= {str(s.args[0].data): "vector" for s in rows}
    return rewritten(root, rows)


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
