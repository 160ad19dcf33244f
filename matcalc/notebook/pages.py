"""Every answer as a page of a notebook: LaTeX, Markdown, HTML with the conditions and the check, a picture, plain text.

Formulas in HTML are MathML, which browsers set themselves in the colours of the page, and carry their LaTeX for whoever
copies or reads them aloud. Whatever comes from a text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from html import escape

from matcalc.answer.equal import Equality
from matcalc.calculus.regularity import KINK
from matcalc.checking.verdicts import Verification
from matcalc.cli.screen import curved, heads, solved, stepwise, wording
from matcalc.cli.screen.margin import Page as Margin
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.terminal import Terminal
from matcalc.cli.screen.verdict import MARKS, evidence
from matcalc.convex.convexity import Convexity
from matcalc.core.expr import Expr
from matcalc.derivation import Derivation, Derivations, Formula, Steps, WrittenForm
from matcalc.diagnostics import MatcalcError
from matcalc.extensions import LATEX, UNICODE
from matcalc.judging import Judgement
from matcalc.mime import Picture, Shown
from matcalc.printers import inline, text
from matcalc.printers.dialects import dialect_named
from matcalc.printers.requirements import condition_text
from matcalc.proofreading.proofread import Proofreading
from matcalc.records import NamedTuple
from matcalc.solving.kkt import Kkt
from matcalc.solving.solution import Solution
from matcalc.tracing.graph import Graph, tree
from matcalc.tracing.pictures import svg
from matcalc.tracing.traced import Trace

MATHML = "mathml"
_SCREEN = Terminal(width=100)
_ASIDE = '<div style="opacity:.75;font-size:.9em">{}</div>'
_TONES = {True: "#2e9e5b", False: "#d9534f", None: "#c98a2b"}  # seen on white and on black
_FENCE = "```"


class Page(NamedTuple):
    """One page in each form; '' where there is none."""

    plain: str
    html: str = ""
    latex: str = ""
    markdown: str = ""
    picture: str = ""


def bundle(answer: Shown) -> dict[str, str]:
    """The page of an answer by MIME types."""
    page = page_of(answer)
    found = {"text/latex": page.latex, "text/markdown": page.markdown, "text/html": page.html,
             "image/svg+xml": page.picture, "text/plain": page.plain}
    return {kind: said for kind, said in found.items() if said}


@singledispatch
def page_of(answer: object) -> Page:
    """The page of an answer."""
    return Page(repr(answer))


@page_of.register
def _formula(answer: Formula) -> Page:
    return _with_conditions(answer, "")


@page_of.register
def _derivation(answer: Derivation) -> Page:
    rows, said = problem_lines(answer.problem, _SCREEN)
    posed = " ".join(row.strip() for row in rows)
    return _with_conditions(answer, f"{posed}; {', '.join(said)}", _checked(answer), heads.head(answer, MATHML))


@page_of.register
def _solution(answer: Solution) -> Page:
    left = inline(answer.unknown, MATHML)
    found = _with_conditions(answer, solved.kind_text(answer, UNICODE), _checked(answer), left)
    return found._replace(plain=f"{text(answer.unknown, UNICODE)} = {found.plain}")


def _checked(answer: Derivation | Solution) -> Verification | None:
    """What finite differences say of an answer; None where they cannot be asked."""
    try:
        return answer.verify()
    except MatcalcError:
        return None


def _with_conditions(answer: Formula, below: str, check: Verification | None = None, left: str = "") -> Page:
    """A formula, in HTML with its left side, where it holds, and what its check said."""
    needed = [condition_text(c, UNICODE, answer.problem.lettered) for c in answer.requirements if c.word != KINK]
    where = f"requires {', '.join(needed)}" if needed else ""
    said = wording.checked(check, _SCREEN) if check is not None else ""
    latex = f"\\displaystyle {answer.document(LATEX)}"
    html = [f"<div>{_math(answer.document(MATHML), answer.document(LATEX), left)}"]
    html += [_ASIDE.format(escape(row)) for row in (where, below) if row]
    html += [_marked(said, None if check is None else check.ok)] if said else []
    markdown = [f"$${latex}$$", *(_plain_markdown(row) for row in (where, said) if row)]
    plain = answer.document(UNICODE) + (f"    {where}" if where else "")
    return Page(plain, "".join([*html, "</div>"]), f"${latex}$", "\n\n".join(markdown))


def _math(mathml: str, latex: str, left: str = "") -> str:
    """A formula that says in LaTeX what it is, behind its left side."""
    whole = mathml.replace("<math ", f'<math alttext="{escape(latex)}" ', 1)
    if not left:
        return whole
    start, end = whole.index(">") + 1, whole.rindex("</math>")
    return f"{whole[:start]}<mrow>{left}<mo>=</mo>{whole[start:end]}</mrow>{whole[end:]}"


def _marked(said: str, ok: bool | None) -> str:
    """A line whose first sign is a mark."""
    mark, _, rest = said.partition(" ")
    return f'<div><span style="color:{_TONES[ok]};font-weight:bold">{escape(mark)}</span> {escape(rest)}</div>'


def _plain_markdown(said: str) -> str:
    """Text in which no sign is read as a mark of Markdown."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>()#+-.!|$~^" else c for c in said)


@page_of.register
def _derivations(answer: Derivations) -> Page:
    pages = {name: page_of(d) for name, d in answer.items()}
    rows = [f"{heads.head(d, UNICODE)} = {pages[name].plain}" for name, d in answer.items()]
    return Page("\n".join(rows), "<hr>".join(page.html for page in pages.values()),
                "\n\n".join(page.latex for page in pages.values()),
                "\n\n".join(page.markdown for page in pages.values()))


@page_of.register
def _written(answer: WrittenForm) -> Page:
    return _alone(answer.unicode, answer.latex, answer.write(MATHML))


@page_of.register
def _expression(answer: Expr) -> Page:
    return _alone(text(answer, UNICODE), text(answer, LATEX), text(answer, MATHML))


def _alone(plain: str, latex: str, mathml: str) -> Page:
    shown = f"\\displaystyle {latex}"
    return Page(plain, f"<div>{_math(mathml, latex)}</div>", f"${shown}$", f"$${shown}$$")


@page_of.register
def _verification(answer: Verification) -> Page:
    return _verdict({True: "holds", False: "wrong", None: "undecided"}[answer.ok], answer.ok,
                    [answer.reason] if answer.ok is None else evidence(answer))


@page_of.register
def _judgement(answer: Judgement) -> Page:
    rows = [answer.reason] if answer.ok is None else evidence(answer)
    rows += [f"diagnosis: {answer.cause.said(UNICODE)}"] if answer.cause else []
    found = _verdict({True: "the claim holds", False: "the claim is wrong", None: "undecided"}[answer.ok], answer.ok,
                     rows)
    if answer.ok is not False or answer.own is None:
        return found
    right = page_of.dispatch(Formula)(answer.own)
    return Page(f"{found.plain}\n  right: {right.plain}", f"{found.html}{right.html}", right.latex,
                f"{found.markdown}\n\n{right.markdown}")


@page_of.register
def _equality(answer: Equality) -> Page:
    said = {True: "equal, proved" if answer.proved else "equal", False: "different", None: "undecided"}
    return _verdict(said[answer.equal], answer.equal, [answer.how])


def _verdict(said: str, ok: bool | None, rows: Sequence[str]) -> Page:
    """A verdict with its reasons below it."""
    mark = MARKS[ok][0]
    rows = [row.strip() for row in rows if row.strip()]
    html = "".join([_marked(f"{mark} {said}", ok), *(_ASIDE.format(escape(row)) for row in rows)])
    words = dialect_named(LATEX).sentence(f"{said}{': ' if rows else ''}{'; '.join(rows)}")
    return Page("\n".join([f"{mark} {said}", *(f"  {row}" for row in rows)]), f"<div>{html}</div>", f"${words}$",
                "\n\n".join(map(_plain_markdown, [f"{mark} {said}", *rows])))


@page_of.register
def _convexity(answer: Convexity) -> Page:
    rows = [row.strip() for row in curved.verdict_lines(answer, _SCREEN)]
    proofs = {name: curved.proof_in(markup, answer, name) for name in (LATEX, MATHML)
              if answer.proof and (markup := dialect_named(name).markup) is not None}
    plain = [*rows, *curved.proof_lines(answer, _SCREEN)]
    if answer.witness is not None:
        plain += curved.witness_lines(answer, answer.witness, UNICODE, _SCREEN.width)
    against = plain[len(rows):] if answer.witness is not None else []
    html = "".join([*(f"<div>{escape(row)}</div>" for row in rows), proofs.get(MATHML, ""),
                    *(_ASIDE.format(escape(row.strip())) for row in against)])
    return Page("\n".join(plain), f"<div>{html}</div>", proofs.get(LATEX, ""),
                "\n\n".join(_plain_markdown(row.strip()) for row in plain))


@page_of.register
def _kkt(answer: Kkt) -> Page:
    rows = answer.write(UNICODE)
    html = "".join(f"<div>{_math(dialect_named(MATHML).whole(said), latex)}</div>"
                   for said, latex in zip(answer.write(MATHML), answer.write(LATEX), strict=True))
    shown = [f"$${latex}$$" for latex in answer.write(LATEX)]
    return Page("\n".join(rows), f"<div>{html}</div>", "\n".join(shown), "\n\n".join(shown))


@page_of.register
def _steps(answer: Steps) -> Page:
    documents = {}
    for name in (LATEX, MATHML):
        markup = dialect_named(name).markup
        assert markup is not None
        documents[name] = solved.steps_in(markup, answer.of, name) if isinstance(answer.of, Solution) else \
            stepwise.steps_in(markup, answer.of, answer.detail, name)
    rows = solved.step_lines(answer.of, _SCREEN) if isinstance(answer.of, Solution) else \
        stepwise.step_lines(answer.of, answer.detail, _SCREEN)
    listed = "\n".join(f"{step.n}. `{step.shown or step.after}` {_plain_markdown(f'[{step.rule}]')}"
                       for step in answer)
    return Page("\n".join(rows), f"<div>{documents[MATHML]}</div>", documents[LATEX], listed)


@page_of.register
def _trace(answer: Trace) -> Page:
    from matcalc.cli.commands.tabulating import Sweep, as_markdown, as_markup, as_text, sheets

    found = sheets(Sweep(answer))
    pages = {name: [as_markup(sheet, name, markup) for sheet in found]
             for name in (LATEX, MATHML) if (markup := dialect_named(name).markup) is not None}
    return Page("\n\n".join("\n".join(as_text(sheet, UNICODE)) for sheet in found),
                "".join(f"<div>{sheet}</div>" for sheet in pages[MATHML]), "\n\n".join(pages[LATEX]),
                "\n\n".join(map(as_markdown, found)))


@page_of.register
def _graph(answer: Graph) -> Page:
    return Page("\n".join(tree(answer)), picture=svg(answer))  # anything else would be shown in its place


@page_of.register
def _picture(answer: Picture) -> Page:
    return Page(repr(answer), picture=answer.svg)


@page_of.register
def _proofreading(answer: Proofreading) -> Page:
    if not answer.lines:
        return _verdict("no equation", None, [])
    first, *rows = Margin(answer, "the text").lines(_SCREEN)
    body = "\n".join(row.rstrip() for row in rows)
    html = _marked(first.strip(), answer.ok) + f'<pre style="background:none;color:inherit">{escape(body)}</pre>'
    return Page("\n".join([first, *rows]), f"<div>{html}</div>", "",
                f"{_plain_markdown(first.strip())}\n\n{_FENCE}text\n{body}\n{_FENCE}")
