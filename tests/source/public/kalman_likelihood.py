"""Rewritten after github.com/rlabbe/filterpy, filterpy/kalman/kalman_filter.py: the likelihood of a measurement
after a step.

read   negative_log_likelihood
by     R
given  x: vector(n); P: spd(n); F: matrix(n,n); Q: spd(n); H: matrix(m,n); R: spd(m); z: vector(m)
"""

import numpy as np
from numpy import dot, log, pi
from numpy.linalg import inv, slogdet


def predict(x, P, F, Q):
    return dot(F, x), dot(dot(F, P), F.T) + Q


def negative_log_likelihood(x, P, F, Q, H, R, z):
    x, P = predict(x, P, F, Q)
    y = z - dot(H, x)
    PHT = dot(P, H.T)
    S = dot(H, PHT) + R
    SI = inv(S)
    return 0.5 * (dot(y, dot(SI, y)) + slogdet(S)[1] + len(z) * log(2 * pi))
