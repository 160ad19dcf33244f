"""A numeric template computes what it says, and whatever is not on the lists is refused before anything runs."""

import numpy as np
import pytest

from matcalc.diagnostics import InputError
from matcalc.numeric.templates import compile_template

X = np.array([[2.0, 1.0], [0.5, 3.0]])

GOOD = [
    ("np.linalg.inv(X)", np.linalg.inv(X)),
    ("np.linalg.inv", np.linalg.inv(X)),
    ("np.where(X > 0, X, 0.0)", X),
    ("X.T @ X - 2 * X / 3", X.T @ X - 2 * X / 3),
    ("np.eye(n * n)[:, :: n + 1]", np.eye(4)[:, ::3]),
    ("np.linalg.slogdet(X)[1]", np.log(5.5)),
    ('X.reshape(-1, 1, order="F")', X.reshape(-1, 1, order="F")),
    ("X[0, :] if n > 1 else X[0]", X[0]),
    ("scipy.special.expit(X)", 1 / (1 + np.exp(-X))),
    ("np.sum(np.linalg.svd(X, compute_uv=False))", np.linalg.norm(X, "nuc")),
    ("np.concatenate([X, -X], axis=0)", np.concatenate([X, -X])),
]
BAD = [
    "__import__('os').system('ls')", "open('x')", "eval('1')", "np.load('x')", "np.save('x', X)", "np.fromfile('x')",
    "np.loadtxt('x')", "X.tofile('x')", "X.dump('x')", "np.ctypeslib.load_library('c', '.')", "np.__class__",
    "X.__class__", "().__class__.__bases__", "np.linalg.__dict__", "np.core", "np.f2py.compile('x')",
    "np.lib.npyio.DataSource('x')",
    "lambda: 1", "[x for x in X]", "(y := X)", "f'{X}'", "np.add(X, 1, out=X)", "np.vectorize(X)", "X.sort()",
    "np.memmap('x')", "np.testing", "scipy.io.loadmat('x')", "scipy.special.test()", "np.linalg.linalg.inv(X)", "Y + 1",
    "np", "np.linalg", "os.getcwd()", "'{0.__class__}'.format(X)", "b'x'", "1j * X", "X + ", "", "*X", "np.add(*X)",
    "np.sum(**X)", "X is X", "0 < X < 1", "await X", "{1: X}", "np.inf.real", "X.T.__array__",
    "(" * 300 + "X" + ")" * 300,
    "+".join(["X"] * 400), "X\n+1", "np.show_config()", "np.asarray(X).data", "X.base", "X.ctypes", "X.view(X)", "x\0",
]


@pytest.mark.parametrize(("text", "expected"), GOOD, ids=[text for text, _ in GOOD])
def test_value(text, expected):
    assert np.allclose(compile_template(text, ["X"], ["n"])({"X": X, "n": 2}), expected)


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_refused(text):
    with pytest.raises(InputError) as refused:
        compile_template(text, ["X"], ["n"], file="my.rules", line=3)
    diagnostic = refused.value.diagnostics[0]
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("M0801", "my.rules", 3)


def test_the_users_array_is_not_touched():
    before = X.copy()
    compile_template("np.clip(X, 0.0, 1.0) + np.sort(X)", ["X"])({"X": X})
    assert np.array_equal(X, before)
