# SPDX-License-Identifier: GPL-3.0-or-later
"""Second phase: the vocoder, on true mel pictures."""

from __future__ import annotations

import torch
from torch import nn
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.sta_v2a.small import networks
from foleycue_backend.training.sta_v2a.small.build import SmallRun
from foleycue_backend.training.sta_v2a.small.codec_tasks import VocoderTask

PLAN = Plan(batch=8, rate=2e-3, average=0.99, warmup=30)
#: Log-mel lies around this value, within about this distance.
_MEAN, _SPREAD = -7.0, 4.0


@torch.no_grad()
def wake(vocoder: SpeechT5HifiGan) -> None:
    """Weights that keep the variance of what passes.

    The stock ones (deviation 0.01) are made for weight norm and a thousand channels; at this width nothing would
    come out, and nothing be learnt.
    """
    for module in vocoder.modules():
        if isinstance(module, nn.Conv1d | nn.ConvTranspose1d):
            fan = module.in_channels * module.kernel_size[0]
            if isinstance(module, nn.ConvTranspose1d):
                fan //= module.stride[0]
            # Residual blocks add up: each of their steps starts soft.
            gain = 1.4 if module in (vocoder.conv_pre, vocoder.conv_post, *vocoder.upsampler) else 0.5
            module.weight.normal_(0, gain / fan**0.5)
            if module.bias is not None:
                module.bias.zero_()
    vocoder.conv_pre.weight.div_(_SPREAD)
    if (bias := vocoder.conv_pre.bias) is not None:
        bias.copy_(-_MEAN * vocoder.conv_pre.weight.sum((1, 2)))
    vocoder.conv_post.weight.mul_(0.1)


def run(small: SmallRun) -> None:
    """Train and save."""
    vocoder = networks.vocoder()
    wake(vocoder)
    small.train("vocoder", VocoderTask(vocoder, small.clips, small.held_out), PLAN)
    vocoder.save_pretrained(small.part("vocoder"))
