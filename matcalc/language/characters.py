"""The character tables: which glyph, look-alike or LaTeX command means what. Data only.

Everything typed is mapped onto one small Unicode alphabet; the lexer knows no other. NFKC is applied only to the
mathematical alphabets and full-width forms, never to whole texts (it would turn `xᵀ` into `xT`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from fractions import Fraction
from functools import cache

SEPARATOR = "\u2063"  # invisible: ends a name without being a space
JOINERS = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")  # invisible: say nothing, not even that a word ends
FRACTION = "\ue000"  # \frac{p}{q}
OVER = "\ue001"  # {p \over q}
CASES, OTHERWISE = "\ue005", "\ue006"  # \begin{cases} … \text{otherwise}
BOLD = "\ue010"  # behind a letter that is set bold
WORD = "\ue011"  # before a word set upright: \operatorname{loss}
AST = "\ue012"  # \ast between operands
HERMITIAN = "\ue013"  # X.mH
NORM_WORDS = {"\ue002": "fro", "\ue003": "nuc", "\ue004": "inf"}  # the second argument of norm(X, 'fro')

_LOWER = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho . sigma tau " \
         "upsilon phi chi psi omega"
GREEK: dict[str, str] = {
    **{chr(0x3B1 + i): name for i, name in enumerate(_LOWER.split()) if name != "."},
    **{chr(0x391 + i): name.capitalize() for i, name in enumerate(_LOWER.split()) if name != "."},
    "ς": "sigma", "ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta", "ϱ": "rho", "ϰ": "kappa", "µ": "mu", "∆": "Delta",
}
GREEK_NAMES = frozenset(GREEK.values())
GLYPHS = {name: glyph for glyph, name in reversed(GREEK.items())}
CAPITAL_FUNCTIONS = frozenset({"Gamma"})  # Γ(x) is the gamma function of books
PARTS = {"ℜ": "real", "ℑ": "imag", "∠": "angle"}  # letters of an older hand that are functions
FUNCTION_LETTERS = frozenset({"gamma", "beta", "zeta"})  # SymPy has functions of these names
UNSPECIFIED = frozenset({"f", "g", "h", "sigma", "phi", "psi"})

LOOK_ALIKES: dict[int, str] = {
    ord(c): ascii_
    for ascii_, glyphs in {
        "-": "−–—‐‑‒﹣", "'": "’‘ʹʼ´`ꞌ", "*": "×∗⋅·•∙⨯⁎✕‧", "/": "÷∕⁄", "|": "∣❘⎪│", "‖": "∥", "⟨": "〈〈", "⟩": "〉〉",
        " ": "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r",
        "^": "ˆ", ":": "∶", "⊙": "⨀", "∘": "◦", "⊤": "⸆⊺", "⊗": "⨂",
        "\u2063": "\u2061\u2062",
        "h": "ℎ", "l": "ℓ", "′": "‵", "𝟏": "𝟙", "e": "ℯ",
    }.items()
    for c in glyphs
} | dict.fromkeys(map(ord, "㏑㏒"), "log" + SEPARATOR)

SUPERSCRIPT_DIGITS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
SUPERSCRIPT_LETTERS = dict(zip("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋₍₎", "0123456789aehijklmnoprstuvx+-()", strict=True))
SUPERSCRIPTS = SUPERSCRIPT_DIGITS | SUPERSCRIPT_LETTERS | dict(zip("⁺⁻⁽⁾", "+-()", strict=True))
FRACTIONS = {glyph: Fraction(text) for glyph, text in zip(
    "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞",
    ["1/2", "1/3", "2/3", "1/4", "3/4", "1/5", "2/5", "3/5", "4/5", "1/6", "5/6", "1/8", "3/8", "5/8", "7/8"],
    strict=True)}

SWITCHES_TO_UPRIGHT = r"\{\s*\\rm\b\s*([A-Za-z]{2,})\s*\}"
UPRIGHT = frozenset(["mathrm", "operatorname", "text", "mbox", "hbox", "textrm", "textnormal", "rm"])
BOLD_FACES = frozenset(["mathbf", "boldsymbol", "bm", "pmb", "textbf", "bf", "mathbfit", "vec"])
NOT_READ = {  # glyphs of a notation that is refused by name
    "𝔼": "expectations, 𝔼[…]", "⌊": "⌊x⌋, rounding down or the cross-product matrix,", "⌋": "⌊x⌋",
    "⌈": "⌈x⌉, rounding up,", "⌉": "⌈x⌉", "∫": "integrals",
}
TRANSPOSES = frozenset(["T", "tran", "trans", "transp", "transpose", "tp", "Tra"])  # macros people define for ^\\top
SWITCHES = r"\{\s*\\(?:rm|bf|it|sf|tt|cal)\b\s*([A-Za-z]{2,})\s*\}"  # {\rm tr}
ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
           "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c", "breve": "\u0306"}
WRAPPERS = frozenset([
    "mathbf", "boldsymbol", "bm", "mathrm", "mathsf", "mathit", "mathcal", "mathtt", "mathbb", "operatorname", "text",
    "mathop", "mbox", "hbox", "textnormal", "textsf", "texttt", "textup", "mathnormal", "pmb", "it", "sf", "tt",
    "nobreak", "normalfont",
    "textbf", "textrm", "textit", "bf", "rm", "vec", "mathbfit", "displaystyle", "textstyle",
    "limits", "nolimits", "left", "right", "substack",
    "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl", "Biggr", "middle"])
COMMANDS: dict[str, str] = {  # but for the signs between two operands, which their records name
    "star": "⋆", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "int": "∫",
    "top": "⊤", "intercal": "⊤", "prime": "′", "langle": "⟨", "rangle": "⟩", "infty": "∞", "ell": "l", "in": "∈",
    "Re": "ℜ", "Im": "ℑ", "arg": "∠",
    "|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "parallel": "‖", "vert": "|", "lvert": "|", "rvert": "|",
    "mid": "|",
    "{": "(", "}": ")", "lbrace": "(", "rbrace": ")", "lbrack": "[", "rbrack": "]", "\\": ";", "&": ",", "_": "_",
    "nicefrac": FRACTION, "sfrac": FRACTION, "over": OVER, "dagger": "†", "dag": "†", "coloneqq": "≔", "frac": FRACTION,
    "(": " ", ")": " ", "[": " ", "]": " ",
    "tfrac": FRACTION, "dfrac": FRACTION, "cfrac": FRACTION, "sqrt": "√", "sum": "∑", "prod": "∏", "colon": ":",
    "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥", "geqslant": "≥", "ne": "≠", "neq": "≠", "lt": "<",
    "gt": ">", "dots": "…", "ldots": "…", "cdots": "…",
    "varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "varrho": "ρ", "varsigma": "σ", "imath": "i", "jmath": "j",
    **dict.fromkeys(["quad", "qquad", ",", ";", ":", " ", "thinspace"], " "), "!": SEPARATOR,
}
UNREAD_COMMANDS = frozenset([  # mathematics that nothing here stands for, so that no other command is proposed
    "pm", "mp", "approx", "sim", "simeq", "equiv", "propto", "subset", "cup",
    "cap", "wedge", "vee", "forall", "exists", "partial", "nabla", "oint", "rightarrow", "to", "mapsto", "implies",
    "iff", "land", "lor", "bullet", "perp", "succ", "prec", "succeq", "preceq", "notin",
    "setminus", "emptyset"])


def look_alike(char: str) -> str:
    """The plain character that `char` stands for."""
    code = ord(char)
    if 0x1D400 <= code <= 0x1D7FF or 0xFF01 <= code <= 0xFF5E:
        char = char if char in "𝟏𝟙𝔼" else unicodedata.normalize("NFKC", char)
    return LOOK_ALIKES.get(ord(char), char)


def is_bold(char: str) -> bool:
    """Whether a letter belongs to a bold mathematical alphabet."""
    named = unicodedata.name(char, "") if 0x1D400 <= ord(char) <= 0x1D7FF else ""
    return named.startswith(("MATHEMATICAL BOLD ", "MATHEMATICAL SANS-SERIF BOLD")) and "SCRIPT" not in named \
        and "FRAKTUR" not in named


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A regular expression, compiled when it is first used."""
    return re.compile(text)


def barred(name: str, known: Collection[str]) -> str:
    """The x of x̄, where x is one of the complex names that are known; else ''."""
    parts = unicodedata.normalize("NFD", name)
    if "\u0304" not in parts:
        return ""
    plain = unicodedata.normalize("NFC", parts.replace("\u0304", ""))
    plain = GREEK.get(plain[0], plain[0]) + plain[1:]
    return plain if is_among(plain, known) else ""


def is_among(name: str, known: Collection[str]) -> bool:
    """Whether a name is known, or is a member x_k of a family that is."""
    return name in known or ("_" in name and name.partition("_")[0] in known)
