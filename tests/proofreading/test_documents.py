"""Where mathematics stands in a document, and how it is cut into chains."""

from __future__ import annotations

import pytest

from matcalc.proofreading.chains import chains
from matcalc.proofreading.document import document
from matcalc.proofreading.lexicon import is_prose
from matcalc.proofreading.properties import in_prose, said_of
from matcalc.rulebook.book import standard


def cut(text: str) -> list[list[str]]:
    found = chains(document(text), is_prose(standard()), lambda s: bool(said_of(s)))
    return [[" ".join(member.text.split()) for member in s.members] for s in found]


CUTS = [
    ("Let f(x) = x'x. Then df = 2x'dx.", [["f(x)", "x'x"], ["df", "2x'dx"]]),
    ("f = a\n  = b\n  + c\n", [["f", "a", "b + c"]]),
    ("f = a   [chain rule]\n  = b (by symmetry)\n  = c since A is constant", [["f", "a", "b", "c"]]),
    ("df = a ⇒ ∇f = b where p = c and q = d", [["df", "a"], ["∇f", "b"], ["p", "c"], ["q", "d"]]),
    ("1. y = a\n2. z = b\n- w = c\n> v = d", [["y", "a"], ["z", "b"], ["w", "c"], ["v", "d"]]),
    ("d²f[h₁, h₂] = h₁ᵀ A h₂, A = Aᵀ", [["d²f[h₁, h₂]", "h₁ᵀ A h₂"], ["A", "Aᵀ"]]),
    ("x, y ∈ ℝⁿ, A ∈ ℝ^{m×n}", [["x, y", "ℝⁿ"], ["A", "ℝ^{m×n}"]]),
    ("f(x) = a, A = A', B = B'\n     = b", [["f(x)", "a", "b"], ["A", "A'"], ["B", "B'"]]),
    (r"Text $a = b$ and \(c = d\), \[ e = f \] $$ g = h $$", [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]),
    (r"\begin{align} a &= b \label{x} \\ &= c \nonumber \\ &\quad + d \tag{1} \end{align}", [["a", "b", "c + d"]]),
    (r"$$\begin{aligned} a &= b % note" "\n" r"\\ \Rightarrow\ c &= d \end{aligned}$$", [["a", "b"], ["c", "d"]]),
    (r"\[ a \overset{(1)}{=} b \stackrel{!}{=} 0, \qquad c = d. \]", [["a", "b", "0"], ["c", "d"]]),
    (r"\[ f = \text{tr}(X) \text{ where } X = \begin{bmatrix} a & b \\ c & d \end{bmatrix} \]",
     [["f", r"\text{tr}(X)"], ["X", r"\begin{bmatrix} a b \\ c d \end{bmatrix}"]]),
    ("```\nf = a\n  = b\n```\nprose = not $x = y$", [["f", "a", "b"], ["x", "y"]]),
    (r"\documentclass{a}$z = z$\begin{document} $a = b$ \end{document}", [["a", "b"]]),
    ("no equation here", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), CUTS, ids=[text[:40] for text, _ in CUTS])
def test_chains(text: str, expected: list[list[str]]) -> None:
    assert cut(text) == expected


def test_members_keep_their_places() -> None:
    text = "Here $p = \\frac{1}{2}$.\n\\begin{align}\n  f &= a \\\\\n    &= b + c\n\\end{align}\n"
    for s in chains(document(text), is_prose(standard()), lambda _: False):
        for member in s.members:
            assert text[member.span.start:member.span.end].split() == member.text.split()


def test_places_count_lines_and_columns_from_one() -> None:
    doc = document("ab\ncde\n\nf")
    assert [doc.place(i) for i in (0, 1, 3, 5, 8)] == [(1, 1), (1, 2), (2, 1), (2, 3), (4, 1)]


def test_headings_begin_chapters() -> None:
    text = "f = a\n# Two\nf = b\n\\section{Three}\nf = c\n---\nf = d\n"
    doc = document(text)
    assert [doc.chapter(text.index(f"f = {x}")) for x in "abcd"] == [0, 1, 2, 3]
    assert doc.part(1).startswith("# Two")


PROPERTIES = [
    ("A = A^T", [("A", "sym")]), ("A' = A", [("A", "sym")]), (r"\Sigma^\top = \Sigma", [("Sigma", "sym")]),
    ("S = -S'", [("S", "skew")]), ("QᵀQ = I", [("Q", "orthogonal")]), (r"\Sigma \succ 0", [("Sigma", "spd")]),
    ("P ⪰ 0", [("P", "psd")]), (r"x \in \mathbb{R}^n", [("x", r"\mathbb{R}^n")]),
    (r"A \in \mathbb{S}^n_{++}", [("A", "spd(n)")]), ("A = B", []), ("A = A A", []), ("A ∈ nowhere", []),
]


@pytest.mark.parametrize(("text", "expected"), PROPERTIES, ids=[text for text, _ in PROPERTIES])
def test_properties(text: str, expected: list[tuple[str, str]]) -> None:
    found, = chains(document(text), is_prose(standard()), lambda _: False)
    assert said_of(found) == expected


def test_sentences_declare() -> None:
    said = dict(in_prose("Let A be a symmetric matrix, with $Q$ orthogonal; B and C are diagonal. A symmetric $S$ is."))
    assert said == {"A": "sym", "Q": "orthogonal", "B": "diag", "C": "diag", "S": "sym"}
