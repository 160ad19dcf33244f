"""The V-curve: the error of a finite difference over its step h, forward and central, on a log-log scale.

From the right the error falls as h (forward) or h² (central), the truncation; from the left it falls as ε/h, the
round-off. The two meet near √ε for forward and near ∛ε for central differences. It is drawn with characters for a
terminal, as SVG for a file; both from the same branches, no library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from textwrap import wrap

import numpy as np

from matcalc.checking.claims import Claim, Point, vec
from matcalc.checking.differences import Curve, central, size, slope
from matcalc.files import is_control
from matcalc.numeric.draws import Array, draw
from matcalc.numeric.evaluate import silence
from matcalc.numeric.plain_draws import Mode, modes
from matcalc.numeric.sizes import Sizes, dims_of, sizes_for

STEPS = tuple(10.0 ** (-k / 4) for k in range(61))
OPTIMA = {"forward": float(np.finfo(float).eps ** (1 / 2)), "central": float(np.finfo(float).eps ** (1 / 3))}
_DIRECTIONS = 9
_TRIES = 30
_LARGEST = 1e4
_FLOOR = 1e-17
ROWS, MOST_COLUMNS = 14, 64
_MARGIN = 9
_FEWEST = 4  # decades of the error
_FLAT = 1e-3  # a right formula gets nearer to its finite differences at some step
_MARKS = {"forward": ("○", "o"), "central": ("●", "*")}
_ROOTS = {"forward": ("√ε", "sqrt(eps)"), "central": ("∛ε", "cbrt(eps)")}
_COLOURS = {"forward": "#c2410c", "central": "#1d4ed8"}


@dataclass(frozen=True, slots=True)
class Branch:
    """One kind of difference: its errors over STEPS, the slope of the truncation, the best step and its error."""

    name: str
    errors: tuple[float, ...]
    slope: float | None
    best: float
    least: float
    optimum: float


def v_curve(claim: Claim, seed: int = 0, sizes: Sizes | None = None) -> tuple[Branch, ...]:
    """The forward and the central branch, each error the median over several points and directions; () without any."""
    tables = [table for k in range(_DIRECTIONS) if (table := _measured(claim, seed + k, sizes)) is not None]
    if not tables:
        return ()
    medians = np.nanmedian(np.array(tables), axis=0)
    return tuple(_branch(name, [float(e) for e in row]) for name, row in zip(OPTIMA, medians, strict=True))


def _branch(name: str, errors: list[float]) -> Branch:
    measured = list(zip(STEPS, errors, strict=True))
    usable = [(e, h) for h, e in measured if e > 0]
    least, best = min(usable, default=(0.0, 0.0))
    return Branch(name, tuple(max(e, _FLOOR) for e in errors), slope(measured), best, least, OPTIMA[name])


def _measured(claim: Claim, seed: int, sizes: Sizes | None) -> list[list[float]] | None:
    """Errors at one random point along one direction, relative to the derivative."""
    dims = dims_of(claim.f, claim.derivative, *claim.moved)
    for attempt, mode in enumerate(modes(_TRIES)):
        rng = np.random.default_rng((seed % (1 << 63), 11, attempt))
        try:
            with silence():
                point = _point(claim, sizes_for(dims, attempt, sizes), mode, rng)
                if not point.run.largest < _LARGEST:
                    continue
                direction = claim.direction(point.values, point.sizes, rng)
                said = claim.applied(point, direction)
                return _errors(claim.curve(point, direction), vec(said))
        except np.linalg.LinAlgError:
            continue
    return None


def _point(claim: Claim, sizes: Sizes, mode: Mode, rng: np.random.Generator) -> Point:
    return claim.point(draw(claim.leaves, rng, sizes, mode), sizes, rng)


def _errors(curve: Curve, said: Array) -> list[list[float]]:
    middle, scale = curve(0.0), max(size(said), _FLOOR)
    forward = [size(vec((curve(h) - middle) / h) - said) / scale for h in STEPS]
    return [forward, [size(vec(central(curve, h)) - said) / scale for h in STEPS]]


@dataclass(frozen=True, slots=True)
class Scale:
    """Decades from `low` to `high` on `length` units."""

    low: int
    high: int
    length: float

    def at(self, value: float) -> float:
        """Where `value` stands; what is outside stands at the end."""
        return (min(max(log10(value), self.low), self.high) - self.low) / (self.high - self.low) * self.length

    def ticks(self, most: int) -> list[int]:
        """At most `most` decades, evenly spaced."""
        every = next(k for k in (1, 2, 3, 4, 5, 10, 20, 50) if (self.high - self.low) / k <= most)
        return list(range(self.low, self.high + 1, every))


def _decades(branches: Sequence[Branch]) -> tuple[int, int]:
    errors = [e for branch in branches for e in branch.errors if 0 < e < float("inf")]
    high = min(max(ceil(log10(max(errors))), -1), 3)
    return max(min(floor(log10(min(errors))), high - _FEWEST), -17), high


def legend(branch: Branch, unicode: bool = True) -> str:
    """`forward: slope 1.00, least error 2e-9 at h = 1e-8 (√ε = 1.5e-8)`."""
    root = _ROOTS[branch.name][not unicode]
    if branch.least > _FLAT:
        return f"{branch.name}: flat, no nearer than {_short(branch.least)} at any h"
    slope = "no truncation, only round-off" if branch.slope is None else f"slope {branch.slope:.2f}"
    return (f"{branch.name}: {slope}, least error {_short(branch.least)} at h = {_short(branch.best)} "
            f"({root} = {_short(branch.optimum)})")


def _short(x: float) -> str:
    return f"{x:.1e}".replace("e-0", "e-").replace("e+00", "").replace(".0e", "e")


def terminal_plot(branches: Sequence[Branch], width: int, unicode: bool = True) -> list[str]:
    """Rows of characters: the error over h, dotted lines at the best steps of theory, and a legend."""
    columns = min(width - _MARGIN - 2, MOST_COLUMNS)
    low, high = _decades(branches)
    x, y = Scale(floor(log10(STEPS[-1])), 0, columns - 1), Scale(low, high, ROWS - 1)
    grid = [[" "] * columns for _ in range(ROWS)]
    for branch in branches:
        for row in grid:
            row[round(x.at(branch.optimum))] = "┊" if unicode else ":"
    for branch in branches:
        for h, error in zip(STEPS, branch.errors, strict=True):
            if error < float("inf"):
                grid[ROWS - 1 - round(y.at(error))][round(x.at(h))] = _MARKS[branch.name][not unicode]
    legends = [wrap(legend(b, unicode), width, initial_indent=f"{'':{_MARGIN}}{_MARKS[b.name][not unicode]} ",
                    subsequent_indent=" " * (_MARGIN + 2)) for b in branches]
    return [*_framed(grid, x, y, unicode), "", *(row for rows in legends for row in rows)]


def _framed(grid: list[list[str]], x: Scale, y: Scale, unicode: bool) -> Iterator[str]:
    bar, corner, line = ("│", "└", "─") if unicode else ("|", "+", "-")
    ticks = {ROWS - 1 - round(y.at(10.0 ** k)): k for k in y.ticks(6)}
    yield f"{'error':>{_MARGIN - 1}}"
    for i, row in enumerate(grid):
        label = f"1e{ticks[i]}" if i in ticks else ""
        yield f"{label:>{_MARGIN - 1}} {bar}{''.join(row)}".rstrip()
    yield f"{'':{_MARGIN}}{corner}{line * len(grid[0])}"
    labels = [" "] * (len(grid[0]) + 4)
    for k in x.ticks(max(len(grid[0]) // 10, 2)):
        place = round(x.at(10.0 ** k))
        labels[place:place + len(f"1e{k}")] = f"1e{k}"
    yield f"{'':{_MARGIN}} {''.join(labels).rstrip()}  h"


_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 760, 520, 80, 112, 24, 60


def svg_plot(branches: Sequence[Branch], title: str) -> str:
    """The same as an SVG document."""
    low, high = _decades(branches)
    x = Scale(floor(log10(STEPS[-1])), 0, _WIDTH - _LEFT - _RIGHT)
    y = Scale(low, high, _HEIGHT - _TOP - _BOTTOM)
    parts = [*_head(title), *_axes(x, y)]
    for i, branch in enumerate(branches):
        parts += [*_optimum(branch, x), *_curve(branch, x, y), *_legend(branch, i)]
    return "\n".join([*parts, "</svg>", ""])


def _head(title: str) -> Iterator[str]:
    from xml.sax.saxutils import escape

    title = "".join("\N{REPLACEMENT CHARACTER}" if is_control(c) else c for c in title)  # XML has no controls
    shown = title if len(title) <= 62 else title[:61] + "…"
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
           f'viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="Helvetica, Arial, DejaVu Sans, sans-serif" font-size="14">')
    yield f"<title>{escape(title)}</title>"
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
    yield f'<text x="{_LEFT}" y="30" font-size="17" font-weight="bold" fill="#111827">{escape(shown)}</text>'


def _axes(x: Scale, y: Scale) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for k in x.ticks(8):
        px = _LEFT + x.at(10.0 ** k)
        yield _line(px, _TOP, px, bottom, "#e5e7eb")
        yield _text(px, bottom + 20, f"1e{k}", "middle")
    for k in y.ticks(9):
        py = bottom - y.at(10.0 ** k)
        yield _line(_LEFT, py, right, py, "#e5e7eb")
        yield _text(_LEFT - 8, py + 5, f"1e{k}", "end")
    yield (f'<rect x="{_LEFT}" y="{_TOP}" width="{right - _LEFT}" height="{bottom - _TOP}" fill="none" '
           'stroke="#6b7280"/>')
    yield _text((_LEFT + right) / 2, _HEIGHT - 14, "step size h", "middle")
    middle = (_TOP + bottom) / 2
    yield (f'<text x="22" y="{middle:.1f}" text-anchor="middle" fill="#374151" '
           f'transform="rotate(-90 22 {middle:.1f})">relative error</text>')


def _optimum(branch: Branch, x: Scale) -> Iterator[str]:
    px, colour = _LEFT + x.at(branch.optimum), _COLOURS[branch.name]
    yield _line(px, _TOP, px, _HEIGHT - _BOTTOM, colour, ' stroke-dasharray="4 4"')
    yield _text(px, _TOP - 6, _ROOTS[branch.name][0], "middle", colour)


def _curve(branch: Branch, x: Scale, y: Scale) -> Iterator[str]:
    bottom, colour = _HEIGHT - _BOTTOM, _COLOURS[branch.name]
    points = [(_LEFT + x.at(h), bottom - y.at(e)) for h, e in zip(STEPS, branch.errors, strict=True)
              if e < float("inf")]
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    for px, py in points:
        yield f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.6" fill="{colour}"/>'


def _legend(branch: Branch, i: int) -> Iterator[str]:
    y, colour = 54 + 22 * i, _COLOURS[branch.name]
    yield _line(_LEFT, y - 5, _LEFT + 26, y - 5, colour, ' stroke-width="2"')
    yield f'<circle cx="{_LEFT + 13}" cy="{y - 5}" r="3.5" fill="{colour}"/>'
    yield _text(_LEFT + 36, y, legend(branch), "start", "#111827", 11)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def _text(x: float, y: float, said: str, anchor: str, colour: str = "#374151",
          size: float = 14) -> str:
    """Words in signs that every font has: pictures are also shown where no other font steps in."""
    plain = said.replace("∛ε", "ε^(1/3)")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}">{plain}</text>'
