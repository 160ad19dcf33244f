"""Agreement with CVXPY's own attributes on its list of atoms; where the two differ, why stands beside it."""

import numpy as np
import pytest

import matcalc

cp = pytest.importorskip("cvxpy", reason="cvxpy is not installed")

V, M, S = "vector(4)", "matrix(4,3)", "matrix(3,3)"
A = np.random.default_rng(0).standard_normal((3, 3))
P = A @ A.T + np.eye(3)


def v(**props):
    return cp.Variable((4, 1), **props)


def m(**props):
    return cp.Variable((4, 3), **props)


def square(**props):
    return cp.Variable((3, 3), **props)


ATOMS = {  # the formula, its unknowns with what is declared, the same in CVXPY
    "abs": ("sum(abs(x))", {"x": V}, lambda: cp.sum(cp.abs(v()))),
    "cummax": ("sum(cummax(x))", {"x": V}, lambda: cp.sum(cp.cummax(v()))),
    "cumsum": ("c'cumsum(x)", {"x": V, "c": V}, lambda: np.ones((1, 4)) @ cp.cumsum(v())),
    "cvar": ("cvar(x, 0.75)", {"x": V}, lambda: cp.cvar(cp.Variable(4), 0.75)),
    "diag": ("sum(diag(x))", {"x": V}, lambda: cp.sum(cp.diag(cp.Variable(4)))),
    "dotsort": ("dotsort(x, w)", {"x": V, "w": V + " nonnegative"}, lambda: cp.dotsort(v(), np.arange(4.0))),
    "entr": ("sum(entr(x))", {"x": V + " positive"}, lambda: cp.sum(cp.entr(v()))),
    "exp": ("sum(exp(x))", {"x": V}, lambda: cp.sum(cp.exp(v()))),
    "geo_mean": ("geo_mean(x)", {"x": V + " positive"}, lambda: cp.geo_mean(cp.Variable(4))),
    "harmonic_mean": ("harmonic_mean(x)", {"x": V + " positive"}, lambda: cp.harmonic_mean(cp.Variable(4))),
    "huber": ("sum(huber(x))", {"x": V}, lambda: cp.sum(cp.huber(v()))),
    "inv_pos": ("sum(inv_pos(x))", {"x": V + " positive"}, lambda: cp.sum(cp.inv_pos(v()))),
    "inv_prod": ("inv_prod(x)", {"x": V + " positive"}, lambda: cp.inv_prod(cp.Variable(4))),
    "kl_div": ("sum(kl_div(x, y))", {"x": V + " positive", "y": V + " positive"}, lambda: cp.sum(cp.kl_div(v(), v()))),
    "lambda_max": ("lambda_max(X)", {"X": S + " sym"}, lambda: cp.lambda_max(square(symmetric=True))),
    "lambda_min": ("lambda_min(X)", {"X": S + " sym"}, lambda: cp.lambda_min(square(symmetric=True))),
    "lambda_sum_largest": ("lambda_sum_largest(X, 2)", {"X": S + " sym"},
                           lambda: cp.lambda_sum_largest(square(symmetric=True), 2)),
    "lambda_sum_smallest": ("lambda_sum_smallest(X, 2)", {"X": S + " sym"},
                            lambda: cp.lambda_sum_smallest(square(symmetric=True), 2)),
    "log": ("sum(log(x))", {"x": V}, lambda: cp.sum(cp.log(v()))),
    "log1p": ("sum(log(1 + x))", {"x": V}, lambda: cp.sum(cp.log1p(v()))),
    "log_det": ("logdet(X)", {"X": S + " spd"}, lambda: cp.log_det(square(PSD=True))),
    "log_normcdf": ("sum(normal_logcdf(x))", {"x": V}, lambda: cp.sum(cp.log_normcdf(v()))),
    "log_sum_exp": ("logsumexp(x)", {"x": V}, lambda: cp.log_sum_exp(v())),
    "logistic": ("sum(log(1 + exp(x)))", {"x": V}, lambda: cp.sum(cp.logistic(v()))),
    "matrix_frac": ("matrix_frac(x, X)", {"x": "vector(3)", "X": S + " spd"},
                    lambda: cp.matrix_frac(cp.Variable(3), square(PSD=True))),
    "max": ("max(X)", {"X": M}, lambda: cp.max(m())),
    "maximum": ("sum(max(x, y))", {"x": V, "y": V}, lambda: cp.sum(cp.maximum(v(), v()))),
    "mean": ("mean(X)", {"X": M}, lambda: cp.mean(m())),
    "min": ("min(X)", {"X": M}, lambda: cp.min(m())),
    "minimum": ("sum(min(x, y))", {"x": V, "y": V}, lambda: cp.sum(cp.minimum(v(), v()))),
    "mixed_norm": ("mixed_norm(X)", {"X": M}, lambda: cp.mixed_norm(m(), 2, 1)),
    "neg": ("sum(relu(-x))", {"x": V}, lambda: cp.sum(cp.neg(v()))),
    "norm1": ("norm1(x)", {"x": V}, lambda: cp.norm1(v())),
    "norm2": ("norm2(x)", {"x": V}, lambda: cp.norm(cp.Variable(4), 2)),
    "norm_fro": ("normF(X)", {"X": M}, lambda: cp.norm(m(), "fro")),
    "norm_inf": ("normInf(x)", {"x": V}, lambda: cp.norm_inf(v())),
    "norm_nuc": ("norm_nuc(X)", {"X": M}, lambda: cp.normNuc(m())),
    "perspective": ("x^2/s", {"x": "scalar", "s": "scalar positive"},
                    lambda: cp.perspective(cp.square(cp.Variable()), cp.Variable(nonneg=True))),
    "pnorm": ("norm_p(x, 3)", {"x": V}, lambda: cp.pnorm(cp.Variable(4), 3)),
    "pnorm below 1": ("norm_p(x, 1/2)", {"x": V + " positive"}, lambda: cp.pnorm(cp.Variable(4), 0.5)),
    "pos": ("sum(relu(x))", {"x": V}, lambda: cp.sum(cp.pos(v()))),
    "power 3/2": ("sum(x.^(3/2))", {"x": V + " positive"}, lambda: cp.sum(cp.power(v(), 1.5))),
    "power -1": ("sum(x.^-1)", {"x": V + " positive"}, lambda: cp.sum(cp.power(v(), -1))),
    "quad_form": ("quad_form(x, X)", {"x": "vector(3)", "X": S + " psd"}, lambda: cp.quad_form(cp.Variable(3), P)),
    "quad_over_lin": ("quad_over_lin(X, y)", {"X": M, "y": "scalar positive"},
                      lambda: cp.quad_over_lin(m(), cp.Variable())),
    "rel_entr": ("sum(rel_entr(x, y))", {"x": V + " positive", "y": V + " positive"},
                 lambda: cp.sum(cp.rel_entr(v(), v()))),
    "scalene": ("sum(scalene(x, 2, 3))", {"x": V}, lambda: cp.sum(cp.scalene(v(), 2, 3))),
    "sigma_max": ("norm_op(X)", {"X": M}, lambda: cp.sigma_max(m())),
    "sqrt": ("sum(sqrt(x))", {"x": V}, lambda: cp.sum(cp.sqrt(v()))),
    "square": ("sum(x.^2)", {"x": V}, lambda: cp.sum(cp.square(v()))),
    "square_pos": ("sum(square_pos(x))", {"x": V}, lambda: cp.sum(cp.square(cp.pos(v())))),
    "std": ("std(x)", {"x": V}, lambda: cp.std(cp.Variable(4))),
    "sum_largest": ("sum_largest(x, 2)", {"x": V}, lambda: cp.sum_largest(cp.Variable(4), 2)),
    "sum_smallest": ("sum_smallest(x, 2)", {"x": V}, lambda: cp.sum_smallest(cp.Variable(4), 2)),
    "sum_squares": ("sum_squares(X)", {"X": M}, lambda: cp.sum_squares(m())),
    "tr_inv": ("tr_inv(X)", {"X": S + " spd"}, lambda: cp.tr_inv(square(PSD=True))),
    "trace": ("tr(X)", {"X": S}, lambda: cp.trace(square())),
    "tv": ("total_variation(x)", {"x": V}, lambda: cp.tv(cp.Variable(4))),
    "tv of an image": ("total_variation(X)", {"X": M}, lambda: cp.tv(m())),
    "var": ("var(x)", {"x": V}, lambda: cp.var(cp.Variable(4))),
    "vdot": ("c'x", {"x": V, "c": V}, lambda: cp.vdot(v(), np.ones((4, 1)))),
    "xexp": ("sum(x.*exp(x))", {"x": V + " nonnegative"}, lambda: cp.sum(cp.xexp(v(nonneg=True)))),
    "ceil": ("sum(ceil(x))", {"x": V}, lambda: cp.sum(cp.ceil(v()))),
    "prod": ("prod(x)", {"x": V + " positive"}, lambda: cp.prod(cp.Variable(4, pos=True))),
    "product": ("x*y", {"x": "scalar positive", "y": "scalar positive"},
                lambda: cp.Variable(pos=True) * cp.Variable(pos=True)),
    "ratio": ("x/y", {"x": "scalar positive", "y": "scalar positive"},
              lambda: cp.Variable(pos=True) / cp.Variable(pos=True)),
    "norm of a square": ("norm2(x)^2", {"x": V}, lambda: cp.square(cp.norm(cp.Variable(4)))),
    "square of an affine": ("(c'x + 1)^2", {"x": V, "c": V}, lambda: cp.square(np.ones(4) @ cp.Variable(4) + 1)),
    "log of a sum": ("log(sum(x))", {"x": V}, lambda: cp.log(cp.sum(v()))),
    "sqrt(1 + x^2)": ("sqrt(1 + x^2)", {"x": "scalar"}, lambda: cp.sqrt(1 + cp.square(cp.Variable()))),
    "exp of a square": ("exp(x^2)", {"x": "scalar"}, lambda: cp.exp(cp.square(cp.Variable()))),
    "log of an exp": ("log(1 + exp(x))", {"x": "scalar"}, lambda: cp.log(1 + cp.exp(cp.Variable()))),
    "x log x": ("x*log(x)", {"x": "scalar"}, lambda: (lambda x: cp.multiply(x, cp.log(x)))(cp.Variable())),
}
KNOWS_MORE = {  # where CVXPY's rules of composition, which see one atom after the other, are silent
    "sqrt(1 + x^2)": "it is the norm of (1, x), which CVXPY wants to be told",
    "log of an exp": "log of a log-convex sum, which CVXPY wants as logistic",
    "x log x": "minus entr, of which the second derivative tells",
}
CONSTANT = ("c", "w", "P")  # of quad_form the matrix is data as well


@pytest.mark.parametrize("name", ATOMS)
def test_the_atoms_of_cvxpy(name):
    formula, declared, build = ATOMS[name]
    theirs = build()
    unknowns = [x for x in declared if x not in CONSTANT and not (name == "quad_form" and x == "X")]
    found = matcalc.convexity(formula, wrt=unknowns, variables=declared)
    assert theirs.size == 1
    curvature = found.main.curvature if found.main is not None and not found.conditions else ""
    ours = curvature in ("convex", "affine"), curvature in ("concave", "affine")
    known = theirs.is_convex(), theirs.is_concave()
    if name in KNOWS_MORE:
        assert known == (False, False)
        assert any(ours), KNOWS_MORE[name]
    else:
        assert ours == known, found


def test_what_cvxpy_does_not_know_is_refuted_or_proved():
    for name, (formula, declared, build) in ATOMS.items():
        theirs = build()
        if not theirs.is_convex() and not theirs.is_concave() and name not in KNOWS_MORE:
            found = matcalc.convexity(formula, wrt=list(declared), variables=declared)
            assert found.verdict == "neither", name
