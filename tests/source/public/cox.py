"""Rewritten after github.com/havakv/pycox, pycox/models/loss.py, cox_ph_loss_sorted.

read   cox_ph_loss_sorted
by     log_h
given  log_h: vector(n); events: vector(n)
"""

import torch


def cox_ph_loss_sorted(log_h, events, eps=1e-7):
    events = events.view(-1)
    log_h = log_h.view(-1)
    gamma = log_h.max()
    log_cumsum_h = log_h.sub(gamma).exp().cumsum(0).add(eps).log().add(gamma)
    return -log_h.sub(log_cumsum_h).mul(events).sum().div(events.sum())
