"""Whether a text uses indices, as far as that is seen before they are told apart: other texts pay for nothing more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from matcalc.diagnostics import InputError
from matcalc.language.classes import SIZES
from matcalc.language.inference import Declaration
from matcalc.language.kinds import default_kind
from matcalc.language.letters import SURE, apart, only_letters, pieces, split_name
from matcalc.language.reaching import free_letters, label_letters, limit_letters, related_letters
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.language.vocabulary import Found, name_of

INDICES = "ijklmnpqrst"  # letters that everybody uses for indices


def is_indexed(found: Found, declared: Mapping[str, Declaration], heads: tuple[str, ...], root: Syntax,
               einstein: bool, wrt: Collection[str] = ()) -> bool:
    """Whether a text uses indices: a sum binds one, one is declared, or the formula has one in its name; y_t = x_t has,
    where the derivative is by x."""
    if einstein or found.is_indexed or any(d.kind == "index" or d.axes for d in declared.values()):
        return True
    named = head_letters(heads, root) if heads else []
    return any(letter in SURE or _labels(root, wrt, letter) for letter in named)


def head_letters(heads: tuple[str, ...], root: Syntax, free: frozenset[str] | None = None) -> list[str]:
    """The letters in the name of the formula that its text uses; `free` are those that no sum binds."""
    found: list[str] = []
    for head in heads:
        called = re.sub(r"\(.*", "", head) if "(" in head and "{" not in head.partition("(")[0] else head
        try:
            _, labels = apart(name_of(called), ())
        except InputError:  # a head that is no name
            continue
        cut = [pieces(label, ()) for label in labels]
        found += [piece for part in cut if all(map(str.isalpha, part)) for piece in part]
    if not found:
        return []
    letters = free_letters(root, {}) if free is None else free
    letters |= related_letters(root)  # the i of s_i = Σ_{j≠i} …, which the sum binds only where nothing else does
    letters |= limit_letters(root) - SIZES  # the k of s_k = Σ_{i=1}^k; the n of s_n = Σ_{i=1}^n is a size
    return [letter for letter in dict.fromkeys(found) if letter in letters]


def _labels(root: Syntax, wrt: Collection[str], letter: str) -> bool:
    """Whether one differentiates by the x of x_t and x_{t-1}, which does not occur without a label."""
    names = {str(s.data) for s in postorder(root) if s.op is Op.NAME}
    return letter in INDICES and any(
        base not in names and any(split_name(name)[0] == base and letter in label_letters(name) for name in names)
        for base in wrt)


def repeated(root: Syntax, declared: Collection[str], heads: tuple[str, ...], wrt: Collection[str]
             ) -> tuple[Syntax, str] | None:
    """A product in a text without sums in which an index is repeated, A_ij x_j or x_i y_i, and the index. One that the
    formula bears in its name is none of them, and A_i x_i are names, as long as they fit."""
    named = head_letters(heads, root) if heads else []
    nodes = postorder(root)
    names = {str(s.data) for s in nodes if s.op is Op.NAME}
    absent = set(wrt) - names
    for s in nodes:
        if s.op is not Op.PRODUCT:
            continue
        labels = {str(part.data): only_letters(str(part.data)) for part in s.args if part.op is Op.NAME}
        labels = {name: letters for name, letters in labels.items() if name not in declared
                  and set(letters) <= set(INDICES)}
        has_two = any(len(letters) > 1 and len(set(letters)) > 1 for letters in labels.values())
        columns = sum(default_kind(name) == "vector" for name, letters in labels.items() if letters)
        counts = Counter(x for letters in labels.values() for x in letters)
        twice = sorted(x for x in counts if counts[x] > 1 and x not in named and (has_two or x in SURE))
        if twice and (has_two or columns > 1 or any(split_name(name)[0] in absent for name in labels)):
            return s, twice[0]
    return None
