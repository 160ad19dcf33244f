"""Rewritten after github.com/DeepGraphLearning/KnowledgeGraphEmbedding, codes/model.py: scores with an axis of
samples.

read   score
by     head
given  head: matrix(b,d); relation: matrix(b,d); tail: matrix(b,d); gamma: scalar
"""

import torch
import torch.nn.functional as F


def TransE(head, relation, tail, gamma):
    score = (head + relation) - tail
    return gamma - torch.norm(score, p=1, dim=1)


def DistMult(head, relation, tail):
    return ((head * relation) * tail).sum(dim=1)


def score(head, relation, tail, gamma):
    positive = F.logsigmoid(TransE(head, relation, tail, gamma))
    return -positive.mean() - F.logsigmoid(-DistMult(head, relation, tail)).mean()
