# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of an installed model, each loaded when it is needed, so that memory never holds all of them."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import torch
from torch import nn
from transformers import AutoTokenizer, T5EncoderModel
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from foleycue_backend.engines.parts.schedule import SD21, Scheduler, solver
from foleycue_backend.engines.studio.lean_loading import load_lean
from foleycue_backend.engines.studio.setting import Setting

T = TypeVar("T")

#: Parts whose convolutions are quicker with the channels last.
_PICTURE_LIKE = ("unet", "controlnet", "vae")
#: Device memory that one more take in a pass needs, with room to spare.
_TAKE_BYTES = 1 << 30
_MOST_AT_ONCE = 8


class Components:
    """Loads parts from a folder of `save_model` or `save_pretrained`, and keeps those that are asked to stay.

    `classes` names each part's class. `half` lets the networks compute in 16 bits where the device is quicker in it,
    all but those in `exact`.
    """

    def __init__(self, folder: Path, classes: Mapping[str, Any], half: bool, exact: Collection[str] = ()) -> None:
        self._folder = folder
        self._classes = classes
        self._exact = exact
        self.index: dict[str, Any] = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._half = half
        self._kept: dict[str, nn.Module | None] = {}

    @property
    def dtype(self) -> torch.dtype:
        """What the networks compute in."""
        return quick_dtype(self.device) if self._half else torch.float32

    def at(self, half: bool) -> Self:
        """The same parts; those that were loaded in the other precision are forgotten."""
        if half != self._half:
            self._half = half
            self._kept.clear()
        return self

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

    def tokenizer(self) -> PreTrainedTokenizerBase:
        """What makes tokens of prompts."""
        return AutoTokenizer.from_pretrained(self._folder / "tokenizer", local_files_only=True)

    def scheduler(self, setting: Setting) -> Scheduler:
        """The setting's solver on the checkpoint's noise schedule."""
        saved = json.loads((self._folder / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
        schedule = {name: saved[name] for name in SD21 if name in saved}
        return solver(setting.solver, {**schedule, **setting.solver_options})

    def takes_at_once(self) -> int:
        """A pass over several takes saves time on a GPU only; on a processor the first take would just come later."""
        if self.device.type != "cuda":
            return 1
        free, _ = torch.cuda.mem_get_info(self.device)
        return max(1, min(_MOST_AT_ONCE, free // _TAKE_BYTES))

    def _load(self, name: str) -> Any:  # noqa: ANN401
        if (self.index.get(name) or [None])[0] is None:
            return None
        dtype = torch.float32 if name in self._exact else self.dtype
        if self._classes[name] is T5EncoderModel and dtype == torch.float16:
            dtype = torch.float32  # T5's activations leave the range of float16
        part: Any = load_lean(self._classes[name], self._folder / name, dtype)
        if name in _PICTURE_LIKE:
            part.to(memory_format=torch.channels_last)
        return part.to(self.device)


def quick_dtype(device: torch.device) -> torch.dtype:
    """The number format with the fastest matrix products that the device has units for."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    # The names are torch's own, though marked private: there is no public question for it yet.
    able = (getattr(torch.cpu, f"_is_{unit}_supported", None) for unit in ("avx512_bf16", "amx_tile"))
    return torch.bfloat16 if any(ask is not None and ask() for ask in able) else torch.float32
