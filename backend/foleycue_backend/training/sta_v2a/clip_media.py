# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and sound of a clip as the networks take them: its first 10.24 seconds, or silence after its end."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from foleycue_backend.engines.sta_v2a.pipeline import FEATURES
from foleycue_backend.evaluation.sounds import read_first_channel
from foleycue_backend.stages.raw_audio import resample
from foleycue_shared.errors import ErrorCode, FoleyCueError

PICTURE_RATE = 4
SIZE = 224
RATE = 16_000
SAMPLES = 163_840


def read_pictures(path: Path, size: int = SIZE) -> Tensor:
    """(time, 3, size, size) in 0..1, 1 to 40 pictures: the one on screen at each quarter of a second.

    Squashed, not cropped, as the published system does it. Raises MEDIA_UNREADABLE, naming the file.
    """
    shown: list[NDArray[np.uint8]] = []
    try:
        for image, end in _until(path):
            # The picture is on screen at all ticks before its end.
            while Fraction(len(shown), PICTURE_RATE) < end and len(shown) < FEATURES:
                shown.append(_squashed(image, size))
            if len(shown) == FEATURES:
                break
    except (OSError, ValueError, IndexError) as error:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} cannot be decoded as a film: {error}") from None
    if not shown:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} shows no picture: give a film, or leave the clip out.")
    return torch.from_numpy(np.stack(shown[:FEATURES])).permute(0, 3, 1, 2).float() / 255


def _until(path: Path) -> Iterator[tuple[Image.Image, Fraction]]:
    """Pictures, each with the seconds from the first one at which the next one follows; the last one lasts as long
    as the one before it, or one tick."""
    with av.open(str(path)) as film:
        held: Image.Image | None = None
        start = since = Fraction(0)
        lasts = Fraction(1, PICTURE_RATE)
        for frame in film.decode(video=0):
            if frame.pts is None or frame.time_base is None:
                continue
            time = frame.pts * frame.time_base
            if held is None:
                start = time
            else:
                lasts = time - since
                yield held, time - start
            held, since = frame.to_image(), time
        if held is not None:
            yield held, since - start + lasts


def _squashed(image: Image.Image, size: int) -> NDArray[np.uint8]:
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))


def read_wave(path: Path) -> NDArray[np.float32]:
    """SAMPLES samples at RATE of the first channel: mean removed, peak 0.5 before and after it is cut or filled up.

    Raises MEDIA_UNREADABLE for a file without sound or with silence alone.
    """
    sound = read_first_channel(path)
    wave = np.concatenate([np.zeros(0, np.float32), *resample(iter([sound.wave]), sound.rate, RATE)])
    wave = _levelled(wave - wave.mean() if len(wave) else wave, path)[:SAMPLES]
    return _levelled(np.pad(wave, (0, SAMPLES - len(wave))), path)


def _levelled(wave: NDArray[np.float32], path: Path) -> NDArray[np.float32]:
    peak = float(np.abs(wave).max(initial=0))
    if peak < 1e-6:
        raise FoleyCueError(ErrorCode.MEDIA_UNREADABLE, f"{path} is silent in its first ten seconds: leave it out.")
    return (wave / peak * 0.5).astype(np.float32)
