# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of Tango's main file, `pytorch_model_main.bin`, under its own key names.

The autoencoder and the vocoder lie in `pytorch_model_vae.bin` (see `parts.autoencoder` and `parts.vocoder`), and the
noise schedule is `parts.schedule.ddpm`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from transformers.models.t5.modeling_t5 import T5EncoderModel

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import (
    Agreement,
    check_agreement,
    config_of,
    fill,
    save_parts,
    write_model,
)
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_files import PublishedFiles
from foleycue_backend.engines.checkpoints.published_parts import (
    check_tokenizer,
    codec_of,
    prefix_of,
    text_encoder_of,
    tokenizer_of,
    unet_of,
)
from foleycue_backend.engines.checkpoints.state_dict import State, split_parts, strip_prefix
from foleycue_backend.engines.checkpoints.unet_shapes import attended_width, load_unet
from foleycue_backend.engines.parts import schedule, t5
from foleycue_backend.models.converting import Conversion, OnStep

PREFIXES = {"unet": "unet.", "text_encoder": "text_encoder."}
#: Longest prompt of the published tokenizer; what is longer is cut.
MAX_TOKENS = 512


@dataclass(frozen=True)
class TangoNetworks:
    """What makes latents of a prompt."""

    unet: UNet2DConditionModel
    text_encoder: T5EncoderModel


def load(state: State, stated_unet: Mapping[str, Any] | None = None) -> TangoNetworks:
    """Both networks, widths from shapes; `stated_unet` is the UNet's configuration where its widths are unknown.

    Raises FoleyCueError (bad-input) for foreign, missing and mis-shaped keys, ShapeTrouble for networks of another
    kind.
    """
    parts = split_parts(state, PREFIXES, "Tango")
    return TangoNetworks(load_unet(parts["unet"], stated_unet), t5.load(parts["text_encoder"]))


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    files, report = PublishedFiles(source), CheckpointReport()
    main = files.needed(published_files.TANGO)
    parts = {name: strip_prefix(main.tensors, prefix) for name, prefix in PREFIXES.items()}
    report.unknown = [key for key in main.tensors if not key.startswith(tuple(PREFIXES.values()))]
    name = main.path.name
    components = [
        unet_of(files, parts["unet"], name),
        text_encoder_of(files, parts["text_encoder"], name),
        *codec_of(files),
    ]
    networks = fill(components, report, report_path, on_step)
    config = {part: config_of(network) for part, network in networks.items()}
    latent = config["vae"]["latent_channels"]
    check_agreement(
        [
            Agreement("the text encoder's width", config["text_encoder"]["d_model"], "the UNet's",
                      attended_width(config["unet"])),
            Agreement("the sound codec's latent channels", latent, "the UNet's", config["unet"]["in_channels"]),
        ]
    )  # fmt: skip
    tokenizer = tokenizer_of(files)
    check_tokenizer(tokenizer, config["text_encoder"]["vocab_size"])
    saved = {**networks, "tokenizer": tokenizer, "scheduler": schedule.ddpm()}
    prefix = prefix_of(files) or ""
    return write_model(lambda place: save_parts(saved, place, prefix=prefix), target, report, files.used, on_step)
