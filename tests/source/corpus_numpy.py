"""Losses as people write them with NumPy: rewritten from tutorials, papers and repositories. The first argument is the
one to differentiate by."""

import numpy as np
from numpy.linalg import inv, slogdet
from scipy.linalg import solve
from scipy.special import expit, gammaln, log_softmax, logsumexp, softmax

EPS = 1e-8


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def relu(z):
    return np.maximum(0, z)


def least_squares(w, X, y):
    r = X @ w - y
    return 0.5 * np.dot(r, r)


def ridge(w, X, y, lam=0.1):
    n, d = X.shape
    return np.mean((X.dot(w) - y) ** 2) + lam * np.sum(w**2)


def logistic(w, X, y):  # labels +1 and -1
    margins = y * (X @ w)
    return np.mean(np.log(1 + np.exp(-margins)))


def logistic_01(w, X, y):
    p = sigmoid(np.dot(X, w))
    m = len(y)
    return -(1 / m) * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def softmax_regression(W, X, Y):
    """W: (d, k), X: (n, d), Y: (n, k)"""
    Z = X @ W
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return -np.mean(np.sum(Y * np.log(P), axis=1))


def softmax_labels(W, X, y, reg=1e-3):
    """After cs231n.github.io/neural-networks-case-study. W: (d, k), X: (n, d), y: (n,)"""
    num_train = X.shape[0]
    scores = X.dot(W)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    data_loss = -np.log(probs[np.arange(num_train), y]).sum() / num_train
    return data_loss + 0.5 * reg * np.sum(W * W)


def mlp(W1, b1, W2, b2, X, Y):
    # W1: (d, h), b1: (h,), W2: (h, k), b2: (k,)
    # X: (n, d), Y: (n, k)
    hidden = np.tanh(X @ W1 + b1)
    out = hidden @ W2 + b2
    return np.square(out - Y).mean()


def mlp_relu(W1, W2, X, Y):
    """W1: (d, h), W2: (h, k), X: (n, d), Y: (n, k)"""
    h = relu(X @ W1)
    scores = h @ W2
    return -np.sum(Y * log_softmax(scores, axis=1)) / X.shape[0]


def hinge(w, X, y, C=1.0):
    slack = np.maximum(0, 1 - y * (X @ w))
    return 0.5 * w @ w + C * slack.sum()


def huber(w, X, y, delta=1.0):
    r = X @ w - y
    a = np.abs(r)
    return np.sum(np.where(a <= delta, 0.5 * r**2, delta * (a - 0.5 * delta)))


def pseudo_huber(w, X, y, delta=1.5):
    r = y - X @ w
    return np.sum(delta**2 * (np.sqrt(1 + (r / delta) ** 2) - 1))


def smooth_l1(w, eps=1e-3):
    """w: (d,)"""
    return np.sqrt(w**2 + eps).sum()


def poisson(w, X, y):
    eta = X @ w
    return np.sum(np.exp(eta) - y * eta + gammaln(y + 1))


def attention(Q, K, V, T):
    """Q: (n, d), K: (m, d), V: (m, v), T: (n, v)"""
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    weights = softmax(scores, axis=-1)
    return np.sum((weights @ V - T) ** 2)


def layer_norm(X, gamma, beta, T, eps=1e-5):
    """X: (n, d), gamma: (d,), beta: (d,), T: (n, d)"""
    mu = X.mean(axis=-1, keepdims=True)
    var = X.var(axis=-1, keepdims=True)
    out = gamma * (X - mu) / np.sqrt(var + eps) + beta
    return np.sum(out * T)


def rms_norm(X, g, T, eps=1e-6):
    """X: (n, d), g: (d,), T: (n, d)"""
    rms = np.sqrt(np.mean(X**2, axis=1, keepdims=True) + eps)
    return np.sum(X / rms * g * T)


def batch_norm(X, gamma, beta, T, eps=1e-5):
    """X: (n, d), gamma: (d,), beta: (d,), T: (n, d)"""
    mean = np.mean(X, axis=0)
    var = np.var(X, axis=0)
    return np.sum(T * (gamma * (X - mean) / np.sqrt(var + eps) + beta))


def vae_elbo(mu, logvar, z, W, X):
    """mu: (n, l), logvar: (n, l), z: (n, l) noise, W: (l, d), X: (n, d)"""
    latent = mu + np.exp(0.5 * logvar) * z
    recon = 0.5 * np.sum((X - latent @ W) ** 2)
    kl = -0.5 * np.sum(1 + logvar - mu**2 - np.exp(logvar))
    return (recon + kl) / X.shape[0]


def gaussian_nll(mu, log_sigma, x):
    """mu: (d,), log_sigma: (d,), x: (d,)"""
    z = (x - mu) / np.exp(log_sigma)
    return np.sum(0.5 * z**2 + log_sigma + 0.5 * np.log(2 * np.pi))


def gp_nll(K, y, noise=0.1):
    """K: (n, n), y: (n,)"""
    n = len(y)
    C = K + noise * np.eye(n)
    alpha = np.linalg.solve(C, y)
    sign, logdet = slogdet(C)
    return 0.5 * y @ alpha + 0.5 * logdet + 0.5 * n * np.log(2 * np.pi)


def mvn_nll(mu, S, X):
    """mu: (d,), S: (d, d), X: (n, d)"""
    n, d = X.shape
    D = X - mu
    quad = np.einsum("ni,ij,nj->n", D, inv(S), D)
    return 0.5 * np.sum(quad) + 0.5 * n * np.log(np.linalg.det(S))


def gmm(mu, X, log_pi):
    """mu: (k, d), X: (n, d), log_pi: (k,)"""
    d2 = ((X[:, np.newaxis, :] - mu[np.newaxis, :, :]) ** 2).sum(axis=2)
    return -np.sum(logsumexp(log_pi - 0.5 * d2, axis=1))


def kalman(x, P, H, R, z):
    """x: (n,), P: (n, n), H: (m, n), R: (m, m), z: (m,)"""
    S = H @ P @ H.T + R
    K = P @ H.T @ inv(S)
    new = x + K @ (z - H @ x)
    return new @ new


def matrix_factorisation(U, V, R, M, lam=0.05):
    """U: (n, k), V: (m, k), R: (n, m), M: (n, m) mask"""
    E = M * (R - U @ V.T)
    return np.sum(E**2) + lam * (np.linalg.norm(U) ** 2 + np.linalg.norm(V) ** 2)


def mf_bias(b, c, U, V, R, mu):
    """b: (n,), c: (m,), U: (n, k), V: (m, k), R: (n, m)"""
    mu = float(mu)
    pred = mu + b[:, None] + c[None, :] + U @ V.T
    return ((R - pred) ** 2).sum()


def pca(W, X):
    """W: (d, k), X: (n, d)"""
    Xc = X - X.mean(axis=0)
    return np.linalg.norm(Xc - Xc @ W @ W.T) ** 2 / len(X)


def rayleigh(w, A):
    return (w @ A @ w) / (w @ w)


def fisher_ratio(w, m1, m2, S):
    """w: (d,), m1: (d,), m2: (d,), S: (d, d)"""
    between = np.dot(w, m1 - m2) ** 2
    within = w.T @ S @ w
    return -between / within


def infonce(A, B, tau=0.1):
    """A: (n, d), B: (n, d)"""
    a = A / np.linalg.norm(A, axis=1, keepdims=True)
    b = B / np.linalg.norm(B, axis=1, keepdims=True)
    logits = a @ b.T / tau
    return np.mean(logsumexp(logits, axis=1) - np.diag(logits))


def clip_loss(I, T, scale=2.0):
    """I: (n, d), T: (n, d)"""
    logits = scale * (I @ T.T)
    rows = log_softmax(logits, axis=1)
    cols = log_softmax(logits, axis=0)
    return -0.5 * (np.mean(np.diag(rows)) + np.mean(np.diag(cols)))


def triplet(W, a, p, n, margin=1.0):
    """W: (k, d), a: (d,), p: (d,), n: (d,)"""
    def dist(u, v):
        diff = W @ (u - v)
        return diff @ diff

    return np.maximum(dist(a, p) - dist(a, n) + margin, 0)


def contrastive(X1, X2, y, margin=3.0):
    """X1: (n, d), X2: (n, d), y: (n,)"""
    d = np.sqrt(np.sum((X1 - X2) ** 2, axis=1))
    return np.mean(y * d**2 + (1 - y) * np.maximum(margin - d, 0) ** 2)


def center_loss(C, X, y):
    """C: (k, d), X: (n, d)"""
    total = 0.0
    n = X.shape[0]
    onehot = np.eye(C.shape[0])[y]
    diff = X - onehot @ C
    total += np.sum(diff**2)
    return total / (2 * n)


def focal(w, X, y, gamma=2):
    p = expit(X @ w)
    return -np.mean(y * (1 - p) ** gamma * np.log(p) + (1 - y) * p**gamma * np.log(1 - p))


def focal_multiclass(W, X, Y, gamma=2):
    """W: (d, k), X: (n, d), Y: (n, k)"""
    logp = log_softmax(X @ W, axis=1)
    return -np.sum(Y * (1 - np.exp(logp)) ** gamma * logp) / len(X)


def dpo(lw, ll, rw, rl, beta=0.1):
    """lw: (n,), ll: (n,), rw: (n,), rl: (n,)"""
    ratio = (lw - ll) - (rw - rl)
    return -np.mean(np.log(expit(beta * ratio)))


def ppo(logp, old, adv):
    """logp: (n,), old: (n,), adv: (n,)"""
    ratio = np.exp(logp - old)
    return -(ratio * adv).mean()


def reinforce(W, S, actions, G):
    """W: (d, a), S: (n, d), actions: (n,), G: (n,)"""
    logits = S @ W
    logp = logits - logsumexp(logits, axis=1, keepdims=True)
    chosen = logp[range(len(G)), actions]
    return -np.mean(chosen * G)


def label_smoothing(W, X, Y, eps=0.1):
    """W: (d, k), X: (n, d), Y: (n, k)"""
    k = Y.shape[1]
    target = (1 - eps) * Y + eps / k
    return -(target * log_softmax(X @ W, axis=1)).sum(axis=1).mean()


def distillation(Z, T, temp=2.0):
    """Z: (n, k), T: (n, k)"""
    q = softmax(T / temp, axis=1)
    return temp**2 * np.sum(q * (np.log(q) - log_softmax(Z / temp, axis=1))) / Z.shape[0]


def sne(Y, P):
    """Y: (n, d), P: (n, n)"""
    n = Y.shape[0]
    sq = np.sum(Y**2, axis=1)
    D = sq[:, None] + sq[None, :] - 2 * Y @ Y.T
    num = (1 / (1 + D)) * (1 - np.eye(n))
    Q = num / num.sum()
    return np.sum(P * (np.log(P + EPS) - np.log(Q + EPS)))


def stress(X, D):
    """X: (n, d), D: (n, n)"""
    total = 0.0
    n = len(X)
    for i in range(n):
        for j in range(n):
            if i < j:
                diff = X[i] - X[j]
                total += (diff @ diff - D[i, j]) ** 2
    return total


def laplacian(X, W):
    """X: (n, d), W: (n, n)"""
    s = 0
    for i in range(X.shape[0]):
        for j in range(X.shape[0]):
            s += W[i, j] * np.sum((X[i] - X[j]) ** 2)
    return 0.5 * s


def mahalanobis(L, X, Y):
    """L: (k, d), X: (n, d), Y: (n, d)"""
    D = (X - Y) @ L.T
    return np.sum(D * D)


def kernel_ridge(a, X, y, lam=0.1, s=1.0):
    """a: (n,), X: (n, d), y: (n,)"""
    d2 = np.sum((X[:, None] - X[None, :]) ** 2, -1)
    K = np.exp(-d2 / (2 * s**2))
    return np.sum((K @ a - y) ** 2) + lam * a @ K @ a


def mmd(X, Y, s=2.0):
    """X: (n, d), Y: (m, d)"""
    def k(A, B):
        d2 = (A**2).sum(1)[:, None] + (B**2).sum(1)[None, :] - 2 * A @ B.T
        return np.exp(-d2 / s)

    return k(X, X).mean() + k(Y, Y).mean() - 2 * k(X, Y).mean()


def barlow(A, B, lam=0.005):
    """A: (n, d), B: (n, d)"""
    n, d = A.shape
    C = A.T @ B / n
    on = np.sum((np.diag(C) - 1) ** 2)
    off = np.sum(C**2) - np.sum(np.diag(C) ** 2)
    return on + lam * off


def vicreg_variance(Z, eps=1e-4):
    """Z: (n, d)"""
    std = np.sqrt(Z.var(axis=0, ddof=1) + eps)
    return np.mean(np.maximum(0, 3 - std))


def cosine(u, v):
    return 1 - u @ v / (np.linalg.norm(u) * np.linalg.norm(v))


def bpr(U, I, J):
    """U: (n, d), I: (n, d), J: (n, d)"""
    x = np.sum(U * I, axis=1) - np.sum(U * J, axis=1)
    return -np.sum(np.log(sigmoid(x))) + 0.01 * np.sum(U**2)


def skipgram(v, u, N):
    """v: (d,), u: (d,), N: (k, d)"""
    return -np.log(sigmoid(u @ v)) - np.sum(np.log(sigmoid(-N @ v)))


def glove(W, V, b, c, X, F):
    """W: (n, d), V: (m, d), b: (n,), c: (m,), X: (n, m), F: (n, m)"""
    J = W @ V.T + b.reshape(-1, 1) + c.reshape(1, -1) - np.log(X)
    return np.sum(F * J**2)


def autoencoder(W, b, c, X):
    """W: (d, h), b: (h,), c: (d,), X: (n, d)"""
    H = sigmoid(X @ W + b)
    R = H @ W.T + c
    return 0.5 * np.sum((R - X) ** 2) / X.shape[0]


def rnn(W, U, h0, X, y):
    """W: (h, h), U: (h, d), h0: (h,), X: (3, d), y: (h,)"""
    h = h0
    for t in range(3):
        h = np.tanh(W @ h + U @ X[t])
    return np.sum((h - y) ** 2)


def lstm_cell(Wf, Wi, Wo, Wc, x, c, t):
    """Wf: (h, d), Wi: (h, d), Wo: (h, d), Wc: (h, d), x: (d,), c: (h,), t: (h,)"""
    f, i, o = sigmoid(Wf @ x), sigmoid(Wi @ x), sigmoid(Wo @ x)
    new = f * c + i * np.tanh(Wc @ x)
    return np.sum((o * np.tanh(new) - t) ** 2)


def factorisation_machine(V, w, X, y):
    """V: (d, k), w: (d,), X: (n, d), y: (n,)"""
    pairs = 0.5 * np.sum((X @ V) ** 2 - (X**2) @ (V**2), axis=1)
    return np.mean((X @ w + pairs - y) ** 2)


def glu_ffn(W, V, O, X, T):
    """W: (d, h), V: (d, h), O: (h, d), X: (n, d), T: (n, d)"""
    G = X @ W
    swish = G * sigmoid(G)
    return np.mean(((swish * (X @ V)) @ O - T) ** 2)


def gcn(W, A, X, Y):
    """W: (d, k), A: (n, n), X: (n, d), Y: (n, k)"""
    deg = A.sum(axis=1)
    S = A / np.sqrt(np.outer(deg, deg))
    return -np.sum(Y * log_softmax(S @ X @ W, axis=1))


def hopfield(x, X, b=1.0):
    """x: (d,), X: (m, d)"""
    return 0.5 * x @ x - logsumexp(b * (X @ x)) / b


def rbm_free_energy(W, b, c, V):
    """W: (d, h), b: (d,), c: (h,), V: (n, d)"""
    return np.mean(-V @ b - np.sum(np.log1p(np.exp(V @ W + c)), axis=1))


def ica(W, X):
    """W: (d, d), X: (n, d)"""
    n = len(X)
    Z = X @ W.T
    return np.sum(np.log(np.cosh(Z))) - n * slogdet(W)[1]


def orthogonality(W):
    """W: (d, k)"""
    k = W.shape[1]
    G = W.T @ W - np.eye(k)
    return np.linalg.norm(G, "fro") ** 2


def gaussian_kl(mu, L, nu, S):
    """mu: (d,), L: (d, d), nu: (d,), S: (d, d)"""
    d = len(mu)
    A = L @ L.T
    diff = nu - mu
    return 0.5 * (np.trace(solve(S, A)) + diff @ solve(S, diff) - d + slogdet(S)[1] - slogdet(A)[1])


def quantile(w, X, y, q=0.3):
    r = y - X @ w
    return np.mean(np.maximum(q * r, (q - 1) * r))


def log_cosh(w, X, y):
    return sum(np.log(np.cosh(X[i] @ w - y[i])) for i in range(len(y)))


def listnet(s, t):
    """s: (n,), t: (n,)"""
    return -np.sum(softmax(t) * log_softmax(s))


def ewc(w, w0, F, lam=4.0):
    """w: (d,), w0: (d,), F: (d,)"""
    return lam / 2 * np.sum(F * (w - w0) ** 2)


def entropy_regularised(z, r, tau=0.5):
    """z: (k,), r: (k,)"""
    p = softmax(z)
    return -(p @ r) + tau * np.sum(p * np.log(p))


def column_regression(w, X, y):
    """w: (d, 1), X: (n, d), y: (n, 1)"""
    e = X @ w - y
    return (e.T @ e).squeeze() / (2 * X.shape[0])


def planar_flow(w, u, b, Z):
    """w: (d,), u: (d,), b: (), Z: (n, d)"""
    a = np.tanh(Z @ w + b)
    det = 1 + (1 - a**2) * (u @ w)
    return -np.mean(np.log(np.abs(det)))
