"""A question and its answer as plain data: what the page asks, whoever serves it.

`asked` needs neither a server nor click, and NumPy only where a check does: it runs in the reader's browser as well.
Nothing that a reader types makes it raise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from matcalc import api
from matcalc.answer.problem import kind_asked, pose
from matcalc.diagnostics import Diagnostic, MatcalcError, fail
from matcalc.language.framing import framed
from matcalc.limits import SECONDS, work
from matcalc.page import as_latex, choices, on_request, repairs
from matcalc.records import NamedTuple
from matcalc.targets import TARGETS

LONGEST = 20_000  # characters of a formula; the reader of expressions says how many are too many
_READING = 0.5  # seconds for the variables of a formula that has no answer
_FIRST = ("X", "x", "W", "w", "theta", "beta", "Theta", "B", "z", "Z", "u", "U", "v", "V", "y", "Y")
_DERIVATIVES = ("gradient", "jacobian", "hessian")
_OF_SCALARS = ("gradient", "hessian", "convexity")


class Question(NamedTuple):
    """`formula` in any spelling, `wrt` the variables, () to choose one; `kinds` declarations by name; `want` what is
    asked for; `code` the targets of programs; `steps` brief, full or ''; `pictures` among curve and graph; `check`
    False to see what no random point can check; `subject_to` equations of `solve`; `structure` project, or free for
    independent entries of a variable that is symmetric …"""

    formula: str
    wrt: tuple[str, ...] = ()
    kinds: Mapping[str, str] = {}
    want: str = "gradient"
    code: tuple[str, ...] = ()
    steps: str = ""
    pictures: tuple[str, ...] = ()
    check: bool = True
    subject_to: tuple[str, ...] = ()
    structure: str = "project"

    @property
    def reading(self) -> dict[str, Any]:
        """How the formula is read."""
        return {"variables": dict(self.kinds)}

    @property
    def deriving(self) -> dict[str, Any]:
        """How it is differentiated; checked it is later."""
        return {**self.reading, "structure": self.structure, "check": False}


def asked(question: Mapping[str, Any], seconds: float = SECONDS) -> dict[str, Any]:
    """The answer to a question, both of data that JSON can hold. Raises nothing.

    A question has the keys of `Question`; only `formula` is needed. An answer has

    ok           whether there is an answer; else `diagnostics` say why
    want, wrt    what was asked, by which variables: chosen where none were given
    input        source, canonical (ASCII), latex: the formula as it was read, f = …
    variables    of each: name, latex, kind, shape (texts of dimensions), size, props, reason, declared (what a
                 selector shows), is_fixed (declared in the formula itself)
    choices      what a selector offers: label, declaration
    targets      the languages of programs
    answers      formulas, one for each variable or unknown: wrt, left, latex, ascii, shape, forms (left, latex,
                 remarks), conditions (LaTeX), remarks, offers (like fixes); check: status passed, skipped or
                 inconclusive, and text; steps: n (0 of a definition), left, sign, latex, because (LaTeX), rule;
                 steps_latex: the same as align*
    verdict      of convexity: word, latex, witness (lines of text), notes, check, steps, steps_latex
    code         by target: source, and a note where it was not run here
    pictures     SVG by name, curve and graph
    diagnostics  code, severity, message, span (offset and length in code points of the formula, or null), labels
                 (span, text), fixes (text, and `set`: the keys of the question to replace)
    seconds      how long it took

    >>> found = asked({"formula": "x'A x", "wrt": ["x"]})
    >>> found["answers"][0]["latex"], found["answers"][0]["check"]["status"]
    ('(A + A^{\\\\top}) x', 'passed')
    """
    start = perf_counter()
    found = _guarded(question, seconds)
    return {"choices": choices.CHOICES, "targets": list(TARGETS), **found, "seconds": round(perf_counter() - start, 4)}


def _guarded(question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    """The answer, or what is wrong with the question."""
    q = Question("")
    try:
        q = read(question)
        with work(seconds):
            return _answered(q)
    except MatcalcError as error:
        return {"ok": False, "want": q.want, **_as_far_as_read(q, error.diagnostics)}
    except ImportError as error:
        said = Diagnostic("M0008", f"this needs a library that is not here: {error.name or error}", q.formula)
    except Exception as error:  # noqa: BLE001  a defect is told, and the page goes on
        said = Diagnostic("M9002", f"matcalc failed: {type(error).__name__}: {error}", q.formula)
    return {"ok": False, "want": q.want, "diagnostics": [repairs.as_data(said, q.formula, {})]}


def read(question: Mapping[str, Any]) -> Question:
    """The question of a page, which may come from a link that somebody wrote by hand. Raises InputError."""
    if not isinstance(question, Mapping):
        raise fail("M0003", "the question is not understood: its parts are given by name")
    known: dict[str, Callable[[Any], Any]] = {
        "formula": _text, "want": _text, "steps": _text, "structure": _text, "wrt": _texts, "code": _texts,
        "pictures": _texts, "subject_to": _texts, "check": bool, "kinds": _kinds}
    given = {key: known[key](value) for key, value in question.items() if key in known}
    q = Question(**{"formula": "", **given})
    if len(q.formula) > LONGEST:
        raise fail("M0107", f"the formula has {len(q.formula)} characters; at most {LONGEST} are read")
    if q.want not in _WANTED:
        raise fail("M0003", f"“{q.want}” is not asked here; there is {', '.join(_WANTED)}", q.formula)
    return q


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise fail("M0003", "the question is not understood: a text is needed where there is none")
    return value.encode("utf-8", "replace").decode()


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(one) for one in (value if isinstance(value, list | tuple) else [value]))


def _kinds(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise fail("M0003", "the question is not understood: kinds are given by name")
    return {_text(name): _text(kind) for name, kind in value.items()}


def _answered(q: Question) -> dict[str, Any]:
    if not q.formula.strip():
        return {"ok": True, "want": q.want, "variables": [], "answers": [], "diagnostics": []}
    q = _as_it_asks(q._replace(kinds={name: kind for name, kind in q.kinds.items() if kind}))
    found = _WANTED[q.want](q)
    by = list(q.wrt) or [name for answer in found["answers"] for name in answer["wrt"]]
    return {"ok": True, "want": q.want, "wrt": by, "diagnostics": [], **found}


def _as_it_asks(q: Question) -> Question:
    """The question with its variables; a formula that asks itself, ∂/∂X tr(AXB), says what is wanted."""
    order = framed(q.formula).order
    if order and q.want in _DERIVATIVES:
        want = "hessian" if order == 2 else kind_asked(q.formula, None, **q.reading)
        return q._replace(want=want, wrt=())
    problem = pose(q.formula, (), demand_scalar=q.want in _OF_SCALARS, **q.reading)
    names = as_latex.names(problem)
    return q._replace(wrt=tuple(name for name in q.wrt if name in names) or _chosen(names))


def _chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The variable that is meant where none is named: the only one, or the first that books differentiate by."""
    return (next((name for name in _FIRST if name in names), names[0]),) if names else ()


def _one(wrt: tuple[str, ...]) -> Any:
    """One name, a list of several, or None where the formula asks by itself."""
    return wrt[0] if len(wrt) == 1 else list(wrt) or None


def _first(q: Question) -> dict[str, Any]:
    """Gradients and Jacobians, one for each variable."""
    verb = api.grad if q.want == "gradient" else api.jacobian
    found: Any = verb(q.formula, _one(q.wrt), **q.deriving)
    each = list(found.values()) if isinstance(found, api.Derivations) else [found]
    return _derived(q, found, each)


def _second(q: Question) -> dict[str, Any]:
    names: Any = (q.wrt,) if len(q.wrt) > 2 else q.wrt
    d = api.hessian(q.formula, *names, **q.deriving)
    return _derived(q, d, [d])


def _derived(q: Question, found: Any, each: Sequence[api.Derivation]) -> dict[str, Any]:
    d = each[0]
    checks = [as_latex.check_of(one, q.check) for one in each]
    answers = [as_latex.derivation(one, check, q.steps, q.structure) for one, check in zip(each, checks, strict=True)]
    return {**as_latex.posed(d.problem), "answers": answers, "code": on_request.code(found, q.code),
            "pictures": on_request.pictures(q.pictures, checks[0], q.formula, q.wrt, q.kinds)}


def _solved(q: Question) -> dict[str, Any]:
    said = [text for text in q.subject_to if text.strip()]
    s = api.solve(q.formula, _one(q.wrt), subject_to=said, **q.reading, check=False)
    check = as_latex.check_of(s, q.check)
    return {**as_latex.posed(s.problem, [c.read for c in s.constraints]),
            "answers": as_latex.solution(s, check, q.steps), "code": on_request.code(s, q.code), "pictures": {}}


def _convex(q: Question) -> dict[str, Any]:
    from matcalc import questions

    found = questions.convexity(q.formula, _one(q.wrt), **q.reading, check=False)
    check = as_latex.check_of(found, q.check)
    return {**as_latex.posed(found.problem), "answers": [], "verdict": as_latex.verdict(found, check),
            "code": {}, "pictures": {}}


_WANTED: dict[str, Callable[[Question], dict[str, Any]]] = {
    "gradient": _first, "jacobian": _first, "hessian": _second, "solve": _solved, "convexity": _convex}


def _as_far_as_read(q: Question, said: Sequence[Diagnostic]) -> dict[str, Any]:
    """What is wrong, beside the variables as far as the formula can be read."""
    found: dict[str, Any] = {"variables": []}
    try:
        with work(_READING, resumed=True):
            found = as_latex.posed(pose(q.formula, (), **q.reading))
    except Exception:  # noqa: BLE001  what is wrong is known already
        pass
    return {**found, "diagnostics": [repairs.as_data(d, q.formula, q.kinds, q.want) for d in said]}
