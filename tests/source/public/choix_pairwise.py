"""Bradley and Terry's model: github.com/lucasmaystre/choix, choix/opt.py, PairwiseFcts. Rewritten.

read   PairwiseFcts.objective
by     params
given  params: vector(n); wins: labels(n); losses: labels(n); penalty: scalar
call   PairwiseFcts(wins, losses, penalty).objective(params)
"""

import numpy as np


class PairwiseFcts:
    def __init__(self, wins, losses, penalty):
        self._wins = wins
        self._losses = losses
        self._penalty = penalty

    def objective(self, params):
        val = self._penalty * np.sum(params**2)
        for win, los in zip(self._wins, self._losses):
            val += np.logaddexp(0, -(params[win] - params[los]))
        return val
