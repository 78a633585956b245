# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory does not grow with the range: each stage on sound that is short and five times as long."""

import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from backend.stages.sounds import bursts
from backend.stages.test_finish import ENGINE
from foleycue_backend.stages.align import Alignment, align
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.guide_cues import listen
from foleycue_backend.stages.motion import measure
from foleycue_backend.stages.pictures import GreyFrame
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_backend.stages.windows import join
from foleycue_shared.cues import Cue
from foleycue_shared.messages import Generate, Scope
from foleycue_shared.timing import CUE_RATE, FrameRange

RATE = 16_000
#: The finish judges stretches of ten seconds: from there on nothing may grow.
SHORT, LONG = 10, 50


def _sound(folder: Path, seconds: int, rate: int = RATE) -> RawAudio:
    """An event 30 ms late after each second, written second by second."""
    audio = RawAudio(folder / f"{seconds}.f32", rate)
    second = bursts([0.53], 1.0, rate, noise=1e-4)
    for _ in range(seconds):
        audio.append(second)
    return audio


def _align(folder: Path, seconds: int) -> None:
    cues = [Cue(round((k + 0.5) * CUE_RATE)) for k in range(seconds)]
    assert align(_sound(folder, seconds), cues, folder, lambda: None).missed == 0


def _finish(folder: Path, seconds: int) -> None:
    span = FrameRange(0, seconds * 25, Fraction(25))
    request = Generate(job_id=f"m{seconds}", scope=Scope(rate="25/1", frames=span.frames), seeds=(1,))
    finish(Alignment(_sound(folder, seconds), (), None, 0), Origin(request, span, ENGINE, (), 0), folder)


def _listen(folder: Path, seconds: int) -> None:
    assert len(listen(_sound(folder, seconds), lambda: None).seconds) >= seconds - 1


def _measure(folder: Path, seconds: int) -> None:
    rng = np.random.default_rng(0)
    frames = (GreyFrame(0, k / 4, rng.integers(0, 255, (90, 160)).astype(np.uint8)) for k in range(seconds * 4))
    assert len(measure(frames).seconds) == seconds * 4


def _join(folder: Path, seconds: int) -> None:
    blocks = ((max(0, k * RATE - 800), np.ones(RATE + 800 * (k > 0), np.float32)) for k in range(seconds))
    assert sum(len(block) for block in join(blocks, 400)) == seconds * RATE


@pytest.mark.parametrize("stage", [_align, _finish, _listen, _measure, _join])
def test_memory_is_constant(tmp_path: Path, stage: Callable[[Path, int], None]):
    stage(tmp_path, 3)
    peaks = []
    for seconds in (SHORT, LONG):
        tracemalloc.start()
        stage(tmp_path, seconds)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # What remains is a few numbers for each 10 ms: far from the sound itself, 64 kB a second.
    assert peaks[1] - peaks[0] < (LONG - SHORT) * 4_000
