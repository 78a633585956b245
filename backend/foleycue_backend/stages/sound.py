# SPDX-License-Identifier: GPL-3.0-or-later
"""The range's own sound: its pieces laid out in record time and mixed to mono, in constant memory."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.errors import ErrorCode, FoleyCueError
from foleycue_shared.media.sound import piece_sound
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange


def mix(
    pieces: Sequence[Piece], span: FrameRange, sample_rate: int, path: Path, on_step: Callable[[], None]
) -> RawAudio:
    """All sound of a range, mixed to mono at sample_rate, in a file. Raises NO_GUIDE when there is none.

    on_step may raise to stop.
    """
    out = RawAudio(path, sample_rate)
    for low in range(0, span.samples(sample_rate), 1 << 20):
        out.append(np.zeros(min(1 << 20, span.samples(sample_rate) - low), np.float32))
    heard = False
    for piece in pieces:
        for position, block in piece_sound(piece, span.rate, sample_rate):
            heard = True
            on_step()
            out.mix(position, block)
    if not heard:
        raise FoleyCueError(
            ErrorCode.NO_GUIDE,
            "The range has no sound to take cues from: choose the picture as their source, or give cues.",
        )
    return out
