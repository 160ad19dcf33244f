"""Rewritten after github.com/google/jaxopt, jaxopt/_src/objective.py and loss.py: the loss of one example under
vmap.

read   l2_multiclass_logreg
by     W
given  W: matrix(d,k); b: vector(k); l2reg: scalar; X: matrix(n,d); y: labels(k)
call   l2_multiclass_logreg((W, b), l2reg, (X, y))
"""

import jax
import jax.numpy as jnp
from jax.scipy.special import logsumexp


def multiclass_logistic_loss(label, logits):
    return logsumexp(logits) - logits[label]


_logloss_vmap = jax.vmap(multiclass_logistic_loss)


def l2_multiclass_logreg(params, l2reg, data):
    X, y = data
    W, b = params
    y_pred = jnp.dot(X, W) + b
    return jnp.mean(_logloss_vmap(y, y_pred)) + 0.5 * l2reg * jnp.sum(W**2)
