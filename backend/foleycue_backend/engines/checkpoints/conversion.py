# SPDX-License-Identifier: GPL-3.0-or-later
"""Published weights into networks, and networks into an installed model's folder; nothing is ever loaded in part."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.utils.logging import disable_progress_bar
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers.utils.logging import disable_progress_bar as disable_transformers_progress_bar

from foleycue_backend.engines.checkpoints.key_report import CheckpointReport, ComponentReport
from foleycue_backend.engines.checkpoints.state_dict import KeyReport, State, compare_keys
from foleycue_backend.engines.checkpoints.unet_shapes import ShapeTrouble
from foleycue_backend.engines.parts import vocoder as hifigan
from foleycue_backend.models.converting import Conversion, OnStep
from foleycue_shared.errors import ErrorCode, FoleyCueError, explain_os_error

REPORT_NAME = "conversion.txt"


@dataclass(frozen=True)
class Component:
    """A network to be filled: how it is built (without memory for weights), and what it is filled with."""

    name: str
    source: str
    build: Callable[[], nn.Module]
    state: State
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """Two parts that must have the same number: what it is of the one, and of the other."""

    what: str
    one: int
    against: str
    other: int


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Say of which network the shapes were being read when they made no sense. Raises BAD_INPUT."""
    try:
        yield
    except ShapeTrouble as trouble:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT, f"The checkpoint cannot be used: of its {name}, {trouble}."
        ) from trouble


def fill(
    components: Sequence[Component], report: CheckpointReport, report_path: Path, on_step: OnStep
) -> dict[str, nn.Module]:
    """The networks by name, in float32. Raises BAD_INPUT unless all fit; every key is then at `report_path`."""
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
    return networks


def check_agreement(pairs: Sequence[Agreement]) -> None:
    """Parts that each fit by themselves must also fit each other. Raises BAD_INPUT."""
    for pair in pairs:
        if pair.one != pair.other:
            raise FoleyCueError(
                ErrorCode.BAD_INPUT,
                f"These files do not belong together: {pair.what} is {pair.one}, {pair.against} {pair.other}.",
            )


def config_of(network: nn.Module) -> Mapping[str, Any]:
    """A stock network's configuration as a mapping."""
    config: Any = network.config
    return config if isinstance(config, Mapping) else config.to_dict()


def write_model(
    save: Callable[[Path], None], target: Path, report: CheckpointReport, sources: list[Path], on_step: OnStep
) -> Conversion:
    """Have `save` write the model to `target`, with its report beside it. Raises FoleyCueError for a full disk."""
    disable_progress_bar()
    disable_transformers_progress_bar()
    on_step("write", 0, 1)
    try:
        save(target)
    except SafetensorError as error:
        # It wraps what the operating system said in words of its own.
        full = "No space left" in str(error) or "os error 28" in str(error)
        raise explain_os_error(OSError(errno.ENOSPC if full else errno.EIO, str(error)), target) from error
    report.write(target / REPORT_NAME)
    on_step("write", 1, 1)
    return Conversion(report.lines(), sources)


def save_parts(parts: Mapping[str, Any], target: Path, **options: object) -> None:
    """Each part (network, tokenizer, scheduler) in a folder of its name, and the index that `Components` reads.

    `options` stand in the index beside the parts, as a diffusers pipeline keeps its own.
    """
    index: dict[str, object] = dict(options)
    for name, part in parts.items():
        if isinstance(part, nn.Module):
            saved: Any = part
            saved.save_pretrained(target / name, safe_serialization=True)
        else:
            part.save_pretrained(target / name)
        index[name] = [type(part).__module__, type(part).__name__]
    (target / "model_index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


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
    network.requires_grad_(False).eval()


def _plain(value: Tensor) -> Tensor:
    return value.detach().float() if value.is_floating_point() else value.detach()
