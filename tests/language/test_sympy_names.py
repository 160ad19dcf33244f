"""The names that SymPy lends are those of SymPy: a name that is in no table is refused without asking it."""

from __future__ import annotations

import subprocess
import sys

import sympy

from matcalc.rulebook import sympy as lent
from matcalc.rulebook.book import standard


def test_the_table_names_what_sympy_makes() -> None:
    made = {name for name in dir(sympy) if not name.startswith("_") and lent._make(name, standard()._known)}
    assert made <= lent.names()
    assert {"erfc", "loggamma", "besselj", "LambertW"} <= made


def test_an_unknown_name_is_refused_without_sympy() -> None:
    asked = ("import sys, matcalc\ntry: matcalc.grad('foo(x)', 'x')\n"
             "except matcalc.MatcalcError: print('sympy' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "False\n"
