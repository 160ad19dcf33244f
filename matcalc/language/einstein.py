"""Sums without a sign: einsum("ij,j->i", A, x), and with `--dialect einstein` over the letters repeated in a product.

A product is summed over a letter that two of its factors have, from the bottom up; what is left free is the index of
the output.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from matcalc.language.bounds import Limits
from matcalc.language.letters import Letter, Place, only_letters, upper_letters
from matcalc.language.resolving import Families
from matcalc.language.syntax import Op, Syntax, node, postorder

PRODUCTS = (Op.PRODUCT, Op.DIVIDE, Op.DIVIDE_BY_RUN, Op.HADAMARD, Op.INNER)


def written_out(of: Families, s: Syntax) -> Syntax:
    """einsum as a product of members below its sums; the letters of the output stay free."""
    spec = s.data.replace(" ", "").replace("→", "->")
    left, arrow, right = spec.partition("->")
    parts = left.split(",")
    good = re.fullmatch(r"[A-Za-z]*(,[A-Za-z]*)*(->[A-Za-z]*)?", spec) and len(parts) == len(s.args)
    if not good:
        raise of.fail("M0231", f"“{s.data}” has {len(parts)} operands, and {len(s.args)} are given", s.span)
    counts = Counter(left.replace(",", ""))
    out = right if arrow else "".join(sorted(letter for letter, count in counts.items() if count == 1))
    if set(out) - set(counts):
        raise of.fail("M0231", f"the index {min(set(out) - set(counts))} of the output belongs to no operand", s.span)
    if len(set(out)) < len(out):
        twice = next(letter for letter in out if out.count(letter) > 1)
        raise of.fail("M0231", f"the index {twice} stands twice in the output, which NumPy refuses", s.span)
    letters = {name: _letter(of, name, s, name in out) for name in counts}
    factors = [_operand(of, arg, [letters[x] for x in part]) for arg, part in zip(s.args, parts, strict=True)]
    body = factors[0] if len(factors) == 1 else node(Op.PRODUCT, tuple(factors), s.span)
    for name in reversed([x for x in counts if x not in out]):
        body = node(Op.OVER, (body,), s.span, ("sum", letters[name]))
    of.free_output += [letters[x] for x in out]
    return body


def _operand(of: Families, s: Syntax, letters: list[Letter]) -> Syntax:
    """The member of a family, or the entry of an expression."""
    places = tuple(map(Place, letters))
    if not places:
        return s
    if s.op is Op.NAME:
        return of.member(of.family(str(s.data)), places, s.span)
    if len(places) > 2:
        raise of.fail("M0231", "an operand with more than two subscripts is a name", s.span)
    of.pointed |= set(letters)
    of.used |= set(letters)
    return node(Op.INDEX, (s,), s.span, tuple(node(Op.LETTER, (), s.span, place) for place in places))


def _letter(of: Families, name: str, s: Syntax, is_free: bool) -> Letter:
    if not is_free:
        return of.bound(name, s.span)
    return of.free(name, s.span)


def summed(of: Families, root: Syntax, output: Collection[str]) -> tuple[Syntax, list[str]]:
    """`root` with sums over repeated letters written out, and the further letters that are left free."""
    _refuse_upper(of, root)
    free: dict[Syntax, Counter[str]] = {}
    done: dict[Syntax, Syntax] = {}
    for label, indexed in of.found.indexed.items():
        own = set(indexed.label)
        of.found.indexed[label] = indexed._replace(body=summed(of, indexed.body, own)[0])
    for s in postorder(root):
        if s.op not in PRODUCTS:
            for arg in s.args:  # x_i² alone is summed, beside another x_i it is a factor
                _sum_over(arg, done, free, output)
        args = tuple(done[arg] for arg in s.args)
        done[s] = s if args == s.args else node(s.op, args, s.span, s.data)
        free[s] = _count(s, free)
        if s.op in PRODUCTS or (s.op is Op.NAME and len(free[s]) < sum(free[s].values())):
            _sum_over(s, done, free, output)
    _sum_over(root, done, free, output)
    return done[root], [x for x in free[root] if x not in output]


def _refuse_upper(of: Families, root: Syntax) -> None:
    """x^i and F^{μν}: powers or labels, and no indices."""
    letters = {x for s in postorder(root) if s.op is Op.NAME for x in only_letters(str(s.data))}
    for s in postorder(root):
        above = {str(part.data) for part in postorder(s.args[1]) if part.op is Op.NAME} if s.op is Op.POWER else \
            set(upper_letters(str(s.data))) if s.op is Op.NAME else set()
        if s.op in (Op.POWER, Op.NAME) and above and above <= letters:
            raise of.fail("M0231", "upper indices are not read; all indices stand below", s.span)


def _count(s: Syntax, free: dict[Syntax, Counter[str]]) -> Counter[str]:
    """How often each index occurs in the factors of a node."""
    count: Counter[str] = Counter()
    if s.op is Op.NAME:
        return Counter(only_letters(str(s.data)))
    if s.op is Op.POWER:
        return free[s.args[0]] + (free[s.args[0]] if _is_square(s) else count)
    for arg in s.args:
        count = count + free[arg] if s.op in PRODUCTS else count | free[arg]
    return count


def _sum_over(s: Syntax, done: dict[Syntax, Syntax], free: dict[Syntax, Counter[str]], output: Collection[str]) -> None:
    """Put the sums over what is repeated in a node around it."""
    twice = [x for x in free[s] if free[s][x] > 1 and x not in output]
    for letter in reversed(twice):
        done[s] = node(Op.OVER, (done[s],), s.span, Limits("sum", letter, "", s.span))
    free[s] = Counter(x for x in free[s] if x not in twice)


def _is_square(s: Syntax) -> bool:
    return s.args[1].op is Op.NUMBER and s.args[1].data == 2
