"""How far a descent, or the check of all rules, has come, on the error stream of a terminal."""

from __future__ import annotations

from time import monotonic

from matcalc.cli.output import remark
from matcalc.cli.screen.terminal import Terminal
from matcalc.descent.objective import Point

BAR = 30
_EVERY = 0.2  # seconds between two drawings within a step


class Progress:
    """A bar while it is entered; elsewhere than on a terminal nothing. Of data in blocks it shows rows per second."""

    def __init__(self, limit: int, terminal: Terminal) -> None:
        self.limit, self.terminal, self.shown = limit, terminal, False
        self.step, self.value = 0, float("nan")
        self.rows, self.began, self.drawn = 0, monotonic(), 0.0

    def __enter__(self) -> Progress:
        self.began = monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        if self.shown:
            remark("\r\x1b[K")

    @property
    def seconds(self) -> float:
        """Since it was entered."""
        return monotonic() - self.began

    def show(self, point: Point) -> None:
        """Draw the bar as far as the step of `point`, with the value there, over the one drawn before."""
        self.step, self.value = point.step, point.value
        self._draw()

    def reach(self, step: int) -> None:
        """So many steps are done, which have no value."""
        self.step = step
        if step == self.limit or monotonic() - self.drawn > _EVERY:
            self._draw()

    def tick(self, rows: int) -> None:
        """So many rows more are done."""
        self.rows += rows
        if monotonic() - self.drawn > _EVERY:
            self._draw()

    def _draw(self) -> None:
        if not self.terminal.tty:
            return
        self.drawn = monotonic()
        speed = f"{self.rows / max(1e-9, self.seconds):,.0f} rows/s   " if self.rows else ""
        value = f"  f = {self.value:.6g}" if self.value == self.value else ""
        said = f" {self.step}/{self.limit}{value}   {speed}"
        room = max(0, min(BAR, self.terminal.width - len(said) - 1))
        done = round(room * self.step / self.limit)
        bar = "█" * done + "░" * (room - done) if self.terminal.unicode else "#" * done + "." * (room - done)
        remark(f"\r{bar}{said}")
        self.shown = True
