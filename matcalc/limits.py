"""What one question may cost: seconds of work, which loops ask about now and then, and entries of numeric arrays.

A limit is an answer too: the refusal says what grew too large, and how to allow more.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import wraps
from threading import current_thread, local, main_thread
from typing import Any, ParamSpec, TypeVar

from matcalc.diagnostics import NoRuleError, fail, not_there
from matcalc.session import SESSION

try:
    from time import thread_time
except ImportError:  # Python in a browser has one thread, and no clock of its own for it
    from time import process_time as thread_time

SECONDS = 4.5  # of computing for one question, where nobody says otherwise
ENTRIES = 4_000_000  # of all arrays of one evaluation together
PRODUCTS = 1_000_000_000  # multiplications in a product or an inverse of the largest of them
BITS = 14_000  # of numerator and denominator; Python prints no more than 4,300 digits
_GRACE = 0.25  # seconds between a limit and the interruption of what does not ask
_PATIENCE = 1_000  # units of work between two looks at the clock
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class LimitError(NoRuleError):
    """The question is understood, but its answer would take too long."""


class OutOfTimeError(LimitError):
    """The time of the question is over: whoever goes on after other refusals stops at this one."""


class _State(local):
    end: float = float("inf")
    seconds: float = 0.0
    done: int = 0
    inside: bool = False
    alarm: float = 0.0
    known: dict[str, Any] | None = None


_state = _State()


@contextmanager
def work(seconds: float | None = None, resumed: bool = False) -> Iterator[None]:
    """Let what is inside take `seconds` (0: any time); an outer scope counts before an inner one. What is `resumed`
    belongs to a question asked before, so that nothing is forgotten first."""
    if _state.inside:
        yield
        return
    if not resumed:
        SESSION.rest()
    _state.inside, _state.known = True, {}
    _state.seconds = SECONDS if seconds is None else seconds
    _state.end = thread_time() + _state.seconds if _state.seconds else float("inf")
    try:
        yield
    except RecursionError:
        raise fail("M0107", "the expression is nested too deeply", error=LimitError) from None
    except MemoryError:
        raise fail("M0107", "this needs more memory than there is", error=LimitError) from None
    except ModuleNotFoundError as lost:
        raise fail("M0109", not_there(lost), error=NoRuleError) from None
    finally:
        _state.inside, _state.end, _state.known = False, float("inf"), None


def once(key: str, make: Callable[[], T]) -> T:
    """What one question makes once and forgets with its answer; outside of questions it is made anew."""
    if _state.known is None:
        return make()
    if key not in _state.known:
        _state.known[key] = make()
    found: T = _state.known[key]
    return found


@contextmanager
def alarm(seconds: float | None = None) -> Iterator[None]:
    """The last resort of a command: a little later, interrupt whatever runs, also a loop that does not ask."""
    wait = SECONDS if seconds is None else seconds
    if not hasattr(signal, "setitimer") or current_thread() is not main_thread() or not wait:
        yield
        return
    before, heard = signal.signal(signal.SIGPROF, _too_late), sys.unraisablehook
    # The time is over also where an object is let go; Python would print that, with a traceback.
    sys.unraisablehook = lambda lost: None if lost.exc_type is OutOfTimeError else heard(lost)
    signal.setitimer(signal.ITIMER_PROF, wait + _GRACE, _GRACE)  # again: what is raised inside a callback is lost
    _state.alarm = wait
    try:
        yield
    finally:
        _state.alarm = 0.0
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        sys.unraisablehook = heard


def anew() -> None:
    """Begin the time again: each part of a question that has many, a line of a document, may take as long."""
    if _state.inside and _state.seconds:
        _state.end = thread_time() + _state.seconds
    if _state.alarm:
        signal.setitimer(signal.ITIMER_PROF, _state.alarm + _GRACE, _GRACE)


def _too_late(*_: object) -> None:
    raise fail("M0107", "this takes too long; a smaller problem or --timeout 60 helps", error=OutOfTimeError)


def spend(units: int = 1) -> None:
    """Account for work that is done; refuse to go on when the time is over."""
    _state.done += units
    if _state.done >= _PATIENCE:
        _state.done = 0
        if thread_time() > _state.end:
            raise fail("M0107", f"this takes longer than {_state.seconds:g} seconds; a smaller problem or "
                       "--timeout 60 helps", error=OutOfTimeError)


def exact(value: object) -> None:
    """Refuse a rational number that has more digits than anyone reads."""
    if isinstance(value, Fraction) and max(value.numerator.bit_length(), value.denominator.bit_length()) > BITS:
        raise fail("M0107", "a number in the result has more than 4,000 digits", error=LimitError)


def limited(function: Callable[P, R]) -> Callable[P, R]:
    """The function with the usual limits around it."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with work():
            return function(*args, **kwargs)

    return inside


def too_large(shapes: list[tuple[int, int]]) -> str:
    """Why arrays of these shapes cannot be computed with, or ''."""
    total = sum(rows * columns for rows, columns in shapes)
    rows, columns = max(shapes, key=lambda shape: shape[0] * shape[1], default=(0, 0))
    if total <= ENTRIES and rows * columns * min(rows, columns) <= PRODUCTS:
        return ""
    return f"the matrices are too large, up to {rows}×{columns}"
