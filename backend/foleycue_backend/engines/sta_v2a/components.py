# SPDX-License-Identifier: GPL-3.0-or-later
"""An installed STA-V2A as pipelines that hold no more than what one kind of work needs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers import SpeechT5HifiGan, T5EncoderModel

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.studio.components import Components

_CLASSES: dict[str, Any] = {
    "unet": UNet2DConditionModel,
    "controlnet": CueControlNet,
    "vae": AutoencoderKL,
    "vocoder": SpeechT5HifiGan,
    "text_encoder": T5EncoderModel,
    "video_encoder": CavpVideoEncoder,
    "local_features": LocalFeatures,
    "onset_predictor": OnsetPredictor,
    "attentive_pooling": AttentivePooling,
}
#: What decides the timing and runs once a range: rounding would move cues and save little.
_EXACT = ("video_encoder", "local_features", "onset_predictor", "attentive_pooling")


class StaV2aComponents(Components):
    """The parts of a folder that `StaV2aPipeline.save_pretrained` wrote."""

    def __init__(self, folder: Path, half: bool) -> None:
        super().__init__(folder, _CLASSES, half, _EXACT)

    def timing(self) -> StaV2aPipeline:
        """The pipeline with no more than what predicts onsets."""
        return self._pipeline(("local_features", "onset_predictor"))

    def sound(self) -> StaV2aPipeline:
        """The pipeline without its encoders for text and picture."""
        encoders = ("text_encoder", "video_encoder")
        return self._pipeline([name for name in _CLASSES if name not in encoders])

    def reader(self, text_encoder: T5EncoderModel) -> StaV2aPipeline:
        """The pipeline with no more than what reads prompts."""
        return self._pipeline((), text_encoder=text_encoder, tokenizer=self.tokenizer())

    def _pipeline(self, names: Iterable[str], **parts: Any) -> StaV2aPipeline:  # noqa: ANN401
        every = {**dict.fromkeys([*_CLASSES, "tokenizer", "scheduler"]), **{name: self.keep(name) for name in names}}
        return StaV2aPipeline(**{**every, **parts}, prefix=self.index.get("prefix") or "")
