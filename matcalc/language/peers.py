"""The table of what calls in other programs mean (calls.txt): which lines it has for a word behind a prefix.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from os import path

from matcalc.language.suggest import table
from matcalc.records import NamedTuple

EVERYWHERE, METHODS = "everywhere", "methods"
LIBRARIES = {"torch": "torch", "F": "torch", "nn.functional": "torch", "np": "numpy", "numpy": "numpy", "jnp": "numpy",
             "jax.numpy": "numpy", "jax.nn": "jax", "jax": "jax", "lax": "jax", "scipy": "scipy", "sp": "scipy",
             "special": "scipy", "stats": "scipy", "jax.scipy": "scipy", "sklearn": "sklearn", "tf": "tf", "nn": "nn",
             "math": "numpy", "pt": "pytensor", "pytensor": "pytensor",
             "cp": "cvxpy", "cvxpy": "cvxpy"}
MATLAB, MATLAB_SIGNS = "matlab", "matlab-by-signs"  # read in the notation itself; the second where a sign shows MATLAB
SYMPY, SYMPY_METHODS = "sympy", "sympy-methods"
_SIGNS_OF_SYMPY = r"\.(?:inv|det|applyfunc|multiply_elementwise|adjoint|norm|doit|as_explicit)\(" \
    r"|\b(?:Trace|Mat(?:Mul|Add|Pow)|Inverse|Determinant|HadamardP\w+|KroneckerProduct|DiagMatrix|Array[A-Z]\w+|PermuteDims|tensorcontraction)\("
_SIGNS_OF_MATLAB = r"\.[*/^\\']|\(\s*:|[,(]\s*:\s*[,)]|(?<=[\w)\]])'|\bend\b|(?:bsx|array)fun\("
LIKE = {"pytensor": ("numpy", "scipy"), "jax": ("numpy",)}  # where a word that has no line means what it means there
WHOLLY = ("cvxpy",)  # of which only what has a line is read: its words mean other things elsewhere
CVXPY = r"(?<![\w.])(?:cp|cvxpy)\.(?=[A-Za-z]\w+\()"  # where huber, logistic, norm and reshape mean other things
INFINITE = "inf"
_NOT_STRAY = frozenset({"pi", INFINITE, "T", "mT", "H", "I", "newaxis"})  # infinity stands in norms only
WHOLE, BELOW = "int", "-int"  # the annotations of a parameter that is a number in the text: an axis, a shift
LISTED = "vector"  # a vector, or a list of its entries; a matrix, or a list of its rows
PICKED = "places"  # a list of places counted from 0
MASK = "mask"  # a list of 0 and 1, or of truth values, that says which places are taken
ANY_NUMBER = "[*]"  # a list of any length
ROW = "row"  # a list of which no member is one
REST = "*"  # all further arguments
ASKED = "? "  # before each of several formulas that a call may stand for
TAKEN = "@"  # the place, from 0, of the result that is taken, in a formula that stands for as many as there are
UPRIGHT = "column "  # before a vector that is a column with two axes, x[:, None]
SQUEEZED = "squeezed "  # before an array that loses the axes of length 1
PAIR = "pair"  # for the formula: what another function of the program takes as a whole, and nothing else
PAIRED = "of "  # a call of the function named behind it, of which the argument is taken
PLACES = "places"  # of the values, behind the formula: a second result, which is not read
UNSURE = -1  # the place where one program has a second result and another has none
SIGN = "sign, "  # before the formula: a first result that is not read
AND = " && "  # between the formulas of several results
ANY = "..."  # for arguments that are read as without the table
_TORCH, _NUMPY = r"(?<![\w.])(?:torch|F)\.[a-z]", r"(?<![\w.])(?:np|numpy|jnp|jax|pt)\.[a-z]"
_BEFORE = r"(?<![\w.])((?:[A-Za-z]\w*\.)+)$"
_PARAMETER = r"(\*?\w+|\*)(?:\s*:\s*([^=]+?))?(?:\s*=\s*(.+))?"


class Parameter(NamedTuple):
    """One of a signature: its name, the names of the entries of a list, what it has to be, and its default."""

    name: str
    entries: tuple[str, ...]
    must: str
    default: str | None
    keyword: bool  # given by its name only


class Line(NamedTuple):
    """One way to call a function, and what it means."""

    parameters: tuple[Parameter, ...]
    text: str
    place: int | None  # of the value among several results
    signature: str
    others: tuple[str, ...] = ()  # the formulas of the further results


@cache
def _lines() -> dict[tuple[str, str], list[Line]]:
    """The lines of each program and function."""
    with open(path.join(path.dirname(__file__), "calls.txt"), encoding="utf-8") as stream:
        rows = [row for row in stream.read().splitlines() if row.strip() and not row.lstrip().startswith("#")]
    found: dict[tuple[str, str], list[Line]] = {}
    programs: list[str] = []
    for row in rows:
        if not row.startswith(" "):
            programs = row.split()
            continue
        signature, _, text = row.strip().partition(" => ")
        name, _, inside = signature.removesuffix(")").partition("(")
        parameters = () if inside == ANY else _parameters(inside)
        text, *others = text.split(AND)
        line = Line(parameters, text, 0, signature, tuple(others)) if others else \
            Line(parameters, *_result(text), signature)
        for word in name.split("|"):
            for program in programs:
                found.setdefault((program, word), []).append(line)
    return found


def _result(text: str) -> tuple[str, int | None]:
    """The formula, and its place among several results."""
    if text.startswith(SIGN):
        return text.removeprefix(SIGN), 1
    for behind, place in ((f", or {PLACES}", UNSURE), (f", {PLACES}", 0)):
        if text.endswith(behind):
            return text.removesuffix(behind), place
    return text, None


def _parameters(inside: str) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    keyword = False
    for part in _parts(inside):
        match = re.fullmatch(_PARAMETER, part.strip())
        assert match is not None, inside
        if match[1] == "*":
            keyword = True
            continue
        must = REST if match[1][0] == "*" else match[2] or ""
        entries = tuple(re.findall(r"-?\w+", must)) if must[:1] == "[" else ()
        found.append(Parameter(match[1].lstrip("*"), entries, "" if entries else must, match[3], keyword))
    return tuple(found)


def _parts(inside: str) -> list[str]:
    """The parameters, at commas that stand in no bracket."""
    found, depth = [""], 0
    for c in inside:
        depth += (c in "([") - (c in ")]")
        found = [*found, ""] if c == "," and depth == 0 else [*found[:-1], found[-1] + c]
    return [part for part in found if part.strip()]


@cache
def words() -> frozenset[str]:
    """The names of all functions of the table."""
    return frozenset(name.rpartition(".")[2] for _, name in _lines())


def is_listed(before: str, word: str) -> bool:
    """Whether there are lines for this word, behind the prefix or the operand at the end of `before`."""
    if word not in words():
        return False
    is_method = before.endswith(".") and not _program(plain(before))[0]
    return bool(lines_of(before, word)) or (is_method and any(lines_for(name, word) for name in ("torch", "numpy")))


def lines_of(before: str, word: str) -> list[Line]:
    """The lines for a word behind a prefix, of its program before those for all; for a method where an operand stands
    before it. The longest name comes first."""
    lines = _lines()
    before = plain(before)
    program, below = _program(before)
    if _is_distribution(before):
        return lines.get((program, ".".join([*below[-1:], word])), [])
    if program:
        rest = [] if program in WHOLLY else lines.get((EVERYWHERE, word), [])
        names = ".".join([*below[-1:], word]), word
        own = [next((found for name in names if (found := lines.get((kin, name)))), [])
               for kin in (program, *LIKE.get(program, ()))]
        return [line for found in own for line in found] or rest
    return lines.get((METHODS if before.endswith(".") else EVERYWHERE, word), [])


def lines_for(program: str, word: str) -> list[Line]:
    """The lines of a program, for who has told already which one is meant."""
    return _lines().get((program, word), []) or _lines().get((program, f"special.{word}"), [])


def is_numpy_method(word: str) -> bool:
    """Whether arrays of NumPy have this method, x.std()."""
    return word in table("methods of arrays")


def programs_of_methods(word: str, source: str, named: Collection[str]) -> tuple[str, ...]:
    """The programs whose functions a method may be: torch's where a sign of torch stands in the text or no other array
    has it, or NumPy's."""
    if {"dim", "dims", "keepdim"} & set(named) or re.search(_TORCH, source):
        return ("torch",)
    if {"axis", "keepdims"} & set(named) or re.search(_NUMPY, source):
        return ("numpy",)
    return ("numpy", "torch") if is_numpy_method(word) else ("torch", "numpy")


def is_cvxpy(text: str, declared: Collection[str]) -> bool:
    """Whether CVXPY's functions are called, of which some mean other things here; * is the matrix product there."""
    return ("cp." in text or "cvxpy." in text) and re.search(CVXPY, text) is not None \
        and not {"cp", "cvxpy"} & set(declared)


def is_wholly_listed(before: str) -> bool:
    """Whether what stands behind the prefix at the end of `before` is read by its lines only."""
    return _program(plain(before))[0] in WHOLLY or _is_distribution(plain(before))


def _is_distribution(before: str) -> bool:
    """Whether a distribution of scipy.stats stands there, not the normal one, of which pdf alone is."""
    return re.search(r"\bstats\.(?!norm\.)[a-z]\w*\.$", before) is not None


def is_matlab(source: str) -> bool:
    """Whether a sign stands in the text that NumPy has not: .*, a transpose by ', (:, 1)."""
    return re.search(_SIGNS_OF_MATLAB, source) is not None


def in_matlab(word: str) -> bool:
    """Whether MATLAB's or SymPy's table has the word, which is read when a word means nothing else."""
    return any((program, word) in _lines() for program in (MATLAB, SYMPY, SYMPY_METHODS))


def is_sympy(source: str) -> bool:
    """Whether a sign of SymPy stands in the text, or no star that NumPy and SymPy read differently."""
    return re.search(_SIGNS_OF_SYMPY, source) is not None or not set("*/") & set(source)


def is_torch(before: str) -> bool:
    """Whether the prefix at the end of `before` is torch's."""
    return _program(plain(before))[0] == "torch"


def is_stray(before: str, word: str) -> bool:
    """Whether a word stands behind the prefix of a program, where none is read but that of a function: np.nan."""
    is_mapped = before.rpartition("(")[0].endswith("vmap")
    return word not in _NOT_STRAY and not is_mapped and _program(plain(before))[0] != ""


def _program(before: str) -> tuple[str, list[str]]:
    """The program of a prefix, and what stands below it: linalg of np.linalg."""
    parts = match[1].rstrip(".").split(".") if (match := re.search(_BEFORE, before)) else []
    for count in (2, 1):
        if program := LIBRARIES.get(".".join(parts[:count]), "") if len(parts) >= count else "":
            return program, parts if parts[0] == "lax" else parts[count:]
    return "", []


def plain(text: str) -> str:
    """`text` without signs that nobody sees, in letters of normal width."""
    return re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", unicodedata.normalize("NFKC", text))
