"""A family used as a whole beside its members: y of the numbers y_i, X whose rows are the x_i', W of the w_ij.

In a term outside the sums over its members the whole is what holds them all. Where it stands inside such a sum,
Σᵢ xᵢ'Xxᵢ, it is a matrix of its own; what is said of it here are its sizes, and that it is the same variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from matcalc.core.dims import Shape, format_dim
from matcalc.core.indices import Axis
from matcalc.diagnostics import InputError, fail
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.gathered import rewritten
from matcalc.language.inference import SCALAR, Declaration, Inference
from matcalc.language.kinds import default_kind
from matcalc.language.letters import Letter, Member, split_name
from matcalc.language.resolving import Families
from matcalc.language.suggest import with_declarations
from matcalc.language.syntax import Op, Syntax, node, postorder

ALL = "_{all}"  # y_{all} is the vector of the y_i, where that is called y as well
_APART = frozenset({"I", "E", "T"})  # letters with another meaning


def vectors(of: Families, root: Syntax, every: bool = False) -> set[str]:
    """The families whose members are no numbers: declared or bold ones, those that are transposed, in a norm or in an
    inner product, and those behind something that is transposed or a matrix, wᵀxᵢ and A xᵢ. Of a product it is the last
    family, or `every` one that may be."""
    said = {split_name(name)[0] for name, d in of.declared.items() if d.kind in ("vector", "matrix") and
            (d.axes or split_name(name)[1])}
    said |= {split_name(name)[0] for name, kind in of.found.kinds.items() if kind == "vector" and split_name(name)[1]}
    numbers = {split_name(name)[0] for name, d in of.declared.items() if d.kind == "scalar"}
    return {*said, *(name for s in _turned(root) for name in _families(s, every))} - numbers


def _turned(root: Syntax) -> Iterator[Syntax]:
    for s in postorder(root):
        if s.op in (Op.TRANSPOSE, Op.NORM, Op.INNER):
            yield from s.args
        elif s.op is Op.PRODUCT:
            yield from (part for before, part in zip(s.args, s.args[1:], strict=False)
                        if before.op is Op.TRANSPOSE or _is_matrix(before))


def _families(s: Syntax, every: bool) -> Iterator[str]:
    """The families of vectors in what is a vector."""
    waiting = [s]
    while waiting:
        s = waiting.pop()
        if s.op is Op.NAME and isinstance(s.data, Member):
            yield str(s.data)
        elif s.op is Op.PRODUCT:
            members = [arg for arg in s.args if any(part.op is Op.NAME and isinstance(part.data, Member)
                                                    for part in postorder(arg))]
            waiting += members if every else members[-1:]
        elif s.op in (Op.SUM, Op.NEGATE):
            waiting += s.args
        elif s.op in (Op.OVER, Op.DIVIDE):
            waiting += s.args[:1]


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


def told_apart(of: Families, root: Syntax) -> tuple[Syntax, dict[str, str]]:
    """`root` with y_{all} for the y that is the whole of its members y_i, and all names that are wholes, with their
    families; what else is used beside its members is refused."""
    whole = wholes(of, root)
    for base, uses in of.uses.items():
        if base in of.plain and base not in whole:
            s = of.plain[base]
            member = of.source[uses[0].span.start:uses[0].span.end]
            raise of.fail("M0229", f"{base} and its members, {member}, in one formula: as a whole {base} is not read "
                          "beside them", s.span)
    same = {s: node(Op.NAME, (), s.span, f"{s.data}{ALL}") for s in postorder(root) if s.op is Op.NAME
            and not isinstance(s.data, Member) and whole.get(str(s.data)) == s.data}
    if same:
        root = rewritten(root, same)
        of.seen(root)
    return root, {name + ALL if name == base else name: base for name, base in whole.items()}


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


def vectors_declared(found: dict[str, str], known: dict[str, Declaration],
                     families: dict[str, tuple[Axis, ...]]) -> dict[str, Declaration]:
    """What is known of the vectors that hold numbers, y_{all} of the y_i, and of their families."""
    new: dict[str, Declaration] = {}
    for name, base in found.items():
        sizes = [axis.size for axis in families[base]]
        if name == base + ALL and stack_name(base) != base and len(sizes) == 1:
            new[base] = known.get(base, Declaration(base, ""))._replace(kind="scalar", rows=1, cols=1)
            new[name] = Declaration(name, "vector", sizes[0], 1)
    return new


def refused(text: str, nodes: Sequence[Syntax], found: Mapping[str, str]) -> InputError | None:
    """What is said where a text cannot be read with y as the vector of the y_i: y is something else."""
    for name, base in found.items():
        if name == base + ALL:
            span = next(s.span for s in nodes if s.op is Op.NAME and s.data == name)
            error = fail("M0229", f"{base} and members of it in one formula: as the whole of them {base} does not fit",
                         text, span)
            return error if isinstance(error, InputError) else None
    return None


def join(text: str, nodes: Sequence[Syntax], inference: Inference, found: Mapping[str, str]) -> None:
    """Give every whole the shape of what holds its family. Raises InputError where it has another one, and where its
    columns may be the members as well as its rows."""
    for name, base in found.items():
        sizes = [axis.size for axis in inference.scope.families[base]]
        member = inference.resolved(inference.variable(base))
        holder = (sizes[0], sizes[-1] if len(sizes) > 1 else 1) if member == SCALAR else (sizes[0], member[0])
        shown = name.removesuffix(ALL)
        span = next(s.span for s in nodes if s.op is Op.NAME and s.data == name)
        mark = inference.mark()
        rows, cols = inference.resolved(inference.variable(name))
        turned = member != SCALAR and rows != cols and _fits(inference, name, (holder[1], holder[0]))
        inference.undo(mark)
        if not _fits(inference, name, holder, rows == cols) or member[1] != 1 or (len(sizes) > 1 and member != SCALAR):
            raise fail("M0229", f"{shown} does not fit as the matrix of all {base}, and as another variable it is not "
                       "read beside them", text, span)
        if turned and not _only_in_norms(nodes, name):
            member = next(s.span for s in nodes if s.op is Op.NAME and s.data == base)
            n = format_dim(sizes[0]) if "?" not in format_dim(sizes[0]) else "n"
            d = "?" if name not in inference.scope.declarations else format_dim(cols)
            known = "?" not in d
            d = d if known else "d" if n != "d" else "p"
            said = f"{text[member.start:member.end]}: vector({d})" + f", {shown}: matrix({n},{d})" * (not known)
            raise fail("M0229", f"are the members of {base} the rows of {shown}, or its columns?", text, span,
                       fixes=(with_declarations(text, said),))


def _fits(inference: Inference, name: str, holder: Shape, is_square: bool = False) -> bool:
    """Whether a variable has this shape without two sizes becoming one by that."""
    before = inference.resolved(holder)
    fits = inference.equate_shapes(inference.variable(name), holder)
    after = inference.resolved(holder)
    return fits and (is_square or after[0] != after[1] or before[0] == before[1])


def _only_in_norms(nodes: Sequence[Syntax], name: str) -> bool:
    """Whether a matrix stands in nothing but norms that it shares with its transpose."""
    users = [s for s in nodes if any(arg.op is Op.NAME and arg.data == name for arg in s.args)]
    return bool(users) and all(s.op is Op.NORM and s.data not in ("1", "inf") for s in users)
