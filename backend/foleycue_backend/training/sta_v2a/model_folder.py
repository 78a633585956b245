# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a training starts from and what it leaves: pipeline folders that the engine runs and the store imports."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel

from foleycue_backend.engines.sta_v2a.attentive_pooling import AttentivePooling
from foleycue_backend.engines.sta_v2a.controlnet import CueControlNet
from foleycue_backend.engines.sta_v2a.local_features import LocalFeatures
from foleycue_backend.engines.sta_v2a.onset_predictor import OnsetPredictor
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.models.manifest import write_manifest
from foleycue_backend.models.store import installed
from foleycue_shared.errors import ErrorCode, FoleyCueError

MODEL = "sta-v2a"


def base_folder(given: Path | None) -> Path:
    """The model to start from: the one given, or the installed one. Raises BAD_INPUT if there is none."""
    folder = given or installed(MODEL)
    if folder is None:
        message = f"The model {MODEL} is not installed: pull or import it first, or name a pipeline folder with --base."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    if not (folder / "model_index.json").is_file():
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} is no pipeline folder: it holds no model_index.json.")
    return folder


def load_base(folder: Path) -> StaV2aPipeline:
    """The pipeline of a folder in full precision: training updates are too small for half of it."""
    import torch

    try:
        return StaV2aPipeline.from_pretrained(folder, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        message = f"{folder} cannot be loaded as a STA-V2A pipeline: {error}"
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def from_prior(pipe: StaV2aPipeline, prior: Path | None) -> None:
    """Start control anew: the UNet of a text-to-audio prior (None: the pipeline's own), which the ControlNet copies.

    The pooling is made anew as well. Raises BAD_INPUT if the prior does not fit the other parts.
    """
    if prior is not None:
        pipe.register_modules(unet=_prior_unet(prior))
        _check_prior(pipe, prior)
    pipe.register_modules(controlnet=CueControlNet.from_unet(pipe.unet, pipe.onset_predictor.config["hidden_size"]))
    if pipe.attentive_pooling is not None:
        pipe.register_modules(attentive_pooling=AttentivePooling.from_config(pipe.attentive_pooling.config))


def _prior_unet(prior: Path) -> UNet2DConditionModel:
    subfolder = "unet" if (prior / "unet").is_dir() else None
    try:
        return UNet2DConditionModel.from_pretrained(prior, subfolder=subfolder, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{prior} holds no UNet that can be loaded: {error}") from None


def _check_prior(pipe: StaV2aPipeline, prior: Path) -> None:
    unet = pipe.unet.config
    wanted = {"in_channels": pipe.vae.config["latent_channels"], "cross_attention_dim": _text_width(pipe)}
    for field, value in wanted.items():
        if unet[field] != value:
            message = f"The UNet of {prior} has {field} {unet[field]}, but the other parts need {value}."
            raise FoleyCueError(ErrorCode.BAD_INPUT, message)


def _text_width(pipe: StaV2aPipeline) -> int:
    return int(pipe.text_encoder.config.d_model)


def fresh_onsets(pipe: StaV2aPipeline) -> None:
    """Local features and onset predictor of the same shapes without what they had learnt."""
    pipe.register_modules(
        local_features=LocalFeatures.from_config(pipe.local_features.config),
        onset_predictor=OnsetPredictor.from_config(pipe.onset_predictor.config),
    )


def take_onsets(pipe: StaV2aPipeline, folder: Path) -> None:
    """Local features and onset predictor of another pipeline folder. Raises BAD_INPUT if they are not there."""
    try:
        parts = {
            "local_features": LocalFeatures.from_pretrained(folder, subfolder="local_features"),
            "onset_predictor": OnsetPredictor.from_pretrained(folder, subfolder="onset_predictor"),
        }
    except (OSError, ValueError) as error:
        message = f"{folder} holds no local_features and onset_predictor that can be loaded: {error}"
        raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None
    pipe.register_modules(**parts)


def save_model(pipe: StaV2aPipeline, folder: Path) -> None:
    """Write the pipeline with the manifest that an import checks; a model of an earlier run is replaced whole."""
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    pipe.save_pretrained(part)
    _forget_places(part)
    write_manifest(part, MODEL, [])
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _forget_places(folder: Path) -> None:
    """Take out of the configurations where their parts were loaded from: that is nobody's business."""
    for path in folder.rglob("*.json"):
        config = json.loads(path.read_text(encoding="utf-8"))
        if config.pop("_name_or_path", None) is not None:
            path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
