"""The blocks of a Hessian: entry by entry those of the whole one, as JAX has it, where all that is left out is zero."""

import shutil

import numpy as np
import pytest

import matcalc
from tests.targets import eigen
from tests.targets.problems import printed
from tests.targets.test_programs import executed
from tests.targets.tools import Asked, agrees, run_octave, run_r

ROWS, COLUMNS, ENTRIES = (0,), (1,), (0, 1)
SIZES = {"m": 3, "n": 4, "p": 2}
PROBLEMS = {  # formula, variable, declarations, the axes that are shared, the formula for JAX
    "masked factorisation": (
        "normF(O.*(T - U*V'))^2", "U", {"O": "matrix(m,n)", "T": "matrix(m,n)", "U": "matrix(m,p)", "V": "matrix(n,p)"},
        ROWS, lambda jnp, O, T, U, V: ((O * (T - U @ V.T))**2).sum()),  # noqa: E741
    "the other factor": (
        "normF(O.*(T - U*V'))^2", "V", {"O": "matrix(m,n)", "T": "matrix(m,n)", "U": "matrix(m,p)", "V": "matrix(n,p)"},
        ROWS, lambda jnp, O, T, U, V: ((O * (T - U @ V.T))**2).sum()),  # noqa: E741
    "by columns": (
        "normF(O.*(T - W*H))^2", "H", {"O": "matrix(m,n)", "T": "matrix(m,n)", "W": "matrix(m,p)", "H": "matrix(p,n)"},
        COLUMNS, lambda jnp, O, T, W, H: ((O * (T - W @ H))**2).sum()),  # noqa: E741
    "softmax regression": (
        "cross_entropy(Z, Y)", "Z", {"Z": "matrix(m,n)", "Y": "matrix(m,n) onehot"},
        ROWS, lambda jnp, Z, Y: -(Y * (Z - jnp.log(jnp.exp(Z).sum(1))[:, None])).sum()),
    "logistic": ("sum(log(1 + exp(x)))", "x", {"x": "vector(n)"}, ROWS, lambda jnp, x: jnp.log1p(jnp.exp(x)).sum()),
    "entries of a matrix": (
        "sum(X.^4) + sum(exp(X))", "X", {"X": "matrix(m,n)"}, ENTRIES, lambda jnp, X: (X**4).sum() + jnp.exp(X).sum()),
    "an identity": ("3*normF(X)^2", "X", {"X": "matrix(m,n)"}, ENTRIES, lambda jnp, X: 3 * (X**2).sum()),
    "rows and entries": (
        "tr(X*A*X') + sum(X.^4)", "X", {"X": "matrix(m,n)", "A": "matrix(n,n)"}, ROWS,
        lambda jnp, X, A: (X @ A * X).sum() + (X**4).sum()),
    "norms of rows": (
        "sum_i sqrt(x_i'*x_i + 1)", "x_i", {"x_i": "vector(n)"}, ROWS,
        lambda jnp, X: jnp.sqrt((X * X).sum(1) + 1).sum()),
    "members": (
        "\\sum_i tr(inv(A_i + B))", "A_i", {"A_i": "matrix(p,p)", "B": "matrix(p,p)"}, ROWS,
        lambda jnp, A, B: jnp.einsum("ijj->", jnp.linalg.inv(A + B))),
    "members under a condition": (
        "\\sum_i \\sum_k log(det(A_i + x_k^2 I))", "x_k", {"A_i": "matrix(p,p) spd", "x_k": "scalar"}, ROWS,
        lambda jnp, A, x: jnp.log(jnp.linalg.det(A[:, None] + (x**2)[:, None, None] * jnp.eye(2))).sum()),
    "a row": ("sum(exp(r))", "r", {"r": "matrix(1,n)"}, ROWS, lambda jnp, r: jnp.exp(r).sum()),
    "a number": ("a*t^3", "t", {"a": "scalar", "t": "scalar"}, (), lambda jnp, a, t: a * t**3),
    "linear": ("tr(A'*X)", "X", {"A": "matrix(m,n)", "X": "matrix(m,n)"}, ENTRIES, lambda jnp, A, X: (A * X).sum()),
}
FEW = ["masked factorisation", "by columns", "softmax regression", "logistic", "entries of a matrix", "norms of rows"]
FLAT = ["logistic", "entries of a matrix", "an identity", "a number", "linear"]


def derived(name):
    expr, wrt, variables, *_ = PROBLEMS[name]
    return matcalc.hessian(expr, wrt, variables=variables, check=False)


def point(d, sizes=None):
    """Values of the arguments in their order, and the place of the variable."""
    rng, found = np.random.default_rng(1), []
    known = {"m": 3, "n": 4, "p": 2, "k": 3, "i": 3, **(sizes or {})}
    for x in d.inputs.values():
        axes = [*(known.get(str(axis.size), 3) for axis in x.data.axes),
                *(known.get(str(d), 3) if str(d) != "1" else 1 for d in x.shape)]
        value = rng.standard_normal([n for n, of in zip(axes, [*x.data.axes, *x.shape], strict=True) if str(of) != "1"])
        if "spd" in x.data.props:
            value = value @ np.swapaxes(value, -1, -2) + np.eye(value.shape[-1])
        if "onehot" in x.data.props:
            value = np.eye(value.shape[1])[rng.integers(value.shape[1], size=len(value))]
        found.append(value)
    (wrt,) = d.problem.wrt
    return found, [x.data.name for x in d.inputs.values()].index(wrt.data.name)


def blocks_of(whole, shared):
    """Those of a Hessian with the axes of the variable twice, and this with the blocks set to zero."""
    half = whole.ndim // 2
    left = "abcdef"[:half]
    right = "".join(left[k] if k in shared else "uvwxyz"[k] for k in range(half))
    own = "".join(left[k] for k in shared)
    rest = "".join(x for x in left if x not in own) + "".join(x for x in right if x not in own)
    other = np.array(whole)
    if not half:
        return other, 0 * other
    np.einsum(f"{left}{right}->{own}{rest}", other)[...] = 0
    return np.einsum(f"{left}{right}->{own}{rest}", whole), other


def by_jax(name, values, place):
    jax = pytest.importorskip("jax", reason="jax is not installed")
    with jax.enable_x64(True):
        f = PROBLEMS[name][4]
        return np.asarray(jax.hessian(lambda *given: f(jax.numpy, *given), place)(*map(jax.numpy.asarray, values)))


@pytest.mark.parametrize("name", PROBLEMS)
def test_entries_are_those_of_jax_and_all_others_are_zero(name):
    d = derived(name)
    values, place = point(d)
    whole = by_jax(name, values, place)
    want, other = blocks_of(whole, PROBLEMS[name][3])
    np.testing.assert_allclose(other, 0, atol=1e-12)
    scope, said = executed(d.code(functions=["f", "gradient", "hessian_blocks"]))
    got = scope["hessian_blocks"](*values)
    np.testing.assert_allclose(np.reshape(got, want.shape), want, rtol=1e-9, atol=1e-11)
    assert np.shape(got) == ((1, *want.shape) if name == "a row" else want.shape)
    assert "hessian_blocks: relative error" in said


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("sizes", [{"m": 1}, {"n": 1}, {"p": 1}, {"m": 1, "n": 1, "p": 1}], ids=str)
def test_axes_of_length_one(name, sizes):
    d = derived(name)
    values, place = point(d, sizes)
    want, _ = blocks_of(by_jax(name, values, place), PROBLEMS[name][3])
    got = d.function(functions=["hessian_blocks"]).hessian_blocks(*values)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-11)
    assert got.shape == want.shape


@pytest.mark.parametrize("name", FEW)
def test_single_precision_and_arguments_that_are_not_checked(name):
    d = derived(name)
    values, _ = point(d)
    made = d.function(functions=["hessian_blocks"])
    want = made.hessian_blocks(*values)
    np.testing.assert_array_equal(made.hessian_blocks(*values, check=False), want)
    single = made.hessian_blocks(*(value.astype(np.float32) for value in values))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, want, rtol=1e-4, atol=1e-5)
    assert d.function(functions=["hessian_blocks"], dtype="float32").hessian_blocks(*values).dtype == np.float32


@pytest.mark.parametrize(("target", "name"), [
    (target, name) for target in ("jax", "torch", "array-api", "pure") for name in PROBLEMS
    if (target, name) != ("pure", "members under a condition")])  # lists of definite matrices are not drawn there
def test_targets_in_python(target, name):
    library = pytest.importorskip(target, reason=f"{target} is not installed") if target in ("jax", "torch") else np
    d = derived(name)
    values, _ = point(d)
    want = d.function(functions=["hessian_blocks"]).hessian_blocks(*values)
    convert = {"jax": lambda x: library.numpy.asarray(x), "torch": lambda x: library.tensor(x),
               "pure": lambda x: x.tolist()}.get(target, np.asarray)
    source = d.code(target, functions=["f", "gradient", "hessian_blocks"])
    assert "hessian_blocks: relative error" in printed(source)
    if target == "jax":
        with library.enable_x64(True):
            got = library.jit(d.function(target, functions=["hessian_blocks"]).hessian_blocks)(*map(convert, values))
    else:
        got = d.function(target, functions=["hessian_blocks"]).hessian_blocks(*map(convert, map(np.asarray, values)))
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-9, atol=1e-11)
    assert np.shape(got) == np.shape(want)


def asked(name, target):
    d = derived(name)
    values, _ = point(d)
    source = d.code(target, functions=["f", "gradient", "hessian_blocks"], check=False)
    want = d.function(functions=["hessian_blocks"]).hessian_blocks(*values)
    return Asked(source, "hessian_blocks", values), want


@pytest.mark.skipif(shutil.which("octave-cli") is None, reason="octave-cli is not installed")
def test_octave(tmp_path):
    given = {name: asked(name, "octave") for name in {*FEW, *FLAT, "rows and entries"}}
    got = run_octave({name: of for name, (of, _) in given.items()}, tmp_path)
    for name, (_, want) in given.items():
        assert agrees(got[name].value, want, columns=True), (name, got[name])
        assert "hessian_blocks: relative error" in got[name].said


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r(tmp_path):
    given = {name: asked(name, "r") for name in FLAT}
    got = run_r({name: of for name, (of, _) in given.items()}, tmp_path)
    for name, (_, want) in given.items():
        assert agrees(got[name].value, want, columns=False), (name, got[name])
        assert "hessian_blocks: relative error" in got[name].said


@pytest.mark.skipif(bool(eigen.LACKING), reason=eigen.LACKING or "there")
def test_cpp(tmp_path):
    given = {name: asked(name, "cpp") for name in ("logistic", "entries of a matrix")}
    found = eigen.values_of([eigen.Called(of.source, of.function, of.given, {}) for of, _ in given.values()], tmp_path)
    for got, (_, want) in zip(found, given.values(), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    assert "cwiseProduct" in derived("logistic").code("cpp", functions=["gradient", "hessian_blocks"])  # and is right


@pytest.mark.parametrize("target", ["r", "cpp", "julia"])
def test_more_than_two_axes_are_refused_by_name(target):
    with pytest.raises(matcalc.MatcalcError, match="what is returned is an array with more than two axes") as refused:
        derived("masked factorisation").code(target, functions=["hessian_blocks"])
    assert refused.value.diagnostics[0].code == "M0806"


@pytest.mark.parametrize(("expr", "wrt", "variables"), [
    ("x'*A*x", "x", {}), ("exp(a'*x)", "x", {}), ("x'*x + sum(x)^2", "x", {}), ("tr(X*A*X'*B)", "X", {}),
    ("log(det(X))", "X", {}), ("sum(exp(S))", "S", {"S": "sym"}), ("logsumexp(x)", "x", {}),
    ("sum(exp(r*A))", "r", {"r": "matrix(1,n)"}), ("sum_i (x_i'*x_{i+1})^2", "x_i", {}),
    ("sum_i sum_j (x_i'*x_j)^2", "x_i", {}),
])
def test_what_is_not_block_diagonal_is_refused(expr, wrt, variables):
    d = matcalc.hessian(expr, wrt, variables=variables, check=False)
    for ask in (d.code, d.function, d.plan, lambda functions: d.function_names(functions)):
        with pytest.raises(matcalc.MatcalcError, match="is not block diagonal, as far as can be proved") as refused:
            ask(functions=["hessian_blocks"])
        (said,) = refused.value.diagnostics
        assert (said.code, said.fixes) == ("M0522", ("--functions f,gradient,value_and_gradient,hessian",))


def test_several_variables_and_what_is_no_number():
    with pytest.raises(matcalc.MatcalcError, match="by one variable at a time, not by x, y") as refused:
        matcalc.grad("sum(exp(x)) + sum(exp(y))", ["x", "y"]).code(functions=["hessian_blocks"])
    assert refused.value.diagnostics[0].fixes == ("--wrt x", "--wrt y")
    with pytest.raises(matcalc.MatcalcError, match="only a formula whose value is a number has a Hessian"):
        matcalc.jacobian("A*sin(x)", "x").code(functions=["hessian_blocks"])


@pytest.mark.parametrize("options", [{"vec": "row"}, {"layout": "denominator"}, {"layout": "numerator"}], ids=str)
def test_blocks_have_axes_whatever_the_layout_of_the_matrix(options):
    expr, wrt, variables, *_ = PROBLEMS["masked factorisation"]
    d = matcalc.hessian(expr, wrt, variables=variables, check=False, **options)
    values, _ = point(d)
    scope, said = executed(d.code(functions=["f", "gradient", "hessian", "hessian_blocks"]))
    want = derived("masked factorisation").function(functions=["hessian_blocks"]).hessian_blocks(*values)
    np.testing.assert_allclose(scope["hessian_blocks"](*values), want)
    assert said.count("relative error") == 3


@pytest.mark.parametrize("structure", ["project", "free"])
@pytest.mark.parametrize(("expr", "declared"), [("sum(exp(D))", "diag(n)"), ("sum(log(diag(L)))", "lower(n)"),
                                                ("sum(exp(L).*A)", "lower(n)")])
def test_structured_variables(expr, declared, structure):
    name = "D" if "D" in expr else "L"
    d = matcalc.hessian(expr, name, variables={name: declared, **({"A": "matrix(n,n)"} if "A" in expr else {})},
                        structure=structure, check=False)
    assert "hessian_blocks: relative error" in executed(d.code(functions=["gradient", "hessian_blocks"]))[1]


def test_a_fault_is_noticed():
    right = derived("masked factorisation").code(functions=["gradient", "hessian_blocks"])
    start = right.index("def hessian_blocks")
    for wrong in ("return 2 * ", "return np.roll(1, 1) * 1.01 * "):
        changed = right[:start] + right[start:].replace("return ", wrong, 1)
        with pytest.raises(SystemExit, match="the hessian_blocks is wrong"):
            executed(changed)


def test_nothing_whole_is_computed():
    """m blocks of k×k, and no array with m² entries."""
    d = derived("masked factorisation")
    (function,) = d.plan(functions=["hessian_blocks"])
    assert all(str(kernel.shape).count("m") < 2 for kernel in function.kernels)
    source = d.code(functions=["hessian_blocks"], check=False)
    assert "Entry [i, a, b] is ∂²f/∂U[i, a] ∂U[i, b], a block for each row; all other" in source
    assert "embedded" not in source


def test_the_gradient_that_it_was_compared_with_is_not_in_the_file():
    source = derived("logistic").code(functions=["hessian_blocks"])
    assert "def gradient" not in source
    assert "compare(" not in source.split("def hessian_blocks")[1].split("def comparisons")[0]
