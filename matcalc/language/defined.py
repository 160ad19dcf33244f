"""Functions of others that the tables define by an expression: lambda_min(A) is -lambda_max(-A)."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.clean import clean
from matcalc.language.lexer import Lexer
from matcalc.language.reader import Reader, run
from matcalc.language.suggest import definitions
from matcalc.language.syntax import Syntax, instantiate
from matcalc.language.vocabulary import Vocabulary


def expanded(p: Reader, call: Syntax) -> Syntax:
    """The text of the table with the argument in the place of its parameter; all of it stands where the call stands."""
    parameter, text = definitions()[call.data]
    if len(call.args) != 1:
        raise p.error("M0319", f"{call.data} takes one argument", call.span, f"{call.data}(x)")
    known = Vocabulary(functions=p.vocabulary.functions)
    inner = Reader(text, Lexer(clean(text), known).run(), known, p.expression, p.factor)
    return instantiate(_placed(run(inner.expression(inner)), call.span), {parameter: call.args[0]})


def _placed(syntax: Syntax, span: Span) -> Syntax:
    return Syntax(syntax.op, tuple(_placed(arg, span) for arg in syntax.args), syntax.data, span)
