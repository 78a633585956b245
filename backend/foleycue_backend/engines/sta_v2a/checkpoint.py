# SPDX-License-Identifier: GPL-3.0-or-later
"""The published STA-V2A checkpoint, turned once into a `StaV2aPipeline` folder.

Widths and options come from tensor shapes (`.shapes`), files are told by content (`.published_files`), and nothing is
loaded in part: a key that is missing or has another shape refuses the checkpoint, with all keys in a report.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers.utils.logging import disable_progress_bar
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers.models.auto.tokenization_auto import AutoTokenizer
from transformers.tokenization_utils_base import PreTrainedTokenizerBase
from transformers.utils.logging import disable_progress_bar as disable_transformers_progress_bar

from foleycue_backend.engines.parts import schedule
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.engines.parts.key_report import CheckpointReport, ComponentReport
from foleycue_backend.engines.parts.published_files import PublishedFiles
from foleycue_backend.engines.parts.state_dict import KeyReport, State, compare_keys
from foleycue_backend.engines.sta_v2a.checkpoint_parts import Component, components_of, lacks, text_folder
from foleycue_backend.engines.sta_v2a.pipeline import StaV2aPipeline
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

REPORT_NAME = "conversion.txt"


def convert(source: Path, target: Path, report_path: Path, on_step: OnStep) -> Conversion:
    """Write the model of a published folder to `target`, an empty folder.

    Raises BAD_INPUT when files are missing, damaged, unsafe or do not belong together; the report with every key is
    then at `report_path`, otherwise inside `target`.
    """
    disable_progress_bar()
    disable_transformers_progress_bar()
    files = PublishedFiles(source)
    pipeline, report = _assemble(files, report_path, on_step)
    on_step("write", 0, 1)
    _save(pipeline, target)
    report.write(target / REPORT_NAME)
    on_step("write", 1, 1)
    return Conversion(report.lines(), files.used)


def _save(pipeline: StaV2aPipeline, target: Path) -> None:
    try:
        pipeline.save_pretrained(target)
    except SafetensorError as error:
        # It wraps what the operating system said in words of its own.
        full = "No space left" in str(error) or "os error 28" in str(error)
        raise explain_os_error(OSError(errno.ENOSPC if full else errno.EIO, str(error)), target) from error


def load_published(source: Path, report_path: Path) -> StaV2aPipeline:
    """The pipeline of a published folder, without writing it anywhere. Raises BAD_INPUT as convert() does."""
    return _assemble(PublishedFiles(source), report_path, lambda phase, step, steps: None)[0]


def _assemble(files: PublishedFiles, report_path: Path, on_step: OnStep) -> tuple[StaV2aPipeline, CheckpointReport]:
    report = CheckpointReport()
    components = components_of(files, report)
    networks: dict[str, nn.Module] = {}
    for number, component in enumerate(components):
        on_step("read", number, len(components))
        networks[component.name] = _fill(component, report)
    if not report.usable:
        report.write(report_path)
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The checkpoint cannot be used: {report.trouble()}. All keys are in {report_path}.",
        )
    tokenizer = _tokenizer(files)
    _check_widths(networks, tokenizer)
    prefix = _prefix(files, report)
    return _pipeline(networks, tokenizer, prefix), report


def _fill(component: Component, report: CheckpointReport) -> nn.Module:
    """The network with its weights in float32, or as far as it fits; what does not is in the report."""
    try:
        with torch.device("meta"):
            network = component.build()
    except (TypeError, ValueError) as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"No {component.name} can have the widths that its weights in {component.source} show ({error}).",
        ) from error
    keys = compare_keys(network, component.state, component.optional)
    report.components.append(ComponentReport(component.name, component.source, len(network.state_dict()), keys))
    if not (keys.missing or keys.misshaped):
        _load(network, component.state, keys)
    return network


def _load(network: nn.Module, state: State, keys: KeyReport) -> None:
    kept = {key: _plain(value) for key, value in state.items() if key not in set(keys.unexpected)}
    # Buffers that published files lack are an identity normalisation (see the vocoder's part).
    kept |= {
        name: torch.ones_like(buffer, device="cpu") if name == "scale" else torch.zeros_like(buffer, device="cpu")
        for name, buffer in network.named_buffers()
        if name not in kept and name in hifigan.STOCK_BUFFERS
    }
    network.load_state_dict(kept, assign=True)
    network.requires_grad_(False)


def _plain(value: Tensor) -> Tensor:
    return value.detach().float() if value.is_floating_point() else value.detach()


def _tokenizer(files: PublishedFiles) -> PreTrainedTokenizerBase:
    folder = text_folder(files)
    if not any((folder / name).is_file() for name in ("tokenizer.json", "spiece.model")):
        raise lacks("text encoder's tokenizer", "tokenizer.json of google/flan-t5-large", files)
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, ImportError, KeyError, TypeError) as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The text encoder's tokenizer in {folder} cannot be read: add tokenizer.json and tokenizer_config.json "
            "of google/flan-t5-large.",
            detail=repr(error),
        ) from error


def _check_widths(networks: Mapping[str, nn.Module], tokenizer: PreTrainedTokenizerBase) -> None:
    """Parts that each fit by themselves must also fit each other. Raises BAD_INPUT."""
    config = {name: _config(network) for name, network in networks.items()}
    pooling = config.get("attentive_pooling")
    features = config["video_encoder"]["features"]
    pairs = [
        ("the text encoder's width", config["text_encoder"]["d_model"], "the UNet's", _width(config["unet"])),
        ("the onset predictor's hidden width", config["onset_predictor"]["hidden_size"],
         "the ControlNet's condition", config["controlnet"]["conditioning_channels"]),
        ("the picture features' width", features, "the local features' input", config["local_features"]["input_size"]),
        ("the sound codec's latent channels", config["vae"]["latent_channels"],
         "the UNet's", config["unet"]["in_channels"]),
    ]  # fmt: skip
    if pooling is not None:
        pairs.append(("the global tokens' width", pooling["size"], "the UNet's", _width(config["unet"])))
        pairs.append(("the picture features' width", features, "the global tokens' input", pooling["input_size"]))
    for what, one, against, other in pairs:
        if one != other:
            raise FoleyCueError(
                ErrorCode.BAD_INPUT, f"These files do not belong together: {what} is {one}, {against} {other}."
            )
    # A little smaller is usual; far smaller is what transformers makes up when the vocabulary is not there.
    pieces, known = len(tokenizer), config["text_encoder"]["vocab_size"]
    if not known // 2 < pieces <= known:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f"The tokenizer has {pieces} pieces, the text encoder {known}: they do not belong together.",
        )


def _config(network: nn.Module) -> Mapping[str, Any]:
    config: Any = network.config
    return config if isinstance(config, Mapping) else config.to_dict()


def _width(unet: Mapping[str, Any]) -> int:
    width = unet["cross_attention_dim"]
    return width if isinstance(width, int) else width[0]


def _prefix(files: PublishedFiles, report: CheckpointReport) -> str:
    summary = files.summary()
    if summary is None:
        report.notes.append("There is no summary.jsonl, so prompts get no prefix.")
        return ""
    name = str(summary.get("text_encoder_name") or "")
    if name and "t5" not in name:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"summary.jsonl names {name} as text encoder, but only T5 encoders are known."
        )
    return str(summary.get("prefix") or "")


def _pipeline(networks: Mapping[str, nn.Module], tokenizer: PreTrainedTokenizerBase, prefix: str) -> StaV2aPipeline:
    parts: dict[str, Any] = {"attentive_pooling": None, **networks}
    return StaV2aPipeline(**parts, tokenizer=tokenizer, scheduler=schedule.ddpm(), prefix=prefix)
