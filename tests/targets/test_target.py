"""A target is one text file: a program in another language differs from that in NumPy by what its file says, and what
the planner can name has a row."""

import re
from pathlib import Path
from string import ascii_lowercase

import pytest

import matcalc
from matcalc.answer.related import Related
from matcalc.plan.factor import WORDS
from matcalc.plan.kernels import BY_ENTRIES
from matcalc.plan.names import ENTRYWISE
from matcalc.plan.table import FOLDER, TargetFileError, read, table
from matcalc.targets import ALIASES, TARGETS
from matcalc.targets.language import Language
from matcalc.targets.program import program

SIGNS = {"np": "qp", "rng": "die", "assert ": "insist ", " @ ": " % ", ".T": ".V", "def ": "fun "}
PATTERN = re.compile("|".join(rf"{bound}{re.escape(word)}{bound}" for word in SIGNS
                              for bound in [r"\b" if word.isalpha() else ""]))


def other(text):
    """In signs of the same length, since long parts get names."""
    return PATTERN.sub(lambda found: SIGNS[found[0]], text)


@pytest.mark.parametrize("source", ["logdet(A*X)", "norm(A*X - B)^2", "sum(tanh(A*X))*c", "tr(X[1:2,:]*B)"])
@pytest.mark.parametrize("kind", ["grad", "hessian"])
def test_nothing_of_numpy_stands_outside_its_file(source, kind):
    d = getattr(matcalc, kind)(source, wrt="X", variables={"X": "matrix(n,n)"}, check=False)
    text = (Path(FOLDER) / "numpy.target").read_text("utf-8")
    numpy, translated = Language(read(text, "numpy")), Language(read(other(text), "other"))
    asked = Related.of(d)
    shown = program(asked, translated, check=False)
    assert shown == other(program(asked, numpy, check=False))
    assert shown != program(asked, numpy, check=False)


NAMED = {*BY_ENTRIES - ENTRYWISE, "add_diagonal", "spread", "column", "row", "fill", "eye", "transpose", "turn", "sum",
         "trace", "diagonal", "diagonal_matrix", "embed", "einsum", "tensordot", "dot", "inner", "outer", "matvec",
         "vecmat", "matmul", "matmul_tn", "matmul_nt", "matmul_tt", "row_inner", "column_inner", "reshape", "slice",
         "take", "concat", "unit", "range", "prod", "max", "min", "inverse", "det", "logabsdet", "signdet",
         "entrywise"}
FACTORED = {f"{word}{end}" for word in WORDS.values() for end in (
    "", "_solve", "_det", "_logabsdet", "_inverse")} | {f"solve_{side}{end}" for side in ("lower", "upper")
                                                        for end in ("", "_t")} | {"lu_solve_t", "lu_signdet"}


OF_COMPLEX = {"conj", "real", "imag", "squared_modulus", "vdot", "square_norm", "adjoint", "adjoint_matvec",
              "matmul_hn", "matmul_nh", "hpd_solve_t", *(word for word in FACTORED if word.startswith("hpd"))}


def test_every_kernel_that_the_planner_names_has_a_row():
    assert {*NAMED, *FACTORED} - OF_COMPLEX - {*table("numpy").kernels} == set()
    for name in ("numpy", "jax", "torch", "octave", "cpp"):
        assert {*OF_COMPLEX} - {word.partition(":")[0] for word in table(f"{name}-complex").kernels} == set()
        assert not {*OF_COMPLEX} & {*table(name).kernels}


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ALIASES])
def test_every_helper_that_a_row_calls_is_there(name):
    """A call of what no library has is a helper of the file."""
    rows = table(name)
    if rows.settings.get("templates") != "numpy":
        pytest.skip("other languages have functions of their own")
    calls = {word for row in rows.kernels.values() for word in re.findall(r"(?<![\w.])([a-z_]\w*)\(", row.text)}
    assert calls <= {*rows.helpers, "max"}  # of two whole numbers
    assert {word for text in rows.helpers.values() for word in re.findall(r"^def (\w+)", text, re.MULTILINE)} == {
        *rows.helpers}


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in ALIASES])
def test_every_hole_is_known(name):
    """Of an operand, or a word that the speller fills."""
    rows = table(name)
    holes = {hole for row in rows.kernels.values() for hole in row.holes if not hole.isdigit()}
    assert holes
    assert all(set(hole) <= {*ascii_lowercase, *"0123456789_"} for hole in holes)


def test_a_faulty_file_is_refused_with_its_line():
    with pytest.raises(TargetFileError, match="line 2: “loose” is not a level"):
        read("[kernels]\nadd loose {0} + {1}", "x")
    with pytest.raises(TargetFileError, match="line 2: a line reads KEY = VALUE"):
        read("[frame]\nindent 4", "x")
    with pytest.raises(KeyError):
        table("cobol")
