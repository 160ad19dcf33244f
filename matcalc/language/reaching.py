"""How far a sum reaches: over the product to its right, and over later terms that use its index where nothing else
binds it: −Σᵢ yᵢ log pᵢ + (1 − yᵢ) log(1 − pᵢ).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol

from matcalc.diagnostics import MatcalcError, Span, fail
from matcalc.language.bounds import Limits, below, bound_letters, is_letter, linear
from matcalc.language.letters import Member, Place, split_name
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax, node, postorder

Signed = list[tuple[int, Syntax]]


class Scoped(Protocol):
    """What is asked of the resolver."""

    source: str
    notes: list[str]

    def free_letters(self, s: Syntax) -> frozenset[str]: ...


def free_letters(root: Syntax, known: dict[Syntax, frozenset[str]]) -> frozenset[str]:
    """The letters in labels below `root` that no sum there binds; `known` is where they are kept."""
    for s in postorder(root) if root not in known else ():
        if s in known:
            continue
        below_ = frozenset[str]().union(*(known[arg] for arg in s.args))
        if s.op is Op.NAME and not isinstance(s.data, Member):
            below_ = label_letters(str(s.data))
        elif s.op is Op.INDEX:
            below_ = below_.union(*(_inside(axis) for axis in s.data if axis is not None))
        elif s.op is Op.RELATION and isinstance(s.data, str):
            below_ = below_.union(re.findall(r"[^\W\d_]+", s.data))
        elif s.op is Op.OVER and isinstance(s.data, Limits):
            below_ = below_ - bound_letters(s.data.below)
        known[s] = below_
    return known[root]


def related_letters(root: Syntax) -> frozenset[str]:
    """The letters below sums that stand in relations to each other there."""
    parts = (below(s.data.below) for s in postorder(root) if s.op is Op.OVER and isinstance(s.data, Limits))
    groups = ({operand for operand in chain.operands if is_letter(operand)}
              for part in parts if part is not None for chain in part.chains)
    return frozenset().union(*(letters for letters in groups if len(letters) > 1))


def limit_letters(root: Syntax) -> frozenset[str]:
    """The letters above sums: the i of Σ_{j=1}^i."""
    above = (linear(s.data.above) or () for s in postorder(root) if s.op is Op.OVER and isinstance(s.data, Limits))
    return frozenset(name for names in above for name in names if is_letter(name))


def label_letters(name: str) -> frozenset[str]:
    """The letters in the labels of a name, one by one and as words."""
    _, labels = split_name(name)
    words = {word for label in labels for word in re.findall(r"[^\W\d_]+", label)}
    return frozenset(words | {char for word in words for char in word})


def _inside(axis: Syntax | tuple[Syntax, Syntax]) -> frozenset[str]:
    parts = axis if isinstance(axis, tuple) else (axis,)
    return frozenset(str(s.data) for part in parts for s in postorder(part) if s.op is Op.NAME)


def reached(s: Syntax, scope: Scoped, env: dict[str, Place]) -> Syntax:
    """The sum of terms `s` with later terms put into a sum over an index that they use."""
    terms: Signed = []
    for k, (sign, term) in enumerate(zip(s.data, s.args, strict=True)):
        last = _last_sum(terms[-1][1]) if terms else None
        letters = _bound_on(terms[-1][1], env) & scope.free_letters(term) if last is not None else frozenset()
        free = letters - set(env)
        if letters and not free:
            _refuse_two_ends(scope, terms[-1][1], term, env, letters)
        if free:
            terms[-1] = terms[-1][0], _taken_in(terms[-1][1], [(sign, term)], free, scope)
            rest = scope.source[last.span.start:term.span.end] if last is not None else ""
            scope.notes.append(f"the sum over {min(free)} reaches to the end of “{rest}”")
        elif terms and (between := _between(terms, scope.free_letters(term) - set(env))) is not None:
            later = s.args[k].span
            start = terms[between][1]
            head = _last_sum(start)
            assert head is not None
            body = head.args[0].span
            fix = replace(scope.source, Span(body.start, later.end),
                          f"({scope.source[body.start:later.end]})")
            raise _question(scope, body.to(later), fix)
        else:
            terms.append((sign, term))
    if len(terms) == len(s.args):
        return s
    if len(terms) == 1:
        return terms[0][1] if terms[0][0] > 0 else node(Op.NEGATE, (terms[0][1],), s.span)
    return node(Op.SUM, tuple(term for _, term in terms), s.span, tuple(sign for sign, _ in terms))


def _between(terms: Signed, letters: frozenset[str]) -> int | None:
    """An earlier term, not the last one, with a sum over an index that is used now."""
    found = [k for k, (_, term) in enumerate(terms[:-1]) if _last_sum(term) is not None and _bound_on(term) & letters]
    return found[-1] if found else None


def _question(scope: Scoped, span: Span, *fixes: str) -> MatcalcError:
    return fail("M0230", "where does this sum end?", scope.source, span, fixes=fixes)


def _refuse_two_ends(scope: Scoped, before: Syntax, term: Syntax, env: dict[str, Place],
                     letters: frozenset[str]) -> None:
    """f_i = Σ_i a_i + b_i: b_i may belong to the sum or to the output."""
    head = _last_sum(before)
    if head is None or any(place.letter is not None and place.letter.is_bound for name, place in env.items()
                           if name in letters):
        return
    body = head.args[0].span
    source = scope.source
    inner = replace(source, Span(body.start, term.span.end), f"({source[body.start:term.span.end]})")
    outer = replace(source, Span(head.span.start, body.end), f"({source[head.span.start:body.end]})")
    raise _question(scope, head.span.to(term.span), inner, outer)


def _last_sum(term: Syntax) -> Syntax | None:
    """The sum with which a term ends, if it is not in brackets."""
    while True:
        if term.op is Op.OVER and isinstance(term.data, Limits):
            return term if term.span.end <= term.args[0].span.end else None
        if term.op is Op.NEGATE or (term.op is Op.PRODUCT and term.span.end <= term.args[-1].span.end):
            term = term.args[-1]
        else:
            return None


def _bound_on(term: Syntax, known: Collection[str] = ()) -> frozenset[str]:
    """The letters of the sums with which a term ends, among which those `known` before are none of a relation."""
    found: frozenset[str] = frozenset()
    inner = _last_sum(term)
    while inner is not None:
        found |= bound_letters(inner.data.below, known)
        inner = _last_sum(inner.args[0])
    return found


def _taken_in(term: Syntax, later: Signed, letters: frozenset[str], scope: Scoped) -> Syntax:
    """`term` with later terms inside its last sum that binds one of `letters`."""
    end = later[-1][1].span
    if term.op is Op.OVER:
        body = term.args[0]
        deeper = _bound_on(body) & letters
        if deeper:
            new = _taken_in(body, later, letters, scope)
        elif body.op is Op.SUM and body.span.end <= body.args[-1].span.end:
            new = node(Op.SUM, (*body.args, *(t for _, t in later)), body.span.to(end),
                       (*body.data, *(sign for sign, _ in later)))
        else:
            new = node(Op.SUM, (body, *(t for _, t in later)), body.span.to(end), (1, *(sign for sign, _ in later)))
        return node(Op.OVER, (new,), term.span.to(end), term.data)
    last = _taken_in(term.args[-1], later, letters, scope)
    return node(term.op, (*term.args[:-1], last), term.span.to(end), term.data)
