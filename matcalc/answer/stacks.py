"""Problems typed in index notation: what was typed, and the same in matrix form.

A family x_i of vectors is held by a matrix X with the rows x_i', one of scalars by a vector or, over two indices, by a
matrix. Where a whole formula has a matrix form it is posed in it, with ordinary variables; then everything that
matcalc does with a formula is done with that. What is said in the letters that were typed comes from the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from matcalc.algebra import substitute, variable
from matcalc.algebra.indexed import rename
from matcalc.answer.worded import as_ordered, ordered, orders_of
from matcalc.core.dims import names, rank
from matcalc.core.expr import ADD, Expr
from matcalc.core.expr import variables as leaves
from matcalc.core.indices import Axis, Index, Ref
from matcalc.diagnostics import fail
from matcalc.language import Elaborated, VariableInfo
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.reaching import label_letters
from matcalc.printers.as_typed import Typed
from matcalc.records import NamedTuple
from matcalc.rulebook.book import Rulebook
from matcalc.simplification.lift import lifted

LETTERS = "klpqrstuvabcdefghij"
_STACKED = {(0, 1): "vector", (1, 1): "matrix", (0, 2): "matrix"}  # by axes of a member and of its family


Axes = tuple[tuple[Index, ...], tuple[Index, ...]]


class Target(NamedTuple):
    """What one differentiates by: a variable or a whole family, and the indices of the member that is meant."""

    whole: Expr
    member: tuple[Index, ...] = ()


class Indexed(NamedTuple):
    """A formula in index notation as it was typed: `f` with the free indices `output`.

    `read` is all that was read of it; `stacks` has for each family the matrix that holds it, where there
    is one; `is_lifted` tells whether the problem is posed in these matrices.
    """

    source: str
    f: Expr
    letters: tuple[tuple[str, Axis], ...]
    output: tuple[Index, ...]
    targets: tuple[Target, ...]
    read: Elaborated
    stacks: Mapping[str, VariableInfo]
    is_lifted: bool

    @property
    def variables(self) -> Mapping[str, VariableInfo]:
        """The families and variables that were typed."""
        return self.read.variables

    def both(self) -> tuple[Target, Target]:
        """The members of a second derivative, by different letters."""
        first, *rest = self.targets
        last = rest[-1] if rest else first
        shared = {index.name for index in first.member} & {index.name for index in last.member}
        return first, Target(last.whole, _others(last.member, first.member, self.read) if shared else last.member)

    def axes(self, kind: str) -> Axes:
        """The free indices of a derivative: of the output, or of the rows of a Hessian, and of the member."""
        if kind == "hessian":
            rows, columns = self.both()
            return rows.member, columns.member
        return self.output, self.targets[0].member if self.targets else ()

    def named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values under the names of the problem as it is posed: those of a family x are those of its matrix X."""
        if not self.is_lifted:
            return dict(values)
        matrices = {name: info.name for name, info in self.stacks.items()}
        return {matrices.get(name, name): value for name, value in values.items()}


def holding(read: Elaborated) -> dict[str, VariableInfo]:
    """The matrix or vector that holds each family, and each variable itself."""
    wholes = dict(read.indices.wholes) if read.indices else {}
    dims = (dim for info in read.variables.values() for dim in (*info.shape, *(d for axis in info.axes for d in axis)))
    taken = {*read.variables, *(name for dim in dims for name in names(dim))} - wholes.keys()
    if wholes:  # X may be declared as the matrix of the x_i and not occur
        taken -= {name for name, info in read.variables.items() if not info.axes and info.expr not in leaves(read.expr)}
    held = {name: _stack(info, taken) for name, info in read.variables.items() if name not in wholes and _is_held(info)}
    named = {info.name for name, info in held.items() if name != info.name}
    return {name: info for name, info in held.items() if not wholes or name not in named}


def with_wholes(source: str, read: Elaborated, held: Mapping[str, VariableInfo],
                f: Expr | None) -> tuple[Expr, list[str]]:
    """The matrix form `f` in which a family and its whole are one variable, and notes; refused where there is none."""
    assert read.indices is not None
    notes: list[str] = []
    leaves: dict[Expr, Expr] = {}
    for name, family in read.indices.wholes:
        info, whole = held.get(family), read.variables[name]
        member = f"{family}_{'ij'[:len(read.variables[family].axes)]}"
        if f is None or info is None or info.shape != whole.shape:
            raise fail("M0229", f"{info.name if info else name} and its members {member} in one formula: as a whole it "
                       "is not read beside them", source)
        leaves[whole.expr] = info.expr
        is_rows = rank(read.variables[family].shape) == 1
        notes.append(f"{info.name} is the matrix with the rows {member}'" if is_rows else
                     f"{info.name} is the {info.kind} of the {member}")
    assert f is not None
    return substitute(f, leaves), notes


def typed_in_letters(asked: Indexed, book: Rulebook, settled: Callable[[Expr], Expr]) -> Typed:
    """What stays as it was typed: the sums in letters, and what they are in matrices."""
    held = {name: info.expr for name, info in asked.stacks.items()}
    members = [index for target in asked.targets for index in target.member]
    sums: list[tuple[Expr, list[Expr]]] = []
    for e, args in orders_of(asked.read):
        if asked.is_lifted:
            axes = tuple(sorted(e.free, key=lambda index: index.name))
            whole, *terms = (lifted(part, book, held, axes) for part in (e, *args))
            if whole is not None and None not in terms:
                sums.append((settled(whole), [settled(term) for term in terms if term is not None]))
        typed = {index: Ref(index._replace(name=index.name.partition(".")[0])) for index in e.free}
        moved = [{**typed, index: Ref(member)} for index in e.free for member in members if index.axis == member.axis]
        sums += ((settled(rename(e, letters)), [settled(rename(arg, letters)) for arg in args])
                 for letters in (typed, *moved))
    return as_ordered(asked.source, asked.read, {e: ordered(e, args) for e, args in sums if e.kind is ADD})


def sizes_known(f: Expr, held: Mapping[str, VariableInfo]) -> bool:
    """Whether the matrices have all dimensions of `f`: the m of Σᵢ [i > m] xᵢ, the entries behind the m-th, is of
    none."""
    from matcalc.numeric.sizes import dims_of

    return {name for dim in dims_of(f) for name in names(dim)} <= \
        {name for info in held.values() for dim in info.shape for name in names(dim)}


def _is_held(info: VariableInfo) -> bool:
    return not info.axes or (rank(info.shape), len(info.axes)) in _STACKED


def _stack(info: VariableInfo, taken: set[str]) -> VariableInfo:
    """The variable that holds a family: X of x_i, y of scalars y_i, W of w_ij."""
    if not info.axes:
        return info
    kind = _STACKED[rank(info.shape), len(info.axes)]
    sizes = [axis.size for axis in info.axes]
    shape = (sizes[0], 1) if kind == "vector" else (sizes[0], info.shape[0] if len(sizes) == 1 else sizes[1])
    name = info.name if kind == "vector" else _capital(info.name, taken)
    taken.add(name)
    marks = info.expr.data.props - info.props
    return info._replace(name=name, kind=kind, shape=shape, axes=(),
                         expr=variable(name, shape, info.props | marks))


def _capital(name: str, taken: Collection[str]) -> str:
    """X for x, Θ for θ, and M for μ, whose capital looks like it; another where that is a variable already."""
    base, _, label = name.partition("_")
    letter = base.capitalize() if len(base) == 1 or (base in GREEK_NAMES and base.capitalize() in GREEK_NAMES) else (
        base[0].upper() if base in GREEK_NAMES else base.capitalize() if base.islower() else base)
    wanted = "_".join(filter(None, (letter, label)))
    if wanted == name or (wanted not in taken and wanted not in _RESERVED):
        return wanted
    return name


_RESERVED = frozenset({"I", "E", "T"})


def target(whole: Expr, letters: Sequence[str], read: Elaborated) -> Target:
    """The member of a family at which its derivative is taken: at the letters that were typed, as far as the output has
    not the same, else at others that occur nowhere."""
    assert read.indices is not None
    output = {index.name for index in read.indices.output}
    free = free_letters(read, output)
    typed = [*letters, *[""] * len(whole.data.axes)]
    return Target(whole, tuple(Index(letter if letter and letter not in output else next(free), *axis)
                               for letter, axis in zip(typed, whole.data.axes, strict=False)))


def _others(member: Sequence[Index], taken: Sequence[Index], read: Elaborated) -> tuple[Index, ...]:
    """Letters for the second member in a second derivative."""
    free = free_letters(read, {index.name for index in taken})
    return tuple(Index(next(free), index.size, index.low) for index in member)


def free_letters(read: Elaborated, taken: Collection[str]) -> Iterator[str]:
    """Letters that nothing in the formula has."""
    assert read.indices is not None
    dims = [dim for info in read.variables.values() for dim in (*info.shape, *(d for axis in info.axes for d in axis))]
    used = {*taken, *read.variables, *(letter for letter, _ in read.indices.letters), *meant(read)}
    used |= {name for dim in dims for name in names(dim)}
    return (letter for letter in LETTERS if letter not in used)


def meant(read: Elaborated) -> set[str]:
    """The letters that mean something else: the m of [i > m], the y of e_y."""
    from matcalc.numeric.sizes import dims_of

    labels = {letter for name in read.variables for letter in label_letters(name)}
    return labels | {name for dim in dims_of(read.expr) for name in names(dim)}


def arranged(value: Any, rows: int, outside: tuple[int, int], inside: tuple[int, int]) -> Any:
    """An array of derivatives with the axes of what is derived, then those of the variable.

    `value` has its free indices first, `rows` many of them of the output, and then a matrix on column-major vec of an
    output of the shape `outside` by a variable of the shape `inside`.
    """
    axes = value.shape[:-2]
    apart = value.reshape((*axes, *outside[::-1], *inside[::-1]))
    k = len(axes)
    found = apart.transpose([*range(rows), k + 1, k, *range(rows, k), k + 3, k + 2])
    kept = [*axes[:rows], *_seen(outside), *axes[rows:], *_seen(inside)]
    return found.reshape(kept) if kept else float(found.item())


def _seen(shape: tuple[int, int]) -> tuple[int, ...]:
    return shape[:rank(shape)]
