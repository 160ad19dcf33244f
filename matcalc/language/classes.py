"""1_y and e_y: the unit vector of a class y, and p_y, its entry of p; 1_n where n is a size is the vector of ones.

A subscript of a bold 1 is a size in one book and a class in the next. What the text or a declaration uses as a size is
one; letters that everybody uses for sizes are too; k and capitals are asked about; all others name a class.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from matcalc.language.inference import Inference
from matcalc.language.reader import Reader
from matcalc.language.syntax import Op, Syntax, instantiate, node, postorder
from matcalc.language.vocabulary import Token

SIZES = frozenset("mnpqdNMDKTL")
_SIZED = frozenset({"ones", "zeros", "eye", "I"})
UNIT = "e_"


def indicator(p: Reader, token: Token) -> Syntax:
    """The node for a 1 with the letter `token.data` below it."""
    letter = str(token.data)
    size = node(Op.CALL, (node(Op.NAME, (), token.span, letter),), token.span, "ones")
    if letter in SIZES or letter in p.vocabulary.sizes or letter in sizes_in(p.tokens):
        p.notes.append(f"{p.text(token.span)} is the vector of {letter} ones")
        return size
    if letter == "k" or letter.isupper():
        raise p.error("M0225", f"{p.text(token.span)}: {letter} ones, or the unit vector of class {letter}?",
                      token.span, f"ones({letter})", UNIT + letter)
    return unit(p, letter, token)


def unit(p: Reader, letter: str, token: Token) -> Syntax:
    """The unit vector of a class, a variable like any other: what is true of e_y is true of every vector there."""
    p.notes.append(f"{p.text(token.span)} is the unit vector of class {letter}, {UNIT}{letter}")
    return node(Op.NAME, (), token.span, UNIT + letter)


def sizes_in(tokens: Iterable[Token]) -> set[str]:
    """Letters that the text uses as sizes: the n of ones(n), zeros(m,n) and I_n."""
    found: set[str] = set()
    open_call = before = False
    for token in tokens:
        if token.kind == "reserved" and token.text in _SIZED - {"ones"} and token.data:
            found.add(str(token.data))
        if open_call and token.kind == "name":
            found.add(token.text)
        open_call = (open_call and not token.is_op(")")) or (before and token.is_op("("))
        before = token.kind == "reserved" and token.text in _SIZED
    return found


def absent_bases(nodes: Iterable[Syntax], wrt: frozenset[str], declared: Container[str]) -> dict[str, str]:
    """The entries p_y of variables p that the question names and the text has in no other way."""
    used = {s.data for s in nodes if s.op is Op.NAME}
    return {name: base for name in used if (base := _base(name)) in wrt - used and name not in declared}


def entries(inference: Inference, wrt: frozenset[str]) -> dict[str, str]:
    """The numbers z_y beside a vector z, which are its entries: z and z_y are no two things."""
    found = {}
    for name, kind in inference.kinds.items():
        base = _base(name)
        is_entry = kind == "scalar" and base in inference.variables and name not in wrt
        if is_entry and inference.resolved(inference.variables[base])[1] == 1 != inference.resolved(
                inference.variables[base])[0]:
            found[name] = base
    return found


def as_entries(root: Syntax, found: Mapping[str, str]) -> Syntax:
    """`root` with p'e_y for every p_y of `found`."""
    values = {}
    for s in postorder(root):
        if s.op is Op.NAME and s.data in found:
            row = node(Op.TRANSPOSE, (node(Op.NAME, (), s.span, found[s.data]),), s.span)
            column = node(Op.NAME, (), s.span, UNIT + s.data.partition("_")[2])
            values[s.data] = node(Op.PRODUCT, (row, column), s.span)
    return instantiate(root, values)


def note(name: str, base: str) -> str:
    """The note that `name`, p_y, was read as an entry of `base`, p."""
    label = name.partition("_")[2]
    return f"{name} is the entry of class {label} of {base}; {UNIT}{label} is the unit vector of that class"


def _base(name: str) -> str:
    """The z of z_y, where y is one small letter."""
    base, _, label = name.partition("_")
    return base if len(label) == 1 and label.islower() and base != "e" else ""
