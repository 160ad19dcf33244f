"""How a call looks: as the rule of its function says in the field of the dialect, or else as name(arguments).

A look is a template such as `{A} \\otimes {B}` or `\\det({X})`; what it binds tighter than is read off the template.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from matcalc.core.function import Function
from matcalc.extensions import LATEX
from matcalc.printers.precedence import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form
from matcalc.printers.view import View
from matcalc.printers.views import is_dotted

_GROUP = r"\([^(){}\[\]]*\)|\{[^(){}\[\]]*\}|\[[^(){}\[\]]*\]"
_ATOM = (r"\\?\w+\d*(?:_?\{\})*\(\)|op\(\) ?\(\)|"
                   r"\\l[vV]ert(.*)\\r[vV]ert(?:_\w|_\{\})?|\|.*\||‖.*‖(?:_\w|[₀-₉])?")
_POWER = r"(?:#\d|\w|\(\))(?:\^\{\}|\^\w|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ½]+)"
_OPENED = r"(?:[(\[{|‖,]|\\l[vV]ert)\s*$"
_CLOSED = r"\s*(?:[)\]}|‖,]|\\r[vV]ert)"
_LOOSER = r"(?:^|\s)(?:⊗|\\otimes)(?:\s|$)"  # juxtaposed factors bind tighter than these
_RAISED = r"[\^_'⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ½]"


def look_in(field: str, plain: Callable[[str, int], Form], dotted: str = "{}.(#0)", of_books: bool = False,
            translate: Callable[[str], str] | None = None) -> Callable[[View], Form]:
    """How calls look in a dialect: as the `field` of a rule says, or its LaTeX that `translate` understands, or
    `plain`; `dotted` where the function is taken of every entry of a matrix that another one takes as a whole. In a
    notation `of_books` exp(X) of any square matrix is another function than that of its entries."""

    def call_form(seen: View) -> Form:
        function: Function = seen.data[0]
        template = function.fields.get(field, "").strip()
        if is_dotted(seen, of_books):
            own, generic = (t.partition("(")[0].strip() for t in (template, function.fields.get(GENERIC, "")))
            shown = own or (translate(generic) if translate else "") or function.name
            return form(dotted.format(shown), ATOM, ANY)
        params = tuple(p.name for p in function.params)
        if template or translate is None:
            return look(template, params) if template else plain(function.name, len(params))
        return _translated(function, params, translate) or plain(function.name, len(params))

    return call_form


GENERIC = LATEX  # the field from which other dialects derive a look


def _translated(function: Function, params: tuple[str, ...], translate: Callable[[str], str]) -> Form | None:
    """The look of the LaTeX field in the marks of another dialect; None where there is none that is understood."""
    template = function.fields.get(GENERIC, "").strip()
    if not template:
        return None
    found = look(template, params)
    text = translate("".join(found.pieces))
    return form(text, found.level, *found.needs) if text else None


def plain_call(pattern: str, operator: Callable[[str], str] = str, comma: str = ", ") -> Callable[[str, int], Form]:
    """name(#0, #1, …)"""

    @lru_cache(maxsize=1024)
    def plain(name: str, count: int) -> Form:
        return form(pattern.format(operator(name), comma.join(f"#{i}" for i in range(count))), ATOM, ANY)

    return plain


@lru_cache(maxsize=1024)
def look(template: str, params: tuple[str, ...]) -> Form:
    """The row of a table that a rule's template stands for."""
    holes = {f"{{{name}}}": i for i, name in enumerate(params)}
    pattern = "|".join(re.escape(hole) for hole in sorted(holes, key=len, reverse=True))
    needs = [ANY] * len(params)
    for match in re.finditer(pattern, template):
        i = holes[match[0]]
        needs[i] = max(needs[i], _need(template[:match.start()], template[match.end():]))
    text = re.sub(pattern, lambda match: f"#{holes[match[0]]}", template)
    return form(text, _level(text), *needs)


def _need(before: str, after: str) -> int:
    """Nothing inside brackets, an atom under an exponent, a product beside ⊗, a factor beside other operators."""
    if re.search(_OPENED, before) and re.match(_CLOSED, after):
        return ANY
    if re.match(_RAISED, after):
        return ATOM
    return PRODUCT if re.search(_LOOSER, before) or re.match(_LOOSER, after) else POWER


def _level(text: str) -> int:
    skeleton = text
    while (emptied := re.sub(_GROUP, lambda match: match[0][0] + "\0" + match[0][-1], skeleton)) != skeleton:
        skeleton = emptied.replace("(\0)", "\1").replace("{\0}", "\2").replace("[\0]", "\3")
    skeleton = skeleton.replace("\1", "()").replace("\2", "{}").replace("\3", "[]")
    if re.fullmatch(_ATOM, skeleton):
        return ATOM
    if re.fullmatch(_POWER, skeleton):
        return POWER
    return SUM if re.search(r"[+−-]", skeleton) else LOOSE
