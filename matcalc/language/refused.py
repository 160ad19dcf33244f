"""Labels that have no one meaning in a text with sums: what they are is asked or refused, with the place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from matcalc.core.dims import names
from matcalc.diagnostics import fail
from matcalc.language.inference import Declaration
from matcalc.language.letters import Member, split_name
from matcalc.language.ranging import Ranges
from matcalc.language.resolving import Families, Use
from matcalc.language.suggest import replace, with_declarations
from matcalc.language.syntax import Op, Syntax, postorder

_INDICES = frozenset("ijkl")  # letters that are indices where they are repeated


def refuse_outside(of: Families, s: Syntax, labels: tuple[str, ...], wrt: frozenset[str]) -> None:
    """(Σᵢ xᵢ) yᵢ: the index of a sum outside it."""
    label = labels[0] if len(labels) == 1 else ""
    shown = of.source[s.span.start:s.span.end]
    if str(s.data) not in wrt and any(letter.name == label and letter.is_typed for letter in of.letters):
        raise fail("M0227", f"{shown} stands outside the sum over {label}", of.source, s.span,
                   fixes=(with_declarations(of.source, f"{label}: index"),))


def refuse_multiple(of: Families, base: str, uses: Sequence[Use]) -> None:
    """x_{2i}, if nothing else is said of x: the entry 2, i, or the member at twice i?"""
    numbers = {use.places[0].shift for use in uses if len(use.places) == 2 and use.places[0].letter is None}
    texts = [of.source[use.span.start:use.span.end] for use in uses]
    found = [re.fullmatch(r"(.*_\{?)([0-9]+)([A-Za-z]\}?)", text) for text in texts]
    if not of.is_declared(base) and len(numbers) == 1 and numbers != {1} and found[0] and all(found):
        start, number, letter = found[0][1].rstrip("{"), found[0][2], found[0][3].rstrip("}")
        raise of.fail("M0226", f"{texts[0]}: the entry {number}, {letter} of {base}? The member at a multiple of an "
                      "index is not read", uses[0].span, f"{start}{{{number},{letter}}}")


def refuse_repeated(of: Families, root: Syntax, wrt: Collection[str]) -> None:
    """b_j y_j, where no sum binds j."""
    for s in postorder(root):
        if s.op not in (Op.PRODUCT, Op.HADAMARD, Op.INNER):
            continue
        factors = [arg.args[0] if arg.op is Op.TRANSPOSE else arg for arg in s.args]
        names = {str(arg.data) for arg in factors if arg.op is Op.NAME and not isinstance(arg.data, Member)}
        labels = Counter(label for name in names - set(of.declared) - set(wrt) for label in split_name(name)[1])
        letter = next((label for label, count in labels.items() if count > 1 and label in _INDICES), "")
        if letter and letter not in of.top:
            text = of.source[s.span.start:s.span.end]
            raise fail("M0232", f"{letter} is repeated in {text}, and no sum binds it", of.source, s.span, fixes=(
                replace(of.source, s.span, f"(sum_{letter} {text})"), with_declarations(of.source, f"{letter}: index")))


def refuse_defined_apart(of: Families, spread: Ranges) -> None:
    """Σ_{i=0}^d w_i x_i where x_0 = 1: a definition of one member."""
    for name in of.found.bound:
        base, labels = split_name(name)
        axes = spread.families.get(base, ())
        if len(axes) == len(labels) == 1 and labels[0].isdigit() and (
                not isinstance(axes[0].low, int) or int(labels[0]) >= axes[0].low):
            raise of.fail("M0231", f"{name} is defined, and it is a member of the family {base}: what is one of them "
                          "apart from the others is a term of its own, outside the sum", of.uses[base][0].span)


def refuse_sizes(of: Families, dims: set[str], declared: Mapping[str, Declaration], spread: Ranges) -> None:
    """A family that is called like a range or a size."""
    sizes = {n for d in declared.values() for dim in (d.rows, d.cols) if dim is not None for n in names(dim)}
    if clash := (dims | sizes) & set(spread.families):
        name = min(clash)
        what = "the range of an index" if name in dims else "the size of a vector or matrix"
        raise of.fail("M0228", f"{name} is {what}, and a family", of.uses[name][0].span)
