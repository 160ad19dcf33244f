"""Rewritten after github.com/robertmartin8/PyPortfolioOpt, pypfopt/objective_functions.py, ex_post_tracking_error.

read   ex_post_tracking_error
by     w
given  w: vector(n); historic_returns: matrix(t,n); benchmark_returns: vector(t)
"""

import numpy as np


def ex_post_tracking_error(w, historic_returns, benchmark_returns):
    x_i = w @ historic_returns.T - benchmark_returns
    mean = np.sum(x_i) / len(benchmark_returns)
    return np.sum((x_i - mean) ** 2)


def gradient(w, historic_returns, benchmark_returns):
    x_i = w @ historic_returns.T - benchmark_returns
    return 2 * (x_i - x_i.mean()) @ historic_returns
