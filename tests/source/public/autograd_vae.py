"""Rewritten after github.com/HIPS/autograd, examples/variational_autoencoder.py: densities of scipy.stats.

read   negative_bound
by     q_means
given  q_means: matrix(n,l); q_log_stds: matrix(n,l); latents: matrix(n,l); rec_logits: matrix(n,d)
given  images: matrix(n,d)
"""

import numpy as np
from scipy.stats import norm


def diag_gaussian_log_density(x, mu, log_std):
    return np.sum(norm.logpdf(x, mu, np.exp(log_std)), axis=-1)


def bernoulli_log_density(targets, unnormalized_logprobs):
    label_probabilities = -np.logaddexp(0, -unnormalized_logprobs * (targets * 2 - 1))
    return np.sum(label_probabilities, axis=-1)


def negative_bound(q_means, q_log_stds, latents, rec_logits, images):
    q_latents = diag_gaussian_log_density(latents, q_means, q_log_stds)
    p_latents = diag_gaussian_log_density(latents, 0, 0)
    likelihood = bernoulli_log_density(images, rec_logits)
    return -np.mean(p_latents + likelihood - q_latents)
