"""The prompt on a terminal of its own: what the screen shows for the keys that are pressed."""

from __future__ import annotations

import base64
import codecs
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals")
pyte = pytest.importorskip("pyte", reason="pyte is not installed")
pytest.importorskip("prompt_toolkit", reason="prompt_toolkit is not installed")

PATIENCE = 30.0
_CONTROLLED = ("import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); sys.argv = ['matcalc', 'repl']; "
               "from matcalc.__main__ import main; main()")  # Ctrl-C is a signal to those whom the terminal controls


class Screen:
    """matcalc repl in a pseudo-terminal, and the screen that it draws."""

    def __init__(self, folder: Path, columns: int = 100, rows: int = 30, controlling: bool = False,
                 **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        env = {**kept, "TERM": "xterm-256color", "XDG_DATA_HOME": str(folder), **environment}
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        self.keyboard, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        command = [sys.executable, "-c", _CONTROLLED] if controlling else [sys.executable, "-m", "matcalc", "repl"]
        self.child = subprocess.Popen(command, env=env, stdin=theirs, stdout=theirs, stderr=theirs,
                                      start_new_session=True)
        os.close(theirs)
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def wait(self, seen: Callable[[], bool]) -> None:
        """Feed the screen until something is seen on it."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, "\n".join(self.rows())
            if select.select([self.keyboard], [], [], 0.1)[0]:
                with suppress(OSError):  # at the end
                    self.feed(self.decoder.decode(os.read(self.keyboard, 65536)))

    def feed(self, text: str) -> None:
        """Draw, and tell where the cursor is if the editor asks."""
        self.raw += text
        self.stream.feed(text)
        for _ in range(text.count("\x1b[6n")):
            self.types(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    def rows(self) -> list[str]:
        return [row.rstrip() for row in self.screen.display if row.strip()]

    def shows(self, *said: str) -> None:
        """Wait for rows that hold all this."""
        self.wait(lambda: all(any(text in row for row in self.rows()) for text in said))

    def types(self, keys: str) -> None:
        os.write(self.keyboard, keys.encode())

    def asks(self) -> None:
        """Wait for an empty prompt: what is typed before it is not yet heard."""
        self.wait(lambda: bool(self.rows()) and self.rows()[-1] == "›")

    def ended(self) -> int:
        self.wait(lambda: self.child.poll() is not None)
        os.close(self.keyboard)
        return self.child.returncode

    def close(self) -> None:
        """Take the terminal away."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
            os.close(self.keyboard)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    found = Screen(tmp_path)
    found.shows("›")
    yield found
    found.close()


def test_shapes_stand_below_while_one_types(screen: Screen) -> None:
    screen.types("x'A x")
    screen.shows("scalar   x n×1, A n×n")
    screen.types("\r")
    screen.shows("= xᵀ A x")
    assert not any(row.startswith("  scalar") for row in screen.rows())


def test_the_first_error_stands_under_its_place(screen: Screen) -> None:
    screen.types("x'A x + foo(x) + 1")
    screen.shows("unknown name “foo”", "╰──")
    rows = screen.screen.display
    line = next(i for i, row in enumerate(rows) if "foo(x)" in row)
    place = rows[line].index("foo")
    assert rows[line + 1].index("╰") == place
    marked = [x for x, char in screen.screen.buffer[line].items() if char.underscore and char.fg == "red"]
    assert marked == [place, place + 1, place + 2]


def test_tab_makes_signs_and_completes(screen: Screen) -> None:
    screen.types("A: spd(n)\r")
    screen.shows("A n×n spd")
    screen.types("grad x^\\top\t A x + \\alp\tb'x wrt x\r")
    screen.shows("f = xᵀ A x + α bᵀ x", "∂f/∂x = 2 A x + α b")
    screen.types(":st\t\r")
    screen.shows("[read-off]")


def test_ctrl_c_clears_and_ctrl_d_leaves(screen: Screen) -> None:
    screen.types("det(A")
    screen.shows("› det(A")
    screen.types("\x03")
    screen.asks()
    screen.types("y'y\r")
    screen.shows("= yᵀ y")
    screen.asks()
    screen.types("\x04")
    assert screen.ended() == 0


def test_help_of_a_command_and_a_conversation_that_goes_on(screen: Screen) -> None:
    screen.types("solve --help\r")
    screen.shows("Show this message and exit")
    screen.asks()
    screen.types("x'x + 3\r")
    screen.shows("= xᵀ x + 3")


def test_ctrl_c_stops_an_answer_and_nothing_else(tmp_path: Path) -> None:
    screen = Screen(tmp_path, controlling=True)
    screen.shows("›")
    screen.types("rules check\r")
    screen.wait(lambda: any(row.startswith("› rules check") for row in screen.rows()))
    time.sleep(2)  # it has begun, and takes much longer
    screen.types("\x03")
    screen.shows("interrupted")
    screen.asks()
    screen.types("x'x\r")
    screen.shows("= xᵀ x")
    screen.close()


def test_an_open_bracket_goes_on_in_the_next_line(screen: Screen) -> None:
    screen.types("tr(A\rB)\r")
    screen.shows("= tr(A B)")


def test_history_is_kept_between_sessions(screen: Screen, tmp_path: Path) -> None:
    screen.types("b'x\r")
    screen.shows("= bᵀ x")
    screen.types(":quit\r")
    assert screen.ended() == 0
    assert oct((tmp_path / "matcalc" / "history").stat().st_mode & 0o777) == "0o600"
    again = Screen(tmp_path)
    again.shows("›")
    again.types("\x1b[A\x1b[A")
    again.shows("› b'x")
    again.close()


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "matcalc").write_text("no folder")
    screen = Screen(tmp_path)
    screen.shows("›")
    screen.types("x'x\r")
    screen.shows("= xᵀ x")
    screen.asks()
    screen.types("\x04")
    assert screen.ended() == 0


def test_copy_speaks_to_the_clipboard(screen: Screen) -> None:
    screen.types("grad x'x wrt x\r")
    screen.shows("checked")
    screen.types(":copy latex\r")
    screen.shows("copied: 2 x")
    screen.wait(lambda: f"\x1b]52;c;{base64.b64encode(b'2 x').decode()}\a" in screen.raw)


def test_sixty_columns_and_no_colour(tmp_path: Path) -> None:
    screen = Screen(tmp_path, columns=60, NO_COLOR="1")
    screen.shows("›")
    screen.types("grad log det(A + X'X) wrt X\r")
    screen.shows("∂f/∂X = ", "checked")
    assert max(map(len, screen.rows())) <= 60
    assert not any(f"\x1b[{code}m" in screen.raw for code in ("31", "32", "36", "0;31", "0;36", "1;36", "0;1;36"))
    screen.close()


def test_a_terminal_that_obeys_nothing(tmp_path: Path) -> None:
    screen = Screen(tmp_path, TERM="dumb")
    screen.shows(">")
    screen.types("x'x +\n")
    screen.types("y'y\n")
    screen.shows("= xᵀ x + yᵀ y")
    screen.types("foo(x)\n")
    screen.shows("unknown name")
    assert "\x1b" not in screen.raw
    screen.types("\x04")
    assert screen.ended() == 0


def piped(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "matcalc", "repl", *options], input=text, capture_output=True,
                          text=True, encoding="utf-8", check=False)


def test_a_pipe_is_answered_line_by_line_without_a_prompt() -> None:
    found = piped("A: spd(n)\n# a remark\n\ngrad x'A x wrt x\nfoo(x)\n_\n")
    assert found.stdout == "2*A*x\n2*A*x\n"
    assert found.stderr.startswith("error[M0102]")
    assert found.returncode == 2
    assert piped("grad x'A x wrt x\n", "-v", "A: sym").stdout == "2*A*x\n"
    assert piped("").returncode == 0


def test_an_answer_comes_before_the_next_line_is_asked() -> None:
    with subprocess.Popen([sys.executable, "-m", "matcalc", "repl"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, encoding="utf-8") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line, said in (("grad x'x wrt x", "2*x\n"), ("_ + y", "2*x + y\n")):
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            assert process.stdout.readline() == said


def test_no_other_command_loads_the_editor() -> None:
    code = ("import sys; from matcalc.cli.app import asked; asked(['grad', \"x'x\"]); "
            "print([m for m in sys.modules if m.split('.')[0] in ('prompt_toolkit', 'IPython', 'asyncio') "
            "or m.startswith('matcalc.shell')])")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "2*x\n[]\n"
