"""What binds indices or compares them, as it is parsed: Σᵢ with the product to its right, [i = j], and
einsum("ij,j->i", A, x).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from matcalc.diagnostics import Span
from matcalc.language.bounds import SIGNS, Limits, bound_letters, is_letter, plain
from matcalc.language.characters import pattern
from matcalc.language.letters import SURE, pieces, split_name
from matcalc.language.reaching import free_letters
from matcalc.language.reader import Parse, Reader, closing_at, signs
from matcalc.language.syntax import Op, Syntax, node, postorder
from matcalc.language.vocabulary import Token

LONGEST = 24  # tokens of a relation in brackets
_OPERAND = r"[\w{}^()+*'′-]+"
_RELATION = rf"({_OPERAND})({SIGNS})({_OPERAND})"
_MEMBER = r"\w+_([i-n]|[p-t])"  # y_i, of which ∑ adds one for each i


def reduction(p: Reader, start: Span) -> Parse:
    """Σᵢ, Πᵢ, maxᵢ: they take the product to their right."""
    limits = p.take()
    sign = signs(p)
    if not p.starts_factor():
        raise p.missing()
    body = yield p.term(p)
    if sign < 0:
        body = node(Op.NEGATE, (body,), body.span)
    return node(Op.OVER, (body,), start.to(p.last.span), limits.data)


def is_implied(call: Syntax) -> bool:
    """Whether a sum without limits has members below it: ∑ (yᵢ − xᵢ)²."""
    return bool(_labels(call))


def _labels(call: Syntax) -> set[str]:
    return {m[1] for s in postorder(call) if s.op is Op.NAME and (m := pattern(_MEMBER).fullmatch(s.data))}


def implied(p: Reader, word: str, sign: Span, call: Syntax) -> Syntax:
    """∑ (yᵢ − xᵢ)² without limits, as a sum over the one letter by which everything is labelled."""
    labels = _labels(call)
    if len(labels) > 1:
        raise p.error("M0231", f"over which index is the {word}: {' or '.join(sorted(labels))}?", sign,
                      f"{p.text(sign)}_{{{','.join(sorted(labels))}}}")
    (letter,) = labels
    p.notes.append(f"the {word} is over {letter}")
    p.vocabulary.found.is_indexed = True
    return node(Op.OVER, (call,), sign.to(call.span), Limits(word, letter, "", sign))


def relation_inside(p: Reader) -> str:
    """The relation that the bracket here holds, [i = j], (y_i = k) or [0 < x_i < 1]; '' where it holds none."""
    inside = _bracket(p)
    text = plain("".join(t.text for t in inside))
    if _is_chain(inside):
        return text
    compares = any(t.kind == "op" and t.text in SIGNS for t in inside)
    nested = any(t.kind == "op" and t.text in "()[]" for t in inside)
    return text if compares and not nested and pattern(_RELATION).fullmatch(text) else ""


def _bracket(p: Reader) -> list[Token]:
    """The tokens inside the bracket here; none where it is long."""
    depth = 0
    for k in range(p.i, min(p.i + LONGEST, len(p.tokens))):
        depth += p.tokens[k].is_op("(", "[", "{") - p.tokens[k].is_op(")", "]", "}")
        if depth == 0:
            return p.tokens[p.i + 1:k]
    return []


def compared_at(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """The places of the signs that compare, and of commas, in no bracket; <= is two tokens."""
    depth, found = 0, list[tuple[int, str]]()
    for k, token in enumerate(tokens):
        depth += token.is_op("(", "[", "{") - token.is_op(")", "]", "}")
        if depth == 0 and token.is_op(*"≤≥≠=<>,;"):
            if token.text == "=" and found and found[-1] in ((k - 1, "<"), (k - 1, ">")):
                found[-1] = k - 1, {"<": "≤", ">": "≥"}[found[-1][1]]
            else:
                found.append((k, token.text))
    return found


def _is_chain(inside: Sequence[Token]) -> bool:
    """Whether operands stand between signs of one direction: p < q ≤ r, but not <x, y>."""
    found = compared_at(inside)
    signs_ = {sign for _, sign in found}
    ends = [-1, *(k for k, _ in found), len(inside)]
    return bool(found) and (signs_ <= {"<", "≤"} or signs_ <= {">", "≥"}) and all(b - a > 1 for a, b in pairwise(ends))


def relation(p: Reader, text: str) -> Parse:
    """Take the bracket here, which holds the relation `text`."""
    opening, start, end = p.token.span, p.i + 1, closing_at(p, p.i)
    p.vocabulary.found.is_indexed = True
    inside = p.tokens[start:end]
    if not _is_chain(inside):
        p.i = end + 1
        return node(Op.RELATION, (), opening.to(p.last.span), text)
    sides: list[Syntax] = []
    texts: list[str] = []
    for k, sign in [*compared_at(inside), (len(inside), "")]:
        texts.append(plain("".join(t.text for t in p.tokens[p.i + 1:start + k])))
        p.i += 1
        sides.append((yield side(p, start + k)))
        p.i += sign != "" and inside[k].text != sign  # <= is two tokens
    p.i = end + 1
    span = opening.to(p.last.span)
    parts = tuple(node(Op.RELATION, (sides[k], sides[k + 1]), span, f"{texts[k]}{sign}{texts[k + 1]}".replace(" ", ""))
                  for k, (_, sign) in enumerate(compared_at(inside)))
    return parts[0] if len(parts) == 1 else node(Op.PRODUCT, parts, span)


def side(p: Reader, end: int) -> Parse:
    """The expression up to the token `end`, a sign or a bracket, as if a comma stood there: < would open a product."""
    kept = p.tokens[end]
    p.tokens[end] = kept._replace(kind="op", text=",")
    p.open.append("(")
    try:
        side = yield p.expression(p)
    finally:
        p.tokens[end] = kept
    p.open.pop()
    if p.i != end:
        raise p.missing()
    return side


def relation_parts(text: str) -> tuple[str, str, str]:
    """The left side, the sign and the right side."""
    text = plain(text)
    while text[:1] + text[-1:] in ("()", "[]"):
        text = text[1:-1]
    match = re.fullmatch(_RELATION, text)
    return (match[1], match[2], match[3]) if match else ("", "", "")


def entries_put_in(p: Reader, name: str, body: Syntax, values: Mapping[str, Syntax]) -> Syntax:
    """The body of a function with entries of its arguments for those of its parameters: x_i² of Ay is ((Ay)_i)²."""
    bound = frozenset[str]().union(*(bound_letters(s.data.below) for s in postorder(body)
                                     if s.op is Op.OVER and isinstance(s.data, Limits)))
    known: dict[Syntax, frozenset[str]] = {}
    new: dict[Syntax, Syntax] = {}
    for s in postorder(body):
        args = tuple(new[arg] for arg in s.args)
        new[s] = s if args == s.args else node(s.op, args, s.span, s.data)
        base, labels = split_name(str(s.data)) if s.op is Op.NAME else ("", ())
        if base not in values or not labels:
            continue
        value = values[base]
        if value.op is Op.NAME and not split_name(str(value.data))[1]:
            new[s] = node(Op.NAME, (), s.span, str(value.data) + str(s.data)[len(base):])
        else:
            letters = tuple(node(Op.NAME, (), s.span, x) for label in labels for x in pieces(label, ()))
            new[s] = node(Op.INDEX, (value,), s.span, letters)
    for value in values.values():
        if clash := bound & free_letters(value, known):
            raise p.error("M0231", f"{name} sums over {min(clash)}, which its argument uses; give one of them another "
                          "letter", value.span)
    return new[body]


def entry_behind(p: Reader, base: Syntax, token: Token) -> Syntax | None:
    """(A')_ij and (A B)'_ij, entries of the whole; (Ax)²_i is the square of one."""
    inner = base
    while inner.op in (Op.POWER, Op.TRANSPOSE, Op.INVERSE_TRANSPOSE):
        inner = inner.args[0]
    cut = pieces(token.text.strip("{}"), ())
    is_inverse = base.op is Op.INVERSE_TRANSPOSE or (base.op is Op.POWER and base.args[1].op is Op.NEGATE)
    is_whole = p.tokens[p.i - 2].is_op(")", "]") or (len(cut) > 1 and (inner.op is not Op.NAME or is_inverse))
    return entry_of(p, base, token) if is_whole and inner is not base else None


def entry_of(p: Reader, whole: Syntax, token: Token) -> Syntax | None:
    """(Ax)_i and [Ax]_i; None where the subscript is no index, or stands behind a name."""
    cut = pieces(token.text.strip("{}"), ())
    are_indices = is_letter if p.vocabulary.found.is_indexed else SURE.__contains__
    if whole.op is Op.NAME or not 0 < len(cut) < 3 or not all(map(are_indices, cut)):
        return None
    p.vocabulary.found.is_indexed = True
    names = tuple(node(Op.NAME, (), token.span, letter) for letter in cut)
    args = whole.args if whole.op is Op.BLOCK and whole.data == (1,) else (whole,)
    return node(Op.INDEX, args, whole.span.to(token.span), names)


def einsum(p: Reader) -> Parse:
    """einsum("ij,jk->ik", A, X): the token holds all up to the first operand."""
    token = p.take()
    p.open.append("(")
    operands = [(yield p.expression(p))]
    while p.accept(","):
        operands.append((yield p.expression(p)))
    p.expect(")", token.span)
    p.open.pop()
    p.vocabulary.found.is_indexed = True
    return node(Op.EINSUM, tuple(operands), token.span.to(p.last.span), token.data)
