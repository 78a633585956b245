# SPDX-License-Identifier: GPL-3.0-or-later
"""What a converter says to published files that cannot serve."""

from pathlib import Path

import pytest

from foleycue_backend.models.converting import Converter
from foleycue_shared.errors import ErrorCode, FoleyCueError


def refusal(convert: Converter, folder: Path, workplace: Path) -> str:
    """The sentence with which a folder is refused; nothing may be left of it. A report is at report.txt."""
    target = workplace / "model"
    target.mkdir(exist_ok=True)
    with pytest.raises(FoleyCueError) as caught:
        convert(folder, target, workplace / "report.txt", lambda phase, step, steps: None)
    assert caught.value.code is ErrorCode.BAD_INPUT
    assert "\n" not in caught.value.message
    assert not list(target.iterdir())
    return caught.value.message
