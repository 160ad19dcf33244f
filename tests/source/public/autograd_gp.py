"""Rewritten after github.com/HIPS/autograd, examples/gaussian_process.py: the marginal likelihood by its
covariance parameters.

read   negative_log_marginal
by     kernel_params
given  kernel_params: vector; mean: scalar; log_noise: scalar; x: matrix(n,d); y: vector(n)

"""

import numpy as np


def rbf_covariance(kernel_params, x, xp):
    output_scale = np.exp(kernel_params[0])
    lengthscales = np.exp(kernel_params[1:])
    diffs = np.expand_dims(x / lengthscales, 1) - np.expand_dims(xp / lengthscales, 0)
    return output_scale * np.exp(-0.5 * np.sum(diffs**2, axis=2))


def negative_log_marginal(kernel_params, mean, log_noise, x, y):
    noise_scale = np.exp(log_noise) + 0.0001
    cov_y_y = rbf_covariance(kernel_params, x, x) + noise_scale * np.eye(len(y))
    r = y - mean * np.ones(len(y))
    _, logdet = np.linalg.slogdet(cov_y_y)
    return 0.5 * (np.dot(r, np.linalg.solve(cov_y_y, r)) + logdet + len(y) * np.log(2 * np.pi))
