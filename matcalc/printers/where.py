"""Naming sub-expressions: an answer that repeats itself or is too long is shown as “… where R = …”.

A name is worth its definition when it saves more characters than it costs. What is shared 2^40 times is written once:
the bindings `R := …; …` are read back by the parser.

Ladders are parts of one form inside each other, Zᵢ = σ(Zᵢ₋₁ Wᵢ), as iterations leave them in an expression. A rung has
the form of the next rung below it, with other variables: σ(□ ·). Named one by one, the rungs show the iteration. The
number of a rung is that of its variable W₃ where it has one; else rungs are counted from inside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from itertools import chain, count, pairwise
from types import MappingProxyType
from typing import Any

from matcalc.algebra.conjugation import barred
from matcalc.core.expr import (
    ADD,
    BLOCK,
    CALL,
    CHAIN,
    CONST,
    HAD,
    LEAVES,
    MATPOW,
    NUM,
    POW,
    SYMPOW,
    TRACE,
    TRANSPOSE,
    VAR,
    Expr,
    functions,
    postorder,
)
from matcalc.printers import textbook
from matcalc.printers.as_typed import NOTHING, Typed, as_typed
from matcalc.printers.dialect import Dialect
from matcalc.printers.lettering import lettered, names_in
from matcalc.printers.precedence import joined
from matcalc.printers.signs import fewest_signs
from matcalc.printers.textbook import Letter
from matcalc.printers.typesetting import broken, lay_out, lengths, part_text, uses_below, views_below
from matcalc.printers.view import Part

LONGEST = 100_000  # characters; in a longer text everything that is repeated has a name
MOST = 3  # names in one answer
SHORTEST = 8  # characters worth a name
_COST = 10  # characters of “, where R = ”
_PLAIN = LEAVES | {TRANSPOSE}
_ALIKE = LEAVES - {NUM, CONST}  # leaves that stand for each other in the rungs of a ladder
_LETTERS = {"scalar": ("t",), "vector": tuple("uvw"), "matrix": tuple("RSUVW")}
_LAYER, _RESIDUAL, _ERROR = tuple("zha"), ("r",), ("delta",)  # of a network, of data, and of what goes back through it
RUNG_LETTERS = ("z", "g", "h", "k")  # upper case for a matrix
_ERRORS = ("delta", *RUNG_LETTERS[1:])  # of rungs that go down again, as errors go back through layers
FEWEST_RUNGS, MOST_RUNGS = 2, 16
_DEEP, _LARGE = 3, 60  # levels between two rungs, and nodes and edges of a form
_PARTS = 500  # of an expression that is searched for rungs
_CLIMBING = (CHAIN, CALL)  # σ(Z W) rather than Z W, where both climb equally far

Definitions = list[tuple[str, str]]
Form = tuple[Any, ...]  # of a rung
_NONE: Mapping[Expr, str] = MappingProxyType({})


def abbreviated(e: Expr, dialect: Dialect, width: int, taken: Collection[str] = (),
                typed: Typed = NOTHING) -> tuple[list[str], Definitions]:
    """The terms of `e` with their signs, and the definitions of the names in them, later ones using earlier ones."""
    found, = abbreviated_together([e], dialect, width, taken, typed)
    return found


def abbreviated_together(roots: Sequence[Expr], dialect: Dialect, width: int, taken: Collection[str] = (),
                         typed: Typed = NOTHING) -> list[tuple[list[str], Definitions]]:
    """The same for formulas that stand together and share their names: beside each the definitions that it needs."""
    roots, named, said = _chosen(roots, dialect, width, taken, typed)
    given = _given(typed, dialect)
    defined = _definitions(dialect, named)
    remarks = {letter.left: letter.right for letter in _remarks(named, dialect, {*taken, *names_in(*roots)})}

    def definitions(e: Expr) -> Definitions:
        own = [(name, remarks.get(name, text)) for name, text in _needed(e, named, defined)]
        return [*_given_in(e, typed.names, given), *own, *(one[:2] for one in _said(e, said))]

    return [([named[e]] if textbook.is_said(e, dialect) else broken(e, dialect, named), definitions(e)) for e in roots]


def names_of(roots: Sequence[Expr], dialect: Dialect, width: int, taken: Collection[str] = (),
             typed: Typed = NOTHING) -> dict[Expr, str]:
    """The parts of formulas that have a name where these are shown abbreviated together, with these names."""
    return _chosen(roots, dialect, width, taken, typed)[1]


def _chosen(roots: Sequence[Expr], dialect: Dialect, width: int, taken: Collection[str],
            typed: Typed) -> tuple[list[Expr], dict[Expr, str], dict[str, Letter]]:
    """The formulas as they are shown, names for parts of them, and what is said of letters."""
    roots = fewest_signs([lettered(e, (), taken) for e in roots])
    roots, said = textbook.shown(roots, dialect, {*taken, *names_in(*roots)})
    roots = as_typed(roots, typed)
    if any(lay_out(e, dialect).length > LONGEST * dialect.scale for e in roots):
        named = _everything_shared(roots, dialect)
    else:
        named = _ladders(roots, dialect, width, taken)
        fresh = _fresh(roots, dialect, taken)
        named |= _spoken_of(roots, dialect, fresh, named)
        most = len(named) + MOST + len(roots) - 1
        while len(named) < most and (found := _worth_naming(roots, dialect, named, width)) is not None:
            named[found] = fresh(_letters(found))
    return roots, named, said


def _given(typed: Typed, dialect: Dialect) -> Definitions:
    """What the names of a formula stand for."""
    values = as_typed(list(typed.names.values()), typed)
    return [(dialect.name_text(leaf.data.name), dialect.finish(joined(lay_out(value, dialect))))
            for leaf, value in zip(typed.names, values, strict=True)]


def _given_in(e: Expr, names: Mapping[Expr, Expr], given: Definitions) -> Definitions:
    """The definitions of the given names that stand in `e`, or in what another of them stands for."""
    if not names:
        return []
    parts, found = set(postorder(e)), list[tuple[str, str]]()
    for (leaf, value), one in reversed([*zip(names.items(), given, strict=True)]):
        if leaf in parts:
            found.insert(0, one)
            parts |= set(postorder(value))
    return found


def in_letters(e: Expr, dialect: Dialect, taken: Collection[str] = ()) -> tuple[str, list[Letter]]:
    """`e` as a document shows it, in letters for what has no name in a textbook, and what is said of the letters."""
    (whole,), said = textbook.shown([lettered(e, (), taken)], dialect, {*taken, *names_in(e)})
    named = _spoken_of([whole], dialect, _fresh([whole], dialect, taken), {})
    laid = part_text(whole, dialect, named)
    if laid.length > LONGEST * dialect.scale:
        return bindings(e, dialect), []
    return joined(laid), [*_remarks(named, dialect, {*taken, *names_in(whole)}), *_said(whole, said)]


def _spoken_of(roots: Sequence[Expr], dialect: Dialect, fresh: Callable[[Sequence[str]], str],
               known: Collection[Expr]) -> dict[Expr, str]:
    """Letters for the values of calls of which something is said."""
    if not any("said" in f.fields for e in roots for f in functions(e)):
        return {}
    found = dict.fromkeys(barred(e) or e for e in postorder(*roots) if textbook.is_said(e, dialect))
    return {e: fresh(_letters(e)) for e in found if e not in known and _is_whole(e, roots)}


def _remarks(named: Mapping[Expr, str], dialect: Dialect, taken: set[str]) -> list[Letter]:
    """What is said of names."""
    taken = {*taken, *named.values()}
    return [Letter(name, textbook.remark(part, dialect, named, taken), part, name) for part, name in named.items()
            if textbook.is_said(part, dialect)]


def _said(e: Expr, said: Mapping[str, Letter]) -> list[Letter]:
    """What is said of letters that stand in `e`."""
    return [said[letter] for letter in sorted(said.keys() & textbook.letters(e))] if said else []


def _needed(e: Expr, named: Mapping[Expr, str], defined: Definitions) -> Definitions:
    """The definitions of the names that stand in `e`, or in that of another of them."""
    shown = _shown(e, named) if named else set()
    names = {name for part, name in named.items() if part in shown}
    return [(name, text) for name, text in defined if name in names]


def _ladders(roots: Sequence[Expr], dialect: Dialect, width: int, taken: Collection[str]) -> dict[Expr, str]:
    """The rungs of all iterations in answers that are too long for a line."""
    named: dict[Expr, str] = {}
    known = {*taken, *names_in(*roots)}
    for e in roots:
        while _is_long(e, dialect, width) and (rungs := _longest_ladder(e, named)):
            found = _ladder_names(rungs, named, {*known, *named.values()})
            if not found:
                break
            named |= found
    shown = {part for e in (roots if named else ()) for part in _shown(e, named)}
    return {rung: dialect.name_text(name) for rung, name in named.items() if rung in shown}


def _is_long(e: Expr, dialect: Dialect, width: int, named: Mapping[Expr, str] = _NONE) -> bool:
    """Whether a term of `e` does not fit on a line."""
    return max(map(len, broken(e, dialect, named))) > width


def _shown(e: Expr, named: Collection[Expr]) -> set[Part]:
    """What stands in the text of `e`, or in that of a name that stands in it."""
    shown: set[Part] = set()
    waiting = [e]
    while waiting:
        root = waiting.pop()
        parts = views_below(root, {part for part in named if part is not root}).keys() - shown
        waiting += [part for part in named if part in parts and part is not root]
        shown |= parts
    return shown


def bindings(e: Expr, dialect: Dialect, known: Mapping[Expr, str] = _NONE) -> str:
    """`t_1 := …; t_2 := …; …` where everything shared has a name: linear in the size of the graph. What is `known` has
    one already."""
    e = lettered(e, leaves=known)
    named = _everything_shared([e], dialect, known)
    is_defined, then = dialect.joins["defined"], dialect.joins["then"]
    defined = [f"{name}{is_defined}{text}{then}" for name, text in _definitions(dialect, named, known)]
    return "".join(defined) + dialect.finish(joined(lay_out(e, dialect, {**known, **named})))


def _everything_shared(roots: Sequence[Expr], dialect: Dialect,
                       known: Mapping[Expr, str] = _NONE) -> dict[Expr, str]:
    fresh = _fresh(roots, dialect, known.values())
    uses: Counter[Part] = Counter()
    views = {part: seen for e in roots for part, seen in views_below(e, known).items()}
    for seen in views.values():
        uses.update(seen.parts)
    shared = (part for part in views if isinstance(part, Expr) and uses[part] > 1 and part.kind not in _PLAIN
              and _is_whole(part, roots))
    return {part: fresh(()) for part in shared if part not in known}


def _is_whole(part: Expr, roots: Sequence[Expr]) -> bool:
    """Whether no sum around a part binds an index of it, so that it may stand outside."""
    return not part.free or any(part.free <= e.free for e in roots)


def _definitions(dialect: Dialect, named: Mapping[Expr, str],
                 known: Mapping[Expr, str] = _NONE) -> Definitions:
    """In the order of weight: each definition can only use those before it."""
    earlier = dict(known)
    texts: Definitions = []
    for part in sorted(named, key=lambda part: part.weight):
        texts.append((named[part], dialect.finish(joined(lay_out(part, dialect, earlier)))))
        earlier[part] = named[part]
    return texts


def _fresh(roots: Sequence[Expr], dialect: Dialect, more: Collection[str] = ()) -> Callable[[Sequence[str]], str]:
    """A name that nothing has yet: one of some letters if it is free, else t_1, t_2, …"""
    taken = {*more, *names_in(*roots)}
    numbers = count(1)

    def fresh(letters: Sequence[str]) -> str:
        name = next(name for name in chain(letters, (f"t_{i}" for i in numbers)) if name not in taken)
        taken.add(name)
        return dialect.name_text(name)

    return fresh


def _letters(e: Expr) -> tuple[str, ...]:
    """The letters for a part: the one that its rule asks for, those of what it is in a field, those of its shape."""
    own, general = own_letter(e), _LETTERS["scalar" if e.is_scalar else "vector" if e.shape[1] == 1 else "matrix"]
    found = () if e.is_scalar else _of_role(e)
    return (*([own] if own else []), *(found if e.shape[1] == 1 else map(str.capitalize, found)), *general)


def _of_role(e: Expr) -> tuple[str, ...]:
    """z for the layer of a network, r for a residual, δ for an error that goes back through a layer."""
    if e.kind is CALL and e.data.form == "elementwise":
        return _LAYER
    if e.kind is HAD and any(f.kind is CHAIN and f.args[0].kind is TRANSPOSE for f in e.args):
        return _ERROR
    return _RESIDUAL if e.kind is ADD else ()


def own_letter(e: Expr) -> str:
    """The letter that the rule of a call asks for, upper case for a matrix; '' where there is none."""
    letter = str(e.data.fields.get("letter", "")) if e.kind is CALL else ""
    return letter if e.shape[1] == 1 else letter.upper()


def _worth_naming(roots: Sequence[Expr], dialect: Dialect, named: dict[Expr, str], width: int) -> Expr | None:
    """The part whose name saves most; else, in a line that is too long, the longest part that fits on one."""
    sizes: dict[Expr, int] = {}
    uses: Counter[Part] = Counter()
    for root in (*roots, *named):
        _survey(root, dialect, named, sizes, uses)
    open_parts = [part for part, size in sizes.items() if size >= SHORTEST and part not in roots and part not in named
                  and part.kind not in _PLAIN and _is_whole(part, roots)]
    if not open_parts:
        return None
    savings = {part: (uses[part] - 1) * sizes[part] - uses[part] - _COST for part in open_parts}
    best = max(savings, key=lambda part: (savings[part], *part.order))
    if savings[best] > 0:
        return best
    long = [e for e in roots if _is_long(e, dialect, width, named)]
    inside = {part for e in long for part in views_below(e, set(named))}
    fitting = [e for e in open_parts if e in inside and e.kind in _NAMEABLE and sizes[e] <= 2 * width // 3]
    return max(fitting, key=lambda part: (sizes[part], *part.order), default=None)


def _survey(root: Expr, dialect: Dialect, named: dict[Expr, str], found: dict[Expr, int],
            uses: Counter[Part]) -> None:
    """Add the length of every part below `root`, and how often it stands in the text."""
    inner: dict[Part, str] = {part: name for part, name in named.items() if part is not root}
    views = views_below(root, inner)
    found |= lengths(views, dialect, inner)
    uses.update(uses_below(root, views))


_NAMEABLE = frozenset({MATPOW, SYMPOW, CALL, ADD, CHAIN, HAD, POW, TRACE, BLOCK})


def _longest_ladder(e: Expr, leaves: Collection[Expr]) -> list[Expr]:
    """The rungs below `e` from inside to outside, nothing below `leaves` being seen; [] for too few or too many."""
    steps: dict[tuple[Expr, Form], Expr] = {}
    reach: dict[tuple[Expr, Form], int] = {}
    parts = _below(e, leaves)
    for part in parts if len(parts) <= _PARTS else ():
        for inner in _within(part, leaves):
            form = _form(part, inner, leaves)
            if form and (part, form) not in steps:
                steps[part, form] = inner
                reach[part, form] = 1 + reach.get((inner, form), 0)
    tops = [top for top in reach if top[0] is not e and top[0].free <= e.free]
    best = max(tops, key=lambda top: (reach[top], _rank(top[0]), top[0].order), default=None)
    if best is None or not FEWEST_RUNGS <= reach[best] <= MOST_RUNGS:
        return []
    part, form = best
    rungs = [part]
    while (part := steps[part, form], form) in steps:
        rungs.append(part)
    return rungs[::-1]


def _rank(e: Expr) -> int:
    return _CLIMBING.index(e.kind) if e.kind in _CLIMBING else -1


def _below(e: Expr, leaves: Container[Expr]) -> list[Expr]:
    """The parts that are no leaves, inner ones first."""
    done: dict[Expr, None] = {}
    stack = [e]
    while stack:
        top = stack[-1]
        waiting = [arg for arg in top.args if arg not in done and arg not in leaves and arg.kind not in LEAVES]
        if waiting:
            stack.extend(waiting)
        else:
            done[stack.pop()] = None
    return list(done)


def _within(e: Expr, leaves: Container[Expr]) -> Iterator[Expr]:
    """What stands up to _DEEP levels inside `e`."""
    level = [e]
    for _ in range(_DEEP):
        level = [arg for part in level if (part is e or part not in leaves) and len(part.args) < _LARGE
                 for arg in part.args]
        yield from level


def _form(e: Expr, hole: Expr, leaves: Container[Expr]) -> Form:
    """`e` with a hole in the place of `hole` and other leaves alike; () where it is too large."""
    room = _LARGE

    def written(part: Expr) -> Form:
        nonlocal room
        room -= 1 + len(part.args)
        if part is hole:
            return ("hole",)
        if part in leaves or part.kind in _ALIKE:
            return ("leaf",)
        if room < 0:
            return ()
        name = (part.data.name, part.data.order) if part.kind is CALL else part.data
        return (part.kind, name, *map(written, part.args))

    form = written(e)
    return form if room >= 0 else ()


def _ladder_names(rungs: list[Expr], leaves: Collection[Expr], taken: Collection[str]) -> dict[Expr, str]:
    """Z_1, Z_2, … with a letter that nothing has; none where no letter is left."""
    letters = {name.partition("_")[0] for name in taken}
    numbers = [_number(rung, inner, leaves) for rung, inner in zip(rungs, [None, *rungs], strict=False)]
    apart = {b - a for a, b in pairwise(numbers) if a is not None and b is not None}
    wanted = _ERRORS if apart == {-1} else RUNG_LETTERS
    cased = wanted if 1 in rungs[-1].shape else [x.capitalize() for x in wanted]
    letter = next((x for x in cased if x not in letters), "")
    if not letter:
        return {}
    known = [k for k in numbers if k is not None]
    counted = known if len(known) == len(rungs) and apart in ({1}, {-1}) else list(range(1, len(rungs) + 1))
    if wanted is _ERRORS and min(counted) > 1:
        counted = [k - 1 for k in counted]  # δ₁ = σ′(z₁) ∘ (W₂' δ₂) belongs to z₁
    return {rung: f"{letter}_{k}" for rung, k in zip(rungs, counted, strict=True)}


def _number(rung: Expr, inner: Expr | None, leaves: Collection[Expr]) -> int | None:
    """The one number that variables of this rung, and not of the rung inside, bear."""
    parts = _below(rung, {*leaves, *([inner] if inner is not None else [])})
    names = {arg.data.name for part in parts for arg in part.args if arg.kind is VAR}
    found = {m[1] for name in names if (m := re.search(r"_(\d+)$", name))}
    return int(found.pop()) if len(found) == 1 else None
