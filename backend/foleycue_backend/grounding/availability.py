# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether objects can be found here: for whoever must not import torch to say so."""

import importlib.util
from pathlib import Path

from foleycue_backend.grounding.published import MODEL
from foleycue_backend.models.store import installed
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.messages import FinderInfo

_LIBRARIES = ("torch", "transformers")


def finder_info() -> FinderInfo:
    """Whether the model is installed now, with what it runs on, else in one sentence what to do; imports no torch."""
    reason = ""
    if installed(MODEL.name) is None:
        reason = (
            "Finding objects by words or by a click needs weights that are not installed: get them with `foleycue "
            f"models pull {MODEL.name}`, or draw a rectangle by hand."
        )
    elif any(importlib.util.find_spec(library) is None for library in _LIBRARIES):
        reason = "Finding objects needs PyTorch and transformers: install foleycue[backend]."
    return FinderInfo(available=not reason, reason=reason)


def grounding_folder() -> Path:
    """The installed model's folder. Raises UNKNOWN_ENGINE with what to do where nothing can be found."""
    folder, info = installed(MODEL.name), finder_info()
    if folder is None or not info.available:
        raise FoleyCueError(ErrorCode.UNKNOWN_ENGINE, info.reason)
    return folder
