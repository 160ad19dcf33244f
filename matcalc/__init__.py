"""matcalc: matrix calculus with closed forms, named rules and a numerical check.

The names below are the whole public face; they are imported when they are first used, so that a start costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

__version__ = "0.1.0"
__all__ = ["Derivation", "Diagnostic", "MatcalcError", "check", "code", "differential", "equal", "grad", "hessian",
           "jacobian", "jvp", "parse", "read", "simplify", "solve", "verify", "vjp"]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


if not TYPE_CHECKING:  # where types are checked, a name that is not imported above is a mistake

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'matcalc' has no attribute '{name}'")
        from importlib import import_module

        home = "matcalc.infile" if name == "read" else \
            "matcalc.diagnostics" if name in ("Diagnostic", "MatcalcError") else "matcalc.api"
        found = globals()[name] = getattr(import_module(home), name)
        return found
