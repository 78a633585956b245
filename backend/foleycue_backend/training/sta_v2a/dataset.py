# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a data set: which videos, sounds and captions belong together. See docs/training.md for the format."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foleycue_shared.errors import ErrorCode, FoleyCueError

LISTS = ("clips.jsonl", "clips.csv")
TRAIN, VALIDATION = "train", "validation"
_FIELDS = {"video", "audio", "caption", "split"}


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
    path = _list_of(folder)
    clips = [_clip(row, folder, f"{path.name}, line {line}") for line, row in _rows(path)]
    if not clips:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} lists no clip: write one row a video.")
    marked = [clip for clip in clips if clip.split == VALIDATION]
    validation = marked or clips[19::20]
    train = [clip for clip in clips if clip not in validation]
    if not train:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"All clips of {path} are for validation: leave some to train on.")
    return DataSet(train, validation)


def _list_of(folder: Path) -> Path:
    for name in LISTS:
        if (folder / name).is_file():
            return folder / name
    raise FoleyCueError(ErrorCode.BAD_INPUT, f"{folder} holds no {' and no '.join(LISTS)}: list the clips in one.")


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Rows with their line numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} cannot be read as UTF-8 text: {error}") from None
    if path.suffix == ".csv":
        reader = csv.DictReader(text.splitlines())
        yield from ((reader.line_num, row) for row in reader)
        return
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                message = f"{path.name}, line {number} is not JSON: write one object a line."
                raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def _clip(row: Any, folder: Path, place: str) -> Clip:  # noqa: ANN401 - what JSON holds is not known yet
    if not isinstance(row, dict):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{place} is no object with video and caption.")
    given = {key: value for key, value in row.items() if value not in (None, "")}
    unknown = sorted(map(str, given.keys() - _FIELDS))
    if unknown:
        message = f"{place} has the unknown field {unknown[0]}: there are {', '.join(sorted(_FIELDS))}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    wrong = [key for key in ("video", "caption") if key not in given]
    wrong += [key for key, value in given.items() if not isinstance(value, str)]
    if wrong:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{place} needs {wrong[0]} as text.")
    split = given.get("split", TRAIN)
    if split not in (TRAIN, VALIDATION):
        message = f"{place} has the split {split}: it is {TRAIN} or {VALIDATION}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    video = _there(folder / given["video"], place)
    audio = _there(folder / given["audio"], place) if "audio" in given else video
    return Clip(video, audio, given["caption"], split)


def _there(path: Path, place: str) -> Path:
    if not path.is_file():
        raise FoleyCueError(ErrorCode.MEDIA_OFFLINE, f"{place} names {path}, which is not there.")
    return path
