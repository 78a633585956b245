# SPDX-License-Identifier: GPL-3.0-or-later
"""From pictures to CAVP features, of any length in constant memory, as if all pictures were one clip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foleycue_backend.engines.base import OnStep, Pictures
from foleycue_backend.engines.parts.cavp import CavpVideoEncoder
from foleycue_backend.engines.parts.faithful_frames import reference_frames
from foleycue_backend.engines.studio.components import Components

RATE = 4
SIZE = 224
#: Features of one published clip.
CLIP = 40
#: Pictures that pass the stages without memory of time together.
_GROUP = 8
#: A picture stands for the quarter second around it, as the published frame path has it.
_MIDDLE = Fraction(1, 2 * RATE)

Frame = NDArray[np.uint8]


def see_range(parts: Components, pictures: Pictures, as_published: bool, on_step: OnStep) -> NDArray[np.float32]:
    """Features (time, 512) of a range by the part "video_encoder", at least one row.

    As published the pictures pass through H.264, and each 40 of them are a clip of their own.
    """
    total = max(1, round(pictures.seconds * RATE))
    look = see_in_clips if as_published else see
    frames = _frames(pictures, as_published)

    def told(done: int) -> None:
        on_step("analyse", min(done, total), total)

    return parts.use("video_encoder", lambda encoder: look(encoder, frames, told))


def _frames(pictures: Pictures, as_published: bool) -> Iterator[Frame]:
    """The range's pictures at 4 a second; a range shorter than half a tick has its first picture."""
    found = reference_frames(pictures, SIZE) if as_published else pictures.frames(RATE, SIZE, SIZE, _MIDDLE)
    first = next(found, None)
    if first is None:
        found = pictures.frames(RATE, SIZE, SIZE)
        first = next(found)
    yield first
    yield from found


@torch.inference_mode()
def see(encoder: CavpVideoEncoder, frames: Iterable[Frame], on_picture: Callable[[int], None]) -> NDArray[np.float32]:
    """Unit features (time, 512) of RGB pictures (224, 224, 3); on_picture hears how many are done, and may raise.

    The first stages look at single pictures and run in small groups. The others look `encoder.reach` pictures to
    either side, and run on a clip's length with that much context, which makes no difference to one long clip.
    """
    reach, done = encoder.reach, 0
    held: list[Tensor] = []
    rows: list[Tensor] = []
    behind = 0  # pictures in held whose features are known and which are kept as context only

    def settle(count: int) -> None:
        nonlocal behind
        clip = torch.cat(held)
        rows.append(encoder.over_time(clip, len(clip))[behind : behind + count].float().cpu())
        keep = max(0, behind + count - reach)
        held[:] = [clip[keep:].clone(memory_format=torch.channels_last)]
        behind += count - keep

    for group in _groups(frames):
        held.append(encoder.over_space(_tensor(group, encoder)))
        done += len(group)
        on_picture(done)
        if sum(map(len, held)) - behind >= CLIP + reach:
            settle(CLIP)
    left = sum(map(len, held)) - behind
    if left:
        settle(left)
    return torch.cat(rows).numpy() if rows else np.zeros((0, encoder.config["features"]), np.float32)


def see_in_clips(
    encoder: CavpVideoEncoder, frames: Iterable[Frame], on_picture: Callable[[int], None]
) -> NDArray[np.float32]:
    """The same as published: each 40 pictures are a clip of their own, the last one shorter."""
    stream, rows, done = iter(frames), [], 0
    while clip := list(islice(stream, CLIP)):
        rows.append(see(encoder, clip, lambda count, before=done: on_picture(before + count)))
        done += len(clip)
    return np.concatenate(rows) if rows else np.zeros((0, encoder.config["features"]), np.float32)


def _groups(frames: Iterable[Frame]) -> Iterator[list[Frame]]:
    stream = iter(frames)
    while group := list(islice(stream, _GROUP)):
        yield group


def _tensor(group: list[Frame], encoder: CavpVideoEncoder) -> Tensor:
    pictures = torch.from_numpy(np.stack(group)).to(encoder.device).permute(0, 3, 1, 2)
    return (pictures.float() / 255).to(encoder.dtype).contiguous(memory_format=torch.channels_last)
