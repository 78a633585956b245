# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a data set: which videos, sounds and captions belong together. See docs/training.md for the format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from foleycue_backend.training.common.clip_list import LISTS, TRAIN, VALIDATION, checked, find_list, rows, there
from foleycue_shared.errors import ErrorCode, FoleyCueError


@dataclass(frozen=True, slots=True)
class Clip:
    """One row: the film, the file with its sound (the film itself if the row names none), what is heard."""

    video: Path
    audio: Path
    caption: str
    split: str = TRAIN


@dataclass(frozen=True, slots=True)
class DataSet:
    """The rows to train on and those to validate on."""

    train: list[Clip]
    validation: list[Clip]


def read_dataset(folder: Path) -> DataSet:
    """The data set of a folder with clips.jsonl or clips.csv, every row checked, every file there.

    Rows without a split are to train on; when no row names one, each twentieth is kept for the validation.
    Raises BAD_INPUT or MEDIA_OFFLINE, naming the line.
    """
    path = find_list(folder)
    if path is None:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds no {' and no '.join(LISTS)}: list the clips in one.")
    clips = [_clip(checked(row, place, ("video", "caption")), folder, place) for place, row in rows(path)]
    if not clips:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} lists no clip: write one row a video.")
    marked = [clip for clip in clips if clip.split == VALIDATION]
    validation = marked or clips[19::20]
    train = [clip for clip in clips if clip not in validation]
    if not train:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"All clips of {path} are for validation: leave some to train on.")
    return DataSet(train, validation)


def _clip(row: dict[str, str], folder: Path, place: str) -> Clip:
    video = there(folder / row["video"], place)
    audio = there(folder / row["audio"], place) if "audio" in row else video
    return Clip(video, audio, row["caption"], row["split"])
