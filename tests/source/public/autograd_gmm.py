"""A mixture of Gaussians in a dict: github.com/HIPS/autograd, examples/gmm.py. Rewritten.

read   gmm_nll
by     means
given  means: matrix(k,d); log_proportions: vector(k); data: matrix(n,d)
call   gmm_nll({"means": means, "log_proportions": log_proportions}, data)
"""

import numpy as np
from scipy.special import logsumexp


def log_normalize(x):
    return x - logsumexp(x)


def unpack_gmm_params(params):
    normalized_log_proportions = log_normalize(params["log_proportions"])
    return normalized_log_proportions, params["means"]


def gmm_nll(params, data):
    log_proportions, means = unpack_gmm_params(params)
    d2 = np.sum((data[:, None, :] - means[None, :, :]) ** 2, axis=-1)
    cluster_lls = log_proportions - 0.5 * d2 - 0.5 * data.shape[1] * np.log(2 * np.pi)
    return -np.sum(logsumexp(cluster_lls, axis=1))
