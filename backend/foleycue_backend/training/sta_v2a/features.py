# SPDX-License-Identifier: GPL-3.0-or-later
"""Cached features: what the frozen parts make of a clip, computed once and kept in one file a clip.

A file holds `features` (40, 512) of the video encoder, `labels` (256,) of the onsets, `mean` and `std` (8, 256, 16)
of the autoencoder's posterior, scaled, and `states` (length, width) of the caption.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from foleycue_backend.training.sta_v2a.task import Batch

#: The names of all tensors of a clip, and with them those that a batch may ask for.
NAMES = ("features", "labels", "mean", "std", "states")


def write_features(tensors: dict[str, Tensor], path: Path) -> None:
    """Write one clip's file, whole or not at all."""
    part = path.with_suffix(".part")
    save_file({name: tensors[name].contiguous().cpu() for name in NAMES}, part)
    part.replace(path)


class FeatureSet:
    """The cached clips of one list, in its order."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = list(files)

    def __len__(self) -> int:
        return len(self.files)

    def stack(self, indexes: Sequence[int], names: Sequence[str]) -> Batch:
        """A batch of these clips; texts are padded with zero rows to the longest, their `mask` says what is text."""
        loaded = [load_file(self.files[index]) for index in indexes]
        batch = {name: torch.stack([clip[name] for clip in loaded]) for name in names if name != "states"}
        if "states" in names:
            texts = [clip["states"] for clip in loaded]
            batch["states"] = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
            lengths = torch.tensor([len(text) for text in texts])
            batch["mask"] = (torch.arange(int(lengths.max())) < lengths[:, None]).float()
        return batch

    def draw(self, size: int, generator: torch.Generator, names: Sequence[str]) -> Batch:
        """`size` clips at random, with repeats."""
        return self.stack(torch.randint(len(self), (size,), generator=generator).tolist(), names)

    def walk(self, size: int, names: Sequence[str]) -> Iterator[Batch]:
        """All clips in order."""
        for start in range(0, len(self), size):
            yield self.stack(range(start, min(start + size, len(self))), names)
