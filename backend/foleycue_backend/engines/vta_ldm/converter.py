# SPDX-License-Identifier: GPL-3.0-or-later
"""The published VTA-LDM, turned once into an installed model's folder."""

from __future__ import annotations

from pathlib import Path

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import (
    Agreement,
    Component,
    check_agreement,
    config_of,
    fill,
    save_parts,
    write_model,
)
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles, Weights
from foleycue_backend.engines.checkpoints.published_parts import codec_of, unet_of
from foleycue_backend.engines.checkpoints.state_dict import strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import attended_width
from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.vta_ldm.checkpoint import LINEAR, PREFIXES, VISION, image_encoder, projection
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    files, report = PublishedFiles(source), CheckpointReport()
    main = files.needed(published_files.VTA_LDM)
    report.unknown = [key for key in main.tensors if not key.startswith(tuple(PREFIXES.values()))]
    unet = unet_of(files, strip_prefix(main.tensors, PREFIXES["unet"]), main.path.name)
    networks = fill([unet, *_picture_side(files, main), *codec_of(files)], report, report_path, on_step)
    config = {name: config_of(network) for name, network in networks.items()}
    check_agreement(
        [
            Agreement("the picture tokens' width", config["projection"]["width"], "the UNet's",
                      attended_width(config["unet"])),
            Agreement("the picture embedding's width", config["image_encoder"]["projection_dim"],
                      "the layer's after it", config["projection"]["embedding"]),
            Agreement("the sound codec's latent channels", config["vae"]["latent_channels"],
                      "the UNet's", config["unet"]["in_channels"]),
        ]
    )  # fmt: skip
    saved = {**networks, "scheduler": schedule.ddpm()}
    return write_model(lambda place: save_parts(saved, place), target, report, files.used, on_step)


def _picture_side(files: PublishedFiles, main: Weights) -> list[Component]:
    state = strip_prefix(main.tensors, PREFIXES["picture"])
    name = main.path.name
    absent = [PREFIXES["picture"] + prefix for prefix in (VISION, LINEAR) if not strip_prefix(state, prefix)]
    if absent:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"{name} is not the whole VTA-LDM model: no key of it begins with {' or '.join(absent)}.",
        )
    return [
        image_encoder(state, name, files.vision_config()),
        projection(state, name, positions=bool((files.summary() or {}).get("pe"))),
    ]
