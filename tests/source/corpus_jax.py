"""The same losses with JAX, shapes in the annotations of jaxtyping. The first argument is the one to differentiate by."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import jax.scipy as jsp
from jax import nn, vmap
from jax.scipy.special import gammaln, logsumexp


def least_squares(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n]):
    return 0.5 * jnp.sum(jnp.square(X @ w - y))


def ridge(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], lam: float = 0.1):
    residual = jnp.matmul(X, w) - y
    return jnp.mean(residual**2) + lam * jnp.vdot(w, w)


def logistic(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n]):
    return jnp.mean(jax.nn.softplus(-y * (X @ w)))


def logistic_01(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n]):
    logits = X @ w
    return -jnp.mean(y * jax.nn.log_sigmoid(logits) + (1 - y) * jax.nn.log_sigmoid(-logits))


def softmax_regression(W: Float[Array, "d k"], X: Float[Array, "n d"], Y: Float[Array, "n k"]):
    return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(X @ W), axis=-1))


def softmax_labels(W: Float[Array, "d k"], X: Float[Array, "n d"], y: Int[Array, n]):
    logp = nn.log_softmax(X @ W, axis=-1)
    targets = jax.nn.one_hot(y, W.shape[1])
    return -jnp.sum(targets * logp) / X.shape[0]


def mlp(W1: Float[Array, "d h"], b1: Float[Array, h], W2: Float[Array, "h k"], b2: Float[Array, k],
        X: Float[Array, "n d"], Y: Float[Array, "n k"]):
    activations = X
    for W, b, act in [(W1, b1, jnp.tanh), (W2, b2, None)]:
        activations = activations @ W + b
        if act is not None:
            activations = act(activations)
    return jnp.mean((activations - Y) ** 2)


def mlp_relu(W1: Float[Array, "d h"], W2: Float[Array, "h k"], X: Float[Array, "n d"], Y: Float[Array, "n k"]):
    logits = nn.relu(X @ W1) @ W2
    return -jnp.mean(jnp.sum(Y * (logits - logsumexp(logits, axis=1, keepdims=True)), axis=1))


def hinge(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], C: float = 1.0):
    return 0.5 * jnp.dot(w, w) + C * jnp.sum(jnp.maximum(0.0, 1.0 - y * jnp.dot(X, w)))


def huber(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], delta: float = 1.0):
    e = jnp.abs(X @ w - y)
    small = jnp.minimum(e, delta)
    return jnp.sum(0.5 * small**2 + delta * (e - small))


def pseudo_huber(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], delta: float = 1.5):
    return jnp.sum(delta**2 * (jnp.sqrt(1 + ((y - X @ w) / delta) ** 2) - 1))


def smooth_l1(w: Float[Array, d], eps: float = 1e-3):
    return jnp.sum(jnp.sqrt(jnp.square(w) + eps))


def poisson(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n]):
    def nll(x, t):
        eta = x @ w
        return jnp.exp(eta) - t * eta + gammaln(t + 1)

    return jnp.sum(vmap(nll)(X, y))


def attention(Q: Float[Array, "n d"], K: Float[Array, "m d"], V: Float[Array, "m v"], T: Float[Array, "n v"]):
    d = Q.shape[-1]
    logits = jnp.einsum("nd,md->nm", Q, K) / jnp.sqrt(d)
    out = jnp.einsum("nm,mv->nv", nn.softmax(logits, axis=-1), V)
    return jnp.sum(jnp.square(out - T))


def layer_norm(X: Float[Array, "n d"], gamma: Float[Array, d], beta: Float[Array, d], T: Float[Array, "n d"],
               eps: float = 1e-5):
    mean = jnp.mean(X, axis=-1, keepdims=True)
    var = jnp.mean(jnp.square(X - mean), axis=-1, keepdims=True)
    return jnp.sum(T * (gamma * (X - mean) * jax.lax.rsqrt(var + eps) + beta))


def rms_norm(X: Float[Array, "n d"], g: Float[Array, d], T: Float[Array, "n d"], eps: float = 1e-6):
    return jnp.sum(T * X * jax.lax.rsqrt(jnp.mean(X**2, axis=-1, keepdims=True) + eps) * g)


def batch_norm(X: Float[Array, "n d"], gamma: Float[Array, d], beta: Float[Array, d], T: Float[Array, "n d"]):
    normed = (X - X.mean(0)) / jnp.sqrt(X.var(0) + 1e-5)
    return jnp.vdot(T, normed * gamma + beta)


def vae_elbo(mu: Float[Array, "n l"], logvar: Float[Array, "n l"], noise: Float[Array, "n l"],
             W: Float[Array, "l d"], X: Float[Array, "n d"]):
    def one(m, s, e, x):
        z = m + jnp.exp(0.5 * s) * e
        kl = -0.5 * jnp.sum(1 + s - m**2 - jnp.exp(s))
        return 0.5 * jnp.sum((x - z @ W) ** 2) + kl

    return jnp.mean(jax.vmap(one)(mu, logvar, noise, X))


def gaussian_nll(mu: Float[Array, d], log_sigma: Float[Array, d], x: Float[Array, d]):
    return jnp.sum(0.5 * jnp.log(2 * jnp.pi) + log_sigma + 0.5 * ((x - mu) * jnp.exp(-log_sigma)) ** 2)


def gp_nll(K: Float[Array, "n n"], y: Float[Array, n], noise: float = 0.1):
    C = K + noise * jnp.eye(y.shape[0])
    return 0.5 * y.T @ jnp.linalg.inv(C) @ y + 0.5 * jnp.linalg.slogdet(C)[1]


def mvn_nll(mu: Float[Array, d], S: Float[Array, "d d"], X: Float[Array, "n d"]):
    def one(x):
        return 0.5 * (x - mu) @ jnp.linalg.solve(S, x - mu)

    return vmap(one)(X).sum() + 0.5 * X.shape[0] * jnp.linalg.slogdet(S)[1]


def gmm(mu: Float[Array, "k d"], X: Float[Array, "n d"], log_pi: Float[Array, k]):
    def squared(x, m):
        return jnp.sum((x - m) ** 2)

    d2 = vmap(vmap(squared, in_axes=(None, 0)), in_axes=(0, None))(X, mu)
    return -jnp.sum(logsumexp(log_pi - 0.5 * d2, axis=1))


def kalman(x: Float[Array, n], P: Float[Array, "n n"], H: Float[Array, "m n"], R: Float[Array, "m m"],
           z: Float[Array, m]):
    innovation = z - H @ x
    S = H @ P @ H.T + R
    return 0.5 * innovation @ jnp.linalg.solve(S, innovation) + 0.5 * jnp.linalg.slogdet(S)[1]


def matrix_factorisation(U: Float[Array, "n k"], V: Float[Array, "m k"], R: Float[Array, "n m"],
                         M: Float[Array, "n m"], lam: float = 0.05):
    return jnp.sum((M * (R - jnp.dot(U, V.T))) ** 2) + lam * (jnp.sum(U**2) + jnp.sum(V**2))


def mf_bias(b: Float[Array, n], c: Float[Array, m], U: Float[Array, "n k"], V: Float[Array, "m k"],
            R: Float[Array, "n m"]):
    return jnp.sum((R - (jnp.expand_dims(b, 1) + c + U @ V.T)) ** 2)


def pca(W: Float[Array, "d k"], X: Float[Array, "n d"]):
    centred = X - jnp.mean(X, axis=0, keepdims=True)
    return jnp.mean(jnp.sum((centred - centred @ (W @ W.T)) ** 2, axis=1))


def rayleigh(w: Float[Array, d], A: Float[Array, "d d"]):
    return jnp.einsum("i,ij,j->", w, A, w) / jnp.einsum("i,i", w, w)


def fisher_ratio(w: Float[Array, d], m1: Float[Array, d], m2: Float[Array, d], S: Float[Array, "d d"]):
    return -jnp.inner(w, m1 - m2) ** 2 / jnp.inner(w, S @ w)


def infonce(A: Float[Array, "n d"], B: Float[Array, "n d"], tau: float = 0.1):
    def unit(x):
        return x / jnp.linalg.norm(x, axis=-1, keepdims=True)

    logits = unit(A) @ unit(B).T / tau
    return -jnp.mean(jnp.diagonal(jax.nn.log_softmax(logits, axis=1)))


def clip_loss(I: Float[Array, "n d"], T: Float[Array, "n d"], scale: float = 2.0):
    logits = scale * jnp.matmul(I, T.T)
    return -0.5 * jnp.mean(jnp.diag(nn.log_softmax(logits, axis=1)) + jnp.diag(nn.log_softmax(logits, axis=0)))


def triplet(W: Float[Array, "k d"], a: Float[Array, d], p: Float[Array, d], n: Float[Array, d]):
    near, far = (jnp.sum(jnp.square(W @ (a - v))) for v in (p, n))
    return jax.nn.relu(near - far + 1.0)


def contrastive(X1: Float[Array, "n d"], X2: Float[Array, "n d"], y: Float[Array, n], margin: float = 3.0):
    d = jnp.linalg.norm(X1 - X2, axis=1)
    return jnp.mean(y * d**2 + (1 - y) * jnp.square(jnp.clip(margin - d, 0, None)))


def center_loss(C: Float[Array, "k d"], X: Float[Array, "n d"], y: Int[Array, n]):
    return 0.5 * jnp.mean(jnp.sum((X - C[y]) ** 2, axis=1))


def focal(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], gamma: float = 2.0):
    p = jax.nn.sigmoid(X @ w)
    pt = jnp.where(y > 0.5, p, 1 - p)
    return -jnp.mean((1 - pt) ** gamma * jnp.log(pt))


def focal_multiclass(W: Float[Array, "d k"], X: Float[Array, "n d"], Y: Float[Array, "n k"], gamma: float = 2.0):
    logp = nn.log_softmax(X @ W)
    return -jnp.mean(jnp.sum(Y * jnp.power(1 - jnp.exp(logp), gamma) * logp, axis=-1))


def dpo(lw: Float[Array, n], ll: Float[Array, n], rw: Float[Array, n], rl: Float[Array, n],
        beta: float = 0.1):
    return -jnp.mean(jax.nn.log_sigmoid(beta * (lw - rw) - beta * (ll - rl)))


def ppo(logp: Float[Array, n], old: Float[Array, n], adv: Float[Array, n]):
    normalised = (adv - adv.mean()) / (adv.std() + 1e-8)
    return -jnp.mean(jnp.exp(logp - old) * normalised)


def reinforce(W: Float[Array, "d a"], S: Float[Array, "n d"], actions: Int[Array, n], G: Float[Array, n]):
    logp = jax.nn.log_softmax(S @ W, axis=-1)
    return -jnp.mean(logp[jnp.arange(S.shape[0]), actions] * G)


def label_smoothing(W: Float[Array, "d k"], X: Float[Array, "n d"], Y: Float[Array, "n k"], eps: float = 0.1):
    target = Y * (1 - eps) + eps / Y.shape[-1]
    return jnp.mean(-jnp.sum(target * nn.log_softmax(X @ W, axis=-1), axis=-1))


def distillation(Z: Float[Array, "n k"], T: Float[Array, "n k"], temp: float = 2.0):
    q = nn.softmax(T / temp, axis=-1)
    return temp**2 * jnp.mean(jnp.sum(q * (jnp.log(q) - nn.log_softmax(Z / temp, axis=-1)), axis=-1))


def sne(Y: Float[Array, "n d"], P: Float[Array, "n n"]):
    D = jnp.sum((Y[:, None, :] - Y[None, :, :]) ** 2, axis=-1)
    W = (1 - jnp.eye(Y.shape[0])) / (1 + D)
    return jnp.sum(P * (jnp.log(P) - jnp.log(W / W.sum() + 1e-8)))


def stress(X: Float[Array, "n d"], D: Float[Array, "n n"]):
    d2 = jnp.sum((X[:, None] - X[None]) ** 2, axis=-1)
    return 0.5 * jnp.sum((d2 - D) ** 2)


def laplacian(X: Float[Array, "n d"], W: Float[Array, "n n"]):
    L = jnp.diag(W.sum(1)) - W
    return jnp.trace(X.T @ L @ X)


def mahalanobis(L: Float[Array, "k d"], X: Float[Array, "n d"], Y: Float[Array, "n d"]):
    def distance(x, y):
        return jnp.sum((L @ (x - y)) ** 2)

    return jnp.mean(vmap(distance)(X, Y))


def kernel_ridge(a: Float[Array, n], X: Float[Array, "n d"], y: Float[Array, n], lam: float = 0.1):
    def rbf(u, v):
        return jnp.exp(-0.5 * jnp.dot(u - v, u - v))

    K = vmap(lambda u: vmap(lambda v: rbf(u, v))(X))(X)
    return jnp.sum((K @ a - y) ** 2) + lam * a @ K @ a


def mmd(X: Float[Array, "n d"], Y: Float[Array, "m d"], s: float = 2.0):
    def kernel(A, B):
        return jnp.exp(-jnp.sum((A[:, None, :] - B[None, :, :]) ** 2, axis=2) / s)

    return jnp.mean(kernel(X, X)) + jnp.mean(kernel(Y, Y)) - 2 * jnp.mean(kernel(X, Y))


def barlow(A: Float[Array, "n d"], B: Float[Array, "n d"], lam: float = 0.005):
    C = A.T @ B / A.shape[0]
    eye = jnp.eye(C.shape[0])
    return jnp.sum((eye * (C - 1)) ** 2) + lam * jnp.sum(((1 - eye) * C) ** 2)


def vicreg_variance(Z: Float[Array, "n d"], eps: float = 1e-4):
    std = jnp.sqrt(jnp.var(Z, axis=0, ddof=1) + eps)
    return jnp.mean(jax.nn.relu(3.0 - std))


def cosine(u: Float[Array, d], v: Float[Array, d]):
    return 1 - jnp.dot(u, v) / jnp.sqrt(jnp.sum(u**2) * jnp.sum(v**2))


def bpr(U: Float[Array, "n d"], I: Float[Array, "n d"], J: Float[Array, "n d"]):
    return -jnp.sum(jax.nn.log_sigmoid(jnp.einsum("nd,nd->n", U, I - J)))


def skipgram(v: Float[Array, d], u: Float[Array, d], N: Float[Array, "k d"]):
    return -nn.log_sigmoid(u @ v) - jnp.sum(nn.log_sigmoid(-(N @ v)))


def glove(W: Float[Array, "n d"], V: Float[Array, "m d"], b: Float[Array, n], c: Float[Array, m],
          X: Float[Array, "n m"], F: Float[Array, "n m"]):
    pred = W @ V.T + b[:, jnp.newaxis] + c[jnp.newaxis, :]
    return jnp.sum(F * jnp.square(pred - jnp.log(X)))


def autoencoder(W: Float[Array, "d h"], b: Float[Array, h], c: Float[Array, d], X: Float[Array, "n d"]):
    def reconstruct(x):
        return W @ nn.sigmoid(x @ W + b) + c

    return 0.5 * jnp.mean(jnp.sum((vmap(reconstruct)(X) - X) ** 2, axis=1))


def rnn(W: Float[Array, "h h"], U: Float[Array, "h d"], h0: Float[Array, h], X: Float[Array, "3 d"],
        y: Float[Array, h]):
    h = h0
    for x in (X[0], X[1], X[2]):
        h = jnp.tanh(W @ h + U @ x)
    return jnp.sum((h - y) ** 2)


def lstm_cell(Wf: Float[Array, "h d"], Wi: Float[Array, "h d"], Wo: Float[Array, "h d"], Wc: Float[Array, "h d"],
              x: Float[Array, d], c: Float[Array, h], t: Float[Array, h]):
    gates = [nn.sigmoid(W @ x) for W in (Wf, Wi, Wo)]
    new = gates[0] * c + gates[1] * jnp.tanh(Wc @ x)
    return jnp.sum((gates[2] * jnp.tanh(new) - t) ** 2)


def factorisation_machine(V: Float[Array, "d k"], w: Float[Array, d], X: Float[Array, "n d"],
                          y: Float[Array, n]):
    pairs = 0.5 * jnp.sum(jnp.square(X @ V) - jnp.square(X) @ jnp.square(V), axis=-1)
    return jnp.mean(jnp.square(X @ w + pairs - y))


def glu_ffn(W: Float[Array, "d h"], V: Float[Array, "d h"], O: Float[Array, "h d"], X: Float[Array, "n d"],
            T: Float[Array, "n d"]):
    return jnp.mean((jnp.matmul(nn.silu(X @ W) * (X @ V), O) - T) ** 2)


def gcn(W: Float[Array, "d k"], A: Float[Array, "n n"], X: Float[Array, "n d"], Y: Float[Array, "n k"]):
    d = jnp.sum(A, axis=1) ** -0.5
    S = d[:, None] * A * d[None, :]
    return -jnp.sum(Y * nn.log_softmax(S @ X @ W, axis=1))


def hopfield(x: Float[Array, d], X: Float[Array, "m d"], b: float = 1.0):
    return 0.5 * jnp.sum(x**2) - jsp.special.logsumexp(b * X @ x) / b


def rbm_free_energy(W: Float[Array, "d h"], b: Float[Array, d], c: Float[Array, h], V: Float[Array, "n d"]):
    return -jnp.mean(V @ b + jnp.sum(jnp.logaddexp(0.0, V @ W + c), axis=1))


def ica(W: Float[Array, "d d"], X: Float[Array, "n d"]):
    Z = X @ W.T
    return -jnp.mean(jnp.sum(nn.log_sigmoid(Z) + nn.log_sigmoid(-Z), axis=1)) - jnp.linalg.slogdet(W)[1]


def orthogonality(W: Float[Array, "d k"]):
    return jnp.sum((W.T @ W - jnp.identity(W.shape[1])) ** 2)


def gaussian_kl(mu: Float[Array, d], L: Float[Array, "d d"], nu: Float[Array, d]):
    A = L @ L.T
    return 0.5 * (jnp.trace(A) + jnp.sum((nu - mu) ** 2) - mu.shape[0] - jnp.linalg.slogdet(A)[1])


def quantile(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n], q: float = 0.3):
    r = y - X @ w
    return jnp.mean(jnp.where(r > 0, q * r, (q - 1) * r))


def log_cosh(w: Float[Array, d], X: Float[Array, "n d"], y: Float[Array, n]):
    r = X @ w - y
    return jnp.sum(r + nn.softplus(-2.0 * r) - jnp.log(2.0))


def listnet(s: Float[Array, n], t: Float[Array, n]):
    return -jnp.dot(nn.softmax(t), nn.log_softmax(s))


def ewc(w: Float[Array, d], w0: Float[Array, d], F: Float[Array, d], lam: float = 4.0):
    return 0.5 * lam * jnp.einsum("i,i,i->", F, w - w0, w - w0)


def entropy_regularised(z: Float[Array, k], r: Float[Array, k], tau: float = 0.5):
    return -jnp.sum(nn.softmax(z) * r) + tau * jnp.sum(nn.softmax(z) * nn.log_softmax(z))


def column_regression(w: Float[Array, "d 1"], X: Float[Array, "n d"], y: Float[Array, "n 1"]):
    return jnp.mean((X @ w - y) ** 2)


def planar_flow(w: Float[Array, d], u: Float[Array, d], b: float, Z: Float[Array, "n d"]):
    def log_det(z):
        return jnp.log(jnp.abs(1 + (1 - jnp.tanh(z @ w + b) ** 2) * jnp.dot(u, w)))

    return -jnp.mean(jax.vmap(log_det)(Z))
