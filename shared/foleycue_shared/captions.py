# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions of clips: prompts for engines, and what the CLAP score compares sound with."""

import json
from pathlib import Path
from typing import Any, cast

from foleycue_shared.errors import ErrorCode, FoleyCueError

_FORM = '{"clip name": "caption", ...}, or a line {"location": "clip.wav", "captions": "caption"} for each clip'


def read_captions(path: Path) -> dict[str, str]:
    """Captions by base name, from one JSON object or from the field's JSON lines. Raises BAD_INPUT."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} cannot be read as a text of captions: check it.") from error
    try:
        found = _from_object(json.loads(text))
    except ValueError:
        found = _from_lines(text)
    if not found or not all(isinstance(caption, str) for caption in found.values()):
        raise FoleyCueError(ErrorCode.BAD_INPUT, f"{path} holds no captions: give {_FORM}.")
    return found


def _from_object(content: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON holds is not known yet
    if not isinstance(content, dict):
        return {}
    if "location" in content:
        return _caption(cast("Any", content))
    return {Path(name).stem: caption for name, caption in cast("dict[str, Any]", content).items()}


def _from_lines(text: str) -> dict[str, Any]:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return {}
    return {name: text for row in rows for name, text in _caption(row).items()}


def _caption(content: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON holds is not known yet
    row = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    location = row.get("location")
    if not isinstance(location, str):
        return {}
    caption = row.get("captions", row.get("caption"))
    several = cast("list[Any]", caption) if isinstance(caption, list) else []
    return {Path(location).stem: several[0] if several else caption}
