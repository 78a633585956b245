# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of an installed STA-V2A, each loaded when it is needed, so that memory never holds all of them."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn
from transformers import AutoTokenizer, SpeechT5HifiGan, T5EncoderModel

from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.lean_loading import load_lean
from foleycue_backend.engines.parts.schedule import SD21, Scheduler, solver
from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.engines.sta_v2a.settings import Setting

T = TypeVar("T")

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


class Components:
    """Loads parts from a folder that `StaV2aPipeline.save_pretrained` wrote, and keeps those that are asked to stay."""

    def __init__(self, folder: Path, half: bool) -> None:
        self._folder = folder
        self._index: dict[str, Any] = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        self.half = half
        self._kept: dict[str, nn.Module | None] = {}
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = quick_dtype(self.device) if half else torch.float32

    def keep(self, name: str) -> Any:  # noqa: ANN401 - each part has a class of its own
        """A part, loaded at its first use; None where the checkpoint has none of it."""
        if name not in self._kept:
            self._kept[name] = self._load(name)
        return self._kept[name]

    def use(self, name: str, work: Callable[[Any], T]) -> T:
        """The result of work with a part that is loaded for it, and whose memory is given back afterwards."""
        result = work(self._load(name))
        gc.collect()
        return result

    def timing(self) -> StaV2aPipeline:
        """The pipeline with no more than what predicts onsets."""
        return self._pipeline(("local_features", "onset_predictor"))

    def sound(self) -> StaV2aPipeline:
        """The pipeline without its encoders for text and picture."""
        encoders = ("text_encoder", "video_encoder")
        return self._pipeline([name for name in _CLASSES if name not in encoders])

    def reader(self, text_encoder: T5EncoderModel) -> StaV2aPipeline:
        """The pipeline with no more than what reads prompts."""
        tokenizer = AutoTokenizer.from_pretrained(self._folder / "tokenizer", local_files_only=True)
        return self._pipeline((), text_encoder=text_encoder, tokenizer=tokenizer)

    def scheduler(self, setting: Setting) -> Scheduler:
        """The setting's solver on the checkpoint's noise schedule."""
        saved = json.loads((self._folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
        schedule = {name: saved[name] for name in SD21 if name in saved}
        return solver(setting.solver, {**schedule, **setting.solver_options})

    def _pipeline(self, names: Iterable[str], **parts: Any) -> StaV2aPipeline:  # noqa: ANN401
        every = {**dict.fromkeys([*_CLASSES, "tokenizer", "scheduler"]), **{name: self.keep(name) for name in names}}
        return StaV2aPipeline(**{**every, **parts}, prefix=self._index.get("prefix") or "")

    def _load(self, name: str) -> Any:  # noqa: ANN401
        if (self._index.get(name) or [None])[0] is None:
            return None
        dtype = torch.float32 if name in _EXACT else self.dtype
        if name == "text_encoder" and dtype == torch.float16:
            dtype = torch.float32  # T5's activations leave the range of float16
        part: Any = load_lean(_CLASSES[name], self._folder / name, dtype)
        if name in ("unet", "controlnet", "vae"):
            part.to(memory_format=torch.channels_last)
        return part.to(self.device)


def quick_dtype(device: torch.device) -> torch.dtype:
    """The number format with the fastest matrix products that the device has units for."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    # The names are torch's own, though marked private: there is no public question for it yet.
    able = (getattr(torch.cpu, f"_is_{unit}_supported", None) for unit in ("avx512_bf16", "amx_tile"))
    return torch.bfloat16 if any(ask is not None and ask() for ask in able) else torch.float32
