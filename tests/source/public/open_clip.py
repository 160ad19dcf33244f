"""Two cross entropies against the diagonal: github.com/mlfoundations/open_clip, src/open_clip/loss.py, ClipLoss.
Rewritten.

read   ClipLoss.forward
by     image_features
given  image_features: matrix(n,d); text_features: matrix(n,d); logit_scale: scalar
call   ClipLoss().forward(image_features, text_features, logit_scale)
"""

import torch
import torch.nn as nn
from torch.nn import functional as F


class ClipLoss(nn.Module):
    def __init__(self, rank=0, world_size=1):
        super().__init__()
        self.rank = rank
        self.world_size = world_size

    def get_logits(self, image_features, text_features, logit_scale):
        logits_per_image = logit_scale * image_features @ text_features.T
        logits_per_text = logit_scale * text_features @ image_features.T
        return logits_per_image, logits_per_text

    def forward(self, image_features, text_features, logit_scale, output_dict=False):
        device = image_features.device
        logits_per_image, logits_per_text = self.get_logits(image_features, text_features, logit_scale)
        labels = torch.arange(logits_per_image.shape[0], device=device, dtype=torch.long)
        total_loss = (
            F.cross_entropy(logits_per_image, labels) + F.cross_entropy(logits_per_text, labels)
        ) / 2
        return {"contrastive_loss": total_loss} if output_dict else total_loss
