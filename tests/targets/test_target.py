"""A target is one record: a program in another language differs from that in NumPy by what the record says."""

import re
from collections.abc import Mapping

import pytest

import matcalc
from matcalc.answer.related import Related
from matcalc.printers.precedence import Form
from matcalc.targets import target_named
from matcalc.targets.program import program

WORDS = ("np", "def ", "return ", "assert ", "yield ", "lambda ", "import ", '"""', ".shape", ".T", "float", "rng", "@",
         "ravel", ".item()", " // ")
SIGNS = {word: chr(ord("Ⓐ") + i) * len(word) for i, word in enumerate(WORDS)}  # as long, since long parts get names
PATTERN = re.compile("|".join(map(re.escape, SIGNS)))


def other(text):
    return PATTERN.sub(lambda found: SIGNS[found[0]], text)


def translated(value):
    """A record, a row or what a function writes, in the other signs."""
    if isinstance(value, str):
        return other(value)
    if isinstance(value, Form):
        return Form(tuple(map(other, value.pieces)), value.level, value.needs)
    if isinstance(value, Mapping):
        return {key: translated(row) for key, row in value.items()}
    if isinstance(value, list):
        return list(map(translated, value))
    if isinstance(value, tuple):
        return value._make(map(translated, value))
    return (lambda *given: translated(value(*given))) if callable(value) else value


@pytest.mark.parametrize("source", ["log(det(X))", "norm(A*X - B)^2", "sum(tanh(A*X))*c", "tr(X[1:2,:]*B)"])
@pytest.mark.parametrize("kind", ["grad", "hessian"])
def test_nothing_of_numpy_stands_outside_its_record(source, kind):
    d = getattr(matcalc, kind)(source, wrt="X", variables={"X": "matrix(n,n)"}, check=False)
    numpy = target_named("numpy")
    record = translated(numpy)._replace(constructs=translated(numpy.constructs)._replace(field=numpy.constructs.field))
    asked = Related.of(d)
    shown = program(asked, record, check=False)
    assert shown == other(program(asked, numpy, check=False))
    assert shown != program(asked, numpy, check=False)
