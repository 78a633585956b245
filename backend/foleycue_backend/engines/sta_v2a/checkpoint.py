# SPDX-License-Identifier: GPL-3.0-or-later
"""The published STA-V2A checkpoint, turned once into a `StaV2aPipeline` folder.

Widths and options come from tensor shapes (`.shapes`), files are told by content (`.published_files`), and nothing is
loaded in part: a key that is missing or has another shape refuses the checkpoint, with all keys in a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from foleycue_backend.engines.checkpoints.conversion import Agreement, check_agreement, config_of, fill, write_model
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles
from foleycue_backend.engines.checkpoints.published_parts import check_tokenizer, prefix_of, tokenizer_of
from foleycue_backend.engines.checkpoints.unet_shapes import attended_width
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.sta_v2a.checkpoint_parts import components_of
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.models.converting import Conversion, OnStep


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    files, report = PublishedFiles(source), CheckpointReport()
    pipeline = _assemble(files, report, report_path, on_step)
    return write_model(pipeline.save_pretrained, target, report, files.used, on_step)


def _assemble(files: PublishedFiles, report: CheckpointReport, report_path: Path, on_step: OnStep) -> StaV2aPipeline:
    networks = fill(components_of(files, report), report, report_path, on_step)
    tokenizer = tokenizer_of(files)
    _check_widths(networks)
    check_tokenizer(tokenizer, config_of(networks["text_encoder"])["vocab_size"])
    prefix = prefix_of(files)
    if prefix is None:
        report.notes.append("There is no summary.jsonl, so prompts get no prefix.")
    parts: dict[str, Any] = {"attentive_pooling": None, **networks}
    return StaV2aPipeline(**parts, tokenizer=tokenizer, scheduler=schedule.ddpm(), prefix=prefix or "")


def _check_widths(networks: Mapping[str, nn.Module]) -> None:
    config = {name: config_of(network) for name, network in networks.items()}
    width, features = attended_width(config["unet"]), config["video_encoder"]["features"]
    pairs = [
        Agreement("the text encoder's width", config["text_encoder"]["d_model"], "the UNet's", width),
        Agreement(
            "the onset predictor's hidden width",
            config["onset_predictor"]["hidden_size"],
            "the ControlNet's condition",
            config["controlnet"]["conditioning_channels"],
        ),
        Agreement(
            "the picture features' width", features, "the local features' input", config["local_features"]["input_size"]
        ),
        Agreement(
            "the sound codec's latent channels",
            config["vae"]["latent_channels"],
            "the UNet's",
            config["unet"]["in_channels"],
        ),
    ]
    pooling = config.get("attentive_pooling")
    if pooling is not None:
        pairs.append(Agreement("the global tokens' width", pooling["size"], "the UNet's", width))
        pairs.append(
            Agreement("the picture features' width", features, "the global tokens' input", pooling["input_size"])
        )
    check_agreement(pairs)
