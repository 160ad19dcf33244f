"""What is the matter with a member that does not equal the one before it, and in which of its terms.

The judge's own tests decide, on numbers: at each random point the variables are drawn and every name, tangent and
gradient of the chapter has the value that follows, so that a term can be looked at as it was typed. Of several terms
those are right that stand among the terms of the side before; if one is left over, it is compared with what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from matcalc.algebra import add, negate, substitute, transpose, variable
from matcalc.answer.problem import Problem
from matcalc.checking.verification import TRIES
from matcalc.core.expr import ADD, Expr, givens, variables
from matcalc.core.parts import terms
from matcalc.diagnostics import InputError, MatcalcError, Span
from matcalc.judging import other_forms as forms
from matcalc.judging.diagnosis import one_term, property_needed, summed
from matcalc.judging.edits import one_edit
from matcalc.judging.evidence import EXACT, Case, Diagnosis, Evidence, Sample, close, constant, ratios
from matcalc.language import parse
from matcalc.language.elaborate import outline
from matcalc.language.syntax import Op, Syntax
from matcalc.numeric.draws import draw
from matcalc.numeric.evaluate import programs
from matcalc.numeric.plain_draws import modes
from matcalc.numeric.sizes import Sizes, dims_of, format_shape, sizes_for
from matcalc.options import Asked
from matcalc.proofreading.expanding import World
from matcalc.proofreading.lexicon import declaration
from matcalc.proofreading.slips import slips
from matcalc.records import NamedTuple
from matcalc.simplification import closed_form
from matcalc.simplification.expand import expanded as multiplied_out
from matcalc.simplification.length import cost

_POINTS, _LARGEST = 3, 1e4
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_THROUGH = frozenset({Op.NEGATE, Op.PRODUCT, Op.DIVIDE})
_LONGEST = 600  # characters of a member whose terms are looked at


class Blame(NamedTuple):
    """The diagnosis, what would be right in the place of the whole member, and where in it the wrong term stands."""

    cause: Diagnosis | None
    right: Expr
    term: Span | None = None


@dataclass(frozen=True)
class Hearing:
    """A wrong member: `left` in its names, the text with letters for signs, and its expression where it has one."""

    world: World
    left: Expr
    text: str
    letters: dict[str, Expr]
    right: Expr | None
    seed: int = 0
    sizes: Sizes | None = None

    @property
    def declared(self) -> dict[str, str]:
        """The declarations of all names and letters."""
        return self.world.lexicon.known | {x: declaration(leaf) for x, leaf in self.letters.items()}


def blamed(h: Hearing, why: InputError | None = None) -> Blame:
    """The diagnosis; `why` the member cannot be read, where its shapes do not fit."""
    book = h.world.lexicon.book
    right = h.world.folded(closed_form(h.left, book), h.world.lexicon.leaves(h.text, h.letters))
    samples = list(_samples(h, [h.left, *([h.right] if h.right is not None else [])]))
    if not samples:
        return Blame(None, right)
    if h.right is not None and h.right.shape == h.left.shape[::-1] != h.left.shape:
        inner = blamed_alike(replace(h, right=transpose(h.right)), samples)
        return Blame(_turned(h, inner.cause, samples), right, inner.term)
    if h.right is None or h.right.shape != h.left.shape:
        cause, term = _misshapen(h, samples, why)
        return Blame(cause, right, term)
    return blamed_alike(h, samples)._replace(right=right)


def blamed_alike(h: Hearing, samples: Sequence[Sample]) -> Blame:
    """The diagnosis of a member that has the right shape."""
    assert h.right is not None
    evidence = _evidence(h, h.left, h.right, samples)
    found = forms.nothing(evidence) or forms.factor(evidence)
    if found is not None:
        return Blame(found, h.left)
    whole = _evidence(h, h.world.expanded(h.left), h.world.expanded(h.right), samples)
    turned, found = _transposed(evidence), property_needed(whole)
    if turned is not None or found is not None:
        return Blame(_with_property(turned, found), h.left)
    within, term = _of(h, samples)
    if within is not None:
        return Blame(within, h.left, term)
    found = one_term(evidence) or one_edit(evidence, h.text, _problem(h), h.world.lexicon.dialect)
    return Blame(found, h.left)


def _evidence(h: Hearing, left: Expr, right: Expr | None, samples: Sequence[Sample]) -> Evidence:
    x = next(iter(variables(left)), variable("x", left.shape))
    case = Case(left, (x,), cast(Asked, "side before"), left, h.world.lexicon.book, None, h.seed, h.sizes)
    truths = [s.array(left) for s in samples]
    pairs = [] if right is None else [(t, s.array(right)) for s, t in zip(samples, truths, strict=True)]
    return Evidence(case, right, samples, truths, pairs)


def _samples(h: Hearing, roots: list[Expr]) -> Iterator[Sample]:
    """Points at which every name and letter has the value that follows from those of the variables."""
    leaves = dict.fromkeys(x for root in [*roots, *h.letters.values()] for x in variables(root))
    lexicon = h.world.lexicon
    leaves |= dict.fromkeys(lexicon.entry(name).leaf for name in lexicon.known if name in lexicon.entries)
    values = {x: h.world.expanded(x) for x in leaves}
    values |= {_stand_in(letter, leaf): h.world.expanded(leaf) for letter, leaf in h.letters.items()}
    base = givens(*values.values(), *(h.world.expanded(root) for root in roots))
    dims = dims_of(*base, *values.values())
    shared = programs()
    for trial in range(_POINTS):
        for attempt, mode in enumerate(modes(TRIES)):
            sizes = sizes_for(dims, trial + attempt // 2, h.sizes, larger=trial % 3)
            rng = np.random.default_rng((h.seed % (1 << 63), 11, trial, attempt))
            sample = Sample(sizes, draw(base, rng, sizes, mode, None if attempt else trial), (), shared)
            known: dict[Expr, Any] = dict(sample.values)
            for x, value in values.items():
                if x not in known:
                    found = sample.array(value)
                    known[x] = np.float64(found[0, 0]) if x.is_scalar else found
            sample = Sample(sizes, known, (), shared)
            if all(np.all(np.isfinite(a)) and np.all(np.abs(a) < _LARGEST) for a in map(sample.array, roots)):
                yield sample
                break


def _stand_in(letter: str, leaf: Expr) -> Expr:
    """The variable that a letter is where nothing is put in for it."""
    return leaf if leaf in variables(leaf) and leaf.data.name == letter else variable(letter, leaf.shape)


def _problem(h: Hearing) -> Problem:
    """The names and letters as a problem, in whose terms a changed text is read."""
    book = h.world.lexicon.book
    read = parse("1", h.declared, book)
    return Problem("1", read.expr, (), read, book, [])


def _transposed(evidence: Evidence) -> Diagnosis | None:
    """The transpose of the right side, perhaps with a factor."""
    turned = [(right, claimed.T) for right, claimed in evidence.pairs]
    c = constant(ratios(turned, evidence.tolerance), evidence.tolerance)
    if c is None:
        return None
    said = forms.number(c)
    times = "" if said == "1" else f"{said} times "
    return Diagnosis("transpose", f"it is {times}the transpose of the side before")


def _with_property(turned: Diagnosis | None, needed: Diagnosis | None) -> Diagnosis | None:
    """Of a transpose with which property of a variable it makes no difference: “only if Σ is symmetric: otherwise …”"""
    if turned is None or needed is None:
        return turned or needed
    return replace(needed, text=f"{needed.text.partition(':')[0]}: otherwise {turned.text}")


def _turned(h: Hearing, inner: Diagnosis | None, samples: Sequence[Sample]) -> Diagnosis:
    """A row for a column: the orientation is wrong, and perhaps something else."""
    assert h.right is not None
    said = (f"the orientation is wrong: it is {format_shape(h.right.shape)}, the side before is "
            f"{format_shape(h.left.shape)}, so it should be transposed")
    if _evidence(h, h.left, transpose(h.right), samples).fits(transpose(h.right)) or inner is None:
        return Diagnosis("transpose", said)
    return _joined(f"{said}; and transposed, ", inner)


def _misshapen(h: Hearing, samples: Sequence[Sample],
               why: InputError | None) -> tuple[Diagnosis, Span | None]:
    """What does not fit, and what makes it fit."""
    if why is not None:
        first = why.diagnostics[0]
        labels = ", ".join(h.world.lexicon.named(label.text) for label in first.labels)
        said = h.world.lexicon.named(first.message) + (f" ({labels})" if labels else "")
    else:
        assert h.right is not None
        said = (f"a wrong shape: it is {format_shape(h.right.shape)}, the side before is {format_shape(h.left.shape)}")
    within, term = _of(h, samples)
    if within is None:
        evidence = _evidence(h, h.left, None, samples)
        within = one_edit(evidence, h.text, _problem(h), h.world.lexicon.dialect)
    return _joined(f"{said}; ", within) if within else Diagnosis("shape", said), term


class _Term(NamedTuple):
    """Where a term stands, the member with this term alone, and what that means."""

    span: Span
    text: str
    value: Expr | None


def _of(h: Hearing, samples: Sequence[Sample]) -> tuple[Diagnosis | None, Span | None]:
    """The one term that is wrong, compared with what it should be; None where it is not one."""
    found = _terms(h)
    if len(found) < 2:
        return None, None
    truth = [t for t in _truths(h.left) if t.shape == h.left.shape]
    shape = h.left.shape
    values = [transpose(t.value) if t.value is not None and t.value.shape == shape[::-1] != shape else t.value
              for t in found]
    wrong = [i for i, v in enumerate(values) if v is None or not _stands_among(v, truth, samples)]
    if len(wrong) != 1:
        return None, None
    i = wrong[0]
    others = [v for k, v in enumerate(values) if k != i and v is not None]
    if any(v.shape != shape for v in others):
        return None, None
    should = min((_less(h.left, others, h), _less(*_expanded(h, others), h)), key=cost)
    return _about(h, found[i], i, values[i], should, samples), found[i].span


def _less(left: Expr, others: Sequence[Expr], h: Hearing) -> Expr:
    """What is left of a side without some terms, in the names of the chapter."""
    found = closed_form(multiplied_out(add(left, *map(negate, others))), h.world.lexicon.book)
    return h.world.folded(found, h.world.lexicon.leaves(h.text, h.letters))


def _expanded(h: Hearing, others: Sequence[Expr]) -> tuple[Expr, list[Expr]]:
    """The side before and some terms with all definitions put in."""
    return h.world.expanded(h.left), list(map(h.world.expanded, others))


def _about(h: Hearing, term: _Term, i: int, value: Expr | None, should: Expr, samples: Sequence[Sample]) -> Diagnosis:
    """The sentence about the i-th term."""
    place = f"the {_ORDINALS[i]} term" if i < len(_ORDINALS) else f"term {i + 1}"
    evidence = _evidence(h, should, value if value is not None and value.shape == should.shape else None, samples)
    inner = None
    if all(not np.any(np.abs(t) > EXACT) for t in evidence.truths):
        return Diagnosis("term", f"{place} is too many")
    if evidence.pairs:
        c = constant(ratios(evidence.pairs, evidence.tolerance), evidence.tolerance)
        if c:
            return _scaled(place, c, h, should)
        inner = _transposed(evidence)
    posed, dialect = _problem(h), h.world.lexicon.dialect
    inner = inner or one_edit(evidence, term.text, posed, dialect) or slips(evidence, term.text, posed, dialect)
    because = f", {h.world.lexicon.named(inner.text)}" if inner else ""
    return Diagnosis(inner.kind if inner else "term", f"{_plain(place)} should be {{}}{_plain(because)}",
                     (h.world.shown(should),))


def _scaled(place: str, c: float, h: Hearing, should: Expr) -> Diagnosis:
    said = forms.number(c)
    if said == "-1":
        return Diagnosis("sign", f"the sign of {place} is wrong: it should be {{}}", (h.world.shown(should),))
    lost = forms.number(1 / c) if abs(c) < 1 else ""
    wrong = f"lacks the factor {lost}" if lost else f"has the factor {said} too much"
    return Diagnosis("factor", f"{place} {wrong}: it should be {{}}", (h.world.shown(should),))


def _joined(said: str, inner: Diagnosis) -> Diagnosis:
    """A sentence in front of another one, which has places for formulas where it has formulas."""
    return Diagnosis(inner.kind, (_plain(said) if inner.formulas else said) + inner.text, inner.formulas)


def _plain(text: str) -> str:
    """Text in a sentence that has places for formulas."""
    return text.replace("{", "{{").replace("}", "}}")


def _stands_among(value: Expr, truth: Sequence[Expr], samples: Sequence[Sample]) -> bool:
    """Whether a term, or each of its own terms, is one of the right ones."""
    arrays = [[s.array(t) for s in samples] for t in truth]

    def is_there(e: Expr) -> bool:
        own = [s.array(e) for s in samples]
        return any(all(close(a, b, EXACT) for a, b in zip(own, other, strict=True)) for other in arrays)

    if is_there(value):
        return True
    parts = [p for p in terms(multiplied_out(value)) if p.shape == value.shape]
    return len(parts) > 1 and all(map(is_there, parts))


def _truths(left: Expr) -> list[Expr]:
    """The terms of the right formula: as it stands, and multiplied out."""
    return list(dict.fromkeys([*([left] if left.kind is not ADD else []), *summed(left)]))


def _terms(h: Hearing) -> list[_Term]:
    """The terms of a member, also within the one sum that all of it is a multiple of."""
    if len(h.text) > _LONGEST:
        return []
    book, dialect = h.world.lexicon.book, h.world.lexicon.dialect
    try:
        root = outline(h.text, h.declared, book, dialect)
    except MatcalcError:
        return []
    total = _sum_in(root)
    found = []
    for arg, sign in zip(total.args, total.data, strict=True) if total is not None else ():
        assert total is not None
        typed = ("" if sign > 0 else "-") + h.text[arg.span.start:arg.span.end]
        text = f"{h.text[:total.span.start]}({typed}){h.text[total.span.end:]}"
        found.append(_Term(arg.span, text, _value(h, text)))
    return found


def _value(h: Hearing, text: str) -> Expr | None:
    try:
        read = parse(text, h.declared, h.world.lexicon.book, dialect=h.world.lexicon.dialect, proposed=True)
    except MatcalcError:
        return None
    own = {info.expr: h.letters[name] for name, info in read.variables.items() if name in h.letters}
    return substitute(read.expr, {x: leaf for x, leaf in own.items() if x is not leaf})


def _sum_in(root: Syntax) -> Syntax | None:
    """The sum that the whole is, or the only one among its factors."""
    if root.op is Op.SUM:
        return root
    if root.op not in _THROUGH:
        return None
    found = [s for arg in root.args if (s := _sum_in(arg)) is not None]
    return found[0] if len(found) == 1 else None
