"""The tape of a formula that stays a sum: one line for each operation, for all values of its indices at once.

The lines come from the expression, looked into below its sums. What depends on i is a family, v_3 with the members
v_3,i, and Σ is a line of its own. What a sum leaves out, the i = j of Σ_{i≠j} 1/‖xᵢ − xⱼ‖, is left out where an
operation has no value or no derivative there, so that every line has a number for all values of its indices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from matcalc.algebra import multiply, num, transpose
from matcalc.algebra.indexed import at, family, insight, over, rename
from matcalc.algebra.make import MAKE
from matcalc.answer.problem import Problem
from matcalc.core.expr import (
    ADD,
    CALL,
    CHAIN,
    HAD,
    IVERSON,
    MATPOW,
    MUL,
    NUM,
    OVER,
    POW,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    Kind,
    givens,
    postorder,
    whole,
)
from matcalc.core.indices import OPEN, Index, Ref
from matcalc.core.parts import exponent, is_binary
from matcalc.diagnostics import fail
from matcalc.numeric.evaluate import body_of
from matcalc.numeric.programs import letters_of
from matcalc.printers.lettering import Letters, letters_for
from matcalc.tracing.tape import Line, Tape, letter_of

_SIGNS: dict[Kind, str] = {ADD: "+", MUL: "·", CHAIN: "·", HAD: "∘", TRANSPOSE: "ᵀ", TRACE: "tr"}
_REDUCTIONS = {"sum": "Σ", "prod": "Π"}
Relations = frozenset[Expr]
Way = Literal["line", "within", "split"]


def stacked_tape(problem: Problem) -> Tape:
    """The operations of a formula in index notation; the result is the last line."""
    assert problem.indexed is not None
    f = problem.settled(problem.f)
    if not givens(f):
        raise fail("M1006", "there is no variable in this expression, so nothing to trace")
    found = _Recorder(f, problem)
    result = found.recorded()
    return Tape(found.lines, found.letter, result, problem.rulebook, found.typed, found.taken)


def _way(arg: Expr, user: Expr) -> Way:
    """How a node enters the operation of its user: as a line, spelled out within that operation, or split: its number
    and its relations there, the rest as a line. a − b has no line for −b, a/b none for 1/b, ‖x‖
    none for x'x, Σ_{j≠i} b none for [j ≠ i] b."""
    if arg.kind is MUL and (_relations(arg) or (user.kind is ADD and arg.data != 1)):
        return "split"
    if user.kind is POW and exponent(user).denominator == 2 and _is_square(arg):
        return "within"
    if arg.kind is not POW:
        return "line"
    is_divided = exponent(arg) == -1 and user.kind is MUL and len(_others(user)) > 1
    return "within" if is_divided or is_binary(arg.args[1]) else "line"


def _is_square(e: Expr) -> bool:
    """Whether it is x'x, or (A x)'(A x) multiplied out, whose root is a norm."""
    if e.kind is not CHAIN or len(e.args) % 2 or not (e.is_scalar or len(e.args) == 2):
        return False
    half = len(e.args) // 2
    return all(transpose(a) is b for a, b in zip(e.args[:half], reversed(e.args[half:]), strict=True))


def _relations(e: Expr) -> Relations:
    """The relations among the factors of a product."""
    return frozenset(f for f in e.args if f.kind is IVERSON) if e.kind is MUL else frozenset()


def _others(e: Expr) -> list[Expr]:
    return [f for f in e.args if f.kind is not IVERSON]


class _Recorder:
    """Appends lines for the nodes of one expression; `done` is what stands for a node in the operations of others."""

    def __init__(self, f: Expr, problem: Problem) -> None:
        assert problem.indexed is not None
        self.root, self.seen, self.letter = f, insight(f), letter_of(problem.variables)
        self.taken = (*problem.variables, self.letter)
        letters = problem.indexed.letters
        named = letters_for({index for e in self.seen.nodes for index in e.free}, f, letters, self.taken)
        self.places = {index: Ref(letter) for index, letter in named.items()}
        self.typed: Letters = [*((i.name, i.axis) for i in named.values()), *letters]
        self.lines: list[Line] = []
        self.known: dict[Expr, tuple[Expr, tuple[Index, ...]]] = {}
        self.done: dict[Expr, Expr] = {}
        self.within: dict[Expr, Expr] = {}
        self.operands = {e: _upright(e) or self.seen.operands(e) for e in self.seen.nodes}
        self.conditions = _conditions(self.seen.nodes, self.operands)
        used = set(givens(f))
        inputs = [x for x in problem.inputs.values() if x in used]
        self.inputs = {x: self._input(x) for x in dict.fromkeys([*inputs, *givens(f)])}

    def recorded(self) -> Expr:
        """The result, when all operations have their lines."""
        ways: dict[Expr, set[Way]] = {e: set() for e in self.seen.nodes}
        ways[self.root].add("line")
        for user in reversed(self.seen.nodes):
            for arg in self.operands[user] if ways[user] else ():
                ways[arg].add(_way(arg, user))
        varying: set[Expr] = set()
        for e in self.seen.nodes:
            if e.kind is VAR or not varying.isdisjoint(self.operands[e]):
                varying.add(e)
            if e.args and e in varying:
                self._keep(e, ways[e])
            else:
                self.done[e] = self._leaf(e)
        return whole(self.done[self.root] if self.root.args else self._recorded(self.root, self.done[self.root]))

    def _input(self, x: Expr) -> Expr:
        """The line of a variable or of a family as a whole."""
        nameless = [Index(f"{OPEN}{len(x.data.axes) - k}", *axis) for k, axis in enumerate(x.data.axes)]
        letters = tuple(letters_for(nameless, x, self.typed, self.taken).values())
        v = self._fresh(x, letters)
        self.lines.append(Line(v, x, "", letters=letters))
        return v

    def _fresh(self, like: Expr, letters: Sequence[Index]) -> Expr:
        return family(f"{self.letter}_{len(self.lines) + 1}", like.shape, [index.axis for index in letters])

    def _leaf(self, e: Expr) -> Expr:
        """A member of the line of an input, or a constant with letters for its indices."""
        placed = rename(e, self.places)
        return at(self.inputs[whole(e)], *placed.data.refs) if e.kind is VAR else placed

    def _keep(self, e: Expr, ways: set[Way]) -> None:
        """What the users of a node need of it."""
        if "split" in ways:
            self.within[e] = self._split(e)
        elif "within" in ways:
            self.within[e] = self._made(e)
        if "line" in ways:
            self.done[e] = self._recorded(e, self._made(e))

    def _operand(self, arg: Expr, user: Expr) -> Expr:
        return self.within[arg] if arg in self.within and _way(arg, user) != "line" else self.done[arg]

    def _made(self, e: Expr) -> Expr:
        """The operation of a node on the lines of its operands."""
        args = [self._operand(arg, e) for arg in self.operands[e]]
        if _is_square(e):
            half = args[0] if len(args) == 1 else self._recorded(e, multiply(*args), _free(self.operands[e]))
            return multiply(transpose(half), half)
        args = [transpose(x) if arg is not plain else x
                for x, arg, plain in zip(args, self.seen.operands(e), self.operands[e], strict=True)]
        if e.kind is OVER:
            index, _ = self.seen.inner[e]
            letter = self.places[index].letter
            assert letter is not None
            return over(e.data[0], letter, *args)
        return MAKE[e.kind](e.data, args)

    def _split(self, e: Expr) -> Expr:
        """A number, relations, and the line of the other factors."""
        rest = _others(e)
        args = [self._operand(arg, e) for arg in rest]
        line = args[0] if len(rest) == 1 else self._recorded(e, multiply(*args), _free(rest), _relations(e))
        return multiply(num(e.data), *(self.done[f] for f in _relations(e)), line)

    def _recorded(self, e: Expr, made: Expr, free: frozenset[Index] | None = None,
                  relations: Relations = frozenset()) -> Expr:
        """The line that computes `made`, all of the node `e` or a part of it with the indices `free`, which is needed
        where `relations` hold; the same at other letters is the same line."""
        places = [self.places.get(index, Ref(index)) for index in (e.free if free is None else free)]
        letters = letters_of(frozenset(ref.letter for ref in places if ref.letter is not None))
        needed = self.conditions[e] | relations
        if needed and self._is_singular(e):
            made = multiply(*(rename(r, self.places) for r in needed), made)
        plain = rename(made, {index: Ref(index._replace(name=f"{OPEN}{k}")) for k, index in enumerate(letters)})
        if plain not in self.known:
            v = self._fresh(made, letters)
            bound = self.places[self.seen.inner[e][0]].letter if e.kind is OVER else None
            self.lines.append(Line(v, made, _sign(e), tuple(givens(made)), letters, bound))
            self.known[plain] = v, letters
        return at(self.known[plain][0], *map(Ref, letters))

    def _is_singular(self, e: Expr) -> bool:
        """Whether an operation, with what is spelled out in it, has no value or no derivative somewhere."""
        return _is_singular(e) or any(_is_singular(arg) for arg in self.operands[e] if _way(arg, e) == "within")


def _is_singular(e: Expr) -> bool:
    if e.kind is CALL:
        body = body_of(e.data)
        return "domain" in e.data.fields or (body is not None and any(map(_is_singular, postorder(body))))
    if e.kind is POW:
        return e.args[1].kind is not NUM or exponent(e) < 1 or exponent(e).denominator != 1
    return e.kind is MATPOW and e.data < 0


def _upright(e: Expr) -> tuple[Expr, ...]:
    """The operands of a product of matrices, of x' the x, for a transposition in it has no line; of a square a half."""
    if e.kind is not CHAIN:
        return ()
    factors = e.args[len(e.args) // 2:] if _is_square(e) else e.args
    return tuple(f.args[0] if f.kind is TRANSPOSE else f for f in factors)


def _conditions(nodes: Sequence[Expr], operands: Mapping[Expr, tuple[Expr, ...]]) -> dict[Expr, Relations]:
    """The relations between its indices without which nobody needs a node."""
    found: dict[Expr, Relations] = {}
    for user in reversed(nodes):
        here = found.setdefault(user, frozenset())
        for arg in operands[user]:
            local = _relations(user)
            if user.kind is POW and arg is user.args[0] and is_binary(user.args[1]):
                local = _relations(user.args[1]) or frozenset({user.args[1]})
            said = frozenset(r for r in here | local if r.free <= arg.free)
            found[arg] = found[arg] & said if arg in found else said
    return found


def _free(parts: Iterable[Expr]) -> frozenset[Index]:
    return frozenset(index for e in parts for index in e.free)


def _sign(e: Expr) -> str:
    """What an operation is called."""
    if e.kind is CALL:
        return str(e.data.name)
    if e.kind is OVER:
        return _REDUCTIONS.get(e.data[0], str(e.data[0]))
    if e.kind is POW:
        return f"^{exponent(e)}" if not e.args[1].args else "^"
    if e.kind is SYMPOW:
        return "^"
    return f"^{e.data}" if e.kind is MATPOW else _SIGNS.get(e.kind, e.kind.value)
