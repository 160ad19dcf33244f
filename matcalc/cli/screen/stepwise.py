"""The derivation, one numbered line per step: what stands there now, why, and the name of the rule.

On a terminal the reason stands beside the formula where there is room and below it where there is none; for documents
the dialect has an environment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from matcalc.algebra.conjugation import barred
from matcalc.answer.derivative import fields
from matcalc.cli.screen import heads
from matcalc.cli.screen.both_forms import in_letters, output_name
from matcalc.cli.screen.terminal import INDENT, Terminal, cells, flowing
from matcalc.core.expr import CALL, Expr, postorder
from matcalc.derivation import Derivation
from matcalc.explanation import Because, Head, Move, Trace, in_names, moves_of, names, names_of_answer, trace_of
from matcalc.printers import inline, textbook
from matcalc.printers.dialect import Line, Markup
from matcalc.printers.dialects import dialect_named
from matcalc.printers.translation import prose
from matcalc.printers.where import own_letter

COLUMN, GAP, BELOW, ROOM = 46, 3, 11, 30
LONGEST = 150  # characters of a formula in a document
_NONE: Mapping[Expr, str] = MappingProxyType({})


Left = Callable[[Head], str]


def step_lines(d: Derivation, detail: str, terminal: Terminal, wrong: int = 0,
               taken: Collection[str] | None = None, shared: Mapping[Expr, str] | None = None) -> list[str]:
    """The derivation of `d` as lines no wider than the terminal; a claim parts from it at the step numbered `wrong`.

    `taken` are the names that the answer above avoids, which says what its own names stand for; None where no answer
    stands above. Answers that stand together have some names `shared`.
    """
    avoided = {*heads.reserved_name(d.problem), *(taken or ())} - {*d.problem.taken()}
    names = names_of_answer(d, terminal.dialect, _room(d, terminal), avoided, shared)
    trace = in_names(trace_of(d), names)
    moves = moves_of(trace, detail)
    shown = move_lines(trace, moves, lambda key: head(key, d, terminal.dialect), terminal,
                       {*d.problem.variables, *avoided}, wrong, names.parts)
    own = [*_defined(trace, moves, names.parts, names.parts, terminal.dialect), *names.said] if taken is None else []
    return [*(f"{INDENT}where {name} = {text}" for name, text in own), *([""] if own else []), *shown]


def _room(d: Derivation, terminal: Terminal) -> int:
    """The characters of a line of the answer."""
    return terminal.width - cells(f"{heads.head(d, terminal.dialect, len(d.statements))} = ") - len(INDENT)


def move_lines(trace: Trace, moves: Sequence[Move], left: Left, terminal: Terminal,
               taken: Collection[str] = (), wrong: int = 0, known: Mapping[Expr, str] = _NONE) -> list[str]:
    """The moves under the left sides that `left` spells; some parts have names that are `known`."""
    named = _named(trace, moves, terminal.dialect, terminal.width - ROOM, taken, known)
    texts = [trace.text(e, terminal.dialect, _but(named, e)) for e in (*(m.after.expr for m in moves), *named)]
    new = {part: name for part, name in named.items() if part not in known and any(name in text for text in texts)}
    where = [f"{INDENT}{'with' if not i else '    '} {name} = {trace.text(part, terminal.dialect, _but(named, part))}"
             for i, (part, name) in enumerate(new.items())]
    said = {part: name for part, name in named.items() if part in known or part in new}
    rows = [_row(trace, moves, i, left, terminal.dialect, said) for i in range(len(moves))]
    return [*where, *([""] if where else []), *laid_out(rows, terminal, wrong)]


def _named(trace: Trace, moves: Sequence[Move], dialect: str, room: int, taken: Collection[str],
           known: Mapping[Expr, str] = _NONE) -> dict[Expr, str]:
    """The names that are `known`, and others for repeated parts as soon as some line does not fit without them."""
    if all(cells(trace.text(move.after.expr, dialect, known)) <= room for move in moves):
        return {**known}
    spelled = dialect_named(dialect).name_text
    found = names(trace, moves, dialect, {*taken, *(leaf.data.name for leaf in trace.typed.names)}, known)
    return {**known, **{part: spelled(name) for part, name in found.items()}}


def _but(named: Mapping[Expr, str], part: Expr) -> dict[Expr, str]:
    return {other: name for other, name in named.items() if other is not part}


Row = tuple[str, str, list[str], str, str]  # number, left side, formula in pieces, reason, rule


def _row(trace: Trace, moves: Sequence[Move], i: int, left: Left, dialect: str, named: Mapping[Expr, str]) -> Row:
    move = moves[i]
    shown = left(move.after.head)
    if i > 0 and moves[i - 1].after.head == move.after.head:
        shown = " " * cells(shown)
    identity = _in_letters(move.because, dialect)
    because = said(trace, identity, dialect, {**named, **_called(identity, named, dialect)})
    return str(i + 1), shown, trace.pieces(move.after.expr, dialect, named), because, move.rule


def _called(because: Because, named: Mapping[Expr, str], dialect: str) -> dict[Expr, str]:
    """Letters in an identity for values without a name in textbooks: those that such a value has in the lines."""
    known = dialect_named(dialect)
    return {e: next((name for part, name in named.items() if part.kind is CALL and part.data is e.data),
                    known.name_text(own_letter(e)))
            for e in [barred(e) or e for e in postorder(*(part for part in because if isinstance(part, Expr)))]
            if textbook.is_said(e, known) and own_letter(e)}


def _in_letters(because: Because, dialect: str) -> Because:
    """An identity with U V' for the polar factor, as the lines have it."""
    formulas = [part for part in because if isinstance(part, Expr)]
    shown = iter(textbook.shown(formulas, dialect_named(dialect), set())[0])
    return tuple(part if isinstance(part, str) else next(shown) for part in because)


def said(trace: Trace, because: Because, dialect: str, named: Mapping[Expr, str] | None = None) -> str:
    """An identity in the notation of `dialect`."""
    known = dialect_named(dialect)
    gap = known.marks.gap if known.marks else ""
    return gap.join(prose(part, known) if isinstance(part, str) else trace.text(part, dialect, named)
                   for part in because)


def laid_out(rows: Sequence[Row], terminal: Terminal, wrong: int = 0) -> list[str]:
    """Rows with their reasons in one column, or below where there is no room."""
    if not rows:
        return []
    number = max(len(row[0]) for row in rows)
    used = [len(INDENT) + number + 2 + cells(f"{row[1]} = {' '.join(row[2])}") for row in rows]
    column = min(max((n for n in used if n <= COLUMN), default=COLUMN - GAP), COLUMN) + GAP
    widest = terminal.width - column - GAP
    reasons = max((cells(row[3]) for row in rows if cells(row[3]) + GAP + len(row[4]) + 2 <= widest + GAP), default=0)
    return [line for row in rows for line in (*_lines(row, number, column, reasons, terminal),
                                              *_parted(row, wrong, number, terminal))]


def _parted(row: Row, wrong: int, number: int, terminal: Terminal) -> list[str]:
    """The remark under the step at which a claim goes another way."""
    if row[0] != str(wrong):
        return []
    mark = "✗" if terminal.unicode else "x"
    return [terminal.paint(f"{INDENT}{mark:>{number}}  the claim parts from the way here", "error")]


def _lines(row: Row, number: int, column: int, reasons: int, terminal: Terminal) -> list[str]:
    n, left, pieces, because, rule = row
    front = f"{INDENT}{n:>{number}}  {left} = "
    lines = flowing(front, pieces, terminal.width)
    padded = because + " " * max(reasons - cells(because), 0)
    for remark in (f"{padded}   [{rule}]", f"{because}   [{rule}]"):
        if len(lines) == 1 and cells(lines[0]) + GAP <= column and column + cells(remark) <= terminal.width:
            return [lines[0] + " " * (column - cells(lines[0])) + terminal.paint(remark, "dim")]
    return [*lines, *(terminal.paint(line, "dim") for line in _below(because, rule, number + BELOW, terminal.width))]


def _below(because: str, rule: str, start: int, width: int) -> list[str]:
    """The reason in lines of its own, an identity each, broken between words where a line is full."""
    rows: list[str] = []
    for identity in because.split("; "):
        rows.append(" " * start)
        for word in identity.split(" "):
            if rows[-1].strip() and cells(rows[-1]) + 1 + cells(word) > width:
                rows.append(" " * start)
            rows[-1] += word if not rows[-1].strip() else f" {word}"
    fits = cells(rows[-1]) + GAP + cells(rule) + 2 <= width
    return [*rows[:-1], f"{rows[-1]}   [{rule}]"] if fits else [*rows, f"{' ' * start}[{rule}]"]


def head(key: Head, d: Derivation, dialect: str) -> str:
    """The left side: df, vec(df), ∂f/∂X."""
    kind, *rest = key
    if kind == "vec":
        return heads.filled("stacked", dialect, head(tuple(rest), d, dialect))
    if kind == "f":
        return heads.function_text(d.problem, dialect)
    if kind.startswith("d"):
        return heads.differential_of(_moving(rest[0], d, dialect), int(kind[1:] or 1), dialect)
    if kind == "member" or (kind == "final" and d.problem.is_summed and d.kind in ("gradient", "jacobian", "hessian")):
        return in_letters(d, dialect)
    if kind == "gradient":
        x = d.problem.wrt[int(rest[0])]
        said = heads.filled("slope", dialect, heads.function_text(d.problem, dialect), inline(x, dialect))
        return heads.filled("equation", dialect, _gradient(d, dialect), said) if d.kind == "hessian" else said
    if kind == "hessian":
        i, j = map(int, rest)
        return heads.second(d, d.problem.wrt[i], d.problem.wrt[j], dialect)
    shown = d if kind == "final" else Derivation(**fields(d) | {"layout": "gradient"})
    return heads.head(shown, dialect, len(d.statements))


def _moving(what: str, d: Derivation, dialect: str) -> str:
    """What a differential is of: the function, its gradient, or its inner product with a direction."""
    if what == "g":
        return _gradient(d, dialect)
    if what == "output" and d.problem.indexed is not None:
        return output_name(heads.function_name(d.problem), d.problem.indexed.output, dialect)
    f = heads.function_text(d.problem, dialect)
    return heads.filled("paired", dialect, inline(d.directions[0], dialect), f) if what == "inner" else f


def _gradient(d: Derivation, dialect: str) -> str:
    known = dialect_named(dialect)
    name = heads.gradient_name(d)
    return known.name_text(name) if known.markup else name


def steps_in(markup: Markup, d: Derivation, detail: str, dialect: str) -> str:
    """The derivation for a document, to be pasted; each line says its identity and names its rule."""
    room = LONGEST * dialect_named(dialect).scale
    found = names_of_answer(d, dialect, room, heads.reserved_name(d.problem))
    trace = in_names(trace_of(d), found)
    moves = moves_of(trace, detail)
    named = _named(trace, moves, dialect, room, d.problem.variables, found.parts)
    lines = [Line(name, text) for name, text in (*_defined(trace, moves, named, found.parts, dialect), *found.said)]
    for i in range(len(moves)):
        _, shown, pieces, because, rule = _row(trace, moves, i, lambda key: head(key, d, dialect), dialect, named)
        lines.append(Line(shown.strip(), " ".join(pieces), because, rule))
    return markup.steps(lines)


def _defined(trace: Trace, moves: Sequence[Move], named: Mapping[Expr, str], known: Mapping[Expr, str],
             dialect: str) -> Iterator[tuple[str, str]]:
    """Every name in the derivation with what it stands for, those of the answer as it says it."""
    parts = set(postorder(*(move.after.expr for move in moves), *trace.opened.values()))
    spelled = dialect_named(dialect).name_text
    for leaf, value in trace.typed.names.items():
        if leaf in parts:
            yield spelled(leaf.data.name), trace.text(value, dialect, known)
    texts = [trace.text(move.after.expr, dialect, named) for move in moves]
    for part, name in named.items():
        if part not in trace.typed.names and any(name in text for text in texts):
            yield name, trace.text(part, dialect, _but(named, part))
