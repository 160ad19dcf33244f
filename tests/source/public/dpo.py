"""Rewritten after github.com/eric-mitchell/direct-preference-optimization, trainers.py, preference_loss.

read   dpo
by     policy_chosen_logps
given  policy_chosen_logps: vector(n); policy_rejected_logps: vector(n); reference_chosen_logps: vector(n)
given  reference_rejected_logps: vector(n); beta: scalar
"""

import torch
import torch.nn.functional as F


def preference_loss(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps, reference_rejected_logps, beta,
                    label_smoothing=0.1, ipo=False, reference_free=False):
    pi_logratios = policy_chosen_logps - policy_rejected_logps
    ref_logratios = reference_chosen_logps - reference_rejected_logps
    if reference_free:
        ref_logratios = 0
    logits = pi_logratios - ref_logratios
    if ipo:
        losses = (logits - 1 / (2 * beta)) ** 2
    else:
        losses = -F.logsigmoid(beta * logits) * (1 - label_smoothing) - F.logsigmoid(-beta * logits) * label_smoothing
    return losses


def dpo(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps, reference_rejected_logps, beta):
    return preference_loss(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps,
                           reference_rejected_logps, beta=beta).mean()
