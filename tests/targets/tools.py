"""Many programs in one process of the tool of their language: each is loaded, checks itself, and is called."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

WAIT = 300


class Asked(NamedTuple):
    """A program, the function of it that is called, and with what; `named` are the sizes that go by name."""

    source: str
    function: str
    given: Sequence[Any]
    named: Mapping[str, int] = {}
    checks: bool = True


class Answered(NamedTuple):
    """What a program said: its value, or why there is none; the lines of its check."""

    value: np.ndarray | None
    error: str
    said: str


def octave_literal(value: Any) -> str:
    """An array as it is written in Octave; those with more axes are reshaped from columns. Text is a function."""
    if isinstance(value, str):
        return value
    array = np.asarray(value) if np.iscomplexobj(value) else np.asarray(value, float)
    if array.ndim == 0:
        return f"({array.item()!r})"
    if array.ndim == 1:
        return "[" + "; ".join(map(repr, array.tolist())) + "]"
    if array.ndim == 2:
        return "[" + "; ".join(", ".join(map(repr, row)) for row in array.tolist()) + "]"
    flat = ", ".join(map(repr, array.ravel(order="F").tolist()))
    return f"reshape([{flat}], [{', '.join(map(str, array.shape))}])"


def r_literal(value: Any) -> str:
    """An array as it is written in R. Text is a function."""
    if isinstance(value, str):
        return value
    array = np.asarray(value, float)
    flat = ", ".join(map(repr, array.ravel(order="F").tolist()))
    if array.ndim < 2:
        return f"c({flat})"
    return f"array({f'c({flat})' if flat else 'numeric(0)'}, c({', '.join(f'{n}L' for n in array.shape)}))"


def run_octave(asked: Mapping[str, Asked], folder: Path) -> dict[str, Answered]:
    """Programs in Octave, by name."""
    lines = []
    for k, (name, of) in enumerate(asked.items()):
        (folder / f"p{k}.m").write_text(of.source.replace("= derivatives()", f"= p{k}()"), "utf-8")
        given = ", ".join([*map(octave_literal, of.given), *map(str, of.named.values())])
        check = f"p{k}();" if of.checks else ""
        lines.append(f"printf('@ {name}\\n'); try, {check} d = p{k}(); v = d.{of.function}({given}); "
                     "printf('= %s\\n', mat2str(size(v))); printf('%.17g ', real(v)); printf('\\n'); "
                     "if iscomplex(v), printf('%.17g ', imag(v)); printf('\\n'); end; "
                     "catch e, printf('! %s\\n', strrep(e.message, sprintf('\\n'), ' ')); end")
    return _run(["octave-cli", "--norc", "programs.m"], lines, folder / "programs.m",
                lambda word: word.strip("[]").split())


def run_r(asked: Mapping[str, Asked], folder: Path) -> dict[str, Answered]:
    """Programs in R, by name."""
    lines = []
    for k, (name, of) in enumerate(asked.items()):
        (folder / f"p{k}.R").write_text(of.source, "utf-8")
        given = ", ".join([*map(r_literal, of.given), *(f"{key} = {n}" for key, n in of.named.items())])
        lines.append(f"cat('@ {name}\\n'); tryCatch({{ p <- new.env(); sys.source('p{k}.R', p); "
                     f"{'p$comparisons();' if of.checks else ''} v <- p${of.function}({given}); "
                     "cat('=', if (is.null(dim(v))) length(v) else dim(v), '\\n'); cat(sprintf('%.17g', v), '\\n') }, "
                     "error = function(e) cat('!', gsub('\\n', ' ', conditionMessage(e)), '\\n'))")
    return _run(["Rscript", "--vanilla", "programs.R"], ["options(warn = 2)", *lines], folder / "programs.R", str.split)


def _run(command: Sequence[str], lines: Sequence[str], script: Path, sizes: Callable[[str], list[str]]) -> dict[
        str, Answered]:
    script.write_text("\n".join(lines) + "\n", "utf-8")
    done = subprocess.run(command, cwd=script.parent, capture_output=True, text=True, timeout=WAIT, check=False)
    found = {}
    for block in done.stdout.split("@ ")[1:]:
        name, _, rest = block.partition("\n")
        found[name.strip()] = _read(rest, sizes)
    assert found, done.stderr
    return found


def _read(text: str, sizes: Callable[[str], list[str]]) -> Answered:
    lines = text.split("\n")
    said = "\n".join(line for line in lines if "relative error" in line)
    error = next((line[2:] for line in lines if line.startswith("! ")), "")
    at = next((k for k, line in enumerate(lines) if line.startswith("= ")), None)
    if error or at is None:
        return Answered(None, error or "nothing was printed", said)
    shape = [int(word) for word in sizes(lines[at][2:])]
    value, imaginary = (np.array([float(word.replace("Inf", "inf").replace("NA", "nan")) for word in line.split()])
                        for line in (*lines[at + 1:], "")[:2])
    value = value + 1j * imaginary if imaginary.size else value
    return Answered(value.reshape(shape, order="F"), "", said)


def agrees(got: np.ndarray | None, want: Any, columns: bool, rtol: float = 1e-9) -> bool:
    """Whether a value is right and has the right shape: where vectors are `columns` n×1, a number is 1×1 and axes of
    length one behind the second are not seen; otherwise a vector has no dimensions, nor has a number."""
    want = np.asarray(want, float)
    shape = want.shape or (1,)
    if columns:
        shape = want.shape + (1,) * (2 - want.ndim)
        while len(shape) > 2 and shape[-1] == 1:
            shape = shape[:-1]
    if got is None or got.shape != shape:
        return False
    largest = max(1.0, np.max(np.abs(want), initial=0))
    return bool(np.allclose(got.reshape(want.shape), want, rtol=rtol, atol=rtol * largest / 10, equal_nan=False))
