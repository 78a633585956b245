# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the engine with one set of installed weights: to look, to read a prompt, to make sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.controlnets.controlnet import ControlNetModel
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers.models.clip.modeling_clip import CLIPTextModel, CLIPVisionModelWithProjection
from transformers.models.speecht5.modeling_speecht5 import SpeechT5HifiGan

from foleycue_backend.engines.base import Audio, Conditions, Features, OnStep, Pictures
from foleycue_backend.engines.foleycrafter.adapters import encode_prompts
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet
from foleycue_backend.engines.foleycrafter.semantic_adapter import SemanticAdapter
from foleycue_backend.engines.foleycrafter.session import Session
from foleycue_backend.engines.foleycrafter.settings import GRID, SETTINGS, FoleyCrafterSetting
from foleycue_backend.engines.foleycrafter.sight import Seen, look
from foleycue_backend.engines.parts.text import TextStates
from foleycue_backend.engines.studio.components import Components
from foleycue_backend.engines.studio.remembered import Remembered
from foleycue_backend.engines.studio.takes import make_takes
from foleycue_backend.stages.picture_cues import Prediction

_CLASSES = {
    "unet": UNet2DConditionModel,
    "controlnet": ControlNetModel,
    "semantic_adapter": SemanticAdapter,
    "vae": AutoencoderKL,
    "vocoder": SpeechT5HifiGan,
    "text_encoder": CLIPTextModel,
    "image_encoder": CLIPVisionModelWithProjection,
    "onset_net": OnsetNet,
}
#: What decides the timing and what runs once a prompt: rounding would save little.
_EXACT = ("onset_net", "text_encoder")
_TOKENS = 77


class FoleyCrafterStudio:
    """One set of weights. Detector and encoders are read when they are needed, and given back after use."""

    def __init__(self, folder: Path) -> None:
        self._parts = Components(folder, _CLASSES, half=True, exact=_EXACT)
        self._texts = Remembered[TextStates]()

    def see(self, pictures: Pictures, setting: FoleyCrafterSetting, on_step: OnStep) -> Features:
        """Onset logits and picture embeddings of the range, with the rates of both."""
        parts = self._parts.at(setting.half)

        def seen(detector: OnsetNet) -> Seen:
            return parts.use("image_encoder", lambda tower: look(pictures, detector, tower, setting, on_step))

        return parts.use("onset_net", seen).features()

    def foresee(self, features: Features, samples: int, sensitivity: float) -> Prediction:
        """What the detector says, as cues and curve; samples is the range's length at CUE_RATE."""
        return Seen.of(features).onsets.foreseen(samples, sensitivity)

    def takes_at_once(self) -> int:
        """How many takes one pass should hold on the device at hand."""
        return self._parts.takes_at_once()

    def make(self, takes: Sequence[Conditions], on_step: OnStep) -> Iterator[tuple[int, Audio]]:
        """(which take, block), take after take, each as long as its conditions say."""
        first = takes[0]
        setting = SETTINGS[first.setting].with_steps(first.steps)
        text = self._texts.get((first.prompt, first.negative), lambda: self._read(first, on_step))
        spans = GRID.spans(first.samples, first.shots, setting.least_frames)
        columns = max(span.high for span in spans)
        session = Session(self._parts.at(setting.half), setting, first, text, columns)
        return make_takes(session, spans, takes, setting, on_step)

    def _read(self, take: Conditions, on_step: OnStep) -> TextStates:
        """States of negative and prompt, each of the published length."""
        on_step("text", 0, 1)
        ids = self._parts.tokenizer()(
            [take.negative, take.prompt],
            padding="max_length",
            max_length=_TOKENS,
            truncation=True,
            return_tensors="pt",
        )["input_ids"]
        assert isinstance(ids, torch.Tensor)
        return self._parts.use("text_encoder", lambda tower: encode_prompts(tower, ids.to(tower.device)))
