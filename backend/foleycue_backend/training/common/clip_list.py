# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a data set, clips.jsonl or clips.csv: its rows, and what may stand in them. See docs/training.md."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from foleycue_shared.errors import ErrorCode, FoleyCueError

LISTS = ("clips.jsonl", "clips.csv")
FIELDS = ("audio", "caption", "split", "video")
TRAIN, VALIDATION = "train", "validation"


def find_list(folder: Path) -> Path | None:
    """The list of a folder, if it has one."""
    return next((folder / name for name in LISTS if (folder / name).is_file()), None)


def rows(path: Path) -> Iterator[tuple[str, Any]]:
    """(place to name in a complaint, row as it stands) of every row. Raises BAD_INPUT if the list cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} cannot be read as UTF-8 text: {error}") from None
    if path.suffix == ".csv":
        reader = csv.DictReader(text.splitlines())
        yield from ((f"{path.name}, line {reader.line_num}", row) for row in reader)
        return
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{path.name}, line {number}"
        if line.strip():
            try:
                yield place, json.loads(line)
            except ValueError:
                message = f"{place} is not JSON: write one object a line."
                raise FoleyCueError(ErrorCode.BAD_INPUT, message) from None


def checked(row: Any, place: str, needed: Sequence[str]) -> dict[str, str]:  # noqa: ANN401 - what JSON holds is not known
    """The fields of a row that say something, `split` always among them. Raises BAD_INPUT, naming the place."""
    if not isinstance(row, dict):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{place} is no object with {' and '.join(needed)}.")
    given = {key: value for key, value in row.items() if value not in (None, "")}
    unknown = sorted(map(str, given.keys() - set(FIELDS)))
    if unknown:
        message = f"{place} has the unknown field {unknown[0]}: there are {', '.join(FIELDS)}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    wrong = [key for key in needed if key not in given]
    wrong += [key for key, value in given.items() if not isinstance(value, str)]
    if wrong:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{place} needs {wrong[0]} as text.")
    split = given.setdefault("split", TRAIN)
    if split not in (TRAIN, VALIDATION):
        message = f"{place} has the split {split}: it is {TRAIN} or {VALIDATION}."
        raise FoleyCueError(ErrorCode.BAD_INPUT, message)
    return given


def there(path: Path, place: str) -> Path:
    """`path`. Raises MEDIA_OFFLINE if there is no such file."""
    if not path.is_file():
        raise FoleyCueError(ErrorCode.MEDIA_OFFLINE, f"{place} names {path}, which is not there.")
    return path
