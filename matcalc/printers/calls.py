"""How a call looks: as the rule of its function says in the field of the dialect, or else as name(arguments).

A look is a template such as `{A} \\otimes {B}` or `\\det({X})`; what it binds tighter than is read off the template.
"""

from __future__ import annotations

import re
from functools import lru_cache

from matcalc.function import Function
from matcalc.printers.forms import ANY, ATOM, LOOSE, POWER, PRODUCT, SUM, Form, form

_GROUP = re.compile(r"\([^(){}\[\]]*\)|\{[^(){}\[\]]*\}|\[[^(){}\[\]]*\]")
_ATOM = re.compile(r"\\?\w+\d*(?:_?\{\})*\(\)|\\l[vV]ert(.*)\\r[vV]ert(?:_\w|_\{\})?|\|.*\||‖.*‖(?:_\w|[₀-₉])?")
_POWER = re.compile(r"(?:#\d|\w|\(\))(?:\^\{\}|\^\w|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ½]+)")
_OPENED = re.compile(r"(?:[(\[{|‖,]|\\l[vV]ert)\s*$")
_CLOSED = re.compile(r"\s*(?:[)\]}|‖,]|\\r[vV]ert)")
_LOOSER = re.compile(r"(?:^|\s)(?:⊗|\\otimes)(?:\s|$)")  # juxtaposed factors bind tighter than these
_RAISED = re.compile(r"[\^_'⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ½]")


def text_form(function: Function, dialect: str, is_dotted: bool = False) -> Form:
    """The field of a rule that a dialect shows bears the dialect's name."""
    params = tuple(p.name for p in function.params)
    if is_dotted:
        command = function.fields.get(dialect, "").partition("(")[0].strip() or function.name
        return form(f"{command}.(#0)", ATOM, ANY)
    template = function.fields.get(dialect, "").strip()
    return look(template, params) if template else plain(function.name, len(params), dialect == "latex")


@lru_cache(maxsize=1024)
def plain(name: str, count: int, latex: bool) -> Form:
    """name(#0, #1, …)"""
    if latex:
        escaped = name.replace("_", "\\_")
        name = f"\\operatorname{{{escaped}}}"
    return form(f"{name}({', '.join(f'#{i}' for i in range(count))})", ATOM, ANY)


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
    if _OPENED.search(before) and _CLOSED.match(after):
        return ANY
    if _RAISED.match(after):
        return ATOM
    return PRODUCT if _LOOSER.search(before) or _LOOSER.match(after) else POWER


def _level(text: str) -> int:
    skeleton = text
    while (emptied := _GROUP.sub(lambda match: match[0][0] + "\0" + match[0][-1], skeleton)) != skeleton:
        skeleton = emptied.replace("(\0)", "\1").replace("{\0}", "\2").replace("[\0]", "\3")
    skeleton = skeleton.replace("\1", "()").replace("\2", "{}").replace("\3", "[]")
    if _ATOM.fullmatch(skeleton):
        return ATOM
    if _POWER.fullmatch(skeleton):
        return POWER
    return SUM if re.search(r"[+−-]", skeleton) else LOOSE
