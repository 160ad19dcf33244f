"""Functions of a square matrix that come from a function of numbers: one block, of which a second one follows.

F is a primary matrix function, sinm from sin; `primary = cosm(A)` says what comes from the derivative, F'(A). Then dF
is the Fréchet derivative dF(A, E) along dA, a linear operation in E that is read off a matrix twice as large (Higham
2008, th. 3.6),

    F([A, E; 0, A]) = [F(A), dF(A, E); 0, F(A)],

whatever the eigenvalues are, equal ones included. It is its own adjoint at Aᵀ, its matrix on vec is the same identity
for I ⊗ A and Aᵀ ⊗ I, and dF(A, E) = F'(A) E where E commutes with A, as I, A and F(A) do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcalc.diagnostics import fail
from matcalc.rulebook.block import Block, text_below

PRIMARY, FRECHET = "primary", "frechet"  # the fields: F'(A); how dF is computed, where not by a matrix twice as large
_PARAM = re.compile(r" *([A-DF-Z]) *: *\[([a-z]), *\2\] *")
_FIELDS = ("numpy", "domain", "ref", "title", "is", PRIMARY, FRECHET)
_OF_COMPLEX = ("holomorphic", "branched")  # what is true of F' where it is of F


def with_derivative(block: Block) -> Iterator[Block]:
    """A block, and where it is of a primary function that of its Fréchet derivative besides."""
    if not block.states(PRIMARY):
        yield block
        return
    found = _PARAM.fullmatch(block.params)
    if found is None or block.form != "function":
        raise fail("M0702", f"{block.file}, line {block.line}: {PRIMARY} is said of a function of one square matrix, "
                            "function F(A: [n,n]) -> [n,n]")
    A, n = found.groups()
    said = {key: _said(block, key) for key in _FIELDS if block.states(key)}
    first = (f"  d = d{block.name}({A}, d{A})", said[PRIMARY][1])
    rows = [*zip(block.below, block.lines, strict=True), *([] if block.states("d") else [first])]
    others = [row for row in rows if row[0].startswith(f"  law d{block.name}-")]
    rows = [row for row in rows if row not in others]
    below = [row for row, _ in rows]
    yield block._replace(below=below, lines=[line for _, line in rows], text=text_below(below))
    rows = [(f"  {text}", said.get(key, said[PRIMARY])[1]) for key, text in _derivative(block.name, A, n, said)]
    rows += others
    below = [row for row, _ in rows]
    yield block._replace(form="linear", name=f"d{block.name}", params=f"{A}: [{n},{n}], E: [{n},{n}]", below=below,
                         lines=[line for _, line in rows], text=text_below(below))


def _said(block: Block, key: str) -> tuple[str, int]:
    """What a field says, and on which line; a deeper indented line continues it."""
    start = next(i for i, row in enumerate(block.below) if row.startswith(f"  {key} "))
    rows = [block.below[start].partition("=")[2]]
    for row in block.below[start + 1:]:
        if not row.startswith("   "):
            break
        rows.append(row)
    return " ".join(row.strip() for row in rows), block.lines[start]


def _derivative(F: str, A: str, n: str, said: dict[str, tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """The fields of dF, each with the field of F that it follows from."""
    def at(text: str, X: str) -> str:
        return re.sub(rf"\b{A}\b", lambda _: X, text)

    zero, slope = f"zeros({n},{n})", said[PRIMARY][0]
    keeps = "domain" not in said or re.search(rf"\b{F}\b", slope)  # what F asks for is asked for by F'(A) as well
    where = "" if keeps else f" if {said['domain'][0]}"
    twice = f"np.block([[{A}, E], [np.zeros(({n}, {n})), {A}]])"
    code = said[FRECHET][0] if FRECHET in said else f"({at(said['numpy'][0], twice)})[:{n}, {n}:]"
    yield "title", f"title = Fréchet derivative of the {said['title'][0]} at {A} in the direction E"
    yield PRIMARY, f"frechet = {F}"
    words = said["is"][0].split() if "is" in said else []
    yield PRIMARY, " ".join(["is = equivariant", *(word for word in words if word in _OF_COMPLEX)])
    yield PRIMARY, f"adjoint.E = d{F}({A}', G)"
    yield PRIMARY, f"body = {F}([{A}, E; {zero}, {A}])[1:{n}, {n}+1:2*{n}]"
    yield PRIMARY, (f"matrix.E = {F}([kron(eye({n}), {A}), eye({n}*{n}); zeros({n}*{n},{n}*{n}), "
                    f"kron({A}', eye({n}))])[1:{n}*{n}, {n}*{n}+1:2*{n}*{n}]")
    yield PRIMARY, (f"d.{A} = d{F}([{A}, E; {zero}, {A}], [d{A}, {zero}; {zero}, d{A}])[1:{n}, {n}+1:2*{n}]")
    if "domain" in said:
        yield "domain", f"domain = {said['domain'][0]}"
    yield "numpy", f"numpy = {code}"
    yield PRIMARY, f"latex = \\operatorname{{d{F}}}({{{A}}}, {{E}})"
    yield "ref", "ref = Higham (2008) th. 3.6"
    yield PRIMARY, f"law d{F}-of-identity: d{F}({A}, eye({n})) => {slope}{where}"
    yield PRIMARY, f"law d{F}-along-itself: d{F}({A}, {A}) => {A}*({slope}){where}"
    if "domain" not in said:
        yield PRIMARY, (f"law d{F}-along-its-line: d{F}(t*{A}, {A}) => {A}*({at(slope, f'(t*{A})')}) where t: scalar")
    yield PRIMARY, f"law d{F}-along-its-value: d{F}({A}, {F}({A})) => {F}({A})*({slope})"
    yield PRIMARY, f"example tr(B'*d{F}({A}, E)) wrt E -> d{F}({A}', B)"
