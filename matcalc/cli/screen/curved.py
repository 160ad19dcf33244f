"""A verdict of convexity as people read it: the problem, the verdict with its conditions, the proof or the witness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matcalc.cli.screen import heads, wording
from matcalc.cli.screen.answers import notes
from matcalc.cli.screen.posing import problem_lines
from matcalc.cli.screen.terminal import INDENT, Terminal, beside, cells, flowing
from matcalc.convex.convexity import Convexity, word_of
from matcalc.convex.proved import Statement
from matcalc.curvature.proof import Proof
from matcalc.printers import inline
from matcalc.printers.dialect import Line, Markup
from matcalc.printers.dialects import dialect_named
from matcalc.printers.requirements import condition_text
from matcalc.records import NamedTuple

if TYPE_CHECKING:
    from matcalc.checking.verdicts import Verification
    from matcalc.convex.witness import Chord, Witness

_GAP, _COLUMN, _DIGITS, _MOST_ENTRIES = "   ", 40, 4, 12
_TELLING = (4, 6, 9, 12, 17)  # digits, until they tell two numbers apart


class Curved(NamedTuple):
    """A verdict, what its check said, and whether its proof is shown."""

    found: Convexity
    verification: Verification | None
    has_proof: bool = True

    def lines(self, terminal: Terminal) -> list[str]:
        """The problem, the verdict, the proof or the points against it, the check, notes."""
        found, dialect = self.found, terminal.dialect
        head, said = problem_lines(found.problem, terminal)
        top, *_ = beside([(head, said)], terminal.width)
        verdict = [terminal.paint(row, "strong") for row in verdict_lines(found, terminal)]
        reasons = [*proof_lines(found, terminal)] if self.has_proof else []
        reasons += [] if found.witness is None else [*witness_lines(found, found.witness, dialect, terminal.width)]
        check = [INDENT + checked(self.verification, terminal)] if found.statements else []
        shown = [*top, "", *verdict, *([""] if reasons else []), *reasons, *([""] if check else []), *check]
        return shown + notes(found.notes, 2, terminal)


def checked(verification: Verification | None, terminal: Terminal) -> str:
    """The line under a verdict."""
    if verification is None or verification.ok is None:
        return wording.checked(verification, terminal)
    return terminal.paint("✓", "good") + " tried: no random midpoint contradicts it"


def verdict_lines(found: Convexity, terminal: Terminal) -> list[str]:
    """A sentence for the verdict, and one for each further statement."""
    dialect = terminal.dialect
    name = heads.function_text(found.problem, dialect)
    unknowns = " and ".join(inline(found.problem.settled(x), dialect) for x in found.problem.wrt)
    unknowns = f"({unknowns.replace(' and ', ', ')})" if len(found.problem.wrt) > 1 else unknowns
    rows = [] if found.main is not None else [f"{name} is {_of_witness(found)} in {unknowns}"]
    for k, said in enumerate(found.statements):
        whole = statement_text(found, said, dialect)
        rows.append(f"{name} is {whole}" if k or rows else f"{name} is {_in_unknowns(whole, said, unknowns)}")
    rows += [f"{name} is {word}" for word in found.known]
    return [line for row in rows for line in flowing(INDENT, row.split(" "), terminal.width)]


def _in_unknowns(whole: str, said: Statement, unknowns: str) -> str:
    return whole.replace(said.words, f"{said.words} in {unknowns}", 1)


def _of_witness(found: Convexity) -> str:
    words = {"neither": "neither convex nor concave", "not decided": "not decided to be convex or concave"}
    return words.get(found.verdict, found.verdict)


def statement_text(found: Convexity, said: Statement, dialect: str) -> str:
    """“strongly convex with the constant 2 λ if λ > 0”."""
    letters, known = found.problem.lettered, dialect_named(dialect)
    constant = said.strength.constant
    gap = known.marks.gap if known.marks else ""
    words = known.sentence(said.words) if constant is None else \
        known.sentence(f"{said.words} with the constant ", inline(letters(constant), dialect))
    if known.marks is None:
        where = wording.conditions(said.where, dialect, letters)
        return " and ".join([f"{words} {where[0]}", *where[1:]]) if where else words
    found_words = [condition_text(c, dialect, letters) for c in said.where]
    pieces = [text for k, text in enumerate(found_words)
              for text in (known.sentence(" and " if k else " if "), text)]
    return gap.join([words, *pieces])


def said_in(found: Convexity, dialect: str) -> str:
    """The verdict in one line, in words and the formulas of a dialect."""
    known = dialect_named(dialect)
    rows = [statement_text(found, said, dialect) for said in found.statements]
    rows = rows if found.main is not None else [known.sentence(_of_witness(found)), *rows]
    return (known.marks.gap if known.marks else "").join(
        text for k, row in enumerate(rows) for text in ((known.sentence("; "), row) if k else (row,)))


def proof_lines(found: Convexity, terminal: Terminal) -> Iterator[str]:
    """The proof in numbered lines: what is convex, why, and the rule."""
    rows = [_row(found, line, terminal.dialect) for line in found.proof]
    widest = min(max((cells(left) for left, _, _ in rows), default=0), _COLUMN)
    for n, (left, because, rule) in enumerate(rows, 1):
        number = f"{n:>{len(str(len(rows)))}}"
        front = f"{INDENT}{number}  {left}" + " " * max(widest - cells(left), 0)
        whole = f"{front}{_GAP}{because}{_GAP}[{rule}]"
        if cells(whole) <= terminal.width:
            yield whole
        else:
            yield front.rstrip()
            yield from flowing(INDENT + " " * (len(number) + 4), f"{because}{_GAP}[{rule}]".split(" "), terminal.width)


def proof_in(markup: Markup, found: Convexity, dialect: str) -> str:
    """The proof for a document."""
    known, letters = dialect_named(dialect), found.problem.lettered
    rows = []
    for line in found.proof:
        parts: list[str] = []
        for part in line.because:  # words, a formula, words, …
            is_word = isinstance(part, str)
            parts += [""] if is_word == (len(parts) % 2 == 1) else []
            parts.append(part if isinstance(part, str) else inline(letters(part), dialect))
        rows.append(Line(inline(letters(line.expr), dialect), known.sentence(f"is {word_of(line)}"),
                         known.sentence(*parts), line.rule, ""))
    return markup.steps(rows)


def _row(found: Convexity, line: Proof, dialect: str) -> tuple[str, str, str]:
    letters = found.problem.lettered
    because = "".join(part if isinstance(part, str) else inline(letters(part), dialect) for part in line.because)
    said = f"is {word_of(line)}" + (f": {because}" if because else "")
    return inline(letters(line.expr), dialect), said, line.rule


def witness_lines(found: Convexity, w: Witness, dialect: str, width: int) -> Iterator[str]:
    """The two pairs of points, with the values that contradict."""
    name = heads.function_text(found.problem, dialect)
    for word, chord in (("convex", w.against_convex), ("concave", w.against_concave)):
        if chord is not None:
            yield from flowing(INDENT, [f"not {word}:", *_chord_words(name, chord, word)], width)
    if w.data:
        yield from flowing(INDENT, ["at", *_points(w.data)], width)


def _chord_words(name: str, chord: Chord, word: str) -> list[str]:
    sign = ">" if word == "convex" else "<"
    t, rest = f"{chord.weight:g}", f"{1 - chord.weight:g}"
    between, mean = next((pair for k in _TELLING for pair in [(f"{chord.between:.{k}g}", f"{chord.chord:.{k}g}")]
                          if pair[0] != pair[1]), ("", ""))
    return ["p:", *_points(chord.first), " q:", *_points(chord.second), " ",
            f"{name}({t} p + {rest} q) = {between} {sign} {mean} = {t} {name}(p) + {rest} {name}(q)"]


def _points(values: Any) -> list[str]:
    said = [f"{name} = {_value(value)}" for name, value in values.items()]
    return [f"{word}," for word in said[:-1]] + said[-1:]


def _value(x: Any) -> str:
    """A number, or a matrix as it is typed, with few digits; of a large one its size."""
    import numpy as np

    from matcalc.numeric.draws import table

    if np.ndim(x) == 0:
        return _number(x)
    rows = table(x)
    if rows.size > _MOST_ENTRIES:
        return f"{rows.shape[0]}×{rows.shape[1]} in the JSON"
    return "[" + "; ".join(", ".join(map(_number, row)) for row in rows) + "]"


def _number(x: Any) -> str:
    if isinstance(x, complex):
        return f"{x.real:.{_DIGITS}g}{x.imag:+.{_DIGITS}g}i"
    return f"{float(x):.{_DIGITS}g}"
