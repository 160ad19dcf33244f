"""The signs by which a format is known: strings that no formula of the language or LaTeX has. Data only.

A word that somebody declared is no sign; it stands in the group `word`.
"""

from __future__ import annotations

TITLES = {"mathml": "MathML", "typst": "Typst", "asciimath": "AsciiMath", "unicodemath": "UnicodeMath",
          "mathematica": "Mathematica", "maple": "Maple", "julia": "Julia", "r": "R"}
SIGNS = {
    "mathml": r"<(?:\w+:)?math[\s>]|<(?:apply|ci|cn|transpose|determinant|trace|inverse|matpow|m(?:row|sup|sub|frac|i))(?:\s[^<>]*)?>",
}
