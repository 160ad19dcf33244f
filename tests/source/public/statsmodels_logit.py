"""Rewritten after github.com/statsmodels/statsmodels, statsmodels/discrete/discrete_model.py, Logit.

read   Logit.loglike
by     params
given  params: vector(k); endog: vector(n); exog: matrix(n,k)
call   Logit(endog, exog).loglike(params)
"""

import numpy as np


class Logit:
    def __init__(self, endog, exog):
        self.endog = endog
        self.exog = exog

    def cdf(self, X):
        X = np.asarray(X)
        return 1 / (1 + np.exp(-X))

    def loglike(self, params):
        q = 2 * self.endog - 1
        X = self.exog
        return np.sum(np.log(self.cdf(q * np.dot(X, params))))

    def score(self, params):
        y = self.endog
        X = self.exog
        L = self.cdf(np.dot(X, params))
        return np.dot(y - L, X)
