"""The problems that tests of targets run: some by default, all where MATCALC_ALL_TARGETS is set."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout

import numpy as np

from matcalc.numeric.evaluate import silence
from tests import corpus
from tests.targets.test_programs import somewhere


def some(step):
    """The names of every so many problems, of all if asked for."""
    names = [case["id"] for case in corpus.cases()]
    return names if os.environ.get("MATCALC_ALL_TARGETS") else names[::step]


def printed(source):
    """What a program prints when it is run."""
    said = io.StringIO()
    with silence(), redirect_stdout(said):
        exec(compile(source, "<program>", "exec"), {"__name__": "__main__"})
    return said.getvalue()


def agrees(name, target, convert):
    """Run the program of a problem, compare its derivative with that of matcalc; `convert` makes
    an argument."""
    d = corpus.answer(name)
    assert "relative error" in d.code(target)  # which runs it first
    values, want = somewhere(d)
    arguments = {key: convert(np.asarray(values[key], float)) for key in d.inputs}
    got = getattr(d.function(target, check=False), d.kind)(*arguments.values())
    assert tuple(got.shape) == np.shape(want)
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-9, atol=1e-12)
    single = {key: convert(np.asarray(values[key], np.float32)) for key in d.inputs}
    got = getattr(d.function(target, check=False), d.kind)(*single.values())
    assert "float32" in str(got.dtype)
    return got
