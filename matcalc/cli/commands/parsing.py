"""Commands that only read: how a text is understood, and its normal form."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from matcalc import api
from matcalc.algebra import substitute, variable
from matcalc.answer.problem import rulebook_for
from matcalc.cli import machine
from matcalc.cli.command import Report, command, expression
from matcalc.cli.screen import both_forms, wording
from matcalc.cli.screen.answers import notes
from matcalc.cli.screen.posing import variables
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, harmless, table, wrapped
from matcalc.cli.settings import READING, Settings
from matcalc.core.expr import Expr
from matcalc.core.indices import Axis
from matcalc.derivation import Formula
from matcalc.extensions import ASCII
from matcalc.language import Elaborated, VariableInfo
from matcalc.language import parse as read
from matcalc.language.declarations import is_signature
from matcalc.language.letters import Member
from matcalc.language.syntax import Op, Syntax
from matcalc.printers import pieces, text
from matcalc.printers.lettering import lettered

PLACE = 30
Letters = Sequence[tuple[str, Axis]]
MOST_LINES = 40
_DEEPEST = 24
_LONGEST = 48


@command("simplify", "The closed form.", expression(), options=READING)
def simplify(settings: Settings, expr: str) -> Report:
    """The closed form of EXPR."""
    found = api.simplify(expr, **settings.reading())
    return Report("simplify", partial(_closed, found, settings.form),
                  lambda dialect: found.in_form(settings.form).write(dialect), partial(_simplified, found),
                  answer=lambda: found)


def _closed(found: Formula, form: str, terminal: Terminal) -> list[str]:
    letters = found.problem.lettered
    said = [*variables(found.problem, terminal.dialect),
            *wording.conditions(found.requirements, terminal.dialect, letters)]
    index = found.forms["index"].expr if "index" in found.forms else None
    shown = {"": (found.expr, index), "matrix": (found.expr,), "index": (index or found.expr,)}[form]
    found.in_form(form)  # refuses a form that there is not
    rows = [row for e in shown if e is not None
            for row in wrapped("= ", pieces(letters(e), terminal.dialect), terminal.width)]
    return beside([(rows, said)], terminal.width)[0] + notes(found.notes, MOST_LINES, terminal)


def _simplified(found: Formula) -> dict[str, Any]:
    result = {"shape": machine.dims(found.expr), "kind": "expression",
              "forms": machine.forms(found.problem.lettered(found.expr)), "where": [], "conditions": found.conditions,
              **machine.others(found.forms)}
    return {**machine.posed(found.problem), "result": result, "notes": list(found.notes)}


@command("parse", "How an expression is read: kinds, shapes and reasons.", expression(), options=READING)
def parse(settings: Settings, expr: str) -> Report:
    """How EXPR is read: canonical form, tree, and each variable with its kind, shape and the reason; ? is a hole."""
    declared, book = settings.variables(), rulebook_for(settings.rules)
    if any(map(is_signature, (expr, *declared.values()))):
        from matcalc.answer.assumed import rules_with

        book = rules_with(expr, declared, book)
    found = _as_typed(read(expr, declared, book, dialect=settings.dialect,
                           holes="?" in expr))
    shown = partial(text, _lettered(found))
    return Report("parse", partial(_parsed, expr, found), shown, partial(_as_data, expr, found))


def _as_typed(found: Elaborated) -> Elaborated:
    """With y for the vector of the y_i, which has a name of its own inside where it is called like its members."""
    alike = {name: found.variables[name] for name, family in (found.indices.wholes if found.indices else ())
             if name.startswith(f"{family}_")}
    if not alike:
        return found
    families = dict(found.indices.wholes) if found.indices else {}
    named = {name: info._replace(name=families[name], expr=variable(families[name], info.shape, info.props))
             for name, info in alike.items()}
    expr = substitute(found.expr, {info.expr: named[name].expr for name, info in alike.items()})
    return found._replace(expr=expr, variables={**found.variables, **named})


def _parsed(source: str, found: Elaborated, terminal: Terminal) -> list[str]:
    head = wrapped("", pieces(_lettered(found), terminal.dialect), terminal.width)
    shape = wording.shape_text(found.expr.shape, terminal.dialect)
    first, = beside([(head, [f"a {shape}" if found.expr.is_scalar else shape])], terminal.width)
    return [*first, "", *tree_lines(source, found), "", *_variables(found, terminal),
            *_holes(source, found, terminal), *notes(found.notes, MOST_LINES, terminal)]


def _lettered(found: Elaborated) -> Expr:
    """What was read, its sums with the letters that were typed."""
    return found.expr if found.indices is None else lettered(found.expr, found.indices.letters, tuple(found.variables))


def _variables(found: Elaborated, terminal: Terminal) -> list[str]:
    letters = found.indices.letters if found.indices is not None else ()
    dialect = terminal.dialect
    rows = [(both_forms.member_text(v, letters, dialect), v.kind, wording.shape_text(v.shape, dialect),
             " ".join([*sorted(v.props), *(f"for {said}" for said in _run(v, dialect))]), v.reason)
            for v in found.variables.values()]
    running = ["", f"{INDENT}{', '.join(both_forms.ranges(letters, dialect))}"] if letters else []
    return [*(table(rows) if rows else []), *running]


def _run(v: VariableInfo, dialect: str) -> list[str]:
    """Through what the indices of a family run."""
    return [both_forms.range_text(axis, dialect) for axis in v.axes]


def _holes(source: str, found: Elaborated, terminal: Terminal) -> list[str]:
    return [f"{INDENT}{terminal.paint('?', 'warning')} at character {span.start + 1} of “{harmless(source)}” must be "
            f"{wording.shape_text(shape, terminal.dialect)}" for span, shape in found.holes]


def _as_data(source: str, found: Elaborated) -> dict[str, Any]:
    shown = _lettered(found)
    canonical = text(shown, ASCII)
    result = {"shape": machine.dims(found.expr), "kind": "expression", "forms": machine.forms(shown), "where": [],
              "conditions": []}
    holes = [{"span": [span.start, span.end], "shape": [str(d) for d in shape]} for span, shape in found.holes]
    return {"input": {"source": source, "canonical": canonical, "wrt": [], "layout": "gradient"},
            "variables": machine.variables([found]), "result": result, "holes": holes,
            "notes": list(found.notes)}


def tree_lines(source: str, found: Elaborated) -> list[str]:
    """The parse tree as an outline, each line with the text it stands for; what is deeper is named by its text only."""
    rows: list[str] = []
    stack: list[tuple[Syntax, int]] = [(found.syntax, 0)]
    while stack:
        syntax, depth = stack.pop()
        if len(rows) == MOST_LINES:
            rows.append(f"{INDENT}… {len(stack) + 1} more branches")
            break
        rows.append(f"{INDENT}{'  ' * depth}{_label(syntax, source, found)}")
        if depth < _DEEPEST:
            stack.extend((arg, depth + 1) for arg in reversed(syntax.args))
    return rows


def _label(syntax: Syntax, source: str, found: Elaborated) -> str:
    if syntax.op is Op.NAME:
        info = found.variables.get(syntax.data)
        name = harmless(source[syntax.span.start:syntax.span.end]) if isinstance(syntax.data, Member) else \
            info.name if info else syntax.data
        return f"{name}   {wording.shape_text(info.shape)}" if info else str(name)
    if syntax.op in (Op.NUMBER, Op.RESERVED, Op.HOLE):
        return harmless(source[syntax.span.start:syntax.span.end])
    said = harmless(source[syntax.span.start:syntax.span.end])
    said = said if len(said) <= _LONGEST else said[:_LONGEST - 1] + "…"
    name = f" {syntax.data}" if syntax.op is Op.CALL else ""
    return f"{syntax.op.value}{name}   {said}"
