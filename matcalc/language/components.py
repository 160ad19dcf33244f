"""Entries of expressions by index: (A B)_ij is Σ_k A_ik B_kj, diag(x)_ij is x_i [i = j], (W_{:,j})_i is W_ij.

Columns W_{:,j}, rows W_{i:} and unit vectors e_i are vectors that have entries only; a number that is made of them is
written in these: ‖W_{:,j}‖² is Σ_i W_ij², and e_i'A e_j is A_ij.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NoReturn

from matcalc.core.dims import Shape
from matcalc.core.expr import COMPLEX
from matcalc.core.function import Function
from matcalc.language.kinds import default_kind
from matcalc.language.letters import SURE, Letter, Member, Place, pieces, split_name
from matcalc.language.reader import Parse, run
from matcalc.language.resolving import Families
from matcalc.language.syntax import ADJOINT, CONJUGATE, CONJUGATED, DOT, Op, Syntax, node, postorder

Overloads = Callable[[str], Sequence[Function]]
Axes = tuple[bool, bool]  # whether there are several rows, and several columns
Gathered = Generator[Any, Syntax, tuple[list[Syntax], list[Letter]]]
At = tuple[Place | None, Place | None]  # where an entry stands
NUMBER, COLUMN, ROW, MATRIX = (False, False), (True, False), (False, True), (True, True)
UNIT = "e"
FREE = "ijklmn"  # letters of the entries that a formula has
HIGHEST = range(2, 9)  # powers of a matrix that are written in entries
ENTRYWISE = "elementwise"
_KINDS = {"scalar": NUMBER, "vector": COLUMN, "matrix": MATRIX}
_RESERVED = {"I": MATRIX, "ones": COLUMN, "vector": COLUMN, "matrix": MATRIX, "zeros": MATRIX}
SAME = (Op.SUM, Op.HADAMARD, Op.HADAMARD_DIVIDE, Op.HADAMARD_POWER, Op.NEGATE, Op.APPLY)
_SQUARED = {"", "2", "F"}
_OF_COMPLEX = {CONJUGATE, "real", "imag", "angle"}  # entry by entry
_MEASURES = {"sum", "tr", "trace", "norm", "norm2", "max", "min", "norm1"}


def is_pointed(axis: object) -> bool:
    """Whether an axis of an entry is an index."""
    return isinstance(axis, Syntax) and axis.op is Op.LETTER


def is_line(s: Syntax) -> bool:
    """Whether a node is a row or a column at an index, W_{:,j}, or the unit vector e_i."""
    if s.op is Op.INDEX and len(s.data) == 2:
        return None in s.data and any(map(is_pointed, s.data))
    return s.op is Op.CALL and s.data == UNIT


def of_entries(root: Syntax, of: Families) -> list[str]:
    """The letters of entries of expressions that nothing binds, (X'X)_ij."""
    names = [str(axis.data) for s in postorder(root) if s.op is Op.INDEX and s.args[0].op is not Op.NAME
             for axis in s.data if isinstance(axis, Syntax) and axis.op is Op.NAME]
    free = of.free_letters(root) if names else ()
    return [x for x in dict.fromkeys(names) if x in free and x in SURE and x not in of.top]


def units(of: Families, root: Syntax, wrt: Iterable[str], is_number: bool) -> dict[Syntax, Syntax]:
    """The members e_i that are unit vectors: nothing declares e, and e_i is transposed or has a factor, in a formula
    that may be a vector, and nothing else."""
    is_asked = any(split_name(name)[0] == UNIT for name in wrt)
    if of.is_declared(UNIT) or is_asked or any(len(use.places) != 1 for use in of.uses.get(UNIT, ())):
        return {}
    found = {s for s in postorder(root) if s.op is Op.NAME and isinstance(s.data, Member) and s.data == UNIT}
    around = {s.op for s in postorder(root) if not found.isdisjoint(s.args)}
    is_vector = not around.isdisjoint((Op.TRANSPOSE, Op.INNER)) or not is_number
    if not found or not around <= {Op.TRANSPOSE, Op.INNER, Op.PRODUCT} or not is_vector:
        return {}
    of.notes.append("e_i is a unit vector, that of the index; errors e_i are declared")
    del of.uses[UNIT]
    return {s: node(Op.CALL, (node(Op.LETTER, (), s.span, s.data.places[0]),), s.span, UNIT) for s in found}


def _several(shape: Shape) -> Axes:
    return shape[0] != 1, shape[1] != 1


class Components:
    """Writes numbers in the entries of what they are made of."""

    def __init__(self, of: Families, overloads: Overloads, is_number: bool) -> None:
        self.of, self.overloads, self.is_number = of, overloads, is_number
        self.known: dict[Syntax, Axes] = {}

    def written(self, root: Syntax, is_final: bool = True) -> Syntax:
        """`root` with numbers made of rows, columns and unit vectors in entries, and in the end entries of other
        expressions as well."""
        done: dict[Syntax, Syntax] = {}
        waiting: set[Syntax] = set()
        for s in postorder(root):
            args = tuple(done[arg] for arg in s.args)
            new = s if args == s.args else node(s.op, args, s.span, s.data)
            if is_line(new):
                waiting.add(new)
            elif new.op is Op.INDEX and all(map(is_pointed, new.data)) and (is_final or args[0] in waiting):
                new = self.entry(new.args[0], *(axis.data for axis in new.data))
            elif any(arg in waiting for arg in args):
                if self.axes(new) == NUMBER:
                    new = run(self._number(new))
                else:
                    waiting.add(new)
            done[s] = new
        return self._open(done[root]) if is_final and done[root] in waiting else done[root]

    def _open(self, root: Syntax) -> Syntax:
        """A formula that is a vector or a matrix as its entry at free indices."""
        taken = {letter.name for letter in self.of.letters}
        names = [name for name in FREE if name not in taken][:sum(self.axes(root))]
        return self.entry(root, *(Place(self.of.free(name, root.span)) for name in names))

    def entry(self, s: Syntax, *places: Place) -> Syntax:
        """The entry of `s` at these places."""
        axes = self.axes(s)
        if sum(axes) != len(places):
            self._asked(s, len(places))
            at: At = (places[0], places[1] if len(places) == 2 else None)
        else:
            at = (places[0], places[1]) if len(places) == 2 else (places[0], None) if axes[0] else (None, places[0])
        return run(self._entry(s, at))

    def _asked(self, s: Syntax, count: int) -> None:
        """A name may be what its places say; anything else is what it is."""
        if s.op is not Op.NAME or s.data in self.of.declared:
            text = self.of.source[s.span.start:s.span.end]
            raise self.of.fail("M0233", f"{text} has {sum(self.axes(s))} indices, and not {count}", s.span)

    # what has rows and columns

    def axes(self, root: Syntax) -> Axes:
        """Whether a node has rows and columns."""
        for s in postorder(root) if root not in self.known else ():
            if s not in self.known:
                self.known[s] = self._axes(s)
        return self.known[root]

    def _axes(self, s: Syntax) -> Axes:
        args = [self.known[arg] for arg in s.args]
        if s.op is Op.NAME:
            return self._kind(s)
        if s.op is Op.RESERVED:
            return _RESERVED.get(str(s.data), NUMBER)
        if s.op is Op.INDEX:
            return self._left_open(s, args[0])
        if s.op in SAME:
            return next((axes for axes in args if axes != NUMBER), NUMBER)
        if s.op in (Op.DIVIDE, Op.POWER, Op.OVER):
            return args[0]
        if s.op in (Op.PRODUCT, Op.DIVIDE_BY_RUN):
            return self._of_product(s)
        if s.op in (Op.TRANSPOSE, Op.INVERSE_TRANSPOSE):
            return args[0][1], args[0][0]
        if s.op is Op.CALL:
            return self._of_call(s, args)
        return NUMBER

    def _left_open(self, s: Syntax, whole: Axes) -> Axes:
        if len(s.data) == 2:
            return s.data[0] is None, s.data[1] is None
        return NUMBER if s.data != (None,) else whole

    def _kind(self, s: Syntax) -> Axes:
        name, of = str(s.data), self.of
        places = len(s.data.places) if isinstance(s.data, Member) else 0
        if name in of.dims:
            return NUMBER
        for d in of.declared.values():
            base, labels = split_name(d.name)
            cut = [piece for label in labels for piece in pieces(label, ())]
            if d.kind and (d.name == name or (of.family(base) == name and not any(map(str.isdigit, cut)))):
                several = sum(_KINDS.get(d.kind, NUMBER)) + (len(d.axes) if d.name == name else len(cut)) - places
                return (NUMBER, COLUMN, MATRIX)[max(0, min(several, 2))]
        if places:
            return COLUMN if of.kinds.get(name) == "vector" else NUMBER
        if of.uses.get(name):
            return (NUMBER, COLUMN, MATRIX)[min(2, len(of.uses[name][0].places))]
        return _KINDS[default_kind(name)]

    def _of_product(self, s: Syntax) -> Axes:
        total = NUMBER
        for k, arg in enumerate(s.args):
            axes = self.known[arg]
            if NUMBER in (total, axes):
                total = axes if total == NUMBER else total
            elif total == axes == COLUMN and s.data and (k, DOT) in s.data:
                total = NUMBER
            else:
                total = total[0], axes[1]
        return total

    def _of_call(self, s: Syntax, args: list[Axes]) -> Axes:
        if s.data == UNIT:
            return COLUMN
        if s.data == "eye":
            return MATRIX
        if s.data in ("ones", "zeros"):
            return (NUMBER, COLUMN, MATRIX)[min(2, len(args))]
        if s.data == ADJOINT:
            return args[0][1], args[0][0]
        if s.data in _OF_COMPLEX:
            return args[0]
        found = [f for f in self.overloads(str(s.data)) if len(f.params) == len(args)]
        if len(args) == 1 and any(f.form == ENTRYWISE for f in found):
            return args[0]
        fitting = [f for f in found if [_several(x.shape) for x in f.params] == args] or found
        return _several(fitting[0].result) if fitting else NUMBER

    def _is_entrywise(self, s: Syntax) -> bool:
        return s.op in SAME or s.op in (Op.OVER, Op.DIVIDE) or (s.op is Op.CALL and len(s.args) == 1 and (
            s.data in _OF_COMPLEX or any(f.form == ENTRYWISE for f in self.overloads(str(s.data)))))

    # entries

    def _entry(self, s: Syntax, at: At) -> Parse:
        axes = self.axes(s)
        if axes == NUMBER and s.op is not Op.NAME:
            return (yield self._number(s))
        if s.op is Op.NAME:
            return self._of_name(s, at)
        if s.op is Op.RESERVED or (s.op is Op.CALL and s.data in (UNIT, "eye", "ones", "zeros")):
            return self._constant(s, at)
        if s.op is Op.CALL and s.data == "diag":
            return (yield self._diagonal(s, at))
        if s.op is Op.INDEX and None in s.data:
            own = [axis.data if isinstance(axis, Syntax) else None for axis in s.data]
            return (yield self._entry(s.args[0], (own[0] or at[0], own[1] or at[1])))
        if s.op is Op.TRANSPOSE:
            return (yield self._entry(s.args[0], (at[1], at[0])))
        if s.op is Op.CALL and s.data == ADJOINT:
            return node(Op.CALL, ((yield self._entry(s.args[0], (at[1], at[0]))),), s.span, CONJUGATE)
        if s.op is Op.PRODUCT:
            return (yield self._chain(s, s.args, at))
        if s.op is Op.POWER and axes == MATRIX and s.args[1].op is Op.NUMBER and s.args[1].data in HIGHEST:
            return (yield self._chain(s, (s.args[0],) * int(s.args[1].data), at))
        if self._is_entrywise(s):
            return (yield self._entry_by_entry(s, at))
        self._refuse(s)

    def _entry_by_entry(self, s: Syntax, at: At) -> Parse:
        args = []
        for k, arg in enumerate(s.args):
            spread = (self.axes(arg) == NUMBER and not self._fits(s, arg)) or (k > 0 and s.op in (Op.OVER, Op.DIVIDE))
            args.append((yield self._number(arg)) if spread else (yield self._entry(arg, at)))
        op = {Op.HADAMARD: Op.PRODUCT, Op.HADAMARD_DIVIDE: Op.DIVIDE, Op.HADAMARD_POWER: Op.POWER}.get(s.op, s.op)
        return node(op, tuple(args), s.span, s.data)

    def _fits(self, s: Syntax, arg: Syntax) -> bool:
        """Whether a name in a sum of vectors is a vector, though its letter is one for numbers: the b of Wx + b."""
        return s.op is Op.SUM and sum(self.axes(s)) == 1 and arg.op is Op.NAME and not isinstance(arg.data, Member) \
            and not self.of.is_declared(str(arg.data)) and arg.data not in (*self.of.dims, *self.of.declared)

    def _of_name(self, s: Syntax, at: At) -> Syntax:
        before = s.data.places if isinstance(s.data, Member) else ()
        places = tuple(place for place in at if place is not None)
        if not places:
            return s
        return self.of.member(str(s.data), (*before, *places), s.span)

    def _constant(self, s: Syntax, at: At) -> Syntax:
        row, col = at
        if s.data == UNIT:
            assert row is not None
            return self.of.relation("=", s.args[0].data, row, s.span)
        if s.data in ("I", "eye") and row is not None and col is not None:
            return self.of.relation("=", row, col, s.span)
        if s.data in ("vector", "matrix"):
            return s.args[0]
        if s.data not in ("ones", "zeros"):
            self._refuse(s)
        return node(Op.NUMBER, (), s.span, int(s.data == "ones"))

    def _diagonal(self, s: Syntax, at: At) -> Parse:
        row, col = at
        if self.axes(s.args[0]) == MATRIX:
            return (yield self._entry(s.args[0], (row or col, row or col)))
        if row is None or col is None:
            self._refuse(s)
        inside = yield self._entry(s.args[0], (row, None) if self.axes(s.args[0])[0] else (None, row))
        return node(Op.PRODUCT, (inside, self.of.relation("=", row, col, s.span)), s.span)

    def _chain(self, s: Syntax, args: tuple[Syntax, ...], at: At) -> Parse:
        """Of a product of matrices the sum over what they have in common."""
        factors = []
        for arg in args:
            if self.axes(arg) == NUMBER:
                factors.append((yield self._number(arg)))
        bound: list[Letter] = []
        for arg, where in self._joined(s, args, at, bound):
            factors.append((yield self._entry(arg, where)))
        body = factors[0] if len(factors) == 1 else node(Op.PRODUCT, tuple(factors), s.span)
        return self._total(body, bound)

    def _joined(self, s: Syntax, args: tuple[Syntax, ...], at: At, bound: list[Letter]) -> Iterator[tuple[Syntax, At]]:
        """The factors that are no numbers, each with its places; the letters that they share are `bound`."""
        signs = dict(s.data or ()) if s.op is Op.PRODUCT else {}
        several = [(k, arg, self.axes(arg)) for k, arg in enumerate(args) if self.axes(arg) != NUMBER]
        has_rows, left = False, None  # of what stands before: whether it has rows, and the last place
        for (_, arg, axes), (k, _, after) in zip(several, [*several[1:], (-1, s, NUMBER)], strict=True):
            if axes[0] and left is None and has_rows:
                self._refuse(s)
            is_dot = signs.get(k) == DOT and axes == after == COLUMN and left is None  # u · v
            first = None if not axes[0] else left or (self._inner(s, bound) if is_dot else at[0])
            has_rows = has_rows or (axes[0] and left is None and not is_dot)
            if axes[1] and after != NUMBER and not after[0]:
                self._refuse(s)
            right = None if not axes[1] else at[1] if after == NUMBER else self._inner(s, bound)
            left = first if is_dot else right if after != NUMBER else None
            yield arg, (first, right)

    def _inner(self, s: Syntax, bound: list[Letter]) -> Place:
        bound.append(self.of.bound("k", s.span, is_typed=False))
        return Place(bound[-1])

    def _total(self, body: Syntax, bound: list[Letter], word: str = "sum") -> Syntax:
        for letter in reversed(bound):
            body = node(Op.OVER, (body,), body.span, (word, letter))
        return body

    # numbers

    def _number(self, s: Syntax) -> Parse:
        """A number with what it is made of in entries, as far as it is a product, a norm or a sum of entries."""
        if s.op is Op.PRODUCT and any(self.axes(arg) != NUMBER for arg in s.args):
            return (yield self._chain(s, s.args, (None, None)))
        if s.op is Op.INNER:
            first, *rest = s.args
            turned = node(Op.CALL, (first,), first.span, CONJUGATE) if s.data == CONJUGATED else first
            factors, bound = yield from self._all((turned, *rest))
            return self._total(node(Op.PRODUCT, tuple(factors), s.span), bound)
        if s.op is Op.NORM or (s.op is Op.CALL and s.data in _MEASURES):
            return (yield from self._measured(s))
        if any(self.axes(arg) != NUMBER and self._has_lines(arg) for arg in s.args):
            self._refuse(s)
        return s

    def _has_lines(self, s: Syntax) -> bool:
        return any(is_line(part) for part in postorder(s))

    def _all(self, args: tuple[Syntax, ...]) -> Gathered:
        """The entries of several operands at places they share, and the letters of these."""
        first = self.axes(args[0])
        bound: list[Letter] = []
        at = tuple(self._inner(args[0], bound) if has else None for has in first)
        entries = []
        for arg in args:
            turned = sum(first) == 1 and self.axes(arg) == (first[1], first[0])
            entries.append((yield self._entry(arg, (at[1], at[0]) if turned else (at[0], at[1]))))
        return entries, bound

    def _measured(self, s: Syntax) -> Parse:
        """‖v‖, sum(v), max(v), tr(A) in entries."""
        word = {"norm2": "", "norm": "", "norm1": "1"}.get(str(s.data), str(s.data))
        if len(s.args) != 1 or self.axes(s.args[0]) == NUMBER:
            return s
        if word in ("tr", "trace"):
            bound: list[Letter] = []
            place = self._inner(s, bound)
            return self._total((yield self._entry(s.args[0], (place, place))), bound)
        (entry,), bound = yield from self._all(s.args)
        if word in _SQUARED:
            size = node(Op.CALL, (entry,), s.span, "abs") if self._is_complex(entry) else entry
            square = node(Op.POWER, (size, node(Op.NUMBER, (), s.span, 2)), s.span)
            return node(Op.POWER, (self._total(square, bound), node(Op.NUMBER, (), s.span, Fraction(1, 2))), s.span)
        if word == "1":
            return self._total(node(Op.CALL, (entry,), s.span, "abs"), bound)
        if word in ("sum", "max", "min"):
            return self._total(entry, bound, word)
        if word == "inf":
            return self._total(node(Op.CALL, (entry,), s.span, "abs"), bound, "max")
        self._refuse(s)

    def _is_complex(self, s: Syntax) -> bool:
        """Whether something complex may stand in an entry."""
        names = [self.of.declared.get(str(part.data)) for part in postorder(s)
                 if part.op is Op.NAME]
        return any(d is not None and not COMPLEX.isdisjoint(d.props) for d in names) or \
            any(part.op is Op.CALL and part.data in (ADJOINT, CONJUGATE) for part in postorder(s))

    def _refuse(self, s: Syntax) -> NoReturn:
        text = self.of.source[s.span.start:s.span.end]
        raise self.of.fail("M0229", f"the entries of {text} are not read", s.span)
