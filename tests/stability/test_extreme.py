"""Emitted code and reported values at extreme points, against the printed formula evaluated with 1500 digits.

Each row: the formula, by what it is derived, the variables, how far (g: f and gradient, h: the Hessian
too, j: the Jacobian), values.
"""

import inspect
import warnings

import mpmath
import numpy as np
import pytest

import matcalc
from tests.stability import high_precision

V, N, M, S, P = "vector(n)", "vector(m)", "matrix(m,n)", "scalar", "scalar positive"
RNG = np.random.default_rng(12)
X = RNG.standard_normal((5, 3))
ONE_HOT = np.eye(4)[[0, 2, 1]]
FAR = [1000.0, 999.0, -1000.0]
BOTH = [1000.0, -1000.0, 40.0, -40.0, 0.0, 3.0]
TAILS = [-50.0, -60.0, 55.0, 100.0, -100.0, 0.5]
TINY, HUGE = [1e-200, 2e-200, -3e-200], [1e200, 2e200, -3e200]
SMALL = [1e-12, -2e-12, 3e-9]
SPD = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 2.0]])
LABELS, SIGNS = [1.0, 0.0, 1.0, 1.0, 0.0], [1.0, -1.0, 1.0, 1.0, -1.0]
W = [400.0, -300.0, 500.0]
LOGISTIC = {"X": M, "w": V, "y": N}
AT_LABELS = {"X": X, "w": W, "y": LABELS}
AT_SIGNS = {"X": X, "w": W, "y": SIGNS}


def x(values):
    return {"x": np.array(values)}


CASES = [
    # pieces: what a condition leaves out may be too large for a number
    ("sum([x <= 0] .* exp(x))", "x", {"x": V}, "h", x(FAR)),
    ("sum(where(x > 0, x, exp(x)))", "x", {"x": V}, "h", x(FAR)),
    ("where(a > 0, a^2, exp(a))", "a", {"a": S}, "h", {"a": 900.0}),
    # logarithms of sums of exponentials, and shares
    ("log(sum(exp(x)))", "x", {"x": V}, "h", x(FAR)),
    ("logsumexp(x)", "x", {"x": V}, "h", x([50.0, 0.0, -3.0])),
    ("log(sum(exp(-x)))", "x", {"x": V}, "h", x(FAR)),
    ("log(mean(exp(x)))", "x", {"x": V}, "h", x(FAR)),
    ("log(sum(exp(A*x + b)))", "x", {"A": M, "x": V, "b": N}, "h",
     {"A": 300 * X, "x": [1.0, 2, 3], "b": RNG.standard_normal(5)}),
    ("c*log(sum(exp(x/c)))", "x", {"x": V, "c": "scalar positive"}, "h", {"x": [1.0, 2.0, 3.0], "c": 1e-3}),
    ("log(exp(a) + exp(b))", "a", {"a": S, "b": S}, "h", {"a": 1000.0, "b": 998.0}),
    ("log(exp(a) + exp(b))", "a", {"a": S, "b": S}, "h", {"a": -1000.0, "b": -998.0}),
    ("log(3 + exp(a))", "a", {"a": S}, "h", {"a": 900.0}),
    ("-y'*log(softmax(x))", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [0.2, 0.3, 0.5]}),
    ("-y'*log(exp(x)/sum(exp(x)))", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [0.2, 0.3, 0.5]}),
    ("-y'*x + log(sum(exp(x)))", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [0.2, 0.3, 0.5]}),
    ("y'*softmax(x)", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [0.2, 0.3, 0.5]}),
    ("y'*softmax(x/c)", "x", {"x": V, "y": V, "c": "scalar positive"}, "g",
     {"x": [1.0, 2, 3], "y": [0.2, 0.3, 0.5], "c": 1e-2}),
    ("y'*exp(x)/sum(exp(x))", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [0.2, 0.3, 0.5]}),
    ("softmax(x)'*log(softmax(x)) - softmax(x)'*log(y)", "x", {"x": V, "y": "vector(n) positive"}, "g",
     {"x": [30.0, -30, 5], "y": [0.2, 0.3, 0.5]}),
    ("-sum(Y.*log(softmax(X*W)))", "W", {"X": M, "W": "matrix(n,k)", "Y": "matrix(m,k)"}, "g",
     {"X": X[:3], "W": 400 * RNG.standard_normal((3, 4)), "Y": ONE_HOT}),
    ("sum(logsumexp(X*W))", "W", {"X": M, "W": "matrix(n,k)"}, "g",
     {"X": X[:3], "W": 400 * RNG.standard_normal((3, 4))}),
    # the logistic function and what is built on it
    ("sum(log(1 + exp(x)))", "x", {"x": V}, "h", x(BOTH)),
    ("sum(log(1 + exp(x)))", "x", {"x": V}, "h", x(TAILS[:2])),
    ("sum(softplus(x))", "x", {"x": V}, "h", x(TAILS)),
    ("sum(softplus(x))", "x", {"x": V}, "h", x([-700.0, -50.0])),
    ("sum(sigmoid(x))", "x", {"x": V}, "h", x(TAILS)),
    ("sum(sigmoid(x))", "x", {"x": V}, "h", x([60.0, 90.0])),
    ("sum(sigmoid(x))", "x", {"x": V}, "h", x([-60.0, -90.0])),
    ("sum(1./(1 + exp(-x)))", "x", {"x": V}, "h", x([60.0, -90.0, 1000.0, -700.0])),
    ("sum(exp(x)./(1 + exp(x)))", "x", {"x": V}, "h", x([60.0, -90.0, 1000.0, -700.0])),
    ("sum(exp(-x)./(1 + exp(-x)).^2)", "x", {"x": V}, "h", x([60.0, -90.0, 1000.0, -500.0])),
    ("sum(sigmoid(x).*(1 - sigmoid(x)))", "x", {"x": V}, "h", x([60.0, -90.0, 1000.0])),
    ("sum(log(sigmoid(x)))", "x", {"x": V}, "h", x(BOTH)),
    ("sum(log(1 - sigmoid(x)))", "x", {"x": V}, "h", x(BOTH)),
    ("sum(log(1./(1 + exp(-x))))", "x", {"x": V}, "h", x(BOTH)),
    ("sum((1 - sigmoid(x)).^2.*log(sigmoid(x)))", "x", {"x": V}, "h", x([60.0, -90.0, 300.0])),
    ("sum(log(1 + exp(-y.*(X*w))))", "w", LOGISTIC, "h", AT_SIGNS),
    ("sum(log(1 + exp(-y.*(X*w))))", "w", LOGISTIC, "h", {"X": np.abs(X), "w": np.abs(W), "y": np.ones(5)}),
    ("-y'*log(sigmoid(X*w)) - sum((1 - y).*log(1 - sigmoid(X*w)))", "w", LOGISTIC, "h", AT_LABELS),
    ("-y'*log(1./(1 + exp(-X*w))) - sum((1 - y).*log(1 - 1./(1 + exp(-X*w))))", "w", LOGISTIC, "h", AT_LABELS),
    ("sum(log(1 + exp(X*w)) - y.*(X*w))", "w", LOGISTIC, "h", AT_LABELS),
    ("sum((y - sigmoid(X*w)).^2)", "w", LOGISTIC, "h", AT_LABELS),
    ("sum_i log(1 + exp(-y_i*(x_i'*w)))", "w", {"w": V}, "h", {"x": X, "w": W, "y": SIGNS}),
    ("sum_i (-y_i*log(sigmoid(x_i'*w)) - (1 - y_i)*log(1 - sigmoid(x_i'*w)))", "w", {"w": V}, "h",
     {"x": X, "w": W, "y": LABELS}),
    ("sum_{i,j} w_{ij}*log(1 + exp(s_j - s_i))", "s", {}, "g", {"w": np.abs(X[:3]), "s": FAR}),
    ("sum(swish(x))", "x", {"x": V}, "h", x([-1000.0, 30, -40, 1000, 2])),
    ("sum(silu(x))", "x", {"x": V}, "h", x([-50.0, -40.0])),
    ("sum(x./(1 + exp(-x)))", "x", {"x": V}, "h", x([-1000.0, 30, -40, 1000, 2])),
    ("sum(gelu(x))", "x", {"x": V}, "h", x([-30.0, -10, -5, 5, 30])),
    ("sum(gelu(x))", "x", {"x": V}, "g", x([-30.0, -20.0])),
    ("sum(1 - erf(x))", "x", {"x": V}, "h", x([10.0, 6.0])),
    ("sum(elu(x))", "x", {"x": V}, "g", x([1000.0, -1e-12, -3, -1000])),
    ("sum(tanh(x))", "x", {"x": V}, "h", x([25.0, -30, 20, 400])),
    ("sum(sinh(x)./cosh(x))", "x", {"x": V}, "h", x([25.0, -30, 1000])),
    ("sum(log(cosh(x)))", "x", {"x": V}, "h", x([1000.0, -1000, 25, 3, 1e-5])),
    ("sum(log(cosh(x)))", "x", {"x": V}, "h", x([1e-6, -2e-7])),
    ("sum(1./cosh(x).^2)", "x", {"x": V}, "h", x([20.0, -300.0])),
    ("sum(log(exp(x) + exp(-x)))", "x", {"x": V}, "g", x([1000.0, -1000.0, 3.0])),
    # near 0, and large squares
    ("sum(log(1 + x))", "x", {"x": V}, "h", x(SMALL)),
    ("sum(exp(x) - 1)", "x", {"x": V}, "h", x(SMALL)),
    ("y'*(exp(x) - 1)", "x", {"x": V, "y": V}, "h", {"x": SMALL, "y": [1.0, 2.0, 3.0]}),
    ("sum((exp(x) - 1)./x)", "x", {"x": V}, "g", x([1e-3, 700.0])),
    ("sum(log(1 - exp(-x)))", "x", {"x": "vector(n) positive"}, "h", x([1e-12, 0.5, 50.0])),
    ("sum(log(1 - exp(-x)))", "x", {"x": "vector(n) positive"}, "h", x([60.0, 700.0])),
    ("sum(1./(exp(x) - 1))", "x", {"x": "vector(n) positive"}, "h", x([1e-9, 50.0, 1000.0])),
    ("sum(x./(exp(x) - 1))", "x", {"x": "vector(n) positive"}, "g", x([0.5, 50.0, 1000.0])),
    ("sum(log(1 + x.^2/5))", "x", {"x": V}, "h", x([1e200, 3.0, 1e-9])),
    ("sum(log(1 + x.^2/5))", "x", {"x": V}, "g", x([1e200, 3e190])),
    ("log(1 + x'*x/c)", "x", {"x": V, "c": "scalar positive"}, "g", {"x": HUGE, "c": 3.0}),
    ("sum(sqrt(1 + x.^2))", "x", {"x": V}, "h", x([1e200, -3.0, 1e-9])),
    ("sum(sqrt(1 + x.^2) - 1)", "x", {"x": V}, "h", x([1e-6, 2e-7])),
    ("sum(sqrt(1 + x.^2) - 1)", "x", {"x": V}, "h", x([1e6, 2e7])),
    ("c^2*sum(sqrt(1 + (x/c).^2) - 1)", "x", {"x": V, "c": "scalar positive"}, "h",
     {"x": [1e200, -3e180, 5.0], "c": 2.0}),
    ("sum(arctan(x))", "x", {"x": V}, "h", x([1e200, -3.0, 1e150])),
    ("sum(log(x./(1 - x)))", "x", {"x": "vector(n) positive"}, "h", x([1e-200, 0.5, 1 - 1e-15])),
    ("sum(x.*exp(-x))", "x", {"x": V}, "h", x([1000.0, 3.0])),
    ("sum(exp(-x.^2/2))", "x", {"x": V}, "h", x([1e10, 30.0])),
    ("sum(exp(x) - y.*x)", "x", {"x": V, "y": V}, "h", {"x": [-700.0, 3.0, 600.0], "y": [1.0, 0, 4]}),
    ("sum(exp(x).*exp(y))", "x", {"x": V, "y": V}, "h", {"x": [1000.0, -900.0, 800.0], "y": [-998.0, 902.0, -800.0]}),
    # norms
    ("norm2(x)", "x", {"x": V}, "h", x(TINY)),
    ("norm2(x)", "x", {"x": V}, "h", x(HUGE)),
    ("sqrt(x'*x)", "x", {"x": V}, "h", x(TINY)),
    ("sqrt(sum(x.^2))", "x", {"x": V}, "h", x(HUGE)),
    ("norm(A*x - b)", "x", {"A": M, "x": V, "b": N}, "h", {"A": X, "x": HUGE, "b": np.full(5, 1e200)}),
    ("norm(A*x)", "x", {"A": M, "x": V}, "h", {"A": X, "x": TINY}),
    ("normF(X)", "X", {"X": M}, "h", {"X": 1e-200 * X}),
    ("norm2(x)^3", "x", {"x": V}, "h", x([1e-120, 2e-120])),
    ("y'*x/norm2(x)", "x", {"x": V, "y": V}, "h", {"x": TINY, "y": [1.0, 2, 5]}),
    ("y'*x/(norm2(x)*norm2(y))", "x", {"x": V, "y": V}, "h", {"x": TINY, "y": [1e-200, 2e-200, 5e-200]}),
    ("y'*x/(norm2(x)*norm2(y))", "x", {"x": V, "y": V}, "h", {"x": HUGE, "y": [1e-200, 2e-200, 5e-200]}),
    ("1/norm2(x)", "x", {"x": V}, "g", x([1e-150, 2e-150])),
    ("x'*A*x/(x'*x)", "x", {"x": V, "A": "matrix(n,n)"}, "h", {"x": TINY, "A": SPD}),
    ("x'*A*x/(x'*x)", "x", {"x": V, "A": "matrix(n,n)"}, "h", {"x": HUGE, "A": SPD}),
    ("log(x'*x)", "x", {"x": V}, "h", x(TINY)),
    ("sum_i norm2(x_i)", "x", {"x": "matrix(n,k)"}, "g", {"x": 1e-200 * X}),
    ("y'*(x - mean(x)*ones(n))/sqrt(norm2(x - mean(x)*ones(n))^2/n + 1/100000)", "x", {"x": V, "y": V}, "g",
     {"x": [1e-9, 2e-9, 4e-9], "y": [1.0, 2, 5]}),
    # determinants and products
    ("log(det(A))", "A", {"A": "spd(n)"}, "h", {"A": 1e-150 * SPD}),
    ("log(det(A))", "A", {"A": "matrix(n,n) invertible"}, "h", {"A": 1e150 * SPD}),
    ("log(det(A)^2)", "A", {"A": "matrix(n,n) invertible"}, "g", {"A": -1e150 * SPD}),
    ("log(abs(det(A)))", "A", {"A": "matrix(n,n) invertible"}, "g", {"A": -1e150 * SPD}),
    ("log(2*det(A))", "A", {"A": "spd(n)"}, "g", {"A": 1e150 * SPD}),
    ("det(A)^(1/n)", "A", {"A": "spd(n)"}, "g", {"A": 1e150 * SPD}),
    ("sqrt(det(A))", "A", {"A": "spd(n)"}, "g", {"A": 1e105 * SPD}),
    ("1/2*log(det(A)) + 1/2*x'*inv(A)*x", "A", {"A": "spd(n)", "x": V}, "g",
     {"A": 1e150 * SPD, "x": [1e75, 2e75, 3e75]}),
    ("log(prod(x))", "x", {"x": "vector(n) positive"}, "h", x([1e200, 1e180, 1e-100])),
    ("prod(x)^(1/n)", "x", {"x": "vector(n) positive"}, "g", x([1e200, 1e180, 1e190])),
    ("prod(x)^(1/n)", "x", {"x": "vector(n) positive"}, "g", x([1e-200, 1e-180, 1e-190])),
    # more of the same kinds
    ("log(sigmoid(w'*x))", "w", {"w": V, "x": V}, "h", {"w": [400., -300, 20], "x": [-1., 1, 2]}),
    ("log(1+exp(a))", "a", {"a": S}, "h", {"a": -60.}),
    ("log(1+exp(a))", "a", {"a": S}, "h", {"a": 800.}),
    ("1/(1+exp(-a))", "a", {"a": S}, "h", {"a": 50.}),
    ("a^2/(1+a^2)", "a", {"a": S}, "h", {"a": 1e100}),
    ("1 - exp(-x'*x/2)", "x", {"x": V}, "h", x([1e-9, 2e-9])),
    ("log(norm2(x))", "x", {"x": V}, "h", x(HUGE)),
    ("norm2(x)/norm2(y)", "x", {"x": V, "y": V}, "g", {"x": HUGE, "y": HUGE}),
    ("norm2(x - y)", "x", {"x": V, "y": V}, "g", {"x": HUGE, "y": [0., 1e200, 1e200]}),
    ("1/norm2(x - y)", "x", {"x": V, "y": V}, "g", {"x": [1e-160, 2e-160, 0], "y": [0., 0, 3e-160]}),
    ("sqrt(1 + x'*x) - 1", "x", {"x": V}, "g", x([1e-9, 2e-9])),
    ("sqrt(1 + x'*x)", "x", {"x": V}, "g", x(HUGE)),
    ("sqrt(c + norm2(x)^2)", "x", {"x": V, "c": P}, "g", {"x": HUGE, "c": 2.}),
    ("c^2*(sqrt(1 + (a/c)^2) - 1)", "a", {"a": S, "c": P}, "h", {"a": 1e-7, "c": 2.}),
    ("sum(log(1 + (x/c).^2))", "x", {"x": V, "c": P}, "h", {"x": [1e200, 2., 1e-9], "c": 3.}),
    ("(c+1)/2*sum(log(1 + x.^2/c))", "x", {"x": V, "c": P}, "h", {"x": [1e200, 2., 1e-9], "c": 3.}),
    ("sum(log(exp(x) + exp(y)))", "x", {"x": V, "y": V}, "h", {"x": FAR, "y": [900., 1000, -1001]}),
    ("sum(log(exp(x) - 1))", "x", {"x": "vector(n) positive"}, "h", x([1000., 1e-10, 3])),
    ("sum(x./(1+abs(x)))", "x", {"x": V}, "g", x([1e300, -3, 1e-9])),
    ("sum((1-sigmoid(x)).*x)", "x", {"x": V}, "h", x(TAILS)),
    ("sum(sigmoid(x).^3)", "x", {"x": V}, "h", x([60., -90, -200])),
    ("sum(1 - tanh(x).^2)", "x", {"x": V}, "g", x([30., -90, 300])),
    ("sum(1 - tanh(x))", "x", {"x": V}, "h", x([30., 300])),
    ("sum(x.*tanh(log(1+exp(x))))", "x", {"x": V}, "g", x([-40., 500, 1])),
    ("sum(softplus(-x) + x)", "x", {"x": V}, "h", x([-1000., 500, 1])),
    ("sum(log(1+exp(-abs(x))) + relu(x))", "x", {"x": V}, "g", x([-50., 1000, 1])),
    ("sum(exp(x)./(1+exp(x)).^2)", "x", {"x": V}, "g", x([-50., 700, 1])),
    ("sum(exp(2*x)./(1+exp(2*x)))", "x", {"x": V}, "g", x([-50., 700, 1])),
    ("sum(1./(1+exp(x)))", "x", {"x": V}, "h", x([-50., 800, -60])),
    ("sum(2./(1+exp(-2*x)) - 1)", "x", {"x": V}, "h", x([-50., 800, 1e-10])),
    ("sum(log(2./(1+exp(-x))))", "x", {"x": V}, "h", x([-800., 800, 1])),
    ("-y'*log(y./softmax(x))", "x", {"x": V, "y": "vector(n) positive"}, "g", {"x": FAR, "y": [.2, .3, .5]}),
    ("sum(y.*log(y./softmax(x)))", "x", {"x": V, "y": "vector(n) positive"}, "g", {"x": FAR, "y": [.2, .3, .5]}),
    ("-softmax(x)'*log_softmax(x)", "x", {"x": V}, "g", x([50., 0, -3])),
    ("cross_entropy(x,y)", "x", {"x": V, "y": V}, "h", {"x": [50., 0, -3], "y": [1., 0, 0]}),
    ("-y'*z + log(sum(exp(z)))", "z", {"z": V, "y": V}, "g", {"z": [50., 0, -3], "y": [1., 0, 0]}),
    ("log(sum(exp(A*x))) - b'*A*x", "x", {"A": M, "x": V, "b": N}, "h", {"A": 200 * X, "x": [1., 2, 3], "b": [0., 0,
     1, 0, 0]}),
    ("log(w'*exp(x))", "x", {"x": V, "w": "vector(n) positive"}, "h", {"x": FAR, "w": [1., 2, 3]}),
    ("sum_i log(sum_j exp(A_{ij} + u_j))", "u", {}, "g", {"A": 500 * X, "u": [1., 2, 3]}),
    ("sum_i log(1+exp(-y_i*sum_j X_{ij}*w_j))", "w", {}, "h", AT_SIGNS),
    ("sum_i log(sum_k exp(w_k'*x_i))", "w", {}, "g", {"w": 400 * np.eye(3), "x": X}),
    ("log(sum_i exp(x_i))", "x", {}, "h", x(FAR)),
    ("sum_i log(1 + exp(x_i))", "x", {}, "h", x(BOTH)),
    ("sum_i -log(1/(1+exp(-x_i)))", "x", {}, "h", x(BOTH)),
    ("sqrt(sum_i x_i^2)", "x", {}, "g", x(TINY)),
    ("sum_{i,j} sqrt((x_i-x_j)^2 + 1)", "x", {}, "g", x([1e200, 1., 3])),
    ("sum_{i,j} log(1+exp(-(s_i - s_j)))", "s", {}, "h", {"s": FAR}),
    ("1/2*logdet(A) + 1/2*x'*inv(A)*x", "A", {"A": "spd(n)", "x": V}, "g", {"A": 1e-150 * SPD, "x": [1e-75, 2e-75,
     3e-75]}),
    ("log(det(A*A'))", "A", {"A": "matrix(n,n) invertible"}, "g", {"A": 1e100 * SPD}),
    ("log(det(X'*X))", "X", {"X": M}, "g", {"X": 1e100 * X}),
    ("log(det(eye(n) + X'*X))", "X", {"X": M}, "g", {"X": 1e100 * X}),
    ("det(A)^(-1/2)", "A", {"A": "spd(n)"}, "g", {"A": 1e105 * SPD}),
    ("tr(A)/n - det(A)^(1/n)", "A", {"A": "spd(n)"}, "g", {"A": 1e120 * SPD}),
    ("sum(x)/prod(x)^(1/n)", "x", {"x": "vector(n) positive"}, "g", x([1e200, 1e180, 1e190])),
    ("sum(log(x)) - log(sum(x))", "x", {"x": "vector(n) positive"}, "g", x([1e200, 1e180, 1e190])),
    ("normF(X)^3", "X", {"X": M}, "g", {"X": np.zeros((2, 3))}),
    ("normF(X)^4", "X", {"X": M}, "h", {"X": np.zeros((2, 3))}),
    ("normF(A*X - B)", "X", {"A": "matrix(p,m)", "X": M, "B": "matrix(p,n)"}, "g", {"A": X[:2],
     "X": 1e200 * np.ones((3, 2)), "B": np.ones((2, 2))}),
    ("sqrt(tr(X'*X))", "X", {"X": M}, "g", {"X": 1e-180 * X}),
    ("sum(gelu(x))", "x", {"x": V}, "h", x([-37., -35])),
    ("sum(x.*(1+erf(x/sqrt(2)))/2)", "x", {"x": V}, "g", x([-30., -20])),
    ("sum(log(1 + tanh(x)))", "x", {"x": V}, "g", x([-50., 30, -300])),
    ("sum(log(cosh(y - X*w)))", "w", LOGISTIC, "h", AT_LABELS),
    ("sum(sqrt((y - X*w).^2 + c))", "w", {**LOGISTIC, "c": P}, "h", {**AT_LABELS, "c": 1e-8}),
    ("sum((1-sigmoid(y.*(X*w))).^2.*log(1+exp(-y.*(X*w))))", "w", LOGISTIC, "g", AT_SIGNS),
    ("-sum(log(sigmoid(y.*(X*w)))) + c*w'*w", "w", {**LOGISTIC, "c": P}, "h", {**AT_SIGNS, "c": 1e-3}),
    ("sum(exp(X*w) - y.*(X*w))", "w", LOGISTIC, "h", {**AT_LABELS, "w": [100., -50, 30]}),
    ("sum(log(1 + exp(X*w)).*(1-y)) + sum(log(1 + exp(-X*w)).*y)", "w", LOGISTIC, "h", AT_LABELS),
    ("sum(x.^2./(1 + x.^2))", "x", {"x": V}, "g", x([1e180, 1e-9, 2.])),
    ("sum(arctan(x./c))", "x", {"x": V, "c": P}, "g", {"x": [1e180, 1e-9, 2.], "c": 2.}),
    ("x'*A*x/norm2(x)", "x", {"x": V, "A": "matrix(n,n)"}, "g", {"x": TINY, "A": SPD}),
    ("x/norm2(x)", "x", {"x": V}, "j", x(TINY)),
    ("softmax(x)", "x", {"x": V}, "j", x([50., 0, -3])),
    ("sigmoid(x)", "x", {"x": V}, "j", x(TAILS)),
    ("log_softmax(x)", "x", {"x": V}, "j", x(FAR)),
]


@pytest.mark.parametrize(("text", "wrt", "variables", "far", "values"), CASES,
                         ids=[f"{k}: {case[0]}" for k, case in enumerate(CASES)])
def test_extreme_values(text, wrt, variables, far, values):
    for said, computed, expr, d in results(text, wrt, variables, far, values):
        assert error(computed, expected(d, expr, values)) < 1e-9, (said, repr(expr))


def results(text, wrt, variables, far, values):
    derive = {"g": matcalc.grad, "h": matcalc.hessian, "j": matcalc.jacobian}[far]
    d = derive(text, wrt=wrt, variables=variables, check=False)
    first = matcalc.grad(text, wrt=wrt, variables=variables, check=False) if far == "h" else d
    given = named(d, values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield "value", d.value(given), d.problem.settled(d.problem.f), d
        yield "evaluate", d.evaluate(given), d.expr, d
        for name, expr, of in (("f", d.problem.settled(d.problem.f), d), ("gradient", first.expr, first),
                               ("hessian", d.expr, d), ("jacobian", d.expr, d)):
            functions = vars(d.function(check=False))
            if name in functions:
                f = functions[name]
                yield name, f(*(given[p] for p in inspect.signature(f).parameters)), expr, of


def named(d, values):
    """The values by the names that the functions have for their arguments: x_i are the rows of X."""
    given = {name: np.asarray(v, dtype=float) for name, v in values.items()}
    return given if d.problem.indexed is None else d.problem.indexed.named(given)


def expected(d, expr, values):
    values = named(d, values)
    leaves = {leaf: np.reshape(np.asarray(values[name], float), np.shape(np.atleast_2d(values[name]))
                               if leaf.shape[1] != 1 else (-1, 1))
              for name, leaf in d.inputs.items()}
    return high_precision.value(expr, leaves, sizes_of(leaves))


def sizes_of(leaves):
    found = {}
    for leaf, array in leaves.items():
        found |= {str(dim): k for dim, k in zip(leaf.shape, array.shape, strict=True) if not isinstance(dim, int)}
    return found


def error(computed, right):
    with mpmath.mp.workdps(60):
        computed = np.asarray(computed, dtype=float).reshape(right.shape)
        if max(map(abs, right.flat)) > np.finfo(float).max:
            return 0.0  # no number is the right answer
        if not np.all(np.isfinite(computed)):
            return float("inf")
        gap = mpmath.sqrt(sum((mpmath.mpf(float(a)) - b) ** 2 for a, b in zip(computed.flat, right.flat, strict=True)))
        return float(gap / max(mpmath.mpf("1e-300"), mpmath.sqrt(sum(b * b for b in right.flat))))
