# SPDX-License-Identifier: GPL-3.0-or-later
"""First phase: the mel autoencoder and the scale of its latents."""

from __future__ import annotations

import torch

from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.sta_v2a.small import networks
from foleycue_backend.training.sta_v2a.small.build import SmallRun
from foleycue_backend.training.sta_v2a.small.codec_tasks import VaeTask

PLAN = Plan(batch=4, rate=2e-3, average=0.99, warmup=30)
_SCALE_CLIPS = 48


def run(small: SmallRun) -> None:
    """Train, measure the latents' deviation, save."""
    vae = networks.vae()
    # Log-mel of silence lies at -11.5: learning that alone would cost a hundred steps.
    if (bias := vae.decoder.conv_out.bias) is not None:
        torch.nn.init.constant_(bias, float(small.clips.mels.mean()))
    small.train("vae", VaeTask(vae, small.clips, small.held_out), PLAN)
    with torch.no_grad():
        mels = small.clips.mels[:_SCALE_CLIPS, None]
        means = torch.cat([vae.encode(mel, return_dict=False)[0].mean for mel in mels.split(4)])
    vae.register_to_config(scaling_factor=float(1 / means.std()))
    vae.save_pretrained(small.part("vae"))
