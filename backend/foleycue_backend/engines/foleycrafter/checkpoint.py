# SPDX-License-Identifier: GPL-3.0-or-later
"""FoleyCrafter's published files, those of Auffusion, and IP-Adapter's picture encoder, turned once into one folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from torch import nn
from transformers.models.clip.modeling_clip import CLIPTextModel, CLIPVisionModelWithProjection
from transformers.models.clip.tokenization_clip import CLIPTokenizer

from foleycue_backend.engines.checkpoints import published_files
from foleycue_backend.engines.checkpoints.conversion import (
    Agreement,
    Component,
    check_agreement,
    config_of,
    fill,
    reading,
    save_parts,
    write_model,
)
from foleycue_backend.engines.checkpoints.key_report import CheckpointReport
from foleycue_backend.engines.checkpoints.published_files import Kind, PublishedFiles, Weights
from foleycue_backend.engines.checkpoints.published_parts import check_tokenizer, unet_of
from foleycue_backend.engines.checkpoints.unet_shapes import attended_width
from foleycue_backend.engines.foleycrafter.adapters import condition_channels, controlnet_of
from foleycue_backend.engines.foleycrafter.onset_net import OnsetNet, onset_net_config
from foleycue_backend.engines.foleycrafter.semantic_adapter import SemanticAdapter, semantic_config
from foleycue_backend.engines.foleycrafter.sound import pndm
from foleycue_backend.engines.parts import autoencoder, clip
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.schedule import SD21
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Factor of the latents where the autoencoder's configuration, of an old diffusers, does not say it.
_SCALE = 0.18215


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    files, report = PublishedFiles(source), CheckpointReport()
    networks = fill(_components(files, report), report, report_path, on_step)
    tokenizer = _tokenizer(files)
    _check_widths(networks)
    check_tokenizer(tokenizer, config_of(networks["text_encoder"])["vocab_size"])
    parts = {**networks, "tokenizer": tokenizer, "scheduler": pndm(_schedule(files, report))}
    return write_model(lambda place: save_parts(parts, place), target, report, files.used, on_step)


def _components(files: PublishedFiles, report: CheckpointReport) -> list[Component]:
    """Every network, in the order in which people know them. Raises BAD_INPUT naming what is nowhere."""
    base = files.needed(published_files.UNET)
    unet = unet_of(files, base.tensors, base.path.name)

    def plain() -> UNet2DConditionModel:
        network = unet.build()
        assert isinstance(network, UNet2DConditionModel)
        return network

    return [
        unet,
        _temporal(_own(files, published_files.TEMPORAL_ADAPTER, report), plain),
        _semantic(_own(files, published_files.SEMANTIC_ADAPTER, report), plain),
        _detector(_own(files, published_files.TIMESTAMP_DETECTOR, report)),
        _codec(files),
        _vocoder(files),
        _text_encoder(files),
        _picture_encoder(files),
    ]


def _own(files: PublishedFiles, kind: Kind, report: CheckpointReport) -> Weights:
    """A file that training wrote, perhaps with more than the weights in it, of which the report then tells."""
    found = files.needed(kind)
    if found.beside:
        report.notes.append(f"{found.path.name} holds more than weights, which is left out: {', '.join(found.beside)}.")
    return found


def _temporal(found: Weights, unet: Callable[[], UNet2DConditionModel]) -> Component:
    with reading("temporal adapter"):
        channels = condition_channels(found.tensors)
    return Component("controlnet", found.path.name, lambda: controlnet_of(unet(), channels), found.tensors)


def _semantic(found: Weights, unet: Callable[[], UNet2DConditionModel]) -> Component:
    with reading("semantic adapter"):
        config = semantic_config(found.tensors, unet())
    return Component("semantic_adapter", found.path.name, lambda: SemanticAdapter(**config), found.tensors)


def _detector(found: Weights) -> Component:
    with reading("timestamp detector"):
        config = onset_net_config(found.tensors)
    return Component("onset_net", found.path.name, lambda: OnsetNet(**config), found.tensors)


def _codec(files: PublishedFiles) -> Component:
    found = files.needed(published_files.PICTURE_CODEC)
    stated = files.stated(lambda content: content.get("_class_name") == "AutoencoderKL")
    scale = float(stated[1].get("scaling_factor") or _SCALE) if stated else _SCALE
    config = autoencoder.config_from_shapes(found.tensors, scale)
    return Component("vae", found.path.name, lambda: autoencoder.build(config), autoencoder.to_stock(found.tensors))


def _vocoder(files: PublishedFiles) -> Component:
    found = files.needed(published_files.HIFIGAN)
    state = hifigan.to_stock(found.tensors)
    stated = files.stated(lambda content: "upsample_rates" in content and "num_mels" in content)
    rates = stated and hifigan.Rates(stated[1]["upsample_rates"], stated[1].get("resblock_dilation_sizes"))
    config = hifigan.config_from_shapes(state, rates)
    return Component("vocoder", found.path.name, lambda: hifigan.build(config), state, optional=hifigan.STOCK_BUFFERS)


def _text_encoder(files: PublishedFiles) -> Component:
    found = files.needed(published_files.CLIP_TEXT)
    stated = files.stated(lambda content: content.get("model_type") == "clip_text_model")
    state = {f"text_model.{key.removeprefix('text_model.')}": value for key, value in found.tensors.items()}
    own = clip.without_positions(state)
    with reading("text encoder"):
        config = clip.text_config(own, stated and stated[1])
    with torch.device("meta"):
        named = clip.text_names(CLIPTextModel(config), own)
    return Component("text_encoder", found.path.name, lambda: CLIPTextModel(config), named)


def _picture_encoder(files: PublishedFiles) -> Component:
    found = files.needed(published_files.CLIP_PICTURE)
    stated = files.stated(lambda content: content.get("model_type") == "clip_vision_model")
    own = clip.without_positions(found.tensors)
    with reading("picture encoder"):
        config = clip.vision_config(own, stated and stated[1])
    return Component("image_encoder", found.path.name, lambda: CLIPVisionModelWithProjection(config), own)


def _tokenizer(files: PublishedFiles) -> CLIPTokenizer:
    folder = files.folder_with("vocab.json", "merges.txt")
    if folder is None:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The text encoder's tokenizer is missing: add tokenizer/vocab.json and tokenizer/merges.txt of Auffusion "
            f"to {files.folder}.",
        )
    try:
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:
        # What the tokenizer's reader makes of a damaged file depends on where it is damaged.
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The text encoder's tokenizer in {folder} cannot be read: get vocab.json and merges.txt again.",
            detail=repr(error),
        ) from error


def _schedule(files: PublishedFiles, report: CheckpointReport) -> dict[str, Any]:
    """What the scheduler's file says of noise and prediction, as far as every solver knows it."""
    stated = files.stated(lambda content: "beta_schedule" in content)
    if stated is None:
        report.notes.append("There is no scheduler_config.json, so the noise schedule is Stable Diffusion 1.5's.")
        return {}
    return {name: value for name, value in stated[1].items() if name in SD21}


def _check_widths(networks: Mapping[str, nn.Module]) -> None:
    config = {name: config_of(network) for name, network in networks.items()}
    unet = config["unet"]
    check_agreement(
        [
            Agreement("the text encoder's width", config["text_encoder"]["hidden_size"], "the UNet's",
                      attended_width(unet)),
            Agreement("the picture codec's latent channels", config["vae"]["latent_channels"], "the UNet's",
                      unet["in_channels"]),
            Agreement("the picture embeddings' width", config["image_encoder"]["projection_dim"],
                      "the semantic adapter's input", config["semantic_adapter"]["inputs"]),
        ]
    )  # fmt: skip
