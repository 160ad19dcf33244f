"""Rewritten after github.com/google/jaxopt, jaxopt/_src/objective.py, MulticlassLinearSvmDual.

read   MulticlassLinearSvmDual.objective
by     beta
given  beta: matrix(n,k); X: matrix(n,d); Y: matrix(n,k); l2reg: scalar
call   MulticlassLinearSvmDual().objective(beta, l2reg, X, Y)
"""

import jax.numpy as jnp


class MulticlassLinearSvmDual:
    def subfun(self, Xbeta, l2reg, data):
        X, Y = data
        V = jnp.dot(X.T, Y) - Xbeta
        return 0.5 / l2reg * jnp.vdot(V, V)

    def b(self, data):
        return data[1] - 1

    def objective(self, beta, l2reg, X, Y):
        data = (X, Y)
        ret = self.subfun(jnp.dot(X.T, beta), l2reg, data)
        b = self.b(data)
        if b is not None:
            ret += jnp.vdot(beta, b)
        return ret
