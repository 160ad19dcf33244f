"""Products in index notation that may mean something else: p_i(θ), a function or a factor of it, and Πⱼ aⱼ c, whose c
may stand inside the product or behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matcalc.diagnostics import Span, fail
from matcalc.language.bounds import Limits
from matcalc.language.characters import UNSPECIFIED, pattern
from matcalc.language.letters import pieces, split_name
from matcalc.language.resolving import Families
from matcalc.language.suggest import replace
from matcalc.language.syntax import Op, Syntax

_SIZED = r"\\(?:left|[bB]igg?l?)\s*$"
_BRACKET = r"\s*(?:\\(?:left|[bB]igg?l?)\s*)?"


def refuse_called(of: Families, s: Syntax, env: Collection[str]) -> None:
    """p_i(θ) and p(x_t): a function, which is not read, or a product?"""
    for head, argument in zip(s.args, s.args[1:], strict=False):
        inside = argument.args[0] if argument.op is Op.POWER else argument
        if head.op is not Op.NAME or inside.op is not Op.NAME or of.source[argument.span.start] not in "(" or \
                not pattern(_BRACKET).fullmatch(of.source, head.span.end, argument.span.start):
            continue
        name = str(head.data)
        base, labels = split_name(name)
        is_known = of.is_declared(base) or name in of.declared or base in UNSPECIFIED - {"sigma"}
        if not is_known and (_has(labels, env) or (not labels and _has(split_name(str(inside.data))[1], env))):
            shown = of.source[head.span.start:head.span.end]
            called = of.source[head.span.start:argument.span.end]
            raise of.fail("M0209", f"{called}: a function of what is in the brackets, which is not read, or {shown} "
                          "times it?", head.span, f"{shown} \\cdot" if "\\" in of.source else f"{shown}*")


def _has(labels: Collection[str], env: Collection[str]) -> bool:
    """Whether an index stands in one of the labels."""
    return any(piece in env for label in labels for piece in pieces(label, env))


def refuse_behind(of: Families, s: Syntax, letters: Collection[str]) -> None:
    """Πⱼ aⱼ c: a factor without the index behind one that has it, inside the product or not?"""
    limits: Limits = s.data
    factors = list(_factors(s.args[0]))
    own = [k for k, factor in enumerate(factors) if not of.free_letters(factor).isdisjoint(letters)]
    if not own or own[-1] == len(factors) - 1 or _is_row(of, factors[own[-1]]):
        return
    source, body = of.source, s.args[0].span
    start, end = limits.sign.start, factors[own[-1]].span.end
    sized = pattern(_SIZED).search(source, 0, body.start)  # \left(
    body = Span(sized.start() if sized else body.start, body.end)
    rest = source[end:body.end].strip()
    inner = replace(source, body, f"({source[body.start:body.end]})")
    outer = replace(source, Span(start, end), f"({source[start:end]})")
    word = {"prod": "product", "max": "maximum", "min": "minimum"}[limits.word]
    raise fail("M0230", f"is “{rest}” inside the {word} or behind it?", source, Span(end, body.end),
               fixes=(outer, inner))


def _is_row(of: Families, s: Syntax) -> bool:
    """Whether a factor is a row or a matrix, whose product and maximum are not read: maxᵢ aᵢ'x is that of numbers."""
    return s.op is Op.TRANSPOSE or (s.op is Op.NAME and of.has_vectors(split_name(str(s.data))[0]))


def _factors(s: Syntax) -> Iterator[Syntax]:
    """The factors and divisors of a term in their order, as far as they stand in no brackets."""
    if s.op not in (Op.PRODUCT, Op.DIVIDE) or s.args[0].span.start != s.span.start:
        yield s
        return
    yield from _factors(s.args[0])
    yield from s.args[1:]
