"""Programs for torch: known to autograd and to torch.func, on any device, in any kind of float."""

import numpy as np
import pytest

import matcalc
from tests.targets.problems import agrees, some

torch = pytest.importorskip("torch", reason="torch is not installed")
LOGISTIC = {"X": "matrix(m,n)", "w": "vector(n)", "y": "vector(m)"}


@pytest.fixture(scope="module")
def logistic():
    d = matcalc.grad("sum(log(1 + exp(-y.*(X*w))))", "w", variables=LOGISTIC, check=False)
    return d.function("torch", check=False)


def plain(y, X, w):
    return torch.sum(torch.log1p(torch.exp(-y * (X @ w))))


def point(**options):
    rng = np.random.default_rng(0)
    return [torch.tensor(rng.standard_normal(shape), **options) for shape in (5, (5, 3), 3)]


@pytest.mark.parametrize("name", some(6))
def test_problems(name):
    agrees(name, "torch", torch.as_tensor)


def test_gradcheck(logistic):
    given = point(requires_grad=True)
    assert torch.autograd.gradcheck(logistic.f, given, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(logistic.f, given)


@pytest.mark.filterwarnings("ignore:Input #")
def test_gradcheck_in_single_precision(logistic):
    given = point(dtype=torch.float32, requires_grad=True)
    assert logistic.f(*given).dtype == torch.float32
    assert torch.autograd.gradcheck(logistic.f, given, eps=1e-2, atol=1e-2, rtol=1e-2)


def test_backward_is_the_closed_form(logistic):
    given = point(requires_grad=True)
    logistic.f(*given).backward()
    with torch.no_grad():
        assert torch.equal(given[2].grad, logistic.gradient(*given))


@pytest.mark.parametrize("i", range(3))
def test_func(logistic, i):
    want = torch.func.grad(plain, i)(*point())
    for got in (torch.func.grad(logistic.f, i)(*point()), torch.func.jacrev(logistic.f, i)(*point()),
                torch.func.jacfwd(logistic.f, i)(*point()),
                torch.func.vjp(logistic.f, *point())[1](torch.tensor(1.0).double())[i]):
        torch.testing.assert_close(got, want)
    torch.testing.assert_close(torch.func.hessian(logistic.f, i)(*point()), torch.func.hessian(plain, i)(*point()))


def test_vmap(logistic):
    y, X, w = point()
    many = torch.stack([w, 2 * w, -w])
    got = torch.vmap(torch.func.grad(logistic.f, 2), (None, None, 0))(y, X, many)
    torch.testing.assert_close(got, torch.vmap(torch.func.grad(plain, 2), (None, None, 0))(y, X, many))


def test_other_devices_and_what_is_no_tensor(logistic):
    found = logistic.gradient(*(x.to("meta") for x in point()))
    assert found.device.type == "meta"
    y, X, w = point()
    torch.testing.assert_close(logistic.gradient(y.numpy(), X.tolist(), w), logistic.gradient(y, X, w))
    assert torch.func.grad(logistic.f, 2)(y, X, w[:, None]).shape == (3, 1)


def test_new_tensors_lie_where_the_arguments_do():
    d = matcalc.hessian("sum(x.^2) + norm1(x) + sum(max(x, 0)) + x'*kron(a, b)", "x", check=False)
    found = d.function("torch", check=False)
    shapes = {"x": 6, "a": 2, "b": 3}
    for kind, device in ((torch.float32, "cpu"), (torch.float64, "cpu"), (torch.float64, "meta")):
        given = [torch.ones(shapes[name], dtype=kind, device=device) for name in d.inputs]
        assert found.hessian(*given).dtype == kind
        assert found.hessian(*given).device.type == device


def test_wrong_and_empty_shapes_are_refused(logistic):
    y, X, w = point()
    with pytest.raises(AssertionError, match=r"X is m×n = \(4, 3\), not \(5, 3\)"):
        logistic.gradient(y[:4], X, w)
    with pytest.raises(AssertionError, match="y is empty"):
        logistic.gradient(y[:0], X[:0], w)


def test_an_axis_of_length_one_is_not_stretched():
    found = matcalc.grad("normF(A.*X)^2", "X", check=False).function("torch", check=False)
    with pytest.raises(AssertionError):
        found.gradient(torch.ones(1, 3), torch.ones(2, 3))


def test_a_hessian_product_is_the_second_derivative():
    f = matcalc.hessian("x'*A*x*sum(exp(x))", "x", check=False).function("torch", form="operator", check=False).f

    def plain(x, A):
        return x @ A @ x * torch.sum(torch.exp(x))

    x, A = torch.tensor([0.3, -1.0, 0.5]).double(), torch.arange(9.0).double().reshape(3, 3)
    torch.testing.assert_close(torch.func.hessian(f)(x, A), torch.func.hessian(plain)(x, A))
    torch.testing.assert_close(torch.autograd.functional.hessian(lambda x: f(x, A), x), torch.func.hessian(plain)(x, A))
    assert torch.autograd.gradgradcheck(f, (x.requires_grad_(), A.requires_grad_()))


def test_ours_at_kinks_never_that_of_the_library():
    absolute = matcalc.grad("sum(abs(x))", "x", check=False).function("torch", check=False)
    assert torch.equal(torch.func.grad(absolute.f)(torch.zeros(2)), torch.zeros(2))
    # at a tie of x and 0, where torch halves, the emitted gradient is that of the branch of matcalc: 1 where 0 < x
    hinge = matcalc.grad("sum(max(x, 0))", "x", check=False).function("torch", check=False)
    assert torch.equal(torch.func.grad(lambda x: torch.maximum(x, torch.zeros(2)).sum())(torch.zeros(2)),
                       torch.full((2,), 0.5))
    got = torch.func.grad(hinge.f)(torch.zeros(2))
    assert torch.equal(got, hinge.gradient(torch.zeros(2)))
    assert torch.equal(got, torch.zeros(2))


def test_a_determinant_of_rank_n_minus_one_is_right_or_refused():
    f = matcalc.grad("det(X)", "X", check=False).function("torch", check=False).f
    X = torch.diag(torch.tensor([1.0, 2, 3, 0])).double()
    try:
        got = torch.func.grad(f)(X)
    except RuntimeError:  # of which LinAlgError is one: a zero pivot
        return
    torch.testing.assert_close(got, torch.diag(torch.tensor([0.0, 0, 0, 6])).double())


@pytest.mark.parametrize("structure", ["project", "cookbook"])
def test_symmetric_arguments_are_symmetrised(structure):
    d = matcalc.grad("log(det(S))", "S", variables={"S": "spd(n)"}, structure=structure, check=False)
    f = d.function("torch", check=False).f
    S = torch.tensor([[2.0, 0.9], [0.1, 1.0]]).double()
    torch.testing.assert_close(torch.func.grad(f)(S), torch.linalg.inv((S + S.T) / 2))
    assert torch.autograd.gradcheck(f, S.requires_grad_())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_arguments_are_converted_to(dtype):
    d = matcalc.grad("log(det(S)) + x'*S*x + t*norm1(x)", "x", variables={"S": "spd(n)", "t": "scalar"}, check=False)
    found = d.function("torch", dtype=dtype)
    given = {"S": [[2.0, 0.3], [0.3, 1.0]], "x": torch.tensor([1.0, -2.0]).double(), "t": 2.0}
    assert str(found.gradient(*(given[name] for name in d.inputs)).dtype) == f"torch.{dtype}"
    given = {"S": [[2.0]], "x": torch.tensor([[1.0]]), "t": 2.0}
    assert found.gradient(*(given[name] for name in d.inputs)).shape == (1,)


def test_a_number_that_nothing_determines_is_an_argument():
    found = matcalc.grad("ones(1,m)*(ones(m,n)*x)", "x", check=False).function("torch", check=False)
    x = torch.ones(3, requires_grad=True)
    found.f(x, m=2).backward()
    assert torch.equal(x.grad, torch.full((3,), 2.0))
