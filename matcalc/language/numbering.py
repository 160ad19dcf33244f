"""The n of 1/n Σᵢ, which is the size of a range that nothing else names."""

from __future__ import annotations

from collections.abc import Mapping

from matcalc.language.inference import Declaration
from matcalc.language.kinds import COUNTS
from matcalc.language.letters import Member
from matcalc.language.resolving import Families
from matcalc.language.syntax import Op, Syntax, postorder


def counted_by(of: Families, root: Syntax, declared: Mapping[str, Declaration]) -> str:
    """The n of 1/n Σᵢ and of n log λ − λ Σᵢ xᵢ, where no range is called so: the size of the first open range."""
    if all(letter.high is not None for letter in of.letters):
        return ""
    free = {str(s.data) for s in postorder(root) if s.op is Op.NAME and not isinstance(s.data, Member)} \
        - set(declared) - of.dims
    for s in postorder(root):
        for divisor in _beside_sum(s):
            for part in postorder(divisor):
                if part.op is Op.NAME and part.data in free and part.data in COUNTS and _only(divisor):
                    return str(part.data)
    return next((n for n in ("n", "N") if n in free), "")


def _beside_sum(s: Syntax) -> list[Syntax]:
    """The divisors of the factors beside a sum, and of a sum itself."""
    if s.op is Op.DIVIDE and any(part.op is Op.OVER for part in (s.args[0], *s.args[0].args)):
        return [s.args[1]]
    if s.op is Op.PRODUCT and any(f.op is Op.OVER for f in s.args):
        return [f.args[1] for f in s.args if f.op is Op.DIVIDE]
    return []


def _only(divisor: Syntax) -> bool:
    """Whether a divisor is a number of things: n, 2n, n−1."""
    return all(s.op in (Op.NAME, Op.NUMBER, Op.PRODUCT, Op.SUM, Op.DIVIDE) for s in postorder(divisor)) and \
        sum(s.op is Op.NAME for s in postorder(divisor)) == 1
