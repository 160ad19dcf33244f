"""The same losses with PyTorch, shapes in comments. The first argument is the one to differentiate by."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def least_squares(w, X, y):  # w: (d,), X: (n, d), y: (n,)
    return 0.5 * (X @ w - y).pow(2).sum()


def ridge(w, X, y, lam=0.1):
    # w: (d,), X: (n, d), y: (n,)
    return F.mse_loss(X @ w, y) + lam * w.norm() ** 2


def logistic(w, X, y):  # w: (d,), X: (n, d), y: (n,)
    return F.soft_margin_loss(X.mv(w), y)


def logistic_01(w, X, y):  # w: (d,), X: (n, d), y: (n,)
    return F.binary_cross_entropy_with_logits(X @ w, y)


def softmax_regression(W, X, Y):  # W: (d, k), X: (n, d), Y: (n, k)
    return -(Y * F.log_softmax(X @ W, dim=1)).sum(dim=1).mean()


def softmax_labels(W, X, y):  # W: (d, k), X: (n, d), y: (n,)
    logp = torch.log_softmax(X.mm(W), dim=-1)
    return -logp[torch.arange(X.shape[0]), y].mean()


def mlp(W1, b1, W2, b2, X, Y):
    # W1: (d, h), b1: (h,), W2: (h, k), b2: (k,)
    # X: (n, d), Y: (n, k)
    h = torch.tanh(torch.matmul(X, W1) + b1)
    out = torch.matmul(h, W2).add(b2)
    return ((out - Y) ** 2).mean()


def mlp_relu(W1, W2, X, Y):  # W1: (d, h), W2: (h, k), X: (n, d), Y: (n, k)
    return F.cross_entropy(F.relu(X @ W1) @ W2, Y)


def hinge(w, X, y, C=1.0):  # w: (d,), X: (n, d), y: (n,)
    return 0.5 * w.dot(w) + C * torch.clamp(1 - y * (X @ w), min=0).sum()


def huber(w, X, y, delta=1.0):  # w: (d,), X: (n, d), y: (n,)
    return F.huber_loss(X @ w, y, reduction="sum", delta=delta)


def pseudo_huber(w, X, y, delta=1.5):  # w: (d,), X: (n, d), y: (n,)
    return (delta**2 * (torch.sqrt(1 + ((y - X @ w) / delta).square()) - 1)).sum()


def smooth_l1(w, eps=1e-3):  # w: (d,)
    return w.pow(2).add(eps).sqrt().sum()


def poisson(w, X, y):  # w: (d,), X: (n, d), y: (n,)
    eta = X @ w
    return torch.sum(eta.exp() - y * eta + torch.lgamma(y + 1))


def attention(Q, K, V, T):  # Q: (n, d), K: (m, d), V: (m, v), T: (n, v)
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.size(-1))
    return ((scores.softmax(dim=-1) @ V - T) ** 2).sum()


def layer_norm(X, gamma, beta, T):  # X: (n, d), gamma: (d,), beta: (d,), T: (n, d)
    return (F.layer_norm(X, (X.shape[-1],), weight=gamma, bias=beta) * T).sum()


def rms_norm(X, g, T, eps=1e-6):  # X: (n, d), g: (d,), T: (n, d)
    return torch.sum(X * torch.rsqrt(X.pow(2).mean(-1, keepdim=True) + eps) * g * T)


def batch_norm(X, gamma, beta, T):  # X: (n, d), gamma: (d,), beta: (d,), T: (n, d)
    mean = X.mean(dim=0)
    var = X.var(dim=0, unbiased=False)
    return (T * (gamma * (X - mean) / (var + 1e-5).sqrt() + beta)).sum()


def vae_elbo(mu, logvar, noise, W, X):  # mu: (n, l), logvar: (n, l), noise: (n, l), W: (l, d), X: (n, d)
    z = mu + torch.exp(0.5 * logvar) * noise
    recon = F.mse_loss(z @ W, X, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return recon + kl


def gaussian_nll(mu, log_sigma, x):  # mu: (d,), log_sigma: (d,), x: (d,)
    return (0.5 * ((x - mu) / log_sigma.exp()) ** 2 + log_sigma + 0.5 * math.log(2 * math.pi)).sum()


def gp_nll(K, y, noise=0.1):  # K: (n, n), y: (n,)
    C = K + noise * torch.eye(y.size(0), dtype=y.dtype)
    return 0.5 * y @ torch.linalg.solve(C, y) + 0.5 * torch.logdet(C)


def mvn_nll(mu, S, X):  # mu: (d,), S: (d, d), X: (n, d)
    D = X - mu
    return 0.5 * ((D @ torch.inverse(S)) * D).sum() + 0.5 * len(X) * torch.logdet(S)


def gmm(mu, X, log_pi):  # mu: (k, d), X: (n, d), log_pi: (k,)
    d2 = (X.unsqueeze(1) - mu.unsqueeze(0)).pow(2).sum(-1)
    return -torch.logsumexp(log_pi - 0.5 * d2, dim=1).sum()


def kalman(x, P, H, R, z):  # x: (n,), P: (n, n), H: (m, n), R: (m, m), z: (m,)
    S = H @ P @ H.t() + R
    gain = P @ H.t() @ torch.linalg.inv(S)
    return (x + gain @ (z - H @ x)).pow(2).sum()


def matrix_factorisation(U, V, R, M, lam=0.05):  # U: (n, k), V: (m, k), R: (n, m), M: (n, m)
    return (M * (R - U.matmul(V.t()))).square().sum() + lam * (U.pow(2).sum() + V.pow(2).sum())


def mf_bias(b, c, U, V, R):  # b: (n,), c: (m,), U: (n, k), V: (m, k), R: (n, m)
    pred = b.view(-1, 1) + c.view(1, -1) + U @ V.T
    return torch.sum((R - pred) ** 2)


def pca(W, X):  # W: (d, k), X: (n, d)
    Xc = X - X.mean(0, keepdim=True)
    return torch.norm(Xc - Xc @ W @ W.t()) ** 2 / X.size(0)


def rayleigh(w, A):  # w: (d,), A: (d, d)
    return torch.dot(w, A.mv(w)) / torch.dot(w, w)


def fisher_ratio(w, m1, m2, S):  # w: (d,), m1: (d,), m2: (d,), S: (d, d)
    return -(w @ (m1 - m2)).pow(2) / (w @ S @ w)


def infonce(A, B, tau=0.1):  # A: (n, d), B: (n, d)
    a, b = F.normalize(A, dim=1), F.normalize(B, dim=-1)
    logits = a @ b.t() / tau
    return -torch.diagonal(F.log_softmax(logits, dim=1)).mean()


def clip_loss(I, T, scale=2.0):  # I: (n, d), T: (n, d)
    logits = scale * I @ T.t()
    target = torch.eye(I.shape[0], dtype=I.dtype)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.t(), target)) / 2


def triplet(W, a, p, n):  # W: (k, d), a: (d,), p: (d,), n: (d,)
    near = (W @ (a - p)).norm(p=2)
    far = (W @ (a - n)).norm(p=2)
    return F.relu(near - far + 1.0)


def contrastive(X1, X2, y, margin=3.0):  # X1: (n, d), X2: (n, d), y: (n,)
    d = torch.sqrt((X1 - X2).pow(2).sum(1))
    return torch.mean(y * d.pow(2) + (1 - y) * torch.clamp(margin - d, min=0.0).pow(2))


def center_loss(C, X, y):  # C: (k, d), X: (n, d), y: (n,)
    onehot = F.one_hot(y, num_classes=C.shape[0]).to(C.dtype)
    return (X - onehot @ C).pow(2).sum() / 2


def focal(w, X, y, gamma=2.0):  # w: (d,), X: (n, d), y: (n,)
    p = torch.sigmoid(X @ w)
    ce = F.binary_cross_entropy(p, y, reduction="none")
    pt = p * y + (1 - p) * (1 - y)
    return (ce * (1 - pt) ** gamma).mean()


def focal_multiclass(W, X, Y, gamma=2.0):  # W: (d, k), X: (n, d), Y: (n, k)
    logp = F.log_softmax(X @ W, dim=-1)
    return -((1 - logp.exp()) ** gamma * logp * Y).sum(-1).mean()


def dpo(lw, ll, rw, rl, beta=0.1):  # lw: (n,), ll: (n,), rw: (n,), rl: (n,)
    logits = (lw - ll) - (rw - rl)
    return -F.logsigmoid(beta * logits).mean()


def ppo(logp, old, adv):  # logp: (n,), old: (n,), adv: (n,)
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    return -(torch.exp(logp - old) * adv).mean()


def reinforce(W, S, actions, G):  # W: (d, a), S: (n, d), actions: (n,), G: (n,)
    logp = F.log_softmax(S @ W, dim=1)
    n = S.size(0)
    return -(logp[torch.arange(n), actions] * G).sum() / n


def label_smoothing(W, X, Y, eps=0.1):  # W: (d, k), X: (n, d), Y: (n, k)
    target = Y * (1 - eps) + eps / Y.size(1)
    return torch.sum(-target * torch.log_softmax(X @ W, -1), -1).mean()


def distillation(Z, T, temp=2.0):  # Z: (n, k), T: (n, k)
    return temp**2 * F.kl_div(F.log_softmax(Z / temp, dim=1), F.softmax(T / temp, dim=1), reduction="batchmean")


def sne(Y, P):  # Y: (n, d), P: (n, n)
    sq = Y.pow(2).sum(1)
    D = sq.unsqueeze(1) + sq.unsqueeze(0) - 2 * Y @ Y.t()
    W = (1 - torch.eye(Y.shape[0], dtype=Y.dtype)) / (1 + D)
    return (P * (P.log() - (W / W.sum() + 1e-8).log())).sum()


def stress(X, D):  # X: (n, d), D: (n, n)
    d2 = ((X[:, None, :] - X[None, :, :]) ** 2).sum(dim=2)
    return torch.sum((d2 - D) ** 2)


def laplacian(X, W):  # X: (n, d), W: (n, n)
    L = torch.diag(W.sum(dim=1)) - W
    return torch.trace(X.t() @ L @ X)


def mahalanobis(L, X, Y):  # L: (k, d), X: (n, d), Y: (n, d)
    return F.linear(X - Y, L).pow(2).sum(1).mean()


def kernel_ridge(a, X, y, lam=0.1):  # a: (n,), X: (n, d), y: (n,)
    K = torch.exp(-0.5 * torch.cdist(X, X) ** 2)
    return (K @ a - y).pow(2).sum() + lam * a @ K @ a


def mmd(X, Y, s=2.0):  # X: (n, d), Y: (m, d)
    def kernel(A, B):
        d2 = A.pow(2).sum(1, keepdim=True) + B.pow(2).sum(1) - 2 * A @ B.t()
        return torch.exp(-d2 / s)

    return kernel(X, X).mean() + kernel(Y, Y).mean() - 2 * kernel(X, Y).mean()


def barlow(A, B, lam=0.005):  # A: (n, d), B: (n, d)
    C = A.T @ B / A.size(0)
    on = torch.diagonal(C).sub(1).pow(2).sum()
    return on + lam * (C.pow(2).sum() - torch.diagonal(C).pow(2).sum())


def vicreg_variance(Z, eps=1e-4):  # Z: (n, d)
    std = torch.sqrt(Z.var(dim=0) + eps)
    return torch.mean(F.relu(3 - std))


def cosine(u, v):  # u: (d,), v: (d,)
    return 1 - F.cosine_similarity(u, v, dim=0)


def bpr(U, I, J):  # U: (n, d), I: (n, d), J: (n, d)
    x = (U * I).sum(-1) - (U * J).sum(-1)
    return -torch.log(torch.sigmoid(x)).sum()


def skipgram(v, u, N):  # v: (d,), u: (d,), N: (k, d)
    return -F.logsigmoid(torch.dot(u, v)) - F.logsigmoid(-N.mv(v)).sum()


def glove(W, V, b, c, X, F):  # W: (n, d), V: (m, d), b: (n,), c: (m,), X: (n, m), F: (n, m)
    return (F * (W @ V.mT + b[:, None] + c[None, :] - torch.log(X)) ** 2).sum()


def autoencoder(W, b, c, X):  # W: (d, h), b: (h,), c: (d,), X: (n, d)
    h = torch.sigmoid(F.linear(X, W.t(), b))
    return 0.5 * F.mse_loss(F.linear(h, W, c), X, reduction="sum")


def rnn(W, U, h0, X, y):  # W: (h, h), U: (h, d), h0: (h,), X: (3, d), y: (h,)
    h = h0
    for t in range(X.shape[0]):
        h = torch.tanh(W @ h + U @ X[t])
    return (h - y).square().sum()


def lstm_cell(Wf, Wi, Wo, Wc, x, c, t):  # Wf: (h, d), Wi: (h, d), Wo: (h, d), Wc: (h, d), x: (d,), c: (h,), t: (h,)
    f, i, o = torch.sigmoid(Wf @ x), torch.sigmoid(Wi @ x), torch.sigmoid(Wo @ x)
    new = f * c + i * torch.tanh(Wc @ x)
    return (o * new.tanh() - t).pow(2).sum()


def factorisation_machine(V, w, X, y):  # V: (d, k), w: (d,), X: (n, d), y: (n,)
    pairs = 0.5 * (torch.mm(X, V).pow(2) - torch.mm(X.pow(2), V.pow(2))).sum(1)
    return F.mse_loss(X @ w + pairs, y)


def glu_ffn(W, V, O, X, T):  # W: (d, h), V: (d, h), O: (h, d), X: (n, d), T: (n, d)
    return F.mse_loss((F.silu(X @ W) * (X @ V)) @ O, T)


def gcn(W, A, X, Y):  # W: (d, k), A: (n, n), X: (n, d), Y: (n, k)
    D = torch.diag(A.sum(1).pow(-0.5))
    return -(Y * F.log_softmax(D @ A @ D @ X @ W, dim=1)).sum()


def hopfield(x, X, b=1.0):  # x: (d,), X: (m, d)
    return 0.5 * x.pow(2).sum() - torch.logsumexp(b * (X @ x), dim=0) / b


def rbm_free_energy(W, b, c, V):  # W: (d, h), b: (d,), c: (h,), V: (n, d)
    return (-V @ b - F.softplus(V @ W + c).sum(1)).mean()


def ica(W, X):  # W: (d, d), X: (n, d)
    Z = X @ W.t()
    return torch.log(torch.cosh(Z)).sum(1).mean() - torch.slogdet(W).logabsdet


def orthogonality(W):  # W: (d, k)
    eye = torch.eye(W.size(1), dtype=W.dtype)
    return torch.norm(W.t() @ W - eye, p="fro") ** 2


def gaussian_kl(mu, L, nu):  # mu: (d,), L: (d, d), nu: (d,)
    A = L @ L.T
    return 0.5 * (torch.trace(A) + (nu - mu).pow(2).sum() - mu.numel() - torch.logdet(A))


def quantile(w, X, y, q=0.3):  # w: (d,), X: (n, d), y: (n,)
    r = y - X @ w
    return torch.max(q * r, (q - 1) * r).mean()


def log_cosh(w, X, y):  # w: (d,), X: (n, d), y: (n,)
    r = X @ w - y
    return (r + F.softplus(-2.0 * r) - math.log(2.0)).sum()


def listnet(s, t):  # s: (n,), t: (n,)
    return -(F.softmax(t, dim=0) * F.log_softmax(s, dim=0)).sum()


def ewc(w, w0, F, lam=4.0):  # w: (d,), w0: (d,), F: (d,)
    return lam / 2 * (F * (w - w0).pow(2)).sum()


def entropy_regularised(z, r, tau=0.5):  # z: (k,), r: (k,)
    p = nn.functional.softmax(z, dim=-1)
    return -(p * r).sum() + tau * (p * p.log()).sum()


def column_regression(w, X, y):  # w: (d, 1), X: (n, d), y: (n, 1)
    return nn.functional.mse_loss(X @ w, y)


def planar_flow(w, u, b, Z):  # w: (d,), u: (d,), b: (), Z: (n, d)
    a = torch.tanh(Z @ w + b)
    return -torch.log(torch.abs(1 + (1 - a**2) * torch.dot(u, w))).mean()
