"""Signs of complex numbers alone: Re and Im without brackets, a bar over several letters or over a capital one."""

from __future__ import annotations

from matcalc.diagnostics import Span
from matcalc.language.bounds import closing
from matcalc.language.characters import pattern
from matcalc.language.clean import Clean
from matcalc.language.unread import too_wide
from matcalc.language.vocabulary import Token, Vocabulary

_PART = r"(?<![A-Za-z_])(Re|Im)(?= *(?:[\[{]|\\?[A-Za-z|‖⟨√])|[\[{|‖])(?![A-Za-z])"


def real_part(clean: Clean, i: int, known: Vocabulary) -> str:
    """The function that Re or Im before its argument means; '' where R e and I m are products."""
    match = pattern(_PART).match(clean.text, i)
    if match is None or known.is_declared(match[1]) or {*match[1]} <= known.declared:
        return ""
    return known.function(match[1]) if is_complex(clean, known) else ""


def is_complex(clean: Clean, known: Vocabulary) -> bool:
    """Whether something is declared complex, or a sign of complex numbers is typed."""
    return bool(known.complex) or pattern(r"[ᴴ†]|\^\{?-?H|ctranspose").search(clean.text) is not None


def bracketed(name: str, span: Span) -> list[Token]:
    """A name in brackets, the argument of conj for a bar over it."""
    return [Token(*pair, span) for pair in (("op", "("), ("name", name), ("op", ")"))]


def refuse_mean(clean: Clean, i: int, known: Vocabulary) -> None:
    """Raise InputError at a bar over several letters, a conjugate, in a text of real numbers: a mean, perhaps."""
    start = clean.starts[i]
    if clean.source.startswith("\\", start) and not is_complex(clean, known):
        end = closing(clean.source, clean.source.index("{", start))
        raise too_wide(clean.source, Span(start, end + 1))


def barred_real(base: str) -> str:
    """What is said of a bar over a matrix that is not declared complex."""
    return f"a bar over {base} is the complex conjugate, and {base} is not declared complex; of a real matrix it is " \
        f"{base} itself"
