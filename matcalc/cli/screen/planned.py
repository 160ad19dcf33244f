"""Plans as tables: one kernel a line, its reason beside it where there is room, else below."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from matcalc.cli.screen.terminal import GAP, INDENT, Terminal
from matcalc.plan.amount import ASCII, UNICODE, Amount
from matcalc.plan.explained import Explained, Kernel
from matcalc.plan.reading import readable

SHORTEST = 24  # the narrowest column of reasons
JOINED = "\N{NO-BREAK SPACE}"  # where a line is not broken; the wrapper of Python breaks only at plain spaces
BROADEST = 0.5  # of the width, for formulas


def plan_lines(found: Sequence[Explained], terminal: Terminal) -> list[str]:
    """All plans, with what each costs as it is planned and as it stands."""
    lines: list[str] = []
    for one in found:
        lines += [*([""] if lines else []), *_heading(one, terminal), *_table(one.kernels, terminal)]
        lines += _wrapped(f"returns {readable_in(terminal, ', '.join(one.results))}", INDENT, terminal)
    return lines


def readable_in(terminal: Terminal, text: str) -> str:
    """A formula in the signs that the stream has."""
    return readable(text) if terminal.unicode else text


def _amount(a: Amount, terminal: Terminal) -> str:
    return a.written(UNICODE if terminal.unicode else ASCII)


def _unbroken(a: Amount, terminal: Terminal) -> str:
    """With its lines broken in front of signs only."""
    return _amount(a, terminal).replace(" ", JOINED).replace(f"{JOINED}+", " +").replace(f"{JOINED}-", " −")


def _heading(one: Explained, terminal: Terminal) -> list[str]:
    rows = []
    for what, totals in (("as planned", one.after), ("as it stands", one.before)):
        flops, moved = (_unbroken(a, terminal) for a in (totals.flops, totals.bytes))
        rows += _wrapped(f"{what}: {flops} operations, {moved}{JOINED}bytes moved", INDENT * 2, terminal)
    return [f"{INDENT}{terminal.paint(one.name, 'strong')}", *rows, ""]


def _wrapped(text: str, indent: str, terminal: Terminal) -> list[str]:
    rows = wrap(text, terminal.width, initial_indent=indent, subsequent_indent=indent + INDENT,
                break_long_words=False, break_on_hyphens=False)
    return [terminal.plain(row.replace(JOINED, " ")) for row in rows]


def _table(kernels: Sequence[Kernel], terminal: Terminal) -> list[str]:
    cells = [_cells(k, terminal) for k in kernels]
    widths = [max((len(row[i]) for row in cells), default=0) for i in range(4)]
    widths[0] = min(widths[0], int(terminal.width * BROADEST))
    before = len(INDENT) + sum(widths) + GAP * sum(w > 0 for w in widths)
    lines = []
    for row, kernel in zip(cells, kernels, strict=True):
        reason = readable_in(terminal, kernel.reason) if kernel.reason else ""
        lines += _row(row, widths, terminal.plain(reason), before, terminal)
    return [line.rstrip() for line in lines]


def _cells(k: Kernel, terminal: Terminal) -> list[str]:
    times = "×" if terminal.unicode else "x"
    return [f"{k.name} = {readable_in(terminal, k.text)}", times.join(k.shape) or "1", k.structure,
            _amount(k.flops, terminal) if k.flops else ""]


def _row(row: Sequence[str], widths: Sequence[int], reason: str, before: int, terminal: Terminal) -> list[str]:
    """One kernel; a formula that is too long has a line of its own, and so has a reason for which there is no room."""
    first, rest = row[0], widths[1:]
    gap = " " * GAP
    own = [] if len(first) <= widths[0] else [INDENT + first]
    cells = [("" if own else first).ljust(widths[0]),
             *(cell.ljust(w) for cell, w in zip(row[1:], rest, strict=True) if w)]
    line = INDENT + gap.join(cells)
    room = terminal.width - before
    if not reason or (len(reason) > max(room, 0) and room < SHORTEST):
        below = _wrapped(reason, INDENT * 3, terminal) if reason else []
        return [*own, line, *below]
    told = wrap(reason, room, break_long_words=False, break_on_hyphens=False)
    return [*own, f"{line}{gap}{told[0]}", *(" " * before + part for part in told[1:])]
