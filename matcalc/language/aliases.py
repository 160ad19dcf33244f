"""Words before a bracket: which function another program, book or habit calls so. Never a product of letters.

The tables are data (numpy_names.toml). A word is compared without regard to case and underscores: normNuc, norm_nuc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from matcalc.language.characters import GREEK_NAMES
from matcalc.language.names import Vocabulary
from matcalc.language.suggest import distance
from matcalc.language.tables import definitions, names, table, unknown_here

RUN = r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*"
NAME = re.compile(r"(?P<base>[A-Za-z]+?)[0-9]*(?:_(?:[A-Za-z0-9]{1,2}|[0-9]+))*")  # W1, x_ij, beta_2
LOWER = re.compile("[a-z]{2}")


def folded(word: str) -> str:
    return word.replace("_", "").lower()


@cache
def _peers() -> dict[str, str]:
    """What others call the functions of the rules, folded; NumPy's one-letter names are left to its dialect."""
    both = {**names(), **table("peers")}
    return {folded(word): function for word, function in both.items() if len(word) > 1}


def known_as(word: str, functions: Iterable[str]) -> str:
    """The function that `word` means, '' where there is none or more than one."""
    known = set(functions)
    if word in known or word in definitions():
        return word
    peer = _peers().get(folded(word), "")
    alike = [f for f in known | set(definitions()) if folded(f) == folded(word)]
    cased = [f for f in alike if f.lower() == word.lower()]
    found = cased if len(cased) == 1 else alike
    return found[0] if len(found) == 1 else peer if peer in known or peer in definitions() else ""


def is_word(run: str, vocabulary: Vocabulary) -> bool:
    """Whether a run of letters before a bracket is one word, and no name, function or row of letters."""
    if vocabulary.is_declared(run) or run in vocabulary.functions:
        return False
    name = NAME.fullmatch(run)
    base = name["base"] if name else ""
    if base and (len(base) == 1 or base in GREEK_NAMES or vocabulary.is_declared(base)):
        return False
    head, *labels = run.split("_")
    long_label = any(re.search("[A-Za-z]{3}|[0-9][A-Za-z]{2}", label) for label in labels)
    return long_label or (LOWER.search(head) is not None and not (run.isalpha() and run.islower()))


def plausible(word: str, near: str) -> bool:
    """Whether `near` may be what a whole word misspells: a slip, two in a long word, nothing dropped at its end.

    A word that others have as a function is no slip: sort is not sqrt."""
    if word.lower() in unknown_here():
        return False
    short = min(len(word), len(near)) < 4
    rest = word[len(near):] if word.lower().startswith(near.lower()) else ""
    return not short and not rest and distance(word.lower(), near.lower()) <= (1 if len(word) < 8 else 2)
