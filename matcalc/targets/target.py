"""What a target is: a language of programs, as one record. Everything that such a language spells its own way is here.

The functions of a program, their arguments, what is computed once and the comparisons are the same for all targets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matcalc.core.dims import Dim
from matcalc.core.expr import Expr
from matcalc.core.function import Function
from matcalc.printers.forms import Form
from matcalc.printers.view import View


@dataclass(frozen=True, slots=True)
class Target:
    """`forms` and `joins` spell the constructs as those of a dialect do; `template` is the text with which a rule
    computes its function, and `call_form` that text as a form, the dimensions in it written out.

    `imports` are the lines that templates and further libraries need, `read` those that make an argument what the
    formulas take; `result` is what a function returns for the text of a formula, `single` the mark that makes a number
    of an entry.
    """

    name: str
    title: str
    forms: Mapping[str, Form]
    joins: Mapping[str, str]
    template: Callable[[Function], str]
    call_form: Callable[[View, Callable[[Dim], str]], Form]
    imports: Callable[[Sequence[str], Sequence[str]], list[str]]
    read: Callable[[Expr, str], list[str]]
    result: Callable[[Expr, str], str]
    single: str
