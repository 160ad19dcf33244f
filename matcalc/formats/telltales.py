"""The signs by which a format is known: strings that no formula of the language or LaTeX has. Data only.

A word that somebody declared is no sign; it stands in the group `word`. What several formats have counts where none has
a sign of its own.
"""

from __future__ import annotations

TITLES = {"mathml": "MathML", "typst": "Typst", "asciimath": "AsciiMath", "unicodemath": "UnicodeMath",
          "mathematica": "Mathematica", "maple": "Maple", "julia": "Julia", "r": "R"}
_HEADS = "|".join((  # the first ones are no functions of the language
    "Total KroneckerProduct LinearSolve MatrixExp MatrixLog MatrixPower IdentityMatrix DiagonalMatrix "
    "ConjugateTranspose PseudoInverse LogisticSigmoid Flatten Integrate Simplify").split())
_ALIKE = "Transpose|Inverse|Tr|Det|Norm|Exp|Log|Sqrt|Abs|Sin|Cos|Tan|Sinh|Cosh|Tanh|ArcTan|ArcSin|ArcCos|Max|Min" \
    "|Diagonal"
_DOT = r"(?:(?<=[A-Za-z\])])|(?<=[A-Za-z]\d))\s*\.\s*(?!(?:m?T|I|H)\b|[a-z]\w*\()(?=[A-Za-z])"
_MODIFIERS = r"\.(?:o|op|c|l|r|v|b|h|alt|small|double|circle|eq)\b"
SIGNS = {
    "mathml": r"<(?:\w+:)?math[\s>]|<(?:apply|ci|cn|transpose|determinant|trace|inverse|matpow|kroneckerproduct"
              r"|hadamardproduct|m(?:row|sup|sub|frac|i))(?:\s[^<>]*)?>",
    "typst": r"\b(?P<word>bold|upright|mat|cal|macron|overline)(?=\()|\bop\(\"|\bproduct_\s*\(|\^\s*\(?top\b"
             r"|\b(?:times|dot|compose|circle|angle|chevron|bar|tack|ast|plus|arrow|eq|tilde|epsilon|phi|theta)"
             + _MODIFIERS,
    "asciimath": r"\b(?P<word>bbb?|text)\s?(?=\(|\")|\bbb [A-Za-z]\b|(?<=[\w)\]]) (?:ox|o\.) (?=[\w(\[])|\bprod_\s*\("
                 r"|\^TT\b",
    "unicodemath": r"[▒█■〖〗⒨⒩]|[∑∏]_\(",
    "mathematica": rf"\b(?:{_HEADS})\[(?![\d:\[])|\\\[[A-Z][A-Za-z]+\]|[\uf3c7\uf3c9]"
                   rf"|(?s:^(?=.*{_DOT}).*\b(?:{_ALIKE})\[(?![\d:\[]))",
    "maple": r"LinearAlgebra:-|LinearAlgebra\[|\^%[TH]\b|\b[A-Za-z]\w*:-[A-Za-z]",
    "julia": r"(?:(?<=[A-Za-z)\]'])|(?<=[A-Za-z]\d)|(?<=\d)\s)\s*\.[-+](?=\s*[\w(\[])|\bsum\(abs2\s*,|\bLinearAlgebra\."
             r"|\babs2\.\(",
    "r": r"%\*%|%o%|%x%|\bt?crossprod\(|\b(?:row|col)Sums\(",
}
SHARED = {  # signs of several formats, which decide where no other does
    r"\bsum_\s*\(|\"[A-Za-z]{2,}\"\s*\(|\b(?:hat|frac)\(": ("typst", "asciimath"),
    _DOT: ("mathematica", "maple"),
}
