"""Sums without a sign: einsum("ij,j->i", A, x), and with `--dialect einstein` over the letters repeated in a product.

A product is summed over a letter that two of its factors have, from the bottom up; what is left free is the index of
the output.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from matcalc.language.bounds import Limits
from matcalc.language.letters import Letter, Place, split_name
from matcalc.language.resolving import Families
from matcalc.language.syntax import Op, Syntax, node, postorder

INDICES = "ijklmnpqrst"  # letters that everybody uses for indices
_PRODUCTS = (Op.PRODUCT, Op.DIVIDE, Op.DIVIDE_BY_RUN, Op.HADAMARD, Op.INNER)


def written_out(of: Families, s: Syntax) -> Syntax:
    """einsum as a product of members below its sums; the letters of the output stay free."""
    spec = s.data.replace(" ", "").replace("→", "->")
    left, arrow, right = spec.partition("->")
    parts = left.split(",")
    good = re.fullmatch(r"[A-Za-z]*(,[A-Za-z]*)*(->[A-Za-z]*)?", spec) and len(parts) == len(s.args)
    names = [arg for arg in s.args if arg.op is Op.NAME]
    if not good or len(names) != len(s.args):
        what = "the operands of einsum are names" if good else \
            f"“{s.data}” has {len(parts)} operands, and {len(s.args)} are given"
        raise of.fail("M0231", what, s.span)
    counts = Counter(left.replace(",", ""))
    out = right if arrow else "".join(sorted(letter for letter, count in counts.items() if count == 1))
    if set(out) - set(counts):
        raise of.fail("M0231", f"the index {min(set(out) - set(counts))} of the output belongs to no operand", s.span)
    letters = {name: _letter(of, name, s, name in out) for name in counts}
    factors = [of.member(of.family(str(arg.data)), tuple(Place(letters[x]) for x in part), arg.span) if part else arg
               for arg, part in zip(s.args, parts, strict=True)]
    body = factors[0] if len(factors) == 1 else node(Op.PRODUCT, tuple(factors), s.span)
    for name in reversed([x for x in counts if x not in out]):
        body = node(Op.OVER, (body,), s.span, ("sum", letters[name]))
    of.free_output += [letters[x] for x in out]
    return body


def _letter(of: Families, name: str, s: Syntax, is_free: bool) -> Letter:
    if not is_free:
        return of.bound(name, s.span)
    return of.free(name, s.span)


def summed(of: Families, root: Syntax, output: Collection[str]) -> tuple[Syntax, list[str]]:
    """`root` with sums over repeated letters written out, and the further letters that are left free."""
    free: dict[Syntax, Counter[str]] = {}
    done: dict[Syntax, Syntax] = {}
    for label, indexed in of.found.indexed.items():
        own = set(indexed.label)
        of.found.indexed[label] = indexed._replace(body=summed(of, indexed.body, own)[0])
    for s in postorder(root):
        args = tuple(done[arg] for arg in s.args)
        new = s if args == s.args else node(s.op, args, s.span, s.data)
        count: Counter[str] = Counter()
        if s.op is Op.NAME:
            count = Counter(_letters(str(s.data)))
        elif s.op in _PRODUCTS:
            for arg in s.args:
                count += free[arg]
        elif s.op is Op.POWER:
            count = free[s.args[0]] + (free[s.args[0]] if _is_square(s) else Counter())
        else:
            for arg in s.args:
                count |= free[arg]
        repeated = [x for x in count if count[x] > 1 and x not in output]
        for letter in reversed(repeated):
            new = node(Op.OVER, (new,), s.span, Limits("sum", letter, "", s.span))
        done[s], free[s] = new, Counter(x for x in count if x not in repeated)
    return done[root], [x for x in free[root] if x not in output]


def _is_square(s: Syntax) -> bool:
    return s.args[1].op is Op.NUMBER and s.args[1].data == 2


def repeated(root: Syntax, declared: Collection[str]) -> tuple[Syntax, str] | None:
    """A product in a text without sums in which an index of two is repeated, A_ij x_j, and the index."""
    for s in postorder(root):
        if s.op is not Op.PRODUCT:
            continue
        labels = {str(part.data): _letters(str(part.data)) for part in s.args if part.op is Op.NAME}
        labels = {name: letters for name, letters in labels.items() if name not in declared
                  and set(letters) <= set(INDICES)}
        if any(len(letters) > 1 and len(set(letters)) > 1 for letters in labels.values()):
            counts = Counter(x for letters in labels.values() for x in letters)
            twice = sorted(x for x in counts if counts[x] > 1)
            if twice:
                return s, twice[0]
    return None


def _letters(name: str) -> list[str]:
    """The letters of a label, if it has nothing else."""
    labels = [label.replace(",", "") for label in split_name(name)[1]]
    return [char for label in labels for char in label] if all(label.isalpha() for label in labels) else []
