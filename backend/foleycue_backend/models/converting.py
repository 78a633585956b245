# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine offers so that its published files can be installed."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from foleycue_backend.models.entries import Model
from foleycue_shared.errors import ErrorCode, FoleyCueError

#: Called with (phase, step, steps).
OnStep = Callable[[str, int, int], None]


class Conversion(NamedTuple):
    """What a converter found: its report in lines, and the published files that served."""

    lines: list[str]
    sources: list[Path]


#: (published folder, empty target folder, where to write a report when it fails, on_step) -> what was found.
#: Raises BAD_INPUT with one sentence for files that cannot serve.
Converter = Callable[[Path, Path, Path, OnStep], Conversion]


def converter_of(model: Model) -> Converter:
    """The function that a catalogue entry names; this imports torch. Raises BAD_INPUT when it is not installed."""
    module, _, function = model.converter.partition(":")
    try:
        return getattr(import_module(module), function)
    except ImportError as error:
        raise FoleyCueError(
            ErrorCode.BAD_INPUT,
            f'Converting a model needs {error.name}, which is not installed: run  pip install "foleycue[backend]".',
        ) from error
