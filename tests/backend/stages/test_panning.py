# SPDX-License-Identifier: GPL-3.0-or-later
"""Stereo by place: a sound goes where its object goes, at constant power, from key to key, exact to the sample."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from foleycue_backend.stages.align import Alignment
from foleycue_backend.stages.finish import Origin, finish
from foleycue_backend.stages.loudness import LoudnessMeter
from foleycue_backend.stages.panning import Panning
from foleycue_backend.stages.raw_audio import RawAudio
from foleycue_shared.broadcast_wav import read_wav, read_wav_header
from foleycue_shared.messages import CueRequest, EngineInfo, Generate, RegionKey, Scope
from foleycue_shared.timeline import Piece
from foleycue_shared.timing import FrameRange

RATE = Fraction(24_000, 1_001)
SPAN = FrameRange(0, 48, RATE)
PIECES = [Piece(start=0, frames=24, media="a"), Piece(start=24, frames=24, media="b")]
ENGINE = EngineInfo(
    id="mini",
    name="mini",
    sample_rate=16_000,
    window_seconds=10,
    listens=("text",),
    code_licence="",
    weights_licence="",
    size_bytes=0,
    memory_bytes=0,
)


def key(frame: int, middle: float) -> RegionKey:
    return RegionKey(frame=frame, x=middle - 0.05, y=0.4, width=0.1, height=0.1)


def at(keys: list[RegionKey], frame: float) -> float:
    return float(Panning(keys, PIECES, RATE).at(np.array([frame / float(RATE)]))[0])


def test_the_place_moves_evenly_inside_a_shot_and_not_across_the_cut():
    keys = [key(4, 0.2), key(14, 0.8), key(30, 0.1)]
    assert [at(keys, frame) for frame in (0, 4, 9, 14, 20)] == pytest.approx([0.2, 0.2, 0.5, 0.8, 0.8])
    assert [at(keys, frame) for frame in (24.01, 30, 47)] == pytest.approx([0.1, 0.1, 0.1])
    assert at([keys[0]], 30) == 0.5, "a shot without keys sounds from the middle"
    assert at([], 10) == 0.5


@pytest.mark.parametrize("block", [1_000, 100_000])
def test_power_is_constant_and_blocks_do_not_matter(block: int):
    sound = np.random.default_rng(0).normal(0, 0.1, 40_000).astype(np.float32)
    panning = Panning([key(0, 0.05), key(23, 0.95)], PIECES, RATE)
    made = np.concatenate(
        list(panning.panned((sound[k : k + block] for k in range(0, len(sound), block)), 48_000)), axis=0
    )
    assert made.shape == (40_000, 2)
    np.testing.assert_allclose((made**2).sum(1), sound**2, rtol=1e-4, atol=1e-9)
    assert (made[100, 0] / sound[100]) > 0.99
    assert (made[-100, 1] / sound[-100]) > 0.9


def test_a_finished_take_has_two_channels_of_the_exact_length(tmp_path: Path):
    raw = RawAudio(tmp_path / "raw.f32", 16_000)
    raw.append(np.random.default_rng(1).normal(0, 0.05, 32_032).astype(np.float32))
    request = Generate(
        job_id="job",
        scope=Scope(rate="24000/1001", frames=48),
        seeds=(7,),
        stem="car",
        stereo=True,
        cues=CueRequest(regions=(key(0, 0.1),)),
    )
    panning = Panning(request.cues.regions, PIECES, RATE)
    origin = Origin(request, SPAN, ENGINE, (), 0, panning)
    take = finish(Alignment(raw, (), None, 0), origin, tmp_path)
    header = read_wav_header(Path(take.path))
    sound, rate = read_wav(Path(take.path))
    assert (take.channels, take.stem, header.channels) == (2, "car", 2)
    assert sound.shape == (SPAN.samples(48_000), 2)
    assert take.samples == header.samples == len(sound) == 96_096
    assert header.provenance["stem"] == "car"
    meter = LoudnessMeter(rate, 2)
    meter.add(sound)
    assert meter.integrated() == pytest.approx(-23.0, abs=0.1)
    assert take.loudness_lufs == pytest.approx(-23.0, abs=0.01)
    left, right = np.sqrt((sound[:40_000] ** 2).mean(0))  # the second shot has no key: middle
    assert right / left == pytest.approx(np.tan(0.1 * np.pi / 2), rel=1e-3)
