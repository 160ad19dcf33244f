"""What stands around a formula: its name (L(w) = …), the question (∂/∂X …), definitions and declarations (where …).

Nothing is cut out: the parts keep their places in the text, so that every message still points at what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

from matcalc.diagnostics import MatcalcError, Span, fail, quoted
from matcalc.language.characters import ACCENTS, GREEK_NAMES, WRAPPERS, pattern
from matcalc.language.environments import ENVIRONMENTS
from matcalc.records import NamedTuple

_ACCENTED = rf"\\(?:{'|'.join(ACCENTS)})\s*(?:\\[A-Za-z]+|[A-Za-z])"  # \\hat y
_LETTER = rf"(?:\\math[a-z]+\s+[A-Za-z]|{_ACCENTED}|" r"\\[A-Za-z]+(?:\s*\{(?:[^{}]|\{[^{}]*\})*\})?|[^\W\d_])"
_LOW = r"(?:\s*_\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w+)|[₀-₉ₐ-ₜᵢ-ᵥⱼ]+|\d+|[\u0302\u0304\u0303\u0307])"
_LABEL = r"(?:\s*\^\s*(?:\{?\s*[(\[][^()\[\]]*[)\]]\s*\}?|\*|\\star|\{\s*(?:\*|\\star)\s*\})|[′'](?=\s*[(=:]))"
NAME = rf"\{{?{_LETTER}\}}?(?:{_LOW}|{_LABEL})*"
_WORD = r"[a-z]{3,}\w*|[A-Z][a-z]{3,}\w*|[A-Za-z]\w*_\w+|(?:MSE|RSS|SSE|SSR|NLL|ELBO|KL|CE|BCE|RMSE|MAE|LL)"
_ARGUMENTS = r"(?:\s*(?:\\(?:left|big|Big|bigl|Bigl)\s*)?[(\[](?:[^()\[\]+*/]|\([^()]*\))*[)\]])"
_FUNCTION = r"[A-Za-z]{2,}(?=\(\s*[^()\[\]+*/^]*\)\s*$)"  # RMSNorm(x) = …
_CALLED = rf"(?:{_FUNCTION}|{NAME}|\\(?:text|mathrm|operatorname)\s*\{{[^{{}}]*\}}|{_WORD}){_ARGUMENTS}?"
_LOGARITHM = rf"[-−]?\s*\\?l(?:og|n)\s*{NAME}{_ARGUMENTS}\s*"  # log p(y | X) = …
_HEAD = rf"{_CALLED}(?:\s*\^\s*(?:2|\{{2\}})|²)?\s*"  # χ² = …
_ARROW = rf"(?:{NAME}\s*:\s*)?{NAME}\s*(?:\\(?:mapsto|rightarrow|to)(?![A-Za-z])|↦|→)"  # f: X ↦ …
_ANONYMOUS = r"(?:[A-Za-z][\w.]*\s*=\s*)?(?:@\s*\(\w[\w\s,]*\)|lambda\s+[A-Za-z][\w\s,]*:)\s*"  # f = @(x) …
_PAGE = tuple(" \t\n$&\\")  # what may stand before a formula starts with one of these
_ARROWS = ("↦", "→", "\\mapsto", "\\rightarrow", "\\to")
_LETTERS = GREEK_NAMES | WRAPPERS | set(ACCENTS) | {"ell"}  # commands that a name may start with
_BEFORE = rf"(?:[\s$&]|\\\[|\\\(|\\begin\s*\{{(?:{ENVIRONMENTS})\*?\}})*"

_D = r"(?:∂|\\partial(?![A-Za-z])|\\mathrm\s*\{\s*d\s*\}|\\mathrm\s+d|\\text\s*\{\s*d\s*\}|d)"
_TURNED = r"(?:\s*\^\s*(?:\{\s*)?(?:T|\\top|\\intercal|\\mathsf\s*\{?T\}?)(?:\s*\})?|['ᵀ⊤])?"
_SQUARED = r"(?:\s*\^\s*\{?\s*2\s*\}?|²)"
_THIN = r"(?:\\[,;:! ]|~|\s)*"
_BY = rf"(?:{_THIN}{_D}{_THIN}(?P<NAME>{NAME}){_TURNED}(?P<TWICE>{_SQUARED})?)"
_BELOW, _AGAIN = (_BY.replace("NAME", a).replace("TWICE", b) for a, b in (("x", "xx"), ("y", "yy")))
_BELOW += f"(?:{_AGAIN})?"
_FRAC = r"\\[dtc]?frac\s*"
_SUBSCRIPT = rf"\s*(?:_\s*(?:\{{\s*(?P<x>{NAME})\s*\}}|(?P<u>\\[A-Za-z]+|\w))|(?P<low>[ₐₑₕⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵢ]))"
_QUESTIONS = (
    rf"{_D}(?P<two>{_SQUARED})?\s*/\s*{_BELOW}(?=[\s(\[\\{{‖|$]|$)",  # ∂/∂X …
    rf"{_FRAC}\{{{_THIN}{_D}(?P<two>{_SQUARED})?{_THIN}\}}\s*\{{{_BELOW}{_THIN}\}}",  # \frac{\partial}{\partial X} …
    rf"(?:∇|\\nabla)(?P<two>{_SQUARED})?{_SUBSCRIPT}(?P<xx>{_SQUARED})?",  # ∇_x …
    rf"(?:∂|\\partial(?![A-Za-z])){_SUBSCRIPT}",  # ∂_x …
    rf"(?:∇|\\nabla(?![A-Za-z]))(?P<two>{_SQUARED})?(?=[\s(\[\\])(?!\s*(?:\\cdot|\\times|[·×⋅]))",  # ∇ …
)
_DERIVATION = rf"D\s*_\s*(?:\{{\s*(?P<x>{NAME})\s*\}}|(?P<u>\\[A-Za-z]+|\w))(?=[\s\\(\[])"  # D_X f
_ABOVE = rf"{_FRAC}\{{{_THIN}{_D}(?P<two>{_SQUARED})?(?![A-Za-z]){_THIN}"  # \frac{\partial f}{\partial X}
_UNDER = rf"\s*\{{{_BELOW}{_THIN}\}}"
_RATE = rf"{_FRAC}\{{{_THIN}{_D}{_THIN}(?P<x>{NAME}){_THIN}\}}\s*\{{{_THIN}{_D}{_THIN}t{_THIN}\}}"  # \\frac{{dx}}{{dt}}
_OVER = rf"/\s*{_BELOW}\s*$"  # ∂f/∂X
_FIRST = rf"{_D}(?P<two>{_SQUARED})?(?=[\s(\[]|[^\W\d_])\s*"
_APART = r"(?:[\s,;]|\\q?quad(?![a-z])|\\[,;: ])+"
_WHERE = _APART + r"(?:\\(?:text|textrm|mathrm|mbox)\s*\{\s*(?:where|with)\s*:?\s*\}|where)(?:\s|\\quad|~)+"
_DEFINES = (rf"\s*(?:(?:\\(?:quad|qquad|\\|text\s*\{{\s*(?:and|where)\s*\}})|&)\s*)*"
            rf"(?P<name>{NAME}(?:\s*,\s*{NAME})*|[a-z]\w+)"
            r"(?P<square>\s*\^\s*(?:2|\{\s*2\s*\})|²)?"
            rf"(?P<args>\s*\([^()]*\))?\s*(?::=|≔|\\coloneqq|=)(?!=)")
_MEMBER = rf"(?:\s|\\q?quad(?![a-z])|\\[,;: ])*{NAME}\s*(?:∈|\\in(?![A-Za-z]))"  # x ∈ …
_EACH = frozenset("….d")  # one of which stands in 1, …, n or 1, \\dots, n
_RANGED = (r"(?:[\s,;~]|\\q?quad(?![a-z])|\\[,;: ]|\\text\s*\{\s*for(?:\s+all)?\s*\}|\bfor(?:\s+all)?\b|\\forall\b)+"
           r"(?P<letters>[a-z](?:\s*,\s*[a-z])*)\s*=\s*1\s*,\s*(?:2\s*,\s*)?(?:\\[lc]?dots|…|\.\.\.)\s*,?\s*"
           r"(?P<size>\\?[A-Za-z]\w*)[\s.$]*$")
_SUBJECT = r"\bs\.\s?t\.|\\text\s*\{\s*(?:s\.t\.|subject to)\s*\}|\bsubject to\b"
_UPRIGHT = r"\\(?:mathrm|text|operatorname)\s*(?:\{\s*d\s*\}|d\b)(?:\\[,;: ])*\s*"  # \mathrm{d} x'Ax
_ASKING = (  # a question has all of one of these
    ("D_",), ("∂",), ("∇",), ("\\partial",), ("\\nabla",), ("d", "/"), ("d", "frac"))
_LOWERED = dict(zip("ₐₑₕⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵢ", "aehjklmnoprstuvxi", strict=True))


class Definition(NamedTuple):
    """`name(parameters) = …`, the right side at `span` of the text; `is_square`: of the square, σ² = …"""

    name: str
    parameters: tuple[str, ...]
    span: Span
    is_square: bool = False


class Framed(NamedTuple):
    """A text taken apart: where the formula stands, and what is said around it.

    Before `statement` stand bindings that end in semicolons; between there and the formula nothing is read. `order` is
    1 or 2 where the text asks for a derivative, `wrt` by which names; `stated` tells that it states one instead
    (∂f/∂x = 2Ax). `names` are the names it gives to the formula, `equation` the sides of an equation proper.
    """

    formula: Span
    statement: int = 0
    declarations: str = ""
    definitions: tuple[Definition, ...] = ()
    names: tuple[str, ...] = ()
    order: int = 0
    wrt: tuple[str, ...] = ()
    stated: bool = False
    equation: tuple[str, str] = ("", "")

    def visible(self, source: str) -> str:
        """The bindings and the formula in their places, with spaces between."""
        start, end = self.formula.start, self.formula.end
        return source[:self.statement] + " " * (start - self.statement) + source[start:end]


@lru_cache(maxsize=32)
def framed(source: str) -> Framed:
    """Take `source` apart."""
    where = pattern(_WHERE).search(source) if "where" in source or "with" in source else None
    end = where.start() if where else len(source)
    ranged = pattern(_RANGED).search(source, 0, end) if "=" in source and _EACH.intersection(source) else None
    end = ranged.start() if ranged else end
    start = max((i + 1 for i in _top_level(source[:end].rstrip("; \t\n$"), ";")), default=0)
    statement = start
    behind = where.end() if where else None
    if behind is None and (comma := _listed(source, start, end)) is not None:
        end, behind = comma, comma + 1
    found = _heads(source, _blank(source, start), end)
    if not found.stated:
        found = _asked(source, found)
    said = _said(source, behind) if behind is not None else ((), "")
    over = f"{ranged['letters']}: index({ranged['size'].strip(chr(92))})" if ranged else ""
    declared = ",".join(filter(None, (said[1], over)))
    return found._replace(statement=statement, definitions=said[0], declarations=declared)


def _listed(source: str, start: int, end: int) -> int | None:
    """The comma behind which definitions or declarations follow: e^Te, e = y − Xβ, and x^HAx, x ∈ ℂⁿ."""
    has_sets = "∈" in source or "\\in" in source
    commas = [start + i for i in _top_level(source[start:end], ",")] if has_sets or "=" in source[start:end] else []
    parts = [(i + 1, j) for i, j in zip(commas, [*commas[1:], end], strict=False)]
    said = pattern(f"{_DEFINES}|{_MEMBER}" if has_sets else _DEFINES)
    return commas[0] if parts and all(said.match(source, i, j) for i, j in parts) else None


def _blank(source: str, start: int) -> int:
    """Where what belongs to the page ends and something is said."""
    match = pattern(_BEFORE).match(source, start) if source[start:start + 1] in _PAGE else None
    return match.end() if match else start


def _top_level(text: str, sign: str) -> Iterator[int]:
    """The places of `sign` outside all brackets."""
    depth = 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and char == sign and text[i - 1:i] != "\\":
            yield i


def _equals(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """The equals signs outside brackets, as (where it starts, where it ends)."""
    found = []
    for i in _top_level(source[start:end], "="):
        at = start + i
        before, after = source[at - 1:at], source[at + 1:at + 2]
        if before in "<>!" and before:
            return []
        if before != "=":
            found.append((at - (before == ":"), at + 1 + (after == "=")))
    coloneqq = [(start + m.start(), start + m.end()) for m in re.finditer(r"≔|\\coloneqq", source[start:end])] \
        if "≔" in source or "\\c" in source else []
    return sorted(found + coloneqq)


def _heads(source: str, start: int, end: int) -> Framed:
    """What stands left of the last equals sign names the formula, or states a derivative, or makes an equation."""
    arrow = pattern(_ARROW).match(source, start, end) if any(sign in source for sign in _ARROWS) else \
        pattern(_ANONYMOUS).match(source, start, end) if "@" in source or "lambda" in source else None
    start = arrow.end() if arrow else start
    signs = _equals(source, start, end)
    names: list[str] = []
    stated = False
    at = start
    for left, right in signs:
        head = source[at:left].strip(" &\t\n")
        if named := _moving(head, source[right:end]):
            names.append(named)
        elif _is_derivative(head):
            stated = True
        elif _is_name(head):
            names.append(head)
        else:
            return Framed(Span(start, end), names=tuple(names),
                          equation=(source[at:left].strip(), source[right:end].strip()))
        at = right
    return Framed(Span(at, end), names=tuple(names), stated=stated)


def _moving(head: str, formula: str) -> str:
    """The name ẋ_i of dx_i/dt = …, \\partial_t x_i = … and x_i' = …, which say how fast x_i changes; '' where t occurs
    in the formula, as in a derivative that is claimed."""
    bare = head.rstrip("'′")
    if bare != head and _is_name(bare) and pattern(rf"{_LETTER}{_LOW}+").fullmatch(bare):
        return f"\\dot {bare}"
    rate = pattern(_RATE).fullmatch(head)
    inner = _asked(head, Framed(Span(0, len(head))))
    rest = rate["x"] if rate else head[inner.formula.start:inner.formula.end].strip()
    is_time = (rate or inner.wrt == ("t",)) and pattern(r"(?<![A-Za-z\\])t(?![A-Za-z])").search(formula) is None
    return f"\\dot {rest}" if is_time and rest and _is_name(rest) else ""


def _is_name(head: str) -> bool:
    command = re.match(r"\{?\\([A-Za-z]+)", head)
    if command and not {command[1]} & _LETTERS:
        return pattern(_LOGARITHM).fullmatch(head) is not None
    return pattern(_HEAD).fullmatch(head) is not None or pattern(_LOGARITHM).fullmatch(head) is not None


def _is_derivative(head: str) -> bool:
    """∂f/∂x, df/dx, ∇f(x), \\frac{\\partial f}{\\partial x}, f'(x)."""
    inner = _asked(head, Framed(Span(0, len(head))))
    if inner.order == 0:
        return re.fullmatch(rf"(?:∇|\\nabla)\s*{_CALLED}", head) is not None
    rest = head[inner.formula.start:inner.formula.end].strip()
    return not rest or _is_name(rest)


def _asked(source: str, found: Framed) -> Framed:
    """The derivative that the formula asks for: ∂/∂X f, ∂f/∂X, ∇_X f."""
    start, end = found.formula.start, found.formula.end
    start = _blank(source, start)
    if not any(all(sign in source for sign in signs) for signs in _ASKING):
        return found
    for text in _QUESTIONS:
        match = pattern(text).match(source, start, end)
        if match:
            return _question(found, match, Span(match.end(), end))
    by = pattern(_DERIVATION).match(source, start, end)
    if by and (by["x"] or by["u"] or "") in source[by.end():end]:
        return _question(found, by, Span(by.end(), end))
    above = pattern(_ABOVE).match(source, start, end)
    if above and (stop := _closing(source, source.index("{", start), end)) is not None:
        under = pattern(_UNDER).match(source, stop + 1, end)
        if under and not source[under.end():end].strip(" .$,"):
            return _question(found, under, Span(above.end(), stop), above["two"])
    first, over = pattern(_FIRST).match(source, start, end), pattern(_OVER).search(source[:end], start)
    if first and over and first.end() < over.start():
        return _question(found, over, Span(first.end(), over.start()), first["two"])
    return found


def _question(found: Framed, match: re.Match[str], formula: Span, two: str | None = None) -> Framed:
    groups = match.groupdict()
    first = groups.get("x") or groups.get("u") or _LOWERED.get(groups.get("low") or "", "")
    second = groups.get("y") or ""
    twice = bool(two or groups.get("two") or groups.get("xx") or second)
    return found._replace(formula=formula, order=2 if twice else 1,
                   wrt=tuple(dict.fromkeys(name.strip() for name in (first, second) if name)))


def _closing(source: str, opening: int, end: int) -> int | None:
    """The bracket that closes the one at `opening`."""
    depth = 0
    for i in range(opening, end):
        depth += (source[i] in "([{") - (source[i] in ")]}")
        if depth == 0:
            return i
    return None


def _said(source: str, start: int) -> tuple[tuple[Definition, ...], str]:
    """Behind `where`: definitions p = …, and everything else, which declares."""
    definitions: list[Definition] = []
    declared: list[str] = []
    for i, j in _joined(source, list(_parts(source, start))):
        match = pattern(_DEFINES).match(source, i, j)
        if match:
            parameters = tuple(p.strip() for p in (match["args"] or "").strip(" ()").split(",") if p.strip())
            right, is_square = Span(match.end(), j), bool(match["square"])
            definitions.append(Definition(match["name"].strip(), parameters, right, is_square))
        else:
            declared.append(source[i:j])
    return tuple(definitions), ",".join(declared)


def _joined(source: str, parts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts, those that only name what a definition behind them defines as well in one with it: λ, V = eigh(A)."""
    waiting: int | None = None
    for i, j in parts:
        is_name = pattern(NAME).fullmatch(source[i:j].strip()) is not None
        if waiting is not None and not is_name and not pattern(_DEFINES).match(source, i, j):
            yield waiting, i - 1
            waiting = None
        if not is_name:
            yield (i if waiting is None else waiting), j
            waiting = None
        elif waiting is None:
            waiting = i
    if waiting is not None:
        yield waiting, parts[-1][1]


def _parts(source: str, start: int) -> Iterator[tuple[int, int]]:
    """The stretches between commas, semicolons and `and` outside brackets."""
    depth, at = 0, start
    for match in re.compile(r"[(\[{]|[)\]}]|[,;]|\band\b|\\text\s*\{\s*and\s*\}").finditer(source, start):
        depth += (match[0] in "([{") - (match[0] in ")]}")
        if depth == 0 and (match[0] in ",;" or "and" in match[0]) and source[match.start() - 1] != "\\":
            yield at, match.start()
            at = match.end()
    if source[at:].strip(" $."):
        yield at, len(source)


def formula(source: str) -> str:
    """The formula without what stands around it."""
    span = framed(source).formula
    return source[span.start:span.end].strip()


def formula_name(source: str, has_indices: bool = False) -> str:
    """The letter that the text gives to its formula: L of L(w) = …, and p of p_i = … where it may have indices; ''
    where it is none or more than a letter."""
    label = r"_(?:\w+|\{[^{}]*\})|[ᵢⱼₖₗₘₙₚᵣₛₜ]+" if has_indices else ""
    for head in framed(source).names:
        letter = re.match(rf"\\?([^\W\d_]+?)(?:{label})?(?:{_ARGUMENTS})?\s*$", head)
        if letter and (len(letter[1]) == 1 or letter[1] in GREEK_NAMES):
            return letter[1]
    return ""


def bindings(source: str, is_kept: Callable[[str], bool] = lambda _: True) -> tuple[str, str]:
    """What the text binds before its formula, and what it defines behind `where`: a claim may use these names."""
    found = framed(source)
    behind = [f"{d.name}{'²' * d.is_square}{'(' + ', '.join(d.parameters) + ')' if d.parameters else ''} = "
              f"{source[d.span.start:d.span.end].strip()}" for d in found.definitions if is_kept(d.name)]
    return source[:found.statement] + " " * bool(found.statement), ", ".join(behind)


def refuse_equation(source: str, found: Framed, functions: Collection[str]) -> None:
    """An equation proper is no formula to differentiate, and log(x) no name for one."""
    left, right = found.equation
    right = source[found.formula.start:found.formula.end].strip() if found.names else right
    known = next((head for head in found.names if (word := re.split(r"\W", head.lstrip("\\"))[0]) in functions
                  and not (head[0] == "\\" and word in ACCENTS) and not _defines(head, right)), "")
    right = found.equation[1]
    if known and pattern(_LOGARITHM).fullmatch(known) is None:
        left, right = known, source[found.formula.start:found.formula.end].strip()
    if left or right:
        raise _equation(source, found, left, right)


def _defines(head: str, right: str) -> bool:
    """Whether softmax(x) = e^x/sum(e^x) says what the function is: its arguments stand on the right."""
    arguments = re.findall(r"[^\W\d_]+", head.partition("(")[2])
    return bool(arguments) and all(name in right for name in arguments)


def refuse_constraints(source: str, found: Framed) -> None:
    """… s.t. X'X = I, and d x'Ax with an upright d."""
    if ("s." in source or "subject to" in source) and (sign := pattern(_SUBJECT).search(source)):
        raise fail("M0224", "constraints are not read", source, Span(*sign.span()))
    start, end = found.formula.start, found.formula.end
    if source.startswith("\\", start) and (upright := pattern(_UPRIGHT).match(source, start, end)):
        raise fail("M0224", "an upright d is the differential, which diff finds", source, Span(*upright.span()),
                   fixes=(f"matcalc diff {quoted(source[upright.end():end].strip())}",))


def refuse_implicit(source: str, found: Framed, used: Collection[str]) -> None:
    """P = A P A' + Q defines no formula: P, which it names, stands on both sides."""
    for head in found.names:
        if re.fullmatch(NAME, head) and head in used:
            raise _equation(source, found, head, source[found.formula.start:found.formula.end].strip())


def _equation(source: str, found: Framed, left: str, right: str) -> MatcalcError:
    at = source.find("=", found.statement)
    if found.names and found.equation[0]:  # f = A = B: two formulas for one thing
        return fail("M0222", "two formulas for one name; which one is meant?", source, Span(at, at + 1),
                    fixes=(left, right))
    return equation(source, Span(at, at + 1), left, right)


def equation(source: str, sign: Span, left: str, right: str) -> MatcalcError:
    """The complaint about an equation proper."""
    fixes = (f"matcalc equal {quoted(left)} {quoted(right)}",) if left and right else ()
    return fail("M0222", "this is an equation, not a formula; equal compares its sides", source, sign, fixes=fixes)


def refuse_stated(source: str, found: Framed) -> None:
    """A derivative that is stated is a claim."""
    if found.stated:
        raise fail("M0223", "this states a derivative; verify judges it as the --claim about a formula", source,
                   Span(0, found.formula.start))


def refuse_asked(source: str) -> None:
    """A formula that asks for a derivative, where the formula itself is wanted."""
    found = framed(source)
    if found.order and not found.stated:
        start = found.formula.start
        raise fail("M0517", "the formula asks for a derivative; here it is wanted without", source,
                   Span(found.statement, start), fixes=(source[:found.statement] + source[start:].lstrip(),
                                                        f"matcalc {quoted(source)}"))
