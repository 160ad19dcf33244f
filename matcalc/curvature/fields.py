"""What a block states of curvature and monotonicity: the fields curvature, monotone, log, root and known, as claims.

    curvature   = strictly concave on spd              # jointly in all parameters; curvature.x in x, others fixed
    monotone.x  = increasing if x nonnegative; decreasing if -x nonnegative
    log         = logdet(X)                            # what the logarithm of the value is, where that is positive
    root        = n                                    # whose power 1/n is concave, increasing, homogeneous
    largest     = X; zeros(m,n)                        # of which functions the value is the largest
    known       = quasiconcave on spd; self-concordant

A claim reads [strictly] [operator] WORD [on sym|spd|psd] [if EXPRESSION WORD and …]; several are set apart by
semicolons. With `operator` the order between matrices is that of Loewner, else it is entry by entry; of a number it is
the same, so that there the word tells how the arguments are ordered. What increases need not do so strictly.

Source: Boyd & Vandenberghe (2004) 3.2.4, 3.6.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from matcalc.core.function import Function, Param
from matcalc.diagnostics import fail
from matcalc.records import NamedTuple

Sense = Literal[1, -1]
FIELDS = ("curvature", "monotone", "known")
LARGEST = "largest"
STRUCTURES = ("sym", "spd", "psd")
SIGNS = ("positive", "nonnegative")
WORDS = {
    "curvature": ("convex", "concave", "affine"),
    "monotone": ("increasing", "decreasing"),
    "known": ("quasiconvex", "quasiconcave", "quasilinear", "self-concordant", "geodesically-affine",
              "geodesic-distance", "definite"),
}
_CLAIM = re.compile(r"(strictly )?(operator )?([\w-]+)(?: on (\w+))?(?: if (.+))?")


class Condition(NamedTuple):
    """That an expression in the parameters has a sign."""

    subject: str
    word: str


class Claim(NamedTuple):
    """One claim of the field `field`; `param` is the parameter of which it speaks, "" for all that take a value."""

    field: str
    param: str
    word: str
    is_strict: bool
    is_operator: bool
    on: str
    conditions: tuple[Condition, ...]

    @property
    def name(self) -> str:
        """The field as it stands in the block."""
        return f"{self.field}.{self.param}" if self.param else self.field

    def fits(self, sense: Sense) -> bool:
        """Whether a function of which this is claimed is convex, for sense 1, or concave, for −1."""
        return self.word in (("convex", "affine") if sense > 0 else ("concave", "affine"))

    @property
    def sense(self) -> Sense:
        """1 for increasing and convex, −1 for decreasing and concave."""
        return 1 if self.word in ("increasing", "convex", "affine", "quasiconvex") else -1

    def covers(self, param: Param) -> bool:
        """Whether it speaks of a parameter."""
        return param.kind == "value" and self.param in ("", param.name)

    def __str__(self) -> str:
        words = ["strictly"] * self.is_strict + ["operator"] * self.is_operator + [self.word]
        words += ["on", self.on] if self.on else []
        said = " and ".join(f"{c.subject} {c.word}" for c in self.conditions)
        return " ".join([*words, *(["if", said] if said else [])])


@cache
def claims(function: Function, field: str) -> tuple[Claim, ...]:
    """What a block claims in `field`, of all parameters or of one.

    Raises MatcalcError where a claim cannot be read.
    """
    found: list[Claim] = []
    for name in function.fields:
        word, _, param = name.partition(".")
        if word == field:
            found += [_claim(function, field, param, text.strip()) for text in function.fields[name].split(";")]
    return tuple(found)


def _claim(function: Function, field: str, param: str, text: str) -> Claim:
    read = _CLAIM.fullmatch(text)
    if read is None or read[3] not in WORDS[field] or (read[4] or STRUCTURES[0]) not in STRUCTURES:
        raise _bad(function, field, f"“{text}” is no claim; one reads [strictly] [operator] "
                                    f"{' or '.join(WORDS[field])} [on {' or '.join(STRUCTURES)}] [if EXPRESSION WORD]")
    if param and param not in [p.name for p in function.params if p.kind == "value"]:
        raise _bad(function, field, f"{param} is no parameter that takes a value")
    return Claim(field, param, read[3], bool(read[1]), bool(read[2]), read[4] or "",
                 tuple(_condition(function, field, part.strip()) for part in (read[5] or "").split(" and ") if part))


def _condition(function: Function, field: str, text: str) -> Condition:
    subject, _, word = text.rpartition(" ")
    if word not in SIGNS or not subject:
        raise _bad(function, field, f"a condition reads EXPRESSION {' or '.join(SIGNS)}, not “{text}”")
    return Condition(subject, word)


def _bad(function: Function, field: str, message: str) -> Exception:
    return fail("M0702", f"{function.file}, line {function.place(field)}: {message}")
