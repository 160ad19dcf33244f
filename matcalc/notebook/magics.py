"""Magics: %%matcalc answers the lines of a cell as the prompt does, %grad and its kin one formula, none of them quoted.

`%load_ext matcalc` brings them; what is declared and defined stays for the notebook.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class, no_var_expand
from IPython.display import display

from matcalc.cli.screen.diagnose import rendered
from matcalc.cli.screen.terminal import Terminal
from matcalc.diagnostics import MatcalcError
from matcalc.shell.conversation import answer
from matcalc.shell.directives import Said
from matcalc.shell.lines import statements
from matcalc.shell.state import State

_PAGE = Terminal(tty=True, width=100)


@magics_class
class MatcalcMagics(Magics):
    """The magics of one notebook, and what its session knows."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.session = State()

    def _said(self, text: str) -> Said:
        self.session, said = answer(self.session, text, _PAGE)
        if said.errors:
            print(said.errors, end="", file=sys.stderr)
        return said

    @no_var_expand
    @cell_magic
    def matcalc(self, line: str, cell: str) -> None:
        """Answer every line of the cell; an answer that has a page is shown as one."""
        for text in statements(f"{line}\n{cell}"):
            said = self._said(text)
            if said.answer is not None:
                display(said.answer)
            elif said.text:
                print(said.text, end="")

    def one(self, command: str, line: str) -> Any:
        """The answer of a command to a formula, as an object."""
        said = self._said(f"{command} {line}")
        if said.answer is None and said.text:
            print(said.text, end="")
        return said.answer


COMMANDS = ("grad", "jacobian", "hessian", "jvp", "vjp", "solve", "simplify", "equal", "verify", "trace", "graph")


def register(shell: InteractiveShell) -> None:
    """Bring the magics, and messages in the place of tracebacks."""
    magics = MatcalcMagics(shell)
    shell.register_magics(magics)
    for command in COMMANDS:
        shell.register_magic_function(_line_magic(magics, command), "line", command)
    shell.set_custom_exc((MatcalcError,), _message)


def _line_magic(magics: MatcalcMagics, command: str) -> Callable[[str], Any]:
    def magic(line: str) -> Any:
        return magics.one(command, line)

    no_var_expand(magic)  # {x} is no variable of Python
    magic.__doc__ = f"%{command} FORMULA: the answer of `matcalc {command}`, as an object."
    return magic


def _message(_shell: InteractiveShell, _type: type, error: MatcalcError, _traceback: Any,
             tb_offset: int | None = None) -> list[str]:  # noqa: ARG001  IPython names it
    """What matcalc refuses, without a traceback."""
    rows = [row for d in error.diagnostics for row in rendered(d, _PAGE)]
    print("\n".join(rows), file=sys.stderr)
    return rows
