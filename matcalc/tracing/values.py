"""Values that a person gives: `x1=2,x2=5`, `X=[[1,2],[3,4]]`, `X=file.npy`; and the point they make with random ones.

A value says the kind of its variable: a number is a scalar's, a list of numbers a vector's, a list of lists a matrix's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from matcalc.core.dims import Dim, names
from matcalc.diagnostics import MatcalcError, fail
from matcalc.files import FileError, regular, text_of
from matcalc.language import name_of
from matcalc.language.declarations import parse_declaration
from matcalc.limits import ENTRIES
from matcalc.numeric.draws import Array
from matcalc.numeric.evaluate import silence
from matcalc.numeric.sizes import Sizes, size

KINDS = ("scalar", "vector", "matrix")
MOST_AXES = 4  # of the value of a family A_ij of matrices
MOST_SHOWN = 4  # rows and columns of a value in a fix


def read_values(texts: Iterable[str]) -> dict[str, Array]:
    """Arrays by canonical name. Raises InputError for what is not NAME=VALUE, no number, or no readable file."""
    given: dict[str, Array] = {}
    for part in split_values(texts):
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise fail("M1001", f"a value reads NAME=VALUE, not “{part.strip()}”", fixes=("--at x=2,y=[1,2,3]",))
        canonical = name_of(name.strip())
        if canonical in given:
            raise fail("M1001", f"{canonical} has two values")
        given[canonical] = found = _value(name.strip(), value.strip())
        if found.ndim > MOST_AXES:
            raise fail("M1001", f"the value of {name.strip()} has {found.ndim} axes")
    return given


def split_values(texts: Iterable[str]) -> list[str]:
    """The parts NAME=VALUE of texts."""
    return [part for text in texts for part in _split(text)]


def _split(text: str) -> list[str]:
    """At the commas and semicolons outside brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character in ",;" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]


def _value(name: str, text: str) -> Array:
    if re.search(r"[\d.][ij]\b", text):
        return _numbers(name, text, lambda: _complex(json.loads(re.sub(r"[^\[\],\s]+", r'"\g<0>"', _rows(text)))))
    if text.startswith("["):
        return _numbers(name, text, lambda: json.loads(_rows(text)))
    if Path(text).suffix in _FILES:
        return _from_file(name, Path(text))
    return _numbers(name, text, lambda: float(Fraction(text)) if "/" in text else float(text))


def _complex(entries: Any) -> Any:
    """The numbers of nested lists of texts like 1+2i."""
    return [_complex(entry) for entry in entries] if isinstance(entries, list) else complex(entries.replace("i", "j"))


def _rows(text: str) -> str:
    """[1, 2; 3, 4], as matrices are typed in formulas and as traces print them, is [[1, 2], [3, 4]]."""
    return f"[{text.replace(';', '],[')}]" if ";" in text else text


def _numbers(name: str, text: str, read: Callable[[], Any]) -> Array:
    """Finite numbers."""
    try:
        given = np.asarray(read())
        found = given.astype(complex if np.iscomplexobj(given) else float)
    except (ValueError, TypeError, ZeroDivisionError, OverflowError, RecursionError):
        shown = text if len(text) <= 40 else text[:39] + "…"
        raise fail("M1001", f"“{shown}” is no value for {name}: a number, [1,2,3], [[1,2],[3,4]] or a file .npy, .csv "
                   "or .json", fixes=(f"--at {name}=2", f"--at {name}=[1,2,3]", f"--at {name}={name}.npy")) from None
    if not found.size:
        raise fail("M1001", f"{name} is empty")
    if not np.isfinite(found).all():
        raise fail("M1001", f"the value of {name} has an entry that is not finite")
    return found


def _npy(file: Path) -> Any:
    """The file is mapped before it is read: its head may promise more than there is."""
    regular(file)
    with open(file, "rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise fail("M1004", f"{file} is no .npy file; several arrays in one file (.npz) are not read")
    try:
        mapped = np.load(file, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, TypeError, SyntaxError, MemoryError):
        raise fail("M1004", f"{file} is no whole .npy file of plain numbers") from None
    if mapped.size > ENTRIES:
        raise fail("M1004", f"{file} has {mapped.size:,} entries, more than {ENTRIES:,}")
    if mapped.dtype.kind not in "biufc":
        raise fail("M1004", f"{file} holds no numbers, but entries of type {mapped.dtype}")
    return np.array(mapped)


def _table(file: Path) -> Any:
    lines = text_of(file).splitlines()
    with silence():  # a file without data is refused later
        return np.loadtxt(lines, delimiter="," if file.suffix == ".csv" else None, ndmin=1)


_MAGIC = b"\x93NUMPY"
_FILES: dict[str, Callable[[Path], Any]] = {
    ".npy": _npy, ".csv": _table, ".txt": _table, ".json": lambda file: json.loads(text_of(file)),
}


def _from_file(name: str, file: Path) -> Array:
    try:
        found = _FILES[file.suffix](file)
    except FileError as trouble:
        raise fail("M1004", f"cannot read {file}: {trouble}") from None
    except OSError as problem:
        raise fail("M1004", f"cannot read {file}: {problem.strerror or problem}") from None
    except RecursionError:
        raise fail("M1004", f"{file} holds no array of numbers: it is nested too deeply") from None
    except (ValueError, EOFError) as problem:
        raise fail("M1004", f"{file} holds no array of numbers: {str(problem).splitlines()[0]}") from None
    return _numbers(name, str(file), lambda: found)


def declarations(given: Mapping[str, Array], declared: Mapping[str, str]) -> dict[str, str]:
    """`declared`, and for variables whose kind nobody declared the kind that the value shows; a list of rows of one
    number each can be a vector or a matrix, so it shows none. Only families have values with more than two axes."""
    for name, value in given.items():
        if value.ndim > 2:
            raise fail("M1001", f"the value of {name} has {value.ndim} axes")
    kinds = {name_of(name): kind for name, kind in declared.items()}
    given = {name: value for name, value in given.items() if value.ndim < 2 or (value.ndim < 3 and value.shape[1] > 1)}
    shown = {name: "complex " * np.iscomplexobj(value) + KINDS[value.ndim] for name, value in given.items()
             if name not in kinds}
    partly = {name: f"{KINDS[given[name].ndim]} {text}" for name, text in kinds.items()
              if name in given and not parse_declaration(name, text).kind}
    return {**kinds, **partly, **shown}


def unknown(given: Iterable[str], variables: Sequence[str], source: str) -> None:
    """Refuse a value for what is no variable."""
    for name in given:
        if name not in variables:
            near = get_close_matches(name, variables, 2, 0.4)
            known = ", ".join(variables) or "none"
            raise fail("M1003", f"{name} has a value and is no variable of this expression; its variables are: {known}",
                       source, fixes=tuple(f"--at {n}=1" for n in near))


def missing(absent: Mapping[str, Sequence[Dim]], sizes: Sizes, source: str, option: str = "--at") -> MatcalcError:
    """Variables without a value; the fix shows values of their shapes, which for families have the axes of these first,
    where sizes that nothing gives are 2."""
    shown = ",".join(_sample(name, shape, sizes) for name, shape in list(absent.items())[:6])
    fixes = (f"{option} {shown}", *(["--random any"] if option == "--at" else []))
    return fail("M1002", f"no value for {', '.join(absent)}", source, fixes=fixes)


def _sample(name: str, shape: Sequence[Dim], sizes: Sizes) -> str:
    """a=1, x=[1,2], X=[[1,2],[3,4]]; a file where that is long."""
    lengths = [size(dim, {**{n: 2 for dim in shape for n in names(dim)}, **sizes}) for dim in shape]
    if max(lengths) > MOST_SHOWN or prod(lengths) > MOST_SHOWN ** 2:
        return f"{name}={name}.npy"
    kept = lengths[:-2] if lengths[-2:] == [1, 1] else lengths[:-1] if lengths[-1] == 1 else lengths
    shown = np.arange(1, prod(lengths) + 1).reshape(kept).tolist()
    return f"{name}={json.dumps(shown, separators=(',', ':'))}"
