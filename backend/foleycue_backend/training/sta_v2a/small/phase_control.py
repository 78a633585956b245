# SPDX-License-Identifier: GPL-3.0-or-later
"""Fifth phase: control as published, on the frozen prior; the sixth does the same with a share of steered clips."""

from __future__ import annotations

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import Tensor
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.schedule import ddpm
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.cue_rule import RULE
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.training.sta_v2a.control import ControlOptions, ControlTask
from foleycue_backend.training.sta_v2a.features import FeatureSet, write_features
from foleycue_backend.training.sta_v2a.model_folder import save_model
from foleycue_backend.training.sta_v2a.runner import Plan
from foleycue_backend.training.sta_v2a.small import networks
from foleycue_backend.training.sta_v2a.small.bank import Clips
from foleycue_backend.training.sta_v2a.small.build import SmallRun
from foleycue_backend.training.sta_v2a.small.phase_prior import CROP, SNR_GAMMA, latents

PLAN = Plan(batch=16, rate=1.5e-3, average=0.98, warmup=20, validate_every=100, checkpoint_every=50)


def assemble(small: SmallRun) -> StaV2aPipeline:
    """The finished parts, with a ControlNet that is a copy of the prior and a new pooling."""
    unet = UNet2DConditionModel.from_pretrained(small.part("unet"))
    torch.manual_seed(small.cfg.seed)
    return StaV2aPipeline(
        unet=unet,
        controlnet=CueControlNet.from_unet(unet),
        vae=AutoencoderKL.from_pretrained(small.part("vae")),
        vocoder=SpeechT5HifiGan.from_pretrained(small.part("vocoder")),
        text_encoder=T5EncoderModel.from_pretrained(small.part("text_encoder")),
        tokenizer=PreTrainedTokenizerFast.from_pretrained(small.part("tokenizer")),
        video_encoder=CavpVideoEncoder.from_pretrained(small.part("video_encoder")),
        local_features=LocalFeatures.from_pretrained(small.part("local_features")),
        onset_predictor=OnsetPredictor.from_pretrained(small.part("onset_predictor")),
        attentive_pooling=AttentivePooling(size=networks.WIDTH),
        scheduler=ddpm(),
    )


@torch.no_grad()
def _clip_features(pipe: StaV2aPipeline, clips: Clips, posterior: dict[str, Tensor], index: int) -> dict[str, Tensor]:
    shown = clips.shown[index].permute(0, 3, 1, 2)[None].float() / 255
    tokens = pipe.tokenizer(clips.strikes[index].caption, return_tensors="pt")
    return {
        "features": pipe.encode_video(shown)[0].clone(),
        "labels": clips.labels[index],
        "mean": posterior["mean"][index],
        "std": posterior["std"][index],
        "states": pipe.text_encoder(**{k: tokens[k] for k in ("input_ids", "attention_mask")})[0][0],
    }


def features(small: SmallRun, pipe: StaV2aPipeline, which: str) -> FeatureSet:
    """The cached features of the clips ("clips" or "held_out"), written on first use."""
    clips: Clips = getattr(small, which)
    posterior = latents(small, which)
    folder = small.out / "features" / which
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{index:05}.safetensors" for index in range(len(clips))]
    for index, path in enumerate(files):
        if not path.is_file():
            write_features(_clip_features(pipe, clips, posterior, index), path)
    return FeatureSet(files)


def run(small: SmallRun, steered: float = 0.0, phase: str = "control", name: str = "faithful") -> None:
    """Train and save the whole model."""
    pipe = assemble(small)
    sets = features(small, pipe, "clips"), features(small, pipe, "held_out")
    options = ControlOptions(snr_gamma=SNR_GAMMA, crop=CROP, steered=steered, rule=RULE)
    small.train(phase, ControlTask(pipe, *sets, options), PLAN)
    # In half precision: a model for tests must be small.
    save_model(pipe.to(torch.float16), small.out / name)
