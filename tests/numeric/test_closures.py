"""A numeric template computes what it says, and whatever is not on the lists is refused before anything runs."""

import inspect
from contextlib import suppress
from importlib import import_module

import numpy as np
import pytest

from matcalc.diagnostics import InputError
from matcalc.limits import LimitError
from matcalc.numeric.allowed import ALLOWED, CONSTANTS
from matcalc.numeric.closures import compile_template

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
    ('np.einsum("ij,kj->ik", X, X)', X @ X.T),
    ("np.ones((n, 3)) @ np.zeros((3, n)) + np.full((n, n), 5000.0)", np.full((2, 2), 5000.0)),
    ("np.tile(X, (1, 2))", np.hstack([X, X])),
    ("X.ravel()[np.arange(n)]", X[0]),
    ("X.astype('int').sum() * 10**3", 6000),
    ("np.kron(X, np.eye(n))", np.kron(X, np.eye(2))),
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
WRITING = [  # into the user's array, by an argument without a name or with one
    "np.add(X, 1.0, X)", "np.exp(X, X)", "np.sum(X, 0, None, X)", "np.clip(X, 0, 1, X)", "X.clip(0, 1, X)",
    "X.dot(X, X)", "X.cumsum(0, None, X)", "X.round(1, X)", "np.dot(X, X, X)", "np.matmul(X, X, X)",
    "np.nan_to_num(X, False)", "np.nan_to_num(X, copy=False)", "scipy.linalg.inv(X, True)",
    "scipy.linalg.solve(X, X, False, True)", "scipy.linalg.expm(X, overwrite_a=True)", "np.add(X, X, where=X > 0)",
    "np.sum(X, where=X > 0)", "(np.add if n else np.add)(X, 1.0, X)", "[np.add][0](X, 1.0, X)", "np.median(X, 0, X)",
    "np.median(X, overwrite_input=1)", "scipy.special.expit(X, X)", "np.add.at(X, 0, 1)", "np.multiply.outer(X, X)",
    "np.linalg.multi_dot([X, X], out=X)", "np.concatenate([X, X], 0, X)", "np.trace(X, 0, 0, 1, None, X)",
    "X.partition(1)", "X.fill(0)", "X.put(0, 1)",
]
LITERAL = [  # sizes that a number alone says, and other numbers that take memory or time
    "np.ones(10**9)", "np.zeros(99999)", "np.eye(10**6)", "np.identity(5000)", "np.full((9999, 9999), 1.0)",
    "np.tile(X, 10**9)", "np.repeat(X, 10**9)", "X.repeat(10**9)", "np.arange(10**9)", "np.linspace(0, 1, 10**9)",
    "np.ones(n * 10**6)", "np.ones((n, 1 + 99999))", "np.tri(n, 10**8)", "np.vander(X[0], 10**7)",
    "np.broadcast_to(X, (10**9, n, n))", "np.tril_indices(10**5)", "scipy.special.yn(10**9, X)", "np.diff(X, 10**7)",
    "scipy.special.factorial(10**6, exact=True)", "scipy.special.bernoulli(10**8)", "np.ones(9**9**9)",
    "X.astype('S99999')", "X.astype('object')", "np.zeros(n, 'S99999', dtype='S9')", "np.zeros(n, dtype='S99999')",
    "'%1000000000d' % 1", "'{}'.format(X)", "np.array(X, ndmin=32)", 'np.einsum("...", X)', "np.einsum(X, [0, 1])",
    "np.meshgrid(X, X)", "np.indices((n, n))", "np.pad(X, 10**9)", "np.fromfunction(X, (n, n))",
    "np.resize(X, 10**9)",
]
GROWING = [  # what a dimension, or a product of sizes, makes too large
    "np.ones(n**40)", "np.eye(n**30)", "np.tile(X, n**40)", "np.repeat(X, n**40)", "X.repeat(n**40)",
    "np.arange(n**40)", "np.broadcast_to(X, (n**40, n, n)) + 1", "np.full((n**20, n**20), 1.0)",
    "n ** n ** n ** n ** n", "9 ** 9 ** 9", "np.linalg.matrix_power(X, 10**99 * n)",
    "np.kron(" * 11 + "X" + ", X)" * 11, "np.outer(np.ones(n**12), np.ones(n**12))",
    "np.ones((n**12, 1)) * np.ones((1, n**12))", "np.ones((n**12, 1)) @ np.ones((1, n**12))",
    "np.diagflat(np.ones(n**12))", "np.diag(np.ones(n**12))", "scipy.linalg.toeplitz(np.ones(n**12))",
    "np.linalg.svd(np.ones((n**12, 1)))[0]", "np.add(np.ones((n**12, 1)), np.ones(n**12))",
    "np.where(np.ones((n**12, 1)) > 0, np.ones(n**12), 0.0)", "np.linalg.inv(np.eye(n**11))",
    'np.einsum("ab,cd,ef,gh,ij,kl,mn,op,qr,st,uv,wx,yz,AB,CD,EF->", ' + ", ".join(["X"] * 16) + ")",
    "np.ones((n**11, n))[np.argsort(np.ones(n**11))]",
]


@pytest.mark.parametrize(("text", "expected"), GOOD, ids=[text for text, _ in GOOD])
def test_value(text, expected):
    assert np.allclose(compile_template(text, ["X"], ["n"])({"X": X, "n": 2}), expected)


@pytest.mark.parametrize("text", BAD + WRITING + LITERAL, ids=range(len(BAD + WRITING + LITERAL)))
def test_refused(text):
    with pytest.raises(InputError) as refused:
        compile_template(text, ["X"], ["n"], file="my.rules", line=3)
    diagnostic = refused.value.diagnostics[0]
    assert (diagnostic.code, diagnostic.file, diagnostic.line) == ("M0801", "my.rules", 3)


def test_the_users_array_is_not_touched():
    before = X.copy()
    compile_template("np.clip(X, 0.0, 1.0) + np.sort(X)", ["X"])({"X": X})
    assert np.array_equal(X, before)


@pytest.mark.parametrize("text", GROWING)
def test_what_grows_is_refused_before_it_is_made(text):
    made = compile_template(text, ["X"], ["n"])
    with pytest.raises(LimitError) as refused:
        made({"X": X, "n": 2})
    assert refused.value.diagnostics[0].code == "M0107"


@pytest.mark.parametrize("text", ["[X] * n", "'a' * n", "X.shape * 9", "X.shape", "[X, X]", "None", "X.sum", "'a'",
                                  "np.asarray('float')", "np.split(X, 2)"])
def test_what_gives_no_numbers_fails(text):
    with pytest.raises(TypeError):
        compile_template(text, ["X"], ["n"])({"X": X, "n": 2})


def test_a_function_alone_takes_no_more_parameters_than_on_the_list():
    assert np.allclose(compile_template("np.add", ["X", "Y"])({"X": X, "Y": X}), 2 * X)
    with pytest.raises(InputError, match="gives 3 arguments to `add`, which takes 2"):
        compile_template("np.add", ["X", "Y", "Z"])


@pytest.mark.parametrize("library", ALLOWED)
def test_every_function_takes_as_many_arguments_as_the_list_says(library):
    """No more than come before those that write, and for universal functions exactly as many as they have inputs."""
    for name, count in ALLOWED[library].items():
        found = getattr(import_module(library), name, None)
        if isinstance(found, np.ufunc):
            assert count == found.nin, name
        elif callable(found) and name not in ("float64", "einsum", "block_diag"):
            taken = list(inspect.signature(found).parameters)[:count]
            assert not {"out", "dtype", "copy", "order", "overwrite_a", "overwrite_b", "overwrite_input", "where"} & \
                set(taken) - ({"order"} if name in ("ravel", "reshape", "unravel_index") else set()), name
        else:
            assert found is None or name in CONSTANTS or callable(found), name


@pytest.mark.parametrize("text", GROWING + WRITING + LITERAL)
def test_no_template_changes_its_argument(text):
    before = X.copy()
    with suppress(InputError, LimitError, TypeError):
        compile_template(text, ["X"], ["n"])({"X": X, "n": 2})
    assert np.array_equal(X, before)
