"""Rewritten after github.com/robertmartin8/PyPortfolioOpt, pypfopt/objective_functions.py, sharpe_ratio.

read   sharpe_ratio
by     w
given  w: vector(n); expected_returns: vector(n); cov_matrix: spd(n)
"""

import numpy as np


def sharpe_ratio(w, expected_returns, cov_matrix, risk_free_rate=0.02, negative=True):
    mu = w @ expected_returns
    sigma = np.sqrt(w @ cov_matrix @ w.T)
    sign = -1 if negative else 1
    return sign * (mu - risk_free_rate) / sigma
