"""What one asks of a formula besides its derivatives: is it convex?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matcalc.language.foreign import question
from matcalc.options import Dialect, Rules, Several, Sizes, Variables

if TYPE_CHECKING:
    from matcalc.convex.convexity import Convexity

__all__ = ["convexity"]


@question
def convexity(expr: str, wrt: str | Several | None = None, *, variables: Variables = None, dialect: Dialect = "",
              rules: Rules = None, check: bool = True, seed: int = 0, sizes: Sizes = None) -> Convexity:
    """Whether a scalar is convex, concave, affine or neither in the variables `wrt` together.

    `.verdict` is a word, `.constant` that of strong convexity, `.conditions` where it holds, `.steps` the proof,
    `.witness` the points that contradict, `.statements` what more holds elsewhere. `check` tries what is said at random
    midpoints. Other keywords and errors as for `grad`.

    >>> import matcalc
    >>> matcalc.convexity("norm2(A x - b)^2 + lambda*norm1(x)", wrt="x")
    <convex if lambda >= 0>

    Source: Boyd & Vandenberghe (2004) 3; Klaus, Merk, Wiedom, Laue & Giesen (2022).
    """
    from matcalc.convex.convexity import convexity as judged

    return judged(expr, wrt, declared=variables, dialect=dialect, rules=rules, check=check, seed=seed, sizes=sizes)
