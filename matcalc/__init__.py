"""matcalc: matrix calculus with closed forms, named rules and a numerical check.

The names below are the whole public face; they are imported when they are first used, so that a start costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FACE = {
    "grad": ("matcalc.derive", "grad"),
    "jacobian": ("matcalc.derive", "jacobian"),
    "hessian": ("matcalc.derive", "hessian"),
    "differential": ("matcalc.derive", "differential_of"),
    "jvp": ("matcalc.derive", "jvp"),
    "vjp": ("matcalc.derive", "vjp"),
    "verify": ("matcalc.judging.verify", "verify"),
    "parse": ("matcalc.derive", "parse_expression"),
    "Derivation": ("matcalc.deriving.derivation", "Derivation"),
    "MatcalcError": ("matcalc.diagnostics", "MatcalcError"),
    "Diagnostic": ("matcalc.diagnostics", "Diagnostic"),
}

__all__ = ["Derivation", "Diagnostic", "MatcalcError", "__version__", "differential", "grad", "hessian", "jacobian",
           "jvp", "parse", "verify", "vjp"]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'matcalc' has no attribute '{name}'")
    module, attribute = _FACE[name]
    value = getattr(import_module(module), attribute)
    if attribute.islower():  # a function
        from matcalc.limits import limited

        value = limited(value)
    globals()[name] = value
    return value
