"""The normaliser of a chain: github.com/kmkurn/pytorch-crf, torchcrf/__init__.py, of one sequence. Rewritten.

read   CRF.normalizer
by     transitions
given  emissions: matrix(t,k); start_transitions: vector(k); end_transitions: vector(k)
given  transitions: matrix(k,k)
call   CRF(start_transitions, end_transitions, transitions).normalizer(emissions)
"""

import torch
import torch.nn as nn


class CRF(nn.Module):
    def __init__(self, start_transitions, end_transitions, transitions):
        super().__init__()
        self.start_transitions = start_transitions
        self.end_transitions = end_transitions
        self.transitions = transitions

    def normalizer(self, emissions):
        seq_length = emissions.size(0)
        score = self.start_transitions + emissions[0]
        for i in range(1, seq_length):
            next_score = score.unsqueeze(1) + self.transitions + emissions[i].unsqueeze(0)
            score = torch.logsumexp(next_score, dim=0)
        score += self.end_transitions
        return torch.logsumexp(score, dim=0)
