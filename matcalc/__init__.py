"""matcalc: matrix calculus with closed forms, named rules and a numerical check.

The names below are the whole public face; they are imported when they are first used, so that a start costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from matcalc.api import (
        check,
        code,
        differential,
        equal,
        grad,
        hessian,
        jacobian,
        jvp,
        parse,
        simplify,
        solve,
        verify,
        vjp,
    )
    from matcalc.derivation import Derivation
    from matcalc.diagnostics import Diagnostic, MatcalcError
    from matcalc.infile import read
    from matcalc.questions import convexity
    from matcalc.solving.kkt import kkt

__version__ = "0.1.0"
__all__ = ["Derivation", "Diagnostic", "MatcalcError", "check", "code", "convexity", "differential", "equal", "grad",
           "hessian", "jacobian", "jvp", "kkt", "parse", "read", "simplify", "solve", "verify", "vjp"]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """What `%load_ext matcalc` calls: %%matcalc, %grad and others."""
    from importlib import import_module

    import_module("matcalc.notebook.magics").register(shell)


_HOMES = dict.fromkeys(("Diagnostic", "MatcalcError"), "matcalc.diagnostics") | {
    "convexity": "matcalc.questions", "kkt": "matcalc.solving.kkt", "read": "matcalc.infile"}
if not TYPE_CHECKING:  # where types are checked, a name that is not imported above is a mistake

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'matcalc' has no attribute '{name}'")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(_HOMES.get(name, "matcalc.api")), name)
        return found
