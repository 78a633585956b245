# SPDX-License-Identifier: GPL-3.0-or-later
"""A model's sound as the user gets it: aligned, levelled and written by the product's own stages."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

from foleycue_backend.engines.mini.engine import engine_info
from foleycue_backend.stages.align import align
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.training.mini.measure.orders import Order
from foleycue_backend.training.mini.synthesis import SAMPLE_RATE, Audio
from foleycue_shared.cues import Cue
from foleycue_shared.messages import Generate, Scope
from foleycue_shared.timing import CUE_RATE, FrameRange

#: Frames a second of the range: sounds here last whole hundredths of a second.
_RATE = 100


def write_take(audio: Audio, order: Order, folder: Path, name: str = "take") -> Path:
    """Write the sound of an order to `folder/name-0.wav` with everything that a request leaves at its default."""
    span = FrameRange(0, round(len(audio) * _RATE / SAMPLE_RATE), Fraction(_RATE))
    cues = tuple(Cue(round(time * CUE_RATE), strength) for time, strength in order.cues or ())
    request = Generate(
        job_id=name, scope=Scope(rate=f"{_RATE}/1", frames=span.frames), prompt=order.prompt, seeds=(order.seed,)
    )
    with tempfile.TemporaryDirectory() as workplace:
        sound = RawAudio(Path(workplace) / "sound.f32", SAMPLE_RATE)
        sound.append(audio)
        aligned = align(sound, cues, Path(workplace), lambda: None)
        return Path(finish(aligned, Origin(request, span, engine_info(), cues, 0), folder).path)
