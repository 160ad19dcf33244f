"""The signs by which a format is known: strings that no formula of the language or LaTeX has. Data only.

A word that somebody declared is no sign; it stands in the group `word`. What several formats have counts where none has
a sign of its own.
"""

from __future__ import annotations

TITLES = {"mathml": "MathML", "typst": "Typst", "asciimath": "AsciiMath", "unicodemath": "UnicodeMath",
          "mathematica": "Mathematica", "maple": "Maple", "julia": "Julia", "r": "R"}
SIGNS = {
    "mathml": r"<(?:\w+:)?math[\s>]|<(?:apply|ci|cn|transpose|determinant|trace|inverse|matpow|kroneckerproduct"
              r"|hadamardproduct|m(?:row|sup|sub|frac|i))(?:\s[^<>]*)?>",
    "typst": r"\b(?P<word>bold|upright|mat|op|cal|macron)(?=\()|\bfrac\((?![^()]*\)\()|\bproduct_\s*\("
             r"|\b(?:times|dot|compose|circle|angle|chevron|bar|tack|ast|plus|arrow|eq|tilde|epsilon|phi|theta)\.[a-z]\w*"
             r"|\^\s*\(?top\b",
    "asciimath": r"\b(?P<word>bbb?|text)\s?(?=\(|\")|\bbb [A-Za-z]\b|(?<=[\w)\]]) (?:ox|o\.) (?=[\w(\[])|\bfrac\([^()]*\)\("
                 r"|\bprod_\s*\(|\(:|\^TT\b",
    "unicodemath": r"[▒█■〖〗├┤⒨⒩]|[∑∏]_?\(|\u2061",
}
SHARED = {  # signs of several formats, which decide where no other does
    r"\bsum_\s*\(|\"[A-Za-z]{2,}\"\s*\(|\bhat\(": ("typst", "asciimath"),
}
