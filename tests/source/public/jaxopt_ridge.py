"""Rewritten after github.com/google/jaxopt, jaxopt/_src/objective.py, ridge_regression: the data are a tuple.

read   ridge_regression
by     params
given  params: vector(d); l2reg: scalar; X: matrix(n,d); y: vector(n)
call   ridge_regression(params, l2reg, (X, y))
"""

import jax.numpy as jnp


def least_squares(params, data):
    X, y = data
    residuals = jnp.dot(X, params) - y
    return 0.5 * jnp.mean(residuals**2)


def ridge_regression(params, l2reg, data):
    ridge = 0.5 * l2reg * jnp.sum(params**2)
    return least_squares(params, data) + ridge
