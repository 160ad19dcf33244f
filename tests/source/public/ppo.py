"""Rewritten after github.com/openai/spinningup, spinup/algos/pytorch/ppo/ppo.py, compute_loss_pi, its data in a
dict.

read   compute_loss_pi
by     logp
given  logp: vector(n); adv: vector(n); logp_old: vector(n); clip_ratio: scalar
call   compute_loss_pi(logp, {"adv": adv, "logp_old": logp_old}, clip_ratio)
"""

import torch


def compute_loss_pi(logp, data, clip_ratio):
    adv, logp_old = data["adv"], data["logp_old"]
    ratio = torch.exp(logp - logp_old)
    clip_adv = torch.clamp(ratio, 1 - clip_ratio, 1 + clip_ratio) * adv
    loss_pi = -(torch.min(ratio * adv, clip_adv)).mean()
    return loss_pi
