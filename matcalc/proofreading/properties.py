"""What a text says of its names besides equations: x ∈ ℝⁿ, A = Aᵀ, QᵀQ = I, Σ ≻ 0, λ > 0, "with A symmetric".

Each becomes a declaration, as `--var` would say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.diagnostics import MatcalcError
from matcalc.language import name_of
from matcalc.language.declarations import parse_declaration, split_declarations
from matcalc.proofreading.chains import Statement
from matcalc.proofreading.infinitesimals import NAME

_TURNED = r"\s*(?:\^\s*\{?\s*(?:T|\\top|\\intercal|\\mathsf\s*\{?T\}?)\s*\}?|['ᵀ⊤])\s*"
_ONE = r"(?:I(?:_\{?\w+\}?)?|\\mathbf\s*\{?I\}?|E)"
_EQUATIONS = (
    (rf"(?P<x>{NAME})=(?P=x){_TURNED}|(?P<y>{NAME}){_TURNED}=(?P=y)", "sym"),
    (rf"(?P<x>{NAME}){_TURNED}=[-−](?P=x)|(?P<y>{NAME})=[-−](?P=y){_TURNED}", "skew"),
    (rf"(?P<x>{NAME}){_TURNED}(?P=x)\s*={_ONE}", "orthogonal"),
)
_DEFINITE = {"≻": "spd", "\\succ": "spd", "⪰": "psd", "≽": "psd", "\\succeq": "psd", "\\succcurlyeq": "psd"}
_SIGNS = {">": "positive", **dict.fromkeys(("≥", "\\ge", "\\geq", "\\geqslant"), "nonnegative")}
_SPACES = re.compile(r"\\mathbb\s*\{?\s*S\s*\}?|𝕊")
_WORDS = {
    "symmetric positive definite": "spd", "positive definite": "spd", "positive semidefinite": "psd",
    "positive semi-definite": "psd", "symmetric": "sym", "skew-symmetric": "skew", "antisymmetric": "skew",
    "orthogonal": "orthogonal", "diagonal": "diag", "invertible": "invertible", "nonsingular": "invertible",
    "lower triangular": "lower", "upper triangular": "upper", "spd": "spd", "psd": "psd",
}
_SAID = "|".join(sorted(_WORDS, key=len, reverse=True))
_LISTED = rf"\$?{NAME}\$?(?:\s*(?:,|and)\s*\$?{NAME}\$?)*"
_PROSE = (
    re.compile(rf"(?<![\w\\])(?P<x>{_LISTED})\s+(?:is|are|be)\s+(?:an?\s+|both\s+)?(?:[a-z]+\s+)?(?P<p>{_SAID})\b"),
    re.compile(rf"\b(?:for|with|where)\s+(?P<x>{_LISTED})\s+(?P<p>{_SAID})\b"),
    re.compile(rf"\b(?P<p>{_SAID})(?:\s+matri(?:x|ces))?\s+(?P<x>\$?{NAME}\$?)(?![\w\\(])"),
    re.compile(rf"(?:,|\band)\s+(?!a\s)(?P<x>{_LISTED})\s+(?P<p>{_SAID})\b"),
    re.compile(rf"(?<![\w\\])(?P<x>{_LISTED})\s+(?:for|denotes?|stands?\s+for)\s+(?:an?\s+|the\s+)?(?:[a-z]+\s+)?(?P<p>{_SAID})\b"),
)


def said_of(statement: Statement) -> list[tuple[str, str]]:
    """(name, declaration) where a statement declares and is no equation to be judged; else nothing."""
    relation = statement.members[1].relation
    left, right = statement.members[0].text, statement.members[1].text
    if (property_ := {**_DEFINITE, **_SIGNS}.get(relation)) is not None:
        return [(name, property_) for name in _names(left)] if right.strip() == "0" else []
    if relation in ("∈", "\\in", ":"):
        return _declared(left, right)
    if relation == "=" and len(statement.members) == 2:
        text = f"{left.strip()}={right.strip()}"
        for form, word in _EQUATIONS:
            found = re.fullmatch(form, text)
            if found:
                return [(name_of(found["x"] or found["y"]), word)] if _names(found.groupdict().get("x")
                                                                             or found["y"]) else []
    return []


def _declared(left: str, right: str) -> list[tuple[str, str]]:
    definite = "spd" if re.search(r"_\s*\{?\s*\+\+", right) else "psd" if re.search(r"_\s*\{?\s*\+", right) else "sym"
    if _SPACES.search(right):
        size = re.search(r"\^\s*\{?\s*([A-Za-z][A-Za-z0-9]*|\d+)", right) or re.search(r"([ⁿᵐᵖ])", right)
        dim = size[1].translate(str.maketrans("ⁿᵐᵖ", "nmp")) if size else ""
        return [(name, f"{definite}({dim})" if dim else definite) for name in _names(left)]
    found: list[tuple[str, str]] = []
    try:
        for name, kind in split_declarations(f"{left.replace('$', '')} ∈ {right.replace('$', '').rstrip('. ')}"):
            parse_declaration(name, kind)
            found.append((name, kind))
    except MatcalcError:
        return []
    return found


def _names(text: str) -> list[str]:
    try:
        return [name_of(part) for part in re.split(r",|\band\b", text.replace("$", "")) if part.strip()]
    except MatcalcError:
        return []


def in_prose(text: str) -> Iterator[tuple[str, str]]:
    """(name, property) of what sentences say."""
    for sentence in _PROSE:
        for m in sentence.finditer(text):
            for name in _names(m["x"]):
                yield name, _WORDS[m["p"]]
