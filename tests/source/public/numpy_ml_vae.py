"""Rewritten after github.com/ddbourgin/numpy-ml, numpy_ml/neural_nets/losses/losses.py, VAELoss.

read   VAELoss.loss
by     t_mean
given  y: matrix(n,d); y_pred: matrix(n,d); t_mean: matrix(n,t); t_log_var: matrix(n,t)
call   VAELoss.loss(y, y_pred, t_mean, t_log_var)
"""

import numpy as np


class VAELoss:
    def __call__(self, y, y_pred, t_mean, t_log_var):
        return self.loss(y, y_pred, t_mean, t_log_var)

    @staticmethod
    def loss(y, y_pred, t_mean, t_log_var):
        eps = np.finfo(float).eps
        y_pred = np.clip(y_pred, eps, 1 - eps)
        rec_loss = -np.sum(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred), axis=1)
        kl_loss = -0.5 * np.sum(1 + t_log_var - t_mean**2 - np.exp(t_log_var), axis=1)
        loss = np.mean(kl_loss + rec_loss)
        return loss

    @staticmethod
    def grad(t_mean, t_log_var):
        N = t_mean.shape[0]
        dMean = t_mean / N
        return dMean
