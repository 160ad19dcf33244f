"""Whether a text uses indices, as far as that is seen before they are told apart: other texts pay for nothing more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from matcalc.diagnostics import InputError
from matcalc.language.inference import Declaration
from matcalc.language.kinds import default_kind
from matcalc.language.letters import SURE, only_letters, pieces, split_name
from matcalc.language.reaching import free_letters, related_letters
from matcalc.language.syntax import Op, Syntax, postorder
from matcalc.language.vocabulary import Found, name_of

INDICES = "ijklmnpqrst"  # letters that everybody uses for indices


def is_indexed(found: Found, declared: Mapping[str, Declaration], heads: tuple[str, ...], root: Syntax,
               einstein: bool) -> bool:
    """Whether a text uses indices: a sum binds one, one is declared, or the formula has one in its name."""
    if einstein or found.is_indexed or any(d.kind == "index" or d.axes for d in declared.values()):
        return True
    return bool(heads) and bool(head_letters(heads, root))


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
    used = [letter for letter in dict.fromkeys(found) if letter in letters]
    return used if free is not None else [letter for letter in used if letter in SURE]


def repeated(root: Syntax, declared: Collection[str], heads: tuple[str, ...], wrt: Collection[str]
             ) -> tuple[Syntax, str] | None:
    """A product in a text without sums in which an index is repeated, A_ij x_j or x_i y_i, and the index. One that the
    formula bears in its name is none of them, and A_i x_i are names, as long as they fit."""
    named = set(head_letters(heads, root)) if heads else set()
    nodes = postorder(root)
    absent = {split_name(str(s.data))[0] for s in nodes if s.op is Op.NAME} & set(wrt) - {
        str(s.data) for s in nodes if s.op is Op.NAME}
    for s in nodes:
        if s.op is not Op.PRODUCT:
            continue
        labels = {str(part.data): only_letters(str(part.data)) for part in s.args if part.op is Op.NAME}
        labels = {name: letters for name, letters in labels.items() if name not in declared
                  and set(letters) <= set(INDICES)}
        has_two = any(len(letters) > 1 and len(set(letters)) > 1 for letters in labels.values())
        columns = [name for name in labels if split_name(name)[0] in absent or default_kind(name) == "vector"]
        counts = Counter(x for letters in labels.values() for x in letters)
        twice = sorted(x for x in counts if counts[x] > 1 and x not in named and (has_two or x in SURE))
        if twice and (has_two or len(columns) > 1 or any(split_name(name)[0] in absent for name in labels)):
            return s, twice[0]
    return None
