"""The derivation, one numbered line per step: what stands there now, why, and the name of the rule.

On a terminal the reason stands beside the formula where there is room and below it where there is none; for LaTeX the
same moves are an align* environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from matcalc.api import Derivation
from matcalc.cli import heads
from matcalc.cli.layout import INDENT
from matcalc.cli.terminal import Terminal, cells
from matcalc.expr import Expr
from matcalc.printers import text
from matcalc.steps import Because, Head, Move, Trace, moves_of, names, trace_of

COLUMN, GAP, BELOW, ROOM = 46, 3, 11, 30
LONGEST_LATEX = 150
_UNICODE = (  # how the identities, written in ASCII, look with all characters at hand
    (r"kron\((\S+), (\S+)\) ", r"(\1 ⊗ \2) "),
    (r"\^\(k-1\)", "ᵏ⁻¹"), (r"\^k\b", "ᵏ"), (r"d(\w+)/d(\w+)", r"∂\1/∂\2"), (r"(?<=[\w)])'", "ᵀ"), (r" \.\* ", " ∘ "),
    ("=>", "⇒"), ("> = <", "⟩ = ⟨"), ("<(?=[GP])", "⟨"), (">(?= =| for|$)", "⟩"), (r"\.\.\.", "…"), (" - ", " − "),
)
_OPERATORS = "tr|vec|log|sum|diag|grad"
_LATEX = (  # and how they look in LaTeX: words as text, differentials upright
    (r"kron\((\S+), (\S+)\)", r"(\1 \\otimes \2)"), (r"d(\w+'?)/d(\w+'?)", r"\\frac{\\partial \1}{\\partial \2}"),
    (r"\^\(([^)]*)\)", r"^{\1}"), (r"\*\[", "^*["), (r"(?<=[\w)])'", r"^{\\top}"), (r" \.\* ", r" \\odot "),
    ("=>", r"\\Rightarrow"), ("> = <", r"\\rangle = \\langle "),
    (r"<(?=[GP])", r"\\langle "), (r">(?= =| for|$)", r"\\rangle"), (r"\.\.\.", r"\\cdots"),
    (rf"\b({_OPERATORS})\b", r"\\operatorname{\1}"),
    (rf" ?(?<![\\{{\w])(?!(?:{_OPERATORS})\b)(?:a |of )?[a-z]{{3,}}(?:,? [a-z]{{2,}})* ?", r"\\text{\g<0>}"),
    (r"\bd(?=[ \[(]|[A-Za-z]\b)", r"\\mathrm{d}"),
)


Left = Callable[[Head], str]


def step_lines(d: Derivation, detail: str, terminal: Terminal) -> list[str]:
    """The derivation of `d` as lines no wider than the terminal."""
    trace = trace_of(d)
    moves = moves_of(trace, detail)
    return move_lines(trace, moves, lambda key: head(key, d, terminal.dialect), terminal, d.problem.variables)


def move_lines(trace: Trace, moves: Sequence[Move], left: Left, terminal: Terminal,
               taken: Collection[str] = ()) -> list[str]:
    """The moves under the left sides that `left` spells."""
    named = _named(trace, moves, terminal.dialect, terminal.width - ROOM, taken)
    where = [f"{INDENT}{'with' if not i else '    '} {name} = {trace.text(part, terminal.dialect, _but(named, part))}"
             for i, (part, name) in enumerate(named.items())]
    rows = [_row(trace, moves, i, left, terminal.dialect, named) for i in range(len(moves))]
    return [*where, *([""] if where else []), *_laid_out(rows, terminal)]


def _named(trace: Trace, moves: Sequence[Move], dialect: str, room: int, taken: Collection[str]) -> dict[Expr, str]:
    """Names for repeated parts, as soon as some line does not fit without them."""
    if all(cells(trace.text(move.after.expr, dialect)) <= room for move in moves):
        return {}
    from matcalc.printers.names import NAMES

    return {part: NAMES[dialect](name) for part, name in names(trace, moves, dialect, taken).items()}


def _but(named: Mapping[Expr, str], part: Expr) -> dict[Expr, str]:
    return {other: name for other, name in named.items() if other is not part}


Row = tuple[str, str, list[str], str, str]  # number, left side, formula in pieces, reason, rule


def _row(trace: Trace, moves: Sequence[Move], i: int, left: Left, dialect: str, named: Mapping[Expr, str]) -> Row:
    move = moves[i]
    shown = left(move.after.head)
    if i > 0 and moves[i - 1].after.head == move.after.head:
        shown = " " * cells(shown)
    because = said(trace, move.because, dialect, named)
    return str(i + 1), shown, trace.pieces(move.after.expr, dialect, named), because, move.rule


def said(trace: Trace, because: Because, dialect: str, named: Mapping[Expr, str] | None = None) -> str:
    """An identity in the notation of `dialect`."""
    parts = (_typeset(part, dialect) if isinstance(part, str) else trace.text(part, dialect, named) for part in because)
    return "".join(parts)


def _typeset(words: str, dialect: str) -> str:
    for pattern, glyph in _NOTATIONS.get(dialect, ()):
        words = re.sub(pattern, glyph, words)
    return words


_NOTATIONS = {"unicode": _UNICODE, "latex": _LATEX}


def _laid_out(rows: Sequence[Row], terminal: Terminal) -> list[str]:
    if not rows:
        return []
    number = max(len(row[0]) for row in rows)
    used = [len(INDENT) + number + 2 + cells(f"{row[1]} = {' '.join(row[2])}") for row in rows]
    column = min(max((n for n in used if n <= COLUMN), default=COLUMN - GAP), COLUMN) + GAP
    widest = terminal.width - column - GAP
    reasons = max((cells(row[3]) for row in rows if cells(row[3]) + GAP + len(row[4]) + 2 <= widest + GAP), default=0)
    return [line for row in rows for line in _lines(row, number, column, reasons, terminal)]


def _lines(row: Row, number: int, column: int, reasons: int, terminal: Terminal) -> list[str]:
    n, left, pieces, because, rule = row
    front = f"{INDENT}{n:>{number}}  {left} = "
    lines = _broken(front, pieces, terminal.width)
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


def _broken(front: str, pieces: Sequence[str], width: int) -> list[str]:
    """A formula, broken before its top-level + and − where the line is full."""
    rows = [front + pieces[0]]
    for piece in pieces[1:]:
        if cells(rows[-1]) + 1 + cells(piece) <= width:
            rows[-1] += " " + piece
        else:
            rows.append(" " * cells(front) + piece)
    return rows


def head(key: Head, d: Derivation, dialect: str) -> str:
    """The left side: df, vec(df), ∂f/∂X."""
    plain = _head(key, d, dialect)
    return _in_latex(plain) if dialect == "latex" else plain


def _head(key: Head, d: Derivation, dialect: str) -> str:
    kind, *rest = key
    f = heads.function(d.problem)
    if kind == "vec":
        return f"vec({_head(tuple(rest), d, dialect)})"
    if kind == "f":
        return f
    if kind.startswith("d"):
        inner = f"⟨{text(d.directions[0], dialect)}, {f}⟩" if rest[0] == "inner" else f
        name = heads.gradient_name(d) if rest[0] == "g" else inner
        return f"d{_POWERS.get(kind[1:], f'^{kind[1:]}')}{name}"
    if kind == "gradient":
        x = d.problem.wrt[int(rest[0])]
        said = f"∂{f}/∂{text(x, dialect)}"
        return f"{heads.gradient_name(d)} = {said}" if d.kind == "hessian" else said
    if kind == "hessian":
        i, j = map(int, rest)
        return heads.second(d, d.problem.wrt[i], d.problem.wrt[j], dialect)
    return heads.head(d if kind == "final" else replace(d, layout="gradient"), dialect, len(d.statements))


_POWERS = {"": "", "2": "²", "3": "³"}
_IN_LATEX = (
    (r"(∂\S*?)/(∂\S+)", r"\\frac{\1}{\2}"), ("∂", r"\\partial "), ("²", "^2"), ("³", "^3"),
    ("ᵀ", r"^{\\top}"), ("⟨", r"\\langle "),
    ("⟩", r"\\rangle"), (r"\bvec\(", r"\\operatorname{vec}("), (r"^d", r"\\mathrm{d} "), (r"\(d", r"(\\mathrm{d} "),
)


def _in_latex(left: str) -> str:
    for pattern, command in _IN_LATEX:
        left = re.sub(pattern, command, left)
    return left


def latex_steps(d: Derivation, detail: str) -> str:
    """The derivation as an align* environment, to be pasted; each line says its identity and names its rule."""
    trace = trace_of(d)
    moves = moves_of(trace, detail)
    named = _named(trace, moves, "latex", LONGEST_LATEX, d.problem.variables)
    rows = [f"{name} &= {trace.text(part, 'latex', _but(named, part))}" for part, name in named.items()]
    for i in range(len(moves)):
        _, shown, pieces, because, rule = _row(trace, moves, i, lambda key: head(key, d, "latex"), "latex", named)
        escaped = rule.replace("_", r"\_").replace("…", r"\dots")
        remark = because.replace("; ", r";\; ") + rf" \quad \text{{[{escaped}]}}"
        rows.append(f"{shown.strip()} &= {' '.join(pieces)} && {remark}".strip())
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"
