"""Whether a text uses indices, as far as that is seen before they are told apart: other texts pay for nothing more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from matcalc.diagnostics import InputError
from matcalc.language.characters import GREEK_NAMES
from matcalc.language.classes import SIZES
from matcalc.language.inference import Declaration
from matcalc.language.letters import SURE, only_letters, pieces, split_name, upper_letters
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
            _, labels = split_name(name_of(called))
        except InputError:  # a head that is no name
            continue
        cut = [piece for label in labels for piece in pieces(label, ())]
        found += cut if all(piece.isalpha() for piece in cut) else []
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


def repeated(root: Syntax, declared: Collection[str]) -> tuple[Syntax, str] | None:
    """A product in a text without sums in which an index of two is repeated, A_ij x_j, and the index."""
    for s in postorder(root):
        if s.op is not Op.PRODUCT:
            continue
        labels = {name: only_letters(name) or upper_letters(name) for part in s.args if part.op is Op.NAME
                  and (name := str(part.data)) not in declared}
        labels = {name: letters for name, letters in labels.items() if set(letters) <= {*INDICES, *GREEK_NAMES}}
        if any(len(letters) > 1 and len(set(letters)) > 1 for letters in labels.values()):
            counts = Counter(x for letters in labels.values() for x in letters)
            twice = sorted(x for x in counts if counts[x] > 1)
            if twice:
                return s, twice[0]
    return None
